// Operations that only rearrange elements: broadcast, reshape, transpose, reverse, iota; cutting and joining beside them.
import { attr } from "../../hlo/attributes.ts";
import { avalOf, longAval, sameShape, withShape } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind1, hasAmbient } from "../core/trace.ts";
import { batchAt, batchFront, insertDim, shifted } from "./batching.ts";
import { reduceSum } from "./reduce.ts";

export * from "./cut.ts";

const show = (dims: readonly number[]) => `[${dims.join(",")}]`;
const product = (dims: readonly number[]) => dims.reduce((n, d) => n * d, 1);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/** Dimension `i` of the operand becomes dimension `dims[i]` of the result; sizes of 1 are repeated. */
export const broadcastOp: Op<{ shape: readonly number[]; dims: readonly number[] }, readonly [Tensor]> = defineOp({
  name: "broadcast_in_dim",
  shape: ([x], { shape, dims }) => {
    const fits =
      dims.length === x.shape.length &&
      dims.every((d, i) => d < shape.length && (i === 0 || d > dims[i - 1]!)) &&
      x.shape.every((n, i) => n === 1 || n === shape[dims[i]!]);
    if (!fits)
      throw new ShapeError(
        `broadcast_in_dim: got ${longAval(x)} with dimensions ${show(dims)}, which does not fit the shape ${show(shape)}. ` +
          "Each dimension must be 1 or equal to the one it is mapped to, and the mapping must rise.",
      );
    return [withShape(x, shape)];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], avals: [x], params: { shape, dims } }) => {
    if (!ct) return [null];
    const summed = range(shape.length).filter((d) => {
      const from = dims.indexOf(d);
      return from < 0 || (x.shape[from] === 1 && shape[d] !== 1);
    });
    return [reshape(reduceSum(ct, summed), x.shape)];
  },
  batch: ({ operands: [x], dims: [d], size, params: { shape, dims } }) => {
    const front = batchAt(x, d, 0, size);
    const result = broadcastInDim(front, [size, ...shape], [0, ...dims.map((i) => i + 1)]);
    return { results: [result], dims: [0] };
  },
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { dims }) => [
    c.one("stablehlo.broadcast_in_dim", [x], typeOf(c.results[0]!), { broadcast_dimensions: attr.i64s(dims) }),
  ],
});

export function broadcastInDim(x: Tensor, shape: readonly number[], dims: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  if (x instanceof Literal && hasAmbient()) return new Literal(x.value, withShape(x.aval, shape));
  return bind1(broadcastOp, [x], { shape, dims });
}

export const reshapeOp: Op<{ shape: readonly number[] }, readonly [Tensor]> = defineOp({
  name: "reshape",
  shape: ([x], { shape }) => {
    if (product(shape) !== x.size || shape.some((d) => !Number.isInteger(d) || d < 0))
      throw new ShapeError(
        `reshape: got ${longAval(x)} (${x.size} elements) for shape ${show(shape)} (${product(shape)} elements); ` +
          "expected as many elements.",
      );
    return [withShape(x, shape)];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], avals: [x] }) => [ct && reshape(ct, x.shape)],
  batch: ({ operands: [x], dims: [d], size, params: { shape } }) => ({
    results: [reshape(batchFront(x, d, size), [size, ...shape])],
    dims: [0],
  }),
  effect: "none",
  cost: "cheap",
  lower: (c, [x]) => [c.one("stablehlo.reshape", [x], typeOf(c.results[0]!))],
});

export function reshape(x: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  if (x instanceof Literal && product(shape) === x.size) return new Literal(x.value, withShape(x.aval, shape));
  return bind1(reshapeOp, [x], { shape });
}

