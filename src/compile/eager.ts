// Outside any trace: one-op programs, and whole graphs run as one program, cached by structure.

import type { CompilerOptions } from "../control/call.ts";
import { type Aval, avalOf } from "../core/aval.ts";
import type { Backend } from "../core/backend.ts";
import type { HostScalar } from "../core/complex.ts";
import { type Equation, type Graph, Var } from "../core/graph.ts";
import { type Device, NamedSharding, P, type Sharding, SingleDeviceSharding } from "../core/mesh.ts";
import type { AnyOp } from "../core/op.ts";
import { currentSite } from "../core/site.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { resultAvals } from "../core/varying.ts";
import { broadcastOp } from "../ops/shape.ts";
import type { ArrayTensor } from "./array.ts";
import { build, commonDevices, placeIn, placeOfParams } from "./build.ts";
import { BoundedCache } from "./cache.ts";
import { config } from "./config.ts";
import { defaultDevice, singleDevice } from "./devices.ts";
import { encodeValues, scalars } from "./encoding.ts";
import { usesHostMemory } from "./memories.ts";
import { checkGraphRun, checkOperation, checksValues } from "./nans.ts";
import { optionsOf, runInParts } from "./parts.ts";
import { fromScalar, moveTo, toBytes } from "./place.ts";
import { Program } from "./program.ts";
import { graphKey, identity, paramsKey, shardingKey } from "./structure.ts";

const programs = new BoundedCache<string, Program>(
  () => config.maxCachedPrograms,
  (p) => p.destroy(),
);

const scalarOf = (a: Aval): Aval => avalOf([], a.dtype, a.weakType);

/** A scalar spread over `aval`'s shape inside the program, so that its value is no part of the key. */
function spreadEquation(v: Var, aval: Aval): Equation {
  const params = { shape: aval.shape, dims: [] };
  return { op: broadcastOp, operands: [v], params, results: [new Var(aval)], site: {} };
}

/** What to run, spelled as a graph only if its program is not there yet. */
interface Work {
  /** Equal for work that compiles to the same program on the same places. */
  readonly key: string;
  readonly name: string;
  readonly args: readonly Tensor[];
  /** Constants, which are inputs of the program after `args`, so that their values are no part of the key. */
  readonly literals: readonly Literal[];
  /** Where an equation puts a value. */
  readonly inside: Sharding | undefined;
  /** XLA options of a call that has its own. */
  readonly compilerOptions?: CompilerOptions | undefined;
  /** The program's graph: inputs are `args` and `literals`. */
  spell(): Graph;
}

/** `graph` with the literals of its own equations turned into scalar inputs. */
function liftLiterals(graph: Graph): { graph: Graph; literals: Literal[] } {
  const literals: Literal[] = [];
  const inputs: Var[] = [...graph.inputs];
  const equations: Equation[] = [];
  const lift = (a: Var | Literal): Var => {
    if (a instanceof Var) return a;
    const v = new Var(scalarOf(a.aval));
    literals.push(a);
    inputs.push(v);
    if (a.aval.shape.length === 0) return v;
    const spread = spreadEquation(v, a.aval);
    equations.push(spread);
    return spread.results[0]!;
  };
  for (const e of graph.equations) {
    const operands = e.operands.map(lift);
    equations.push({ ...e, operands });
  }
  const outputs = graph.outputs.map(lift);
  return { graph: { name: graph.name, inputs, equations, outputs }, literals };
}

/** Where work runs, and its arguments there. */
interface Placement {
  readonly devices: readonly Device[];
  readonly placed: readonly ArrayTensor[];
  /** How scalars lie there. */
  readonly replicated: Sharding;
  readonly committed: boolean;
  /** For the program's key. */
  readonly key: string;
}

/** Arguments that lie on one and the same device, which need no thought; undefined otherwise. */
function together({ args, inside }: Work): Placement | undefined {
  const first = args[0];
  if (inside !== undefined || first === undefined || first instanceof Literal) return undefined;
  const { sharding } = first as ArrayTensor;
  if (!(sharding instanceof SingleDeviceSharding)) return undefined;
  let committed = false;
  for (const t of args) {
    if (t instanceof Literal || (t as ArrayTensor).sharding !== sharding) return undefined;
    if ((t as ArrayTensor).committed) committed = true;
  }
  if (!committed && sharding.device !== defaultDevice()) return undefined;
  const own = sharding.isDefaultMemory ? "" : sharding.memoryKind;
  const key = `${sharding.device.id}${own}${committed ? "!" : ""}`;
  return { devices: sharding.devices, placed: args as readonly ArrayTensor[], replicated: sharding, committed, key };
}

/** The memories of arguments on one device, for the program's key; nothing for the device's own. */
const kinds = (placed: readonly ArrayTensor[]): string =>
  placed.every((t) => t.sharding.isDefaultMemory) ? "" : placed.map((t) => t.sharding.memoryKind).join();

