// Cholesky factors and triangular systems.
import { attr } from "../../hlo/attributes.ts";
import { type Aval, avalOf, longAval, sameShape } from "../core/aval.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchFront, moveDim } from "./batching.ts";
import { mul } from "./binary.ts";
import { select } from "./compare.ts";
import { conjugated, lowerPart, onDiagonal, product, requireMatrices, transposed, upperPart } from "./matrix.ts";
import { reshape } from "./shape.ts";
import { neg } from "./unary.ts";

type One = readonly [Tensor];
type Two = readonly [Tensor, Tensor];

/**
 * The lower triangular L with L Lᴴ = x, of Hermitian positive definite x, of which the lower triangle is read; NaN where
 * there is none. Above the diagonal the result is zero. As StableHLO's `cholesky`.
 */
export const choleskyOp: Op<Record<never, never>, One> = defineOp({
  name: "cholesky",
  shape: ([x]) => {
    requireMatrices("cholesky", x, true);
    return [x];
  },
  // L̇ = L Φ(L⁻¹ ẋ L⁻ᴴ), where Φ takes the lower triangle and halves the diagonal (Murray 2016, arXiv:1602.07527).
  derivative: [
    (t, _x, [l]) => {
      const left = triangularSolve(conjugated(l!), t, {
        leftSide: false,
        lower: true,
        transposeA: true,
        unitDiagonal: false,
      });
      const both = triangularSolve(l!, left, { leftSide: true, lower: true, transposeA: false, unitDiagonal: false });
      const half = lowerPart(select(onDiagonal(both.shape), mul(both, 0.5), both));
      return product(l!, half);
    },
  ],
  transpose: null,
  batch: ({ operands: [x], dims: [d], size, params }) => ({
    results: [bind1(choleskyOp, [batchFront(x, d, size)], params)],
    dims: [0],
  }),
  effect: "none",
  cost: "costly",
  // The triangle that StableHLO leaves undefined is set to zero.
  lower: (c, [x]) => {
    const type = typeOf(c.results[0]!);
    const rank = type.shape.length;
    const l = c.one("stablehlo.cholesky", [x], type, { lower: attr.bool(true) });
    const index = typeOf({ shape: type.shape, dtype: "int32" });
    const [row, column] = [rank - 2, rank - 1].map((d) =>
      c.one("stablehlo.iota", [], index, { iota_dimension: attr.i64(d) }),
    );
    const below = c.one("stablehlo.compare", [row!, column!], typeOf({ shape: type.shape, dtype: "bool" }), {
      comparison_direction: attr.enum("comparison_direction", "GE"),
      compare_type: attr.enum("comparison_type", "SIGNED"),
    });
    return [c.one("stablehlo.select", [below, l, c.constant(type, 0)], type)];
  },
});
export const cholesky = (x: Tensor): Tensor => bind1(choleskyOp, [x], {});

export interface TriangularParams {
  /** Solves a x = b, else x a = b. */
  readonly leftSide: boolean;
  /** The lower triangle of `a` is read, else the upper one. */
  readonly lower: boolean;
  readonly transposeA: boolean;
  /** The diagonal of `a` is taken for ones and not read. */
  readonly unitDiagonal: boolean;
}

function requireSystem(a: Aval, b: Aval, { leftSide }: TriangularParams): void {
  requireMatrices("triangular_solve", a, true);
  if (a.dtype !== b.dtype)
    throw new DTypeError(`triangular_solve: got ${longAval(a)} and ${longAval(b)}; expected equal dtypes. Use astype.`);
  const fits =
    a.shape.length === b.shape.length &&
    sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2)) &&
    b.shape.at(leftSide ? -2 : -1) === a.shape.at(-1);
  if (!fits)
    throw new ShapeError(
      `triangular_solve: got ${longAval(a)} and ${longAval(b)}; expected equal leading dimensions and ` +
        `${leftSide ? "as many rows" : "as many columns"} on the right as the matrix has. Broadcast them first.`,
    );
}

/** x with op(a) x = b, or x op(a) = b; where the diagonal is zero the result is infinite or NaN. Linear in b. */
export const triangularSolveOp: Op<TriangularParams, Two> = defineOp({
  name: "triangular_solve",
  shape: ([a, b], p) => {
    requireSystem(a, b, p);
    return [avalOf(b.shape, b.dtype, a.weakType && b.weakType)];
  },
  derivative: [
    // −a⁻¹ ȧ x or −x ȧ a⁻¹, in the cheaper order.
    (t, [a, b], [x], p) => {
      const triangle = p.lower ? lowerPart(t, p.unitDiagonal ? -1 : 0) : upperPart(t, p.unitDiagonal ? 1 : 0);
      const change = neg(p.transposeA ? transposed(triangle) : triangle);
      const [m, n] = b.shape.slice(-2) as [number, number];
      const inverse = (y: Tensor) => triangularSolve(a, y, p);
      if (p.leftSide) return m > n ? inverse(product(change, x!)) : product(inverse(change), x!);
      return m < n ? inverse(product(x!, change)) : product(x!, inverse(change));
    },
    "linear",
  ],
  transpose: ({ cotangents: [ct], operands: [a], params: p }) => [
    null,
    ct && triangularSolve(a!, ct, { ...p, transposeA: !p.transposeA }),
  ],
  batch: ({ operands: [a, b], dims: [da, db], size, params }) => {
    if (da !== null)
      return {
        results: [bind1(triangularSolveOp, [batchFront(a, da, size), batchFront(b, db, size)], params)],
        dims: [0],
      };
    // One matrix for all: the batch becomes more columns (rows) on the right.
    const { leftSide } = params;
    const at = leftSide ? b.ndim - 1 : b.ndim - 2;
    const moved = moveDim(b, db!, at);
    const lead = moved.shape.slice(0, -3);
    const [p, q, r] = moved.shape.slice(-3) as [number, number, number];
    const flat = reshape(moved, leftSide ? [...lead, p, q * r] : [...lead, p * q, r]);
    return { results: [reshape(bind1(triangularSolveOp, [a, flat], params), moved.shape)], dims: [at] };
  },
  effect: "none",
  cost: "costly",
  lower: (c, [a, b], p) => [
    c.one("stablehlo.triangular_solve", [a, b], typeOf(c.results[0]!), {
      left_side: attr.bool(p.leftSide),
      lower: attr.bool(p.lower),
      unit_diagonal: attr.bool(p.unitDiagonal),
      transpose_a: attr.enum("transpose", p.transposeA ? "TRANSPOSE" : "NO_TRANSPOSE"),
    }),
  ],
});
export const triangularSolve = (a: Tensor, b: Tensor, p: TriangularParams): Tensor =>
  bind1(triangularSolveOp, [a, b], p);
