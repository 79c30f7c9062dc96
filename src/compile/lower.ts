// Graph → StableHLO module: one function for the program, a private one for each body and inner jit.
import type { Attribute, Attributes, DenseData } from "../../hlo/attributes.ts";
import { attr } from "../../hlo/attributes.ts";
import { type Block, Builder, type Func, Module, type Region, Value } from "../../hlo/module.ts";
import type { TensorType, Type } from "../../hlo/types.ts";
import type { Aval } from "../core/aval.ts";
import { ConfigError } from "../core/errors.ts";
import { type Equation, type Graph, graphEffect, Var } from "../core/graph.ts";
import type { HostCallback } from "../core/host-callback.ts";
import { type ForeignText, type LoweringContext, type Manual, typeOf } from "../core/lowering.ts";
import type { Mesh, NamedSharding } from "../core/mesh.ts";
import type { Effect } from "../core/op.ts";
import { locate } from "../core/site.ts";
import type { Literal } from "../core/tensor.ts";
import { shardingAttribute } from "../ops/barrier.ts";
import { annotatePlacement } from "../ops/memory.ts";
import { dce } from "../transforms/dce.ts";
import { hostCallAttributes, maximalShardings, requireHost, tokenType } from "./host-call.ts";
import { includedText } from "./include.ts";
import { type Memories, memoryAttribute, memoryKinds } from "./memories.ts";

export interface Signature {
  readonly name: string;
  readonly platform: string;
  readonly partitions: number;
  /** For each input, where its pieces lie; null leaves it to the compiler (or to one device). */
  readonly inShardings: readonly (NamedSharding | null)[];
  readonly outShardings: readonly (NamedSharding | null)[];
  /** Absent or null for a program that knows but the devices' own memory. */
  readonly memories?: Memories | null;
  /** Inputs whose memory the results may take. */
  readonly donated: readonly boolean[];
  /** Paths of the results in the user's tree. */
  readonly resultInfo?: readonly string[];
  /** Keeps inputs that nothing uses. */
  readonly keepUnused: boolean;
  /** Stamps operations with the user's source lines. */
  readonly locations: boolean;
}

export interface LoweredModule {
  readonly module: Module;
  /** Which inputs the module still takes. */
  readonly kept: readonly boolean[];
  /** For each input, the result that takes its memory, if that was decided here. */
  readonly aliases: ReadonlyMap<number, number>;
  /** Donated inputs that no result can use. */
  readonly unusable: readonly number[];
  /** What the program calls on the host. */
  readonly hostCallbacks: readonly HostCallback[];
}

export function lowerGraph(graph: Graph, s: Signature): LoweredModule {
  const live = dce(graph, s.keepUnused ? {} : { keepFrom: graph.inputs.length });
  const indices = graph.inputs.map((_, i) => i).filter((i) => live.kept[i]);
  const context = new ModuleContext(s);
  const { aliases, donors, unusable } = matchDonations(graph, s, indices);
  const argAttributes = indices.map((i): Attributes => {
    const out: Record<string, Attribute> = { ...memoryAttribute(s.memories?.ins[i]) };
    const sharding = s.inShardings[i];
    if (sharding) out["sdy.sharding"] = context.sharding(sharding, graph.inputs[i]!.aval);
    const alias = aliases.get(i);
    if (alias !== undefined) out["tf.aliasing_output"] = attr.i32(alias);
    else if (donors.has(i)) out["jax.buffer_donor"] = attr.bool(true);
    return out;
  });
  const resultAttributes = live.graph.outputs.map((o, i): Attributes => {
    const out: Record<string, Attribute> = {
      "jax.result_info": attr.string(s.resultInfo?.[i] ?? "result"),
      ...memoryAttribute(s.memories?.outs[i] ?? s.memories?.results[i]),
    };
    const sharding = s.outShardings[i];
    if (sharding) out["sdy.sharding"] = context.sharding(sharding, o.aval);
    return out;
  });
  context.main(live.graph, argAttributes, resultAttributes, s.memories?.outs ?? []);
  return { module: context.module, kept: live.kept, aliases, unusable, hostCallbacks: [...context.hostCallbacks] };
}

