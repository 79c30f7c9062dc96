// Floating-point element types: numbers to bits, bits to numbers, and the text that MLIR reads back to the same bits.
import { type Float8Name, float8 } from "../base/float8.ts";
import { bf16Bits, bf16ToF32, f16Bits, f16Values } from "../base/half.ts";

export interface FloatFormat {
  readonly bits: 8 | 16 | 32 | 64;
  /** Bits of the value nearest to `x` (ties to even); 16-bit formats round through float32. */
  readonly encode: (x: number) => bigint;
  /** The value of a bit pattern, exactly. */
  readonly decode: (bits: bigint) => number;
}

const view = new DataView(new ArrayBuffer(8));

const f32: FloatFormat = {
  bits: 32,
  encode(x) {
    view.setFloat32(0, x);
    return BigInt(view.getUint32(0));
  },
  decode(bits) {
    view.setUint32(0, Number(bits));
    return view.getFloat32(0);
  },
};

const f64: FloatFormat = {
  bits: 64,
  encode(x) {
    view.setFloat64(0, x);
    return view.getBigUint64(0);
  },
  decode(bits) {
    view.setBigUint64(0, bits);
    return view.getFloat64(0);
  },
};

const f16: FloatFormat = {
  bits: 16,
  encode: (x) => BigInt(f16Bits(x)),
  decode: (bits) => f16Values[Number(bits)]!,
};

const bf16: FloatFormat = {
  bits: 16,
  encode: (x) => BigInt(bf16Bits(x)),
  decode: (bits) => bf16ToF32(Uint16Array.of(Number(bits)))[0]!,
};

const f8 = (name: Float8Name): FloatFormat => ({
  bits: 8,
  encode: (x) => BigInt(float8[name].encode(x)),
  decode: (bits) => float8[name].values[Number(bits)]!,
});

const formats: Readonly<Record<string, FloatFormat>> = {
  f64,
  f32,
  f16,
  bf16,
  f8E3M4: f8("float8_e3m4"),
  f8E4M3: f8("float8_e4m3"),
  f8E4M3B11FNUZ: f8("float8_e4m3b11fnuz"),
  f8E4M3FN: f8("float8_e4m3fn"),
  f8E4M3FNUZ: f8("float8_e4m3fnuz"),
  f8E5M2: f8("float8_e5m2"),
  f8E5M2FNUZ: f8("float8_e5m2fnuz"),
  f8E8M0FNU: f8("float8_e8m0fnu"),
};

/** The format of a floating-point element type, or undefined for every other type. */
export function floatFormat(element: string): FloatFormat | undefined {
  return formats[element];
}

/** `1.5e-7` → `1.5e-07`: MLIR writes exponents with two digits at least. */
const padExponent = (text: string) => text.replace(/e([+-])(\d)$/, "e$10$2");

/**
 * Text of a bit pattern that MLIR reads back to the same bits: seven digits (MLIR's own choice for f32 and f64), more
 * when they are needed, hexadecimal bits for infinities and NaN. MLIR's reader goes through float64, so the check does too.
 */
export function floatText(format: FloatFormat, bits: bigint): string {
  const value = format.decode(bits);
  if (!Number.isFinite(value))
    return (
      "0x" +
      bits
        .toString(16)
        .toUpperCase()
        .padStart(format.bits / 4, "0")
    );
  if (value === 0) return Object.is(value, -0) ? "-0.000000e+00" : "0.000000e+00";
  for (let digits = 6; digits < 16; digits++) {
    const text = value.toExponential(digits);
    const back = Number(text);
    if (back === value || format.encode(back) === bits) return padExponent(text);
  }
  return padExponent(value.toExponential(16));
}
