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
  2 ** (Math.floor(Math.log2(x)) - { float64: 52, float32: 23, bfloat16: 7 }[dtype as "float32"]);

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
