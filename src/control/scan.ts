// scan: one body for all turns of a loop whose length is known.
import { type Aval, longAval, withShape } from "../core/aval.ts";
import { ShapeError } from "../core/errors.ts";
import { type Graph, graphEffect } from "../core/graph.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchAt } from "../ops/batching.ts";
import { batchGraph } from "../transforms/batch.ts";
import { requireInputs } from "./call.ts";
import { fixpoint } from "./carry.ts";
import { jvpScan, linearizeScan } from "./scan-derivative.ts";
import { lowerScan } from "./scan-lowering.ts";
import { transposeScan } from "./scan-transpose.ts";

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
