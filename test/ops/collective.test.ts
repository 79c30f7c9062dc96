// Collectives: values and cotangents recorded from JAX over shard_map and vmap, batching, text, errors.
import {
  config,
  grad,
  IndivisibleError,
  jit,
  jvp,
  lax,
  makeMesh,
  NonDifferentiableError,
  np,
  P,
  ShapeError,
  ShardingError,
  shardMap,
  type Tensor,
  UnboundAxisError,
  vjp,
  vmap,
} from "jorts";
import { describe, expect, it } from "vitest";
import { counters } from "../../src/compile/stage.ts";
import { type CollectiveCase, decode, type EncodedTensor, type Json, readFixture } from "../fixtures.ts";
import { expectClose, fromDevice, toDevice } from "./values.ts";

config.numCpuDevices = 8;
const mesh = makeMesh([2, 4], ["data", "model"]);
const { sharded, mapped } = readFixture("collectives.json");

type Params = { readonly [key: string]: Json };
type Axis = string | readonly string[];
const groups = (p: Params) =>
  p.axis_index_groups === undefined ? {} : { axisIndexGroups: p.axis_index_groups as number[][] };
const calls: Record<string, (x: Tensor, axis: Axis, p: Params) => Tensor> = {
  psum: (x, axis, p) => lax.psum(x, axis, groups(p)),
  pmean: (x, axis) => lax.pmean(x, axis),
  pmax: (x, axis, p) => lax.pmax(x, axis, groups(p)),
  pmin: (x, axis) => lax.pmin(x, axis),
  all_gather: (x, axis, p) =>
    lax.allGather(x, axis, { axis: Number(p.axis ?? 0), tiled: p.tiled === true, ...groups(p) }),
  psum_scatter: (x, axis, p) =>
    lax.psumScatter(x, axis, {
      scatterDimension: Number(p.scatter_dimension ?? 0),
      tiled: p.tiled === true,
      ...groups(p),
    }),
  all_to_all: (x, axis, p) =>
    lax.allToAll(x, axis, Number(p.split_axis), Number(p.concat_axis), { tiled: p.tiled === true }),
  ppermute: (x, axis, p) => lax.ppermute(x, axis, p.perm as [number, number][]),
  pshuffle: (x, axis, p) => lax.pshuffle(x, axis, p.perm as number[]),
  axis_index: (x, axis) => np.add(x, lax.axisIndex(axis).astype(x.dtype)),
};
const call = (c: CollectiveCase) => (x: Tensor) => calls[c.op]!(x, c.axis, c.params);

const spec = (entries: readonly (readonly string[])[]) => P(...entries.map((e) => (e.length === 0 ? null : e)));
const given = (t: EncodedTensor): Tensor => toDevice(decode(t));
const near = { epsilons: 2, spread: 1 } as const;

/** The whole function of a recorded case. */
const whole = (c: (typeof sharded)[number]) =>
  shardMap(call(c), { mesh, inSpecs: spec(c.in_spec), outSpecs: spec(c.out_spec), checkVma: c.check_vma });

function groupsByOp<C extends CollectiveCase>(cases: readonly C[]): [string, C[]][] {
  return [...new Set(cases.map((c) => c.op))].map((op) => [op, cases.filter((c) => c.op === op)]);
}

/** Values and cotangents of all cases, in one program. */
function compare<C extends CollectiveCase>(
  cases: readonly C[],
  run: (c: C, x: Tensor) => Tensor,
  pull: (c: C, x: Tensor, ct: Tensor) => Tensor,
) {
  const results = jit((args: { x: Tensor; ct: Tensor | null }[]) =>
    cases.map((c, i) => {
      const { x, ct } = args[i]!;
      return { out: run(c, x), grad: ct && pull(c, x, ct) };
    }),
  )(cases.map((c) => ({ x: given(c.input), ct: c.cotangent && given(c.cotangent) })));
  cases.forEach((c, i) => {
    const { out, grad: ct } = results[i]!;
    expectClose(fromDevice(out), decode(c.output), near, () => c.name);
    if (c.grad !== null) expectClose(fromDevice(ct!), decode(c.grad), near, () => `cotangent of ${c.name}`);
  });
}