export const transposeOp: Op<{ permutation: readonly number[] }, readonly [Tensor]> = defineOp({
  name: "transpose",
  shape: ([x], { permutation }) => {
    if (
      !sameShape(
        [...permutation].sort((a, b) => a - b),
        range(x.shape.length),
      )
    )
      throw new ShapeError(
        `transpose: got permutation ${show(permutation)} for ${longAval(x)}; expected one of ${x.shape.length} dimensions.`,
      );
    return [
      withShape(
        x,
        permutation.map((d) => x.shape[d]!),
      ),
    ];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params: { permutation } }) => [ct && transpose(ct, inverse(permutation))],
  batch: ({ operands: [x], dims: [d], params: { permutation } }) => ({
    results: [transpose(x, [d!, ...permutation.map((p) => shifted(p, d!))])],
    dims: [0],
  }),
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { permutation }) => [
    c.one("stablehlo.transpose", [x], typeOf(c.results[0]!), { permutation: attr.i64s(permutation) }),
  ],
});

export function inverse(permutation: readonly number[]): number[] {
  const out = new Array<number>(permutation.length);
  permutation.forEach((p, i) => {
    out[p] = i;
  });
  return out;
}

export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  if (permutation.length === x.ndim && permutation.every((p, i) => p === i)) return x;
  if (x instanceof Literal && permutation.length === x.ndim)
    return new Literal(
      x.value,
      withShape(
        x.aval,
        permutation.map((d) => x.shape[d]!),
      ),
    );
  return bind1(transposeOp, [x], { permutation });
}

export const revOp: Op<{ dimensions: readonly number[] }, readonly [Tensor]> = defineOp({
  name: "rev",
  shape: ([x], { dimensions }) => {
    if (dimensions.some((d) => !(d >= 0 && d < x.shape.length)) || new Set(dimensions).size !== dimensions.length)
      throw new ShapeError(
        `rev: got dimensions ${show(dimensions)} for ${longAval(x)}; expected different ones below ${x.shape.length}.`,
      );
    return [x];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params: { dimensions } }) => [ct && rev(ct, dimensions)],
  batch: ({ operands: [x], dims: [d], params: { dimensions } }) => ({
    results: [
      rev(
        x,
        dimensions.map((i) => shifted(i, d!)),
      ),
    ],
    dims: [d],
  }),
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { dimensions }) => [
    c.one("stablehlo.reverse", [x], typeOf(c.results[0]!), { dimensions: attr.i64s(dimensions) }),
  ],
});
export const rev = (x: Tensor, dimensions: readonly number[]): Tensor => bind1(revOp, [x], { dimensions });

/** 0, 1, 2, … along one dimension. */
export const iotaOp: Op<{ dtype: DType; shape: readonly number[]; dimension: number }, readonly []> = defineOp({
  name: "iota",
  shape: (_operands, { dtype, shape, dimension }) => {
    if (dtype === "bool")
      throw new DTypeError("iota: got dtype bool, expected a numeric dtype. Compare a numeric iota instead.");
    if (!(dimension >= 0 && dimension < shape.length))
      throw new ShapeError(
        `iota: got dimension ${dimension} for shape ${show(shape)}; expected one below ${shape.length}.`,
      );
    return [avalOf(shape, dtype)];
  },
  derivative: [],
  transpose: null,
  batch: ({ params }) => ({ results: [bind1(iotaOp, [], params)], dims: [null] }),
  effect: "none",
  cost: "cheap",
  lower: (c, _operands, { dimension }) => [
    c.one("stablehlo.iota", [], typeOf(c.results[0]!), { iota_dimension: attr.i64(dimension) }),
  ],
});
export const iota = (dtype: DType, shape: readonly number[], dimension = 0): Tensor =>
  bind1(iotaOp, [], { dtype, shape, dimension });

/** Adds dimensions of size 1 so that the result has them at `dims`. */
export function expandDims(x: Tensor, dims: readonly number[]): Tensor {
  let shape = x.shape;
  for (const d of [...dims].sort((a, b) => a - b)) shape = insertDim(shape, d, 1);
  return reshape(x, shape);
}

/** Removes dimensions of size 1. */
export function squeeze(x: Tensor, dims: readonly number[]): Tensor {
  for (const d of dims)
    if (x.shape[d] !== 1)
      throw new ShapeError(`squeeze: dimension ${d} of ${longAval(x.aval)} has size ${x.shape[d]}, expected 1.`);
  return reshape(
    x,
    x.shape.filter((_, i) => !dims.includes(i)),
  );
}
