// scan: values, derivatives, what the backward pass keeps, and the size of the program.
import { describe, expect, test } from "vitest";
import type { AnyFunction } from "../../src/compile/stage.ts";
import { shortAval } from "../../src/core/aval.ts";
import type { Graph } from "../../src/core/graph.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { checkpoint } from "../../src/lib/checkpoint.ts";
import { grad, jvp, linearTranspose, vjp } from "../../src/lib/grad.ts";
import { foriLoop, map, type ScanOptions, scan } from "../../src/lib/loops.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { dot } from "../../src/ops/dot.ts";
import { convert, cos, exp, sin, tanh } from "../../src/ops/unary.ts";
import { readFixture } from "../fixtures.ts";
import {
  counts,
  distance,
  expectGradient,
  find,
  graphOf,
  jit,
  lowered,
  numericGradient,
  printed,
  read,
  readAll,
  scalar,
  tensor,
  total,
  waves,
} from "../transforms/tools.ts";

type Unary = (x: Tensor) => Tensor;

/** Two results of a scan as one number, so that carry and stacked results both get cotangents. */
const score = ([c, ys]: readonly [Tensor, Tensor]): Tensor => add(total(sin(c)), total(mul(ys, ys)));

const layer = (c: Tensor, w: Tensor): [Tensor, Tensor] => {
  const next = tanh(dot(c, w));
  return [next, mul(next, c)];
};
const x44 = () => waves([4, 4], 1, "float64");
const w344 = () => waves([3, 4, 4], 0, "float64");

describe("values", () => {
  test.each<[string, ScanOptions]>([
    ["forwards", {}],
    ["reverse", { reverse: true }],
    ["unrolled by 2, with a rest", { unroll: 2 }],
    ["fully unrolled", { unroll: true }],
    ["reverse and unrolled", { reverse: true, unroll: 3 }],
    ["unrolled beyond the length", { unroll: 50 }],
  ])("%s equals a JavaScript loop", (_name, options) => {
    const xs = waves([7, 2], 0, "float64");
    const host = read(xs);
    let carry = [0.5, -0.25];
    const ys: number[] = new Array(14);
    for (let k = 0; k < 7; k++) {
      const i = options.reverse ? 6 - k : k;
      carry = carry.map((c, j) => Math.sin(c) + host[2 * i + j]!);
      carry.forEach((c, j) => {
        ys[2 * i + j] = c * 2;
      });
    }
    const run = (init: Tensor, over: Tensor) =>
      scan((c: Tensor, x: Tensor) => [add(sin(c), x), mul(add(sin(c), x), 2)], init, over, options);
    const init = tensor([0.5, -0.25], [2], "float64");
    for (const [c, y] of [run(init, xs), jit(run)(init, xs)]) {
      expect(distance(read(c), carry)).toBeLessThan(1e-12);
      expect(distance(read(y), ys)).toBeLessThan(1e-12);
    }
  });

  test("no turns give the initial carry and empty results", () => {
    const [c, ys] = scan((c: Tensor, x: Tensor) => [add(c, x), x], scalar(3), tensor([], [0]));
    expect([read(c), read(ys), ys.shape]).toEqual([[3], [], [0]]);
  });

  test("trees, with nothing scanned and nothing stacked", () => {
    const [c, ys] = scan((c: { a: Tensor; b: Tensor }) => [{ a: add(c.a, c.b), b: c.a }, null], { a: 1, b: 0 }, null, {
      length: 10,
    });
    expect([read(c.a), read(c.b), ys]).toEqual([[89], [55], null]);
  });

  test("map keeps the order", () => {
    expect(read(map((x: Tensor) => mul(x, x), tensor([1, 2, 3])))).toEqual([1, 4, 9]);
  });

  test("a body that closes over tensors takes them as operands", () => {
    const w = scalar(3);
    expect(read(scan((c: Tensor, x: Tensor) => [add(mul(c, w), x), null], scalar(1), tensor([1, 2, 3]))[0])).toEqual([
      45,
    ]);
  });

  test("foriLoop with JavaScript bounds", () => {
    expect(read(foriLoop(3, 6, (i, c: Tensor) => add(c, convert(i, "float32")), scalar(0)))).toEqual([12]);
    expect(read(foriLoop(6, 3, (_i, c: Tensor) => add(c, 1), scalar(7)))).toEqual([7]);
  });
});

