// Global arrays over eight virtual devices: placement, constraints, donation, errors, collectives.

import {
  config,
  devicePut,
  devices,
  IndivisibleError,
  jit,
  lax,
  liveBuffers,
  makeMesh,
  NamedSharding,
  np,
  P,
  random,
  ShardingError,
  SingleDeviceSharding,
  type Tensor,
  TreeError,
  valueAndGrad,
  withShardingConstraint,
} from "jorts";
import * as hlo from "jorts/hlo";
import { describe, expect, it } from "vitest";
import { shardsOf } from "../../src/lib/sharding.ts";

config.numCpuDevices = 8;
const mesh = makeMesh([2, 4], ["data", "model"]);
const on = (...spec: (string | null | readonly string[])[]) => new NamedSharding(mesh, P(...spec));
const values = (t: Tensor) => t.tolist();

describe("placement", () => {
  it("splits a global array and puts it together again", () => {
    const x = np.reshape(np.arange(48), [8, 6]);
    const y = devicePut(x, on(["data", "model"], null));
    expect(values(y)).toEqual(values(x));
    const shards = shardsOf(y);
    expect(shards.map((s) => s.index[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((i) => [i, i + 1]));
    expect(values(devicePut(x, on("model", "data")))).toEqual(values(x));
    expect(values(devicePut(y, on(null, "data")))).toEqual(values(x));
  });

  it("follows committed arguments, and refuses devices that differ", () => {
    const [d0, d1] = devices();
    const a = devicePut(np.ones([2]), d0);
    const b = devicePut(np.ones([2]), d1);
    const add = jit((x: Tensor, y: Tensor) => np.add(x, y));
    expect(() => add(a, b)).toThrow(ShardingError);
    const c = add(np.ones([2]), b);
    expect(c.devices()[0]).toBe(d1);
    expect(c.sharding).toBeInstanceOf(SingleDeviceSharding);
  });

  it("names what does not fit", () => {
    expect(() => devicePut(np.ones([6, 3]), on("model", null))).toThrow(IndivisibleError);
    expect(() => on("rows")).toThrow(/no axis "rows"/);
    expect(() => on("data", "data")).toThrow(/more than once/);
    expect(() => makeMesh([16], ["x"])).toThrow(/needs 16 devices, there are 8/);
    const f = jit((x: Tensor) => x, { inShardings: [on("data")] });
    expect(() => f(devicePut(np.ones([8]), on("model")))).toThrow(/args\[0\] is committed/);
    expect(() => jit((x: Tensor) => x, { inShardings: { a: on() } })(np.ones([2]))).toThrow(TreeError);
  });
});

describe("programs", () => {
  const w1 = random.normal(random.key(0), [16, 32]);
  const w2 = random.normal(random.key(1), [32, 16]);
  const x = random.normal(random.key(2), [8, 16]);
  const loss = (p: { w1: Tensor; w2: Tensor }, x: Tensor) => {
    const h = lax.tanh(np.matmul(x, p.w1));
    return np.sum(np.square(np.matmul(h, p.w2)));
  };

  it("give one device's numbers, with Megatron's one reduction forwards", () => {
    const single = jit(valueAndGrad(loss))({ w1, w2 }, x);
    const p = { w1: devicePut(w1, on(null, "model")), w2: devicePut(w2, on("model", null)) };
    const step = jit(valueAndGrad(loss));
    const [value, grads] = step(p, devicePut(x, on("data", null)));
    expect(Number(value.item())).toBeCloseTo(Number(single[0].item()), 2);
    const far = np.max(np.abs(np.sub(devicePut(grads.w1, devices()[0]), devicePut(single[1].w1, devices()[0]))));
    expect(Number(far.item())).toBeLessThan(1e-4);
    using compiled = jit((q: typeof p, y: Tensor) => np.matmul(lax.tanh(np.matmul(y, q.w1)), q.w2))
      .lower(p, devicePut(x, on("data", null)))
      .compile();
    const collectives = hlo.hloCollectives(hlo.fromProto(compiled.executable.optimizedProgram().code));
    expect(Object.keys(collectives)).toEqual(["all-reduce"]);
    expect(collectives["all-reduce"]!.count).toBe(1);
  });

  it("keeps asked and constrained placements", () => {
    const f = jit((a: Tensor) => withShardingConstraint(np.mul(a, 2), on("data", "model")));
    const y = f(np.ones([4, 8]));
    expect(shardsOf(y)[0]!.shape).toEqual([2, 2]);
    const g = jit((a: Tensor) => np.add(a, 1), { outShardings: on("model", null) });
    const z = g(devicePut(np.ones([4, 8]), on("model", null)));
    expect(shardsOf(z)[0]!.shape).toEqual([1, 8]);
    expect(f.lower(np.ones([4, 8])).asText()).toContain("sdy.sharding_constraint");
  });

  it("donates sharded state", () => {
    const step = jit((s: Tensor) => np.mul(s, 0.5), { donateArgnums: 0, outShardings: on("data", "model") });
    let s = devicePut(np.ones([4, 8]), on("data", "model"));
    const old = s;
    s = step(s);
    expect(old.isDeleted).toBe(true);
    const before = liveBuffers();
    for (let i = 0; i < 5; i++) s = step(s);
    expect(liveBuffers()).toEqual(before);
    expect(Number(np.sum(s).item())).toBeCloseTo(32 / 64);
  });

  it("runs eager operations on sharded arrays", () => {
    const y = devicePut(np.reshape(np.arange(16), [4, 4]), on("data", "model"));
    expect(values(np.add(y, 1))).toEqual(values(np.add(np.reshape(np.arange(16), [4, 4]), 1)));
  });
});
