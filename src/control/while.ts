// while: a loop whose length is a value. It has a forward derivative, but none backwards: nothing bounds what to keep.
import type { Value } from "../../hlo/module.ts";
import { type Aval, longAval } from "../core/aval.ts";
import { DTypeError, NonDifferentiableError, ShapeError } from "../core/errors.ts";
import { type Graph, graphEffect, maskKey, memoize, strongest } from "../core/graph.ts";
import type { LoweringContext } from "../core/lowering.ts";
import { type BatchInput, type BatchOutput, defineOp, type Maybe, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, traceGraph } from "../core/trace.ts";
import { batchAt } from "../ops/batching.ts";
import { select } from "../ops/compare.ts";
import { reduceOr } from "../ops/reduce.ts";
import { broadcastInDim } from "../ops/shape.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { batchGraph } from "../transforms/batch.ts";
import { inline } from "../transforms/evaluate.ts";
import { jvpGraph, spreadMask, tangentAval } from "../transforms/jvp.ts";
import { requireInputs } from "./call.ts";
import { fixpoint, range, reorder } from "./carry.ts";
import { unused, withInputs } from "./split.ts";

type Many = readonly Tensor[];

export interface WhileParams {
  /** Inputs: its constants, the carries. Output: a boolean scalar. */
  readonly cond: Graph;
  /** Inputs: its constants, the carries. Outputs: the carries. */
  readonly body: Graph;
  readonly condConsts: number;
  readonly bodyConsts: number;
}

interface Parts<T> {
  readonly condConsts: readonly T[];
  readonly bodyConsts: readonly T[];
  readonly carries: readonly T[];
}
const parts = <T>(values: readonly T[], { condConsts, bodyConsts }: WhileParams): Parts<T> => ({
  condConsts: values.slice(0, condConsts),
  bodyConsts: values.slice(condConsts, condConsts + bodyConsts),
  carries: values.slice(condConsts + bodyConsts),
});

/** Operands: constants of the condition, constants of the body, initial carries. */
export const whileOp: Op<WhileParams, Many> = defineOp({
  name: "while",
  shape: (operands, p) => {
    const { condConsts, bodyConsts, carries } = parts(operands, p);
    const inside = p.body.inputs.slice(p.bodyConsts).map((v) => v.aval);
    requireInputs("while", p.cond, [...condConsts, ...inside]);
    requireInputs("while", p.body, [...bodyConsts, ...carries]);
    const [predicate] = p.cond.outputs;
    if (p.cond.outputs.length !== 1 || predicate!.aval.dtype !== "bool" || predicate!.aval.shape.length !== 0)
      throw new DTypeError(
        `while: got a condition of ${p.cond.outputs.map((o) => longAval(o.aval)).join(", ")}, expected bool[].`,
      );
    carries.forEach((a, i) => {
      const out = p.body.outputs[i]?.aval;
      if (out !== inside[i])
        throw new ShapeError(
          `while: carry ${i} goes in as ${longAval(a)} and comes out as ${out ? longAval(out) : "nothing"}.`,
        );
    });
    return inside;
  },
  derivative: {
    structured: {
      jvp: (primals, tangents, p) => {
        const d = derivativeLoop(primals, tangents, p);
        const outs = bind(whileOp, d.operands, d.params);
        const n = p.body.outputs.length;
        return [outs.slice(0, n), spreadMask(d.active, outs.slice(n))];
      },
      // The turns cannot be kept, so the tangent loop does the primal ones again.
      linearize: (primals, tangents, p) => {
        const outs = bind(whileOp, primals, p);
        const d = derivativeLoop(primals, tangents, p);
        const both = bind(whileOp, d.operands, d.params);
        return [outs, spreadMask(d.active, both.slice(p.body.outputs.length))];
      },
    },
  },
  transpose: () => {
    throw new NonDifferentiableError(
      "whileLoop has no reverse derivative: the number of turns is a value, so what to keep for the backward pass is not " +
        "bounded. Use lax.scan, or lax.foriLoop with bounds that are JavaScript numbers; forward mode (jvp, jacfwd) works.",
    );
  },
  batch: batchWhile,
  effect: ({ cond, body }) => strongest([graphEffect(cond), graphEffect(body)]),
  cost: "costly",
  lower: lowerWhile,
});

