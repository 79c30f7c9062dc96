// Element types: their sizes, kinds, and JAX's promotion lattice with weak types.

export type DType =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64";

export type Kind = "bool" | "int" | "uint" | "float";

interface Facts {
  readonly kind: Kind;
  /** Bytes of one element. */
  readonly size: number;
  /** The short name that jaxprs print. */
  readonly short: string;
}

const facts: Readonly<Record<DType, Facts>> = {
  bool: { kind: "bool", size: 1, short: "bool" },
  int8: { kind: "int", size: 1, short: "i8" },
  int16: { kind: "int", size: 2, short: "i16" },
  int32: { kind: "int", size: 4, short: "i32" },
  int64: { kind: "int", size: 8, short: "i64" },
  uint8: { kind: "uint", size: 1, short: "u8" },
  uint16: { kind: "uint", size: 2, short: "u16" },
  uint32: { kind: "uint", size: 4, short: "u32" },
  uint64: { kind: "uint", size: 8, short: "u64" },
  float16: { kind: "float", size: 2, short: "f16" },
  bfloat16: { kind: "float", size: 2, short: "bf16" },
  float32: { kind: "float", size: 4, short: "f32" },
  float64: { kind: "float", size: 8, short: "f64" },
};

export const dtypes = Object.keys(facts) as readonly DType[];
export const isDType = (name: string): name is DType => Object.hasOwn(facts, name);
export const kindOf = (dtype: DType): Kind => facts[dtype].kind;
export const itemSize = (dtype: DType): number => facts[dtype].size;
export const shortName = (dtype: DType): string => facts[dtype].short;
export const isFloat = (dtype: DType): boolean => facts[dtype].kind === "float";
export const isInteger = (dtype: DType): boolean => facts[dtype].kind === "int" || facts[dtype].kind === "uint";

/** Largest finite value of a float type, or the largest value of an integer type. */
export function maxValue(dtype: DType): number | bigint {
  if (dtype === "bool") return 1;
  if (isInteger(dtype)) {
    const bits = BigInt(itemSize(dtype) * 8 - (kindOf(dtype) === "int" ? 1 : 0));
    const max = (1n << bits) - 1n;
    return itemSize(dtype) === 8 ? max : Number(max);
  }
  return (
    { float16: 65504, bfloat16: 3.3895313892515355e38, float32: 3.4028234663852886e38 }[dtype as string] ??
    Number.MAX_VALUE
  );
}

/** Smallest finite value of a type. */
export function minValue(dtype: DType): number | bigint {
  if (isFloat(dtype)) return -(maxValue(dtype) as number);
  if (kindOf(dtype) !== "int") return 0;
  const max = maxValue(dtype);
  return typeof max === "bigint" ? -max - 1n : -max - 1;
}

/** The spacing of floats at 1. */
export const epsilon = (dtype: DType): number =>
  ({ float16: 2 ** -10, bfloat16: 2 ** -7, float32: 2 ** -23, float64: 2 ** -52 })[dtype as string] ?? Number.NaN;

/** A dtype and whether it is weak, that is, gives way to a strong one of the same or a higher kind. */
export interface Typed {
  readonly dtype: DType;
  readonly weakType: boolean;
}

const widest = (types: readonly Typed[]): number => Math.max(0, ...types.map((t) => itemSize(t.dtype)));

/**
 * The least upper bound of `types` in JAX's lattice: bool < weak int < uint8, int8 < … < weak float < float16, bfloat16
 * < float32 < float64. Narrow sums of kinds that meet only in a 64-bit integer stay int32 unless an operand has 64 bits.
 */
export function promoteTypes(types: readonly Typed[]): Typed {
  const first = types[0]!;
  if (types.every((t) => t.dtype === first.dtype))
    return { dtype: first.dtype, weakType: types.every((t) => t.weakType) };
  const floats = types.filter((t) => isFloat(t.dtype));
  const strongFloats = floats.filter((t) => !t.weakType);
  const names = new Set(strongFloats.map((t) => t.dtype));
  if (names.size > 0) {
    if (names.has("float64")) return { dtype: "float64", weakType: false };
    return { dtype: names.size === 1 ? [...names][0]! : "float32", weakType: false };
  }
  if (floats.length > 0) return { dtype: widest(floats) === 8 ? "float64" : "float32", weakType: true };
  const integers = types.filter((t) => isInteger(t.dtype));
  const strong = integers.filter((t) => !t.weakType);
  if (strong.length === 0) return { dtype: widest(integers) === 8 ? "int64" : "int32", weakType: true };
  const signed = widest(strong.filter((t) => kindOf(t.dtype) === "int"));
  const unsigned = widest(strong.filter((t) => kindOf(t.dtype) === "uint"));
  if (signed === 0) return { dtype: `uint${(unsigned * 8) as 8 | 16 | 32 | 64}`, weakType: false };
  if (unsigned < signed) return { dtype: `int${(signed * 8) as 8 | 16 | 32 | 64}`, weakType: false };
  if (unsigned === 8) return { dtype: "float64", weakType: true };
  return { dtype: unsigned === 1 ? "int16" : "int32", weakType: false };
}

/** The float type that an integer or boolean is computed in: float64 for 64-bit integers, float32 for the others. */
export const inexact = (dtype: DType): DType =>
  isFloat(dtype) ? dtype : itemSize(dtype) === 8 ? "float64" : "float32";

/** The integer type of counts and positions beside values of `dtype`. */
export const indexDType = (dtype: DType): DType => (itemSize(dtype) === 8 ? "int64" : "int32");
