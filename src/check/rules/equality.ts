// JC102: tensors compared by identity.
import { ts } from "ts-morph";
import { conditionEdits } from "../edits.ts";
import { on, type Place, type TracedRule } from "../rule.ts";

const K = ts.SyntaxKind;
const operators: ReadonlySet<ts.SyntaxKind> = new Set([
  K.EqualsEqualsEqualsToken,
  K.ExclamationEqualsEqualsToken,
  K.EqualsEqualsToken,
  K.ExclamationEqualsToken,
]);

/** `x === undefined` asks whether there is a tensor, which is known. */
function asksPresence(e: ts.Expression, at: Place): boolean {
  const { tensor, nullish, other } = at.values.kindsAt(e);
  return e.kind === K.NullKeyword || (nullish && !tensor && !other);
}

function comparesTensors(a: ts.Expression, b: ts.Expression, at: Place): boolean {
  if (!at.values.isTensorIfPresent(a) && !at.values.isTensorIfPresent(b)) return false;
  if (asksPresence(a, at) || asksPresence(b, at)) return false;
  return !(at.scopes.isKnownConstant(a, at.f) && at.scopes.isKnownConstant(b, at.f));
}

export const equality: TracedRule = {
  code: "JC102",
  name: "identity-of-tensor",
  severity: "error",
  sentence: "JavaScript compares tensors by identity, not by value.",
  fix: "Use np.equal or np.notEqual, which compare element by element.",
  visits: new Map([
    ...on<ts.BinaryExpression>([K.BinaryExpression], (node, at) => {
      if (operators.has(node.operatorToken.kind) && comparesTensors(node.left, node.right, at))
        at.report({ node, edits: conditionEdits(node, at) });
    }),
    ...on<ts.CallExpression>([K.CallExpression], (node, at) => {
      const [a, b] = node.arguments;
      if (a !== undefined && b !== undefined && node.expression.getText() === "Object.is" && comparesTensors(a, b, at))
        at.report({ node });
    }),
  ]),
};
