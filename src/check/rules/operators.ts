// JC104, JC105, JC106: JavaScript's operators on tensors.
import { ts } from "ts-morph";
import { arithmeticAsCalls, conditionEdits } from "../edits.ts";
import { on, type Place, type TracedRule } from "../rule.ts";
import { isAssignment, isUpdate, wrapped } from "../syntax.ts";
import { arithmetic } from "../values.ts";
import { isConverted, loopOf, relational } from "./conversions.ts";

const K = ts.SyntaxKind;

export const comparison: TracedRule = {
  code: "JC104",
  name: "comparison-of-tensor",
  severity: "error",
  sentence: "An operator of JavaScript compares a tensor whose value is not known while the function is traced.",
  fix: "Use np.less, np.greater and their kin with np.where or lax.cond, or name the argument in staticArgnums.",
  visits: new Map(
    on<ts.BinaryExpression>([K.BinaryExpression], (node, at) => {
      if (!relational.has(node.operatorToken.kind) || !at.f.unknownValues || loopOf(node) !== undefined) return;
      if (isConverted(node.left, at) || isConverted(node.right, at))
        at.report({ node, edits: conditionEdits(node, at) });
    }),
  ),
};

const isText = (e: ts.Expression, at: Place): boolean => (at.values.typeAt(e).flags & ts.TypeFlags.StringLike) !== 0;

/** JavaScript's arithmetic on a tensor. */
function computes(node: ts.Node, at: Place): boolean {
  if (ts.isBinaryExpression(node) && arithmetic.has(node.operatorToken.kind)) {
    if (!isConverted(node.left, at) && !isConverted(node.right, at)) return false;
    return node.operatorToken.kind !== K.PlusToken || !(isText(node.left, at) || isText(node.right, at));
  }
  if (isAssignment(node)) {
    const kind = node.operatorToken.kind;
    const logical =
      kind === K.EqualsToken ||
      kind === K.QuestionQuestionEqualsToken ||
      kind === K.BarBarEqualsToken ||
      kind === K.AmpersandAmpersandEqualsToken;
    return !logical && !isText(node.left, at) && (isConverted(node.left, at) || isConverted(node.right, at));
  }
  if (isUpdate(node)) return isConverted(node.operand, at);
  return ts.isPrefixUnaryExpression(node) && node.operator !== K.ExclamationToken && isConverted(node.operand, at);
}

/** Part of a larger computation that is reported as a whole. */
const isPart = (node: ts.Node, at: Place): boolean => computes(wrapped(node).parent, at);

export const computation: TracedRule = {
  code: "JC105",
  name: "arithmetic-on-tensor",
  severity: "error",
  sentence:
    "An operator of JavaScript computes with a tensor: traced it throws, and under grad the derivative is lost.",
  fix: "Use np.add, subtract, multiply, divide, power, … or the methods of Tensor.",
  visits: new Map(
    on<ts.Expression>([K.BinaryExpression, K.PrefixUnaryExpression, K.PostfixUnaryExpression], (node, at) => {
      if (computes(node, at) && !isPart(node, at)) {
        const edits = arithmeticAsCalls(node, at);
        at.report({ node, edits: edits?.length === 0 ? undefined : edits });
      }
    }),
  ),
};

export const text: TracedRule = {
  code: "JC106",
  name: "text-of-tensor",
  severity: "error",
  sentence: "A tensor is made into text whose value is not known while the function is traced.",
  fix: "Print with debug.print, which runs with the program; in messages use x.shape and x.dtype.",
  visits: new Map([
    ...on<ts.TemplateExpression>([K.TemplateExpression], (node, at) => {
      if (!at.f.unknownValues || ts.isTaggedTemplateExpression(node.parent)) return;
      for (const { expression } of node.templateSpans) if (isConverted(expression, at)) at.report({ node: expression });
    }),
    ...on<ts.BinaryExpression>([K.BinaryExpression], (node, at) => {
      const { left, right, operatorToken } = node;
      if (!at.f.unknownValues || (operatorToken.kind !== K.PlusToken && operatorToken.kind !== K.PlusEqualsToken))
        return;
      if ((isConverted(left, at) && isText(right, at)) || (isText(left, at) && isConverted(right, at)))
        at.report({ node });
    }),
    ...on<ts.CallExpression>([K.CallExpression], (node, at) => {
      const [value] = node.arguments;
      if (value !== undefined && at.f.unknownValues && node.expression.getText() === "String" && isConverted(value, at))
        at.report({ node });
    }),
  ]),
};
