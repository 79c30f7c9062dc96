// pureCallback and ioCallback: when they are called, with what, in which order, under which transformations, how they fail.
import { afterEach, describe, expect, test } from "vitest";
import "../../src/lib/install.ts";
import { hostFunctionCount } from "../../runtime/index.ts";
import { config } from "../../src/compile/config.ts";
import { JortsError, NonDifferentiableError, ShapeError, ShardingError, TreeError } from "../../src/core/errors.ts";
import { effectsBarrier, ioCallback, pureCallback, type VmapMethod } from "../../src/lib/callback.ts";
import { customJvp, stopGradient } from "../../src/lib/custom.ts";
import * as debug from "../../src/lib/debug.ts";
import { grad, jvp } from "../../src/lib/grad.ts";
import { slice } from "../../src/lib/indexing.ts";
import { jit } from "../../src/lib/jit.ts";
import * as lax from "../../src/lib/lax.ts";
import { liveBuffers, scope } from "../../src/lib/memory.ts";
import { NamedSharding, P } from "../../src/lib/mesh.ts";
import * as np from "../../src/lib/np.ts";
import { devicePut, makeMesh } from "../../src/lib/sharding.ts";
import { ShapeDtypeStruct, type Tensor } from "../../src/lib/tensor.ts";
import { vmap } from "../../src/lib/vmap.ts";

config.numCpuDevices = 2;
const f32 = (...shape: number[]) => new ShapeDtypeStruct(shape, "float32");
const like = (x: Tensor) => new ShapeDtypeStruct(x.shape, x.dtype);

/** Large enough that XLA runs its product on a thread of its own, so that the call comes from there. */
const big = () => np.ones([300, 300]);
const slowly = (x: Tensor) => np.matmul(x, x);

afterEach(async () => {
  await Promise.allSettled([effectsBarrier()]);
  expect(liveBuffers()).toEqual({ count: 0, bytes: 0 });
});

