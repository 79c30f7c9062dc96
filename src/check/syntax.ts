// Questions about source text that need no types.
import { ts } from "ts-morph";

export type FunctionNode =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.AccessorDeclaration;

export function isFunction(node: ts.Node): node is FunctionNode {
  switch (node.kind) {
    case ts.SyntaxKind.FunctionDeclaration:
    case ts.SyntaxKind.FunctionExpression:
    case ts.SyntaxKind.ArrowFunction:
    case ts.SyntaxKind.MethodDeclaration:
    case ts.SyntaxKind.Constructor:
    case ts.SyntaxKind.GetAccessor:
    case ts.SyntaxKind.SetAccessor:
      return true;
    default:
      return false;
  }
}

/** The function around `node`, itself excluded. */
export function enclosingFunction(node: ts.Node): FunctionNode | undefined {
  for (let at = node.parent; at !== undefined; at = at.parent) if (isFunction(at)) return at;
  return undefined;
}

export const contains = (outer: ts.Node, inner: ts.Node): boolean =>
  outer.pos <= inner.pos && inner.end <= outer.end && outer.getSourceFile() === inner.getSourceFile();

/** Without parentheses and type assertions. */
export function bare(node: ts.Expression): ts.Expression {
  let at = node;
  while (
    ts.isParenthesizedExpression(at) ||
    ts.isAsExpression(at) ||
    ts.isNonNullExpression(at) ||
    ts.isSatisfiesExpression(at) ||
    ts.isTypeAssertionExpression(at)
  )
    at = at.expression;
  return at;
}

/** The expression around `node` that means the same: parentheses and type assertions included. */
export function wrapped(node: ts.Node): ts.Node {
  let at = node;
  while (at.parent !== undefined && ts.isExpression(at.parent) && bare(at.parent) !== at.parent) at = at.parent;
  return at;
}

/** `a.b[0].c` as its root `a` and its path; the path ends before a computed key. */
export interface Chain {
  readonly root: ts.Expression;
  readonly path: readonly string[];
  /** No computed key stands in it. */
  readonly exact: boolean;
}

export function chainOf(expression: ts.Expression): Chain {
  const path: string[] = [];
  let exact = true;
  let at = bare(expression);
  for (;;) {
    if (ts.isPropertyAccessExpression(at)) path.unshift(at.name.text);
    else if (ts.isElementAccessExpression(at)) {
      const key = bare(at.argumentExpression);
      if (ts.isStringLiteralLike(key) || ts.isNumericLiteral(key)) path.unshift(key.text);
      else {
        path.length = 0;
        exact = false;
      }
    } else return { root: at, path, exact };
    at = bare(at.expression);
  }
}

/** The last name of a callee: `scan` of `lax.scan(…)`. */
export function calledName(call: ts.CallExpression | ts.NewExpression): string | undefined {
  const callee = bare(call.expression);
  if (ts.isIdentifier(callee)) return callee.text;
  return ts.isPropertyAccessExpression(callee) ? callee.name.text : undefined;
}

const assignments: ReadonlySet<ts.SyntaxKind> = new Set([ts.SyntaxKind.EqualsToken]);
const compound = (kind: ts.SyntaxKind): boolean =>
  kind >= ts.SyntaxKind.FirstCompoundAssignment && kind <= ts.SyntaxKind.LastCompoundAssignment;

export const isAssignment = (node: ts.Node): node is ts.BinaryExpression =>
  ts.isBinaryExpression(node) && (assignments.has(node.operatorToken.kind) || compound(node.operatorToken.kind));

/** The places that an assignment writes to: one, or those of a pattern. */
export function targetsOf(left: ts.Expression): ts.Expression[] {
  const at = bare(left);
  if (ts.isArrayLiteralExpression(at))
    return at.elements.flatMap((e) =>
      ts.isOmittedExpression(e) ? [] : targetsOf(ts.isSpreadElement(e) ? e.expression : e),
    );
  if (ts.isObjectLiteralExpression(at))
    return at.properties.flatMap((p) => {
      if (ts.isShorthandPropertyAssignment(p)) return [p.name];
      if (ts.isPropertyAssignment(p)) return targetsOf(p.initializer);
      return ts.isSpreadAssignment(p) ? targetsOf(p.expression) : [];
    });
  if (ts.isBinaryExpression(at) && at.operatorToken.kind === ts.SyntaxKind.EqualsToken) return targetsOf(at.left);
  return [at];
}

export function isUpdate(node: ts.Node): node is ts.PrefixUnaryExpression | ts.PostfixUnaryExpression {
  return (
    (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
    (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
  );
}

export function isLoop(node: ts.Node): node is ts.IterationStatement {
  return ts.isIterationStatement(node, false);
}

/** Whole numbers that an option spells: `1`, `-1`, `[0, 2]`; undefined for what is computed. */
export function wholeNumbers(expression: ts.Expression): number[] | undefined {
  const at = bare(expression);
  if (ts.isNumericLiteral(at)) return [Number(at.text)];
  if (ts.isPrefixUnaryExpression(at) && at.operator === ts.SyntaxKind.MinusToken) {
    const inner = wholeNumbers(at.operand);
    return inner?.map((n) => -n);
  }
  if (!ts.isArrayLiteralExpression(at)) return undefined;
  const all = at.elements.map(wholeNumbers);
  return all.some((n) => n === undefined) ? undefined : all.flatMap((n) => n!);
}

/** What `return` and an arrow's expression give back; nested functions keep theirs. */
export function returnsOf(node: FunctionNode): ts.Expression[] {
  const { body } = node;
  if (body === undefined) return [];
  if (!ts.isBlock(body)) return [body];
  const found: ts.Expression[] = [];
  const visit = (at: ts.Node): void => {
    if (isFunction(at) || ts.isClassLike(at)) return;
    if (ts.isReturnStatement(at) && at.expression !== undefined) found.push(at.expression);
    ts.forEachChild(at, visit);
  };
  visit(body);
  return found;
}
