// Host values of tests: made, moved to devices and back, compared by units in the last place.
import { expect } from "vitest";
import { ArrayTensor } from "../../src/compile/array.ts";
import { encodeValues } from "../../src/compile/encoding.ts";
import { fromBytes, moveTo, onDefaultDevice, toBytes } from "../../src/compile/place.ts";
import { avalOf } from "../../src/core/aval.ts";
import { type DType, epsilon, isInexact } from "../../src/core/dtype.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { type FixtureTensor, numbersOf, rawOf } from "../fixtures.ts";

export type HostValue = FixtureTensor;

export const hostValue = (
  values: readonly (number | bigint | boolean)[],
  shape: readonly number[],
  dtype: DType,
): HostValue => ({
  dtype,
  shape,
  bytes: new Uint8Array(encodeValues(values, dtype)),
});

export const toDevice = ({ bytes, shape, dtype }: HostValue): ArrayTensor => fromBytes(bytes, avalOf(shape, dtype));

export function fromDevice(t: Tensor): HostValue {
  const array = t instanceof ArrayTensor ? t : moveTo(t, onDefaultDevice(), false);
  return { dtype: t.dtype, shape: t.shape, bytes: new Uint8Array(toBytes(array)) };
}

/** Floats as integers whose order is that of the floats; neighbours differ by one, both zeros are 0. */
function ordinals(v: HostValue): bigint[] {
  const bits = BigInt(v.bytes.length === 0 ? 8 : (v.bytes.length * 8) / numbersOf(v).length);
  const raw = rawOf(v);
  const words: ArrayLike<number | bigint> =
    raw instanceof Float32Array
      ? new Uint32Array(raw.buffer)
      : raw instanceof Float64Array
        ? new BigUint64Array(raw.buffer)
        : raw;
  const sign = 1n << (bits - 1n);
  return Array.from(words, (w) => {
    const n = BigInt(w);
    return n >= sign ? -(n - sign) : n;
  });
}

/** How far results may be apart. */
export type Tolerance =
  | "exact"
  /** Units in the last place of each element. */
  | { readonly ulp: number }
  /** `epsilons · eps(dtype) · max(|element|, spread · largest finite element, floor)`. */
  | { readonly epsilons: number; readonly spread: number; readonly floor?: number };

/** The first disagreement as a sentence, or undefined. NaN agrees with NaN; an exact zero has a sign. */
export function disagreement(got: HostValue, expected: HostValue, tolerance: Tolerance): string | undefined {
  if (got.dtype !== expected.dtype || got.shape.join() !== expected.shape.join())
    return `got ${got.dtype}[${got.shape}], expected ${expected.dtype}[${expected.shape}]`;
  if (!isInexact(got.dtype)) {
    const [a, b] = [
      Array.from(rawOf(got) as ArrayLike<number | bigint>),
      Array.from(rawOf(expected) as ArrayLike<number | bigint>),
    ];
    const at = a.findIndex((x, i) => x !== b[i]);
    return at < 0 ? undefined : `element ${at}: got ${a[at]}, expected ${b[at]}`;
  }
  const [a, b] = [numbersOf(got), numbersOf(expected)];
  const [oa, ob] = typeof tolerance === "object" && "ulp" in tolerance ? [ordinals(got), ordinals(expected)] : [[], []];
  const scale = Math.max(0, ...b.map(Math.abs).filter(Number.isFinite));
  const agrees = (x: number, y: number, i: number): boolean => {
    if (Object.is(x, y)) return true;
    if (tolerance === "exact" || Number.isNaN(x) || Number.isNaN(y)) return false;
    if ("ulp" in tolerance) return Math.abs(Number(oa[i]! - ob[i]!)) <= tolerance.ulp;
    if (!Number.isFinite(x) || !Number.isFinite(y)) return x === y;
    const size = Math.max(Math.abs(y), scale * tolerance.spread, tolerance.floor ?? 0);
    return Math.abs(x - y) <= tolerance.epsilons * epsilon(got.dtype) * size;
  };
  const at = a.findIndex((x, i) => !agrees(x, b[i]!, i));
  return at < 0 ? undefined : `element ${at}: got ${a[at]}, expected ${b[at]}`;
}

export function expectClose(got: HostValue, expected: HostValue, tolerance: Tolerance, context: () => string): void {
  const problem = disagreement(got, expected, tolerance);
  if (problem !== undefined) expect.fail(`${problem}\n${context()}`);
}

/** Reproducible numbers in [0, 1) that lie on no grid. */
export function numbers(seed: number): () => number {
  let state = (seed * 2654435761 + 88172645) >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
