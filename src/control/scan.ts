// scan: one body for all turns of a loop whose length is known.
import { type Aval, longAval, withShape } from "../core/aval.ts";
import { ShapeError } from "../core/errors.ts";
import { type Graph, graphEffect } from "../core/graph.ts";
import { defineOp, type Maybe, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchAt } from "../ops/batching.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { batchGraph } from "../transforms/batch.ts";
import { dce } from "../transforms/dce.ts";
import { jvpGraph, pick } from "../transforms/jvp.ts";
import { linearizeGraph } from "../transforms/linearize.ts";
import { transposeGraph } from "../transforms/transpose.ts";
import { requireInputs } from "./call.ts";
import { fixpoint, range, reorder } from "./carry.ts";
import { lowerScan } from "./scan-lowering.ts";
import { accumulating, splitResiduals } from "./scan-residuals.ts";

export interface ScanParams {
  /** Inputs: constants, carries, one slice of each scanned tensor. Outputs: carries, one slice of each stacked result. */
  readonly body: Graph;
  readonly consts: number;
  readonly carries: number;
  readonly length: number;
  readonly reverse: boolean;
  /** Turns that one iteration of the lowered loop does. */
  readonly unroll: number;
}
type Many = readonly Tensor[];

interface Parts<T> {
  readonly consts: readonly T[];
  readonly carries: readonly T[];
  readonly xs: readonly T[];
}
export const parts = <T>(values: readonly T[], { consts, carries }: ScanParams): Parts<T> => ({
  consts: values.slice(0, consts),
  carries: values.slice(consts, consts + carries),
  xs: values.slice(consts + carries),
});
const stackedAval = (a: Aval, length: number): Aval => withShape(a, [length, ...a.shape]);

export const scanOp: Op<ScanParams, Many> = defineOp({
  name: "scan",
  shape: (operands, p) => {
    const { consts, carries, xs } = parts(operands, p);
    for (const x of xs)
      if (x.shape[0] !== p.length)
        throw new ShapeError(
          `scan: got a scanned ${longAval(x)} for length ${p.length}; expected a leading dimension of ${p.length}.`,
        );
    requireInputs("scan", p.body, [...consts, ...carries, ...xs.map((x) => withShape(x, x.shape.slice(1)))]);
    const outs = p.body.outputs.map((o) => o.aval);
    carries.forEach((c, i) => {
      if (outs[i] !== p.body.inputs[p.consts + i]!.aval)
        throw new ShapeError(`scan: carry ${i} goes in as ${longAval(c)} and comes out as ${longAval(outs[i]!)}.`);
    });
    return outs.map((a, i) => (i < p.carries ? a : stackedAval(a, p.length)));
  },
  derivative: { structured: { jvp: jvpScan, linearize: linearizeScan } },
  transpose: ({ cotangents, operands, avals, params }) => transposeScan(cotangents, operands, avals, params),
  batch: ({ operands, dims, size, params: p, axisName, spmdAxisName }) => {
    const options = { size, axisName, spmdAxisName };
    const d = parts(dims, p);
    const inDims = (carry: readonly boolean[]) => [
      ...d.consts,
      ...carry.map((c) => (c ? 0 : null)),
      ...d.xs.map((x) => (x === null ? null : 0)),
    ];
    const carry = fixpoint(
      d.carries.map((c) => c !== null),
      (active) =>
        batchGraph(p.body, inDims(active), options)
          .dims.slice(0, p.carries)
          .map((c) => c !== null),
    );
    const force = p.body.outputs.map((_, i) => i < p.carries && carry[i]!);
    const b = batchGraph(p.body, inDims(carry), options, force);
    const v = parts(operands, p);
    const results = bind(
      scanOp,
      [
        ...v.consts,
        ...v.carries.map((c, i) => (carry[i] ? batchAt(c, d.carries[i] ?? null, 0, size) : c)),
        ...v.xs.map((x, i) => (d.xs[i] === null ? x : batchAt(x, d.xs[i]!, 1, size))),
      ],
      { ...p, body: b.graph },
    );
    return { results, dims: b.dims.map((dim, i) => (dim === null ? null : i < p.carries ? 0 : 1)) };
  },
  effect: ({ body }) => graphEffect(body),
  cost: "costly",
  lower: (c, operands, params) => lowerScan(c, operands, params),
});

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

