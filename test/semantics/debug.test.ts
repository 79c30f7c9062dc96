// Debug settings of jit: what a cache miss says, what each stage says, and settings that do not exist.
import { ConfigError, config, devicePut, devices, jit, np, type Tensor, tree } from "jorts";
import { afterEach, describe, expect, test } from "vitest";
import { warnings } from "./warnings.ts";

afterEach(() => {
  config.explainCacheMisses = false;
  config.logCompiles = false;
});

type Any = (...args: unknown[]) => unknown;
const double = (x: unknown) => tree.map((leaf: Tensor) => np.mul(leaf, 2), x);

/** What a call says after earlier ones. */
async function explained(f: Any, before: readonly unknown[][], call: readonly unknown[]): Promise<string[]> {
  config.explainCacheMisses = false;
  for (const args of before) f(...args);
  config.explainCacheMisses = true;
  return warnings(() => f(...call));
}

describe("explain_cache_misses: a miss report names the component that changed", () => {
  const [three, four] = [np.ones([3]), np.ones([4])];
  class Pair {
    readonly a: unknown;
    readonly kind: string;
    constructor(a: unknown, kind: string) {
      this.a = a;
      this.kind = kind;
    }
  }
  tree.register(
    Pair,
    (p) => [[p.a], p.kind] as const,
    (kind, [a]) => new Pair(a, kind),
  );

  test.each<[string, unknown, unknown, string]>([
    ["shape", { w: three }, { w: four }, "args[0].w: float32[3] → float32[4]"],
    ["dtype", three, np.ones([3], { dtype: "int32" }), "args[0]: float32[3] → int32[3]"],
    ["weak type", np.array(1), 1, "args[0]: float32[] → float32[] of weak type"],
    ["list and object", { p: [three] }, { p: { a: three } }, "args[0].p: [*] → {a: *}"],
    ["keys", { a: three }, { b: three }, "args[0]: {a: *} → {b: *}"],
    [
      "a class's own data",
      new Pair(three, "x"),
      new Pair(three, "y"),
      "args[0]: what Pair keeps besides arrays differs",
    ],
  ])("%s", async (_name, before, now, message) => {
    const f = jit(double) as Any;
    f([np.ones([1, 1]), np.ones([1, 1])]); // less alike, so not what is compared with
    expect(await explained(f, [[before]], [now])).toEqual([`jit(double) is traced again: ${message}.`]);
    (f as unknown as { clearCache(): void }).clearCache();
  });

  test("number of arguments", async () => {
    const f = jit(function sum(...xs: Tensor[]) {
      return xs.reduce((a, b) => np.add(a, b));
    }) as Any;
    expect(await explained(f, [[three]], [three, three])).toEqual(["jit(sum) is traced again: args: [*] → [*, *]."]);
  });

  test("static argument, by its position in the call", async () => {
    const f = jit((_n: number, x: Tensor) => x, { staticArgnums: 0 }) as Any;
    expect(await explained(f, [[2, three]], [3, three])).toEqual(["jit(f) is traced again: static args[0]: 2 → 3."]);
    expect(await explained(f, [], [3, four])).toEqual(["jit(f) is traced again: args[1]: float32[3] → float32[4]."]);
    const [one, other] = [() => 1, () => 1];
    expect(await explained(f, [[one, three]], [other, three])).toHaveLength(1);
  });

  test("a different function object", async () => {
    const make = () =>
      function step(x: Tensor) {
        return np.add(x, 1);
      };
    config.explainCacheMisses = true;
    expect(await warnings(() => jit(make())(three))).toEqual([]);
    expect(await warnings(() => jit(make())(three))).toEqual([
      "jit(step) is traced again: a different function object of the same source. Traces are kept by function: make it once, outside the loop, and pass what changes as arguments.",
    ]);
  });

  test("placement, which needs no trace", async () => {
    const f = jit((x: { w: Tensor }) => np.add(x.w, 1)) as Any;
    const told = await explained(f, [[{ w: three }]], [{ w: devicePut(three, devices()[0]) }]);
    expect(told).toEqual([
      "jit(f) is compiled again from its trace: args[0].w: uncommitted SingleDeviceSharding(cpu:0) → committed SingleDeviceSharding(cpu:0).",
    ]);
  });

  test("a hit says nothing", async () => {
    const f = jit(double) as Any;
    expect(await explained(f, [[three]], [three])).toEqual([]);
  });
});

describe("log_compiles", () => {
  test("one line for each trace, lowering and compilation, with seconds", async () => {
    config.logCompiles = true;
    const inner = jit(function inner(x: Tensor) {
      return np.sin(x);
    });
    const x = np.array(new Float32Array(5));
    const f = jit(function outer(a: Tensor) {
      return inner(a);
    });
    const seconds = String.raw`in \d+\.\d{6} s$`;
    const told = await warnings(() => f(x));
    const lines = [
      "traced jit\\(inner\\) of \\(float32\\[5\\]\\)",
      "traced jit\\(outer\\) of \\(float32\\[5\\]\\)",
      "lowered outer",
      "compiled outer",
    ];
    expect(told).toHaveLength(lines.length);
    for (const [i, line] of lines.entries()) expect(told[i]).toMatch(new RegExp(`^${line} ${seconds}`));
    expect(await warnings(() => f(x))).toEqual([]);
  });
});

describe("settings", () => {
  test("a name that does not exist is refused, with the nearest", () => {
    expect(() => Object.assign(config, { logCompile: true })).toThrow(ConfigError);
    expect(() => Object.assign(config, { logCompile: true })).toThrow(
      /config\.logCompile is no setting\. Did you mean config\.logCompiles\?/,
    );
    expect(() => Object.assign(config, { zzz: 1 })).toThrow(/There are: .*compilationCacheDir.*maxCachedPrograms/);
    expect("zzz" in config).toBe(false);
  });

  test.each([
    ["maxCachedPrograms", 0],
    ["maxCachedTraces", 1.5],
    ["persistentCacheMinCompileSecs", -1],
    ["compilationCacheMaxBytes", Number.NaN],
  ] as const)("%s refuses %d", (name, value) => {
    const before = config[name];
    expect(() => Object.assign(config, { [name]: value })).toThrow(ConfigError);
    expect(config[name]).toBe(before);
  });
});
