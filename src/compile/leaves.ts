// What users pass and return at the leaves of trees, as tensors.
import { type Aval, avalOf } from "../core/aval.ts";
import { TreeError } from "../core/errors.ts";
import { ShapeDtypeStruct } from "../core/struct.ts";
import { Literal, Tensor } from "../core/tensor.ts";
import type { Leaf, TypedArray } from "../core/tree.ts";
import { bytesOf, dtypeOf, encodeValues } from "./encoding.ts";
import { fromBytes } from "./place.ts";

const weakFloat = avalOf([], "float32", true);
const weakInt = avalOf([], "int32", true);
const plainBool = avalOf([], "bool");

/** The abstract value of a leaf: a number is a weak float32, a bigint a weak int32, whatever its value. */
export function leafAval(leaf: Leaf): Aval {
  switch (typeof leaf) {
    case "number":
      return weakFloat;
    case "bigint":
      return weakInt;
    case "boolean":
      return plainBool;
    default:
      if (leaf instanceof Tensor || leaf instanceof ShapeDtypeStruct) return leaf.aval;
      return avalOf([(leaf as TypedArray).length], dtypeOf(leaf as TypedArray));
  }
}

/** A literal for a host scalar. @throws TreeError for a bigint beyond int32 */
export function scalarLiteral(value: number | bigint | boolean): Literal {
  if (typeof value === "bigint" && BigInt.asIntN(32, value) !== value)
    throw new TreeError(`The bigint ${value} does not fit into int32. Use np.array(value, { dtype: "int64" }).`);
  return new Literal(value, leafAval(value));
}

/** A leaf as a tensor: host values go to the default device, uncommitted. @throws TreeError for ShapeDtypeStruct */
export function leafTensor(leaf: Leaf, path = "an argument"): Tensor {
  if (leaf instanceof Tensor) return leaf;
  if (leaf instanceof ShapeDtypeStruct)
    throw new TreeError(
      `${path} is a ShapeDtypeStruct, which has no data. Use it with trace, lower or evalShape only.`,
    );
  if (typeof leaf === "object") return fromBytes(bytesOf(leaf as TypedArray), leafAval(leaf));
  const { aval, value } = scalarLiteral(leaf);
  return fromBytes(encodeValues([value], aval.dtype), aval);
}

/** A leaf as a value to trace with: scalars become literals. */
export const leafValue = (leaf: Leaf, path?: string): Tensor =>
  typeof leaf === "object" ? leafTensor(leaf, path) : scalarLiteral(leaf);
