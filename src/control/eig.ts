// Eigenvalues and eigenvectors of general square matrices.
import { avalOf, longAval } from "../core/aval.ts";
import { complexOf, epsilon, isComplex } from "../core/dtype.ts";
import { NonDifferentiableError } from "../core/errors.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { add, and, div, max, mul, or, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { eq, ge, gt, ne, select } from "../ops/compare.ts";
import { complex, conj, imag, real } from "../ops/complex.ts";
import { dynamicSlice, dynamicUpdateSlice } from "../ops/dynamic.ts";
import { linearSolve } from "../ops/linear-solve.ts";
import { like, splat, zerosLike } from "../ops/literal.ts";
import {
  absSquare,
  adjoint,
  alongColumns,
  alongRows,
  asDType,
  conjugated,
  diagonalOf,
  finiteMatrices,
  identityLike,
  nanLike,
  onDiagonal,
  overMatrices,
  partSize,
  product,
  requireMatrices,
  upperPart,
} from "../ops/matrix.ts";
import { argmax, reduceMax, reduceSum } from "../ops/reduce.ts";
import { broadcastInDim, iota, reshape, rev } from "../ops/shape.ts";
import { abs, convert, neg, sqrt, square, stopGradientTensor } from "../ops/unary.ts";
import { lu } from "./lu.ts";
import { lengthened, nearDiagonal, pairMatrix } from "./pairs.ts";
import { adjointTimes, columnsOf, negligible, overVectors } from "./reflectors.ts";
import { repeat } from "./repeat.ts";
import { schurForm } from "./schur.ts";

export interface EigParams {
  readonly left: boolean;
  readonly right: boolean;
  /** The vectors have a derivative; it holds where all eigenvalues differ and each vector has one largest element. */
  readonly vectorDerivatives: boolean;
}
type One = readonly [Tensor];

/**
 * Results, complex: eigenvalues, and where asked for left and right eigenvectors in columns, of norm 1 and with a real
 * largest element. All NaN where an element is not finite, or where the iteration did not end. As LAPACK's geev.
 */
export const eigOp: Op<EigParams, One> = defineOp({
  name: "eig",
  shape: ([x], { left, right }) => {
    requireMatrices("eig", x, true);
    const dtype = complexOf(x.dtype);
    const vectors = avalOf(x.shape, dtype, x.weakType);
    const values = avalOf(x.shape.slice(0, -1), dtype, x.weakType);
    return [values, ...(left ? [vectors] : []), ...(right ? [vectors] : [])];
  },
  derivative: { structured: { jvp: withTangents, linearize: withTangents } },
  transpose: null,
  batch: ({ operands: [x], dims: [d], size, params }) => {
    const results = bind(eigOp, [batchFront(x, d, size)], params);
    return { results, dims: results.map(() => 0) };
  },
  effect: "none",
  cost: "costly",
  lower: byGraph<EigParams, One>("eig", ([x], p) => decompose(x, p)),
});
export const eig = (x: Tensor, p: EigParams): Tensor[] => bind(eigOp, [x], p);

function decompose(x: Tensor, { left, right }: EigParams): Tensor[] {
  const dtype = complexOf(x.dtype);
  if (x.size === 0) {
    const empty = splat(0, x.shape, dtype);
    return [splat(0, x.shape.slice(0, -1), dtype), ...(left ? [empty] : []), ...(right ? [empty] : [])];
  }
  const form = schurForm(x, left || right);
  const { values, t, q } = isComplex(x.dtype)
    ? { values: diagonalOf(form.t), t: form.t, q: form.q }
    : complexForm(form.t, form.q);
  const sound = finiteMatrices(form.t);
  const only = (y: Tensor) => select(overMatrices(sound, y.shape), y, nanLike(y));
  const back = only(mul(values, asDType(overMatrices(form.scale, values.shape), dtype)));
  if (q === null) return [back];
  const realValues = isComplex(x.dtype) ? null : eq(imag(values), 0);
  const vectors = (y: Tensor) => only(normalisedVectors(product(q, y), realValues));
  const results = [back];
  if (left) results.push(vectors(reversed(triangularVectors(reversed(adjoint(t))))));
  if (right) results.push(vectors(triangularVectors(t)));
  return results;
}

