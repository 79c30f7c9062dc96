// Control flow: scan, cond, switch, whileLoop, foriLoop, map, associativeScan as JAX has them.
import {
  DTypeError,
  grad,
  jit,
  jvp,
  lax,
  makeJaxpr,
  NonDifferentiableError,
  np,
  ShapeError,
  type Tensor,
  TreeError,
  vjp,
  vmap,
} from "jorts";
import { checkGrads } from "jorts/testing";
import { describe, expect, test } from "vitest";
import { counts, find, graphOf } from "../transforms/tools.ts";
import { expectRecorded, f32, matrix, numbers, scalar, typeOf } from "./values.ts";

// biome-ignore lint/suspicious/noExplicitAny: what is passed here is often wrong on purpose
type Any = any;
const f64 = (...values: number[]) => np.array(values, "float64");

describe("scan", () => {
  test("a carry must keep its type; the leaf is named", () => {
    const run = (next: (c: Any) => Any) => () =>
      lax.scan((c: Any) => [next(c), null], { a: scalar(1) }, null, { length: 2 });
    expect(run((c) => ({ a: c.a.astype("int32") }))).toThrow(DTypeError);
    expect(run((c) => ({ a: c.a.astype("int32") }))).toThrow(
      /carry init\.a comes out .* as int32\[\], .* as float32\[\]/,
    );
    expect(run((c) => ({ a: np.stack([c.a, c.a]) }))).toThrow(ShapeError);
    expect(run((c) => [c.a])).toThrow(TreeError);
  });
  test("lengths must agree; the leaf is named", () => {
    const body = (c: Any) => [c, null] as Any;
    expect(() => lax.scan(body, scalar(1), { p: f32(1, 2), q: f32(1, 2, 3) })).toThrow(/xs\.q .* has 3 .*xs\.p has 2/);
    expect(() => lax.scan(body, scalar(1), f32(1, 2), { length: 3 })).toThrow(
      /has 2 elements .* length 3 was asked for/,
    );
  });
  test("linearize finds the carries that become active in later turns", () => {
    // b is touched by x only from the second turn on, c from the third.
    const f = (x: Tensor) => {
      const body = (s: Any) => [{ a: s.a.mul(x), b: s.b.add(s.a), c: s.c.add(s.b) }, null] as Any;
      return (
        lax.scan(body, { a: np.ones([], "float64"), b: np.zeros([], "float64"), c: np.zeros([], "float64") }, null, {
          length: 4,
        }) as Any
      )[0].c;
    };
    // c = 3 + 2x + x² after four turns.
    expect(numbers(grad(f)(scalar(3, "float64")))).toEqual([8]);
    expect(numbers(jvp(f, [scalar(3, "float64")], [scalar(1, "float64")])[1])).toEqual([8]);
    checkGrads(f, [scalar(0.7, "float64")], { order: 2 });
  });
  test("residuals that are the same in every turn are hoisted, the others stacked", () => {
    const f = (w: Tensor, xs: Tensor) =>
      np.sum(
        lax.scan((c: Tensor, x: Tensor) => [np.sin(c.matmul(w.matmul(w))).add(x), null], xs.at(0), xs)[0] as Tensor,
      );
    const graph = graphOf(grad(f), matrix(2, [1, 2, 3, 4]), matrix(3, [1, 2, 3, 4, 5, 6]));
    const [forward, backward] = graph.equations.filter((e) => e.op.name === "scan").map((e) => e.params as Any);
    expect([forward.reverse, backward.reverse]).toEqual([false, true]);
    // w·w once outside the loops; c·(w·w) stacked, not computed again.
    expect(graph.equations.filter((e) => e.op.name === "dot_general")).toHaveLength(1);
    expect(counts(forward.body).dot_general).toBe(2);
    expect(counts(backward.body).sin ?? 0).toBe(0);
    checkGrads(f, [f64(0.5, -0.2, 0.1, 0.3).reshape([2, 2]), f64(1, 2, 3, 4, 5, 6).reshape([3, 2])], { order: 2 });
  });
  test("reverse and unroll change no number", () => {
    const f = (options: Any) => (xs: Tensor) => lax.scan((c, x) => [np.sin(c).mul(x), c], scalar(1), xs, options);
    const xs = f32(0.5, 2, 3, 4, 5);
    const plain = f({})(xs);
    for (const unroll of [2, 3, true]) expect(f({ unroll })(xs).map(numbers)).toEqual(plain.map(numbers));
    const backwards = f({ reverse: true })(np.flip(xs));
    expect([numbers(backwards[0]), numbers(np.flip(backwards[1]))]).toEqual(plain.map(numbers));
  });
});