describe("over the axes of a mesh, as JAX", () => {
  it.each(groupsByOp(sharded))("%s", (_op, cases) => {
    compare(
      cases,
      (c, x) => whole(c)(x),
      (c, x, ct) => vjp(whole(c), x)[1](ct)[0],
    );
  });
});

describe("over the axis of vmap, as JAX", () => {
  it.each(groupsByOp(mapped))("%s", (_op, cases) => {
    compare(
      cases,
      (c, x) => vmap(call(c), { inAxes: c.dim, axisName: "i" })(x),
      (c, x, ct) =>
        vmap((one: Tensor, t: Tensor) => vjp(call(c), one)[1](t)[0], { inAxes: [c.dim, 0], axisName: "i" })(x, ct),
    );
  });
});

describe("one function over a mesh axis and over vmap", () => {
  const line = makeMesh([4], ["i"]);
  const x = jit(() => np.sin(np.arange(4 * 4 * 8).astype("float32")).reshape([4, 4, 8]))();
  const functions: Record<string, (x: Tensor) => Tensor> = {
    psum: (v) => lax.psum(v, "i"),
    "psum of a constant": (v) => np.add(v, lax.psum(3, "i")),
    "a mean of squares": (v) => np.sub(v, lax.pmean(np.square(v), "i")),
    pmax: (v) => np.mul(v, lax.pmax(v, "i")),
    "all_gather, stacked last": (v) => lax.allGather(v, "i", { axis: -1 }),
    "all_gather, tiled": (v) => lax.allGather(v, "i", { axis: 1, tiled: true }),
    "reduce_scatter of what was gathered": (v) =>
      lax.psumScatter(np.mul(lax.allGather(v, "i"), lax.axisIndex("i").astype("float32")), "i"),
    "all_to_all, stacked elsewhere": (v) => lax.allToAll(v, "i", 0, 1),
    "all_to_all, tiled in place": (v) => lax.allToAll(v, "i", 1, 1, { tiled: true }),
    "part of a ring": (v) =>
      lax.ppermute(v, "i", [
        [3, 0],
        [0, 2],
      ]),
    "a reversal": (v) => lax.pshuffle(v, "i", [3, 2, 1, 0]),
    "two halves": (v) =>
      np.concatenate([lax.psumScatter(v, "i", { tiled: true }), lax.psumScatter(v, "i", { tiled: true })]),
  };
  it.each(Object.entries(functions))("%s", (_name, f) => {
    const pieces = shardMap((v: Tensor) => np.expandDims(f(np.squeeze(v, 0)), 0), {
      mesh: line,
      inSpecs: P("i"),
      outSpecs: P("i"),
    });
    const all = vmap(f, { axisName: "i" });
    const square = (g: (v: Tensor) => Tensor) => (v: Tensor) => np.sum(np.mul(g(v), g(v)));
    const differentiable = f !== functions.pmax;
    const [a, b, da, db] = jit((v: Tensor) => [
      pieces(v),
      all(v),
      differentiable ? grad(square(pieces))(v) : v,
      differentiable ? grad(square(all))(v) : v,
    ])(x);
    expectClose(fromDevice(a!), fromDevice(b!), { epsilons: 4, spread: 1 }, () => "values");
    expectClose(fromDevice(da!), fromDevice(db!), { epsilons: 8, spread: 1 }, () => "gradients");
  });
});

