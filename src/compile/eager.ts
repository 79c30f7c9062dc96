// Outside any trace: one-op programs, and whole graphs run as one program, cached by structure.
import { type Aval, avalOf } from "../core/aval.ts";
import type { Backend } from "../core/backend.ts";
import type { HostScalar } from "../core/complex.ts";
import { type Equation, type Graph, Var } from "../core/graph.ts";
import { type Device, type Mesh, NamedSharding, P, type Sharding, SingleDeviceSharding } from "../core/mesh.ts";
import type { AnyOp } from "../core/op.ts";
import { currentSite } from "../core/site.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { broadcastOp } from "../ops/shape.ts";
import type { ArrayTensor } from "./array.ts";
import { build, commonDevices, meshIn, meshOfParams } from "./build.ts";
import { BoundedCache } from "./cache.ts";
import { config } from "./config.ts";
import { defaultDevice, singleDevice } from "./devices.ts";
import { encodeValues, scalars } from "./encoding.ts";
import { checkGraphRun, checkOperation, checksValues } from "./nans.ts";
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
  readonly mesh: Mesh | undefined;
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
function together({ args, mesh }: Work): Placement | undefined {
  const first = args[0];
  if (mesh !== undefined || first === undefined || first instanceof Literal) return undefined;
  const { sharding } = first as ArrayTensor;
  if (!(sharding instanceof SingleDeviceSharding)) return undefined;
  let committed = false;
  for (const t of args) {
    if (t instanceof Literal || (t as ArrayTensor).sharding !== sharding) return undefined;
    if ((t as ArrayTensor).committed) committed = true;
  }
  if (!committed && sharding.device !== defaultDevice()) return undefined;
  const key = `${sharding.device.id}${committed ? "!" : ""}`;
  return { devices: sharding.devices, placed: args as readonly ArrayTensor[], replicated: sharding, committed, key };
}

function placement({ args, mesh: inside }: Work): Placement {
  const arrays = args.map((t) =>
    t instanceof Literal ? moveTo(t, singleDevice(defaultDevice()), false) : (t as ArrayTensor),
  );
  const asked = inside === undefined ? [] : [new NamedSharding(inside, P())];
  const described = arrays.map((t, i) => ({ sharding: t.sharding, committed: t.committed, path: `operand ${i}` }));
  const devices = commonDevices(described, asked, [defaultDevice()]);
  const several = devices.length > 1;
  const committed = asked.length > 0 || arrays.some((t) => t.committed);
  const mesh = inside ?? arrays.find((t) => t.sharding instanceof NamedSharding)?.sharding;
  const replicated = several
    ? new NamedSharding(mesh instanceof NamedSharding ? mesh.mesh : (mesh as NamedSharding["mesh"]), P())
    : singleDevice(devices[0]!);
  const placed = arrays.map((t) => {
    if (several ? t.sharding instanceof NamedSharding && t.committed : t.sharding.devices[0] === devices[0]) return t;
    return moveTo(t, replicated, committed);
  });
  const places = several ? placed.map((t) => shardingKey(t.sharding)).join() : String(devices[0]!.id);
  return { devices, placed, replicated, committed, key: `${places}${committed ? "!" : ""}` };
}

function compile(work: Work, { devices, placed, replicated, committed }: Placement): Program {
  const several = devices.length > 1;
  const graph = work.spell();
  const inShardings = graph.inputs.map((_, i) => (several ? (placed[i]?.sharding ?? replicated) : null));
  const built = build(graph, {
    name: work.name,
    devices,
    inShardings,
    outShardings: graph.outputs.map(() => null),
    donated: inShardings.map(() => false),
    keepUnused: true,
  });
  const outAvals = graph.outputs.map((o) => o.aval);
  return new Program(built.executable, inShardings.length, outAvals, built.outShardings, committed);
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
  const avals = operands.map((t) => t.aval);
  const results = op.shape(avals, params).map((a) => new Var(a));
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
      mesh: meshOfParams(params),
      spell: () => spellOne(op, operands, params),
    });
    if (checksValues()) checkOperation(op.name, results);
    return results;
  },

  run(graph: Graph, args: readonly Tensor[]): Tensor[] {
    const lifted = liftLiterals(graph);
    const results = runWork({
      key: graphKey(graph, true),
      name: graph.name,
      args,
      literals: lifted.literals,
      mesh: meshIn(graph),
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
