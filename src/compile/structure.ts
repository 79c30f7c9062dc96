// What a graph does, as a string: equal for graphs that compile to the same program.
import { internal } from "../core/errors.ts";
import { type Graph, Var } from "../core/graph.ts";
import { Literal } from "../core/tensor.ts";

const identities = new WeakMap<object, number>();
let next = 0;

/** A number that stands for an object or function by identity. */
export function identity(value: object): number {
  let id = identities.get(value);
  if (id === undefined) {
    id = next++;
    identities.set(value, id);
  }
  return id;
}

const keys = new WeakMap<Graph, string>();

/** Structural key, literals of the outermost graph left out (`lifted`) or written in. */
export function graphKey(graph: Graph, lifted = false): string {
  if (lifted) return spell(graph, true);
  let key = keys.get(graph);
  if (key === undefined) {
    key = spell(graph, false);
    keys.set(graph, key);
  }
  return key;
}

function spell(graph: Graph, lifted: boolean): string {
  const numbers = new Map<Var, number>();
  const out: string[] = [];
  const define = (v: Var) => {
    numbers.set(v, numbers.size);
    return v.aval.id;
  };
  const use = (a: Var | Literal): string => {
    if (a instanceof Var) return `v${numbers.get(a) ?? internal("an undefined variable in a key")}`;
    return lifted ? `l${a.aval.id}` : `l${a.aval.id}:${typeof a.value}:${spellNumber(a.value)}`;
  };
  out.push(graph.inputs.map(define).join());
  for (const e of graph.equations)
    out.push(`${identity(e.op)}(${e.operands.map(use).join()})${paramsKey(e.params)}>${e.results.map(define).join()}`);
  out.push(graph.outputs.map(use).join());
  return out.join("|");
}

const spellNumber = (value: number | bigint | boolean): string => (Object.is(value, -0) ? "-0" : String(value));

/** Parameters by value; graphs by structure, functions and class instances by identity. */
export function paramsKey(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return spellNumber(value);
    case "bigint":
      return `${value}n`;
    case "boolean":
    case "undefined":
      return String(value);
    case "function":
      return `#${identity(value)}`;
    case "object": {
      if (value === null) return "null";
      if (Array.isArray(value)) return `[${value.map(paramsKey).join()}]`;
      if ("equations" in value) return `{${graphKey(value as Graph)}}`;
      if (value instanceof Var || value instanceof Literal) return internal("an atom in parameters");
      const prototype = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) return `#${identity(value)}`;
      return `{${Object.entries(value)
        .map(([k, v]) => `${k}:${paramsKey(v)}`)
        .join()}}`;
    }
    default:
      return internal(`a ${typeof value} in parameters`);
  }
}
