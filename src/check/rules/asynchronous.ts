// JC207: what runs when the trace is long over.
import { ts } from "ts-morph";
import { on, type Place, type TracedRule } from "../rule.ts";
import type { FunctionNode } from "../syntax.ts";

const K = ts.SyntaxKind;
const timers = /^(globalThis\.)?(setTimeout|setInterval|setImmediate|queueMicrotask|process\.nextTick)$/;
const promises = /^Promise\.(all|allSettled|any|race|resolve|reject)$/;

function nameRange(f: FunctionNode): ts.Node {
  return f.name ?? f.modifiers?.find((m) => m.kind === K.AsyncKeyword) ?? f.parameters[0] ?? f;
}

function checkFunction(node: FunctionNode, at: Place): void {
  if (at.f.node !== node) return;
  const isAsync = node.modifiers?.some((m) => m.kind === K.AsyncKeyword) ?? false;
  const generator = !ts.isArrowFunction(node) && "asteriskToken" in node && node.asteriskToken !== undefined;
  if (isAsync) at.report({ node: nameRange(node) });
  else if (generator && at.f.boundary)
    at.report({
      node: nameRange(node),
      message: "A traced function is a generator: it returns an iterator, not tensors.",
    });
}

export const asynchronous: TracedRule = {
  code: "JC207",
  name: "asynchronous-inside",
  severity: "error",
  sentence: "A traced function waits, but a trace is over when the function returns.",
  fix: "Await data before, and pass it as an argument; a traced function is synchronous.",
  visits: new Map([
    ...on<FunctionNode>(
      [K.ArrowFunction, K.FunctionDeclaration, K.FunctionExpression, K.MethodDeclaration],
      checkFunction,
    ),
    ...on<ts.NewExpression>([K.NewExpression], (node, at) => {
      if (node.expression.getText() === "Promise") at.report({ node });
    }),
    ...on<ts.CallExpression>([K.CallExpression], (node, at) => {
      const callee = node.expression;
      const text = callee.getText();
      if (timers.test(text) || promises.test(text)) at.report({ node });
      else if (ts.isPropertyAccessExpression(callee) && /^(then|catch|finally)$/.test(callee.name.text)) {
        const type = at.values.typeAt(callee.expression);
        if (type.symbol?.name === "Promise") at.report({ node });
      }
    }),
  ]),
};
