// What lowering rules may ask of the module being built. Implemented in src/compile.
import type { Attributes, DenseData } from "../../hlo/attributes.ts";
import type { Region, Value } from "../../hlo/module.ts";
import type { TensorType, Type } from "../../hlo/types.ts";
import type { Aval } from "./aval.ts";
import { type DType, elementOf } from "./dtype.ts";
import type { Graph } from "./graph.ts";
import type { HostCallback } from "./host-callback.ts";
import type { Mesh } from "./mesh.ts";
import type { Effect } from "./op.ts";

/** Code that runs once for each device of a mesh: the axes along which its values are pieces. */
export interface Manual {
  readonly mesh: Mesh;
  readonly axes: readonly string[];
}

/** A program as the text of a module for each platform, with the cost of one call. */
export interface ForeignText {
  readonly name: string;
  readonly texts: ReadonlyMap<string, string>;
  readonly outAvals: readonly Aval[];
  readonly cost: { readonly flops: number; readonly bytesAccessed: number };
}

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
  /**
   * `stablehlo.while` over `state` with the graphs' host calls kept in order: all graphs that the loop runs are named in
   * `graphs`. `condition` must call none in order.
   */
  loop(
    graphs: readonly Graph[],
    state: readonly Value[],
    condition: (...state: Value[]) => Value,
    body: (...state: Value[]) => readonly Value[],
  ): Value[];
  /** `stablehlo.case`: calls the graph that `index` says. */
  choose(index: Value, graphs: readonly Graph[], args: readonly Value[], results: readonly Type[]): Value[];
  /** Calls `callback` on the host; results have these types. */
  hostCall(callback: HostCallback, operands: readonly Value[], results: readonly TensorType[], effect: Effect): Value[];
  /** Calls a program that is there as text alone; its functions are included once. */
  include(program: ForeignText, args: readonly Value[]): Value[];
  /** Name of the module's mesh symbol for `mesh`, declared on first use. */
  mesh(mesh: Mesh): string;
  /** Set while the body of a shardMap is lowered. */
  readonly manual: Manual | undefined;
  /** Lowers the body of a shardMap, inside `manual` and what is around it. */
  inManual<R>(manual: Manual, body: () => R): R;
  /** True if the program touches another memory than its devices' own, so that its text says where values lie. */
  readonly namesMemories: boolean;
  /** The platform that the program is compiled for: `cpu`, `cuda`. */
  readonly platform: string;
}

export const typeOf = (a: { readonly shape: readonly number[]; readonly dtype: DType }): TensorType => ({
  kind: "tensor",
  shape: a.shape,
  element: elementOf(a.dtype),
});
