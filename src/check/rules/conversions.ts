// Where JavaScript turns a tensor into a number or a text: what throws when the value is not known.
import { ts } from "ts-morph";
import type { Place } from "../rule.ts";
import { isLoop, wrapped } from "../syntax.ts";

const K = ts.SyntaxKind;

export const relational: ReadonlySet<ts.SyntaxKind> = new Set([
  K.LessThanToken,
  K.LessThanEqualsToken,
  K.GreaterThanToken,
  K.GreaterThanEqualsToken,
]);

/** A tensor of the trace; one from outside it has a value, which JavaScript may read. */
export const isConverted = (e: ts.Expression, at: Place): boolean =>
  at.values.isTensor(e) && !at.scopes.isKnownConstant(e, at.f);

/** The loop that a comparison is a bound of, alone or joined to others. */
export function loopOf(comparison: ts.Expression): ts.IterationStatement | undefined {
  let at = wrapped(comparison);
  while (
    ts.isBinaryExpression(at.parent) &&
    (at.parent.operatorToken.kind === K.AmpersandAmpersandToken || at.parent.operatorToken.kind === K.BarBarToken)
  )
    at = wrapped(at.parent);
  const { parent } = at;
  if (!isLoop(parent)) return undefined;
  const bound = ts.isForStatement(parent)
    ? parent.condition
    : ts.isWhileStatement(parent) || ts.isDoStatement(parent)
      ? parent.expression
      : undefined;
  return bound === at ? parent : undefined;
}
