// ggml block formats to float32: one decoder per type (ggml `ggml-quants.c`, `dequantize_row_*`).

import { f16Values } from "../../base/half.ts";
import { ggmlTypes } from "./gguf-format.ts";

/** Decodes one block at `src[s…]` into `dst[d…]`. */
type BlockDecoder = (src: Uint8Array, s: number, dst: Float32Array, d: number) => void;

const f16 = (b: Uint8Array, at: number) => f16Values[b[at]! | (b[at + 1]! << 8)]!;
const u32 = (b: Uint8Array, at: number) => b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24);
const i8 = (b: Uint8Array, at: number) => (b[at]! << 24) >> 24;

/** 32 values: y = scale·(q − 8), 4-bit q, low nibbles first. */
const q4_0: BlockDecoder = (src, s, dst, d) => {
  const scale = f16(src, s);
  for (let i = 0; i < 16; i++) {
    const q = src[s + 2 + i]!;
    dst[d + i] = scale * ((q & 15) - 8);
    dst[d + 16 + i] = scale * ((q >> 4) - 8);
  }
};

/** 32 values: y = scale·q + min, 4-bit q. */
const q4_1: BlockDecoder = (src, s, dst, d) => {
  const scale = f16(src, s);
  const min = f16(src, s + 2);
  for (let i = 0; i < 16; i++) {
    const q = src[s + 4 + i]!;
    dst[d + i] = scale * (q & 15) + min;
    dst[d + 16 + i] = scale * (q >> 4) + min;
  }
};

/** 32 values: y = scale·(q − 16), 5-bit q whose top bits are a 32-bit mask. */
const q5_0: BlockDecoder = (src, s, dst, d) => {
  const scale = f16(src, s);
  const high = u32(src, s + 2);
  for (let i = 0; i < 16; i++) {
    const q = src[s + 6 + i]!;
    dst[d + i] = scale * (((q & 15) | (((high >>> i) & 1) << 4)) - 16);
    dst[d + 16 + i] = scale * (((q >> 4) | (((high >>> (i + 16)) & 1) << 4)) - 16);
  }
};

/** 32 values: y = scale·q + min, 5-bit q. */
const q5_1: BlockDecoder = (src, s, dst, d) => {
  const scale = f16(src, s);
  const min = f16(src, s + 2);
  const high = u32(src, s + 4);
  for (let i = 0; i < 16; i++) {
    const q = src[s + 8 + i]!;
    dst[d + i] = scale * ((q & 15) | (((high >>> i) & 1) << 4)) + min;
    dst[d + 16 + i] = scale * ((q >> 4) | (((high >>> (i + 16)) & 1) << 4)) + min;
  }
};

/** 32 values: y = scale·q, signed 8-bit q. */
const q8_0: BlockDecoder = (src, s, dst, d) => {
  const scale = f16(src, s);
  for (let i = 0; i < 32; i++) dst[d + i] = scale * i8(src, s + 2 + i);
};

/** 256 values in 8 groups of 32: y = (scale·s_g)·q − (min·m_g), 4-bit q, 6-bit s_g and m_g packed in 12 bytes. */
const q4_k: BlockDecoder = (src, s, dst, d) => {
  const scale = f16(src, s);
  const min = f16(src, s + 2);
  for (let g = 0; g < 8; g++) {
    const [lo, hi] = [src[s + 4 + g]!, src[s + 8 + g]!];
    const sc = g < 4 ? lo & 63 : (hi & 15) | ((src[s + g]! >> 6) << 4);
    const m = g < 4 ? hi & 63 : (hi >> 4) | ((lo >> 6) << 4);
    const a = scale * sc;
    const b = min * m;
    const at = s + 16 + (g >> 1) * 32;
    const shift = (g & 1) * 4;
    for (let i = 0; i < 32; i++) dst[d + g * 32 + i] = a * ((src[at + i]! >> shift) & 15) - b;
  }
};

/** 256 values in 16 groups of 16: y = (scale·s_g)·(q − 32), q of 4 low and 2 high bits, signed 8-bit s_g. */
const q6_k: BlockDecoder = (src, s, dst, d) => {
  const scale = f16(src, s + 208);
  for (let half = 0; half < 2; half++) {
    const [low, high, scales, out] = [s + half * 64, s + 128 + half * 32, s + 192 + half * 8, d + half * 128];
    for (let i = 0; i < 32; i++) {
      const group = i >> 4;
      const [a, b, h] = [src[low + i]!, src[low + 32 + i]!, src[high + i]!];
      dst[out + i] = scale * i8(src, scales + group) * (((a & 15) | ((h & 3) << 4)) - 32);
      dst[out + 32 + i] = scale * i8(src, scales + 2 + group) * (((b & 15) | (((h >> 2) & 3) << 4)) - 32);
      dst[out + 64 + i] = scale * i8(src, scales + 4 + group) * (((a >> 4) | (((h >> 4) & 3) << 4)) - 32);
      dst[out + 96 + i] = scale * i8(src, scales + 6 + group) * (((b >> 4) | (((h >> 6) & 3) << 4)) - 32);
    }
  }
};

const decoders: Readonly<Record<string, BlockDecoder>> = {
  Q4_0: q4_0,
  Q4_1: q4_1,
  Q5_0: q5_0,
  Q5_1: q5_1,
  Q8_0: q8_0,
  Q4_K: q4_k,
  Q6_K: q6_k,
};

/** Names of the quantised types that `dequantize` knows. */
export const quantizedTypes: readonly string[] = Object.keys(decoders);

/** Decodes `blocks` consecutive blocks of ggml type `typeName` from `src` into `dst` (block size × blocks floats). */
export function dequantize(typeName: string, src: Uint8Array, dst: Float32Array, blocks: number): void {
  const decode = decoders[typeName];
  const facts = Object.values(ggmlTypes).find((t) => t.name === typeName);
  if (decode === undefined || facts === undefined)
    throw new RangeError(`dequantize: type ${typeName} is not one of ${quantizedTypes.join(" ")}`);
  for (let i = 0; i < blocks; i++) decode(src, i * facts.bytes, dst, i * facts.block);
}
