// Random small programs: eager, jitted, batched and looped give the same; gradients are numeric ones.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AnyFunction } from "../../src/compile/stage.ts";
import { printGraph } from "../../src/core/print.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { traceDepth } from "../../src/core/trace.ts";
import { checkpoint, checkpointPolicies } from "../../src/lib/checkpoint.ts";
import { grad, jvp } from "../../src/lib/grad.ts";
import { cond, scan, switch_ } from "../../src/lib/loops.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { add, max, mul, sub } from "../../src/ops/binary.ts";
import { gt, select } from "../../src/ops/compare.ts";
import { dot } from "../../src/ops/dot.ts";
import { reduceMax, reduceSum } from "../../src/ops/reduce.ts";
import { broadcastInDim, concatenate, reshape, rev, slice, transpose } from "../../src/ops/shape.ts";
import { cos, exp, logistic, sin, tanh } from "../../src/ops/unary.ts";
import { distance, graphOf, jit, read, tensor, total, wave } from "./tools.ts";

const [R, C] = [2, 3];

/** One instruction: reads earlier values (all of shape [2, 3]) by number, makes a new one. */
type Step = (values: readonly Tensor[], a: number, b: number) => Tensor;

const at = (values: readonly Tensor[], i: number) => values[i % values.length]!;
const unary =
  (f: (x: Tensor) => Tensor): Step =>
  (v, a) =>
    f(at(v, a));
const binary =
  (f: (x: Tensor, y: Tensor) => Tensor): Step =>
  (v, a, b) =>
    f(at(v, a), at(v, b));
const spread = (row: Tensor) => broadcastInDim(row, [R, C], [1]);
const damp = (x: Tensor) => tanh(x);

/** Smooth where random values fall, and bounded, so that numeric derivatives are good. */
const steps: Record<string, Step> = {
  sin: unary(sin),
  cos: unary(cos),
  tanh: unary(tanh),
  logistic: unary(logistic),
  exp: unary((x) => exp(damp(x))),
  add: binary((x, y) => mul(add(x, y), 0.5)),
  sub: binary(sub),
  mul: binary(mul),
  max: binary(max),
  select: binary((x, y) => select(gt(x, y), sin(x), cos(y))),
  sum: unary((x) => damp(spread(reduceSum(x, [0])))),
  most: unary((x) => spread(reduceMax(x, [0]))),
  dot: binary((x, y) => damp(dot(dot(x, transpose(y, [1, 0])), x))),
  move: unary((x) => rev(reshape(transpose(x, [1, 0]), [R, C]), [1])),
  cut: binary((x, y) => concatenate([slice(x, [0, 1], [R, C]), slice(y, [0, 0], [R, 1])], 1)),
  scan: binary((x, y) => scan((c, row) => [tanh(add(mul(c, spread(row)), y)), null], x, y)[0]),
  scanned: binary(
    (x, y) => scan((c, row) => [sin(add(c, row)), mul(c, row)], reduceSum(x, [0]), y, { reverse: true })[1],
  ),
  cond: binary((x, y) =>
    cond(
      gt(total(x), 0.1),
      (p, q) => mul(sin(p), q),
      (p) => cos(p),
      x,
      y,
    ),
  ),
  switch: binary((x, y) =>
    switch_(select(gt(total(y), 0), index(2), index(0)), [sin, (z: Tensor) => mul(z, x), cos], y),
  ),
  checkpoint: binary((x, y) => checkpoint((p: Tensor, q: Tensor) => sin(mul(cos(p), q)))(x, y)),
  saved: binary((x, y) =>
    checkpoint((p: Tensor, q: Tensor) => sin(dot(tanh(dot(p, transpose(q, [1, 0]))), q)), {
      policy: checkpointPolicies.dotsSaveable,
    })(x, y),
  ),
  jit: binary((x, y) => jit((p: Tensor, q: Tensor) => tanh(add(mul(p, q), p)))(x, y)),
};
const index = (i: number) => tensor([i], [], "int32");

