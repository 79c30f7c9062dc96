// config.explainCacheMisses: which component of a key is new.
import { createHash } from "node:crypto";
import { type Aval, longAval } from "../core/aval.ts";
import type { Sharding } from "../core/mesh.ts";
import { printTree, sameTree, type TreeDef } from "../core/tree.ts";
import type { AnyFunction, ShownKey, TraceKey } from "./stage.ts";
import { argumentPaths, argumentsDef } from "./statics.ts";
import { identity } from "./structure.ts";
import { log } from "./warn.ts";

/** For each source text of a traced function, the object traced last, by identity; the oldest text is forgotten first. */
const sources = new Map<string, number>();
const sourcesKept = 4096;

/** Tells why `f` is traced again: what differs from the most similar trace kept, or that it is another object. */
export function explainTrace(f: AnyFunction, what: string, key: ShownKey, kept: readonly ShownKey[]): void {
  const source = createHash("sha256").update(`${f.name}:${f.toString()}`).digest("base64");
  const id = identity(f);
  const twin = sources.get(source);
  sources.delete(source);
  sources.set(source, id);
  if (sources.size > sourcesKept) for (const first of sources.keys()) if (sources.delete(first)) break;
  if (kept.length > 0) {
    const all = kept.map((k) => traceDifferences(k, key));
    const fewest = all.reduce((a, b) => (b.length < a.length ? b : a));
    log(`${what} is traced again: ${fewest.join("; ")}.`);
  } else if (twin !== undefined && twin !== id)
    log(
      `${what} is traced again: a different function object of the same source. Traces are kept by function: ` +
        "make it once, outside the loop, and pass what changes as arguments.",
    );
}

const kind = (a: Aval): string => `${longAval(a)}${a.weakType ? " of weak type" : ""}`;

const onMesh = (shape: string | null | undefined): string => (shape ? `on mesh (${shape})` : "on no mesh");

/** What changed from one key to the other, by path. */
function traceDifferences(before: ShownKey, now: ShownKey): string[] {
  const out: string[] = [];
  if (before.precision !== now.precision)
    out.push(`config.defaultMatmulPrecision: ${before.precision} → ${now.precision}`);
  if (before.staticArgnums.join() !== now.staticArgnums.join())
    return [`staticArgnums: [${before.staticArgnums}] → [${now.staticArgnums}]`];
  now.staticArgnums.forEach((n, i) => {
    const [a, b] = [before.shown[i]!, now.shown[i]!];
    if (before.staticKeys[i] !== now.staticKeys[i])
      out.push(`static args[${n}]: ${a} → ${b}${a === b ? " (another object)" : ""}`);
  });
  if (!sameTree(before.def, now.def)) {
    const whole = (k: TraceKey) => argumentsDef(k.def, k.staticArgnums);
    return [...out, treeDifference(whole(before), whole(now), "args")];
  }
  const paths = argumentPaths(now.def, now.staticArgnums);
  now.avals.forEach((b, i) => {
    const a = before.avals[i]!;
    if (a !== b) out.push(`${paths[i]}: ${kind(a)} → ${kind(b)}`);
    const [from, to] = [before.meshes[i], now.meshes[i]];
    if (from !== to) out.push(`${paths[i]}: ${onMesh(from)} → ${onMesh(to)}`);
  });
  return out;
}

/** The first place where two structures differ: `args[0].w: [*, *] → {a: *}`. */
export function treeDifference(before: TreeDef, now: TreeDef, root: string): string {
  if (before.kind === now.kind && before.kind !== "leaf" && before.kind !== "null") {
    const other = now as typeof before;
    const names = namesOf(before);
    const same = names.length === namesOf(other).length && names.every((n, i) => n === namesOf(other)[i]);
    const type = before.kind !== "class" || (other.kind === "class" && other.type === before.type);
    if (same && type)
      for (let i = 0; i < names.length; i++)
        if (!sameTree(before.children[i]!, other.children[i]!))
          return treeDifference(before.children[i]!, other.children[i]!, `${root}${names[i]}`);
    if (before.kind === "class" && same && type)
      return `${root}: what ${before.type.name} keeps besides arrays differs`;
  }
  return `${root}: ${printTree(before)} → ${printTree(now)}`;
}

const namesOf = (def: Exclude<TreeDef, { kind: "leaf" | "null" }>): readonly string[] =>
  def.kind === "array"
    ? def.children.map((_, i) => `[${i}]`)
    : (def.kind === "object" ? def.keys : def.names).map((n) => `.${n}`);

export interface Placed {
  readonly shardings: readonly Sharding[];
  readonly committed: readonly boolean[];
}

/** Tells why an existing trace is compiled again. */
export function explainPlaces(what: string, paths: readonly string[], before: Placed, now: Placed): void {
  const out: string[] = [];
  const placed = (p: Placed, i: number) => `${p.committed[i] ? "committed" : "uncommitted"} ${p.shardings[i]}`;
  paths.forEach((path, i) => {
    if (placed(before, i) !== placed(now, i)) out.push(`${path}: ${placed(before, i)} → ${placed(now, i)}`);
  });
  if (out.length > 0) log(`${what} is compiled again from its trace: ${out.join("; ")}.`);
}
