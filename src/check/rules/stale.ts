// JC205: what a cached program has read from outside and will not read again.
import { ts } from "ts-morph";
import { on, type Place, type TracedRule } from "../rule.ts";
import { type Write, writeKey, writesOf } from "../source-index.ts";
import { bare, chainOf, contains, enclosingFunction, isLoop, wrapped } from "../syntax.ts";
import { changes } from "./mutation.ts";

const K = ts.SyntaxKind;

/** The whole `a.b.c` that an identifier or `this` is the root of. */
function readAround(root: ts.Expression): ts.Expression {
  let at: ts.Expression = root;
  for (;;) {
    const { parent } = wrapped(at);
    const inside = ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent);
    if (!inside || bare(parent.expression) !== at) return at;
    // What a method is called on is read whole.
    if (ts.isCallExpression(parent.parent) && parent.parent.expression === parent) return at;
    at = parent;
  }
}

const overlap = (a: readonly string[], b: readonly string[]): boolean =>
  a.slice(0, b.length).every((key, i) => key === b[i]);

/** Runs at a later time than the trace may have begun. */
function comesAfter(write: Write, declaration: ts.Node, at: Place): boolean {
  const region = at.scopes.region(at.f);
  const { node } = write;
  if (contains(region, node)) return false;
  const home = enclosingFunction(declaration);
  const writer = enclosingFunction(node);
  if (writer !== home) return !(writer !== undefined && ts.isConstructorDeclaration(writer));
  const { call } = at.f.origin;
  const sameFile = (other: ts.Node) => other.getSourceFile() === node.getSourceFile();
  const begun = [region, call].filter((n) => sameFile(n) && enclosingFunction(n) === home).map((n) => n.pos);
  return begun.length === 0 || node.pos > Math.max(...begun);
}

function inLoop(node: ts.Node, within: ts.Node | undefined): boolean {
  for (let at = node.parent; at !== undefined && at !== within; at = at.parent) if (isLoop(at)) return true;
  return false;
}

/** `let x: T;` and one assignment, here or in a callback such as beforeAll's: nothing could be read before it. */
function isLateInitialization(writes: readonly Write[], declaration: ts.Node): boolean {
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer !== undefined || writes.length !== 1)
    return false;
  const { node } = writes[0]!;
  const writer = enclosingFunction(node);
  const once =
    writer === enclosingFunction(declaration) || (writer !== undefined && ts.isCallExpression(writer.parent));
  return once && !inLoop(node, writer);
}

function changed(root: ts.Expression, declaration: ts.Node, at: Place): boolean {
  const read = readAround(root);
  const chain = chainOf(read);
  const key = writeKey(chain);
  if (key === undefined) return false;
  const symbol = at.api.symbolAt(fieldOf(root) ?? root);
  const writes = at.index
    .writesTo(key)
    .filter((w) => w.kind !== "assign-if-missing" && at.api.symbolAt(fieldOf(w.root) ?? w.root) === symbol);
  const relevant = writes.filter((w) => overlap(w.path, chain.path) && changes(w, at));
  const late = relevant.filter((w) => comesAfter(w, declaration, at));
  return late.length > 0 && !isLateInitialization(relevant, declaration);
}

/** `x` of `this.x`, the symbol that tells fields apart. */
function fieldOf(root: ts.Expression): ts.Node | undefined {
  if (root.kind !== K.ThisKeyword) return undefined;
  const { parent } = root;
  return ts.isPropertyAccessExpression(parent) ? parent.name : undefined;
}

/** Inside what is written to, or a name that is no value. */
function isRead(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return false;
  return !ts.isDeclarationStatement(parent) && !ts.isVariableDeclaration(parent) && !ts.isParameter(parent);
}

function visitName(node: ts.Identifier, at: Place): void {
  if (!at.f.cached || at.index.writesTo(node.text).length === 0 || !isRead(node)) return;
  const symbol = at.api.symbolAt(node);
  const declaration = symbol?.valueDeclaration;
  if (declaration === undefined || !at.scopes.isOutside(declaration, at.f)) return;
  const variable =
    ts.isVariableDeclaration(declaration) || ts.isParameter(declaration) || ts.isBindingElement(declaration);
  if (!variable || at.scopes.captured.has(declaration)) return;
  if (!isWritten(node) && changed(node, declaration, at)) at.report({ node: readAround(node) });
}

/** What JC203, JC204 and JC206 are about. */
function isWritten(root: ts.Expression): boolean {
  const read = readAround(root);
  const { parent } = wrapped(read);
  const call = parent.parent;
  const around = ts.isPropertyAccessExpression(parent) && ts.isCallExpression(call) ? call : parent;
  return writesOf(around).some((w) => bare(w.target) === bare(read) || w.root === root);
}

function visitThis(node: ts.Expression, at: Place): void {
  const field = fieldOf(node);
  if (!at.f.cached || field === undefined || at.index.writesTo(`this.${field.getText()}`).length === 0) return;
  if (!at.scopes.isThisCaptured(node, at.f)) return;
  const declaration = at.api.symbolAt(field)?.valueDeclaration;
  if (declaration !== undefined && !isWritten(node) && changed(node, declaration, at))
    at.report({ node: readAround(node) });
}

export const stale: TracedRule = {
  code: "JC205",
  name: "captured-mutable-state",
  severity: "error",
  sentence: "A jitted function reads from outside what changes later: its program keeps the value of the first trace.",
  fix: "Pass it as an argument.",
  visits: new Map([...on<ts.Identifier>([K.Identifier], visitName), ...on<ts.Expression>([K.ThisKeyword], visitThis)]),
};
