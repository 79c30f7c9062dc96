// optim against Optax's recorded steps, its formulas by hand, and what a step traces and keeps.
import { describe, expect, it } from "vitest";
import "../../src/lib/install.ts";
import { avalOf } from "../../src/core/aval.ts";
import type { DType } from "../../src/core/dtype.ts";
import { DTypeError, TreeError } from "../../src/core/errors.ts";
import { printGraph } from "../../src/core/print.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { traceGraph } from "../../src/core/trace.ts";
import { grad } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import { liveBuffers, scope } from "../../src/lib/memory.ts";
import * as optim from "../../src/lib/optim.ts";
import * as tree from "../../src/lib/tree.ts";
import { mul } from "../../src/ops/binary.ts";
import { reduceSum } from "../../src/ops/reduce.ts";
import { type EncodedTree, type Json, readFixture } from "../fixtures.ts";
import { read, tensor } from "./values.ts";

const fixture = readFixture("optim.json");
type Params = { a: Tensor; b: { w: Tensor } };
const params = (t: EncodedTree): Params => ({ a: tensor(t.a!), b: { w: tensor(t["b.w"]!) } });
const vector = (values: readonly number[], dtype: DType = "float32"): Tensor => tensor(values, [values.length], dtype);

const peak = fixture.schedule as Record<
  "init_value" | "peak_value" | "warmup_steps" | "decay_steps" | "end_value",
  number
>;
const warmupCosine = () =>
  optim.warmupCosineDecaySchedule(
    peak.init_value,
    peak.peak_value,
    peak.warmup_steps,
    peak.decay_steps,
    peak.end_value,
  );

type Config = (typeof fixture)["optimizers"][number]["config"];
function build(config: Config): optim.GradientTransformation {
  const rate = config.learning_rate === "schedule" ? warmupCosine() : (config.learning_rate as number);
  const given = (name: string, as: string) => (config[name] === undefined ? {} : { [as]: config[name] });
  const adam = { ...given("b1", "b1"), ...given("b2", "b2"), ...given("eps", "eps") };
  const made = {
    sgd: () => optim.sgd(rate, { ...given("momentum", "momentum"), ...given("nesterov", "nesterov") }),
    adam: () => optim.adam(rate, adam),
    adamw: () => optim.adamw(rate, { ...adam, ...given("weight_decay", "weightDecay"), ...given("mask", "mask") }),
  }[config.optimizer]();
  return config.clip === undefined ? made : optim.chain(optim.clipByGlobalNorm(config.clip as number), made);
}

function expectClose(got: Tensor, want: Tensor, what: string, rtol = 1e-6): void {
  const [a, b] = [read(got), read(want)];
  const size = Math.max(...b.map(Math.abs));
  a.forEach((x, i) => {
    expect(Math.abs(x - b[i]!), `${what}: element ${i} is ${x}, expected ${b[i]}`).toBeLessThanOrEqual(rtol * size);
  });
}

describe("as Optax", () => {
  for (const { name, config, steps } of fixture.optimizers)
    it(`${name}: 20 steps`, () => {
      const optimizer = build(config);
      let p = params(fixture.params);
      let state = optimizer.init(p);
      const step = jit((q: Params, s: optim.OptState, g: Params) => {
        const [updates, next] = optimizer.update(g, s, q);
        return [optim.applyUpdates(q, updates), next] as const;
      });
      steps.forEach((want, i) => {
        [p, state] = step(p, state, params(fixture.gradients[i]!));
        expectClose(p.a, tensor(want.a!), `${name} step ${i} a`);
        expectClose(p.b.w, tensor(want["b.w"]!), `${name} step ${i} b.w`);
      });
    });

  it("globalNorm", () => {
    const want = read(tensor(fixture.global_norms));
    fixture.gradients.forEach((g, i) => {
      expect(Math.abs(read(optim.globalNorm(params(g)))[0]! / want[i]! - 1)).toBeLessThan(1e-6);
    });
  });

  const schedules: Record<string, (p: Record<string, number>, raw: Json) => optim.Schedule> = {
    constant: (p) => optim.constantSchedule(p.value!),
    linear: (p) => optim.linearSchedule(p.init_value!, p.end_value!, p.transition_steps!, p.transition_begin),
    cosine_decay: (p) => optim.cosineDecaySchedule(p.init_value!, p.decay_steps!, p.alpha),
    warmup_cosine_decay: () => warmupCosine(),
    warmup_constant: (p) => optim.warmupConstantSchedule(p.init_value!, p.peak_value!, p.warmup_steps!),
    exponential_decay: (p) => optim.exponentialDecay(p.init_value!, p.transition_steps!, p.decay_rate!),
    piecewise_constant: (p) =>
      optim.piecewiseConstantSchedule(p.init_value!, p.boundaries_and_scales as unknown as Record<number, number>),
  };
  for (const { name, params: p, values } of fixture.schedules)
    it(`schedule ${name}`, () => {
      const schedule = schedules[name]!(p as Record<string, number>, p);
      const want = read(tensor(values));
      const compiled = jit((count: Tensor) => schedule(count));
      want.forEach((w, i) => {
        const got = compiled(tensor([i], [], "int32"));
        expect([got.dtype, got.shape]).toEqual(["float32", []]);
        expect(Math.abs(read(got)[0]! - w), `step ${i}`).toBeLessThanOrEqual(1e-6 * Math.abs(w) + 1e-9);
      });
      expect(read(schedule(7))).toEqual(read(compiled(tensor([7], [], "int32"))));
    });
});

