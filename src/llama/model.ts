// The Llama forward pass: embedding, layers under one scan, final norm, head.
import { checkpoint } from "../lib/checkpoint.ts";
import * as lax from "../lib/lax.ts";
import { scan } from "../lib/loops.ts";
import { type Mesh, NamedSharding } from "../lib/mesh.ts";
import * as random from "../lib/random.ts";
import { withShardingConstraint } from "../lib/sharding.ts";
import { type DType, Tensor } from "../lib/tensor.ts";
import { attention, defaultBlock } from "./attention.ts";
import type { LlamaConfig } from "./config.ts";
import { applyLora, type Lora, type LoraPair, type LoraParams } from "./lora.ts";
import { applyRope, type RopeTables, ropeTables } from "./rope.ts";
import {
  type LayerWeights,
  type LlamaParams,
  onMesh,
  type Projection,
  replicatesKv,
  tensorSize,
  type Weight,
} from "./weights.ts";

export interface ForwardOptions {
  readonly lora?: Lora | undefined;
  /** Turns LoRA dropout on. uint32[2] */
  readonly dropoutKey?: Tensor | undefined;
  /** int32 [batch, time]; 0, 1, 2, … in each row by default. */
  readonly positions?: Tensor | undefined;
  /** int32 [batch, time]; positions see their own segment only. One segment a row by default; 0 is padding. */
  readonly segmentIds?: Tensor | undefined;
  /** The dtype of activations; the embedding's by default. */
  readonly computeDtype?: DType | undefined;
  /** `layer`: the backward pass computes each layer again; `none` keeps what a minimum cut chooses. */
  readonly remat?: "none" | "layer" | undefined;
  /** Axes `data` and `tensor`, as far as it has them. */
  readonly mesh?: Mesh | undefined;
  /** Positions that attention takes at a time. */
  readonly attentionBlock?: number | undefined;
}

/** A weight as a tensor of `dtype`. A stored form is widened where it is used, never ahead of time. */
export function dense(w: Weight, dtype: DType): Tensor {
  if (!(w instanceof Tensor)) return w.dense(dtype);
  if (w.dtype === dtype) return w;
  // The barrier keeps the compiler from widening all layers at once, outside the loop.
  const [narrow] = lax.optimizationBarrier([w]);
  return lax.convertElementType(narrow!, dtype);
}

const weightDtype = (w: Weight): DType => (w instanceof Tensor ? w.dtype : "float32");

/** x / √(mean x² + ε) · w, in f32. */
export function rmsNorm(x: Tensor, weight: Tensor, eps: number): Tensor {
  const x32 = lax.convertElementType(x, "float32");
  const last = x.ndim - 1;
  const meanSquare = lax.mul(lax.reduceSum(lax.square(x32), [last]), 1 / x.shape[last]!);
  const inverse = lax.rsqrt(lax.add(meanSquare, eps));
  const kept = x.shape.map((_, i) => i).slice(0, last);
  const normed = lax.convertElementType(lax.mul(x32, lax.broadcastInDim(inverse, x.shape, kept)), x.dtype);
  return lax.mul(normed, lax.broadcastInDim(lax.convertElementType(weight, x.dtype), x.shape, [last]));
}

/** Asks for a placement when there is a mesh. */
export function place(x: Tensor, mesh: Mesh | undefined, ...entries: (string | null)[]): Tensor {
  return mesh === undefined ? x : withShardingConstraint(x, new NamedSharding(mesh, onMesh(mesh, entries)));
}

/** q [batch, kvHeads, groups, time, headDim], k and v [batch, kvHeads, time, headDim] → as q, and what to keep of them. */
export type Attend<S, K> = (q: Tensor, k: Tensor, v: Tensor, state: S) => [mixed: Tensor, kept: K];

interface LayerContext<S, K> {
  readonly config: LlamaConfig;
  readonly options: ForwardOptions;
  readonly tables: RopeTables;
  readonly attend: Attend<S, K>;
}