interface Program {
  readonly list: readonly (readonly [string, number, number])[];
}
const program: fc.Arbitrary<Program> = fc
  .array(fc.tuple(fc.constantFrom(...Object.keys(steps)), fc.nat(9), fc.nat(9)), { minLength: 1, maxLength: 6 })
  .map((list) => ({ list }));

const run =
  ({ list }: Program) =>
  (x: Tensor, y: Tensor): Tensor => {
    const values = [x, y];
    for (const [name, a, b] of list) values.push(steps[name]!(values, a, b));
    return values.at(-1)!;
  };

const input = (phase: number) => tensor(wave(R * C, phase), [R, C], "float64");
const settings = { numRuns: 12, seed: 20250101 };

const rows = [0, 2, 4].map(input);
const batch = tensor(
  [0, 2, 4].flatMap((phase) => wave(R * C, phase)),
  [3, R, C],
  "float64",
);

describe("a random program", () => {
  test("gives the same eagerly and jitted; vmap equals a loop", () => {
    fc.assert(
      fc.property(program, (p) => {
        const f = run(p);
        const all = (y: Tensor) => [
          ...rows.map((x) => f(x, y)),
          vmap(f, { inAxes: [null, 0], outAxes: 0 })(rows[0]!, batch),
          vmap(f, { inAxes: [0, null] })(batch, y),
        ];
        const [first, second, third, overY, overX] = jit(all)(input(1)).map(read) as number[][];
        expect(distance(first!, read(f(rows[0]!, input(1))))).toBeLessThan(1e-9);
        expect(distance(overX!, [...first!, ...second!, ...third!])).toBeLessThan(1e-9);
        expect(distance(overY!.slice(0, R * C), read(jit(f)(rows[0]!, rows[0]!)))).toBeLessThan(1e-9);
        expect(traceDepth()).toBe(0);
      }),
      settings,
    );
  });

  test("has the numeric gradient in reverse and forward mode, batched and twice", () => {
    const eps = 1e-5;
    fc.assert(
      fc.property(program, (p) => {
        const loss = (x: Tensor, y: Tensor) => total(mul(run(p)(x, y), weights));
        const both = grad(loss as AnyFunction, { argnums: [0, 1] }) as unknown as (
          x: Tensor,
          y: Tensor,
        ) => [Tensor, Tensor];
        const along = (x: Tensor, y: Tensor) => {
          const [gx, gy] = both(x, y);
          return add(total(mul(gx, dx)), total(mul(gy, dy)));
        };
        const everything = (x: Tensor, y: Tensor) => [
          along(x, y),
          loss(add(x, mul(dx, eps)), add(y, mul(dy, eps))),
          loss(sub(x, mul(dx, eps)), sub(y, mul(dy, eps))),
          jvp(loss, [x, y], [dx, dy])[1],
          sliceRow(vmap(along, { inAxes: [0, null] })(batch, y)),
          jvp(along, [x, y], [dx, dy])[1],
          total(mul((grad(along as AnyFunction) as typeof loss)(x, y), dx)),
          total(mul((grad(along as AnyFunction, { argnums: 1 }) as unknown as typeof loss)(x, y), dy)),
        ];
        const values = jit(everything)(rows[0]!, input(1)).map((t) => read(t)[0]!);
        const [symbolic, up, down, tangent, batched, second, secondX, secondY] = values as [number, ...number[]];
        const text = () => printGraph(graphOf(both, rows[0]!, input(1)));
        expect(distance([symbolic], [(up! - down!) / (2 * eps)]), text()).toBeLessThan(1e-5);
        expect(distance([tangent!], [symbolic]), text()).toBeLessThan(1e-9);
        expect(distance([batched!], [symbolic]), text()).toBeLessThan(1e-9);
        expect(distance([second!], [secondX! + secondY!]), text()).toBeLessThan(1e-7);
      }),
      settings,
    );
  });
});

const weights = input(9);
const [dx, dy] = [input(5), input(6)];
const sliceRow = (x: Tensor) => slice(x, [0], [1]);
