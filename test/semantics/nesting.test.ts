// Any nesting of transformations of a random small program gives what dual numbers give on the host.
import fc from "fast-check";
import {
  checkpoint,
  grad,
  jacfwd,
  jacrev,
  jit,
  jvp,
  lax,
  linearize,
  makeJaxpr,
  np,
  type Tensor,
  vjp,
  vmap,
} from "jorts";
import { forAll, type Program, programs, toDevice, toHost } from "jorts/testing";
import { describe, expect, test } from "vitest";
import { traceDepth } from "../../src/core/trace.ts";
import { add, columns, mul, type Num, primal, slopeAlong, type Vector } from "./dual.ts";
import { hostFunction } from "./host.ts";

type Shape = readonly number[];
/** A function of one tensor, twice: of jorts and on the host. */
interface Both {
  readonly input: Shape;
  readonly output: Shape;
  readonly f: (x: Tensor) => Tensor;
  readonly host: (x: Vector) => Vector;
}
interface Transformation {
  readonly name: string;
  readonly apply: (g: Both) => Both;
}

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);
/** Numbers that differ, the same in every run. */
const wave = (shape: Shape, phase: number): number[] =>
  Array.from({ length: sizeOf(shape) }, (_, i) => Math.round(Math.sin(1.7 * i + phase) * 900) / 1000);
const constant = (shape: Shape, phase: number): Tensor =>
  toDevice({ shape, dtype: "float64", values: wave(shape, phase) });
const product = (x: Vector, y: Vector): Num => x.map((a, i) => mul(a, y[i]!)).reduce(add, 0);
const chunks = (x: Vector, n: number): Vector[] => {
  const size = x.length / n;
  return Array.from({ length: n }, (_, i) => x.slice(i * size, (i + 1) * size));
};
/** ⟨ct, Jᵢ⟩ for each input i. */
const pulled = (g: Both, x: Vector, ct: Vector): Num[] => columns(g.host, x).map((column) => product(column, ct));

const same = (name: string, wrap: (f: Both["f"]) => Both["f"]): Transformation => ({
  name,
  apply: (g) => ({ ...g, f: wrap(g.f) }),
});
const toInput = (name: string, of: (g: Both) => Both["f"]): Transformation => ({
  name,
  apply: (g) => ({ ...g, output: g.input, f: of(g), host: (x) => pulled(g, x, wave(g.output, 2)) }),
});
const pushed = (name: string, of: (g: Both) => Both["f"]): Transformation => ({
  name,
  apply: (g) => ({ ...g, f: of(g), host: (x) => slopeAlong(g.host, x, wave(g.input, 3)) }),
});
const jacobian = (name: string, of: (g: Both) => Both["f"]): Transformation => ({
  name,
  apply: (g) => ({
    input: g.input,
    output: [...g.output, ...g.input],
    f: of(g),
    host: (x) => {
      const all = columns(g.host, x);
      return Array.from({ length: sizeOf(g.output) }, (_, row) => all.map((column) => column[row]!)).flat();
    },
  }),
});

const transformations: readonly Transformation[] = [
  same("jit", (f) => jit(f)),
  toInput("grad", (g) => grad((x: Tensor) => np.sum(g.f(x).mul(constant(g.output, 2))))),
  {
    name: "vmap",
    apply: (g) => ({
      input: [2, ...g.input],
      output: [2, ...g.output],
      f: vmap(g.f),
      host: (x) => chunks(x, 2).flatMap(g.host),
    }),
  },
  pushed("jvp", (g) => (x) => jvp(g.f, [x], [constant(g.input, 3)])[1]),
  toInput("vjp", (g) => (x) => vjp(g.f, x)[1](constant(g.output, 2))[0]),
  pushed("linearize", (g) => (x) => linearize(g.f, x)[1](constant(g.input, 3))),
  same("checkpoint", (f) => checkpoint(f)),
  {
    // y = c·f(x) and c′ = c/2 + mean(f(x)): what is carried depends on every row before.
    name: "scan",
    apply: (g) => ({
      input: [2, ...g.input],
      output: [2, ...g.output],
      f: (xs) => {
        const body = (c: Tensor, x: Tensor) => {
          const y = g.f(x);
          return [c.mul(0.5).add(np.mean(y)), y.mul(c)] as const;
        };
        return lax.scan(body, np.ones([], "float64"), xs)[1] as Tensor;
      },
      host: (xs) => {
        let c: Num = 1;
        return chunks(xs, 2).flatMap((x) => {
          const y = g.host(x);
          const out = y.map((e) => mul(e, c));
          c = add(mul(c, 0.5), mul(y.reduce(add, 0), 1 / y.length));
          return out;
        });
      },
    }),
  },
  jacobian("jacfwd", (g) => jacfwd(g.f) as Both["f"]),
  jacobian("jacrev", (g) => jacrev(g.f) as Both["f"]),
];

const of = (p: Program): Both => {
  const shape = p.inputs[0]!.shape;
  const host = hostFunction(p.block);
  const { ref: name } = p.block.returns as { ref: string };
  const last = [...p.block.params, ...p.block.body.flatMap((i) => i.results)].find((v) => v.name === name)!;
  return {
    input: shape,
    output: last.shape,
    f: (x) => p.run(x),
    host: (x) => (host({ shape, data: x }) as { data: Vector }).data,
  };
};

/** A program and what is done to it, from the inside out. */
interface Nest {
  readonly program: Program;
  readonly names: readonly string[];
}
const nests = (depth: number, shape: Shape): fc.Arbitrary<Nest> =>
  fc
    .tuple(
      programs(fc, { inputs: [shape], maxSteps: 4, maxElements: 6 }),
      fc.array(fc.constantFrom(...transformations.map((t) => t.name)), { minLength: depth, maxLength: depth }),
    )
    .map(([program, names]) => ({
      program,
      names,
      [Symbol.for("fast-check/toStringMethod")]: () => `${program}\n${[...names].reverse().join("(")}(program)`,
    }));

function agrees({ program, names }: Nest): void {
  const nested = names.reduce((g, name) => transformations.find((t) => t.name === name)!.apply(g), of(program));
  const x = wave(nested.input, 0.4);
  const got = nested.f(constant(nested.input, 0.4));
  const want = nested.host(x).map(primal);
  const text = () => makeJaxpr(nested.f)(got);
  expect(got.shape).toEqual(nested.output);
  toHost(got).values.forEach((v, i) => {
    const off = Math.abs(Number(v) - want[i]!) / Math.max(1, Math.abs(want[i]!));
    if (!(off < 1e-9)) throw new Error(`element ${i} is ${v}, expected ${want[i]}\n${text()}`);
  });
  expect(traceDepth()).toBe(0);
}

describe("a random program", () => {
  test("computes what it computes on the host", () => {
    forAll(fc, nests(0, [3]), agrees, { numRuns: 40, seed: 11 });
  });

  test.each(transformations.map((t) => t.name))("%s of it", (name) => {
    const programsOf = programs(fc, { inputs: [[2, 2]], maxSteps: 4, maxElements: 8 });
    forAll(fc, programsOf, (program) => agrees({ program, names: [name] }), { numRuns: 5, seed: 12 });
  });
});

test("any nesting of three transformations", () => {
  forAll(fc, nests(3, [2]), agrees, { numRuns: 60, seed: 13 });
});
