// Custom derivative rules: used where they should be, refused where they cannot, and checked leaf by leaf.
import { describe, expect, test } from "vitest";
import type { AnyFunction } from "../../src/compile/stage.ts";
import { DTypeError, NonDifferentiableError, ShapeError, TreeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { checkpoint } from "../../src/lib/checkpoint.ts";
import { customJvp, customVjp, stopGradient } from "../../src/lib/custom.ts";
import { grad, jvp, vjp } from "../../src/lib/grad.ts";
import { cond, scan } from "../../src/lib/loops.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { broadcastInDim } from "../../src/ops/shape.ts";
import { convert, cos, neg, sin } from "../../src/ops/unary.ts";
import {
  distance,
  expectGradient,
  graphOf,
  jit,
  read,
  readAll,
  scalar,
  tensor,
  total,
  waves,
} from "../transforms/tools.ts";

/** sin, whose derivative is declared three times too large, so that a test sees which rule ran. */
const tripled = customVjp(function tripled(x: Tensor): Tensor {
  return sin(x);
}).defvjp(
  (x) => [sin(x), { cos: cos(x) }],
  (saved: { cos: Tensor }, ct: Tensor) => [mul(mul(ct, saved.cos), 3)],
);
const forward3 = customJvp(function forward3(x: Tensor): Tensor {
  return sin(x);
}).defjvp(([x]: [Tensor], [t]: [Tensor]) => [sin(x), mul(mul(t, cos(x)), 3)]);

const x3 = () => waves([3], 1, "float64");
const cos3 = (v: number) => 3 * Math.cos(v);

describe.each([
  ["customVjp", tripled as (x: Tensor) => Tensor],
  ["customJvp", forward3 as (x: Tensor) => Tensor],
])("%s", (_name, f) => {
  test("runs the function itself when nothing is differentiated", () => {
    expect(read(f(x3()))).toEqual(read(sin(x3())));
    expect(read(jit(f)(x3()))).toEqual(read(sin(x3())));
    expect(read(vmap(f)(x3()))).toEqual(read(sin(x3())));
  });

  test("its rule is the gradient: plain, jitted, batched, in scan, cond and checkpoint", () => {
    const want = read(x3()).map(cos3);
    const loss = (g: (x: Tensor) => Tensor) => grad((x: Tensor) => total(g(x)));
    const forms: [string, (x: Tensor) => Tensor][] = [
      ["plain", loss(f)],
      ["jitted", jit(loss(f))],
      ["jit inside", loss(jit(f))],
      ["grad of vmap", loss(vmap(f))],
      ["vmap of grad", vmap(loss(f))],
      ["checkpoint", loss(checkpoint(f))],
      ["scan", loss((x) => scan((c) => [f(c), null], x, null, { length: 1 })[0])],
      [
        "cond",
        loss((x) =>
          cond(
            true,
            (y) => f(y),
            (y) => y,
            x,
          ),
        ),
      ],
    ];
    for (const [form, g] of forms) expect([form, distance(read(g(x3())), want) < 1e-12]).toEqual([form, true]);
  });

  test("the rule is itself differentiated", () => {
    const second = grad((x: Tensor) => total(grad((y: Tensor) => total(f(y)))(x)));
    const [x] = [x3()];
    expect(
      distance(
        read(second(x)),
        read(x).map((v) => -3 * Math.sin(v)),
      ),
    ).toBeLessThan(1e-12);
    const tangent = jvp(
      grad((y: Tensor) => total(f(y))),
      [x],
      [tensor([1, 1, 1], [3], "float64")],
    )[1];
    expect(
      distance(
        read(tangent),
        read(x).map((v) => -3 * Math.sin(v)),
      ),
    ).toBeLessThan(1e-12);
  });

  test("is traced once for each kind of arguments", () => {
    const one = graphOf((x: Tensor) => f(f(x)), tensor([1]));
    expect(one.equations[0]!.params.graph).toBe(one.equations[1]!.params.graph);
  });
});

describe("customVjp", () => {
  test("forward mode is refused, and says why", () => {
    expect(() => jvp(tripled, [x3()], [x3()])).toThrow(NonDifferentiableError);
    expect(() => jvp(tripled, [x3()], [x3()])).toThrow(/tripled has a customVjp rule.*customJvp/s);
  });

  test("without a rule it cannot be called", () => {
    expect(() => customVjp((x: Tensor) => x)(scalar(1))).toThrow(/defvjp/);
    expect(() => customJvp((x: Tensor) => x)(scalar(1))).toThrow(/defjvp/);
  });

  test("null is zero, for an argument or a part of it; integers get none", () => {
    const f = customVjp((p: { a: Tensor; b: Tensor }, n: Tensor, y: Tensor) =>
      mul(p.a, mul(convert(n, "float32"), y)),
    ).defvjp(
      (p, n, y) => [mul(p.a, y), [p.b, n]],
      ([b]: [Tensor], ct: Tensor) => [{ a: mul(ct, b), b: null }, null, null],
    );
    const args = [{ a: scalar(2), b: scalar(5) }, scalar(3, "int32"), scalar(7)] as const;
    const grads = readAll(grad(f as AnyFunction, { argnums: [0, 2] })(...args));
    expect(grads).toEqual([[5], [0], [0]]);
    expect(readAll(vjp(f as AnyFunction, ...args)[1](scalar(1)))).toEqual([[5], [0], [0], [0]]);
  });

  test("nondifferentiable arguments stay as they are and come first to bwd", () => {
    const f = customVjp(
      (how: string, x: Tensor, scale: { by: number }) => (how === "neg" ? neg(x) : mul(x, scale.by)),
      {
        nondiffArgnums: [0, 2],
      },
    ).defvjp(
      (how, x, scale) => [how === "neg" ? neg(x) : mul(x, scale.by), null],
      (how: string, scale: { by: number }, _saved: null, ct: Tensor) => [mul(ct, how === "neg" ? -1 : 10 * scale.by)],
    );
    const at = (how: string, by: number) => read(grad((x: Tensor) => f(how, x, { by }))(scalar(1)))[0];
    expect([at("neg", 0), at("mul", 2), at("mul", 3)]).toEqual([-1, 20, 30]);
  });

  test("captures become operands, in bwd too; a gradient by them is refused", () => {
    const run = (k: Tensor, x: Tensor) =>
      customVjp((y: Tensor) => mul(y, k)).defvjp(
        (y) => [mul(y, k), null],
        (_saved: null, ct: Tensor) => [mul(ct, add(k, k))],
      )(x);
    expect(read(grad((x: Tensor) => run(scalar(3), x))(scalar(1)))).toEqual([6]);
    const overBoth = (k: Tensor, x: Tensor) => grad((y: Tensor) => run(k, y))(x);
    expect(read(jit(overBoth)(scalar(3), scalar(1)))).toEqual([6]);
    expect(read(vmap(overBoth)(tensor([1, 2]), tensor([1, 1])))).toEqual([2, 4]);
    expect(() => grad(run as AnyFunction)(scalar(3), scalar(1))).toThrow(NonDifferentiableError);
    expect(() => grad(run as AnyFunction)(scalar(3), scalar(1))).toThrow(/closes over.*argument/s);
  });

  test("an unbatched argument gets the sum over the batch", () => {
    const f = customVjp((w: Tensor, x: Tensor) => mul(w, x)).defvjp(
      (w, x) => [mul(w, x), [w, x]],
      ([w, x]: [Tensor, Tensor], ct: Tensor) => [mul(ct, x), mul(ct, w)],
    );
    const loss = (w: Tensor, xs: Tensor) => total(vmap(f, { inAxes: [null, 0] })(w, xs));
    expectGradient(loss, [scalar(2, "float64"), waves([4], 1, "float64")]);
  });

  test("other batch axes", () => {
    const f = customVjp((x: Tensor) => sin(x)).defvjp(
      (x) => [sin(x), x],
      (x: Tensor, ct: Tensor) => [mul(ct, cos(x))],
    );
    expectGradient((x) => total(mul(vmap(f, { inAxes: 1, outAxes: 1 })(x!), x!)), [waves([2, 3], 1, "float64")]);
  });

  const rule = (bwd: (saved: Tensor, ct: Tensor) => readonly unknown[]) =>
    customVjp(function mine(p: { w: Tensor }): Tensor {
      return p.w;
    }).defvjp((p) => [p.w, p.w], bwd);
  const differentiate = (f: AnyFunction) =>
    grad(((p: { w: Tensor }) => total(f(p) as Tensor)) as AnyFunction)({ w: tensor([1, 2]) });

  test.each<[string, (saved: Tensor, ct: Tensor) => readonly unknown[], new (m: string) => Error, RegExp]>([
    [
      "a wrong shape",
      (_s, ct) => [{ w: total(ct) }],
      ShapeError,
      /bwd of mine: cotangents\[0\]\.w is float32\[\], expected float32\[2\]/,
    ],
    [
      "a wrong dtype",
      (_s, ct) => [{ w: convert(ct, "float16") }],
      DTypeError,
      /cotangents\[0\]\.w is float16\[2\], expected float32\[2\]/,
    ],
    ["a wrong structure", (_s, ct) => [{ v: ct }], TreeError, /cotangents\[0\]/],
    ["too many cotangents", (_s, ct) => [ct, ct], TreeError, /bwd of mine returned 2 values, expected an array of 1/],
    ["no array", (_s, ct) => ct as never, TreeError, /bwd of mine returned no array/],
  ])("bwd with %s", (_name, bwd, kind, message) => {
    expect(() => differentiate(rule(bwd) as AnyFunction)).toThrow(kind);
    expect(() => differentiate(rule(bwd) as AnyFunction)).toThrow(message);
  });

  test("fwd that returns something else than the function", () => {
    const f = customVjp(function mine(x: Tensor): { y: Tensor } {
      return { y: x };
    }).defvjp(
      (x) => [{ y: total(x) }, null],
      (_saved: null, ct: { y: Tensor }) => [ct.y],
    );
    expect(() => f(tensor([1, 2]))).toThrow(/fwd of mine returned out\.y as float32\[\], expected float32\[2\]/);
    const g = customVjp((x: Tensor) => x).defvjp(
      (x) => x as never,
      (ct: Tensor) => [ct],
    );
    expect(() => g(tensor([1, 2]))).toThrow(/expected \[out, residuals\]/);
  });
});

describe("customJvp", () => {
  test("gives forward and reverse mode", () => {
    const [y, dy] = jvp(forward3, [x3()], [x3()]);
    expect(read(y)).toEqual(read(sin(x3())));
    expect(
      distance(
        read(dy),
        read(x3()).map((v) => v * cos3(v)),
      ),
    ).toBeLessThan(1e-12);
  });

  test("integers have the tangent null, and null is a zero tangent", () => {
    const seen: unknown[] = [];
    const f = customJvp((x: Tensor, n: Tensor): [Tensor, Tensor, Tensor] => [
      mul(x, convert(n, "float32")),
      n,
      x,
    ]).defjvp(([x, n]: [Tensor, Tensor], [dx, dn]: [Tensor, null]) => {
      seen.push(dn);
      return [
        [mul(x, convert(n, "float32")), n, x],
        [mul(dx, 7), null, null],
      ];
    });
    const [, tangents] = jvp((x: Tensor) => f(x, scalar(3, "int32")), [scalar(2)], [scalar(1)]);
    expect(readAll(tangents)).toEqual([[7], [0], [0]]);
    expect(seen).toEqual([null]);
  });

  test("a rule whose tangent does not fit", () => {
    const f = customJvp(function mine(x: Tensor): Tensor {
      return x;
    }).defjvp(([x]: [Tensor], [t]: [Tensor]) => [x, total(t)]);
    expect(() => f(tensor([1, 2]))).toThrow(/the rule of mine: tangent is float32\[\], expected float32\[2\]/);
  });
});

test("stopGradient stops derivatives of every leaf", () => {
  const f = (x: Tensor) => {
    const { a, n } = stopGradient({ a: mul(x, x), n: scalar(1, "int32") });
    return total(mul(a, mul(x, broadcastInDim(convert(n, "float64"), x.shape, []))));
  };
  const x = x3();
  expect(
    distance(
      read(grad(f)(x)),
      read(x).map((v) => v * v),
    ),
  ).toBeLessThan(1e-12);
});
