// The types of StableHLO values.

export const elementTypes = [
  "i1",
  "i2",
  "i4",
  "i8",
  "i16",
  "i32",
  "i64",
  "ui2",
  "ui4",
  "ui8",
  "ui16",
  "ui32",
  "ui64",
  "index",
  "f4E2M1FN",
  "f6E2M3FN",
  "f6E3M2FN",
  "f8E3M4",
  "f8E4M3",
  "f8E4M3B11FNUZ",
  "f8E4M3FN",
  "f8E4M3FNUZ",
  "f8E5M2",
  "f8E5M2FNUZ",
  "f8E8M0FNU",
  "bf16",
  "f16",
  "f32",
  "f64",
  "complex<f32>",
  "complex<f64>",
] as const;

export type ElementType = (typeof elementTypes)[number];

export interface TensorType {
  readonly kind: "tensor";
  /** Sizes; −1 where the size is dynamic. */
  readonly shape: readonly number[];
  readonly element: ElementType;
  /** What follows the element type, as text: `#stablehlo.bounds<4, ?>`. */
  readonly encoding?: string;
}

export interface TokenType {
  readonly kind: "token";
}

export interface FunctionType {
  readonly kind: "function";
  readonly inputs: readonly Type[];
  readonly results: readonly Type[];
}

/** A type of another kind (`i32` alone, `tuple<…>`, a dialect's own), by its text. */
export interface OpaqueType {
  readonly kind: "opaque";
  readonly text: string;
}

export type Type = TensorType | TokenType | FunctionType | OpaqueType;

export function tensorType(shape: readonly number[], element: ElementType): TensorType {
  return { kind: "tensor", shape, element };
}

export const tokenType: TokenType = { kind: "token" };

const known: ReadonlySet<string> = new Set(elementTypes);

export const isElementType = (name: string): name is ElementType => known.has(name);

/** Bits that one element takes in memory. */
export function elementBits(element: ElementType): number {
  const special = { i1: 8, index: 64, bf16: 16, "complex<f32>": 64, "complex<f64>": 128 } as Record<string, number>;
  return special[element] ?? Number(/^(?:ui|i|f)(\d+)/.exec(element)![1]);
}