/** Rows and columns from the last to the first. */
const reversed = (x: Tensor): Tensor => rev(x, [x.ndim - 2, x.ndim - 1]);

/** A real Schur form made triangular: blocks of two rows are turned by their complex eigenvectors. */
function complexForm(t: Tensor, q: Tensor | null): { values: Tensor; t: Tensor; q: Tensor | null } {
  const typed = (y: Tensor) => asDType(y, complexOf(t.dtype));
  if (t.shape.at(-1) === 1) return { values: diagonalOf(typed(t)), t: typed(t), q: q && typed(q) };
  const { diagonal, first, second, below, above } = nearDiagonal(t);
  const pair = ne(below, 0);
  const none = zerosLike(first);
  const [centre, half] = [mul(add(first, second), 0.5), mul(sub(first, second), 0.5)];
  const turn = neg(add(square(half), mul(above, below)));
  const omega = select(and(pair, gt(turn, 0)), sqrt(max(turn, 0)), none);
  // Eigenvector (λ − d, c) of the block [[a, b], [c, d]], and one orthogonal to it.
  const [re, im, c] = [half, omega, below];
  const norm = sqrt(add(add(square(re), square(im)), square(c)));
  const size = select(gt(norm, 0), norm, like(norm, 1));
  const [u, w] = [complex(div(re, size), div(im, size)), typed(div(c, size))];
  const g = pairMatrix(pair, [u, neg(w), w, conj(u)]);
  const turned = product(product(adjoint(g), typed(t)), g);
  const own = (y: Tensor, side: "behind" | "before") => lengthened(select(pair, y, none), side);
  const paired = (side: "behind" | "before") => ne(lengthened(convert(pair, "int32"), side), 0);
  const centres = select(
    paired("behind"),
    own(centre, "behind"),
    select(paired("before"), own(centre, "before"), diagonal),
  );
  const values = complex(centres, sub(own(omega, "behind"), own(omega, "before")));
  const exact = select(onDiagonal(turned.shape), alongColumns(values, diagonal.shape.at(-1)!), upperPart(turned));
  return { values, t: exact, q: q && product(typed(q), g) };
}

/**
 * Eigenvectors of upper triangular matrices, in columns: back substitution for all at once. Where two eigenvalues are
 * equal the divisor is ε times the norm instead of zero; columns are kept below 1, so that none overflows.
 */
function triangularVectors(t: Tensor): Tensor {
  const n = t.shape.at(-1)!;
  const lead = t.shape.slice(0, -2);
  const zero = lead.map(() => 0);
  const c = columnsOf(lead, n);
  const values = diagonalOf(t);
  const size = reduceMax(partSize(t), [t.ndim - 2, t.ndim - 1]);
  const least = max(mul(size, epsilon(t.dtype)), negligible(t.dtype));
  const [x] = repeat(
    "substitute",
    n - 1,
    (turn, x) => {
      const i = sub(like(turn, n - 2), turn);
      const row = reshape(dynamicSlice(t, [...zero, i, 0], [...lead, 1, n]), [...lead, n]);
      const at = broadcastInDim(i, c.place.shape, []);
      // The row of x is still zero, so the element of the diagonal adds nothing.
      const known = adjointTimes(conjugated(x), row);
      const gap = sub(overVectors(reduceSum(select(eq(c.place, at), row, zerosLike(row)), [lead.length]), row), values);
      const divisor = select(
        ge(partSize(gap), overVectors(least, gap)),
        gap,
        asDType(overVectors(least, gap), t.dtype),
      );
      const one = asDType(eq(c.place, at), t.dtype);
      const value = select(gt(c.place, at), neg(div(known, divisor)), one);
      const shrink = div(like(partSize(value), 1), max(partSize(value), 1));
      return [shrunk(x, i, value, shrink)];
    },
    [identityLike(t)],
  ) as [Tensor];
  return x;

  function shrunk(x: Tensor, i: Tensor, value: Tensor, factor: Tensor): Tensor {
    const by = asDType(factor, t.dtype);
    const smaller = mul(x, alongRows(by, n));
    return dynamicUpdateSlice(smaller, reshape(mul(value, by), [...lead, 1, n]), [...zero, i, 0]);
  }
}

