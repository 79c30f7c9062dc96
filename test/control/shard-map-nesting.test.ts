// shardMap inside vmap, loops, branches, rules and other shardMaps, and a tensor-parallel layer made with it.
import {
  devicePut,
  grad,
  jit,
  lax,
  NamedSharding,
  np,
  P,
  ShardingError,
  scope,
  shardMap,
  slice,
  type Tensor,
  valueAndGrad,
  vmap,
} from "jorts";
import { describe, expect, it } from "vitest";
import { axisEnvironment } from "../../src/core/axes.ts";
import { traceDepth } from "../../src/core/trace.ts";

import { list, mesh, near, wave } from "./shard-map-tools.ts";

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
