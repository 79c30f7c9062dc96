// Recorded tensors as jorts tensors, and the comparison of results with records.
import { expect } from "vitest";
import "../../src/lib/install.ts";
import "../../src/lib/tensor-methods.ts";
import { fromBytes } from "../../src/compile/place.ts";
import { avalOf } from "../../src/core/aval.ts";
import { isFloat } from "../../src/core/dtype.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { decode, type EncodedTensor, numbersOf } from "../fixtures.ts";

/** A recorded tensor on the default device. */
export function load(encoded: EncodedTensor): Tensor {
  const { bytes, shape, dtype } = decode(encoded);
  return fromBytes(bytes, avalOf(shape, dtype));
}

const eps: Record<string, number> = { float16: 2 ** -10, bfloat16: 2 ** -7, float32: 2 ** -23, float64: 2 ** -52 };

/** Same shape and dtype; floats within `ulps` of the dtype's spacing (relative, and absolute below 1), NaN where NaN. */
export function expectClose(got: Tensor, want: EncodedTensor, ulps: number, what: string): void {
  expect([what, got.dtype, [...got.shape]]).toEqual([what, want.dtype, [...want.shape]]);
  const values = (got.tolist() as unknown[]).flat?.(9) ?? [got.tolist()];
  const numbers = (Array.isArray(values) ? values : [values]).map(Number);
  const expected = numbersOf(decode(want));
  const tolerance = isFloat(want.dtype) ? ulps * eps[want.dtype]! : 0;
  numbers.forEach((v, i) => {
    const e = expected[i]!;
    const close = Object.is(v, e) || v === e || Math.abs(v - e) <= tolerance * Math.max(1, Math.abs(e));
    if (!close) expect.fail(`${what}: element ${i} is ${v}, expected ${e}`);
  });
}
