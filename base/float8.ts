// Eight-bit float formats (OCP FP8 and MX, IEEE-like, "fnuz"): values of all words, and rounding to the nearest.

export interface Float8 {
  /** The value of every word. */
  readonly values: Float32Array;
  /**
   * The word nearest to `x`, rounded once, ties to even (upwards in the format of powers of two). What overflows becomes
   * infinity where there is one, else NaN.
   */
  readonly encode: (x: number) => number;
}

interface Layout {
  readonly mantissa: number;
  readonly bias: number;
  /** The first magnitude code that is no finite number. */
  readonly end: number;
  /** What stands at `end`: infinity with NaN above it, NaN alone, or nothing (NaN is then the word 0x80, and there is no −0). */
  readonly special: "infinity" | "nan" | "none";
  /** The magnitude code that a NaN is given. */
  readonly nan: number;
}

const words = new DataView(new ArrayBuffer(8));

/** ⌊log₂ x⌋ of a positive normal number. */
function exponentOf(x: number): number {
  words.setFloat64(0, x);
  return ((words.getUint32(0) >>> 20) & 0x7ff) - 1023;
}

/** Half to even, of numbers that are not negative. */
function nearest(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

/** The magnitude code nearest to a positive finite `x`; codes rise with the value, so a carry walks into the exponent. */
function magnitudeCode(x: number, mantissa: number, bias: number): number {
  const smallest = 1 - bias;
  const exponent = Math.max(exponentOf(x), smallest);
  const steps = nearest(x * 2 ** (mantissa - exponent));
  return (exponent - smallest) * 2 ** mantissa + steps;
}

function format({ mantissa, bias, end, special, nan }: Layout): Float8 {
  const unsignedZero = special === "none";
  const value = (code: number): number => {
    if (code >= end) return special === "infinity" && code === end ? Number.POSITIVE_INFINITY : Number.NaN;
    const exponent = code >> mantissa;
    const fraction = (code & ((1 << mantissa) - 1)) / (1 << mantissa);
    return exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
  };
  const values = Float32Array.from({ length: 256 }, (_, word) => {
    if (unsignedZero && word === 0x80) return Number.NaN;
    return word < 0x80 ? value(word) : -value(word & 0x7f);
  });
  const overflow = special === "infinity" ? end : nan;
  return {
    values,
    encode(x) {
      const sign = x < 0 || Object.is(x, -0) ? 0x80 : 0;
      if (Number.isNaN(x)) return unsignedZero ? 0x80 : nan;
      const code = x === 0 ? 0 : Number.isFinite(x) ? magnitudeCode(Math.abs(x), mantissa, bias) : end;
      if (unsignedZero) return code >= end ? 0x80 : code === 0 ? 0 : sign | code;
      return sign | (code >= end ? overflow : code);
    },
  };
}

/** Powers of two from 2⁻¹²⁷ to 2¹²⁷, without sign and zero; 0xff is NaN. */
const scale: Float8 = {
  values: Float32Array.from({ length: 256 }, (_, word) => (word === 255 ? Number.NaN : 2 ** (word - 127))),
  // As ml_dtypes does: halves go up, and where a float32 is subnormal everything above 2⁻¹²⁷ does.
  encode(x) {
    if (!(x > 0) || x === Number.POSITIVE_INFINITY) return 0xff;
    if (x < 2 ** -126) return x > 2 ** -127 ? 1 : 0;
    const exponent = exponentOf(x);
    return Math.min(0xff, 127 + exponent + (x >= 1.5 * 2 ** exponent ? 1 : 0));
  },
};

/** The formats by NumPy's names (ml_dtypes). Specifications: OCP OFP8 1.0, OCP MX 1.0, StableHLO "Types". */
export const float8 = {
  float8_e3m4: format({ mantissa: 4, bias: 3, end: 0x70, special: "infinity", nan: 0x78 }),
  float8_e4m3: format({ mantissa: 3, bias: 7, end: 0x78, special: "infinity", nan: 0x7c }),
  float8_e4m3b11fnuz: format({ mantissa: 3, bias: 11, end: 0x80, special: "none", nan: 0x80 }),
  float8_e4m3fn: format({ mantissa: 3, bias: 7, end: 0x7f, special: "nan", nan: 0x7f }),
  float8_e4m3fnuz: format({ mantissa: 3, bias: 8, end: 0x80, special: "none", nan: 0x80 }),
  float8_e5m2: format({ mantissa: 2, bias: 15, end: 0x7c, special: "infinity", nan: 0x7e }),
  float8_e5m2fnuz: format({ mantissa: 2, bias: 16, end: 0x80, special: "none", nan: 0x80 }),
  float8_e8m0fnu: scale,
} as const satisfies Readonly<Record<string, Float8>>;

export type Float8Name = keyof typeof float8;
