// What an operation declares: everything the rest of the house may ask of it. Only `varying` and `memory` have defaults.
import type { Value } from "../../hlo/module.ts";
import type { Aval, AxisSet, MemorySpace } from "./aval.ts";
import type { LoweringContext } from "./lowering.ts";
import type { Tensor } from "./tensor.ts";

export type Each<T extends readonly unknown[], U> = { readonly [K in keyof T]: U };
export type Maybe = Tensor | null;
/**
 * What running an operation does besides computing its results, from the weakest: `debug` only shows values, and may
 * happen where a transformed program does more than was asked; `ordered` ones happen in program order.
 */
export type Effect = "none" | "debug" | "unordered" | "ordered";

/** Tangent of the result(s) caused by the tangent `t` of one operand; must be linear in `t`. */
export type OperandRule<P, T extends readonly Tensor[]> = (
  t: Tensor,
  operands: T,
  results: readonly Tensor[],
  params: P,
) => Tensor;

/**
 * How results depend on one operand: `none` (derivative zero or undefined), `linear` (jointly linear with the other
 * `linear` operands), `multilinear` (linear when all others are held), or a rule.
 */
export type OperandDerivative<P, T extends readonly Tensor[]> = "none" | "linear" | "multilinear" | OperandRule<P, T>;

/** Derivative rule over all operands at once; a null tangent is zero. */
export type JointRule<P, T extends readonly Tensor[]> = (
  tangents: Each<T, Maybe>,
  operands: T,
  results: readonly Tensor[],
  params: P,
) => readonly Maybe[];

/** For operations that hold graphs: they bind their own primal and tangent parts. */
export interface Structured<P> {
  jvp(
    primals: readonly Tensor[],
    tangents: readonly Maybe[],
    params: P,
  ): readonly [readonly Tensor[], readonly Maybe[]];
  /** As `jvp`, but everything that touches a tangent must be linear equations of it. */
  linearize(
    primals: readonly Tensor[],
    tangents: readonly Maybe[],
    params: P,
  ): readonly [readonly Tensor[], readonly Maybe[]];
}

export type Derivative<P, T extends readonly Tensor[]> =
  | { readonly [K in keyof T]: OperandDerivative<P, T> }
  | { readonly all: "none" | "linear" }
  | { readonly joint: JointRule<P, T> }
  | { readonly structured: Structured<P> };

export interface TransposeInput<P, T extends readonly Tensor[]> {
  /** Cotangents of the results; null is zero. */
  readonly cotangents: readonly Maybe[];
  /** Operands; null where linear. */
  readonly operands: Each<T, Maybe>;
  readonly avals: Each<T, Aval>;
  readonly params: P;
}

/** Cotangents of the linear operands (those given as null); entries of the others are ignored. */
export type Transpose<P, T extends readonly Tensor[]> = (input: TransposeInput<P, T>) => readonly (Maybe | undefined)[];

export interface BatchInput<P, T extends readonly Tensor[]> {
  readonly operands: T;
  /** Where each operand's batch dimension stands; null where it has none. At least one is a number. */
  readonly dims: Each<T, number | null>;
  readonly size: number;
  readonly params: P;
  /** The name of the mapped axis, for collectives. */
  readonly axisName: string | undefined;
  /** The mesh axis that the mapped axis is sharded over, for sharding constraints. */
  readonly spmdAxisName: string | undefined;
}

export interface BatchOutput {
  readonly results: readonly Tensor[];
  readonly dims: readonly (number | null)[];
}

export type Batch<P, T extends readonly Tensor[]> = (input: BatchInput<P, T>) => BatchOutput;

export interface Op<P, T extends readonly Tensor[]> {
  readonly name: string;
  /** Shape, dtype and parameter validation, and the only one; throws ShapeError or DTypeError. */
  readonly shape: (operands: Each<T, Aval>, params: P) => readonly Aval[];
  /**
   * Inside shardMap: over which mesh axes each result may differ between devices, given that of the operands. Left out,
   * a result varies over all axes that an operand varies over; what holds graphs, as these say.
   */
  readonly varying?: (operands: readonly AxisSet[], params: P) => readonly AxisSet[];
  /** In which memory the results lie, given that of the operands. Left out, where all operands lie, scalars aside. */
  readonly memory?: (operands: readonly MemorySpace[], params: P) => MemorySpace;
  readonly derivative: Derivative<P, T>;
  readonly transpose: Transpose<P, T> | null;
  readonly batch: Batch<P, T>;
  readonly effect: Effect | ((params: P) => Effect);
  /** `cheap`: rather computed twice than kept for the backward pass. */
  readonly cost: "cheap" | "costly";
  readonly lower: (c: LoweringContext, operands: Each<T, Value>, params: P) => readonly Value[];
}

// biome-ignore lint/suspicious/noExplicitAny: a graph holds operations of every parameter type
export type AnyOp = Op<any, any>;

const declared: AnyOp[] = [];

/** Declares an operation; its parameters and operands are those of the annotated constant. */
export function defineOp<P, T extends readonly Tensor[]>(op: NoInfer<Op<P, T>>): Op<P, T> {
  declared.push(op);
  return Object.freeze(op) as Op<P, T>;
}

/** All operations of the modules loaded so far; for the table that has a row for each. */
export const declaredOps = (): readonly AnyOp[] => declared;
