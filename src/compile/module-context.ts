// What rules lower into: one function for the program, a private one for each body and inner jit.
import type { Attribute, Attributes, DenseData } from "../../hlo/attributes.ts";
import { attr } from "../../hlo/attributes.ts";
import { type Block, Builder, type Func, Module, type Region, Value } from "../../hlo/module.ts";
import type { TensorType, Type } from "../../hlo/types.ts";
import type { Aval } from "../core/aval.ts";
import { ConfigError } from "../core/errors.ts";
import { type Equation, type Graph, Var } from "../core/graph.ts";
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
import { identifier, SymbolNames } from "./symbol-names.ts";
import { TokenOrder } from "./token-order.ts";

/** What a module is lowered for. */
export interface ModuleFacts {
  readonly name: string;
  readonly platform: string;
  readonly partitions: number;
  /** It says in which memory values lie. */
  readonly namesMemories: boolean;
  /** Stamps operations with the user's source lines. */
  readonly locations: boolean;
}

export class ModuleContext implements LoweringContext {
  readonly module: Module;
  readonly platform: string;
  readonly namesMemories: boolean;
  results: readonly Aval[] = [];
  operands: readonly Aval[] = [];
  manual: Manual | undefined;
  private builder: Builder = new Builder({ args: [], operations: [] });
  private functions = new Map<Graph, string>();
  private readonly names = new SymbolNames(["main"]);
  private readonly includedAs = new Map<ForeignText, string>();
  private readonly meshes: { name: string; mesh: Mesh }[] = [];
  private readonly locations: boolean;
  /** What the names of locations start with, as in JAX: `jit(f)`. */
  private readonly scope: string;
  private readonly partitions: number;
  readonly hostCallbacks = new Set<HostCallback>();
  private readonly order = new TokenOrder();

  constructor(s: ModuleFacts) {
    this.partitions = s.partitions;
    this.platform = s.platform;
    this.namesMemories = s.namesMemories;
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
    const tokens = this.order.tokens([graph]);
    const inputs = [...graph.inputs.map((v) => typeOf(v.aval)), ...tokens];
    const body: Block = { args: inputs.map((t) => new Value(t)), operations: [] };
    const results = [...graph.outputs.map((o) => typeOf(o.aval)), ...tokens];
    const type = { kind: "function", inputs, results } as const;
    // A function stands before those that it calls.
    this.module.funcs.push({ name, visibility, type, argAttributes, resultAttributes, body, location: undefined });
    const outer = this.builder;
    this.builder = new Builder(body);
    const returned = this.order.threading(tokens, body.args, (args) =>
      this.inline(graph, args).map((v, i) => (placed[i] ? annotatePlacement(this, v, placed[i]) : v)),
    );
    this.builder.op("func.return", returned, []);
    this.builder = outer;
  }

  loop(
    graphs: readonly Graph[],
    state: readonly Value[],
    condition: (...state: Value[]) => Value,
    body: (...state: Value[]) => readonly Value[],
  ): Value[] {
    const tokens = this.order.tokens(graphs);
    const all = this.order.withToken(tokens, state);
    const types = all.map((v) => v.type);
    const regions = [
      this.region(types, (...args) => [condition(...args.slice(0, state.length))]),
      this.region(types, (...args) => this.order.threading(tokens, args, (values) => body(...values))),
    ];
    return this.order.untoken(tokens, this.op("stablehlo.while", all, types, {}, regions));
  }

  choose(index: Value, graphs: readonly Graph[], args: readonly Value[], results: readonly Type[]): Value[] {
    const tokens = this.order.tokens(graphs);
    const before = this.order.withToken(tokens, []);
    const regions = graphs.map((g) =>
      this.region([], () => this.order.threading(tokens, before, () => this.call(g, args))),
    );
    return this.order.untoken(tokens, this.op("stablehlo.case", [index], [...results, ...tokens], {}, regions));
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
    return this.order.untoken(
      tokens,
      this.op("stablehlo.custom_call", this.order.withToken(tokens, operands), types, attributes),
    );
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
      name = this.names.unique(identifier(graph.name));
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
    const tokens = this.order.tokens([graph]);
    const results = [...graph.outputs.map((o) => typeOf(o.aval)), ...tokens];
    return this.order.untoken(
      tokens,
      this.op("func.call", this.order.withToken(tokens, args), results, { callee: attr.symbol(name) }),
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
      name = this.names.unique(identifier(program.name));
      this.includedAs.set(program, name);
      const entry = name;
      this.module.included.push({
        name,
        text: includedText(text, entry, (inner) => this.names.unique(`${entry}_${inner}`)),
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
}
