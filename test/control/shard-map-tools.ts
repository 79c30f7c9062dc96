// What the tests of shardMap share: eight virtual devices, a mesh, values and comparisons.
import { config, makeMesh, np, type Tensor } from "jorts";
import { expect } from "vitest";

config.numCpuDevices = 8;
export const mesh = makeMesh([2, 4], ["data", "model"]);
export const list = (t: Tensor) => t.tolist();
export const near = (got: Tensor, want: Tensor, digits = 5) => {
  const [a, b] = [got, want].map((t) => np.ravel(t).tolist() as number[]);
  expect(got.shape).toEqual(want.shape);
  a!.forEach((v, i) => {
    expect(v, `element ${i}`).toBeCloseTo(b![i]!, digits);
  });
};
export const wave = (shape: readonly number[], step = 1) =>
  np.sin(np.mul(np.arange(shape.reduce((a, b) => a * b, 1)).astype("float32"), step)).reshape(shape);
