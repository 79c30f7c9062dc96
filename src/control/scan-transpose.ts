// The transpose of scan: a scan in the other direction, over the cotangents.
import type { Aval } from "../core/aval.ts";
import type { Maybe } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { dce } from "../transforms/dce.ts";
import { pick } from "../transforms/jvp.ts";
import { transposeGraph } from "../transforms/transpose.ts";
import { fixpoint, range, reorder } from "./carry.ts";
import { parts, type ScanParams, scanOp } from "./scan.ts";
import { accumulating } from "./scan-residuals.ts";

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
export function transposeScan(
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
