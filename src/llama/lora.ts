// LoRA: y = x·W + s·(x·A)·B, with A and B small and trained. Hu et al., 2021.

import { loraScale } from "../io/index.ts";
import * as lax from "../lib/lax.ts";
import { type Mesh, NamedSharding } from "../lib/mesh.ts";
import * as random from "../lib/random.ts";
import type { DType, Tensor } from "../lib/tensor.ts";
import { type LlamaConfig, ModelConfigError } from "./config.ts";
import {
  onMesh,
  type Projection,
  projectionSizes,
  projectionSpec,
  projections,
  replicatesKv,
  targetName,
} from "./weights.ts";

/** A and B of one projection over all layers. */
export interface LoraPair {
  /** [layers, in, rank] */
  readonly a: Tensor;
  /** [layers, rank, out] */
  readonly b: Tensor;
}
export type LoraParams = { readonly [P in Projection]?: LoraPair };

export interface Lora {
  /** What is trained; differentiate by it. */
  readonly params: LoraParams;
  readonly rank: number;
  readonly alpha: number;
  readonly rsLora: boolean;
  /** alpha / rank, or alpha / √rank for rsLoRA. */
  readonly scale: number;
  /** Share of the inputs of A that training zeroes. */
  readonly dropout: number;
}

export interface LoraOptions {
  readonly rank?: number;
  readonly alpha?: number;
  readonly targets?: readonly (Projection | string)[] | "all-linear";
  readonly dropout?: number;
  readonly rsLora?: boolean;
  readonly dtype?: DType;
}

/** The projections that `targets` names, as `q`, `q_proj` or "all-linear". @throws ModelConfigError with the known names */
export function loraTargets(targets: LoraOptions["targets"] = ["q", "v"]): Projection[] {
  if (targets === "all-linear") return [...projections];
  const chosen = new Set(
    targets.map((t) => {
      const p = projections.find((name) => name === t || targetName(name) === t);
      if (p === undefined)
        throw new ModelConfigError(
          `lora.targets: "${t}" is no projection of a Llama; known are ${projections.join(", ")} and "all-linear".`,
        );
      return p;
    }),
  );
  return projections.filter((p) => chosen.has(p));
}

/** A Kaiming-uniform with a = √5 (bound 1/√in), B zero, as PEFT starts. */
export function initLora(key: Tensor, config: LlamaConfig, options: LoraOptions = {}): Lora {
  const { rank = 16, alpha = 16, dropout = 0, rsLora = false, dtype = "float32" } = options;
  const targets = loraTargets(options.targets);
  const sizes = projectionSizes(config);
  const keys = random.split(key, targets.length);
  const params: Partial<Record<Projection, LoraPair>> = {};
  targets.forEach((p, i) => {
    const [input, output] = sizes[p];
    const bound = 1 / Math.sqrt(input);
    params[p] = {
      a: random.uniform(lax.indexInDim(keys, i, 0, false), [config.layers, input, rank], dtype, -bound, bound),
      b: lax.full([config.layers, rank, output], 0, dtype),
    };
  });
  return { params, rank, alpha, rsLora, dropout, scale: loraScale({ r: rank, loraAlpha: alpha, useRslora: rsLora }) };
}

/** Where A and B lie: B is split as its projection's columns, A as its rows. */
export function loraShardings(
  config: LlamaConfig,
  lora: LoraParams,
  mesh: Mesh,
): { [P in Projection]?: { a: NamedSharding; b: NamedSharding } } {
  const out: { [P in Projection]?: { a: NamedSharding; b: NamedSharding } } = {};
  for (const p of projections) {
    if (lora[p] === undefined) continue;
    const whole = (p === "k" || p === "v") && replicatesKv(config, mesh);
    const [rows, columns] = whole ? [null, null] : projectionSpec(p);
    out[p] = {
      a: new NamedSharding(mesh, onMesh(mesh, [null, rows ?? null, null])),
      b: new NamedSharding(mesh, onMesh(mesh, [null, null, columns ?? null])),
    };
  }
  return out;
}

/** s·(x·A)·B for one layer's pair; with `key`, inputs are dropped. */
export function applyLora(
  x: Tensor,
  pair: LoraPair,
  lora: Pick<Lora, "scale" | "dropout">,
  key: Tensor | undefined,
): Tensor {
  const input = key === undefined || lora.dropout === 0 ? x : drop(x, lora.dropout, key);
  const low = lax.dot(input, lax.convertElementType(pair.a, x.dtype));
  return lax.mul(lax.dot(low, lax.convertElementType(pair.b, x.dtype)), lora.scale);
}

/** Zeroes a share `rate` of the elements and scales up the others. */
function drop(x: Tensor, rate: number, key: Tensor): Tensor {
  const keep = random.bernoulli(key, 1 - rate, x.shape);
  return lax.select(keep, lax.mul(x, 1 / (1 - rate)), lax.fullLike(x, 0));
}