/**
 * Columns of norm 1 with a real largest element. Those of real eigenvalues are made real altogether: their real parts
 * are eigenvectors too, where rounding or equal eigenvalues have mixed in others.
 */
function normalisedVectors(v: Tensor, realValues: Tensor | null): Tensor {
  const n = v.shape.at(-1)!;
  const row = v.ndim - 2;
  const over = (x: Tensor, y: Tensor) => div(x, asDType(alongRows(y, n), x.dtype));
  const level = reduceMax(partSize(v), [row]);
  const even = over(v, select(gt(level, 0), level, like(level, 1)));
  const squares = absSquare(even);
  const at = eq(iota("int32", v.shape, row), alongRows(argmax(squares, row), n));
  const largest = reduceSum(select(at, even, zerosLike(even)), [row]);
  const size = abs(largest);
  const phase = div(conj(largest), asDType(select(gt(size, 0), size, like(size, 1)), v.dtype));
  const turned = mul(even, alongRows(phase, n));
  const withoutImag = realValues === null ? at : or(at, alongRows(realValues, n));
  const exact = complex(real(turned), select(withoutImag, zerosLike(real(turned)), imag(turned)));
  return over(exact, sqrt(reduceSum(absSquare(exact), [row])));
}

/**
 * ẇ is the diagonal of P = V⁻¹ ẋ V. The vectors change by V (F ∘ P) with Fᵢⱼ = 1 / (wⱼ − wᵢ), and by the multiple of
 * themselves that keeps their norms and their largest elements real (Giles 2008, NA-08-01). As JAX's rule.
 */
function withTangents([x]: readonly Tensor[], [given]: readonly (Tensor | null)[], p: EigParams) {
  if ((p.left || p.right) && !p.vectorDerivatives)
    throw new NonDifferentiableError(
      `eig: got ${longAval(x!.aval)} under differentiation; the derivative of eigenvectors holds only where all eigenvalues ` +
        "differ and each vector has one largest element. Use eigvals, or lax.linalg.eig with enableEigvecDerivs: true.",
    );
  const [w, ...vectors] = eig(x!, { ...p, right: true }) as [Tensor, ...Tensor[]];
  const v = vectors.at(-1)!;
  const t = asDType(given!, w.dtype);
  if (!p.left && !p.right) return [[w], [diagonalOf(product(solved(v, t), v))]] as const;
  const [dw, dv] = vectorTangents(w, v, t);
  const primals = [w];
  const tangents = [dw];
  if (p.left) {
    primals.push(vectors[0]!);
    tangents.push(vectorTangents(conj(w), vectors[0]!, adjoint(t))[1]);
  }
  if (p.right) {
    primals.push(v);
    tangents.push(dv);
  }
  return [primals, tangents] as const;
}

/** v⁻¹ b. */
function solved(v: Tensor, b: Tensor): Tensor {
  const [factors, , order] = lu(stopGradientTensor(v));
  return linearSolve(v, b, factors, order, { transposeA: false });
}

function vectorTangents(w: Tensor, v: Tensor, t: Tensor): [values: Tensor, vectors: Tensor] {
  const n = w.shape.at(-1)!;
  const p = product(solved(v, t), v);
  const gaps = sub(alongRows(w, n), alongColumns(w, n));
  const diagonal = onDiagonal(gaps.shape);
  const f = select(diagonal, zerosLike(gaps), div(like(gaps, 1), select(diagonal, like(gaps, 1), gaps)));
  const u = product(v, mul(f, p));
  const row = v.ndim - 2;
  const at = eq(iota("int32", v.shape, row), alongRows(argmax(abs(v), row), n));
  const pick = (y: Tensor) => reduceSum(select(at, y, zerosLike(y)), [row]);
  const along = neg(real(reduceSum(mul(conj(v), u), [row])));
  const phase = neg(div(imag(pick(u)), real(pick(v))));
  return [diagonalOf(p), add(u, mul(v, alongRows(complex(along, phase), n)))];
}
