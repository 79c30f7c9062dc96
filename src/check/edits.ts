// Rewriting expressions as calls of np, so that parts of parts can be rewritten too.
import { ts } from "ts-morph";
import type { Edit } from "./finding.ts";
import type { Place } from "./rule.ts";
import { bare } from "./syntax.ts";
import { arithmetic, isMathCall } from "./values.ts";

const K = ts.SyntaxKind;

const binaryNames: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [K.PlusToken, "add"],
  [K.MinusToken, "subtract"],
  [K.AsteriskToken, "multiply"],
  [K.SlashToken, "divide"],
  [K.PercentToken, "fmod"],
  [K.AsteriskAsteriskToken, "power"],
  [K.LessThanToken, "less"],
  [K.LessThanEqualsToken, "lessEqual"],
  [K.GreaterThanToken, "greater"],
  [K.GreaterThanEqualsToken, "greaterEqual"],
  [K.EqualsEqualsEqualsToken, "equal"],
  [K.EqualsEqualsToken, "equal"],
  [K.ExclamationEqualsEqualsToken, "notEqual"],
  [K.ExclamationEqualsToken, "notEqual"],
  [K.AmpersandAmpersandToken, "logicalAnd"],
  [K.BarBarToken, "logicalOr"],
]);

/** `name(part, part)` in place of `node`; undefined where a comment would be lost. */
export function asCall(name: string, node: ts.Node, parts: readonly ts.Expression[]): Edit[] | undefined {
  const file = node.getSourceFile();
  const inner = parts.map((p) => (ts.isParenthesizedExpression(p) ? innermost(p) : p));
  const [start, end, width] = [node.getStart(file), node.end, node.end - node.getStart(file)];
  const edits: Edit[] = [];
  let last = start;
  inner.forEach((p, i) => {
    const text = i === 0 ? `${name}(` : ", ";
    edits.push({ start: last, end: p.getStart(file), text, part: i === 0 ? "open" : "middle", width });
    last = p.end;
  });
  edits.push({ start: last, end, text: ")", part: "close", width });
  return edits.some((e) => /\/[/*]/.test(file.text.slice(e.start, e.end))) ? undefined : edits;
}

const innermost = (p: ts.ParenthesizedExpression): ts.Expression =>
  ts.isParenthesizedExpression(p.expression) ? innermost(p.expression) : p.expression;

/** The np function `name`, as it can be called at `node`. */
function npFunction(name: string, node: ts.Node, at: Place): string | undefined {
  const np = at.nameInScope("np", node);
  return np === undefined ? undefined : `${np}.${name}`;
}

export function binaryAsCall(node: ts.BinaryExpression, at: Place): Edit[] | undefined {
  const name = binaryNames.get(node.operatorToken.kind);
  const f = name && npFunction(name, node, at);
  return f === undefined ? undefined : asCall(f, node, [node.left, node.right]);
}

export function prefixAsCall(node: ts.PrefixUnaryExpression, at: Place): Edit[] | undefined {
  const name = node.operator === K.MinusToken ? "negative" : node.operator === K.ExclamationToken ? "logicalNot" : "";
  const f = name === "" ? undefined : npFunction(name, node, at);
  return f === undefined ? undefined : asCall(f, node, [node.operand]);
}

export function callAs(name: string, node: ts.CallExpression, at: Place): Edit[] | undefined {
  const f = npFunction(name, node, at);
  return f === undefined ? undefined : asCall(f, node, node.arguments);
}

const joined = (...parts: readonly (readonly Edit[] | undefined)[]): Edit[] | undefined =>
  parts.some((p) => p === undefined) ? undefined : parts.flatMap((p) => p!);

/** Rewrites all JavaScript arithmetic on tensors in `expression`. */
export function arithmeticAsCalls(expression: ts.Expression, at: Place): Edit[] | undefined {
  const e = bare(expression);
  const tensor = (x: ts.Expression) => at.values.isTensor(x);
  if (ts.isBinaryExpression(e) && arithmetic.has(e.operatorToken.kind) && (tensor(e.left) || tensor(e.right)))
    return joined(binaryAsCall(e, at), arithmeticAsCalls(e.left, at), arithmeticAsCalls(e.right, at));
  if (ts.isPrefixUnaryExpression(e) && e.operator === K.MinusToken && tensor(e.operand))
    return joined(prefixAsCall(e, at), arithmeticAsCalls(e.operand, at));
  return [];
}

const relations: ReadonlySet<ts.SyntaxKind> = new Set(
  [...binaryNames.keys()].filter((k) => !arithmetic.has(k) && k !== K.AmpersandAmpersandToken && k !== K.BarBarToken),
);
export const isRelation = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) && relations.has(node.operatorToken.kind);
const isLogical = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) &&
  (node.operatorToken.kind === K.AmpersandAmpersandToken || node.operatorToken.kind === K.BarBarToken);
const isNot = (node: ts.Node): node is ts.PrefixUnaryExpression =>
  ts.isPrefixUnaryExpression(node) && node.operator === K.ExclamationToken;

/** Rewrites a condition as a boolean tensor; undefined where a host value takes part in it. */
function conditionAsCalls(condition: ts.Expression, at: Place): Edit[] | undefined {
  const e = bare(condition);
  const tensor = (x: ts.Expression) => at.values.isTensor(x);
  if (isNot(e)) return joined(prefixAsCall(e, at), conditionAsCalls(e.operand, at));
  if (isLogical(e)) {
    if (!saysYesOrNo(e.left, at) || !saysYesOrNo(e.right, at)) return undefined;
    return joined(binaryAsCall(e, at), conditionAsCalls(e.left, at), conditionAsCalls(e.right, at));
  }
  if (isRelation(e))
    return tensor(e.left) || tensor(e.right)
      ? joined(binaryAsCall(e, at), arithmeticAsCalls(e.left, at), arithmeticAsCalls(e.right, at))
      : undefined;
  return tensor(e) ? arithmeticAsCalls(e, at) : undefined;
}

const yesOrNo = /^(np\.)?(less|greater|equal|notEqual|lessEqual|greaterEqual|logical\w+|is[A-Z]\w*|isnan|any|all)$/;

/** A boolean, rather than a value with a default: `a || b` of such is a logical or. */
function saysYesOrNo(expression: ts.Expression, at: Place): boolean {
  const e = bare(expression);
  if (isNot(e) || isRelation(e)) return true;
  if (isLogical(e)) return saysYesOrNo(e.left, at) && saysYesOrNo(e.right, at);
  if (!ts.isCallExpression(e)) return false;
  const name =
    at.api.nameOf(e.expression) ?? (ts.isPropertyAccessExpression(e.expression) ? e.expression.name.text : "");
  return yesOrNo.test(name);
}

/**
 * Mends the condition that `node` is part of: as a tensor where its value is used, with `?:` as np.where where both
 * branches are tensor expressions without effect. An `if` on a tensor stays: rewritten halfway it would be silently true.
 */
export function conditionEdits(node: ts.Expression, at: Place): Edit[] | undefined {
  let whole: ts.Node = node;
  while (ts.isParenthesizedExpression(whole.parent) || isNot(whole.parent) || isLogical(whole.parent))
    whole = whole.parent;
  const { parent } = whole;
  const condition = whole as ts.Expression;
  if (ts.isConditionalExpression(parent) && parent.condition === whole) {
    const branches = [parent.whenTrue, parent.whenFalse];
    const where = npFunction("where", parent, at);
    if (where === undefined || !branches.every((b) => isPureTensor(b, at))) return undefined;
    return joined(asCall(where, parent, [parent.condition, ...branches]), conditionAsCalls(condition, at));
  }
  const tested =
    ((ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent)) &&
      parent.expression === whole) ||
    (ts.isForStatement(parent) && parent.condition === whole);
  return tested ? undefined : conditionAsCalls(condition, at);
}

