// nn against JAX's values and derivatives, against differences, and what it keeps for the backward pass.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import "../../src/lib/install.ts";
import { avalOf } from "../../src/core/aval.ts";
import { type DType, isDType } from "../../src/core/dtype.ts";
import { DTypeError, ShapeError } from "../../src/core/errors.ts";
import { printGraph } from "../../src/core/print.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { traceGraph } from "../../src/core/trace.ts";
import { grad, jvp, vjp } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import { liveBuffers, scope } from "../../src/lib/memory.ts";
import * as nn from "../../src/lib/nn.ts";
import * as random from "../../src/lib/random.ts";
import { checkGrads, checkJit, checkVmap, tensorArbitraries, toDevice } from "../../src/testing/index.ts";
import { linearizeGraph } from "../../src/transforms/linearize.ts";
import { bytesOf, planResiduals } from "../../src/transforms/residuals.ts";
import { type OpCase, readFixture } from "../fixtures.ts";
import { read, tensor } from "./values.ts";

type Call = (inputs: readonly Tensor[], p: OpCase["params"]) => Tensor;
const axis = (p: OpCase["params"]) => p.axis as number;
const dtypeOf = (p: OpCase["params"]): DType => (isDType(String(p.dtype)) ? (String(p.dtype) as DType) : "float32");

const functions: Record<string, Call> = {
  softmax: ([x, where], p) => nn.softmax(x!, axis(p), where ? { where } : {}),
  log_softmax: ([x], p) => nn.logSoftmax(x!, axis(p)),
  logsumexp: ([x, b], p) => nn.logsumexp(x!, axis(p), b ? { b } : {}),
  silu: ([x]) => nn.silu(x!),
  gelu: ([x], p) => nn.gelu(x!, { approximate: p.approximate !== false }),
  relu: ([x]) => nn.relu(x!),
  sigmoid: ([x]) => nn.sigmoid(x!),
  softplus: ([x]) => nn.softplus(x!),
  log_sigmoid: ([x]) => nn.logSigmoid(x!),
  elu: ([x]) => nn.elu(x!),
  leaky_relu: ([x]) => nn.leakyRelu(x!),
  relu6: ([x]) => nn.relu6(x!),
  one_hot: ([x], p) => nn.oneHot(x!, p.num_classes as number, { dtype: dtypeOf(p) }),
  standardize: ([x], p) => nn.standardize(x!, axis(p)),
};

const tolerance: Partial<Record<DType, number>> = { float32: 2e-6, bfloat16: 3e-2 };
function expectClose(got: Tensor, want: Tensor, what: string): void {
  expect([got.dtype, ...got.shape], what).toEqual([want.dtype, ...want.shape]);
  const rtol = tolerance[want.dtype] ?? 0;
  const [a, b] = [read(got), read(want)];
  a.forEach((x, i) => {
    const y = b[i]!;
    // XLA's CPU kernels take subnormal numbers for zero.
    const close = Object.is(x, y) || x === y || Math.abs(x - y) <= rtol * Math.abs(y) + rtol / 10;
    expect(close, `${what}: element ${i} is ${x}, JAX has ${y}`).toBe(true);
  });
}

describe("as JAX", () => {
  for (const c of readFixture("numpy.json").cases.filter((d) => d.op in functions))
    it(c.name, () => {
      const inputs = c.inputs.map((i) => tensor(i));
      const f = (...xs: Tensor[]) => functions[c.op]!(xs, c.params);
      expectClose(f(...inputs), tensor(c.outputs[0]!), c.name);
      if (c.jvp !== undefined) {
        const tangents = inputs.map((_, i) => {
          const t = c.jvp!.tangents[i];
          return t ? tensor(t) : null;
        });
        const [, out] = jvp(f, inputs as Tensor[], tangents as Tensor[]);
        expectClose(out, tensor(c.jvp.out_tangents[0]!), `${c.name} jvp`);
      }
      if (c.vjp !== undefined) {
        const [, pull] = vjp(f, ...(inputs as Tensor[]));
        const grads = pull(tensor(c.vjp.cotangents[0]!));
        c.vjp.grads.forEach((want, i) => {
          if (want) expectClose(grads[i]!, tensor(want), `${c.name} vjp ${i}`);
        });
        pull.dispose();
      }
    });
});

