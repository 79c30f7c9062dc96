// Transformations that look at whole tensors: norms and root mean squares of each, and factored second moments.
import type { Tensor } from "../../core/tensor.ts";
import { unflatten } from "../../core/tree.ts";
import { add, div, max, mul, or, pow, sub } from "../../ops/binary.ts";
import { eq, le, select } from "../../ops/compare.ts";
import { like, splat } from "../../ops/literal.ts";
import { reduceSum, spread } from "../../ops/reduce.ts";
import { broadcastInDim } from "../../ops/shape.ts";
import { convert, rsqrt, sqrt, square } from "../../ops/unary.ts";
import { spreader } from "./scaling.ts";
import {
  type GradientTransformation,
  needParams,
  nextStep,
  noSteps,
  stateless,
  transformation,
} from "./transformation.ts";
import { filled, leavesOf, mapTrees, matching, requireFloats } from "./trees.ts";

const all = (x: Tensor): number[] => [...x.shape.keys()];
const full = (s: Tensor, x: Tensor): Tensor => broadcastInDim(s, x.shape, []);
const meanOf = (x: Tensor, axes: readonly number[]): Tensor =>
  div(
    reduceSum(x, axes),
    axes.reduce((n, d) => n * x.shape[d]!, 1),
  );
/** √(mean x²) */
const rms = (x: Tensor): Tensor => sqrt(meanOf(square(x), all(x)));

/**
 * Scales each tensor down to a root mean square of at most `threshold`. As `optax.clip_by_block_rms`.
 *
 * Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost", 2018.
 */
export const clipByBlockRms = (threshold: number): GradientTransformation =>
  stateless("clip_by_block_rms", (u) => {
    const size = div(rms(u), threshold);
    return div(u, full(max(size, 1), u));
  });

function withParams(name: string, label: string, f: (update: Tensor, param: Tensor) => Tensor): GradientTransformation {
  return transformation<null>(name, {
    init: () => null,
    update: (grads, _state, params) => [mapTrees(f, grads, "grads", [needParams(label, params), "params"]), null],
  });
}

/** Multiplies each tensor by the root mean square of its parameter, at least `minScale`. As `optax.scale_by_param_block_rms`. */
export const scaleByParamBlockRms = (minScale = 1e-3): GradientTransformation =>
  withParams("scale_by_param_block_rms", "scaleByParamBlockRms", (u, p) =>
    mul(u, full(convert(max(rms(p), minScale), u.dtype), u)),
  );

export interface TrustOptions {
  /** Least norm of a parameter and of an update. */
  readonly minNorm?: number;
  readonly trustCoefficient?: number;
  readonly eps?: number;
}

/**
 * Multiplies each tensor by the norm of its parameter over its own norm; by 1 where either is 0. As
 * `optax.scale_by_trust_ratio`.
 *
 * You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", 2020.
 */
export function scaleByTrustRatio(options: TrustOptions = {}): GradientTransformation {
  const { minNorm = 0, trustCoefficient = 1, eps = 0 } = options;
  const norm = (x: Tensor): Tensor => {
    const n = sqrt(reduceSum(square(x), all(x)));
    return select(le(n, minNorm), like(n, minNorm), n);
  };
  return withParams("scale_by_trust_ratio", "scaleByTrustRatio", (u, p) => {
    const [size, step] = [norm(p), norm(u)];
    const ratio = div(mul(size, trustCoefficient), convert(add(step, eps), size.dtype));
    const still = or(eq(size, 0), eq(step, 0));
    return mul(u, full(convert(select(still, like(ratio, 1), ratio), u.dtype), u));
  });
}

export interface FactoredOptions {
  /** Factors the second moments of tensors of two dimensions or more; true by default. */
  readonly factored?: boolean;
  /** c of the decay 1 − t^−c. */
  readonly decayRate?: number;
  /** Steps that count from here on. */
  readonly stepOffset?: number;
  /** Size of the second largest dimension from which on a tensor is factored. */
  readonly minDimSizeToFactor?: number;
  /** Added to the squares. */
  readonly epsilon?: number;
}

interface FactoredState {
  readonly count: Tensor;
  readonly vRow: unknown;
  readonly vCol: unknown;
  readonly v: unknown;
}

