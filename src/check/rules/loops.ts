// JC404: loops on the host that make tensors and free none.
import { ts } from "ts-morph";
import type { Edit } from "../finding.ts";
import { donatedBy, jitsOf } from "../host.ts";
import type { HostRule, Knowledge } from "../rule.ts";
import { bare, enclosingFunction, isAssignment, isFunction, isLoop, targetsOf } from "../syntax.ts";

const reads: ReadonlySet<string> = new Set(["item", "tolist", "bits"]);

/** A call that makes tensors: of jorts, of a method of a tensor, of a jitted function. */
function isMaker(e: ts.Expression, at: Knowledge): e is ts.CallExpression {
  if (!ts.isCallExpression(e) || !at.values.holdsTensors(at.values.typeAt(e))) return false;
  const name = at.api.nameOf(e.expression);
  if (name !== undefined) return /^(np|lax|nn|random|optim)\./.test(name) || name === "devicePut";
  const callee = bare(e.expression);
  if (ts.isPropertyAccessExpression(callee) && at.values.isTensor(callee.expression)) return true;
  return jitsOf(callee, at).length > 0;
}

/** What frees tensors each turn, or lets the collector do it. */
function frees(node: ts.Node, at: Knowledge): boolean {
  if (ts.isAwaitExpression(node) || ts.isYieldExpression(node)) return true;
  if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return true;
  if (ts.isVariableDeclarationList(node)) {
    const kind = node.flags & ts.NodeFlags.BlockScoped;
    if (kind === ts.NodeFlags.Using || kind === ts.NodeFlags.AwaitUsing) return true;
  }
  if (ts.isCallExpression(node)) {
    const callee = bare(node.expression);
    if (ts.isPropertyAccessExpression(callee) && callee.name.text === "dispose") return true;
    if (ts.isIdentifier(callee) && at.api.nameOf(callee) === "scope") return true;
  }
  return ts.forEachChild(node, (child) => frees(child, at) || undefined) ?? false;
}

/** A value is read, or something printed: this is no function to be traced. */
function isHostWork(node: ts.Node, at: Knowledge): boolean {
  if (ts.isCallExpression(node)) {
    const callee = bare(node.expression);
    if (ts.isPropertyAccessExpression(callee)) {
      if (reads.has(callee.name.text) && at.values.isTensor(callee.expression)) return true;
      if (ts.isIdentifier(callee.expression) && callee.expression.text === "console") return true;
    }
  }
  return ts.forEachChild(node, (child) => isHostWork(child, at) || undefined) ?? false;
}

/** The variable is only computed with and read: nothing keeps it beyond the turn. */
function staysInside(name: ts.Identifier, loop: ts.Node, at: Knowledge): boolean {
  const symbol = at.api.symbolAt(name);
  const isKept = (node: ts.Node): boolean => {
    if (ts.isIdentifier(node) && node !== name && node.text === name.text && at.api.symbolAt(node) === symbol)
      return !isOperand(node, at);
    return ts.forEachChild(node, (child) => isKept(child) || undefined) ?? false;
  };
  return !isKept(loop);
}

function isOperand(node: ts.Expression, at: Knowledge): boolean {
  let value: ts.Node = node;
  while (
    (ts.isExpression(value.parent) && bare(value.parent) !== value.parent) ||
    ts.isArrayLiteralExpression(value.parent)
  )
    value = value.parent;
  const { parent } = value;
  if (ts.isPropertyAccessExpression(parent)) return true;
  return ts.isCallExpression(parent) && parent.expression !== value && isMaker(parent, at);
}

interface Forgotten {
  readonly node: ts.Node;
  readonly edits?: readonly Edit[];
}

/** The first tensor made in a turn of `loop`, inner loops and functions left out, that nobody frees. */
function forgotten(loop: ts.IterationStatement, at: Knowledge): Forgotten | undefined {
  const look = (node: ts.Node): Forgotten | undefined => {
    if (isFunction(node) || (isLoop(node) && node !== loop)) return undefined;
    return asVariable(node) ?? asRead(node) ?? asReplaced(node) ?? ts.forEachChild(node, look);
  };
  const asVariable = (node: ts.Node): Forgotten | undefined => {
    if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return undefined;
    const made = bare(node.initializer);
    if (!isMaker(made, at)) return undefined;
    if (ts.isIdentifier(node.name)) {
      if (!at.values.isTensor(node.name) || !staysInside(node.name, loop, at)) return undefined;
      return { node: node.name, edits: asUsing(node) };
    }
    const names = node.name.elements.flatMap((e) =>
      ts.isBindingElement(e) && ts.isIdentifier(e.name) ? [e.name] : [],
    );
    const lost = names.find((n) => at.values.isTensor(n) && staysInside(n, loop, at));
    return lost && { node: lost };
  };
  const asRead = (node: ts.Node): Forgotten | undefined => {
    if (!ts.isCallExpression(node)) return undefined;
    const callee = bare(node.expression);
    if (!ts.isPropertyAccessExpression(callee) || !reads.has(callee.name.text)) return undefined;
    const read = bare(callee.expression);
    return isMaker(read, at) && at.values.isTensor(read) ? { node: read } : undefined;
  };
  const asReplaced = (node: ts.Node): Forgotten | undefined => {
    if (!isAssignment(node) || node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined;
    const made = bare(node.right);
    if (!isMaker(made, at) || donatedBy(made.expression, made.arguments.length, at).length > 0) return undefined;
    const target = targetsOf(node.left).find((t) => ts.isIdentifier(t) && at.values.isTensorIfPresent(t));
    return target && { node: target };
  };
  return look(loop.statement);
}

/** `const y = …` → `using y = …`. */
function asUsing(node: ts.VariableDeclaration): readonly Edit[] | undefined {
  const list = node.parent;
  if (!ts.isVariableDeclarationList(list) || list.declarations.length !== 1 || !(list.flags & ts.NodeFlags.Const))
    return undefined;
  const start = list.getStart();
  return [{ start, end: start + "const".length, text: "using", part: "open", width: list.end - start }];
}

export const forgottenDisposal: HostRule = {
  code: "JC404",
  name: "forgotten-disposal",
  severity: "warning",
  sentence: "A loop makes tensors each turn and neither frees them nor awaits anything, so memory fills up.",
  fix: "Declare them with `using`, call dispose(), put the turn into scope(() => …), or jit the whole turn and donate.",
  check: (file, at) => {
    if (at.locator.isMachinery(file.fileName)) return;
    // `careful`: a loop around frees or awaits each turn.
    const visit = (node: ts.Node, careful: boolean): void => {
      if (isFunction(node)) {
        if (at.traced.of(node) !== undefined) return;
        ts.forEachChild(node, (child) => visit(child, false));
        return;
      }
      let inside = careful;
      if (isLoop(node) && !careful) {
        inside = frees(node, at);
        const host = enclosingFunction(node) === undefined || isHostWork(node.statement, at);
        const found = !inside && host ? forgotten(node, at) : undefined;
        if (found !== undefined) at.report(found);
      }
      ts.forEachChild(node, (child) => visit(child, inside));
    };
    visit(file, false);
  },
};
