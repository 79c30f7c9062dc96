// The weights of a Llama: for each, its shape, how a mesh splits it, and its name on disk, at one place.
import { type Mesh, NamedSharding, P, type PartitionSpec, ShardingError } from "../lib/mesh.ts";
import type { Tensor } from "../lib/tensor.ts";
import type { LlamaConfig } from "./config.ts";

/** A frozen weight that is stored otherwise than as a tensor, such as quantised, and widened when it is used. */
export interface DenseWeight {
  readonly shape: readonly number[];
  dense(dtype: Tensor["dtype"]): Tensor;
}
export type Weight = Tensor | DenseWeight;

/** Names of the projections of a layer. */
export const projections = ["q", "k", "v", "o", "gate", "up", "down"] as const;
export type Projection = (typeof projections)[number];

/** Weights of all layers, stacked on a leading axis; projections are [in, out]. */
export type LayerWeights<W = Weight> = Record<Projection | "attnNorm" | "mlpNorm", W>;

export interface LlamaParams<W = Weight> {
  /** [vocab, hidden] */
  readonly embed: W;
  readonly layers: LayerWeights<W>;
  /** [hidden] */
  readonly finalNorm: W;
  /** [hidden, vocab]; absent when the embedding is tied. */
  readonly lmHead?: W;
}

export interface WeightSpec {
  /** Without the leading layer axis. */
  readonly shape: readonly number[];
  /** Megatron's placement over the mesh axis `tensor`. */
  readonly spec: readonly (string | null)[];
  /** Hugging Face name; `N` stands for the layer. */
  readonly hfName: string;
  /** True where the file holds the transpose, [out, in]. */
  readonly transposed: boolean;
}

const T = "tensor";
const layer = (rest: string) => `model.layers.N.${rest}.weight`;

/** Sizes of a projection's input and output. */
export function projectionSizes(
  c: LlamaConfig,
): Readonly<Record<Projection, readonly [input: number, output: number]>> {
  const q = c.heads * c.headDim;
  const kv = c.kvHeads * c.headDim;
  return {
    q: [c.hiddenSize, q],
    k: [c.hiddenSize, kv],
    v: [c.hiddenSize, kv],
    o: [q, c.hiddenSize],
    gate: [c.hiddenSize, c.intermediateSize],
    up: [c.hiddenSize, c.intermediateSize],
    down: [c.intermediateSize, c.hiddenSize],
  };
}

const hfProjection: Readonly<Record<Projection, string>> = {
  q: "self_attn.q_proj",
  k: "self_attn.k_proj",
  v: "self_attn.v_proj",
  o: "self_attn.o_proj",
  gate: "mlp.gate_proj",
  up: "mlp.up_proj",
  down: "mlp.down_proj",
};

/** `layers.3.self_attn.q_proj` as PEFT and transformers call a projection, `model.` included. */
export const moduleName = (n: number, p: Projection): string => `model.layers.${n}.${hfProjection[p]}`;
/** The last part of that name: `q_proj`. */
export const targetName = (p: Projection): string => hfProjection[p].split(".")[1]!;

/** Columns are split where the result may be split (q, k, v, gate, up), rows where the input is (o, down). */
const splitsColumns = (p: Projection): boolean => p !== "o" && p !== "down";

export function projectionSpec(p: Projection): readonly (string | null)[] {
  return splitsColumns(p) ? [null, T] : [T, null];
}