/** The second largest and the largest dimension; undefined if the tensor is not factored. */
function factoredDims(shape: readonly number[], options: Required<FactoredOptions>): [number, number] | undefined {
  if (!options.factored || shape.length < 2) return undefined;
  const order = [...shape.keys()].sort((a, b) => shape[a]! - shape[b]! || a - b);
  const [second, largest] = order.slice(-2) as [number, number];
  return shape[second]! < options.minDimSizeToFactor ? undefined : [second, largest];
}

/**
 * g / √v, v the running mean of g², of which for large tensors only the means of rows and of columns are kept. State:
 * `{ count, vRow, vCol, v }`, [1] where not used. As `optax.scale_by_factored_rms`.
 *
 * Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost", 2018.
 */
export function scaleByFactoredRms(given: FactoredOptions = {}): GradientTransformation {
  const options: Required<FactoredOptions> = {
    factored: true,
    decayRate: 0.8,
    stepOffset: 0,
    minDimSizeToFactor: 128,
    epsilon: 1e-30,
    ...given,
  };
  const without = (shape: readonly number[], d: number) => shape.filter((_, i) => i !== d);
  return transformation<FactoredState>("scale_by_factored_rms", {
    init: (params) => {
      requireFloats(params, "params");
      const zeros = (shapeOf: (p: Tensor) => readonly number[]) =>
        mapTrees((p) => filled(splat(0, shapeOf(p), p.dtype), 0, p.dtype), params, "params");
      const dims = (p: Tensor) => factoredDims(p.shape, options);
      return {
        count: noSteps(),
        vRow: zeros((p) => (dims(p) ? without(p.shape, dims(p)![1]) : [1])),
        vCol: zeros((p) => (dims(p) ? without(p.shape, dims(p)![0]) : [1])),
        v: mapTrees(
          (p) => (dims(p) ? filled(splat(0, [1], p.dtype), 0, p.dtype) : filled(p, 0, p.dtype)),
          params,
          "params",
        ),
      };
    },
    update: (grads, state, params) => {
      const steps = add(sub(convert(state.count, "float32"), options.stepOffset), 1);
      const decay = sub(like(steps, 1), pow(steps, like(steps, -options.decayRate)));
      const [kept, fresh] = [spreader(decay), spreader(sub(like(decay, 1), decay))];
      const mix = (v: Tensor, x: Tensor) => add(mul(kept(v), v), mul(fresh(x), x));
      const { leaves, def } = leavesOf(grads, "grads");
      const part = (tree: unknown, name: string) => matching(tree, def, name, "grads");
      const [rows, cols, wholes] = [part(state.vRow, "vRow"), part(state.vCol, "vCol"), part(state.v, "v")];
      const shapes = part(needParams("scaleByFactoredRms", params), "params");
      const results = leaves.map((g, i): readonly [Tensor, Tensor, Tensor, Tensor] => {
        const squares = add(square(g), options.epsilon);
        const dims = factoredDims(shapes[i]!.shape, options);
        if (dims === undefined) {
          const v = mix(wholes[i]!, convert(squares, wholes[i]!.dtype));
          return [mul(g, convert(rsqrt(v), g.dtype)), rows[i]!, cols[i]!, v];
        }
        const [d1, d0] = dims;
        const row = mix(rows[i]!, convert(meanOf(squares, [d0]), rows[i]!.dtype));
        const col = mix(cols[i]!, convert(meanOf(squares, [d1]), cols[i]!.dtype));
        const reduced = d1 > d0 ? d1 - 1 : d1;
        const rowFactor = rsqrt(div(row, spread(meanOf(row, [reduced]), row, [reduced])));
        const wide = (x: Tensor, d: number) => convert(spread(x, g, [d]), g.dtype);
        return [mul(mul(g, wide(rowFactor, d0)), wide(rsqrt(col), d1)), row, col, wholes[i]!];
      });
      const tree = (n: 0 | 1 | 2 | 3) =>
        unflatten(
          def,
          results.map((r) => r[n]),
        );
      return [tree(0), { count: nextStep(state.count), vRow: tree(1), vCol: tree(2), v: tree(3) }];
    },
  });
}