function jvpScan(primals: Many, tangents: readonly Maybe[], p: ScanParams): readonly [Many, readonly Maybe[]] {
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

function linearizeScan(primals: Many, tangents: readonly Maybe[], p: ScanParams): readonly [Many, readonly Maybe[]] {
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

/** Which carries depend on linear inputs; the others, such as counters, are values. */
function linearCarries(
  p: ScanParams,
  consts: readonly boolean[],
  inits: readonly boolean[],
  xs: readonly boolean[],
): boolean[] {
  return fixpoint(inits, (carries) => {
    const dependent = new Set<unknown>(pick(p.body.inputs, [...consts, ...carries, ...xs]));
    for (const e of p.body.equations)
      if (e.operands.some((x) => dependent.has(x))) for (const r of e.results) dependent.add(r);
    return p.body.outputs.slice(0, p.carries).map((x) => dependent.has(x));
  });
}

/** Runs the carries that are values forwards, and transposes the scan that reads them as scanned tensors. */
function transposeBesideValues(
  cotangents: readonly Maybe[],
  operands: readonly Maybe[],
  avals: readonly Aval[],
  p: ScanParams,
  carriesLinear: readonly boolean[],
): Maybe[] {
  const o = parts(operands, p);
  const a = parts(avals, p);
  const at = { carry: p.consts, x: p.consts + p.carries };
  const indices = range(0, p.carries);
  const values = indices.filter((i) => !carriesLinear[i]);
  const linear = indices.filter((i) => carriesLinear[i]);
  const knownConsts = range(0, p.consts).filter((i) => o.consts[i] !== null);
  const knownXs = range(0, o.xs.length).filter((i) => o.xs[i] !== null);
  const valueVars = values.map((i) => p.body.inputs[at.carry + i]!);
  const forward = dce({
    ...p.body,
    inputs: [
      ...knownConsts.map((i) => p.body.inputs[i]!),
      ...valueVars,
      ...knownXs.map((i) => p.body.inputs[at.x + i]!),
    ],
    outputs: [...values.map((i) => p.body.outputs[i]!), ...valueVars],
  }).graph;
  const known = [
    ...knownConsts.map((i) => o.consts[i]!),
    ...values.map((i) => o.carries[i]!),
    ...knownXs.map((i) => o.xs[i]!),
  ];
  const stacked = bind(scanOp, known, {
    ...p,
    body: forward,
    consts: knownConsts.length,
    carries: values.length,
  }).slice(values.length);
  const nOut = p.body.outputs.length;
  const body = reorder(
    p.body,
    [
      ...range(0, p.consts),
      ...linear.map((i) => at.carry + i),
      ...range(at.x, p.body.inputs.length),
      ...values.map((i) => at.carry + i),
    ],
    [...linear, ...range(p.carries, nOut)],
  );
  const cts = transposeScan(
    [...linear.map((i) => cotangents[i] ?? null), ...cotangents.slice(p.carries)],
    [...o.consts, ...linear.map((i) => o.carries[i]!), ...o.xs, ...stacked],
    [...a.consts, ...linear.map((i) => a.carries[i]!), ...a.xs, ...stacked.map((s) => s.aval)],
    { ...p, body, carries: linear.length },
  );
  const ctCarries = indices.map((i) => (carriesLinear[i] ? cts[p.consts + linear.indexOf(i)]! : null));
  const xsFrom = p.consts + linear.length;
  return [...cts.slice(0, p.consts), ...ctCarries, ...cts.slice(xsFrom, xsFrom + o.xs.length)];
}

/** Backwards: a scan in the other direction that carries the cotangents of the carries and sums those of constants. */
function transposeScan(
  cotangents: readonly Maybe[],
  operands: readonly Maybe[],
  avals: readonly Aval[],
  p: ScanParams,
): Maybe[] {
  const o = parts(operands, p);
  const a = parts(avals, p);
  const linearConst = o.consts.map((x) => x === null);
  const linearX = o.xs.map((x) => x === null);
  const carriesLinear = linearCarries(
    p,
    linearConst,
    o.carries.map((x) => x === null),
    linearX,
  );
  if (carriesLinear.includes(false)) return transposeBesideValues(cotangents, operands, avals, p, carriesLinear);
  const linear = [...linearConst, ...o.carries.map(() => true), ...linearX];
  const ctCarries = a.carries.map((aval, i) => cotangents[i] ?? zeroTangent(aval));
  const ctYs = cotangents.slice(p.carries);
  const given = [...ctCarries.map(() => true), ...ctYs.map((ct) => ct !== null)];
  const t = transposeGraph(p.body, linear, given, true);
  // The transposed body: (constants, slices, ct carries, ct ys) → (ct constants, ct carries, ct slices).
  const nc = linearConst.filter(Boolean).length;
  const constValues = p.consts - nc;
  const nx = linearX.filter(Boolean).length;
  const xValues = o.xs.length - nx;
  const body = accumulating(t.graph, { constValues, xValues, consts: nc, carries: p.carries });
  const ctConsts = pick(a.consts, linearConst).map((aval) => zeroTangent(aval));
  const present = (ts: readonly Maybe[]) => ts.filter((x): x is Tensor => x !== null);
  const results = bind(scanOp, [...present(o.consts), ...ctConsts, ...ctCarries, ...present(o.xs), ...present(ctYs)], {
    ...p,
    body,
    consts: constValues,
    carries: nc + p.carries,
    reverse: !p.reverse,
  });
  let c = 0;
  let x = nc + p.carries;
  return [
    ...linearConst.map((l) => (l ? results[c++]! : null)),
    ...o.carries.map((init, i) => (init === null ? results[nc + i]! : null)),
    ...linearX.map((l) => (l ? results[x++]! : null)),
  ];
}
