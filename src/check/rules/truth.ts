// JC101, JC103: tensors where JavaScript asks for truth.
import { ts } from "ts-morph";
import { conditionEdits } from "../edits.ts";
import { on, type Place, type TracedRule } from "../rule.ts";
import { bare } from "../syntax.ts";

const K = ts.SyntaxKind;

/** The operands whose truth decides, but for those of `!` and the left ones of `&&` and `||`, which are visited themselves. */
function deciding(expression: ts.Expression): ts.Expression | undefined {
  const e = bare(expression);
  if (ts.isPrefixUnaryExpression(e) && e.operator === K.ExclamationToken) return undefined;
  if (!ts.isBinaryExpression(e)) return e;
  const kind = e.operatorToken.kind;
  const passesRight = kind === K.AmpersandAmpersandToken || kind === K.BarBarToken || kind === K.CommaToken;
  return passesRight ? deciding(e.right) : e;
}

/** A tensor or a truth value: a test that is right for the one is wrong for the other. `Tensor | false` tells presence. */
function mayBeEither(e: ts.Expression, at: Place): boolean {
  const { tensor, other, nullish } = at.values.kindsAt(e);
  if (!tensor || !other || nullish) return false;
  const type = at.values.typeAt(e);
  const parts = type.isUnion() ? type.types : [type];
  return parts.some(
    (t) =>
      t.flags & (ts.TypeFlags.Number | ts.TypeFlags.BigInt) ||
      (t.flags & ts.TypeFlags.BooleanLiteral && at.checker.typeToString(t) === "true"),
  );
}

function check(tested: ts.Expression, at: Place): void {
  const e = deciding(tested);
  if (e === undefined) return;
  if (at.values.isTensor(e)) {
    const declared = at.values.isTracedScalar(e);
    at.report({
      node: e,
      fix: declared ? "Name the argument in staticArgnums, or choose with np.where or lax.cond." : undefined,
      message: declared
        ? `${rule.sentence} It is declared as a host value, but the transformation makes it a tensor.`
        : undefined,
      edits: conditionEdits(e, at),
    });
  } else if (mayBeEither(e, at))
    at.report({
      node: e,
      message: "JavaScript asks whether a value is true that may be a tensor, and every object is.",
    });
}

const rule: TracedRule = {
  code: "JC101",
  name: "truth-of-tensor",
  severity: "error",
  sentence: "JavaScript asks whether a tensor is true, and every object is.",
  fix: "Choose with np.where, or between computations with lax.cond; combine with np.logicalAnd, logicalOr and logicalNot.",
  visits: new Map([
    ...on<ts.IfStatement | ts.WhileStatement | ts.DoStatement>(
      [K.IfStatement, K.WhileStatement, K.DoStatement],
      (node, at) => check(node.expression, at),
    ),
    ...on<ts.ForStatement>([K.ForStatement], (node, at) => node.condition && check(node.condition, at)),
    ...on<ts.ConditionalExpression>([K.ConditionalExpression], (node, at) => check(node.condition, at)),
    ...on<ts.PrefixUnaryExpression>([K.PrefixUnaryExpression], (node, at) => {
      if (node.operator === K.ExclamationToken) check(node.operand, at);
    }),
    ...on<ts.BinaryExpression>([K.BinaryExpression], ({ operatorToken: { kind }, left }, at) => {
      if (
        kind === K.AmpersandAmpersandToken ||
        kind === K.BarBarToken ||
        kind === K.AmpersandAmpersandEqualsToken ||
        kind === K.BarBarEqualsToken
      )
        check(left, at);
    }),
    ...on<ts.CallExpression>([K.CallExpression], ({ expression, arguments: [value] }, at) => {
      if (ts.isIdentifier(expression) && expression.text === "Boolean" && value !== undefined) check(value, at);
    }),
  ]),
};

export const truth = rule;

export const switches: TracedRule = {
  code: "JC103",
  name: "switch-on-tensor",
  severity: "error",
  sentence: "`switch` compares a tensor by identity, and no case is the same object.",
  fix: "Use lax.switch with an integer tensor, or name the argument in staticArgnums.",
  visits: new Map(
    on<ts.SwitchStatement>([K.SwitchStatement], (node, at) => {
      if (at.values.isTensor(node.expression)) at.report({ node: node.expression });
    }),
  ),
};
