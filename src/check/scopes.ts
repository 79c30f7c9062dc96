// What lies outside a trace: variables, objects and `this` that were there before it began.
import { ts } from "ts-morph";
import type { Api } from "./api.ts";
import { bare, chainOf, contains, enclosingFunction, type FunctionNode } from "./syntax.ts";
import type { TracedFunction } from "./traced.ts";

export class Scopes {
  /** Parameters that are given objects from outside the trace. */
  readonly captured = new Set<ts.Node>();
  readonly #api: Api;
  readonly #traced: ReadonlyMap<ts.Node, TracedFunction>;

  constructor(api: Api, traced: ReadonlyMap<ts.Node, TracedFunction>) {
    this.#api = api;
    this.#traced = traced;
  }

  /** The function whose trace `f` is part of: the nearest one given to a transformation, else the outermost. */
  region(f: TracedFunction): FunctionNode {
    let last = f.node;
    for (let at: FunctionNode | undefined = f.node; at !== undefined; at = enclosingFunction(at)) {
      const traced = this.#traced.get(at);
      if (traced === undefined) break;
      last = at;
      if (traced.boundary) break;
    }
    return last;
  }

  outermost(f: TracedFunction): FunctionNode {
    let last = f.node;
    for (let at = enclosingFunction(f.node); at !== undefined && this.#traced.has(at); at = enclosingFunction(at))
      last = at;
    return last;
  }

  /** Declared outside the trace that `f` is part of. */
  isOutside(declaration: ts.Node, f: TracedFunction): boolean {
    return !contains(this.region(f), declaration);
  }

  /** What the expression names existed before the trace: a variable from outside, or a part of one. */
  isCaptured(expression: ts.Expression, f: TracedFunction, depth = 0): boolean {
    const { root } = chainOf(expression);
    if (root.kind === ts.SyntaxKind.ThisKeyword) return this.isThisCaptured(root, f);
    if (!ts.isIdentifier(root) || depth > 8) return false;
    const declaration = this.#api.symbolAt(root)?.valueDeclaration;
    if (declaration === undefined) return false;
    if (this.captured.has(declaration)) return true;
    if (this.isOutside(declaration, f)) return true;
    // An alias: const list = outer.list.
    if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return false;
    const value = bare(declaration.initializer);
    const names = ts.isIdentifier(value) || ts.isPropertyAccessExpression(value) || ts.isElementAccessExpression(value);
    return names && this.isCaptured(value, f, depth + 1);
  }

  /** A variable from outside all tracing, or a part of it: its value is known. */
  isKnownConstant(expression: ts.Expression, f: TracedFunction): boolean {
    const { root } = chainOf(expression);
    const outermost = this.outermost(f);
    if (root.kind === ts.SyntaxKind.ThisKeyword) return this.region(f) === outermost && this.isThisCaptured(root, f);
    const declaration = ts.isIdentifier(root) ? this.#api.symbolAt(root)?.valueDeclaration : undefined;
    return declaration !== undefined && !contains(outermost, declaration);
  }

  isThisCaptured(at: ts.Node, f: TracedFunction): boolean {
    let owner = enclosingFunction(at);
    while (owner !== undefined && ts.isArrowFunction(owner)) owner = enclosingFunction(owner);
    // A field's initialiser.
    if (owner === undefined) return true;
    if (ts.isConstructorDeclaration(owner) && this.#traced.has(owner)) return false;
    if (!contains(this.region(f), owner)) return true;
    return this.#traced.get(owner)?.capturedThis ?? false;
  }
}
