// vmap: which axes are mapped, where they come out, and how many there are.
import { grad, jit, jvp, lax, np, ShapeError, type Tensor, TreeError, vmap } from "jorts";
import { checkVmap } from "jorts/testing";
import { describe, expect, test } from "vitest";
import { f32, matrix, numbers, scalar, typeOf } from "./values.ts";

// biome-ignore lint/suspicious/noExplicitAny: what is passed here is often wrong on purpose
type Any = any;
const rows = () => matrix(2, [1, 2, 3, 4, 5, 6]);
const weigh = (p: { w: Tensor; b: Tensor }, x: Tensor) => np.sum(p.w.mul(x)).add(p.b);

describe("inAxes", () => {
  test("one number for all, one for each argument, negative, null", () => {
    const dot = (x: Tensor, y: Tensor) => np.sum(x.mul(y));
    checkVmap(dot, [rows(), rows()]);
    checkVmap(dot, [rows(), rows()], { inAxes: [1, 1] });
    checkVmap(dot, [rows(), f32(1, 2, 3)], { inAxes: [0, null] });
    expect(numbers(vmap(dot, { inAxes: [-1, null] })(rows(), f32(1, 10)))).toEqual([41, 52, 63]);
  });
  test("a prefix of the tree: a number stands for everything below it", () => {
    const p = { w: rows(), b: f32(10, 20) };
    expect(numbers(vmap(weigh, { inAxes: [{ w: 0, b: 0 }, null] })(p, f32(1, 1, 1)))).toEqual([16, 35]);
    expect(numbers(vmap(weigh, { inAxes: [0, null] })(p, f32(1, 1, 1)))).toEqual([16, 35]);
    expect(numbers(vmap(weigh, { inAxes: [{ w: 0, b: null }, null] })({ ...p, b: scalar(1) }, f32(1, 1, 1)))).toEqual([
      7, 16,
    ]);
    expect(() => vmap(weigh, { inAxes: [{ w: 0 }, null] })(p, f32(1, 1, 1))).toThrow(TreeError);
    expect(() => vmap(weigh, { inAxes: [0] })(p, f32(1, 1, 1))).toThrow(/inAxes has 1 entries for 2 arguments/);
  });
  test("sizes must agree, and one axis at least must be mapped", () => {
    expect(() => vmap((x: Tensor, _y: Tensor) => x)(f32(1, 2), f32(1, 2, 3))).toThrow(
      /one size, got 2 in args\[0\] \(float32\[2\], axis 0\); 3 in args\[1\]/,
    );
    expect(() => vmap((x: Tensor) => x, { inAxes: null })(scalar(1))).toThrow(/no argument is mapped.*axisSize/);
    expect(() => vmap((x: Tensor) => x, { inAxes: 1 })(f32(1))).toThrow(
      /args\[0\] is float32\[1\], which has no axis 1/,
    );
  });
  test("axisSize says how many when no argument does", () => {
    expect(numbers(vmap((x: Tensor) => x, { inAxes: null, axisSize: 3 })(scalar(2)))).toEqual([2, 2, 2]);
    expect(() => vmap((x: Tensor) => x, { axisSize: 3 })(f32(1, 2))).toThrow(ShapeError);
  });
});

describe("outAxes", () => {
  test("where the mapped axis goes, for a prefix of the result", () => {
    const f = (x: Tensor) => ({ same: x, more: np.outer(x, x) });
    const out = vmap(f, { outAxes: { same: -1, more: 1 } })(rows());
    expect([typeOf(out.same), typeOf(out.more)]).toEqual(["float32[3,2]", "float32[3,2,3]"]);
    expect(numbers(out.same)).toEqual([1, 4, 2, 5, 3, 6]);
  });
  test("null demands a result that does not depend on the mapped arguments", () => {
    const f = (x: Tensor, y: Tensor) => [x.mul(y), y.mul(2)];
    const [, shared] = vmap(f, { inAxes: [0, null], outAxes: [0, null] })(f32(1, 2), scalar(3)) as Tensor[];
    expect([typeOf(shared!), numbers(shared)]).toEqual(["float32[]", [6]]);
    expect(() => vmap((x: Tensor) => x, { outAxes: null })(f32(1, 2))).toThrow(
      /outAxes is null for result.*depends on a mapped argument/,
    );
  });
});

describe("inside other transformations", () => {
  test("per-example gradients, one program under jit", () => {
    const each = vmap(grad(weigh), { inAxes: [null, 0] });
    const p = { w: f32(1, 1, 1), b: scalar(0) };
    const [eager, jitted] = [each(p, rows()), jit(each)(p, rows())];
    expect([numbers(eager.w), numbers(eager.b), typeOf(eager.w)]).toEqual([[1, 2, 3, 4, 5, 6], [1, 1], "float32[2,3]"]);
    expect(numbers(jitted.w)).toEqual(numbers(eager.w));
  });
  test("grad of vmap, jvp of vmap, vmap of vmap", () => {
    const f = (x: Tensor) => np.sum(vmap((r: Tensor) => np.sum(r.mul(r)))(x));
    expect(numbers(grad(f)(rows()))).toEqual([2, 4, 6, 8, 10, 12]);
    expect(numbers(jvp(f, [rows()], [np.ones([2, 3])])[1])).toEqual([42]);
    const table = vmap(
      vmap((x: Tensor, y: Tensor) => x.mul(y), { inAxes: [null, 0] }),
      { inAxes: [0, null] },
    );
    expect(numbers(table(f32(1, 2), f32(3, 4)))).toEqual([3, 4, 6, 8]);
  });
  test("collectives over a named axis", () => {
    const f = (x: Tensor) => x.sub((lax as Any).pmean(x, "batch"));
    expect(numbers(vmap(f, { axisName: "batch" })(f32(1, 2, 6)))).toEqual([-2, -1, 3]);
  });
});
