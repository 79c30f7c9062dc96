// config.debugNans, debugInfs and disableJit.
import { afterEach, describe, expect, test } from "vitest";
import "../../src/lib/install.ts";
import { config } from "../../src/compile/config.ts";
import {
  ConcretizationTypeError,
  FloatingPointError,
  ShapeError,
  TracerBoolConversionError,
} from "../../src/core/errors.ts";
import { checkpoint } from "../../src/lib/checkpoint.ts";
import { grad } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import * as lax from "../../src/lib/lax.ts";
import * as np from "../../src/lib/np.ts";
import type { Tensor } from "../../src/lib/tensor.ts";
import { vmap } from "../../src/lib/vmap.ts";

afterEach(() => {
  config.debugNans = false;
  config.debugInfs = false;
  config.disableJit = false;
});

const here = /\n {2}at .*debug-config\.test\.ts:\d+:\d+/;

describe("debugNans names the operation and the user's line", () => {
  const minus = np.array(-1);
  const zeros = np.zeros([3]);
  const cases: [string, () => unknown, string][] = [
    ["an operation outside jit", () => np.log(minus), "log"],
    ["a jitted function", () => jit((x: Tensor) => np.log(x).mul(2))(minus), "log"],
    ["0 / 0", () => jit((x: Tensor) => x.div(x))(zeros), "div"],
    ["jit in jit", () => jit((x: Tensor) => jit((y: Tensor) => np.sqrt(y))(x).add(1))(minus), "sqrt"],
    [
      "the turn of a scan",
      () => jit((x: Tensor) => lax.scan((c: Tensor, _: Tensor) => [np.log(c), null], x, np.arange(3))[0])(np.array(1)),
      "log",
    ],
    [
      "a branch",
      () =>
        jit((x: Tensor) =>
          lax.cond(
            x.less(0),
            (v: Tensor) => np.log(v),
            (v: Tensor) => v,
            x,
          ),
        )(minus),
      "log",
    ],
    ["a NaN that was given", () => jit((x: Tensor) => x.mul(2))(np.array(Number.NaN)), "mul"],
    ["a derivative", () => grad((x: Tensor) => np.where(x.greater(0), np.sqrt(x), 0))(np.array(0)), "div"],
    ["a jitted derivative", () => jit(grad((x: Tensor) => np.where(x.greater(0), np.sqrt(x), 0)))(np.array(0)), "div"],
    [
      "jit and checkpoint under grad",
      () => grad((x: Tensor) => jit(checkpoint((y: Tensor) => np.log(y)))(x))(minus),
      "log",
    ],
  ];
  test.each(cases)("%s", (_, run, op) => {
    run();
    config.debugNans = true;
    expect(run).toThrow(FloatingPointError);
    expect(run).toThrow(`invalid value (nan) encountered in ${op}.`);
    expect(run).toThrow(here);
  });
  test("infinities are another question; tracing is not repeated; good values pass", () => {
    let traces = 0;
    const f = jit((x: Tensor) => {
      traces++;
      return np.divide(1, x);
    });
    config.debugNans = true;
    expect(f(zeros).tolist()).toEqual([Infinity, Infinity, Infinity]);
    expect(traces).toBe(1);
    config.debugInfs = true;
    expect(() => f(zeros)).toThrow("invalid value (inf) encountered in div.");
    expect(f(np.ones([3])).tolist()).toEqual([1, 1, 1]);
  });
  test("donated arguments cannot be looked at again", () => {
    config.debugNans = true;
    const f = jit((x: Tensor) => np.log(x), { donateArgnums: 0 });
    expect(() => f(np.full([4], -1))).toThrow(/arguments were donated.*leave out donateArgnums/);
  });
});

describe("disableJit", () => {
  const flip = (x: Tensor) => (Number(x.item()) > 0 ? x : x.neg());
  test("values can be read under jit, in loops and in branches", () => {
    expect(() => jit(flip)(np.array(-2))).toThrow(ConcretizationTypeError);
    config.disableJit = true;
    expect((jit(flip)(np.array(-2)) as Tensor).item()).toBe(2);
    expect((jit(flip) as unknown as (x: number) => Tensor)(-2).item()).toBe(2);
    const seen: unknown[] = [];
    const [c, ys] = lax.scan(
      (c: Tensor, x: Tensor) => {
        seen.push([c.item(), x.item()]);
        return [c.add(x), c];
      },
      0,
      np.array([1, 2, 3]),
      { reverse: true },
    );
    expect([c.item(), ys.tolist(), seen]).toEqual([
      6,
      [5, 3, 0],
      [
        [0, 3],
        [3, 2],
        [5, 1],
      ],
    ]);
    expect(lax.cond(true, flip, (v: Tensor) => v, np.array(-3)).item()).toBe(3);
    expect(lax.switch(7, [(v: Tensor) => v, flip], np.array(-4)).item()).toBe(4);
    expect(
      lax
        .whileLoop(
          (n: Tensor) => Number(n.item()) < 3,
          (n: Tensor) => n.add(1),
          np.array(0),
        )
        .item(),
    ).toBe(3);
    expect(lax.foriLoop(0, 4, (i, s: Tensor) => (i.item() === 2 ? s : s.add(i)), np.array(0)).item()).toBe(4);
    expect(lax.foriLoop(2, 2, (_, s: Tensor) => s, np.array(5)).item()).toBe(5);
    expect(lax.map((x: Tensor) => flip(x), np.array([-1, 2])).tolist()).toEqual([1, 2]);
    expect(() => lax.scan((c: Tensor, x: Tensor) => [c, x], 0, np.zeros([0]))).toThrow(ShapeError);
  });
  test("results are those of jit, derivatives too; statics and trees pass", () => {
    const f = (p: { w: Tensor }, n: number) =>
      lax.scan((c: Tensor, _: Tensor) => [np.sin(c).mul(p.w), c], p.w, np.arange(n))[0];
    const g = jit((p: { w: Tensor }, n: number) => grad((q: { w: Tensor }) => f(q, n))(p), { staticArgnums: 1 });
    const p = { w: np.array(0.7) };
    const compiled = g(p, 3).w.item();
    config.disableJit = true;
    expect(g(p, 3).w.item()).toBeCloseTo(Number(compiled), 6);
  });
  test("vmap still has no values; its loops and branches are traced", () => {
    config.disableJit = true;
    expect(() => vmap(flip)(np.array([1, -1]))).toThrow(ConcretizationTypeError);
    expect(() => vmap((x: Tensor) => (Number(x) > 0 ? x : x.neg()))(np.array([1]))).toThrow(TracerBoolConversionError);
    const f = (x: Tensor) =>
      lax.cond(
        x.greater(0),
        (v: Tensor) => v,
        (v: Tensor) => v.neg(),
        x,
      );
    expect(vmap(f)(np.array([1, -2])).tolist()).toEqual([1, 2]);
    const w = (x: Tensor) =>
      lax.whileLoop(
        (c: Tensor) => c.less(x),
        (c: Tensor) => c.add(1),
        np.array(0),
      );
    expect(vmap(w)(np.array([1, 3])).tolist()).toEqual([1, 3]);
  });
});
