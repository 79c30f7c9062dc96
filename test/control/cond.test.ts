// cond, switch and while: values, derivatives, batching and the program they lower to.
import { describe, expect, test } from "vitest";
import type { AnyFunction } from "../../src/compile/stage.ts";
import { shortAval } from "../../src/core/aval.ts";
import { NonDifferentiableError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad, jvp, linearize, valueAndGrad } from "../../src/lib/grad.ts";
import { cond, foriLoop, scan, switch_, whileLoop } from "../../src/lib/loops.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { gt, lt } from "../../src/ops/compare.ts";
import { dot } from "../../src/ops/dot.ts";
import { reduceSum } from "../../src/ops/reduce.ts";
import { convert, cos, exp, sin, tanh } from "../../src/ops/unary.ts";
import {
  distance,
  expectGradient,
  find,
  graphOf,
  jit,
  lowered,
  printed,
  read,
  readAll,
  scalar,
  tensor,
  total,
  waves,
} from "../transforms/tools.ts";

const bool = (value: boolean) => tensor([value ? 1 : 0], [], "bool");

describe("cond", () => {
  const f = (p: Tensor | boolean, x: Tensor): Tensor =>
    cond(
      p,
      (y) => mul(sin(y), y),
      (y) => exp(y),
      x,
    );

  test.each([true, false])("takes the branch that %s means", (p) => {
    const x = waves([3], 1, "float64");
    const want = read(x).map((v) => (p ? Math.sin(v) * v : Math.exp(v)));
    for (const got of [f(p, x), f(bool(p), x), jit(f)(bool(p), x)])
      expect(distance(read(got), want)).toBeLessThan(1e-12);
  });

  test("a number counts as true unless it is 0", () => {
    const choose = (p: Tensor | number) =>
      read(
        cond(
          p,
          () => 1,
          () => 2,
        ),
      );
    expect([choose(0), choose(-3), choose(scalar(0)), choose(scalar(7, "int32"))]).toEqual([[2], [1], [2], [1]]);
  });

  test("both branches are traced once, whatever the predicate", () => {
    const seen: string[] = [];
    const run = (p: Tensor) =>
      cond(
        p,
        (x) => {
          seen.push("true");
          return sin(x);
        },
        (x) => {
          seen.push("false");
          return cos(x);
        },
        scalar(1),
      );
    jit(run)(bool(true));
    expect(seen.sort()).toEqual(["false", "true"]);
  });

  test.each([true, false])("gradients, %s", (p) => {
    const w = waves([3, 3], 2, "float64");
    const branches = (x: Tensor, v: Tensor) =>
      total(
        cond(
          p,
          (y) => tanh(dot(y, v)),
          (y) => mul(exp(y), reduceSum(w, [0])),
          x,
        ),
      );
    expectGradient(branches, [waves([3], 1, "float64"), waves([3, 3], 0, "float64")]);
    expectGradient((x) => total(grad((y: Tensor) => total(f(p, y)))(x!)), [waves([3], 1, "float64")]);
  });

  test("forward mode, with a result that only one branch makes depend", () => {
    const g = (x: Tensor) =>
      cond(
        true,
        (y) => [sin(y), scalar(2)],
        (y) => [y, mul(y, y)],
        x,
      );
    const [out, tangents] = jvp(g, [scalar(0.5)], [scalar(1)]);
    expect(readAll(out)[1]).toEqual([2]);
    expect(distance(readAll(tangents).flat(), [Math.cos(0.5), 0])).toBeLessThan(1e-6);
  });

  test("residuals of branches share places, and operands are read again", () => {
    const g = (p: Tensor, x: Tensor, w: Tensor) =>
      total(
        cond(
          p,
          (y) => sin(dot(y, w)),
          (y) => exp(dot(dot(y, w), w)),
          x,
        ),
      );
    const program = grad(g as AnyFunction, { argnums: 1 });
    const [forward] = find(graphOf(program, bool(true), waves([2, 3]), waves([3, 3])), "cond");
    // One product of the branch that runs; not x, w, or a place for each branch.
    expect(forward!.results.map((r) => shortAval(r.aval))).toEqual(["f32[2,3]", "f32[2,3]"]);
  });

  test("vmap over operands keeps the choice; over the predicate it selects", () => {
    const xs = waves([4, 3], 1, "float64");
    const rows = (p: boolean) => read(xs).map((v) => (p ? Math.sin(v) * v : Math.exp(v)));
    const shared = vmap((x: Tensor) => f(bool(true), x));
    expect(distance(read(shared(xs)), rows(true))).toBeLessThan(1e-12);
    expect(find(graphOf(shared, xs), "cond")).toHaveLength(1);
    const ps = tensor([1, 0, 0, 1], [4], "bool");
    const each = vmap(f as (p: Tensor, x: Tensor) => Tensor);
    const want = rows(true).map((v, i) => ([1, 0, 0, 1][Math.floor(i / 3)] ? v : rows(false)[i]!));
    expect(distance(read(each(ps, xs)), want)).toBeLessThan(1e-12);
    expect(find(graphOf(each, ps, xs), "cond")).toHaveLength(0);
    const loss = (x: Tensor) => total(each(ps, x));
    expectGradient(loss, [xs]);
    expectGradient((x) => total(shared(x!)), [xs]);
  });

  test("inside scan, differentiated and batched", () => {
    const g = (x: Tensor): Tensor =>
      total(
        scan(
          (c, i) => [
            cond(
              gt(i, 1),
              (y) => sin(mul(y, x)),
              (y) => exp(y),
              c,
            ),
            null,
          ],
          x,
          tensor([0, 1, 2, 3], [4], "int32"),
        )[0],
      );
    expectGradient(g, [waves([2], -1, "float64")]);
    const xs = waves([3, 2], -1, "float64");
    const one = grad(g);
    const loop = [0, 1, 2].flatMap((i) => read(one(tensor(read(xs).slice(2 * i, 2 * i + 2), [2], "float64"))));
    expect(distance(read(vmap(one)(xs)), loop)).toBeLessThan(1e-12);
  });

  test("lowers to a case over private functions", () => {
    const text = lowered(f, bool(true), tensor([1]));
    expect(text.match(/stablehlo\.case/g)).toHaveLength(1);
    expect(text.match(/func\.func private/g)).toHaveLength(2);
  });

  test("prints both branches; its derivative reads the operands again", () => {
    expect(
      printed(
        grad((x: Tensor) => f(true, x)),
        scalar(1),
      ),
    ).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[]. let
          b:f32[] = cond[
            branches[0]={ lambda ; a:f32[]. let
                b:f32[] = exp a
              in (b,) }
            branches[1]={ lambda ; a:f32[]. let
                b:f32[] = sin a
                c:f32[] = mul b a
              in (c,) }
          ] 1:i32[] a
          c:f32[] = cond[
            branches[0]={ lambda ; a:f32[] b:f32[]. let
                c:f32[] = exp a
                d:f32[] = mul b c
              in (d,) }
            branches[1]={ lambda ; a:f32[] b:f32[]. let
                c:f32[] = sin a
                d:f32[] = cos a
                e:f32[] = mul b c
                f:f32[] = mul b a
                g:f32[] = mul f d
                h:f32[] = add e g
              in (h,) }
          ] 1:i32[] a 1:f32[]
        in (c,) }"
    `);
  });
});

describe("switch", () => {
  const f = (i: Tensor | number, x: Tensor): Tensor =>
    switch_(i, [(y: Tensor) => y, (y) => mul(y, 10), (y) => mul(y, 100)], x);

  test("clamps its index", () => {
    const at = (i: Tensor | number) => read(f(i, scalar(2)))[0];
    expect([-5, 0, 1, 2, 9].map(at)).toEqual([2, 2, 20, 200, 200]);
    expect([-5, 0, 1, 2, 9].map((i) => at(scalar(i, "int32")))).toEqual([2, 2, 20, 200, 200]);
  });

  test("clamps for each example too", () => {
    const each = vmap(f as (i: Tensor, x: Tensor) => Tensor);
    expect(read(each(tensor([-5, 0, 1, 2, 9], [5], "int32"), tensor([1, 1, 1, 1, 1])))).toEqual([1, 1, 10, 100, 100]);
  });

  test("gradients", () => {
    for (const i of [0, 1, 2]) expect(read(grad((x: Tensor) => f(i, x))(scalar(3)))).toEqual([10 ** i]);
  });
});

describe("while", () => {
  const power = (n: Tensor | number, x: Tensor): Tensor =>
    whileLoop(
      ([i]) => lt(i, n),
      ([i, y]) => [add(i, 1), mul(y, sin(x))],
      [scalar(0, "int32"), x],
    )[1];
  const host = (n: number, v: number) => v * Math.sin(v) ** n;

  test("repeats while the condition holds", () => {
    const x = waves([3], 1, "float64");
    const want = read(x).map((v) => host(4, v));
    expect(distance(read(power(4, x)), want)).toBeLessThan(1e-12);
    expect(distance(read(jit(power as (n: Tensor, x: Tensor) => Tensor)(scalar(4, "int32"), x)), want)).toBeLessThan(
      1e-12,
    );
    expect(read(power(0, x))).toEqual(read(x));
  });

  test("forward derivative, by carry and by constant", () => {
    const x = waves([3], 1, "float64");
    const ones = tensor([1, 1, 1], [3], "float64");
    const want = read(x).map((v) => (host(4, v + 1e-6) - host(4, v - 1e-6)) / 2e-6);
    expect(distance(read(jvp((y: Tensor) => power(4, y), [x], [ones])[1]), want)).toBeLessThan(1e-8);
    const [, push] = linearize((y: Tensor) => power(4, y), x);
    expect(distance(read(push(ones)), want)).toBeLessThan(1e-8);
    push.dispose();
  });

  test("no reverse derivative, and the message says what to use", () => {
    const loss = (x: Tensor) => total(power(3, x));
    expect(() => grad(loss)(waves([3]))).toThrow(NonDifferentiableError);
    expect(() => grad(loss)(waves([3]))).toThrow(/whileLoop has no reverse derivative.*lax\.scan.*lax\.foriLoop/s);
  });

  test("beside the loss it does not hinder the gradient", () => {
    const [[, steps], g] = valueAndGrad((x: Tensor): [Tensor, Tensor] => [total(mul(x, x)), power(3, x)], {
      hasAux: true,
    })(tensor([1, 2])) as unknown as [[Tensor, Tensor], Tensor];
    expect(read(g)).toEqual([2, 4]);
    expect(distance(read(steps), [host(3, 1), host(3, 2)])).toBeLessThan(1e-5);
  });

  test("batched carries, and a predicate for each example", () => {
    const xs = waves([4, 2], 1, "float64");
    const ns = [0, 3, 1, 5];
    const each = vmap(power as (n: Tensor, x: Tensor) => Tensor);
    const want = read(xs).map((v, i) => host(ns[Math.floor(i / 2)]!, v));
    expect(distance(read(each(tensor(ns, [4], "int32"), xs)), want)).toBeLessThan(1e-12);
    const shared = vmap((x: Tensor) => power(3, x));
    expect(
      distance(
        read(shared(xs)),
        read(xs).map((v) => host(3, v)),
      ),
    ).toBeLessThan(1e-12);
    expect(find(graphOf(shared, xs), "select_n")).toHaveLength(0);
  });

  test("a bound that is a value makes foriLoop a while loop", () => {
    const f = (n: Tensor, x: Tensor): Tensor =>
      foriLoop(0, n, (i, c) => add(mul(c, 2), mul(x, convert(i, "float32"))), x);
    expect(find(graphOf(f, scalar(3, "int32"), scalar(1)), "while")).toHaveLength(1);
    expect(read(jit(f)(scalar(3, "int32"), scalar(1)))).toEqual([12]);
  });

  test("lowers its body to one private function", () => {
    const text = lowered((x: Tensor) => power(4, x), tensor([1]));
    expect(text.match(/stablehlo\.while/g)).toHaveLength(1);
    expect(text.match(/func\.func private/g)).toHaveLength(1);
  });
});
