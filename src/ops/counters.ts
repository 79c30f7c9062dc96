// The counter that each element of a draw is enciphered from: its place in row-major order.
import { attr } from "../../hlo/attributes.ts";
import type { Value } from "../../hlo/module.ts";
import { avalOf } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { splat } from "./literal.ts";

export interface CounterParams {
  readonly shape: readonly number[];
}

/** Σ index(d) · stride(d), dimension by dimension, so that each device counts only its own elements. */
function rowMajorIndex(c: LoweringContext, shape: readonly number[], dtype: DType): Value {
  const type = typeOf({ shape, dtype });
  const number = (n: number) => c.constant(type, dtype === "uint64" ? BigInt(n) : n);
  let stride = 1;
  let sum: Value | undefined;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d]! > 1) {
      const index = c.one("stablehlo.iota", [], type, { iota_dimension: attr.i64(d) });
      const scaled = stride === 1 ? index : c.one("stablehlo.multiply", [index, number(stride)], type);
      sum = sum === undefined ? scaled : c.one("stablehlo.add", [sum, scaled], type);
    }
    stride *= shape[d]!;
  }
  return sum ?? number(0);
}

/** Row-major places as two uint32 words, the high one first. JAX's iota_2x32_shape. */
export const countersOp: Op<CounterParams, readonly []> = defineOp({
  name: "iota_2x32_shape",
  shape: (_operands, { shape }) => [avalOf(shape, "uint32"), avalOf(shape, "uint32")],
  derivative: { all: "none" },
  transpose: null,
  batch: ({ params }) => ({ results: bind(countersOp, [], params), dims: [null, null] }),
  effect: "none",
  cost: "cheap",
  lower: (c, _operands, { shape }) => {
    const word = typeOf({ shape, dtype: "uint32" });
    const size = shape.reduce((n, d) => n * d, 1);
    if (size <= 2 ** 32) return [c.constant(word, 0), rowMajorIndex(c, shape, "uint32")];
    const wide = typeOf({ shape, dtype: "uint64" });
    const index = rowMajorIndex(c, shape, "uint64");
    const high = c.one("stablehlo.shift_right_logical", [index, c.constant(wide, 32n)], wide);
    return [high, index].map((v) => c.one("stablehlo.convert", [v], word));
  },
});

/** The words of the counters of a draw of `shape`; a zero literal where the high word is always zero. */
export function counters(shape: readonly number[]): [high: Tensor, low: Tensor] {
  const size = shape.reduce((n, d) => n * d, 1);
  const [high, low] = bind(countersOp, [], { shape });
  return size <= 2 ** 32 ? [splat(0, shape, "uint32"), low!] : [high!, low!];
}
