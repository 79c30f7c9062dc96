// export: round trips in this process and another, calls under transformations, and what is refused by name.
import {
  config,
  deserialize,
  devicePut,
  devices,
  ExportError,
  type Exported,
  exportJit,
  grad,
  jit,
  lax,
  makeMesh,
  NamedSharding,
  NonDifferentiableError,
  np,
  P,
  registerTreeSerialization,
  ShapeDtypeStruct,
  ShardingError,
  type Tensor,
  TreeError,
  tree,
  vmap,
} from "jorts";
import { countCompilations } from "jorts/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { decodeExported, encodeExported } from "../../src/compile/export-format.ts";
import { includedText } from "../../src/compile/include.ts";
import { pureCallback } from "../../src/lib/callback.ts";
import { childRunner, type RunChild, temporaryFolder } from "./child.ts";

config.numCpuDevices = 4;

const values = (t: unknown) => (t as Tensor).tolist();
const x3 = new ShapeDtypeStruct([3], "float32");
const scalar = new ShapeDtypeStruct([], "float32");
const x = np.array([1, 2, 3]);

const captured = np.array([10, 20, 30]);
const inner = jit(function inner(v: Tensor) {
  return np.tanh(v);
});
const layer = jit(function layer(p: { w: Tensor; b: Tensor }, v: Tensor) {
  const h = inner(np.add(inner(np.mul(v, p.w)), captured));
  const [last] = lax.scan((c: Tensor, _: null) => [np.mul(c, 2), null], h, null, { length: 2 }) as [Tensor, null];
  return { y: np.add(last, p.b), n: np.argmax(v) };
});
const params = { w: np.array([1, 0.5, 0.25]), b: np.array(1) };
const exported = exportJit(layer)({ w: x3, b: scalar }, x3);
const again = () => deserialize(exported.serialize()) as Exported<[typeof params, Tensor], { y: Tensor; n: Tensor }>;

describe("round trip", () => {
  test("keeps names, avals, trees, platforms and text", () => {
    const e = again();
    expect(e.funName).toBe("layer");
    expect(e.inAvals.map((a) => `${a.dtype}[${a.shape}]`)).toEqual(["float32[]", "float32[3]", "float32[3]"]);
    expect(e.outAvals.map((a) => `${a.dtype}[${a.shape}]`)).toEqual(["int32[]", "float32[3]"]);
    expect([e.inTree, e.outTree]).toEqual([exported.inTree, exported.outTree]);
    expect([e.platforms, e.nrDevices, e.hiddenArguments, e.hasVjp]).toEqual([["cpu"], 1, 1, false]);
    expect(e.stablehlo()).toBe(exported.stablehlo());
    expect(e.stablehlo()).toMatch(/^module @jit_layer/);
    expect(e.stablehloVersion).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Buffer.compare(e.serialize(), exported.serialize())).toBe(0);
  });

  test("gives the same numbers, tracing nothing and compiling once", () => {
    const wanted = layer(params, x);
    const e = again();
    const counts = countCompilations(() => {
      for (let i = 0; i < 3; i++) {
        const got = e.call(params, x);
        expect([values(got.y), got.n.item()]).toEqual([values(wanted.y), wanted.n.item()]);
      }
    });
    expect(counts).toMatchObject({ traces: 0, compiles: 1 });
  });

  test("static arguments are bound, unused ones stay", () => {
    const f = jit((v: Tensor, n: number, _unused: Tensor) => np.mul(v, n), { staticArgnums: 1 });
    const e = exportJit(f)(x3, 5, scalar) as unknown as Exported<[Tensor, Tensor], Tensor>;
    expect(values(deserialize(e.serialize()).call(x, np.array(0)))).toEqual([5, 10, 15]);
  });

  test("takes host values, and bfloat16 and boolean captures bit for bit", () => {
    const half = np.array([1.5, -2, 3], { dtype: "bfloat16" });
    const mask = np.array([true, false, true]);
    const f = jit((v: Tensor) => np.where(mask, np.add(v, half), v));
    const e = deserialize(exportJit(f)(x3).serialize());
    expect(values(e.call(new Float32Array([1, 2, 3])))).toEqual([2.5, 2, 6]);
  });

  test("classes are trees under a name that both sides register", () => {
    class Linear {
      readonly w: Tensor;
      readonly act: string;
      constructor(w: Tensor, act: string) {
        this.w = w;
        this.act = act;
      }
    }
    tree.register(
      Linear,
      (l) => [[l.w], l.act] as const,
      (act, [w]) => new Linear(w as Tensor, act),
    );
    const f = jit((l: Linear, v: Tensor) => new Linear(np.mul(l.w, v), l.act));
    const e = exportJit(f)(new Linear(x, "relu"), x);
    expect(() => e.serialize()).toThrow(/class Linear .* has no format/);
    registerTreeSerialization(Linear, { name: "test.Linear" });
    const out = deserialize(e.serialize()).call(new Linear(x, "relu"), x) as Linear;
    expect([out instanceof Linear, out.act, values(out.w)]).toEqual([true, "relu", [1, 4, 9]]);
    expect(() => registerTreeSerialization(Map, { name: "test.Linear" })).toThrow(ExportError);
  });
});

