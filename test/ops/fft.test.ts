// lax.fft: what it lowers to, how it is called, what it refuses. Values and derivatives stand in complex.test.ts.
import { grad, jit, lax, makeJaxpr, np, vmap } from "jorts";
import { describe, expect, it } from "vitest";
import * as hlo from "../../hlo/index.ts";
import { lowerGraph } from "../../src/compile/lower.ts";
import { avalOf } from "../../src/core/aval.ts";
import { DTypeError, ShapeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/index.ts";
import { fft } from "../../src/ops/fft.ts";
import { graphOf } from "./programs.ts";

/** The transforms in the text for `platform`. */
function transforms(platform: string, shape: readonly number[], kind: "IRFFT" | "FFT", lengths: readonly number[]) {
  const graph = graphOf("f", (x) => fft(x!, kind, lengths), [avalOf(shape, "complex64")]);
  const { module } = lowerGraph(graph, {
    name: "f",
    platform,
    partitions: 1,
    inShardings: [null],
    outShardings: [null],
    donated: [false],
    keepUnused: true,
    locations: false,
  });
  return hlo
    .print(module, { form: "pretty" })
    .split("\n")
    .flatMap((line) => /stablehlo\.(?:fft|transpose).*/.exec(line) ?? []);
}

describe("lowering", () => {
  it("is stablehlo.fft", () => {
    expect(transforms("cpu", [2, 3, 4], "FFT", [3, 4])).toEqual([
      "stablehlo.fft %arg0, type = FFT, length = [3, 4] : (tensor<2x3x4xcomplex<f32>>) -> tensor<2x3x4xcomplex<f32>>",
    ]);
    expect(transforms("cpu", [2, 3, 3], "IRFFT", [3, 4])).toEqual([
      "stablehlo.fft %arg0, type = IRFFT, length = [3, 4] : (tensor<2x3x3xcomplex<f32>>) -> tensor<2x3x4xf32>",
    ]);
  });
  it("does an inverse to real by axes where the library asks for more symmetry than NumPy", () => {
    expect(transforms("cuda", [2, 5, 3, 3], "IRFFT", [5, 3, 4]).map((l) => l.replace(/%\w+/g, "%"))).toEqual([
      "stablehlo.transpose %, dims = [0, 3, 1, 2] : (tensor<2x5x3x3xcomplex<f32>>) -> tensor<2x3x5x3xcomplex<f32>>",
      "stablehlo.fft %, type = IFFT, length = [5, 3] : (tensor<2x3x5x3xcomplex<f32>>) -> tensor<2x3x5x3xcomplex<f32>>",
      "stablehlo.transpose %, dims = [0, 2, 3, 1] : (tensor<2x3x5x3xcomplex<f32>>) -> tensor<2x5x3x3xcomplex<f32>>",
      "stablehlo.fft %, type = IRFFT, length = [4] : (tensor<2x5x3x3xcomplex<f32>>) -> tensor<2x5x3x4xf32>",
    ]);
    expect(transforms("cuda", [3], "IRFFT", [4])).toHaveLength(1);
  });
  it("by axes gives the same numbers", () => {
    const x = np.fft.rfftn(np.reshape(np.arange(40, { dtype: "float32" }), [2, 5, 4]));
    const turned = lax.fft(np.transpose(x, [2, 0, 1]), "IFFT", [2, 5]);
    const byAxes = lax.fft(np.transpose(turned, [1, 2, 0]), "IRFFT", [4]);
    expect(np.allclose(byAxes, lax.fft(x, "IRFFT", [2, 5, 4]), { atol: 1e-4 }).item()).toBe(true);
  });
});

describe("lax.fft", () => {
  const x = np.array([1, 2, 3, 4]);
  it("takes names in either case, and makes operands complex", () => {
    expect(lax.fft(x, "fft", [4]).tolist()).toEqual([
      { re: 10, im: 0 },
      { re: -2, im: 2 },
      { re: -2, im: 0 },
      { re: -2, im: -2 },
    ]);
    expect(lax.fft(np.array([1, 2], "int32"), "RFFT", [2]).dtype).toBe("complex64");
    expect(lax.fft(np.array([1, 2], "float64"), "IFFT", [2]).dtype).toBe("complex128");
    expect(lax.fft(x, "FFT", []).dtype).toBe("complex64");
  });
  it("refuses kinds, dtypes and lengths that do not fit", () => {
    const z = np.zeros([3, 4], "complex64");
    expect(() => lax.fft(x, "DCT" as never, [4])).toThrow(/fft: got kind DCT, expected one of FFT, IFFT, RFFT, IRFFT/);
    expect(() => lax.fft(z, "RFFT", [4])).toThrow(DTypeError);
    expect(() => lax.fft(np.zeros(4, "float16"), "RFFT", [4])).toThrow(
      /got float16\[4\] for RFFT, expected float32 or/,
    );
    expect(() => lax.fft(z, "FFT", [5])).toThrow(ShapeError);
    expect(() => lax.fft(z, "FFT", [3, 4, 1, 1])).toThrow(/expected 1 to 3 positive ones/);
    expect(() => lax.fft(z, "IRFFT", [5])).toThrow(/expected last dimensions \[3\].*np\.fft/);
  });
  it("is one operation, forwards, backwards and mapped", () => {
    const power = (t: Tensor) => np.sum(np.square(np.abs(lax.fft(t, "RFFT", [4]))));
    const text = String(makeJaxpr(grad(power))(x));
    expect(text.match(/fft\[/g)).toHaveLength(2);
    expect(text).toContain("kind=IRFFT");
    const rows = np.stack([x, np.ones(4)]);
    const mapped = jit(vmap(grad(power)))(rows);
    expect(np.allclose(mapped.at(0), grad(power)(x)).item()).toBe(true);
  });
});
