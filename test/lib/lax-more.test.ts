// Precision of products, hasAux, solvers, code by platform, hidden random numbers, and what they refuse.
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import "../../src/lib/install.ts";
import { config } from "../../src/compile/config.ts";
import { counters } from "../../src/compile/counters.ts";
import {
  ConfigError,
  DTypeError,
  JortsError,
  NonDifferentiableError,
  ShapeError,
  ShardingError,
  TreeError,
} from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad, jvp, linearize, vjp } from "../../src/lib/grad.ts";
import { jacfwd } from "../../src/lib/jacobian.ts";
import { jit } from "../../src/lib/jit.ts";
import * as lax from "../../src/lib/lax.ts";
import * as nn from "../../src/lib/nn.ts";
import * as np from "../../src/lib/np.ts";
import * as random from "../../src/lib/random.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { read } from "./values.ts";

afterEach(() => {
  config.defaultMatmulPrecision = undefined;
});
const [a, b] = [np.ones([2, 3]), np.ones([3, 4])];
const lines = (f: (x: Tensor, y: Tensor) => Tensor, x = a, y = b) =>
  jit(f)
    .lower(x, y)
    .asText()
    .split("\n")
    .flatMap((l) => /stablehlo\.(?:convert|dot_general|convolution).*/.exec(l)?.[0] ?? []);
