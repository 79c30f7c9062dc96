// Which functions an expression may stand for: by name, through variables, properties, wrappers and parameters.
import { ts } from "ts-morph";
import type { Api } from "./api.ts";
import type { Locator } from "./locate.ts";
import type { SourceIndex } from "./source-index.ts";
import { bare, type FunctionNode, isFunction, returnsOf, wrapped } from "./syntax.ts";
import { ruleMethods } from "./transformations.ts";

/** A function, and how many leading arguments `bind` has given it. */
export interface FunctionValue {
  readonly node: FunctionNode;
  readonly bound: number;
}

const depthLimit = 24;
/** Expressions looked at for one question; a program that needs more is not understood. */
const budget = 2000;

export class Resolver {
  readonly #api: Api;
  readonly #index: SourceIndex;
  readonly #locator: Locator;
  readonly #known = new Map<ts.Node, readonly ts.Expression[]>();

  constructor(api: Api, index: SourceIndex, locator: Locator) {
    this.#api = api;
    this.#index = index;
    this.#locator = locator;
  }

  /** Functions with a body; what jorts itself does inside is not looked at. */
  functions(expression: ts.Expression): FunctionValue[] {
    const found = new Map<FunctionNode, FunctionValue>();
    for (const value of this.#values(expression, start())) if (!found.has(value.node)) found.set(value.node, value);
    return [...found.values()];
  }

  /** The call expressions, object literals and functions that the value may come from, variables followed. */
  origins(expression: ts.Expression): ts.Expression[] {
    return this.#origins(expression, start());
  }

  #values(expression: ts.Expression, at: Walk): FunctionValue[] {
    return this.#origins(expression, at).flatMap((origin) => {
      if (isFunction(origin)) return [{ node: origin, bound: 0 }];
      if (ts.isCallExpression(origin)) return this.#ofCall(origin, at);
      if (ts.isArrayLiteralExpression(origin))
        return origin.elements.flatMap((e) => this.#values(ts.isSpreadElement(e) ? e.expression : e, deeper(at)));
      return [];
    });
  }

  /** The functions that the result of a call runs. */
  #ofCall(call: ts.CallExpression, walk: Walk): FunctionValue[] {
    if (walk.depth > depthLimit) return [];
    const next = deeper(walk);
    const made = this.#api.transformationOf(call);
    if (made !== undefined) {
      const first = call.arguments[0];
      return made.transformation.wraps && first !== undefined ? this.#values(first, next) : [];
    }
    const callee = bare(call.expression);
    if (ts.isPropertyAccessExpression(callee)) {
      if (callee.name.text === "bind")
        return this.#values(callee.expression, next).map((v) => ({
          node: v.node,
          bound: v.bound + Math.max(0, call.arguments.length - 1),
        }));
      if (ruleMethods.has(callee.name.text)) return this.#values(callee.expression, next);
      // A list of branches: xs.map((x) => () => …).
      if (callee.name.text === "map" && call.arguments[0] !== undefined)
        return this.#values(call.arguments[0], next).flatMap(({ node }) =>
          returnsOf(node).flatMap((r) => this.#values(r, next)),
        );
    }
    const makers = this.#values(callee, next);
    if (makers.length > 0) return makers.flatMap(({ node }) => returnsOf(node).flatMap((r) => this.#values(r, next)));
    // A function of another package is taken to call what it is given.
    if (this.#api.nameOf(callee) !== undefined) return [];
    return call.arguments.flatMap((a) => this.#values(a, next));
  }

  #origins(expression: ts.Expression, walk: Walk): ts.Expression[] {
    const at = bare(expression);
    if (walk.depth > depthLimit || walk.seen.has(at) || walk.left.steps-- <= 0) return [];
    const next: Walk = { ...deeper(walk), seen: new Set(walk.seen).add(at) };
    if (ts.isConditionalExpression(at))
      return [...this.#origins(at.whenTrue, next), ...this.#origins(at.whenFalse, next)];
    if (ts.isBinaryExpression(at)) {
      const kind = at.operatorToken.kind;
      if (kind === ts.SyntaxKind.CommaToken || kind === ts.SyntaxKind.EqualsToken) return this.#origins(at.right, next);
      return [...this.#origins(at.left, next), ...this.#origins(at.right, next)];
    }
    if (ts.isIdentifier(at)) {
      const known = this.#known.get(at);
      if (known !== undefined) return [...known];
      const found = (this.#api.symbolAt(at)?.declarations ?? []).flatMap((d) => this.#declared(d, next));
      if (walk.depth === 0) this.#known.set(at, found);
      return found;
    }
    if (ts.isPropertyAccessExpression(at)) return this.#property(at, next);
    return [at];
  }

  #property(at: ts.PropertyAccessExpression, walk: Walk): ts.Expression[] {
    if (this.#api.nameOf(at) !== undefined) return [];
    const direct = this.#member(at.expression, at.name.text, walk);
    if (direct.length > 0) return direct;
    return (this.#api.symbolAt(at.name)?.declarations ?? []).flatMap((d) => this.#declared(d, walk));
  }

  /** Values of the property in the object literals that `object` may be. */
  #member(object: ts.Expression, name: string, walk: Walk): ts.Expression[] {
    return this.#origins(object, walk).flatMap((origin) => {
      if (ts.isCallExpression(origin))
        return this.#values(origin.expression, deeper(walk)).flatMap(({ node }) =>
          returnsOf(node).flatMap((r) => this.#member(r, name, deeper(walk))),
        );
      if (!ts.isObjectLiteralExpression(origin)) return [];
      return origin.properties.flatMap((p) => {
        if (ts.isSpreadAssignment(p)) return this.#member(p.expression, name, deeper(walk));
        return p.name.getText() === name ? this.#declared(p, walk) : [];
      });
    });
  }

  #declared(declaration: ts.Node, walk: Walk): ts.Expression[] {
    if (declaration.getSourceFile().isDeclarationFile) return [];
    if (isFunction(declaration)) {
      if (ts.isGetAccessorDeclaration(declaration))
        return returnsOf(declaration).flatMap((r) => this.#origins(r, deeper(walk)));
      // An overload has no body.
      return declaration.body === undefined ? [] : [declaration as unknown as ts.Expression];
    }
    if (ts.isVariableDeclaration(declaration)) {
      if (declaration.initializer !== undefined) return this.#origins(declaration.initializer, walk);
      if (!ts.isIdentifier(declaration.name)) return [];
      return this.#assigned(declaration.name.text, this.#api.symbolAt(declaration.name), walk);
    }
    if (ts.isPropertyAssignment(declaration) || ts.isPropertyDeclaration(declaration))
      return declaration.initializer === undefined ? [] : this.#origins(declaration.initializer, walk);
    if (ts.isShorthandPropertyAssignment(declaration)) return this.#origins(declaration.name, walk);
    if (ts.isParameter(declaration)) return this.#given(declaration, walk);
    if (ts.isBindingElement(declaration)) return this.#bound(declaration, walk);
    return [];
  }

  /** What later statements give to `let f`. */
  #assigned(name: string, symbol: ts.Symbol | undefined, walk: Walk): ts.Expression[] {
    return this.#index.writesTo(name).flatMap(({ node, path, root }) => {
      if (path.length > 0 || !ts.isBinaryExpression(node) || this.#api.symbolAt(root) !== symbol) return [];
      return bare(node.left) === root ? this.#origins(node.right, deeper(walk)) : [];
    });
  }

  /** `const { loss } = make()` and `({ loss }) => …`. */
  #bound(element: ts.BindingElement, walk: Walk): ts.Expression[] {
    if (!ts.isObjectBindingPattern(element.parent)) return [];
    const key = element.propertyName ?? element.name;
    if (!ts.isIdentifier(key)) return [];
    const from = element.parent.parent;
    if (ts.isVariableDeclaration(from) && from.initializer !== undefined)
      return this.#member(from.initializer, key.text, walk);
    return ts.isParameter(from) ? this.#given(from, walk, key.text) : [];
  }

  /** What the callers of a function pass for its parameter, or for a property of it. */
  #given(parameter: ts.ParameterDeclaration, walk: Walk, property?: string): ts.Expression[] {
    const f = parameter.parent;
    if (!isFunction(f) || this.#locator.isMachinery(f.getSourceFile().fileName)) return [];
    const position = f.parameters.indexOf(parameter);
    return this.callsOf(f, deeper(walk)).flatMap((call) => {
      const argument = call.arguments?.[position];
      if (argument === undefined) return [];
      return property === undefined
        ? this.#origins(argument, deeper(walk))
        : this.#member(argument, property, deeper(walk));
    });
  }

  /** The calls of a named function in the program. */
  callsOf(f: FunctionNode, walk: Walk = start()): ts.CallExpression[] {
    const name = nameOfFunction(f);
    if (name === undefined || walk.depth > depthLimit) return [];
    return this.#index
      .callsNamed(name)
      .filter((call) => this.#origins(call.expression, walk).some((o) => (o as ts.Node) === f));
  }
}

