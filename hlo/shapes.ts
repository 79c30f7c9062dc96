// XLA shapes: from their message, to text, to bytes.
import { xla } from "../proto/index.ts";
import { HloProtoError } from "./errors.ts";
import type { HloShape } from "./optimized.ts";

/** XLA's lower-case name of a primitive type: `f32`, `pred`, `f8e4m3fn`. */
export function primitiveName(type: xla.PrimitiveType): string {
  const name = xla.PrimitiveType[type];
  if (name === undefined || type === xla.PrimitiveType.PRIMITIVE_TYPE_INVALID) {
    throw new HloProtoError(`primitive type ${type} is not known; the plugin is newer than this reader`);
  }
  return name === "OPAQUE_TYPE" ? "opaque" : name.toLowerCase();
}

export function shapeFromProto(proto: xla.ShapeProto.$Properties): HloShape {
  const { layout } = proto;
  return {
    element: primitiveName(proto.elementType ?? 0),
    dimensions: proto.dimensions ?? [],
    dynamic: proto.isDynamicDimension ?? [],
    layout: layout && {
      minorToMajor: layout.minorToMajor ?? [],
      tiles: (layout.tiles ?? []).map((tile) => tile.dimensions ?? []),
      elementBits: layout.elementSizeInBits ?? 0,
      memorySpace: layout.memorySpace ?? 0,
    },
    parts: (proto.tupleShapes ?? []).map(shapeFromProto),
  };
}

/** `a, b, …` with XLA's reminder of the position at every fifth element. */
export const indexed = (texts: readonly string[]): string =>
  texts.map((text, i) => (i > 0 && i % 5 === 0 ? `/*index=${i}*/${text}` : text)).join(", ");

function layoutText({ layout, element }: HloShape): string {
  if (layout === undefined || element === "token" || element === "opaque") return "";
  const { minorToMajor, tiles, elementBits, memorySpace } = layout;
  const tiling =
    tiles.length === 0 ? "" : `T${tiles.map((tile) => `(${tile.map((d) => (d < 0 ? "*" : d)).join(",")})`).join("")}`;
  const extra = `${tiling}${elementBits === 0 ? "" : `E(${elementBits})`}${memorySpace === 0 ? "" : `S(${memorySpace})`}`;
  if (minorToMajor.length === 0 && extra === "") return "";
  return `{${minorToMajor.join(",")}${extra === "" ? "" : `:${extra}`}}`;
}

/** `f32[4,8]{1,0}`, or `f32[4,8]` without layouts. */
export function shapeText(shape: HloShape, layouts = true): string {
  if (shape.element === "tuple") return `(${indexed(shape.parts.map((part) => shapeText(part, layouts)))})`;
  const sizes = shape.dimensions.map((size, i) => (shape.dynamic[i] ? `<=${size}` : String(size)));
  return `${shape.element}[${sizes.join(",")}]${layouts ? layoutText(shape) : ""}`;
}

/** Bits of one element of a primitive type. */
export function primitiveBits(element: string): number {
  if (element === "pred") return 8;
  if (element === "token" || element === "opaque") return 0;
  const bits = /\d+/.exec(element);
  if (bits === null) throw new HloProtoError(`element type ${element} has no size`);
  return Number(bits[0]);
}

/** Bytes of all arrays in a shape, without padding. */
export function shapeBytes(shape: HloShape): number {
  if (shape.element === "tuple") return shape.parts.reduce((sum, part) => sum + shapeBytes(part), 0);
  return Math.ceil((shape.dimensions.reduce((a, b) => a * b, 1) * primitiveBits(shape.element)) / 8);
}
