// XLA literals as text: `0`, `{1, 2}`, `{ { 1, 2 }, { 3, 4 } }`, `{...}` when long.
import { decodeVarints, type xla } from "../proto/index.ts";
import { HloProtoError } from "./errors.ts";
import { floatFormat } from "./floats.ts";
import type { HloShape } from "./optimized.ts";
import { primitiveBits, shapeFromProto } from "./shapes.ts";

/** Longer constants are elided, as in XLA's default printing. */
const elideAbove = 10;

/** C's `%.{digits}g`. */
export function formatG(value: number, digits: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa, exponentText] = value.toExponential(digits - 1).split("e") as [string, string];
  const exponent = Number(exponentText);
  const trim = (text: string) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (exponent >= -4 && exponent < digits) return trim(value.toFixed(Math.max(0, digits - 1 - exponent)));
  return `${trim(mantissa)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** Decimal digits that tell the values of a type apart: shorter first where XLA tries it. */
const digitsOf: Readonly<Record<string, readonly number[]>> = {
  f64: [15, 17],
  f32: [6, 9],
  f16: [5],
  bf16: [4],
  f8e3m4: [3],
  f8e4m3: [3],
  f8e4m3b11fnuz: [3],
  f8e4m3fn: [3],
  f8e4m3fnuz: [3],
  f8e5m2: [2],
  f8e5m2fnuz: [2],
};

/** MLIR's name of a float type: the eight-bit ones have capitals that XLA's lack. */
const formatName = (element: string): string =>
  element.startsWith("f8") ? `f${element.slice(1).toUpperCase()}` : element;

/** `1.5`, `-inf`, `nan(0x1)`: a float as XLA prints it. */
function floatLiteral(element: string, bits: bigint): string {
  const format = floatFormat(formatName(element));
  const digits = digitsOf[element];
  if (format === undefined || digits === undefined) return `0x${bits.toString(16)}`;
  const value = format.decode(bits);
  if (Number.isNaN(value)) return bits >> BigInt(format.bits - 1) ? "-nan" : "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const texts = digits.map((count) => formatG(value, count));
  return texts.find((text) => format.encode(Number(text)) === bits) ?? texts.at(-1)!;
}

function words(bytes: Uint8Array, width: number): bigint[] {
  return Array.from({ length: Math.floor(bytes.length / width) }, (_, i) => {
    let word = 0n;
    for (let b = width - 1; b >= 0; b--) word = (word << 8n) | BigInt(bytes[i * width + b]!);
    return word;
  });
}

/** The field of a literal that holds the elements of a type. */
function storage(literal: xla.LiteralProto.$Properties, element: string): Uint8Array {
  const field = `${element}s` as keyof xla.LiteralProto.$Properties;
  const bytes = literal[field];
  return bytes instanceof Uint8Array ? bytes : new Uint8Array();
}

function elementTexts(literal: xla.LiteralProto.$Properties, element: string): string[] {
  const bytes = storage(literal, element);
  const floats = (width: number, component: string) => words(bytes, width).map((word) => floatLiteral(component, word));
  const pairs = (texts: string[]) =>
    Array.from({ length: texts.length / 2 }, (_, i) => `(${texts[2 * i]}, ${texts[2 * i + 1]})`);
  switch (element) {
    case "pred":
      return Array.from(bytes, String);
    case "s32":
    case "s64":
      return decodeVarints(bytes, true).map(String);
    case "u32":
    case "u64":
      return decodeVarints(bytes, false).map(String);
    case "c64":
      return pairs(floats(4, "f32"));
    case "c128":
      return pairs(floats(8, "f64"));
    case "s8":
    case "s16":
      return words(bytes, primitiveBits(element) / 8).map((word) =>
        String(BigInt.asIntN(primitiveBits(element), word)),
      );
    case "u8":
    case "u16":
      return words(bytes, primitiveBits(element) / 8).map(String);
    default: {
      const bits = primitiveBits(element);
      if (bits >= 8) return floats(bits / 8, element);
      // Sub-byte integers are packed, the first element in the low bits.
      const perByte = 8 / bits;
      const unpacked = Array.from(
        { length: bytes.length * perByte },
        (_, i) => (bytes[Math.floor(i / perByte)]! >> (bits * (i % perByte))) & ((1 << bits) - 1),
      );
      return unpacked.map((word) =>
        (element.startsWith("s") ? Number(BigInt.asIntN(bits, BigInt(word))) : word).toString(),
      );
    }
  }
}

function nest(shape: HloShape, texts: readonly string[]): string {
  const { dimensions } = shape;
  if (dimensions.length === 0) return texts[0]!;
  let level = texts;
  for (let axis = dimensions.length - 1; axis >= 0; axis--) {
    const size = dimensions[axis]!;
    const [open, close] = axis === dimensions.length - 1 ? ["{", "}"] : ["{ ", " }"];
    const rows = dimensions.slice(0, axis).reduce((a, b) => a * b, 1);
    level = Array.from(
      { length: rows },
      (_, i) => `${open}${level.slice(i * size, (i + 1) * size).join(", ")}${close}`,
    );
  }
  return level[0]!;
}

/**
 * What XLA prints in `constant(…)`.
 * @throws HloProtoError when the elements are fewer than the shape says.
 */
export function literalText(literal: xla.LiteralProto.$Properties, owner: string): string {
  const shape = shapeFromProto(literal.shape ?? {});
  if (shape.element === "tuple") {
    return `( ${(literal.tupleLiterals ?? []).map((part) => literalText(part, owner)).join(", ")} )`;
  }
  const count = shape.dimensions.reduce((a, b) => a * b, 1);
  if (count > elideAbove) return "{...}";
  const texts = elementTexts(literal, shape.element);
  if (texts.length < count) {
    throw new HloProtoError(`${owner}: the constant holds ${texts.length} elements, its shape has ${count}`);
  }
  if (shape.element !== "pred") return nest(shape, texts);
  // Scalars are words, elements of arrays are digits.
  return count === 1 && shape.dimensions.length === 0 ? (texts[0] === "1" ? "true" : "false") : nest(shape, texts);
}
