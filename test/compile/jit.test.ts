// jit: what is traced and compiled when, donation, stages, shardings of one device, memory.

import {
  DeletedBufferError,
  DonationError,
  devicePut,
  devices,
  evalShape,
  grad,
  jit,
  liveBuffers,
  makeJaxpr,
  np,
  ShapeDtypeStruct,
  scope,
  type Tensor,
  TreeError,
} from "jorts";
import { describe, expect, it } from "vitest";
import { counters } from "../../src/compile/stage.ts";

const numbers = (t: Tensor): unknown => t.tolist();

/** How often `body` traced, lowered and compiled. */
function counted(body: () => void): { traces: number; lowerings: number; compiles: number } {
  const before = { ...counters };
  body();
  return {
    traces: counters.traces - before.traces,
    lowerings: counters.lowerings - before.lowerings,
    compiles: counters.compiles - before.compiles,
  };
}

describe("caching", () => {
  it("traces and compiles once for arguments of one kind", () => {
    let runs = 0;
    const f = jit((x: Tensor) => {
      runs++;
      return np.add(x, 1);
    });
    const first = counted(() => expect(numbers(f(np.array([1, 2])))).toEqual([2, 3]));
    const second = counted(() => expect(numbers(f(np.array([3, 4])))).toEqual([4, 5]));
    expect(first).toEqual({ traces: 1, lowerings: 1, compiles: 1 });
    expect(second).toEqual({ traces: 0, lowerings: 0, compiles: 0 });
    expect(runs).toBe(1);
  });

  it("shares a trace between two jits of one function, not between two closures", () => {
    const f = (x: Tensor) => np.mul(x, 2);
    const x = np.array([1]);
    expect(counted(() => [jit(f)(x), jit(f)(x)]).traces).toBe(1);
    const make = () => (y: Tensor) => np.mul(y, 2);
    expect(counted(() => [jit(make())(x), jit(make())(x)]).traces).toBe(2);
  });

  it.each([
    ["another shape", () => np.ones([3]), 1],
    ["another dtype", () => np.ones([2], { dtype: "int32" }), 1],
    ["a host array of the same kind", () => new Float32Array([1, 2]), 0],
    ["the same kind", () => np.zeros([2]), 0],
  ])("retraces for %s: %s", (_name, other, traces) => {
    const f = jit((x: Tensor) => np.add(x, x));
    f(np.ones([2]));
    expect(counted(() => f(other() as Tensor)).traces).toBe(traces);
  });

  it("takes a number as a weak float32 whatever its value, a bigint as a weak int32", () => {
    const f = jit((x: Tensor, s: Tensor) => np.mul(x, s));
    const x = np.ones([2], { dtype: "bfloat16" });
    expect(f(x, 2.5 as unknown as Tensor).dtype).toBe("bfloat16");
    expect(counted(() => f(x, 7 as unknown as Tensor)).traces).toBe(0);
    expect(counted(() => f(x, 7n as unknown as Tensor)).traces).toBe(1);
  });

  it("does not see object key order", () => {
    const f = jit((p: { a: Tensor; b: Tensor }) => np.sub(p.a, p.b));
    const [a, b] = [np.array([5]), np.array([3])];
    expect(numbers(f({ a, b }))).toEqual([2]);
    expect(counted(() => expect(numbers(f({ b, a }))).toEqual([2])).traces).toBe(0);
  });

  it("compares static arguments by value and identity", () => {
    const f = jit((x: Tensor, n: number) => np.mul(x, Object.is(n, -0) ? 10 : 1), { staticArgnums: 1 });
    const x = np.array([1]);
    expect(counted(() => [f(x, Number.NaN), f(x, Number.NaN)]).traces).toBe(1);
    expect(numbers(f(x, 0))).toEqual([1]);
    expect(numbers(f(x, -0))).toEqual([10]);
    expect(() => jit((_: unknown) => np.ones([1]), { staticArgnums: 0 })({ a: 1 })).toThrow(TreeError);
    expect(() => jit((y: Tensor) => y, { staticArgnums: 3 })(x)).toThrow(/staticArgnums names argument 3/);
  });

  it("compiles a plain loop over grad once", () => {
    const g = grad((w: Tensor) => np.sum(np.square(w)));
    let w = np.array([1, 2, 3]);
    w = np.sub(w, np.mul(g(w), 0.1));
    const before = liveBuffers().count;
    expect(before).toBeGreaterThan(0);
    const again = counted(() => {
      for (let i = 2; i < 5; i++) w = np.sub(w, np.mul(g(w), 0.1 / i));
    });
    expect(again.compiles).toBe(0);
  });
});

describe("captured values", () => {
  it("pass large arrays as hidden arguments, never as text", () => {
    const big = np.arange(100_000);
    const f = jit((x: Tensor) => np.sum(np.mul(big, x)));
    expect(f.lower(np.array(1)).asText().length).toBeLessThan(5_000);
    expect(f(np.array(2)).item()).toBeCloseTo(9_999_900_000, -4);
  });

  it("stay alive while a program holds them", () => {
    const c = np.array([1, 2]);
    const f = jit((x: Tensor) => np.add(x, c));
    f(np.array([1, 1]));
    c.dispose();
    expect(numbers(f(np.array([2, 2])))).toEqual([3, 4]);
  });
});

