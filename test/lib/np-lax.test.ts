// lax: the functions as JAX spells them, where they do more than the primitive.
import { describe, expect, expectTypeOf, it } from "vitest";
import type { DType } from "../../src/core/dtype.ts";
import { DTypeError, ShapeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad } from "../../src/lib/grad.ts";
import { jit, makeJaxpr } from "../../src/lib/jit.ts";
import * as lax from "../../src/lib/lax.ts";
import * as np from "../../src/lib/np.ts";
import { type Json, type OpCase, readFixture } from "../fixtures.ts";
import { expectClose, load } from "./np-values.ts";

type Params = { readonly [key: string]: Json };
const ints = (j: Json | undefined) => j as number[];
const camel = (mode: Json | undefined) =>
  mode === "promise_in_bounds" ? "promiseInBounds" : (mode as "clip" | "fill");

const functions: Record<string, (xs: readonly Tensor[], p: Params) => Tensor | readonly Tensor[]> = {
  dynamic_slice: ([x, ...starts], p) => lax.dynamicSlice(x!, starts, ints(p.slice_sizes)),
  dynamic_update_slice: ([x, u, ...starts]) => lax.dynamicUpdateSlice(x!, u!, starts),
  gather: ([x, ids], p) => {
    const d = p.dimension_numbers as Record<string, number[]>;
    const dims: lax.GatherDimensionNumbers = {
      offsetDims: d.offset_dims!,
      collapsedSliceDims: d.collapsed_slice_dims!,
      startIndexMap: d.start_index_map!,
      operandBatchingDims: d.operand_batching_dims!,
      startIndicesBatchingDims: d.start_indices_batching_dims!,
    };
    return lax.gather(x!, ids!, dims, ints(p.slice_sizes), { mode: camel(p.mode) });
  },
  scatter_add: ([x, ids, u], p) => {
    const d = p.dimension_numbers as Record<string, number[]>;
    const dims: lax.ScatterDimensionNumbers = {
      updateWindowDims: d.update_window_dims!,
      insertedWindowDims: d.inserted_window_dims!,
      scatterDimsToOperandDims: d.scatter_dims_to_operand_dims!,
      operandBatchingDims: d.operand_batching_dims!,
      scatterIndicesBatchingDims: d.scatter_indices_batching_dims!,
    };
    return lax.scatterAdd(x!, ids!, u!, dims, { mode: camel(p.mode) });
  },
  split: ([x], p) => lax.split(x!, ints(p.sizes), p.axis as number),
  clamp: ([low, x, high]) => lax.clamp(low!, x!, high!),
  select_n: ([which, ...cases]) => lax.selectN(which!, ...cases),
};
const narrow = (c: OpCase) => [...c.inputs, ...c.outputs].every((t) => !/64|float16|int8|int16/.test(t.dtype));
const recorded = [...readFixture("ops/shape.json").cases, ...readFixture("ops/elementwise.json").cases].filter(
  (c) => c.op in functions && narrow(c),
);

it.each(Object.keys(functions))("%s agrees with JAX", (op) => {
  const cases = recorded.filter((c) => c.op === op);
  expect(cases.length).toBeGreaterThan(1);
  for (const c of cases) {
    const run = jit((...xs: Tensor[]) => [functions[op]!(xs, c.params)].flat() as Tensor[]);
    run(...c.inputs.map(load)).forEach((t, i) => {
      expectClose(t, c.outputs[i]!, 4, c.name);
    });
  }
});

