// debug.print and debug.callback: text, order and number of calls are JAX's.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import "../../src/lib/install.ts";
import { config } from "../../src/compile/config.ts";
import { JortsError } from "../../src/core/errors.ts";
import { effectsBarrier } from "../../src/lib/callback.ts";
import { checkpoint } from "../../src/lib/checkpoint.ts";
import * as debug from "../../src/lib/debug.ts";
import { grad } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import * as lax from "../../src/lib/lax.ts";
import { liveBuffers, scope } from "../../src/lib/memory.ts";
import * as np from "../../src/lib/np.ts";
import type { Tensor } from "../../src/lib/tensor.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { decode, rawOf, readFixture } from "../fixtures.ts";

let written = "";
beforeEach(() => {
  written = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  config.disableJit = false;
});

/** What `run` prints, everything that it starts included. */
async function printed(run: () => unknown): Promise<string> {
  written = "";
  scope(() => {
    run();
    return null;
  });
  await effectsBarrier();
  return written;
}

const { order, texts } = readFixture("debug.json");
const i32 = (...values: number[]) => np.array(values, { dtype: "int32" });

const counted = (x: Tensor) =>
  lax.scan(
    (c: Tensor, i: Tensor) => {
      debug.print("{i} {c}", { i, c, ordered: true });
      return [c.mul(2).add(i), null] as const;
    },
    x,
    np.arange(4),
  )[0];

const sines = (x: Tensor) =>
  lax.scan(
    (c: Tensor, i: Tensor) => {
      debug.print("{} {}", i, c.greater(0.5), { ordered: true });
      return [np.sin(c), null] as const;
    },
    x,
    np.arange(3),
  )[0];

const nested = (x: Tensor) =>
  lax.scan(
    (c: Tensor, i: Tensor) => {
      debug.print("outer {}", i, { ordered: true });
      const inner = (d: Tensor, j: Tensor) => {
        debug.print("inner {} {}", i, j, { ordered: true });
        return [d, null] as const;
      };
      return [lax.scan(inner, c, np.arange(2))[0], null] as const;
    },
    x,
    np.arange(2),
  )[0];

/** Only prints. */
const showing =
  (format: string, ...more: unknown[]) =>
  (...values: Tensor[]) => {
    debug.print(format, ...values, ...more);
    return null;
  };

const branches = (ordered: boolean) => (x: Tensor) =>
  lax.cond(
    x.greater(0),
    (v: Tensor) => {
      debug.print("pos {}", v, { ordered });
      return v;
    },
    (v: Tensor) => {
      debug.print("neg {}", v, { ordered });
      return v.neg();
    },
    x,
  );

const programs: Record<string, () => unknown> = {
  scan: () => jit(counted)(np.array(1)),
  "scan-grad": () => jit(grad(sines))(np.array(1)),
  "scan-nested": () => jit(nested)(np.array(1)),
  while: () =>
    jit((c: Tensor) =>
      lax.whileLoop(
        (c: Tensor) => {
          debug.print("cond {}", c, { ordered: true });
          return c.less(3);
        },
        (c: Tensor) => {
          debug.print("body {}", c, { ordered: true });
          return c.add(1);
        },
        c,
      ),
    )(np.array(0, { dtype: "int32" })),
  cond: () => [jit(branches(true))(np.array(1)), jit(branches(true))(np.array(-1))],
  "vmap-cond": () => vmap(branches(false))(np.array([-1, 1])),
  vmap: () =>
    vmap(showing("{} {}"), { inAxes: [0, null] })(np.arange(3, { dtype: "float32" }), np.array(7, { dtype: "int32" })),
  "vmap-ordered": () => jit(vmap(showing("{}", { ordered: true })))(np.arange(3, { dtype: "float32" })),
  "vmap-vmap": () => vmap(vmap(showing("{}")))(np.reshape(i32(0, 1, 2, 3, 4, 5), [2, 3])),
  "vmap-while": () =>
    vmap((n: Tensor) =>
      lax.whileLoop(
        (c: Tensor) => c.less(n),
        (c: Tensor) => {
          debug.print("body {} {}", c, n);
          return c.add(1);
        },
        np.array(0, { dtype: "int32" }),
      ),
    )(i32(1, 3)),
  "between-programs": () => {
    const f = jit((x: Tensor) => {
      debug.print("{}", x, { ordered: true });
      return x;
    });
    return [0, 1, 2, 3, 4].map((i) => f(np.array(i, { dtype: "int32" })));
  },
};