const levels = (text: string) =>
  /precision(?:_config)? = \[(?:#stablehlo<precision )?(\w+)>?, (?:#stablehlo<precision )?(\w+)>?\]/
    .exec(text)!
    .slice(1);

describe("precision", () => {
  it.each([
    [undefined, "DEFAULT", "DEFAULT"],
    ["highest", "HIGHEST", "HIGHEST"],
    ["HIGHEST", "HIGHEST", "HIGHEST"],
    ["float32", "HIGHEST", "HIGHEST"],
    ["tensorfloat32", "HIGH", "HIGH"],
    ["bfloat16_3x", "HIGH", "HIGH"],
    ["fastest", "DEFAULT", "DEFAULT"],
    [["high", "highest"], "HIGH", "HIGHEST"],
  ] as const)("%s", (precision, left, right) => {
    const options = precision === undefined ? {} : { precision };
    for (const f of [
      (x: Tensor, y: Tensor) => lax.dot(x, y, options),
      (x: Tensor, y: Tensor) => np.matmul(x, y, options),
      (x: Tensor, y: Tensor) => np.einsum("ij,jk->ik", x, y, options),
      (x: Tensor, y: Tensor) =>
        lax.dotGeneral(
          x,
          y,
          [
            [[1], [0]],
            [[], []],
          ],
          options,
        ),
    ])
      expect(levels(lines(f)[0]!)).toEqual([left, right]);
    const conv = (x: Tensor, y: Tensor) => lax.conv(x, y, [1], "SAME", options);
    expect(levels(lines(conv, np.ones([1, 1, 4]), np.ones([1, 1, 3]))[0]!)).toEqual([left, right]);
  });
  it("goes through to both derivatives", () => {
    const f = (x: Tensor, y: Tensor) =>
      np.stack(
        grad((p: Tensor, q: Tensor) => lax.dot(p, q, { precision: ["high", "highest"] }).sum(), { argnums: [0, 1] })(
          x,
          y,
        ).map((g) => g.sum()),
      );
    expect(lines(f).map((l) => levels(l).join())).toEqual(["HIGH,HIGHEST", "HIGH,HIGHEST"]);
  });
  it("names algorithms, whose types the operands and the sums take", () => {
    const x3 = lines((x, y) => lax.dot(x, y, { precision: "BF16_BF16_F32_X3" }));
    expect(x3).toHaveLength(1);
    expect(x3[0]).toContain(
      "algorithm = <lhs_precision_type = bf16, rhs_precision_type = bf16, accumulation_type = f32, lhs_component_count = 1, " +
        "rhs_component_count = 1, num_primitive_operations = 3, allow_imprecise_accumulation = false> : " +
        "(tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>",
    );
    const half = lines((x, y) => lax.dot(x, y, { precision: "F16_F16_F16" }));
    expect(half.map((l) => /^\S+/.exec(l)![0].slice(10))).toEqual(["convert", "convert", "dot_general", "convert"]);
    const narrow = [a, b].map((t) => t.astype("bfloat16")) as [Tensor, Tensor];
    // 16-bit operands keep a 16-bit result; one of another type goes through the algorithm's.
    expect(lines((x, y) => lax.dot(x, y, { precision: "BF16_BF16_F32" }), ...narrow)).toHaveLength(1);
    expect(lines((x, y) => lax.dot(x, y, { precision: "F32_F32_F32" }), ...narrow)).toHaveLength(4);
    expect(read(jit((x: Tensor, y: Tensor) => lax.dot(x, y, { precision: "F64_F64_F64" }))(a, b))).toEqual(
      Array(8).fill(3),
    );
  });
  it("refuses what the CPU does not do, and what means nothing", () => {
    const run = (precision: never) => lax.dot(a, b, { precision });
    expect(() => run("TF32_TF32_F32" as never)).toThrow(/TF32_TF32_F32, which the CPU does not support; expected F16/);
    const own = { lhsPrecisionType: "float32", rhsPrecisionType: "float32", accumulationType: "float32" };
    expect(() => run(own as never)).toThrow(DTypeError);
    expect(() => run("sharp" as never)).toThrow(/got precision "sharp", expected one of default/);
    expect(() => run(["high", "F32_F32_F32"] as never)).toThrow(DTypeError);
  });
  it("config.defaultMatmulPrecision is part of what a trace is", () => {
    const f = jit((x: Tensor, y: Tensor) => np.matmul(x, y));
    const traces = () => counters.traces;
    f(a, b);
    const before = traces();
    f(a, b);
    expect(traces()).toBe(before);
    config.defaultMatmulPrecision = "highest";
    f(a, b);
    expect(traces()).toBe(before + 1);
    expect(levels(f.lower(a, b).asText())).toEqual(["HIGHEST", "HIGHEST"]);
    // What is asked for by name stays.
    expect(levels(lines((x, y) => np.matmul(x, y, { precision: "high" }))[0]!)).toEqual(["HIGH", "HIGH"]);
    const scanned = jit(
      (x: Tensor) => lax.scan((c: Tensor, r: Tensor) => [np.matmul(c, r), null], x, np.ones([2, 2, 2]))[0],
    );
    expect(levels(scanned.lower(np.ones([2, 2])).asText())).toEqual(["HIGHEST", "HIGHEST"]);
    // The trace of before is there still.
    config.defaultMatmulPrecision = undefined;
    const after = traces();
    f(a, b);
    expect([traces(), levels(f.lower(a, b).asText())]).toEqual([after, ["DEFAULT", "DEFAULT"]]);
    expect(() => {
      config.defaultMatmulPrecision = "sharp" as never;
    }).toThrow(/config.defaultMatmulPrecision: got "sharp"/);
  });
});

describe("hasAux", () => {
  const f = (x: Tensor, y: Tensor): [Tensor, { sum: Tensor; count: Tensor }] => [
    np.sin(x).mul(y),
    { sum: x.sum(), count: np.array([7], { dtype: "int32" }) },
  ];
  const [x, y] = [np.array([0.5, 1]), np.array([2, 3])];
  const plain = (p: Tensor, q: Tensor) => f(p, q)[0];

  it("jvp gives [out, tangent, aux]", () => {
    const [out, tangent, aux] = jvp(f, [x, y], [y, x], { hasAux: true });
    expectTypeOf(aux).toEqualTypeOf<{ sum: Tensor; count: Tensor }>();
    expectTypeOf(tangent).toEqualTypeOf<Tensor>();
    const [want, slope] = jvp(plain, [x, y], [y, x]);
    expect([read(out), read(tangent)]).toEqual([read(want), read(slope)]);
    expect([read(aux.sum), read(aux.count), aux.count.dtype]).toEqual([[1.5], [7], "int32"]);
  });
  it("vjp.hasAux gives [out, pull, aux]; the cotangent is that of out", () => {
    const [out, pull, aux] = vjp.hasAux(f, x, y);
    expectTypeOf(aux).toEqualTypeOf<{ sum: Tensor; count: Tensor }>();
    expectTypeOf(pull).parameter(0).not.toBeUndefined();
    const [want, plainPull] = vjp(plain, x, y);
    expect(read(out)).toEqual(read(want));
    const ct = np.array([1, -2]);
    expect(pull(ct).map((t) => read(t))).toEqual(plainPull(ct).map((t) => read(t)));
    expect(read(aux.sum)).toEqual([1.5]);
    expect(() => pull([ct, null] as never)).toThrow(TreeError);
    pull.dispose();
    plainPull.dispose();
  });
  it("linearize.hasAux gives [out, push, aux]", () => {
    const [out, push, aux] = linearize.hasAux(f, x, y);
    const [want, plainPush] = linearize(plain, x, y);
    expect([read(out), read(push(y, x)), read(aux.sum)]).toEqual([read(want), read(plainPush(y, x)), [1.5]]);
    push.dispose();
    plainPush.dispose();
  });
  it("works under jit and vmap, and lets no derivative through aux", () => {
    const under = jit((p: Tensor) => {
      const [, pull, aux] = vjp.hasAux((q: Tensor) => [q.mul(q), q.mul(3)], p);
      return [pull(np.onesLike(p))[0], aux] as const;
    });
    const results = vmap(under)(np.array([[1, 2]]));
    expect(results.map((t) => read(t))).toEqual([
      [2, 4],
      [3, 6],
    ]);
    // Aux is the same value, held: its own derivative is zero.
    const slope = grad(
      (p: Tensor) => jvp((q: Tensor): [Tensor, Tensor] => [q, q.mul(q)], [p], [1], { hasAux: true })[2],
    );
    expect(slope(np.array(3)).item()).toBe(0);
  });
  it("refuses functions that return no pair", () => {
    const one = ((p: Tensor) => p) as never;
    expect(() => jvp(one, [x] as never, [x] as never, { hasAux: true })).toThrow(/must return \[out, aux\]/);
    expect(() => vjp.hasAux(one, x as never)).toThrow(TreeError);
    expect(() => linearize.hasAux(one, x as never)).toThrow(TreeError);
  });
});

describe("solvers", () => {
  const matrix = np.array([
    [3, 1],
    [-1, 2],
  ]);
  const solve = (_mv: unknown, v: Tensor) => np.linalg.solve(matrix, v);
  it("take trees, and give what the solver gives besides", () => {
    const diagonal = (v: { p: Tensor; q: Tensor }) => ({ p: v.p.mul(2), q: v.q.mul(4) });
    const [found, steps] = lax.customLinearSolve(
      diagonal,
      { p: np.array([2, 4]), q: np.array(8) },
      (_mv, v) => [{ p: v.p.div(2), q: v.q.div(4) }, np.array(5)],
      { hasAux: true },
    );
    expect([read(found.p), read(found.q), read(steps as Tensor)]).toEqual([[1, 2], [2], [5]]);
  });
  it("differentiate many times in any direction", () => {
    const f = (s: Tensor) =>
      lax
        .customLinearSolve(
          (v: Tensor) => np.matmul(matrix.mul(s), v),
          np.array([1, 2]),
          (_mv, v) => np.linalg.solve(matrix.mul(lax.stopGradient(s)), v),
          { transposeSolve: (_vm, v) => np.linalg.solve(matrix.mul(lax.stopGradient(s)).T, v) },
        )
        .sum();
    // x(s) = x(1) / s
    const at1 = f(np.array(1)).item() as number;
    for (const [order, g] of [grad(f), grad(grad(f)), jacfwd(grad(f)) as typeof f].entries())
      expect(g(np.array(2)).item()).toBeCloseTo((order === 0 ? -at1 / 4 : at1 / 4) as number, 5);
    expect(read(vmap(f)(np.array([1, 2])))[1]).toBeCloseTo(at1 / 2, 5);
    expect(read(vmap(grad(f))(np.array([1, 2])))[1]).toBeCloseTo(-at1 / 4, 5);
  });
  it("need a transposed solver backwards, and vectors of floats like b", () => {
    const f = (v: Tensor) => lax.customLinearSolve((x: Tensor) => np.matmul(matrix, x), v, solve).sum();
    expect(jvp(f, [np.ones([2])], [np.ones([2])])).toHaveLength(2);
    expect(() => grad(f)(np.ones([2]))).toThrow(NonDifferentiableError);
    expect(() => grad(f)(np.ones([2]))).toThrow(/got no transposeSolve/);
    expect(() => lax.customLinearSolve((x: Tensor) => x, np.array([1n]), solve)).toThrow(
      /b is int32\[1\], expected floats/,
    );
    expect(() => lax.customLinearSolve((x: Tensor) => x.sum(), np.ones([2]), solve)).toThrow(ShapeError);
    expect(() => lax.customLinearSolve((x: Tensor) => [x], np.ones([2]), solve)).toThrow(TreeError);
    expect(() =>
      lax.customRoot(
        (x: Tensor) => x,
        np.ones([2]),
        (_f, x) => x.sum(),
        (_g, y) => y,
      ),
    ).toThrow(ShapeError);
  });
  it("customRoot differentiates by what f closes over, twice, and not by the guess", () => {
    const squareRoot = (c: Tensor, guess: Tensor = np.array(1)) =>
      lax.customRoot(
        (x: Tensor) => x.mul(x).sub(c),
        guess,
        (_f, x0) => lax.foriLoop(0, 30, (_i, x: Tensor) => x.add(lax.stopGradient(c).div(x)).div(2), x0),
        (g, y) => y.div(g(np.onesLike(y))),
      );
    expect(squareRoot(np.array(9)).item()).toBeCloseTo(3, 5);
    expect(grad(squareRoot)(np.array(9)).item()).toBeCloseTo(1 / 6, 5);
    expect(grad(grad((c: Tensor) => squareRoot(c)))(np.array(9)).item()).toBeCloseTo(-1 / 108, 5);
    expect(read(vmap(grad((c: Tensor) => squareRoot(c)))(np.array([1, 4])))[1]).toBeCloseTo(0.25, 5);
    expect(grad((g: Tensor) => squareRoot(np.array(9), g))(np.array(2)).item()).toBe(0);
    const [root, aux] = lax.customRoot(
      (x: Tensor) => x.sub(2),
      0,
      (_f, x) => [x.add(2), 11],
      (_g, y) => y,
      { hasAux: true },
    );
    expect([root.item(), (aux as Tensor).item()]).toEqual([2, 11]);
  });
});

describe("the rest of lax, nn and random", () => {
  it("rngUniform draws other numbers at every run, in its range", () => {
    const f = jit(() => lax.rngUniform(2, 3, [64]));
    const [first, second] = [read(f()), read(f())];
    expect(first).not.toEqual(second);
    expect([...first, ...second].every((v) => v >= 2 && v < 3)).toBe(true);
    const whole = lax.rngUniform(np.array(0n), np.array(4n), [32]);
    expect([whole.dtype, read(whole).every((v) => [0, 1, 2, 3].includes(v))]).toEqual(["int32", true]);
    expect(() => lax.rngUniform(np.ones([2]), np.ones([2]), [2])).toThrow(/expected scalars/);
    expect(() => lax.rngUniform(np.array(0n), np.array(1), [2])).toThrow(DTypeError);
    expect(() => vmap((v: Tensor) => lax.rngUniform(v, 2, [2]))(np.ones([2]))).toThrow(JortsError);
    expect(() => grad((v: Tensor) => lax.rngUniform(v, 2, [2]).sum())(np.array(1))).toThrow(NonDifferentiableError);
  });
  it("platformDependent runs the code of the platform, with its derivative", () => {
    const f = (x: Tensor) => lax.platformDependent(x, { cpu: (v) => v.mul(2), cuda: (v) => v.mul(3) });
    expect([f(np.array(5)).item(), jit(f)(np.array(5)).item(), grad(f)(np.array(5)).item()]).toEqual([10, 10, 2]);
    expect(read(vmap(f)(np.array([1, 2])))).toEqual([2, 4]);
    const other = (x: Tensor) => lax.platformDependent(x, { cuda: (v) => v.mul(3), default: (v) => v.mul(7) });
    expect(jit(other)(np.array(1)).item()).toBe(7);
    expect(() => jit((x: Tensor) => lax.platformDependent(x, { cuda: (v) => v }))(np.array(1))).toThrow(ConfigError);
    expect(() => lax.platformDependent(np.array(1), {})).toThrow(/got no code/);
  });
  it("exchanges over named axes", () => {
    const x = np.arange(9).reshape(3, 3);
    const over = { axisName: "i" } as const;
    expect(read(vmap((r: Tensor) => lax.pswapaxes(r, "i", 0), over)(x))).toEqual(read(x.T));
    expect(read(vmap((r: Tensor) => lax.pbroadcast(r, "i", 1), over)(x))).toEqual([3, 4, 5, 3, 4, 5, 3, 4, 5]);
    expect(() => vmap((r: Tensor) => lax.pbroadcast(r, "i", 3), over)(x)).toThrow(/expected a position from 0 to 2/);
    expect(() => vmap((r: Tensor) => lax.pcast(r, "i", { to: "reduced" as never }), over)(x)).toThrow(ShardingError);
  });
  it("stage puts a value into the trace", () => {
    expect(lax.stage(2).item()).toBe(2);
    expect(() => jit(() => lax.stage(2).mul(lax.stage(3).item() as number))()).toThrow(/is not known/);
  });
  it("refuses what does not fit", () => {
    const sizes = np.array([1n, 1n]);
    expect(() => lax.raggedDot(np.ones([2, 3]), np.ones([3, 3, 4]), sizes)).toThrow(/as long as the groups are many/);
    expect(() => lax.raggedDot(np.ones([2, 3]), np.ones([2, 3, 4]), np.ones([2]))).toThrow(/expected integers/);
    expect(() => lax.scaledDot(np.ones([2, 4]), np.ones([4, 2]), { lhsScale: np.ones([2, 3]) })).toThrow(ShapeError);
    expect(() => lax.approxMaxK(np.array([1n, 2n]), 1)).toThrow(/expected floats\. Use topK/);
    expect(() => lax.approxMaxK(np.ones([2]), 3)).toThrow(/got k 3 for 2 elements/);
    expect(() => lax.padtypeToPads([3], [2], [1], "WIDE" as never)).toThrow(ShapeError);
    expect(() => lax.convShapeTuple([3, 1, 4], [1, 1, 2], [1], [[0, 0]], 2)).toThrow(/expected a divisor/);
    expect(() => lax.rngBitGenerator(np.ones([4]), [2])).toThrow(/expected uint32\[4\] or uint64\[2\]/);
    expect(() => lax.rngBitGenerator(np.zeros([4], { dtype: "uint32" }), [2], { algorithm: "mt" as never })).toThrow(
      /got algorithm "mt"/,
    );
    expect(() => grad((m: Tensor) => lax.polygamma(m, 2))(np.array(1))).toThrow(/has no derivative by its order/);
    expect(() => grad((q: Tensor) => lax.zeta(2, q))(np.array(1))).toThrow(NonDifferentiableError);
    expect(() => grad((p: Tensor) => lax.betainc(p, 2, 0.5))(np.array(1))).toThrow(/has no derivative by a and b/);
  });
  it("approxMaxK has the derivative of the elements that it finds", () => {
    const x = np.array([1, 5, 3, 4]);
    expect(
      read(
        grad((v: Tensor) =>
          lax
            .approxMaxK(v, 2)[0]
            .mul(np.array([1, 10]))
            .sum(),
        )(x),
      ),
    ).toEqual([0, 1, 0, 10]);
  });
  it("oneHot along a named axis", () => {
    const x = np.array([0n, 2n, 1n]);
    const options = { inAxes: null, axisName: "class", axisSize: 3 } as const;
    const each = vmap((v: Tensor) => nn.oneHot(v, 3, { axis: "class" }), options)(x);
    expect(read(each)).toEqual(read(nn.oneHot(x, 3, { axis: 0 })));
    expect(() => vmap((v: Tensor) => nn.oneHot(v, 4, { axis: "class" }), options)(x)).toThrow(
      /4 classes over axis class of size 3/,
    );
    expect(() => nn.oneHot(x, 3, { axis: "nowhere" })).toThrow(/unbound axis name/);
  });
  it("randint takes bounds of other dtypes, converted and clipped as in JAX", () => {
    const k = random.key(0);
    const of = (v: number | number[], dtype: "int8" | "int32" | "int64" | "uint32" | "float32") =>
      np.array(v, { dtype });
    // Recorded from JAX with 64-bit integers off but where they are named.
    expect(read(random.randint(k, [4], of(-5, "int8"), of(300, "int64"), "uint8"))).toEqual([101, 80, 200, 61]);
    const [low, high] = [of([0, 5, 200, 1], "int32"), of([256, 300, 300, 1], "int32")];
    expect(read(random.randint(k, [4], low, high, "uint8"))).toEqual([101, 165, 248, 1]);
    expect(read(random.randint(k, [4], of(5, "uint32"), of(2 ** 32 - 1, "uint32")))).toEqual([
      31327082, 89727317, 349724626, 1554082370,
    ]);
    expect(read(random.randint(k, [4], of(1.7, "float32"), of(9.9, "float32")))).toEqual([6, 1, 1, 6]);
    expect(read(random.randint(k, [4], of(0, "int32"), 256, "uint8"))).toEqual([101, 80, 200, 61]);
    expect(() => random.randint(k, [4], np.array(true), 4)).toThrow(/expected integers/);
    expect(() => random.randint(k, [4], 0, 4, "int4")).toThrow(/8 to 64 bits/);
  });
});
