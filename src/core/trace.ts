// The one tracer: where an operation is recorded, and how values of outer traces come in.
import type { Aval } from "./aval.ts";
import { type AxisEnvironment, bindAxes, restoreAxes } from "./axes.ts";
import { backend } from "./backend.ts";
import { JortsError, UnexpectedTracerError } from "./errors.ts";
import { type Atom, type Equation, type Graph, Var } from "./graph.ts";
import { leaked, leaksChecked, type Watched, watch, writeOutSites } from "./leaks.ts";
import type { AnyOp, Op } from "./op.ts";
import { currentSite, describeSite, type Site } from "./site.ts";
import { Literal, Tensor } from "./tensor.ts";
import { resultAvals } from "./varying.ts";

export class Tracer extends Tensor {
  readonly trace: Trace;
  readonly atom: Atom;

  constructor(trace: Trace, atom: Atom) {
    super();
    this.trace = trace;
    this.atom = atom;
  }

  get aval(): Aval {
    return this.atom.aval;
  }
}

export interface TraceOptions {
  /** For messages: `jit`, `grad`, `vmap`, `scan body` … and the function's name. */
  readonly what: string;
  /** Constants and operations on concrete values are recorded too (jit, loop bodies). */
  readonly ambient: boolean;
  /** For each input, what the user calls it: `args[0].w`. */
  readonly inputNames?: (index: number) => string;
  /** The concrete or outer values that the inputs stand for, if host reads may use them. */
  readonly values?: readonly Tensor[];
  /** The axes that collectives inside may name. */
  readonly axes?: AxisEnvironment;
  /** It runs the user's function, which should leave no tracer behind (config.checkTracerLeaks). */
  readonly user?: true;
  /** What is recorded is run by the transformation around, not staged as a program of its own: vmap. */
  readonly transparent?: true;
  /** For each input, the mesh that it lies on; see compile/meshes.ts. */
  readonly meshes?: readonly (string | null)[];
}

let ambient: Trace | null = null;
let depth = 0;

export class Trace {
  readonly level: number;
  readonly options: TraceOptions;
  readonly equations: Equation[] = [];
  readonly inputs: Var[];
  readonly captures = new Map<Tensor, Var>();
  closed = false;
  readonly watched: Watched<Trace, Tracer> | null;
  private readonly Tracer: new (
    trace: Trace,
    atom: Atom,
  ) => Tracer;
  readonly outerAmbient: Trace | null = ambient;
  private readonly outerDepth = depth;
  private readonly outerAxes: AxisEnvironment;
  private readonly site: Site = currentSite();
  /** What host reads know of it; kept by concrete.ts. */
  known: Map<Var, Tensor> | undefined;

  constructor(inputs: readonly Aval[], options: TraceOptions) {
    this.level = ++depth;
    this.options = options;
    this.inputs = inputs.map((a) => new Var(a));
    this.watched = options.user && leaksChecked() ? watch<Trace, Tracer>(Tracer) : null;
    this.Tracer = this.watched?.Tracer ?? Tracer;
    this.outerAxes = bindAxes(options.axes);
    if (options.ambient) ambient = this;
  }

  /** The tracers of the inputs, in order. */
  arguments(): Tracer[] {
    return this.inputs.map((v) => this.tracer(v));
  }

  record(op: AnyOp, operands: readonly Tensor[], params: unknown): Tensor[] {
    if (this.closed) throw escaped(op.name, this);
    const avals = resultAvals(op, operands, params);
    const atoms = operands.map((t) => this.lift(t, op.name));
    const results = avals.map((a) => new Var(a));
    this.equations.push({ op, operands: atoms, params, results, site: currentSite() });
    return results.map((v) => this.tracer(v));
  }

  tracer(atom: Atom): Tracer {
    return new this.Tracer(this, atom);
  }

  /** The atom that stands for `tensor` here; a value from outside becomes an extra input. */
  lift(tensor: Tensor, user = "the result"): Atom {
    if (tensor instanceof Literal) return tensor;
    if (tensor instanceof Tracer) {
      if (tensor.trace === this) return tensor.atom;
      const constant = stagedConstant(tensor, user);
      if (constant !== undefined) return constant;
      if (tensor.trace.closed || tensor.trace.level > this.level) throw escaped(user, tensor.trace);
    }
    let v = this.captures.get(tensor);
    if (v === undefined) {
      v = new Var(tensor.aval);
      this.captures.set(tensor, v);
    }
    return v;
  }

  /** Ends the trace; restores what was ambient before. Safe to call twice. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    depth = this.outerDepth;
    ambient = this.outerAmbient;
    restoreAxes(this.outerAxes);
  }

  /** The graph so far: inputs are the captures in order of first use, then the arguments. */
  graph(name: string, outputs: readonly Tensor[]): Graph {
    const atoms = outputs.map((t) => this.lift(t));
    return { name, inputs: [...this.captures.values(), ...this.inputs], equations: this.equations, outputs: atoms };
  }

