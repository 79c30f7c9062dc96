// What lowering rules may ask of the module being built. Implemented in src/compile.
import type { Attributes, DenseData } from "../../hlo/attributes.ts";
import type { Region, Value } from "../../hlo/module.ts";
import type { ElementType, TensorType, Type } from "../../hlo/types.ts";
import type { Aval } from "./aval.ts";
import type { DType } from "./dtype.ts";
import type { Graph } from "./graph.ts";
import type { Mesh } from "./mesh.ts";

export interface LoweringContext {
  /** The abstract results of the equation being lowered. */
  readonly results: readonly Aval[];
  readonly operands: readonly Aval[];
  op(
    name: string,
    operands: readonly Value[],
    results: readonly Type[],
    attributes?: Attributes,
    regions?: readonly Region[],
  ): Value[];
  one(
    name: string,
    operands: readonly Value[],
    type: Type,
    attributes?: Attributes,
    regions?: readonly Region[],
  ): Value;
  constant(type: TensorType, value: DenseData): Value;
  region(args: readonly Type[], body: (...args: Value[]) => readonly Value[], terminator?: string): Region;
  /** Lowers `graph` in place. */
  inline(graph: Graph, args: readonly Value[]): Value[];
  /** Calls `graph` as a private function, made once for each graph. */
  call(graph: Graph, args: readonly Value[]): Value[];
  /** Name of the module's mesh symbol for `mesh`, declared on first use. */
  mesh(mesh: Mesh): string;
  /** The platform that the program is compiled for: `cpu`, `cuda`. */
  readonly platform: string;
}

const elements: Readonly<Record<DType, ElementType>> = {
  bool: "i1",
  int8: "i8",
  int16: "i16",
  int32: "i32",
  int64: "i64",
  uint8: "ui8",
  uint16: "ui16",
  uint32: "ui32",
  uint64: "ui64",
  float16: "f16",
  bfloat16: "bf16",
  float32: "f32",
  float64: "f64",
};

export const elementOf = (dtype: DType): ElementType => elements[dtype];
export const typeOf = (a: { readonly shape: readonly number[]; readonly dtype: DType }): TensorType => ({
  kind: "tensor",
  shape: a.shape,
  element: elements[a.dtype],
});
