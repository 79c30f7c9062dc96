// Axes and sizes as users give them: negative ones, lists, and tensors where host integers are needed.
import { backend } from "../../core/backend.ts";
import { needConcrete } from "../../core/concrete.ts";
import { type DType, isDType } from "../../core/dtype.ts";
import { ConcretizationTypeError, DTypeError, ShapeError, TracerIntegerConversionError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";

export type Axis = number | readonly number[] | null;
export type Shape = number | readonly number[];
/** A dtype by position or as a keyword. */
export type DTypeArgument = DType | { readonly dtype?: DType } | undefined;

/** A host integer. @throws TracerIntegerConversionError for a traced tensor */
export function integer(
  value: unknown,
  what: string,
  error: typeof ConcretizationTypeError = TracerIntegerConversionError,
): number {
  const host = value instanceof Tensor ? Number(backend().item(needConcrete(value, what, error))) : value;
  if (typeof host !== "number" || !Number.isInteger(host))
    throw new ShapeError(`${what}: got ${String(host)}, expected an integer.`);
  return host;
}

/** An axis below `rank`; negative ones count from the end. @throws ShapeError */
export function axisOf(name: string, axis: unknown, rank: number): number {
  const a = integer(axis, `${name}: an axis`);
  if (a < -rank || a >= rank)
    throw new ShapeError(
      `${name}: got axis ${a} for a tensor of ${rank} dimensions; expected ${-rank} to ${rank - 1}.`,
    );
  return a < 0 ? a + rank : a;
}

/** Different axes below `rank`; null and undefined mean all. @throws ShapeError */
export function axesOf(name: string, axis: Axis | undefined, rank: number): number[] {
  if (axis === null || axis === undefined) return Array.from({ length: rank }, (_, i) => i);
  const axes = (Array.isArray(axis) ? axis : [axis]).map((a) => axisOf(name, a, rank));
  if (new Set(axes).size !== axes.length)
    throw new ShapeError(`${name}: got axes [${axis}] for a tensor of ${rank} dimensions; expected different axes.`);
  return axes;
}

/** Sizes as given. @throws ConcretizationTypeError for a traced size; ShapeError for a negative one */
export function shapeOf(name: string, shape: Shape | Tensor): number[] {
  const sizes = (Array.isArray(shape) ? shape : [shape]).map((n) =>
    integer(n, `${name}: a size`, ConcretizationTypeError),
  );
  if (sizes.some((n) => n < 0)) throw new ShapeError(`${name}: got shape [${sizes}], expected sizes of 0 or more.`);
  return sizes;
}

/** @throws DTypeError for a name that is no dtype */
export function dtypeFrom<D extends DType | undefined>(name: string, argument: DTypeArgument, otherwise: D): DType | D {
  const dtype = typeof argument === "object" ? argument.dtype : argument;
  if (dtype === undefined) return otherwise;
  if (!isDType(dtype))
    throw new DTypeError(`${name}: got dtype ${String(dtype)}, which is none. Use one such as "float32".`);
  return dtype;
}

/** A trailing argument that is an axis or already the options. */
export function axisAndOptions<O extends { readonly axis?: Axis }>(
  axis: Axis | O | undefined,
  options: O | undefined,
): { axis: Axis | undefined; options: Partial<O> } {
  if (typeof axis === "object" && axis !== null && !Array.isArray(axis) && !(axis instanceof Tensor))
    return { axis: (axis as O).axis, options: axis as O };
  return { axis: (axis as Axis | undefined) ?? options?.axis, options: options ?? {} };
}

/** A list whose last entry may be the options, taken apart. */
export function plainOptions<O>(args: readonly unknown[]): readonly [rest: readonly unknown[], options: Partial<O>] {
  const last = args.at(-1);
  const has = typeof last === "object" && last !== null && Object.getPrototypeOf(last) === Object.prototype;
  return has ? [args.slice(0, -1), last as Partial<O>] : [args, {}];
}

/**
 * The value of a tensor on which the shape of a result depends.
 * @throws ConcretizationTypeError for a traced one, naming the option that makes the shape static
 */
export const shapeGiving = (name: string, t: Tensor, option: string): Tensor =>
  needConcrete(
    t,
    `${name} (give a static \`${option}\`, so that the result's shape is known)`,
    ConcretizationTypeError,
  );
