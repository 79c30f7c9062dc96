// What users may do wrong in loops and branches, and how weak types settle.
import { describe, expect, test } from "vitest";
import { needConcrete } from "../../src/core/concrete.ts";
import { ConcretizationTypeError, DTypeError, ShapeError, TreeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { traceDepth } from "../../src/core/trace.ts";
import { grad } from "../../src/lib/grad.ts";
import { associativeScan, cond, foriLoop, map, scan, switch_, whileLoop } from "../../src/lib/loops.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { lt } from "../../src/ops/compare.ts";
import { convert, sin } from "../../src/ops/unary.ts";
import { expectGradient, jit, lowered, read, readAll, scalar, tensor, total, waves } from "../transforms/tools.ts";

type Thrower = () => unknown;
type Kind = new (message: string) => Error;
const loose = <T>(x: unknown): T => x as T;

describe("messages", () => {
  test.each<[string, Thrower, Kind, RegExp]>([
    [
      "a carry that changes its shape",
      () => scan((c) => [{ a: { b: total(c.a.b) } }, null], { a: { b: tensor([1, 2]) } }, null, { length: 2 }),
      ShapeError,
      /lax\.scan: the carry init\.a\.b comes out of the body as float32\[\], but goes in as float32\[2\]/,
    ],
    [
      "a carry that changes its dtype",
      () =>
        whileLoop(
          (c) => lt(c[0]!, 3),
          (c) => [convert(c[0]!, "float16")],
          [scalar(0)],
        ),
      DTypeError,
      /lax\.whileLoop: the carry init\[0\] comes out of the body as float16\[\], but goes in as float32\[\]/,
    ],
    [
      "a carry that changes its structure",
      () => scan((c) => [loose({ b: c.a }), null], { a: scalar(1) }, null, { length: 2 }),
      TreeError,
      /the carry init comes out of the body as structure \{b: \*\}, but goes in as structure \{a: \*\}/,
    ],
    [
      "lengths that differ",
      () => scan((c, x) => [add(c, x.a), null], scalar(0), { a: tensor([1, 2, 3]), b: tensor([1, 2]) }),
      ShapeError,
      /lax\.scan: xs\.b \(float32\[2\]\) has 2 elements along its leading axis, but xs\.a has 3/,
    ],
    [
      "a length that does not fit",
      () => scan((c, x) => [add(c, x), null], scalar(0), tensor([1, 2, 3]), { length: 4 }),
      ShapeError,
      /xs \(float32\[3\]\) has 3 .* but length 4 was asked for/,
    ],
    [
      "a scalar to scan over",
      () => map((x) => x, scalar(1)),
      ShapeError,
      /lax\.map: xs is float32\[\], which has no leading axis/,
    ],
    ["nothing to scan over", () => scan((c) => [c, null], scalar(0), null), ShapeError, /say how often with length/],
    [
      "a body without a pair",
      () =>
        scan(
          loose<never>((c: Tensor) => c),
          scalar(0),
          null,
          { length: 1 },
        ),
      TreeError,
      /expected \[carry, y\]/,
    ],
    ["a wrong unroll", () => scan((c) => [c, null], scalar(0), null, { length: 1, unroll: 0 }), ShapeError, /unroll 0/],
    [
      "branches of different shapes",
      () =>
        cond(
          true,
          () => ({ y: scalar(1) }),
          loose(() => ({ y: tensor([1, 2]) })),
        ),
      ShapeError,
      /lax\.cond: onFalse returns result\.y as float32\[2\], but onTrue as float32\[\]/,
    ],
    [
      "branches of different dtypes",
      () => switch_(0, [() => scalar(1), () => scalar(1, "int32")]),
      DTypeError,
      /lax\.switch: branches\[0\] returns result as float32\[\], but branches\[1\] as int32\[\]/,
    ],
    [
      "branches of different structures",
      () =>
        cond(
          true,
          () => [scalar(1)],
          loose(() => scalar(1)),
        ),
      TreeError,
      /onFalse returns result as structure \*, but onTrue as structure \[\*\]/,
    ],
    [
      "a predicate that is no scalar",
      () =>
        cond(
          tensor([1, 2]),
          () => 1,
          () => 2,
        ),
      ShapeError,
      /pred is float32\[2\], expected a scalar.*np\.where/,
    ],
    ["an index that is no integer", () => switch_(0.5, [() => 1, () => 2]), DTypeError, /the index is 0\.5/],
    ["an index tensor that is no integer", () => switch_(scalar(1), [() => 1]), DTypeError, /the index is float32\[\]/],
    ["no branches", () => switch_(0, []), ShapeError, /no branches/],
    [
      "a condition that is no scalar",
      () =>
        whileLoop(
          (c) => lt(c, 3),
          (c) => c,
          tensor([1, 2]),
        ),
      ShapeError,
      /bool\[2\].*one boolean scalar/,
    ],
    [
      "a condition that is no boolean",
      () =>
        whileLoop(
          (c) => c,
          (c) => c,
          scalar(1),
        ),
      DTypeError,
      /the condition returned float32\[\]/,
    ],
    [
      "bounds that are no integers",
      () => foriLoop(0, 2.5, (_i, c) => c, scalar(0)),
      DTypeError,
      /the upper bound is 2\.5/,
    ],
    ["a floating bound", () => foriLoop(0, scalar(2), (_i, c) => c, scalar(0)), DTypeError, /integers of one dtype/],
    [
      "a promise",
      () =>
        scan(
          loose<never>(async (c: Tensor) => [c, null]),
          scalar(0),
          null,
          { length: 1 },
        ),
      TreeError,
      /Promise/,
    ],
    [
      "associativeScan over different lengths",
      () => associativeScan((a) => a, [tensor([1]), tensor([1, 2])]),
      ShapeError,
      /elems\[1\] \(float32\[2\]\) has 2 elements, but elems\[0\] has 1/,
    ],
  ])("%s", (_name, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
    expect(traceDepth()).toBe(0);
  });

  test("a host read inside a body says where the value comes from", () => {
    const f = (x: Tensor) => scan((c) => [add(c, Number(needConcrete(c, "item").dtype)), null], x, null, { length: 2 });
    expect(() => f(scalar(1))).toThrow(ConcretizationTypeError);
    expect(() => f(scalar(1))).toThrow(/the body of lax\.scan.*depends on init/s);
    expect(() => grad((x: Tensor) => total(f(x)[0]))(scalar(1))).toThrow(ConcretizationTypeError);
    expect(traceDepth()).toBe(0);
  });
});

describe("weak types", () => {
  test("a weak initial carry takes the type of the first turn", () => {
    const [c, ys] = scan((c, x) => [add(convert(c, "bfloat16"), x), c], 0, waves([3], 0, "bfloat16"));
    expect([c.dtype, c.weakType, ys.dtype]).toEqual(["bfloat16", false, "bfloat16"]);
    const counted = foriLoop(0, 3, (i, n) => add(convert(n, "int32"), i), 0n);
    expect([counted.dtype, read(counted)]).toEqual(["int32", [3]]);
    const widened = whileLoop(
      (n) => lt(n, 3),
      (n) => add(convert(n, "float32"), 1),
      0n,
    );
    expect([widened.dtype, read(widened)]).toEqual(["float32", [3]]);
  });

  test("a weak carry stays weak where nothing makes it strong", () => {
    expect(scan((c) => [mul(c, 2), null], 1, null, { length: 3 })[0].weakType).toBe(true);
  });

  test("a weak result for a strong carry is made strong", () => {
    const [c] = scan((_c, x) => [1, x], scalar(0), tensor([1, 2]));
    expect([c.weakType, read(c)]).toEqual([false, [1]]);
  });

  test("branches: weak only where all are", () => {
    const pick = (a: number | Tensor, b: number | Tensor) =>
      cond(
        scalar(1),
        () => a as Tensor,
        () => b as Tensor,
      ).weakType;
    expect([pick(1, 2), pick(1, scalar(2)), pick(scalar(1), 2)]).toEqual([true, false, false]);
  });
});

describe("associativeScan", () => {
  test.each([0, 1, 2, 3, 4, 5, 7, 8, 13])("%i elements equal a loop, both ways", (n) => {
    const values = Array.from({ length: n }, (_, i) => i + 1);
    const sums = (list: readonly number[]) => {
      let sum = 0;
      return list.map((v) => (sum += v));
    };
    expect(read(associativeScan(add, tensor(values)))).toEqual(sums(values));
    expect(read(associativeScan(add, tensor(values), { reverse: true }))).toEqual(
      sums([...values].reverse()).reverse(),
    );
  });

  test("trees, along another axis, with its derivative, in depth that grows by logarithm", () => {
    // Linear recurrences h = a·h + b compose: (a₁, b₁) then (a₂, b₂) is (a₁a₂, a₂b₁ + b₂).
    type Pair = { a: Tensor; b: Tensor };
    const compose = (l: Pair, r: Pair) => ({ a: mul(l.a, r.a), b: add(mul(r.a, l.b), r.b) });
    const run = (a: Tensor, b: Tensor) => associativeScan(compose, { a, b }, { axis: -1 }).b;
    const a = waves([2, 6], 0, "float64");
    const b = waves([2, 6], 1, "float64");
    const [ha, hb] = [read(a), read(b)];
    const want: number[] = [];
    for (let r = 0; r < 2; r++) {
      let h = 0;
      for (let i = 0; i < 6; i++) {
        h = ha[6 * r + i]! * h + hb[6 * r + i]!;
        want.push(h);
      }
    }
    read(run(a, b)).forEach((v, i) => {
      expect(v).toBeCloseTo(want[i]!, 12);
    });
    expectGradient((x, y) => total(sin(run(x!, y!))), [a, b]);
    const products = (n: number) => lowered(run, waves([1, n]), waves([1, n])).match(/stablehlo\.multiply/g)!.length;
    expect(products(64)).toBeLessThan(products(32) + 6);
  });
});

test("control flow under vmap and jit together", () => {
  const f = (x: Tensor) =>
    foriLoop(0, 3, (i, c) => switch_(i, [(y: Tensor) => add(y, 1), (y) => mul(y, x), (y) => sin(y)], c), x);
  const host = (v: number) => Math.sin((v + 1) * v);
  const xs = waves([4], 1, "float64");
  readAll(jit(vmap(f))(xs))[0]!.forEach((v, i) => {
    expect(v).toBeCloseTo(host(read(xs)[i]!), 12);
  });
});