describe("under another vmap", () => {
  const cases = sharded.filter((c) => c.check_vma);
  it.each(groupsByOp(cases))("%s is batched at any dimension", (_op, list) => {
    const results = jit((xs: Tensor[]) =>
      list.map((c, i) => {
        const x = xs[i]!;
        const two = np.stack([x, np.mul(x, -2)], 1);
        return {
          batched: vmap(whole(c), { inAxes: 1 })(two),
          each: np.stack([whole(c)(x), whole(c)(np.mul(x, -2))]),
        };
      }),
    )(list.map((c) => given(c.input)));
    results.forEach(({ batched, each }, i) => {
      expectClose(fromDevice(batched), fromDevice(each), near, () => list[i]!.name);
    });
  });

  it.each(groupsByOp(mapped))("%s over the outer axis", (_op, list) => {
    // The inner vmap batches a collective over a name that is not its own.
    const results = jit((xs: Tensor[]) =>
      list.map((c, i) => {
        const x = xs[i]!;
        const two = np.stack([x, np.mul(x, 3)], -1);
        const inner = (v: Tensor) => vmap(call(c), { inAxes: -1, axisName: "j" })(v);
        const f = (v: Tensor) => vmap(call(c), { inAxes: c.dim, axisName: "i" })(v);
        return {
          batched: vmap(inner, { inAxes: c.dim, axisName: "i" })(two),
          each: np.stack([f(x), f(np.mul(x, 3))], 1),
        };
      }),
    )(list.map((c) => given(c.input)));
    results.forEach(({ batched, each }, i) => {
      expectClose(fromDevice(batched), fromDevice(each), near, () => list[i]!.name);
    });
  });
});

