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
export interface EinsumOptions extends ProductOptions {
  /**
   * The order of contraction: the cheapest pair first (`greedy`, the default, also `true`), the cheapest of all orders
   * (`optimal`), from left to right (`false`), or the pairs themselves, as `einsumPath` gives them.
   */
  readonly optimize?: Order;
}
/** Pairs of places in the list of operands; a pair's product goes to the end of the list. */
export type ContractionPath = readonly (readonly number[])[];
export type Order = boolean | "greedy" | "optimal" | ContractionPath;

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
  ...operands: readonly (TensorLike | EinsumOptions)[]
): Tensor {
  const { tensors, options, inputs, output, sizes } = prepared(subscripts, operands);
  const given = tensors[0]!.dtype;
  // Sums over truth values are counted in int32, and any count is true.
  const wide = given === "bool" ? inputs.map((i) => ({ ...i, tensor: cast(i.tensor, "int32") })) : inputs;
  const bare = wide.map((i) => withoutUnits(diagonal(i), sizes));
  const y = contractAll(bare, output, sizes, options, options.optimize);
  return settle(given === "bool" ? cast(y, "bool") : y);
});
function prepared(subscripts: string, operands: readonly (TensorLike | EinsumOptions)[]) {
  const last = operands.at(-1);
  const options = isOptions(last) ? last : {};
  const tensors = promoteDTypes("einsum", (isOptions(last) ? operands.slice(0, -1) : operands) as TensorLike[]);
  const { inputs, output } = parse(subscripts, tensors);
  const sizes = sizesOf(subscripts, inputs);
  for (const name of output)
    if (!sizes.has(name))
      throw new ShapeError(`einsum: "${subscripts}" asks for ${shown(name)} in the result, which no operand has.`);
  return { tensors, options, inputs, output, sizes };
}

/**
 * The order in which `einsum` contracts operands of these shapes, and a text with each step and its number of products. As
 * `jax.numpy.einsum_path`.
 */
export function einsumPath(
  subscripts: string,
  ...operands: readonly (TensorLike | EinsumOptions)[]
): [path: ContractionPath, description: string] {
  const { options, inputs, output, sizes } = prepared(subscripts, operands);
  let list = inputs.map((i) => [...new Set(i.names)]);
  const path = pathOf(list, output, sizes, options.optimize);
  const lines = path.map((step) => {
    const { kept, cost } = merged(list, step, output, sizes);
    const from = step.map((k) => list[k]!.join("")).join(",");
    list = [...list.filter((_, k) => !step.includes(k)), kept];
    return `  ${from}->${kept.join("")}: ${cost} products`;
  });
  return [path, [`Contraction of ${subscripts}:`, ...lines].join("\n")];
}

const isOptions = (x: unknown): x is EinsumOptions =>
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

/** Contracts all operands to one with the names `output`, in the order that is asked for. */
export function contractAll(
  operands: readonly Named[],
  output: readonly string[],
  sizes: ReadonlyMap<string, number>,
  options: ProductOptions = {},
  order?: Order,
): Tensor {
  let list = [...operands];
  const path = pathOf(
    list.map((i) => i.names),
    output,
    sizes,
    order,
  );
  for (const step of path) {
    const [i, j] = step as readonly [number, number?];
    const needed = neededBeside(
      list.map((x) => x.names),
      step,
      output,
    );
    const product = j === undefined ? summed(list[i]!, needed) : contract(list[i]!, list[j]!, needed, options);
    list = [...list.filter((_, k) => !step.includes(k)), product];
  }
  const { tensor, names } = summed(list[0]!, new Set(output));
  const wanted =
    operands.length === 1 && options.preferredElementType ? cast(tensor, options.preferredElementType) : tensor;
  return transpose(
    wanted,
    output.map((n) => names.indexOf(n)),
  );
}

type Names = readonly string[];
type Sizes = ReadonlyMap<string, number>;
const volume = (names: Iterable<string>, sizes: Sizes) => [...names].reduce((n, m) => n * sizes.get(m)!, 1);

/** The names that the product of a step keeps, and how many products it takes. */
function merged(list: readonly Names[], step: readonly number[], output: Names, sizes: Sizes) {
  const needed = neededBeside(list, step, output);
  const all = [...new Set(step.flatMap((k) => list[k]!))];
  return { kept: all.filter((n) => needed.has(n)), cost: volume(all, sizes) };
}

function pathOf(list: readonly Names[], output: Names, sizes: Sizes, order: Order = "greedy"): ContractionPath {
  if (Array.isArray(order)) return checkedPath(order as ContractionPath, list.length);
  if (order === "optimal") return optimal(list, output, sizes).path;
  if (order === false) return list.slice(1).map((_, i) => (i === 0 ? [0, 1] : [0, list.length - 1 - i]));
  if (order !== true && order !== "greedy")
    throw new ShapeError(`einsum: got optimize ${String(order)}, expected a boolean, "greedy", "optimal" or a path.`);
  return greedy(list, output, sizes);
}
function checkedPath(path: ContractionPath, count: number): ContractionPath {
  let left = count;
  for (const step of path) {
    const fits = step.length >= 1 && step.length <= 2 && new Set(step).size === step.length;
    if (!fits || step.some((k) => !Number.isInteger(k) || k < 0 || k >= left))
      throw new ShapeError(`einsum: got step [${step}] of a path with ${left} operands left, expected a pair of them.`);
    left += 1 - step.length;
  }
  if (left !== 1) throw new ShapeError(`einsum: got a path that leaves ${left} of ${count} operands, expected one.`);
  return path;
}
/** The pair first whose product is smallest beside its operands. */
function greedy(operands: readonly Names[], output: Names, sizes: Sizes): ContractionPath {
  let list = [...operands];
  const path: [number, number][] = [];
  while (list.length > 1) {
    let best: { step: [number, number]; gain: number; kept: Names } | undefined;
    for (let i = 0; i < list.length; i++)
      for (let j = i + 1; j < list.length; j++) {
        const { kept } = merged(list, [i, j], output, sizes);
        const gain = volume(kept, sizes) - volume(list[i]!, sizes) - volume(list[j]!, sizes);
        if (best === undefined || gain < best.gain) best = { step: [i, j], gain, kept };
      }
    const { step, kept } = best!;
    path.push(step);
    list = [...list.filter((_, k) => !step.includes(k)), kept];
  }
  return path;
}
/** The fewest products over all orders; worth it for a handful of operands. */
function optimal(list: readonly Names[], output: Names, sizes: Sizes): { path: ContractionPath; cost: number } {
  if (list.length <= 1) return { path: [], cost: 0 };
  let best: { path: ContractionPath; cost: number } | undefined;
  for (let i = 0; i < list.length; i++)
    for (let j = i + 1; j < list.length; j++) {
      const { kept, cost } = merged(list, [i, j], output, sizes);
      if (best !== undefined && cost >= best.cost) continue;
      const rest = optimal([...list.filter((_, k) => k !== i && k !== j), kept], output, sizes);
      if (best === undefined || cost + rest.cost < best.cost)
        best = { path: [[i, j], ...rest.path], cost: cost + rest.cost };
    }
  return best!;
}

function neededBeside(list: readonly Names[], step: readonly number[], output: Names): Set<string> {
  return new Set([...output, ...list.flatMap((names, k) => (step.includes(k) ? [] : names))]);
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
    precision: options.precision,
    dtype: options.preferredElementType ?? a.tensor.dtype,
  });
  const free = (t: Named) => t.names.filter((n) => !shared.includes(n));
  return { tensor, names: [...batch, ...free(a), ...free(b)] };
}
