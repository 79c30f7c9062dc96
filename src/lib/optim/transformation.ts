// Gradient transformations: pairs of pure functions, and how they are put together.
import { leafValue } from "../../compile/leaves.ts";
import { avalOf } from "../../core/aval.ts";
import { TreeError } from "../../core/errors.ts";
import { Literal, type Tensor } from "../../core/tensor.ts";
import { flatten, leavesWithPath, unflatten } from "../../core/tree.ts";
import { add } from "../../ops/binary.ts";
import { convert } from "../../ops/unary.ts";
import { runTogether } from "../function-graph.ts";
import { settle } from "../promote.ts";
import { complement, type Scalar, times } from "./scalars.ts";
import { filled, leavesOf, mapTrees } from "./trees.ts";

/** A plain tree of tensors. */
export type OptState = unknown;

/**
 * How gradients become updates. Both functions are pure: keep the state that `update` returns. As Optax's
 * GradientTransformation.
 */
export interface GradientTransformation {
  /** The state before the first step. */
  init(params: unknown): OptState;
  /**
   * Updates, to be added to the parameters by `applyUpdates`, and the next state. `params` is needed by
   * transformations that decay weights.
   */
  update<G>(grads: G, state: OptState, params?: unknown): [updates: G, state: OptState];
}

export interface Rule<S> {
  readonly init: (params: unknown) => S;
  readonly update: (grads: unknown, state: S, params: unknown) => readonly [updates: unknown, state: S];
}

/** A transformation whose update runs as one program outside traces. */
export function transformation<S>(name: string, rule: Rule<S>): GradientTransformation {
  return {
    init: (params) => rule.init(params),
    update: <G>(grads: G, state: OptState, params?: unknown) => {
      const given = params === undefined ? [grads, state] : [grads, state, params];
      const { leaves, def } = leavesOf(given, name);
      let out: ReturnType<typeof flatten> | undefined;
      const results = runTogether(
        name,
        (...inputs) => {
          const [g, s, p] = unflatten(def, inputs) as [unknown, S, unknown];
          out = flatten(rule.update(g, s, p), name);
          return leavesOf(unflatten(out.def, out.leaves), name).leaves;
        },
        leaves,
      );
      return unflatten(out!.def, results.map(settle)) as [G, OptState];
    },
  };
}

/** A transformation without state that treats every leaf alike. */
export const stateless = (name: string, f: (gradient: Tensor) => Tensor): GradientTransformation =>
  transformation<null>(name, { init: () => null, update: (grads) => [mapTrees(f, grads, "grads"), null] });

/** Parameters where an update needs them. @throws TreeError if none were given */
export function needParams(name: string, params: unknown): unknown {
  if (params === undefined)
    throw new TreeError(`optim.${name}: update needs the parameters: call update(grads, state, params).`);
  return params;
}

/** Steps done so far, int32: before the first, and after one more. */
export const noSteps = (): Tensor => filled(new Literal(0, avalOf([], "int32")), 0, "int32");
export const nextStep = (count: Tensor): Tensor => add(count, 1);

/**
 * The number of steps that a state has seen, int32[]: the first `count` in it.
 * @throws TreeError if its transformations do not count
 */
export function stepCount(state: OptState): Tensor {
  const found = leavesWithPath(state).find(({ path }) => path === "count" || path.endsWith(".count"));
  if (found === undefined)
    throw new TreeError("optim.stepCount: the state holds no count; count steps yourself, or use Adam or a schedule.");
  return leafValue(found.leaf);
}

/** All transformations in turn; the state is the list of theirs. As `optax.chain`. */
export function chain(...transformations: readonly GradientTransformation[]): GradientTransformation {
  return transformation<OptState[]>("chain", {
    init: (params) => transformations.map((t) => t.init(params)),
    update: (grads, states, params) => {
      if (!Array.isArray(states) || states.length !== transformations.length)
        throw new TreeError(
          `optim.chain: got a state that is no list of ${transformations.length}; pass what init or update returned.`,
        );
      let updates = grads;
      const next = transformations.map((t, i) => {
        const [u, s] = t.update(updates, states[i], params);
        updates = u;
        return s;
      });
      return [updates, next];
    },
  });
}

/** Passes gradients on as they are. */
export const identity = (): GradientTransformation =>
  transformation<null>("identity", { init: () => null, update: (grads) => [grads, null] });

/**
 * params + updates, each leaf in its own dtype: a sum of unequal dtypes is formed in the update's and rounded once. As
 * `optax.apply_updates`.
 */
export const applyUpdates = <P>(params: P, updates: unknown): P =>
  together("apply_updates", [params, "params"], [updates, "updates"], (p, u) =>
    p.dtype === u.dtype ? add(p, u) : convert(add(convert(p, u.dtype), u), p.dtype),
  );

/**
 * stepSize · new + (1 − stepSize) · old: a running mean of parameters. As `optax.incremental_update`.
 *
 * Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992.
 */
export const incrementalUpdate = <P>(newTensors: P, oldTensors: unknown, stepSize: Scalar): P =>
  together("incremental_update", [newTensors, "newTensors"], [oldTensors, "oldTensors"], (a, b) =>
    add(times(a, stepSize), times(convert(b, a.dtype), complement(stepSize))),
  );

/** `f` over the leaves of two trees of one structure, as one program. */
function together<P>(
  name: string,
  [first, firstName]: readonly [P, string],
  [second, secondName]: readonly [unknown, string],
  f: (a: Tensor, b: Tensor) => Tensor,
): P {
  const { leaves, def } = leavesOf([first, second], name);
  let out: ReturnType<typeof leavesOf> | undefined;
  const results = runTogether(
    name,
    (...inputs) => {
      const [a, b] = unflatten(def, inputs) as [unknown, unknown];
      out = leavesOf(mapTrees(f, a, firstName, [b, secondName]), firstName);
      return out.leaves;
    },
    leaves,
  );
  return unflatten(out!.def, results.map(settle)) as P;
}
