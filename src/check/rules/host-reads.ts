// JC301, JC302: what only a tensor on a device can do.
import { ts } from "ts-morph";
import { on, type Place, type TracedRule } from "../rule.ts";
import { bare } from "../syntax.ts";

const K = ts.SyntaxKind;
const reads: ReadonlySet<string> = new Set([
  ...["item", "tolist", "data", "bits", "blockUntilReady", "toJSON"],
  ...["devices", "sharding", "addressableShards", "isDeleted"],
]);

const isOfTrace = (e: ts.Expression, at: Place): boolean =>
  at.values.mayBeTensor(e) && !at.scopes.isKnownConstant(e, at.f);

export const hostRead: TracedRule = {
  code: "JC301",
  name: "host-read-in-trace",
  severity: "error",
  sentence: "A traced tensor is read on the host, where it has no value.",
  fix: "Keep the computation in tensors (np.where, lax.cond), return the value and read it outside, or make the argument static.",
  visits: new Map([
    ...on<ts.PropertyAccessExpression>([K.PropertyAccessExpression], (node, at) => {
      if (!at.f.unknownValues || !reads.has(node.name.text)) return;
      if (at.api.nameOf(node) === undefined && isOfTrace(node.expression, at))
        at.report({ node: ts.isCallExpression(node.parent) && node.parent.expression === node ? node.parent : node });
    }),
    ...on<ts.CallExpression>([K.CallExpression], (node, at) => {
      const [value] = node.arguments;
      if (!at.f.unknownValues || value === undefined || node.expression.getText() !== "JSON.stringify") return;
      const known = at.scopes.isKnownConstant(value, at.f);
      if (!known && at.values.holdsTensors(at.values.typeAt(value))) at.report({ node });
    }),
  ]),
};

export const disposal: TracedRule = {
  code: "JC302",
  name: "disposal-in-trace",
  severity: "error",
  sentence: "A traced tensor owns no memory and cannot be freed.",
  fix: "Leave it to the compiler; dispose concrete tensors outside the traced function.",
  visits: new Map([
    ...on<ts.CallExpression>([K.CallExpression], (node, at) => {
      const callee = bare(node.expression);
      if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== "dispose") return;
      if (isOfTrace(callee.expression, at)) at.report({ node });
    }),
    ...on<ts.VariableDeclarationList>([K.VariableDeclarationList], (node, at) => {
      if ((node.flags & ts.NodeFlags.BlockScoped) !== ts.NodeFlags.Using) return;
      for (const { initializer, name } of node.declarations)
        if (initializer !== undefined && isOfTrace(initializer, at)) at.report({ node: name });
    }),
  ]),
};