describe("cond and switch", () => {
  const branches = [np.sin, np.cos, np.exp] as ((x: Tensor) => Tensor)[];
  test("switch clamps its index, plain and batched", () => {
    const at = (i: Tensor) => lax.switch(i, branches, scalar(0));
    const indices = np.array([-5, 0, 1, 2, 9], "int32");
    expect(numbers(vmap(at)(indices))).toEqual([0, 0, 1, 1, 1]);
    expect([-5, 9].map((i) => numbers(jit(at)(scalar(i, "int32")))[0])).toEqual([0, 1]);
  });
  test("forward and reverse, to second order", () => {
    for (const x of [0.3, -0.3])
      checkGrads(
        (y: Tensor) =>
          lax.cond(
            np.greater(y, 0),
            (v) => np.sin(v).mul(v),
            (v) => np.exp(v),
            y,
          ),
        [f64(x).at(0)],
        {
          order: 2,
        },
      );
    checkGrads((y: Tensor) => lax.switch(1, branches, y), [scalar(0.3, "float64")], { order: 2 });
  });
  test("a batched predicate becomes a select over all branches", () => {
    const f = (x: Tensor) => lax.cond(np.greater(x, 0), branches[0]!, branches[1]!, x);
    const names = counts(graphOf(vmap(f), f32(1, -1)));
    expect([names.cond ?? 0, names.sin, names.cos, names.select_n]).toEqual([0, 1, 1, 1]);
    const shared = (p: Tensor, x: Tensor) => lax.cond(p, branches[0]!, branches[1]!, x);
    expect(counts(graphOf(vmap(shared, { inAxes: [null, 0] }), np.ones([], "bool"), f32(1))).cond).toBe(1);
  });
});

describe("whileLoop and foriLoop", () => {
  const growing = (x: Tensor) =>
    lax.whileLoop(
      (c) => np.less(c, 10),
      (c) => c.mul(x),
      x,
    );
  test("forward mode of whileLoop", () => {
    expectRecorded(jvp(growing, [scalar(2)], [scalar(1)]), "derivatives", "while-jvp");
  });
  test("reverse mode of whileLoop throws, and says what to use", () => {
    expect(() => grad(growing)(scalar(2))).toThrow(NonDifferentiableError);
    expect(() => grad(growing)(scalar(2))).toThrow(/number of turns is a value.*lax\.scan, or lax\.foriLoop/s);
  });
  test("foriLoop is reversible with bounds that are JavaScript numbers", () => {
    const f = (x: Tensor, n: number | Tensor) => lax.foriLoop(0, n as number, (_i, c) => c.mul(x), x);
    expect(numbers(grad((x: Tensor) => f(x, 3))(scalar(2)))).toEqual([32]);
    expect(counts(graphOf((x: Tensor) => f(x, 3), scalar(2))).scan).toBe(1);
    expect(() => jit(grad(f, { argnums: 0 }))(scalar(2), scalar(3, "int32"))).toThrow(NonDifferentiableError);
    expect(numbers(jvp((x: Tensor) => f(x, scalar(3, "int32")), [scalar(2)], [scalar(1)])[1])).toEqual([32]);
  });
});

describe("map", () => {
  const xs = () => f32(0, 1, 2, 3, 4, 5, 6);
  test("one at a time, or batchSize together, with what is left at the end", () => {
    const f = (x: Tensor) => ({ y: x.mul(2), s: np.sin(x) });
    const want = lax.map(f, xs());
    for (const batchSize of [1, 2, 3, 7, 100]) {
      const got = lax.map(f, xs(), { batchSize });
      expect([numbers(got.y), typeOf(got.s)]).toEqual([[0, 2, 4, 6, 8, 10, 12], "float32[7]"]);
      numbers(got.s).forEach((v, i) => {
        expect(v).toBeCloseTo(numbers(want.s)[i]!, 6);
      });
    }
  });
  test("with batchSize: a loop over batches, differentiable and traced under jit", () => {
    const f = (ws: Tensor) => np.sum(lax.map((w: Tensor) => np.sin(w).mul(w), ws, { batchSize: 3 }));
    checkGrads(f, [f64(0, 1, 2, 3, 4, 5, 6)]);
    const [loop] = find(graphOf(f, xs()), "scan");
    expect((loop!.params as { length: number }).length).toBe(2);
    expect(numbers(jit(f)(f32(1)))[0]).toBeCloseTo(Math.sin(1), 6);
  });
  test("trees of one length; a whole positive batchSize", () => {
    const both = lax.map(({ a, b }: Any) => a.add(b), { a: f32(1, 2, 3), b: f32(10, 20, 30) }, { batchSize: 2 });
    expect(numbers(both)).toEqual([11, 22, 33]);
    expect(() => lax.map((x: Tensor) => x, xs(), { batchSize: 0 })).toThrow(/got batchSize 0/);
    expect(() => lax.map((t: Any) => t.a, { a: f32(1), b: f32(1, 2) }, { batchSize: 2 })).toThrow(
      /xs\.b .* has 2 elements/,
    );
    expect(() => lax.map((x: Tensor) => x, scalar(1), { batchSize: 2 })).toThrow(/no leading axis/);
  });
});

describe("associativeScan", () => {
  test("suffixes, and the derivative", () => {
    const X = f32(0.5, -1.25, 2);
    const [, pull] = vjp((x: Tensor) => lax.associativeScan((a, b) => a.mul(b), x, { reverse: true }), X);
    expectRecorded(pull(X), "derivatives", "associative-scan");
    pull.dispose();
  });
  test("has depth that grows by logarithm", () => {
    const size = (n: number) =>
      makeJaxpr((x: Tensor) => lax.associativeScan((a, b) => a.mul(b), x))(np.ones([n])).split("\n").length;
    expect(size(64)).toBeLessThan(2 * size(8) + 20);
  });
});
