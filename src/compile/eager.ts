// Outside any trace: one-op programs, and whole graphs run as one program, cached by structure.
import { type Aval, avalOf } from "../core/aval.ts";
import type { Backend } from "../core/backend.ts";
import { type Equation, type Graph, Var } from "../core/graph.ts";
import { NamedSharding, P } from "../core/mesh.ts";
import type { AnyOp } from "../core/op.ts";
import { currentSite } from "../core/site.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { broadcastOp } from "../ops/shape.ts";
import type { ArrayTensor } from "./array.ts";
import { build, commonDevices, meshIn } from "./build.ts";
import { BoundedCache } from "./cache.ts";
import { defaultDevice, singleDevice } from "./devices.ts";
import { scalars } from "./encoding.ts";
import { fromScalar, moveTo, toBytes } from "./place.ts";
import { Program } from "./program.ts";
import { graphKey, identity } from "./structure.ts";

const programs = new BoundedCache<string, Program>(4096, (p) => p.destroy());

const scalarOf = (a: Aval): Aval => avalOf([], a.dtype, a.weakType);

/** A scalar spread over `aval`'s shape inside the program, so that its value is no part of the key. */
function spreadEquation(v: Var, aval: Aval): Equation {
  const params = { shape: aval.shape, dims: [] };
  return { op: broadcastOp, operands: [v], params, results: [new Var(aval)], site: {} };
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

function runGraph(graph: Graph, args: readonly Tensor[], key: string): Tensor[] {
  const arrays = args.map((t) =>
    t instanceof Literal ? moveTo(t, singleDevice(defaultDevice()), false) : (t as ArrayTensor),
  );
  const inside = meshIn(graph);
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
  const places = several ? placed.map((t) => shardingKey(t)).join() : String(devices[0]!.id);
  const full = `${key}@${places}${committed ? "!" : ""}`;
  const lifted = liftLiterals(graph);
  let program = programs.get(full);
  if (program === undefined) {
    const inShardings = [
      ...placed.map((t) => (several ? t.sharding : null)),
      ...lifted.literals.map(() => (several ? replicated : null)),
    ];
    const built = build(lifted.graph, {
      name: graph.name,
      devices,
      inShardings,
      outShardings: graph.outputs.map(() => null),
      donated: inShardings.map(() => false),
      keepUnused: true,
    });
    program = new Program(
      built.executable,
      inShardings.length,
      graph.outputs.map((o) => o.aval),
      built.outShardings,
      committed,
    );
    programs.set(full, program);
  }
  const scalarTensors = lifted.literals.map((l) => fromScalar(l, replicated));
  placed.forEach((t, i) => {
    program.setArgument(i, t);
  });
  scalarTensors.forEach((t, i) => {
    program.setArgument(placed.length + i, t);
  });
  const results = program.run();
  for (const t of scalarTensors) t.dispose();
  placed.forEach((t, i) => {
    if (t !== args[i]) t.dispose();
  });
  return results;
}

const shardingKey = (t: ArrayTensor): string => `${identity((t.sharding as NamedSharding).mesh)}${t.sharding}`;

export const eagerBackend: Backend = {
  evaluate(op: AnyOp, operands: readonly Tensor[], params: unknown): Tensor[] {
    const inputs = operands.flatMap((t) => (t instanceof Literal ? [] : [new Var(t.aval)]));
    let next = 0;
    const atoms = operands.map((t) => (t instanceof Literal ? t : inputs[next++]!));
    const results = op.shape(
      operands.map((t) => t.aval),
      params,
    );
    const vars = results.map((a) => new Var(a));
    const equation: Equation = { op, operands: atoms, params, results: vars, site: currentSite() };
    const graph: Graph = { name: op.name, inputs, equations: [equation], outputs: vars };
    const args = operands.filter((t) => !(t instanceof Literal));
    return runGraph(graph, args, graphKey(graph, true));
  },

  run(graph: Graph, args: readonly Tensor[]): Tensor[] {
    return runGraph(graph, args, graphKey(graph, true));
  },

  item(tensor: Tensor): number | bigint | boolean {
    if (tensor instanceof Literal) return tensor.value;
    return scalars(toBytes(tensor as ArrayTensor), tensor.dtype)[0]!;
  },
};
