// scatter_apply: a function of scalars put on the elements at places given by an integer tensor.
import { type Aval, avalOf, longAval } from "../core/aval.ts";
import { DTypeError, NonDifferentiableError } from "../core/errors.ts";
import { type Graph, hasEffects } from "../core/graph.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op, type OperandDerivative } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchFront } from "../ops/batching.ts";
import { batchedDims, type GatherParams, gatherShape, requireIndices, requireSlices } from "../ops/gather.ts";
import { zeroOf } from "../ops/literal.ts";
import { lowerScatter } from "../ops/scatter.ts";

export interface ScatterApplyParams extends GatherParams {
  /** One scalar of the operand's dtype to another. */
  readonly graph: Graph;
}
type Two = readonly [operand: Tensor, indices: Tensor];

const refuse: OperandDerivative<ScatterApplyParams, Two> = () => {
  throw new NonDifferentiableError(
    "scatter_apply: has no derivative, as in JAX. Read the elements with gather, apply the function, and scatter them.",
  );
};

/** The elements at the places replaced by the graph of them, once for each time that a place is named. */
export const scatterApplyOp: Op<ScatterApplyParams, Two> = defineOp({
  name: "scatter_apply",
  shape: ([x, indices], { dims, sizes, graph }) => {
    requireIndices("scatter_apply", indices, dims.startIndexMap.length);
    requireSlices("scatter_apply", x, sizes);
    const scalar = avalOf([], x.dtype);
    if (
      graph.inputs.length !== 1 ||
      graph.outputs.length !== 1 ||
      graph.outputs[0]!.aval !== scalar ||
      hasEffects(graph)
    )
      throw new DTypeError(
        `scatter_apply: got a function of ${graph.inputs.map((v) => longAval(v.aval)).join(", ")} to ` +
          `${graph.outputs.map((o) => longAval(o.aval)).join(", ")}; expected ${longAval(scalar)} to the same.`,
      );
    return [avalOf(x.shape, x.dtype)];
  },
  derivative: [refuse, "none"],
  transpose: null,
  batch: ({ operands: [x, indices], dims: [dx, di], size, params }) => {
    const p = { ...params, dims: batchedDims(params.dims), sizes: [1, ...params.sizes] };
    return { results: [bind1(scatterApplyOp, [batchFront(x, dx, size), batchFront(indices, di, size)], p)], dims: [0] };
  },
  effect: "none",
  cost: "costly",
  lower: (c, [x, indices], p) => {
    const [operand, places] = c.operands as readonly [Aval, Aval];
    // The updates say only where: their values are not read.
    const shape = gatherShape(p.sizes, p.dims, places.shape);
    const updates = c.constant(typeOf({ shape, dtype: operand.dtype }), zeroOf(operand.dtype));
    return lowerScatter(c, [x, indices, updates], p, (old) => c.inline(p.graph, [old])[0]!);
  },
});
export const scatterApply = (x: Tensor, indices: Tensor, p: ScatterApplyParams): Tensor =>
  bind1(scatterApplyOp, [x, indices], p);
