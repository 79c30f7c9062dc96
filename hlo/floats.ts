// Floating-point element types: numbers to bits, bits to numbers, and the text that MLIR reads back to the same bits.
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

/** An 8-bit format by its table of values: positive codes ascend, the top bit is the sign. */
function float8(mantissaBits: number, bias: number, special: (magnitude: number) => number | undefined): FloatFormat {
  const magnitudes = Array.from({ length: 128 }, (_, code) => {
    const exponent = code >> mantissaBits;
    const fraction = (code & ((1 << mantissaBits) - 1)) / (1 << mantissaBits);
    return special(code) ?? (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
  });
  const nan = magnitudes.findIndex(Number.isNaN);
  const infinity = magnitudes.indexOf(Number.POSITIVE_INFINITY);
  const largest = magnitudes.findLastIndex(Number.isFinite);
  const overflow = infinity < 0 ? nan : infinity;
  const nearest = (size: number): number => {
    if (Number.isNaN(size)) return nan;
    const above = magnitudes.findIndex((m) => m >= size);
    if (above === 0) return 0;
    if (above > 0 && above <= largest) {
      const down = size - magnitudes[above - 1]!;
      const up = magnitudes[above]! - size;
      return down < up || (down === up && (above & 1) === 1) ? above - 1 : above;
    }
    // Past the largest value, half a step more still rounds down to it when it is even; beyond is overflow.
    const half = (magnitudes[largest]! - magnitudes[largest - 1]!) / 2;
    const excess = size - magnitudes[largest]!;
    return excess < half || (excess === half && (largest & 1) === 0) ? largest : overflow;
  };
  return {
    bits: 8,
    encode: (x) => BigInt(nearest(Math.abs(x)) | (x < 0 || Object.is(x, -0) ? 0x80 : 0)),
    decode(bits) {
      const size = magnitudes[Number(bits) & 0x7f]!;
      return bits & 0x80n ? -size : size;
    },
  };
}

const formats: Readonly<Record<string, FloatFormat>> = {
  f64,
  f32,
  f16,
  bf16,
  f8E4M3FN: float8(3, 7, (code) => (code === 0x7f ? Number.NaN : undefined)),
  f8E5M2: float8(2, 15, (code) => (code < 0x7c ? undefined : code === 0x7c ? Number.POSITIVE_INFINITY : Number.NaN)),
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
