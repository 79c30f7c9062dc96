// JC203, JC204, JC206: what a traced function writes outside itself.
import { ts } from "ts-morph";
import { on, type Place, type TracedRule, type Visit } from "../rule.ts";
import { type Write, writesOf } from "../source-index.ts";
import { bare, chainOf, enclosingFunction } from "../syntax.ts";
import { changes } from "./mutation.ts";

const K = ts.SyntaxKind;

/** The value that a write stores, as far as it is one expression. */
function stored({ node, target, kind }: Write): ts.Expression[] {
  if (ts.isBinaryExpression(node)) return [bare(node.left) === bare(target) ? node.right : target];
  return kind === "mutate" && ts.isCallExpression(node) ? [...node.arguments] : [];
}

const holdsTensors = (e: ts.Expression, at: Place): boolean =>
  at.values.isTracedScalar(e) || at.values.holdsTensors(at.values.typeAt(ts.isSpreadElement(e) ? e.expression : e));

/** `known.set(key, made)` in a function that also looks whether it is there. */
function isMemo({ node, root, path }: Write): boolean {
  if (!ts.isCallExpression(node) || !/\.set$/.test(node.expression.getText())) return false;
  const within = enclosingFunction(node);
  const asks = (at: ts.Node): boolean => {
    if (ts.isPropertyAccessExpression(at) && /^(get|has)$/.test(at.name.text)) {
      const chain = chainOf(at.expression);
      if (chain.root.getText() === root.getText() && chain.path.join() === path.join()) return true;
    }
    return ts.forEachChild(at, (child) => asks(child) || undefined) ?? false;
  };
  return within !== undefined && asks(within);
}

type Kind = "variable" | "object" | "tensor";

/** What kind of a write outside the trace this is, if it is one. */
function outside(write: Write, at: Place): Kind | undefined {
  const { root, path, target } = write;
  const whole = bare(target) === root;
  const isThis = root.kind === K.ThisKeyword;
  if (!ts.isIdentifier(root) && !isThis) return undefined;
  if (whole && write.kind !== "mutate") {
    const declaration = ts.isIdentifier(root) ? at.api.symbolAt(root)?.valueDeclaration : undefined;
    if (declaration === undefined || !at.scopes.isOutside(declaration, at.f)) return undefined;
  } else if (!at.scopes.isCaptured(target, at.f)) return undefined;
  if (!changes(write, at)) return undefined;
  if (stored(write).some((v) => holdsTensors(v, at))) return "tensor";
  // A value computed once and kept: the trace cannot tell.
  if (write.kind === "assign-if-missing" || isMemo(write)) return undefined;
  // Where values are known the function runs at each call, as plain JavaScript.
  if (!at.f.unknownValues) return undefined;
  return whole && path.length === 0 && write.kind === "assign" ? "variable" : "object";
}

function visits(kind: Kind): ReadonlyMap<ts.SyntaxKind, Visit> {
  const visit = (node: ts.Node, at: Place): void => {
    for (const write of writesOf(node)) if (outside(write, at) === kind) at.report({ node: whereOf(write) });
  };
  return new Map(
    on(
      [
        K.BinaryExpression,
        K.PrefixUnaryExpression,
        K.PostfixUnaryExpression,
        K.DeleteExpression,
        K.CallExpression,
        K.ForOfStatement,
        K.ForInStatement,
      ],
      visit,
    ),
  );
}

const whereOf = ({ node, target }: Write): ts.Node =>
  ts.isForOfStatement(node) || ts.isForInStatement(node) ? target : node;

export const capturedWrite: TracedRule = {
  code: "JC203",
  name: "write-to-captured-variable",
  severity: "error",
  sentence: "A variable from outside is written while the function is traced, once, and not when the program runs.",
  fix: "Return the new value, and assign it outside.",
  visits: visits("variable"),
};

export const capturedMutation: TracedRule = {
  code: "JC204",
  name: "mutation-of-captured-object",
  severity: "error",
  sentence: "An object from outside is changed while the function is traced, once, and not when the program runs.",
  fix: "Return what changes, or make the object inside the function; debug.callback runs with the program.",
  visits: visits("object"),
};

export const escaped: TracedRule = {
  code: "JC206",
  name: "escaped-tensor",
  severity: "error",
  sentence: "A traced tensor is stored outside the function, where it has no value.",
  fix: "Return it, as an auxiliary result if need be (hasAux), and store it outside.",
  visits: visits("tensor"),
};
