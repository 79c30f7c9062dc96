// What stands inside `dense<…>` and quotes: elements and characters, read by scanners of their own.
import type { DenseData } from "../attributes.ts";
import { componentType, encode } from "../constants.ts";
import { floatFormat } from "../floats.ts";
import { elementBits, type TensorType } from "../types.ts";

/** Longer lists are kept as memory, not as numbers. */
const longList = 100;

/** A splat that must be spelled out (complex, or an unusual NaN) has at most this many elements. */
const longestSplat = 1 << 24;

/** What is wrong with a literal, and where in its own text. */
export class LiteralError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const element = /\s*(?:(true|false)|(0x[0-9A-Fa-f]+)|([-+]?\d+\.\d*(?:[eE][-+]?\d+)?|-?\d+))\s*/y;

/** Reads the elements of `dense<body>`, brackets checked against the shape. */
class Elements {
  readonly #body: string;
  readonly #type: TensorType;
  readonly #integer: boolean;
  readonly #wide: boolean;
  readonly #format: ReturnType<typeof floatFormat>;
  readonly #complex: boolean;
  #at: number;
  readonly values: (number | bigint | boolean)[] = [];
  /** The bits of floats that were written in hexadecimal, by index. */
  readonly patterns = new Map<number, bigint>();

  constructor(body: string, from: number, type: TensorType) {
    this.#body = body;
    this.#at = from;
    this.#type = type;
    const component = componentType(type.element);
    this.#format = floatFormat(component);
    this.#complex = component !== type.element;
    this.#integer = this.#format === undefined;
    this.#wide = elementBits(component) === 64;
  }

