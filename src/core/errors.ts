// The errors that a program's author can cause; each names op, got, expected and remedy.
import { JortsError } from "../../base/errors.ts";

export { JortsError };

/** Shapes that do not fit an operation. */
export class ShapeError extends JortsError {}
/** Element types that do not fit an operation. */
export class DTypeError extends JortsError {}
/** An argument or result whose tree structure or leaf is not usable. */
export class TreeError extends JortsError {}
/** A host value was asked of a traced tensor that has none. */
export class ConcretizationTypeError extends JortsError {}
/** A traced tensor was used as a number or a truth value. */
export class TracerBoolConversionError extends ConcretizationTypeError {}
/** A traced tensor was used as an index or a loop bound of host code. */
export class TracerIntegerConversionError extends ConcretizationTypeError {}
/** A traced tensor was read as an array. */
export class TracerArrayConversionError extends ConcretizationTypeError {}
/** A traced boolean mask was used as an index, which has no static shape. */
export class NonConcreteBooleanIndexError extends ConcretizationTypeError {}
/** A tracer was used after its transformation had ended. */
export class UnexpectedTracerError extends JortsError {}
/** A freed or donated tensor was used. */
export class DeletedBufferError extends JortsError {}
/** A donation that cannot be done. */
export class DonationError extends JortsError {}
/** A sharding that does not fit its mesh or tensor. */
export class ShardingError extends JortsError {}
/** A dimension that does not divide by its mesh axes. */
export class IndivisibleError extends ShardingError {}
/** A collective over an axis that no vmap or shardMap around it binds. */
export class UnboundAxisError extends JortsError {}
/** A derivative that does not exist. */
export class NonDifferentiableError extends JortsError {}

/** An operation gave NaN or infinity while `config.debugNans` or `config.debugInfs` asks for neither. */
export class FloatingPointError extends JortsError {}

/** An exported program that cannot be made, read or used here. */
export class ExportError extends JortsError {}

/** A setting or option with a value that does not fit. */
export class ConfigError extends JortsError {}

/** An invariant of jorts itself is broken. */
export function internal(message: string): never {
  throw new JortsError(`internal: ${message}`);
}
