// jit: trace, lower and compile once for each kind of arguments; then one flat, allocation-free path per call.

import { call } from "../control/call.ts";
import { type Aval, longAval, shortAval } from "../core/aval.ts";
import { DonationError, TreeError } from "../core/errors.ts";
import { NamedSharding, P, type Sharding } from "../core/mesh.ts";
import { ShapeDtypeStruct } from "../core/struct.ts";
import type { Tensor } from "../core/tensor.ts";
import { hasAmbient, isTraced, Tracer } from "../core/trace.ts";
import { broadcastPrefix, flatten, flattenAs, type Leaf, leafPaths, type TreeDef, unflatten } from "../core/tree.ts";
import { inline } from "../transforms/evaluate.ts";
import { Traced } from "./aot.ts";
import { ArrayTensor, deleted } from "./array.ts";
import { type BuildOptions, build, commonDevices, meshIn, type OptionValue } from "./build.ts";
import { BoundedCache } from "./cache.ts";
import { defaultDevice, singleDevice } from "./devices.ts";
import { leafAval, leafTensor, leafValue } from "./leaves.ts";
import { moveTo } from "./place.ts";
import { Program } from "./program.ts";
import { type AnyFunction, counters, forgetTraces, type StagedGraph, splitArguments, stage } from "./stage.ts";
import { identity } from "./structure.ts";
import { warn } from "./warn.ts";

export interface JitOptions {
  /** Positions of arguments that are part of the program rather than its data. */
  readonly staticArgnums?: number | readonly number[];
  /** Positions of arguments whose memory the results may take; they are deleted by the call. */
  readonly donateArgnums?: number | readonly number[];
  /** A tree prefix of the arguments; null leaves a leaf where it lies. */
  readonly inShardings?: unknown;
  /** A tree prefix of the result; null leaves it to the compiler. */
  readonly outShardings?: unknown;
  /** Keeps arguments that the program does not use. */
  readonly keepUnused?: boolean;
  /** XLA options by name. */
  readonly compilerOptions?: Readonly<Record<string, OptionValue>>;
  /** Inside another trace, records the equations themselves instead of a call. */
  readonly inline?: boolean;
}

const positions = (n: number | readonly number[] | undefined): readonly number[] =>
  n === undefined ? [] : typeof n === "number" ? [n] : n;

/** What one compiled form of a jitted function remembers for its next call. */
interface Entry {
  readonly statics: readonly unknown[];
  readonly def: TreeDef;
  readonly outDef: TreeDef;
  readonly avals: readonly Aval[];
  readonly shardings: readonly Sharding[];
  readonly committed: readonly boolean[];
  /** For each leaf, the program's argument, or -1 where it is unused. */
  readonly slots: readonly number[];
  /** Leaves whose memory the program takes. */
  readonly donated: readonly number[];
  readonly program: Program;
  /** Reused between calls; emptied after each. */
  readonly leaves: unknown[];
}

const programsKept = 256;
let calls = 0;

export class JitFunction {
  readonly name: string;
  private readonly f: AnyFunction;
  private readonly options: JitOptions;
  private readonly staticArgnums: readonly number[];
  private readonly donateArgnums: readonly number[];
  private readonly entries: BoundedCache<string, Entry>;
  private last: Entry | undefined;

  constructor(f: AnyFunction, options: JitOptions) {
    this.f = f;
    this.options = options;
    this.name = f.name || "f";
    this.staticArgnums = positions(options.staticArgnums);
    this.donateArgnums = positions(options.donateArgnums);
    for (const n of this.donateArgnums)
      if (this.staticArgnums.includes(n))
        throw new DonationError(
          `jit(${this.name}): argument ${n} is both static and donated; static values have no memory.`,
        );
    this.entries = new BoundedCache(programsKept, (e) => {
      e.program.destroy();
      if (this.last === e) this.last = undefined;
    });
  }

