// reduce_window with any reducer: the windows of several operands reduced together by a graph.
import { type Aval, avalOf, longAval, withShape } from "../core/aval.ts";
import { DTypeError, NonDifferentiableError, ShapeError } from "../core/errors.ts";
import { type Graph, memoize } from "../core/graph.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Maybe, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, traceGraph } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { splat, zeroOf } from "../ops/literal.ts";
import { concatenate, expandDims, sliceInDim, squeeze } from "../ops/shape.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { batchedWindow, type WindowParams, windowAttributes, windowShape } from "../ops/window.ts";
import { inline } from "../transforms/evaluate.ts";
import { jvpGraph } from "../transforms/jvp.ts";

type Many = readonly Tensor[];

export interface ReduceWindowParams extends WindowParams {
  /** Inputs: one element of each operand, then another of each. Outputs: their reduction. All are scalars. */
  readonly reducer: Graph;
}

/** Operands: tensors of one shape, then the initial value of each. Associative reducers only, as StableHLO asks. */
export const reduceWindowOp: Op<ReduceWindowParams, Many> = defineOp({
  name: "reduce_window",
  shape: (operands, p) => {
    const n = operands.length / 2;
    const first = operands[0];
    if (first === undefined || !Number.isInteger(n))
      throw new ShapeError(
        `reduce_window: got ${operands.length} operands, expected tensors and as many initial values.`,
      );
    operands.slice(0, n).forEach((x, i) => {
      const [initial, reduced] = [operands[n + i]!, p.reducer.outputs[i]?.aval];
      if (x.shape.join() !== first.shape.join())
        throw new ShapeError(`reduce_window: got ${longAval(first)} and ${longAval(x)}, expected equal shapes.`);
      if (initial.shape.length !== 0 || initial.dtype !== x.dtype)
        throw new DTypeError(
          `reduce_window: got initial value ${longAval(initial)} for ${longAval(x)}, expected ${x.dtype}[].`,
        );
      if (reduced === undefined || reduced.shape.length !== 0 || reduced.dtype !== x.dtype)
        throw new DTypeError(
          `reduce_window: the reducer gives ${reduced ? longAval(reduced) : "nothing"} for elements of ${longAval(x)}, ` +
            `expected ${x.dtype}[].`,
        );
    });
    const shape = windowShape("reduce_window", first, p);
    return operands.slice(0, n).map((x, i) => avalOf(shape, x.dtype, x.weakType && operands[n + i]!.weakType));
  },
  derivative: {
    structured: {
      jvp: (primals, tangents, p) => withTangents(primals, tangents, p),
      // The reduction of tangents reads all partial results, so the primal one is done again beside it.
      linearize: (primals, tangents, p) => [bind(reduceWindowOp, primals, p), withTangents(primals, tangents, p)[1]],
    },
  },
  transpose: () => {
    throw new NonDifferentiableError(
      "reduce_window: a reducer of its own has no reverse derivative. Use lax.add, lax.max or lax.min with their neutral " +
        "initial values; forward mode (jvp, jacfwd) works.",
    );
  },
  batch: ({ operands, dims, size, params }) => {
    const n = operands.length / 2;
    if (dims.slice(n).some((d) => d !== null)) return oneByOne(operands, dims, size, params);
    const moved = operands.map((x, i) => (i < n ? batchFront(x, dims[i] ?? null, size) : x));
    return { results: bind(reduceWindowOp, moved, batchedWindow(params, 0)), dims: operands.slice(0, n).map(() => 0) };
  },
  effect: "none",
  cost: "costly",
  lower: (c, operands, p) => {
    const scalars = c.results.map((a) => typeOf({ shape: [], dtype: a.dtype }));
    const body = c.region([...scalars, ...scalars], (...args) => c.inline(p.reducer, args));
    return c.op("stablehlo.reduce_window", operands, c.results.map(typeOf), windowAttributes(p), [body]);
  },
});

/** Pairs of primal and tangent, reduced by the derivative of the reducer. */
function withTangents(primals: Many, tangents: readonly Maybe[], p: ReduceWindowParams): readonly [Many, Many] {
  const n = primals.length / 2;
  const reducer = memoize(p.reducer, "pairs", () => pairReducer(p.reducer, n));
  const all = primals.map((x, i) => tangents[i] ?? zeroTangent(x));
  const operands = [...primals.slice(0, n), ...all.slice(0, n), ...primals.slice(n), ...all.slice(n)];
  const results = bind(reduceWindowOp, operands, { ...p, reducer });
  return [results.slice(0, n), results.slice(n)];
}

function pairReducer(graph: Graph, n: number): Graph {
  const all = graph.inputs.map(() => true);
  const d = jvpGraph(
    graph,
    all,
    graph.outputs.map(() => true),
  ).graph;
  const tangents = d.inputs.slice(2 * n).map((v) => v.aval);
  const avals: Aval[] = [0, n].flatMap((at) => [
    ...graph.inputs.slice(at, at + n).map((v) => v.aval),
    ...tangents.slice(at, at + n),
  ]);
  const body = (...v: Tensor[]) => {
    const part = (i: number) => v.slice(i * n, (i + 1) * n);
    return inline(d, [...part(0), ...part(2), ...part(1), ...part(3)]);
  };
  return traceGraph(`${graph.name}_pairs`, body, avals, { what: `the derivative of ${graph.name}`, ambient: true })
    .graph;
}

/** Initial values that differ between examples: a reduction for each. */
function oneByOne(operands: Many, dims: readonly (number | null)[], size: number, p: ReduceWindowParams) {
  const n = operands.length / 2;
  const calls = Array.from({ length: size }, (_, example) => {
    const own = operands.map((x, i) => {
      const d = dims[i] ?? null;
      return d === null ? x : squeeze(sliceInDim(x, example, example + 1, d), [d]);
    });
    return bind(reduceWindowOp, own, p);
  });
  const results = operands.slice(0, n).map((x, i) => {
    if (size > 0)
      return concatenate(
        calls.map((r) => expandDims(r[i]!, [0])),
        0,
      );
    const shape = x.shape.filter((_, d) => d !== dims[i]);
    const aval = withShape(x.aval, shape);
    return splat(zeroOf(x.dtype), [0, ...windowShape("reduce_window", aval, p)], x.dtype);
  });
  return { results, dims: results.map(() => 0) };
}