const normal = (seed: number, shape: readonly number[]): Tensor => random.normal(random.key(seed), shape, "float64");

describe("derivatives are those of differences, to second order where nn has a rule of its own", () => {
  const ruled = new Set(["softplus", "softmax", "softmax masked", "logSoftmax", "logsumexp"]);
  const x = normal(1, [3, 4]);
  const mask = tensor([1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1], [3, 4], "bool");
  const cases: Record<string, (t: Tensor) => Tensor> = {
    silu: nn.silu,
    "gelu tanh": (t) => nn.gelu(t),
    "gelu exact": (t) => nn.gelu(t, { approximate: false }),
    sigmoid: nn.sigmoid,
    softplus: nn.softplus,
    logSigmoid: nn.logSigmoid,
    elu: nn.elu,
    softmax: (t) => nn.softmax(t),
    "softmax masked": (t) => nn.softmax(t, 0, { where: mask }),
    logSoftmax: (t) => nn.logSoftmax(t, [0, 1]),
    logsumexp: (t) => nn.logsumexp(t, -1, { keepdims: true }),
    "logsumexp masked": (t) => nn.logsumexp(t, 0, { where: mask }),
    standardize: (t) => nn.standardize(t),
  };
  for (const [name, f] of Object.entries(cases))
    it(name, () => checkGrads(f, [x], { order: ruled.has(name) ? 2 : 1, directions: 1, rtol: 1e-4 }));

  it("relu and leakyRelu, first order", () => {
    checkGrads((t: Tensor) => [nn.relu(t), nn.leakyRelu(t)], [x]);
  });
  it("dropout is linear in x", () => {
    checkGrads((t: Tensor) => nn.dropout(random.key(3), t, 0.4), [x]);
  });
  it("attention, by query, key, value and bias", () => {
    const [q, k, v] = [normal(2, [2, 3, 4, 2]), normal(3, [2, 5, 2, 2]), normal(4, [2, 5, 2, 2])];
    const bias = normal(5, [1, 4, 3, 5]);
    const f = (a: Tensor, b: Tensor, c: Tensor, d: Tensor) =>
      nn.dotProductAttention(a, b, c, { bias: d, isCausal: true });
    checkGrads(f, [q, k, v, bias], { directions: 1 });
  });
});

describe("conventions at the edges", () => {
  it("relu: derivative 0 at 0, NaN passes, −∞ gives 0", () => {
    const x = tensor([0, Number.NaN, Number.NEGATIVE_INFINITY, 2], [4], "float32");
    expect(read(nn.relu(x))).toEqual([0, Number.NaN, 0, 2]);
    const [, pull] = vjp(nn.relu, x);
    expect(read(pull(tensor([1, 1, 1, 1], [4], "float32"))[0])).toEqual([0, 1, 0, 1]);
    expect(read(nn.relu(tensor([-3, 4], [2], "int32")))).toEqual([0, 4]);
  });
  it("a row that is masked everywhere has softmax 0 and gradient 0", () => {
    const where = tensor([0, 0, 1, 1], [2, 2], "bool");
    const f = (x: Tensor) => nn.softmax(x, -1, { where });
    const x = tensor([1, 2, 3, 3], [2, 2], "float32");
    expect(read(f(x))).toEqual([0, 0, 0.5, 0.5]);
    const [, pull] = vjp(f, x);
    expect(read(pull(tensor([1, 2, 1, 2], [2, 2], "float32"))[0]).slice(0, 2)).toEqual([0, 0]);
  });
  it("all axes, host numbers, and axis as an option", () => {
    const x = tensor([0, 0, 0, 0], [2, 2], "float32");
    expect(read(nn.softmax(x, null))).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(read(nn.softmax(x, { axis: 0 }))).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(read(nn.logsumexp(x))[0]).toBeCloseTo(Math.log(4), 6);
    expect(read(nn.relu(-3))).toEqual([0]);
    expect(nn.sigmoid(tensor([1], [1], "int32")).dtype).toBe("float32");
  });
  it("oneHot along another axis", () => {
    const ids = tensor([0, 2], [2], "int32");
    expect(read(nn.oneHot(ids, 3, { axis: 0 }))).toEqual([1, 0, 0, 0, 0, 1]);
  });
  it("standardize with mean and variance given", () => {
    const x = tensor([1, 3], [2], "float32");
    const [mean, variance] = [tensor([1], [], "float32"), tensor([4], [], "float32")];
    expect(read(nn.standardize(x, -1, { mean, variance, epsilon: 0 }))).toEqual([0, 1]);
  });
});