describe("derivatives", () => {
  test.each<[string, ScanOptions]>([
    ["forwards", {}],
    ["reverse", { reverse: true }],
    ["unrolled", { unroll: 2 }],
  ])("%s", (_name, options) => {
    expectGradient((w, x) => score(scan(layer, x!, w!, options) as [Tensor, Tensor]), [w344(), x44()]);
  });

  test("a carry that becomes active in a later turn", () => {
    const one = () => scalar(1, "float64");
    const f = (x: Tensor) => {
      const [[a, b, c]] = scan(([a, b, c]) => [[mul(a, x), sin(a), add(b, c)], null], [one(), one(), one()], null, {
        length: 4,
      });
      return add(a, mul(b, c));
    };
    expectGradient(f as Unary, [scalar(0.7, "float64")]);
  });

  test("captured outer tracers and closed-over constants", () => {
    const k = waves([4, 4], 3, "float64");
    const f = (w: Tensor, x: Tensor) =>
      total(scan((c: Tensor) => [sin(add(dot(c, w), k)), null], x, null, { length: 3 })[0]);
    expectGradient(f as never, [waves([4, 4], 0, "float64"), x44()]);
  });

  test("integer carries and scanned integers are left alone", () => {
    const f = (x: Tensor) => {
      const start = [scalar(0, "int32"), scalar(1, "float64")] as const;
      const [[, c]] = scan(
        ([i, c], n) => [[add(i, n), mul(c, add(x, convert(i, "float64")))], i],
        start,
        tensor([1, 2, 3], [3], "int32"),
      );
      return c;
    };
    expectGradient(f as Unary, [scalar(0.7, "float64")]);
  });

  test("scan in scan", () => {
    const f = (w: Tensor, x: Tensor) => {
      const inner = (c: Tensor, v: Tensor): [Tensor, Tensor] => [tanh(mul(c, v)), c];
      const outer = (c: Tensor, row: Tensor): [Tensor, Tensor] => {
        const [d, ys] = scan(inner, c, row, { reverse: true });
        return [add(d, c), total(ys)];
      };
      return score(scan(outer, x, w) as [Tensor, Tensor]);
    };
    expectGradient(f as never, [waves([2, 3, 2], 0, "float64"), waves([2], 1, "float64")]);
  });

  test("foriLoop with JavaScript bounds is reversible", () => {
    const f = (x: Tensor) => total(foriLoop(0, 4, (i, c) => mul(sin(c), add(convert(i, "float64"), 1)), x));
    expectGradient(f as Unary, [scalar(0.4, "float64")]);
  });

  test("forward mode equals reverse mode", () => {
    const f = (w: Tensor, x: Tensor) => score(scan(layer, x, w) as [Tensor, Tensor]);
    const args: [Tensor, Tensor] = [w344(), x44()];
    const direction: [Tensor, Tensor] = [waves([3, 4, 4], 5, "float64"), waves([4, 4], 6, "float64")];
    const [, dy] = jvp(f, args, direction);
    const gradients = readAll(grad(f as AnyFunction, { argnums: [0, 1] })(...args));
    const inner = gradients.reduce((n, g, i) => n + g.reduce((m, v, j) => m + v * read(direction[i])[j]!, 0), 0);
    expect(distance(read(dy), [inner])).toBeLessThan(1e-10);
  });

  test("grad of grad, and forward over reverse", () => {
    const f = (x: Tensor): Tensor => total(scan((c: Tensor) => [sin(mul(c, x)), null], x, null, { length: 3 })[0]);
    const x = waves([2], 1, "float64");
    const numeric = numericGradient((y) => total(grad(f)(y!)), [x])[0]!;
    expect(distance(read(grad((y: Tensor) => total(grad(f)(y)))(x)), numeric)).toBeLessThan(1e-6);
    const ones = tensor([1, 1], [2], "float64");
    expect(distance(read(jvp(grad(f), [x], [ones])[1]), numeric)).toBeLessThan(1e-6);
  });

  test("vmap of the gradient and the gradient of vmap", () => {
    const f = (w: Tensor, x: Tensor) => total(scan((c: Tensor, wi: Tensor) => [tanh(dot(c, wi)), null], x, w)[0]);
    const w = w344();
    const xs = waves([5, 4], 1, "float64");
    const each = grad(f as AnyFunction, { argnums: 1 }) as (w: Tensor, x: Tensor) => Tensor;
    const loop = Array.from({ length: 5 }, (_, i) =>
      read(each(w, tensor(read(xs).slice(4 * i, 4 * i + 4), [4], "float64"))),
    );
    expect(distance(read(vmap(each, { inAxes: [null, 0] })(w, xs)), loop.flat())).toBeLessThan(1e-12);
    const summed = (v: Tensor) => total(vmap((x: Tensor) => f(w, x))(v));
    expect(distance(read(grad(summed)(xs)), loop.flat())).toBeLessThan(1e-12);
  });

  test("a linear loop is transposed beside the counters in its carry", () => {
    const weigh = (x: Tensor) => foriLoop(1, 4, (i, c) => mul(c, convert(i, "float32")), x);
    expect(readAll(linearTranspose(weigh as AnyFunction, scalar(0))(scalar(2)))).toEqual([[12]]);
    const counted = (x: Tensor) =>
      scan(([i, c]) => [[add(i, 1), mul(c, convert(i, "float32"))], null], [scalar(1, "int32"), x], null, {
        length: 3,
      })[0][1];
    expect(readAll(linearTranspose(counted as AnyFunction, scalar(0))(scalar(2)))).toEqual([[12]]);
    expect(read(grad(counted)(scalar(2)))).toEqual([6]);
  });
});

