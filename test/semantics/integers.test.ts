// Integers and booleans have no derivative: JAX's float0, which is null or zeros of their type here.
import { customJvp, customVjp, DTypeError, jit, jvp, linearize, np, type Tensor, vjp, vmap } from "jorts";
import { describe, expect, test } from "vitest";
import { numbers, scalar, typeOf } from "./values.ts";

// biome-ignore lint/suspicious/noExplicitAny: what is passed here is often wrong on purpose
type Any = any;
const f = (n: Tensor, x: Tensor) => [n.mul(2), x.mul(n)] as [Tensor, Tensor];
const n = () => scalar(3, "int32");
const x = () => scalar(2);
const seen = (t: Tensor) => [typeOf(t), numbers(t)];

describe("jvp and linearize", () => {
  test("null, or zeros of the type, for an integer; zeros of its type for an integer result", () => {
    for (const zero of [null, np.zeros([], "int32"), 0] as Any[]) {
      const [dn, dx] = jvp(f, [n(), x()], [zero, scalar(1)])[1];
      expect([seen(dn), seen(dx)]).toEqual([
        ["int32[]", [0]],
        ["float32[]", [3]],
      ]);
      using push = linearize(f, n(), x())[1];
      expect(push(zero, scalar(1)).map(seen)).toEqual([seen(dn), seen(dx)]);
    }
  });
  test("anything else is refused: another dtype, another number, a value that is not known", () => {
    for (const wrong of [n(), x(), scalar(0), 1, np.zeros([2], "int32")] as Any[]) {
      expect(() => jvp(f, [n(), x()], [wrong, scalar(1)])).toThrow(DTypeError);
      expect(() => linearize(f, n(), x())[1](wrong, scalar(1))).toThrow(
        /linearize: tangents\[0\] is .* belongs to a int32\[\], which has no derivative. Pass null/,
      );
    }
    expect(() => jit((m: Tensor) => jvp(f, [m, x()], [m, scalar(1)]))(n())).toThrow(DTypeError);
    expect(() => jvp((b: Tensor) => b, [np.ones([], "bool")], [np.ones([], "bool")])).toThrow(/belongs to a bool/);
  });
  test("a tangent of a tree: null for an integer leaf, or for a subtree of them", () => {
    const g = (p: { n: Tensor[]; x: Tensor }) => p.x.mul(p.n[0]!);
    const p = { n: [n(), n()], x: x() };
    expect(numbers(jvp(g, [p], [{ n: null, x: scalar(1) }] as Any)[1])).toEqual([3]);
    expect(numbers(jvp(g, [p], [{ n: [null, null], x: scalar(1) }] as Any)[1])).toEqual([3]);
    expect(() => jvp(g, [p], [{ n: [null], x: scalar(1) }] as Any)).toThrow(/tangents have structure/);
    expect(() => jvp(g, [p], [null] as Any)).toThrow(/tangents\[0\]\.x is null, expected float32/);
  });
  test("what a transformation returns is accepted by the next one", () => {
    const [, tangents] = jvp(f, [n(), x()], [null, scalar(1)]);
    expect(numbers(jvp((a: Tensor, b: Tensor) => b.mul(a), [n(), x()], tangents)[1])).toEqual([9]);
    const inside = jit((a: Tensor, b: Tensor) => {
      const [out, t] = jvp(f, [a, b], [null, np.ones([])]);
      return jvp(f, out, t)[1];
    });
    expect(numbers(inside(n(), x())[1])).toEqual([18]);
  });
});

describe("vjp", () => {
  test("the cotangent of an integer result is null or of its type, unread; of an integer primal, zeros", () => {
    for (const ct of [null, n(), np.zeros([], "int32"), 0] as Any[]) {
      using pull = vjp(f, n(), x())[1];
      expect(pull([ct, scalar(10)]).map(seen)).toEqual([
        ["int32[]", [0]],
        ["float32[]", [30]],
      ]);
    }
    using pull = vjp(f, n(), x())[1];
    expect(() => pull([scalar(1), scalar(1)])).toThrow(/cotangent\[0\] is a float32\[\], but belongs to a int32\[\]/);
  });
  test("of integers alone gives zeros", () => {
    using pull = vjp((a: Tensor) => a.mul(2), n())[1];
    expect(pull(null).map(seen)).toEqual([["int32[]", [0]]]);
  });
});

describe("other rules", () => {
  test("vmap of jvp over a batch of integers", () => {
    const along = (m: Tensor, t: Tensor) => jvp(f, [m, x()], [null, t])[1];
    const [dn, dx] = vmap(along)(np.array([1, 2], "int32"), np.ones([2]));
    expect([seen(dn!), seen(dx!)]).toEqual([
      ["int32[2]", [0, 0]],
      ["float32[2]", [1, 2]],
    ]);
  });
  test("customJvp's rule sees null; customVjp's bwd may return null", () => {
    const tangents: unknown[] = [];
    const scaled = customJvp((a: Tensor, b: Tensor) => b.mul(a)).defjvp(([a, b]: Any, [ta, tb]: Any) => {
      tangents.push(ta);
      return [b.mul(a), tb.mul(a)];
    });
    expect(numbers(jvp(scaled, [n(), x()], [null, scalar(1)])[1])).toEqual([3]);
    expect(tangents).toEqual([null]);
    const ruled = customVjp((a: Tensor, b: Tensor) => b.mul(a)).defvjp(
      (a, b) => [b.mul(a), a],
      (a: Tensor, ct: Tensor) => [null, ct.mul(a)],
    );
    expect(vjp(ruled, n(), x())[1](scalar(1)).map(seen)).toEqual([
      ["int32[]", [0]],
      ["float32[]", [3]],
    ]);
  });
});