describe("several names, trees and constants", () => {
  const x = np.arange(6).astype("float32").reshape([2, 3]);
  const nested = (f: (v: Tensor) => unknown) =>
    vmap(vmap(f as (v: Tensor) => Tensor, { axisName: "j" }), { axisName: "i" })(x);
  const list = (t: unknown) => (t as Tensor).tolist();

  it("reduces over two axes of vmap", () => {
    expect(list(nested((v) => lax.psum(v, ["i", "j"])))).toEqual([
      [15, 15, 15],
      [15, 15, 15],
    ]);
    expect(list(nested((v) => lax.pmax(v, ["j", "i"])))).toEqual([
      [5, 5, 5],
      [5, 5, 5],
    ]);
  });

  it("gathers, scatters and exchanges over two axes of vmap, the first the slowest", () => {
    expect((list(nested((v) => lax.allGather(v, ["i", "j"]))) as number[][][])[1]![2]).toEqual([0, 1, 2, 3, 4, 5]);
    expect((list(nested((v) => lax.allGather(v, ["j", "i"]))) as number[][][])[0]![1]).toEqual([0, 3, 1, 4, 2, 5]);
    const scattered = (tiled: boolean) =>
      nested((v) => {
        const all = np.mul(lax.allGather(v, ["i", "j"]), 1);
        const y = lax.psumScatter(all, ["i", "j"], { tiled });
        return tiled ? np.squeeze(y, 0) : y;
      });
    expect(list(scattered(false))).toEqual([
      [0, 6, 12],
      [18, 24, 30],
    ]);
    expect(list(scattered(true))).toEqual(list(scattered(false)));
    const exchanged = nested((v) => {
      const marks = np.add(np.mul(np.arange(6).astype("float32"), 10), v);
      return lax.allToAll(marks, ["i", "j"], 0, 0, { tiled: true });
    }) as Tensor;
    expect((exchanged.tolist() as number[][][])[1]![0]).toEqual([30, 31, 32, 33, 34, 35]);
  });

  it("mixes an axis of vmap with one of shardMap", () => {
    const f = shardMap((v: Tensor) => vmap((z: Tensor) => lax.psum(z, ["v", "model"]), { axisName: "v" })(v), {
      mesh,
      inSpecs: P("model"),
      outSpecs: P(),
    });
    expect(f(np.arange(8).astype("float32")).tolist()).toEqual([28, 28]);
  });

  it("counts positions with axisIndex and axisSize", () => {
    expect(list(nested(() => lax.axisIndex(["j", "i"])))).toEqual([
      [0, 2, 4],
      [1, 3, 5],
    ]);
    expect(list(nested((v) => np.mul(v, lax.axisSize(["i", "j"]))))).toEqual([
      [0, 6, 12],
      [18, 24, 30],
    ]);
  });

  it("takes trees, booleans and numbers", () => {
    const f = vmap((v: Tensor) => lax.psum({ a: v, b: [np.greater(v, 1), 2] }, "i"), { axisName: "i" });
    const { a, b } = f(np.arange(4).astype("float32"));
    expect([a.tolist(), b[0]!.tolist(), b[1]!.tolist()]).toEqual([
      [6, 6, 6, 6],
      [2, 2, 2, 2],
      [8, 8, 8, 8],
    ]);
    expect(b[0]!.dtype).toBe("int32");
    const mean = vmap((v: Tensor) => lax.pmean(v, "i"), { axisName: "i" })(np.arange(4));
    expect([mean.dtype, mean.tolist()]).toEqual(["float32", [1.5, 1.5, 1.5, 1.5]]);
  });

  it("an inner name hides an outer one", () => {
    const f = vmap((row: Tensor) => vmap((v: Tensor) => lax.psum(v, "i"), { axisName: "i" })(row), { axisName: "i" });
    expect(f(x).tolist()).toEqual([
      [3, 3, 3],
      [12, 12, 12],
    ]);
  });

  it("a value that is not mapped counts once for each position", () => {
    const c = np.array([1, 2]);
    const f = vmap((v: Tensor) => [lax.psum(c, "i"), lax.pmax(c, "i"), lax.allGather(c, "i"), v], { axisName: "i" });
    const [sum, max, gathered] = f(np.ones([3]));
    expect(sum!.tolist()).toEqual(Array(3).fill([3, 6]));
    expect(max!.tolist()).toEqual(Array(3).fill([1, 2]));
    expect((gathered!.tolist() as unknown[])[0]).toEqual(Array(3).fill([1, 2]));
  });

  it("a collective of an outer axis on a value of no trace", () => {
    const row = np.array([1, 2]);
    const f = vmap((v: Tensor) => np.add(vmap((r: Tensor) => lax.psum(r, "i"))(row), v), { axisName: "i" });
    expect(f(np.array([0, 10, 20])).tolist()).toEqual([
      [3, 6],
      [13, 16],
      [23, 26],
    ]);
  });
});

describe("transformations", () => {
  it("vmap of grad sums the cotangents of all positions, as JAX", () => {
    const f = vmap(
      grad((x: Tensor) => lax.psum(np.square(x), "i")),
      { axisName: "i" },
    );
    expect(f(np.array([1, 2, 3, 4])).tolist()).toEqual([8, 16, 24, 32]);
  });

  it("jvp goes through", () => {
    const f = (x: Tensor) => vmap((v: Tensor) => np.mul(v, lax.psum(v, "i")), { axisName: "i" })(x);
    const [y, dy] = jvp(f, [np.array([1, 2])], [np.array([1, 0])]);
    expect([y.tolist(), dy.tolist()]).toEqual([
      [3, 6],
      [4, 2],
    ]);
  });

  it("loops, branches and inner jits may hold them", () => {
    const step = jit((c: Tensor, v: Tensor) => np.add(c, lax.psum(v, "i")));
    const f = vmap(
      (v: Tensor) => {
        const [c] = lax.scan((carry: Tensor, k: Tensor) => [step(carry, np.mul(v, k)), null], v, np.array([1, 2]));
        return lax.cond(
          np.greater(lax.psum(v, "i"), 2),
          (z: Tensor) => lax.pmax(z, "i"),
          (z: Tensor) => z,
          c,
        );
      },
      { axisName: "i" },
    );
    expect(f(np.array([1, 2])).tolist()).toEqual([11, 11]);
  });

  it("a jitted function is traced once for each environment", () => {
    const f = jit((x: Tensor) => np.mul(x, lax.axisSize("i")));
    const over = (n: number) => vmap(f, { axisName: "i" })(np.ones([n])).tolist();
    const before = counters.traces;
    expect([over(2), over(3), over(2)]).toEqual([
      [2, 2],
      [3, 3, 3],
      [2, 2],
    ]);
    expect(counters.traces - before).toBe(2);
  });
});