const x = np.array([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix

describe("operands", () => {
  it("of different dtypes or ranks are refused", () => {
    expect(() => lax.add(x, np.array([[1, 2, 3]], "int32"))).toThrow(DTypeError);
    expect(() => lax.add(x, np.array([1, 2, 3]))).toThrow(/float32\[2,3\] and float32\[3\], expected equal ranks/);
    expect(() => lax.add(np.array([1], "int32"), 1.5)).toThrow(/1.5 for int32/);
  });
  it("that are numbers, scalars or have size 1 broadcast", () => {
    expect(lax.mul(2, x).tolist()).toEqual([[2, 4, 6], [8, 10, 12]]); // biome-ignore format: a matrix
    expect(lax.add(x, np.array([[1], [2]])).tolist()).toEqual([[2, 3, 4], [6, 7, 8]]); // biome-ignore format: a matrix
    expect(lax.max(np.array([1, 5], "int8"), 3).dtype).toBe("int8");
    expect(String(makeJaxpr((v: Tensor) => lax.mul(v, 2))(x)).match(/= \w+/g)).toEqual(["= mul"]);
  });
});

it("slices and indexes in one dimension", () => {
  expect(lax.sliceInDim(x, 1, null, 1, 1).tolist()).toEqual([[2, 3], [5, 6]]); // biome-ignore format: a matrix
  expect(lax.sliceInDim(x, 0, -1, { axis: 1, stride: 2 }).tolist()).toEqual([[1], [4]]);
  expect(lax.indexInDim(x, -1, 0, false).tolist()).toEqual([4, 5, 6]);
  const row = jit((t: Tensor, i: Tensor) => lax.dynamicIndexInDim(t, i, 0, false));
  expect([-1, 0, 9].map((i) => row(x, np.array(i, "int32")).tolist())).toEqual([[4, 5, 6], [1, 2, 3], [4, 5, 6]]); // biome-ignore format: rows
  expect(lax.dynamicSlice(x, [0, 1n], [2, 2]).tolist()).toEqual([[2, 3], [5, 6]]); // biome-ignore format: a matrix
  expect(lax.dynamicUpdateIndexInDim(x, np.array([0, 0, 0]), 1, 0).tolist()).toEqual([[1, 2, 3], [0, 0, 0]]); // biome-ignore format: a matrix
  expect(() => lax.dynamicSlice(x, [0], [1, 1])).toThrow(ShapeError);
});

it("sorts, multiplies, counts and pads", () => {
  const [k, v] = lax.sortKeyVal(np.array([2, 1]), np.array([20, 10]));
  expect([k.tolist(), v.tolist()]).toEqual([[1, 2], [10, 20]]); // biome-ignore format: a pair
  expect(lax.topK(x, 1).map((t) => t.tolist())).toEqual([[[3], [6]], [[2], [2]]]); // biome-ignore format: a pair
  const half = x.astype("bfloat16");
  const wide = lax.dotGeneral(
    half,
    half,
    [
      [[1], [1]],
      [[0], [0]],
    ],
    { preferredElementType: "float32" },
  );
  expect([wide.dtype, wide.tolist()]).toEqual(["float32", [14, 77]]);
  expect(lax.pad(np.array([1, 2]), 0, [[1, 0, 1]]).tolist()).toEqual([0, 1, 0, 2]);
  expect(lax.collapse(x, 0).shape).toEqual([6]);
  expect(lax.cumsum(x, { axis: 1, reverse: true }).tolist()).toEqual([[6, 5, 3], [15, 11, 6]]); // biome-ignore format: a matrix
  expect(lax.round(np.array([0.5, 1.5])).tolist()).toEqual([1, 2]);
  expect(lax.round(np.array([0.5, 1.5]), "toNearestEven").tolist()).toEqual([0, 2]);
});

it("has loops, and an identity without derivative", () => {
  expect((lax.foriLoop(0, 3, (_i, c: Tensor) => lax.add(c, 1), np.array(0)) as Tensor).item()).toBe(3);
  expect(typeof lax.switch).toBe("function");
  const f = (v: Tensor) => np.sum(lax.mul(v, lax.stopGradient(v)));
  expect((grad(f)(np.array([1, 2])) as Tensor).tolist()).toEqual([1, 2]);
  const [a, b] = lax.optimizationBarrier([x, x]);
  expect(a?.tolist()).toEqual(b?.tolist());
});

it("has types", () => {
  expectTypeOf(lax.sort).toBeCallableWith(x);
  expectTypeOf(lax.convertElementType).parameters.toEqualTypeOf<[x: Parameters<typeof lax.add>[0], dtype: DType]>();
  expectTypeOf(lax.optimizationBarrier<{ w: Tensor }>).returns.toEqualTypeOf<{ w: Tensor }>();
});
