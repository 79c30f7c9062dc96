// JC109: tensors where the program needs a number while it is made: loop bounds, lengths, shapes, axes.
import { ts } from "ts-morph";
import { on, type Place, type TracedRule } from "../rule.ts";
import { bare } from "../syntax.ts";
import { isConverted, loopOf, relational } from "./conversions.ts";

const K = ts.SyntaxKind;

/** An argument of a jorts function that takes numbers and no tensors, such as a shape or an axis. */
function wantsNumber(e: ts.Expression, at: Place): boolean {
  if (!at.values.isTracedScalar(e)) return false;
  const wanted = at.checker.getContextualType(e);
  return (
    wanted !== undefined &&
    !at.values.kindsOf(wanted).tensor &&
    !(wanted.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown))
  );
}

function checkArgument(argument: ts.Expression, at: Place): void {
  const e = bare(argument);
  if (ts.isArrayLiteralExpression(e)) for (const element of e.elements) checkArgument(element, at);
  else if (ts.isObjectLiteralExpression(e)) {
    for (const p of e.properties) {
      if (ts.isPropertyAssignment(p)) checkArgument(p.initializer, at);
      else if (ts.isShorthandPropertyAssignment(p)) checkArgument(p.name, at);
    }
  } else if (wantsNumber(e, at)) at.report({ node: e });
}

/** Arguments of a library call; those of a type parameter, such as operands of lax.cond, may be anything. */
function checkArguments(call: ts.CallExpression, at: Place): void {
  const parameters = at.checker.getResolvedSignature(call)?.getDeclaration()?.parameters ?? [];
  call.arguments.forEach((argument, i) => {
    const parameter = parameters[Math.min(i, parameters.length - 1)];
    if (parameter?.type === undefined || !isGeneric(parameter.type, at)) checkArgument(argument, at);
  });
}

const isGeneric = (type: ts.Node, at: Place): boolean =>
  (ts.isIdentifier(type) && ((at.api.symbolAt(type)?.flags ?? 0) & ts.SymbolFlags.TypeParameter) !== 0) ||
  (ts.forEachChild(type, (child) => isGeneric(child, at) || undefined) ?? false);

const isLibraryCall = ({ expression }: ts.CallExpression, at: Place): boolean =>
  at.api.nameOf(expression) !== undefined ||
  (ts.isPropertyAccessExpression(expression) && at.values.isTensor(expression.expression));

export const sizes: TracedRule = {
  code: "JC109",
  name: "tensor-as-size",
  severity: "error",
  sentence:
    "A tensor stands where the program needs a number while it is traced: a loop bound, a length, a shape or an axis.",
  fix: "Loop with lax.foriLoop, lax.whileLoop or lax.scan; take sizes from x.shape, or name the argument in staticArgnums.",
  visits: new Map([
    ...on<ts.BinaryExpression>([K.BinaryExpression], (node, at) => {
      if (!relational.has(node.operatorToken.kind) || !at.f.unknownValues || loopOf(node) === undefined) return;
      if (isConverted(node.left, at) || isConverted(node.right, at)) at.report({ node });
    }),
    ...on<ts.CallExpression | ts.NewExpression>([K.CallExpression, K.NewExpression], (node, at) => {
      if (!at.f.unknownValues) return;
      const [first] = node.arguments ?? [];
      if (first === undefined) return;
      const callee = node.expression.getText();
      if (callee === "Array" && isConverted(first, at)) at.report({ node: first });
      else if (callee === "Array.from" && ts.isObjectLiteralExpression(first)) {
        for (const p of first.properties)
          if (ts.isPropertyAssignment(p) && p.name.getText() === "length" && isConverted(p.initializer, at))
            at.report({ node: p.initializer });
      } else if (/\.(repeat|padStart|padEnd)$/.test(callee) && isConverted(first, at) && isText(node, at))
        at.report({ node: first });
      else if (ts.isCallExpression(node) && at.values.traced.size > 0 && isLibraryCall(node, at))
        checkArguments(node, at);
    }),
  ]),
};

const isText = ({ expression }: ts.CallExpression | ts.NewExpression, at: Place): boolean =>
  ts.isPropertyAccessExpression(expression) &&
  (at.values.typeAt(expression.expression).flags & ts.TypeFlags.StringLike) !== 0;