describe("text", () => {
  const text = (f: (x: Tensor) => Tensor, checkVma = true) =>
    jit(shardMap(f, { mesh, inSpecs: P(null, "model"), outSpecs: P(null, ["model", "data"]), checkVma }))
      .lower(np.ones([4, 16]))
      .asText()
      .split("\n")
      .filter((l) => /all_|reduce_scatter|permute|partition_id/.test(l))
      .map((l) => l.trim().replace(/^%\d+ = /, ""))
      .join("\n");

  it("of each collective", () => {
    expect(text((x) => lax.psum(x, "model"))).toMatchInlineSnapshot(
      `""stablehlo.all_reduce"(%arg1) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1, 2, 3], [4, 5, 6, 7]]> : tensor<2x4xi64>, use_global_device_ids}> ({"`,
    );
    expect(text((x) => lax.psum(x, ["model", "data"]))).toMatchInlineSnapshot(
      `""stablehlo.all_reduce"(%arg1) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 4, 1, 5, 2, 6, 3, 7]]> : tensor<1x8xi64>, use_global_device_ids}> ({"`,
    );
    expect(text((x) => lax.allGather(x, "data", { tiled: true }))).toMatchInlineSnapshot(
      `""stablehlo.all_gather"(%arg1) <{all_gather_dim = 0 : i64, channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 4], [1, 5], [2, 6], [3, 7]]> : tensor<4x2xi64>, use_global_device_ids}> : (tensor<4x4xf32>) -> tensor<8x4xf32>"`,
    );
    expect(text((x) => lax.psumScatter(x, "model", { tiled: true }))).toMatchInlineSnapshot(
      `""stablehlo.reduce_scatter"(%arg1) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1, 2, 3], [4, 5, 6, 7]]> : tensor<2x4xi64>, scatter_dimension = 0 : i64, use_global_device_ids}> ({"`,
    );
    expect(text((x) => lax.allToAll(x, "model", 0, 1, { tiled: true }))).toMatchInlineSnapshot(
      `""stablehlo.all_to_all"(%arg1) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1, 2, 3], [4, 5, 6, 7]]> : tensor<2x4xi64>, split_dimension = 0 : i64, concat_dimension = 1 : i64, split_count = 4 : i64}> : (tensor<4x4xf32>) -> tensor<1x16xf32>"`,
    );
    expect(text((x) => lax.ppermute(x, "model", [[0, 1]]))).toMatchInlineSnapshot(
      `""stablehlo.collective_permute"(%arg1) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, source_target_pairs = dense<[[0, 1], [4, 5]]> : tensor<2x2xi64>}> : (tensor<4x4xf32>) -> tensor<4x4xf32>"`,
    );
    expect(text((x) => np.add(x, lax.axisIndex("data").astype("float32")))).toMatchInlineSnapshot(
      `"stablehlo.partition_id : tensor<ui32>"`,
    );
    const halves = { axisIndexGroups: [[0, 1, 2], [3]] };
    expect(text((x) => lax.psum(x, "model", halves), false)).toMatchInlineSnapshot(
      `""stablehlo.all_reduce"(%arg1) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = dense<[[0, 1, 2], [3, -1, -1], [4, 5, 6], [7, -1, -1]]> : tensor<4x3xi64>, use_global_device_ids}> ({"`,
    );
  });
});