/** Gives each donated input the first free result of its shape, dtype and placement, as JAX does. */
function matchDonations(graph: Graph, s: Signature, indices: readonly number[]) {
  const free = graph.outputs.map((o, i) => ({ aval: o.aval, index: i, taken: false }));
  const aliases = new Map<number, number>();
  const donors = new Set<number>();
  const unusable: number[] = [];
  const kindOf = (side: "ins" | "outs", i: number, a: Aval) => s.memories?.[side][i] ?? memoryKinds[a.memory];
  for (const i of indices) {
    if (!s.donated[i]) continue;
    const a = graph.inputs[i]!.aval;
    const fits = (o: { aval: Aval; taken: boolean; index: number }) =>
      !o.taken &&
      o.aval.dtype === a.dtype &&
      o.aval.shape.join() === a.shape.join() &&
      kindOf("ins", i, a) === kindOf("outs", o.index, o.aval);
    const candidates = free.filter(fits);
    const exact = candidates.find((o) => {
      const [from, to] = [s.inShardings[i], s.outShardings[o.index]];
      return s.partitions === 1 || (from && to && from.equals(to));
    });
    const undecided = candidates.find((o) => !s.outShardings[o.index]);
    if (exact) {
      exact.taken = true;
      aliases.set(i, exact.index);
    } else if (undecided) {
      undecided.taken = true;
      donors.add(i);
    } else unusable.push(i);
  }
  return { aliases, donors, unusable };
}

class ModuleContext implements LoweringContext {
  readonly module: Module;
  readonly platform: string;
  readonly namesMemories: boolean;
  results: readonly Aval[] = [];
  operands: readonly Aval[] = [];
  manual: Manual | undefined;
  private builder: Builder = new Builder({ args: [], operations: [] });
  private functions = new Map<Graph, string>();
  private readonly names = new Set<string>(["main"]);
  private readonly includedAs = new Map<ForeignText, string>();
  private readonly meshes: { name: string; mesh: Mesh }[] = [];
  private readonly locations: boolean;
  /** What the names of locations start with, as in JAX: `jit(f)`. */
  private readonly scope: string;
  private readonly partitions: number;
  readonly hostCallbacks = new Set<HostCallback>();
  /** What the next ordered host call of the function or region waits for; null where there is none. */
  private token: Value | null = null;

  constructor(s: Signature) {
    this.partitions = s.partitions;
    this.platform = s.platform;
    this.namesMemories = (s.memories ?? null) !== null;
    this.locations = s.locations;
    this.module = new Module(`jit_${identifier(s.name)}`);
    this.scope = `jit(${s.name})`;
    this.module.attributes["mhlo.num_partitions"] = attr.i32(s.partitions);
    this.module.attributes["mhlo.num_replicas"] = attr.i32(1);
  }

  /** `placed`: for each result, the kind of memory that it is put in. */
  main(
    graph: Graph,
    argAttributes: readonly Attributes[],
    resultAttributes: readonly Attributes[],
    placed: readonly (string | null)[],
  ): void {
    this.func("main", "public", graph, argAttributes, resultAttributes, placed);
  }

  private func(
    name: string,
    visibility: Func["visibility"],
    graph: Graph,
    argAttributes: readonly Attributes[],
    resultAttributes: readonly Attributes[],
    placed: readonly (string | null)[] = [],
  ): void {
    const tokens = this.tokens([graph]);
    const inputs = [...graph.inputs.map((v) => typeOf(v.aval)), ...tokens];
    const body: Block = { args: inputs.map((t) => new Value(t)), operations: [] };
    const results = [...graph.outputs.map((o) => typeOf(o.aval)), ...tokens];
    const type = { kind: "function", inputs, results } as const;
    // A function stands before those that it calls.
    this.module.funcs.push({ name, visibility, type, argAttributes, resultAttributes, body, location: undefined });
    const outer = this.builder;
    this.builder = new Builder(body);
    const returned = this.threading(tokens, body.args, (args) =>
      this.inline(graph, args).map((v, i) => (placed[i] ? annotatePlacement(this, v, placed[i]) : v)),
    );
    this.builder.op("func.return", returned, []);
    this.builder = outer;
  }

