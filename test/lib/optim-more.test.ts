// optim's further optimizers, wrappers, schedules and losses against Optax's recorded steps.
import { describe, expect, it } from "vitest";
import "../../src/lib/install.ts";
import { DTypeError, ShapeError, TreeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import { reduceSum } from "../../src/lib/lax.ts";
import * as optim from "../../src/lib/optim.ts";
import { ge, select } from "../../src/ops/compare.ts";
import { like } from "../../src/ops/literal.ts";

import { type EncodedTree, readFixture } from "../fixtures.ts";
import { read, tensor } from "./values.ts";

const fixture = readFixture("optim-more.json");
type Params = { b: Tensor; m: Tensor };
const params = (t: EncodedTree): Params => ({ b: tensor(t.b!), m: tensor(t.m!) });

const decay = optim.exponentialDecay(0.1, 3, 0.5);
const scaled = (first: optim.GradientTransformation, by = -1) => optim.chain(first, optim.scale(by));
const optimizers: Record<string, () => optim.GradientTransformation> = {
  nadam: () => optim.nadam(0.01),
  nadamw: () => optim.nadamw(0.01, { weightDecay: 0.1 }),
  adamax: () => optim.adamax(0.01),
  radam: () => optim.radam(0.01, { b2: 0.9 }),
  "radam-nesterov": () => optim.radam(0.01, { b2: 0.9, nesterov: true }),
  adabelief: () => optim.adabelief(0.01),
  lamb: () => optim.lamb(0.01, { weightDecay: 0.1 }),
  lion: () => optim.lion(0.01),
  adagrad: () => optim.adagrad(0.1),
  rmsprop: () => optim.rmsprop(0.01, { momentum: 0.9, nesterov: true }),
  "rmsprop-centered": () => optim.rmsprop(0.01, { centered: true, biasCorrection: true, initialScale: 1 }),
  "rmsprop-corrected": () => optim.rmsprop(0.01, { biasCorrection: true, epsInSqrt: false }),
  adafactor: () => optim.adafactor(0.1, { minDimSizeToFactor: 3 }),
  "adafactor-momentum": () =>
    optim.adafactor(0.1, {
      minDimSizeToFactor: 3,
      momentum: 0.9,
      weightDecayRate: 1e-2,
      multiplyByParameterScale: false,
    }),
  "adafactor-unfactored": () => optim.adafactor(decay, { factored: false, clippingThreshold: null }),
  ema: () => scaled(optim.ema(0.9), -0.1),
  "ema-biased": () => scaled(optim.ema(0.9, { debias: false }), -0.1),
  clip: () => scaled(optim.clip(0.2)),
  "clip-block-rms": () => scaled(optim.clipByBlockRms(0.2)),
  "trust-ratio": () => scaled(optim.scaleByTrustRatio()),
  "decay-schedule": () => scaled(optim.addDecayedWeights(decay)),
  partition: () =>
    optim.partition(
      { fast: optim.adam(0.1), slow: optim.sgd(0.01), none: optim.setToZero() },
      { b: "fast", m: "slow" },
    ),
  "partition-frozen": () =>
    optim.multiTransform({ train: optim.adamw(0.1), none: optim.setToZero() }, () => ({ b: "none", m: "train" })),
  "multi-steps": () => optim.multiSteps(optim.adam(0.1), 2),
  "multi-steps-sum": () =>
    optim.multiSteps(optim.sgd(0.1), (step) => select(ge(step, 1), like(step, 2), like(step, 1)), {
      useGradMean: false,
    }),
  "apply-if-finite": () => optim.applyIfFinite(optim.adam(0.1), 1),
  inject: () =>
    optim.injectHyperparams(
      ({ learningRate, b1, b2, weightDecay }) => optim.adamw(learningRate, { b1, b2, weightDecay }),
      { learningRate: decay, b1: optim.linearSchedule(0.9, 0.8, 10), b2: 0.99, weightDecay: 0.1 },
    ),
};

function expectClose(got: Tensor, want: Tensor, what: string, rtol = 2e-6): void {
  expect([...got.shape], what).toEqual([...want.shape]);
  const [a, b] = [read(got), read(want)];
  const size = Math.max(1e-3, ...b.filter(Number.isFinite).map(Math.abs));
  a.forEach((x, i) => {
    const near = Object.is(x, b[i]) || Math.abs(x - b[i]!) <= rtol * size;
    expect(near, `${what}: element ${i} is ${x}, expected ${b[i]}`).toBe(true);
  });
}

/** The parameters after each step. */
function trajectory(optimizer: optim.GradientTransformation, gradients: readonly EncodedTree[]): Params[] {
  let p = params(fixture.params);
  let state = optimizer.init(p);
  const step = jit((q: Params, s: optim.OptState, g: Params) => {
    const [updates, next] = optimizer.update(g, s, q);
    return [optim.applyUpdates(q, updates), next] as const;
  });
  return gradients.map((g) => {
    [p, state] = step(p, state, params(g));
    return p;
  });
}

describe("as Optax", () => {
  it("has a case for every recorded optimizer", () => {
    expect(Object.keys(optimizers).sort()).toEqual(fixture.optimizers.map((o) => o.name).sort());
  });
  for (const { name, steps } of fixture.optimizers)
    it(name, () => {
      const gradients = name === "apply-if-finite" ? fixture.broken : fixture.gradients;
      trajectory(optimizers[name]!(), gradients).forEach((p, i) => {
        expectClose(p.b, tensor(steps[i]!.b!), `${name} step ${i} b`);
        expectClose(p.m, tensor(steps[i]!.m!), `${name} step ${i} m`);
      });
    });

  it("incrementalUpdate", () => {
    const [a, b] = fixture.gradients.map(params);
    const mixed = optim.incrementalUpdate(a!, b!, 0.1);
    expectClose(mixed.b, tensor(fixture.incremental.b!), "b");
    expectClose(mixed.m, tensor(fixture.incremental.m!), "m");
  });

  const schedules: Record<string, optim.Schedule> = {
    warmup_exponential_decay: optim.warmupExponentialDecaySchedule(0, 0.1, 4, 5, 0.5, { endValue: 0.02 }),
    exponential_staircase: optim.exponentialDecay(0.1, 3, 0.5, { transitionBegin: 2, staircase: true }),
    polynomial: optim.polynomialSchedule(1, 0.1, 2, 10, 3),
    cosine_exponent: optim.cosineDecaySchedule(0.1, 12, 0.1, 2),
    join: optim.joinSchedules([optim.constantSchedule(1), optim.linearSchedule(1, 0, 5)], [4]),
    sgdr: optim.sgdrSchedule([
      { initValue: 0, peakValue: 0.1, warmupSteps: 2, decaySteps: 6, endValue: 0.01 },
      { initValue: 0.01, peakValue: 0.05, warmupSteps: 3, decaySteps: 9 },
    ]),
  };
  for (const { name, values } of fixture.schedules)
    it(`schedule ${name}`, () => {
      const compiled = jit((count: Tensor) => schedules[name]!(count));
      read(tensor(values)).forEach((w, i) => {
        const got = read(compiled(tensor([i], [], "int32")))[0]!;
        expect(Math.abs(got - w), `step ${i}: ${got} for ${w}`).toBeLessThanOrEqual(1e-6 * Math.abs(w) + 2e-8);
      });
    });

  const camel = (name: string) => name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase());
  fixture.losses.forEach(({ fn, inputs, params: keywords, where, output, grad: want }) => {
    it(`loss ${fn} ${JSON.stringify(keywords)}${where ? " where" : ""}, and its gradient`, () => {
      const options = { ...keywords, ...(where && { where: tensor(where) }) };
      const f = (optim as unknown as Record<string, (...x: unknown[]) => Tensor>)[camel(fn)]!;
      const [first, ...rest] = inputs.map((t) => tensor(t));
      const loss = (x: Tensor) => f(x, ...rest, ...(Object.keys(options).length > 0 ? [options] : []));
      expectClose(loss(first!), tensor(output), fn);
      const total = (x: Tensor) => {
        const y = loss(x);
        return reduceSum(y, [...y.shape.keys()]);
      };
      expectClose(grad(total)(first!), tensor(want), `${fn}, gradient`);
    });
  });
});

