// Bounded caches: what is dropped is compiled again, gives the same numbers, and leaves no memory behind.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { config, grad, jit, liveBuffers, np, type Tensor } from "jorts";
import { countCompilations } from "jorts/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { LoadedExecutable } from "../../runtime/index.ts";
import { BoundedCache, tick } from "../../src/compile/cache.ts";
import { keptPrograms } from "../../src/compile/entry.ts";
import { keptTraces } from "../../src/compile/stage.ts";
import { graphKey } from "../../src/compile/structure.ts";

const defaults = { programs: config.maxCachedPrograms, traces: config.maxCachedTraces };
afterEach(() => {
  config.maxCachedPrograms = defaults.programs;
  config.maxCachedTraces = defaults.traces;
  vi.restoreAllMocks();
});

const sized = (n: number) => new Float32Array(n).fill(1) as unknown as Tensor;

describe("a bounded cache", () => {
  const make = (capacity: number) => {
    const dropped: string[] = [];
    const cache = new BoundedCache<string, { name: string; used: number }>(
      () => capacity,
      (v) => dropped.push(v.name),
    );
    return { cache, dropped, put: (name: string) => cache.set(name, { name, used: 0 }) };
  };

  test("drops the least recently used", () => {
    const { cache, dropped, put } = make(2);
    put("a");
    put("b");
    cache.get("a");
    put("c");
    expect([dropped, cache.get("b"), cache.size]).toEqual([["b"], undefined, 2]);
  });

  test("a value used without a look-up stays", () => {
    const { cache, dropped, put } = make(2);
    put("a");
    put("b");
    const a = cache.get("a")!;
    cache.get("b");
    a.used = tick();
    put("c");
    expect(dropped).toEqual(["b"]);
  });

  test("replacing, deleting and clearing drop too, each value once", () => {
    const { cache, dropped, put } = make(3);
    put("a");
    cache.set("a", { name: "a2", used: 0 });
    put("b");
    cache.delete("b");
    cache.delete("b");
    cache.clear();
    expect([dropped, cache.size]).toEqual([["a", "b", "a2"], 0]);
  });
});

describe("Dispatch key: LRU-bounded", () => {
  test("programs stay within the bound, are destroyed when they go, and are right when they come back", () => {
    config.maxCachedPrograms = 4;
    const destroyed = vi.spyOn(LoadedExecutable.prototype, "destroy");
    const f = jit((x: Tensor) => np.sum(np.mul(x, 3)));
    const call = (n: number) => Number(f(sized(n)).item());
    for (let n = 1; n <= 12; n++) {
      expect(call(n)).toBe(3 * n);
      expect(f.cacheSize()).toBeLessThanOrEqual(4);
      expect(keptPrograms()).toBeLessThanOrEqual(4);
    }
    expect(destroyed.mock.calls.length).toBeGreaterThanOrEqual(8);
    expect(countCompilations(() => call(12))).toMatchObject({ traces: 0, compiles: 0 });
    // Traced long ago and dropped since: compiled from the trace that is kept.
    expect(countCompilations(() => expect(call(1)).toBe(3))).toMatchObject({ traces: 0, compiles: 1 });
    expect(call(1)).toBe(3);
  });

  test("repeated calls keep a program that others would push out", () => {
    config.maxCachedPrograms = 3;
    const busy = jit((x: Tensor) => np.add(x, 1));
    const other = jit((x: Tensor) => np.add(x, 2));
    const x = np.ones([3]);
    busy(x);
    for (let n = 1; n <= 6; n++) {
      other(sized(n));
      expect(countCompilations(() => busy(x)).compiles).toBe(0);
    }
  });

  test("what a dropped program captured is released", () => {
    config.maxCachedPrograms = 2;
    const before = liveBuffers().count;
    {
      const c = np.ones([7]);
      const f = jit((x: Tensor) => np.add(c, x));
      f(sized(7)).dispose();
      c.dispose();
      expect(liveBuffers().count).toBe(before + 1);
      f.clearCache();
    }
    expect(liveBuffers().count).toBe(before);
    const c = np.ones([7]);
    jit((x: Tensor) => np.add(c, x))(sized(7)).dispose();
    c.dispose();
    const other = jit((x: Tensor) => np.mul(x, 2));
    for (let n = 1; n <= 3; n++) other(sized(n)).dispose();
    expect(liveBuffers().count).toBe(before);
  });

  test("clearing one of two jits that share a program leaves the other's", () => {
    const f = (x: Tensor) => np.sub(x, 1);
    const [a, b] = [jit(f), jit(f)];
    const x = np.ones([2]);
    a(x);
    b(x);
    const size = [a.cacheSize(), b.cacheSize()];
    a.clearCache();
    expect([size, a.cacheSize(), b.cacheSize()]).toEqual([[1, 1], 0, 1]);
    expect(countCompilations(() => b(x)).compiles).toBe(0);
  });

  test("operations outside jit are bounded by themselves", () => {
    config.maxCachedPrograms = 3;
    const results = Array.from({ length: 8 }, (_, i) => np.mul(np.ones([i + 1]), 2));
    expect(results.map((t) => t.tolist())).toEqual(results.map((_, i) => new Array(i + 1).fill(2)));
  });
});

