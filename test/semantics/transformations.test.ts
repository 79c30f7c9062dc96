// grad, valueAndGrad, jvp, vjp, linearize, linearTranspose, jacfwd, jacrev, hessian: what they need and what they give.
import {
  DTypeError,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jit,
  jvp,
  lax,
  linearize,
  linearTranspose,
  NonDifferentiableError,
  np,
  ShapeDtypeStruct,
  ShapeError,
  type Tensor,
  TreeError,
  valueAndGrad,
  vjp,
} from "jorts";
import { describe, expect, test } from "vitest";
import { expectRecorded, f32, matrix, numbers, scalar, typeOf } from "./values.ts";

// biome-ignore lint/suspicious/noExplicitAny: functions of every signature
type Any = any;
const sumSin = (x: Tensor) => np.sum(np.sin(x));
const g = (x: Tensor, y: Tensor) => np.sum(np.sin(x).mul(y)).mul(y.at(0));
const X = [0.5, -1.25, 2];

describe("grad and valueAndGrad", () => {
  test("need one real scalar", () => {
    expect(() => grad(np.sin as (x: Tensor) => Tensor)(f32(1, 2))).toThrow(ShapeError);
    expect(() => grad(np.sin as (x: Tensor) => Tensor)(f32(1, 2))).toThrow(/scalar, got float32\[2\].*jacrev/);
    expect(() => grad((x: Tensor) => [x, x] as Any)(scalar(1))).toThrow(
      /must return one scalar, got \[\*, \*\].*hasAux/,
    );
    expect(() => grad((x: Tensor) => x.astype("int32"))(scalar(1))).toThrow(DTypeError);
    expect(() => valueAndGrad((x: Tensor) => np.greater(x, 0))(scalar(1))).toThrow(
      /valueAndGrad: .*bool\[\].*floating/,
    );
  });
  test("need floating arguments, unless integers are allowed", () => {
    const f = (p: { n: Tensor; x: Tensor }) => p.x.mul(p.n);
    const p = () => ({ n: scalar(3, "int32"), x: scalar(2) });
    expect(() => grad(f)(p())).toThrow(/grad: args\[0\]\.n is int32\[\]; derivatives need floating .*allowInt/);
    const { n, x } = grad(f, { allowInt: true })(p());
    expect([typeOf(n), numbers(n), numbers(x)]).toEqual(["int32[]", [0], [3]]);
  });
  test("hasAux: a pair of loss and anything", () => {
    const f = (x: Tensor) => [x.mul(x), { seen: x.add(1), n: scalar(7, "int32") }] as const;
    const [[loss, aux], dx] = valueAndGrad(f as Any, { hasAux: true })(scalar(3)) as Any;
    expect([loss, aux.seen, aux.n, dx].map(numbers)).toEqual([[9], [4], [7], [6]]);
    const [again, other] = grad(f as Any, { hasAux: true })(scalar(3)) as Any;
    expect([again, other.seen].map(numbers)).toEqual([[6], [4]]);
    expect(() => grad((x: Tensor) => x, { hasAux: true })(scalar(1))).toThrow(/must return \[loss, aux\], got \*/);
  });
  test("argnums: one, several in their order, negative, out of range", () => {
    expectRecorded(grad(g, { argnums: [1, 0] })(f32(...X), f32(...X)), "derivatives", "grad-argnums");
    const h = (x: Tensor, y: Tensor) => x.mul(y).mul(y);
    expect(numbers(grad(h, { argnums: -1 } as Any)(scalar(2), scalar(2)))).toEqual([8]);
    expect(() => grad(h, { argnums: 2 } as Any)(scalar(2), scalar(2))).toThrow(
      /argnums names argument 2.*called with 2/,
    );
  });
  test("an argument that is not used has a zero gradient of its shape", () => {
    const d = grad((x: Tensor, _y: Tensor) => np.sum(x), { argnums: 1 })(f32(1), f32(1, 2));
    expect([typeOf(d), numbers(d)]).toEqual(["float32[2]", [0, 0]]);
  });
});