describe("the order of prints is JAX's", () => {
  test.each(order.map((o) => [o.name, o.printed] as const))("%s", async (name, expected) => {
    expect(await printed(programs[name]!)).toBe(expected);
  });
  test("every recorded program is here", () => {
    expect(order.map((o) => o.name).sort()).toEqual(Object.keys(programs).sort());
  });
});

describe("text is JAX's", () => {
  const tensor = (encoded: (typeof texts)[number]["values"][number]) => {
    const t = decode(encoded);
    return np.array(rawOf(t), { shape: t.shape, dtype: t.dtype });
  };
  test.each(texts.map((t) => [`${t.format} ${t.printed.slice(0, 40)}`, t] as const))("%s", async (_, t) => {
    expect(await printed(() => debug.print(t.format, ...t.values.map(tensor)))).toBe(t.printed);
  });
  test("host values, trees, names and braces", async () => {
    using x = np.array([1, 2], { dtype: "int32" });
    expect(await printed(() => debug.print("{who} {{}} {} {t}", "a", { who: "me", t: { x, n: [x, 3n] } }))).toBe(
      "me {} a {n: [[1 2], 3], x: [1 2]}\n",
    );
  });
  test.each<[string, unknown[], RegExp]>([
    ["{}", [1, 2], /unused positional arguments 1/],
    ["{}", [1, { x: 2 }], /unused named values x.*template string/],
    ["{} {}", [1], /asks for argument 1, got 1 positional/],
    ["{y}", [{ x: 1 }], /asks for \{y\}, got x/],
    ["{", [], /single \{/],
    ["{:q}", [1], /format "q" is not understood/],
  ])("%s with %j is refused when traced", (format, args, message) => {
    expect(() => debug.print(format, ...args)).toThrow(JortsError);
    expect(() => debug.print(format, ...args)).toThrow(message);
  });
});

describe("where it is called", () => {
  const noisy = (x: Tensor) => {
    debug.print("x={x}", { x });
    return np.sin(x);
  };
  test("at once outside jit, and under grad outside jit before code that reads values", () => {
    using x = np.array(1);
    noisy(x);
    expect(written).toBe("x=1.0\n");
    written = "";
    const seen: string[] = [];
    grad((y: Tensor) => {
      debug.print("y={}", y.mul(2));
      seen.push(written);
      return y.item() === 1 ? np.sin(y) : y;
    })(x);
    expect(seen).toEqual(["y=2.0\n"]);
    expect(written).toBe("y=2.0\n");
  });
  test("jit traces once and prints at each call; the same program is found again", async () => {
    using x = np.array(1);
    let traces = 0;
    const f = jit((v: Tensor) => {
      traces++;
      return noisy(v);
    });
    expect(await printed(() => [f(x), f(x)])).toBe("x=1.0\nx=1.0\n");
    expect(traces).toBe(1);
  });
  test("checkpoint and jit in jit", async () => {
    const f = jit(grad((x: Tensor) => jit(checkpoint(noisy))(x)));
    expect(await printed(() => f(np.array(1)))).toBe("x=1.0\n");
  });
  test("debug.callback gets tensors and trees; what it returns is ignored", async () => {
    const seen: unknown[] = [];
    const f = jit((x: Tensor) => {
      debug.callback((t: { a: Tensor; b: Tensor[] }) => seen.push([t.a.tolist(), t.b[0]?.item()]), {
        a: x,
        b: [x.sum()],
      });
      return x;
    });
    await printed(() => f(np.array([1, 2])));
    expect(seen).toEqual([[[1, 2], 3]]);
  });
  test("nothing stays alive", async () => {
    const before = liveBuffers().count;
    for (const run of Object.values(programs)) await printed(run);
    expect(liveBuffers().count).toBe(before);
  });
});
