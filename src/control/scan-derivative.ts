// Derivatives of scan: tangents ride along as further constants, carries and scanned tensors of the loop.
import type { Maybe } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { jvpGraph } from "../transforms/jvp.ts";
import { linearizeGraph } from "../transforms/linearize.ts";
import { fixpoint, range, reorder } from "./carry.ts";
import { parts, type ScanParams, scanOp } from "./scan.ts";
import { splitResiduals } from "./scan-residuals.ts";

type Many = readonly Tensor[];

/** Activity of constants, carries (grown to the loop's fixpoint) and scanned tensors. */
function activity(
  tangents: readonly Maybe[],
  p: ScanParams,
  outActive: (active: readonly boolean[], force: readonly boolean[]) => readonly boolean[],
) {
  const given = parts(tangents, p);
  const consts = given.consts.map((t) => t !== null);
  const xs = given.xs.map((t) => t !== null);
  const force = (carries: readonly boolean[]) => p.body.outputs.map((_, i) => i < p.carries && carries[i]!);
  const carries = fixpoint(
    given.carries.map((t) => t !== null),
    (c) => outActive([...consts, ...c, ...xs], force(c)).slice(0, p.carries),
  );
  return { consts, carries, xs, active: [...consts, ...carries, ...xs], force: force(carries) };
}

/** The tangents of active operands; a carry that only becomes active later starts at zero. */
function activeTangents(primals: Many, tangents: readonly Maybe[], active: readonly boolean[]): Tensor[] {
  return primals.flatMap((x, i) => (active[i] ? [tangents[i] ?? zeroTangent(x)] : []));
}

export function jvpScan(primals: Many, tangents: readonly Maybe[], p: ScanParams): readonly [Many, readonly Maybe[]] {
  const a = activity(tangents, p, (active, force) => jvpGraph(p.body, active, force).outActive);
  const d = jvpGraph(p.body, a.active, a.force);
  const nIn = p.body.inputs.length;
  const nOut = p.body.outputs.length;
  const count = (mask: readonly boolean[]) => mask.filter(Boolean).length;
  const [tc, ti, tx] = [count(a.consts), count(a.carries), count(a.xs)];
  const inputs = [
    ...range(0, p.consts),
    ...range(nIn, nIn + tc),
    ...range(p.consts, p.consts + p.carries),
    ...range(nIn + tc, nIn + tc + ti),
    ...range(p.consts + p.carries, nIn),
    ...range(nIn + tc + ti, nIn + tc + ti + tx),
  ];
  const nTangents = d.graph.outputs.length - nOut;
  const outputs = [
    ...range(0, p.carries),
    ...range(nOut, nOut + ti),
    ...range(p.carries, nOut),
    ...range(nOut + ti, nOut + nTangents),
  ];
  const v = parts(primals, p);
  const t = parts(spread(primals, tangents, a.active), p);
  const present = (ts: readonly Maybe[]) => ts.filter((x): x is Tensor => x !== null);
  const results = bind(
    scanOp,
    [...v.consts, ...present(t.consts), ...v.carries, ...present(t.carries), ...v.xs, ...present(t.xs)],
    { ...p, body: reorder(d.graph, inputs, outputs), consts: p.consts + tc, carries: p.carries + ti },
  );
  const ys = nOut - p.carries;
  const outs = [...results.slice(0, p.carries), ...results.slice(p.carries + ti, p.carries + ti + ys)];
  const outTangents = [...results.slice(p.carries, p.carries + ti), ...results.slice(p.carries + ti + ys)];
  let next = 0;
  return [outs, d.outActive.map((active) => (active ? outTangents[next++]! : null))];
}

const spread = (primals: Many, tangents: readonly Maybe[], active: readonly boolean[]): Maybe[] => {
  const present = activeTangents(primals, tangents, active);
  let next = 0;
  return active.map((a) => (a ? present[next++]! : null));
};

export function linearizeScan(
  primals: Many,
  tangents: readonly Maybe[],
  p: ScanParams,
): readonly [Many, readonly Maybe[]] {
  const a = activity(tangents, p, (active, force) => linearizeGraph(p.body, active, force).outActive);
  const l = linearizeGraph(p.body, a.active, a.force);
  const split = splitResiduals(l, p, a);
  const v = parts(primals, p);
  const nOut = p.body.outputs.length;
  const results = bind(scanOp, primals, { ...p, body: split.primal });
  const invariants = split.hoist(v.consts);
  const t = parts(spread(primals, tangents, a.active), p);
  const present = (ts: readonly Maybe[]) => ts.filter((x): x is Tensor => x !== null);
  const linear = [...present(t.consts)];
  const outTangents = bind(
    scanOp,
    [
      ...split.constResiduals.map((i) => v.consts[i]!),
      ...invariants,
      ...linear,
      ...present(t.carries),
      ...split.xsResiduals.map((i) => v.xs[i]!),
      ...split.stacked.map((i) => results[i]!),
      ...present(t.xs),
    ],
    {
      ...p,
      body: split.tangent,
      consts: split.constResiduals.length + invariants.length + linear.length,
      carries: a.carries.filter(Boolean).length,
    },
  );
  let next = 0;
  return [results.slice(0, nOut), l.outActive.map((active) => (active ? outTangents[next++]! : null))];
}
