// Tensors from fixtures and host numbers, and back.

import type { ArrayTensor } from "../../src/compile/array.ts";
import { encodeValues } from "../../src/compile/encoding.ts";
import { fromBytes, toBytes } from "../../src/compile/place.ts";
import { avalOf } from "../../src/core/aval.ts";
import { backend } from "../../src/core/backend.ts";
import { type DType, epsilon, itemSize } from "../../src/core/dtype.ts";
import { Literal, type Tensor } from "../../src/core/tensor.ts";
import { traceGraph } from "../../src/core/trace.ts";
import { batchGraph } from "../../src/transforms/batch.ts";
import { decode, type EncodedTensor, numbersOf } from "../fixtures.ts";

/** A recorded tensor, or one of host numbers, on the default device. */
export function tensor(values: EncodedTensor): ArrayTensor;
export function tensor(
  values: readonly (number | bigint | boolean)[],
  shape: readonly number[],
  dtype: DType,
): ArrayTensor;
export function tensor(
  values: EncodedTensor | readonly (number | bigint | boolean)[],
  shape?: readonly number[],
  dtype?: DType,
): ArrayTensor {
  if ("data" in values) return fromBytes(decode(values).bytes, avalOf(values.shape, values.dtype));
  const wide = itemSize(dtype!) === 8 && dtype !== "float64";
  return fromBytes(encodeValues(wide ? values.map(BigInt) : values, dtype!), avalOf(shape!, dtype!));
}

/** The elements as numbers, in row-major order. */
export function read(t: Tensor): number[] {
  if (t instanceof Literal) return new Array(t.size).fill(Number(t.value));
  const copy = new Uint8Array(toBytes(t as ArrayTensor));
  return numbersOf({ dtype: t.dtype, shape: t.shape, bytes: copy });
}

/** The distance of two floats in units in the last place of `dtype`. */
export function ulps(a: number, b: number, dtype: DType): number {
  if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Number.POSITIVE_INFINITY;
  const smallest = { float16: -14, bfloat16: -126, float32: -126, float64: -1022 }[dtype as "float32"];
  const exponent = Math.max(Math.floor(Math.log2(Math.max(Math.abs(a), Math.abs(b)))), smallest);
  return Math.abs(a - b) / (2 ** exponent * epsilon(dtype));
}

/** `f` over the leading dimension of `x`, through the batching pass itself. */
export function mapped(f: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const row = avalOf(x.shape.slice(1), x.dtype);
  const { graph, captures } = traceGraph("f", (r) => [f(r!)], [row], { what: "vmap", ambient: true });
  const dims = [...captures.map(() => null), 0];
  const options = { size: x.shape[0]!, axisName: undefined, spmdAxisName: undefined };
  const b = batchGraph(graph, dims, options, [true]);
  return backend().run(b.graph, [...captures, x])[0]!;
}