describe("what the backward pass keeps", () => {
  /** The types of results that the forward scan stacks for the backward one. */
  function stacked(f: AnyFunction, ...args: unknown[]): string[] {
    const [forward] = find(graphOf(f, ...args), "scan");
    return forward!.results.slice(forward!.params.carries).map((r) => shortAval(r.aval));
  }
  const loss = (body: (c: Tensor, w: Tensor) => [Tensor, null]) => (w: Tensor, x: Tensor) => total(scan(body, x, w)[0]);
  const plain = loss((c, w) => [sin(dot(c, w)), null]);

  test("slices of scanned tensors are read again", () => {
    // The carry that the product needs, and cos; no weight.
    expect(
      stacked(
        grad(plain as AnyFunction, { argnums: [0, 1] }),
        waves([3, 4, 8].map((d) => d && 4) as number[]),
        waves([2, 4]),
      ),
    ).toEqual(["f32[4,2,4]", "f32[4,2,4]"]);
  });

  test("widened bf16 weights are never stacked", () => {
    const mixed = loss((c, w) => [sin(dot(c, convert(w, "float32"))), null]);
    const w = waves([6, 4, 4], 0, "bfloat16");
    const program = grad(mixed as AnyFunction, { argnums: 1 });
    expect(stacked(program, w, waves([2, 4]))).toEqual(["f32[6,2,4]"]);
    const [, backward] = find(graphOf(program, w, waves([2, 4])), "scan");
    const xs = backward!.operands.slice(backward!.params.consts + backward!.params.carries);
    expect(xs.map((o) => shortAval(o.aval))).toContain("bf16[6,4,4]");
    expect(counts(backward!.params.body).convert_element_type).toBe(1);
  });

  test("so too inside a jit of their own", () => {
    const step = jit((c: Tensor, w: Tensor) => sin(dot(c, convert(w, "float32"))));
    const mixed = loss((c, w) => [step(c, w), null]);
    expect(stacked(grad(mixed as AnyFunction, { argnums: 1 }), waves([6, 4, 4], 0, "bfloat16"), waves([2, 4]))).toEqual(
      ["f32[6,2,4]"],
    );
  });

  test("values that are the same in every turn are computed once outside", () => {
    const f = (w: Tensor, x: Tensor) =>
      total(scan((c: Tensor) => [mul(c, dot(w, w)), null], x, null, { length: 5 })[0]);
    const program = grad(f as AnyFunction, { argnums: 1 });
    expect(stacked(program, waves([4, 4]), waves([4, 4]))).toEqual([]);
    expectGradient(f as never, [waves([2, 2], 0, "float64"), waves([2, 2], 1, "float64")]);
  });

  test("a residual that the body returns anyway is stacked once", () => {
    const f = (x: Tensor) => {
      const [c, ys] = scan(
        (c) => {
          const next = exp(c);
          return [next, next];
        },
        x,
        null,
        { length: 3 },
      );
      return add(total(c), total(ys));
    };
    const [forward] = find(graphOf(grad(f), waves([2], 0, "float64")), "scan");
    expect(forward!.params.body.outputs.length).toBe(2);
    expectGradient(f as Unary, [waves([2], -2, "float64")]);
  });

  test("cheap chains are computed again where that keeps less", () => {
    const f = (x: Tensor) => total(scan((c: Tensor) => [sin(exp(cos(mul(c, c)))), null], x, null, { length: 3 })[0]);
    expect(stacked(grad(f), waves([4]))).toEqual(["f32[3,4]"]);
  });
});

