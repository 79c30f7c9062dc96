// The one place that finds traced functions: those given to a transformation, and all that they call.
import { ts } from "ts-morph";
import type { Api } from "./api.ts";
import type { Locator } from "./locate.ts";
import { type FunctionValue, heldName, type Resolver } from "./resolve.ts";
import { Scopes } from "./scopes.ts";
import type { SourceIndex } from "./source-index.ts";
import { bare, chainOf, type FunctionNode, isFunction, wholeNumbers, wrapped } from "./syntax.ts";
import { callbackNames, ruleMethods, type Transformation, transformingNames } from "./transformations.ts";
import type { Values } from "./values.ts";

/** The call that transforms. */
export interface Origin {
  readonly name: string;
  readonly call: ts.CallExpression;
}

export interface TracedFunction {
  readonly node: FunctionNode;
  /** The first transformation found, of those under which values are unknown if there is one. */
  origin: Origin;
  /** Given to a transformation, rather than called by such a function. */
  boundary: boolean;
  /** Host reads throw somewhere it is used. */
  unknownValues: boolean;
  /** Runs once for many calls: what it reads from outside grows stale. */
  cached: boolean;
  /** `this` was made outside the trace. */
  capturedThis: boolean;
}

interface Reach {
  readonly origin: Origin;
  readonly unknownValues: boolean;
  readonly cached: boolean;
  readonly boundary?: boolean;
  readonly capturedThis?: boolean;
}

export class TracedFunctions {
  readonly #api: Api;
  readonly #resolver: Resolver;
  readonly #values: Values;
  readonly #locator: Locator;
  readonly #index: SourceIndex;
  readonly #found = new Map<ts.Node, TracedFunction>();
  /** Functions that programs call back: they run on the host. */
  readonly #called = new Set<ts.Node>();
  readonly #waiting = new Set<TracedFunction>();
  readonly scopes: Scopes;

  constructor(api: Api, resolver: Resolver, values: Values, locator: Locator, index: SourceIndex) {
    this.#api = api;
    this.#resolver = resolver;
    this.#values = values;
    this.#locator = locator;
    this.#index = index;
    this.scopes = new Scopes(api, this.#found);
    for (const call of [...callbackNames].flatMap((name) => index.callsMeaning(name)))
      if (api.isHostCallback(call) && call.arguments[0] !== undefined)
        for (const { node } of resolver.functions(call.arguments[0])) this.#called.add(node);
    const named = [...transformingNames].flatMap((name) => index.callsMeaning(name));
    for (const call of new Set([...named, ...index.callsOn("optim")])) this.#transform(call, undefined);
    for (const f of this.#waiting) {
      this.#waiting.delete(f);
      this.#walk(f);
    }
  }

  get all(): readonly TracedFunction[] {
    return [...this.#found.values()];
  }

  of(node: ts.Node): TracedFunction | undefined {
    return this.#found.get(node);
  }

  #reach(node: FunctionNode, reach: Reach): void {
    if (node.body === undefined) return;
    let f = this.#found.get(node);
    const before = f && { ...f };
    f ??= { node, origin: reach.origin, boundary: false, unknownValues: false, cached: false, capturedThis: false };
    if (reach.unknownValues && !f.unknownValues) f.origin = reach.origin;
    f.boundary ||= reach.boundary ?? false;
    f.unknownValues ||= reach.unknownValues;
    f.cached ||= reach.cached;
    f.capturedThis ||= reach.capturedThis ?? false;
    this.#found.set(node, f);
    const same =
      before !== undefined &&
      before.boundary === f.boundary &&
      before.unknownValues === f.unknownValues &&
      before.cached === f.cached &&
      before.capturedThis === f.capturedThis;
    if (!same) this.#waiting.add(f);
  }

  /** What a transforming call does to the functions among its arguments. */
  #transform(call: ts.CallExpression, from: TracedFunction | undefined): boolean {
    const made = this.#api.transformationOf(call);
    if (made === undefined) return this.#defineRule(call, from);
    const { name, transformation } = made;
    for (const position of transformation.functions) {
      const argument = call.arguments[position];
      if (argument === undefined || ts.isSpreadElement(argument)) continue;
      for (const value of this.#resolver.functions(argument)) {
        this.#enter(value, { name, call }, transformation, from);
        this.#markNumbers(value, transformation, call);
      }
    }
    return true;
  }

