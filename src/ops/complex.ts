// Complex numbers made of parts, taken apart and conjugated. Transposes do not conjugate: ⟨ct, v⟩ is Re(ct · v).
import { avalOf, longAval } from "../core/aval.ts";
import { complexOf, isComplex, realOf } from "../core/dtype.ts";
import { DTypeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { batchElementwise, rebinder, sameAvals } from "./elementwise.ts";
import { zerosLike } from "./literal.ts";
import { neg } from "./unary.ts";

type NoParams = Record<never, never>;
const none: NoParams = Object.freeze({});
type PartOp = Op<NoParams, readonly [Tensor]>;

/** One part of complex numbers. */
function part(name: "real" | "imag", transpose: (ct: Tensor) => Tensor): PartOp {
  const op: PartOp = defineOp({
    name,
    shape: ([x]) => {
      if (!isComplex(x.dtype))
        throw new DTypeError(`${name}: got ${longAval(x)}, expected a complex dtype. Real tensors need no ${name}.`);
      return [avalOf(x.shape, realOf(x.dtype), x.weakType)];
    },
    derivative: ["linear"],
    transpose: ({ cotangents: [ct] }) => [ct && transpose(ct)],
    batch: batchElementwise(rebinder(() => op)),
    effect: "none",
    cost: "cheap",
    lower: (c, [x]) => [c.one(`stablehlo.${name}`, [x], typeOf(c.results[0]!))],
  });
  return op;
}

export const realOp = part("real", (ct) => complex(ct, zerosLike(ct)));
export const imagOp = part("imag", (ct) => complex(zerosLike(ct), neg(ct)));
/** The real part. @throws DTypeError for a tensor that is not complex */
export const real = (x: Tensor): Tensor => bind1(realOp, [x], none);
/** The imaginary part. @throws DTypeError for a tensor that is not complex */
export const imag = (x: Tensor): Tensor => bind1(imagOp, [x], none);

/** `re + i·im` of float32 or float64 parts. */
export const complexOp: Op<NoParams, readonly [Tensor, Tensor]> = defineOp({
  name: "complex",
  shape: (operands) => {
    const a = sameAvals("complex", operands);
    if (a.dtype !== "float32" && a.dtype !== "float64")
      throw new DTypeError(`complex: got ${longAval(a)}, expected float32 or float64. Convert it with astype first.`);
    return [avalOf(a.shape, complexOf(a.dtype), a.weakType)];
  },
  derivative: ["linear", "linear"],
  transpose: ({ cotangents: [ct], operands: [re, im] }) => [
    ct && re === null ? real(ct) : null,
    ct && im === null ? imag(neg(ct)) : null,
  ],
  batch: batchElementwise(rebinder(() => complexOp)),
  effect: "none",
  cost: "cheap",
  lower: (c, operands) => [c.one("stablehlo.complex", operands, typeOf(c.results[0]!))],
});
export const complex = (re: Tensor, im: Tensor): Tensor => bind1(complexOp, [re, im], none);

/** The conjugate, complex also of float32 and float64. */
export const conjOp: Op<NoParams, readonly [Tensor]> = defineOp({
  name: "conj",
  shape: ([x]) => {
    if (!isComplex(x.dtype) && x.dtype !== "float32" && x.dtype !== "float64")
      throw new DTypeError(
        `conj: got ${longAval(x)}, expected a complex dtype, float32 or float64. Convert it with astype first.`,
      );
    return [avalOf(x.shape, complexOf(x.dtype), x.weakType)];
  },
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], avals: [x] }) => [ct && (isComplex(x.dtype) ? conj(ct) : real(ct))],
  batch: batchElementwise(rebinder(() => conjOp)),
  effect: "none",
  cost: "cheap",
  lower: (c, [x]) => {
    const { shape, dtype } = c.results[0]!;
    const type = typeOf({ shape, dtype: realOf(dtype) });
    const [re, im] = isComplex(c.operands[0]!.dtype)
      ? [c.one("stablehlo.real", [x], type), c.one("stablehlo.negate", [c.one("stablehlo.imag", [x], type)], type)]
      : [x, c.constant(type, 0)];
    return [c.one("stablehlo.complex", [re, im], typeOf(c.results[0]!))];
  },
});
export const conj = (x: Tensor): Tensor => bind1(conjOp, [x], none);
