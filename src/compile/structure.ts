// What a graph does, as a string: equal for graphs that compile to the same program.
import { createHash } from "node:crypto";
import { internal } from "../core/errors.ts";
import { type Graph, outsideProgram, Var } from "../core/graph.ts";
import { Mesh, NamedSharding, PartitionSpec, type Sharding, SingleDeviceSharding } from "../core/mesh.ts";
import { Literal } from "../core/tensor.ts";

const identities = new WeakMap<object, number>();
let next = 0;

/** A number that stands for an object or function by identity; never given twice. */
export function identity(value: object): number {
  let id = identities.get(value);
  if (id === undefined) {
    id = next++;
    identities.set(value, id);
  }
  return id;
}

/** Longer keys are kept as their SHA-256, so that a cache's keys take no memory that grows with the programs. */
const longestKey = 256;
const compact = (key: string): string =>
  key.length <= longestKey ? key : `~${createHash("sha256").update(key).digest("base64")}`;

const keys = new WeakMap<Graph, string>();

/** Structural key, literals of the outermost graph left out (`lifted`) or written in. */
export function graphKey(graph: Graph, lifted = false): string {
  if (lifted) return compact(spell(graph, true));
  let key = keys.get(graph);
  if (key === undefined) {
    key = compact(spell(graph, false));
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

/** A number, bigint or boolean as a key: 1, 1n and true differ, so do 0 and -0; NaN equals itself. */
export const spellNumber = (value: number | bigint | boolean): string => (Object.is(value, -0) ? "-0" : String(value));

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
      if (value === null || outsideProgram in value) return "null";
      if (Array.isArray(value)) return `[${value.map(paramsKey).join()}]`;
      if ("equations" in value) return `{${graphKey(value as Graph)}}`;
      if (value instanceof NamedSharding || value instanceof SingleDeviceSharding) return shardingKey(value);
      if (value instanceof Mesh) return meshKey(value);
      if (value instanceof PartitionSpec) return specKey(value);
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

const placeKeys = new WeakMap<object, string>();

function meshKey(mesh: Mesh): string {
  let key = placeKeys.get(mesh);
  if (key === undefined) {
    const devices = mesh.devices.map((d) => identity(d)).join();
    key = `M${JSON.stringify(mesh.axisNames)}${mesh.axisSizes}@${devices}`;
    placeKeys.set(mesh, key);
  }
  return key;
}

function specKey(spec: PartitionSpec): string {
  const entries = spec.entries.map((_, d) => (spec.isUnconstrained(d) ? "?" : JSON.stringify(spec.axes(d))));
  while (entries.at(-1) === "[]") entries.pop();
  return `(${entries})`;
}

/** Equal for equal shardings, whoever made them. */
export function shardingKey(sharding: Sharding): string {
  let key = placeKeys.get(sharding);
  if (key === undefined) {
    if (sharding instanceof NamedSharding) {
      key = `${meshKey(sharding.mesh)}${specKey(sharding.spec)}`;
    } else key = `D${identity(sharding.device)}`;
    if (!sharding.isDefaultMemory) key += `#${sharding.memoryKind}`;
    placeKeys.set(sharding, key);
  }
  return key;
}
