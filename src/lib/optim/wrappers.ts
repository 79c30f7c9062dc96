// Transformations around another one: steps collected, refused where they are not finite, with its numbers in the state.
import { type DType, isFloat, itemSize } from "../../core/dtype.ts";
import { DTypeError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";
import { unflatten } from "../../core/tree.ts";
import { add, and, div, mul, or, sub } from "../../ops/binary.ts";
import { eq, gt, select } from "../../ops/compare.ts";
import { like, splat } from "../../ops/literal.ts";
import { reduceAnd } from "../../ops/reduce.ts";
import { convert, finite } from "../../ops/unary.ts";
import type { Scalar } from "./scalars.ts";
import { spreader } from "./scaling.ts";
import type { Schedule } from "./schedules.ts";
import { type GradientTransformation, nextStep, noSteps, type OptState, transformation } from "./transformation.ts";
import { filled, leavesOf, mapTrees, matching } from "./trees.ts";

export interface MultiStepsOptions {
  /** The mean of the collected gradients (the default), or their sum. */
  readonly useGradMean?: boolean;
  /** Gradients that this says true to (a boolean scalar) are left out and not counted. */
  readonly shouldSkip?: (grads: unknown, gradientStep: Tensor, params: unknown) => Tensor;
  /** Dtype of the collected gradients, float32 by default; that of the parameters if that is wider. */
  readonly accumulatorDtype?: DType;
}

interface MultiState {
  /** Gradients collected since the last step. */
  readonly miniStep: Tensor;
  /** Steps of `inner`. */
  readonly gradientStep: Tensor;
  readonly sums: unknown;
  readonly inner: OptState;
}

/**
 * A step of `inner` with the mean of every `every` gradients, a number or a schedule of the steps done; updates are zero
 * in between. As `optax.MultiSteps`. The step is computed each time and kept every `every`-th, so that the program has
 * no branch.
 *
 * @throws DTypeError if `every` is no whole number above 0
 */
export function multiSteps(
  inner: GradientTransformation,
  every: number | ((gradientStep: Tensor) => Tensor),
  options: MultiStepsOptions = {},
): GradientTransformation {
  const { useGradMean = true, shouldSkip, accumulatorDtype = "float32" } = options;
  if (typeof every === "number" && (!Number.isInteger(every) || every < 1))
    throw new DTypeError(`optim.multiSteps: got every = ${every}, expected a whole number above 0.`);
  const widest = (p: Tensor): DType => (itemSize(p.dtype) > itemSize(accumulatorDtype) ? p.dtype : accumulatorDtype);
  return transformation<MultiState>("multi_steps", {
    init: (params) => ({
      miniStep: noSteps(),
      gradientStep: noSteps(),
      sums: mapTrees((p) => filled(p, 0, widest(p)), params, "params"),
      inner: inner.init(params),
    }),
    update: (grads, state, params) => {
      const count = nextStep(state.miniStep);
      const share = spreader(div(splat(1, [], "float32"), convert(count, "float32")));
      const collect = (m: Tensor, g: Tensor): Tensor => {
        const wide = convert(g, m.dtype);
        // Running mean: m ← m + (g − m) / n
        return useGradMean ? add(m, mul(sub(wide, m), share(m))) : add(m, wide);
      };
      const sums = mapTrees(collect, state.sums, "sums", [grads, "grads"]);
      const given = mapTrees((m, g) => convert(m, g.dtype), sums, "sums", [grads, "grads"]);
      const [updates, next] = inner.update(given, state.inner, params);
      const full = eq(
        count,
        typeof every === "number" ? like(count, every) : convert(every(state.gradientStep), "int32"),
      );
      const skip = shouldSkip?.(grads, state.gradientStep, params);
      const done = skip === undefined ? full : and(full, eq(skip, false));
      const kept = (now: Tensor, before: Tensor) => (skip === undefined ? now : select(skip, before, now));
      return [
        mapTrees((x) => select(done, x, like(x, 0)), updates, "updates"),
        {
          miniStep: kept(select(full, like(count, 0), count), state.miniStep),
          gradientStep: select(done, nextStep(state.gradientStep), state.gradientStep),
          sums: mapTrees((m, old) => kept(select(full, like(m, 0), m), old), sums, "sums", [state.sums, "sums"]),
          inner: chooseState(done, next, state.inner),
        },
      ];
    },
  });
}

/** The state `next` where `which`, else `old`. */
function chooseState(which: Tensor, next: OptState, old: OptState): OptState {
  const { leaves, def } = leavesOf(next, "the state after");
  const others = matching(old, def, "the state before", "the state after");
  return unflatten(
    def,
    leaves.map((leaf, i) => select(which, leaf, others[i]!)),
  );
}

interface FiniteState {
  readonly notFiniteCount: Tensor;
  readonly lastFinite: Tensor;
  readonly totalNotFinite: Tensor;
  readonly inner: OptState;
}

/**
 * A step of `inner` if all gradients are finite; else updates of zero and the state as it was, up to
 * `maxConsecutiveErrors` times in a row. State: `{ notFiniteCount, lastFinite, totalNotFinite, inner }`. As
 * `optax.apply_if_finite`.
 */
export function applyIfFinite(inner: GradientTransformation, maxConsecutiveErrors: number): GradientTransformation {
  const whole = (x: Tensor) => reduceAnd(finite(x), [...x.shape.keys()]);
  return transformation<FiniteState>("apply_if_finite", {
    init: (params) => ({
      notFiniteCount: noSteps(),
      lastFinite: filled(splat(false, [], "bool"), true, "bool"),
      totalNotFinite: noSteps(),
      inner: inner.init(params),
    }),
    update: (grads, state, params) => {
      const { leaves } = leavesOf(grads, "grads");
      const good = leaves
        .filter((g) => isFloat(g.dtype))
        .map(whole)
        .reduce((a, b) => and(a, b), splat(true, [], "bool") as Tensor);
      const errors = select(good, like(state.notFiniteCount, 0), nextStep(state.notFiniteCount));
      const [updates, next] = inner.update(grads, state.inner, params);
      const accepted = or(good, gt(errors, maxConsecutiveErrors));
      return [
        mapTrees((u) => select(accepted, u, like(u, 0)), updates, "updates"),
        {
          notFiniteCount: errors,
          lastFinite: good,
          totalNotFinite: select(good, state.totalNotFinite, nextStep(state.totalNotFinite)),
          inner: chooseState(accepted, next, state.inner),
        },
      ];
    },
  });
}

/** A number, a tensor, or a schedule of the steps done. */
export type Hyperparameter = Scalar | Schedule;
type Injected<H> = { [K in keyof H]: Tensor };

/**
 * The transformation that `make` gives of hyperparameters which are part of the state, `{ count, hyperparams, inner }`:
 * tensors of `dtype` that can be read there, and replaced between steps; schedules are evaluated at each step. As
 * `optax.inject_hyperparams`, with the hyperparameters by name:
 * `injectHyperparams(({ learningRate }) => adamw(learningRate), { learningRate: 1e-3 })`.
 */
export function injectHyperparams<H extends Readonly<Record<string, Hyperparameter>>>(
  make: (hyperparams: Injected<H>) => GradientTransformation,
  hyperparams: H,
  dtype: DType = "float32",
): GradientTransformation {
  const names = Object.keys(hyperparams);
  const scheduled = (count: Tensor, known: Record<string, Tensor>): Record<string, Tensor> =>
    Object.fromEntries(
      names.map((name) => {
        const value = hyperparams[name]!;
        return [name, typeof value === "function" ? convert(value(count), dtype) : known[name]!];
      }),
    );
  const initial = (): Record<string, Tensor> =>
    Object.fromEntries(
      names.map((name) => {
        const value = hyperparams[name]!;
        if (value instanceof Tensor) return [name, value];
        if (typeof value === "function") return [name, convert(value(noSteps()), dtype)];
        return [name, filled(splat(value, [], dtype), value, dtype)];
      }),
    );
  return transformation<{ count: Tensor; hyperparams: Record<string, Tensor>; inner: OptState }>("inject_hyperparams", {
    init: (params) => {
      const known = initial();
      return { count: noSteps(), hyperparams: known, inner: make(known as Injected<H>).init(params) };
    },
    update: (grads, state, params) => {
      const known = scheduled(state.count, state.hyperparams);
      const [updates, inner] = make(known as Injected<H>).update(grads, state.inner, params);
      return [updates, { count: nextStep(state.count), hyperparams: known, inner }];
    },
  });
}