describe("under transformations", () => {
  test("jit calls it as one private function, whatever its symbols are called", () => {
    const e = again();
    const f = jit(function inner(v: Tensor) {
      return np.add(e.call(params, v).y, e.call(params, np.mul(v, 2)).y);
    });
    const wanted = np.add(layer(params, x).y, layer(params, np.mul(x, 2)).y);
    expect(values(f(x))).toEqual(values(wanted));
    const text = f.lower(x).asText();
    expect(text.match(/func\.func private @layer\(/g)).toHaveLength(1);
    expect(text.match(/call @layer\(/g)).toHaveLength(2);
    expect(text.match(/func\.func private @layer_inner\w*\(/g)?.length).toBeGreaterThan(0);
    expect(f.lower(x).costAnalysis().flops).toBeGreaterThanOrEqual(2 * layer.lower(params, x).costAnalysis().flops);
  });

  test("vmap calls it for one example after the other", () => {
    const e = again();
    const xs = np.stack([x, np.mul(x, 2)]);
    const got = vmap((p: typeof params, v: Tensor) => e.call(p, v).y, { inAxes: [null, 1], outAxes: 0 })(
      params,
      np.transpose(xs),
    );
    expect(values(got)).toEqual([values(layer(params, x).y), values(layer(params, np.mul(x, 2)).y)]);
  });

  test("grad without an exported derivative is refused", () => {
    const e = again();
    expect(() => grad((v: Tensor) => np.sum(e.call(params, v).y))(x)).toThrow(NonDifferentiableError);
    expect(() => grad((v: Tensor) => np.sum(e.call(params, v).y))(x)).toThrow(
      /layer was exported without its derivative.*vjpOrder: 1/,
    );
    expect(() => e.vjp()).toThrow(ExportError);
  });

  test("vjpOrder exports derivatives, integers apart", () => {
    const loss = (f: (p: typeof params, v: Tensor) => { y: Tensor }) => (p: typeof params, v: Tensor) =>
      np.sum(np.square(f(p, v).y));
    const e = deserialize(exportJit(layer, { vjpOrder: 1 })({ w: x3, b: scalar }, x3).serialize()) as ReturnType<
      typeof again
    >;
    expect(e.hasVjp).toBe(true);
    const want = grad(loss(layer))(params, x);
    for (const g of [grad(loss(e.call)), jit(grad(loss(e.call)))]) {
      const got = g(params, x);
      expect(values(got.w)).toEqual((values(want.w) as number[]).map((v) => expect.closeTo(v, 3)));
      expect(got.b.item()).toBeCloseTo(want.b.item() as number, 3);
    }
    expect(values(e.call(params, x).y)).toEqual(values(layer(params, x).y));
  });

  test("the second derivative needs the second order", () => {
    const cube = jit((v: Tensor) => np.mul(v, np.mul(v, v)));
    const twice = (e: Exported<[Tensor], Tensor>) => grad((v: Tensor) => grad((u: Tensor) => e.call(u))(v));
    expect(() => twice(exportJit(cube, { vjpOrder: 1 })(scalar))(np.array(2))).toThrow(NonDifferentiableError);
    expect(twice(exportJit(cube, { vjpOrder: 2 })(scalar))(np.array(2)).item()).toBe(12);
  });
});

describe("wrong platform or avals throw", () => {
  test.each<[string, () => unknown[], new (m: string) => Error, RegExp]>([
    [
      "shape",
      () => [{ ...params, w: np.ones([4]) }, x],
      TreeError,
      /layer: args\[0\]\.w is float32\[4\], but was exported as float32\[3\]/,
    ],
    ["dtype", () => [params, np.ones([3], { dtype: "int32" })], TreeError, /args\[1\] is int32\[3\]/],
    ["keys", () => [{ w: x }, x], TreeError, /args\[0\]: \{b: \*, w: \*\} → \{w: \*\}/],
    ["arity", () => [params], TreeError, /another structure/],
  ])("%s, by path", (_name, args, error, message) => {
    const call = () => (again().call as (...a: unknown[]) => unknown)(...args());
    expect(call).toThrow(error);
    expect(call).toThrow(message);
  });

  test("platform, at the top and inside jit", () => {
    const e = exportJit(inner, { platforms: ["cuda"] })(x3);
    expect(() => e.call(x)).toThrow(ExportError);
    expect(() => e.call(x)).toThrow(
      /exported for cuda, but it is used on cpu\. Export it with { platforms: \["cpu"\] }/,
    );
    expect(() => jit((v: Tensor) => e.call(v))(x)).toThrow(ExportError);
    expect(() => e.stablehlo("cpu")).toThrow(ExportError);
    const both = deserialize(exportJit(inner, { platforms: ["cuda", "cpu"] })(x3).serialize());
    expect(both.platforms).toEqual(["cuda", "cpu"]);
    expect(values(both.call(x))).toEqual(values(inner(x)));
  });

  test("a StableHLO that the plugin does not read", () => {
    const newer = restamped("99.0.0");
    expect(() => deserialize(newer).call(params, x)).toThrow(/written in StableHLO 99\.0\.0, but this plugin reads \d/);
    expect(() => deserialize(restamped("0.1.0")).call(params, x)).toThrow(ExportError);
  });

  test.each<[string, (b: Uint8Array) => Uint8Array]>([
    ["no program", () => Buffer.from("abc")],
    ["cut short", (b) => b.subarray(0, b.length - 3)],
    ["changed", (b) => b.map((v, i) => (i === b.length - 1 ? v ^ 1 : v))],
  ])("bytes that are %s", (_name, damage) => {
    expect(() => deserialize(damage(exported.serialize()))).toThrow(ExportError);
  });

  test("a function that calls back into its process", () => {
    const f = jit((v: Tensor) => pureCallback((u: Tensor) => u, new ShapeDtypeStruct([3], "float32"), v));
    expect(() => exportJit(f)(x3)).toThrow(ExportError);
    expect(() => exportJit(f)(x3)).toThrow(/calls functions of this process/);
  });

  test("a function that is not jitted, a tracer, an order that is none", () => {
    expect(() => exportJit(((v: Tensor) => v) as never)(x)).toThrow(/takes a jitted function/);
    expect(() => exportJit(inner, { vjpOrder: -1 })).toThrow(ExportError);
    expect(() => exportJit(inner, { platforms: [] })).toThrow(ExportError);
    expect(() =>
      jit((w: Tensor) => {
        exportJit(jit((v: Tensor) => np.mul(v, w)))(x3);
        return w;
      })(x),
    ).toThrow(/closed over a value that is being traced/);
  });
});

describe("several devices", () => {
  const mesh = makeMesh([2, 2], ["data", "model"]);
  const on = (...spec: (string | null)[]) => new NamedSharding(mesh, P(...spec));
  const f = jit((v: Tensor, w: Tensor) => np.matmul(v, w), {
    inShardings: [on("data"), on(null, "model")],
    outShardings: on("data", "model"),
  });
  const a = np.reshape(np.arange(16), [4, 4]);
  const e = deserialize(exportJit(f)(a, a).serialize());

  test("run on the caller's devices with the shardings of the export", () => {
    expect([e.nrDevices, e.mesh]).toEqual([4, { axisNames: ["data", "model"], axisSizes: [2, 2] }]);
    const got = e.call(a, a) as Tensor;
    expect(values(got)).toEqual(values(np.matmul(a, a)));
    expect(String(got.sharding)).toContain('P("data", "model")');
    const other = makeMesh([2, 2], ["data", "model"], { devices: [...devices()].reverse() });
    const moved = devicePut(a, new NamedSharding(other, P("data")));
    expect((e.call(moved, a) as Tensor).devices()[0]).toBe(devices()[3]);
  });

  test("are called outside transformations only, and need the devices", () => {
    expect(() => jit((v: Tensor) => e.call(v, v))(a)).toThrow(ShardingError);
    expect(() => e.call(devicePut(a, devices()[0]), a)).toThrow(
      /exported for 4 devices, but an argument is committed to 1/,
    );
  });
});

describe("included text", () => {
  const module = [
    "module @jit_f attributes {mhlo.num_partitions = 1 : i32} {",
    '  sdy.mesh @mesh = <["x"=1]>',
    '  func.func public @main(%arg0: tensor<f32>) -> (tensor<f32> {jax.result_info = "@main @g"}) {',
    "    %0 = call @g(%arg0) : (tensor<f32>) -> tensor<f32>",
    '    %1 = stablehlo.custom_call @g(%0) {backend_config = "call @g \\" @g"} : (tensor<f32>) -> tensor<f32>',
    "    %2 = sdy.sharding_constraint %1 <@mesh, []> : tensor<f32>",
    "    return %2 : tensor<f32>",
    "  }",
    "  func.func private @g(%arg0: tensor<f32>) -> tensor<f32> {",
    "    return %arg0 : tensor<f32>",
    "  }",
    "}",
    "",
  ].join("\n");

  test("renames symbols, not strings and not the targets of kernels", () => {
    const text = includedText(module, "entry", (name) => `entry_${name}`);
    expect(text).toContain('sdy.mesh @entry_mesh = <["x"=1]>');
    expect(text).toContain(
      'func.func private @entry(%arg0: tensor<f32>) -> (tensor<f32> {jax.result_info = "@main @g"})',
    );
    expect(text).toContain("call @entry_g(%arg0)");
    expect(text).toContain('custom_call @g(%0) {backend_config = "call @g \\" @g"}');
    expect(text).toContain("<@entry_mesh, []>");
    expect(text).toContain("func.func private @entry_g(");
    expect(text.startsWith("module")).toBe(false);
  });
});

describe("in another process", () => {
  const bundle = temporaryFolder();
  let child: RunChild;
  beforeAll(async () => {
    child = await childRunner(bundle);
  });

  test("the program runs, is differentiated, and refuses what it must, without the function", async () => {
    const bytes = exportJit(layer, { vjpOrder: 1 })({ w: x3, b: scalar }, x3).serialize();
    const body = `
      const e = jorts.deserialize(Buffer.from("${Buffer.from(bytes).toString("base64")}", "base64"));
      const p = { w: np.array([1, 0.5, 0.25]), b: np.array(1) };
      const x = np.array([1, 2, 3]);
      const out = e.call(p, x);
      const g = jorts.grad((v) => np.sum(e.call(p, v).y))(x);
      let refused;
      try { e.call(p, np.ones([4])); } catch (error) { refused = error.name + ": " + error.message; }
      console.log(JSON.stringify({ y: out.y.tolist(), n: out.n.item(), g: g.tolist(), refused }));
    `;
    const got = (await child(body)) as { y: number[]; n: number; g: number[]; refused: string };
    const wanted = layer(params, x);
    expect([got.y, got.n]).toEqual([values(wanted.y), wanted.n.item()]);
    const g = values(grad((v: Tensor) => np.sum(layer(params, v).y))(x)) as number[];
    expect(got.g).toEqual(g.map((v) => expect.closeTo(v, 4)));
    expect(got.refused).toBe("TreeError: layer: args[1] is float32[4], but was exported as float32[3].");
  });
});

/** The exported bytes with another version of StableHLO written in them. */
function restamped(version: string): Uint8Array {
  const program = decodeExported(exported.serialize());
  return encodeExported({ ...program, stablehloVersion: version });
}