interface LayerSlice<S> {
  readonly weights: LayerWeights;
  readonly lora: LoraParams;
  readonly key: Tensor | null;
  /** What attention keeps of this layer between calls, such as a cache. */
  readonly state: S;
}

/** One decoder layer over x [batch, time, hidden]. */
function decoderLayer<S, K>(
  x: Tensor,
  { weights, lora, key, state }: LayerSlice<S>,
  c: LayerContext<S, K>,
): [Tensor, K] {
  const { config, options, tables } = c;
  const { mesh } = options;
  const [batch, time] = x.shape as [number, number, number];
  const keys = projectionKeys(lora, key);
  // Products with the split weights come last, so that in the backward pass their partial sums are added first.
  const project = (input: Tensor, ...names: readonly Projection[]): Tensor[] => {
    const deltas = names.map((p) => {
      const pair = lora[p];
      return pair === undefined ? undefined : applyLora(input, pair as LoraPair, options.lora!, keys.get(p));
    });
    return names.map((p, i) => {
      const y = lax.dot(input, dense(weights[p], x.dtype));
      const delta = deltas[i];
      return delta === undefined ? y : lax.add(y, delta);
    });
  };
  const kvAxis = mesh !== undefined && replicatesKv(config, mesh) ? null : "tensor";
  // Heads before positions: both products of attention are then plain batched matrix products.
  const heads = (y: Tensor, n: number, axis: string | null) =>
    place(
      lax.transpose(lax.reshape(y, [batch, time, n, config.headDim]), [0, 2, 1, 3]),
      mesh,
      "data",
      axis,
      null,
      null,
    );

  const h = rmsNorm(x, dense(weights.attnNorm, "float32"), config.rmsNormEps);
  const groups = config.heads / config.kvHeads;
  const [hq, hk, hv] = project(h, "q", "k", "v") as [Tensor, Tensor, Tensor];
  const q = applyRope(heads(hq, config.heads, "tensor"), tables);
  const k = applyRope(heads(hk, config.kvHeads, kvAxis), tables);
  const v = heads(hv, config.kvHeads, kvAxis);
  const grouped = lax.reshape(q, [batch, config.kvHeads, groups, time, config.headDim]);
  const [mixed, kept] = c.attend(grouped, k, v, state);
  const byHead = lax.reshape(mixed, [batch, config.heads, time, config.headDim]);
  const joined = lax.reshape(lax.transpose(byHead, [0, 2, 1, 3]), [batch, time, config.heads * config.headDim]);
  const attended = place(lax.add(x, project(joined, "o")[0]!), mesh, "data", null, null);

  const m = rmsNorm(attended, dense(weights.mlpNorm, "float32"), config.rmsNormEps);
  const [gate, up] = project(m, "gate", "up") as [Tensor, Tensor];
  const inner = place(lax.mul(silu(gate), up), mesh, "data", null, "tensor");
  return [place(lax.add(attended, project(inner, "down")[0]!), mesh, "data", null, null), kept];
}

const silu = (x: Tensor): Tensor => lax.mul(x, lax.logistic(x));

/** One key for each adapted projection. */
function projectionKeys(lora: LoraParams, key: Tensor | null): Map<Projection, Tensor> {
  const targets = Object.keys(lora) as Projection[];
  if (key === null || targets.length === 0) return new Map();
  const keys = random.split(key, targets.length);
  return new Map(targets.map((p, i) => [p, lax.indexInDim(keys, i, 0, false)]));
}

/** Final hidden states [batch, time, hidden], normed. `ids`: int32 [batch, time]. */
export function hiddenStates(
  params: LlamaParams,
  ids: Tensor,
  config: LlamaConfig,
  options: ForwardOptions = {},
): Tensor {
  const [batch, time] = ids.shape as [number, number];
  const segmentIds = options.segmentIds ?? lax.full([batch, time], 1, "int32");
  const attend = (q: Tensor, k: Tensor, v: Tensor): [Tensor, null] => [
    attention({ q, k, v, segmentIds }, config.headDim ** -0.5, options.attentionBlock ?? defaultBlock),
    null,
  ];
  return runLayers(params, ids, config, options, attend, null)[0];
}

