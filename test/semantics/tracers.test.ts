// Tracer safety: escaped tracers, what JavaScript does to a value by itself, traced shapes, and state after a throw.
import {
  ConcretizationTypeError,
  checkpoint,
  grad,
  jit,
  jvp,
  lax,
  linearize,
  NonConcreteBooleanIndexError,
  np,
  ShapeError,
  type Tensor,
  TracerArrayConversionError,
  TracerBoolConversionError,
  TracerIntegerConversionError,
  UnexpectedTracerError,
  vjp,
  vmap,
} from "jorts";
import { describe, expect, test } from "vitest";
import { hasAmbient, traceDepth } from "../../src/core/trace.ts";
import { f32, numbers, scalar } from "./values.ts";

// biome-ignore lint/suspicious/noExplicitAny: what is done to tensors here is what types forbid
type Any = any;
type Use = (x: Any) => unknown;
/** The identity, after `use` has had the value. */
const used = (use: Use) => (x: Tensor) => {
  use(x);
  return x;
};
const under = {
  jit: (use: Use) => jit(used(use))(f32(1, 2)),
  vmap: (use: Use) => vmap(used(use))(np.ones([3, 2])),
  scan: (use: Use) => lax.scan((c: Tensor) => [used(use)(c), null], f32(1, 2), null, { length: 1 }),
  cond: (use: Use) => lax.cond(true, used(use), (x: Tensor) => x, f32(1, 2)),
  checkpoint: (use: Use) => checkpoint(used(use))(f32(1, 2)),
  "grad of jit": (use: Use) => grad(jit((x: Tensor) => np.sum(used(use)(x))))(f32(1, 2)),
};

describe("reading a traced value", () => {
  const first = (x: Any) => x.at(0);
  const rows: readonly (readonly [string, Use, abstract new (...args: never[]) => Error])[] = [
    ["item()", (x) => first(x).item(), ConcretizationTypeError],
    ["a size", (x) => np.zeros([first(x)]), ConcretizationTypeError],
    ["arange's bound", (x) => np.arange(first(x)), ConcretizationTypeError],
    ["reshape", (x) => np.ones([4]).reshape([first(x), 2]), ConcretizationTypeError],
    ["nonzero without size", (x) => np.nonzero(x), ConcretizationTypeError],
    ["dispose()", (x) => x.dispose(), ConcretizationTypeError],
    ["x > 0", (x) => first(x) > 0, TracerBoolConversionError],
    ["+x", (x) => +first(x), TracerBoolConversionError],
    ["x + 1", (x) => first(x) + 1, TracerBoolConversionError],
    ["x < 1", (x) => first(x) < 1, TracerBoolConversionError],
    ["Math.max", (x) => Math.max(first(x), 0), TracerBoolConversionError],
    ["list[x]", (x) => ["a"][first(x)], TracerIntegerConversionError],
    ["a template", (x) => `${first(x)}`, TracerIntegerConversionError],
    ["an axis", (x) => np.sum(x, first(x)), TracerIntegerConversionError],
    ["tolist()", (x) => x.tolist(), TracerArrayConversionError],
    ["data()", (x) => x.data(), TracerArrayConversionError],
    ["bits()", (x) => x.bits(), TracerArrayConversionError],
    ["JSON.stringify", (x) => JSON.stringify(x), TracerArrayConversionError],
    ["for…of", (x) => [...x], TracerArrayConversionError],
    ["a mask as an index", (x) => x.at(np.greater(x, 0)), NonConcreteBooleanIndexError],
  ];
  test.each(rows)("%s", (_name, use, error) => {
    for (const run of Object.values(under)) {
      expect(() => run(use)).toThrow(error);
      expect([traceDepth(), hasAmbient()]).toEqual([0, false]);
    }
  });

  test("the message names the argument, the remedy and the user's line", () => {
    const f = (p: { a: Tensor; b: Tensor }) => p.a.mul(np.sin(p.b).item() as number);
    expect(() => jit(f)({ a: scalar(1), b: scalar(2) })).toThrow(
      /item\(\): the value of a traced float32\[\] .*jit\(f\).*tracers\.test\.ts:\d+.*depends on args\[0\]\.b\..*staticArgnums.*np\.where/s,
    );
    expect(() => lax.scan((c: Any) => [c.item(), null] as Any, scalar(1), null, { length: 2 })).toThrow(
      /the body of lax\.scan.*depends on init/s,
    );
  });

  test("what only shows a tensor works: toString, shapes, dtypes", () => {
    const seen: unknown[] = [];
    jit((x: Tensor) => {
      seen.push(x.shape[0], x.dtype, String(x.toString()).startsWith("Traced<float32[2]> in jit("));
      return x;
    })(f32(1, 2));
    expect(seen).toEqual([2, "float32", true]);
  });
});

