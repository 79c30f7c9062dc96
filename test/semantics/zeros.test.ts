// Symbolic zeros: derivative work that nothing needs is not in the program.
import { grad, jvp, lax, np, stopGradient, type Tensor } from "jorts";
import { describe, expect, test } from "vitest";
import { readFixture } from "../fixtures.ts";
import { counts, graphOf } from "../transforms/tools.ts";
import { f32, matrix, scalar } from "./values.ts";

const X = () => f32(0.5, -1.25, 2);
const M = () => matrix(2, [1, -0.5, 0.25, 0.75, 2, -1.5]);
const chain = (x: Tensor, y: Tensor) => np.sum(np.sin(x).mul(np.sin(y)));
const stopped = (x: Tensor, y: Tensor) => np.sum(np.sin(x).mul(stopGradient(np.sin(y))));
const dots = (x: Tensor, y: Tensor) => np.sum(x.matmul(y.T).matmul(y));

// biome-ignore lint/suspicious/noExplicitAny: functions of every signature
const programs: Readonly<Record<string, readonly [(...args: any[]) => unknown, () => Tensor]>> = {
  "product-by-first": [grad(chain), X],
  "product-by-both": [grad(chain, { argnums: [0, 1] }), X],
  "stopped-by-both": [grad(stopped, { argnums: [0, 1] }), X],
  "jvp-by-first": [(x: Tensor, y: Tensor) => jvp((v: Tensor) => chain(v, y), [x], [x]), X],
  "dots-by-first": [grad(dots), M],
  "dots-by-both": [grad(dots, { argnums: [0, 1] }), M],
};

describe("no more operations than in JAX", () => {
  for (const { name, counts: want } of readFixture("transforms.json").zeros)
    test(name, () => {
      const [f, make] = programs[name]!;
      const got = counts(graphOf(f, make(), make()));
      for (const [op, n] of Object.entries(want))
        expect(got[op] ?? 0, `${op}: ${JSON.stringify(got)}`).toBeLessThanOrEqual(n);
      // The products and sines are all there.
      expect(got.dot_general ?? 0).toBe(want.dot_general);
    });
});

describe("zeros stay symbolic", () => {
  test("through loops: only carries that depend on the argument have tangents", () => {
    const f = (x: Tensor) => {
      const body = (c: { a: Tensor; i: Tensor }) => [{ a: c.a.mul(x), i: c.i.mul(1.5) }, null] as const;
      return lax.scan(body, { a: x, i: scalar(1) }, null, { length: 3 })[0].a;
    };
    const [loop] = graphOf((x: Tensor) => jvp(f, [x], [np.ones([])])[1], scalar(2)).equations.filter(
      (e) => e.op.name === "scan",
    );
    expect((loop!.params as { carries: number }).carries).toBe(3);
  });
  test("an integer path makes no tangent equations", () => {
    const f = (x: Tensor) => x.mul(np.sum(np.greater(x, 0).astype("int32")));
    const names = counts(
      graphOf(
        grad((x: Tensor) => np.sum(f(x))),
        X(),
      ),
    );
    expect(names.mul ?? 0).toBeLessThanOrEqual(2);
  });
  test("the gradient of a result that does not depend on the argument is a constant", () => {
    const graph = graphOf(
      grad((_x: Tensor) => np.sum(np.ones([2]))),
      X(),
    );
    expect(counts(graph).mul ?? 0).toBe(0);
  });
});