describe("jvp and linearize", () => {
  test("tangents have the structure, shapes and dtypes of their primals", () => {
    const x = f32(1, 2);
    expect(() => jvp(sumSin, [x], [[x, x]] as Any)).toThrow(TreeError);
    expect(() => jvp(sumSin, [x], [f32(1)])).toThrow(/tangents\[0\] is float32\[1\], expected shape \[2\]/);
    expect(() => jvp(sumSin, [x], [np.ones([2], "float16")])).toThrow(DTypeError);
    expect(() => jvp(sumSin, [x], [null])).toThrow(/tangents\[0\] is null, expected float32\[2\]/);
    using push = linearize(sumSin, x)[1];
    expect(() => push(f32(1))).toThrow(/linearize: tangents\[0\] is float32\[1\]/);
    expect(() => (push as Any)(x, x)).toThrow(/have structure \[\*, \*\], expected \[\*\]/);
  });
  test("a number is a tangent of a scalar", () => {
    expect(numbers(jvp((x: Tensor) => x.mul(x), [scalar(3)], [1 as Any])[1])).toEqual([6]);
  });
  test("linearize runs the function once, then only its linear part", () => {
    let runs = 0;
    const [y, push] = linearize((x: Tensor) => {
      runs++;
      return x.mul(x);
    }, scalar(3));
    expect([y, push(scalar(1)), push(scalar(-2))].map(numbers)).toEqual([[9], [6], [-12]]);
    expect(runs).toBe(1);
    push.dispose();
  });
});

describe("vjp", () => {
  const f = (x: Tensor) => [x, x.mul(2)];
  test("cotangents have the structure, shapes and dtypes of the results", () => {
    const x = scalar(1);
    using pull = vjp(f, x)[1] as Any;
    expect(() => pull(x)).toThrow(/cotangents have structure \*, expected \[\*, \*\]/);
    expect(() => pull([x, x, x])).toThrow(TreeError);
    expect(() => pull([x, f32(1, 2)])).toThrow(/cotangent\[1\] is float32\[2\], expected shape \[\]/);
    expect(() => pull([x, scalar(1, "float16")])).toThrow(/cotangent\[1\] is float16\[\], expected dtype float32/);
    expect(() => pull([x, null])).toThrow(/cotangent\[1\] is null, expected float32\[\]/);
    expect(numbers(pull([scalar(1), scalar(10)])[0])).toEqual([21]);
  });
});

describe("linearTranspose", () => {
  const x = new ShapeDtypeStruct([], "float32");
  test("of a linear function of several arguments", () => {
    const m = matrix(2, [1, -0.5, 0.25, 0.75, 2, -1.5]);
    const f = (a: Tensor, b: Tensor) => [m.matmul(a).sub(b.mul(3)), b.at(0)];
    const transposed = linearTranspose(f as Any, f32(...X), f32(0.5, -1.25));
    expectRecorded(transposed([f32(0.5, -1.25), scalar(2)]), "derivatives", "linear-transpose");
  });
  test("of what is not linear is refused", () => {
    for (const f of [np.sin, (v: Tensor) => v.mul(v), (v: Tensor) => np.exp(v.mul(2))] as Any[])
      expect(() => linearTranspose(f, x)(scalar(1) as Any)).toThrow(NonDifferentiableError);
    expect(() => linearTranspose(np.sin as Any, x)(scalar(1))).toThrow(/sin: it is not linear/);
  });
  test("integers to integers, but no mixture", () => {
    const n = new ShapeDtypeStruct([], "int32");
    const [out] = linearTranspose((v: Tensor) => v.mul(3), n)(scalar(3, "int32")) as Tensor[];
    expect([typeOf(out!), numbers(out)]).toEqual(["int32[]", [9]]);
    expect(() => linearTranspose((a: Tensor, b: Tensor) => [a.mul(3), b] as Any, n, x)).toThrow(DTypeError);
  });
  test("the cotangent fits the result", () => {
    expect(() => linearTranspose((v: Tensor) => v.mul(3), x)(scalar(1, "int32"))).toThrow(DTypeError);
    expect(() => linearTranspose((v: Tensor) => v.mul(3), x)([scalar(1)] as Any)).toThrow(
      /structure \[\*\], expected \*/,
    );
  });
});

