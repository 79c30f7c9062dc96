// The vector space of tangents: sums and zeros, whatever operations make them.
import { avalOf } from "../core/aval.ts";
import type { Maybe } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { add } from "./binary.ts";
import { zeroOf } from "./literal.ts";

/** The sum, where null is zero. */
export const addTangents = (a: Maybe, b: Maybe): Maybe => (a === null ? b : b === null ? a : add(a, b));

export const zeroTangent = (x: { readonly shape: readonly number[]; readonly dtype: Tensor["dtype"] }): Literal =>
  new Literal(zeroOf(x.dtype), avalOf(x.shape, x.dtype));
