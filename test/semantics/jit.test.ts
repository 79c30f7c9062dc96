// jit, row by row of JAX's semantics: keys, static arguments, donation, shardings, nesting, options, constants.
import {
  ConfigError,
  checkpoint,
  config,
  DeletedBufferError,
  DonationError,
  devicePut,
  evalShape,
  grad,
  hessian,
  IndivisibleError,
  jacfwd,
  jacrev,
  jit,
  jvp,
  lax,
  linearize,
  linearTranspose,
  makeJaxpr,
  makeMesh,
  NamedSharding,
  np,
  P,
  ShardingError,
  type Tensor,
  TreeError,
  vjp,
  vmap,
} from "jorts";
import { countCompilations } from "jorts/testing";
import { describe, expect, test, vi } from "vitest";
import { JitFunction } from "../../src/compile/jit.ts";
import { readFixture } from "../fixtures.ts";
import { warnings } from "./warnings.ts";

config.numCpuDevices = 4;

const x = np.array([1, 2, 3, 4]);
const mesh = makeMesh([2, 2], ["data", "model"]);
const on = (...spec: (string | null | readonly string[])[]) => new NamedSharding(mesh, P(...spec));
const values = (t: unknown) => (t as Tensor).tolist();

describe("Abstract tracing", () => {
  test("the body runs once, and later changes of what it captured have no effect", () => {
    let runs = 0;
    let scale = 2;
    const f = jit((v: Tensor) => {
      runs++;
      return np.mul(v, scale);
    });
    expect(values(f(x))).toEqual([2, 4, 6, 8]);
    scale = 100;
    expect(values(f(x))).toEqual([2, 4, 6, 8]);
    expect(runs).toBe(1);
  });

  test("a throw leaves nothing behind: the next call traces again", () => {
    let broken = true;
    const f = jit((v: Tensor) => {
      if (broken) throw new RangeError("mine");
      return np.add(v, 1);
    });
    expect(() => f(x)).toThrow(RangeError);
    broken = false;
    expect(values(f(x))).toEqual([2, 3, 4, 5]);
  });
});

describe("Dispatch key", () => {
  test("repeated calls take the short path, static arguments or not", () => {
    const f = new JitFunction((v: Tensor, n: number) => np.mul(v, n), { staticArgnums: -1 });
    const slow = vi.spyOn(f as unknown as { callSlowly(args: unknown[]): unknown }, "callSlowly");
    for (const n of [2, 2, 2, 3, 3, 2]) expect(values(f.call([x, n]))).toEqual([n, 2 * n, 3 * n, 4 * n]);
    expect(slow.mock.calls.length).toBe(3);
  });
});

