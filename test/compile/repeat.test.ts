// Repeated calls: the second one takes the short path, whoever made the sharding objects; one wait serves all results.
import { devices, jit, Mesh, NamedSharding, np, P, type Tensor, tree } from "jorts";
import { expect, it, vi } from "vitest";
import type { ArrayTensor } from "../../src/compile/array.ts";
import { JitFunction } from "../../src/compile/jit.ts";
import { leafTensor } from "../../src/compile/leaves.ts";
import { devicePut } from "../../src/lib/sharding.ts";

const addOne = (t: Record<string, Tensor>) => tree.map((x: Tensor) => np.add(x, 1), t);
const stagedCalls = (f: JitFunction) =>
  vi.spyOn(f as unknown as { callSlowly(args: unknown[]): unknown }, "callSlowly").mock.calls;

it.each([
  ["what nobody placed", () => np.zeros([2])],
  ["a host array", () => leafTensor(new Float32Array(2))],
])("results go in again without being staged: %s", (_, make) => {
  const f = new JitFunction(addOne, { donateArgnums: 0 });
  const staged = stagedCalls(f);
  let state: unknown = { a: make(), b: make() };
  for (let i = 0; i < 4; i++) state = f.call([state]);
  expect(staged.length).toBe(1);
  expect((state as { b: Tensor }).b.tolist()).toEqual([4, 4]);
});

it("equal shardings made anew are not staged again", () => {
  const place = () => devicePut(np.ones([2]), new NamedSharding(new Mesh([devices()[0]!], ["x"], [1]), P()));
  const f = new JitFunction(addOne, {});
  const staged = stagedCalls(f);
  for (let i = 0; i < 3; i++) f.call([{ a: place() }]);
  expect(staged.length).toBe(1);
  f.call([{ a: np.ones([2]) }]); // not committed: another program
  expect(staged.length).toBe(2);
});

it("the results of a call are waited for once, blocking or not, and a freed one still refuses", async () => {
  const f = jit((x: Tensor) => [np.add(x, 1), np.multiply(x, 2), np.negative(x)]);
  const { events } = devices()[0]!.client;
  for (const [kind, block] of [
    ["wait", (t: ArrayTensor) => t.wait()],
    ["settled", (t: ArrayTensor) => t.blockUntilReady()],
  ] as const) {
    const results = f(np.ones([3])) as ArrayTensor[];
    const waits = vi.spyOn(events, kind);
    for (const r of results) await block(r);
    expect(waits).toHaveBeenCalledTimes(1);
    waits.mockRestore();
    results[1]!.dispose();
    await expect((async () => block(results[1]!))()).rejects.toThrow("Array has been deleted");
    expect(results[2]!.tolist()).toEqual([-1, -1, -1]);
  }
});
