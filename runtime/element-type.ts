// Element types of buffers: PJRT_Buffer_Type numbers, names and widths.

/** Bits of one element by XLA's name for the type, in the order of PJRT_Buffer_Type (INVALID first). */
const table = [
  ["invalid", 0],
  ["pred", 8],
  ["s8", 8],
  ["s16", 16],
  ["s32", 32],
  ["s64", 64],
  ["u8", 8],
  ["u16", 16],
  ["u32", 32],
  ["u64", 64],
  ["f16", 16],
  ["f32", 32],
  ["f64", 64],
  ["bf16", 16],
  ["c64", 64],
  ["c128", 128],
  ["f8e5m2", 8],
  ["f8e4m3fn", 8],
  ["f8e4m3b11fnuz", 8],
  ["f8e5m2fnuz", 8],
  ["f8e4m3fnuz", 8],
  ["s4", 4],
  ["u4", 4],
  ["token", 0],
  ["s2", 2],
  ["u2", 2],
  ["f8e4m3", 8],
  ["f8e3m4", 8],
  ["f8e8m0fnu", 8],
  ["f4e2m1fn", 4],
  ["s1", 1],
  ["u1", 1],
] as const;

/** XLA's lower-case name of an element type. */
export type ElementType = (typeof table)[number][0];

const numbers = new Map<string, number>(table.map(([name], i) => [name, i]));
const bits = new Map<string, number>(table);

/** The type's PJRT_Buffer_Type. */
export function elementTypeNumber(type: ElementType): number {
  return numbers.get(type)!;
}

/** The type with this PJRT_Buffer_Type; "invalid" for a number that is not known here. */
export function elementTypeOf(number: number): ElementType {
  return table[number]?.[0] ?? "invalid";
}

/** Bytes of one element on the host, where sub-byte types take one byte each. */
export function elementBytes(type: ElementType): number {
  return Math.ceil(bits.get(type)! / 8);
}

/** Bytes of a dense array on the host. */
export function arrayBytes(type: ElementType, dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, elementBytes(type));
}
