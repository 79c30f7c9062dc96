// np.fft, and np on complex numbers, against values and derivatives recorded from jax.numpy.
import { jvp, np, type Tensor, vjp } from "jorts";
import { describe, expect, it } from "vitest";
import type { FftNorm } from "../../src/lib/np/fft.ts";
import { decode, type EncodedTensor, type Json, numbersOf, type OpCase, readFixture } from "../fixtures.ts";
import { load } from "./np-values.ts";

const { cases } = readFixture("fft.json");
type F = (...xs: Tensor[]) => Tensor;
const one = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"] as const;
const several = ["fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn"] as const;
const names: Record<string, string> = {
  nan_to_num: "nanToNum",
  less_equal: "lessEqual",
  greater_equal: "greaterEqual",
  not_equal: "notEqual",
};

interface Options {
  readonly [key: string]: Json;
  readonly n: number;
  readonly d: number;
  readonly norm: FftNorm;
}

function functionOf({ op, params }: OpCase): F {
  const p = params as Options;
  if (one.includes(op as "fft")) return (x) => np.fft[op as "fft"](x!, p);
  if (several.includes(op as "fft2")) return (x) => np.fft[op as "fft2"](x!, p as object);
  if (op === "fftfreq" || op === "rfftfreq") return () => np.fft[op](p.n, p.d);
  if (op === "fftshift" || op === "ifftshift") return (x) => np.fft[op](x!, p.axes as number[] | null);
  if (op === "angle") return (x) => np.angle(x!, (p.deg as boolean | undefined) ?? false);
  if (op === "cumsum") return (x) => np.cumsum(x!);
  return (np as unknown as Record<string, F>)[names[op] ?? op]!;
}

/** Within 16 spacings of the largest element. */
function expectNear(got: Tensor, want: EncodedTensor, what: string): void {
  expect([what, got.dtype, [...got.shape]]).toEqual([what, want.dtype, [...want.shape]]);
  const expected = numbersOf(decode(want));
  const values = Array.from(got.bits() as Float32Array, Number);
  const scale = Math.max(1, ...expected.filter(Number.isFinite).map(Math.abs));
  values.forEach((v, i) => {
    const e = expected[i]!;
    if (!Object.is(v, e) && v !== e && !(Math.abs(v - e) <= 16 * 2 ** -23 * scale))
      expect.fail(`${what}: element ${i} is ${v}, expected ${e}`);
  });
}

describe("values and derivatives are JAX's", () => {
  const groups = [...new Set(cases.map((c) => c.op))];
  it.each(groups)("%s", (op) => {
    for (const c of cases.filter((k) => k.op === op)) {
      const f = functionOf(c);
      const inputs = c.inputs.map(load);
      expectNear(f(...inputs), c.outputs[0]!, c.name);
      if (!c.jvp || !c.vjp) continue;
      const [, tangent] = jvp(
        f,
        inputs,
        c.jvp.tangents.map((t) => load(t!)),
      );
      expectNear(tangent, c.jvp.out_tangents[0]!, `${c.name} jvp`);
      const [, pull] = vjp(f, ...inputs);
      expectNear((pull(load(c.vjp.cotangents[0]!)) as Tensor[])[0]!, c.vjp.grads[0]!, `${c.name} vjp`);
    }
  });
});

describe("arguments", () => {
  const x = np.reshape(np.arange(12, { dtype: "float32" }), [3, 4]);
  it("come by position or as options", () => {
    const want = np.fft.fft(x, { n: 5, axis: 0, norm: "ortho" });
    expect(np.arrayEqual(np.fft.fft(x, 5, 0, "ortho"), want).item()).toBe(true);
    expect(np.arrayEqual(np.fft.fftn(x, [5], [0], "ortho"), want).item()).toBe(true);
    expect(np.fft.irfft(np.fft.rfft(x), null, -1).shape).toEqual([3, 4]);
  });
  it("that do not fit are named", () => {
    expect(() => np.fft.fft(x, { n: 0 })).toThrow(/fft: got sizes \[0\], expected positive ones/);
    expect(() => np.fft.fft(x, { axis: 2 })).toThrow(/fft: got axis 2 for a tensor of 2 dimensions/);
    expect(() => np.fft.fftn(x, [1, 2], [0])).toThrow(/2 sizes for 1 axes/);
    expect(() => np.fft.fftn(x, { axes: [0, 0] })).toThrow(/expected different axes/);
    expect(() => np.fft.fft2(x, null, [0])).toThrow(/fft2: got axes \[0\], expected two\. Use fftn/);
    expect(() => np.fft.fft(x, null, -1, "no" as FftNorm)).toThrow(/got norm no, expected "backward"/);
    expect(() => np.fft.rfft(np.astype(x, "complex64"))).toThrow(/got complex64 for RFFT, expected a real dtype/);
    expect(() => np.fft.irfft(np.ones([2, 1]))).toThrow(/irfft: got 0 data points/);
    expect(() => np.fft.fftfreq(0)).toThrow(/fftfreq: got n = 0/);
    expect(() => np.fft.fftn(x, [1, 1, 1])).toThrow(/3 sizes for a tensor of 2 dimensions/);
  });
  it("frequencies take a dtype and a tensor as distance", () => {
    expect(np.fft.fftfreq(4, 0.5, { dtype: "float64" }).tolist()).toEqual([0, 0.5, -1, -0.5]);
    expect(np.fft.rfftfreq(4, np.array(0.5)).tolist()).toEqual([0, 0.5, 1]);
  });
});