describe("pureCallback", () => {
  test("gets concrete tensors in their tree and gives tensors, typed arrays or numbers in the tree of its shapes", async () => {
    const f = jit((x: Tensor, n: Tensor) =>
      pureCallback(
        ({ a, b }: { a: Tensor; b: readonly Tensor[] }) => ({
          sum: (a.tolist() as number[]).reduce((s, v) => s + v, 0) + Number(b[0]!.item()),
          twice: np.array((a.tolist() as number[]).map((v) => 2 * v)),
          raw: Float64Array.of(1.5, 2.5),
        }),
        { sum: f32(), twice: like(x), raw: f32(2) },
        { a: x, b: [n] },
      ),
    );
    using x = np.array([1, 2, 3]);
    using n = np.array(4n);
    const out = f(x, n);
    await out.sum.blockUntilReady();
    expect([out.sum.item(), out.twice.tolist(), out.raw.tolist()]).toEqual([10, [2, 4, 6], [1.5, 2.5]]);
    for (const t of Object.values(out)) t.dispose();
  });

  test("is not called when nobody uses its results, and called at once outside jit", async () => {
    let calls = 0;
    const count = (x: Tensor) => {
      calls++;
      return x;
    };
    using x = np.array([1, 2]);
    using y = jit((v: Tensor) => {
      pureCallback(count, like(v), v);
      return v.add(1);
    })(x);
    await y.blockUntilReady();
    expect(calls).toBe(0);
    using z = pureCallback(count, like(x), x);
    expect([z.tolist(), calls]).toEqual([[1, 2], 1]);
    z.dispose();
    expect(x.tolist()).toEqual([1, 2]);
  });

  test.each<[VmapMethod, unknown[]]>([
    ["sequential", ["[] []", "[] []", "[] []"]],
    ["sequential_unrolled", ["[] []", "[] []", "[] []"]],
    ["expand_dims", ["[3] [1]"]],
    ["broadcast_all", ["[3] [3]"]],
  ])("vmap by %s", async (vmapMethod, expected) => {
    const seen: string[] = [];
    const add = (a: Tensor, b: Tensor) => {
      seen.push(`[${a.shape}] [${b.shape}]`);
      const [xs, ys] = [a.bits() as Float32Array, b.bits() as Float32Array];
      return xs.map((v, i) => v + ys[i % ys.length]!);
    };
    const f = vmap((a: Tensor, b: Tensor) => pureCallback(add, f32(), a, b, { vmapMethod }), { inAxes: [0, null] });
    using x = np.array([0, 1, 2]);
    using one = np.array(1);
    using y = jit(f)(x, one);
    await y.blockUntilReady();
    expect([y.tolist(), seen]).toEqual([[1, 2, 3], expected]);
  });

  test("vmap of vmap, over different axes, agrees with the loop", async () => {
    const sub = (a: Tensor, b: Tensor) => {
      const other = b.bits() as Float32Array;
      return (a.bits() as Float32Array).map((v, i) => v - other[i]!);
    };
    using x = scope(() => np.reshape(np.arange(24, { dtype: "float32" }), [2, 3, 4]));
    using m = scope(() => np.reshape(np.arange(6, { dtype: "float32" }), [3, 2]));
    for (const vmapMethod of ["sequential", "broadcast_all"] as const) {
      const f = (a: Tensor, b: Tensor) => pureCallback(sub, f32(4), a, np.broadcastTo(b, [4]), { vmapMethod });
      const both = vmap(vmap(f, { inAxes: [0, 0] }), { inAxes: [0, 1], outAxes: 1 });
      using got = jit(both)(x, m);
      await got.blockUntilReady();
      using expected = scope(() => np.transpose(np.subtract(x, np.expandDims(m.T, 2)), [1, 0, 2]));
      expect(got.tolist()).toEqual(expected.tolist());
    }
  });

  test("vmap without a method, and derivatives, are refused; stopGradient and customJvp are the way", async () => {
    const call = (x: Tensor) => pureCallback((v: Tensor) => v, like(x), x);
    using x = np.array([1, 2]);
    expect(() => vmap(call)(x)).toThrow(/vmapMethod/);
    using one = np.array(3);
    expect(() => grad(call)(one)).toThrow(NonDifferentiableError);
    expect(() => jvp(jit(call), [one], [one])).toThrow(/pureCallback: a callback has no derivative/);
    using g = jit(grad((v: Tensor) => v.mul(call(stopGradient(v)))))(one);
    await g.blockUntilReady();
    expect(g.item()).toBe(3);
    const sine = customJvp((v: Tensor) => pureCallback((u: Tensor) => Math.sin(Number(u.item())), f32(), v));
    sine.defjvp(([v]: Tensor[], [t]: Tensor[]) => [sine(v!), np.cos(v!).mul(t!)] as never);
    using d = jit(grad(sine))(one);
    await d.blockUntilReady();
    expect(d.item()).toBeCloseTo(Math.cos(3), 6);
  });
});

