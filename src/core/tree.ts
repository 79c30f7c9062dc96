// Trees: how nested arguments and results become flat lists of leaves and back. The door to its parts.
import { TreeError } from "./errors.ts";
import { Tensor } from "./tensor.ts";
import { leafDef, leafPaths, nullDef, sameAux, type TreeDef } from "./tree-def.ts";
import { type Class, classes, isLeaf, type Leaf } from "./tree-nodes.ts";

export { leafCount, leafPaths, printTree, sameTree, type TreeDef } from "./tree-def.ts";
export { isLeaf, type Leaf, type LeafObject, leafTag, register, type TypedArray } from "./tree-nodes.ts";
export { broadcastPrefix } from "./tree-prefix.ts";

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