/** The layers under one scan; `states` has a leading layer axis, and so has what they keep. */
export function runLayers<S, K>(
  params: LlamaParams,
  ids: Tensor,
  config: LlamaConfig,
  options: ForwardOptions,
  attend: Attend<S, K>,
  states: S,
): [hidden: Tensor, kept: K] {
  const { mesh, lora } = options;
  const dtype = options.computeDtype ?? weightDtype(params.embed);
  const [batch, time] = ids.shape as [number, number];
  const positions = options.positions ?? lax.broadcastedIota("int32", [batch, time], 1);
  const context: LayerContext<S, K> = { config, options, tables: ropeTables(config, positions, dtype), attend };
  const x0 = place(embedTokens(params.embed, ids, dtype), mesh, "data", null, null);
  const active = lora !== undefined && lora.dropout > 0 ? options.dropoutKey : undefined;
  const key = active === undefined ? null : random.split(active, config.layers);
  const whole = (x: Tensor) => place(x, mesh, "data", null, null);
  const body = (x: Tensor, slice: LayerSlice<S>) => decoderLayer(whole(x), slice, context);
  const again = checkpoint(body, { preventCse: false, kept: [keptPlace(mesh, time), null] }) as typeof body;
  const step = options.remat === "layer" ? (x: Tensor, slice: LayerSlice<S>) => again(whole(x), slice) : body;
  const slices: LayerSlice<S> = { weights: params.layers, lora: lora?.params ?? {}, key, state: states };
  const run = scan as (f: typeof step, init: Tensor, xs: LayerSlice<S>, o: { length: number }) => [Tensor, K];
  const [x, states1] = run(step, x0, slices, { length: config.layers });
  return [rmsNorm(x, dense(params.finalNorm, "float32"), config.rmsNormEps), states1];
}

/** Over the tensor axis, layer inputs [batch, time, hidden] are kept in pieces of the time, where it divides. */
function keptPlace(mesh: Mesh | undefined, time: number): NamedSharding | null {
  const n = mesh === undefined ? 1 : tensorSize(mesh);
  return n === 1 || time % n !== 0 ? null : new NamedSharding(mesh!, onMesh(mesh!, ["data", "tensor", null]));
}

function embedTokens(embed: Weight, ids: Tensor, dtype: DType): Tensor {
  const table = embed instanceof Tensor ? embed : embed.dense(dtype);
  const dims = { offsetDims: [2], collapsedSliceDims: [0], startIndexMap: [0] };
  const rows = lax.gather(table, lax.expandDims(ids, [2]), dims, [1, table.shape[1]!], { mode: "promiseInBounds" });
  return lax.convertElementType(rows, dtype);
}

/** Logits [batch, time, vocab] in f32. `ids`: int32 [batch, time]. */
export function forward(params: LlamaParams, ids: Tensor, config: LlamaConfig, options: ForwardOptions = {}): Tensor {
  const h = hiddenStates(params, ids, config, options);
  return place(headProduct(params, h), options.mesh, "data", null, "tensor");
}

/** h · head: f32 logits over the vocabulary for h [..., hidden]. */
export function headProduct(params: LlamaParams, h: Tensor): Tensor {
  const last = h.ndim - 1;
  const options = { preferredElementType: "float32" } as const;
  if (params.lmHead !== undefined)
    return lax.dotGeneral(
      h,
      dense(params.lmHead, h.dtype),
      [
        [[last], [0]],
        [[], []],
      ],
      options,
    );
  return lax.dotGeneral(
    h,
    dense(params.embed, h.dtype),
    [
      [[last], [1]],
      [[], []],
    ],
    options,
  );
}
