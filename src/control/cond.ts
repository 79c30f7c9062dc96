// cond and switch: one of several graphs over the same operands, chosen by an index.
import { type Aval, longAval, shortAval } from "../core/aval.ts";
import { DTypeError, JortsError, ShapeError } from "../core/errors.ts";
import { type Graph, graphEffect, hasEffects, maskKey, memoize, strongest, Var } from "../core/graph.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { le, select } from "../ops/compare.ts";
import { zeroOf } from "../ops/literal.ts";
import { broadcastInDim } from "../ops/shape.ts";
import { batchGraph } from "../transforms/batch.ts";
import { dce } from "../transforms/dce.ts";
import { inline } from "../transforms/evaluate.ts";
import { jvpGraph, omit, pick, spreadMask } from "../transforms/jvp.ts";
import { linearizeGraph } from "../transforms/linearize.ts";
import { transposeGraph } from "../transforms/transpose.ts";
import { requireInputs } from "./call.ts";
import { splitLinearized, withInputs } from "./split.ts";

type Many = readonly Tensor[];
type Branches = readonly Graph[];

export interface CondParams {
  /** Same inputs, same outputs. An index below 0 means the first, one beyond the end the last. */
  readonly branches: Branches;
}

/** Operands: the index (int32 scalar), then the operands of the branches. */
export const condOp: Op<CondParams, Many> = defineOp({
  name: "cond",
  shape: ([index, ...operands], { branches }) => {
    if (index!.dtype !== "int32" || index!.shape.length !== 0)
      throw new DTypeError(`cond: got an index ${longAval(index!)}, expected int32[].`);
    const [first] = branches;
    if (first === undefined) throw new ShapeError("cond: got no branches, expected at least one.");
    const outs = first.outputs.map((o) => o.aval);
    for (const b of branches) {
      requireInputs("cond", b, operands);
      if (b.outputs.length !== outs.length || b.outputs.some((o, i) => o.aval !== outs[i]))
        throw new ShapeError(
          `cond: got branches with results ${shown(outs)} and ${shown(b.outputs.map((o) => o.aval))}; expected the same.`,
        );
    }
    return outs;
  },
  derivative: {
    structured: {
      jvp: ([index, ...primals], [, ...tangents], { branches }) => {
        const active = tangents.map((t) => t !== null);
        const d = jvpBranches(branches, active);
        const outs = cond(index!, d.branches, [...primals, ...pick(tangents as Many, active)]);
        const n = d.outActive.length;
        return [outs.slice(0, n), spreadMask(d.outActive, outs.slice(n))];
      },
      linearize: ([index, ...primals], [, ...tangents], { branches }) => {
        const active = tangents.map((t) => t !== null);
        const l = linearizeBranches(branches, active);
        const outs = cond(index!, l.primal, primals);
        const n = l.outActive.length;
        const kept = [...l.inputs.map((i) => primals[i]!), ...outs.slice(n)];
        const linear = cond(index!, l.tangent, [...kept, ...pick(tangents as Many, active)]);
        return [outs.slice(0, n), spreadMask(l.outActive, linear)];
      },
    },
  },
  transpose: ({ cotangents, operands: [index, ...operands], params: { branches } }) => {
    const linear = operands.map((o) => o === null);
    const given = cotangents.map((ct) => ct !== null);
    const t = transposeBranches(branches, linear, given);
    const args = [...(omit(operands, linear) as Many), ...(pick(cotangents, given) as Many)];
    const cts = cond(index!, t.branches, args);
    return [null, ...spreadMask(linear, spreadMask(t.nonzero, cts))];
  },
  batch: ({ operands: [index, ...operands], dims: [at, ...dims], size, params, axisName, spmdAxisName }) => {
    const { branches } = params;
    const options = { size, axisName, spmdAxisName };
    const key = `batch ${dims.join()} ${size} ${axisName} ${spmdAxisName} ${at !== null}`;
    const batched = memoize(branches, key, () => {
      const free = branches.map((b) => batchGraph(b, dims, options).dims.map((d) => d !== null));
      const force = at === null ? union(free) : free[0]!.map(() => true);
      return { force, branches: branches.map((b) => batchGraph(b, dims, options, force).graph) };
    });
    const results = at === null ? cond(index!, batched.branches, operands) : choose(index!, batched.branches, operands);
    return { results, dims: batched.force.map((f) => (f ? 0 : null)) };
  },
  effect: ({ branches }) => strongest(branches.map(graphEffect)),
  cost: "costly",
  lower: (c, [index, ...operands], { branches }) => {
    const scalar = typeOf({ shape: [], dtype: "int32" });
    const low = c.constant(scalar, 0);
    const high = c.constant(scalar, branches.length - 1);
    const clamped = c.one("stablehlo.clamp", [low, index!, high], scalar);
    return c.choose(clamped, branches, operands, c.results.map(typeOf));
  },
});

