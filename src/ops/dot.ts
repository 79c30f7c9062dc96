// dot_general: products that contract some dimensions and keep batch dimensions together.
import { attr } from "../../hlo/attributes.ts";
import type { Value } from "../../hlo/module.ts";
import { type Aval, avalOf, longAval } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { shifted } from "./batching.ts";
import { computed, type KnownPrecision, type Precision, precisionConfig, precisionOf } from "./precision.ts";
import { inverse, transpose } from "./shape.ts";
import { convert } from "./unary.ts";

export type { Precision };

type Dims = readonly number[];
type Pair = readonly [Dims, Dims];

export interface DotParams {
  readonly contract: Pair;
  readonly batch: Pair;
  readonly precision: KnownPrecision;
  /** The dtype of the sums and of the result. */
  readonly dtype: DType;
}
type Two = readonly [Tensor, Tensor];

const range = (n: number, from = 0) => Array.from({ length: n }, (_, i) => i + from);
const free = (rank: number, ...taken: Dims[]) => range(rank).filter((d) => !taken.some((t) => t.includes(d)));

/** Result dimensions: batch, free of the left, free of the right. */
export const dotOp: Op<DotParams, Two> = defineOp({
  name: "dot_general",
  shape: ([x, y], { contract, batch, dtype }) => {
    const fits = ([a, b]: Pair) => a.length === b.length && a.every((d, i) => x.shape[d] === y.shape[b[i]!]);
    const inside = (dims: Dims, rank: number) => dims.every((d) => d >= 0 && d < rank);
    if (
      !fits(contract) ||
      !fits(batch) ||
      !inside([...contract[0], ...batch[0]], x.shape.length) ||
      !inside([...contract[1], ...batch[1]], y.shape.length)
    )
      throw new ShapeError(
        `dot_general: got ${longAval(x)} and ${longAval(y)}, contracting [${contract[0]}] with [${contract[1]}], batch ` +
          `[${batch[0]}] with [${batch[1]}]; expected equal sizes in each pair.`,
      );
    if (x.dtype !== y.dtype)
      throw new DTypeError(`dot_general: got ${longAval(x)} and ${longAval(y)}; expected equal dtypes. Use astype.`);
    const shape = [
      ...batch[0].map((d) => x.shape[d]!),
      ...free(x.shape.length, contract[0], batch[0]).map((d) => x.shape[d]!),
      ...free(y.shape.length, contract[1], batch[1]).map((d) => y.shape[d]!),
    ];
    return [avalOf(shape, dtype, x.weakType && y.weakType && dtype === x.dtype)];
  },
  derivative: ["multilinear", "multilinear"],
  transpose: ({ cotangents: [ct], operands: [x, y], avals, params }) => {
    if (!ct) return [null, null];
    return [y && transposeLeft(ct, y, avals[0].shape.length, avals[0].dtype, params, false), x && transposeRight()];
    function transposeRight(): Tensor {
      const swapped = { ...params, contract: swap(params.contract), batch: swap(params.batch) };
      return transposeLeft(ct!, x!, avals[1].shape.length, avals[1].dtype, swapped, true);
    }
  },
  batch: ({ operands: [x, y], dims: [dx, dy], params }) => {
    const shift = (dims: Dims, at: number | null) => (at === null ? dims : dims.map((d) => shifted(d, at)));
    const pair = ([a, b]: Pair): Pair => [shift(a, dx), shift(b, dy)];
    const contract = pair(params.contract);
    const batch = pair(params.batch);
    if (dx !== null && dy !== null) {
      const both: Pair = [
        [dx, ...batch[0]],
        [dy, ...batch[1]],
      ];
      return { results: [bind1(dotOp, [x, y], { ...params, contract, batch: both })], dims: [0] };
    }
    const result = bind1(dotOp, [x, y], { ...params, contract, batch });
    const before = batch[0].length;
    if (dx !== null) return { results: [result], dims: [before + free(x.ndim, contract[0], batch[0]).indexOf(dx)] };
    const left = free(x.ndim, contract[0], batch[0]).length;
    return { results: [result], dims: [before + left + free(y.ndim, contract[1], batch[1]).indexOf(dy!)] };
  },
  effect: "none",
  cost: "costly",
  lower: (c, [x, y], { contract, batch, precision }) => {
    const [a, b] = c.operands as readonly [Aval, Aval];
    const result = c.results[0]!;
    const as = computed(precision, a.dtype, b.dtype, result.dtype, c.platform);
    const cast = (v: Value, from: Aval | { shape: Dims; dtype: DType }, dtype: DType) =>
      from.dtype === dtype ? v : c.one("stablehlo.convert", [v], typeOf({ shape: from.shape, dtype }));
    const inner = { shape: result.shape, dtype: as.result };
    const product = c.one("stablehlo.dot_general", [cast(x, a, as.left), cast(y, b, as.right)], typeOf(inner), {
      dot_dimension_numbers: attr.struct("dot", {
        lhs_batching_dimensions: batch[0],
        rhs_batching_dimensions: batch[1],
        lhs_contracting_dimensions: contract[0],
        rhs_contracting_dimensions: contract[1],
      }),
      precision_config: precisionConfig(precision),
      ...(as.attribute && { algorithm: as.attribute }),
    });
    return [cast(product, inner, result.dtype)];
  },
});

const swap = ([a, b]: Pair): Pair => [b, a];

/**
 * Cotangent of the left operand: contract the cotangent's right-free dimensions with those of `y`. A wider cotangent
 * is first rounded to the dtype of `y`, so that a product of narrow operands stays one backwards too.
 */
function transposeLeft(ct: Tensor, y: Tensor, rank: number, dtype: DType, p: DotParams, swapped: boolean): Tensor {
  const leftFree = free(rank, p.contract[0], p.batch[0]);
  const rightFree = free(y.ndim, p.contract[1], p.batch[1]);
  const nBatch = p.batch[0].length;
  const ctRight = range(rightFree.length, swapped ? nBatch : nBatch + leftFree.length);
  const product = bind1(dotOp, [convert(ct, y.dtype), y], {
    contract: [ctRight, rightFree],
    batch: [range(nBatch), p.batch[1]],
    precision: p.precision,
    dtype,
  });
  // The product's last dimensions are y's contracted ones in rising order.
  const order = range(p.contract[1].length).sort((i, j) => p.contract[1][i]! - p.contract[1][j]!);
  const sources = [...p.batch[0], ...leftFree, ...order.map((i) => p.contract[0][i]!)];
  return transpose(product, inverse(sources));
}

export interface DotOptions {
  readonly precision?: Precision | undefined;
  /** JAX's preferred_element_type. */
  readonly dtype?: DType;
}

export const dotGeneral = (x: Tensor, y: Tensor, contract: Pair, batch: Pair = [[], []], options: DotOptions = {}) =>
  bind1(dotOp, [x, y], {
    contract,
    batch,
    precision: precisionOf("dot_general", options.precision),
    dtype: options.dtype ?? x.dtype,
  });

/** `x[..., k] · y[k, ...]`: the last dimension of `x` with the first of `y`. */
export const dot = (x: Tensor, y: Tensor, options: DotOptions = {}): Tensor =>
  dotGeneral(x, y, [[x.ndim - 1], [0]], [[], []], options);