describe("what is kept for the backward pass", () => {
  const residuals = (f: (x: Tensor) => Tensor) => {
    const { graph } = traceGraph("f", (x) => [f(x!)], [avalOf([4, 8], "float32")], { what: "test", ambient: true });
    const l = linearizeGraph(graph, [true]);
    return { kept: l.primal.outputs.slice(1), out: l.primal.outputs[0], text: printGraph(l.primal) };
  };
  for (const [name, f] of Object.entries({ softmax: nn.softmax, logSoftmax: nn.logSoftmax } as const))
    it(`${name}: its result alone`, () => {
      const { kept, out, text } = residuals((x) => f(x));
      // logSoftmax may keep exp of its result instead, which min-cut planning replaces by the result.
      expect(kept.length, text).toBe(1);
      if (name === "softmax") expect(kept[0], text).toBe(out);
    });

  it("dropout: the key, not the mask", () => {
    const f = (k?: Tensor, x?: Tensor) => [nn.dropout(k!, x!, 0.5)];
    const avals = [avalOf([2], "uint32"), avalOf([4, 8], "float32")];
    const { graph } = traceGraph("f", f, avals, { what: "test", ambient: true });
    const l = linearizeGraph(graph, [false, true]);
    const plan = planResiduals(l.primal, l.primal.outputs.slice(1), bytesOf);
    const bytes = plan.saved.reduce((n, v) => n + bytesOf(v), 0);
    expect(bytes, printGraph(l.primal)).toBe(8);
    expect(graph.equations.length, printGraph(graph)).toBeLessThanOrEqual(10);
  });
});

describe("transformations", () => {
  const arb = tensorArbitraries(fc);
  const x = arb.tensor({ dtype: "float32", shape: [3, 4], special: false });
  const functionsOf: Record<string, (t: Tensor) => Tensor> = {
    softmax: (t) => nn.softmax(t),
    logSoftmax: (t) => nn.logSoftmax(t),
    logsumexp: (t) => nn.logsumexp(t),
    softplus: nn.softplus,
    gelu: (t) => nn.gelu(t),
    standardize: (t) => nn.standardize(t),
  };
  for (const [name, f] of Object.entries(functionsOf)) {
    it(`${name}: jit as eager, vmap as a loop, and softmax sums to one`, () => {
      fc.assert(
        fc.property(x, (h) => {
          scope(() => {
            const t = toDevice(h);
            checkJit(f, [t]);
            checkVmap(f, [t]);
            if (name === "softmax")
              for (const s of read(nn.logsumexp(nn.logSoftmax(t), -1))) expect(s).toBeCloseTo(0, 5);
          });
        }),
        { numRuns: 5 },
      );
    });
  }
});

