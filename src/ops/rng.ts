// XLA's own random numbers: bits from a state that is passed along, and uniform numbers from the device's hidden state.
import { attr } from "../../hlo/attributes.ts";
import type { Value } from "../../hlo/module.ts";
import { avalOf, longAval, withShape } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { DTypeError, JortsError, NonDifferentiableError, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op, type OperandDerivative } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, bind1 } from "../core/trace.ts";
import { batchFront } from "./batching.ts";
import { concatenate, reshape, sliceInDim } from "./shape.ts";

export type RngAlgorithm = "default" | "threeFry" | "philox";
const spelled = { default: "DEFAULT", threeFry: "THREE_FRY", philox: "PHILOX" } as const;

export interface RngBitsParams {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly algorithm: RngAlgorithm;
}
type One = readonly [state: Tensor];

const drawn: readonly DType[] = ["uint8", "uint16", "uint32", "uint64"];

/** A state uint32[4] or uint64[2] to the next state and random bits. StableHLO's `rng_bit_generator`. */
export const rngBitsOp: Op<RngBitsParams, One> = defineOp({
  name: "rng_bit_generator",
  shape: ([state], { shape, dtype, algorithm }) => {
    if (!(algorithm in spelled))
      throw new DTypeError(
        `rng_bit_generator: got algorithm "${String(algorithm)}", expected ${Object.keys(spelled).join(", ")}.`,
      );
    if (!drawn.includes(dtype))
      throw new DTypeError(`rng_bit_generator: got dtype ${dtype}, expected ${drawn.join(", ")}.`);
    const words = state.dtype === "uint32" ? 4 : 2;
    if (state.shape.length !== 1 || state.shape[0] !== words || !["uint32", "uint64"].includes(state.dtype))
      throw new DTypeError(`rng_bit_generator: got a state of ${longAval(state)}, expected uint32[4] or uint64[2].`);
    return [state, avalOf(shape, dtype)];
  },
  derivative: { all: "none" },
  transpose: null,
  // As in JAX one draw from the first state serves all, and only that state moves on.
  batch: ({ operands: [state], dims: [d], size, params }) => {
    const states = batchFront(state, d, size);
    const words = states.shape[1]!;
    const first = reshape(sliceInDim(states, 0, 1, 0), [words]);
    const [next, bits] = bind(rngBitsOp, [first], { ...params, shape: [size, ...params.shape] });
    const rest = sliceInDim(states, 1, size, 0);
    return { results: [concatenate([reshape(next!, [1, words]), rest], 0), bits!], dims: [0, 0] };
  },
  effect: "none",
  cost: "cheap",
  lower: (c, [state], { algorithm }) => {
    const wide = typeOf({ shape: [2], dtype: "uint64" });
    const pairs = typeOf({ shape: [2, 2], dtype: "uint32" });
    const own = typeOf(c.operands[0]!);
    const narrow = c.operands[0]!.dtype === "uint32";
    const joined = (v: Value) => c.one("stablehlo.bitcast_convert", [c.one("stablehlo.reshape", [v], pairs)], wide);
    const parted = (v: Value) => c.one("stablehlo.reshape", [c.one("stablehlo.bitcast_convert", [v], pairs)], own);
    const [next, bits] = c.op(
      "stablehlo.rng_bit_generator",
      [narrow ? joined(state) : state],
      [wide, typeOf(c.results[1]!)],
      { rng_algorithm: attr.enum("rng_algorithm", spelled[algorithm]) },
    ) as [Value, Value];
    return [narrow ? parted(next) : next, bits];
  },
});
export function rngBits(state: Tensor, params: RngBitsParams): [next: Tensor, bits: Tensor] {
  const [next, bits] = bind(rngBitsOp, [state], params);
  return [next!, bits!];
}

export interface RngUniformParams {
  readonly shape: readonly number[];
}
type Two = readonly [low: Tensor, high: Tensor];

const refuse: OperandDerivative<RngUniformParams, Two> = () => {
  throw new NonDifferentiableError("rng_uniform: has no derivative, as in JAX. Scale numbers of random.uniform.");
};

/** Uniform numbers in [low, high) from a state that the device keeps: other ones at every run. StableHLO's `rng`. */
export const rngUniformOp: Op<RngUniformParams, Two> = defineOp({
  name: "rng_uniform",
  shape: ([low, high], { shape }) => {
    if (low.dtype !== high.dtype || low.dtype === "bool" || low.dtype.startsWith("complex"))
      throw new DTypeError(
        `rng_uniform: got bounds ${longAval(low)} and ${longAval(high)}, expected one real dtype. Convert with astype.`,
      );
    if (low.shape.length !== 0 || high.shape.length !== 0)
      throw new ShapeError(`rng_uniform: got bounds ${longAval(low)} and ${longAval(high)}, expected scalars.`);
    return [withShape(low.weakType ? high : low, shape)];
  },
  derivative: [refuse, refuse],
  transpose: null,
  batch: () => {
    throw new JortsError("rng_uniform: cannot be batched, as in JAX. Use random.uniform with a key for each example.");
  },
  effect: "none",
  cost: "costly",
  lower: (c, [low, high], { shape }) => {
    const sizes = c.constant({ kind: "tensor", shape: [shape.length], element: "i64" }, shape);
    return [
      c.one("stablehlo.rng", [low, high, sizes], typeOf(c.results[0]!), {
        rng_distribution: attr.enum("rng_distribution", "UNIFORM"),
      }),
    ];
  },
});
export const rngUniform = (low: Tensor, high: Tensor, shape: readonly number[]): Tensor =>
  bind1(rngUniformOp, [low, high], { shape });
