// customJvp and customVjp: what their rules must give, and where they are refused.
import {
  customJvp,
  customVjp,
  grad,
  jit,
  jvp,
  lax,
  linearize,
  NonDifferentiableError,
  np,
  type Tensor,
  TreeError,
  vjp,
  vmap,
} from "jorts";
import { checkGrads } from "jorts/testing";
import { describe, expect, test } from "vitest";
import { f32, numbers, scalar } from "./values.ts";

// biome-ignore lint/suspicious/noExplicitAny: what is passed here is often wrong on purpose
type Any = any;

describe("customVjp", () => {
  const ruled = (bwd: (...args: Any[]) => Any) =>
    customVjp((x: Tensor, y: Tensor) => x.mul(y)).defvjp((x, y) => [x.mul(y), [x, y]], bwd);
  const tenfold = ruled(([x, y]: Tensor[], ct: Tensor) => [ct.mul(y!).mul(10), ct.mul(x!)]);
  test("its rule is the derivative in reverse mode, under jit and vmap", () => {
    expect(grad(tenfold, { argnums: [0, 1] })(scalar(2), scalar(3)).map(numbers)).toEqual([[30], [2]]);
    expect(numbers(jit(grad(tenfold))(scalar(2), scalar(3)))).toEqual([30]);
    expect(numbers(vmap(grad(tenfold), { inAxes: [0, null] })(f32(1, 2), scalar(3)))).toEqual([30, 30]);
  });
  test("forward mode is refused", () => {
    expect(() => jvp(tenfold, [scalar(1), scalar(1)], [scalar(1), scalar(1)])).toThrow(NonDifferentiableError);
  });
  test("bwd must give a cotangent for each argument, of its shape and dtype", () => {
    const run = (bwd: (...args: Any[]) => Any) => () => grad(ruled(bwd))(scalar(2), scalar(3));
    expect(run((_r, ct) => [ct])).toThrow(/returned 1 values, expected an array of 2 cotangents/);
    expect(run((_r, ct) => ct)).toThrow(TreeError);
    expect(run((_r, ct) => [np.stack([ct, ct]), ct])).toThrow(/cotangents\[0\] is float32\[2\], expected float32\[\]/);
    expect(run((_r, ct) => [ct, ct.astype("float16")])).toThrow(/cotangents\[1\] is float16\[\], expected float32\[\]/);
  });
  test("a null cotangent is zero", () => {
    const half = ruled((_r, ct: Tensor) => [null, ct]);
    expect(grad(half, { argnums: [0, 1] })(scalar(2), scalar(3)).map(numbers)).toEqual([[0], [1]]);
  });
  test("nondiffArgnums come first to bwd, as they are", () => {
    const seen: unknown[] = [];
    const scaled = customVjp((k: number, x: Tensor) => x.mul(k), { nondiffArgnums: 0 }).defvjp(
      (k, x) => [x.mul(k), null],
      (k: number, _r: null, ct: Tensor) => {
        seen.push(k);
        return [ct.mul(k).mul(100)];
      },
    );
    expect(numbers(grad((x: Tensor) => scaled(3, x))(scalar(1)))).toEqual([300]);
    expect(seen).toEqual([3]);
  });
});

describe("customJvp", () => {
  const tripled = customJvp((x: Tensor) => np.sin(x)).defjvp(([x]: Tensor[], [t]: Tensor[]) => [np.sin(x!), t!.mul(3)]);
  test("gives forward mode, and by transposition reverse mode", () => {
    expect(numbers(jvp(tripled, [scalar(1)], [scalar(2)])[1])).toEqual([6]);
    expect(numbers(grad(tripled)(scalar(1)))).toEqual([3]);
    expect(numbers(vmap(grad(tripled))(f32(1, 2)))).toEqual([3, 3]);
  });
  test("a rule that is not linear in the tangent has no reverse mode", () => {
    const square = customJvp((x: Tensor) => x).defjvp(([x]: Tensor[], [t]: Tensor[]) => [x!, t!.mul(t!)]);
    expect(() => grad(square)(scalar(1))).toThrow(NonDifferentiableError);
  });
  test("a rule may hold loops and branches that take tangents", () => {
    const growth = (x: Tensor) =>
      lax.scan((c: Tensor) => [np.sin(c).mul(x), c.mul(c)], x, null, { length: 3 })[1] as Tensor;
    const branching = (x: Tensor) =>
      np.sum(lax.cond(np.greater(x.at(0), 0), np.sin as Any, np.cos as Any, x) as Tensor);
    for (const f of [growth, branching]) {
      const ruled = customJvp(f).defjvp((xs: Tensor[], ts: Tensor[]) => jvp(f, xs as [Tensor], ts as [Tensor]));
      const x = np.array(f === growth ? 0.7 : [0.7, 0.2], "float64");
      checkGrads(ruled, [x], { order: 2 });
      checkGrads(jit(ruled), [x]);
      const [y, push] = linearize(ruled, x);
      const [z, pull] = vjp(f, x);
      expect(numbers(y)).toEqual(numbers(z));
      push.dispose();
      pull.dispose();
    }
  });
  test("a call without a rule is refused", () => {
    expect(() => customJvp((x: Tensor) => x)(scalar(1))).toThrow(/has no rule yet/);
    expect(() => customVjp((x: Tensor) => x)(scalar(1))).toThrow(/has no rule yet/);
  });
});
