// Graph → StableHLO module: one function for the program, a private one for each body and inner jit.
import type { Attribute, Attributes, DenseData } from "../../hlo/attributes.ts";
import { attr } from "../../hlo/attributes.ts";
import { type Block, Builder, type Func, Module, type Region, Value } from "../../hlo/module.ts";
import type { TensorType, Type } from "../../hlo/types.ts";
import type { Aval } from "../core/aval.ts";
import { type Equation, type Graph, Var } from "../core/graph.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import type { Mesh, NamedSharding } from "../core/mesh.ts";
import { locate } from "../core/site.ts";
import type { Literal } from "../core/tensor.ts";
import { shardingAttribute } from "../ops/barrier.ts";
import { dce } from "../transforms/dce.ts";

export interface Signature {
  readonly name: string;
  readonly platform: string;
  readonly partitions: number;
  /** For each input, where its pieces lie; null leaves it to the compiler (or to one device). */
  readonly inShardings: readonly (NamedSharding | null)[];
  readonly outShardings: readonly (NamedSharding | null)[];
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
}

export function lowerGraph(graph: Graph, s: Signature): LoweredModule {
  const live = dce(graph, s.keepUnused ? {} : { keepFrom: graph.inputs.length });
  const indices = graph.inputs.map((_, i) => i).filter((i) => live.kept[i]);
  const context = new ModuleContext(s);
  const { aliases, donors, unusable } = matchDonations(graph, s, indices);
  const argAttributes = indices.map((i): Attributes => {
    const out: Record<string, Attribute> = {};
    const sharding = s.inShardings[i];
    if (sharding) out["sdy.sharding"] = context.sharding(sharding, graph.inputs[i]!.aval);
    const alias = aliases.get(i);
    if (alias !== undefined) out["tf.aliasing_output"] = attr.i32(alias);
    else if (donors.has(i)) out["jax.buffer_donor"] = attr.bool(true);
    return out;
  });
  const resultAttributes = live.graph.outputs.map((o, i): Attributes => {
    const out: Record<string, Attribute> = { "jax.result_info": attr.string(s.resultInfo?.[i] ?? "result") };
    const sharding = s.outShardings[i];
    if (sharding) out["sdy.sharding"] = context.sharding(sharding, o.aval);
    return out;
  });
  context.main(live.graph, argAttributes, resultAttributes);
  return { module: context.module, kept: live.kept, aliases, unusable };
}

/** Gives each donated input the first free result of its shape, dtype and placement, as JAX does. */
function matchDonations(graph: Graph, s: Signature, indices: readonly number[]) {
  const free = graph.outputs.map((o, i) => ({ aval: o.aval, index: i, taken: false }));
  const aliases = new Map<number, number>();
  const donors = new Set<number>();
  const unusable: number[] = [];
  for (const i of indices) {
    if (!s.donated[i]) continue;
    const a = graph.inputs[i]!.aval;
    const fits = (o: { aval: Aval; taken: boolean }) =>
      !o.taken && o.aval.dtype === a.dtype && o.aval.shape.join() === a.shape.join();
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
  results: readonly Aval[] = [];
  operands: readonly Aval[] = [];
  private builder: Builder = new Builder({ args: [], operations: [] });
  private readonly functions = new Map<Graph, string>();
  private readonly names = new Set<string>(["main"]);
  private readonly meshes: { name: string; mesh: Mesh }[] = [];
  private readonly locations: boolean;

  constructor(s: Signature) {
    this.platform = s.platform;
    this.locations = s.locations;
    this.module = new Module(`jit_${identifier(s.name)}`);
    this.module.attributes["mhlo.num_partitions"] = attr.i32(s.partitions);
    this.module.attributes["mhlo.num_replicas"] = attr.i32(1);
  }

  main(graph: Graph, argAttributes: readonly Attributes[], resultAttributes: readonly Attributes[]): void {
    this.func("main", "public", graph, argAttributes, resultAttributes);
  }

  private func(
    name: string,
    visibility: Func["visibility"],
    graph: Graph,
    argAttributes: readonly Attributes[],
    resultAttributes: readonly Attributes[],
  ): void {
    const inputs = graph.inputs.map((v) => typeOf(v.aval));
    const body: Block = { args: inputs.map((t) => new Value(t)), operations: [] };
    const results = graph.outputs.map((o) => typeOf(o.aval));
    const type = { kind: "function", inputs, results } as const;
    // A function stands before those that it calls.
    this.module.funcs.push({ name, visibility, type, argAttributes, resultAttributes, body, location: undefined });
    const outer = this.builder;
    this.builder = new Builder(body);
    this.builder.op("func.return", this.inline(graph, body.args), []);
    this.builder = outer;
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
    if (this.locations) this.builder.location = locate(e.site);
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
    return this.op(
      "func.call",
      args,
      graph.outputs.map((o) => typeOf(o.aval)),
      { callee: attr.symbol(name) },
    );
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

  private unique(name: string): string {
    let candidate = name;
    for (let i = 0; this.names.has(candidate); i++) candidate = `${name}_${i}`;
    this.names.add(candidate);
    return candidate;
  }
}

/** A name that MLIR takes as a symbol. */
export const identifier = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, "_") || "f";
