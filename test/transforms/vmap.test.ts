// vmap: axes in and out, sizes that disagree, nesting, and equality with a loop.
import { describe, expect, test } from "vitest";
import type { AnyFunction } from "../../src/compile/stage.ts";
import { concreteValue, needConcrete } from "../../src/core/concrete.ts";
import { ConcretizationTypeError, ShapeError, TreeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { traceDepth } from "../../src/core/trace.ts";
import { grad, jvp } from "../../src/lib/grad.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { dot } from "../../src/ops/dot.ts";
import { sin } from "../../src/ops/unary.ts";
import { distance, graphOf, jit, printed, read, scalar, tensor, total, waves } from "./tools.ts";

const rows = (x: Tensor): number[][] => {
  const [n = 0, d = 1] = [x.shape[0]!, x.shape.slice(1).reduce((a, b) => a * b, 1)];
  const flat = read(x);
  return Array.from({ length: n }, (_, i) => flat.slice(i * d, i * d + d));
};

describe("axes", () => {
  const x = waves([2, 3, 4], 0, "float64");
  const at = (i: number, j: number, k: number) => read(x)[i * 12 + j * 4 + k]!;

  test("in: each axis, negative ones, none, prefixes", () => {
    const sum = (y: Tensor) => total(y);
    const along = (axis: number) => read(vmap(sum, { inAxes: axis })(x));
    const axis1 = [0, 1, 2].map((j) =>
      [0, 1].flatMap((i) => [0, 1, 2, 3].map((k) => at(i, j, k))).reduce((a, b) => a + b),
    );
    expect(distance(along(1), axis1)).toBeLessThan(1e-12);
    expect(along(-2)).toEqual(along(1));
    expect(along(-1)).toEqual(along(2));
    const both = (p: { a: Tensor; b: Tensor }, s: Tensor) => add(mul(p.a, s), p.b);
    const a = tensor([1, 2, 3]);
    expect(read(vmap(both, { inAxes: [0, null] })({ a, b: a }, scalar(2)))).toEqual([3, 6, 9]);
    expect(read(vmap(both, { inAxes: [{ a: 0, b: null }, null] })({ a, b: scalar(1) }, scalar(2)))).toEqual([3, 5, 7]);
  });

  test("out: another axis, negative, none, prefixes", () => {
    const f = (y: Tensor): [Tensor, Tensor] => [y, sin(scalar(1, "float64"))];
    const [moved, shared] = vmap(f, { inAxes: 0, outAxes: [-1, null] })(x);
    expect([moved.shape, shared.shape]).toEqual([[3, 4, 2], []]);
    expect(read(moved)[1]).toBe(at(1, 0, 0));
    expect(vmap((y: Tensor) => y, { inAxes: 2, outAxes: 1 })(x).shape).toEqual([2, 4, 3]);
  });

  test("a result that does not depend on the mapped axis is repeated, unless it asks for none", () => {
    expect(read(vmap((_y: Tensor) => scalar(7))(tensor([1, 2, 3])))).toEqual([7, 7, 7]);
    expect(read(vmap((_y: Tensor) => 7 as unknown as Tensor, { outAxes: null })(tensor([1, 2, 3])))).toEqual([7]);
    expect(read(vmap(() => scalar(2), { axisSize: 3 })())).toEqual([2, 2, 2]);
  });
});

describe("messages", () => {
  const f = (p: { w: Tensor }, y: Tensor) => mul(p.w, y);
  test.each<[string, () => unknown, new (m: string) => Error, RegExp]>([
    [
      "sizes that disagree",
      () => vmap(f)({ w: tensor([1, 2]) }, tensor([1, 2, 3])),
      ShapeError,
      /vmap\(f\): mapped axes must have one size, got 2 in args\[0\]\.w \(float32\[2\], axis 0\); 3 in args\[1\] \(float32\[3\], axis 0\)/,
    ],
    [
      "an axis beyond the rank",
      () => vmap(f, { inAxes: [0, 1] })({ w: tensor([1]) }, tensor([1])),
      ShapeError,
      /args\[1\] is float32\[1\], which has no axis 1/,
    ],
    [
      "a scalar",
      () => vmap(f)({ w: tensor([1]) }, scalar(1)),
      ShapeError,
      /args\[1\] is float32\[\], which has no axis 0/,
    ],
    [
      "too few axes",
      () => vmap(f, { inAxes: [0] })({ w: tensor([1]) }, tensor([1])),
      TreeError,
      /inAxes has 1 entries for 2 arguments/,
    ],
    [
      "axes that are no prefix",
      () => vmap(f, { inAxes: [{ v: 0 }, 0] })({ w: tensor([1]) }, tensor([1])),
      TreeError,
      /inAxes\[0\] is no prefix/,
    ],
    [
      "nothing mapped",
      () => vmap(f, { inAxes: null })({ w: scalar(1) }, scalar(1)),
      ShapeError,
      /no argument is mapped.*axisSize/,
    ],
    [
      "a size that was said otherwise",
      () => vmap(f, { axisSize: 3 })({ w: tensor([1]) }, tensor([1])),
      ShapeError,
      /3 in axisSize/,
    ],
    [
      "a mapped result without an axis",
      () => vmap(f, { outAxes: null })({ w: tensor([1]) }, tensor([1])),
      ShapeError,
      /outAxes is null for result \(float32\[\]\), but it depends/,
    ],
    [
      "a result axis beyond the rank",
      () => vmap(f, { outAxes: 2 })({ w: tensor([1]) }, tensor([1])),
      ShapeError,
      /outAxes asks for axis 2 of result, which has 1/,
    ],
  ])("%s", (_name, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
    expect(traceDepth()).toBe(0);
  });
});

describe("tracing", () => {
  test("host reads of mapped values throw and name the argument; unmapped ones are known", () => {
    const f = (x: Tensor, k: Tensor) => {
      expect(concreteValue(k)).toBe(k);
      needConcrete(x, "item");
      return x;
    };
    const run = () => vmap(f, { inAxes: [0, null] })(tensor([1, 2]), scalar(3));
    expect(run).toThrow(ConcretizationTypeError);
    expect(run).toThrow(/vmap\(f\).*depends on args\[0\]/s);
  });

  test("constants made inside stay concrete; outer values are shared", () => {
    const k = scalar(2);
    const program = printed(
      vmap((x: Tensor) => mul(x, sin(k))),
      tensor([1, 2]),
    );
    expect(program).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[] b:f32[2]. let
          c:f32[] = sin a
          d:f32[2] = broadcast_in_dim[shape=(2,) dims=()] c
          e:f32[2] = mul b d
        in (e,) }"
    `);
  });
});

describe("equals a loop", () => {
  const w = waves([3, 3], 2, "float64");
  const xs = waves([4, 3], 0, "float64");
  const f = (x: Tensor): Tensor => total(sin(dot(sin(dot(x, w)), w)));
  const each = (g: (x: Tensor) => Tensor) => rows(xs).flatMap((row) => read(g(tensor(row, [3], "float64"))));
  const hessian = (g: (x: Tensor) => Tensor) => (x: Tensor) =>
    vmap((t: Tensor) => jvp(grad(g), [x], [t])[1])(tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3], "float64"));

  test.each<[string, (x: Tensor) => Tensor]>([
    ["values", f],
    ["gradients", grad(f)],
    ["jitted gradients", jit(grad(f))],
    ["tangents", (x) => jvp(f, [x], [x])[1]],
    ["Hessians, forward over reverse", hessian(f)],
    ["vmap of vmap", (x) => vmap((y: Tensor) => sin(y))(x)],
  ])("%s", (_name, g) => {
    expect(distance(read(vmap(g)(xs)), each(g))).toBeLessThan(1e-12);
    expect(distance(read(jit(vmap(g))(xs)), each(g))).toBeLessThan(1e-12);
  });

  test("the Hessian is symmetric and numeric", () => {
    const x = waves([3], 1, "float64");
    const h = read(hessian(f)(x));
    expect(distance([h[1]!, h[2]!, h[5]!], [h[3]!, h[6]!, h[7]!])).toBeLessThan(1e-12);
    const moved = (i: number, d: number) =>
      read(
        grad(f)(
          tensor(
            read(x).map((v, j) => (i === j ? v + d : v)),
            [3],
            "float64",
          ),
        ),
      );
    const numeric = [0, 1, 2].flatMap((i) => moved(i, 1e-5).map((v, j) => (v - moved(i, -1e-5)[j]!) / 2e-5));
    expect(distance(h, numeric)).toBeLessThan(1e-6);
  });

  test("one program: the batch is a dimension, not a loop", () => {
    const size = (n: number) => graphOf(vmap(grad(f)), waves([n, 3], 0, "float64")).equations.length;
    expect(size(64)).toBe(size(2));
  });

  test("outer products by nested vmap, axes apart", () => {
    const a = tensor([1, 2, 3]);
    const b = tensor([10, 20]);
    const outer = vmap(vmap(mul as (x: Tensor, y: Tensor) => Tensor, { inAxes: [null, 0] }), { inAxes: [0, null] });
    expect(read(outer(a, b))).toEqual([10, 20, 20, 40, 30, 60]);
  });

  test("gradients by a batched and by a shared argument", () => {
    const loss = (v: Tensor, x: Tensor) => total(vmap((y: Tensor) => dot(y, v))(x));
    const g = grad(loss as AnyFunction)(waves([3], 1, "float64"), xs) as Tensor;
    const sums = [0, 1, 2].map((j) => rows(xs).reduce((n, row) => n + row[j]!, 0));
    expect(distance(read(g), sums)).toBeLessThan(1e-12);
  });
});