/** The loop over carries and their tangents. */
function derivativeLoop(primals: Many, tangents: readonly Maybe[], p: WhileParams) {
  const v = parts(primals, p);
  const t = parts(tangents, p);
  const consts = t.bodyConsts.map((c) => c !== null);
  const active = fixpoint(
    t.carries.map((c) => c !== null),
    (carries) => jvpGraph(p.body, [...consts, ...carries], carries).outActive,
  );
  const d = jvpGraph(p.body, [...consts, ...active], active).graph;
  const tangentConsts = t.bodyConsts.filter((c): c is Tensor => c !== null);
  const tangentCarries = v.carries.flatMap((x, i) => (active[i] ? [t.carries[i] ?? zeroTangent(x)] : []));
  const nIn = p.body.inputs.length;
  const nc = tangentConsts.length;
  const inputs = [
    ...range(0, p.bodyConsts),
    ...range(nIn, nIn + nc),
    ...range(p.bodyConsts, nIn),
    ...range(nIn + nc, nIn + nc + tangentCarries.length),
  ];
  const body = reorder(d, inputs, range(0, d.outputs.length));
  const cond = memoize(p.cond, `with tangents ${maskKey(active)}`, () => {
    const carries = p.cond.inputs.slice(p.condConsts);
    const extra = carries.filter((_, i) => active[i]).map((c) => ({ aval: tangentAval(c.aval) }));
    return withInputs(p.cond, [...p.cond.inputs, ...unused(extra)]);
  });
  const params: WhileParams = { cond, body, condConsts: p.condConsts, bodyConsts: p.bodyConsts + nc };
  const operands = [...v.condConsts, ...v.bodyConsts, ...tangentConsts, ...v.carries, ...tangentCarries];
  return { operands, params, active };
}

/** With a predicate for each example the loop runs while any is true, and finished examples keep their carries. */
function batchWhile({
  operands,
  dims,
  size,
  params: p,
  axisName,
  spmdAxisName,
}: BatchInput<WhileParams, Many>): BatchOutput {
  const options = { size, axisName, spmdAxisName };
  const v = parts(operands, p);
  const d = parts(dims, p);
  const at = (carries: readonly boolean[]) => carries.map((c) => (c ? 0 : null));
  let carries = fixpoint(
    d.carries.map((c) => c !== null),
    (active) => batchGraph(p.body, [...d.bodyConsts, ...at(active)], options).dims.map((c) => c !== null),
  );
  const perExample = batchGraph(p.cond, [...d.condConsts, ...at(carries)], options).dims[0] !== null;
  if (perExample) carries = carries.map(() => true);
  const cond = batchGraph(p.cond, [...d.condConsts, ...at(carries)], options).graph;
  const body = batchGraph(p.body, [...d.bodyConsts, ...at(carries)], options, carries).graph;
  const inits = v.carries.map((c, i) => (carries[i] ? batchAt(c, d.carries[i] ?? null, 0, size) : c));
  const resultDims = at(carries);
  if (!perExample)
    return {
      results: bind(whileOp, [...v.condConsts, ...v.bodyConsts, ...inits], { ...p, cond, body }),
      dims: resultDims,
    };
  const loop = memoize(cond, `any ${p.condConsts}`, () => new Map<Graph, { any: Graph; step: Graph }>());
  let graphs = loop.get(body);
  if (graphs === undefined) {
    graphs = { any: anyOf(cond), step: stepUnfinished(cond, body, p) };
    loop.set(body, graphs);
  }
  const results = bind(whileOp, [...v.condConsts, ...v.condConsts, ...v.bodyConsts, ...inits], {
    cond: graphs.any,
    body: graphs.step,
    condConsts: p.condConsts,
    bodyConsts: p.condConsts + p.bodyConsts,
  });
  return { results, dims: resultDims };
}

const inputAvals = (graph: Graph): Aval[] => graph.inputs.map((v) => v.aval);

function anyOf(cond: Graph): Graph {
  return traceGraph(`any_${cond.name}`, (...args) => [reduceOr(inline(cond, args)[0]!, [0])], inputAvals(cond), {
    what: `the batched condition ${cond.name}`,
    ambient: true,
  }).graph;
}

/** Inputs: constants of the condition, constants of the body, carries. */
function stepUnfinished(cond: Graph, body: Graph, p: WhileParams): Graph {
  const avals = [...inputAvals(cond).slice(0, p.condConsts), ...inputAvals(body)];
  return traceGraph(
    `unfinished_${body.name}`,
    (...args) => {
      const v = parts(args, p);
      const running = inline(cond, [...v.condConsts, ...v.carries])[0]!;
      const next = inline(body, [...v.bodyConsts, ...v.carries]);
      return next.map((x, i) => select(broadcastInDim(running, x.shape, [0]), x, v.carries[i]!));
    },
    avals,
    { what: `the batched body ${body.name}`, ambient: true },
  ).graph;
}

function lowerWhile(c: LoweringContext, operands: Parameters<LoweringContext["call"]>[1], p: WhileParams) {
  const test = (...args: Value[]) => {
    const v = parts(args, p);
    return c.inline(p.cond, [...v.condConsts, ...v.carries])[0]!;
  };
  const turn = (...args: Value[]) => {
    const v = parts(args, p);
    return [...v.condConsts, ...v.bodyConsts, ...c.call(p.body, [...v.bodyConsts, ...v.carries])];
  };
  const first = p.condConsts + p.bodyConsts;
  if (graphEffect(p.cond) !== "ordered") return c.loop([p.body], operands, test, turn).slice(first);
  // What the condition does must be in order too, which only a body can say: it computes the next predicate.
  const next = (...args: Value[]) => {
    const state = turn(...args);
    return [test(...state), ...state];
  };
  const state = [test(...operands), ...operands];
  return c
    .loop(
      [p.cond, p.body],
      state,
      (predicate) => predicate!,
      (_, ...args) => next(...args),
    )
    .slice(1 + first);
}
