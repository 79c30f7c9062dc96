// Numbers as operands: literals shaped like their neighbour, zeros, ones.
import { type Aval, avalOf, strong } from "../core/aval.ts";
import { type DType, hasInfinity, isBigInteger, isInexact, maxValue, minValue } from "../core/dtype.ts";
import { Literal, type Tensor } from "../core/tensor.ts";

export type Operand = Tensor | number | bigint | boolean;

/** `value` in every element, with the shape and dtype of `x`. */
export const like = (x: Tensor, value: number | bigint | boolean): Literal => new Literal(value, x.aval);

/** An operand beside `x`: numbers take its aval. */
export const beside = (x: Tensor, y: Operand): Tensor => (typeof y === "object" ? y : like(x, y));

export const splat = (value: number | bigint | boolean, shape: readonly number[], dtype: DType): Literal =>
  new Literal(value, avalOf(shape, dtype));

export const zeroOf = (dtype: DType): number | bigint | boolean =>
  dtype === "bool" ? false : isBigInteger(dtype) ? 0n : 0;

/** Where max and min begin: infinities, the ends of types that have none, false and true. */
export const lowest = (d: DType): number | bigint | boolean =>
  d === "bool" ? false : isInexact(d) && hasInfinity(d) ? Number.NEGATIVE_INFINITY : minValue(d);
export const highest = (d: DType): number | bigint | boolean =>
  d === "bool" ? true : isInexact(d) && hasInfinity(d) ? Number.POSITIVE_INFINITY : maxValue(d);

/** The zero of a tangent space. */
export const zeros = (a: Aval): Literal => new Literal(zeroOf(a.dtype), strong(a));
export const zerosLike = (x: Tensor): Literal => zeros(x.aval);

export const isZero = (x: Tensor): boolean => x instanceof Literal && Number(x.value) === 0;