describe("constants made under jit are traced", () => {
  const made: readonly (readonly [string, () => Tensor])[] = [
    ["np.zeros", () => np.zeros([])],
    ["np.array of a number", () => np.array(3)],
    ["np.array of numbers", () => np.array([3])],
    ["np.asarray of a typed array", () => np.array(Float32Array.of(3))],
    ["a computed one", () => np.sin(np.ones([1]))],
    ["np.full", () => np.full([1], 2)],
  ];
  test.each(made)("%s", (_name, make) => {
    for (const run of [under.jit, under.scan, under.cond, under.checkpoint])
      expect(() => run(() => make().item())).toThrow(ConcretizationTypeError);
    expect(() => under.jit(() => make().item())).toThrow(/depends on no argument; it was made by operations inside/);
    // Without jit around it the constant is concrete, as is what a jitted function closes over.
    expect(typeof make().item()).toBe("number");
    expect(() => under.vmap(() => make().item())).not.toThrow();
    const outside = make();
    expect(() => under.jit(() => outside.item())).not.toThrow();
  });
  test("as axes, sizes and masks they are refused like other traced values", () => {
    const zero = () => np.zeros([], "int32");
    expect(() => under.jit((x) => np.sum(x, zero() as Any))).toThrow(TracerIntegerConversionError);
    expect(() => under.jit(() => np.zeros([zero() as Any]))).toThrow(ConcretizationTypeError);
    expect(() => under.jit((x) => x.at(np.ones([2], "bool")))).toThrow(NonConcreteBooleanIndexError);
    expect(() => under.jit(() => np.nonzero(np.ones([2])))).toThrow(ConcretizationTypeError);
  });
  test("and they compute what they hold", () => {
    const f = (x: Tensor) =>
      x
        .mul(np.array([1, 2]))
        .add(np.array(3))
        .add(np.zeros([]));
    expect(numbers(jit(f)(f32(10, 20)))).toEqual([13, 43]);
    expect(numbers(jit(grad((x: Tensor) => np.sum(f(x))))(f32(10, 20)))).toEqual([1, 2]);
  });
});

describe("values that are known", () => {
  test("under grad, jvp, vjp and linearize of concrete arguments every read works", () => {
    const seen: unknown[] = [];
    const f = (x: Tensor) => {
      const y = x.mul(2);
      seen.push(y.item(), (y as Any) > 3, `${y}`, y.tolist());
      return y;
    };
    grad(f)(scalar(3));
    jvp(f, [scalar(3)], [scalar(1)]);
    vjp(f, scalar(3))[1].dispose();
    linearize(f, scalar(3))[1].dispose();
    expect(seen).toEqual(Array(4).fill([6, true, "6", 6]).flat());
  });
  test("iterating is refused even then", () => {
    expect(() => [...(f32(1, 2) as Any)]).toThrow(ShapeError);
    expect(() => grad((x: Tensor) => np.sum(used((t) => [...t])(x)))(f32(1, 2))).toThrow(ShapeError);
  });
});

describe("escaped tracers", () => {
  const leaks = { ...under, grad: (use: Use) => grad((x: Tensor) => np.sum(used(use)(x)))(f32(1, 2)) };
  const uses: readonly (readonly [string, Use])[] = [
    ["in an operation", (t) => np.sin(t)],
    ["beside a concrete tensor", (t) => f32(1, 2).add(t)],
    ["read", (t) => t.tolist()],
    ["in another trace", (t) => jit((x: Tensor) => x.add(t))(f32(1, 2))],
    ["closed over by vmap", (t) => vmap((x: Tensor) => x.add(t))(np.ones([3, 2]))],
    ["as an argument", (t) => jit((x: Tensor) => x)(t)],
  ];
  test.each(Object.entries(leaks))("of %s are refused wherever they are used", (_name, run) => {
    let value: Any;
    run((x) => {
      value = np.sin(x);
    });
    for (const [how, use] of uses) {
      expect(() => use(value), how).toThrow(UnexpectedTracerError);
      expect([traceDepth(), hasAmbient()], how).toEqual([0, false]);
    }
  });
  test("constants too", () => {
    let constant: Any;
    under.jit(() => {
      constant = np.zeros([2]);
    });
    for (const [how, use] of uses) expect(() => use(constant), how).toThrow(UnexpectedTracerError);
  });
  test("the message names the transformation, its place, and what to do", () => {
    let leaked: Any;
    function leaky(x: Tensor) {
      leaked = x;
      return x;
    }
    jit(leaky)(scalar(1));
    expect(() => np.cos(leaked)).toThrow(/cos.*jit\(leaky\) at .*tracers\.test\.ts:\d+.*Return values/s);
  });
});

test("any throw restores the state, from any depth", () => {
  const boom = () => {
    throw new RangeError("mine");
  };
  const nest = () =>
    jit((x: Tensor) =>
      grad(
        (y: Tensor) => lax.scan((c: Tensor) => [checkpoint(boom as Any)(c) as Tensor, null], y, null, { length: 2 })[0],
      )(x),
    )(scalar(1));
  for (const run of [nest, () => vmap(boom as Any)(f32(1)), () => vjp(boom as Any, scalar(1))]) {
    expect(run).toThrow(RangeError);
    expect([traceDepth(), hasAmbient()]).toEqual([0, false]);
  }
  expect(numbers(np.sin(scalar(0)))).toEqual([0]);
});