describe("Trace key: bounded for each function", () => {
  test("traces beyond the bound are made again", () => {
    config.maxCachedTraces = 3;
    let runs = 0;
    const f = (x: Tensor) => {
      runs++;
      return np.add(x, 1);
    };
    const jitted = jit(f);
    for (let n = 1; n <= 6; n++) jitted.evalShape(sized(n));
    expect([runs, keptTraces(f)]).toEqual([6, 3]);
    jitted.evalShape(sized(6));
    expect(runs).toBe(6);
    jitted.evalShape(sized(1));
    expect(runs).toBe(7);
  });

  test("static values leave nothing behind", () => {
    config.maxCachedTraces = 2;
    config.maxCachedPrograms = 2;
    const f = jit((x: Tensor, n: number) => np.mul(x, n), { staticArgnums: 1 });
    const x = np.ones([2]);
    for (let n = 0; n < 10; n++) expect(f(x, n).tolist()).toEqual([n, n]);
    expect(f.cacheSize()).toBe(2);
  });
});

describe("structure keys", () => {
  test("are short for any program, equal for equal ones, and tell literals apart", () => {
    const long = (k: number) => (x: Tensor) => {
      let y = x;
      for (let i = 0; i < 200; i++) y = np.add(np.mul(y, k), 1);
      return y;
    };
    const keyOf = (k: number) => graphKey(jit(long(k)).trace(np.ones([2])).staged.graph);
    expect(keyOf(2).length).toBeLessThan(300);
    expect(keyOf(2)).toBe(keyOf(2));
    expect(keyOf(2)).not.toBe(keyOf(3));
  });

  test("a plain loop over grad still compiles once", () => {
    const g = grad((w: Tensor) => np.sum(np.square(w)));
    const w = np.ones([5]);
    g(w);
    expect(countCompilations(() => g(w)).compiles).toBe(0);
  });
});

test("programs of functions that were forgotten go when the loop awaits", async () => {
  const destroyed = vi.spyOn(LoadedExecutable.prototype, "destroy");
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const before = keptPrograms();
  for (let i = 0; i < 5; i++) {
    const k = i;
    jit((x: Tensor) => np.add(np.sin(x), k))(sized(2)).dispose();
  }
  expect(keptPrograms()).toBe(before + 5);
  for (let turn = 0; turn < 20 && keptPrograms() > before; turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(keptPrograms()).toBeLessThanOrEqual(before);
  expect(destroyed.mock.calls.length).toBeGreaterThanOrEqual(5);
});
