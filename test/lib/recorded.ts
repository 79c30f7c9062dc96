// Recorded calls of library functions, run under jit with their derivatives and compared with the records.
import { expect } from "vitest";
import { isComplexNumber } from "../../src/core/complex.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { jvp, vjp } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import { decode, type EncodedTensor, numbersOf, type OpCase } from "../fixtures.ts";
import { load } from "./np-values.ts";

/** Floating or complex: what has derivatives. */
const isFloat = (t: { readonly dtype: string }) => t.dtype.startsWith("float") || t.dtype.startsWith("complex");
const eps: Record<string, number> = { float32: 2 ** -23, float64: 2 ** -52, complex64: 2 ** -23, complex128: 2 ** -52 };
/** Elements one after the other; of complex ones both parts. */
const parts = (t: Tensor): number[] =>
  [t.tolist() as unknown[]].flat(9).flatMap((v) => (isComplexNumber(v) ? [v.re, v.im] : [Number(v)]));

/** Floats to `factor` ε of the largest element (at least of 1), NaN and infinities in the same places; integers exactly. */
export function expectNear(got: Tensor, want: EncodedTensor, factor: number, what: string): void {
  const integer = !isFloat(want);
  expect([what, integer || got.dtype, [...got.shape]]).toEqual([what, integer || want.dtype, [...want.shape]]);
  const expected = numbersOf(decode(want));
  const values = parts(got);
  const scale = Math.max(1, ...expected.filter(Number.isFinite).map(Math.abs));
  const tolerance = integer ? 0 : factor * eps[want.dtype]! * scale;
  values.forEach((v, i) => {
    const e = expected[i]!;
    if (!(Object.is(v, e) || v === e || Math.abs(v - e) <= tolerance))
      expect.fail(`${what}: element ${i} is ${v}, expected ${e} within ${tolerance}`);
  });
}

type Call = (c: OpCase, ...inputs: Tensor[]) => Tensor | readonly Tensor[];

/** Results, then tangents and cotangents where they were recorded. */
function outcome(
  call: Call,
  c: OpCase,
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
  cotangents: readonly Tensor[],
) {
  const floats = inputs.flatMap((x, i) => (isFloat(x) ? [i] : []));
  const f = (...xs: Tensor[]) => {
    const all = inputs.map((x, i) => (floats.includes(i) ? xs[floats.indexOf(i)]! : x));
    return [call(c, ...all)].flat() as Tensor[];
  };
  const primals = floats.map((i) => inputs[i]!);
  if (!c.jvp) return { outs: f(...primals), pushed: [], pulled: [] };
  const real = c.outputs.map(isFloat);
  const g = (...xs: Tensor[]) => f(...xs).filter((_, i) => real[i]);
  const pushed = jvp(g, primals, [...tangents] as never)[1] as Tensor[];
  const [, pull] = vjp(g, ...primals) as unknown as [Tensor[], (ct: readonly Tensor[]) => Tensor[]];
  return { outs: f(...primals), pushed, pulled: pull(cotangents) };
}

const present = (slots: readonly (EncodedTensor | null)[] | undefined) =>
  (slots ?? []).flatMap((s) => (s === null ? [] : [s]));

/** All `cases` in one program, which LLVM need not polish: results within `factor` / 8 ε, derivatives within `factor` ε. */
export function expectRecorded(cases: readonly OpCase[], call: Call, factor: number): void {
  const all = jit(
    (args: Tensor[][], ts: Tensor[][], cts: Tensor[][]) =>
      cases.map((c, k) => outcome(call, c, args[k]!, ts[k]!, cts[k]!)),
    { compilerOptions: { xla_backend_optimization_level: 0, xla_cpu_parallel_codegen_split_count: 1 } },
  );
  const results = all(
    cases.map((c) => c.inputs.map(load)),
    cases.map((c) => present(c.jvp?.tangents).map(load)),
    cases.map((c) => present(c.vjp?.cotangents).map(load)),
  );
  results.forEach(({ outs, pushed, pulled }, k) => {
    const c = cases[k]!;
    outs.forEach((t, i) => {
      expectNear(t, c.outputs[i]!, factor / 8, `${c.name} result ${i}`);
    });
    present(c.jvp?.out_tangents).forEach((want, i) => {
      expectNear(pushed[i]!, want, factor, `${c.name} tangent ${i}`);
    });
    present(c.vjp?.grads).forEach((want, i) => {
      expectNear(pulled[i]!, want, factor, `${c.name} gradient ${i}`);
    });
  });
}
