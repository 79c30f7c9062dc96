// Traces: where operations are recorded, what closes them, and that nothing leaks.
import { describe, expect, test } from "vitest";
import type { ArrayTensor } from "../../src/compile/array.ts";
import { avalOf } from "../../src/core/aval.ts";
import { concreteValue, needConcrete } from "../../src/core/concrete.ts";
import { ConcretizationTypeError, JortsError, ShapeError, UnexpectedTracerError } from "../../src/core/errors.ts";
import { printGraph } from "../../src/core/print.ts";
import { Literal, type Tensor } from "../../src/core/tensor.ts";
import { hasAmbient, Tracer, traceDepth, traceGraph } from "../../src/core/trace.ts";
import { checkpoint } from "../../src/lib/checkpoint.ts";
import { customVjp } from "../../src/lib/custom.ts";
import { grad, jvp, linearize, vjp } from "../../src/lib/grad.ts";
import { cond, scan, whileLoop } from "../../src/lib/loops.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { lt } from "../../src/ops/compare.ts";
import { sin } from "../../src/ops/unary.ts";
import { jit, read, scalar, tensor, total } from "../transforms/tools.ts";

const f32 = avalOf([], "float32");
const inside = (ambient: boolean, body: (x: Tensor) => Tensor) =>
  traceGraph("f", (x) => [body(x!)], [f32], { what: "test", ambient });

