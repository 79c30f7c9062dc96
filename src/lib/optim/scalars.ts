// Hyperparameters: numbers of the host, or float scalar tensors, as injectHyperparams makes them.
import type { Tensor } from "../../core/tensor.ts";
import { add, mul, sub } from "../../ops/binary.ts";
import { like } from "../../ops/literal.ts";
import { broadcastInDim } from "../../ops/shape.ts";
import { convert } from "../../ops/unary.ts";

/** A number, or a float scalar tensor. */
export type Scalar = number | Tensor;

const spread = (s: Tensor, x: Tensor): Tensor => broadcastInDim(convert(s, x.dtype), x.shape, []);

export const times = (x: Tensor, s: Scalar): Tensor => mul(x, typeof s === "number" ? s : spread(s, x));
export const plus = (x: Tensor, s: Scalar): Tensor => add(x, typeof s === "number" ? s : spread(s, x));
/** `s` in the shape of `x`. */
export const filledWith = (x: Tensor, s: Scalar): Tensor => (typeof s === "number" ? like(x, s) : spread(s, x));
/** 1 − s */
export const complement = (s: Scalar): Scalar => (typeof s === "number" ? 1 - s : sub(like(s, 1), s));