  call(args: readonly unknown[]): unknown {
    const last = this.last;
    if (last !== undefined && this.staticArgnums.length === 0 && !hasAmbient()) {
      if (this.matches(last, args)) return this.run(last, last.leaves as ArrayTensor[]);
    }
    return this.callSlowly(args);
  }

  /** True if `args` are concrete tensors of the kinds that `e` was compiled for; they are then in `e.leaves`. */
  private matches(e: Entry, args: readonly unknown[]): boolean {
    const { leaves, avals, shardings, committed } = e;
    const n = flattenAs(e.def, args, leaves, 0);
    if (n !== avals.length) return false;
    for (let i = 0; i < n; i++) {
      const leaf = leaves[i];
      if (
        !(leaf instanceof ArrayTensor) ||
        leaf.aval !== avals[i] ||
        (leaf.sharding !== shardings[i] && !leaf.sharding.equals(shardings[i]!)) ||
        leaf.committed !== committed[i]
      )
        return false;
    }
    return true;
  }

  private run(e: Entry, leaves: readonly ArrayTensor[]): unknown {
    const { slots, program, donated } = e;
    if (donated.length > 0) this.checkDonation(e, leaves);
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      if (slot >= 0) program.setArgument(slot, leaves[i]!);
      else if (leaves[i]!.isDeleted) throw deleted(leaves[i]!);
    }
    const results = program.run();
    for (let i = 0; i < donated.length; i++) leaves[donated[i]!]!.storage.donated();
    return unflatten(e.outDef, results);
  }

  private checkDonation(e: Entry, leaves: readonly ArrayTensor[]): void {
    const mark = ++calls;
    const path = (i: number) => leafPaths(e.def, "args")[i];
    for (const i of e.donated) {
      const { storage } = leaves[i]!;
      if (storage.mark === mark)
        throw new DonationError(
          `${this.name}: ${path(i)} is donated twice in one call. Pass a copy, or donate one of them.`,
        );
      if (storage.holders > 1)
        throw new DonationError(
          `${this.name}: ${path(i)} (${longAval(leaves[i]!.aval)}) is donated, but something else holds it: another tensor, a ` +
            "compiled program that closed over it, or a function returned by vjp or linearize. Dispose of that first, or do not donate.",
        );
      storage.mark = mark;
    }
    let next = 0;
    leaves.forEach((leaf, i) => {
      if (e.donated[next] === i) next++;
      else if (leaf.storage.mark === mark)
        throw new DonationError(
          `${this.name}: ${path(i)} is also donated in the same call. Pass a copy, or do not donate it.`,
        );
    });
  }

  private callSlowly(args: readonly unknown[]): unknown {
    const { dynamic, statics } = splitArguments(args, this.staticArgnums);
    const { leaves, def } = flatten(dynamic, "args");
    if (isTraced(leaves.filter((l): l is Tensor => l instanceof Tracer))) return this.record(leaves, def, statics);
    const paths = leafPaths(def, "args");
    const made: ArrayTensor[] = [];
    try {
      const tensors = leaves.map((leaf, i) => {
        const t = leafTensor(leaf, paths[i]) as ArrayTensor;
        if (t !== leaf) made.push(t);
        return t;
      });
      const staged = this.stageFor(leaves, def, statics);
      const places = this.places(tensors, staged, paths);
      const placed = tensors.map((t, i) => {
        const wanted = places.shardings[i]!;
        if (t.sharding === wanted || t.sharding.equals(wanted)) return t;
        const moved = moveTo(t, wanted, t.committed);
        made.push(moved);
        return moved;
      });
      const key = `${this.staticKey(statics)};${identity(staged.graph)};${places.key}`;
      let entry = this.entries.get(key);
      if (entry === undefined) {
        entry = this.compileEntry(staged, def, statics, placed, places);
        this.entries.set(key, entry);
      }
      this.last = entry;
      return this.run(entry, placed);
    } finally {
      for (const t of made) if (t.storage.state === "live") t.dispose();
    }
  }

  private readonly staticValues: unknown[][] = [];
  private staticKey(statics: readonly unknown[]): number {
    let at = this.staticValues.findIndex((s) => s.every((v, i) => Object.is(v, statics[i])));
    if (at < 0) at = this.staticValues.push([...statics]) - 1;
    return at;
  }

  private stageFor(leaves: readonly Leaf[], def: TreeDef, statics: readonly unknown[]): StagedGraph {
    return stage({
      f: this.f,
      name: this.name,
      what: `jit(${this.name})`,
      staticArgnums: this.staticArgnums,
      statics,
      def,
      avals: leaves.map(leafAval),
    });
  }

  /** Inside another trace: a call of the inner graph. */
  private record(leaves: readonly Leaf[], def: TreeDef, statics: readonly unknown[]): unknown {
    const staged = this.stageFor(leaves, def, statics);
    const args = [...staged.captures, ...leaves.map((l) => leafValue(l))];
    const results = this.options.inline ? inline(staged.graph, args) : call(this.name, staged.graph, args);
    return unflatten(staged.outDef, results);
  }

  /** Where each leaf must lie, and the devices that run the program. */
  private places(tensors: readonly ArrayTensor[], staged: StagedGraph, paths: readonly string[]) {
    const asked = this.inShardings(staged.inDef);
    const outs = this.outShardings(staged.outDef);
    const inside = meshIn(staged.graph);
    const all = [...asked, ...outs].filter((s): s is Sharding => s !== null);
    if (inside !== undefined) all.push(new NamedSharding(inside, P()));
    const described = tensors.map((t, i) => ({ sharding: t.sharding, committed: t.committed, path: paths[i]! }));
    const captured = staged.captures
      .filter((c): c is ArrayTensor => c instanceof ArrayTensor)
      .map((t) => ({ sharding: t.sharding, committed: t.committed, path: `a captured ${shortAval(t.aval)}` }));
    const devices = commonDevices([...described, ...captured], all, [defaultDevice()]);
    const mesh = [...all, ...described.map((d) => d.sharding)].find(
      (s): s is NamedSharding => s instanceof NamedSharding,
    );
    const otherwise: Sharding = devices.length > 1 ? replicated(mesh!) : singleDevice(devices[0]!);
    const shardings = tensors.map((t, i) => {
      const wanted = asked[i];
      if (wanted !== null && wanted !== undefined) {
        if (t.committed && !t.sharding.equals(wanted))
          throw new TreeError(
            `jit(${this.name}): ${paths[i]} is committed to ${t.sharding}, but inShardings asks for ${wanted}. ` +
              "Move it with devicePut, or leave that entry null.",
          );
        return wanted;
      }
      return t.committed && t.sharding.devices.length === devices.length ? t.sharding : otherwise;
    });
    const committed = tensors.map((t) => t.committed);
    const key = tensors
      .map((t, i) => `${shardings[i]!.toString()}${identity(shardings[i]!.devices as object)}${t.committed}`)
      .join();
    return { devices, shardings, otherwise, outs, committed, key };
  }

  inShardings(def: TreeDef): (Sharding | null)[] {
    return shardingLeaves(this.options.inShardings, def, "inShardings");
  }
  outShardings(def: TreeDef): (Sharding | null)[] {
    return shardingLeaves(this.options.outShardings, def, "outShardings");
  }

  private compileEntry(
    staged: StagedGraph,
    def: TreeDef,
    statics: readonly unknown[],
    tensors: readonly ArrayTensor[],
    places: ReturnType<JitFunction["places"]>,
  ): Entry {
    const captures = staged.captures.map((c) => {
      const array = leafTensor(c) as ArrayTensor;
      return array.committed && array.sharding.devices.length === places.devices.length
        ? array
        : moveTo(array, places.otherwise, false);
    });
    const options = this.buildOptions(
      staged,
      captures.map((c) => c.sharding),
      places.shardings,
      places.outs,
      places.devices,
    );
    counters.lowerings++;
    counters.compiles++;
    const built = build(staged.graph, options);
    for (const i of built.unusable)
      warn(
        `${this.name}: the donated ${leafPaths(def, "args")[i - captures.length]} fits no result; it was not donated.`,
      );
    const slots: number[] = [];
    let next = 0;
    for (const kept of built.kept) slots.push(kept ? next++ : -1);
    const committed =
      places.committed.some(Boolean) || places.outs.some((s) => s !== null) || places.devices.length > 1;
    const outAvals = staged.graph.outputs.map((o) => o.aval);
    const program = new Program(built.executable, next, outAvals, built.outShardings, committed);
    captures.forEach((c, i) => {
      if (slots[i]! >= 0) program.capture(slots[i]!, c);
    });
    const first = captures.length;
    const unusable = new Set(built.unusable);
    return {
      statics,
      def,
      outDef: staged.outDef,
      avals: tensors.map((t) => t.aval),
      shardings: tensors.map((t) => t.sharding),
      committed: tensors.map((t) => t.committed),
      slots: slots.slice(first),
      donated: tensors
        .map((_, i) => i)
        .filter((i) => options.donated[i + first] && built.kept[i + first] && !unusable.has(i + first)),
      program,
      leaves: [],
    };
  }

  buildOptions(
    staged: StagedGraph,
    captured: readonly Sharding[],
    inShardings: readonly (Sharding | null)[],
    outShardings: readonly (Sharding | null)[],
    devices: BuildOptions["devices"],
  ): BuildOptions {
    return {
      name: this.name,
      devices,
      inShardings: [...captured, ...inShardings],
      outShardings,
      donated: [...captured.map(() => false), ...this.donatedLeaves(staged.inDef)],
      resultInfo: leafPaths(staged.outDef, "result"),
      keepUnused: this.options.keepUnused ?? false,
      ...(this.options.compilerOptions ? { compilerOptions: this.options.compilerOptions } : {}),
    };
  }

  private donatedLeaves(def: TreeDef): boolean[] {
    if (def.kind !== "array") return [];
    const dynamic = (n: number) => n - this.staticArgnums.filter((s) => s < n).length;
    const donated = new Set(this.donateArgnums.map(dynamic));
    return def.children.flatMap((c, i) => leafPaths(c).map(() => donated.has(i)));
  }

  trace(args: readonly unknown[]): Traced {
    const { dynamic, statics } = splitArguments(args, this.staticArgnums);
    const { leaves, def } = flatten(dynamic, "args");
    const staged = this.stageFor(leaves, def, statics);
    const shardings = leaves.map((leaf): Sharding | null =>
      leaf instanceof ShapeDtypeStruct
        ? (leaf.sharding ?? null)
        : leaf instanceof ArrayTensor && leaf.committed
          ? leaf.sharding
          : null,
    );
    return new Traced(this, staged, shardings);
  }

  clearCache(): void {
    this.last = undefined;
    this.entries.clear();
    forgetTraces(this.f);
  }

  cacheSize(): number {
    return this.entries.size;
  }
}

const replicatedOver = new WeakMap<NamedSharding["mesh"], NamedSharding>();
/** The one fully replicated sharding of a mesh. */
export function replicated(like: NamedSharding): NamedSharding {
  let s = replicatedOver.get(like.mesh);
  if (s === undefined) {
    s = new NamedSharding(like.mesh, P());
    replicatedOver.set(like.mesh, s);
  }
  return s;
}

const isSharding = (value: unknown): value is Sharding | null =>
  value === null ||
  (typeof value === "object" && value !== null && "devices" in value && "equals" in value && !("axisNames" in value));

function shardingLeaves(prefix: unknown, def: TreeDef, what: string): (Sharding | null)[] {
  if (prefix === undefined) return leafPaths(def).map(() => null);
  return broadcastPrefix<Sharding | null>(prefix, def, isSharding, what);
}