  #blank(): void {
    while (" \t\r\n".includes(this.#body[this.#at] ?? "x")) this.#at++;
  }

  #take(char: string): boolean {
    this.#blank();
    if (this.#body[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #expect(char: string): void {
    if (!this.#take(char)) throw new LiteralError(`expected \`${char}\``, this.#at);
  }

  #scalar(): void {
    this.#blank();
    if (this.#body[this.#at] === "[") {
      throw new LiteralError(`the lists are nested deeper than ${this.#type.shape.length} dimensions`, this.#at);
    }
    element.lastIndex = this.#at;
    const found = element.exec(this.#body);
    if (found === null) throw new LiteralError(`expected an element of type ${this.#type.element}`, this.#at);
    const [, word, hex, number] = found;
    const { values } = this;
    if (word !== undefined) {
      if (this.#type.element !== "i1")
        throw new LiteralError(`expected a number of type ${this.#type.element}`, this.#at);
      values.push(word === "true");
    } else if (hex !== undefined) {
      const bits = BigInt(hex);
      if (this.#format === undefined) values.push(this.#wide ? bits : Number(bits));
      else {
        this.patterns.set(values.length, bits);
        values.push(this.#format.decode(BigInt.asUintN(this.#format.bits, bits)));
      }
    } else if (this.#integer) {
      if (number!.includes(".")) throw new LiteralError(`expected an integer of type ${this.#type.element}`, this.#at);
      if (this.#type.element === "i1") values.push(Number(number) !== 0);
      else {
        const value = Number(number);
        values.push(Number.isSafeInteger(value) ? value : BigInt(number!));
      }
    } else values.push(Number(number));
    this.#at = element.lastIndex;
  }

  #entry(): void {
    if (this.#complex) this.#expect("(");
    this.#scalar();
    if (!this.#complex) return;
    this.#expect(",");
    this.#scalar();
    this.#expect(")");
  }

  /** All of it: one element for a splat, or lists nested as the shape says. */
  read(): "splat" | "list" {
    this.#blank();
    const splat = this.#body[this.#at] !== "[";
    if (splat) this.#entry();
    else this.#list(0);
    this.#blank();
    if (this.#at < this.#body.length - 1) throw new LiteralError("expected `>`", this.#at);
    return splat ? "splat" : "list";
  }

  #list(axis: number): void {
    const size = this.#type.shape[axis];
    const start = this.#at;
    if (size === undefined) throw new LiteralError(`the lists are nested deeper than ${axis} dimensions`, start);
    this.#expect("[");
    let count = 0;
    if (!this.#take("]")) {
      do {
        if (axis + 1 === this.#type.shape.length) this.#entry();
        else this.#list(axis + 1);
        count++;
      } while (this.#take(","));
      this.#expect("]");
    }
    if (count !== size) throw new LiteralError(`expected a list of ${size}, got ${count}`, start);
  }
}

/** Bytes written as hexadecimal text. */
function hexBytes(text: string, offset: number): Uint8Array {
  const digits = text.slice(2);
  const bytes = Buffer.from(digits, "hex");
  if (!text.startsWith("0x") || bytes.length * 2 !== digits.length) {
    throw new LiteralError("expected hexadecimal bytes, `0x…`", offset);
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** One byte for each of `count` bits. */
const unpacked = (bytes: Uint8Array, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => (bytes[i >> 3]! >> (i & 7)) & 1);

/** The bytes of a `dense<"0x…">`: all elements, or one that stands for all. */
function fromHex(bytes: Uint8Array, type: TensorType, offset: number): DenseData {
  const count = type.shape.reduce((a, b) => a * b, 1);
  const width = Math.ceil(elementBits(type.element) / 8);
  const bits = elementBits(type.element);
  // Narrow integers have a byte each, whose upper bits say nothing.
  if (bits < 8 && bytes.length === count && /^u?i/.test(type.element)) {
    const signed = type.element.startsWith("i");
    return Array.from(bytes, (byte) => Number((signed ? BigInt.asIntN : BigInt.asUintN)(bits, BigInt(byte))));
  }
  if (bytes.length === count * width && type.element !== "i1") return bytes;
  if (type.element === "i1") {
    // Older MLIR packs eight booleans into a byte, newer MLIR has one byte for each.
    if (bytes.length === count) return bytes.map((byte) => (byte === 0 ? 0 : 1));
    if (bytes.length === Math.ceil(count / 8)) return unpacked(bytes, count);
    if (bytes.length === 1) return bytes[0] !== 0;
  } else if (bytes.length === width && count > 0 && count <= longestSplat) {
    const all = new Uint8Array(count * width);
    for (let i = 0; i < count; i++) all.set(bytes, i * width);
    return all;
  }
  throw new LiteralError(`expected ${count * width} bytes, got ${bytes.length}`, offset);
}

/** Whether the elements of a type are understood: integers, and floats of the formats that can be encoded. */
export const canRead = ({ element }: TensorType): boolean =>
  !element.startsWith("f") || floatFormat(element) !== undefined;

/**
 * The elements of the token `dense<…>` for a type. Short lists are numbers, long ones and those with bit patterns that
 * numbers would lose are memory.
 * @throws LiteralError with an offset into the token
 */
export function readDense(token: string, type: TensorType): DenseData {
  const from = "dense<".length;
  if (token[from] === '"') return fromHex(hexBytes(token.slice(from + 1, -2), from), type, from);
  if (/^\s*>$/.test(token.slice(from))) {
    if (type.shape.includes(0)) return [];
    throw new LiteralError("expected elements", from);
  }
  const elements = new Elements(token, from, type);
  const form = elements.read();
  const { values, patterns } = elements;
  const component = componentType(type.element);
  const format = floatFormat(component);
  // The bits of a NaN other than the usual one do not survive as a number.
  const exact = [...patterns].some(([i, bits]) => Number.isNaN(values[i]) && format?.encode(Number.NaN) !== bits);
  const memory = (all: readonly (number | bigint | boolean)[], bits: ReadonlyMap<number, bigint>) =>
    encode(type, component, all, bits);
  if (form === "list") {
    const long = values.length > longList && elementBits(component) >= 8;
    return exact || long ? memory(values, patterns) : values;
  }
  if (values.length === 1 && !exact) return values[0]!;
  const count = type.shape.reduce((a, b) => a * b, values.length);
  if (count > longestSplat)
    throw new LiteralError(`a splat of ${count} elements needs more memory than is allowed`, from);
  const all = Array.from({ length: count }, (_, i) => values[i % values.length]!);
  if (!exact) return all;
  const bits = all.flatMap((_, i) =>
    patterns.has(i % values.length) ? [[i, patterns.get(i % values.length)!] as const] : [],
  );
  return memory(all, new Map(bits));
}

/** The text of a quoted string: MLIR's escapes are `\\`, `\"`, `\n`, `\t` and two hexadecimal digits of a byte. */
export function unquoted(token: string): string {
  const inner = token.slice(1, -1);
  if (!inner.includes("\\")) return inner;
  const bytes = Buffer.from(inner, "utf8");
  const out = Buffer.alloc(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    let byte = bytes[at]!;
    if (byte === 0x5c) {
      const next = inner === "" ? "" : String.fromCharCode(bytes[at + 1]!);
      const pair = bytes.toString("latin1", at + 1, at + 3);
      if (/^[0-9A-Fa-f]{2}$/.test(pair)) {
        byte = Number.parseInt(pair, 16);
        at += 2;
      } else {
        byte = { n: 0x0a, t: 0x09 }[next] ?? bytes[at + 1]!;
        at++;
      }
    }
    out[length++] = byte;
  }
  return out.toString("utf8", 0, length);
}
