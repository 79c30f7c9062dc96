// A block of memory at a fixed address that JavaScript writes and native code reads.
import type { FieldType } from "./layout.ts";
import { addressOf } from "./native.ts";

const two32 = 2 ** 32;

/** Zeroed memory, alive as long as the Block is reachable. Offsets are bytes, aligned to the value's width. */
export class Block {
  readonly address: number;
  readonly u8: Uint8Array<ArrayBuffer>;
  readonly u32: Uint32Array<ArrayBuffer>;
  readonly #i32: Int32Array;
  readonly #f32: Float32Array;

  constructor(bytes: number) {
    const buffer = new ArrayBuffer(Math.max(8, Math.ceil(bytes / 8) * 8));
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.#i32 = new Int32Array(buffer);
    this.#f32 = new Float32Array(buffer);
    this.address = addressOf(this.u8);
  }

  /** Writes a pointer or size: two 32-bit halves, so that no BigInt is made. */
  setPointer(offset: number, value: number): void {
    const word = offset >>> 2;
    this.u32[word] = value;
    this.u32[word + 1] = value / two32;
  }

  getPointer(offset: number): number {
    const word = offset >>> 2;
    return this.u32[word]! + this.u32[word + 1]! * two32;
  }

  setInt32(offset: number, value: number): void {
    this.#i32[offset >>> 2] = value;
  }

  set(offset: number, type: FieldType, value: number): void {
    switch (type) {
      case "ptr":
      case "size":
        this.setPointer(offset, value);
        return;
      case "i64":
        this.u32[offset >>> 2] = value;
        this.u32[(offset >>> 2) + 1] = Math.floor(value / two32);
        return;
      case "i32":
        this.#i32[offset >>> 2] = value;
        return;
      case "bool":
        this.u8[offset] = value;
        return;
      case "f32":
        this.#f32[offset >>> 2] = value;
    }
  }

  get(offset: number, type: FieldType): number {
    switch (type) {
      case "ptr":
      case "size":
        return this.getPointer(offset);
      case "i64":
        return this.u32[offset >>> 2]! + this.#i32[(offset >>> 2) + 1]! * two32;
      case "i32":
        return this.#i32[offset >>> 2]!;
      case "bool":
        return this.u8[offset]!;
      case "f32":
        return this.#f32[offset >>> 2]!;
    }
  }

  /** A block that holds `values` as int64. */
  static ofInt64s(values: ArrayLike<number>): Block {
    const block = new Block(values.length * 8);
    for (let i = 0; i < values.length; i++) block.set(i * 8, "i64", values[i]!);
    return block;
  }
}
