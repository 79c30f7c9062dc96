// Prefix trees: a value for a whole part of a tree is a value for each of its leaves.
import { TreeError } from "./errors.ts";
import { leafCount, printTree, type TreeDef } from "./tree-def.ts";
import { classes } from "./tree-nodes.ts";

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