const shown = (avals: readonly Aval[]) => `(${avals.map(shortAval).join(", ")})`;

/** The results of the branch that `index` means. */
export function cond(index: Tensor, branches: Branches, operands: Many): Tensor[] {
  if (branches[0]!.outputs.length === 0 && !branches.some(hasEffects)) return [];
  return bind(condOp, [index, ...operands], { branches });
}

/** An index for each example: every branch runs, and each example takes its own. */
function choose(index: Tensor, branches: Branches, operands: Many): Tensor[] {
  const effect = strongest(branches.map(graphEffect));
  if (effect !== "none" && effect !== "debug")
    throw new JortsError(
      "cond: a branch with effects cannot be batched over its predicate, since every branch would run. " +
        "Keep the predicate the same for the whole batch, or move the effect out of the branch.",
    );
  const all = branches.map((b) => inline(b, operands));
  let chosen = all.at(-1)!;
  for (let k = branches.length - 2; k >= 0; k--) {
    const here = le(index, k);
    chosen = chosen.map((other, i) => select(broadcastInDim(here, other.shape, [0]), all[k]![i]!, other));
  }
  return chosen;
}

const union = (masks: readonly (readonly boolean[])[]): boolean[] =>
  masks[0]!.map((_, i) => masks.some((mask) => mask[i]));

function jvpBranches(branches: Branches, active: readonly boolean[]) {
  return memoize(branches, `jvp ${maskKey(active)}`, () => {
    const outActive = union(branches.map((b) => jvpGraph(b, active).outActive));
    return { outActive, branches: branches.map((b) => jvpGraph(b, active, outActive).graph) };
  });
}

interface LinearizedBranches {
  /** Operands → results, then the residuals of all branches: zeros where a branch has none. */
  readonly primal: Branches;
  /** Operands read again, residuals, tangents → tangents. */
  readonly tangent: Branches;
  readonly inputs: readonly number[];
  readonly outActive: readonly boolean[];
}

function linearizeBranches(branches: Branches, active: readonly boolean[]): LinearizedBranches {
  return memoize(branches, `linearize ${maskKey(active)}`, () => {
    const outActive = union(branches.map((b) => linearizeGraph(b, active).outActive));
    const splits = branches.map((b) => splitLinearized(linearizeGraph(b, active, outActive)));
    const n = branches[0]!.outputs.length;
    const inputs = [...new Set(splits.flatMap((s) => s.inputs))].sort((a, b) => a - b);
    const kept = splits.map((s) => s.primal.outputs.slice(n).map((o) => o.aval));
    const { slots, places } = shareSlots(kept);
    const primal = splits.map((s, b): Graph => {
      const values = s.primal.outputs.slice(n);
      const shared = slots.map((aval, slot) => {
        const at = places[b]!.indexOf(slot);
        return at < 0 ? new Literal(zeroOf(aval.dtype), aval) : values[at]!;
      });
      return { ...s.primal, outputs: [...s.primal.outputs.slice(0, n), ...shared] };
    });
    const tangent = splits.map((s, b): Graph => {
      const vars = s.tangent.inputs;
      const first = s.inputs.length;
      const again = inputs.map((i) => {
        const at = s.inputs.indexOf(i);
        return at < 0 ? new Var(branches[b]!.inputs[i]!.aval) : vars[at]!;
      });
      const residuals = slots.map((aval, slot) => {
        const at = places[b]!.indexOf(slot);
        return at < 0 ? new Var(aval) : vars[first + at]!;
      });
      return withInputs(s.tangent, [...again, ...residuals, ...vars.slice(first + kept[b]!.length)]);
    });
    return { primal, tangent, inputs, outActive };
  });
}

/** Only one branch runs, so residuals of equal type in different branches take the same place. */
function shareSlots(kept: readonly (readonly Aval[])[]): { slots: Aval[]; places: number[][] } {
  const slots: Aval[] = [];
  const places = kept.map((avals) => {
    const taken = new Set<number>();
    return avals.map((aval) => {
      let slot = slots.findIndex((s, i) => s === aval && !taken.has(i));
      if (slot < 0) slot = slots.push(aval) - 1;
      taken.add(slot);
      return slot;
    });
  });
  return { slots, places };
}

function transposeBranches(branches: Branches, linear: readonly boolean[], given: readonly boolean[]) {
  return memoize(branches, `transpose ${maskKey(linear)} ${maskKey(given)}`, () => {
    const nonzero = union(branches.map((b) => transposeGraph(b, linear, given).nonzero));
    const transposed = branches.map(
      (b) => dce(transposeGraph(b, linear, given, true).graph, { outputs: nonzero }).graph,
    );
    return { nonzero, branches: transposed };
  });
}
