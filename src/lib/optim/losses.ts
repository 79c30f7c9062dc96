// Losses, element by element or summed along an axis; take their mean for a training loss. By Optax's formulas.
import { longAval } from "../../core/aval.ts";
import { isFloat, isInteger } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { add, div, max, min, mul, sub } from "../../ops/binary.ts";
import { eq, select } from "../../ops/compare.ts";
import { like } from "../../ops/literal.ts";
import { reduceOr, reduceSum, spread } from "../../ops/reduce.ts";
import { broadcastInDim, expandDims, iota } from "../../ops/shape.ts";
import { abs, exp, log, log1p, neg, sqrt, square } from "../../ops/unary.ts";
import { logSigmoid } from "../nn/activations.ts";
import { run } from "../nn/composite.ts";
import { logSoftmax, logsumexp } from "../nn/softmax.ts";
import { type Axis, axesOf } from "../np/axes.ts";
import { broadcastTo, cast, promote, tensorOf } from "../promote.ts";
import type { TensorLike } from "../types.ts";

function floats(name: string, x: TensorLike, what = "predictions"): Tensor {
  const t = tensorOf(x, name);
  if (!isFloat(t.dtype))
    throw new DTypeError(`${name}: got ${what} of ${longAval(t.aval)}, expected floats. Use astype.`);
  return t;
}

/** predictions − targets, or predictions alone. */
function errors(name: string, predictions: TensorLike, targets: TensorLike | undefined): Tensor[] {
  const p = floats(name, predictions);
  return targets === undefined ? [p] : promote(name, [p, targets]);
}
const difference = (p: Tensor, t: Tensor | undefined): Tensor => (t === undefined ? p : sub(p, t));

/** (predictions − targets)². As `optax.squared_error`. @throws ShapeError if the shapes differ */
export function squaredError(predictions: TensorLike, targets?: TensorLike): Tensor {
  const name = "optim.squaredError";
  requireEqualShapes(name, predictions, targets);
  return run("squared_error", (p, t) => square(difference(p!, t)), errors(name, predictions, targets));
}

/** ½ (predictions − targets)². As `optax.l2_loss`. @throws ShapeError if the shapes differ */
export function l2Loss(predictions: TensorLike, targets?: TensorLike): Tensor {
  const name = "optim.l2Loss";
  requireEqualShapes(name, predictions, targets);
  return run("l2_loss", (p, t) => mul(square(difference(p!, t)), 0.5), errors(name, predictions, targets));
}

function requireEqualShapes(name: string, predictions: TensorLike, targets: TensorLike | undefined): void {
  if (targets === undefined) return;
  const [p, t] = [tensorOf(predictions, name), tensorOf(targets, name)];
  if (p.shape.join() !== t.shape.join())
    throw new ShapeError(
      `${name}: got predictions of ${longAval(p.aval)} and targets of ${longAval(t.aval)}; expected one shape, as they ` +
        "would be broadcast to more errors than meant.",
    );
}

/**
 * ½ e² where |e| ≤ delta, else delta (|e| − ½ delta), for e = predictions − targets. As `optax.huber_loss`.
 *
 * Huber, "Robust estimation of a location parameter", 1964.
 */
export function huberLoss(
  predictions: TensorLike,
  targets?: TensorLike,
  options: { readonly delta?: number } = {},
): Tensor {
  const delta = options.delta ?? 1;
  const body = (p: Tensor, t?: Tensor) => {
    const size = abs(difference(p, t));
    const quadratic = min(size, delta);
    return add(mul(square(quadratic), 0.5), mul(sub(size, quadratic), delta));
  };
  return run("huber_loss", (p, t) => body(p!, t), errors("optim.huberLoss", predictions, targets));
}

/** log cosh(predictions − targets). As `optax.log_cosh`. */
export const logCosh = (predictions: TensorLike, targets?: TensorLike): Tensor =>
  run(
    "log_cosh",
    (p, t) => {
      const size = abs(difference(p!, t));
      return sub(add(size, log1p(exp(mul(size, -2)))), Math.LN2);
    },
    errors("optim.logCosh", predictions, targets),
  );

/** max(0, 1 − outputs · targets), targets −1 or 1. As `optax.hinge_loss`. */
export const hingeLoss = (outputs: TensorLike, targets: TensorLike): Tensor =>
  run(
    "hinge_loss",
    (o, t) => max(sub(like(o!, 1), mul(o!, t!)), 0),
    promote("optim.hingeLoss", [outputs, targets], "inexact"),
  );

/**
 * −labels · log σ(logits) − (1 − labels) · log(1 − σ(logits)), for independent classes; labels are probabilities or
 * 0 and 1. As `optax.sigmoid_binary_cross_entropy`.
 */
export function sigmoidBinaryCrossEntropy(logits: TensorLike, labels: TensorLike): Tensor {
  const name = "optim.sigmoidBinaryCrossEntropy";
  const x = floats(name, logits, "logits");
  const inputs = promote(name, [x, cast(tensorOf(labels, name), x.dtype)]);
  return run(
    "sigmoid_binary_cross_entropy",
    (v, y) => sub(mul(neg(y!), logSigmoid(v!)), mul(sub(like(y!, 1), y!), logSigmoid(neg(v!)))),
    inputs,
  );
}