  describe(): string {
    return `${this.options.what} at ${describeSite(this.site)}`;
  }
}

/** The constant that a staged `t` stands for, or undefined. @throws UnexpectedTracerError if its trace has ended */
export function stagedConstant(t: Tracer, user: string): Literal | undefined {
  if (!(t.atom instanceof Literal)) return undefined;
  if (t.trace.closed) throw escaped(user, t.trace);
  return t.atom;
}

export function escaped(user: string, trace: Trace): UnexpectedTracerError {
  return new UnexpectedTracerError(
    `${user}: a tracer of ${trace.describe()} was used after that trace had ended or outside it. ` +
      "Return values from the traced function instead of storing them outside.",
  );
}

/** Records `op` in the deepest trace among the ambient one and its operands', or runs it when there is none. */
export function bind<P, T extends readonly Tensor[]>(op: Op<P, T>, operands: T, params: P): Tensor[] {
  const trace = deepest(operands);
  return located(op.name, () =>
    trace === null ? backend().evaluate(op, operands, params) : trace.record(op, operands, params),
  );
}

/** As `bind`, for operations of one result. */
export function bind1<P, T extends readonly Tensor[]>(op: Op<P, T>, operands: T, params: P): Tensor {
  return bind(op, operands, params)[0]!;
}

export function deepest(operands: readonly Tensor[]): Trace | null {
  let trace = ambient;
  for (const t of operands)
    if (t instanceof Tracer && !(t.atom instanceof Literal) && (trace === null || t.trace.level > trace.level))
      trace = t.trace;
  return trace;
}

/** Runs `body`, which must call no user code, with everything that it binds recorded in `trace`. */
export function recordingIn<R>(trace: Trace, body: () => R): R {
  const outer = ambient;
  ambient = trace;
  try {
    return body();
  } finally {
    ambient = outer;
  }
}

/** Runs `body` with no ambient trace: code of the user that a running program calls. */
export function outsideTraces<R>(body: () => R): R {
  const outer = ambient;
  ambient = null;
  try {
    return body();
  } finally {
    ambient = outer;
  }
}

/** True if `operands` would be recorded rather than run. */
export const isTraced = (operands: readonly Tensor[]): boolean => deepest(operands) !== null;

/** Adds the user's file and line to an error of the program's author. */
function located<R>(name: string, body: () => R): R {
  try {
    return body();
  } catch (error) {
    if (error instanceof JortsError && !error.message.includes("\n  at ")) {
      const at = describeSite(currentSite());
      const prefix = error.message.startsWith(`${name}:`) || error.message.startsWith("internal") ? "" : `${name}: `;
      if (at !== "unknown") error.message = `${prefix}${error.message}\n  at ${at}`;
    }
    throw error;
  }
}

export interface Traced {
  readonly graph: Graph;
  /** The values that stand for the graph's leading inputs. */
  readonly captures: readonly Tensor[];
}

/**
 * Traces `f` over abstract inputs into a closed graph. Whatever it throws, the trace is closed.
 * @throws UnexpectedTracerError if `config.checkTracerLeaks` finds a tracer that outlives the trace of a user's function
 */
export function traceGraph(
  name: string,
  f: (...inputs: Tensor[]) => readonly Tensor[],
  avals: readonly Aval[],
  options: TraceOptions,
): Traced {
  const trace = new Trace(avals, options);
  const traced = traceInto(trace, name, f);
  if (trace.watched !== null) requireNoLeaks(trace, traced.graph);
  return traced;
}

/** A frame of its own: nothing of what it held is reachable when it has returned. */
function traceInto(trace: Trace, name: string, f: (...inputs: Tensor[]) => readonly Tensor[]): Traced {
  try {
    const outputs = f(...trace.arguments());
    const graph = trace.graph(name, outputs);
    return { graph, captures: [...trace.captures.keys()] };
  } finally {
    trace.close();
  }
}

function requireNoLeaks(trace: Trace, graph: Graph): void {
  writeOutSites(graph);
  const tracers = trace.watched!.reachable();
  if (tracers.length === 0) return;
  const inputName = (atom: Atom) => {
    const i = trace.inputs.indexOf(atom as Var);
    return i < 0 ? undefined : (trace.options.inputNames?.(i) ?? `argument ${i}`);
  };
  throw leaked(trace.describe(), tracers, trace.equations, inputName);
}

/** True where what is recorded becomes part of a staged program: under jit, in bodies of loops, branches and rules. */
export function isStaging(): boolean {
  for (let t = ambient; t !== null; t = t.outerAmbient) if (!t.options.transparent) return true;
  return false;
}

/** A constant as a value of the ambient trace, so that host reads of it are refused there as for any other. */
export function stage(constant: Tensor): Tensor {
  return ambient === null ? constant : ambient.tracer(ambient.lift(constant));
}

export const hasAmbient = (): boolean => ambient !== null;

/** Where traces stand; for tests that a throw leaves no trace open. */
export const traceDepth = (): number => depth;
