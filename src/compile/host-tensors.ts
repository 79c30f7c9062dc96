// Tensors that host callbacks get and give: values cross as bytes, without waiting for any other thread.
import { alignedBytes } from "../../runtime/index.ts";
import { type Aval, longAval } from "../core/aval.ts";
import { ShapeError, TreeError } from "../core/errors.ts";
import { Literal, Tensor } from "../core/tensor.ts";
import { Tracer } from "../core/trace.ts";
import type { Leaf } from "../core/tree.ts";
import type { ArrayTensor } from "./array.ts";
import { convertArray, decode, encodeValues } from "./encoding.ts";
import { fromBytes, onDefaultDevice, toBytes } from "./place.ts";

/** A tensor of these bytes that can be read at once, whatever the devices do. */
export function hostTensor(bytes: Uint8Array, aval: Aval): ArrayTensor {
  const own = alignedBytes(bytes.byteLength);
  own.set(bytes);
  const t = fromBytes(own, aval, onDefaultDevice(), { share: true });
  t.storage.host = own;
  return t;
}

/**
 * The bytes of what a callback returned for a result of type `aval`; other dtypes are converted.
 * @throws ShapeError, TreeError, DTypeError naming the result
 */
export function resultBytes(leaf: Leaf, aval: Aval, prefix: string, path: string): Uint8Array {
  const mismatch = (got: string) =>
    new ShapeError(
      `${prefix}the callback returned ${path} as ${got}, expected ${longAval(aval)} as its resultShapes say.`,
    );
  if (leaf instanceof Tracer)
    throw new TreeError(
      `${prefix}the callback returned a traced ${longAval(leaf.aval)} as ${path}, expected a concrete value.`,
    );
  if (leaf instanceof Tensor) {
    if (leaf.shape.join() !== aval.shape.join()) throw mismatch(longAval(leaf.aval));
    if (leaf instanceof Literal) return encodeValues(new Array(leaf.size).fill(leaf.value), aval.dtype);
    const bytes = toBytes(leaf as ArrayTensor);
    return leaf.dtype === aval.dtype ? bytes : convertArray(decode(bytes, leaf.dtype), aval.dtype);
  }
  if (ArrayBuffer.isView(leaf)) {
    if (leaf.length !== aval.size) throw mismatch(`${leaf.length} values`);
    return convertArray(leaf, aval.dtype);
  }
  if (typeof leaf === "object")
    throw new TreeError(`${prefix}the callback returned ${path} without data, expected values.`);
  if (aval.shape.length > 0) throw mismatch("a scalar");
  return encodeValues([leaf], aval.dtype);
}
