// nn's activations, attention with every option, and orthogonal initialisers against JAX, with their gradients.
import { describe, expect, it } from "vitest";
import "../../src/lib/install.ts";
import { DTypeError, ShapeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import { mul, reduceSum } from "../../src/lib/lax.ts";
import * as nn from "../../src/lib/nn.ts";
import { type Json, type NnCase, readFixture } from "../fixtures.ts";
import { read, tensor } from "./values.ts";

const { cases, initializers } = readFixture("nn.json");
const camel = (name: string) => name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase());

const keywords = (c: NnCase, tensors: readonly Tensor[]): Record<string, unknown> => ({
  ...Object.fromEntries(Object.entries(c.params).map(([k, v]) => [camel(k), v])),
  ...Object.fromEntries(Object.keys(c.tensors).map((k, i) => [camel(k), tensors[i]])),
});
/** Where our functions take a keyword by position. */
const byPosition: Record<string, string> = { celu: "alpha", squareplus: "b", glu: "axis" };

type F = (...args: unknown[]) => Tensor | Tensor[];
function call(c: NnCase, inputs: readonly Tensor[], tensors: readonly Tensor[]): Tensor[] {
  const options = keywords(c, tensors);
  const place = byPosition[c.fn];
  const f = (nn as unknown as Record<string, F>)[camel(c.fn)]!;
  const rest = place === undefined ? (Object.keys(options).length > 0 ? [options] : []) : [options[place]];
  return [f(...inputs, ...rest.filter((r) => r !== undefined))].flat();
}

function expectNear(got: Tensor, want: Tensor, what: string): void {
  expect([got.dtype, ...got.shape], what).toEqual([want.dtype, ...want.shape]);
  const [a, b] = [read(got), read(want)];
  const scale = Math.max(1e-3, ...b.map(Math.abs));
  a.forEach((x, i) => {
    const near = Object.is(x, b[i]) || Math.abs(x - b[i]!) <= Math.max(2e-6 * scale, 4e-6 * Math.abs(b[i]!));
    expect(near, `${what}: element ${i} is ${x}, expected ${b[i]}`).toBe(true);
  });
}

describe("as JAX", () => {
  for (const fn of new Set(cases.map((c) => c.fn)))
    it(camel(fn), () => {
      for (const c of cases.filter((d) => d.fn === fn)) {
        const what = `${fn} ${JSON.stringify(c.params)} ${Object.keys(c.tensors)}`;
        const inputs = c.inputs.map((t) => tensor(t));
        const tensors = Object.values(c.tensors).map((t) => tensor(t));
        const out = jit((xs: Tensor[], ts: Tensor[]) => call(c, xs, ts))(inputs, tensors);
        out.forEach((o, i) => {
          expectNear(o, tensor(c.outputs[i]!), what);
        });
        expect(out.length, what).toBe(c.outputs.length);
        const first = out[0]!;
        const weights = tensor(
          Array.from({ length: first.size }, (_, i) => Math.cos(i)),
          first.shape,
          "float32",
        );
        const loss = (xs: Tensor[]) => reduceSum(mul(call(c, xs, tensors)[0]!, weights), [...first.shape.keys()]);
        grad(jit(loss))(inputs).forEach((g, i) => {
          expectNear(g, tensor(c.grads[i]!), `${what}, gradient ${i}`);
        });
      }
    });
});

describe("orthogonal initialisers", () => {
  for (const { fn, key, params, output } of initializers)
    it(`${camel(fn)} of [${output.shape}], as JAX`, () => {
      const { scale, column_axis: axis } = params as Record<string, Json>;
      const made = nn.initializers[camel(fn) as "orthogonal"]((scale as number) ?? 1, (axis as number) ?? -1);
      expectNear(made(tensor(key, [2], "uint32"), output.shape), tensor(output), fn);
    });
  it("refuse shapes that they cannot fill", () => {
    const key = tensor([0, 1], [2], "uint32");
    expect(() => nn.initializers.orthogonal()(key, [3])).toThrow(ShapeError);
    expect(() => nn.initializers.deltaOrthogonal()(key, [2, 3])).toThrow(/3 to 5/);
    expect(() => nn.initializers.deltaOrthogonal()(key, [2, 3, 2])).toThrow(/outputs/);
    expect(read(nn.initializers.orthogonal()(key, [0, 3]))).toEqual([]);
  });
});

it("glu refuses an odd axis, standardize an unknown algorithm", () => {
  const x = tensor([1, 2, 3], [3], "float32");
  expect(() => nn.glu(x)).toThrow(ShapeError);
  expect(() => nn.standardize(x, { algorithm: "slow" as "fast" })).toThrow(DTypeError);
});
