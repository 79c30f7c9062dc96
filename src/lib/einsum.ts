// Einstein summation: operands with named dimensions, contracted two at a time with dot_general.
import { type DType, isFloat, itemSize } from "../core/dtype.ts";
import { ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { eq, select } from "../ops/compare.ts";
import { dotGeneral, type Precision } from "../ops/dot.ts";
import { zeroOf } from "../ops/literal.ts";
import { reduceSum } from "../ops/reduce.ts";
import { iota, squeeze, transpose } from "../ops/shape.ts";
import { cast, owning, promoteDTypes, settle } from "./promote.ts";
import type { TensorLike } from "./types.ts";

export interface ProductOptions {
  readonly precision?: Precision;
  /** The dtype of sums and result; the operands' promoted one by default. */
  readonly preferredElementType?: DType;
}

/** A tensor whose dimensions have names; a name stands once. */
export interface Named {
  readonly tensor: Tensor;
  readonly names: readonly string[];
}

/**
 * Sums of products over named dimensions, as `einsum("bij,bjk->bik", x, y)`. Letters name dimensions, `...` stands for
 * any that broadcast; without `->` the result has the letters that occur once, in alphabetic order.
 * @throws ShapeError for subscripts that do not fit the operands
 */
export const einsum = owning(function einsum(
  subscripts: string,
  ...operands: readonly (TensorLike | ProductOptions)[]
): Tensor {
  const last = operands.at(-1);
  const options = isOptions(last) ? last : {};
  const tensors = promoteDTypes("einsum", (isOptions(last) ? operands.slice(0, -1) : operands) as TensorLike[]);
  const { inputs, output } = parse(subscripts, tensors);
  const sizes = sizesOf(subscripts, inputs);
  for (const name of output)
    if (!sizes.has(name))
      throw new ShapeError(`einsum: "${subscripts}" asks for ${shown(name)} in the result, which no operand has.`);
  const given = tensors[0]!.dtype;
  // Sums over truth values are counted in int32, and any count is true.
  const wide = given === "bool" ? inputs.map((i) => ({ ...i, tensor: cast(i.tensor, "int32") })) : inputs;
  const bare = wide.map((i) => withoutUnits(diagonal(i), sizes));
  const y = contractAll(bare, output, sizes, options);
  return settle(given === "bool" ? cast(y, "bool") : y);
});

const isOptions = (x: unknown): x is ProductOptions =>
  typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype;

const ellipsis = /\.\.\./;
/** Dimensions under an ellipsis are called …0, …1 counted from the right. */
const shown = (name: string) => (name.startsWith("…") ? "an ellipsis" : `"${name}"`);

function parse(subscripts: string, tensors: readonly Tensor[]): { inputs: Named[]; output: string[] } {
  const text = subscripts.replaceAll(/\s/g, "");
  const [left, right, ...more] = text.split("->");
  const terms = (left ?? "").split(",");
  if (more.length > 0 || !/^[A-Za-z.,]*$/.test((left ?? "") + (right ?? "")))
    throw new ShapeError(`einsum: got "${subscripts}", expected letters, commas, ... and at most one ->.`);
  if (terms.length !== tensors.length)
    throw new ShapeError(`einsum: "${subscripts}" names ${terms.length} operands, got ${tensors.length} tensors.`);
  const inputs = terms.map((term, i) => ({ tensor: tensors[i]!, names: namesOf(subscripts, term, tensors[i]!.ndim) }));
  const hidden = Math.max(0, ...inputs.map((i) => i.names.filter((n) => n.startsWith("…")).length));
  if (right !== undefined) return { inputs, output: namesOf(subscripts, right, undefined, hidden) };
  const all = inputs.flatMap((i) => i.names);
  const once = [...new Set(all)].filter((n) => !n.startsWith("…") && all.filter((m) => m === n).length === 1).sort();
  return { inputs, output: [...under(hidden), ...once] };
}
const under = (n: number): string[] => Array.from({ length: n }, (_, i) => `…${n - 1 - i}`);

function namesOf(subscripts: string, term: string, rank: number | undefined, hidden?: number): string[] {
  const letters = term.replace(ellipsis, "");
  if (letters.includes("."))
    throw new ShapeError(`einsum: got "${term}" in "${subscripts}", expected one ... at most.`);
  const has = ellipsis.test(term);
  const rest = rank === undefined ? hidden! : rank - letters.length;
  if (rank !== undefined && (rest < 0 || (rest > 0 && !has)))
    throw new ShapeError(
      `einsum: "${term}" in "${subscripts}" names ${letters.length} dimensions, the tensor has ${rank}.`,
    );
  const [before, after] = has ? (term.split("...") as [string, string]) : [term, ""];
  const names = [...before, ...(has ? under(rest) : []), ...after];
  if (rank === undefined && new Set(names).size !== names.length)
    throw new ShapeError(`einsum: "${subscripts}" repeats a letter in the result.`);
  return names;
}

function sizesOf(subscripts: string, inputs: readonly Named[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { tensor, names } of inputs)
    names.forEach((name, d) => {
      const n = tensor.shape[d]!;
      const known = sizes.get(name);
      if (known === undefined || (known === 1 && name.startsWith("…"))) sizes.set(name, n);
      else if (known !== n && !(n === 1 && name.startsWith("…")))
        throw new ShapeError(
          `einsum: sizes ${known} and ${n} meet in ${shown(name)} of "${subscripts}", expected equal ones.`,
        );
    });
  return sizes;
}

/** Dimensions of one name reduced to their diagonal. */
function diagonal({ tensor, names }: Named): Named {
  const d = names.findIndex((n, i) => names.indexOf(n) < i);
  if (d < 0) return { tensor, names };
  const first = names.indexOf(names[d]!);
  const on = eq(iota("int32", tensor.shape, first), iota("int32", tensor.shape, d));
  const kept = select(on, tensor, zeroOf(tensor.dtype));
  return diagonal({ tensor: reduceSum(kept, [d]), names: names.filter((_, i) => i !== d) });
}

/** Without the dimensions of size 1 that broadcast. */
function withoutUnits({ tensor, names }: Named, sizes: ReadonlyMap<string, number>): Named {
  const units = names.flatMap((n, d) => (tensor.shape[d] === 1 && sizes.get(n) !== 1 ? [d] : []));
  return { tensor: squeeze(tensor, units), names: names.filter((_, d) => !units.includes(d)) };
}

/** Contracts all operands to one with the names `output`, the cheapest pair first. */
export function contractAll(
  operands: readonly Named[],
  output: readonly string[],
  sizes: ReadonlyMap<string, number>,
  options: ProductOptions = {},
): Tensor {
  let list = [...operands];
  const volume = (names: Iterable<string>) => [...names].reduce((n, m) => n * sizes.get(m)!, 1);
  while (list.length > 1) {
    let best: { i: number; j: number; cost: number } | undefined;
    for (let i = 0; i < list.length; i++)
      for (let j = i + 1; j < list.length; j++) {
        const [a, b] = [list[i]!, list[j]!];
        const needed = neededBeside(list, [i, j], output);
        const kept = new Set([...a.names, ...b.names].filter((n) => needed.has(n)));
        const cost = volume(kept) - volume(a.names) - volume(b.names);
        if (best === undefined || cost < best.cost) best = { i, j, cost };
      }
    const { i, j } = best!;
    const product = contract(list[i]!, list[j]!, neededBeside(list, [i, j], output), options);
    list = [...list.filter((_, k) => k !== i && k !== j), product];
  }
  const { tensor, names } = summed(list[0]!, new Set(output));
  const wanted =
    operands.length === 1 && options.preferredElementType ? cast(tensor, options.preferredElementType) : tensor;
  return transpose(
    wanted,
    output.map((n) => names.indexOf(n)),
  );
}

function neededBeside(list: readonly Named[], pair: readonly number[], output: readonly string[]): Set<string> {
  return new Set([...output, ...list.flatMap((x, k) => (pair.includes(k) ? [] : x.names))]);
}

/** Sums over the names that nobody needs; 16-bit floats in float32. */
function summed({ tensor, names }: Named, needed: ReadonlySet<string>): Named {
  const axes = names.flatMap((n, d) => (needed.has(n) ? [] : [d]));
  if (axes.length === 0) return { tensor, names };
  const narrow = isFloat(tensor.dtype) && itemSize(tensor.dtype) === 2;
  const total = reduceSum(narrow ? cast(tensor, "float32") : tensor, axes);
  return { tensor: narrow ? cast(total, tensor.dtype) : total, names: names.filter((n) => needed.has(n)) };
}

function contract(x: Named, y: Named, needed: ReadonlySet<string>, options: ProductOptions): Named {
  const a = summed(x, new Set([...needed, ...y.names]));
  const b = summed(y, new Set([...needed, ...x.names]));
  const shared = a.names.filter((n) => b.names.includes(n));
  const [batch, inner] = [shared.filter((n) => needed.has(n)), shared.filter((n) => !needed.has(n))];
  const places = (names: readonly string[]) =>
    [names.map((n) => a.names.indexOf(n)), names.map((n) => b.names.indexOf(n))] as const;
  const tensor = dotGeneral(a.tensor, b.tensor, places(inner), places(batch), {
    precision: options.precision ?? "default",
    dtype: options.preferredElementType ?? a.tensor.dtype,
  });
  const free = (t: Named) => t.names.filter((n) => !shared.includes(n));
  return { tensor, names: [...batch, ...free(a), ...free(b)] };
}
