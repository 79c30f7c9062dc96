// The attributes of StableHLO operations, as data.
import type { ElementType, TensorType, Type } from "./types.ts";

/**
 * The elements of a constant. A scalar is a splat; an array is in row-major order (complex elements as interleaved
 * real and imaginary parts); a `Uint8Array` is the elements' memory, little-endian, one byte per `i1`.
 */
export type DenseData = number | bigint | boolean | readonly (number | bigint | boolean)[] | Uint8Array;

/** A field of a structure attribute. A string is a bare word, such as `tf32` in `#stablehlo.dot_algorithm`. */
export type StructField = number | boolean | string | readonly number[];

/** A mesh axis, or the part of one that `"x":(2)4` names: the factor `size` after the factors that make `before`. */
export type AxisRef = string | { readonly axis: string; readonly before: number; readonly size: number };

/** One dimension of an `sdy.sharding`: mesh axes, and whether propagation may add more. */
export interface DimensionSharding {
  readonly axes: readonly AxisRef[];
  readonly open: boolean;
  readonly priority?: number;
}

type IntegerElement = "i1" | "i8" | "i16" | "i32" | "i64";

export type Attribute =
  | { readonly kind: "unit" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: number | bigint; readonly type: ElementType }
  | { readonly kind: "float"; readonly value: number; readonly type: ElementType }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "array"; readonly items: readonly Attribute[] }
  | {
      readonly kind: "denseArray";
      readonly element: IntegerElement | "f32" | "f64";
      readonly values: readonly (number | boolean)[];
    }
  | { readonly kind: "dictionary"; readonly entries: Attributes }
  /** `dense<…> : type`. A scalar `value` is a splat; an array is in row-major order. */
  | { readonly kind: "dense"; readonly type: TensorType; readonly value: DenseData }
  | { readonly kind: "type"; readonly type: Type }
  /** `#stablehlo<comparison_direction EQ>` */
  | { readonly kind: "enum"; readonly dialect: string; readonly name: string; readonly value: string }
  /** `#stablehlo.dot<lhs_batching_dimensions = [0], …>`; empty lists are kept as written. */
  | {
      readonly kind: "struct";
      readonly dialect: string;
      readonly name: string;
      readonly fields: Readonly<Record<string, StructField>>;
    }
  /** `#sdy.sharding<@mesh, [{"data"}, {?}], replicated={"x"}>` */
  | {
      readonly kind: "sharding";
      /** The name of a mesh of the module, or a mesh of its own. */
      readonly mesh: string | Extract<Attribute, { kind: "mesh" }>;
      readonly dimensions: readonly DimensionSharding[];
      readonly replicated: readonly AxisRef[];
      readonly unreduced?: readonly AxisRef[];
    }
  | { readonly kind: "shardingPerValue"; readonly shardings: readonly Attribute[] }
  /** `#sdy<manual_axes{"data"}>` */
  | { readonly kind: "manualAxes"; readonly axes: readonly string[] }
  /** `#sdy.mesh<["data"=2, "model"=4]>` */
  | {
      readonly kind: "mesh";
      readonly axes: readonly { readonly name: string; readonly size: number }[];
      readonly deviceIds?: readonly number[];
    }
  /** An attribute of another dialect, by its text; with its type, where it is the value of a constant. */
  | { readonly kind: "opaque"; readonly text: string; readonly type?: Type };

export type Attributes = Readonly<Record<string, Attribute>>;

export const attr = {
  unit: { kind: "unit" } as Attribute,
  bool: (value: boolean): Attribute => ({ kind: "bool", value }),
  i32: (value: number): Attribute => ({ kind: "integer", value, type: "i32" }),
  i64: (value: number | bigint): Attribute => ({ kind: "integer", value, type: "i64" }),
  float: (value: number, type: ElementType = "f32"): Attribute => ({ kind: "float", value, type }),
  string: (value: string): Attribute => ({ kind: "string", value }),
  symbol: (name: string): Attribute => ({ kind: "symbol", name }),
  array: (items: readonly Attribute[]): Attribute => ({ kind: "array", items }),
  i64s: (values: readonly number[]): Attribute => ({ kind: "denseArray", element: "i64", values }),
  bools: (values: readonly boolean[]): Attribute => ({ kind: "denseArray", element: "i1", values }),
  dictionary: (entries: Attributes): Attribute => ({ kind: "dictionary", entries }),
  dense: (type: TensorType, value: DenseData): Attribute => ({ kind: "dense", type, value }),
  type: (type: Type): Attribute => ({ kind: "type", type }),
  /** A StableHLO enumeration, such as `("comparison_direction", "EQ")`. */
  enum: (name: string, value: string): Attribute => ({ kind: "enum", dialect: "stablehlo", name, value }),
  /** A StableHLO structure, such as `("dot", { lhs_batching_dimensions: [0], … })`. */
  struct: (name: string, fields: Readonly<Record<string, StructField>>): Attribute => ({
    kind: "struct",
    dialect: "stablehlo",
    name,
    fields,
  }),
};
