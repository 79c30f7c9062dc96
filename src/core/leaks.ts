// config.checkTracerLeaks: after a trace of a user's function, is any of its tracers still reachable?

import { inspect } from "node:util";
import v8 from "node:v8";
import { type Aval, longAval } from "./aval.ts";
import { ConfigError, UnexpectedTracerError } from "./errors.ts";
import { type Atom, type Equation, type Graph, nestedGraphs } from "./graph.ts";
import { describeSite } from "./site.ts";

let on = false;

export const leaksChecked = (): boolean => on;

/** @throws ConfigError where the JavaScript engine cannot tell what is reachable */
export function checkLeaks(value: boolean): void {
  if (value && typeof v8.queryObjects !== "function")
    throw new ConfigError(
      `config.checkTracerLeaks needs v8.queryObjects, which Node ${process.version} lacks; expected Node 20.13, 22 or later.`,
    );
  on = value;
}

interface TracerLike {
  readonly atom: Atom;
  readonly aval: Aval;
}
type TracerClass<R, T extends TracerLike> = new (trace: R, atom: Atom) => T;

/** A class of tracers for one trace alone, so that the heap can be asked for its instances. */
export interface Watched<R, T extends TracerLike> {
  readonly Tracer: TracerClass<R, T>;
  /** Those that can still be reached, in the order in which they were made. Collects garbage first. */
  reachable(): readonly TracerLike[];
}

export function watch<R, T extends TracerLike>(Base: TracerClass<R, T>): Watched<R, T> {
  let found: { tracer: TracerLike; number: number }[] = [];
  let made = 0;
  // @ts-expect-error TypeScript wants mixins to take any[]; the arguments are those of Base.
  class WatchedTracer extends Base {
    readonly number = made++;
    [inspect.custom](): string {
      found.push({ tracer: this, number: this.number });
      return "";
    }
  }
  const reachable = () => {
    found = [];
    v8.queryObjects(WatchedTracer, { format: "summary" });
    const sorted = found.sort((a, b) => a.number - b.number).map((f) => f.tracer);
    found = [];
    return sorted;
  };
  return { Tracer: WatchedTracer as unknown as TracerClass<R, T>, reachable };
}

/** A stack not yet written out holds the objects whose methods were running, tracers among them. */
export function writeOutSites(graph: Graph, seen: Set<Graph> = new Set()): void {
  if (seen.has(graph)) return;
  seen.add(graph);
  for (const e of graph.equations) {
    void e.site.stack;
    for (const nested of nestedGraphs(e.params)) writeOutSites(nested, seen);
  }
}

/** What is said of leaked tracers: their types, and the operations, lines or arguments that made them. */
export function leaked(
  what: string,
  tracers: readonly TracerLike[],
  equations: readonly Equation[],
  inputName: (atom: Atom) => string | undefined,
): UnexpectedTracerError {
  const origin = ({ atom }: TracerLike): string => {
    const e = equations.find(({ results }) => results.some((r) => r === atom));
    if (e !== undefined) return `made by ${e.op.name} at ${describeSite(e.site)}`;
    const name = inputName(atom);
    return name === undefined ? "a constant made inside" : `which is ${name}`;
  };
  const lines = tracers.map((t) => `  ${longAval(t.aval)}, ${origin(t)}`);
  return new UnexpectedTracerError(
    `Leaked trace: ${what}. Leaked tracer(s), still reachable after the trace ended:\n${lines.join("\n")}\n` +
      "Return values from the traced function instead of storing them outside.",
  );
}