describe("Static args", () => {
  type Static = (v: Tensor, s: unknown) => Tensor;
  const runsOf = (f: (...args: never[]) => unknown, ...statics: unknown[]) =>
    statics.map((s) => countCompilations(() => (f as Static)(x, s)).traces);
  const fresh = () => jit((v: Tensor, _s: unknown) => v, { staticArgnums: 1 });
  class Size {
    readonly n: number;
    constructor(n: number) {
      this.n = n;
    }
  }
  const size = new Size(1);
  const shared = Symbol("own");

  test.each<[string, unknown[], number[]]>([
    ["NaN equals NaN", [Number.NaN, Number.NaN], [1, 0]],
    ["0 and -0 differ", [0, -0, 0, -0], [1, 1, 0, 0]],
    ["numbers, bigints, booleans and strings differ", [1, 1n, true, "1"], [1, 1, 1, 1]],
    ["null and undefined differ", [null, undefined, null], [1, 1, 0]],
    ["functions by identity", [Math.sin, Math.cos, Math.sin], [1, 1, 0]],
    ["instances of a class by identity", [size, new Size(1), size], [1, 1, 0]],
    [
      "symbols by identity, registered ones by name",
      [shared, Symbol("own"), Symbol.for("a"), Symbol.for("a")],
      [1, 1, 1, 0],
    ],
    [
      "frozen objects by value",
      [Object.freeze({ a: 1, b: 2 }), Object.freeze({ b: 2, a: 1 }), Object.freeze({ a: 1 })],
      [1, 0, 1],
    ],
    ["frozen arrays by value and type", [Object.freeze([1]), Object.freeze([1n]), Object.freeze([1])], [1, 1, 0]],
  ])("%s", (_name, statics, traces) => {
    expect(runsOf(fresh(), ...statics)).toEqual(traces);
  });

  test.each<[string, unknown, RegExp]>([
    ["a plain object", { a: 1 }, /args\[1\] is static, but it is a plain object that is not frozen/],
    ["an array", [1, 2], /args\[1\] is static, but it is an array that is not frozen/],
    ["an array within a frozen one", Object.freeze([Object.freeze([1]), [2]]), /args\[1\]\[1\] is static/],
    ["a tensor", x, /a tensor or typed array/],
    ["a typed array", new Float32Array(2), /a tensor or typed array/],
    ["a Map", new Map(), /it is a Map/],
  ])("refuses %s, which can change unseen", (_name, value, message) => {
    expect(() => fresh()(x, value)).toThrow(TreeError);
    expect(() => fresh()(x, value)).toThrow(message);
  });

  test.each<[string, number | number[], RegExp]>([
    ["beyond the end", 2, /staticArgnums names argument 2, but the function was called with 2/],
    ["before the start", -3, /staticArgnums names argument -3/],
    ["no whole number", 0.5, /staticArgnums holds 0.5/],
  ])("refuses a position %s", (_name, staticArgnums, message) => {
    expect(() => jit((v: Tensor, _n: number) => v, { staticArgnums })(x, 1)).toThrow(message);
  });

  test("negative positions count from the end, repeated ones count once", () => {
    const f = jit((v: Tensor, n: number) => np.mul(v, n), { staticArgnums: [-1, 1, 1] });
    expect(values(f(x, 3))).toEqual([3, 6, 9, 12]);
    expect(f.trace(x, 3).jaxpr).toMatch(/^{ lambda ; a:f32\[4\]\. let/);
  });

  test("the position is part of the key", () => {
    const f = (a: unknown, b: unknown) =>
      typeof a === "number" ? np.mul(b as Tensor, a) : np.add(a as Tensor, b as number);
    expect(values(jit(f, { staticArgnums: 1 })(x, 10))).toEqual([11, 12, 13, 14]);
    expect(values(jit(f, { staticArgnums: 0 })(10, x))).toEqual([10, 20, 30, 40]);
  });

  test("paths in messages count the static arguments", () => {
    const g = jit((_n: number, v: Tensor) => np.array(v.item() as number), { staticArgnums: 0 });
    expect(() => g(1, np.array(1))).toThrow(/args\[1\]/);
  });
});

describe("Trace key: closures", () => {
  test("a jitted function under grad may close over what is differentiated", () => {
    const g = grad((w: Tensor) => {
      const inner = jit((v: Tensor) => np.mul(v, w));
      return np.sum(inner(x));
    });
    expect(values(g(np.array([1, 1, 1, 1])))).toEqual([1, 2, 3, 4]);
  });

  test("a trace that closed over a tracer is not used in another trace", () => {
    let outer: Tensor | undefined;
    const inner = jit((v: Tensor) => np.add(v, outer!));
    const f = jit((w: Tensor) => {
      outer = w;
      return inner(w);
    });
    expect(values(f(x))).toEqual([2, 4, 6, 8]);
    expect(values(f(np.ones([2])))).toEqual([2, 2]);
    expect(() => inner(np.ones([2]))).toThrow(/after that trace had ended/);
  });

  test("captured concrete arrays are hidden arguments, one program for both jits", () => {
    const c = np.array([10, 20, 30, 40]);
    const f = (v: Tensor) => np.add(v, c);
    expect(values(jit(f)(x))).toEqual([11, 22, 33, 44]);
    expect(countCompilations(() => jit(f)(x)).compiles).toBe(0);
    expect(jit(f).lower(x).asText()).not.toContain("dense<[");
  });
});

describe("Donation", () => {
  test("a donated buffer is matched with the first result of its aval", () => {
    const text = jit((a: Tensor, b: Tensor) => [np.sum(b), np.add(a, b)], { donateArgnums: 0 })
      .lower(x, x)
      .asText();
    expect(text).toContain("tf.aliasing_output = 1");
    expect(text.match(/aliasing_output/g)).toHaveLength(1);
  });

  test("on several devices without a result sharding it is a donor", () => {
    const y = devicePut(x, on("data"));
    const text = jit((a: Tensor) => np.mul(a, 2), { donateArgnums: 0 })
      .lower(y)
      .asText();
    expect(text).toContain("jax.buffer_donor = true");
  });

  test.each([
    ["negative positions", -1],
    ["lists", [1]],
  ])("takes %s", (_name, donateArgnums) => {
    const [a, b] = [np.ones([4]), np.ones([4])];
    jit((u: Tensor, v: Tensor) => np.add(u, v), { donateArgnums })(a, b);
    expect([a.isDeleted, b.isDeleted]).toEqual([false, true]);
  });

  test("refuses a position beyond the arguments, and one that is static by counting from the end", () => {
    expect(() => jit((v: Tensor) => np.add(v, 1), { donateArgnums: 1 })(x)).toThrow(/donateArgnums names argument 1/);
    expect(() => jit((v: Tensor, _n: number) => v, { donateArgnums: 1, staticArgnums: -1 })(x, 1)).toThrow(
      DonationError,
    );
  });

  test("host arrays are left as they were", () => {
    const host = new Float32Array([1, 2]);
    jit((v: Tensor) => np.add(v, 1), { donateArgnums: 0 })(host as unknown as Tensor);
    expect([...host]).toEqual([1, 2]);
  });

  test("an inner jit's donation is ignored", () => {
    const inner = jit((v: Tensor) => np.add(v, 1), { donateArgnums: 0 });
    const y = np.ones([4]);
    expect(values(jit((v: Tensor) => np.add(inner(v), v))(y))).toEqual([3, 3, 3, 3]);
    expect(y.isDeleted).toBe(false);
  });

  test("an unusable donation warns, naming the argument", async () => {
    const told = await warnings(() =>
      jit(
        function shrink(v: { a: Tensor }) {
          return np.sum(v.a);
        },
        { donateArgnums: 0 },
      )({ a: np.ones([3]) }),
    );
    expect(told).toEqual(["shrink: the donated args[0].a fits no result; it was not donated."]);
  });
});

describe("Deleted buffer", () => {
  test("two moments that share one zeros tree fail cleanly, and nothing is lost", () => {
    const zeros = { w: np.zeros([4]) };
    const step = jit(
      (s: { m: { w: Tensor }; v: { w: Tensor } }) => ({ m: { w: np.add(s.m.w, 1) }, v: { w: np.add(s.v.w, 2) } }),
      {
        donateArgnums: 0,
      },
    );
    expect(() => step({ m: zeros, v: zeros })).toThrow(DonationError);
    expect(() => step({ m: zeros, v: zeros })).toThrow(/args\[0\]\.v\.w is donated twice/);
    expect(values(zeros.w)).toEqual([0, 0, 0, 0]);
  });

  test("a deleted argument is refused, used or not", () => {
    const gone = np.ones([4]);
    gone.dispose();
    expect(() => jit((v: Tensor) => np.add(v, 1))(gone)).toThrow(DeletedBufferError);
    const unused = jit((v: Tensor, _w: Tensor) => np.add(v, 1));
    unused(x, x);
    expect(() => unused(x, gone)).toThrow("Array has been deleted with shape=float32[4].");
  });
});

describe("in/out shardings", () => {
  const y = np.ones([4, 8]);

  test.each<[string, unknown, unknown, new (m: string) => Error, RegExp]>([
    ["a committed mismatch", [on("data")], devicePut(y, on("model")), TreeError, /args\[0\] is committed/],
    ["an uneven split", [on(["data", "model"])], np.ones([6]), IndivisibleError, /size 6/],
    ["a spec without a mesh", [P("data")], y, ShardingError, /inShardings\[0\] is P\("data"\), a spec without a mesh/],
    ["a prefix that does not fit", { a: on() }, y, TreeError, /inShardings is no prefix/],
  ])("refuses %s", (_name, inShardings, arg, error, message) => {
    const f = jit((v: Tensor) => np.add(v, 1), { inShardings });
    expect(() => f(arg as Tensor)).toThrow(error);
    expect(() => f(arg as Tensor)).toThrow(message);
  });

  test("null leaves a leaf to its argument or to the compiler", () => {
    const f = jit((a: Tensor, b: Tensor) => [np.add(a, 1), np.add(b, 1)], {
      inShardings: [on("data"), null],
      outShardings: [null, on("model")],
    });
    const [p, q] = f(y, y) as [Tensor, Tensor];
    expect(q.sharding.equals(on("model"))).toBe(true);
    expect(values(p)).toEqual(values(q));
  });

  test("inside another trace they are constraints", () => {
    const inner = jit((v: Tensor) => np.mul(v, 2), { inShardings: [on("data")], outShardings: on("model") });
    const text = jit((v: Tensor) => inner(v))
      .lower(y)
      .asText();
    expect(text.match(/sdy\.sharding_constraint/g)).toHaveLength(2);
    expect(text).toMatch(/sharding_constraint %\w+ <@mesh, \[\{"data"\}, \{\}\]>/);
  });
});

describe("jit of jit", () => {
  const inner = jit(function inner(v: Tensor) {
    return np.sin(v);
  });
  const functions = (f: (v: Tensor) => Tensor) =>
    jit(f)
      .lower(x)
      .asText()
      .match(/func\.func private/g)?.length ?? 0;

  test.each<[string, (v: Tensor) => Tensor, number]>([
    ["three calls are one function", (v) => inner(inner(inner(v))), 1],
    ["under vmap too", (v) => vmap((u: Tensor) => inner(inner(u)))(v), 1],
    ["inline records the equations", (v) => jit((u: Tensor) => np.sin(u), { inline: true })(v), 0],
  ])("%s", (_name, f, count) => {
    expect(functions(f)).toBe(count);
  });

  test("captured outer tracers are leading operands", () => {
    const f = jit((w: Tensor) => jit((v: Tensor) => np.mul(v, w))(np.add(w, 1)));
    expect(values(f(x))).toEqual([2, 6, 12, 20]);
  });

  test("loops in an inner jit stay functions of their own", () => {
    const f = jit((v: Tensor) => lax.foriLoop(0, 3, (_i, c) => np.mul(c as Tensor, 2), v) as Tensor);
    expect(values(jit((v: Tensor) => f(f(v)))(np.ones([1])))).toEqual([64]);
  });
});

describe("keep_unused", () => {
  test.each([
    [false, 1],
    [true, 2],
  ])("%s: @main takes %i arguments", (keepUnused, arity) => {
    const text = jit((v: Tensor, _w: Tensor) => np.add(v, 1), { keepUnused })
      .lower(x, x)
      .asText();
    expect(/@main\((.*?)\) ->/.exec(text)![1]!.split("%arg").length - 1).toBe(arity);
  });
});

describe("compiler_options", () => {
  const add = (v: Tensor) => np.add(v, 1);

  test("an unknown name is refused with the nearest one", () => {
    const f = jit(add, { compilerOptions: { xla_cpu_enable_fast_mth: true } });
    expect(() => f(x)).toThrow(ConfigError);
    expect(() => f(x)).toThrow(
      /XLA has no option "xla_cpu_enable_fast_mth"\. Did you mean "xla_cpu_enable_fast_math"\?/,
    );
  });

  test("without one that is near, none is suggested", () => {
    const f = jit(add, { compilerOptions: { xla_nope_x: true } });
    expect(() => f(x)).toThrow(/^compilerOptions: XLA has no option "xla_nope_x"\.$/);
  });

  test("a value of another type is refused, naming the option", () => {
    const f = jit(add, { compilerOptions: { xla_cpu_enable_fast_math: "maybe" } });
    expect(() => f(x)).toThrow(ConfigError);
    expect(() => f(x)).toThrow(/compilerOptions\.xla_cpu_enable_fast_math/);
  });

  test("they are part of the key, in any order", () => {
    const one = { xla_cpu_enable_fast_math: true, xla_backend_optimization_level: 1 };
    const compiles = (compilerOptions: Record<string, boolean | number>) =>
      countCompilations(() => jit(add, { compilerOptions })(x));
    expect(compiles(one).compiles).toBe(1);
    expect(compiles({ xla_backend_optimization_level: 1, xla_cpu_enable_fast_math: true }).compiles).toBe(0);
    expect(compiles({ ...one, xla_backend_optimization_level: 2 }).compiles).toBe(1);
  });

  describe("at the outermost jit only, as in JAX", () => {
    const compilerOptions = { xla_cpu_enable_fast_math: true };
    const f = jit((v: Tensor) => np.sum(np.multiply(v, v)), { compilerOptions });
    const linear = jit((v: Tensor) => np.multiply(v, 2), { compilerOptions });
    const empty = jit((v: Tensor) => np.sum(np.multiply(v, v)), { compilerOptions: {} });
    const rows = np.ones([4, 4]);
    const ways: Readonly<Record<string, () => unknown>> = {
      alone: () => f(x),
      vmap: () => vmap(f)(rows),
      "vmap with an axis name": () => vmap((v: Tensor) => lax.psum(f(v), "i"), { axisName: "i" })(rows),
      "vmap of vmap": () => vmap(vmap(f))(np.ones([1, 4, 4])),
      jvp: () => jvp(f, [x], [x]),
      "jvp of jvp": () => jvp((v: Tensor) => jvp(f, [v], [v])[1], [x], [x]),
      "jvp among others": () => jvp((v: Tensor) => np.sin(f(np.sin(v))), [x], [x]),
      jacfwd: () => jacfwd(f)(x),
      linear_transpose: () => linearTranspose((v: Tensor) => np.multiply(linear(v), 3), x)(x),
      eval_shape: () => evalShape(f, x),
      "empty options under grad": () => grad(empty)(x),
      grad: () => grad(f)(x),
      vjp: () => vjp(f, x),
      linearize: () => linearize(f, x),
      jacrev: () => jacrev(f)(x),
      hessian: () => hessian(f)(x),
      "vmap of grad": () => vmap(grad(f))(rows),
      "grad of vmap": () => grad((v: Tensor) => np.sum(vmap(f)(v)))(rows),
      "jvp of grad": () => jvp(grad(f), [x], [x]),
      jit: () => jit(f)(x),
      "trace of jit": () => jit((v: Tensor) => f(v)).trace(x),
      "jit of vmap": () => jit(vmap(f))(rows),
      make_jaxpr: () => makeJaxpr(f)(x),
      scan: () => lax.scan((c: Tensor) => [np.multiply(c, f(c)), null], x, null, { length: 2 }),
      cond: () => lax.cond(true, f, f, x),
      checkpoint: () => checkpoint(f)(x),
    };
    test.each(readFixture("jit-counts.json").compilerOptions)("$name, refused: $refused", ({ name, refused }) => {
      if (refused) {
        expect(ways[name]!).toThrow(ConfigError);
        expect(ways[name]!).toThrow(/only be given to the outermost jit, got {"xla_cpu/);
      } else expect(ways[name]!).not.toThrow();
    });

    test("under vmap and jvp it is a program of its own, with its options", () => {
      const compiles = (compilerOptions: Record<string, number>) => {
        const own = jit((v: Tensor) => np.sum(np.multiply(v, 5)), { compilerOptions });
        const call = () => vmap((v: Tensor) => np.add(own(np.sin(v)), 1))(rows);
        return [countCompilations(call).compiles, countCompilations(call).compiles];
      };
      expect(compiles({ xla_backend_optimization_level: 1 })).toEqual([3, 0]);
      const unknown = jit(add, { compilerOptions: { xla_nope_x: true } });
      expect(() => vmap(unknown)(x)).toThrow(/XLA has no option "xla_nope_x"/);
    });

    test("the numbers are those without options", () => {
      const half = (v: Tensor) => np.add(np.multiply(np.sum(np.sin(linear(np.sin(v)))), 0.5), v);
      const plain = (v: Tensor) => np.add(np.multiply(np.sum(np.sin(np.multiply(np.sin(v), 2))), 0.5), v);
      const level = (options: object) => JSON.stringify(options);
      expect(level(jvp(half, [x], [x]).map(values))).toBe(level(jvp(plain, [x], [x]).map(values)));
      const [same, given] = jvp((v: Tensor) => [linear(v), v], [x], [x])[0] as unknown as [Tensor, Tensor];
      expect([values(same), values(given)]).toEqual([
        [2, 4, 6, 8],
        [1, 2, 3, 4],
      ]);
    });
  });
});

describe("Text conventions", () => {
  test("the golden module, without and with debug info", () => {
    const lowered = jit(function scale(p: { w: Tensor }, b: Tensor) {
      return { y: np.add(np.mul(p.w, 2), b) };
    }).lower({ w: x }, x);
    expect(lowered.asText()).toMatchInlineSnapshot(`
      "module @jit_scale attributes {mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 1 : i32} {
        func.func public @main(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>) -> (tensor<4xf32> {jax.result_info = "result.y"}) {
          %cst = stablehlo.constant dense<2.000000e+00> : tensor<4xf32>
          %0 = stablehlo.multiply %arg0, %cst : tensor<4xf32>
          %1 = stablehlo.add %0, %arg1 : tensor<4xf32>
          return %1 : tensor<4xf32>
        }
      }
      "
    `);
    expect(lowered.asText({ debugInfo: true })).toMatch(/loc\(".*jit\.test\.ts":\d+:\d+\)/);
  });
});

describe("Constants", () => {
  test("a captured 100 MB array is never spelled", () => {
    using big = np.zeros([25, 1_000_000]);
    const f = jit((v: Tensor) => np.add(np.sum(big), v));
    expect(f.lower(np.array(1)).asText().length).toBeLessThan(3000);
    f.clearCache();
  });
});
