// Trees: how nested arguments and results become flat lists of leaves and back.
import { TreeError } from "./errors.ts";
import { Tensor } from "./tensor.ts";

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** What stands at the leaves of a tree. */
export type Leaf = Tensor | number | bigint | boolean | TypedArray | LeafObject;

/** An object that is a leaf though it is no tensor, such as ShapeDtypeStruct. */
export interface LeafObject {
  readonly [leafTag]: true;
}
export const leafTag = Symbol("jorts.leaf");

interface Registration {
  readonly flatten: (value: never) => readonly [children: readonly unknown[], aux: unknown];
  readonly unflatten: (aux: never, children: readonly unknown[]) => unknown;
  readonly keys: ((value: never) => readonly string[]) | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: constructors of every signature
type Class = abstract new (...args: any[]) => unknown;

const classes = new Map<Class, Registration>();

/**
 * Makes instances of `type` trees. `aux` must hold what is not an array, and is compared by `Object.is` or, if it is
 * an array, element by element.
 */
export function register<T, A>(
  type: abstract new (...args: never[]) => T,
  flatten: (value: T) => readonly [children: readonly unknown[], aux: A],
  unflatten: (aux: A, children: readonly unknown[]) => T,
  keys?: (value: T) => readonly string[],
): void {
  classes.set(type as Class, { flatten, unflatten, keys } as unknown as Registration);
}

/** The structure of a tree, without its leaves. */
export type TreeDef =
  | { readonly kind: "leaf" }
  | { readonly kind: "null" }
  | { readonly kind: "array"; readonly children: readonly TreeDef[]; readonly leaves: number }
  | {
      readonly kind: "object";
      readonly keys: readonly string[];
      readonly children: readonly TreeDef[];
      readonly leaves: number;
    }
  | {
      readonly kind: "class";
      readonly type: Class;
      readonly aux: unknown;
      readonly names: readonly string[];
      readonly children: readonly TreeDef[];
      readonly leaves: number;
    };

const leafDef: TreeDef = { kind: "leaf" };
const nullDef: TreeDef = { kind: "null" };

export const leafCount = (def: TreeDef): number => (def.kind === "leaf" ? 1 : def.kind === "null" ? 0 : def.leaves);

export function isLeaf(value: unknown): value is Leaf {
  switch (typeof value) {
    case "number":
    case "bigint":
    case "boolean":
      return true;
    case "object":
      return (
        value instanceof Tensor ||
        (ArrayBuffer.isView(value) && !(value instanceof DataView)) ||
        (value !== null && leafTag in value)
      );
    default:
      return false;
  }
}

const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/**
 * Flattens `value` depth first, object keys sorted.
 * @throws TreeError naming the path of a leaf that is no array
 */
export function flatten(value: unknown, root = ""): { leaves: Leaf[]; def: TreeDef } {
  const leaves: Leaf[] = [];
  return { leaves, def: walk(value, leaves, [], root) };
}

/** The leaves of `flatten`, sooner where the tree holds nothing but arrays and plain objects. */
export function leavesOf(value: unknown): Leaf[] {
  const leaves: Leaf[] = [];
  return collect(value, leaves) ? leaves : flatten(value).leaves;
}

/** False where something else stands. */
function collect(value: unknown, leaves: Leaf[]): boolean {
  if (isLeaf(value)) leaves.push(value);
  else if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (!collect(value[i], leaves)) return false;
  } else if (value !== null) {
    if (typeof value !== "object" || !isPlain(value)) return false;
    const keys = sorted(Object.keys(value));
    for (let i = 0; i < keys.length; i++)
      if (!collect((value as Record<string, unknown>)[keys[i]!], leaves)) return false;
  }
  return true;
}

/** As `flatten`, with the path of every leaf. */
export function leavesWithPath(value: unknown, root = ""): { path: string; leaf: Leaf }[] {
  const { leaves, def } = flatten(value, root);
  const paths = leafPaths(def, root);
  return leaves.map((leaf, i) => ({ path: paths[i]!, leaf }));
}

