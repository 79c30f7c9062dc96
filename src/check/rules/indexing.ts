// JC108, JC111: square brackets.
import { ts } from "ts-morph";
import { asCall } from "../edits.ts";
import type { Edit } from "../finding.ts";
import { on, type TracedRule } from "../rule.ts";
import { bare } from "../syntax.ts";
import { isConverted } from "./conversions.ts";

const K = ts.SyntaxKind;
/** Methods of arrays and strings that take positions. */
const positional = new Set(["at", "slice", "splice", "subarray", "with", "charAt", "charCodeAt", "substring"]);

export const index: TracedRule = {
  code: "JC108",
  name: "tensor-as-index",
  severity: "error",
  sentence: "A tensor is the index into a host array, and its value is not known while the function is traced.",
  fix: "Make the array a tensor and read it with x.at(i) or np.take, choose with lax.switch, or name the argument in staticArgnums.",
  visits: new Map([
    ...on<ts.ElementAccessExpression>([K.ElementAccessExpression], (node, at) => {
      if (!at.f.unknownValues || at.values.mayBeTensor(node.expression)) return;
      if (isConverted(node.argumentExpression, at)) at.report({ node: node.argumentExpression });
    }),
    ...on<ts.CallExpression>([K.CallExpression], ({ expression, arguments: args }, at) => {
      if (!at.f.unknownValues || !ts.isPropertyAccessExpression(expression) || !positional.has(expression.name.text))
        return;
      const found = args.find((a) => isConverted(a, at));
      if (found === undefined || at.api.nameOf(expression) !== undefined) return;
      const type = at.checker.getNonNullableType(at.values.typeAt(expression.expression));
      if (type.flags & ts.TypeFlags.Any) return;
      if (at.checker.isArrayLikeType(type) || type.flags & ts.TypeFlags.StringLike) at.report({ node: found });
    }),
  ]),
};

/** `x[i]` → `x.at(i)`; what holds a number index only. */
function asAt(node: ts.ElementAccessExpression): Edit[] {
  const { expression, argumentExpression: i } = node;
  const width = node.end - node.getStart();
  return [
    { start: expression.end, end: i.getStart(), text: node.questionDotToken ? "?.at(" : ".at(", part: "middle", width },
    { start: i.end, end: node.end, text: ")", part: "close", width },
  ];
}

export const brackets: TracedRule = {
  code: "JC111",
  name: "brackets-on-tensor",
  severity: "error",
  sentence: "Square brackets on a tensor read a property of the object, which is undefined.",
  fix: "Use x.at(i) to read, x.set([i], v) to get a changed copy.",
  visits: new Map(
    on<ts.ElementAccessExpression>([K.ElementAccessExpression], (node, at) => {
      const key = bare(node.argumentExpression);
      if (ts.isStringLiteralLike(key) || !at.values.isTensor(node.expression)) return;
      const type = at.values.typeAt(key);
      // Well-known symbols are properties.
      if (type.flags & (ts.TypeFlags.ESSymbolLike | ts.TypeFlags.StringLike)) return;
      const written = ts.isBinaryExpression(node.parent) && node.parent.left === node;
      const safe = !written && at.values.kindsAt(node.expression).tensor && asCall("at", node, [node.expression, key]);
      at.report({ node, edits: safe ? asAt(node) : undefined });
    }),
  ),
};
