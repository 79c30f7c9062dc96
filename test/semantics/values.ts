// Tensors in and out of the tests of transformations, and the numbers recorded from JAX.
import { tree } from "jorts";
import { type HostTensor, toDevice, toHost } from "jorts/testing";
import { expect } from "vitest";
import type { DType, Tensor } from "../../src/lib/tensor.ts";
import { decode, rawOf, readFixture, type TransformsFixture } from "../fixtures.ts";

const fixture = readFixture("transforms.json");

export const f32 = (...values: number[]): Tensor => toDevice({ shape: [values.length], dtype: "float32", values });
export const scalar = (value: number, dtype: DType = "float32"): Tensor =>
  toDevice({ shape: [], dtype, values: [value] });
export const matrix = (rows: number, values: readonly number[], dtype: DType = "float32"): Tensor =>
  toDevice({ shape: [rows, values.length / rows], dtype, values });
/** The elements, as numbers. */
export const numbers = (t: unknown): number[] => toHost(t as Tensor).values.map(Number);
export const typeOf = (t: Tensor): string => `${t.dtype}[${t.shape}]`;
export const leavesOf = (t: unknown): Tensor[] => tree.leaves(t) as Tensor[];

/** The leaves that JAX gave for `name`. */
export function recorded(kind: "ties" | "derivatives", name: string): HostTensor[] {
  const row = (fixture as TransformsFixture)[kind].find((r) => r.name === name);
  return row!.outputs.map((o) => {
    const t = decode(o);
    return { shape: t.shape, dtype: t.dtype, values: Array.from(rawOf(t), Number) };
  });
}

/** Leaves equal to those recorded, shapes and dtypes too; numbers to 2e-6, as float32 functions differ. */
export function expectRecorded(got: unknown, kind: "ties" | "derivatives", name: string): void {
  const want = recorded(kind, name);
  const leaves = leavesOf(got);
  expect(leaves.map(typeOf)).toEqual(want.map((w) => `${w.dtype}[${w.shape}]`));
  leaves.forEach((leaf, i) => {
    numbers(leaf).forEach((x, j) => {
      const y = Number(want[i]!.values[j]);
      const close = Object.is(x, y) || x === y || Math.abs(x - y) <= 2e-6 * Math.max(1, Math.abs(y));
      expect(close, `${name}: leaf ${i}, element ${j} is ${x}, JAX has ${y}`).toBe(true);
    });
  });
}
