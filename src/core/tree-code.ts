// The structure of a tree as code: a compiled form's own functions that take its arguments apart and put results together.
import { flattenAs, type TreeDef, unflatten } from "./tree.ts";

/** Calls after which a structure is worth code of its own, and leaves beyond which the code would be too long. */
const [worthwhile, longest] = [16, 4096];

type Flatten = (value: unknown, leaves: unknown[]) => boolean;
type Build = (leaves: readonly unknown[]) => unknown;

/** The expression for property `key`, and its place in an object literal. */
const property = (key: string): string => `[${JSON.stringify(key)}]`;

/** Statements that put the leaves of `value` into `o`; a value of another structure returns false. */
function flattenCode(def: TreeDef, value: string, next: { leaf: number; name: number }): string | undefined {
  switch (def.kind) {
    case "leaf":
      return `o[${next.leaf++}]=${value};`;
    case "null":
      return `if(${value}!==null)return false;`;
    case "class":
      return undefined;
  }
  const name = `v${next.name++}`;
  const keys = def.kind === "array" ? [...def.children.keys()].map(String) : def.keys;
  const wrong =
    def.kind === "array"
      ? `!isArray(${name})||${name}.length!==${keys.length}`
      : `typeof ${name}!=="object"||${name}===null||!isPlain(${name})||keysOf(${name}).length!==${keys.length}`;
  let out = `const ${name}=${value};if(${wrong})return false;`;
  for (const [i, child] of def.children.entries()) {
    const part = flattenCode(child, `${name}${def.kind === "array" ? `[${i}]` : property(keys[i]!)}`, next);
    if (part === undefined) return undefined;
    out += part;
  }
  return `{${out}}`;
}

/** The expression that builds `def` from the leaves `l`. */
function buildCode(def: TreeDef, next: { leaf: number }): string | undefined {
  switch (def.kind) {
    case "leaf":
      return `l[${next.leaf++}]`;
    case "null":
      return "null";
    case "class":
      return undefined;
  }
  const parts: string[] = [];
  for (const [i, child] of def.children.entries()) {
    const part = buildCode(child, next);
    if (part === undefined) return undefined;
    // `"__proto__": x` would set the prototype; a computed key never does.
    const key =
      def.kind === "array" ? "" : def.keys[i] === "__proto__" ? property("__proto__") : JSON.stringify(def.keys[i]);
    parts.push(def.kind === "array" ? part : `${key}:${part}`);
  }
  return def.kind === "array" ? `[${parts}]` : `{${parts}}`;
}

const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Made from a structure alone: keys are quoted, nothing of a value is spelled. Undefined where code must not be made. */
function compile<F>(
  parameters: readonly string[],
  body: string | undefined,
  values: readonly unknown[],
): F | undefined {
  if (body === undefined) return undefined;
  try {
    return new Function(...parameters, body)(...values) as F;
  } catch (error) {
    // Node was started with --disallow-code-generation-from-strings.
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

const short = (def: TreeDef): boolean => leafCountUpTo(def, longest) <= longest;

function leafCountUpTo(def: TreeDef, most: number): number {
  if (def.kind === "leaf") return 1;
  if (def.kind === "null") return 0;
  let count = 0;
  for (const child of def.children) {
    count += leafCountUpTo(child, most);
    if (count > most) break;
  }
  return count;
}

/** `flattenAs` of a structure that is met again and again; leaves are taken as they are, undefined ones too. */
export class TreeReader {
  readonly #def: TreeDef;
  readonly #leaves: number;
  #calls = 0;
  #code: Flatten | undefined;

  constructor(def: TreeDef, leaves: number) {
    this.#def = def;
    this.#leaves = leaves;
  }

  /** Puts the leaves of `value` into `out`; false if its structure is another. */
  read(value: unknown, out: unknown[]): boolean {
    if (this.#code !== undefined) return this.#code(value, out);
    if (++this.#calls === worthwhile && short(this.#def)) {
      const body = flattenCode(this.#def, "r", { leaf: 0, name: 0 });
      const whole = body && `return (r,o)=>{${body}return true}`;
      this.#code = compile<Flatten>(["isArray", "isPlain", "keysOf"], whole, [Array.isArray, isPlain, Object.keys]);
    }
    return flattenAs(this.#def, value, out, 0) === this.#leaves;
  }
}

/** `unflatten` of a structure that is met again and again. */
export class TreeWriter {
  readonly #def: TreeDef;
  #calls = 0;
  #code: Build | undefined;

  constructor(def: TreeDef) {
    this.#def = def;
  }

  write(leaves: readonly unknown[]): unknown {
    if (this.#code !== undefined) return this.#code(leaves);
    if (++this.#calls === worthwhile && short(this.#def)) {
      const expression = buildCode(this.#def, { leaf: 0 });
      this.#code = compile<Build>([], expression && `return (l)=>(${expression})`, []);
    }
    return unflatten(this.#def, leaves);
  }
}
