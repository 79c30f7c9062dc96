// Complex numbers against JAX: values, derivatives, conversions, refusals, conventions.
import { grad, hessian, jacfwd, jacrev, jit, jvp, lax, linearTranspose, np, vjp, vmap } from "jorts";
import { checkGrads } from "jorts/testing";
import { describe, expect, it } from "vitest";
import { ShapeDtypeStruct } from "../../src/core/struct.ts";
import type { Complex, Tensor, TensorLike } from "../../src/index.ts";
import { testFixture } from "./jax.ts";

testFixture("ops/complex.json");

const c = (re: number, im: number): Complex => ({ re, im });
const z = () => np.array([c(1, 2), c(-0.5, 0.25)]);

describe("on the host", () => {
  it("numbers are { re, im }, data interleaved, and text NumPy's", async () => {
    const t = z();
    expect(t.dtype).toBe("complex64");
    expect(t.tolist()).toEqual([c(1, 2), c(-0.5, 0.25)]);
    expect(t.at(1).item()).toEqual(c(-0.5, 0.25));
    expect(await t.data()).toEqual(Float32Array.of(1, 2, -0.5, 0.25));
    expect(t.bits()).toEqual(Float32Array.of(1, 2, -0.5, 0.25));
    expect(String(t)).toBe("[1+2j, -0.5+0.25j]");
    expect(String(np.array([c(Number.NaN, Number.NEGATIVE_INFINITY), c(0, -0)]))).toBe("[nan-infj, 0-0j]");
    const wide = np.array([[c(0.1, 1e300)]], { dtype: "complex128" });
    expect(await wide.data()).toEqual(Float64Array.of(0.1, 1e300));
    expect(np.array([1, c(0, 1)]).tolist()).toEqual([c(1, 0), c(0, 1)]);
    expect(np.array(Float32Array.of(1, 2), { dtype: "complex64" }).tolist()).toEqual([c(1, 0), c(2, 0)]);
    expect(np.array(c(1, 2)).item()).toEqual(c(1, 2));
  });
  it("a complex number is weak beside tensors, a tree of two numbers as an argument", () => {
    expect(np.multiply(np.array([2]), c(0, 1)).tolist()).toEqual([c(0, 2)]);
    expect(np.multiply(np.array([2], "float64"), c(0, 1)).dtype).toBe("complex128");
    expect(np.asarray(c(0, 1)).weakType).toBe(true);
    expect(jit((p: { re: Tensor; im: Tensor }) => lax.complex(p.re, p.im))(c(1, 2) as never).item()).toEqual(c(1, 2));
    const i = jit((x: Tensor) => np.multiply(x, c(0, 1)));
    expect(i(np.array([1, 2])).tolist()).toEqual([c(0, 1), c(0, 2)]);
  });
  it("goes through literals in a trace", () => {
    const f = jit((x: Tensor) => [
      np.full([2], 3, "complex64"),
      np.multiply(np.astype(x, "complex64"), 2),
      np.zeros(2, "complex128"),
    ]);
    expect((f(np.array([1, -2])) as Tensor[]).map((t) => t.tolist())).toEqual([
      [c(3, 0), c(3, 0)],
      [c(2, 0), c(-4, 0)],
      [c(0, 0), c(0, 0)],
    ]);
  });
  it("says what it cannot be", () => {
    expect(() => np.array([c(1, 2)], { dtype: "float32" })).toThrow(
      /complex number 1 \+ 2i for dtype float32.*complex64/,
    );
    expect(() => Number(np.sum(z()))).toThrow(/a complex number is no real one.*np\.abs/);
    expect(() => np.array([{ re: 1 } as never])).toThrow(/got object at values\[0\], expected a number/);
  });
});

