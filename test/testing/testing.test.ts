// The checks of jorts/testing find what is wrong and pass what is right; the arbitraries keep their promises.
import fc from "fast-check";
import { checkGrads, checkJit, checkVmap, HostRandom, tensorArbitraries, toDevice, toHost } from "jorts/testing";
import { describe, expect, it } from "vitest";
import { customJvpOp, Rule } from "../../src/control/custom.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { bind1, traceGraph } from "../../src/core/trace.ts";
import { liveBuffers } from "../../src/lib/memory.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { dotGeneral } from "../../src/ops/dot.ts";
import { like } from "../../src/ops/literal.ts";
import { broadcastInDim } from "../../src/ops/shape.ts";
import { exp, sin, square, stopGradientTensor } from "../../src/ops/unary.ts";

const f64 = (...values: number[]): Tensor => toDevice({ shape: [values.length], dtype: "float64", values });

/** x² with the tangent rule `rule`. */
function ruled(x: Tensor, rule: (x: Tensor, t: Tensor) => Tensor): Tensor {
  const options = { what: "rule", ambient: true };
  const { graph } = traceGraph("square", (y) => [square(y!)], [x.aval], options);
  const { graph: jvp } = traceGraph("jvp", (y, t) => [square(y!), rule(y!, t!)], [x.aval, x.aval], options);
  return bind1(customJvpOp, [x], { name: "square", graph, rule: new Rule(() => jvp), captures: 0 });
}

describe("checkGrads", () => {
  it("passes trees, integers beside floats, and two orders", () => {
    const f = (p: { a: Tensor; n: Tensor }, b: Tensor) => ({ y: mul(sin(p.a), exp(b)), n: p.n });
    const n = toDevice({ shape: [2], dtype: "int32", values: [1, 2] });
    checkGrads(f, [{ a: f64(0.3, -1), n }, f64(0.1, 0.2)], { order: 2 });
  });
  it("widens float32 arguments", () => {
    checkGrads(sin, [toDevice({ shape: [2], dtype: "float32", values: [0.1, 0.2] })]);
  });
  it("finds a wrong rule, and prints the mode, the numbers, the seed and the program", () => {
    const wrong = (x: Tensor) => ruled(x, (y, t) => mul(t, y));
    const check = () => checkGrads(wrong, [f64(1, 2)], { seed: 7 });
    expect(check).toThrow(/forward mode of wrong: result 0, element 0 .* differences give .*seed 7/);
    expect(check).toThrow(/args\[0\] = \[1,2\]/);
    expect(check).toThrow(/custom_jvp_call/);
    expect(() => checkGrads(wrong, [f64(1, 2)], { modes: ["rev"] })).toThrow(/reverse mode/);
  });
  it("finds a rule that is right once but wrong at second order", () => {
    // The tangent 2 x t, in which x is held as if it were constant.
    const held = (x: Tensor) => ruled(x, (y, t) => mul(t, mul(stopGradientTensor(y), 2)));
    checkGrads(held, [f64(1, 2)]);
    expect(() => checkGrads(held, [f64(1, 2)], { order: 2 })).toThrow(/order 2/);
  });
  it("leaves no buffer", () => {
    const x = f64(1, 2);
    const { count } = liveBuffers();
    checkGrads(sin, [x]);
    expect(liveBuffers().count).toBe(count);
  });
});

describe("checkJit and checkVmap", () => {
  it("pass what is right, with arguments that are not mapped", () => {
    const f = (x: Tensor, w: Tensor) => ({ y: mul(sin(x), w) });
    const x = toDevice({ shape: [2, 3], dtype: "float32", values: [1, 2, 3, 4, 5, 6] });
    const w = toDevice({ shape: [2], dtype: "float32", values: [1, 2] });
    checkVmap(f, [x, w], { inAxes: [1, null] });
    checkJit(f, [w, w]);
    expect(() => checkVmap(f, [w, w], { inAxes: [null, null] })).toThrow(/no argument is mapped/);
  });
  it("find a function that is different each time it runs", () => {
    let calls = 0;
    const impure = (x: Tensor) => add(x, calls++);
    expect(() => checkJit(impure, [f64(1)])).toThrow(/checkJit\(impure\): the result\[element 0\] is .*, expected/);
    expect(() => checkVmap(impure, [f64(1, 2)])).toThrow(/example 0/);
  });
});

describe("arbitraries", () => {
  const arb = tensorArbitraries(fc);
  it("shapes broadcast to their result", () => {
    fc.assert(
      fc.property(arb.broadcastable(3), ({ shapes, result }) => {
        for (let d = 0; d < result.length; d++) {
          const sizes = shapes.map((s) => s[d - result.length + s.length] ?? 1);
          expect(Math.max(...sizes)).toBe(result[d]);
          expect(sizes.every((n) => n === 1 || n === result[d])).toBe(true);
        }
      }),
    );
  });
  it("contractions fit dot_general", () => {
    fc.assert(
      fc.property(arb.contraction(), ({ left, right, contract, batch }) => {
        const options = { what: "test", ambient: true };
        const zeros = (shape: readonly number[]) => broadcastInDim(like(toDevice(one), 0), shape, []);
        const { graph } = traceGraph(
          "dot",
          () => [dotGeneral(zeros(left), zeros(right), contract, batch)],
          [],
          options,
        );
        const rank = left.length + right.length - 2 * contract[0].length - batch[0].length;
        expect(graph.outputs[0]!.aval.shape.length).toBe(rank);
      }),
      { numRuns: 50 },
    );
  });
  const one = { shape: [], dtype: "float32", values: [1] } as const;
  it("tensors of every dtype go to the device and come back to the bit", () => {
    fc.assert(
      fc.property(arb.tensor({ maxRank: 2 }), (h) => {
        const back = toHost(toDevice(h));
        expect([back.dtype, back.shape]).toEqual([h.dtype, h.shape]);
        back.values.forEach((v, i) => {
          expect(Object.is(v, h.values[i]), `${v} for ${h.values[i]} in ${h.dtype}`).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });
  it("a seed gives one stream", () => {
    const draw = (seed: number) =>
      Array.from(
        { length: 3 },
        (
          (r) => () =>
            r.normal()
        )(new HostRandom(seed)),
      );
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const r = new HostRandom(3);
    const n = Array.from({ length: 20000 }, () => r.normal());
    expect(Math.abs(n.reduce((a, b) => a + b) / n.length)).toBeLessThan(0.03);
    expect(Math.abs(n.reduce((a, b) => a + b * b, 0) / n.length - 1)).toBeLessThan(0.04);
  });
});
