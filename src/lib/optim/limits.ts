// Transformations that bound gradients, decay weights, leave parts out, or collect several steps.

import { itemSize } from "../../core/dtype.ts";
import { DTypeError, TreeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { broadcastPrefix, flatten, isLeaf, type TreeDef, unflatten } from "../../core/tree.ts";
import { add, div, mul, sub } from "../../ops/binary.ts";
import { clamp, eq, lt, select } from "../../ops/compare.ts";
import { like, splat } from "../../ops/literal.ts";
import { reduceSum } from "../../ops/reduce.ts";
import { convert, sqrt, square } from "../../ops/unary.ts";
import { run } from "../nn/composite.ts";
import { spreader } from "./scaling.ts";
import {
  type GradientTransformation,
  needParams,
  nextStep,
  noSteps,
  type OptState,
  stateless,
  transformation,
} from "./transformation.ts";
import { filled, leavesOf, mapTrees, matching } from "./trees.ts";

function normOf(leaves: readonly Tensor[]): Tensor {
  const squares = leaves.map((x) => {
    const wide = itemSize(x.dtype) > 2 ? x : convert(x, "float32");
    return reduceSum(square(wide), [...x.shape.keys()]);
  });
  const widest = squares.some((s) => s.dtype === "float64") ? "float64" : "float32";
  return sqrt(squares.map((s) => convert(s, widest)).reduce((a, b) => add(a, b)));
}

/** √(Σ x²) over all elements of all leaves, in at least float32. As `optax.global_norm`. @throws TreeError if there is no leaf */
export function globalNorm(tree: unknown): Tensor {
  const { leaves } = leavesOf(tree, "the tree");
  if (leaves.length === 0) throw new TreeError("optim.globalNorm: got a tree without tensors, which has no norm.");
  return run("global_norm", (...xs) => normOf(xs), leaves);
}

/**
 * Scales all gradients together so that their global norm is at most `maxNorm`. As `optax.clip_by_global_norm`.
 *
 * Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013.
 */
export function clipByGlobalNorm(maxNorm: number): GradientTransformation {
  return transformation<null>("clip_by_global_norm", {
    init: () => null,
    update: (grads) => {
      const norm = globalNorm(grads);
      const factor = select(lt(norm, maxNorm), like(norm, 1), div(like(norm, maxNorm), norm));
      const spread = spreader(factor);
      return [mapTrees((g) => mul(g, spread(g)), grads, "grads"), null];
    },
  });
}

/** Clamps every element to [−maxDelta, maxDelta]. As `optax.clip`. */
export const clip = (maxDelta: number): GradientTransformation =>
  stateless("clip", (g) => clamp(-maxDelta, g, maxDelta));

/** Which leaves take part: booleans for every leaf or for whole subtrees, or a function of the tree that gives them. */
export type Mask = boolean | { readonly [key: string]: Mask } | readonly Mask[] | ((tree: unknown) => Mask);

const isBoolean = (x: unknown): x is boolean => typeof x === "boolean";

/** One boolean for each leaf. @throws TreeError where the mask is no prefix of the tree */
function maskFor(mask: Mask, tree: unknown, def: TreeDef): boolean[] {
  const booleans = typeof mask === "function" ? mask(tree) : mask;
  return broadcastPrefix(booleans, def, isBoolean, "mask");
}

/** The tree with null for what is left out. */
function prune(tree: unknown, mask: Mask, what: string): unknown {
  const { leaves, def } = flatten(tree, what);
  const keep = maskFor(mask, tree, def);
  return unflatten(
    def,
    leaves.map((leaf, i) => (keep[i] ? leaf : null)),
  );
}

/** Applies `inner` to some leaves and passes the others on. The state is that of `inner` over those leaves. As `optax.masked`. */
export function masked(inner: GradientTransformation, mask: Mask): GradientTransformation {
  return transformation<OptState>("masked", {
    init: (params) => inner.init(prune(params, mask, "params")),
    update: (grads, state, params) => {
      const { leaves, def } = flatten(grads, "grads");
      const keep = maskFor(mask, grads, def);
      const given = params === undefined ? undefined : prune(params, mask, "params");
      const [updates, next] = inner.update(prune(grads, mask, "grads"), state, given);
      const changed = flatten(updates, "updates").leaves;
      let at = 0;
      return [
        unflatten(
          def,
          leaves.map((leaf, i) => (keep[i] ? changed[at++]! : leaf)),
        ),
        next,
      ];
    },
  });
}

/** Adds `weightDecay` · parameter. With a mask, to those leaves only. As `optax.add_decayed_weights`. */
export function addDecayedWeights(weightDecay: number, mask?: Mask): GradientTransformation {
  const decay = transformation<null>("add_decayed_weights", {
    init: () => null,
    update: (grads, _state, params) => {
      const decayed = (g: Tensor, p: Tensor) => add(g, mul(convert(p, g.dtype), weightDecay));
      return [mapTrees(decayed, grads, "grads", [needParams("addDecayedWeights", params), "params"]), null];
    },
  });
  return mask === undefined ? decay : masked(decay, mask);
}

interface MultiState {
  /** Gradients collected since the last step. */
  readonly miniStep: Tensor;
  readonly sums: unknown;
  readonly inner: OptState;
}

/**
 * A step of `inner` with the mean of every `every` gradients; updates are zero in between. As `optax.MultiSteps`. The
 * step is computed each time and kept every `every`-th, so that the program has no branch.
 *
 * @throws DTypeError if `every` is no whole number above 0
 */
export function multiSteps(inner: GradientTransformation, every: number): GradientTransformation {
  if (!Number.isInteger(every) || every < 1)
    throw new DTypeError(`optim.multiSteps: got every = ${every}, expected a whole number above 0.`);
  return transformation<MultiState>("multi_steps", {
    init: (params) => ({
      miniStep: noSteps(),
      sums: mapTrees((p) => filled(p, 0, p.dtype), params, "params"),
      inner: inner.init(params),
    }),
    update: (grads, state, params) => {
      const count = nextStep(state.miniStep);
      const share = spreader(div(splat(1, [], "float32"), convert(count, "float32")));
      // Running mean: m ← m + (g − m) / n
      const mean = (m: Tensor, g: Tensor) => add(m, mul(sub(convert(g, m.dtype), m), share(m)));
      const sums = mapTrees(mean, state.sums, "sums", [grads, "grads"]);
      const [updates, next] = inner.update(sums, state.inner, params);
      const done = eq(count, every);
      const choose = (a: Tensor, b: Tensor) => select(done, a, b);
      const zero = (x: Tensor) => select(done, x, like(x, 0));
      return [
        mapTrees(zero, updates, "updates"),
        {
          miniStep: select(done, like(count, 0), count),
          sums: mapTrees((m) => select(done, like(m, 0), m), sums, "sums"),
          inner: chooseState(choose, next, state.inner),
        },
      ];
    },
  });
}

function chooseState(choose: (a: Tensor, b: Tensor) => Tensor, next: OptState, old: OptState): OptState {
  if (next === null || isLeaf(next)) return next === null ? null : mapTrees(choose, next, "state", [old, "state"]);
  const { leaves, def } = leavesOf(next, "state");
  const others = matching(old, def, "the state before", "the state after");
  return unflatten(
    def,
    leaves.map((leaf, i) => choose(leaf, others[i]!)),
  );
}
