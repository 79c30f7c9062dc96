// What runs on the host: the functions of a file that no trace goes through, and how jitted functions are called there.
import { ts } from "ts-morph";
import { heldName } from "./resolve.ts";
import type { Knowledge } from "./rule.ts";
import { isFunction, returnsOf, wholeNumbers } from "./syntax.ts";

/** The statement lists of a file that run on the host: its own, and those of its functions that are not traced. */
export function hostBodies(file: ts.SourceFile, { traced }: Knowledge): (readonly ts.Statement[])[] {
  const found: (readonly ts.Statement[])[] = [file.statements];
  const visit = (node: ts.Node): void => {
    if (isFunction(node)) {
      if (traced.of(node) !== undefined) return;
      if (node.body !== undefined && ts.isBlock(node.body)) found.push(node.body.statements);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The `jit(…)` calls whose result an expression may be. */
export function jitsOf(expression: ts.Expression, at: Knowledge, depth = 0): ts.CallExpression[] {
  if (depth > 4) return [];
  return at.resolver.origins(expression).flatMap((origin) => {
    if (!ts.isCallExpression(origin)) return [];
    const made = at.api.transformationOf(origin);
    if (made !== undefined) return made.name === "jit" ? [origin] : [];
    if (at.api.nameOf(origin.expression) !== undefined) return [];
    return at.resolver
      .functions(origin.expression)
      .flatMap(({ node }) => returnsOf(node).flatMap((r) => jitsOf(r, at, depth + 1)));
  });
}

/** Positions of the arguments that a call of `callee` donates. */
export function donatedBy(callee: ts.Expression, count: number, at: Knowledge): number[] {
  return jitsOf(callee, at).flatMap((jit) => {
    const option = jit.arguments[1];
    const found = (option === undefined ? [] : at.resolver.origins(option)).flatMap((o) =>
      ts.isObjectLiteralExpression(o) ? o.properties.filter((p) => p.name?.getText() === "donateArgnums") : [],
    );
    const values = found.flatMap((p) =>
      ts.isPropertyAssignment(p) ? at.resolver.origins(p.initializer).flatMap((o) => wholeNumbers(o) ?? []) : [],
    );
    return values.map((n) => (n < 0 ? n + count : n));
  });
}

const namesByProgram = new WeakMap<Knowledge["index"], ReadonlySet<string>>();

/** Names under which donating functions may be called, so that other calls need no look. */
export function donatingNames(at: Knowledge): ReadonlySet<string> {
  const known = namesByProgram.get(at.index);
  if (known !== undefined) return known;
  const names = new Set<string>();
  const hold = (call: ts.CallExpression): void => {
    const name = heldName(call);
    if (name === undefined || names.has(name)) return;
    names.add(name);
    // A function that returns it: its callers hold it too.
    for (const made of at.index.callsNamed(name)) hold(made);
  };
  for (const call of at.index.callsMeaning("jit"))
    if (call.arguments.length > 1 && call.arguments[1]!.getText().includes("donateArgnums")) hold(call);
  namesByProgram.set(at.index, names);
  return names;
}
