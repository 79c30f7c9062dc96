// A tiny GGUF writer for tests: metadata by type and tensors of packed bytes.

export type TypedValue =
  | { u32: number }
  | { u64: bigint }
  | { f32: number }
  | { bool: boolean }
  | { string: string }
  | { strings: readonly string[] }
  | { f32s: readonly number[] }
  | { i32s: readonly number[] };

export interface GgufTensor {
  readonly name: string;
  /** Row-major shape; stored reversed. */
  readonly shape: readonly number[];
  readonly type: number;
  readonly data: Uint8Array;
}

const u32 = (n: number) => {
  const b = Buffer.alloc(4);
  b.writeUInt32LE(n >>> 0);
  return b;
};
const u64 = (n: number | bigint) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(BigInt(n));
  return b;
};
const f32 = (x: number) => {
  const b = Buffer.alloc(4);
  b.writeFloatLE(x);
  return b;
};
const string = (s: string): Buffer => Buffer.concat([u64(Buffer.byteLength(s)), Buffer.from(s)]);
const list = (type: number, items: readonly Buffer[]) =>
  Buffer.concat([u32(9), u32(type), u64(items.length), ...items]);

function encode(value: TypedValue): Buffer {
  if ("u32" in value) return Buffer.concat([u32(4), u32(value.u32)]);
  if ("u64" in value) return Buffer.concat([u32(10), u64(value.u64)]);
  if ("f32" in value) return Buffer.concat([u32(6), f32(value.f32)]);
  if ("bool" in value) return Buffer.concat([u32(7), Buffer.from([value.bool ? 1 : 0])]);
  if ("string" in value) return Buffer.concat([u32(8), string(value.string)]);
  if ("strings" in value) return list(8, value.strings.map(string));
  if ("f32s" in value) return list(6, value.f32s.map(f32));
  return list(5, value.i32s.map(u32));
}

export interface GgufOptions {
  readonly version?: number;
  readonly alignment?: number;
  /** Replaces the computed offset of a tensor. */
  readonly offsets?: Readonly<Record<string, number>>;
}

/** The bytes of a GGUF file. Repeated keys are written as given. */
export function ggufBytes(
  metadata: readonly (readonly [string, TypedValue])[],
  tensors: readonly GgufTensor[],
  { version = 3, alignment = 32, offsets = {} }: GgufOptions = {},
): Buffer {
  const pad = (n: number) => Buffer.alloc((alignment - (n % alignment)) % alignment);
  const head: Buffer[] = [Buffer.from("GGUF"), u32(version), u64(tensors.length), u64(metadata.length)];
  for (const [key, value] of metadata) head.push(string(key), encode(value));
  const data: Buffer[] = [];
  let offset = 0;
  for (const t of tensors) {
    head.push(string(t.name), u32(t.shape.length), ...[...t.shape].reverse().map(u64), u32(t.type));
    head.push(u64(offsets[t.name] ?? offset));
    const padding = pad(t.data.length);
    data.push(Buffer.from(t.data), padding);
    offset += t.data.length + padding.length;
  }
  const top = Buffer.concat(head);
  return Buffer.concat([top, pad(top.length), ...data]);
}

export const f32Bytes = (values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

/** Metadata of a one-layer Llama of hidden size 8: heads 2, key/value heads 1, head size 4. */
export const tinyLlama = (more: readonly (readonly [string, TypedValue])[] = []): [string, TypedValue][] => {
  const replaced = new Set(more.map(([key]) => key));
  const base: [string, TypedValue][] = [
    ["general.architecture", { string: "llama" }],
    ["llama.block_count", { u32: 1 }],
    ["llama.context_length", { u32: 128 }],
    ["llama.embedding_length", { u32: 8 }],
    ["llama.feed_forward_length", { u32: 16 }],
    ["llama.attention.head_count", { u32: 2 }],
    ["llama.attention.head_count_kv", { u32: 1 }],
    ["llama.rope.freq_base", { f32: 10000 }],
    ["llama.attention.layer_norm_rms_epsilon", { f32: 1e-5 }],
    ["llama.vocab_size", { u32: 4 }],
  ];
  return [...base.filter(([key]) => !replaced.has(key)), ...more.map(([k, v]): [string, TypedValue] => [k, v])];
};