function placement({ args, inside }: Work): Placement {
  const arrays = args.map((t) =>
    t instanceof Literal ? moveTo(t, singleDevice(defaultDevice()), false) : (t as ArrayTensor),
  );
  const asked = inside === undefined ? [] : [inside];
  const described = arrays.map((t, i) => ({ sharding: t.sharding, committed: t.committed, path: `operand ${i}` }));
  const devices = commonDevices(described, asked, [defaultDevice()]);
  const several = devices.length > 1;
  const committed = asked.length > 0 || arrays.some((t) => t.committed);
  const onMesh = [inside, ...arrays.map((t) => t.sharding)].find((s) => s instanceof NamedSharding);
  const replicated = several ? new NamedSharding(onMesh!.mesh, P()) : singleDevice(devices[0]!);
  const placed = arrays.map((t) => {
    if (several ? t.sharding instanceof NamedSharding && t.committed : t.sharding.devices[0] === devices[0]) return t;
    return moveTo(t, replicated, committed);
  });
  const places = several ? placed.map((t) => shardingKey(t.sharding)).join() : `${devices[0]!.id}${kinds(placed)}`;
  return { devices, placed, replicated, committed, key: `${places}${committed ? "!" : ""}` };
}

/** The place of a program's input; on one device only a memory that is not the device's own needs to be said. */
const placeOf = (t: ArrayTensor | undefined, several: boolean, replicated: Sharding): Sharding | null =>
  several ? (t?.sharding ?? replicated) : t === undefined || t.sharding.isDefaultMemory ? null : t.sharding;

function compile(work: Work, { devices, placed: args, replicated, committed }: Placement): Program {
  const several = devices.length > 1;
  const graph = work.spell();
  const inShardings = graph.inputs.map((_, i) => placeOf(args[i], several, replicated));
  const built = build(graph, {
    name: work.name,
    devices,
    inShardings,
    outShardings: graph.outputs.map(() => null),
    donated: inShardings.map(() => false),
    keepUnused: true,
    ...(work.compilerOptions ? { compilerOptions: work.compilerOptions } : {}),
  });
  const outAvals = graph.outputs.map((o) => o.aval);
  const placed = committed || usesHostMemory(graph);
  return new Program(built.executable, inShardings.length, outAvals, built.outShardings, placed);
}

function runWork(work: Work): ArrayTensor[] {
  const { args, literals } = work;
  const where = together(work) ?? placement(work);
  const { placed } = where;
  const key = `${work.key}@${where.key}`;
  let program = programs.get(key);
  if (program === undefined) {
    program = compile(work, where);
    programs.set(key, program);
  }
  for (let i = 0; i < placed.length; i++) program.setArgument(i, placed[i]!);
  const scalars = literals.map((l) => fromScalar(l, where.replicated));
  for (let i = 0; i < scalars.length; i++) program.setArgument(placed.length + i, scalars[i]!);
  const results = program.run();
  for (const t of scalars) t.dispose();
  for (let i = 0; i < placed.length; i++) if (placed[i] !== args[i]) placed[i]!.dispose();
  return results;
}

/** One operation as a graph, its literals among the inputs. */
function spellOne(op: AnyOp, operands: readonly Tensor[], params: unknown): Graph {
  const results = resultAvals(op, operands, params).map((a) => new Var(a));
  const inputs: Var[] = [];
  const atoms = operands.map((t) => {
    if (t instanceof Literal) return t;
    inputs.push(new Var(t.aval));
    return inputs.at(-1)!;
  });
  const equation: Equation = { op, operands: atoms, params, results, site: currentSite() };
  return liftLiterals({ name: op.name, inputs, equations: [equation], outputs: results }).graph;
}

export const eagerBackend: Backend = {
  evaluate(op: AnyOp, operands: readonly Tensor[], params: unknown): Tensor[] {
    let key = `${identity(op)}`;
    const args: Tensor[] = [];
    const literals: Literal[] = [];
    for (const t of operands) {
      if (t instanceof Literal) literals.push(t);
      else args.push(t);
      key += t instanceof Literal ? ` l${t.aval.id}` : ` ${t.aval.id}`;
    }
    const results = runWork({
      key: `${key}${paramsKey(params)}`,
      name: op.name,
      args,
      literals,
      inside: placeOfParams(params),
      compilerOptions: optionsOf(params),
      spell: () => spellOne(op, operands, params),
    });
    if (checksValues()) checkOperation(op.name, results);
    return results;
  },

  run(graph: Graph, args: readonly Tensor[]): Tensor[] {
    if (graph.equations.some((e) => optionsOf(e.params) !== undefined)) return runInParts(graph, args, eagerBackend);
    const lifted = liftLiterals(graph);
    const results = runWork({
      key: graphKey(graph, true),
      name: graph.name,
      args,
      literals: lifted.literals,
      inside: placeIn(graph),
      spell: () => lifted.graph,
    });
    if (checksValues()) checkGraphRun(graph, args, results);
    return results;
  },

  item(tensor: Tensor): HostScalar {
    const bytes =
      tensor instanceof Literal ? encodeValues([tensor.value], tensor.dtype) : toBytes(tensor as ArrayTensor);
    return scalars(bytes, tensor.dtype)[0]!;
  },
};