describe("gradients of rules under vmap", () => {
  const functionsOf = { softmax: (t: Tensor) => nn.softmax(t), logsumexp: (t: Tensor) => nn.logsumexp(t, -1) };
  for (const [name, f] of Object.entries(functionsOf))
    it(name, () => {
      checkVmap(
        grad((t: Tensor) => nn.logsumexp(f(t))),
        [normal(7, [2, 3])],
        { rtol: 1e-9 },
      );
    });
});

describe("dotProductAttention", () => {
  const draw = (seed: number, shape: readonly number[]) => random.normal(random.key(seed), shape);
  /** Every head by itself in host numbers. */
  function reference(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    sees: (t: number, s: number) => boolean,
    scale: number,
  ): number[] {
    const [B, T, N, H] = q.shape as [number, number, number, number];
    const [, S, K] = k.shape as [number, number, number, number];
    const [a, b, c] = [q, k, v].map(read) as [number[], number[], number[]];
    const out: number[] = [];
    for (let i = 0; i < B; i++)
      for (let t = 0; t < T; t++)
        for (let n = 0; n < N; n++) {
          const head = Math.floor(n / (N / K));
          const at = (x: number[], s: number, h: number) => x[((i * S + s) * K + head) * H + h]!;
          const logits = Array.from({ length: S }, (_, s) => {
            let dot = 0;
            for (let h = 0; h < H; h++) dot += a[((i * T + t) * N + n) * H + h]! * at(b, s, h);
            return sees(t, s) ? dot * scale : -1e38;
          });
          const top = Math.max(...logits);
          const e = logits.map((l) => Math.exp(l - top));
          const total = e.reduce((x, y) => x + y);
          for (let h = 0; h < H; h++) out.push(e.reduce((x, w, s) => x + (w / total) * at(c, s, h), 0));
        }
    return out;
  }
  const near = (got: Tensor, want: readonly number[]) => {
    read(got).forEach((g, i) => {
      expect(g).toBeCloseTo(want[i]!, 5);
    });
  };
  const [q, k, v] = [draw(1, [2, 3, 4, 8]), draw(2, [2, 5, 2, 8]), draw(3, [2, 5, 2, 8])];

  it("grouped heads, scale and causality", () => {
    near(
      nn.dotProductAttention(q, k, v),
      reference(q, k, v, () => true, 1 / Math.sqrt(8)),
    );
    near(
      nn.dotProductAttention(q, k, v, { isCausal: true, scale: 0.5 }),
      reference(q, k, v, (t, s) => s <= t, 0.5),
    );
  });
  it("mask, window and lengths", () => {
    const scale = 1 / Math.sqrt(8);
    const bits = Array.from({ length: 15 }, (_, i) => i % 3 !== 1 || i % 5 === 0);
    const mask = tensor(bits, [3, 5], "bool");
    near(
      nn.dotProductAttention(q, k, v, { mask }),
      reference(q, k, v, (t, s) => bits[t * 5 + s]!, scale),
    );
    const window = nn.dotProductAttention(q, k, v, { localWindowSize: [1, 0] });
    near(
      window,
      reference(q, k, v, (t, s) => s <= t && s >= t - 1, scale),
    );
    const lengths = tensor([3, 3], [2], "int32");
    near(
      nn.dotProductAttention(q, k, v, { keyValueSeqLengths: lengths }),
      reference(q, k, v, (_, s) => s < 3, scale),
    );
    const cut = read(nn.dotProductAttention(q, k, v, { querySeqLengths: tensor([2, 3], [2], "int32") }));
    expect(cut.slice(2 * 32, 3 * 32)).toEqual(new Array(32).fill(0));
  });
  it("a bias that hides is a mask; rank 3 is one example; bfloat16 stays bfloat16", () => {
    const bits = [1, 0, 1, 1, 1];
    const bias = tensor(
      bits.map((b) => (b ? 0 : -1e30)),
      [1, 1, 1, 5],
      "float32",
    );
    const mask = tensor(bits, [1, 1, 1, 5], "bool");
    const [a, b] = [nn.dotProductAttention(q, k, v, { bias }), nn.dotProductAttention(q, k, v, { mask })];
    near(a, read(b));
    const [q3, k3, v3] = [draw(4, [3, 4, 8]), draw(5, [5, 2, 8]), draw(6, [5, 2, 8])];
    expect(nn.dotProductAttention(q3, k3, v3).shape).toEqual([3, 4, 8]);
    const half = [q, k, v].map((t, i) => random.normal(random.key(i), t.shape, "bfloat16")) as [Tensor, Tensor, Tensor];
    expect(nn.dotProductAttention(...half, { isCausal: true }).dtype).toBe("bfloat16");
  });
  it("refuses heads, widths and dtypes that do not fit", () => {
    expect(() => nn.dotProductAttention(q, draw(1, [2, 5, 3, 8]), draw(1, [2, 5, 3, 8]))).toThrow(ShapeError);
    expect(() => nn.dotProductAttention(q, draw(1, [2, 5, 2, 4]), draw(1, [2, 5, 2, 4]))).toThrow(/\[B, S, K, H\]/);
    expect(() => nn.dotProductAttention(q, k, v, { mask: draw(1, [3, 5]) })).toThrow(DTypeError);
  });
});

