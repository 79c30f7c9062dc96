// A linear system known by functions: A x, and how to solve A x = b. Its derivative is that of the solution.
import { NonDifferentiableError } from "../core/errors.ts";
import { type Graph, graphEffect, strongest } from "../core/graph.ts";
import { defineOp, type Maybe, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { addTangents, zeroTangent } from "../ops/tangent.ts";
import { neg } from "../ops/unary.ts";
import { batchGraph } from "../transforms/batch.ts";
import { inline } from "../transforms/evaluate.ts";
import { pick, spreadMask } from "../transforms/jvp.ts";
import { linearizeGraph } from "../transforms/linearize.ts";
import { requireInputs } from "./call.ts";

type Many = readonly Tensor[];

/**
 * What is known of the map A: A x; Aᵀ x; x with A x = b, and results besides; x with Aᵀ x = b, and as many. The
 * transposed ones are null where they were not given.
 */
export type Four<T> = readonly [matvec: T, vecmat: T, solve: T, transposeSolve: T];

export interface CustomLinearSolveParams {
  /** Inputs of each: its constants, then a vector. */
  readonly graphs: readonly [matvec: Graph, vecmat: Graph | null, solve: Graph, transposeSolve: Graph | null];
  /** How many constants each graph takes. */
  readonly consts: Four<number>;
}

const total = (consts: Four<number>): number => consts.reduce((n, k) => n + k, 0);

/** The operands of each graph's constants. */
function constsOf<T>(operands: readonly T[], consts: Four<number>): Four<readonly T[]> {
  const part = (k: number) => {
    const from = consts.slice(0, k).reduce((n, m) => n + m, 0);
    return operands.slice(from, from + consts[k]!);
  };
  return [part(0), part(1), part(2), part(3)];
}
const swapped = <T>([a, b, c, d]: Four<T>): Four<T> => [b, a, d, c];

/** Operands: the constants of the graphs in their order, then b. Results: x, then what `solve` gives besides. */
export const customLinearSolveOp: Op<CustomLinearSolveParams, Many> = defineOp({
  name: "custom_linear_solve",
  shape: (operands, { graphs, consts }) => {
    const b = operands.slice(total(consts));
    const own = constsOf(operands, consts);
    graphs.forEach((g, k) => {
      if (g !== null) requireInputs("custom_linear_solve", g, [...own[k]!, ...b]);
    });
    return graphs[2].outputs.map((o) => o.aval);
  },
  derivative: { structured: { jvp: derivative, linearize: derivative } },
  transpose: ({ cotangents, operands, avals, params: { graphs, consts } }) => {
    const n = total(consts);
    const [matvec, vecmat, solve, transposeSolve] = graphs;
    if (vecmat === null || transposeSolve === null)
      throw new NonDifferentiableError(
        "customLinearSolve: got no transposeSolve, which reverse mode needs. Pass it, or symmetric: true where A is its own " +
          "transpose.",
      );
    const given = operands.slice(0, n);
    if (given.some((o) => o === null))
      throw new NonDifferentiableError("customLinearSolve: is not linear in what its functions close over.");
    const cts = avals.slice(n).map((a, i) => cotangents[i] ?? zeroTangent(a));
    const x = bind(customLinearSolveOp, [...swapped(constsOf(given as Many, consts)).flat(), ...cts], {
      graphs: [vecmat, matvec, transposeSolve, solve],
      consts: swapped(consts),
    });
    return [...given.map(() => null), ...x.slice(0, cts.length)];
  },
  // Every part of b and x gets the batch dimension: the four graphs must agree on their vectors.
  batch: ({ operands, dims, size, params: { graphs, consts }, axisName, spmdAxisName }) => {
    const n = total(consts);
    const own = constsOf(dims, consts);
    const options = { size, axisName, spmdAxisName };
    const front = operands.slice(n).map((b, i) => batchFront(b, dims[n + i] ?? null, size));
    const batched = (graph: Graph, k: number): Graph => {
      const force = graph.outputs.map(() => true);
      return batchGraph(graph, [...own[k]!, ...front.map(() => 0)], options, force).graph;
    };
    const [matvec, vecmat, solve, transposeSolve] = graphs;
    const results = bind(customLinearSolveOp, [...operands.slice(0, n), ...front], {
      graphs: [
        batched(matvec, 0),
        vecmat && batched(vecmat, 1),
        batched(solve, 2),
        transposeSolve && batched(transposeSolve, 3),
      ],
      consts,
    });
    return { results, dims: results.map(() => 0) };
  },
  effect: ({ graphs }) => strongest(graphs.flatMap((g) => (g === null ? [] : [graphEffect(g)]))),
  cost: "costly",
  lower: (c, operands, { graphs, consts }) =>
    c.inline(graphs[2], [...constsOf(operands, consts)[2], ...operands.slice(total(consts))]),
});

/** A x = b: ẋ = A⁻¹ (ḃ − Ȧ x). Linear in the tangents, which the solution with the same functions is. */
function derivative(
  primals: Many,
  tangents: readonly Maybe[],
  params: CustomLinearSolveParams,
): readonly [Many, readonly Maybe[]] {
  const { graphs, consts } = params;
  const n = total(consts);
  const outs = bind(customLinearSolveOp, primals, params);
  const b = primals.slice(n);
  const x = outs.slice(0, b.length);
  const moved = mapTangent(graphs[0], constsOf(primals, consts)[0], constsOf(tangents, consts)[0], x);
  const right = b.map((v, i) => {
    const change = moved[i] ?? null;
    return addTangents(tangents[n + i] ?? null, change && neg(change)) ?? zeroTangent(v);
  });
  // Nothing that A x depends on moves: a tangent of what only the solvers close over counts for nothing.
  const still = tangents.slice(n).every((t) => t === null) && moved.every((m) => m === null);
  if (still) return [outs, outs.map(() => null)];
  const slopes = bind(customLinearSolveOp, [...primals.slice(0, n), ...right], params);
  return [outs, outs.map((_, i) => (i < b.length ? slopes[i]! : null))];
}

/** Ȧ x, null where zero. */
function mapTangent(matvec: Graph, consts: Many, tangents: readonly Maybe[], x: Many): readonly Maybe[] {
  const active = [...tangents.map((t) => t !== null), ...x.map(() => false)];
  if (!active.includes(true)) return x.map(() => null);
  const l = linearizeGraph(matvec, active);
  const residuals = inline(l.primal, [...consts, ...x]).slice(matvec.outputs.length);
  const given = pick(tangents, active.slice(0, tangents.length)) as Many;
  return spreadMask(l.outActive, inline(l.tangent, [...residuals, ...given]));
}
