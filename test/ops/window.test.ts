// lax.reduceWindow: values and derivatives recorded from JAX, reducers of one's own, refusals.
import { describe, expect, it } from "vitest";
import { NonDifferentiableError, ShapeError, TreeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad, jvp } from "../../src/lib/grad.ts";
import * as lax from "../../src/lib/lax.ts";
import * as np from "../../src/lib/np.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { checkGrads } from "../../src/testing/index.ts";
import { type OpCase, readFixture } from "../fixtures.ts";
import { expectRecorded } from "../lib/recorded.ts";

const cases = readFixture("ops/conv.json").cases;
const reducers = {
  add: [lax.add, 0],
  max: [lax.max, Number.NEGATIVE_INFINITY],
  min: [lax.min, Number.POSITIVE_INFINITY],
  mul: [lax.mul, 1],
} as const;

function reduced(c: OpCase, x: Tensor): Tensor {
  const p = c.params;
  const [f, start] = reducers[p.computation as "add"];
  return lax.reduceWindow(
    x,
    start,
    f,
    p.window_dimensions as number[],
    (p.window_strides as number[]) ?? null,
    (p.padding as "SAME") ?? "VALID",
    (p.base_dilation as number[]) ?? null,
    (p.window_dilation as number[]) ?? null,
  );
}
const pool = (x: Tensor): Tensor =>
  lax.reduceWindow(x, Number.NEGATIVE_INFINITY, lax.max, [2, 2], [2, 2], "VALID") as Tensor;

describe("against JAX, derivatives included", () => {
  it("reduceWindow", { timeout: 120_000 }, () => {
    const mine = cases.filter((c) => c.op === "reduce_window");
    expect(mine.length).toBeGreaterThan(28);
    expectRecorded(mine, (c, x) => reduced(c, x!), 64);
  });
  it("the gradient of max pooling, to second order", () => {
    const squared = (y: Tensor) => np.sum(np.square(pool(np.multiply(y, y))));
    const mine = cases.filter((c) => c.op === "max_pool_gradient");
    expectRecorded(mine, (_c, x) => grad(squared)(x!) as Tensor, 64);
  });
});

it("max pooling: derivatives of second order against differences", () => {
  const x = np.array([3, 17, 5, 11, 2, 19, 7, 13, 23, 1, 29, 31, 37, 4, 41, 8], { dtype: "float64", shape: [4, 4] });
  checkGrads((y: Tensor) => np.sum(np.multiply(pool(np.sin(y)), pool(y))), [x], { order: 2 });
});

describe("a reducer of one's own", () => {
  const x = np.array([1, 5, 2, 4, 3], { dtype: "float32", shape: [5] });
  const largestAndPlace = (values: Tensor, places: Tensor) =>
    lax.reduceWindow(
      { values, places },
      { values: Number.NEGATIVE_INFINITY, places: -1 },
      (a, b) => {
        const first = np.greaterEqual(a.values, b.values);
        return { values: np.where(first, a.values, b.values), places: np.where(first, a.places, b.places) };
      },
      [2],
    );
  it("reduces trees", () => {
    const { values, places } = largestAndPlace(x, np.arange(5));
    expect(values.tolist()).toEqual([5, 5, 4, 4]);
    expect(places.tolist()).toEqual([1, 1, 3, 3]);
  });
  it("works under vmap, also over initial values", () => {
    const f = (start: Tensor) => lax.reduceWindow(x, start, lax.mul, [2]) as Tensor;
    const starts = np.array([1, 2], { dtype: "float32" });
    expect((vmap(f)(starts) as Tensor).tolist()).toEqual(
      [1, 2].map((s) => f(np.array(s, { dtype: "float32" })).tolist()),
    );
    const g = (y: Tensor) => lax.reduceWindow(y, 1, lax.mul, [2]) as Tensor;
    expect((vmap(g)(np.stack([x, x])) as Tensor).tolist()).toEqual([g(x).tolist(), g(x).tolist()]);
  });
  it("has a forward derivative, and none backwards", () => {
    const product = (y: Tensor) => lax.reduceWindow(y, 1, lax.mul, [2]) as Tensor;
    const [, tangent] = jvp(product, [x], [np.ones([5])]) as [Tensor, Tensor];
    expect(tangent.tolist()).toEqual([6, 7, 6, 7]);
    expect(() => grad((y: Tensor) => np.sum(product(y)))(x)).toThrow(NonDifferentiableError);
  });
});

it("windows with holes have a forward derivative of the extreme only", () => {
  const f = (y: Tensor) =>
    np.sum(lax.reduceWindow(y, Number.NEGATIVE_INFINITY, lax.max, [2], null, "VALID", null, [2]) as Tensor);
  const x = np.array([1, 5, 2, 4, 3], { dtype: "float32" });
  expect((jvp(f, [x], [np.ones([5])])[1] as Tensor).item()).toBe(3);
  expect(() => grad(f)(x)).toThrow(/window dilation \[2\].*forward derivative only/);
});

describe("refusals", () => {
  const x = np.ones([4]);
  it("name what was got and what was expected", () => {
    expect(() => lax.reduceWindow(x, 0, lax.add, [2, 2])).toThrow(ShapeError);
    expect(() => lax.reduceWindow(x, 0, lax.add, [0])).toThrow(
      /got window \[0\] for float32\[4\]; expected a positive/,
    );
    expect(() => lax.reduceWindow(x, 0, lax.add, [2], [1], [[0, 0.5]])).toThrow(/expected a pair/);
    expect(() => lax.reduceWindow([x, x], 0 as never, lax.add as never, [2])).toThrow(TreeError);
    expect(() => lax.reduceWindow(x, 0, (a) => np.add(a, x), [2])).toThrow(/closes over float32\[4\]/);
    expect(() => lax.reduceWindow(x, 0, (a) => a.astype("int32"), [2])).toThrow(/returned result as int32\[\]/);
  });
});
