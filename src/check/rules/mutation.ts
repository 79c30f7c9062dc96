// Whether a method call changes its receiver: arrays, typed arrays, Maps, Sets and Dates.
import { ts } from "ts-morph";
import type { Knowledge } from "../rule.ts";
import type { Write } from "../source-index.ts";

/** `set` and `sort` of a tensor give a new one, and `np.add` changes nothing. */
export function changes(write: Write, at: Knowledge): boolean {
  if (write.kind !== "mutate") return true;
  const { node, target } = write;
  const receiver =
    ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.expression;
  // Object.assign(target, …).
  if (receiver !== target) return true;
  return isContainer(target, at);
}

export function isContainer(e: ts.Expression, at: Knowledge): boolean {
  if (at.values.mayBeTensor(e)) return false;
  const type = at.checker.getNonNullableType(at.values.typeAt(e));
  if (at.checker.isArrayLikeType(type)) return true;
  const name = type.symbol?.name ?? "";
  return /^(Weak)?(Map|Set)$|Array$|^Date$|^URLSearchParams$|^Headers$/.test(name);
}
