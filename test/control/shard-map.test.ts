// shardMap: pieces and whole values, its text, derivatives under both conventions, batching, nesting, errors, memory.
import {
  checkpoint,
  config,
  customVjp,
  devicePut,
  grad,
  hessian,
  IndivisibleError,
  jit,
  jvp,
  lax,
  linearize,
  liveBuffers,
  makeJaxpr,
  makeMesh,
  NamedSharding,
  np,
  P,
  ShardingError,
  scope,
  shardMap,
  slice,
  type Tensor,
  TreeError,
  valueAndGrad,
  vjp,
  vmap,
} from "jorts";
import { describe, expect, it } from "vitest";
import { counters } from "../../src/compile/stage.ts";
import { axisEnvironment } from "../../src/core/axes.ts";
import { checkGraph } from "../../src/core/check.ts";
import { traceDepth } from "../../src/core/trace.ts";
import { pureGraph } from "../transforms/tools.ts";

config.numCpuDevices = 8;
const mesh = makeMesh([2, 4], ["data", "model"]);
const list = (t: Tensor) => t.tolist();
const near = (got: Tensor, want: Tensor, digits = 5) => {
  const [a, b] = [got, want].map((t) => np.ravel(t).tolist() as number[]);
  expect(got.shape).toEqual(want.shape);
  a!.forEach((v, i) => {
    expect(v, `element ${i}`).toBeCloseTo(b![i]!, digits);
  });
};
const wave = (shape: readonly number[], step = 1) =>
  np.sin(np.mul(np.arange(shape.reduce((a, b) => a * b, 1)).astype("float32"), step)).reshape(shape);

