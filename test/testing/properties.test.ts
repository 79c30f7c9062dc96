// forAll tells how to run a failure again; checkSharded, meshes and specs; both modes of checkGrads against each other.
import fc from "fast-check";
import { config, customVjp, devices, type Mesh, makeMesh, np, P, type Tensor } from "jorts";
import {
  CheckError,
  checkGrads,
  checkSharded,
  checkVmap,
  forAll,
  meshes,
  partitionSpecs,
  programs,
  tensorArbitraries,
  toDevice,
} from "jorts/testing";
import { beforeAll, describe, expect, it } from "vitest";

beforeAll(() => {
  config.numCpuDevices = 8;
});
const wave = (...shape: number[]): Tensor =>
  toDevice({
    shape,
    dtype: "float32",
    values: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
  });

/** What a property that fails says. */
function failure(run: () => void): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(CheckError);
    return (error as Error).message;
  }
  throw new Error("it did not fail");
}

describe("forAll", () => {
  it("passes what holds", () => {
    forAll(fc, fc.nat(), (n) => n >= 0, { numRuns: 20 });
  });

  it("prints the smallest value that fails, the reason, and the seed and path that run it again", () => {
    const property = (options: { seed: number; path?: string }) => () =>
      forAll(
        fc,
        programs(fc, { steps: ["sin", "add"] }),
        (p) => {
          if (p.toString().includes("np.sin")) throw new RangeError("a sine");
        },
        options,
      );
    const message = failure(property({ seed: 3 }));
    expect(message).toMatch(/const program = \(a\) => \{\n {2}const b = np\.sin\(a\);/);
    expect(message).toMatch(/a sine\nRun it again with \{ seed: 3, path: "[\d:]+" \}/);
    const [, path] = /path: "([\d:]+)"/.exec(message)!;
    expect(failure(property({ seed: 3, path: path! }))).toContain("failed after 1 run;");
    expect(failure(() => forAll(fc, fc.nat(), (n) => n < 3, { seed: 1 }))).toMatch(
      /\n3\nProperty failed by returning false/,
    );
  });

  it("shows the jaxpr when a check of jorts fails", () => {
    const wrong = customVjp((x: Tensor) => np.sin(x)).defvjp(
      (x) => [np.sin(x), x],
      (x: Tensor, ct: Tensor) => [ct.mul(np.sin(x))],
    );
    const { tensor } = tensorArbitraries(fc);
    const run = () =>
      forAll(
        fc,
        tensor({ shape: [2], dtype: "float64", special: false }),
        (x) => checkGrads(wrong, [toDevice(x)], { modes: ["rev"] }),
        { numRuns: 3, seed: 2 },
      );
    const message = failure(run);
    expect(message).toMatch(/checkGrads: reverse mode of f: .*seed 0/s);
    expect(message).toContain("custom_vjp_call");
  });
});

describe("checkGrads", () => {
  it("holds random programs to numeric derivatives, in both modes and their agreement", () => {
    forAll(
      fc,
      programs(fc, { inputs: [[2], [2, 2]], maxSteps: 3, maxElements: 8 }),
      (p) => checkGrads((...xs: Tensor[]) => p.run(...xs), p.arguments(), { rtol: 1e-4, atol: 1e-5, directions: 1 }),
      { numRuns: 6, seed: 21 },
    );
  });
  it("and random programs to a loop under vmap", () => {
    forAll(
      fc,
      programs(fc, { inputs: [[3]], maxSteps: 3, modes: "forward" }),
      (p) => checkVmap((x: Tensor) => p.run(x), [np.array(wave(2, 3), "float64")]),
      { numRuns: 4, seed: 22 },
    );
  });
});

describe("checkSharded", () => {
  const layer = (p: { w: Tensor; b: Tensor }, x: Tensor) => ({ y: np.tanh(x.matmul(p.w).add(p.b)) });
  const args = () => [{ w: wave(4, 8), b: wave(8) }, wave(2, 4)] as [{ w: Tensor; b: Tensor }, Tensor];
  const mesh = (): Mesh => makeMesh([2, 4], ["x", "y"]);

  it("passes what is the same on one device and on many", () => {
    const inSpecs = [{ w: P(null, "y"), b: P("y") }, P("x")];
    checkSharded(layer, args(), { mesh: mesh(), inSpecs });
    checkSharded(layer, args(), { mesh: mesh(), inSpecs, outSpecs: P("x", "y") });
    checkSharded(layer, args(), { mesh: mesh() });
  });
  it("says how the arguments were split when the results differ", () => {
    const total = (x: Tensor) => np.sum(np.sin(x));
    const x = wave(1 << 14);
    checkSharded(total, [x], { mesh: mesh(), inSpecs: P(["x", "y"]) });
    const message = failure(() => checkSharded(total, [x], { mesh: mesh(), inSpecs: P(["x", "y"]), rtol: 0, atol: 0 }));
    expect(message).toMatch(
      /checkSharded\(total\): over Mesh\(x: 2, y: 4\) with arguments split as P\(\["x", "y"\]\): the result\[element 0\] is/,
    );
    expect(message).toContain("reduce_sum");
  });
  it("refuses specs that do not fit", () => {
    expect(() => checkSharded(layer, args(), { mesh: mesh(), inSpecs: [P("x", "z"), null] })).toThrow(/no axis "z"/);
    expect(() => checkSharded(layer, args(), { mesh: mesh(), inSpecs: [null, P("y")] })).toThrow(/2.*4/);
  });

  it("holds for every mesh and every spec that fits", () => {
    const all = fc
      .constant(null)
      .chain(() =>
        meshes(fc, { devices: devices(), maxAxes: 2 }).chain((m) =>
          fc.tuple(fc.constant(m), partitionSpecs(fc, m, [4, 8]), partitionSpecs(fc, m, [8, 4])),
        ),
      );
    const product = (x: Tensor, y: Tensor) => np.sin(x.matmul(y));
    forAll(fc, all, ([m, a, b]) => checkSharded(product, [wave(4, 8), wave(8, 4)], { mesh: m, inSpecs: [a, b] }), {
      numRuns: 5,
      seed: 4,
    });
  });
});

describe("meshes and specs", () => {
  it("use no more devices than there are; specs split evenly", () => {
    const pair = meshes(fc, { devices: devices() }).chain((m) =>
      fc
        .array(fc.integer({ min: 1, max: 8 }), { maxLength: 3 })
        .chain((shape) => fc.tuple(fc.constant(m), fc.constant(shape), partitionSpecs(fc, m, shape))),
    );
    fc.assert(
      fc.property(pair, ([m, shape, spec]) => {
        expect(m.devices.length).toBeLessThanOrEqual(8);
        const used = shape.flatMap((_, d) => [...spec.axes(d)]);
        expect(new Set(used).size).toBe(used.length);
        shape.forEach((n, d) => {
          const pieces = spec.axes(d).reduce((k, axis) => k * m.size(axis), 1);
          expect(n % pieces).toBe(0);
        });
      }),
      { numRuns: 200, seed: 5 },
    );
    const [smallest] = fc.check(
      fc.property(pair, () => false),
      { seed: 6 },
    ).counterexample![0] as [Mesh];
    expect(smallest.axisSizes).toEqual([1]);
  });
});
