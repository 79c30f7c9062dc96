// Values, forward and reverse derivatives of every primitive against those recorded from JAX.
import { describe, it } from "vitest";
import type { DType } from "../../src/core/dtype.ts";
import { isComplex, isFloat, isInexact, itemSize } from "../../src/core/dtype.ts";
import { decode, numbersOf, type OpCase, readFixture, type Slot } from "../fixtures.ts";
import { lax } from "./lax.ts";
import { avalsOf, backward, forward, graphOf, type Job, only, printGraph, runAll } from "./programs.ts";
import { expectClose, type HostValue, hostValue, type Tolerance } from "./values.ts";

type OpFile = "ops/elementwise.json" | "ops/convert.json" | "ops/reduce.json" | "ops/shape.json" | "ops/complex.json";

const sums = new Set("reduce_sum reduce_prod cumsum cumprod cumlogsumexp dot_general scatter_add".split(" "));
const transcendental = new Set(
  (
    "sqrt rsqrt cbrt exp exp2 expm1 log log1p logistic tanh sin cos tan asin acos atan sinh cosh asinh acosh atanh erf " +
    "erfc erf_inv lgamma digamma pow atan2 rem"
  ).split(" "),
);

function valueTolerance(op: string, dtype: DType, operand: DType | undefined): Tolerance {
  if (!isInexact(dtype)) return "exact";
  // Relative to the largest element: of one number a part may be all rounding error of the other.
  if (isComplex(dtype) || (operand !== undefined && isComplex(operand)) || op === "fft")
    return { epsilons: 8, spread: 1 };
  if (sums.has(op)) return { epsilons: 4, spread: 1 };
  // JAX's exp2 is exp(x log 2), which rounds the product; ours is a power of two.
  if (op === "exp2") return { ulp: 16 };
  // Its sum cancels near 1 and 2: the last digits depend on how the kernel was compiled.
  if (op === "lgamma") return { epsilons: 16, spread: 0, floor: 1 };
  return transcendental.has(op) ? { ulp: 4 } : "exact";
}
/** Derivative formulas are ours, and JAX's may round in another order; its acosh cancels in x² − 1. */
const derivativeTolerance = (op: string): Tolerance => ({ epsilons: op === "acosh" ? 256 : 16, spread: 1 });

const given = (slots: readonly Slot[]): HostValue[] => slots.flatMap((s) => (s ? [decode(s)] : []));
/** A missing tangent or cotangent of a floating value is zero. */
const dense = (slots: readonly Slot[], beside: readonly HostValue[]): HostValue[] =>
  beside.flatMap((v, i) => {
    if (!isInexact(v.dtype)) return [];
    const slot = slots[i];
    return [slot ? decode(slot) : hostValue(new Array(v.bytes.length / 4).fill(0), v.shape, v.dtype)];
  });

interface Check {
  readonly job: Job;
  readonly expected: readonly HostValue[];
  readonly what: string;
  readonly tolerance: (output: HostValue) => Tolerance;
}

function checksOf(c: OpCase): Check[] {
  const call = lax[c.op]!;
  const inputs = c.inputs.map(decode);
  const outputs = c.outputs.map(decode);
  const graph = graphOf(c.name, (...xs) => call(xs, c.params), avalsOf(inputs));
  const checks: Check[] = [
    {
      job: { graph, inputs },
      expected: outputs,
      what: "value",
      tolerance: (o) => valueTolerance(c.op, o.dtype, inputs[0]?.dtype),
    },
  ];
  const derivative = () => derivativeTolerance(c.op);
  if (c.jvp) {
    const active = inputs.map((_, i) => c.jvp!.tangents[i] !== null);
    const job = { graph: forward(graph, active), inputs: [...inputs, ...given(c.jvp.tangents)] };
    const tangents = dense(c.jvp.out_tangents, outputs);
    checks.push({
      job: { ...job, graph: { ...job.graph, outputs: job.graph.outputs.slice(outputs.length) } },
      expected: tangents,
      what: "jvp",
      tolerance: derivative,
    });
  }
  if (c.vjp) {
    const active = inputs.map((_, i) => c.vjp!.grads[i] !== null);
    const job = { graph: backward(graph, active), inputs: [...inputs, ...dense(c.vjp.cotangents, outputs)] };
    checks.push({
      job,
      expected: only(
        c.vjp.grads.map((g) => g && decode(g)),
        active,
      ) as HostValue[],
      what: "vjp",
      tolerance: derivative,
    });
  }
  return checks;
}

/** XLA takes a subnormal for zero or not, as its kernels come: such elements of elementwise operations are left out. */
function withoutSubnormals(outputs: readonly HostValue[], inputs: readonly HostValue[]): HostValue[] {
  const tiny = inputs.map((v) =>
    isFloat(v.dtype) ? numbersOf(v).map((x) => x !== 0 && Math.abs(x) < smallestNormal(v.dtype)) : [],
  );
  return outputs.map((o) => {
    const width = itemSize(o.dtype);
    const bytes = o.bytes.slice();
    for (let i = 0; i * width < bytes.length; i++)
      if (tiny.some((t) => t[i])) bytes.fill(0, i * width, (i + 1) * width);
    return { ...o, bytes };
  });
}
const smallestNormal = (dtype: DType): number =>
  dtype === "float16" ? 2 ** -14 : dtype === "float64" ? 2 ** -1022 : 2 ** -126;

const casesPerProgram = 24;

/** A test for each operation in `file`: all its cases in a few programs. */
export function testFixture(file: OpFile): void {
  const groups = new Map<string, OpCase[]>();
  for (const c of readFixture(file).cases) {
    const list = groups.get(c.op) ?? [];
    groups.set(c.op, list);
    list.push(c);
  }
  const elementwise = file === "ops/elementwise.json" || file === "ops/convert.json";
  describe(file, () => {
    it.each([...groups.keys()])("%s", (op) => {
      const checks = groups.get(op)!.flatMap(checksOf);
      for (let at = 0; at < checks.length; at += casesPerProgram * 3) {
        const part = checks.slice(at, at + casesPerProgram * 3);
        const results = runAll(part.map((c) => c.job));
        part.forEach((c, i) => {
          const compared = (v: readonly HostValue[]) =>
            elementwise && c.what === "value" ? withoutSubnormals(v, c.job.inputs) : v;
          const got = compared(results[i]!);
          compared(c.expected).forEach((e, k) => {
            expectClose(got[k]!, e, c.tolerance(e), () => `${c.what} ${k} of\n${printGraph(c.job.graph)}`);
          });
        });
      }
    });
  });
}
