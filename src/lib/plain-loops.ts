// Loops and branches as JavaScript's own, where config.disableJit asks for that.
import type { AnyFunction } from "../compile/stage.ts";
import { backend } from "../core/backend.ts";
import { concreteValue, needConcrete } from "../core/concrete.ts";
import { ConcretizationTypeError, ShapeError, TreeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { sameTree, type TreeDef, unflatten } from "../core/tree.ts";
import { concatenate, expandDims, sliceInDim, squeeze } from "../ops/shape.ts";
import { type Flat, flattenValues } from "./bodies.ts";
import { concrete } from "./function-graph.ts";

const tensors = ({ def, values }: Flat): unknown => unflatten(def, values.map(concrete));

/** What user code gave, with host values as tensors. */
export const plainValue = (value: unknown): unknown => tensors(flattenValues(value, "result"));

/** @throws ShapeError for no turns, which would have to tell what the results look like; TreeError */
export function plainScan(
  name: string,
  f: AnyFunction,
  init: Flat,
  over: Flat,
  length: number,
  reverse: boolean,
): [unknown, unknown] {
  if (length === 0)
    throw new ShapeError(
      `${name}: a loop of length 0 cannot run with config.disableJit: nothing tells its results' types.`,
    );
  let carry = tensors(init);
  let def: TreeDef | undefined;
  const rows: (readonly Tensor[])[] = new Array(length);
  for (let turn = 0; turn < length; turn++) {
    const i = reverse ? length - 1 - turn : turn;
    const slices = over.values.map((x) => squeeze(sliceInDim(concrete(x), i, i + 1, 0), [0]));
    const out: unknown = f(carry, unflatten(over.def, slices));
    if (!Array.isArray(out) || out.length !== 2)
      throw new TreeError(
        `${name}: the body returned no pair, expected [carry, y]. Return null as y when there is none.`,
      );
    carry = plainValue(out[0]);
    const y = flattenValues(out[1] ?? null, "result[1]");
    if (def !== undefined && !sameTree(def, y.def))
      throw new TreeError(`${name}: the body returned a y of another structure in turn ${turn}.`);
    def = y.def;
    rows[i] = y.values.map(concrete);
  }
  const stacked = rows[0]!.map((_, k) =>
    concatenate(
      rows.map((row) => expandDims(row[k]!, [0])),
      0,
    ),
  );
  return [carry, unflatten(def!, stacked)];
}

/** Undefined if the condition's value cannot be known here (under vmap): then the loop is traced after all. */
export function plainWhile(
  name: string,
  condition: AnyFunction,
  body: AnyFunction,
  init: Flat,
): { readonly carry: unknown } | undefined {
  let carry = tensors(init);
  try {
    for (;;) {
      const { values } = flattenValues(condition(carry), "the condition");
      if (values.length !== 1 || values[0]!.ndim !== 0)
        throw new ShapeError(`${name}: the condition returned no scalar, expected one boolean. Use np.any or np.all.`);
      if (!backend().item(needConcrete(values[0]!, name))) return { carry };
      carry = plainValue(body(carry));
    }
  } catch (error) {
    if (error instanceof ConcretizationTypeError) return undefined;
    throw error;
  }
}

/** Undefined if the index is not known here (under vmap). */
export function plainBranch(
  index: Tensor,
  functions: readonly AnyFunction[],
  args: Flat,
): { readonly result: unknown } | undefined {
  const value = concreteValue(index);
  if (value === undefined) return undefined;
  const at = Math.min(Math.max(Number(backend().item(value)), 0), functions.length - 1);
  return { result: plainValue(functions[at]!(...(tensors(args) as unknown[]))) };
}