describe("errors", () => {
  const over = (f: (x: Tensor) => unknown) => () =>
    vmap(f as (x: Tensor) => Tensor, { axisName: "i" })(np.ones([4, 4]));
  const inside = (f: (x: Tensor) => Tensor, options = {}) =>
    shardMap(f, { mesh, inSpecs: P(), outSpecs: P(), ...options });
  const x = np.ones([6]);

  it("an axis that nothing binds", () => {
    expect(() => lax.psum(x, "i")).toThrow(UnboundAxisError);
    expect(() => lax.axisSize("i")).toThrow("axisSize: unbound axis name: i (none is bound here)");
    expect(over((v) => lax.allGather(v, "k"))).toThrow("allGather: unbound axis name: k (bound here: i)");
    expect(() => inside((v) => lax.psum(v, "i"))(x)).toThrow("unbound axis name: i (bound here: data, model)");
    // Bound only while the function runs.
    expect(() => lax.axisIndex("data")).toThrow(UnboundAxisError);
    expect(over(() => lax.psum(1, "k"))).toThrow(UnboundAxisError);
    expect(() => lax.axisSize("i")).toThrow("none is bound here");
  });

  it("one name twice", () => {
    expect(over((v) => lax.psum(v, ["i", "i"]))).toThrow("got the axes i, i, expected different ones");
  });

  it("shapes that do not fit", () => {
    expect(over((v) => lax.psumScatter(v.at([0, 1, 2]), "i"))).toThrow(ShapeError);
    expect(over(() => lax.psumScatter(np.ones([6]), "i", { tiled: true }))).toThrow("multiple of 4");
    expect(over(() => lax.allToAll(np.ones([3, 4]), "i", 0, 0))).toThrow("got size 3 along dimension 0, expected 4");
    expect(over(() => lax.allToAll(np.ones([6, 4]), "i", 0, 0, { tiled: true }))).toThrow("multiple of 4");
    expect(over((v) => lax.allGather(v, "i", { axis: 3 }))).toThrow(ShapeError);
  });

  it("permutations that are none", () => {
    expect(
      over((v) =>
        lax.ppermute(v, "i", [
          [0, 1],
          [1, 1],
        ]),
      ),
    ).toThrow("the destinations [1,1] over 4 positions");
    expect(over((v) => lax.ppermute(v, "i", [[0, 4]]))).toThrow("different whole numbers below 4");
    expect(over((v) => lax.pshuffle(v, "i", [0, 1, 2, 2]))).toThrow("expected a permutation of the 4 positions");
  });

  it("groups", () => {
    const halves = {
      axisIndexGroups: [
        [0, 1],
        [2, 3],
      ],
    };
    expect(over((v) => lax.psum(v, "i", halves))).toThrow("an axis of shardMap");
    expect(() => inside((v) => lax.psum(v, "model", halves))(x)).toThrow("Pass checkVma: false");
    expect(() =>
      inside((v) => lax.psum(v, "model", { axisIndexGroups: [[0, 1], [2]] }), { checkVma: false })(x),
    ).toThrow("expected every position once");
    const uneven = { axisIndexGroups: [[0], [1, 2, 3]] };
    expect(() => inside((v) => lax.allGather(v, "model", uneven), { checkVma: false })(x)).toThrow(
      "expected equal ones",
    );
  });

  it("pmax has no derivative, as in JAX", () => {
    const f = grad((v: Tensor) => np.sum(lax.pmax(v, "i")));
    expect(() => vmap(f, { axisName: "i" })(np.ones([4, 2]))).toThrow(NonDifferentiableError);
    expect(() => vmap(f, { axisName: "i" })(np.ones([4, 2]))).toThrow("pmax has no derivative");
  });

  it("pvary is for axes of shardMap", () => {
    expect(over((v) => lax.pvary(v, "i"))).toThrow(ShardingError);
    expect(IndivisibleError.prototype).toBeInstanceOf(ShardingError);
  });
});
