// Which values a forward program keeps for the backward one: a minimum cut, by bytes, through cheap equations.
import { itemSize } from "../core/dtype.ts";
import { internal } from "../core/errors.ts";
import { type Atom, type Equation, effectOf, type Graph, Var } from "../core/graph.ts";
import { NamedSharding } from "../core/mesh.ts";
import { FlowNetwork } from "./maxflow.ts";

export interface ResidualPlan {
  /** Values of the primal program to keep. */
  readonly saved: readonly Var[];
  /** From the saved values to the residuals, in their order. */
  readonly recompute: Graph;
}

/**
 * Plans how to have `residuals` again, given that keeping a value costs `cost(v)` bytes and that cheap equations may
 * be computed twice. Ties are cut as late as possible, so that as little as possible is recomputed.
 *
 * The idea is that of the min-cut rematerialization of PyTorch's AOTAutograd.
 */
export function planResiduals(
  primal: Graph,
  residuals: readonly Atom[],
  cost: (v: Var) => number,
  cheap: (e: Equation) => boolean = (e) => e.op.cost === "cheap",
): ResidualPlan {
  const producer = new Map<Var, Equation>();
  for (const e of primal.equations) for (const r of e.results) producer.set(r, e);
  const recomputable = (v: Var): Equation | undefined => {
    const e = producer.get(v);
    return e !== undefined && cheap(e) && effectOf(e) === "none" ? e : undefined;
  };

  const network = new FlowNetwork();
  const source = network.node();
  const sink = network.node();
  const nodes = new Map<Var, { enter: number; leave: number }>();
  const pending: Var[] = [];
  const visit = (v: Var) => {
    let node = nodes.get(v);
    if (node === undefined) {
      node = { enter: network.node(), leave: network.node() };
      network.edge(node.enter, node.leave, cost(v));
      nodes.set(v, node);
      pending.push(v);
    }
    return node;
  };
  for (const r of residuals) if (r instanceof Var) network.edge(visit(r).leave, sink, Number.POSITIVE_INFINITY);
  for (let v = pending.pop(); v !== undefined; v = pending.pop()) {
    const { enter } = nodes.get(v)!;
    const e = recomputable(v);
    if (e === undefined) network.edge(source, enter, Number.POSITIVE_INFINITY);
    else
      for (const o of e.operands) if (o instanceof Var) network.edge(visit(o).leave, enter, Number.POSITIVE_INFINITY);
  }
  const beyond = network.sinkSide(source, sink);
  const saved = [...nodes].filter(([, n]) => !beyond[n.enter] && beyond[n.leave]).map(([v]) => v);
  return { saved, recompute: subgraph(primal, saved, residuals) };
}

/** The part of `graph` that computes `outputs` from `inputs`. */
export function subgraph(graph: Graph, inputs: readonly Var[], outputs: readonly Atom[]): Graph {
  const given = new Set<Var>(inputs);
  const needed = new Set<Var>(outputs.filter((o): o is Var => o instanceof Var && !given.has(o)));
  const equations: Equation[] = [];
  for (let i = graph.equations.length - 1; i >= 0; i--) {
    const e = graph.equations[i]!;
    if (!e.results.some((r) => needed.has(r))) continue;
    for (const r of e.results) needed.delete(r);
    equations.push(e);
    for (const o of e.operands) if (o instanceof Var && !given.has(o)) needed.add(o);
  }
  if (needed.size > 0) internal(`a part of ${graph.name} needs values that it is not given`);
  equations.reverse();
  return { name: `${graph.name}_recompute`, inputs, equations, outputs };
}

export const bytesOf = (v: Var): number => Math.max(1, v.aval.size * itemSize(v.aval.dtype));

/**
 * Bytes that one device holds of a value, as far as placements in `graph` say: a value that is placed is in as many
 * pieces as its spec makes, what cheap equations make of it likewise; of others the whole is counted.
 */
export function bytesPerDevice(graph: Graph): (v: Var) => number {
  const pieces = new Map<Var, number>();
  const piecesOf = (a: Atom) => (a instanceof Var ? (pieces.get(a) ?? 1) : 1);
  for (const e of graph.equations) {
    const placed = (e.params as { sharding?: unknown } | null)?.sharding;
    if (!(placed instanceof NamedSharding) && e.op.cost !== "cheap") continue;
    for (const r of e.results)
      pieces.set(
        r,
        placed instanceof NamedSharding ? piecesAt(placed, r) : Math.max(1, ...e.operands.map((o) => piecesOf(o))),
      );
  }
  return (v) => Math.max(1, bytesOf(v) / piecesOf(v));
}

const piecesAt = ({ mesh, spec }: NamedSharding, { aval }: Var): number =>
  aval.shape.flatMap((_, d) => spec.axes(d)).reduce((n, axis) => n * mesh.size(axis), 1);