  /** The token that follows the values of code that runs `graphs`, if they call the host in order. */
  private tokens(graphs: readonly Graph[]): TensorType[] {
    return graphs.some((g) => graphEffect(g) === "ordered") ? [tokenType] : [];
  }

  /** Runs `body` with the token that may follow `values`; what follows its results is the token after it. */
  private threading(
    tokens: readonly Type[],
    values: readonly Value[],
    body: (values: readonly Value[]) => readonly Value[],
  ): Value[] {
    if (tokens.length === 0) return [...body(values)];
    const outer = this.token;
    this.token = values.at(-1)!;
    const results = [...body(values.slice(0, -1)), this.token];
    this.token = outer;
    return results;
  }

  /** Results of an operation of which the last may be the token that is now to be waited for. */
  private untoken(tokens: readonly Type[], results: Value[]): Value[] {
    if (tokens.length === 0) return results;
    this.token = results.at(-1)!;
    return results.slice(0, -1);
  }

  private withToken(tokens: readonly Type[], values: readonly Value[]): readonly Value[] {
    return tokens.length === 0 ? values : [...values, this.token!];
  }

  loop(
    graphs: readonly Graph[],
    state: readonly Value[],
    condition: (...state: Value[]) => Value,
    body: (...state: Value[]) => readonly Value[],
  ): Value[] {
    const tokens = this.tokens(graphs);
    const all = this.withToken(tokens, state);
    const types = all.map((v) => v.type);
    const regions = [
      this.region(types, (...args) => [condition(...args.slice(0, state.length))]),
      this.region(types, (...args) => this.threading(tokens, args, (values) => body(...values))),
    ];
    return this.untoken(tokens, this.op("stablehlo.while", all, types, {}, regions));
  }

  choose(index: Value, graphs: readonly Graph[], args: readonly Value[], results: readonly Type[]): Value[] {
    const tokens = this.tokens(graphs);
    const before = this.withToken(tokens, []);
    const regions = graphs.map((g) => this.region([], () => this.threading(tokens, before, () => this.call(g, args))));
    return this.untoken(tokens, this.op("stablehlo.case", [index], [...results, ...tokens], {}, regions));
  }

  hostCall(
    callback: HostCallback,
    operands: readonly Value[],
    results: readonly TensorType[],
    effect: Effect,
  ): Value[] {
    requireHost(callback, this.platform, this.partitions, effect);
    this.hostCallbacks.add(callback);
    const tokens = effect === "ordered" ? [tokenType] : [];
    const types = [...results, ...tokens];
    const place = this.partitions > 1 && this.manual === undefined ? this.onFirstDevice(types) : {};
    const attributes = { ...hostCallAttributes(callback, effect), ...place };
    return this.untoken(tokens, this.op("stablehlo.custom_call", this.withToken(tokens, operands), types, attributes));
  }

  /** One of the program's devices calls the host, for all. */
  private onFirstDevice(results: readonly TensorType[]): Attributes {
    const name = "maximal_mesh_0";
    if (!this.module.meshes.some((m) => m.name === name)) this.module.meshes.push({ name, axes: [], deviceIds: [0] });
    return { "sdy.sharding": maximalShardings(name, results) };
  }

  inline(graph: Graph, args: readonly Value[]): Value[] {
    const values = new Map<Var, Value>();
    const literals = new Map<Literal, Value>();
    graph.inputs.forEach((v, i) => {
      values.set(v, args[i]!);
    });
    const read = (atom: Var | Literal): Value => {
      if (atom instanceof Var) return values.get(atom)!;
      let value = literals.get(atom);
      if (value === undefined) {
        value = this.constant(typeOf(atom.aval), atom.value);
        literals.set(atom, value);
      }
      return value;
    };
    const outer = { results: this.results, operands: this.operands, location: this.builder.location };
    for (const e of graph.equations) {
      this.enter(e);
      const out = e.op.lower(this, e.operands.map(read), e.params);
      e.results.forEach((r, i) => {
        values.set(r, out[i]!);
      });
    }
    this.results = outer.results;
    this.operands = outer.operands;
    this.builder.location = outer.location;
    return graph.outputs.map(read);
  }