describe("pieces and whole values", () => {
  it("gives each device its piece and puts the results together", () => {
    const shapes: (readonly number[])[] = [];
    const f = shardMap(
      (x: Tensor, y: Tensor) => {
        shapes.push(x.shape, y.shape);
        return np.matmul(x, y);
      },
      { mesh, inSpecs: [P("data"), P(null, "model")], outSpecs: P("data", "model") },
    );
    scope(() => {
      const [x, y] = [wave([4, 3]), wave([3, 8], 2)];
      const out = f(x, y);
      expect(shapes).toEqual([
        [2, 3],
        [3, 2],
      ]);
      near(out, np.matmul(x, y));
      expect(out.sharding.toString()).toBe('NamedSharding(Mesh(data: 2, model: 4), P("data", "model"))');
    });
  });

  it("cuts a dimension along several axes, the first the slowest", () => {
    scope(() => {
      const f = (names: readonly string[]) =>
        shardMap((x: Tensor) => np.mul(x, lax.axisIndex(names)), { mesh, inSpecs: P(names), outSpecs: P(names) });
      expect(list(f(["data", "model"])(np.ones([8], "int32")))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(list(f(["model", "data"])(np.ones([8], "int32")))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    });
  });

  it("takes trees with prefix trees of specs, and no arguments", () => {
    scope(() => {
      const f = shardMap(
        ({ a, b }: { a: Tensor; b: readonly [Tensor, Tensor] }, c: Tensor) => ({
          sum: [np.add(a, c), np.mul(b[0], 2)],
          rest: lax.psum(b[1], "model"),
        }),
        { mesh, inSpecs: [{ a: P(), b: P("model") }, P()], outSpecs: { sum: [P(), P("model")], rest: P() } },
      );
      const { sum, rest } = f({ a: np.ones([2]), b: [np.arange(4), np.arange(4)] }, np.array(3));
      expect([list(sum[0]!), list(sum[1]!), list(rest)]).toEqual([[4, 4], [0, 2, 4, 6], [6]]);
      const index = shardMap(() => lax.axisIndex("model").reshape([1]), { mesh, inSpecs: [], outSpecs: P("model") });
      expect(list(index())).toEqual([0, 1, 2, 3]);
    });
  });

  it("takes values that are placed already, and closes over others", () => {
    scope(() => {
      const c = np.array([10, 20]);
      const f = shardMap((x: Tensor) => np.add(x, c.at(lax.axisIndex("data"))), {
        mesh,
        inSpecs: P("data"),
        outSpecs: P("data"),
      });
      const x = devicePut(np.arange(4).astype("float32"), new NamedSharding(mesh, P("model")));
      expect(list(f(x))).toEqual([10, 11, 22, 23]);
      expect(list(jit(f)(x))).toEqual([10, 11, 22, 23]);
    });
  });

  it("is traced once for each kind of arguments, and runs as one program", () => {
    let traces = 0;
    const body = (x: Tensor) => {
      traces++;
      return lax.psum(np.sin(x), "model");
    };
    scope(() => {
      const run = () =>
        shardMap(body, { mesh: makeMesh([2, 4], ["data", "model"]), inSpecs: P("model"), outSpecs: P() });
      const x = np.ones([4]);
      run()(x).dispose();
      const { compiles } = counters;
      for (let i = 0; i < 3; i++) run()(x).dispose();
      expect(traces).toBe(1);
      expect(counters.compiles).toBe(compiles);
      run()(np.ones([8]));
      expect(traces).toBe(2);
    });
  });

  it("over one device", () => {
    scope(() => {
      const f = shardMap((x: Tensor) => np.add(lax.psum(x, "i"), lax.axisIndex("i")), {
        mesh: makeMesh([1], ["i"]),
        inSpecs: P("i"),
        outSpecs: P("i"),
      });
      expect(list(f(np.arange(3)))).toEqual([0, 1, 2]);
    });
  });
});

describe("text", () => {
  it("is a manual computation", () => {
    const f = shardMap((w: Tensor, x: Tensor) => lax.psum(np.sum(np.mul(w, x)), "model"), {
      mesh,
      inSpecs: [P(), P("model")],
      outSpecs: P(),
    });
    const loss = jit((w: Tensor, x: Tensor) => f(w, x));
    scope(() => {
      expect(loss.lower(np.ones([]), np.ones([8])).asText()).toMatchInlineSnapshot(`
        "module @jit_f attributes {mhlo.num_partitions = 8 : i32, mhlo.num_replicas = 1 : i32} {
          sdy.mesh @mesh = <["data"=2, "model"=4]>
          func.func public @main(%arg0: tensor<f32>, %arg1: tensor<8xf32>) -> (tensor<f32> {jax.result_info = "result"}) {
            %0 = sdy.manual_computation(%arg0, %arg1) in_shardings=[<@mesh, []>, <@mesh, [{"model"}]>] out_shardings=[<@mesh, []>] manual_axes={"data", "model"} (%arg2: tensor<f32>, %arg3: tensor<2xf32>) {
              %1 = stablehlo.broadcast_in_dim %arg2, dims = [] : (tensor<f32>) -> tensor<2xf32>
              %2 = stablehlo.multiply %1, %arg3 : tensor<2xf32>
              %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
              %3 = stablehlo.reduce(%2 init: %cst) applies stablehlo.add across dimensions = [0] : (tensor<2xf32>, tensor<f32>) -> tensor<f32>
              %4 = "stablehlo.all_reduce"(%3) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1, 2, 3], [4, 5, 6, 7]]> : tensor<2x4xi64>, use_global_device_ids}> ({
              ^bb0(%arg4: tensor<f32>, %arg5: tensor<f32>):
                %5 = stablehlo.add %arg4, %arg5 : tensor<f32>
                stablehlo.return %5 : tensor<f32>
              }) : (tensor<f32>) -> tensor<f32>
              sdy.return %4 : tensor<f32>
            } : (tensor<f32>, tensor<8xf32>) -> tensor<f32>
            return %0 : tensor<f32>
          }
        }
        "
      `);
      expect(makeJaxpr(grad(loss))(np.ones([]), np.ones([8]))).toMatchInlineSnapshot(`
        "{ lambda ; a:f32[] b:f32[8]. let
            c:f32[] = jit[name=f
              graph={ lambda ; a:f32[] b:f32[8]. let
                  c:f32[] = shard_map[mesh=Mesh(data: 2, model: 4) manualAxes=(data,model) checked=true inSpecs=(P(),P("model")) outSpecs=(P(),)
                    graph={ lambda ; a:f32[] b:f32[2]{V:model}. let
                        c:f32[2] = broadcast_in_dim[shape=(2,) dims=()] a
                        d:f32[2]{V:model} = mul c b
                        e:f32[]{V:model} = reduce_sum[axes=(0,)] d
                        f:f32[] = psum[axes=(model,) checked=true groups=none] e
                      in (f,) }
                  ] a b
                in (c,) }
            ] a b
            d:f32[] = jit[name=f
              graph={ lambda ; a:f32[8] b:f32[]. let
                  c:f32[] = shard_map[mesh=Mesh(data: 2, model: 4) manualAxes=(data,model) checked=true inSpecs=(P("model"),P()) outSpecs=(P(),)
                    graph={ lambda ; a:f32[2]{V:model} b:f32[]. let
                        c:f32[]{V:model} = pvary[axes=(model,)] b
                        d:f32[2]{V:model} = broadcast_in_dim[shape=(2,) dims=()] c
                        e:f32[2]{V:model} = mul d a
                        f:f32[]{V:model} = reduce_sum[axes=(0,)] e
                        g:f32[] = psum[axes=(model,) checked=true groups=none] f
                      in (g,) }
                  ] a b
                in (c,) }
            ] b 1:f32[]
          in (d,) }"
      `);
    });
  });

  it("compiles to the collectives that stand in it", () => {
    scope(() => {
      const f = jit(
        shardMap((x: Tensor) => lax.allGather(lax.psumScatter(x, "model", { tiled: true }), "data"), {
          mesh,
          inSpecs: P("data"),
          outSpecs: P(null, ["data", "model"]),
        }),
      );
      const compiled = f.lower(np.ones([16])).compile();
      expect(compiled.asText().match(/ (all-gather|reduce-scatter|all-reduce)\(/g)).toEqual([
        " reduce-scatter(",
        " all-gather(",
      ]);
    });
  });

  it("a function called inside and outside is two functions", () => {
    const twice = jit((x: Tensor) => np.mul(x, 2));
    const f = shardMap(twice, { mesh, inSpecs: P("model"), outSpecs: P("model") });
    scope(() => {
      const both = jit((a: Tensor, b: Tensor) => [f(a), twice(b)]);
      const text = both.lower(np.ones([8]), np.ones([2])).asText();
      expect(text.match(/func\.func private/g)).toHaveLength(2);
      const [a, b] = both(np.ones([8]), np.ones([2]));
      expect([list(a!), list(b!)]).toEqual([Array(8).fill(2), [2, 2]]);
    });
  });
});

/** The same function of whole values, and of pieces over the mesh. */
interface Pair {
  readonly whole: (w: Tensor, x: Tensor) => Tensor;
  readonly pieces: (w: Tensor, x: Tensor) => Tensor;
}

/** Rows over data, columns of the weight over model, statistics over both. */
const layer = (checkVma: boolean): Pair => ({
  whole: (w, x) => {
    const y = np.tanh(np.matmul(x, w));
    const mean = np.mean(np.square(y));
    return np.mul(np.sum(y, 1), mean);
  },
  pieces: shardMap(
    (w: Tensor, x: Tensor) => {
      const y = np.tanh(np.matmul(x, w));
      const mean = lax.pmean(np.mean(np.square(y)), ["data", "model"]);
      return np.mul(lax.psum(np.sum(y, 1), "model"), mean);
    },
    { mesh, inSpecs: [P(null, "model"), P("data")], outSpecs: P("data"), checkVma },
  ),
});
/** The weight is the same everywhere; the loss is a sum over all devices; residuals of every rank. */
const shared = (checkVma: boolean): Pair => ({
  whole: (w, x) => np.sum(np.sin(np.matmul(x, np.mul(w, np.sum(w))))),
  pieces: shardMap(
    (w: Tensor, x: Tensor) => lax.psum(np.sum(np.sin(np.matmul(x, np.mul(w, np.sum(w))))), ["data", "model"]),
    { mesh, inSpecs: [P(), P(["data", "model"])], outSpecs: P(), checkVma },
  ),
});
/** What is gathered, exchanged and scattered again. */
const moved = (checkVma: boolean): Pair => ({
  whole: (w, x) => np.matmul(np.matmul(x, np.sin(w)), w.T),
  pieces: shardMap(
    (w: Tensor, x: Tensor) => {
      const all = lax.allGather(w, "model", { axis: 1, tiled: true });
      const y = np.matmul(lax.allGather(x, "model", { axis: 0, tiled: true }), np.sin(all));
      const mine = lax.psumScatter(np.div(np.matmul(y, all.T), 4), "model", { tiled: true });
      return lax.ppermute(lax.ppermute(mine, "model", ring(1)), "model", ring(3));
    },
    { mesh, inSpecs: [P(null, "model"), P("model")], outSpecs: P("model"), checkVma },
  ),
});
const ring = (by: number) => [0, 1, 2, 3].map((i) => [i, (i + by) % 4] as const);
/** A loop inside, with a carry that varies from the second turn on. */
const looped = (checkVma: boolean): Pair => ({
  whole: (w, x) => {
    let [c, s] = [np.zeros([8]), np.array(0)];
    for (let k = 0; k < 3; k++) {
      c = np.sin(np.add(np.matmul(x, w.at(k)), c));
      s = np.add(s, np.sum(np.mul(c, c)));
    }
    return s;
  },
  pieces: shardMap(
    (w: Tensor, x: Tensor) => {
      const [[, s]] = lax.scan(
        ([c, total]: readonly [Tensor, Tensor], row: Tensor) => {
          const next = np.sin(np.add(np.matmul(x, row), c));
          return [[next, np.add(total, lax.psum(np.sum(np.mul(next, next)), ["data", "model"]))], null];
        },
        [np.zeros([1]), np.array(0)] as const,
        w,
      );
      return s;
    },
    { mesh, inSpecs: [P(), P(["data", "model"])], outSpecs: P(), checkVma },
  ),
});

describe.each([true, false])("derivatives with checkVma %s agree with the whole function", (checkVma) => {
  const pairs = { layer, shared, moved, looped };
  it.each(Object.keys(pairs) as (keyof typeof pairs)[])("%s", (name) => {
    const { whole, pieces } = pairs[name](checkVma);
    scope(() => {
      const w = np.mul(wave(name === "looped" ? [3, 8] : [8, 8]), 0.5);
      const x = wave([8, 8], 3);
      const [dw, dx] = [wave(w.shape, 5), wave(x.shape, 7)];
      const both = jit((a: Tensor, b: Tensor) =>
        [whole, pieces].map((f) => {
          const loss = (v: Tensor, y: Tensor) => np.sum(np.mul(f(v, y), np.cos(f(v, y))));
          return { out: f(a, b), grads: grad(loss, { argnums: [0, 1] })(a, b), tangent: jvp(f, [a, b], [dw, dx])[1] };
        }),
      );
      const [want, got] = both(w, x);
      near(got!.out, want!.out, 4);
      near(got!.grads[0], want!.grads[0], 3);
      near(got!.grads[1], want!.grads[1], 3);
      near(got!.tangent, want!.tangent, 3);
    });
  });

  it("outside jit: grad, vjp, linearize and a second derivative", () => {
    const { whole, pieces } = shared(checkVma);
    scope(() => {
      const [w, x] = [np.mul(wave([3]), 0.5), wave([8, 3], 3)];
      near(grad(pieces)(w, x), grad(whole)(w, x), 4);
      const [out, pull] = vjp(pieces, w, x);
      near(out, whole(w, x), 4);
      near(pull(np.array(2))[1], np.mul(grad(whole, { argnums: 1 })(w, x), 2), 4);
      const [, push] = linearize((a: Tensor) => pieces(a, x), w);
      near(push(np.ones([3])), np.sum(grad(whole)(w, x)), 4);
      const [got, want] = [pieces, whole].map((f) => jit(hessian((a: Tensor) => f(a, x)))(w) as Tensor);
      near(got!, want!, 3);
      pull.dispose();
      push.dispose();
    });
  });

  it("through checkpoint, customVjp and an inner jit", () => {
    const scaled = customVjp((x: Tensor) => np.mul(x, 3)).defvjp(
      (x: Tensor) => [np.mul(x, 3), null],
      (_res: null, ct: Tensor) => [np.mul(ct, 3)],
    );
    const f = (x: Tensor, sum: (y: Tensor) => Tensor) => {
      const inner = checkpoint((y: Tensor) => np.sin(scaled(np.sin(y))));
      return sum(jit((y: Tensor) => np.sum(np.mul(inner(y), y)))(x));
    };
    const pieces = shardMap((w: Tensor, x: Tensor) => f(np.mul(w, x), (y) => lax.psum(y, "model")), {
      mesh,
      inSpecs: [P(), P("model")],
      outSpecs: P(),
      checkVma,
    });
    const whole = (w: Tensor, x: Tensor) => f(np.mul(w, x), (y) => y);
    scope(() => {
      const [w, x] = [np.array(0.7), wave([8])];
      near(jit(grad(pieces))(w, x), grad(whole)(w, x), 4);
    });
  });
});

describe("what varies", () => {
  const inside = (f: (w: Tensor, x: Tensor) => Tensor, outSpecs: unknown = P(), checkVma = true) =>
    shardMap(f, { mesh, inSpecs: [P(), P("model")], outSpecs, checkVma });
  const [w, x] = [2, new Float32Array([0, 1, 2, 3, 4, 5, 6, 7])];
  const run = (f: (...args: never[]) => Tensor) =>
    scope(() => list((f as (a: number, b: Float32Array) => Tensor)(w, x)));

  it("a gradient by what is the same on all devices is summed over them", () => {
    const loss = (v: Tensor, y: Tensor) => np.sum(np.mul(v, y));
    expect(run(inside((v, y) => grad(loss)(v, y)))).toBe(28);
    // Each device's own, if the value is said to vary.
    const own = inside((v, y) => grad(loss)(lax.pvary(v, "model"), y).reshape([1]), P("model"));
    expect(run(own)).toEqual([1, 5, 9, 13]);
    // Where nothing is tracked, so it is too.
    const untracked = inside((v, y) => grad(loss)(v, y).reshape([1]), P("model"), false);
    expect(run(untracked)).toEqual([1, 5, 9, 13]);
  });

  it("a cotangent may not differ where its value does not, as in JAX", () => {
    const f = inside((v, y) => vjp((z: Tensor) => np.mul(z, 2), v)[1](np.sum(y))[0]);
    expect(() => run(f)).toThrow(ShardingError);
    expect(() => run(f)).toThrow("f32[]{V:model}, which may differ between devices, but belongs to a f32[]");
  });

  it("uses of both kinds are told apart", () => {
    // d/dv of v + Σ v·y = 1 + Σ y
    const f = (v: Tensor, y: Tensor) => np.add(v, lax.psum(np.sum(np.mul(v, y)), "model"));
    expect(run(inside((v, y) => grad(f)(v, y)))).toBe(29);
    const outer = (v: Tensor, y: Tensor) => inside(f)(v, y);
    expect(run(grad(outer as never) as never)).toBe(29);
  });

  it("a sum of what is the same counts it once for each device", () => {
    const f = (v: Tensor, _y: Tensor) => lax.psum(np.square(v), "model");
    expect(run(inside(f))).toBe(16);
    expect(run(inside((v, y) => grad(f)(v, y)))).toBe(16);
    expect(run(grad(inside(f) as never) as never)).toBe(16);
  });

  it("a carry varies from where the body's result does", () => {
    const scan = inside((_v, y) => {
      const [c] = lax.scan((carry: Tensor) => [np.add(carry, np.sum(y)), null], np.array(0), null, { length: 3 });
      return c.reshape([1]);
    }, P("model"));
    expect(run(scan)).toEqual([3, 15, 27, 39]);
    const reset = inside((_v, y) => {
      const [c] = lax.scan(() => [np.array(1), null], np.sum(y), null, { length: 2 });
      return c.reshape([1]);
    }, P("model"));
    expect(run(reset)).toEqual([1, 1, 1, 1]);
    // Each device does as many turns as its own value asks for.
    const turns = inside((_v, y) => {
      const [n] = lax.whileLoop(
        ([k, s]: readonly [Tensor, Tensor]) => np.less(k, s),
        ([k, s]: readonly [Tensor, Tensor]) => [np.add(k, 1), s] as const,
        [np.array(0), np.sum(y)] as const,
      );
      return n.reshape([1]);
    }, P("model"));
    expect(run(turns)).toEqual([1, 5, 9, 13]);
  });

  it("a branch taken by some devices makes the result vary", () => {
    const branch = (outSpecs: unknown) =>
      inside((_v, y) => {
        const r = lax.cond(
          np.greater(np.sum(y), 3),
          () => np.array(1),
          () => np.array(0),
        );
        return outSpecs === one ? r : r.reshape([1]);
      }, outSpecs);
    const one = P();
    expect(run(branch(P("model")))).toEqual([0, 1, 1, 1]);
    expect(() => run(branch(one))).toThrow("may differ there");
    const mixed = inside(
      (v, y) =>
        lax
          .cond(
            np.greater(v, 1),
            (z: Tensor) => np.sum(z),
            () => np.array(0),
            y,
          )
          .reshape([1]),
      P("model"),
    );
    expect(run(mixed)).toEqual([1, 5, 9, 13]);
  });

  it("shows in the printed program", () => {
    const text = scope(() =>
      makeJaxpr(inside((v, y) => lax.psum(np.sum(np.mul(v, y)), "model")))(np.ones([]), np.ones([8])),
    );
    expect(text).toContain("f32[2]{V:model}");
    expect(text).toMatch(/f32\[\] = psum\[axes=\(model,\) checked=true/);
  });

  it("graphs stay well formed through every transformation", () => {
    const f = inside((v, y) => lax.psum(np.sum(np.sin(np.mul(v, y))), "model"));
    const g = (v: Tensor, y: Tensor) => f(v, y);
    for (const t of [g, grad(g), grad((v: Tensor, y: Tensor) => grad(g)(v, y))])
      checkGraph(pureGraph("f", (v, y) => [t(v!, y!)], [[], [8]]));
    checkGraph(pureGraph("f", (v, y) => [vmap(grad(g), { inAxes: [0, null] })(v!, y!)], [[3], [8]]));
  });
});

describe("sums in the transposed program", () => {
  const sent = (f: (...args: Tensor[]) => Tensor, ...args: Tensor[]) =>
    jit(grad(f))
      .lower(...args)
      .asText()
      .match(/\}\) : \(tensor<\d\S+>\) -> tensor<\S+>/g);

  it("of a bias, come after the sum over the rows", () => {
    const f = shardMap((b: Tensor, x: Tensor) => lax.psum(np.sum(np.square(np.add(x, b))), "data"), {
      mesh,
      inSpecs: [P(), P("data")],
      outSpecs: P(),
    });
    scope(() =>
      expect(sent(f as never, np.ones([3]), np.ones([8, 3]))).toEqual(["}) : (tensor<3xf32>) -> tensor<3xf32>"]),
    );
  });

  it("of a weight that is used twice, are one", () => {
    const f = shardMap(
      (w: Tensor, x: Tensor) => lax.psum(np.sum(np.mul(np.matmul(np.sin(np.matmul(x, w)), w), x)), "data"),
      {
        mesh,
        inSpecs: [P(), P("data")],
        outSpecs: P(),
      },
    );
    scope(() =>
      expect(sent(f as never, np.ones([3, 3]), np.ones([8, 3]))).toEqual(["}) : (tensor<3x3xf32>) -> tensor<3x3xf32>"]),
    );
  });
});

describe("vmap", () => {
  const row = (v: Tensor, x: Tensor) => lax.psum(np.mul(x, v), "model");
  const f = shardMap(row, { mesh, inSpecs: [P(), P("model")], outSpecs: P() });
  const whole = (v: Tensor, x: Tensor) => np.mul(v, np.sum(x.reshape([4, 2]), 0));

  it("adds a dimension to the pieces", () => {
    scope(() => {
      const [v, x] = [wave([4]), wave([8, 4])];
      for (const inAxes of [
        [0, 1],
        [0, null],
        [null, 1],
      ]) {
        const args = [inAxes[0] === null ? v.at(1) : v, inAxes[1] === null ? x.at(slice(), 1) : x] as const;
        near(vmap(f, { inAxes })(...args), vmap(whole, { inAxes })(...args), 4);
        near(vmap(f, { inAxes, outAxes: 1 })(...args), vmap(whole, { inAxes, outAxes: 1 })(...args), 4);
      }
      near(
        vmap(
          grad((a: Tensor, b: Tensor) => np.sum(f(a, b))),
          { inAxes: [0, 1] },
        )(v, x),
        np.sum(x, 0),
        4,
      );
    });
  });

  it("splits it over a mesh axis with spmdAxisName", () => {
    scope(() => {
      const [v, x] = [wave([4]), wave([4, 8])];
      const g = jit(vmap(f, { spmdAxisName: "data" }));
      near(g(v, x), vmap(whole)(v, x), 4);
      expect(g.lower(v, x).asText()).toContain('[<@mesh, [{"data"}]>, <@mesh, [{"data"}, {"model"}]>]');
      near(grad((a: Tensor) => np.sum(vmap(f, { spmdAxisName: "data" })(a, x)))(v), np.sum(x, 1), 4);
    });
  });

  it("binds its own axis name inside", () => {
    scope(() => {
      const g = shardMap((x: Tensor) => lax.psum(x, ["rows", "model"]), { mesh, inSpecs: P("model"), outSpecs: P() });
      expect(list(vmap(g, { axisName: "rows" })(np.ones([3, 4])))).toEqual([[12], [12], [12]]);
      // The mesh's axis of the same name is meant inside.
      expect(list(vmap(f, { inAxes: [null, 0], axisName: "model" })(np.array(1), np.ones([3, 8])))).toEqual(
        Array(3).fill([4, 4]),
      );
    });
  });

  it("is refused where the mesh axis is taken, or the size does not divide", () => {
    scope(() => {
      expect(() => vmap(f, { inAxes: [null, 0], spmdAxisName: "model" })(np.array(1), np.ones([4, 8]))).toThrow(
        "use that axis themselves",
      );
      expect(() => vmap(f, { inAxes: [null, 0], spmdAxisName: "data" })(np.array(1), np.ones([3, 8]))).toThrow(
        "size 3, expected a multiple of 2",
      );
      expect(() =>
        vmap(f, { inAxes: [null, 0], spmdAxisName: "data", axisName: "i" })(np.array(1), np.ones([4, 8])),
      ).toThrow(ShardingError);
    });
  });
});

describe("nesting", () => {
  it("inside scan, cond and jit", () => {
    const f = shardMap((x: Tensor) => lax.psum(np.sin(x), "model"), { mesh, inSpecs: P("model"), outSpecs: P() });
    const run = (sum: (x: Tensor) => Tensor) => (x: Tensor) => {
      const [c] = lax.scan(
        (carry: Tensor, k: Tensor) => [np.add(carry, np.sum(sum(np.mul(x, k)))), null],
        np.array(0),
        np.array([1, 2, 3]),
      );
      return lax.cond(
        np.greater(c, 0),
        () => np.sum(sum(x)),
        () => c,
      );
    };
    const whole = (x: Tensor) => np.sum(np.sin(x).reshape([4, -1]), 0);
    scope(() => {
      const x = np.arange(8).astype("float32");
      near(jit(run(f))(x), run(whole)(x), 4);
      near(jit(grad(run(f)))(x), grad(run(whole))(x), 4);
    });
  });

  it("some axes by hand, the others by the compiler or by a shardMap inside", () => {
    scope(() => {
      const x = devicePut(np.arange(32).astype("float32").reshape([4, 8]), new NamedSharding(mesh, P("data", "model")));
      const partial = shardMap(
        (y: Tensor) => {
          expect(y.shape).toEqual([4, 2]);
          return np.add(lax.psum(y, "model"), lax.axisIndex("model"));
        },
        { mesh, inSpecs: P(null, "model"), outSpecs: P(null, "model"), axisNames: ["model"] },
      );
      const sums = np.sum(x.reshape([4, 4, 2]), 1);
      const want = np.concatenate(
        [0, 1, 2, 3].map((k) => np.add(sums, k)),
        1,
      );
      near(jit(partial)(x), want);
      near(
        jit(grad((y: Tensor) => np.sum(np.square(partial(y)))))(x),
        grad((y: Tensor) => {
          const s = np.sum(y.reshape([4, 4, 2]), 1);
          return [0, 1, 2, 3].map((k) => np.sum(np.square(np.add(s, k)))).reduce((a, b) => np.add(a, b));
        })(x),
        2,
      );
      const nested = shardMap(
        (y: Tensor) =>
          shardMap((z: Tensor) => lax.psum(z, ["data", "model"]), {
            mesh,
            inSpecs: P("data"),
            outSpecs: P(),
            axisNames: ["data"],
          })(y),
        { mesh, inSpecs: P(null, "model"), outSpecs: P(), axisNames: ["model"] },
      );
      near(jit(nested)(x), np.sum(x.reshape([2, 2, 4, 2]), [0, 2]));
    });
  });

  it("restores the environment after a throw", () => {
    const f = shardMap(
      (_x: Tensor): Tensor => {
        throw new Error("mine");
      },
      { mesh, inSpecs: P(), outSpecs: P() },
    );
    scope(() => expect(() => f(np.ones([2]))).toThrow("mine"));
    expect([axisEnvironment(), traceDepth()]).toEqual([[], 0]);
  });
});

describe("a tensor-parallel MLP", () => {
  const params = () => ({ up: np.mul(wave([8, 16]), 0.3), down: np.mul(wave([16, 8], 2), 0.3) });
  type Params = ReturnType<typeof params>;
  const specs = { up: P(null, "model"), down: P("model", null) };
  const mlp = ({ up, down }: Params, x: Tensor) => np.matmul(np.tanh(np.matmul(x, up)), down);
  const loss = (f: typeof mlp) => (p: Params, x: Tensor) => np.mean(np.square(f(p, x)));

  it("by hand with psum is the one that NamedSharding makes", () => {
    const byHand = shardMap((p: Params, x: Tensor) => lax.psum(mlp(p, x), "model"), {
      mesh,
      inSpecs: [specs, P("data")],
      outSpecs: P("data"),
    });
    scope(() => {
      const p = params();
      const placed = {
        up: devicePut(p.up, new NamedSharding(mesh, specs.up)),
        down: devicePut(p.down, new NamedSharding(mesh, specs.down)),
      };
      const x = devicePut(wave([4, 8], 3), new NamedSharding(mesh, P("data")));
      const hand = jit(valueAndGrad(loss(byHand)));
      const auto = jit(valueAndGrad(loss(mlp)));
      const [[a, da], [b, db]] = [hand(placed, x), auto(placed, x)];
      near(a, b, 6);
      near(da.up, db.up, 5);
      near(da.down, db.down, 5);
      expect(da.up.sharding.equals(placed.up.sharding)).toBe(true);
      const reductions = (text: string) => text.match(/ all-reduce(-start)?\(/g)?.length ?? 0;
      expect(
        jit(byHand)
          .lower(placed, x)
          .asText()
          .match(/stablehlo\.all_reduce/g),
      ).toHaveLength(1);
      expect(reductions(jit(byHand).lower(placed, x).compile().asText())).toBe(
        reductions(jit(mlp).lower(placed, x).compile().asText()),
      );
    });
  });
});

describe("errors", () => {
  const f = (x: Tensor) => x;
  const call = (options: Record<string, unknown>, x: unknown = new Float32Array(8), g: (x: Tensor) => unknown = f) =>
    scope(() => void shardMap(g as (x: unknown) => unknown, { mesh, inSpecs: P(), outSpecs: P(), ...options })(x));

  it("sizes that do not divide", () => {
    expect(() => call({ inSpecs: P("model") }, new Float32Array(6))).toThrow(IndivisibleError);
    expect(() => call({ inSpecs: P("model") }, new Float32Array(6))).toThrow(
      "shardMap(f): args[0]: dimension 0 of shape [6] has size 6, which does not divide by 4",
    );
    expect(() => call({ inSpecs: [{ a: P(["data", "model"]) }] }, { a: new Float32Array(12) }, () => 1)).toThrow(
      "args[0].a",
    );
  });

  it("axes that the mesh has not, or that are not by hand", () => {
    expect(() => call({ inSpecs: P("rows") })).toThrow('Mesh has no axis "rows"');
    expect(() => call({ outSpecs: P("rows") })).toThrow(ShardingError);
    expect(() => call({ axisNames: ["rows"] })).toThrow('axisNames has "rows", expected axes of the mesh: data, model');
    expect(() => call({ inSpecs: P("data"), axisNames: ["model"] })).toThrow(
      'names "data", which axisNames (model) leaves',
    );
    expect(() => call({ inSpecs: P(P.UNCONSTRAINED) })).toThrow("leaves a dimension open");
    expect(() => call({ inSpecs: P("model", "model") })).toThrow(ShardingError);
  });

  it("specs longer than the rank", () => {
    expect(() => call({ inSpecs: P("model", null) })).toThrow("for args[0], a float32[8] of 1 dimensions");
    expect(() => call({ outSpecs: P("model") }, new Float32Array(8), (x) => np.sum(x))).toThrow("Give a scalar P()");
  });

  it("an output that may differ along an axis that its spec leaves out", () => {
    expect(() => call({ inSpecs: P("model") })).toThrow(ShardingError);
    expect(() => call({ inSpecs: P("model") })).toThrow(
      'shardMap(f): outSpecs of result: P() says that the value is the same along "model", but it may differ there',
    );
    expect(() =>
      call({ inSpecs: P("model"), outSpecs: { a: P("model"), b: P() } }, undefined, (x) => ({ a: x, b: x })),
    ).toThrow("outSpecs of result.b");
    expect(() => call({}, new Float32Array(8), () => lax.axisIndex("data"))).toThrow('the same along "data"');
    expect(() => call({ inSpecs: P("model"), checkVma: false })).not.toThrow();
  });

  it("specs that fit no tree", () => {
    expect(() => call({ inSpecs: null })).toThrow(TreeError);
    expect(() => call({ inSpecs: [P(), P()] })).toThrow("inSpecs has 2 entries for 1 arguments");
    expect(() => call({ outSpecs: { a: P() } })).toThrow(TreeError);
  });

  it("an axis that is split already, or another mesh", () => {
    const inner = (options: Record<string, unknown>) => (x: Tensor) =>
      shardMap(f, { mesh, inSpecs: P(), outSpecs: P(), ...options } as never)(x);
    expect(() => call({}, undefined, inner({}))).toThrow('"data" is split by a shardMap around it already');
    expect(() => call({ axisNames: ["data"] }, undefined, inner({ mesh: makeMesh([8], ["i"]) }))).toThrow(
      "inside a shardMap over",
    );
  });

  it("arguments that are committed elsewhere", () => {
    scope(() => {
      const x = devicePut(np.ones([8]), makeMesh([8], ["i"]).devices[3]);
      expect(() => call({}, x)).toThrow(ShardingError);
    });
  });
});

it("keeps no memory", () => {
  const f = shardMap((w: Tensor, x: Tensor) => lax.psum(np.sum(np.sin(np.mul(w, x))), "model"), {
    mesh,
    inSpecs: [P(), P("model")],
    outSpecs: P(),
  });
  const g = (w: Tensor, x: Tensor) => f(w, x);
  const before = liveBuffers().count;
  const [w, x] = [np.array(2), np.ones([8])];
  f(w, x).dispose();
  (f as unknown as (w: number, x: Float32Array) => Tensor)(2, new Float32Array(8)).dispose();
  for (const ct of grad(g, { argnums: [0, 1] })(w, x)) ct.dispose();
  const [out, pull] = vjp(g, w, x);
  for (const ct of pull(out)) ct.dispose();
  pull.dispose();
  out.dispose();
  expect(() => shardMap((y: Tensor) => y, { mesh, inSpecs: P("model"), outSpecs: P() })(x)).toThrow(ShardingError);
  expect(liveBuffers().count).toBe(before + 2);
  for (const t of [w, x]) t.dispose();
  expect(liveBuffers().count).toBe(before);
});
