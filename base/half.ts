// Exact conversion between float32 and the two 16-bit float formats, elementwise over typed arrays.

const scratch = new DataView(new ArrayBuffer(4));

/** Raw binary16 word of the float32 word `b`: round to nearest even; a NaN stays a NaN with its sign and top payload bits. */
function f16FromF32Bits(b: number): number {
  const sign = (b >>> 16) & 0x8000;
  const biased = (b >>> 23) & 0xff;
  const mantissa = b & 0x7fffff;
  if (biased === 255) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200 | (mantissa >>> 13));
  const exponent = biased - 112;
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent < -10) return sign;
  // A subnormal result keeps the implicit bit and shifts further; a carry out of the mantissa walks into the exponent.
  const shift = exponent > 0 ? 13 : 14 - exponent;
  const kept = exponent > 0 ? (exponent << 10) | (mantissa >>> 13) : (mantissa | 0x800000) >>> shift;
  const rest = (exponent > 0 ? mantissa : mantissa | 0x800000) & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
}

/** Float32 word of the binary16 word `h`, exactly. */
function f32BitsFromF16(h: number): number {
  const sign = (h & 0x8000) << 16;
  const exponent = (h >>> 10) & 0x1f;
  const mantissa = h & 0x3ff;
  if (exponent === 31) return (sign | 0x7f800000 | (mantissa << 13)) >>> 0;
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (mantissa << 13)) >>> 0;
  if (mantissa === 0) return sign >>> 0;
  const lead = Math.clz32(mantissa) - 21; // shifts that bring the leading one to bit 10
  return (sign | ((113 - lead) << 23) | (((mantissa << lead) & 0x3ff) << 13)) >>> 0;
}

/** Raw bfloat16 word of the float32 word `b`: round to nearest even; a NaN stays a (quiet) NaN. */
function bf16FromF32Bits(b: number): number {
  if ((b & 0x7fffffff) > 0x7f800000) return ((b >>> 16) | 0x40) & 0xffff;
  return ((b + 0x7fff + ((b >>> 16) & 1)) >>> 16) & 0xffff;
}

const f16Words = new Uint32Array(65536).map((_, h) => f32BitsFromF16(h));
/** The float32 value of every binary16 word: index it with the raw word. */
export const f16Values: Float32Array = new Float32Array(f16Words.buffer);

const wordsOf = (floats: Float32Array) => new Uint32Array(floats.buffer, floats.byteOffset, floats.length);

function sameLength(what: string, got: number, want: number): void {
  if (got !== want)
    throw new RangeError(`${what}: destination has ${got} elements, source has ${want}; make them equal`);
}

/** float32 → raw bfloat16 words, round to nearest even. Lengths must agree (RangeError). */
export function f32ToBf16(src: Float32Array, dst: Uint16Array = new Uint16Array(src.length)): Uint16Array {
  sameLength("f32ToBf16", dst.length, src.length);
  const words = wordsOf(src);
  for (let i = 0; i < words.length; i++) dst[i] = bf16FromF32Bits(words[i]!);
  return dst;
}

/** Raw bfloat16 words → float32, exactly (NaN payloads included). Lengths must agree (RangeError). */
export function bf16ToF32(src: Uint16Array, dst: Float32Array = new Float32Array(src.length)): Float32Array {
  sameLength("bf16ToF32", dst.length, src.length);
  const words = wordsOf(dst);
  for (let i = 0; i < words.length; i++) words[i] = src[i]! << 16;
  return dst;
}

/** float32 → raw binary16 words, round to nearest even, overflow to infinity. Lengths must agree (RangeError). */
export function f32ToF16(src: Float32Array, dst: Uint16Array = new Uint16Array(src.length)): Uint16Array {
  sameLength("f32ToF16", dst.length, src.length);
  const words = wordsOf(src);
  for (let i = 0; i < words.length; i++) dst[i] = f16FromF32Bits(words[i]!);
  return dst;
}

/** Raw binary16 words → float32, exactly (NaN payloads included). Lengths must agree (RangeError). */
export function f16ToF32(src: Uint16Array, dst: Float32Array = new Float32Array(src.length)): Float32Array {
  sameLength("f16ToF32", dst.length, src.length);
  const words = wordsOf(dst);
  for (let i = 0; i < words.length; i++) words[i] = f16Words[src[i]!]!;
  return dst;
}

/** Raw binary16 word of the number `x` rounded first to float32. */
export function f16Bits(x: number): number {
  scratch.setFloat32(0, x);
  return f16FromF32Bits(scratch.getUint32(0));
}

/** Raw bfloat16 word of the number `x` rounded first to float32. */
export function bf16Bits(x: number): number {
  scratch.setFloat32(0, x);
  return bf16FromF32Bits(scratch.getUint32(0));
}