describe("the program", () => {
  const stack = (w: Tensor, x: Tensor) => total(scan((c: Tensor, wi: Tensor) => [sin(dot(c, wi)), null], x, w)[0]);
  const shown = (name: string) => readFixture("tracing.json").loops.find((row) => row.name === name)!.counts;

  test("has the size of one turn, whatever the length", () => {
    const size = (n: number) =>
      lowered(grad(stack as AnyFunction, { argnums: [0, 1] }), waves([n, 4, 4]), waves([4, 4])).split("\n").length;
    expect(size(200)).toBe(size(2));
    const forward = lowered(stack, waves([100, 4, 4]), waves([4, 4]));
    expect(forward.match(/func\.func private/g)).toHaveLength(1);
    expect(forward.match(/stablehlo\.dot_general/g)).toHaveLength(1);
  });

  test("has JAX's numbers of products and loops", () => {
    const x = waves([4, 4]);
    const w = waves([3, 4, 4]);
    const same = (graph: Graph, name: string, keys: readonly string[]) => {
      const got = counts(graph);
      const want = shown(name);
      for (const key of keys) expect([key, got[key]]).toEqual([key, want[key]]);
    };
    const keys = ["dot_general", "scan", "sin"];
    same(graphOf(stack, w, x), "scan/forward", keys);
    same(graphOf(grad(stack as AnyFunction), w, x), "scan/grad", [...keys, "cos", "mul"]);
    const body = checkpoint((c: Tensor, wi: Tensor): [Tensor, null] => [sin(dot(c, wi)), null]);
    const remat = (v: Tensor, y: Tensor) => total(scan(body, y, v)[0]);
    same(graphOf(grad(remat as AnyFunction), w, x), "scan/grad-of-checkpoint", ["dot_general", "scan", "cos"]);
    same(graphOf(vmap(stack, { inAxes: [null, 0] }), w, waves([2, 4, 4])), "scan/vmap", keys);
    const doubled = (n: Tensor | number) => (y: Tensor) => foriLoop(0, n, (_i, c) => mul(c, 2), y);
    same(graphOf(doubled(5), x), "fori/concrete-bounds", ["add", "mul", "scan"]);
    same(
      graphOf((n: Tensor, y: Tensor) => doubled(n)(y), scalar(5, "int32"), x),
      "fori/traced-bound",
      ["add", "lt", "mul", "while"],
    );
  });

  test("traces the body once", () => {
    let traced = 0;
    const f = (x: Tensor) =>
      scan(
        (c: Tensor) => {
          traced++;
          return [sin(c), null];
        },
        x,
        null,
        { length: 5 },
      )[0];
    jit(f)(tensor([1]));
    expect(traced).toBe(1);
  });

  test("one function for one body, however often it is scanned", () => {
    const body = (c: Tensor): [Tensor, null] => [sin(c), null];
    const twice = (x: Tensor) => scan(body, scan(body, x, null, { length: 3 })[0], null, { length: 4 })[0];
    expect(lowered(twice, tensor([1])).match(/func\.func private/g)).toHaveLength(1);
  });

  test("prints its body", () => {
    const f = (w: Tensor, x: Tensor) => scan((c: Tensor, wi: Tensor) => [mul(c, wi), sin(c)], x, w);
    expect(
      printed((w: Tensor, x: Tensor) => vjp(f as AnyFunction, w, x)[0], tensor([1, 2]), scalar(1)),
    ).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[2] b:f32[]. let
          c:f32[] d:f32[2] e:f32[2] = scan[consts=0 carries=1 length=2 reverse=false unroll=1
            body={ lambda ; a:f32[] b:f32[]. let
                c:f32[] = mul a b
                d:f32[] = sin a
              in (c, d, a) }
          ] b a
        in (c, d) }"
    `);
    expect(
      printed(grad(((w: Tensor, x: Tensor) => f(w, x)[0]) as AnyFunction), tensor([1, 2]), scalar(1)),
    ).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[2] b:f32[]. let
          c:f32[] d:f32[2] e:f32[2] = scan[consts=0 carries=1 length=2 reverse=false unroll=1
            body={ lambda ; a:f32[] b:f32[]. let
                c:f32[] = mul a b
                d:f32[] = sin a
              in (c, d, a) }
          ] b a
          f:f32[] g:f32[2] = scan[consts=0 carries=1 length=2 reverse=true unroll=1
            body={ lambda ; a:f32[] b:f32[] c:f32[]. let
                d:f32[] = cos c
                e:f32[] = mul a c
                f:f32[] = mul a b
              in (f, e) }
          ] 1:f32[] a e
        in (g,) }"
    `);
  });
});
