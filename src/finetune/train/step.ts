// One optimizer step as a program: micro-batches accumulated by sums, divided once, clipped, applied.
import { valueAndGrad } from "../../lib/grad.ts";
import { jit } from "../../lib/jit.ts";
import * as lax from "../../lib/lax.ts";
import type { Mesh } from "../../lib/mesh.ts";
import * as optim from "../../lib/optim.ts";
import * as random from "../../lib/random.ts";
import type { DType, Tensor } from "../../lib/tensor.ts";
import * as tree from "../../lib/tree.ts";
import type { LlamaConfig } from "../../llama/config.ts";
import type { Lora, LoraParams } from "../../llama/lora.ts";
import { lossSum } from "../../llama/loss.ts";
import type { LlamaParams } from "../../llama/weights.ts";

/** int32 tensors [accumulate, rows, time]. */
export interface StepBatch {
  readonly ids: Tensor;
  readonly labels: Tensor;
  readonly positions: Tensor;
  readonly segmentIds: Tensor;
}

export interface TrainState {
  readonly lora: LoraParams;
  readonly opt: optim.OptState;
}

/** Scalars of one step, f32. */
export interface StepMetrics {
  /** Mean over the step's supervised positions. */
  readonly loss: Tensor;
  readonly gradNorm: Tensor;
  readonly learningRate: Tensor;
}

export interface StepOptions {
  readonly config: LlamaConfig;
  /** Rank, scale and dropout; the parameters come with the state. */
  readonly lora: Omit<Lora, "params">;
  readonly optimizer: optim.Transformation;
  readonly schedule: optim.Schedule;
  readonly computeDtype: DType;
  readonly remat: "none" | "layer";
  readonly mesh?: Mesh | undefined;
  /** A prefix tree for state and metrics. */
  readonly outShardings?: unknown;
}

export type TrainStep = (
  state: TrainState,
  params: LlamaParams<Tensor>,
  batch: StepBatch,
  key: Tensor,
  step: bigint,
  maxSupervised: number,
) => [TrainState, StepMetrics];

/**
 * The jitted step; the state is donated. Gradients and token counts are summed over micro-batches and devices and
 * divided once, so that accumulating in k parts equals one part.
 */
export function makeTrainStep(o: StepOptions) {
  const { config, optimizer, schedule } = o;
  const forwardOptions = { computeDtype: o.computeDtype, remat: o.remat, mesh: o.mesh };
  return jit(
    function trainStep(
      state: TrainState,
      params: LlamaParams<Tensor>,
      batch: StepBatch,
      key: Tensor,
      step: Tensor,
      maxSupervised: number,
    ): [TrainState, StepMetrics] {
      const stepKey = o.lora.dropout > 0 ? random.foldIn(key, step) : undefined;
      const micro = (b: StepBatch, dropoutKey: Tensor | undefined) =>
        valueAndGrad(
          (lora: LoraParams) => {
            const [sum, count] = lossSum(params, b.ids, b.labels, config, {
              ...forwardOptions,
              lora: { ...o.lora, params: lora },
              dropoutKey,
              positions: b.positions,
              segmentIds: b.segmentIds,
              maxSupervised,
            });
            return [sum, count] as [Tensor, Tensor];
          },
          { hasAux: true },
        )(state.lora) as unknown as [[Tensor, Tensor], LoraParams];

      const accumulate = batch.ids.shape[0]!;
      const [sum, count, grads] =
        accumulate === 1 ? single(micro, batch, stepKey) : scanned(micro, batch, stepKey, accumulate, state.lora);
      const mean = tree.map((g: Tensor) => lax.div(g, lax.broadcastInDim(count, g.shape, [])), grads);
      const gradNorm = optim.globalNorm(mean);
      const learningRate = schedule(optim.stepCount(state.opt));
      const [updates, opt] = optimizer.update(mean, state.opt, state.lora);
      const lora = optim.applyUpdates(state.lora, updates) as LoraParams;
      return [
        { lora, opt },
        { loss: lax.div(sum, count), gradNorm, learningRate },
      ];
    },
    { donateArgnums: 0, staticArgnums: 5, ...(o.outShardings === undefined ? {} : { outShardings: o.outShardings }) },
  );
}

type Micro = (b: StepBatch, key: Tensor | undefined) => [[Tensor, Tensor], LoraParams];

const part = (x: Tensor): Tensor => lax.reshape(x, x.shape.slice(1));

function single(micro: Micro, batch: StepBatch, key: Tensor | undefined): [Tensor, Tensor, LoraParams] {
  const [[sum, count], grads] = micro(tree.map(part, batch) as StepBatch, key);
  return [sum, count, grads];
}

function scanned(
  micro: Micro,
  batch: StepBatch,
  key: Tensor | undefined,
  n: number,
  lora: LoraParams,
): [Tensor, Tensor, LoraParams] {
  const zero = lax.full([], 0, "float32");
  const start = { sum: zero, count: zero, grads: tree.map((p: Tensor) => lax.fullLike(p, 0), lora) };
  const keys = key === undefined ? null : random.split(key, n);
  const [total] = lax.scan(
    (carry: typeof start, x: { batch: StepBatch; key: Tensor | null }): [typeof start, null] => {
      const [[sum, count], grads] = micro(x.batch, x.key ?? undefined);
      return [
        {
          sum: lax.add(carry.sum, sum),
          count: lax.add(carry.count, count),
          grads: tree.map((a: Tensor, b: Tensor) => lax.add(a, b), carry.grads, grads),
        },
        null,
      ];
    },
    start,
    { batch, key: keys },
  );
  return [total.sum, total.count, total.grads];
}

/** Sum of losses and number of supervised positions of a batch, without dropout. */
export function makeEvalStep(o: Pick<StepOptions, "config" | "lora" | "computeDtype" | "mesh">) {
  return jit(
    function evalStep(
      lora: LoraParams,
      params: LlamaParams<Tensor>,
      batch: StepBatch,
      maxSupervised: number,
    ): { sum: Tensor; count: Tensor } {
      const [sum, count] = lossSum(params, part(batch.ids), part(batch.labels), o.config, {
        computeDtype: o.computeDtype,
        mesh: o.mesh,
        lora: { ...o.lora, params: lora },
        positions: part(batch.positions),
        segmentIds: part(batch.segmentIds),
        maxSupervised,
      });
      return { sum, count };
    },
    { staticArgnums: 3 },
  );
}