/** `trail` is the way from the root, spelled only for an error. */
function walk(value: unknown, leaves: Leaf[], trail: (string | number)[], root: string): TreeDef {
  if (isLeaf(value)) {
    leaves.push(value);
    return leafDef;
  }
  if (value === null) return nullDef;
  const before = leaves.length;
  if (Array.isArray(value)) {
    const children = walkAll(value, undefined, leaves, trail, root);
    return { kind: "array", children, leaves: leaves.length - before };
  }
  if (typeof value === "object") {
    const type = value.constructor as Class;
    const registration = type === Object ? undefined : classes.get(type);
    if (registration !== undefined) {
      const [parts, aux] = registration.flatten(value as never);
      const names = registration.keys?.(value as never) ?? parts.map((_, i) => String(i));
      const children = walkAll(parts, names, leaves, trail, root);
      return { kind: "class", type, aux, names, children, leaves: leaves.length - before };
    }
    if (isPlain(value)) {
      const record = value as Record<string, unknown>;
      const keys = sorted(Object.keys(record));
      const parts = new Array<unknown>(keys.length);
      for (let i = 0; i < keys.length; i++) parts[i] = record[keys[i]!];
      const children = walkAll(parts, keys, leaves, trail, root);
      return { kind: "object", keys, children, leaves: leaves.length - before };
    }
  }
  const path = trail.reduce<string>(
    (p, step) => (typeof step === "number" ? `${p}[${step}]` : p === "" ? step : `${p}.${step}`),
    root,
  );
  throw new TreeError(
    `${path || "the value"} is ${describe(value)}, which is no tensor, number, typed array, array, plain object or null. ` +
      "Register its class with tree.register, or pass it as a static argument.",
  );
}

function walkAll(
  parts: readonly unknown[],
  names: readonly string[] | undefined,
  leaves: Leaf[],
  trail: (string | number)[],
  root: string,
): TreeDef[] {
  const children = new Array<TreeDef>(parts.length);
  const depth = trail.push("") - 1;
  for (let i = 0; i < parts.length; i++) {
    trail[depth] = names === undefined ? i : names[i]!;
    children[i] = walk(parts[i], leaves, trail, root);
  }
  trail.pop();
  return children;
}

/** Keys are mostly in order already, and looking is cheaper than sorting. */
function sorted(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return keys.sort();
  return keys;
}

function describe(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value === "function") return `a function (${value.name || "anonymous"})`;
  if (typeof value === "object") return `an instance of ${value?.constructor?.name ?? "an unknown class"}`;
  return `a ${typeof value} (${String(value)})`;
}

export function unflatten(def: TreeDef, leaves: readonly unknown[]): unknown {
  const cursor = { at: 0 };
  const result = build(def, leaves, cursor);
  if (cursor.at !== leaves.length)
    throw new TreeError(`unflatten: the structure holds ${cursor.at} leaves, got ${leaves.length}.`);
  return result;
}

function build(def: TreeDef, leaves: readonly unknown[], cursor: { at: number }): unknown {
  switch (def.kind) {
    case "leaf":
      if (cursor.at >= leaves.length) throw new TreeError(`unflatten: too few leaves (${leaves.length}).`);
      return leaves[cursor.at++];
    case "null":
      return null;
    case "array": {
      const out = new Array(def.children.length);
      for (let i = 0; i < out.length; i++) out[i] = build(def.children[i]!, leaves, cursor);
      return out;
    }
    case "object": {
      const out: Record<string, unknown> = {};
      const { keys, children } = def;
      for (let i = 0; i < keys.length; i++) {
        const child = children[i]!;
        const isLeafNext = child.kind === "leaf" && cursor.at < leaves.length;
        setOwn(out, keys[i]!, isLeafNext ? leaves[cursor.at++] : build(child, leaves, cursor));
      }
      return out;
    }
    case "class": {
      const children = def.children.map((c) => build(c, leaves, cursor));
      return classes.get(def.type)!.unflatten(def.aux as never, children);
    }
  }
}

function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(target, key, { value, enumerable: true, configurable: true });
  else target[key] = value;
}

