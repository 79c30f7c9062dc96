// jit: trace, lower and compile once for each kind of arguments; then one flat, allocation-free path per call.

import { call, notOutermost } from "../control/call.ts";
import { DonationError, TreeError } from "../core/errors.ts";
import type { Sharding } from "../core/mesh.ts";
import { ShapeDtypeStruct } from "../core/struct.ts";
import type { Tensor } from "../core/tensor.ts";
import { hasAmbient, isStaging, isTraced, Tracer } from "../core/trace.ts";
import { flatten, unflatten } from "../core/tree.ts";
import { defaultPrecision } from "../ops/precision.ts";
import { inline } from "../transforms/evaluate.ts";
import { Traced } from "./aot.ts";
import { ArrayTensor, deleted } from "./array.ts";
import type { BuildOptions } from "./build.ts";
import { tick } from "./cache.ts";
import { type Call, compileEntry } from "./compile-entry.ts";
import { config } from "./config.ts";
import { checkDonation } from "./donation.ts";
import { clearWithOwner, type Entry, EntryTable } from "./entry.ts";
import { explainPlaces } from "./explain.ts";
import { type AskedShardings, buildOptions, type JitOptions } from "./jit-options.ts";
import { leafAval, leafTensor, leafValue } from "./leaves.ts";
import { meshOf } from "./meshes.ts";
import { moveTo } from "./place.ts";
import { constrain, type Places, placesOf, shardingLeaves } from "./places.ts";
import { type AnyFunction, forgetTraces, type StagedGraph, stage } from "./stage.ts";
import { argumentPaths, positions, resolvePositions, splitArguments } from "./statics.ts";
import { identity } from "./structure.ts";
import { callPlain, checkCall } from "./unjitted.ts";

export class JitFunction {
  readonly name: string;
  private readonly f: AnyFunction;
  private readonly options: JitOptions;
  private readonly staticArgnums: readonly number[];
  private readonly donateArgnums: readonly number[];
  /** What makes programs of one trace differ, besides the places of the arguments. */
  private readonly optionsKey: string;
  private readonly entries = new EntryTable();
  private last: Entry | undefined;
  private watched = false;

  /** @throws DonationError, TreeError */
  constructor(f: AnyFunction, options: JitOptions) {
    this.f = f;
    this.options = options;
    this.name = f.name || "f";
    this.staticArgnums = positions(options.staticArgnums, `jit(${this.name}): staticArgnums`);
    this.donateArgnums = positions(options.donateArgnums, `jit(${this.name}): donateArgnums`);
    for (const n of this.donateArgnums) if (this.staticArgnums.includes(n)) throw this.staticAndDonated(n);
    const { keepUnused = false, compilerOptions = {} } = options;
    this.optionsKey = JSON.stringify([keepUnused, Object.entries(compilerOptions).sort()]);
  }

  private staticAndDonated(n: number): DonationError {
    return new DonationError(
      `jit(${this.name}): argument ${n} is both static and donated; static values have no memory.`,
    );
  }

  call(args: readonly unknown[]): unknown {
    if (config.disableJit) return callPlain(this.f, this.name, args, this.staticArgnums);
    const result = this.dispatch(args);
    if (config.debugNans || config.debugInfs) checkCall(this.f, this.name, args, this.staticArgnums, result);
    return result;
  }

  private dispatch(args: readonly unknown[]): unknown {
    const last = this.last;
    if (last?.live && last.precision === defaultPrecision() && !hasAmbient()) {
      const dynamic = this.staticArgnums.length === 0 ? args : this.besides(last, args);
      if (dynamic !== undefined && this.matches(last, dynamic)) return this.run(last, last.leaves as ArrayTensor[]);
    }
    return this.callSlowly(args);
  }

  /** The dynamic arguments, if the static ones are those of `e`. */
  private besides(e: Entry, args: readonly unknown[]): readonly unknown[] | undefined {
    const { dynamic, staticKeys } = splitArguments(args, this.staticArgnums);
    return staticKeys.every((key, i) => key === e.staticKeys[i]) ? dynamic : undefined;
  }

  /** True if `args` are concrete tensors of the kinds that `e` was compiled for; they are then in `e.leaves`. */
  private matches(e: Entry, args: readonly unknown[]): boolean {
    const { leaves, avals, shardings, committed } = e;
    if (!e.reader.read(args, leaves)) return false;
    for (let i = 0; i < avals.length; i++) {
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
    const { slots, program } = e;
    const { donated } = e.donation;
    e.used = tick();
    if (donated.length > 0) checkDonation(e.donation, leaves);
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      if (slot >= 0) program.setArgument(slot, leaves[i]!);
      else if (leaves[i]!.isDeleted) throw deleted(leaves[i]!);
    }
    const results = program.run();
    for (let i = 0; i < donated.length; i++) leaves[donated[i]!]!.storage.donated();
    return e.writer.write(results);
  }

