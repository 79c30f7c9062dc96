// Persistent cache: two processes, the second compiles nothing; damaged files, keys and the size bound.
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { config, devicePut, jit, makeMesh, NamedSharding, np, P, ShapeDtypeStruct, type Tensor } from "jorts";
import { countCompilations } from "jorts/testing";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pureCallback } from "../../src/lib/callback.ts";
import { childRunner, type RunChild, temporaryFolder } from "./child.ts";
import { warnings } from "./warnings.ts";

config.numCpuDevices = 2;

let directory: string;
let folders = 0;
const base = temporaryFolder();
beforeEach(() => {
  directory = join(base, String(folders++));
  config.compilationCacheDir = directory;
  config.persistentCacheMinCompileSecs = 0;
});
afterEach(() => {
  config.compilationCacheDir = undefined;
  config.compilationCacheMaxBytes = undefined;
  config.persistentCacheMinCompileSecs = 1;
});

const files = () => (existsSync(directory) ? readdirSync(directory).sort() : []);
const host = (n: number) => new Float32Array(n).map((_, i) => i) as unknown as Tensor;
/** A function that no earlier test compiled in this process. */
const poly = (options = {}) =>
  jit(function poly(x: Tensor) {
    return np.add(np.mul(x, x), 1);
  }, options);
const counts = (call: () => unknown) => {
  const { compiles, loads } = countCompilations(call);
  return { compiles, loads };
};

describe("within a process", () => {
  test("a program dropped and called again is loaded, with the same numbers", () => {
    expect(counts(() => poly()(host(3)))).toEqual({ compiles: 1, loads: 0 });
    expect(files()).toEqual([expect.stringMatching(/^poly-[0-9a-f]{64}\.jorts-xla$/)]);
    expect(counts(() => expect(poly()(host(3)).tolist()).toEqual([1, 2, 5]))).toEqual({ compiles: 0, loads: 1 });
  });

  test("is off unless set", () => {
    config.compilationCacheDir = undefined;
    expect(counts(() => poly()(host(4)))).toEqual({ compiles: 1, loads: 0 });
    expect(files()).toEqual([]);
  });

  test("keeps no program that compiled faster than asked", () => {
    config.persistentCacheMinCompileSecs = 100;
    expect(counts(() => poly()(host(4)))).toEqual({ compiles: 1, loads: 0 });
    expect(files()).toEqual([]);
  });

  test("keeps no program that calls back into the process", async () => {
    const f = jit((x: Tensor) => pureCallback((v: Tensor) => v, new ShapeDtypeStruct([3], "float32"), x));
    expect(counts(() => f(host(3)))).toEqual({ compiles: 1, loads: 0 });
    expect(files()).toEqual([]);
  });

  test.each<[string, (f: typeof poly) => unknown]>([
    ["another shape", (f) => f()(host(5))],
    ["another option", (f) => f({ compilerOptions: { xla_cpu_enable_fast_math: true } })(host(3))],
    ["a donation", (f) => f({ donateArgnums: 0 })(host(3))],
  ])("%s is another program", (_name, call) => {
    poly()(host(3));
    expect(counts(() => call(poly))).toEqual({ compiles: 1, loads: 0 });
    expect(files()).toHaveLength(2);
  });

  test("a program for several devices comes back with its shardings", () => {
    const mesh = makeMesh([2], ["x"]);
    const x = devicePut(np.ones([4, 4]), new NamedSharding(mesh, P("x")));
    const f = () => jit((v: Tensor) => np.matmul(v, np.transpose(v)))(x);
    const first = f();
    let second: Tensor | undefined;
    expect(
      counts(() => {
        second = f();
      }),
    ).toEqual({ compiles: 0, loads: 1 });
    expect(second!.tolist()).toEqual(first.tolist());
    expect(second!.sharding.equals(first.sharding)).toBe(true);
  });

  test.each<[string, (bytes: Buffer) => Uint8Array]>([
    ["cut short", (b) => b.subarray(0, b.length >> 1)],
    ["changed in one bit", (b) => Buffer.from(b.map((v, i) => (i === b.length - 5 ? v ^ 1 : v)))],
    ["empty", () => new Uint8Array(0)],
    ["something else", () => Buffer.from("jorts executable 1\nno".repeat(50))],
  ])("a file that is %s is compiled again with a warning, and replaced", async (_name, damage) => {
    poly()(host(3));
    const file = join(directory, files()[0]!);
    const whole = readFileSync(file);
    writeFileSync(file, damage(whole));
    let result: unknown;
    const told = await warnings(() => {
      expect(
        counts(() => {
          result = poly()(host(3)).tolist();
        }),
      ).toEqual({ compiles: 1, loads: 0 });
    });
    expect(result).toEqual([1, 2, 5]);
    expect(told).toEqual([expect.stringMatching(/is damaged .*; it was removed and the program is compiled again/)]);
    expect(counts(() => poly()(host(3)))).toEqual({ compiles: 0, loads: 1 });
  });

  test("a directory that cannot be made warns, and the program runs", async () => {
    writeFileSync(join(base, "file"), "");
    config.compilationCacheDir = join(base, "file", "below");
    let result: unknown;
    const told = await warnings(() => {
      result = poly()(host(3)).tolist();
    });
    expect(result).toEqual([1, 2, 5]);
    expect(told.at(-1)).toMatch(/could not keep .*ENOTDIR/);
  });

  test("the size bound drops what was not used for longest", () => {
    for (const n of [2, 3, 4, 5]) poly()(host(n));
    const bytes = () => files().reduce((sum, f) => sum + statSync(join(directory, f)).size, 0);
    const past = Date.now() / 1000 - 1000;
    const order = files();
    for (const [i, f] of order.entries()) utimesSync(join(directory, f), past + i, past + i);
    config.compilationCacheMaxBytes = bytes();
    // Loading makes them the last used again; then one more does not fit.
    for (const n of [2, 3, 4, 5]) poly()(host(n));
    const loaded = files();
    utimesSync(join(directory, order[2]!), past, past);
    poly()(host(6));
    expect(loaded).toEqual(order);
    expect(files()).not.toContain(order[2]);
    expect(files().filter((f) => !order.includes(f))).toHaveLength(1);
    expect(bytes()).toBeLessThanOrEqual(config.compilationCacheMaxBytes);
    config.compilationCacheMaxBytes = 0;
    poly()(host(7));
    expect(files()).toEqual([]);
  });
});

