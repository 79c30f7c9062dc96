// The distributions of random against JAX's own draws, their derivatives, and what they refuse.
import { describe, expect, it } from "vitest";
import "../../src/lib/install.ts";
import { igamma, igammac, igammaGradA, randomGammaGrad } from "../../src/control/incomplete-gamma.ts";
import type { DType } from "../../src/core/dtype.ts";
import { DTypeError, NonDifferentiableError, ShapeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import { reduceSum } from "../../src/lib/lax.ts";
import * as random from "../../src/lib/random.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { type DistributionCase, type Json, readFixture } from "../fixtures.ts";
import { read, tensor, ulps } from "./values.ts";

const fixture = readFixture("distributions.json");
const camel = (name: string) => name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase());

type Draw = (key: Tensor, ...args: unknown[]) => Tensor;
const draws = random as unknown as Record<string, Draw>;

/** The recorded call with its keywords where our functions take them. */
function call(c: DistributionCase, key: Tensor, inputs: readonly Tensor[]): Tensor {
  const args = c.args.map((a) => (isInput(a) ? inputs[a.input]! : a)) as unknown[];
  const { mode, replace } = c.keywords;
  if (c.fn === "bernoulli" || c.fn === "gumbel") args.push(...(mode === undefined ? [] : [mode]));
  if (c.fn === "categorical") args.push(replace ?? true, mode ?? "low");
  return draws[camel(c.fn)]!(key, ...args);
}
const isInput = (a: Json): a is { readonly input: number } => typeof a === "object" && a !== null && "input" in a;

/** Samples are as far from JAX's as the last places of what they are made of; `scale` is the largest of a draw. */
function expectNear(got: readonly number[], want: readonly number[], dtype: DType, what: string): void {
  const scale = Math.max(...want.map(Math.abs).filter(Number.isFinite));
  got.forEach((g, i) => {
    const w = want[i]!;
    const near = ulps(g, w, dtype) <= 4 || Math.abs(g - w) <= 4 * ulpOf(scale, dtype);
    expect(near, `${what}: element ${i} is ${g}, expected ${w}`).toBe(true);
  });
}
const ulpOf = (x: number, dtype: DType): number =>
  2 ** (Math.floor(Math.log2(x)) - { float64: 52, float32: 23, complex64: 23, bfloat16: 7 }[dtype as "float32"]);

const exact = new Set(["rademacher", "geometric", "bernoulli", "categorical", "poisson", "binomial", "multinomial"]);

const groups = new Map<string, DistributionCase[]>();
for (const c of fixture.cases) {
  const kind = `${c.fn} ${JSON.stringify([c.args, c.keywords, c.inputs.map((i) => i.shape)])}`;
  groups.set(kind, [...(groups.get(kind) ?? []), c]);
}

describe("as JAX", () => {
  for (const fn of new Set(fixture.cases.map((c) => c.fn)))
    it(camel(fn), () => {
      for (const [kind, cases] of groups) {
        if (cases[0]!.fn !== fn) continue;
        const f = jit((key: Tensor, ...inputs: Tensor[]) => call(cases[0]!, key, inputs));
        for (const c of cases) {
          const out = f(tensor(c.key, [2], "uint32"), ...c.inputs.map((i) => tensor(i)));
          expect([out.dtype, ...out.shape], kind).toEqual([c.output.dtype, ...c.output.shape]);
          const [got, want] = [read(out), read(tensor(c.output))];
          if (exact.has(fn)) expect(got, kind).toEqual(want);
          else expectNear(got, want, out.dtype, kind);
        }
      }
    });
});

/** Elements agree to `rtol`, infinities and NaN exactly. */
function expectRelative(got: readonly number[], want: readonly number[], rtol: number, what: string): void {
  got.forEach((g, i) => {
    const w = want[i]!;
    const near = Object.is(g, w) || g === w || Math.abs(g - w) <= rtol * Math.abs(w);
    expect(near, `${what}: element ${i} is ${g}, expected ${w}`).toBe(true);
  });
}

describe("derivatives", () => {
  for (const { fn, a, grads } of fixture.derivatives)
    it(`${fn} by its shape parameter, as JAX`, () => {
      const key = tensor(fixture.cases[0]!.key, [2], "uint32");
      const got = grad((x: Tensor) => reduceSum(draws[fn]!(key, x), [0]))(tensor(a));
      expectRelative(read(got), read(tensor(grads)), 1e-5, fn);
    });

  it("of a sample at a fixed quantile: dx/da = −(∂P/∂a) / (∂P/∂x)", () => {
    const [a, x] = [tensor([0.7, 3, 20], [3], "float64"), tensor([0.5, 4, 18], [3], "float64")];
    const step = 1e-6;
    const quantile = (s: number, t: number) => {
      const moved = read(a).map((v) => v + s);
      const at = read(x).map((v, i) => v + t * read(randomGammaGrad(a, x))[i]!);
      return read(igamma(tensor(moved, [3], "float64"), tensor(at, [3], "float64")));
    };
    const [before, after] = [quantile(-step, -step), quantile(step, step)];
    before.forEach((p, i) => {
      expect(Math.abs(after[i]! - p) / step).toBeLessThan(1e-6);
    });
  });

  it("of distributions made of gamma variables reach their parameters", () => {
    const key = random.key(1);
    const a = tensor([0.5, 2], [2], "float32");
    const g = read(grad((x: Tensor) => reduceSum(random.t(key, x), [0]))(a));
    expect(g.every((v) => Number.isFinite(v) && v !== 0)).toBe(true);
  });
});