  private split(args: readonly unknown[]): Call {
    const parts = splitArguments(args, this.staticArgnums);
    const donate = resolvePositions(this.donateArgnums, args.length, "donateArgnums");
    for (const n of donate) if (parts.staticArgnums.includes(n)) throw this.staticAndDonated(n);
    const donated = new Set(donate.map((n) => n - parts.staticArgnums.filter((s) => s < n).length));
    return { ...parts, ...flatten(parts.dynamic, "args"), donated };
  }

  private callSlowly(args: readonly unknown[]): unknown {
    const c = this.split(args);
    if (isTraced(c.leaves.filter((l): l is Tensor => l instanceof Tracer))) return this.record(c, this.stageFor(c));
    const paths = argumentPaths(c.def, c.staticArgnums);
    const staged = this.stageFor(c);
    // Concrete arguments, but the function closed over values that are being differentiated or batched.
    if (staged.captures.some((v) => v instanceof Tracer)) return this.record(c, staged);
    const made: ArrayTensor[] = [];
    try {
      const tensors = c.leaves.map((leaf, i) => {
        const t = leafTensor(leaf, paths[i]) as ArrayTensor;
        if (t !== leaf) made.push(t);
        return t;
      });
      const places = placesOf(this.name, tensors, staged, this.asked(staged), paths);
      const placed = tensors.map((t, i) => {
        const wanted = places.shardings[i]!;
        if (t.sharding === wanted || t.sharding.equals(wanted)) return t;
        const moved = moveTo(t, wanted, t.committed);
        made.push(moved);
        return moved;
      });
      const key = `${identity(staged.graph)};${[...c.donated]};${this.optionsKey};${places.key}`;
      let entry = this.entries.get(key);
      if (entry === undefined) {
        if (config.explainCacheMisses) this.explainRecompile(staged, paths, places);
        const { name, options } = this;
        entry = compileEntry({ key, name, options, call: c, staged, tensors: placed, places, paths });
        this.entries.add(entry);
        if (!this.watched) clearWithOwner(this, this.entries);
        this.watched = true;
      }
      this.last = entry;
      return this.run(entry, placed);
    } finally {
      for (const t of made) if (t.storage.state === "live") t.dispose();
    }
  }

  /** If the last call ran the same trace, says what of its placement differs. */
  private explainRecompile(staged: StagedGraph, paths: readonly string[], places: Places): void {
    const { last } = this;
    if (last?.key.startsWith(`${identity(staged.graph)};`)) explainPlaces(`jit(${this.name})`, paths, last, places);
  }

  private stageFor(c: Call): StagedGraph {
    return stage({
      f: this.f,
      name: this.name,
      what: `jit(${this.name})`,
      staticArgnums: c.staticArgnums,
      statics: c.statics,
      staticKeys: c.staticKeys,
      def: c.def,
      avals: c.leaves.map(leafAval),
      meshes: c.leaves.map(meshOf),
    });
  }

  /** Inside another trace: a call of the inner graph. Donation is the outermost program's business. */
  private record(c: Call, staged: StagedGraph): unknown {
    const { compilerOptions, inline: inlined } = this.options;
    const own = compilerOptions !== undefined && Object.keys(compilerOptions).length > 0 ? compilerOptions : undefined;
    if (own !== undefined && isStaging()) throw notOutermost(this.name, own);
    const asked = this.asked(staged);
    const inputs = constrain(
      c.leaves.map((l) => leafValue(l)),
      asked.ins,
    );
    const args = [...staged.captures, ...inputs];
    const results = inlined && !own ? inline(staged.graph, args) : call(this.name, staged.graph, args, own);
    return unflatten(staged.outDef, constrain(results, asked.outs));
  }

  /** The shardings that the user asked for. @throws TreeError */
  asked(staged: StagedGraph): AskedShardings {
    return {
      ins: shardingLeaves(this.options.inShardings, staged.inDef, "inShardings"),
      outs: shardingLeaves(this.options.outShardings, staged.outDef, "outShardings"),
    };
  }

  /** `captured` are the places of what the function closed over; `donated`, positions among the dynamic arguments. */
  buildOptions(
    staged: StagedGraph,
    captured: readonly (Sharding | null)[],
    asked: AskedShardings,
    devices: BuildOptions["devices"],
    donated: ReadonlySet<number>,
  ): BuildOptions {
    return buildOptions(this.name, this.options, staged, captured, asked, devices, donated);
  }

  trace(args: readonly unknown[]): Traced {
    const c = this.split(args);
    const staged = this.stageFor(c);
    const open = staged.captures.findIndex((v) => v instanceof Tracer);
    if (open >= 0)
      throw new TreeError(
        `jit(${this.name}).trace: the function closed over a value that is being traced; a stage of its own cannot hold it. ` +
          "Pass it as an argument.",
      );
    const given = c.leaves.map((leaf): Sharding | null =>
      leaf instanceof ShapeDtypeStruct
        ? (leaf.sharding ?? null)
        : leaf instanceof ArrayTensor && leaf.committed
          ? leaf.sharding
          : null,
    );
    return new Traced(this, staged, given, c.donated, argumentPaths(c.def, c.staticArgnums));
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
