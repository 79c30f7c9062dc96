// Functions applied to slices: along an axis, over axes, over all leading dimensions, at every place.
import { ShapeError, TreeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { squeeze } from "../../ops/shape.ts";
import { broadcastShapes, owning, settle, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";
import { vmap } from "../vmap.ts";
import { axisOf, type DTypeArgument, dtypeFrom, shapeOf } from "./axes.ts";
import { arange } from "./ranges.ts";
import { expandDims } from "./shape.ts";

type Results = Tensor | readonly Tensor[];

/** `f` of every vector along `axis`; its result stands in place of the axis. As `jax.numpy.apply_along_axis`. */
export function applyAlongAxis<R extends Results>(f: (line: Tensor) => R, axis: number, x: TensorLike): R {
  const t = settle(tensorOf(x, "applyAlongAxis"));
  const d = axisOf("applyAlongAxis", axis, t.ndim);
  let g = f;
  for (let i = 1; i < t.ndim - d; i++) g = vmap(g, { inAxes: i, outAxes: -1 });
  for (let i = 0; i < d; i++) g = vmap(g);
  return g(t);
}

/** `f(x, axis)` for each axis in turn; a dimension that `f` drops is put back. @throws ShapeError for other ranks */
export const applyOverAxes = owning(function applyOverAxes(
  f: (x: Tensor, axis: number) => Tensor,
  x: TensorLike,
  axes: readonly number[],
): Tensor {
  return axes.reduce<Tensor>(
    (t, axis) => {
      const d = axisOf("applyOverAxes", axis, t.ndim);
      const y = f(t, axis);
      if (y.ndim === t.ndim) return y;
      if (y.ndim === t.ndim - 1) return expandDims(y, d);
      throw new ShapeError(
        `applyOverAxes: got a result of shape [${y.shape}] from shape [${t.shape}], expected its rank or one less.`,
      );
    },
    settle(tensorOf(x, "applyOverAxes")),
  );
});

/** `f` at every place of `shape`, of its coordinates (int32 or float32 scalars), all places at once. */
export function fromfunction<R extends Results>(
  f: (...place: Tensor[]) => R,
  shape: readonly number[],
  dtype?: DTypeArgument,
): R {
  const sizes = shapeOf("fromfunction", shape);
  const chosen = dtypeFrom("fromfunction", dtype, "float32");
  const g = sizes.reduce<(...place: Tensor[]) => R>(
    (h, _, i) => vmap(h, { inAxes: sizes.map((_n, j) => (j === sizes.length - 1 - i ? 0 : null)) }),
    f,
  );
  return g(...sizes.map((n) => arange(n, { dtype: chosen })));
}

export interface VectorizeOptions {
  /** Positions of arguments that are passed on as they are. */
  readonly excluded?: readonly number[];
  /** `"(n,k),(k)->(n)"`: the trailing dimensions that `f` itself takes and gives; none by default. */
  readonly signature?: string;
}

/**
 * `f` of scalars, or of what `signature` says, as a function of tensors whose leading dimensions broadcast. Arguments may
 * be null where the signature has none. As `jax.numpy.vectorize`.
 * @throws ShapeError for arguments or results that do not fit the signature
 */
export function vectorize<A extends readonly unknown[], R extends Results>(
  f: (...args: A) => R,
  options: VectorizeOptions = {},
): (...args: { [K in keyof A]: A[K] extends Tensor ? TensorLike : A[K] }) => R {
  const { excluded = [], signature } = options;
  if (excluded.some((i) => !Number.isInteger(i) || i < 0))
    throw new TreeError(`vectorize: got excluded [${excluded}], expected positions of 0 or more.`);
  const named = signature === undefined ? undefined : signatureOf(signature);
  const name = f.name || "f";
  const what = `vectorize(${name})${signature === undefined ? "" : ` with "${signature}"`}`;
  const wrapped = (...args: readonly unknown[]): R => {
    const mapped = args.flatMap((a, i) => (excluded.includes(i) || a === null ? [] : [i]));
    const dynamic = args.flatMap((_, i) => (excluded.includes(i) ? [] : [i]));
    if (named && named.inputs.length !== dynamic.length)
      throw new ShapeError(`${what}: got ${dynamic.length} arguments, expected ${named.inputs.length}.`);
    const core = (i: number): readonly string[] => named?.inputs[dynamic.indexOf(i)] ?? [];
    const nothing = dynamic.find((i) => args[i] === null && core(i).length > 0);
    if (nothing !== undefined)
      throw new ShapeError(`${what}: got null for argument ${nothing}, which has dimensions (${core(nothing)}).`);
    const tensors = mapped.map((i) => tensorOf(args[i] as TensorLike, what));
    const sizes = new Map<string, number>();
    tensors.forEach((t, j) => {
      enter(what, sizes, t.shape, core(mapped[j]!), false);
    });
    const lead = tensors.map((t, j) => t.shape.slice(0, t.ndim - core(mapped[j]!).length));
    const common = broadcastShapes(what, lead);
    // Sizes of 1 are not mapped over: those dimensions go, and come back with the result.
    const squeezed = tensors.map((t, j) =>
      settle(
        squeeze(
          t,
          lead[j]!.flatMap((n, d) => (n === 1 ? [d] : [])),
        ),
      ),
    );
    let g = (...inner: Tensor[]): R => {
      const all = [...args];
      mapped.forEach((i, j) => {
        all[i] = inner[j];
      });
      return checked(what, f(...(all as unknown as A)), named?.outputs, sizes);
    };
    const added: number[] = [];
    for (let d = common.length - 1; d >= 0; d--) {
      const axes = lead.map((s) => ((s[d - common.length + s.length] ?? 1) === 1 ? null : 0));
      if (axes.every((a) => a === null)) added.push(d);
      else g = vmap(g, { inAxes: axes });
    }
    const y = g(...squeezed);
    if (added.length === 0) return y;
    const back = (t: Tensor) => expandDims(t, added);
    return (Array.isArray(y) ? y.map(back) : back(y as Tensor)) as R;
  };
  return Object.defineProperty(wrapped, "name", { value: name }) as never;
}

interface Signature {
  readonly inputs: readonly (readonly string[])[];
  readonly outputs: readonly (readonly string[])[];
}
function signatureOf(text: string): Signature {
  const plain = text.replaceAll(/\s/g, "");
  const term = /\((?:\w+(?:,\w+)*)?\)/.source;
  if (!new RegExp(`^${term}(?:,${term})*->${term}(?:,${term})*$`).test(plain))
    throw new ShapeError(`vectorize: got signature "${text}", expected one such as "(n,k),(k)->(n)".`);
  const [inputs, outputs] = plain
    .split("->")
    .map((side) => [...side.matchAll(/\(([^)]*)\)/g)].map((m) => m[1]!.split(",").filter((n) => n !== "")));
  return { inputs: inputs!, outputs: outputs! };
}
/** Enters the sizes of the trailing dimensions `names`; `exact` when there may be no others. */
function enter(
  what: string,
  sizes: Map<string, number>,
  shape: readonly number[],
  names: readonly string[],
  exact: boolean,
) {
  if (shape.length < names.length || (exact && shape.length !== names.length))
    throw new ShapeError(
      `${what}: got shape [${shape}] for (${names}), expected ${exact ? "" : "at least "}${names.length} dimensions.`,
    );
  names.forEach((n, i) => {
    const size = shape[shape.length - names.length + i]!;
    const known = sizes.get(n) ?? size;
    if (known !== size) throw new ShapeError(`${what}: sizes ${known} and ${size} meet in ${n}, expected equal ones.`);
    sizes.set(n, size);
  });
}
function checked<R extends Results>(
  what: string,
  y: R,
  outputs: Signature["outputs"] | undefined,
  inputs: ReadonlyMap<string, number>,
): R {
  if (outputs === undefined) return y;
  const list = (Array.isArray(y) ? y : [y]) as readonly Tensor[];
  if (list.length !== outputs.length)
    throw new ShapeError(`${what}: got ${list.length} results, expected ${outputs.length}.`);
  const sizes = new Map(inputs);
  list.forEach((t, i) => {
    enter(what, sizes, t.shape, outputs[i]!, true);
  });
  return y;
}