describe("donation", () => {
  it("deletes the argument and says so afterwards", () => {
    const f = jit((x: Tensor) => np.add(x, 1), { donateArgnums: 0 });
    const x = np.array([1, 2, 3, 4]);
    expect(numbers(f(x))).toEqual([2, 3, 4, 5]);
    expect(x.isDeleted).toBe(true);
    expect(() => x.tolist()).toThrow(DeletedBufferError);
    expect(() => x.tolist()).toThrow("Array has been deleted with shape=float32[4].");
    expect(f.lower(np.ones([4])).asText()).toContain("tf.aliasing_output = 0");
  });

  it("refuses one buffer twice, and a buffer that is also passed undonated", () => {
    const both = jit((x: Tensor, y: Tensor) => [np.add(x, 1), np.add(y, 1)], { donateArgnums: [0, 1] });
    const x = np.array([1]);
    expect(() => both(x, x)).toThrow(DonationError);
    const one = jit((p: Tensor, y: Tensor) => np.add(p, y), { donateArgnums: 0 });
    expect(() => one(x, x)).toThrow(/also donated/);
    expect(numbers(x)).toEqual([1]);
  });

  it("refuses a static donated argument", () => {
    expect(() => jit((x: Tensor) => x, { staticArgnums: 0, donateArgnums: 0 })).toThrow(DonationError);
  });

  it("leaves an argument that no result can use", () => {
    const f = jit((x: Tensor) => np.sum(x), { donateArgnums: 0 });
    const x = np.array([1, 2]);
    f(x);
    expect(x.isDeleted).toBe(false);
  });
});

describe("stages", () => {
  const f = jit(function norm(x: Tensor) {
    return np.sqrt(np.sum(np.mul(x, x)));
  });

  it("prints the program", () => {
    expect(f.trace(new ShapeDtypeStruct([3], "float32")).jaxpr).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[3]. let
          b:f32[3] = mul a a
          c:f32[] = reduce_sum[axes=(0,)] b
          d:f32[] = sqrt c
        in (d,) }"
    `);
  });

  it("lowers without data and compiles to something that can be called and measured", () => {
    const lowered = f.lower(new ShapeDtypeStruct([3], "float32"));
    expect(lowered.asText()).toContain("module @jit_norm");
    expect(lowered.asText({ debugInfo: true })).toContain("jit.test.ts");
    expect(lowered.costAnalysis().flops).toBeGreaterThanOrEqual(6);
    using compiled = lowered.compile();
    expect((compiled.call(np.array([3, 4, 0])) as Tensor).item()).toBe(5);
    expect(compiled.asText()).toContain("ENTRY");
    expect(compiled.memoryAnalysis().argumentSizeInBytes).toBe(12);
    expect(() => compiled.call(np.ones([4]))).toThrow(/args\[0\] is float32\[4\], but was compiled as float32\[3\]/);
  });

  it("evaluates shapes from the same trace", () => {
    const shape = evalShape((x: Tensor) => ({ y: np.matmul(x, x) }), np.ones([2, 2]));
    expect(shape.y.shape).toEqual([2, 2]);
    expect(makeJaxpr((x: Tensor) => np.add(x, 1))(np.ones([1]))).toContain("add");
  });

  it("refuses a promise and unknown leaves, naming the path", () => {
    expect(() => jit(async (x: Tensor) => x)(np.ones([1]))).toThrow(/Promise/);
    expect(() => jit((x: unknown) => x as Tensor)({ layers: [{ w: "text" }] })).toThrow(/args\[0\]\.layers\[0\]\.w/);
  });

  it("drops unused arguments unless told otherwise", () => {
    const g = (x: Tensor, _unused: Tensor) => np.add(x, 1);
    const text = (keepUnused: boolean) =>
      jit(g, { keepUnused })
        .lower(np.ones([1]), np.ones([2]))
        .asText();
    expect(text(false)).not.toContain("tensor<2xf32>");
    expect(text(true)).toContain("tensor<2xf32>");
  });

  it("calls an inner jit as one private function", () => {
    const inner = jit(function inner(x: Tensor) {
      return np.sin(x);
    });
    const text = jit((x: Tensor) => inner(inner(inner(x))))
      .lower(np.ones([2]))
      .asText();
    expect(text.match(/func\.func private @inner/g)).toHaveLength(1);
    expect(text.match(/call @inner/g)).toHaveLength(3);
  });

  it("passes compiler options on, and refuses unknown ones", () => {
    const g = jit((x: Tensor) => np.add(x, 1), { compilerOptions: { xla_no_such_option: true } });
    expect(() => g(np.ones([1]))).toThrow(/No such compile option|xla_no_such_option/);
  });
});

describe("memory", () => {
  it("scope frees all but what it returns", () => {
    const before = liveBuffers().count;
    const kept = scope(() => {
      const x = np.ones([4]);
      const y = np.add(x, 1);
      return { sum: np.sum(np.mul(y, y)) };
    });
    expect(liveBuffers().count).toBe(before + 1);
    expect(kept.sum.item()).toBe(16);
    kept.sum.dispose();
    expect(liveBuffers().count).toBe(before);
  });

  it("dispose is idempotent, and one holder's dispose does not free another's", () => {
    const x = np.ones([4]);
    const same = devicePut(x, devices()[0]);
    x.dispose();
    x.dispose();
    expect(numbers(same)).toEqual([1, 1, 1, 1]);
    same.dispose();
    expect(() => same.tolist()).toThrow(DeletedBufferError);
  });

  it("steps of a jitted program leave nothing behind", () => {
    const step = jit((s: { w: Tensor; m: Tensor }) => ({ w: np.sub(s.w, s.m), m: np.mul(s.m, 0.9) }), {
      donateArgnums: 0,
    });
    let state = step({ w: np.ones([8]), m: np.ones([8]) });
    const before = liveBuffers();
    for (let i = 0; i < 20; i++) state = step(state);
    expect(liveBuffers()).toEqual(before);
    state.w.dispose();
    state.m.dispose();
  });
});
