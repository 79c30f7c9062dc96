// Dropout.
import { longAval } from "../../core/aval.ts";
import { isFloat } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { div } from "../../ops/binary.ts";
import { select } from "../../ops/compare.ts";
import { tensorOf } from "../promote.ts";
import { bernoulli } from "../random.ts";
import { run } from "./composite.ts";

/**
 * Each element of x is 0 with probability `rate`, else x / (1 − rate); x itself when `key` is null (not training) or
 * the rate is 0. As Flax's Dropout. The mask is not kept for the backward pass but drawn again.
 *
 * Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
 * @throws DTypeError if x is no float, or the rate not from 0 (with) to 1 (without)
 */
export function dropout(key: Tensor | null, x: Tensor, rate: number): Tensor {
  const t = tensorOf(x, "nn.dropout");
  if (!isFloat(t.dtype)) throw new DTypeError(`nn.dropout: got ${longAval(t.aval)}, expected floats.`);
  if (!(rate >= 0 && rate < 1))
    throw new DTypeError(`nn.dropout: got rate ${rate}, expected 0 ≤ rate < 1. To drop everything multiply by 0.`);
  if (key === null || rate === 0) return x;
  const keep = 1 - rate;
  const body = (k: Tensor, v: Tensor) => select(bernoulli(k, keep, v.shape), div(v, keep), 0);
  return run("dropout", (k, v) => body(k!, v!), [key, t]);
}
