// StableHLO of complex sines and of the lexicographic order, spelled in real and imaginary parts.
import { attr } from "../../hlo/attributes.ts";
import type { Value } from "../../hlo/module.ts";
import type { TensorType } from "../../hlo/types.ts";
import { isComplex, realOf } from "../core/dtype.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";

const s = (name: string) => `stablehlo.${name}`;
const componentType = (type: TensorType): TensorType => ({
  ...type,
  element: type.element === "complex<f64>" ? "f64" : "f32",
});

function comparing(c: LoweringContext, direction: string, x: Value, y: Value, shape: readonly number[]): Value {
  return c.one(s("compare"), [x, y], typeOf({ shape, dtype: "bool" }), {
    comparison_direction: attr.enum("comparison_direction", direction),
    compare_type: attr.enum("comparison_type", "FLOAT"),
  });
}

/** `x` where it comes before `y` in `direction`, by real part and then by imaginary part; else `y`. */
export function lexicographic(c: LoweringContext, direction: "LT" | "GT", x: Value, y: Value, type: TensorType): Value {
  const part = (name: string, v: Value) => c.one(s(name), [v], componentType(type));
  const [xr, yr] = [part("real", x), part("real", y)];
  const bool = typeOf({ shape: type.shape, dtype: "bool" });
  const which = c.one(
    s("select"),
    [
      comparing(c, "EQ", xr, yr, type.shape),
      comparing(c, direction, part("imag", x), part("imag", y), type.shape),
      comparing(c, direction, xr, yr, type.shape),
    ],
    bool,
  );
  return c.one(s("select"), [which, x, y], type);
}

/** The parts that sines are made of: sin a, cos a, sinh b, cosh b and whether a is 0, for x = a + ib. */
function parts(c: LoweringContext, x: Value) {
  const { shape, dtype } = c.results[0]!;
  const type = typeOf({ shape, dtype: realOf(dtype) });
  const one = (name: string, ...operands: Value[]) => c.one(s(name), operands, type);
  const [a, b] = [one("real", x), one("imag", x)];
  // By expm1, which loses no digits where b is small.
  const [up, down] = [one("exponential_minus_one", b), one("exponential_minus_one", one("negate", b))];
  const two = c.constant(type, 2);
  return {
    one,
    sin: one("sine", a),
    cos: one("cosine", a),
    sinh: one("divide", one("subtract", up, down), two),
    cosh: one("divide", one("add", one("add", up, down), two), two),
    zero: c.constant(type, 0),
    real: comparing(c, "EQ", a, c.constant(type, 0), shape),
    join: (re: Value, im: Value) => c.one(s("complex"), [re, im], typeOf(c.results[0]!)),
  };
}

/** sin(a + ib) = sin a cosh b + i cos a sinh b; the real part is 0 where a is, even if cosh b overflows. */
export function sine(c: LoweringContext, x: Value): Value {
  const type = typeOf(c.results[0]!);
  if (!isComplex(c.results[0]!.dtype)) return c.one(s("sine"), [x], type);
  const p = parts(c, x);
  const im = p.one("multiply", p.cos, p.sinh);
  return c.one(s("select"), [p.real, p.join(p.zero, im), p.join(p.one("multiply", p.sin, p.cosh), im)], type);
}

/** cos(a + ib) = cos a cosh b − i sin a sinh b; the imaginary part is 0 where a is. */
export function cosine(c: LoweringContext, x: Value): Value {
  const type = typeOf(c.results[0]!);
  if (!isComplex(c.results[0]!.dtype)) return c.one(s("cosine"), [x], type);
  const p = parts(c, x);
  const re = p.one("multiply", p.cos, p.cosh);
  const im = p.one("multiply", p.one("negate", p.sin), p.sinh);
  return c.one(s("select"), [p.real, p.join(re, p.zero), p.join(re, im)], type);
}
