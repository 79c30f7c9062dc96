// Changes of dtype: by value, by bits, and to fewer bits.
import { attr } from "../../hlo/attributes.ts";
import { avalOf, longAval } from "../core/aval.ts";
import { bitsOf, type DType, isBigInteger, isComplex, isInexact, itemSize, realOf } from "../core/dtype.ts";
import { DTypeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { roundTo } from "../core/words.ts";
import { moveDim } from "./batching.ts";
import { batchElementwise, rebinder, requireDType } from "./elementwise.ts";
import { stablehlo } from "./unary-family.ts";

/**
 * Change of dtype. To integers: toward zero, NaN to 0, overflow saturates. A complex number that becomes real (or a
 * truth value) loses its imaginary part.
 */
export const convertOp: Op<{ dtype: DType; weakType: boolean }, readonly [Tensor]> = defineOp({
  name: "convert_element_type",
  shape: ([x], { dtype, weakType }) => [avalOf(x.shape, dtype, weakType)],
  // Tangents are strongly typed.
  derivative: [(t, _x, _y, { dtype }) => convert(t, dtype)],
  transpose: ({ cotangents: [ct], avals: [x] }) => [ct && convert(ct, x.dtype)],
  batch: batchElementwise(rebinder(() => convertOp)),
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { dtype }) => {
    const from = c.operands[0]!.dtype;
    if (from === dtype) return [x];
    const type = typeOf(c.results[0]!);
    const source = isComplex(dtype) ? c.operands[0]! : { shape: c.operands[0]!.shape, dtype: realOf(from) };
    const value = source.dtype === from ? x : c.one(stablehlo("real"), [x], typeOf(source));
    if (source.dtype === dtype) return [value];
    if (dtype !== "bool") return [c.one(stablehlo("convert"), [value], type)];
    const zero = c.constant(typeOf(source), isBigInteger(from) ? 0n : 0);
    return [
      c.one(stablehlo("compare"), [value, zero], type, {
        comparison_direction: attr.enum("comparison_direction", "NE"),
      }),
    ];
  },
});

/** `x` as `dtype`, strongly typed; `x` itself when it is that already. */
export function convert(x: Tensor, dtype: DType, weakType = false): Tensor {
  if (x.dtype === dtype && x.weakType === weakType) return x;
  if (x instanceof Literal && typeof x.value === "number") {
    // A strong constant has the digits of its own dtype.
    const value = x.weakType ? x.value : roundTo(x.dtype, x.value);
    if (exactAs(value, dtype)) return new Literal(value, avalOf(x.shape, dtype, weakType));
  }
  return bind1(convertOp, [x], { dtype, weakType });
}

const exactAs = (value: number, dtype: DType): boolean =>
  isInexact(dtype) || (Number.isInteger(value) && itemSize(dtype) === 4 && Math.abs(value) < 2 ** 31 && value >= 0);

/** The same bits as another dtype; a trailing dimension appears or goes when the sizes differ. */
export const bitcastOp: Op<{ dtype: DType }, readonly [Tensor]> = defineOp({
  name: "bitcast_convert_type",
  shape: ([x], { dtype }) => {
    if (isComplex(x.dtype) !== isComplex(dtype) || isComplex(x.dtype)) {
      if (x.dtype === dtype) return [x];
      throw new DTypeError(
        `bitcast_convert_type: got ${longAval(x)} for ${dtype}; complex numbers have no bits of another type. ` +
          "Take their real and imaginary parts first.",
      );
    }
    const [from, to] = [bitsOf(x.dtype), bitsOf(dtype)];
    if (from === to) return [avalOf(x.shape, dtype)];
    if (from > to) return [avalOf([...x.shape, from / to], dtype)];
    if (x.shape.at(-1) !== to / from)
      throw new DTypeError(
        `bitcast_convert_type: got ${longAval(x)}; to ${dtype} the last dimension must be ${to / from}.`,
      );
    return [avalOf(x.shape.slice(0, -1), dtype)];
  },
  derivative: ["none"],
  transpose: null,
  batch: ({ operands: [x], dims: [d], params }) => {
    const front = d === x.ndim - 1 ? 0 : d!;
    const moved = d === front ? x : moveLastToFront(x);
    return { results: [bind1(bitcastOp, [moved], params)], dims: [front] };
  },
  effect: "none",
  cost: "cheap",
  lower: (c, [x]) => [c.one(stablehlo("bitcast_convert"), [x], typeOf(c.results[0]!))],
});

export const bitcast = (x: Tensor, dtype: DType): Tensor => bind1(bitcastOp, [x], { dtype });

const moveLastToFront = (x: Tensor): Tensor => moveDim(x, x.ndim - 1, 0);

/** Rounds to a float format of fewer bits, keeping the dtype. */
export const reducePrecisionOp: Op<{ exponentBits: number; mantissaBits: number }, readonly [Tensor]> = defineOp({
  name: "reduce_precision",
  shape: ([x]) => {
    requireDType("reduce_precision", x, "float");
    return [x];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params }) => [ct && bind1(reducePrecisionOp, [ct], params)],
  batch: batchElementwise(rebinder(() => reducePrecisionOp)),
  effect: "none",
  cost: "cheap",
  lower: (c, [x], { exponentBits, mantissaBits }) => [
    c.one(stablehlo("reduce_precision"), [x], typeOf(c.results[0]!), {
      exponent_bits: attr.i32(exponentBits),
      mantissa_bits: attr.i32(mantissaBits),
    }),
  ],
});

export const reducePrecision = (x: Tensor, exponentBits: number, mantissaBits: number): Tensor =>
  bind1(reducePrecisionOp, [x], { exponentBits, mantissaBits });