export interface LossOptions {
  /** The classes' axis or axes; the last by default. */
  readonly axis?: Axis;
  /** A mask that broadcasts to the logits: classes where it is false take no part. */
  readonly where?: TensorLike;
}

/** −Σ labels · log softmax(logits) along the classes; labels are probabilities. As `optax.softmax_cross_entropy`. */
export function softmaxCrossEntropy(logits: TensorLike, labels: TensorLike, options: LossOptions = {}): Tensor {
  const name = "optim.softmaxCrossEntropy";
  const x = floats(name, logits, "logits");
  const [v, y] = promote(name, [x, labels]) as [Tensor, Tensor];
  const axes = axesOf(name, options.axis === undefined ? -1 : options.axis, v.ndim);
  const mask = options.where === undefined ? [] : [broadcastTo(name, tensorOf(options.where, name), v.shape)];
  return run(
    "softmax_cross_entropy",
    (a, b, where) => {
      const logs = logSoftmax(a!, axes, where && { where });
      const terms = mul(b!, logs);
      return neg(reduceSum(where === undefined ? terms : select(where, terms, 0), axes));
    },
    [v, y, ...mask],
  );
}

/**
 * −log softmax(logits) of the class that each integer label names; labels have the shape of the logits without the
 * classes' axis. 0 where no class takes part. As `optax.softmax_cross_entropy_with_integer_labels` for one axis.
 * @throws DTypeError, ShapeError
 */
export function softmaxCrossEntropyWithIntegerLabels(
  logits: TensorLike,
  labels: TensorLike,
  options: { readonly axis?: number; readonly where?: TensorLike } = {},
): Tensor {
  const name = "optim.softmaxCrossEntropyWithIntegerLabels";
  const x = floats(name, logits, "logits");
  const y = tensorOf(labels, name);
  if (!isInteger(y.dtype)) throw new DTypeError(`${name}: got labels of ${longAval(y.aval)}, expected integers.`);
  const axes = axesOf(name, options.axis ?? -1, x.ndim);
  const [at] = axes as [number];
  const others = x.shape.filter((_, d) => d !== at);
  if (y.shape.join() !== others.join())
    throw new ShapeError(
      `${name}: got labels of ${longAval(y.aval)} for logits of ${longAval(x.aval)}; expected [${others}].`,
    );
  const mask = options.where === undefined ? [] : [broadcastTo(name, tensorOf(options.where, name), x.shape)];
  return run(
    "softmax_cross_entropy_with_integer_labels",
    (v, label, where) => {
      const classes = iota(label!.dtype, v!.shape, at);
      const chosen = eq(classes, broadcastInDim(expandDims(label!, [at]), v!.shape, [...v!.shape.keys()]));
      const own = reduceSum(select(chosen, v!, 0), axes);
      const loss = sub(logsumexp(v!, axes, where && { where }), own);
      return where === undefined ? loss : select(reduceOr(where, axes), loss, 0);
    },
    [x, y, ...mask],
  );
}

export interface CosineOptions extends LossOptions {
  /** Least squared norm. */
  readonly epsilon?: number;
}

/** The cosine of the angle between vectors along an axis. As `optax.cosine_similarity`. */
export function cosineSimilarity(predictions: TensorLike, targets: TensorLike, options: CosineOptions = {}): Tensor {
  const name = "optim.cosineSimilarity";
  const epsilon = options.epsilon ?? 0;
  const [p, t] = promote(name, [floats(name, predictions), floats(name, targets, "targets")]) as [Tensor, Tensor];
  const axes = axesOf(name, options.axis === undefined ? -1 : options.axis, p.ndim);
  const mask = options.where === undefined ? [] : [broadcastTo(name, tensorOf(options.where, name), p.shape)];
  return run(
    "cosine_similarity",
    (a, b, where) => {
      const sum = (x: Tensor) => reduceSum(where === undefined ? x : select(where, x, 0), axes);
      const unit = (x: Tensor) => div(x, spread(sqrt(max(sum(square(x)), epsilon)), x, axes));
      return sum(mul(unit(a!), unit(b!)));
    },
    [p, t, ...mask],
  );
}

/** 1 − cosine similarity. As `optax.cosine_distance`. */
export const cosineDistance = (predictions: TensorLike, targets: TensorLike, options: CosineOptions = {}): Tensor =>
  run("cosine_distance", (s) => sub(like(s!, 1), s!), [cosineSimilarity(predictions, targets, options)]);

/** Σ targets (log targets − logPredictions) along an axis, with 0 · log 0 = 0. As `optax.kl_divergence`. */
export function klDivergence(logPredictions: TensorLike, targets: TensorLike, options: LossOptions = {}): Tensor {
  const name = "optim.klDivergence";
  const [p, t] = promote(name, [floats(name, logPredictions), floats(name, targets, "targets")]) as [Tensor, Tensor];
  const axes = axesOf(name, options.axis === undefined ? -1 : options.axis, p.ndim);
  const mask = options.where === undefined ? [] : [broadcastTo(name, tensorOf(options.where, name), p.shape)];
  return run(
    "kl_divergence",
    (a, b, where) => {
      const empty = eq(b!, 0);
      const logs = select(empty, like(b!, 0), log(select(empty, like(b!, 1), b!)));
      const terms = mul(b!, sub(logs, a!));
      return reduceSum(where === undefined ? terms : select(where, terms, 0), axes);
    },
    [p, t, ...mask],
  );
}
