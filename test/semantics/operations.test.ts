// Section D of JAX's semantics: every primitive is there, and the edges of each are JAX's.
import { jit, lax, nn, np, type Tensor } from "jorts";
import { describe, expect, it } from "vitest";

const list = (t: Tensor) => t.tolist();
const i32 = (...values: number[]) => np.array(Int32Array.from(values));
/** The same eagerly and under jit. */
function both(f: () => Tensor): unknown {
  const eager = list(f());
  expect(list(jit(f)())).toEqual(eager);
  return eager;
}
const x = np.array([10, 20, 30]);

describe("edges", () => {
  it("a gather out of bounds clamps on read", () => {
    expect(both(() => x.at(i32(-5, 3, 7, 1)))).toEqual([10, 30, 30, 20]);
  });

  it("a scatter out of bounds is dropped", () => {
    expect(both(() => x.set([i32(3, 1, -4)], np.array([7, 8, 9])))).toEqual([10, 8, 30]);
    expect(both(() => x.addAt([i32(3, 1, 1)], 1))).toEqual([10, 22, 30]);
  });

  it("negative indices count from the end", () => {
    expect(both(() => x.at(i32(-1, -3)))).toEqual([30, 10]);
  });

  it("take fills NaN, or the largest negative integer", () => {
    expect(both(() => np.take(x, i32(0, 3, -1, -4)))).toEqual([10, Number.NaN, 30, Number.NaN]);
    expect(both(() => np.take(i32(1, 2), i32(0, 5)))).toEqual([1, -2147483648]);
    expect(both(() => np.take(x, i32(0, 3, -4), { mode: "clip" }))).toEqual([10, 30, 10]);
    expect(both(() => np.take(x, i32(0, 4, -1), { mode: "wrap" }))).toEqual([10, 20, 30]);
  });

  it("dynamicSlice clamps its start so that the slice fits", () => {
    expect(both(() => lax.dynamicSlice(x, [i32(2).at(0)], [2]))).toEqual([20, 30]);
    expect(both(() => lax.dynamicSlice(x, [i32(-9).at(0)], [2]))).toEqual([10, 20]);
    expect(both(() => lax.dynamicUpdateSlice(x, np.array([1, 2]), [i32(9).at(0)]))).toEqual([10, 1, 2]);
  });

  it("oneHot out of range is zeros", () => {
    expect(both(() => nn.oneHot(i32(1, 3, -1), 3))).toEqual([
      [0, 1, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  it("round goes to the even neighbour from the middle", () => {
    expect(both(() => np.round(np.array([0.5, 1.5, 2.5, -0.5, -1.5])))).toEqual([0, 2, 2, -0, -2]);
  });

  it("NaN becomes the integer 0 and what is too large the nearest end", () => {
    const from = np.array([Number.NaN, 1e20, -1e20, Number.POSITIVE_INFINITY, 2.9, -2.9]);
    expect(both(() => from.astype("int32"))).toEqual([0, 2147483647, -2147483648, 2147483647, 2, -2]);
    expect(both(() => np.array([300, -1, Number.NaN]).astype("uint8"))).toEqual([255, 0, 0]);
  });

  it("argmax and argmin return the first NaN", () => {
    const withNan = np.array([1, Number.NaN, 9, Number.NaN]);
    expect(both(() => np.argmax(withNan))).toBe(1);
    expect(both(() => np.argmin(withNan))).toBe(1);
    expect(both(() => np.argmax(np.array([3, 7, 7])))).toBe(1);
  });

  it("max and min pass NaN on", () => {
    expect(both(() => np.max(np.array([1, Number.NaN, 3])))).toBeNaN();
    expect(both(() => np.maximum(np.array([1, Number.NaN]), np.array([Number.NaN, 2])))).toEqual([
      Number.NaN,
      Number.NaN,
    ]);
  });

  it("lax.rem has the sign of the dividend, np.remainder that of the divisor", () => {
    const a = np.array([5, -5, 5, -5]);
    const b = np.array([3, 3, -3, -3]);
    expect(both(() => lax.rem(a, b))).toEqual([2, -2, 2, -2]);
    expect(both(() => np.remainder(a, b))).toEqual([2, 1, -1, -2]);
    expect(both(() => lax.rem(a.astype("int32"), b.astype("int32")))).toEqual([2, -2, 2, -2]);
  });

  it("integers divided by zero are -1 and their remainder is the dividend", () => {
    expect(both(() => lax.div(i32(7, -7), i32(0, 0)))).toEqual([-1, -1]);
    expect(both(() => lax.rem(i32(7, -7), i32(0, 0)))).toEqual([7, -7]);
  });

  it("softmax of nothing but −inf is NaN", () => {
    const none = np.full([2], Number.NEGATIVE_INFINITY);
    expect(both(() => nn.softmax(none))).toEqual([Number.NaN, Number.NaN]);
    expect(both(() => nn.logsumexp(none))).toBe(Number.NEGATIVE_INFINITY);
  });

  it("sort puts NaN last and keeps -0 and 0 equal", () => {
    expect(both(() => np.sort(np.array([2, Number.NaN, -1, Number.NEGATIVE_INFINITY])))).toEqual([
      Number.NEGATIVE_INFINITY,
      -1,
      2,
      Number.NaN,
    ]);
  });

  it("shifts by the width or more give 0, or the sign", () => {
    expect(both(() => lax.shiftLeft(i32(1, 1), i32(31, 32)))).toEqual([-2147483648, 0]);
    expect(both(() => lax.shiftRightLogical(i32(-1, -1), i32(31, 32)))).toEqual([1, 0]);
    expect(both(() => lax.shiftRightArithmetic(i32(-8, -8), i32(1, 40)))).toEqual([-4, -1]);
  });

  it("clamp needs no order of its ends: the upper one wins", () => {
    expect(both(() => lax.clamp(3, np.array([0, 5, 9]), 1))).toEqual([1, 1, 1]);
  });

  it("integerPow of a negative power is the reciprocal, and 0 ** 0 is 1", () => {
    expect(both(() => lax.integerPow(np.array([2, 4]), -2))).toEqual([0.25, 0.0625]);
    expect(both(() => np.power(np.array([0]), 0))).toEqual([1]);
  });
});

/** The primitives that section D names, as `lax` or `np` spell them. */
const primitives: readonly (readonly [space: object, names: string])[] = [
  [
    lax,
    "add bitwiseAnd bitcastConvertType broadcastInDim concatenate convertElementType cos div dotGeneral erfInv exp gather ge " +
      "integerPow iota log logistic lt max min mul ne neg bitwiseOr pow reduceMax reduceSum reshape rsqrt scan scatterAdd select " +
      "shiftRightLogical sin slice split sqrt square squeeze stopGradient sub transpose whileLoop dynamicSlice " +
      "dynamicUpdateSlice optimizationBarrier shiftLeft bitwiseXor",
  ],
  [
    lax,
    "argmax argmin sort topK cumsum cumprod cummax log1p expm1 tanh tan asin acos atan sinh cosh asinh acosh atanh erf erfc " +
      "lgamma digamma abs sign floor ceil round isFinite bitwiseNot eq gt le clamp pad rev cond reduceMin reduceProd reduceAnd " +
      "reduceOr reducePrecision",
  ],
];

it.each(primitives.flatMap(([space, names]) => names.split(" ").map((name) => [name, space] as const)))(
  "the primitive %s is there",
  (name, space) => {
    expect(typeof (space as Record<string, unknown>)[name]).toBe("function");
  },
);
