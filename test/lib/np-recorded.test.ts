// np's functions against calls recorded from jax.numpy: results and derivatives, under jit and, in a sample, eagerly.
import { describe, expect, it } from "vitest";
import { isInexact } from "../../src/core/dtype.ts";
import { Tensor } from "../../src/core/tensor.ts";
import { jvp, vjp } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import * as np from "../../src/lib/np.ts";
import * as tree from "../../src/lib/tree.ts";
import { type Json, type OpCase, readFixture } from "../fixtures.ts";
import { expectClose, load } from "./np-values.ts";

const { cases } = readFixture("numpy-functions.json");

type Call = (...args: unknown[]) => unknown;
const functions = np as unknown as Record<string, Call>;
const plus = (x: Tensor) => np.add(x, 1);

/** Words for arguments that JSON does not hold. */
const words: Record<string, (x: Tensor) => unknown> = {
  lt0: (x) => np.less(x, 0),
  gt1: (x) => np.greater(x, 1),
  gtm1: (x) => np.greater(x, -1),
  square: () => np.square,
  plus1: () => plus,
  triu: () => np.triu,
  tril: () => np.tril,
  bytes: () => Int16Array.of(0, 1, 2, 3),
};
/** Calls that are more than one function. */
const special: Record<string, (x: Tensor) => unknown> = {
  first: (x) => np.frexp(x)[0],
  shift: (x) => np.ldexp(x, Int32Array.of(1, -2)),
  select: (x) => np.select([np.greater(x, 1), np.greater(x, 0)], [x, np.mul(x, 10)], -1),
  low: (x) => np.sort(np.at(np.partition(x, 2), [np.slice(), np.slice(null, 3)])),
};

function argument(value: Json, inputs: readonly Tensor[]): unknown {
  if (typeof value === "string") {
    if (/^\$\d+$/.test(value)) return inputs[Number(value.slice(1))];
    return words[value]?.(inputs[0]!) ?? value;
  }
  if (Array.isArray(value)) return value.map((v) => argument(v, inputs));
  if (typeof value !== "object" || value === null) return value;
  const given = value as { readonly [key: string]: Json };
  if (given.slice) return np.slice(...(given.slice as [number, number, number]));
  return Object.fromEntries(Object.entries(given).map(([k, v]) => [k, argument(v, inputs)]));
}

/** The recorded call; its results flat. */
function run(c: OpCase, inputs: readonly Tensor[]): Tensor[] {
  const args = c.params.args as readonly Json[];
  const other = special[String(args.at(-1))];
  if (other) return tree.leaves(other(inputs[0]!)) as Tensor[];
  if (args[0] === "bytes") return [np.frombuffer(Int16Array.of(0, 1, 2, 3), { dtype: "int16", count: 2, offset: 2 })];
  const y = functions[c.op]!(...args.map((a) => argument(a, inputs)));
  // Records in their own order, as named tuples have it.
  return tree.leaves(c.op.startsWith("unique") && !(y instanceof Tensor) ? Object.values(y as object) : y) as Tensor[];
}

/** Functions whose results have shapes that depend on values, unless a size is given, and that read values. */
const concrete = (c: OpCase): boolean => {
  const text = JSON.stringify(c.params.args);
  if (/"size"|"length"|assumeUniqueIndices|totalRepeatLength/.test(text)) return false;
  if (
    /^(unique|union|intersect|setdiff|setxor|trimZeros|compress|extract|nonzero|argwhere|bincount|maskIndices)/.test(
      c.op,
    )
  )
    return true;
  if (c.op === "where") return true;
  if (["delete", "repeat"].includes(c.op)) return /"\$1"/.test(text);
  if (c.op === "choose") return !/"mode"/.test(text);
  if (c.op === "ravelMultiIndex") return /"raise"/.test(text);
  return /trimLeadingZeros/.test(text);
};

interface Outcome {
  readonly outs: readonly Tensor[];
  readonly tangents: readonly Tensor[];
  readonly grads: readonly (Tensor | null)[];
}
function outcome(c: OpCase, inputs: readonly Tensor[], directions: readonly (Tensor | null)[][]): Outcome {
  if (!c.vjp) return { outs: run(c, inputs), tangents: [], grads: [] };
  const [tangents, cotangents] = [directions[0]!, directions[1]!];
  const active = tangents.flatMap((t, i) => (t === null ? [] : [i]));
  const f = (...xs: Tensor[]): Tensor[] =>
    run(c, inputs.map((x, i) => (active.includes(i) ? xs[active.indexOf(i)]! : x))).filter((y) => isInexact(y.dtype)); // biome-ignore format: short
  const primals = active.map((i) => inputs[i]!);
  const [, out] = jvp(f, primals, active.map((i) => tangents[i]!) as Tensor[]); // biome-ignore format: short
  const [, pull] = vjp(f, ...primals) as unknown as [unknown, (ct: Tensor[]) => Tensor[]];
  const found = pull(cotangents.filter((t): t is Tensor => t !== null));
  const grads = inputs.map((_, i) => (active.includes(i) ? found[active.indexOf(i)]! : null));
  return { outs: run(c, inputs), tangents: out as Tensor[], grads };
}

const ulps = (c: OpCase): number =>
  /^(cov|corr|logspace|geomspace|poly|kaiser|i0|interp|nanvar|nanstd)/.test(c.op) ? 32 : 8;
function check(c: OpCase, { outs, tangents, grads }: Outcome): void {
  expect([c.name, outs.length]).toEqual([c.name, c.outputs.length]);
  outs.forEach((y, i) => {
    expectClose(y, c.outputs[i]!, ulps(c), `${c.name} ${JSON.stringify(c.params.args)} output ${i}`);
  });
  const wanted = c.jvp?.out_tangents.filter((t) => t !== null) ?? [];
  tangents.forEach((t, i) => {
    expectClose(t, wanted[i]!, 32, `${c.name} ${JSON.stringify(c.params.args)} tangent ${i}`);
  });
  grads.forEach((g, i) => {
    const want = c.vjp!.grads[i];
    if (g && want) expectClose(g, want, 32, `${c.name} ${JSON.stringify(c.params.args)} gradient ${i}`);
  });
}
const directionsOf = (c: OpCase) =>
  c.vjp ? [c.jvp!.tangents, c.vjp.cotangents].map((ts) => ts.map((t) => (t ? load(t) : null))) : [];

describe.each([...new Set(cases.map((c) => c.op))])("%s", (op) => {
  const mine = cases.filter((c) => c.op === op);
  const traced = mine.filter((c) => !concrete(c));
  const eager = mine.filter((c, i) => concrete(c) || (i === 0 && !c.vjp));

  if (eager.length > 0)
    it("agrees with JAX eagerly", () => {
      for (const c of eager)
        check(
          { ...c, vjp: undefined, jvp: undefined } as never,
          outcome({ ...c, vjp: undefined } as never, c.inputs.map(load), []),
        );
    });

  if (traced.length === 0) return;
  it("agrees with JAX under jit, derivatives included", () => {
    // One program for all cases.
    const all = jit((xs: Tensor[][], ds: (Tensor | null)[][][]) => traced.map((c, k) => outcome(c, xs[k]!, ds[k]!)));
    const results = all(
      traced.map((c) => c.inputs.map(load)),
      traced.map(directionsOf),
    );
    results.forEach((r, k) => {
      check(traced[k]!, r as Outcome);
    });
  });
});