describe("where an operation is recorded", () => {
  test("an ambient trace stages what has no tracer; another leaves it concrete", () => {
    const k = scalar(2);
    expect(inside(true, (x) => add(x, sin(k))).graph.equations.map((e) => e.op.name)).toEqual(["sin", "add"]);
    const { graph, captures } = inside(false, (x) => {
      const y = sin(k);
      expect(y).not.toBeInstanceOf(Tracer);
      return add(x, y);
    });
    expect(graph.equations.map((e) => e.op.name)).toEqual(["add"]);
    expect(read(captures[0])[0]).toBeCloseTo(Math.sin(2));
  });

  test("in the deepest trace among operands; outer values become leading inputs, once each", () => {
    let inner: ReturnType<typeof inside> | undefined;
    const outer = inside(true, (x) => {
      const y = sin(x);
      inner = inside(true, (z) => mul(add(z, x), add(y, x)));
      expect(inner.captures.map((c) => [x, y].indexOf(c))).toEqual([0, 1]);
      return y;
    });
    expect(outer.graph.equations.map((e) => e.op.name)).toEqual(["sin"]);
    expect(inner!.graph.inputs).toHaveLength(3);
    expect(printGraph(inner!.graph)).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[] b:f32[] c:f32[]. let
          d:f32[] = add c a
          e:f32[] = add b a
          f:f32[] = mul d e
        in (f,) }"
    `);
  });

  test("literals are no captures", () => {
    expect(inside(true, (x) => add(x, new Literal(3, f32))).captures).toEqual([]);
  });
});

describe("escaped tracers", () => {
  const transformations: [string, (f: (x: Tensor) => Tensor) => unknown][] = [
    ["jit", (f) => jit(f)(scalar(1))],
    ["grad", (f) => grad(f)(scalar(1))],
    ["vmap", (f) => vmap(f)(tensor([1, 2]))],
    ["jvp", (f) => jvp(f, [scalar(1)], [scalar(1)])],
    ["vjp", (f) => vjp(f, scalar(1))],
    ["linearize", (f) => linearize(f, scalar(1))],
    ["checkpoint", (f) => checkpoint(f)(scalar(1))],
    ["scan", (f) => scan((c) => [f(c), null], scalar(1), null, { length: 2 })],
    ["cond", (f) => cond(true, f, (x) => x, scalar(1))],
    ["whileLoop", (f) => whileLoop((c) => lt(c, 0), f, scalar(1))],
    [
      "customVjp",
      (f) =>
        customVjp(f).defvjp(
          (x) => [f(x), null],
          (_r: null, ct: Tensor) => [ct],
        )(scalar(1)),
    ],
  ];
  test.each(transformations)("of %s are refused, and named", (_name, transform) => {
    let leaked: Tensor | undefined;
    transform((x) => {
      leaked = x;
      return sin(x);
    });
    expect(() => sin(leaked!)).toThrow(UnexpectedTracerError);
    expect(() => add(scalar(1), leaked!)).toThrow(/was used after that trace had ended.*Return values/s);
    expect(() => concreteValue(leaked!)).toThrow(UnexpectedTracerError);
    expect(traceDepth()).toBe(0);
  });

  test.each(transformations)("a throw inside %s restores the state", (_name, transform) => {
    const boom = () => {
      throw new RangeError("mine");
    };
    expect(() => transform(boom)).toThrow(RangeError);
    expect([traceDepth(), hasAmbient()]).toEqual([0, false]);
    expect(read(sin(scalar(0)))).toEqual([0]);
  });

  test("a value of an inner trace is refused in the outer one", () => {
    expect(() =>
      jit((x: Tensor) => {
        let leaked: Tensor | undefined;
        jit((y: Tensor) => {
          leaked = sin(y);
          return leaked;
        })(x);
        return add(x, leaked!);
      })(scalar(1)),
    ).toThrow(UnexpectedTracerError);
    expect(traceDepth()).toBe(0);
  });

  test("a failing operation names the user's line", () => {
    expect(() => jit((x: Tensor) => add(x, tensor([1, 2])))(tensor([1, 2, 3]))).toThrow(
      /add: got shapes.*trace\.test\.ts:\d+:\d+/s,
    );
    expect(() => add(tensor([1]), tensor([1, 2]))).toThrow(ShapeError);
  });
});

describe("values inside traces", () => {
  test("grad, vjp and jvp of concrete arguments know the values; jit, vmap and bodies do not", () => {
    const seen: number[] = [];
    const f = (x: Tensor) => {
      const y = mul(x, x);
      seen.push(read(needConcrete(y, "item"))[0]!);
      return y;
    };
    grad(f)(scalar(3));
    jvp(f, [scalar(4)], [scalar(1)]);
    grad(grad(f))(scalar(5));
    expect(seen).toEqual([9, 16, 25]);
    for (const run of [() => jit(f)(scalar(1)), () => vmap(f)(tensor([1])), () => grad(jit(f))(scalar(1))])
      expect(run).toThrow(ConcretizationTypeError);
    expect(() => jit(f)(scalar(1))).toThrow(
      /item: the value of a traced float32\[\].*jit\(f\).*depends on args\[0\].*staticArgnums/s,
    );
  });

  test("a branch in JavaScript follows the value under grad", () => {
    const f = (x: Tensor) => (read(needConcrete(x, "item"))[0]! > 0 ? mul(x, x) : mul(x, 3));
    expect([read(grad(f)(scalar(2))), read(grad(f)(scalar(-2)))]).toEqual([[4], [3]]);
  });

  test("only what was recorded since the last read is run", () => {
    let reads = 0;
    const f = (x: Tensor) => {
      let y = x;
      for (let i = 0; i < 3; i++) {
        y = sin(y);
        const value = needConcrete(y, "item") as ArrayTensor;
        expect(concreteValue(y)).toBe(value);
        reads++;
      }
      return y;
    };
    grad(f)(scalar(1));
    expect(reads).toBe(3);
  });
});

test("jorts errors are JortsError and come with a message that says more than its class", () => {
  const error = new ShapeError("x");
  expect(error).toBeInstanceOf(JortsError);
  expect(error.name).toBe("ShapeError");
});

test("results of a body are used after it: no tracer of a scan escapes by its result", () => {
  const [c] = scan((x) => [add(x, 1), null], scalar(0), null, { length: 3 });
  expect(read(total(c))).toEqual([3]);
});
