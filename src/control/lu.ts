// LU factors with partial pivoting, by blocks of columns; permutations from pivots.
import { avalOf, longAval, withShape } from "../core/aval.ts";
import { ShapeError } from "../core/errors.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, bind1 } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { add, and, div, mul, sub } from "../ops/binary.ts";
import { byGraph } from "../ops/by-graph.ts";
import { eq, gt, lt, ne, select } from "../ops/compare.ts";
import { dynamicSlice } from "../ops/dynamic.ts";
import { requireDType } from "../ops/elementwise.ts";
import { like, splat, zerosLike } from "../ops/literal.ts";
import {
  alongColumns,
  alongRows,
  identityLike,
  lowerPart,
  permuteRows,
  product,
  requireMatrices,
  taxicab,
  upperPart,
} from "../ops/matrix.ts";
import { argmax, reduceSum } from "../ops/reduce.ts";
import { broadcastInDim, concatenate, expandDims, iota, pad, reshape, slice, sliceInDim } from "../ops/shape.ts";
import { triangularSolve } from "../ops/triangular.ts";
import { repeat } from "./repeat.ts";

type NoParams = Record<never, never>;
const none: NoParams = Object.freeze({});
type One = readonly [Tensor];

/** Columns that are factored one by one before the rest of the matrix is brought up to date by one product. */
const blockSize = 64;

/**
 * Results: L (below the diagonal, which is one) and U (on and above it) in one matrix; the row exchanged with each of
 * the first min(m, n) rows; the order of rows `p` such that x[p] = L U. A zero pivot is left standing.
 */
export const luOp: Op<NoParams, One> = defineOp({
  name: "lu",
  shape: ([x]) => {
    requireMatrices("lu", x);
    const [m, n] = x.shape.slice(-2) as [number, number];
    const lead = x.shape.slice(0, -2);
    return [x, avalOf([...lead, Math.min(m, n)], "int32"), avalOf([...lead, m], "int32")];
  },
  derivative: { joint: ([t], _x, [lu, , order]) => [luTangent(t!, lu!, order!), null, null] },
  transpose: null,
  batch: ({ operands: [x], dims: [d], size }) => ({
    results: bind(luOp, [batchFront(x, d, size)], none),
    dims: [0, 0, 0],
  }),
  effect: "none",
  cost: "costly",
  lower: byGraph<NoParams, One>("lu", ([x]) => factor(x)),
});
export const lu = (x: Tensor): [lu: Tensor, pivots: Tensor, permutation: Tensor] =>
  bind(luOp, [x], none) as [Tensor, Tensor, Tensor];

function factor(x: Tensor): Tensor[] {
  const [m, n] = x.shape.slice(-2) as [number, number];
  const lead = x.shape.slice(0, -2);
  const k = Math.min(m, n);
  const [rows, columns] = [x.ndim - 2, x.ndim - 1];
  let order = iota("int32", [...lead, m], lead.length);
  const pivots: Tensor[] = [];
  /** Finished rows of L and U, block by block, and what is left of the matrix. */
  const finished: Tensor[] = [];
  let left: Tensor | undefined;
  let rest = x;
  for (let at = 0; at < k; at += blockSize) {
    const width = Math.min(blockSize, k - at);
    const [panel, exchanged, own] = factorPanel(sliceInDim(rest, 0, width, columns));
    pivots.push(add(exchanged!, at));
    order = concatenate([sliceInDim(order, 0, at, rows), reorder(sliceInDim(order, at, m, rows), own!)], rows);
    const above = left === undefined ? undefined : permuteRows(left, own!);
    const [top, bottom] = [sliceInDim(panel!, 0, width, rows), sliceInDim(panel!, width, m - at, rows)];
    const others = permuteRows(sliceInDim(rest, width, n - at, columns), own!);
    const unit = { leftSide: true, lower: true, transposeA: false, unitDiagonal: true };
    const right = triangularSolve(top, sliceInDim(others, 0, width, rows), unit);
    const here = [...(above ? [sliceInDim(above, 0, width, rows)] : []), top, right];
    finished.push(concatenate(here, columns));
    rest = sub(sliceInDim(others, width, m - at, rows), product(bottom, right));
    left = concatenate([...(above ? [sliceInDim(above, width, m - at, rows)] : []), bottom], columns);
  }
  if (left !== undefined) finished.push(concatenate([left, rest], columns));
  const none = splat(0, [...lead, 0], "int32");
  return [
    finished.length === 0 ? x : concatenate(finished, rows),
    pivots.length === 0 ? none : concatenate(pivots, lead.length),
    order,
  ];
}

const reorder = (values: Tensor, order: Tensor): Tensor =>
  reshape(permuteRows(expandDims(values, [values.ndim]), order), values.shape);

