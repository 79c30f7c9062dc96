// The text of `dense<…>` constants, exact to the bit.
import type { DenseData } from "./attributes.ts";
import { HloPrintError } from "./errors.ts";
import { type FloatFormat, floatFormat, floatText } from "./floats.ts";
import { type ElementType, elementBits, type TensorType } from "./types.ts";

/** Longer constants that are not splats are written as a hexadecimal string of their bytes (MLIR's own limit). */
const hexThreshold = 100;

type Scalar = number | bigint | boolean;

/** The component type of a complex type; every other type is its own. */
export function componentType(element: ElementType): ElementType {
  if (element === "complex<f32>") return "f32";
  return element === "complex<f64>" ? "f64" : element;
}

function bad(type: TensorType, why: string): HloPrintError {
  return new HloPrintError(`constant of type tensor<${[...type.shape, type.element].join("x")}>: ${why}`);
}

/** The integer that `x` is, checked against the range of the element type. */
function integer(type: TensorType, element: ElementType, x: Scalar): bigint {
  if (typeof x === "boolean") throw bad(type, `got the boolean ${x} where a number is expected; pass ${Number(x)}`);
  if (typeof x === "number" && !Number.isSafeInteger(x)) {
    throw bad(type, `${x} is not an exact integer; pass a bigint for values past 2^53`);
  }
  const value = BigInt(x);
  const bits = elementBits(element);
  const unsigned = element.startsWith("ui");
  const low = unsigned ? 0n : -(1n << BigInt(bits - 1));
  const high = (1n << BigInt(unsigned ? bits : bits - 1)) - 1n;
  if (value < low || value > high) throw bad(type, `${value} is outside [${low}, ${high}]`);
  return value;
}

function boolean(type: TensorType, x: Scalar): boolean {
  if (typeof x === "boolean") return x;
  if (x === 0 || x === 1 || x === 0n || x === 1n) return x === 1 || x === 1n;
  throw bad(type, `${x} is not a boolean; pass true or false`);
}

function float(type: TensorType, x: Scalar): number {
  if (typeof x === "number") return x;
  if (typeof x === "boolean") throw bad(type, `got the boolean ${x} where a number is expected; pass ${Number(x)}`);
  if (BigInt(Number(x)) !== x) throw bad(type, `the bigint ${x} is not exact in float64; pass a number`);
  return Number(x);
}

/** The text of one component. */
function componentText(type: TensorType, element: ElementType, format: FloatFormat | undefined, x: Scalar): string {
  if (format !== undefined) return floatText(format, format.encode(float(type, x)));
  if (element === "i1") return String(boolean(type, x));
  return integer(type, element, x).toString();
}

/** Little-endian memory of a list of components; `patterns` has the bits of those that are not to be taken by value. */
export function encode(
  type: TensorType,
  element: ElementType,
  values: readonly Scalar[],
  patterns?: ReadonlyMap<number, bigint>,
): Uint8Array {
  const format = floatFormat(element);
  const width = elementBits(element) / 8;
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  values.forEach((x, i) => {
    const bits = patterns?.get(i);
    if (element === "i1") view.setUint8(i, Number(boolean(type, x)));
    else if (element === "f32" && bits === undefined) view.setFloat32(4 * i, float(type, x), true);
    else if (element === "f64" && bits === undefined) view.setFloat64(8 * i, float(type, x), true);
    else {
      const word = bits ?? (format === undefined ? integer(type, element, x) : format.encode(float(type, x)));
      if (width === 8) view.setBigInt64(8 * i, word, true);
      else if (width === 4) view.setUint32(4 * i, Number(BigInt.asUintN(32, word)), true);
      else if (width === 2) view.setInt16(2 * i, Number(word), true);
      else view.setInt8(i, Number(word));
    }
  });
  return bytes;
}

/** Texts of the components held in little-endian memory. */
function decodeTexts(type: TensorType, element: ElementType, bytes: Uint8Array): string[] {
  const format = floatFormat(element);
  const width = Math.ceil(elementBits(element) / 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / width }, (_, i) => {
    let word = 0n;
    for (let b = width - 1; b >= 0; b--) word = (word << 8n) | BigInt(view.getUint8(i * width + b));
    if (format !== undefined) return floatText(format, word);
    if (element === "i1") return String(boolean(type, word));
    return integer(type, element, element.startsWith("ui") ? word : BigInt.asIntN(width * 8, word)).toString();
  });
}

/** Nested brackets after the shape, around texts in row-major order. */
function nest(shape: readonly number[], texts: readonly string[]): string {
  let level = texts;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    level = Array.from(
      { length: level.length / size },
      (_, i) => `[${level.slice(i * size, (i + 1) * size).join(", ")}]`,
    );
  }
  return level[0]!;
}

const hexText = (bytes: Uint8Array) =>
  `"0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex").toUpperCase()}"`;

function isSplat(values: readonly Scalar[], stride: number): boolean {
  for (let i = stride; i < values.length; i++) if (!Object.is(values[i], values[i % stride])) return false;
  return true;
}

/** Bytes all equal to the first element's. */
function isByteSplat(bytes: Uint8Array, width: number): boolean {
  for (let i = width; i < bytes.length; i++) if (bytes[i] !== bytes[i - width]) return false;
  return true;
}

/**
 * What stands between `dense<` and `>` for `value` of type `type`.
 * @throws HloPrintError when the number of elements is wrong or an element does not fit the type.
 */
export function denseText(type: TensorType, value: DenseData): string {
  const count = type.shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(count) || count < 0) throw bad(type, "a constant needs a static shape");
  const element = componentType(type.element);
  const format = floatFormat(element);
  const stride = element === type.element ? 1 : 2;
  const group = (texts: readonly string[]) =>
    stride === 1 ? texts : Array.from({ length: texts.length / 2 }, (_, i) => `(${texts[2 * i]},${texts[2 * i + 1]})`);
  const text = (x: Scalar) => componentText(type, element, format, x);

  if (typeof value !== "object")
    return count === 0 ? "" : group(stride === 1 ? [text(value)] : [text(value), text(0)])[0]!;
  const width = Math.ceil(elementBits(type.element) / 8);
  const got = value instanceof Uint8Array ? value.length / width : value.length / stride;
  if (got !== count) {
    throw bad(type, `got ${got} elements, expected ${count}; pass a scalar for a splat or one value per element`);
  }
  if (count === 0) return "";
  // MLIR has changed how it packs booleans, and sub-byte integers have no agreed packing: those are spelled out.
  const hex = count > hexThreshold && element !== "i1" && elementBits(element) >= 8;
  if (value instanceof Uint8Array) {
    if (isByteSplat(value, width)) return group(decodeTexts(type, element, value.subarray(0, width)))[0]!;
    return hex ? hexText(value) : nest(type.shape, group(decodeTexts(type, element, value)));
  }
  if (isSplat(value, stride)) return group(value.slice(0, stride).map(text))[0]!;
  return hex ? hexText(encode(type, element, value)) : nest(type.shape, group(value.map(text)));
}