/** A tensor, or a number beside one, whose computation does nothing else. */
function isPureTensor(expression: ts.Expression, at: Place): boolean {
  const e = bare(expression);
  return (ts.isNumericLiteral(e) || at.values.isTensor(e)) && isPure(e, at);
}

function isPure(expression: ts.Expression, at: Place): boolean {
  const e = bare(expression);
  if (ts.isIdentifier(e) || ts.isLiteralExpression(e) || e.kind === K.ThisKeyword) return true;
  if (ts.isPropertyAccessExpression(e)) return isPure(e.expression, at);
  if (ts.isElementAccessExpression(e)) return isPure(e.expression, at) && isPure(e.argumentExpression, at);
  if (ts.isArrayLiteralExpression(e)) return e.elements.every((x) => isPure(x, at));
  if (ts.isPrefixUnaryExpression(e))
    return e.operator !== K.PlusPlusToken && e.operator !== K.MinusMinusToken && isPure(e.operand, at);
  if (ts.isBinaryExpression(e))
    return binaryNames.has(e.operatorToken.kind) && isPure(e.left, at) && isPure(e.right, at);
  if (ts.isConditionalExpression(e)) return [e.condition, e.whenTrue, e.whenFalse].every((x) => isPure(x, at));
  if (!ts.isCallExpression(e) || !e.arguments.every((a) => isPure(a, at))) return false;
  if (isMathCall(e)) return e.expression.getText() !== "Math.random";
  if (/^(np|lax|nn)\./.test(at.api.nameOf(e.expression) ?? "")) return true;
  const method = ts.isPropertyAccessExpression(e.expression) ? e.expression : undefined;
  return method !== undefined && at.values.isTensor(method.expression) && isPure(method.expression, at);
}
