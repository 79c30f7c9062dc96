// JC110: tensors taken apart by iteration.
import { ts } from "ts-morph";
import { asCall } from "../edits.ts";
import { on, type Place, type TracedRule } from "../rule.ts";

const K = ts.SyntaxKind;
const consumers = /^(Array\.from|Object\.(keys|values|entries)|Promise\.(all|race|any|allSettled))$/;
const collections = new Set(["Set", "Map", "WeakSet"]);

function check(e: ts.Expression, at: Place, unstacks: boolean): void {
  if (!at.values.isTensor(e)) return;
  const np = unstacks && at.values.kindsAt(e).tensor ? at.nameInScope("np", e) : undefined;
  at.report({ node: e, edits: np === undefined ? undefined : asCall(`${np}.unstack`, e, [e]) });
}

export const iteration: TracedRule = {
  code: "JC110",
  name: "iteration-over-tensor",
  severity: "error",
  sentence: "JavaScript iterates over a tensor, which has no elements for it.",
  fix: "Use np.unstack(x), an array of tensors, or run over the leading axis with lax.scan, lax.map or vmap.",
  visits: new Map([
    ...on<ts.ForOfStatement | ts.ForInStatement>([K.ForOfStatement, K.ForInStatement], (node, at) =>
      check(node.expression, at, node.kind === K.ForOfStatement),
    ),
    ...on<ts.SpreadElement>([K.SpreadElement], (node, at) => check(node.expression, at, true)),
    ...on<ts.SpreadAssignment>([K.SpreadAssignment], (node, at) => check(node.expression, at, false)),
    ...on<ts.YieldExpression>([K.YieldExpression], (node, at) => {
      if (node.asteriskToken !== undefined && node.expression !== undefined) check(node.expression, at, true);
    }),
    ...on<ts.VariableDeclaration>([K.VariableDeclaration], ({ name, initializer }, at) => {
      if (ts.isArrayBindingPattern(name) && initializer !== undefined) check(initializer, at, true);
    }),
    ...on<ts.ParameterDeclaration>([K.Parameter], ({ name }, at) => {
      if (ts.isArrayBindingPattern(name) && at.values.kindsOf(at.values.typeAt(name.parent)).tensor)
        at.report({ node: name });
    }),
    ...on<ts.BinaryExpression>([K.BinaryExpression], ({ left, right, operatorToken }, at) => {
      if (operatorToken.kind === K.EqualsToken && ts.isArrayLiteralExpression(left)) check(right, at, true);
    }),
    ...on<ts.CallExpression>([K.CallExpression], (node, at) => {
      const [value] = node.arguments;
      if (value !== undefined && consumers.test(node.expression.getText())) check(value, at, false);
    }),
    ...on<ts.NewExpression>([K.NewExpression], (node, at) => {
      const value = node.arguments?.[0];
      if (value !== undefined && collections.has(node.expression.getText())) check(value, at, false);
    }),
  ]),
};
