// Derivatives of np's functions in float64 against central differences, and polynomial fits.
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import { jit } from "../../src/lib/jit.ts";
import * as np from "../../src/lib/np.ts";
import { checkGrads } from "../../src/testing/grads.ts";
import "./np-values.ts";

const x = np.array(Float64Array.of(0.3, -1.2, 2.1, 0.7, 1.6, -0.4), { shape: [2, 3] });
const v = np.array(Float64Array.of(0.5, 1.5, -0.75));
const chosen = np.array([true, false, true]);
const ids = np.array([[2], [0]], { dtype: "int32" });

const smooth: readonly (readonly [string, (a: Tensor, b: Tensor) => unknown])[] = [
  ["applied functions", (a) => np.applyAlongAxis((l: Tensor) => np.sin(np.cumsum(l)), 1, a)],
  ["vectorize", (a, b) => np.vectorize((m: Tensor, w: Tensor) => np.dot(m, w), { signature: "(n),(n)->()" })(a, b)],
  ["block and insert", (a, b) => [np.block([[a], [np.expandDims(b, 0)]]), np.insert(a, 1, b, 0)]],
  ["choose and piecewise", (a, b) => [np.choose(ids, [a, np.mul(b, a), b]), np.piecewise(a, [np.less(a, 0)], [np.square, np.exp])]],
  ["compress and unique", (a) => [np.compress(chosen, a, 1), np.unique(a, { size: 8 })]],
  ["corrcoef", (a, b) => np.corrcoef(np.stack([...np.unstack(a), b]))],
  ["cov", (a, b) => np.cov(a, b, { aweights: np.array(Float64Array.of(1, 2, 0.5)) })],
  ["gradient and trapezoid", (a, b) => [np.gradient(a, 0.5, { axis: 1 }), np.trapezoid(a, np.cumsum(np.square(b)))]],
  ["histogram weights", (a) => np.histogram(np.array(Float64Array.of(0, 1, 1, 2, 3, 0)), 3, { weights: np.ravel(a), range: [0, 3] })[0]],
  ["i0 and kaiser", (a, b) => [np.i0(a), np.kaiser(5, np.square(b).at(0))]],
  ["interp", (a, b) => np.interp(a, np.cumsum(np.square(b)), b, { right: "extrapolate" })],
  ["nan-reductions", (a) => [np.nanvar(np.where(np.greater(a, 2), Number.NaN, a)), np.nanmean(a, 0), np.nanprod(a, 1)]],
  ["nanquantile", (a) => np.nanquantile(a, 0.3, 1)],
  ["pad", (a) => [np.pad(a, 1, "mean"), np.pad(a, 2, "linearRamp"), np.pad(a, [0, 4], "reflect", { reflectType: "odd" })]],
  ["partition", (a) => np.partition(a, 1, 1)],
  ["polynomials", (a, b) => [np.polyval(b, a), np.polymul(b, np.ravel(a)), np.polydiv(np.ravel(a), b), np.polyint(b, 2), np.poly(b)]],
  ["polyfit", (a) => np.polyfit(np.array(Float64Array.of(0, 1, 2, 4, 5, 7)), np.ravel(a), 2)],
  ["put", (a, b) => [np.put(a, np.array([1, 4], { dtype: "int32" }), b), np.putAlongAxis(a, ids, 2, 1), np.fillDiagonal(a, b)]],
  ["repeat and roll", (a) => [np.repeat(a, [2, 0, 1], 1), np.roll(a, np.array(2, { dtype: "int32" }), 1)]],
  ["unwrap", (a) => np.unwrap(np.mul(a, 4))],
  ["vander", (a) => np.vander(np.ravel(a), 3)],
  ["frexp and ldexp", (a) => [np.frexp(a)[0], np.ldexp(a, 3)]],
  ["einsum in an order", (a, b) => np.einsum("ij,j,kj->ik", a, b, a, { optimize: "optimal" })],
]; // biome-ignore format: a table

describe("derivatives", () => {
  it.each(smooth)("%s", (_name, f) => {
    checkGrads(f as (a: Tensor, b: Tensor) => Tensor[], [x, v], { directions: 1 });
  });
  it("of the second order", () => {
    checkGrads((a: Tensor) => np.i0(a), [x], { order: 2, directions: 1 });
    checkGrads((a: Tensor) => np.var(a, 0), [x], { order: 2, directions: 1 });
  });
});

describe("polyfit", () => {
  const places = np.array(Float64Array.of(-2, -1, 0, 1, 2, 3));
  const exact = np.polyval(np.array(Float64Array.of(2, -1, 3)), places);
  const close = (t: Tensor, values: readonly number[]) =>
    (np.ravel(t).tolist() as number[]).forEach((y, i) => {
      expect(y).toBeCloseTo(values[i]!, 9);
    });
  it("finds the polynomial that the points lie on", () => {
    close(np.polyfit(places, exact, 2), [2, -1, 3]);
    close(jit((p: Tensor, y: Tensor) => np.polyfit(p, y, 2))(places, exact), [2, -1, 3]);
    const columns = np.stack([exact, np.mul(exact, 2)], 1);
    close(np.polyfit(places, columns, 2), [2, 4, -1, -2, 3, 6]);
    close(np.polyfit(places, exact, 2, { w: np.arange(1, 7, { dtype: "float64" }) }), [2, -1, 3]);
  });
  it("gives residuals and covariance", () => {
    const noisy = np.add(exact, np.array(Float64Array.of(1, -1, 1, -1, 1, -1)));
    const [c, residuals, rank, singular, rcond] = np.polyfit(places, noisy, 2, { full: true }) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const left = np.sum(np.square(np.subtract(np.polyval(c, places), noisy))).item() as number;
    close(residuals, [left]);
    expect([rank.item(), singular.shape, rcond.item()]).toEqual([3, [3], 6 * 2 ** -52]);
    const [, spread] = np.polyfit(places, noisy, 2, { cov: true }) as [Tensor, Tensor];
    const v2 = np.vander(places, 3);
    const inverse = np.linalg.inv(np.matmul(v2.T, v2));
    close(spread, np.ravel(np.mul(inverse, left / 3)).tolist() as number[]);
    const [, unscaled] = np.polyfit(places, noisy, 2, { cov: "unscaled" }) as [Tensor, Tensor];
    close(unscaled, np.ravel(inverse).tolist() as number[]);
  });
});