/** Flattens `value` into `out` from `at` if it has structure `def`; the next free index, or -1 if it differs. */
export function flattenAs(def: TreeDef, value: unknown, out: unknown[], at: number): number {
  switch (def.kind) {
    case "leaf":
      if (!isLeaf(value)) return -1;
      out[at] = value;
      return at + 1;
    case "null":
      return value === null ? at : -1;
    case "array": {
      const { children } = def;
      if (!Array.isArray(value) || value.length !== children.length) return -1;
      let next = at;
      for (let i = 0; i < children.length && next >= 0; i++) next = flattenAs(children[i]!, value[i], out, next);
      return next;
    }
    case "object": {
      if (typeof value !== "object" || value === null || !isPlain(value)) return -1;
      const { keys, children } = def;
      const record = value as Record<string, unknown>;
      if (Object.keys(record).length !== keys.length) return -1;
      let next = at;
      for (let i = 0; i < keys.length && next >= 0; i++) {
        const value = record[keys[i]!];
        if (value === undefined) return -1;
        const child = children[i]!;
        if (child.kind === "leaf" && value instanceof Tensor) out[next++] = value;
        else next = flattenAs(child, value, out, next);
      }
      return next;
    }
    case "class": {
      if (typeof value !== "object" || value === null || value.constructor !== def.type) return -1;
      const [parts, aux] = classes.get(def.type)!.flatten(value as never);
      if (parts.length !== def.children.length || !sameAux(aux, def.aux)) return -1;
      let next = at;
      for (let i = 0; i < parts.length && next >= 0; i++) next = flattenAs(def.children[i]!, parts[i], out, next);
      return next;
    }
  }
}

function sameAux(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => sameAux(x, b[i]));
  return Object.is(a, b);
}

export function sameTree(a: TreeDef, b: TreeDef): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === "leaf" || a.kind === "null" || b.kind === "leaf" || b.kind === "null") return true;
  if (a.children.length !== b.children.length) return false;
  if (a.kind === "object" && b.kind === "object" && a.keys.some((k, i) => k !== b.keys[i])) return false;
  if (a.kind === "class" && b.kind === "class" && (a.type !== b.type || !sameAux(a.aux, b.aux))) return false;
  return a.children.every((c, i) => sameTree(c, b.children[i]!));
}

/** `{a: *, b: [*, *]}` */
export function printTree(def: TreeDef): string {
  switch (def.kind) {
    case "leaf":
      return "*";
    case "null":
      return "null";
    case "array":
      return `[${def.children.map(printTree).join(", ")}]`;
    case "object":
      return `{${def.keys.map((k, i) => `${k}: ${printTree(def.children[i]!)}`).join(", ")}}`;
    case "class":
      return `${def.type.name}(${def.children.map(printTree).join(", ")})`;
  }
}

/** The paths of the leaves of `def`, in order. */
export function leafPaths(def: TreeDef, root = ""): string[] {
  switch (def.kind) {
    case "leaf":
      return [root];
    case "null":
      return [];
    case "array":
      return def.children.flatMap((c, i) => leafPaths(c, `${root}[${i}]`));
    case "object":
      return def.children.flatMap((c, i) => leafPaths(c, root === "" ? def.keys[i] : `${root}.${def.keys[i]}`));
    case "class":
      return def.children.flatMap((c, i) => leafPaths(c, `${root}.${def.names[i]}`));
  }
}

/**
 * Spreads a prefix tree over `def`: one value for each leaf. A prefix leaf (as `isPrefixLeaf` says) covers everything
 * below it.
 * @throws TreeError naming the path where the prefix does not fit
 */
export function broadcastPrefix<T>(
  prefix: unknown,
  def: TreeDef,
  isPrefixLeaf: (value: unknown) => value is T,
  what: string,
  root = what,
): T[] {
  if (isPrefixLeaf(prefix)) return new Array<T>(leafCount(def)).fill(prefix);
  if (def.kind === "null" && prefix === null) return [];
  if (def.kind === "array" && Array.isArray(prefix) && prefix.length === def.children.length)
    return def.children.flatMap((c, i) => broadcastPrefix(prefix[i], c, isPrefixLeaf, what, `${root}[${i}]`));
  if (def.kind === "object" && typeof prefix === "object" && prefix !== null) {
    const record = prefix as Record<string, unknown>;
    const keys = Object.keys(record).sort();
    if (keys.length === def.keys.length && keys.every((k, i) => k === def.keys[i]))
      return def.children.flatMap((c, i) =>
        broadcastPrefix(record[keys[i]!], c, isPrefixLeaf, what, `${root}.${keys[i]}`),
      );
  }
  if (def.kind === "class" && typeof prefix === "object" && prefix?.constructor === def.type) {
    const [parts] = classes.get(def.type)!.flatten(prefix as never);
    return def.children.flatMap((c, i) => broadcastPrefix(parts[i], c, isPrefixLeaf, what, `${root}.${def.names[i]}`));
  }
  throw new TreeError(`${root} is no prefix of the structure ${printTree(def)}.`);
}
