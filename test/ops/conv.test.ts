// lax.conv…: values and derivatives recorded from JAX, dimension numbers, paddings, refusals.
import { describe, expect, it } from "vitest";
import { DTypeError, ShapeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import * as lax from "../../src/lib/lax.ts";
import * as np from "../../src/lib/np.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { type Json, type OpCase, readFixture } from "../fixtures.ts";
import { expectRecorded } from "../lib/recorded.ts";

const cases = readFixture("ops/conv.json").cases;
type Pairs = readonly (readonly [number, number])[];
const keywords = (p: { readonly [key: string]: Json }) => ({
  lhsDilation: (p.lhs_dilation as number[]) ?? null,
  rhsDilation: (p.rhs_dilation as number[]) ?? null,
  dimensionNumbers: (p.dimension_numbers as unknown as [string, string, string]) ?? null,
  featureGroupCount: (p.feature_group_count as number) ?? 1,
  batchGroupCount: (p.batch_group_count as number) ?? 1,
});
const general = (c: OpCase, x: Tensor, y: Tensor) =>
  lax.convGeneralDilated(
    x,
    y,
    c.params.window_strides as number[],
    c.params.padding as unknown as Pairs,
    keywords(c.params),
  );
const transposed = (c: OpCase, x: Tensor, y: Tensor) =>
  lax.convTranspose(x, y, c.params.strides as number[], c.params.padding as unknown as Pairs, {
    rhsDilation: (c.params.rhs_dilation as number[]) ?? null,
    transposeKernel: (c.params.transpose_kernel as boolean) ?? false,
    useConsistentPadding: (c.params.use_consistent_padding as boolean) ?? false,
  });

describe("against JAX, derivatives included", () => {
  it("convGeneralDilated", { timeout: 120_000 }, () => {
    const mine = cases.filter((c) => c.op === "conv_general_dilated");
    expect(mine.length).toBeGreaterThan(15);
    expectRecorded(mine, (c, x, y) => general(c, x!, y!), 64);
  });
  it("convTranspose", { timeout: 120_000 }, () => {
    const mine = cases.filter((c) => c.op === "conv_transpose");
    expect(mine.length).toBe(7);
    expectRecorded(mine, (c, x, y) => transposed(c, x!, y!), 64);
  });
});

describe("dimension numbers", () => {
  it("are lists whose first entries are batch and feature", () => {
    expect(lax.convDimensionNumbers([1, 2, 3, 4], [5, 6, 7, 8], ["NHWC", "HWIO", "NCHW"])).toEqual({
      lhsSpec: [0, 3, 1, 2],
      rhsSpec: [3, 2, 0, 1],
      outSpec: [0, 1, 2, 3],
    });
    expect(lax.convDimensionNumbers([1, 2, 3], [5, 6, 7])).toEqual({
      lhsSpec: [0, 1, 2],
      rhsSpec: [0, 1, 2],
      outSpec: [0, 1, 2],
    });
    // Spatial dimensions stand in the order of the kernel's letters.
    expect(lax.convDimensionNumbers([1, 2, 3, 4], [5, 6, 7, 8], ["NHWC", "OIWH", "NHWC"]).lhsSpec).toEqual([
      0, 3, 2, 1,
    ]);
  });
  it("refuse letters that do not fit", () => {
    expect(() => lax.convDimensionNumbers([1, 2, 3], [5, 6, 7], ["NHWC", "HWIO", "NHWC"])).toThrow(ShapeError);
    expect(() => lax.convDimensionNumbers([1, 2, 3], [5, 6, 7], ["NWC", "HIO", "NWC"])).toThrow(/same spatial letters/);
    expect(() => lax.convDimensionNumbers([1, 2], [5, 6, 7])).toThrow(/equal ranks/);
  });
});

describe("refusals", () => {
  const [x, y] = [np.ones([1, 2, 5]), np.ones([3, 2, 2])];
  it("name what was got and what was expected", () => {
    expect(() => lax.convGeneralDilated(x, y, [1], "OTHER" as "SAME")).toThrow(/got padding "OTHER", expected "VALID"/);
    expect(() => lax.convGeneralDilated(x, y, [1], "SAME", { lhsDilation: [2] })).toThrow(/use convTranspose/);
    expect(() => lax.convGeneralDilated(x, y, [1, 1], "VALID")).toThrow(/strides \[1,1\].*expected a positive/);
    expect(() => lax.convGeneralDilated(x, y.astype("float64"), [1], "VALID")).toThrow(DTypeError);
    expect(() => lax.convGeneralDilated(x, y, [1], "VALID", { featureGroupCount: 2 })).toThrow(/features on the left/);
    expect(() => lax.convGeneralDilated(x, y, [1], [[-4, -4]])).toThrow(/negative padding/);
    expect(() =>
      lax.convTranspose(np.ones([1, 2, 3, 4, 5, 6]), np.ones([1, 2, 3, 4, 5, 6]), [1, 1, 1, 1], "SAME"),
    ).toThrow(/got 6 dimensions and no dimensionNumbers/);
  });
});

it("conv and convWithGeneralPadding are the general one", () => {
  const x = np.arange(24).astype("float32").reshape([1, 2, 3, 4]);
  const y = np.arange(8).astype("float32").reshape([1, 2, 2, 2]);
  const expected = lax.convGeneralDilated(x, y, [1, 1], "SAME").tolist();
  expect(lax.conv(x, y, [1, 1], "SAME").tolist()).toEqual(expected);
  const pads = [
    [0, 1],
    [0, 1],
  ] as const;
  expect(lax.convWithGeneralPadding(x, y, [1, 1], pads, null, null).tolist()).toEqual(expected);
});

it("sums in the preferred dtype", () => {
  const x = np.ones([1, 1, 4], "bfloat16");
  const out = lax.convGeneralDilated(x, x, [1], "VALID", { preferredElementType: "float32" });
  expect([out.dtype, out.tolist()]).toEqual(["float32", [[[4]]]]);
});

it("vmap over kernels is a loop over kernels", () => {
  const x = np.arange(10).astype("float32").reshape([1, 2, 5]);
  const ys = np.arange(36).astype("float32").reshape([3, 2, 2, 3]);
  const all = vmap((y: Tensor) => lax.conv(x, y, [2], "SAME"))(ys) as Tensor;
  const one = [0, 1, 2].map((i) => lax.conv(x, np.at(ys, [i]), [2], "SAME").tolist());
  expect(all.tolist()).toEqual(one);
});

describe("np.convolve and np.correlate", () => {
  const [a, v] = [np.array([1, 2, 3, 4], { dtype: "int32" }), np.array([1, 0, 2], { dtype: "int32" })];
  it.each([
    ["full", [1, 2, 5, 8, 6, 8], [2, 4, 7, 10, 3, 4], [4, 3, 10, 7, 4, 2]],
    ["same", [2, 5, 8, 6], [4, 7, 10, 3], [3, 10, 7, 4]],
    ["valid", [5, 8], [7, 10], [10, 7]],
  ] as const)("%s", (mode, convolved, correlated, exchanged) => {
    expect(np.convolve(a, v, mode).tolist()).toEqual(convolved);
    expect(np.convolve(v, a, mode).tolist()).toEqual(convolved);
    expect(np.correlate(a, v, mode).tolist()).toEqual(correlated);
    expect(np.correlate(v, a, mode).tolist()).toEqual(exchanged);
  });
  it("compute integers in floating point unless asked for another dtype", () => {
    expect(np.convolve(a, v).dtype).toBe("float32");
    expect(np.convolve(a, v, "full", { preferredElementType: "int32" }).dtype).toBe("int32");
    expect(() => np.convolve(np.ones([2, 2]), v)).toThrow(/got shapes \[2,2\] and \[3\], expected vectors/);
  });
});
