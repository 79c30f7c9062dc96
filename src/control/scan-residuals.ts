// Bodies of the scans that a derivative needs: what the forward one keeps, what the backward one reads again.
import { withShape } from "../core/aval.ts";
import { type Atom, type Graph, memoize, Var } from "../core/graph.ts";
import type { Tensor } from "../core/tensor.ts";
import { traceGraph } from "../core/trace.ts";
import { addTangents } from "../ops/tangent.ts";
import { dce } from "../transforms/dce.ts";
import { inline } from "../transforms/evaluate.ts";
import type { LinearizedGraph } from "../transforms/linearize.ts";
import { bytesPerDevice, planResiduals, subgraph } from "../transforms/residuals.ts";
import type { ScanParams } from "./scan.ts";

export interface SplitScan {
  /** The body with the stacked residuals as further results. */
  readonly primal: Graph;
  /** For each stacked residual, the result of the primal scan that holds it. */
  readonly stacked: readonly number[];
  /** Constants: residual constants, invariants, tangents; carries: tangents; xs: residual slices, stacked, tangents. */
  readonly tangent: Graph;
  /** Which constants and which scanned tensors the tangent scan reads again. */
  readonly constResiduals: readonly number[];
  readonly xsResiduals: readonly number[];
  /** Loop-invariant residuals, computed once outside the loop. */
  readonly hoist: (consts: readonly Tensor[]) => Tensor[];
}

/**
 * Decides for every residual of a scan body: re-read (a constant, a slice of a scanned tensor), hoisted (depends on
 * constants only), recomputed by cheap equations, or stacked over the turns; the least bytes win.
 */
export function splitResiduals(
  l: LinearizedGraph,
  p: ScanParams,
  active: { consts: readonly boolean[]; carries: readonly boolean[]; xs: readonly boolean[] },
): SplitScan {
  return memoize(l.primal, `split ${p.length} ${p.consts} ${p.carries}`, () => {
    const { inputs, outputs } = l.primal;
    const nOut = p.body.outputs.length;
    const consts = inputs.slice(0, p.consts);
    const xs = inputs.slice(p.consts + p.carries);
    const invariant = invariants(l.primal, consts);
    const results: readonly Atom[] = outputs.slice(p.carries, nOut);
    const bytes = bytesPerDevice(l.primal);
    const cost = (v: Var): number => {
      if (consts.includes(v) || xs.includes(v) || results.includes(v)) return 0;
      return invariant.has(v) ? bytes(v) : bytes(v) * p.length;
    };
    const residuals = outputs.slice(nOut);
    const plan = planResiduals(l.primal, residuals, cost);
    const isConst = (v: Var) => consts.includes(v);
    const isX = (v: Var) => xs.includes(v);
    const savedConsts = plan.saved.filter(isConst);
    const hoisted = plan.saved.filter((v) => !isConst(v) && invariant.has(v));
    const savedXs = plan.saved.filter(isX);
    const stacked = plan.saved.filter((v) => !isConst(v) && !isX(v) && !invariant.has(v));
    const added = stacked.filter((v) => !results.includes(v));
    const primal = dce({ ...l.primal, outputs: [...outputs.slice(0, nOut), ...added] }).graph;
    const hoistGraph = subgraph(l.primal, consts, hoisted);

    const tangents = l.tangent.inputs.slice(l.residuals);
    const count = (mask: readonly boolean[]) => mask.filter(Boolean).length;
    const [nc, ni] = [count(active.consts), count(active.carries)];
    const groups: readonly (readonly Var[])[] = [
      savedConsts,
      hoisted,
      tangents.slice(0, nc),
      tangents.slice(nc, nc + ni),
      savedXs,
      stacked,
      tangents.slice(nc + ni),
    ];
    const order = groups.flat();
    const saved = new Map<Var, number>(order.map((v, i) => [v, i]));
    const { graph: tangent } = traceGraph(
      l.tangent.name,
      (...args) => {
        const again = inline(
          plan.recompute,
          plan.saved.map((v) => args[saved.get(v)!]!),
        );
        return inline(l.tangent, [...again, ...tangents.map((v) => args[saved.get(v)!]!)]);
      },
      order.map((v) => v.aval),
      { what: `the tangent body of ${p.body.name}`, ambient: true },
    );
    return {
      primal,
      stacked: stacked.map((v) => (results.includes(v) ? p.carries + results.indexOf(v) : nOut + added.indexOf(v))),
      tangent,
      constResiduals: savedConsts.map((v) => consts.indexOf(v)),
      xsResiduals: savedXs.map((v) => xs.indexOf(v)),
      hoist: (values) => (hoisted.length === 0 ? [] : inline(hoistGraph, values)),
    };
  });
}

/** Values that depend on constants of the loop alone. */
function invariants(body: Graph, consts: readonly Var[]): Set<Var> {
  const out = new Set<Var>(consts);
  const known = (a: Atom) => !(a instanceof Var) || out.has(a);
  for (const e of body.equations) if (e.operands.every(known)) for (const r of e.results) out.add(r);
  return out;
}

/** A transposed body as a scan body: sums the cotangents of constants in carries. */
export function accumulating(
  transposed: Graph,
  n: { constValues: number; xValues: number; consts: number; carries: number },
): Graph {
  return memoize(transposed, `accumulating ${n.constValues} ${n.xValues} ${n.consts} ${n.carries}`, () => {
    const inputs = transposed.inputs.map((v) => v.aval);
    const values = n.constValues + n.xValues;
    const sums = transposed.outputs.slice(0, n.consts).map((o) => withShape(o.aval, o.aval.shape));
    const avals = [
      ...inputs.slice(0, n.constValues),
      ...sums,
      ...inputs.slice(values, values + n.carries),
      ...inputs.slice(n.constValues, values),
      ...inputs.slice(values + n.carries),
    ];
    const { graph } = traceGraph(
      `${transposed.name}_body`,
      (...args) => {
        let at = 0;
        const take = (count: number) => {
          at += count;
          return args.slice(at - count, at);
        };
        const consts = take(n.constValues);
        const totals = take(n.consts);
        const carries = take(n.carries);
        const xs = take(n.xValues);
        const ys = args.slice(at);
        const out = inline(transposed, [...consts, ...xs, ...carries, ...ys]);
        return [...totals.map((t, i) => addTangents(t, out[i]!)!), ...out.slice(n.consts)];
      },
      avals,
      { what: `the transposed body ${transposed.name}`, ambient: true },
    );
    return graph;
  });
}