describe("by hand", () => {
  const f = Math.fround;
  /** Two steps of `optimizer` from `p`, eagerly. */
  function twice(optimizer: optim.GradientTransformation, p: number[], g: [number[], number[]]): number[] {
    let current: { w: Tensor } = { w: vector(p) };
    let state = optimizer.init(current);
    for (const gradient of g) {
      const [updates, next] = optimizer.update({ w: vector(gradient) }, state, current);
      [current, state] = [optim.applyUpdates(current, updates), next];
    }
    return read(current.w);
  }
  const p = [1, -2, 0.5];
  const g: [number[], number[]] = [
    [0.3, -0.1, 0],
    [-0.2, 0.4, 0],
  ];
  const each = (rule: (w: number, a: number, b: number) => number) => p.map((w, i) => rule(w, g[0][i]!, g[1][i]!));
  const near = (got: number[], want: number[]) => {
    got.forEach((x, i) => {
      expect(Math.abs(x - want[i]!), `${got} for ${want}`).toBeLessThan(2e-6);
    });
  };

  it("lion", () => {
    const want = each((w, a, b) => {
      const first = w - 0.1 * (Math.sign(0.1 * a) + 0.01 * w);
      const m = 0.01 * a;
      return first - 0.1 * (Math.sign(0.9 * m + 0.1 * b) + 0.01 * first);
    });
    near(twice(optim.lion(0.1, { weightDecay: 0.01 }), p, g), want);
  });
  it("rmsprop, ε under the root and beside it", () => {
    const step = (inside: boolean) => (w: number, a: number, b: number) => {
      const v = 0.1 * a * a;
      const u = 0.9 * v + 0.1 * b * b;
      const scale = (x: number) => (inside ? Math.sqrt(x + 1e-4) : Math.sqrt(x) + 1e-4);
      return w - 0.1 * (a / scale(v)) - 0.1 * (b / scale(u));
    };
    near(twice(optim.rmsprop(0.1, { eps: 1e-4 }), p, g), each(step(true)));
    near(twice(optim.rmsprop(0.1, { eps: 1e-4, epsInSqrt: false }), p, g), each(step(false)));
  });
  it("rmsprop's momentum acts on scaled updates", () => {
    const want = each((w, a, b) => {
      const v = 0.1 * a * a;
      const u = 0.9 * v + 0.1 * b * b;
      const t = (-0.1 * a) / Math.sqrt(v + 1e-4);
      return w + t + ((-0.1 * b) / Math.sqrt(u + 1e-4) + 0.5 * t);
    });
    near(twice(optim.rmsprop(0.1, { eps: 1e-4, momentum: 0.5 }), p, g), want);
  });
  it("adagrad", () => {
    const want = each((w, a, b) => {
      const s = 0.1 + a * a;
      return w - (0.1 * a) / Math.sqrt(s + 1e-7) - (0.1 * b) / Math.sqrt(s + b * b + 1e-7);
    });
    near(twice(optim.adagrad(0.1), p, g), want);
  });
  it("clip, scale, scaleBySchedule and a tensor as learning rate", () => {
    const state = optim.clip(0.25).init({ w: vector(p) });
    expect(read(optim.clip(0.25).update(vector([1, -3, 0.1]), state)[0])).toEqual([0.25, -0.25, f(0.1)]);
    expect(read(optim.scale(2).update(vector([1, -3]), null)[0])).toEqual([2, -6]);
    const scheduled = optim.scaleBySchedule(optim.linearSchedule(0, 1, 2));
    let s = scheduled.init(vector([1]));
    const seen: number[] = [];
    for (let i = 0; i < 3; i++) {
      const [u, next] = scheduled.update(vector([8]), s);
      seen.push(read(u)[0]!);
      s = next;
    }
    expect(seen).toEqual([0, 4, 8]);
    expect(read(optim.stepCount(s))).toEqual([3]);
    const rate = tensor([0.5], [], "float32");
    expect(read(optim.sgd(rate).update(vector([1, 2]), null)[0])).toEqual([-0.5, -1]);
  });
  it("multiSteps: the mean of every second pair of gradients, nothing in between", () => {
    const optimizer = optim.multiSteps(optim.sgd(1, { momentum: 0.5 }), 2);
    const start = { w: vector([0, 0]) };
    let state = optimizer.init(start);
    const updates: number[][] = [];
    for (const gradient of [
      [1, 2],
      [3, 6],
      [4, 4],
      [0, 0],
    ]) {
      const [u, next] = optimizer.update({ w: vector(gradient) }, state, start);
      updates.push(read(u.w));
      state = next;
    }
    expect(updates).toEqual([
      [0, 0],
      [-2, -4],
      [0, 0],
      [-3, -4],
    ]);
  });
  it("masked leaves pass unchanged and have no state", () => {
    const optimizer = optim.masked(optim.adam(0.1), { a: true, b: false });
    const start = { a: vector([1, 2]), b: vector([3]) };
    const state = optimizer.init(start);
    expect(tree.leaves(state)).toHaveLength(3);
    const [updates] = optimizer.update({ a: vector([1, 1]), b: vector([7]) }, state, start);
    expect(read(updates.b)).toEqual([7]);
    expect(read(updates.a).every((u) => Math.abs(u + 0.1) < 1e-5)).toBe(true);
  });
});

