// lax: products of rows in groups, and products of blocks with scales.
import { longAval } from "../core/aval.ts";
import { type DType, isInteger } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { and, mul } from "../ops/binary.ts";
import { compare, select } from "../ops/compare.ts";
import { cumsum } from "../ops/cumulative.ts";
import { dotGeneral } from "../ops/dot.ts";
import { zeroOf } from "../ops/literal.ts";
import { broadcastInDim, expandDims, iota, pad, reshape, sliceInDim, transpose } from "../ops/shape.ts";
import { convert } from "../ops/unary.ts";
import type { DotDimensionNumbers, DotOptions } from "./lax-reduce.ts";
import { run } from "./nn/composite.ts";
import { owning, tensorOf } from "./promote.ts";
import type { TensorLike } from "./types.ts";

type Dims = readonly number[];

export interface RaggedDotDimensionNumbers {
  readonly dotDimensionNumbers: DotDimensionNumbers;
  /** The one dimension of the left operand whose rows come in groups. */
  readonly lhsRaggedDimensions: Dims;
  /** The dimension of the right operand that counts the groups, where the left one's is not summed over; else none. */
  readonly rhsGroupDimensions: Dims;
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const shiftedUp = (dims: Dims) => dims.map((d) => d + 1);

/**
 * `[m, k] · [g, k, n]` → `[m, n]`: the first groupSizes[0] rows by the first matrix, the next groupSizes[1] by the second,
 * and so on; rows beyond all groups are zero. As `jax.lax.ragged_dot`. The work is that of `g` products of all rows, as
 * JAX's on the CPU.
 * @throws ShapeError, DTypeError
 */
export const raggedDot = (lhs: TensorLike, rhs: TensorLike, groupSizes: TensorLike, options: DotOptions = {}): Tensor =>
  raggedDotGeneral(
    lhs,
    rhs,
    groupSizes,
    {
      dotDimensionNumbers: [
        [[1], [1]],
        [[], []],
      ],
      lhsRaggedDimensions: [0],
      rhsGroupDimensions: [0],
    },
    options,
  );

/**
 * Products of which one dimension of the left operand is cut into groups of the given sizes (`[g]`, or one list for each
 * place of the dimensions before it, `[…, g]`): not summed over, each group meets its own slice of the right operand;
 * summed over, each group gives a result of its own, `[g, …]`; a batch dimension, the groups change nothing. As
 * `jax.lax.ragged_dot_general`.
 * @throws ShapeError, DTypeError
 */
export const raggedDotGeneral = owning(function raggedDotGeneral(
  lhs: TensorLike,
  rhs: TensorLike,
  groupSizes: TensorLike,
  dims: RaggedDotDimensionNumbers,
  options: DotOptions = {},
): Tensor {
  const name = "raggedDotGeneral";
  const operands = [lhs, rhs, groupSizes].map((t) => tensorOf(t, name)) as [Tensor, Tensor, Tensor];
  const plan = planOf(name, operands, dims);
  return run("ragged_dot_general", (x, y, sizes) => product(x!, y!, sizes!, dims, plan, options), operands);
});

interface Plan {
  readonly mode: "noncontracting" | "contracting" | "batch";
  readonly ragged: number;
  /** Dimensions of the left operand before the ragged one, for which there may be group sizes each. */
  readonly prefix: Dims;
}

function planOf(name: string, [x, y, sizes]: readonly [Tensor, Tensor, Tensor], d: RaggedDotDimensionNumbers): Plan {
  const [[left], [batch]] = d.dotDimensionNumbers;
  const got = `${name}: got ${longAval(x.aval)}, ${longAval(y.aval)} and group sizes ${longAval(sizes.aval)}`;
  if (!isInteger(sizes.dtype)) throw new DTypeError(`${got}; expected integers as group sizes.`);
  const [ragged] = d.lhsRaggedDimensions;
  if (d.lhsRaggedDimensions.length !== 1 || ragged === undefined || !(ragged >= 0 && ragged < x.ndim))
    throw new ShapeError(
      `${got} with ragged dimensions [${d.lhsRaggedDimensions}]; expected one below ${x.ndim} of the left operand.`,
    );
  const mode = left.includes(ragged) ? "contracting" : batch.includes(ragged) ? "batch" : "noncontracting";
  const wanted = mode === "noncontracting" ? 1 : 0;
  const [group] = d.rhsGroupDimensions;
  if (d.rhsGroupDimensions.length !== wanted || (group !== undefined && y.shape[group] !== sizes.shape.at(-1)))
    throw new ShapeError(
      `${got} with group dimensions [${d.rhsGroupDimensions}]; expected ` +
        (wanted === 1 ? "one dimension of the right operand, as long as the groups are many." : "none here."),
    );
  const kept = range(x.ndim).filter((i) => !left.includes(i) && !batch.includes(i));
  const before = (list: Dims) => list.slice(0, list.indexOf(ragged));
  const prefix = mode === "batch" ? before(batch) : [...batch, ...before(mode === "contracting" ? left : kept)];
  const full = [...prefix.map((i) => x.shape[i]!), sizes.shape.at(-1)];
  if (sizes.ndim === 0 || (sizes.ndim > 1 && sizes.shape.join() !== full.join()))
    throw new ShapeError(`${got}; expected sizes of shape [${sizes.shape.at(-1) ?? "g"}] or [${full}].`);
  return { mode, ragged, prefix };
}

function product(
  x: Tensor,
  y: Tensor,
  sizes: Tensor,
  d: RaggedDotDimensionNumbers,
  { mode, ragged, prefix }: Plan,
  { precision, preferredElementType }: DotOptions,
): Tensor {
  const [[left, right], [leftBatch, rightBatch]] = d.dotDimensionNumbers;
  const options = { precision, dtype: preferredElementType ?? x.dtype };
  if (mode === "batch") return dotGeneral(x, y, [left, right], [leftBatch, rightBatch], options);
  const groups = byGroup(x, ragged, sizes, prefix);
  if (mode === "noncontracting") {
    const contract = [
      [...shiftedUp(left), 0],
      [...right, d.rhsGroupDimensions[0]!],
    ] as const;
    return dotGeneral(groups, y, contract, [shiftedUp(leftBatch), rightBatch], options);
  }
  const place = (i: number) => (left.includes(i) ? right[left.indexOf(i)]! : rightBatch[leftBatch.indexOf(i)]!);
  const others = byGroup(y, place(ragged), sizes, prefix.map(place));
  return dotGeneral(
    groups,
    others,
    [shiftedUp(left), shiftedUp(right)],
    [
      [0, ...shiftedUp(leftBatch)],
      [0, ...shiftedUp(rightBatch)],
    ],
    options,
  );
}

/** [g, …x]: `x` with zeros at the places along `dim` that are not in the group. */
function byGroup(x: Tensor, dim: number, sizes: Tensor, prefix: Dims): Tensor {
  const last = sizes.ndim - 1;
  const ends = cumsum(sizes, last, false);
  const one = (side: "low" | "high") => range(sizes.ndim).map((d) => (d === last && side === "low" ? 1 : 0));
  const starts = sliceInDim(pad(ends, zeroOf(ends.dtype), one("low"), one("high")), 0, sizes.shape[last]!, last);
  const shape = [sizes.shape[last]!, ...x.shape];
  const dims = sizes.ndim === 1 ? [0] : [...shiftedUp(prefix), 0];
  const spread = (t: Tensor): Tensor => {
    if (t.ndim === 1) return broadcastInDim(t, shape, [0]);
    // The groups come first, and the others in the order that they have in x.
    const order = dims.map((at, i) => ({ at, i })).sort((p, q) => p.at - q.at);
    const moved = transpose(
      t,
      order.map((o) => o.i),
    );
    return broadcastInDim(
      moved,
      shape,
      order.map((o) => o.at),
    );
  };
  const place = iota(sizes.dtype, shape, dim + 1);
  const inside = and(compare(place, "GE", spread(starts)), compare(place, "LT", spread(ends)));
  return select(inside, broadcastInDim(x, shape, shiftedUp(range(x.ndim))), zeroOf(x.dtype));
}

export interface ScaledDotOptions {
  /** One scale for each block along the contracted dimensions; 1 by default. */
  readonly lhsScale?: TensorLike;
  readonly rhsScale?: TensorLike;
  /** By default the last dimension of the left operand with the last but one of the right, the leading ones batch. */
  readonly dimensionNumbers?: DotDimensionNumbers;
  /** The dtype of sums and result, bfloat16 by default. */
  readonly preferredElementType?: DType;
}

/**
 * (lhs · lhsScale) (rhs · rhsScale), multiplied in bfloat16: operands such as 8-bit floats whose blocks have a scale
 * each. The size of a scale along a contracted dimension divides that of its operand. As `jax.lax.scaled_dot`.
 * @throws ShapeError for scales or operands that do not fit
 */
export const scaledDot = owning(function scaledDot(
  lhs: TensorLike,
  rhs: TensorLike,
  options: ScaledDotOptions = {},
): Tensor {
  const name = "scaledDot";
  const [x, y] = [tensorOf(lhs, name), tensorOf(rhs, name)];
  if (Math.min(x.ndim, y.ndim) < 2)
    throw new ShapeError(`${name}: got ${longAval(x.aval)} and ${longAval(y.aval)}, expected at least two dimensions.`);
  const lead = range(x.ndim - 2);
  const numbers = options.dimensionNumbers ?? [
    [[x.ndim - 1], [y.ndim - 2]],
    [lead, lead],
  ];
  const [contract, batch] = numbers;
  const given = [options.lhsScale, options.rhsScale];
  const scales = given.map((s) => (s === undefined ? undefined : tensorOf(s, name)));
  [x, y].forEach((t, i) => {
    const s = scales[i];
    if (s !== undefined) requireScale(name, t, s, contract[i]!);
  });
  const inputs = [x, y, ...scales.filter((s) => s !== undefined)];
  return run(
    "scaled_dot",
    (a, b, ...rest) => {
      const widened = [a!, b!].map((t, i) => {
        const wide = convert(t, "bfloat16");
        return scales[i] === undefined ? wide : mul(wide, convert(blocks(rest.shift()!, t.shape), "bfloat16"));
      });
      return dotGeneral(widened[0]!, widened[1]!, contract, batch, {
        dtype: options.preferredElementType ?? "bfloat16",
      });
    },
    inputs,
  );
});

function requireScale(name: string, t: Tensor, s: Tensor, contract: Dims): void {
  const fits =
    s.ndim === t.ndim &&
    s.shape.every((n, d) => (contract.includes(d) ? n > 0 && t.shape[d]! % n === 0 : n === t.shape[d]));
  if (!fits)
    throw new ShapeError(
      `${name}: got scales ${longAval(s.aval)} for ${longAval(t.aval)}; expected the same shape, but for divisors of the ` +
        `sizes along [${contract}].`,
    );
}

/** Each scale repeated over its block. */
function blocks(s: Tensor, shape: Dims): Tensor {
  let out = s;
  shape.forEach((n, d) => {
    const have = out.shape[d]!;
    if (have === n) return;
    const wide = expandDims(out, [d + 1]);
    const repeated = wide.shape.map((m, i) => (i === d + 1 ? n / have : m));
    const flat = out.shape.map((m, i) => (i === d ? n : m));
    out = reshape(broadcastInDim(wide, repeated, range(wide.ndim)), flat);
  });
  return out;
}