/** One column after the other: exchange, divide, subtract the outer product from the columns after it. */
function factorPanel(panel: Tensor): Tensor[] {
  const [m, n] = panel.shape.slice(-2) as [number, number];
  const lead = panel.shape.slice(0, -2);
  const axis = lead.length;
  const zero = lead.map(() => 0);
  const line = iota("int32", [...lead, m], axis);
  const place = iota("int32", panel.shape, axis + 1);
  /** One value for each matrix, along the shape of `x`. */
  const spread = (t: Tensor, x: Tensor) => broadcastInDim(t, x.shape, [...t.shape.keys()]);
  const body = (i: Tensor, a: Tensor, pivots: Tensor, order: Tensor): Tensor[] => {
    const element = (row: Tensor) => reshape(dynamicSlice(row, [...zero, i], [...lead, 1]), lead);
    const at = spread(i, line);
    const column = reshape(dynamicSlice(a, [...zero, 0, i], [...lead, m, 1]), [...lead, m]);
    const size = taxicab(column);
    const pivot = argmax(select(lt(line, at), like(size, -1), size), axis, "int32");
    const upper = reshape(dynamicSlice(a, [...zero, i, 0], [...lead, 1, n]), [...lead, n]);
    const chosen = reshape(permuteRows(a, expandDims(pivot, [axis])), [...lead, n]);
    const [here, there] = [eq(line, at), eq(line, spread(pivot, line))];
    const value = element(chosen);
    const exchanged = select(here, spread(value, column), select(there, spread(element(upper), column), column));
    const below = and(gt(line, at), ne(spread(value, column), 0));
    const scaled = select(below, div(exchanged, spread(value, column)), exchanged);
    const rows = select(
      alongColumns(here, n),
      alongRows(chosen, m),
      select(alongColumns(there, n), alongRows(upper, m), a),
    );
    const where = spread(i, place);
    const later = and(alongColumns(gt(line, at), n), gt(place, where));
    const product = mul(alongColumns(scaled, n), alongRows(chosen, m));
    const next = select(eq(place, where), alongColumns(scaled, n), select(later, sub(rows, product), rows));
    const count = iota("int32", pivots.shape, axis);
    const old = reshape(dynamicSlice(order, [...zero, i], [...lead, 1]), lead);
    const taken = reduceSum(select(there, order, zerosLike(order)), [axis]);
    return [
      next,
      select(eq(count, spread(i, count)), spread(pivot, pivots), pivots),
      select(here, spread(taken, order), select(there, spread(old, order), order)),
    ];
  };
  const start = splat(0, [...lead, Math.min(m, n)], "int32");
  return repeat("lu_panel", Math.min(m, n), body, [panel, start, line]);
}

/** With x = L U and Y = L⁻¹ ẋ U⁻¹: L̇ = L tril(Y, −1), U̇ = triu(Y) U (de Hoog, Anderssen and Lukas 2011). */
function luTangent(t: Tensor, lu: Tensor, order: Tensor): Tensor {
  const [m, n] = t.shape.slice(-2) as [number, number];
  const k = Math.min(m, n);
  const lead = t.shape.slice(0, -2);
  const square = (size: number) => splat(0, [...lead, size, size], t.dtype);
  const zero = lead.map(() => 0);
  const grow = (x: Tensor, size: number) =>
    pad(x, 0, [...zero, 0, 0], [...zero, size - x.shape.at(-2)!, size - x.shape.at(-1)!]);
  const part = (height: number, width: number) =>
    slice(
      lu,
      lu.shape.map(() => 0),
      [...lead, height, width],
    );
  // L completed to [m, m] and U to [n, n] by the identity.
  const l = add(grow(lowerPart(part(m, k), -1), m), identityLike(square(m)));
  const rest = pad(identityLike(square(n - k)), 0, [...zero, k, k], [...zero, 0, 0]);
  const u = add(grow(upperPart(part(k, n)), n), rest);
  const options = { transposeA: false, unitDiagonal: false };
  const left = triangularSolve(l, permuteRows(t, order), {
    ...options,
    leftSide: true,
    lower: true,
    unitDiagonal: true,
  });
  const y = triangularSolve(u, left, { ...options, leftSide: false, lower: false });
  return add(product(l, lowerPart(y, -1)), product(upperPart(y), u));
}

/** The order of `size` rows after the exchanges `pivots` [..., k] one after the other. */
export const pivotsToPermutationOp: Op<{ readonly size: number }, One> = defineOp({
  name: "lu_pivots_to_permutation",
  shape: ([pivots], { size }) => {
    requireDType("lu_pivots_to_permutation", pivots, "integer");
    const k = pivots.shape.at(-1);
    if (k === undefined || !Number.isInteger(size) || size < k)
      throw new ShapeError(
        `lu_pivots_to_permutation: got ${longAval(pivots)} for ${size} rows; expected at least as many rows as pivots.`,
      );
    return [withShape(pivots, [...pivots.shape.slice(0, -1), size])];
  },
  derivative: ["none"],
  transpose: null,
  batch: ({ operands: [p], dims: [d], size, params }) => ({
    results: [bind1(pivotsToPermutationOp, [batchFront(p, d, size)], params)],
    dims: [0],
  }),
  effect: "none",
  cost: "costly",
  lower: byGraph<{ readonly size: number }, One>("lu_pivots_to_permutation", ([pivots], { size }) => {
    const lead = pivots.shape.slice(0, -1);
    const line = iota(pivots.dtype, [...lead, size], lead.length);
    const wide = (t: Tensor) =>
      broadcastInDim(
        t,
        line.shape,
        lead.map((_, d) => d),
      );
    const turns = pivots.shape.at(-1)!;
    const count = iota("int32", pivots.shape, lead.length);
    const place = iota("int32", line.shape, lead.length);
    return repeat(
      "exchange",
      turns,
      (i, order) => {
        const mine = eq(count, broadcastInDim(i, count.shape, []));
        const target = wide(reduceSum(select(mine, pivots, zerosLike(pivots)), [lead.length]));
        const [here, there] = [eq(place, broadcastInDim(i, place.shape, [])), eq(line, target)];
        const value = (mask: Tensor) => wide(reduceSum(select(mask, order, zerosLike(order)), [lead.length]));
        return [select(here, value(there), select(there, value(here), order))];
      },
      [line],
    );
  }),
});
export const pivotsToPermutation = (pivots: Tensor, size: number): Tensor =>
  bind1(pivotsToPermutationOp, [pivots], { size });
