// JC403, JC405: tensors that leave the block or the scope that frees them.
import { ts } from "ts-morph";
import type { HostRule, Knowledge } from "../rule.ts";
import { writesOf } from "../source-index.ts";
import { bare, chainOf, contains, enclosingFunction, isAssignment, isFunction, targetsOf } from "../syntax.ts";
import { changes, isContainer } from "./mutation.ts";

const keepers: ReadonlySet<string> = new Set(["push", "unshift", "set", "add"]);

/** Where the value of `node` is kept beyond `block`: returned, yielded, assigned or pushed. */
function leaves(node: ts.Node, block: ts.Node, at: Knowledge): boolean {
  let value = node;
  for (;;) {
    const { parent } = value;
    const same =
      (ts.isExpression(parent) && bare(parent) !== parent) ||
      ts.isArrayLiteralExpression(parent) ||
      ts.isObjectLiteralExpression(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isShorthandPropertyAssignment(parent) ||
      (ts.isConditionalExpression(parent) && parent.condition !== value);
    if (!same) break;
    value = parent;
  }
  const { parent } = value;
  if (ts.isReturnStatement(parent)) return true;
  if (isAssignment(parent) && parent.right === value)
    return targetsOf(parent.left).some((t) => isOutside(t, block, at));
  return (
    ts.isCallExpression(parent) &&
    parent.expression !== value &&
    ts.isPropertyAccessExpression(parent.expression) &&
    keepers.has(parent.expression.name.text) &&
    isContainer(parent.expression.expression, at) &&
    isOutside(parent.expression.expression, block, at)
  );
}

function isOutside(target: ts.Expression, block: ts.Node, at: Knowledge): boolean {
  const { root } = chainOf(target);
  if (root.kind === ts.SyntaxKind.ThisKeyword) return true;
  const declaration = ts.isIdentifier(root) ? at.api.symbolAt(root)?.valueDeclaration : undefined;
  return declaration !== undefined && !contains(block, declaration);
}

/** A function made in the block stands for what it reads. */
function outermostFunction(node: ts.Node, block: ts.Node): ts.Node {
  let found = node;
  for (let f = enclosingFunction(node); f !== undefined && contains(block, f); f = enclosingFunction(f)) found = f;
  return found;
}

const isUsing = (list: ts.VariableDeclarationList): boolean =>
  (list.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Using ||
  (list.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.AwaitUsing;

export const usingLeaves: HostRule = {
  code: "JC403",
  name: "using-leaves-block",
  severity: "error",
  sentence: "A tensor declared with `using` is kept beyond its block, at whose end it is freed.",
  fix: "Declare it with `const` and let the receiver free it, or return something computed from it.",
  check: (file, at) => {
    if (!/\busing\b/.test(file.text)) return;
    const visit = (node: ts.Node): void => {
      if (isFunction(node) && at.traced.of(node) !== undefined) return;
      if (ts.isVariableDeclarationList(node) && isUsing(node) && ts.isVariableStatement(node.parent)) {
        const block = node.parent.parent;
        for (const { name } of node.declarations)
          if (ts.isIdentifier(name) && at.values.isTensorIfPresent(name)) checkUses(name, block);
      }
      ts.forEachChild(node, visit);
    };
    const checkUses = (name: ts.Identifier, block: ts.Node): void => {
      const symbol = at.api.symbolAt(name);
      const look = (node: ts.Node): void => {
        if (ts.isIdentifier(node) && node !== name && node.text === name.text && at.api.symbolAt(node) === symbol) {
          if (leaves(outermostFunction(node, block), block, at)) at.report({ node });
        }
        ts.forEachChild(node, look);
      };
      look(block);
    };
    visit(file);
  },
};

export const scopeLeaves: HostRule = {
  code: "JC405",
  name: "tensor-leaves-scope",
  severity: "error",
  sentence: "A tensor made in `scope` is kept without being returned, and freed when the scope ends.",
  fix: "Return it from the scope.",
  check: (file, at) => {
    for (const call of at.index.callsNamed("scope")) {
      if (call.getSourceFile() !== file || at.api.nameOf(call.expression) !== "scope") continue;
      const body = call.arguments[0] && bare(call.arguments[0]);
      if (body === undefined || !isFunction(body) || at.traced.of(body) !== undefined) continue;
      const visit = (node: ts.Node): void => {
        for (const write of writesOf(node)) {
          const { target, node: by } = write;
          const values = ts.isCallExpression(by) ? by.arguments : ts.isBinaryExpression(by) ? [by.right] : [];
          if (!isOutside(target, body, at) || !changes(write, at)) continue;
          if (values.some((v) => isMadeIn(v, body, at))) at.report({ node });
        }
        ts.forEachChild(node, visit);
      };
      ts.forEachChild(body, visit);
    }
  },
};

function isMadeIn(value: ts.Expression, body: ts.Node, at: Knowledge): boolean {
  if (!at.values.holdsTensors(at.values.typeAt(value))) return false;
  const { root } = chainOf(value);
  return !ts.isIdentifier(root) || !isOutside(root, body, at);
}