describe("ioCallback", () => {
  test("1,000 ordered calls in a scan, in order; forwards and reversed", async () => {
    const seen: number[] = [];
    const note = (i: Tensor) => void seen.push(Number(i.item()));
    const f = (reverse: boolean) =>
      jit((x: Tensor) =>
        lax.scan(
          (c: Tensor, i: Tensor) => {
            ioCallback(note, null, i, { ordered: true });
            return [c.add(i), null] as const;
          },
          x,
          np.arange(1000),
          { reverse },
        ),
      );
    using x = np.array(0);
    for (const reverse of [false, true]) {
      seen.length = 0;
      const [y] = f(reverse)(x);
      await y.blockUntilReady();
      expect(y.item()).toBe(499500);
      expect(seen).toEqual(Array.from({ length: 1000 }, (_, i) => (reverse ? 999 - i : i)));
      y.dispose();
    }
  });

  test("is called though nobody uses its result, once for each time, in cond only for the branch taken", async () => {
    const seen: string[] = [];
    const say = (text: string) => (v: Tensor) => {
      seen.push(`${text} ${v.item()}`);
      return v;
    };
    const [yes, no, both] = [say("yes"), say("no"), say("both")];
    const f = jit((p: Tensor, x: Tensor) => {
      ioCallback(both, like(x), x);
      return lax.cond(
        p,
        (v: Tensor) => ioCallback(yes, like(v), v, { ordered: true }),
        (v: Tensor) => ioCallback(no, like(v), v, { ordered: true }),
        x,
      );
    });
    using x = np.array(1);
    for (const truth of [true, false]) {
      using p = np.array(truth);
      (await f(p, x).blockUntilReady()).dispose();
    }
    expect(seen.sort()).toEqual(["both 1", "both 1", "no 1", "yes 1"]);
  });

  test("order holds through jit in jit, while, foriLoop, unrolled scans and between programs", async () => {
    const seen: string[] = [];
    const say = (v: Tensor) => void seen.push(String(v.item()));
    const io = (v: Tensor | number) => ioCallback(say, null, v, { ordered: true });
    const inner = jit((x: Tensor) => {
      io(x);
      return x.add(1);
    });
    const f = jit((x: Tensor) => {
      io(100);
      let y = inner(inner(x));
      y = lax.whileLoop(
        (c: Tensor) => c.less(4),
        (c: Tensor) => inner(c),
        y,
      );
      io(200);
      y = lax.foriLoop(0, 2, (_, c: Tensor) => inner(c), y);
      [y] = lax.scan((c: Tensor, _x: Tensor) => [inner(c), null] as const, y, np.arange(3), { unroll: 2 });
      return y;
    });
    using x = np.array(0);
    using y = f(x);
    using z = f(y);
    await z.blockUntilReady();
    expect(seen.slice(0, 11)).toEqual(["100", "0", "1", "2", "3", "200", "4", "5", "6", "7", "8"]);
    expect(seen.slice(11)).toEqual(["100", "9", "10", "200", "11", "12", "13", "14", "15"]);
  });

  test("vmap calls once for each example unless ordered; batched conds and derivatives are refused", async () => {
    const seen: unknown[] = [];
    const note = (v: Tensor) => {
      seen.push(v.item());
      return v;
    };
    using x = np.array([1, 2, 3]);
    using y = vmap((v: Tensor) => ioCallback(note, like(v), v))(x);
    await y.blockUntilReady();
    expect([seen, y.tolist()]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(() => vmap((v: Tensor) => ioCallback(note, like(v), v, { ordered: true }))(x)).toThrow(/ordered/);
    const branch = (v: Tensor) =>
      lax.cond(
        v.greater(1),
        (u: Tensor) => ioCallback(note, like(u), u),
        (u: Tensor) => u,
        v,
      );
    expect(() => vmap(branch)(x)).toThrow(/effects cannot be batched/);
    using one = np.array(1);
    expect(() => jit(grad((v: Tensor) => ioCallback(note, like(v), v)))(one)).toThrow(NonDifferentiableError);
  });
});

describe("calls from XLA's threads", () => {
  test("a synchronous read of a pending result throws; await works, and then so do synchronous reads", async () => {
    const f = jit((x: Tensor) =>
      pureCallback((v: Tensor) => (v.bits() as Float32Array).map((e) => 2 * e), like(x), slowly(x)),
    );
    using x = big();
    await x.blockUntilReady();
    using y = f(x);
    expect(() => y.tolist()).toThrow(/Await it/);
    using z = y.at(0, 0);
    expect(() => z.item()).toThrow(/Await it/);
    expect((await y.data())[0]).toBe(600);
    await effectsBarrier();
    expect((y.tolist() as number[][])[7]![7]).toBe(600);
  });

  test("many programs at once, each with several calls, some on each other's results", async () => {
    let calls = 0;
    const count = (v: Tensor) => {
      calls++;
      return v;
    };
    const f = jit((x: Tensor) => {
      const m = slowly(x);
      return np.multiply(np.add(pureCallback(count, like(m), m), pureCallback(count, like(m), m.T)), 1 / 600);
    });
    using x = big();
    const ys: Tensor[] = [f(x)];
    for (let i = 1; i < 8; i++) ys.push(f(i % 2 ? x : ys[i - 1]!));
    expect((await ys[7]!.data())[0]).toBeCloseTo(1, 5);
    await effectsBarrier();
    expect(calls).toBe(16);
    for (const y of ys) y.dispose();
  });

  test("a loop that never awaits ends in an error, not in a deadlock, and recovers", async () => {
    const f = jit((x: Tensor) =>
      np.multiply(
        pureCallback((v: Tensor) => v, like(x), slowly(x)),
        1 / 300,
      ),
    );
    let x: Tensor = big();
    const made = [x];
    expect(() => {
      for (let i = 0; i < 100; i++) {
        x = f(x);
        made.push(x);
      }
    }).toThrow(/programs are under way.*[Aa]wait/s);
    expect((await x.data())[0]).toBeCloseTo(1, 4);
    await effectsBarrier();
    made.push(f(x));
    expect((await made.at(-1)!.data())[0]).toBeCloseTo(1, 4);
    for (const t of made) t.dispose();
  });

  test("tensor operations inside a program's callback are refused; nested arrays are results", async () => {
    using x = np.array([1, 2]);
    for (const before of [
      (v: Tensor) => v,
      (v: Tensor) => slowly(np.broadcastTo(v.sum(), [300, 300])).at(0, slice(0, 2)),
    ]) {
      const wrong = jit((v: Tensor) => pureCallback((u: Tensor) => np.sin(u), like(v), before(v)));
      await expect(
        (async () => {
          using y = wrong(x);
          await y.data();
        })(),
      ).rejects.toThrow(/cannot run tensor operations/);
      const right = jit((v: Tensor) => pureCallback((u: Tensor) => [u.tolist() as number[], [3, 4]], f32(2, 2), v));
      using z = right(x);
      await z.blockUntilReady();
      expect(z.tolist()).toEqual([
        [1, 2],
        [3, 4],
      ]);
    }
    using eager = pureCallback((u: Tensor) => np.add(u, 1), like(x), x);
    expect(eager.tolist()).toEqual([2, 3]);
  });
});

describe("what goes wrong surfaces as itself", () => {
  class Mine extends Error {}
  const mine = new Mine("from the callback");
  const boom = (): never => {
    throw mine;
  };
  test.each([
    ["on this thread", (x: Tensor) => x],
    ["on a thread of XLA's", slowly],
  ])("an exception %s", async (_, before) => {
    const f = jit((x: Tensor) => pureCallback(boom, like(x), before(x)).add(1));
    using x = big();
    await expect(
      (async () => {
        using y = f(x);
        using z = y.mul(2);
        await z.data();
      })(),
    ).rejects.toBe(mine);
    await effectsBarrier().catch((e: unknown) => expect(e).toBe(mine));
  });

  test("eagerly, in an io callback, and in debug.callback of a program without results", async () => {
    using x = np.array([1]);
    expect(() => pureCallback(boom, like(x), x)).toThrow(mine);
    const io = jit((v: Tensor) => {
      ioCallback(boom, null, slowly(v), { ordered: true });
      return null;
    });
    const debugged = jit((v: Tensor) => {
      debug.callback(boom, slowly(v));
      return null;
    });
    using m = big();
    for (const f of [io, debugged])
      await expect(
        (async () => {
          f(m);
          await effectsBarrier();
        })(),
      ).rejects.toBe(mine);
    const fine = jit((v: Tensor) => {
      ioCallback(() => null, null, v, { ordered: true });
      return v.add(1);
    });
    using y = fine(x);
    expect((await y.data())[0]).toBe(2);
  });

  test.each<[string, (x: Tensor) => unknown, new (m: string) => Error, RegExp]>([
    ["shape", () => np.zeros([4]), ShapeError, /returned result as float32\[4\], expected float32\[3\]/],
    ["count", () => new Float32Array(2), ShapeError, /result as 2 values, expected float32\[3\]/],
    ["scalar", () => 1, ShapeError, /result as a scalar/],
    ["tree", (x) => [x, x], TreeError, /pureCallback\(f\): the callback returned \[\*, \*\], expected \*/],
    ["promise", async (x) => x, TreeError, /must be synchronous/],
  ])("a result of another %s", async (_, f, error, message) => {
    using x = np.array([1, 2, 3]);
    const result = (async () => {
      using y = jit((v: Tensor) => pureCallback(f as (v: Tensor) => Tensor, like(v), v))(x) as Tensor;
      await y.data();
    })();
    await expect(result).rejects.toThrow(error);
    await expect(result).rejects.toThrow(message);
  });
});

describe("several devices", () => {
  test("one call with the whole value; ordered calls are refused", async () => {
    const mesh = makeMesh([2], ["x"]);
    const s = new NamedSharding(mesh, P("x"));
    using host = np.arange(8, { dtype: "float32" });
    using x = devicePut(host, s);
    const seen: unknown[] = [];
    const double = (v: Tensor) => {
      seen.push(v.tolist());
      return (v.tolist() as number[]).map((e) => 2 * e);
    };
    const all = [0, 1, 2, 3, 4, 5, 6, 7];
    for (const outShardings of [null, s]) {
      using y = jit((v: Tensor) => pureCallback(double, like(v), v), { outShardings })(x);
      expect([...(await y.data())]).toEqual(all.map((v) => 2 * v));
      using z = jit((v: Tensor) => ioCallback(double, like(v), v).add(v), { outShardings })(x);
      expect([...(await z.data())]).toEqual(all.map((v) => 3 * v));
      using w = jit(
        (v: Tensor) => {
          debug.callback(double, v);
          return v.add(1);
        },
        { outShardings },
      )(x);
      expect([...(await w.data())]).toEqual(all.map((v) => v + 1));
      await effectsBarrier();
    }
    expect(seen).toEqual([all, all, all, all, all, all]);
    expect(() => jit((v: Tensor) => ioCallback(double, like(v), v, { ordered: true }))(x)).toThrow(ShardingError);
  });

  test("an exception surfaces from what depends on it, and the devices go on", async () => {
    const mesh = makeMesh([2], ["x"]);
    using host = np.arange(8, { dtype: "float32" });
    using x = devicePut(host, new NamedSharding(mesh, P("x")));
    const mine = new RangeError("mine");
    let fail = true;
    const f = jit((v: Tensor) =>
      pureCallback(
        (u: Tensor) => {
          if (fail) throw mine;
          return u;
        },
        like(v),
        v,
      ).add(v.sum()),
    );
    using bad = f(x);
    expect(() => bad.mul(2)).toThrow(/Await its result first/);
    await expect(bad.data()).rejects.toBe(mine);
    await effectsBarrier().catch((e: unknown) => expect(e).toBe(mine));
    using worse = bad.mul(2);
    await expect(worse.data()).rejects.toBe(mine);
    expect(() => worse.tolist()).toThrow(mine);
    await effectsBarrier();
    fail = false;
    using good = f(x);
    await good.blockUntilReady();
    await effectsBarrier();
    using better = good.mul(2);
    expect([...(await better.data())]).toEqual([56, 58, 60, 62, 64, 66, 68, 70]);
  });
});

test("programs hold their callbacks and let go of them", async () => {
  const before = hostFunctionCount();
  const f = jit((x: Tensor) => pureCallback((v: Tensor) => v, like(x), x));
  using x = np.array([1]);
  (await f(x).blockUntilReady()).dispose();
  expect(hostFunctionCount()).toBe(before + 1);
  f.clearCache();
  expect(hostFunctionCount()).toBe(before);
});

test("options are checked", () => {
  using x = np.array([1]);
  expect(() => pureCallback((v: Tensor) => v, like(x), x, { vmapMethod: "all" as VmapMethod })).toThrow(JortsError);
  expect(() => ioCallback((v: Tensor) => v, like(x), x, { ordered: 1 as unknown as boolean })).toThrow(/ordered is 1/);
});
