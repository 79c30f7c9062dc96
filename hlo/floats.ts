// Floating-point element types: numbers to bits, bits to numbers, and the text that MLIR reads back to the same bits.
import { type Float8Name, float8 } from "../base/float8.ts";
import { bf16Bits, bf16ToF32, f16Bits, f16Values } from "../base/half.ts";

export interface FloatFormat {
  readonly bits: 8 | 16 | 32 | 64;
  /** Significant decimal digits that tell all values apart: 2 + ⌊p · log10 2⌋ for p bits of significand. */
  readonly digits: number;
  /** Bits of the value nearest to `x` (ties to even); 16-bit formats round through float32. */
  readonly encode: (x: number) => bigint;
  /** The value of a bit pattern, exactly. */
  readonly decode: (bits: bigint) => number;
}

const view = new DataView(new ArrayBuffer(8));

const f32: FloatFormat = {
  bits: 32,
  digits: 9,
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
  digits: 17,
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
  digits: 5,
  encode: (x) => BigInt(f16Bits(x)),
  decode: (bits) => f16Values[Number(bits)]!,
};

const bf16: FloatFormat = {
  bits: 16,
  digits: 4,
  encode: (x) => BigInt(bf16Bits(x)),
  decode: (bits) => bf16ToF32(Uint16Array.of(Number(bits)))[0]!,
};

const f8 = (name: Float8Name, digits: number): FloatFormat => ({
  bits: 8,
  digits,
  encode: (x) => BigInt(float8[name].encode(x)),
  decode: (bits) => float8[name].values[Number(bits)]!,
});

const formats: Readonly<Record<string, FloatFormat>> = {
  f64,
  f32,
  f16,
  bf16,
  f8E3M4: f8("float8_e3m4", 3),
  f8E4M3: f8("float8_e4m3", 3),
  f8E4M3B11FNUZ: f8("float8_e4m3b11fnuz", 3),
  f8E4M3FN: f8("float8_e4m3fn", 3),
  f8E4M3FNUZ: f8("float8_e4m3fnuz", 3),
  f8E5M2: f8("float8_e5m2", 2),
  f8E5M2FNUZ: f8("float8_e5m2fnuz", 2),
  f8E8M0FNU: f8("float8_e8m0fnu", 2),
};

/** The format of a floating-point element type, or undefined for every other type. */
export function floatFormat(element: string): FloatFormat | undefined {
  return formats[element];
}

/** `value = ±digits · 10^exponent`, the digits without zeros at the end. */
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/** ⌊log₂ x⌋ + 1 of a positive integer. */
const bitLength = (x: bigint): number => x.toString(2).length;

/**
 * The magnitude of a float in at most `precision` digits, as LLVM's APFloat::toString finds them: digits past about
 * that many are cut off first, and what is left is rounded. Hence the last digit may differ from the nearest decimal.
 */
function decimal(value: number, precision: number): Decimal {
  view.setFloat64(0, Math.abs(value));
  const word = view.getBigUint64(0);
  const fraction = word & 0xf_ffff_ffff_ffffn;
  const biased = Number(word >> 52n);
  let significand = biased === 0 ? fraction : fraction | (1n << 52n);
  let exponent = Math.max(biased, 1) - 1075;
  while ((significand & 1n) === 0n) {
    significand >>= 1n;
    exponent++;
  }
  if (exponent > 0) {
    significand <<= BigInt(exponent);
    exponent = 0;
  } else significand *= 5n ** BigInt(-exponent);
  // 59/196 is a little less than log10(2).
  const spare = bitLength(significand) - Math.floor((precision * 196 + 58) / 59);
  const dropped = spare > 0 ? Math.floor((spare * 59) / 196) : 0;
  significand /= 10n ** BigInt(dropped);
  let digits = significand.toString();
  exponent += dropped + digits.length;
  digits = digits.replace(/0+$/, "");
  if (digits.length > precision) {
    const up = digits[precision]! >= "5";
    digits = digits.slice(0, precision);
    if (up) {
      const next = (BigInt(digits) + 1n).toString();
      exponent += next.length - digits.length;
      digits = next;
    }
    digits = digits.replace(/0+$/, "");
  }
  return { digits, exponent: exponent - digits.length };
}

/** `d.ddddd0e-07`: six places after the point. */
function shortText(value: number): string {
  const { digits, exponent } = decimal(value, 6);
  const power = exponent + digits.length - 1;
  const places = digits.slice(1).padEnd(6, "0");
  const sign = power < 0 ? "-" : "+";
  return `${value < 0 ? "-" : ""}${digits[0]}.${places}e${sign}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** All digits: plain within three places of the point, else with `E`. */
function fullText(value: number, precision: number): string {
  const { digits, exponent } = decimal(value, precision);
  const sign = value < 0 ? "-" : "";
  const power = exponent + digits.length - 1;
  const scientific = exponent >= 0 ? exponent > 3 || digits.length + exponent > precision : power < -3;
  if (scientific) {
    return `${sign}${digits[0]}.${digits.slice(1) || "0"}E${power < 0 ? "-" : "+"}${Math.abs(power)}`;
  }
  if (exponent >= 0) return `${sign}${digits}${"0".repeat(exponent)}`;
  const whole = digits.length + exponent;
  if (whole > 0) return `${sign}${digits.slice(0, whole)}.${digits.slice(whole)}`;
  return `${sign}0.${"0".repeat(-whole)}${digits}`;
}

/**
 * Text of a bit pattern that MLIR reads back to the same bits, as MLIR itself writes it: six digits where they suffice,
 * else all of them, hexadecimal bits for infinities, NaN, and what would look like an integer. MLIR's reader goes
 * through float64, so the check does too.
 */
export function floatText(format: FloatFormat, bits: bigint): string {
  const value = format.decode(bits);
  const hex = () =>
    "0x" +
    bits
      .toString(16)
      .toUpperCase()
      .padStart(format.bits / 4, "0");
  if (!Number.isFinite(value)) return hex();
  if (value === 0) return Object.is(value, -0) ? "-0.000000e+00" : "0.000000e+00";
  const same = (text: string) => Number(text) === value || format.encode(Number(text)) === bits;
  const short = shortText(value);
  if (same(short)) return short;
  const text = fullText(value, format.digits);
  return text.includes(".") && same(text) ? text : hex();
}
