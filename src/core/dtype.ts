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
