// Transformations that bound gradients, decay weights, and treat parts of a tree apart.
import { itemSize } from "../../core/dtype.ts";
import { TreeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { broadcastPrefix, flatten, type TreeDef, unflatten } from "../../core/tree.ts";
import { add, div, mul } from "../../ops/binary.ts";
import { clamp, lt, select } from "../../ops/compare.ts";
import { like } from "../../ops/literal.ts";
import { reduceSum } from "../../ops/reduce.ts";
import { convert, sqrt, square } from "../../ops/unary.ts";
import { run } from "../nn/composite.ts";
import { times } from "./scalars.ts";
import { type LearningRate, spreader } from "./scaling.ts";
import {
  type GradientTransformation,
  needParams,
  nextStep,
  noSteps,
  type OptState,
  stateless,
  transformation,
} from "./transformation.ts";
import { leavesOf, mapTrees } from "./trees.ts";

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

/**
 * Adds `weightDecay` · parameter, the factor being a number, a scalar tensor or a schedule of the steps done. With a
 * mask, to those leaves only. As `optax.add_decayed_weights`.
 */
export function addDecayedWeights(weightDecay: LearningRate, mask?: Mask): GradientTransformation {
  const scheduled = typeof weightDecay === "function";
  const decay = transformation<{ count: Tensor } | null>("add_decayed_weights", {
    init: () => (scheduled ? { count: noSteps() } : null),
    update: (grads, state, params) => {
      const factor = scheduled ? weightDecay(state!.count) : weightDecay;
      const decayed = (g: Tensor, p: Tensor) => add(g, times(convert(p, g.dtype), factor));
      return [
        mapTrees(decayed, grads, "grads", [needParams("addDecayedWeights", params), "params"]),
        scheduled ? { count: nextStep(state!.count) } : null,
      ];
    },
  });
  return mask === undefined ? decay : masked(decay, mask);
}

/** Replaces every update by zero: parameters stay as they are. As `optax.set_to_zero`. */
export const setToZero = (): GradientTransformation => stateless("set_to_zero", (g) => like(g, 0));

/** Group names for every leaf or for whole subtrees, or a function of the tree that gives them. */
export type Labels = string | { readonly [key: string]: Labels } | readonly Labels[] | ((tree: unknown) => Labels);

const isString = (x: unknown): x is string => typeof x === "string";

/**
 * A transformation for each group of leaves: that of `transformations` under the leaf's label. State: that of each
 * transformation over its own leaves, by label. As `optax.partition`, formerly `multi_transform`.
 *
 * @throws TreeError for a label without a transformation, or labels that are no prefix of the parameters
 */
export function partition(
  transformations: Readonly<Record<string, GradientTransformation>>,
  labels: Labels,
): GradientTransformation {
  const groups = Object.keys(transformations).sort();
  const maskOf = (group: string) => (tree: unknown) => {
    const { def } = flatten(tree, "the tree");
    const names = broadcastPrefix(typeof labels === "function" ? labels(tree) : labels, def, isString, "labels");
    const unknown = names.find((n) => !groups.includes(n));
    if (unknown !== undefined)
      throw new TreeError(
        `optim.partition: no transformation for label "${unknown}"; there are those of ${groups.join(", ")}.`,
      );
    return unflatten(
      def,
      names.map((n) => n === group),
    ) as Mask;
  };
  const parts = groups.map((group) => ({ group, part: masked(transformations[group]!, maskOf(group)) }));
  return transformation<Record<string, OptState>>("partition", {
    init: (params) => Object.fromEntries(parts.map(({ group, part }) => [group, part.init(params)])),
    update: (grads, states, params) => {
      let updates = grads;
      const next: Record<string, OptState> = {};
      for (const { group, part } of parts) [updates, next[group]] = part.update(updates, states[group], params);
      return [updates, next];
    },
  });
}
