// Sample operands of the rows: drawn from a range, reproducibly.
import type { DType } from "../../src/core/dtype.ts";
import { type HostValue, hostValue, numbers } from "./values.ts";

export interface Sample {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Floats are drawn from [low, high), integers too. */
  readonly low: number;
  readonly high: number;
  /** Given instead of drawn. */
  readonly values?: readonly number[];
}

export const real = (shape: readonly number[], low = -2, high = 2, dtype: DType = "float64"): Sample => ({
  dtype,
  shape,
  low,
  high,
});
export const int = (shape: readonly number[], low = -5, high = 6, dtype: DType = "int32"): Sample => ({
  dtype,
  shape,
  low,
  high,
});
export const bool = (shape: readonly number[]): Sample => ({ dtype: "bool", shape, low: 0, high: 2 });
/** The same values each time. */
export const fixed = (values: readonly number[], shape: readonly number[], dtype: DType = "int32"): Sample => ({
  dtype,
  shape,
  low: 0,
  high: 0,
  values,
});

const sizeOf = (shape: readonly number[]) => shape.reduce((n, d) => n * d, 1);

export function draw({ dtype, shape, low, high, values }: Sample, next: () => number): HostValue {
  if (values) return hostValue(values, shape, dtype);
  const whole = !dtype.startsWith("float") && dtype !== "bfloat16";
  const drawn = Array.from({ length: sizeOf(shape) }, () => {
    const x = low + (high - low) * next();
    return whole ? Math.floor(x) : x;
  });
  return hostValue(drawn, shape, dtype);
}

export const drawAll = (samples: readonly Sample[], seed: number): HostValue[] => {
  const next = numbers(seed);
  return samples.map((s) => draw(s, next));
};