  #enter({ node }: FunctionValue, origin: Origin, { values, cached }: Transformation, from?: TracedFunction): void {
    this.#reach(node, {
      origin,
      boundary: true,
      capturedThis: true,
      unknownValues: values === "unknown" || (from?.unknownValues ?? false),
      cached: cached === true || (from?.cached ?? false),
    });
  }

  /** `.defvjp(fwd, bwd)` and `.defjvp(rule)`. */
  #defineRule(call: ts.CallExpression, from: TracedFunction | undefined): boolean {
    const callee = bare(call.expression);
    if (!ts.isPropertyAccessExpression(callee) || !ruleMethods.has(callee.name.text)) return false;
    const method = this.#api.symbolAt(callee.name)?.declarations?.[0];
    if (method === undefined || this.#locator.place(method.getSourceFile().fileName) === undefined) return false;
    const custom = this.#resolver
      .origins(callee.expression)
      .find((o): o is ts.CallExpression => ts.isCallExpression(o) && this.#api.transformationOf(o) !== undefined);
    const made = custom && this.#api.transformationOf(custom);
    const statics = custom && made ? this.#statics(custom, made.transformation, undefined) : undefined;
    const rule: Transformation = { functions: [], values: "unknown", numbers: "all", wraps: false };
    call.arguments.forEach((argument, i) => {
      for (const value of this.#resolver.functions(argument)) {
        this.#enter(value, { name: callee.name.text, call }, rule, from);
        if (statics === undefined) continue;
        // fwd takes the arguments of the function; bwd and a jvp rule the nondifferentiable ones first.
        const isForward = callee.name.text === "defvjp" && i === 0;
        this.#markParameters(value, (n) => (isForward ? !statics.includes(n) : n >= statics.length));
      }
    });
    return true;
  }

  #markNumbers(value: FunctionValue, transformation: Transformation, call: ts.CallExpression): void {
    if (transformation.numbers === "none") return;
    if (transformation.numbers === "argnums") {
      const chosen = this.#option(call, "argnums", value.node.parameters.length);
      if (chosen !== undefined)
        this.#markParameters(value, (i) => (chosen.length === 0 ? i === 0 : chosen.includes(i)), call);
      return;
    }
    const statics = this.#statics(call, transformation, value.node.parameters.length + value.bound);
    if (statics !== undefined) this.#markParameters(value, (i) => !statics.includes(i), call);
  }

  #statics(call: ts.CallExpression, { statics }: Transformation, count: number | undefined): number[] | undefined {
    return statics === undefined ? [] : this.#option(call, statics, count);
  }

  /** The positions that an option of the last argument names: none without it, undefined where they are computed. */
  #option(call: ts.CallExpression, option: string, count: number | undefined): number[] | undefined {
    const given = call.arguments[1];
    if (given === undefined) return [];
    const found: number[] = [];
    for (const origin of this.#resolver.origins(given)) {
      if (!ts.isObjectLiteralExpression(origin)) return undefined;
      for (const p of origin.properties) {
        if (ts.isSpreadAssignment(p)) return undefined;
        if (p.name?.getText() !== option) continue;
        const value = ts.isPropertyAssignment(p)
          ? p.initializer
          : ts.isShorthandPropertyAssignment(p)
            ? p.name
            : undefined;
        const origins = value === undefined ? [] : this.#resolver.origins(value);
        const numbers = origins.map(wholeNumbers);
        if (numbers.length === 0 || numbers.some((n) => n === undefined)) return undefined;
        found.push(...numbers.flatMap((n) => n!));
      }
    }
    return found.map((n) => (n < 0 && count !== undefined ? n + count : n));
  }

  /** A parameter that may be left out is a tensor only where a call of the result gives it. */
  #markParameters({ node, bound }: FunctionValue, chosen: (at: number) => boolean, made?: ts.CallExpression): void {
    node.parameters.forEach((p, i) => {
      const optional = p.initializer !== undefined || p.questionToken !== undefined;
      const given = !optional || this.#callsOf(made).some((c) => c.arguments.length > i + bound);
      if (given && chosen(i + bound)) this.#mark(this.#values.traced, p, node);
    });
  }

  #callsOf(made: ts.CallExpression | undefined): readonly ts.CallExpression[] {
    if (made === undefined) return [];
    const name = heldName(made);
    const direct = wrapped(made).parent;
    const called = ts.isCallExpression(direct) && bare(direct.expression) === made ? [direct] : [];
    if (name === undefined) return called;
    return this.#index.callsNamed(name).filter((c) => this.#resolver.origins(c.expression).includes(made));
  }

  #mark(set: Set<ts.Node>, parameter: ts.ParameterDeclaration, node: FunctionNode): void {
    if (set.has(parameter)) return;
    set.add(parameter);
    const f = this.#found.get(node);
    if (f !== undefined) this.#waiting.add(f);
  }

  /** Follows what a traced function calls; functions written inside it belong to the trace. */
  #walk(f: TracedFunction): void {
    const visit = (node: ts.Node): void => {
      if (isFunction(node)) {
        if (!this.#called.has(node)) this.#reach(node, { ...f, boundary: false, capturedThis: false });
        return;
      }
      if (ts.isCallExpression(node)) {
        if (!this.#api.isHostCallback(node)) this.#call(node, f);
      } else if (ts.isNewExpression(node)) this.#construct(node, f);
      ts.forEachChild(node, visit);
    };
    ts.forEachChild(f.node, visit);
  }

  #call(call: ts.CallExpression, f: TracedFunction): void {
    if (this.#transform(call, f)) return;
    const reach: Reach = { origin: f.origin, unknownValues: f.unknownValues, cached: f.cached };
    for (const argument of call.arguments) {
      const value = bare(argument);
      if (!ts.isIdentifier(value) && !ts.isPropertyAccessExpression(value)) continue;
      if (this.#values.typeAt(value).getCallSignatures().length === 0) continue;
      for (const { node } of this.#resolver.functions(value)) if (this.#follows(node)) this.#reach(node, reach);
    }
    if (this.#api.nameOf(call.expression) !== undefined) return;
    const callee = bare(call.expression);
    const receiver = ts.isPropertyAccessExpression(callee) ? callee.expression : undefined;
    for (const value of this.#resolver.functions(callee)) {
      if (!this.#follows(value.node)) continue;
      const capturedThis = receiver !== undefined && this.scopes.isCaptured(receiver, f);
      this.#reach(value.node, { ...reach, capturedThis });
      call.arguments.forEach((argument, i) => {
        const parameter = value.node.parameters[i + value.bound];
        if (parameter === undefined || parameter.dotDotDotToken !== undefined) return;
        if (this.#values.isTracedTree(argument)) this.#mark(this.#values.traced, parameter, value.node);
        const rooted =
          ts.isIdentifier(chainOf(argument).root) || chainOf(argument).root.kind === ts.SyntaxKind.ThisKeyword;
        if (rooted && this.scopes.isCaptured(argument, f)) this.#mark(this.scopes.captured, parameter, value.node);
      });
    }
  }

  #construct(made: ts.NewExpression, f: TracedFunction): void {
    const type = bare(made.expression);
    const declaration = ts.isIdentifier(type) ? this.#api.symbolAt(type)?.valueDeclaration : undefined;
    if (declaration === undefined || !ts.isClassLike(declaration)) return;
    const maker = declaration.members.find(ts.isConstructorDeclaration);
    if (maker !== undefined && this.#follows(maker))
      this.#reach(maker, { origin: f.origin, unknownValues: f.unknownValues, cached: f.cached });
  }

  /** The library's own operations are the trace's machinery, not part of what is traced. */
  #follows(to: FunctionNode): boolean {
    return !this.#locator.isMachinery(to.getSourceFile().fileName);
  }
}
