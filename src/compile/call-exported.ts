// The operation that calls an exported program from a program being traced.

import { scanOp } from "../control/scan.ts";
import { type Aval, longAval } from "../core/aval.ts";
import { NonDifferentiableError, ShapeError } from "../core/errors.ts";
import { type Graph, memoize, Var } from "../core/graph.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchAt } from "../ops/batching.ts";

/** A program as StableHLO text, of one device. Compared by identity. */
export class ForeignProgram {
  readonly name: string;
  /** Text of the module for each platform that it was exported for. */
  readonly texts: ReadonlyMap<string, string>;
  /** What `@main` takes, hidden arguments first, and returns. */
  readonly inAvals: readonly Aval[];
  readonly outAvals: readonly Aval[];
  readonly cost: { readonly flops: number; readonly bytesAccessed: number };
  /** The one-equation graph that calls it, for loops. */
  readonly graph: Graph;

  constructor(
    name: string,
    texts: ReadonlyMap<string, string>,
    inAvals: readonly Aval[],
    outAvals: readonly Aval[],
    cost: { readonly flops: number; readonly bytesAccessed: number },
  ) {
    this.name = name;
    this.texts = texts;
    this.inAvals = inAvals;
    this.outAvals = outAvals;
    this.cost = cost;
    const inputs = inAvals.map((a) => new Var(a));
    const outputs = outAvals.map((a) => new Var(a));
    const equation = { op: callExportedOp, operands: inputs, params: { program: this }, results: outputs, site: {} };
    this.graph = { name, inputs, equations: [equation], outputs };
  }
}

export interface CallExportedParams {
  readonly program: ForeignProgram;
}
type Many = readonly Tensor[];

const noDerivative = ({ program }: CallExportedParams): never => {
  throw new NonDifferentiableError(
    `${program.name} was exported without its derivative. Export it with { vjpOrder: 1 }, or stop the gradient before it.`,
  );
};

/** Opaque: no derivative of its own, and vmap calls it for one example after the other. As JAX's `call_exported`. */
export const callExportedOp: Op<CallExportedParams, Many> = defineOp({
  name: "call_exported",
  shape: (operands, { program }) => {
    const fits = (a: Aval, i: number) =>
      a.dtype === program.inAvals[i]?.dtype && a.shape.join() === program.inAvals[i]!.shape.join();
    if (operands.length !== program.inAvals.length || !operands.every(fits))
      throw new ShapeError(
        `call_exported: ${program.name} got ${operands.map(longAval).join(", ")}; expected ` +
          `${program.inAvals.map(longAval).join(", ")}.`,
      );
    return program.outAvals;
  },
  derivative: {
    structured: { jvp: (_p, _t, params) => noDerivative(params), linearize: (_p, _t, params) => noDerivative(params) },
  },
  transpose: null,
  batch: ({ operands, dims, size, params: { program } }) => {
    const batched = dims.map((d) => d !== null);
    const consts = operands.filter((_, i) => !batched[i]);
    const xs = operands.flatMap((x, i) => (batched[i] ? [batchAt(x, dims[i]!, 0, size)] : []));
    const body = memoize(program.graph, `loop ${batched}`, (): Graph => {
      const { inputs } = program.graph;
      return {
        ...program.graph,
        inputs: [...inputs.filter((_, i) => !batched[i]), ...inputs.filter((_, i) => batched[i])],
      };
    });
    const results = bind(scanOp, [...consts, ...xs], {
      body,
      consts: consts.length,
      carries: 0,
      length: size,
      reverse: false,
      unroll: 1,
    });
    return { results, dims: results.map(() => 0) };
  },
  effect: "none",
  cost: "costly",
  lower: (c, operands, { program }) => c.include(program, operands),
});