export function weightSpecs(c: LlamaConfig): LlamaParams<WeightSpec> {
  const sizes = projectionSizes(c);
  const norm = (hfName: string): WeightSpec => ({ shape: [c.hiddenSize], spec: [null], hfName, transposed: false });
  const layers = Object.fromEntries(
    projections.map((p) => [
      p,
      { shape: sizes[p], spec: projectionSpec(p), hfName: layer(hfProjection[p]), transposed: true },
    ]),
  ) as unknown as Record<Projection, WeightSpec>;
  return {
    embed: {
      shape: [c.vocabSize, c.hiddenSize],
      spec: [T, null],
      hfName: "model.embed_tokens.weight",
      transposed: false,
    },
    layers: { ...layers, attnNorm: norm(layer("input_layernorm")), mlpNorm: norm(layer("post_attention_layernorm")) },
    finalNorm: norm("model.norm.weight"),
    ...(c.tieWordEmbeddings
      ? {}
      : {
          lmHead: { shape: [c.hiddenSize, c.vocabSize], spec: [null, T], hfName: "lm_head.weight", transposed: true },
        }),
  };
}

/** The same tree with each weight's whole shape, the layer axis included, and its sharding on `mesh`. */
export function weightShardings(
  c: LlamaConfig,
  mesh: Mesh,
): LlamaParams<{ shape: readonly number[]; sharding: NamedSharding }> {
  requireFit(c, mesh);
  return mapWeights(weightSpecs(c), (w, stacked) => {
    const kv = w.hfName.includes("k_proj") || w.hfName.includes("v_proj");
    const spec = kv && replicatesKv(c, mesh) ? w.spec.map(() => null) : w.spec;
    return {
      shape: stacked ? [c.layers, ...w.shape] : w.shape,
      sharding: new NamedSharding(mesh, onMesh(mesh, stacked ? [null, ...spec] : spec)),
    };
  });
}

/** When there are fewer KV heads than devices, each device keeps all of them. */
export const replicatesKv = (c: LlamaConfig, mesh: Mesh): boolean => c.kvHeads % tensorSize(mesh) !== 0;

export const tensorSize = (mesh: Mesh): number => (mesh.axisNames.includes(T) ? mesh.size(T) : 1);
export const dataSize = (mesh: Mesh): number => (mesh.axisNames.includes("data") ? mesh.size("data") : 1);

/** A spec with the axes that `mesh` does not have left out. */
export const onMesh = (mesh: Mesh, entries: readonly (string | null)[]): PartitionSpec =>
  P(...entries.map((e) => (e !== null && mesh.axisNames.includes(e) ? e : null)));

/** @throws ShardingError naming the sizes of the tensor axis that fit */
export function requireFit(c: LlamaConfig, mesh: Mesh): void {
  const n = tensorSize(mesh);
  const sizes: readonly [string, number][] = [
    ["attention heads", c.heads],
    ["columns of the MLP (intermediate_size)", c.intermediateSize],
    ["tokens of the vocabulary", c.vocabSize],
  ];
  const valid = () => {
    const all = Array.from({ length: 64 }, (_, i) => i + 1);
    return all.filter((d) => sizes.every(([, s]) => s % d === 0) && kvFits(c, d)).join(", ");
  };
  for (const [what, size] of sizes)
    if (size % n !== 0)
      throw new ShardingError(`mesh: tensor = ${n} does not divide the ${size} ${what}; sizes that fit: ${valid()}.`);
  if (!kvFits(c, n))
    throw new ShardingError(
      `mesh: tensor = ${n} does not fit ${c.kvHeads} KV heads; one of the two must divide the other; sizes that fit: ${valid()}.`,
    );
}

const kvFits = (c: LlamaConfig, n: number): boolean => c.kvHeads % n === 0 || n % c.kvHeads === 0;

/** Applies `f` to every weight; `name` is its key in the tree. */
export function mapWeights<A, B>(
  params: LlamaParams<A>,
  f: (w: A, stacked: boolean, name: string) => B,
): LlamaParams<B> {
  const embed = f(params.embed, false, "embed");
  const layers = Object.fromEntries(
    Object.entries(params.layers).map(([k, w]) => [k, f(w, true, k)]),
  ) as LayerWeights<B>;
  const finalNorm = f(params.finalNorm, false, "finalNorm");
  const lmHead = params.lmHead === undefined ? {} : { lmHead: f(params.lmHead, false, "lmHead") };
  return { embed, layers, finalNorm, ...lmHead };
}