describe("dtypes", () => {
  it("float32 moments for bfloat16 parameters, updates rounded once", () => {
    const optimizer = optim.adamw(0.01, { momentDtype: "float32", weightDecay: 0.1 });
    const p = { w: vector([1, 2], "bfloat16") };
    const state = optimizer.init(p);
    expect((tree.leaves(state) as Tensor[]).map((t) => t.dtype)).toEqual(["int32", "float32", "float32"]);
    const [updates, next] = optimizer.update({ w: vector([1, -1], "bfloat16") }, state, p);
    expect(updates.w.dtype).toBe("float32");
    expect((tree.leaves(next) as Tensor[]).map((t) => t.dtype)).toEqual(["int32", "float32", "float32"]);
    const applied = optim.applyUpdates(p, updates);
    expect(applied.w.dtype).toBe("bfloat16");
    expect(read(applied.w)).toEqual([0.98828125, 2.015625]);
  });
  it("without it, moments have each parameter's dtype", () => {
    const optimizer = optim.adam(0.01);
    const p = { h: vector([1], "bfloat16"), w: vector([1], "float64") };
    const [updates, state] = optimizer.update(p, optimizer.init(p), p);
    expect([updates.h.dtype, updates.w.dtype]).toEqual(["bfloat16", "float64"]);
    const dtypes = (tree.leaves(state) as Tensor[]).map((t) => t.dtype);
    expect(dtypes).toEqual(["int32", "bfloat16", "float64", "bfloat16", "float64"]);
  });
});

