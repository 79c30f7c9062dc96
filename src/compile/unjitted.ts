// Jitted functions run as plain ones: disableJit, and the second run that finds where a NaN came from.
import { FloatingPointError } from "../core/errors.ts";
import { Tensor } from "../core/tensor.ts";
import { isTraced, outsideTraces } from "../core/trace.ts";
import { flatten, unflatten } from "../core/tree.ts";
import { ArrayTensor } from "./array.ts";
import { config } from "./config.ts";
import { leafTensor } from "./leaves.ts";
import { badValue, invalid, notFound } from "./nans.ts";
import { type AnyFunction, flattenResult } from "./stage.ts";
import { mergeArguments, splitArguments } from "./statics.ts";

/** Calls `f` as jit would, on tensors, but without tracing it. */
export function callPlain(f: AnyFunction, name: string, args: readonly unknown[], staticArgnums: readonly number[]) {
  const parts = splitArguments(args, staticArgnums);
  const { leaves, def } = flatten(parts.dynamic, "args");
  const dynamic = unflatten(
    def,
    leaves.map((leaf) => leafTensor(leaf)),
  ) as unknown[];
  const out = flattenResult(f(...mergeArguments(dynamic, parts.statics, parts.staticArgnums)), name);
  return unflatten(
    out.def,
    out.leaves.map((leaf) => leafTensor(leaf)),
  );
}

/** Looks at the results of a jitted call. @throws FloatingPointError naming the operation and the user's line */
export function checkCall(
  f: AnyFunction,
  name: string,
  args: readonly unknown[],
  staticArgnums: readonly number[],
  result: unknown,
): void {
  const { leaves } = flatten(result);
  if (isTraced(leaves.filter((leaf) => leaf instanceof Tensor))) return;
  const bad = badValue(leaves);
  if (bad === undefined) return;
  const { leaves: given } = flatten(splitArguments(args, staticArgnums).dynamic);
  if (given.some((leaf) => leaf instanceof ArrayTensor && leaf.isDeleted))
    throw new FloatingPointError(
      `${invalid(bad, name)} Its arguments were donated, so it cannot be run again to find the operation; leave out donateArgnums.`,
    );
  const { disableJit } = config;
  config.disableJit = true;
  try {
    outsideTraces(() => callPlain(f, name, args, staticArgnums));
  } finally {
    config.disableJit = disableJit;
  }
  throw new FloatingPointError(notFound(bad, name));
}