describe("jacfwd, jacrev, hessian", () => {
  const f = (p: { a: Tensor; b: Tensor }) => ({ u: np.sin(p.a).mul(p.b), v: np.sum(p.a).mul(p.b) });
  const p = () => ({ a: f32(...X), b: scalar(1.5) });
  test("trees in and out", () => {
    expectRecorded(jacfwd(f)(p()), "derivatives", "jacfwd-tree");
    expectRecorded(jacrev(f)(p()), "derivatives", "jacrev-tree");
    expectRecorded(hessian((q: Any) => np.sum(f(q).u.mul(q.a)))(p()), "derivatives", "hessian-tree");
    expectRecorded(jit(jacfwd(f) as Any)(p()), "derivatives", "jacfwd-tree");
  });
  test("several argnums", () => {
    expectRecorded(jacrev(g, { argnums: [0, 1] })(f32(...X), f32(...X)), "derivatives", "jacrev-argnums");
    expectRecorded(jacfwd(g, { argnums: [0, 1] })(f32(...X), f32(...X)), "derivatives", "jacrev-argnums");
    expectRecorded(hessian(g, { argnums: [0, 1] })(f32(...X), f32(...X)), "derivatives", "hessian-argnums");
  });
  test("hasAux gives the Jacobian and aux", () => {
    const withAux = (x: Tensor) => [x.mul(x), { next: x.add(1), n: scalar(5, "int32") }] as const;
    for (const jacobian of [jacfwd, jacrev]) {
      const [j, aux] = jacobian(withAux as Any, { hasAux: true })(f32(1, 2)) as Any;
      expect([j, aux.next, aux.n].map(numbers)).toEqual([[2, 0, 0, 4], [2, 3], [5]]);
    }
    const [h, aux] = hessian((x: Tensor) => [np.sum(x.mul(x)), x] as Any, { hasAux: true })(f32(1, 2)) as Any;
    expect([h, aux].map(numbers)).toEqual([
      [2, 0, 0, 2],
      [1, 2],
    ]);
  });
  test("integers: refused, but as arguments of jacrev with allowInt", () => {
    const h = (n: Tensor, x: Tensor) => x.mul(n);
    const args = () => [scalar(3, "int32"), scalar(2)] as const;
    expect(() => jacfwd(h)(...args())).toThrow(DTypeError);
    expect(() => jacrev(h)(...args())).toThrow(/jacrev: args\[0\] is int32\[\].*allowInt/);
    const both = jacrev(h, { argnums: [0, 1], allowInt: true })(...args()) as Tensor[];
    expect(both.map((t) => [typeOf(t), numbers(t)])).toEqual([
      ["int32[]", [0]],
      ["float32[]", [3]],
    ]);
    expect(() => jacrev((x: Tensor) => x.astype("int32"))(scalar(1))).toThrow(/jacrev: result is int32\[\]/);
  });
  test("are vmap of jvp and of vjp: one program over the whole basis", () => {
    let runs = 0;
    const counted = (x: Tensor) => {
      runs++;
      return np.sin(x);
    };
    jacfwd(counted)(f32(1, 2, 3));
    jacrev(counted)(f32(1, 2, 3));
    expect(runs).toBe(2);
  });
});

test("under grad outside jit, JavaScript branches on item()", () => {
  const f = (x: Tensor): Tensor => {
    let y = x;
    while ((y.item() as number) < 10) y = y.mul(x);
    return (y.item() as number) > 12 ? y : y.mul(3);
  };
  // 3 → 9 → 27; 2 → 4 → 8 → 16.
  expect([numbers(grad(f)(scalar(3))), numbers(grad(f)(scalar(2)))]).toEqual([[27], [32]]);
  expect(numbers(grad(grad(f))(scalar(2)))).toEqual([48]);
  expect(numbers(jvp(f, [scalar(2)], [scalar(1)])[1])).toEqual([32]);
  expect(numbers(vjp(f, scalar(2))[1](scalar(1))[0])).toEqual([32]);
  expect(() => jit(grad(f))(scalar(2))).toThrow(/ConcretizationTypeError|not known/);
  expect(() => lax.map(f, f32(2, 3))).toThrow(/not known while the body of lax.map/);
});
