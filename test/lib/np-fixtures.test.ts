// np against values recorded from jax.numpy: results, tangents and cotangents of every case, eager and under jit.
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import { jvp, vjp } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import * as np from "../../src/lib/np.ts";
import { type Json, type OpCase, readFixture } from "../fixtures.ts";
import { expectClose, load } from "./np-values.ts";

/** Functions of jax.nn, which numpy.json holds too. */
const ofNn = new Set(
  "softmax log_softmax logsumexp silu gelu relu sigmoid softplus log_sigmoid elu leaky_relu relu6 one_hot standardize".split(
    " ",
  ),
);
const cases = readFixture("numpy.json").cases.filter((c) => !ofNn.has(c.op));

type Params = { readonly [key: string]: Json };

function indexOf(p: Params, tensors: readonly Tensor[]): np.Index[] {
  return (p.index as Json[]).map((entry) => {
    if (entry === "...") return np.ellipsis;
    if (entry === null || typeof entry === "number") return entry;
    const e = entry as { slice?: (number | null)[]; array?: number };
    return e.slice ? np.slice(...(e.slice as [number, number, number])) : tensors[e.array!]!;
  });
}

const binary: Record<string, (x: Tensor, y: Tensor) => Tensor> = {
  floor_divide: np.floorDivide,
  remainder: np.remainder,
  mod: np.mod,
  fmod: np.fmod,
  divide: np.divide,
  true_divide: np.trueDivide,
  power: np.power,
};
const writes: Record<string, typeof np.set> = {
  at_set: np.set,
  at_add: np.addAt,
  at_multiply: np.mulAt,
  at_min: np.minAt,
  at_max: np.maxAt,
};

/** The recorded call as a function of its inputs. */
function functionOf(c: OpCase): (...xs: Tensor[]) => Tensor {
  const p = c.params;
  const write = writes[c.op];
  if (write) return (x, v, ...ids) => write(x!, indexOf(p, ids), v!);
  const two = binary[c.op];
  if (two) return (x, y) => two(x!, y!);
  const mode = p.mode as np.TakeMode | null;
  switch (c.op) {
    case "einsum":
      return (...xs) => np.einsum(p.subscripts as string, ...xs);
    case "getitem":
      return (x, ...ids) => np.at(x!, indexOf(p, ids));
    case "take":
      return (x, ids) => np.take(x!, ids!, p.axis as number | null, { mode });
    case "take_along_axis":
      return (x, ids) => np.takeAlongAxis(x!, ids!, p.axis as number, { mode });
    case "where_log":
      return (x) => np.where(np.greater(x!, 0), np.log(x!), 0);
    case "max":
      return (x) => np.max(x!);
    case "clip":
      return (x) => np.clip(x!, p.min as number, p.max as number);
    case "median":
      return (x) => np.median(x!);
    case "mean":
      return (x) => np.mean(x!, p.axis as number);
    case "var":
      return (x) => np.var(x!, p.axis as number, { ddof: p.ddof as number });
    case "arange":
      return () => np.arange(...(p.args as [number, number, number]));
    case "linspace":
      return () => np.linspace(...(p.args as [number, number, number]));
    case "tril":
      return (x) => np.tril(x!, p.k as number);
    case "triu":
      return (x) => np.triu(x!, p.k as number);
    default:
      throw new TypeError(`no function for ${c.op}`);
  }
}

const isFloat = (t: Tensor) => t.dtype.startsWith("float") || t.dtype === "bfloat16";

interface Outcome {
  readonly out: Tensor;
  readonly tangent: Tensor | null;
  readonly grads: readonly (Tensor | null)[];
}

/** Value, tangent and cotangents of one case. */
function outcome(c: OpCase, inputs: readonly Tensor[], tangents: readonly Tensor[], cotangent: Tensor | null): Outcome {
  const f = functionOf(c);
  if (cotangent === null) return { out: f(...inputs), tangent: null, grads: [] };
  const floats = inputs.flatMap((x, i) => (isFloat(x) ? [i] : []));
  const g = (...xs: Tensor[]) => f(...inputs.map((x, i) => (floats.includes(i) ? xs[floats.indexOf(i)]! : x)));
  const primals = floats.map((i) => inputs[i]!);
  const [out, tangent] = jvp(g, primals, tangents as Tensor[]);
  const cotangents = (vjp(g, ...primals) as [Tensor, (ct: Tensor) => Tensor[]])[1](cotangent);
  return { out, tangent, grads: inputs.map((_, i) => cotangents[floats.indexOf(i)] ?? null) };
}

describe.each([...new Set(cases.map((c) => c.op))])("%s", (op) => {
  const mine = cases.filter((c) => c.op === op);

  it("agrees with JAX eagerly, in a sample", () => {
    mine.forEach((c, i) => {
      if (i % 5 === 0) expectClose(functionOf(c)(...c.inputs.map(load)), c.outputs[0]!, 4, c.name);
    });
  });

  it("agrees with JAX under jit, derivatives included", () => {
    const inputs = mine.map((c) => c.inputs.map(load));
    const tangents = mine.map((c, k) =>
      inputs[k]!.flatMap((x, i) => {
        const t = c.jvp?.tangents[i];
        return isFloat(x) ? [t ? load(t) : np.zerosLike(x)] : [];
      }),
    );
    const cotangents = mine.map((c) => (c.vjp ? load(c.vjp.cotangents[0]!) : null));
    // One program for all cases.
    const all = jit((xs: Tensor[][], ts: Tensor[][], cts: (Tensor | null)[]) =>
      mine.map((c, k) => outcome(c, xs[k]!, ts[k]!, cts[k]!)),
    );
    all(inputs, tangents, cotangents).forEach(({ out, tangent, grads }, k) => {
      const c = mine[k]!;
      expectClose(out, c.outputs[0]!, 4, c.name);
      if (tangent) expectClose(tangent, c.jvp!.out_tangents[0]!, 8, `${c.name} tangent`);
      grads.forEach((g, i) => {
        const want = c.vjp!.grads[i];
        if (g && want) expectClose(g, want, 8, `${c.name} gradient ${i}`);
      });
    });
  });
});

it("covers every recorded case of jax.numpy", () => {
  expect(cases.length).toBeGreaterThan(220);
});
