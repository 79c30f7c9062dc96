// Device memory: what transformations and loops make is freed with their results.
import { afterEach, beforeEach, expect, test } from "vitest";
import { liveBuffers } from "../../runtime/index.ts";
import { ArrayTensor } from "../../src/compile/array.ts";
import type { AnyFunction } from "../../src/compile/stage.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { flatten } from "../../src/core/tree.ts";
import { checkpoint } from "../../src/lib/checkpoint.ts";
import { customVjp, stopGradient } from "../../src/lib/custom.ts";
import { grad, jvp, linearize, valueAndGrad, vjp } from "../../src/lib/grad.ts";
import { associativeScan, cond, foriLoop, map, scan, whileLoop } from "../../src/lib/loops.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { lt } from "../../src/ops/compare.ts";
import { sin } from "../../src/ops/unary.ts";
import { jit, tensor, total } from "./tools.ts";

const bound = tensor([3], [], "int32");
let before = 0;
beforeEach(() => {
  before = liveBuffers().count;
});
afterEach(() => {
  expect(liveBuffers().count).toBe(before);
});

function free(tree: unknown): void {
  for (const leaf of flatten(tree).leaves) if (leaf instanceof ArrayTensor) leaf.dispose();
}

const f = (x: Tensor): Tensor => total(sin(mul(x, x)));
const rule = customVjp((x: Tensor) => sin(x)).defvjp(
  (x) => [sin(x), x],
  (x: Tensor, ct: Tensor) => [mul(ct, x)],
);

test.each<[string, (x: Tensor) => unknown]>([
  ["grad", grad(f)],
  ["valueAndGrad", (x) => valueAndGrad(f)(x)],
  ["grad of grad", (x) => grad((y: Tensor) => total(grad(f)(y)))(x)],
  ["jvp", (x) => jvp(f, [x], [x])],
  ["vmap", vmap(sin)],
  ["vmap of grad", vmap(grad(f))],
  ["grad by a host array", () => grad(f as AnyFunction)(new Float32Array([1, 2]))],
  ["grad by a number", () => grad(((s: Tensor) => mul(s, s)) as AnyFunction)(2)],
  ["jvp along numbers", () => jvp(((s: Tensor) => mul(s, s)) as AnyFunction, [2], [1])],
  ["vmap over a host array", () => vmap(sin as AnyFunction)(new Float32Array([1, 2]))],
  ["scan", (x) => scan((c, v) => [add(c, v), c], 0, x)],
  ["scan over a host array", () => scan((c, v) => [add(c, v), c], 0, new Float32Array([1, 2]))],
  ["grad of scan", grad((x: Tensor) => scan((c, v) => [add(c, sin(v)), null], 0, x)[0])],
  [
    "cond",
    (x) =>
      cond(
        true,
        (y) => sin(y),
        (y) => y,
        x,
      ),
  ],
  [
    "whileLoop",
    (x) =>
      whileLoop(
        (c) => lt(total(c), 3),
        (c) => add(c, 1),
        x,
      ),
  ],
  ["foriLoop", (x) => foriLoop(0, 3, (_i, c) => sin(c), x)],
  ["foriLoop to a value", (x) => foriLoop(0, bound, (_i, c) => sin(c), x)],
  ["map", (x) => map(sin, x)],
  ["associativeScan", (x) => associativeScan(add, x)],
  ["checkpoint", (x) => grad((y: Tensor) => total(checkpoint(sin)(y)))(x)],
  ["customVjp", (x) => grad((y: Tensor) => total(rule(y)))(x)],
  ["stopGradient", (x) => stopGradient(x)],
])("%s", (_name, run) => {
  const x = tensor([1, 2]);
  free(run(x));
  x.dispose();
});

test("vjp and linearize hold their residuals until they are disposed", () => {
  const x = tensor([1, 2]);
  const [value, pull] = vjp(f, x);
  const [again, push] = linearize(f, x);
  expect(liveBuffers().count).toBeGreaterThan(before + 3);
  // The functions keep what they need, though the argument is gone.
  x.dispose();
  const one = tensor([1], []);
  free(pull(one));
  const ones = tensor([1, 1]);
  free(push(ones));
  free([value, again, one, ones]);
  pull.dispose();
  push.dispose();
});

test("a failing call leaves nothing behind", () => {
  const x = tensor([1, 2]);
  const boom = (_x: Tensor): never => {
    throw new RangeError("mine");
  };
  for (const run of [
    () => grad(boom)(x),
    () => vmap(boom)(x),
    () => scan(boom, x, null, { length: 1 }),
    () => jit(boom)(x),
  ])
    expect(run).toThrow(RangeError);
  x.dispose();
});

test("three hundred turns of a loop that disposes are flat", () => {
  const step = grad((x: Tensor) => total(scan((c) => [sin(c), null], x, null, { length: 3 })[0]));
  let x: Tensor = tensor([1, 2]);
  const counts = new Set<number>();
  for (let i = 0; i < 300; i++) {
    const next = step(x);
    free(x);
    x = next;
    counts.add(liveBuffers().count - before);
  }
  expect([...counts]).toEqual([1]);
  free(x);
});
