// config.checkTracerLeaks: an error at the end of a trace whose tracers can still be reached, where JAX has one.
import {
  checkpoint,
  config,
  customVjp,
  evalShape,
  grad,
  jit,
  jvp,
  lax,
  makeJaxpr,
  np,
  type Tensor,
  UnexpectedTracerError,
  vmap,
} from "jorts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { traceDepth } from "../../src/core/trace.ts";

const x = np.arange(4, { dtype: "float32" });
let kept: unknown[] = [];

/** Keeps an intermediate value behind the function's back. */
function leaky(v: Tensor): Tensor {
  const twice = np.multiply(v, 2);
  kept.push(twice);
  return np.add(twice, 1);
}

beforeEach(() => {
  config.checkTracerLeaks = true;
});
afterEach(() => {
  config.checkTracerLeaks = false;
  kept = [];
});

describe("a tracer kept outside", () => {
  const ways: Readonly<Record<string, () => unknown>> = {
    jit: () => jit(leaky)(x),
    vmap: () => vmap(leaky)(x),
    "vmap with a name": () => vmap(leaky, { axisName: "i" })(x),
    scan: () => lax.scan((c: Tensor) => [leaky(c), null], x, null, { length: 2 }),
    whileLoop: () =>
      lax.whileLoop(
        (v: Tensor) => np.less(np.sum(v), 100),
        (v: Tensor) => leaky(v),
        x,
      ),
    cond: () => lax.cond(true, leaky, leaky, x),
    checkpoint: () => checkpoint(leaky)(x),
    makeJaxpr: () => makeJaxpr(leaky)(x),
    evalShape: () => evalShape(leaky, x),
    "jit inside jit": () => jit((v: Tensor) => jit(leaky)(np.sin(v)))(x),
  };
  test.each(Object.keys(ways))("is refused under %s", (name) => {
    expect(ways[name]!).toThrow(UnexpectedTracerError);
    expect(traceDepth()).toBe(0);
  });

  test("the message names the trace, the value and the user's lines", () => {
    expect(() => jit(leaky)(x)).toThrow(
      /Leaked trace: jit\(leaky\) at .*leaks\.test\.ts:\d+:\d+\..*float32\[4\], made by mul at .*leaks\.test\.ts:\d+:\d+/s,
    );
  });

  test("an argument is named by its path", () => {
    const f = jit((p: { w: Tensor }) => {
      kept.push(p.w);
      return np.add(p.w, 1);
    });
    expect(() => f({ w: x })).toThrow(/float32\[4\], which is args\[0\]\.w/);
  });

  test("all of several are named, in order; those that are not kept are not", () => {
    const f = jit((v: Tensor) => {
      const s = np.sin(v);
      kept.push(np.cos(s), { inside: [np.exp(s)] });
      return np.sum(s);
    });
    expect(() => f(x)).toThrow(
      /tracer\(s\)[^\n]*\n {2}float32\[4\], made by cos [^\n]*\n {2}float32\[4\], made by exp [^\n]*\nReturn/,
    );
  });

  test("in a closure, a class or a promise too", () => {
    const inClosure = jit((v: Tensor) => {
      const s = np.sin(v);
      kept.push(() => s);
      return s;
    });
    expect(() => inClosure(x)).toThrow(UnexpectedTracerError);
    const inPromise = jit((v: Tensor) => {
      kept.push(Promise.resolve(np.sin(v)));
      return v;
    });
    expect(() => inPromise(x)).toThrow(UnexpectedTracerError);
  });

  test("nothing is cached: once it is mended, the function runs", () => {
    let leak = true;
    const f = jit((v: Tensor) => {
      if (leak) kept.push(v);
      return np.add(v, 1);
    });
    expect(() => f(x)).toThrow(UnexpectedTracerError);
    leak = false;
    expect(f(x).tolist()).toEqual([1, 2, 3, 4]);
  });
});

describe("nothing is said", () => {
  const double = customVjp((v: Tensor) => np.multiply(v, 2));
  double.defvjp(
    (v: Tensor) => [np.multiply(v, 2), v],
    (_res: Tensor, ct: Tensor) => [np.multiply(ct, 2)],
  );
  const ways: Readonly<Record<string, () => unknown>> = {
    "of methods chained on a tensor": () => jit((v: Tensor) => v.mul(2).add(1).sum())(x),
    "of loops and branches": () =>
      jit((v: Tensor) =>
        lax.scan(
          (c: Tensor) => {
            const next = lax.cond(
              np.greater(c.sum(), 0),
              (a: Tensor) => np.sin(a),
              (a: Tensor) => np.cos(a),
              c,
            );
            return [next.add(v), c.mul(2)];
          },
          v,
          null,
          { length: 3 },
        ),
      )(x),
    "of nested transformations": () =>
      jit(grad((v: Tensor) => np.sum(vmap((a: Tensor) => np.multiply(np.sin(a), a))(v))))(x),
    "of a jit under grad": () => grad((v: Tensor) => jit((a: Tensor) => np.sum(a.mul(a)))(v.mul(2)))(x),
    "of custom rules": () => jit(grad((v: Tensor) => np.sum(double(v))))(x),
    "of values that go with the function": () =>
      jit((v: Tensor) => {
        const list = [v, np.sin(v)];
        const table = new Map([["s", list]]);
        return np.add(table.get("s")![0]!, table.get("s")![1]!);
      })(x),
    "of a function that throws, but its own error": () => {
      const f = jit((v: Tensor): Tensor => {
        kept.push(v);
        throw new RangeError("mine");
      });
      expect(() => f(x)).toThrow(RangeError);
    },
    "under grad and jvp alone, as in JAX": () => [grad((v: Tensor) => np.sum(leaky(v)))(x), jvp(leaky, [x], [x])],
  };
  test.each(Object.keys(ways))("%s", (name) => {
    expect(ways[name]!).not.toThrow();
  });

  test("when the setting is off, and use of the tracer still throws", () => {
    config.checkTracerLeaks = false;
    expect(jit(leaky)(x).tolist()).toEqual([1, 3, 5, 7]);
    expect(() => np.sin(kept[0] as Tensor)).toThrow(UnexpectedTracerError);
  });
});