describe("dropout and initialisers", () => {
  it("keeps the mean, drops the rate, and is the identity without a key", () => {
    const x = tensor(new Array(4000).fill(1), [4000], "float32");
    const y = read(nn.dropout(random.key(0), x, 0.25));
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(Math.abs(y.filter((e) => e === 0).length / 4000 - 0.25)).toBeLessThan(0.03);
    expect(nn.dropout(null, x, 0.25)).toBe(x);
    expect(() => nn.dropout(random.key(0), x, 1)).toThrow(DTypeError);
  });
  it("initialisers have the deviation that they promise", () => {
    const key = random.key(9);
    const deviation = (t: Tensor) => Math.sqrt(read(t).reduce((s, e) => s + e * e, 0) / t.size);
    const shape = [60, 90];
    expect(deviation(nn.initializers.normal(0.5)(key, shape))).toBeCloseTo(0.5, 1);
    expect(deviation(nn.initializers.glorotUniform()(key, shape))).toBeCloseTo(Math.sqrt(2 / 150), 2);
    expect(deviation(nn.initializers.heNormal()(key, shape))).toBeCloseTo(Math.sqrt(2 / 60), 2);
    expect(deviation(nn.initializers.lecunNormal({ inAxis: 1, outAxis: 0 })(key, shape))).toBeCloseTo(
      Math.sqrt(1 / 90),
      2,
    );
    expect(Math.max(...read(nn.initializers.truncatedNormal(1)(key, shape)).map(Math.abs))).toBeLessThanOrEqual(2);
    expect(read(nn.initializers.uniform(2)(key, [50])).every((e) => e >= 0 && e < 2)).toBe(true);
    expect(read(nn.initializers.ones(key, [2]))).toEqual([1, 1]);
    expect(read(nn.initializers.zeros(key, [2], "int32"))).toEqual([0, 0]);
    expect(read(nn.initializers.constant(3)(key, []))).toEqual([3]);
    expect(() => nn.initializers.heNormal()(key, [3])).toThrow(/inAxis/);
    expect(read(jit((k: Tensor) => nn.initializers.heUniform()(k, [3, 4]))(key))).toEqual(
      read(nn.initializers.heUniform()(key, [3, 4])),
    );
  });
  it("an eager call leaves its result and nothing else", () => {
    const x = normal(1, [3, 4]);
    const { count } = liveBuffers();
    for (const f of [nn.softmax, nn.gelu, nn.standardize, nn.softplus]) f(x).dispose();
    expect(liveBuffers().count).toBe(count);
  });
});
