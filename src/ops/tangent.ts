// The vector space of tangents: sums and zeros, whatever operations make them.
import { type Aval, type AxisSet, avalOf, isSubset, withoutAxes } from "../core/aval.ts";
import type { Maybe } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { add } from "./binary.ts";
import { pvary, sumOver } from "./collective.ts";
import { zeroOf } from "./literal.ts";

/** The sum, where null is zero. */
export const addTangents = (a: Maybe, b: Maybe): Maybe => (a === null ? b : b === null ? a : add(a, b));

export function zeroTangent(x: Tensor | (Pick<Aval, "shape" | "dtype"> & Partial<Aval>)): Literal {
  const { varying, memory } = "aval" in x ? x.aval : x;
  return new Literal(zeroOf(x.dtype), avalOf(x.shape, x.dtype, false, varying, memory));
}

/**
 * A cotangent as varying as the value that it belongs to. A value that was the same on all devices where they made
 * different use of it has the sum of their cotangents.
 */
export function fitCotangent(ct: Tensor, { varying }: { readonly varying: AxisSet }): Tensor {
  const has = ct.aval.varying;
  if (has === varying) return ct;
  const summed = isSubset(has, varying) ? ct : sumOver(ct, withoutAxes(has, varying));
  return pvary(summed, varying);
}