interface Walk {
  readonly seen: ReadonlySet<ts.Node>;
  readonly depth: number;
  readonly left: { steps: number };
}

const start = (): Walk => ({ seen: new Set(), depth: 0, left: { steps: budget } });
const deeper = (walk: Walk): Walk => ({ ...walk, depth: walk.depth + 1 });

/** The name by which a function is called. */
export function nameOfFunction(f: FunctionNode): string | undefined {
  if (f.name !== undefined) return ts.isComputedPropertyName(f.name) ? undefined : f.name.text;
  const holder = f.parent;
  if (ts.isVariableDeclaration(holder) || ts.isPropertyAssignment(holder) || ts.isPropertyDeclaration(holder))
    return ts.isIdentifier(holder.name) || ts.isPrivateIdentifier(holder.name) ? holder.name.text : undefined;
  return undefined;
}

/** The variable, property or function that a value is given to or returned by. */
export function heldName(value: ts.Expression): string | undefined {
  const { parent } = wrapped(value);
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent))
    return ts.isIdentifier(parent.name) || ts.isPrivateIdentifier(parent.name) ? parent.name.text : undefined;
  if (ts.isBinaryExpression(parent)) {
    const left = bare(parent.left);
    return ts.isIdentifier(left) ? left.text : ts.isPropertyAccessExpression(left) ? left.name.text : undefined;
  }
  for (let at: ts.Node = parent; at !== undefined; at = at.parent) {
    if (isFunction(at)) return nameOfFunction(at);
    if (!ts.isReturnStatement(at) && !ts.isBlock(at)) return undefined;
  }
  return undefined;
}
