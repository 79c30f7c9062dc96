// The public names of jorts as symbols of the program, however they were imported or renamed.
import { ts } from "ts-morph";
import { bare } from "./syntax.ts";
import { hostCallbacks, type Transformation, transformations } from "./transformations.ts";

export class Api {
  readonly checker: ts.TypeChecker;
  /** The class Tensor. */
  readonly tensor: ts.Symbol | undefined;
  readonly #names = new Map<ts.Symbol, string>();
  readonly #asked = new Map<ts.Expression, string | undefined>();
  readonly #namespaces = new Map<ts.Symbol, string>();

  /** `doors`: the module that each prefix of names stands for; "" is the package's front door. */
  constructor(checker: ts.TypeChecker, doors: ReadonlyMap<string, ts.SourceFile>) {
    this.checker = checker;
    for (const [prefix, file] of doors) {
      const door = checker.getSymbolAtLocation(file);
      if (door !== undefined) this.#collect(door, prefix);
    }
    this.tensor = [...this.#names].find(([, name]) => name === "Tensor")?.[0];
  }

  #collect(module: ts.Symbol, prefix: string): void {
    this.#namespaces.set(module, prefix);
    for (const exported of this.checker.getExportsOfModule(module)) {
      const symbol = this.follow(exported);
      const name = `${prefix}${exported.name}`;
      if (symbol.flags & ts.SymbolFlags.Module && !this.#namespaces.has(symbol)) this.#collect(symbol, `${name}.`);
      else if (!this.#names.has(symbol)) this.#names.set(symbol, name);
    }
  }

  /** What an import or export stands for. */
  follow(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  /** The variable, function or property that `node` names, imports followed. */
  symbolAt(node: ts.Node): ts.Symbol | undefined {
    const symbol =
      node.parent !== undefined && ts.isShorthandPropertyAssignment(node.parent) && node.parent.name === node
        ? this.checker.getShorthandAssignmentValueSymbol(node.parent)
        : this.checker.getSymbolAtLocation(node);
    return symbol === undefined ? undefined : this.follow(symbol);
  }

  /** `lax.scan` for an expression that is that function, without asking for types. */
  nameOf(expression: ts.Expression): string | undefined {
    if (this.#asked.has(expression)) return this.#asked.get(expression);
    const name = this.#nameOf(expression, 0);
    this.#asked.set(expression, name);
    return name;
  }

  #nameOf(expression: ts.Expression, depth: number): string | undefined {
    const at = bare(expression);
    if (depth > 8) return undefined;
    if (ts.isIdentifier(at)) {
      const symbol = this.symbolAt(at);
      return symbol === undefined ? undefined : (this.#names.get(symbol) ?? this.#nameOfConstant(symbol, depth));
    }
    if (!ts.isPropertyAccessExpression(at)) return undefined;
    const space = this.namespaceOf(at.expression);
    if (space === undefined) return undefined;
    const member = this.checker.tryGetMemberInModuleExports(at.name.text, space);
    return member === undefined ? undefined : this.#names.get(this.follow(member));
  }

  /** `const { scan } = lax` and `const scan = lax.scan`. */
  #nameOfConstant(symbol: ts.Symbol, depth: number): string | undefined {
    const declaration = symbol.valueDeclaration;
    if (declaration === undefined) return undefined;
    if (ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined) {
      const value = bare(declaration.initializer);
      return ts.isIdentifier(value) || ts.isPropertyAccessExpression(value)
        ? this.#nameOf(value, depth + 1)
        : undefined;
    }
    if (!ts.isBindingElement(declaration) || !ts.isObjectBindingPattern(declaration.parent)) return undefined;
    const from = declaration.parent.parent;
    if (!ts.isVariableDeclaration(from) || from.initializer === undefined) return undefined;
    const space = this.namespaceOf(from.initializer);
    const key = declaration.propertyName ?? declaration.name;
    if (space === undefined || !ts.isIdentifier(key)) return undefined;
    const member = this.checker.tryGetMemberInModuleExports(key.text, space);
    return member === undefined ? undefined : this.#names.get(this.follow(member));
  }

  /** `np` for an identifier that is that namespace. */
  namespaceNameOf(name: ts.Identifier): string | undefined {
    const space = this.namespaceOf(name);
    return space === undefined ? undefined : this.#namespaces.get(space)?.replace(/\.$/, "");
  }

  /** The jorts namespace (`lax`, or all of jorts) that an expression names. */
  namespaceOf(expression: ts.Expression): ts.Symbol | undefined {
    const at = bare(expression);
    if (!ts.isIdentifier(at) && !ts.isPropertyAccessExpression(at)) return undefined;
    if (ts.isPropertyAccessExpression(at)) {
      const outer = this.namespaceOf(at.expression);
      const member = outer && this.checker.tryGetMemberInModuleExports(at.name.text, outer);
      const symbol = member && this.follow(member);
      return symbol !== undefined && this.#namespaces.has(symbol) ? symbol : undefined;
    }
    const symbol = this.symbolAt(at);
    return symbol !== undefined && this.#namespaces.has(symbol) ? symbol : undefined;
  }

  transformationOf(call: ts.CallExpression): { name: string; transformation: Transformation } | undefined {
    const name = this.nameOf(call.expression);
    if (name === undefined) return undefined;
    if (Object.hasOwn(transformations, name)) return { name, transformation: transformations[name]! };
    // Schedules and masks are called with tensors inside `update`.
    if (name.startsWith("optim."))
      return {
        name,
        transformation: {
          functions: call.arguments.map((_, i) => i),
          values: "unknown",
          numbers: "none",
          wraps: false,
        },
      };
    return undefined;
  }

  isHostCallback(call: ts.CallExpression): boolean {
    const name = this.nameOf(call.expression);
    return name !== undefined && hostCallbacks.has(name);
  }
}
