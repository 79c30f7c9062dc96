// A derivative rule may call the function whose rule it is, as JAX's own examples do.
import { customJvp, customVjp, grad, jit, jvp, np, type Tensor, vmap } from "jorts";
import { describe, expect, test } from "vitest";

/** log(1 + eˣ): its plain derivative is NaN far out, and the rule's second one only exists through the rule. */
const log1pExp = customJvp((x: Tensor) => np.log(np.add(1, np.exp(x)))).defjvp(([x]: [Tensor], [t]: [Tensor]) => [
  log1pExp(x),
  np.mul(t, np.subtract(1, np.divide(1, np.add(1, np.exp(x))))),
]) as (x: Tensor) => Tensor;

/** sin x · y with the rule of JAX's documentation. */
const sineTimes = customVjp((x: Tensor, y: Tensor) => np.mul(np.sin(x), y)).defvjp(
  (x: Tensor, y: Tensor) => [sineTimes(x, y), [np.cos(x), np.sin(x), y]],
  ([cosX, sinX, y]: Tensor[], ct: Tensor) => [np.mul(np.mul(cosX!, ct), y!), np.mul(sinX!, ct)],
) as (x: Tensor, y: Tensor) => Tensor;

const item = (t: Tensor) => Number(t.item());
const c = (value: number) => np.array(value);

describe("customJvp", () => {
  test("first derivative, forward and reverse", () => {
    expect(item(grad(log1pExp)(c(100)))).toBe(1);
    const [y, t] = jvp(log1pExp, [c(0)], [c(2)]);
    expect(item(y)).toBeCloseTo(Math.LN2, 6);
    expect(item(t)).toBeCloseTo(1, 6);
  });

  test("second derivative", () => {
    expect(item(grad(grad(log1pExp))(c(0)))).toBeCloseTo(0.25, 6);
    expect(item(jit(grad(grad(log1pExp)))(c(0)))).toBeCloseTo(0.25, 6);
  });

  test("over a batch", () => {
    const xs = np.array([0, 100]);
    expect(vmap(grad(log1pExp))(xs).tolist()).toEqual([0.5, 1]);
    expect(item(grad((v: Tensor) => np.sum(vmap(grad(log1pExp))(v)))(xs).at(0))).toBeCloseTo(0.25, 6);
  });
});

describe("customVjp", () => {
  test("gradients by both arguments", () => {
    const [x, y] = [0.5, 3];
    const both = grad(sineTimes, { argnums: [0, 1] })(c(x), c(y)) as unknown as Tensor[];
    expect(item(both[0]!)).toBeCloseTo(Math.cos(x) * y, 6);
    expect(item(both[1]!)).toBeCloseTo(Math.sin(x), 6);
  });

  test("under jit and vmap", () => {
    const g = jit(vmap(grad(sineTimes), { inAxes: [0, null] }));
    const out = g(np.array([0, 0.5]), c(2)).tolist() as number[];
    expect(out[0]).toBeCloseTo(2, 6);
    expect(out[1]).toBeCloseTo(2 * Math.cos(0.5), 6);
  });

  test("second derivative: fwd calls the function, bwd differentiates as written", () => {
    expect(item(grad(grad(sineTimes))(c(0.5), c(3)))).toBeCloseTo(-Math.sin(0.5) * 3, 6);
  });

  test("bwd calls the function too", () => {
    const square = customVjp((x: Tensor) => np.mul(x, x)).defvjp(
      (x: Tensor) => [square(x), x],
      (x: Tensor, ct: Tensor) => [np.mul(np.mul(ct, 2), np.divide(square(x), x))],
    ) as (x: Tensor) => Tensor;
    expect(item(grad(square)(c(3)))).toBe(6);
    expect(item(grad(grad(square))(c(3)))).toBe(2);
  });

  test("functions that close over values: those pass through the inner call", () => {
    const outer = (a: Tensor) => {
      const scaled = customVjp((x: Tensor) => np.mul(x, a)).defvjp(
        (x: Tensor) => [scaled(x), null],
        (_: null, ct: Tensor) => [np.mul(np.mul(ct, a), np.exp(np.mul(a, 0)))],
      ) as (x: Tensor) => Tensor;
      return grad(scaled)(c(2));
    };
    expect(item(outer(np.array(3)))).toBe(3);
    expect(item(jit(outer)(np.array(4)))).toBe(4);
  });

  test("only the rule closes over a value", () => {
    const outer = (a: Tensor) => {
      const same = customVjp((x: Tensor) => np.mul(x, 1)).defvjp(
        (x: Tensor) => [same(x), null],
        (_: null, ct: Tensor) => [np.mul(ct, a)],
      ) as (x: Tensor) => Tensor;
      return np.add(grad(same)(c(2)), grad(same)(c(5)));
    };
    expect(item(jit(outer)(np.array(4)))).toBe(8);
  });

  test("arguments that are not differentiated", () => {
    const clip = customVjp((_lo: number, _hi: number, x: Tensor) => np.mul(x, 1), { nondiffArgnums: [0, 1] }).defvjp(
      (lo: number, hi: number, x: Tensor) => [clip(lo, hi, x), null],
      (lo: number, hi: number, _: null, ct: Tensor) => [np.clip(ct, lo, hi)],
    ) as (lo: number, hi: number, x: Tensor) => Tensor;
    expect(item(grad((x: Tensor) => np.mul(clip(-1, 1, x), 10))(c(3)))).toBe(1);
    expect(item(grad((x: Tensor) => np.mul(clip(-5, 5, x), 10))(c(3)))).toBe(5);
  });
});