describe("two processes", () => {
  const bundle = temporaryFolder();
  let child: RunChild;
  beforeAll(async () => {
    child = await childRunner(bundle);
  });

  const body = `
    config.persistentCacheMinCompileSecs = 0;
    const f = jit(function net(x, w) { return np.sum(np.tanh(np.matmul(x, w))); });
    const arg = (n) => np.reshape(np.arange(n * 3, { dtype: "float32" }), [n, 3]);
    let value;
    const counts = testing.countCompilations(() => { value = f(arg(2), arg(3)).item(); });
    const eager = testing.countCompilations(() => np.add(np.ones([3]), 2).tolist());
    console.log(JSON.stringify({ value, ...counts, eager: eager.compiles }));
  `;

  test("the second compiles 0 times and gives the same numbers; another option or device count misses", async () => {
    const env = { JORTS_COMPILATION_CACHE_DIR: directory };
    const first = (await child(body, env)) as Record<string, number>;
    expect(first.compiles).toBeGreaterThan(0);
    expect(first.loads).toBe(0);
    const second = (await child(body, env)) as Record<string, number>;
    expect(second).toMatchObject({ value: first.value, compiles: 0, loads: first.compiles, eager: 0, traces: 1 });
    const flags = (await child(body, { ...env, XLA_FLAGS: "--xla_cpu_enable_fast_math=true" })) as Record<
      string,
      number
    >;
    expect(flags.loads).toBe(0);
    const devices = (await child(body, { ...env, JORTS_NUM_CPU_DEVICES: "2" })) as Record<string, number>;
    expect(devices.loads).toBe(0);
  });
});
