// One pass over the source text: every call, every write, every function literal's name, by name.
import { ts } from "ts-morph";
import { calledName, chainOf, isAssignment, isUpdate, targetsOf } from "./syntax.ts";

/** A place that changes a variable, or what it holds. */
export interface Write {
  /** The expression written to, or the receiver of a method that changes it. */
  readonly target: ts.Expression;
  readonly root: ts.Expression;
  readonly path: readonly string[];
  readonly node: ts.Node;
  readonly kind: "assign" | "assign-if-missing" | "mutate";
}

/** Methods that change arrays, typed arrays, Maps, Sets and Dates. */
export const mutators: ReadonlySet<string> = new Set(
  (
    "push pop shift unshift splice sort reverse fill copyWithin set add delete clear " +
    "setDate setFullYear setHours setMilliseconds setMinutes setMonth setSeconds setTime"
  ).split(" "),
);

/** Functions of Object and Reflect that change their first argument. */
const changers: ReadonlySet<string> = new Set(["assign", "defineProperty", "defineProperties", "setPrototypeOf"]);

/** The write that `node` is, if it is one; an assignment with a pattern is several. */
export function writesOf(node: ts.Node): Write[] {
  if (isAssignment(node)) {
    const missing =
      node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionEqualsToken ||
      node.operatorToken.kind === ts.SyntaxKind.BarBarEqualsToken;
    return targetsOf(node.left).map((t) => write(t, node, missing ? "assign-if-missing" : "assign"));
  }
  if (isUpdate(node)) return [write(node.operand, node, "assign")];
  if (ts.isDeleteExpression(node)) return [write(node.expression, node, "assign")];
  if ((ts.isForOfStatement(node) || ts.isForInStatement(node)) && !ts.isVariableDeclarationList(node.initializer))
    return targetsOf(node.initializer).map((t) => write(t, node, "assign"));
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const { name, expression } = node.expression;
  if (mutators.has(name.text)) return [write(expression, node, "mutate")];
  const changed = node.arguments[0];
  if (changed !== undefined && changers.has(name.text) && /^(Object|Reflect)$/.test(expression.getText()))
    return [write(changed, node, "mutate")];
  return [];
}

function write(target: ts.Expression, node: ts.Node, kind: Write["kind"]): Write {
  return { target, ...chainOf(target), node, kind };
}

/** By what writes are found: the variable's name, `this.x` for a field. */
export function writeKey({ root, path }: { root: ts.Expression; path: readonly string[] }): string | undefined {
  if (ts.isIdentifier(root)) return root.text;
  return root.kind === ts.SyntaxKind.ThisKeyword && path.length > 0 ? `this.${path[0]}` : undefined;
}

export class SourceIndex {
  /** Names that stand for other names: `import { jit as compile }`, `const { scan: loop } = lax`, `const again = jit`. */
  readonly aliases = new Map<string, string[]>();
  readonly #callsByName = new Map<string, ts.CallExpression[]>();
  readonly #callsByReceiver = new Map<string, ts.CallExpression[]>();
  readonly #writes = new Map<string, Write[]>();

  add(file: ts.SourceFile): void {
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const name = calledName(node);
        if (name !== undefined) push(this.#callsByName, name, node);
        const receiver = ts.isPropertyAccessExpression(node.expression)
          ? chainOf(node.expression.expression)
          : undefined;
        if (receiver !== undefined && ts.isIdentifier(receiver.root))
          push(this.#callsByReceiver, receiver.path.at(-1) ?? receiver.root.text, node);
      }
      this.#alias(node);
      for (const found of writesOf(node)) {
        const key = writeKey(found);
        if (key !== undefined) push(this.#writes, key, found);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }

  #alias(node: ts.Node): void {
    if (ts.isImportSpecifier(node) || ts.isBindingElement(node)) {
      if (node.propertyName !== undefined && ts.isIdentifier(node.name))
        push(this.aliases, node.propertyName.getText(), node.name.text);
    } else if (ts.isVariableDeclaration(node) && node.initializer !== undefined && ts.isIdentifier(node.name)) {
      const { root, path } = chainOf(node.initializer);
      if (ts.isIdentifier(root)) push(this.aliases, path.at(-1) ?? root.text, node.name.text);
    }
  }

  /** Calls whose callee's last name is `name`, or stands for it. */
  callsMeaning(name: string): readonly ts.CallExpression[] {
    const names = new Set([name]);
    for (const known of names) for (const alias of this.aliases.get(known) ?? []) names.add(alias);
    return [...names].flatMap((n) => this.callsNamed(n));
  }

  /** Calls of the members of a namespace, by its own name or another. */
  callsOn(namespace: string): readonly ts.CallExpression[] {
    const names = [namespace, ...(this.aliases.get(namespace) ?? [])];
    return names.flatMap((n) => this.#callsByReceiver.get(n) ?? []);
  }

  callsNamed(name: string): readonly ts.CallExpression[] {
    return this.#callsByName.get(name) ?? [];
  }

  writesTo(key: string): readonly Write[] {
    return this.#writes.get(key) ?? [];
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