describe("programs and memory", () => {
  const shape = [4, 8];
  function equations(optimizer: optim.GradientTransformation, leaves: number) {
    const start = Array.from({ length: leaves }, () => tensor(new Array(32).fill(0), shape, "float32"));
    const { leaves: flat, structure } = tree.flatten([start, start, optimizer.init(start)]);
    const avals = flat.map((t) => avalOf((t as Tensor).shape, (t as Tensor).dtype));
    const step = (...inputs: Tensor[]) => {
      const [p, g, s] = tree.unflatten(structure, inputs) as [Tensor[], Tensor[], optim.OptState];
      const [updates, next] = optimizer.update(g, s, p);
      return tree.leaves([optim.applyUpdates(p, updates), next]) as Tensor[];
    };
    return traceGraph("step", step, avals, { what: "jit", ambient: true }).graph;
  }
  it("a step of AdamW is 16 equations for each leaf, and those of clipping are 4 more", () => {
    const count = (optimizer: optim.GradientTransformation, n: number) => equations(optimizer, n).equations.length;
    const adamw = optim.adamw(0.1);
    const perLeaf = count(adamw, 3) - count(adamw, 2);
    expect(perLeaf, printGraph(equations(adamw, 1))).toBe(16);
    const clipped = optim.chain(optim.clipByGlobalNorm(1), adamw);
    expect(count(clipped, 3) - count(clipped, 2) - perLeaf, printGraph(equations(clipped, 1))).toBe(4);
    const names = equations(adamw, 1).equations.map((e) => e.op.name);
    // One conversion of the count for each moment; two scalars are spread over the leaf's shape.
    expect(names.filter((n) => n === "convert_element_type").length).toBeLessThanOrEqual(2);
    expect(names.filter((n) => n === "broadcast_in_dim")).toHaveLength(2);
  });
  it("jit gives what runs eagerly, and training lowers a loss", () => {
    const loss = (p: { w: Tensor }) => reduceSum(mul(p.w, p.w), [0]);
    const optimizer = optim.adam(0.1);
    const step = (p: { w: Tensor }, s: optim.OptState) => {
      const [updates, next] = optimizer.update(grad(loss)(p), s, p);
      return [optim.applyUpdates(p, updates), next] as const;
    };
    const start = { w: vector([1, -2, 3]) };
    const [a] = step(start, optimizer.init(start));
    const [b] = jit(step)(start, optimizer.init(start));
    expectClose(a.w, b.w, "eager");
    let [p, s] = [start, optimizer.init(start)];
    const compiled = jit(step);
    for (let i = 0; i < 100; i++) [p, s] = compiled(p, s);
    expect(read(loss(p))[0]).toBeLessThan(0.5);
  });
  it("each moment has memory of its own, so that a state can be donated", () => {
    const optimizer = optim.adam(0.1);
    const p = { w: vector([1, 2]) };
    const step = jit((s: optim.OptState, g: { w: Tensor }) => optimizer.update(g, s, p)[1], { donateArgnums: 0 });
    let s = optimizer.init(p);
    for (let i = 0; i < 3; i++) s = step(s, p);
    expect(read(optim.stepCount(s))).toEqual([3]);
  });
  it("eager steps leave nothing behind", () => {
    const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.adamw(0.1));
    const p = { w: vector([1, 2]) };
    const { count } = liveBuffers();
    scope(() => {
      const state = optimizer.init(p);
      const [updates] = optimizer.update(p, state, p);
      optim.applyUpdates(p, updates);
    });
    expect(liveBuffers().count).toBe(count);
  });
});

describe("refuses", () => {
  it("integers, other structures, missing parameters, wrong schedules", () => {
    const p = { w: vector([1, 2]) };
    expect(() => optim.adam(0.1).init({ w: tensor([1], [1], "int32") })).toThrow(/params\.w is int32/);
    const adam = optim.adam(0.1);
    expect(() => adam.update({ v: vector([1, 2]) }, adam.init(p))).toThrow(TreeError);
    expect(() => optim.adamw(0.1).update(p, optim.adamw(0.1).init(p))).toThrow(/update\(grads, state, params\)/);
    expect(() => optim.cosineDecaySchedule(0.1, 0)).toThrow(DTypeError);
    expect(() => optim.joinSchedules([optim.constantSchedule(1)], [3])).toThrow(/one boundary fewer/);
    expect(() => optim.multiSteps(adam, 0)).toThrow(/whole number/);
    expect(() => optim.globalNorm({})).toThrow(TreeError);
    expect(() => optim.stepCount(optim.sgd(0.1).init(p))).toThrow(/no count/);
  });
});
