// Section F of JAX's semantics: in the steady state each call of JAX's dispatch benchmark makes nothing anew.
import { devicePut, devices, jit, liveBuffers, np, type Tensor, tree } from "jorts";
import { countCompilations } from "jorts/testing";
import { describe, expect, it } from "vitest";
import { targets } from "../../bench/targets.ts";

const nothing = { traces: 0, lowerings: 0, compiles: 0, loads: 0 };
const zeros = (n: number, shape: readonly number[] = []) => Array.from({ length: n }, () => np.zeros([...shape]));
const addOne = (...xs: Tensor[]) => xs.map((x) => np.add(x, 1));

interface Case {
  readonly name: string;
  readonly f: (...xs: Tensor[]) => Tensor | Tensor[];
  readonly args: () => Tensor[];
  readonly results: number;
  /** Where `npm run bench` measures it. */
  readonly measured: string;
}
const cases: readonly Case[] = [
  {
    name: "jit_trivial",
    f: (a, b) => [b!, a!],
    args: () => zeros(2),
    results: 2,
    measured: "dispatch.trivial",
  },
  {
    name: "jit_simple",
    f: (a, b) => np.add(a!, b!),
    args: () => zeros(2),
    results: 1,
    measured: "dispatch.simple",
  },
  {
    name: "jit_small_matmul",
    f: (x) => np.dot(x!, x!),
    args: () => zeros(1, [2, 2]),
    results: 1,
    measured: "dispatch.small_matmul",
  },
  {
    name: "jit_big_matmul",
    f: (x) => np.dot(x!, x!),
    args: () => zeros(1, [100, 100]),
    results: 1,
    measured: "dispatch.big_matmul",
  },
  ...[10, 100, 1000].map((n) => ({
    name: `jit_simple_many_args_${n}`,
    f: addOne,
    args: () => zeros(n),
    results: n,
    measured: `dispatch.${n}.jax`,
  })),
  {
    name: "jit_simple_many_args_2000",
    f: addOne,
    args: () => zeros(2000),
    results: 2000,
    measured: "dispatch.1000.jax",
  },
  {
    name: "jit_simple_pruned_args_1000",
    f: (...xs) => np.add(xs[0]!, 1),
    args: () => zeros(1000),
    results: 1,
    measured: "dispatch.pruned_1000",
  },
];

describe("a second call traces, lowers and compiles nothing, and leaves nothing behind", () => {
  it.each(cases.map((c) => [c.name, c] as const))("%s", (_name, { f, args, results, measured }) => {
    const before = liveBuffers().count;
    const jitted = jit(f);
    const inputs = args();
    const call = () => {
      const out = [jitted(...inputs)].flat();
      expect(out.length).toBe(results);
      for (const t of out) t.dispose();
    };
    call();
    expect(countCompilations(call)).toEqual(nothing);
    for (const t of inputs) t.dispose();
    expect(liveBuffers().count).toBe(before);
    expect(targets.map((t) => t.id)).toContain(measured);
  });

  it("device_put", () => {
    const before = liveBuffers().count;
    const host = new Float32Array(100);
    const put1 = () => devicePut(host, devices()[0]!) as unknown as Tensor;
    put1().dispose();
    const put = () => put1().dispose();
    expect(countCompilations(put)).toEqual(nothing);
    expect(liveBuffers().count).toBe(before);
    expect(targets.map((t) => t.id)).toContain("dispatch.device_put");
  });

  it("a nested tree of 300 leaves, with and without donation", () => {
    const make = () =>
      Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`layer_${i}`, { q: zeros(3), mlp: { up: zeros(2) } }]));
    const plus = (s: unknown) => tree.map((x: Tensor) => np.add(x, 1), s);
    const free = (s: unknown) => {
      for (const t of tree.leaves(s)) (t as Tensor).dispose();
    };
    const before = liveBuffers().count;
    const kept = jit(plus);
    const state = make();
    free(kept(state));
    expect(countCompilations(() => free(kept(state)))).toEqual(nothing);
    const donating = jit(plus, { donateArgnums: 0 });
    const next = donating(state);
    const last = countCompilationsOf(() => donating(next));
    expect(last.counts).toEqual(nothing);
    free(last.value);
    expect(liveBuffers().count).toBe(before);
  });
});

function countCompilationsOf<T>(body: () => T) {
  let value: T | undefined;
  const counts = countCompilations(() => {
    value = body();
  });
  return { counts, value };
}
