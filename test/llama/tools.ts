// The recorded checkpoints of test/fixtures/llama as jorts' tensors, and comparisons with what was recorded.
import { expect } from "vitest";
import { np, type Tensor } from "../../src/index.ts";
import type { Lora, LoraParams } from "../../src/llama/index.ts";
import {
  type FixtureTensor,
  fixturePath,
  type llamaCheckpoints,
  numbersOf,
  readFixture,
  readTensors,
} from "../fixtures.ts";

export type Checkpoint = (typeof llamaCheckpoints)[number];
export const adapters = ["qv", "all", "rslora"] as const;

export const directoryOf = (name: Checkpoint, part: string): string => fixturePath(`llama/${name}/${part}`);
export const expectedOf = (name: Checkpoint) => readFixture(`llama/${name}/expected.json`);
export const recorded = (name: Checkpoint, file: string) => readTensors(`llama/${name}/${file}.safetensors`);

/** Integers as int32, floats as float32. */
export function toTensor(t: FixtureTensor): Tensor {
  const values = numbersOf(t);
  const raw = t.dtype.startsWith("int") ? Int32Array.from(values) : Float32Array.from(values);
  return np.array(raw, { shape: t.shape });
}

/** A batch; the mask does as segment ids, since padding is segment 0. */
export interface Batch {
  readonly ids: Tensor;
  readonly labels: Tensor;
  readonly segmentIds: Tensor;
}

export function batchOf(name: Checkpoint): Batch & { readonly mask: readonly number[] } {
  const tensors = recorded(name, "batch");
  const get = (key: string) => toTensor(tensors.get(key)!);
  return {
    ids: get("input_ids"),
    labels: get("labels"),
    segmentIds: get("attention_mask"),
    mask: numbersOf(tensors.get("attention_mask")!),
  };
}

/** Elements in C order as doubles. */
export async function numbers(t: Tensor): Promise<number[]> {
  return Array.from((await t.data()) as ArrayLike<number | bigint>, Number);
}

/** Largest |a − b|, over the largest |b|. */
export function error(actual: readonly number[], expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i]! - expected[i]!);
    if (!(d <= difference)) difference = d;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return difference / Math.max(largest, Number.MIN_VALUE);
}

/** Logits [batch, time, vocab] where the mask is 1. */
export function unmasked(logits: readonly number[], mask: readonly number[]): number[] {
  const vocab = logits.length / mask.length;
  return mask.flatMap((m, i) => (m === 1 ? logits.slice(i * vocab, (i + 1) * vocab) : []));
}

const peftNames = {
  q: "self_attn.q_proj",
  k: "self_attn.k_proj",
  v: "self_attn.v_proj",
  o: "self_attn.o_proj",
  gate: "mlp.gate_proj",
  up: "mlp.up_proj",
  down: "mlp.down_proj",
} as const;

/** A tree shaped as LoRA parameters under PEFT's names, each layer's A [r, in] and B [out, r]. */
export async function underPeftNames(params: LoraParams): Promise<Map<string, number[]>> {
  const out = new Map<string, number[]>();
  for (const [p, pair] of Object.entries(params) as [keyof typeof peftNames, NonNullable<LoraParams["q"]>][])
    for (const [key, part] of [
      ["lora_A", pair.a],
      ["lora_B", pair.b],
    ] as const) {
      const [layers, rows, columns] = part.shape as [number, number, number];
      const values = await numbers(part);
      for (let n = 0; n < layers; n++) {
        const layer = values.slice(n * rows * columns, (n + 1) * rows * columns);
        const turned = layer.map((_, i) => layer[(i % rows) * columns + Math.floor(i / rows)]!);
        out.set(`base_model.model.model.layers.${n}.${peftNames[p]}.${key}.weight`, turned);
      }
    }
  return out;
}

/** Largest error over tensors of the same names; each in relation to the largest element of its own. */
export function worst(actual: ReadonlyMap<string, readonly number[]>, expected: ReadonlyMap<string, FixtureTensor>) {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  let found = { name: "", error: 0 };
  for (const [name, tensor] of expected) {
    const e = error(actual.get(name)!, numbersOf(tensor));
    if (!(e <= found.error)) found = { name, error: e };
  }
  return found;
}

/** What of an adapter is not trained. */
export const factsOf = ({ params: _, ...facts }: Lora): Omit<Lora, "params"> => facts;
