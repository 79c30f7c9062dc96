// fast-check arbitraries for shapes, dtypes and tensors. fast-check is passed in, so that jorts does not depend on it.
import type fastCheck from "fast-check";
import type { Arbitrary } from "fast-check";
import type { DType } from "../lib/tensor.ts";
import type { HostTensor, Scalar } from "./host.ts";

type Shape = readonly number[];

export interface ShapeOptions {
  readonly maxRank?: number;
  readonly minSize?: number;
  readonly maxSize?: number;
}

export interface Contraction {
  readonly left: Shape;
  readonly right: Shape;
  /** Dimensions summed over, of the left and of the right operand. */
  readonly contract: readonly [Shape, Shape];
  /** Dimensions that run along together. */
  readonly batch: readonly [Shape, Shape];
}

export interface TensorOptions extends ShapeOptions {
  readonly shape?: Shape;
  readonly dtype?: DType;
  /** NaN, infinities, zeros of both signs and extreme numbers come too; true by default. */
  readonly special?: boolean;
}

const floats: Readonly<Record<string, readonly number[]>> = {
  float16: [65504, 2 ** -14, 2 ** -24],
  bfloat16: [3.3895313892515355e38, 2 ** -126, 2 ** -133],
  float32: [3.4028234663852886e38, 2 ** -126, 2 ** -149],
  float64: [Number.MAX_VALUE, 2 ** -1022, Number.MIN_VALUE],
};
const integers = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"] as const;
const all: readonly DType[] = ["bool", ...integers, "float16", "bfloat16", "float32", "float64"];

/** All values of an integer dtype lie between these. */
function range(dtype: DType): readonly [bigint, bigint] {
  const bits = BigInt(dtype.replace(/^u?int/, ""));
  return dtype.startsWith("u") ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}

/** Arbitraries made with the caller's fast-check: `tensorArbitraries(fc)`. Tensors are host tensors; see `toDevice`. */
export function tensorArbitraries(fc: typeof fastCheck) {
  const size = ({ minSize = 0, maxSize = 4 }: ShapeOptions) => fc.integer({ min: minSize, max: maxSize });

  const shape = (options: ShapeOptions = {}): Arbitrary<Shape> =>
    fc.array(size(options), { maxLength: options.maxRank ?? 4 });

  const dtype = (...among: readonly DType[]): Arbitrary<DType> => fc.constantFrom(...(among.length > 0 ? among : all));

  /** `count` shapes that broadcast together, and the shape that they broadcast to. */
  const broadcastable = (count = 2, options: ShapeOptions = {}): Arbitrary<{ shapes: Shape[]; result: Shape }> =>
    shape({ ...options, minSize: Math.max(1, options.minSize ?? 1) }).chain((result) => {
      const one = fc
        .tuple(
          fc.integer({ min: 0, max: result.length }),
          fc.array(fc.boolean(), { minLength: result.length, maxLength: result.length }),
        )
        .map(([drop, ones]) => result.map((n, d) => (ones[d] ? 1 : n)).slice(drop));
      // One of them has the whole shape, so that the result is reached.
      return fc
        .tuple(fc.array(one, { minLength: count, maxLength: count }), fc.integer({ min: 0, max: count - 1 }))
        .map(([shapes, whole]) => ({ shapes: shapes.map((s, i) => (i === whole ? result : s)), result }));
    });

  /** Operands of a product that contracts some dimensions and keeps others together, in any order. */
  const contraction = (options: ShapeOptions = {}): Arbitrary<Contraction> => {
    const part = fc.array(size({ minSize: 1, maxSize: 4, ...options }), { maxLength: 2 });
    return fc.record({ batch: part, contract: part, left: part, right: part }).chain((p) => {
      const order = (n: number) => fc.shuffledSubarray([...Array(n).keys()], { minLength: n, maxLength: n });
      const [l, r] = [p.left, p.right].map((own) => [...p.batch, ...p.contract, ...own]) as [number[], number[]];
      return fc.tuple(order(l.length), order(r.length)).map(([a, b]) => {
        const places = (order: readonly number[], from: number, n: number) =>
          Array.from({ length: n }, (_, i) => order.indexOf(from + i));
        const pair = (from: number, n: number) => [places(a, from, n), places(b, from, n)] as const;
        return {
          left: a.map((d) => l[d]!),
          right: b.map((d) => r[d]!),
          batch: pair(0, p.batch.length),
          contract: pair(p.batch.length, p.contract.length),
        };
      });
    });
  };

  /** Elements of a dtype; halves and quarters, and with `special` its edge values. */
  const element = (of: DType, special = true): Arbitrary<Scalar> => {
    if (of === "bool") return fc.boolean();
    const extremes = floats[of];
    if (extremes === undefined) {
      const [min, max] = range(of);
      const low = min < -100n ? -100n : min;
      const near = fc.bigInt({ min: low, max: 100n });
      const any = special ? fc.oneof(near, fc.constantFrom(min, max), fc.bigInt({ min, max })) : near;
      return of.endsWith("64") ? any : any.map(Number);
    }
    const exact = fc.integer({ min: -32, max: 32 }).map((n) => n / 4);
    if (!special) return exact;
    const edges = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      0,
      -0,
      ...extremes,
      ...extremes.map((e) => -e),
    ];
    return fc.oneof({ weight: 3, arbitrary: exact }, { weight: 1, arbitrary: fc.constantFrom(...edges) });
  };

  const tensor = (options: TensorOptions = {}): Arbitrary<HostTensor> =>
    fc
      .tuple(
        options.shape === undefined ? shape(options) : fc.constant(options.shape),
        options.dtype === undefined ? dtype() : fc.constant(options.dtype),
      )
      .chain(([s, d]) => {
        const n = s.reduce((product, k) => product * k, 1);
        const values = fc.array(element(d, options.special ?? true), { minLength: n, maxLength: n });
        return values.map((v) => ({ shape: s, dtype: d, values: v }));
      });

  return { shape, dtype, broadcastable, contraction, element, tensor };
}
