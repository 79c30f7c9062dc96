// The structure of a tree without its leaves: counted, compared, printed, and the paths of its leaves.
import type { Class } from "./tree-nodes.ts";

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

export const leafDef: TreeDef = { kind: "leaf" };
export const nullDef: TreeDef = { kind: "null" };

export const leafCount = (def: TreeDef): number => (def.kind === "leaf" ? 1 : def.kind === "null" ? 0 : def.leaves);

/** Whether two registered nodes hold the same besides their children. */
export function sameAux(a: unknown, b: unknown): boolean {
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
