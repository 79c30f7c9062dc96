// shardMap: pieces and whole values, its text, derivatives under both conventions, batching, nesting, errors, memory.
import {
  devicePut,
  grad,
  IndivisibleError,
  jit,
  lax,
  liveBuffers,
  makeJaxpr,
  makeMesh,
  NamedSharding,
  np,
  P,
  ShardingError,
  scope,
  shardMap,
  type Tensor,
  TreeError,
  vjp,
  vmap,
} from "jorts";
import { describe, expect, it } from "vitest";
import { counters } from "../../src/compile/stage.ts";
import { checkGraph } from "../../src/core/check.ts";
import { pureGraph } from "../transforms/tools.ts";

import { list, mesh, near, wave } from "./shard-map-tools.ts";

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

/** Rows over data, columns of the weight over model, statistics over both. */
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