  private enter(e: Equation): void {
    this.results = e.results.map((r) => r.aval);
    this.operands = e.operands.map((o) => o.aval);
    if (this.locations) {
      const at = locate(e.site);
      // XLA's partitioner keeps positions that have a name, as JAX gives one to each.
      this.builder.location = at && { ...at, name: `${this.scope}/${e.op.name}` };
    }
  }

  call(graph: Graph, args: readonly Value[]): Value[] {
    let name = this.functions.get(graph);
    if (name === undefined) {
      name = this.unique(identifier(graph.name));
      this.functions.set(graph, name);
      const { results, operands } = this;
      const live = dce(graph).graph;
      this.func(
        name,
        "private",
        live,
        graph.inputs.map(() => ({})),
        graph.outputs.map(() => ({})),
      );
      this.results = results;
      this.operands = operands;
    }
    const tokens = this.tokens([graph]);
    const results = [...graph.outputs.map((o) => typeOf(o.aval)), ...tokens];
    return this.untoken(
      tokens,
      this.op("func.call", this.withToken(tokens, args), results, { callee: attr.symbol(name) }),
    );
  }

  include(program: ForeignText, args: readonly Value[]): Value[] {
    let name = this.includedAs.get(program);
    if (name === undefined) {
      const text = program.texts.get(this.platform);
      if (text === undefined)
        throw new ConfigError(
          `${program.name} was exported for ${[...program.texts.keys()].join(", ")}, but this program is for ` +
            `${this.platform}. Export it with { platforms: ["${this.platform}"] }.`,
        );
      name = this.unique(identifier(program.name));
      this.includedAs.set(program, name);
      const entry = name;
      this.module.included.push({
        name,
        text: includedText(text, entry, (inner) => this.unique(`${entry}_${inner}`)),
        ...program.cost,
      });
    }
    return this.op("func.call", args, program.outAvals.map(typeOf), { callee: attr.symbol(name) });
  }

  mesh(mesh: Mesh): string {
    const known = this.meshes.find((m) => m.mesh.equals(mesh));
    if (known !== undefined) return known.name;
    const name = this.meshes.length === 0 ? "mesh" : `mesh_${this.meshes.length}`;
    this.meshes.push({ name, mesh });
    this.module.meshes.push({
      name,
      axes: mesh.axisNames.map((axis, i) => ({ name: axis, size: mesh.axisSizes[i]! })),
    });
    return name;
  }

  sharding(sharding: NamedSharding, aval: Aval): Attribute {
    return shardingAttribute(this.mesh(sharding.mesh), sharding.spec, aval.shape.length);
  }

  op(
    name: string,
    operands: readonly Value[],
    results: readonly Type[],
    attributes?: Attributes,
    regions?: readonly Region[],
  ): Value[] {
    return this.builder.op(name, operands, results, attributes, regions);
  }

  one(
    name: string,
    operands: readonly Value[],
    type: Type,
    attributes?: Attributes,
    regions?: readonly Region[],
  ): Value {
    return this.builder.one(name, operands, type, attributes, regions);
  }

  constant(type: TensorType, value: DenseData): Value {
    return this.builder.constant(type, value);
  }

  region(args: readonly Type[], body: (...args: Value[]) => readonly Value[], terminator?: string): Region {
    return this.builder.region(args, body, terminator);
  }

  inManual<R>(manual: Manual, body: () => R): R {
    const outer = { manual: this.manual, functions: this.functions };
    this.manual = { mesh: manual.mesh, axes: [...(outer.manual?.axes ?? []), ...manual.axes] };
    // A function that is called per device is not the one called on whole values.
    this.functions = new Map();
    try {
      return body();
    } finally {
      this.manual = outer.manual;
      this.functions = outer.functions;
    }
  }

  private unique(name: string): string {
    let candidate = name;
    for (let i = 0; this.names.has(candidate); i++) candidate = `${name}_${i}`;
    this.names.add(candidate);
    return candidate;
  }
}

/** A name that MLIR takes as a symbol. */
export const identifier = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, "_") || "f";