describe("refusals", () => {
  const refused: Record<string, (x: Tensor) => unknown> = {
    lt: (x) => lax.lt(x, x),
    rem: (x) => lax.rem(x, x),
    argmax: (x) => np.argmax(x),
    topK: (x) => np.topK(x, 1),
    floor: np.floor,
    erf: lax.erf,
    clip: (x) => np.clip(x, 0, 1),
    fabs: np.fabs,
    signbit: np.signbit,
    isposinf: np.isposinf,
    bitcast: (x) => lax.bitcastConvertType(x, "int32"),
    floorDivide: (x) => np.floorDivide(x, 2),
    cbrt: np.cbrt,
    complex: (x) => lax.complex(x, x),
  };
  it.each(Object.keys(refused))("%s", (name) => {
    expect(() => refused[name]!(z())).toThrow(/got complex64\[.*expected|complex numbers have no bits/);
  });
  it("parts of real tensors by lax; np gives them", () => {
    expect(() => lax.real(np.array([1]))).toThrow(/real: got float32\[1\], expected a complex dtype/);
    expect(np.real(np.array([1])).tolist()).toEqual([1]);
    expect(np.imag(np.array([1])).tolist()).toEqual([0]);
    expect(lax.conj(np.array([1])).dtype).toBe("complex64");
    expect(np.conj(np.array([1])).dtype).toBe("float32");
    expect([np.iscomplexobj(z()), np.isrealobj(z()), np.iscomplexobj(1), np.iscomplexobj(c(1, 0))]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});

describe("to real numbers", () => {
  it("drops the imaginary part, with a warning that says what to do", async () => {
    const warned = new Promise<string>((resolve) => process.once("warning", (w) => resolve(w.message)));
    expect(z().astype("float32").tolist()).toEqual([1, -0.5]);
    expect(await warned).toMatch(/astype: casting complex64 to float32 discards the imaginary part\. Take np\.real/);
  });
  it("is a truth value: np looks at both parts, lax.convertElementType at the real one", () => {
    const t = np.array([c(0, 1), c(0, 0), c(2, 0)]);
    expect(t.astype("bool").tolist()).toEqual([true, false, true]);
    expect(np.logicalNot(t).tolist()).toEqual([false, true, false]);
    expect(lax.convertElementType(t, "bool").tolist()).toEqual([false, false, true]);
  });
});

describe("derivatives", () => {
  const squaredSize = (x: Tensor) => np.sum(np.square(np.abs(x)));
  it("the gradient of a real function is that of JAX: the conjugate of the steepest direction", () => {
    // f = |z|², so df = Re(2 z̄ dz): jax.grad gives 2 z̄.
    expect(grad(squaredSize)(np.array([c(3, 4)])).tolist()).toEqual([c(6, -8)]);
    expect(grad((x: Tensor) => np.sum(np.real(np.multiply(x, c(1, 2)))))(np.array([c(0, 0)])).tolist()).toEqual([
      c(1, 2),
    ]);
    expect(grad((x: Tensor) => np.sum(np.imag(x)))(np.array([c(0, 0)])).tolist()).toEqual([c(0, -1)]);
  });
  it("holomorphic: the complex derivative", () => {
    const cube = (x: Tensor) => np.multiply(x, np.multiply(x, x));
    const at = np.array(c(1, 2));
    const slope = c(3 * (1 - 4), 12);
    expect(grad(cube, { holomorphic: true })(at).item()).toEqual(slope);
    expect((jacfwd(cube, { holomorphic: true })(at) as Tensor).item()).toEqual(slope);
    expect((jacrev(cube, { holomorphic: true })(at) as Tensor).item()).toEqual(slope);
    expect((hessian(cube, { holomorphic: true })(at) as Tensor).item()).toEqual(c(6, 12));
  });
  it("says which option fits", () => {
    const complexOut = (x: Tensor) => np.sum(np.exp(x));
    expect(() => grad(complexOut)(z())).toThrow(
      /grad: the result is complex64\[\].*real numbers.*holomorphic: true.*vjp/,
    );
    expect(() => jacrev(complexOut)(z())).toThrow(/jacrev: result is complex64|must return real numbers/);
    expect(() => jacfwd(complexOut)(z())).toThrow(/jacfwd: args\[0\] is complex64\[2\].*real arguments.*jvp/);
    expect(() => grad(complexOut, { holomorphic: true })(np.array([1]))).toThrow(
      /holomorphic args\[0\] must be complex, got float32/,
    );
    expect(() => grad(squaredSize, { holomorphic: true })(z())).toThrow(
      /holomorphic the result must be complex, got float32/,
    );
    expect(() => jacfwd(squaredSize, { holomorphic: true })(z())).toThrow(/must be complex, got float32/);
  });
  it("jvp, vjp and linear transposes take complex tangents, and transposes do not conjugate", () => {
    const times = (x: Tensor) => np.multiply(x, c(0, 2));
    expect((jvp(times, [z()], [z()])[1] as Tensor).tolist()).toEqual([c(-4, 2), c(-0.5, -1)]);
    const [, pull] = vjp(times, z());
    expect(pull(z())[0].tolist()).toEqual([c(-4, 2), c(-0.5, -1)]);
    const [turned] = linearTranspose(np.conj as (x: Tensor) => Tensor, new ShapeDtypeStruct([2], "complex64"))(z());
    expect(turned.tolist()).toEqual([c(1, -2), c(-0.5, -0.25)]);
    expect(() => jvp(times, [z()], [np.array([1, 2])])).toThrow(/float32\[2\], expected .*complex64/);
  });
  it("a real argument of a complex computation gets a real gradient", () => {
    const f = (x: Tensor) => np.sum(np.real(np.exp(lax.complex(x, np.multiply(x, 2)))));
    const g = grad(f)(np.array([0.5], "float64"));
    expect(g.dtype).toBe("float64");
    checkGrads(f, [np.array([0.5, -1], "float64")], { order: 2 });
  });
  const functions: Record<string, (x: Tensor, y: Tensor) => TensorLike> = {
    products: (x, y) => np.multiply(np.matmul(x, y), np.conj(np.matmul(y, x))),
    powers: (x, y) => np.divide(np.power(x, 3), np.add(y, c(3, 1))),
    sizes: (x, y) => np.add(np.abs(x), np.angle(np.add(y, 4))),
    functions: (x, y) => np.log(np.add(np.exp(np.sin(x)), np.multiply(np.tanh(y), c(0, 0.5)))),
    reductions: (x, y) => np.add(np.prod(x, 0), np.cumsum(np.sqrt(np.add(y, 4)), 0)),
    hyperbolic: (x, y) => np.add(np.arctan(np.multiply(x, 0.3)), np.arccosh(np.add(y, c(-3, 2)))),
    spectra: (x, y) => np.fft.irfft(np.multiply(np.fft.fft(x), np.fft.ifft(y)), { n: 2 }),
  };
  it.each(Object.keys(functions))("%s agree with differences", (name) => {
    const x = np.array([[c(0.5, 1), c(-0.75, 0.25)], [c(1.5, -0.5), c(0.25, 0.75)]]); // biome-ignore format: matrices
    const y = np.array([[c(1, 0.5), c(0.5, -1)], [c(-0.25, 0.125), c(0.75, 1)]]); // biome-ignore format: matrices
    const order = name === "products" ? 2 : 1;
    checkGrads(functions[name]! as (x: Tensor, y: Tensor) => unknown, [x, y], { order, directions: 1 });
  });
});

it("maps, loops and compiles as any dtype does", () => {
  const f = (x: Tensor) => np.sum(np.multiply(x, np.conj(x)));
  const rows = np.array([[c(1, 1), c(2, 0)], [c(0, 3), c(0, 0)]]); // biome-ignore format: a matrix
  expect(jit(vmap(f))(rows).tolist()).toEqual([c(6, 0), c(9, 0)]);
  const turn = (_i: unknown, x: Tensor) => np.multiply(x, c(0, 1));
  expect(lax.foriLoop(0, 3, turn as never, z() as never)).toMatchObject({ dtype: "complex64" });
  const step = (carry: Tensor, x: Tensor): [Tensor, null] => [np.multiply(carry, x), null];
  const [last] = lax.scan(step, np.array(c(1, 0)), rows.at(0));
  expect(last.item()).toEqual(c(2, 2));
});