describe("state", () => {
  const p = () => params(fixture.params);
  it("injected hyperparameters can be read and replaced between steps", () => {
    const optimizer = optim.injectHyperparams(({ learningRate }) => optim.sgd(learningRate), { learningRate: 0.5 });
    const state = optimizer.init(p()) as { hyperparams: { learningRate: Tensor } };
    expect(read(state.hyperparams.learningRate)).toEqual([0.5]);
    const changed = { ...state, hyperparams: { learningRate: tensor([2], [], "float32") } };
    const [updates] = optimizer.update(params(fixture.gradients[0]!), changed, p());
    const want = read(tensor(fixture.gradients[0]!.b!)).map((g) => Math.fround(-2 * g));
    expect(read(updates.b)).toEqual(want);
  });
  it("multiSteps counts its steps, and leaves out what it is told to skip", () => {
    const optimizer = optim.multiSteps(optim.sgd(1), 2, {
      shouldSkip: (grads) => ge(reduceSum((grads as { b: Tensor }).b, [0]), 10),
    });
    let state = optimizer.init({ b: tensor([0], [1], "float32") });
    const seen: number[] = [];
    for (const g of [1, 100, 3, 5]) {
      const [updates, next] = optimizer.update({ b: tensor([g], [1], "float32") }, state);
      state = next;
      seen.push(...read(updates.b));
    }
    expect(seen.map((x) => x + 0)).toEqual([0, 0, -2, 0]);
    const { miniStep, gradientStep } = state as { miniStep: Tensor; gradientStep: Tensor };
    expect([read(miniStep), read(gradientStep)]).toEqual([[1], [1]]);
  });
  it("applyIfFinite counts what it refused", () => {
    const optimizer = optim.applyIfFinite(optim.sgd(1), 5);
    let state = optimizer.init(p());
    for (const g of fixture.broken.slice(0, 3)) [, state] = optimizer.update(params(g), state, p());
    const { notFiniteCount, totalNotFinite, lastFinite } = state as Record<string, Tensor>;
    expect([notFiniteCount!, totalNotFinite!, lastFinite!].map((t) => read(t)[0])).toEqual([1, 1, 0]);
  });
  it("adafactor keeps rows and columns of large matrices only", () => {
    const state = optim.scaleByFactoredRms({ minDimSizeToFactor: 3 }).init(p()) as Record<string, Params>;
    expect([state.vRow!.m.shape, state.vCol!.m.shape, state.v!.m.shape]).toEqual([[3, 2], [2, 4], [1]]);
    expect([state.vRow!.b.shape, state.vCol!.b.shape, state.v!.b.shape]).toEqual([[1], [1], [4]]);
  });
});

describe("refuses", () => {
  const p = () => params(fixture.params);
  it("labels without a transformation, and updates without parameters", () => {
    expect(() => optim.partition({ a: optim.sgd(1) }, { b: "a", m: "c" }).init(p())).toThrow(TreeError);
    expect(() => optim.lamb(0.1).update(p(), optim.lamb(0.1).init(p()))).toThrow(/parameters/);
    expect(() => optim.adafactor(0.1).update(p(), optim.adafactor(0.1).init(p()))).toThrow(TreeError);
    expect(() => optim.multiSteps(optim.sgd(1), 0)).toThrow(DTypeError);
  });
  it("losses of integers, unequal shapes and labels that do not fit", () => {
    const [x, i] = [tensor([1, 2], [2], "float32"), tensor([1, 2], [2], "int32")];
    expect(() => optim.l2Loss(i)).toThrow(DTypeError);
    expect(() => optim.l2Loss(x, tensor([1], [1], "float32"))).toThrow(ShapeError);
    expect(() => optim.softmaxCrossEntropyWithIntegerLabels(x, x)).toThrow(DTypeError);
    expect(() => optim.softmaxCrossEntropyWithIntegerLabels(x, i)).toThrow(ShapeError);
  });
});