describe("incomplete gamma functions", () => {
  const functions = { igamma, igammac, igamma_grad_a: igammaGradA, random_gamma_grad: randomGammaGrad };
  for (const { fn, a, x, output } of fixture.special)
    it(`${fn}, as JAX`, () => {
      const f = functions[fn as "igamma"];
      const want = read(tensor(output));
      read(jit((p: Tensor, q: Tensor) => f(p, q))(tensor(a), tensor(x))).forEach((g, i) => {
        const near = Object.is(g, want[i]) || Math.abs(g - want[i]!) <= 2e-5 * Math.abs(want[i]!) + 1e-7;
        expect(near, `${fn} at ${read(tensor(a))[i]}, ${read(tensor(x))[i]}: ${g} for ${want[i]}`).toBe(true);
      });
    });
  it("their second derivatives by the shape parameter are refused", () => {
    const a = tensor([2], [1], "float32");
    const slope = (x: Tensor) => reduceSum(igammaGradA(x, a), [0]);
    expect(() => grad(slope)(a)).toThrow(NonDifferentiableError);
  });
});

describe("in transformations", () => {
  it("vmap over keys gives each key's draw: of loops too", () => {
    const keys = random.split(random.key(3), 3);
    const words = read(keys);
    const a = tensor([0.5, 4], [2], "float32");
    for (const f of [(k: Tensor) => random.gamma(k, a), (k: Tensor) => random.poisson(k, a)]) {
      const one = jit(f);
      const each = [0, 1, 2].map((i) => read(one(tensor(words.slice(2 * i, 2 * i + 2), [2], "uint32"))));
      expect(read(vmap(f)(keys))).toEqual(each.flat());
    }
  });
  it("vmap over parameters draws with the same key", () => {
    const key = random.key(3);
    const a = tensor([0.5, 4], [2], "float32");
    const one = jit((x: Tensor) => random.gamma(key, x));
    const each = [0.5, 4].map((x) => read(one(tensor([x], [], "float32"))));
    expect(read(vmap((x: Tensor) => random.gamma(key, x))(a))).toEqual(each.flat());
  });
});

describe("keys", () => {
  it("PRNGKey, keyData, wrapKeyData and clone are about the same words", () => {
    const key = random.PRNGKey(7);
    expect(read(random.keyData(key))).toEqual([0, 7]);
    expect(read(random.wrapKeyData(new Uint32Array([1, 2])))).toEqual([1, 2]);
    expect(read(random.clone(random.split(key, 2)))).toEqual(read(random.split(key, 2)));
    expect(random.clone(key) === key).toBe(false);
    expect(() => random.keyData(tensor([1, 2], [2], "int32"))).toThrow(DTypeError);
  });
});

describe("covariances", () => {
  it('"eigh" and "svd" draw with the covariance asked for', () => {
    const cov = tensor([2, 0.5, 0.5, 1], [2, 2], "float32");
    for (const method of ["eigh", "svd"] as const) {
      const x = read(
        random.multivariateNormal(random.key(0), tensor([0, 0], [2], "float32"), cov, [4000], "float32", method),
      );
      const moment = (i: number, j: number) => {
        let sum = 0;
        for (let row = 0; row < 4000; row++) sum += x[2 * row + i]! * x[2 * row + j]!;
        return sum / 4000;
      };
      for (const [i, j, want] of [
        [0, 0, 2],
        [0, 1, 0.5],
        [1, 1, 1],
      ] as const)
        expect(Math.abs(moment(i, j) - want)).toBeLessThan(0.15);
    }
  });
});

describe("refuses", () => {
  const key = () => random.key(0);
  const vector = (...x: number[]) => tensor(x, [x.length], "float32");
  it("dtypes and parameters that do not fit", () => {
    expect(() => random.cauchy(key(), [2], "int32")).toThrow(DTypeError);
    expect(() => random.poisson(key(), 3, [2], "float32")).toThrow(/integer/);
    expect(() => random.gamma(key(), tensor([1], [1], "float64"))).toThrow(/wider/);
    expect(() => random.gamma(key(), vector(1, 2), [3])).toThrow(ShapeError);
    expect(() => random.dirichlet(key(), 1)).toThrow(ShapeError);
    expect(() => random.multivariateNormal(key(), vector(1, 2), vector(1, 2))).toThrow(ShapeError);
    expect(() => random.multivariateNormal(key(), 0, vector(1))).toThrow(ShapeError);
    expect(() => random.orthogonal(key(), -1)).toThrow(ShapeError);
  });
  it("modes, and more different draws than there are categories", () => {
    expect(() => random.gumbel(key(), [2], "float32", "fine" as "low")).toThrow(/"highest"/);
    expect(() => random.bernoulli(key(), 0.5, [2], "fine" as "low")).toThrow(/"high"/);
    expect(() => random.categorical(key(), vector(1, 2), -1, [3], false)).toThrow(/without replacement/);
  });
});
