// checkpoint: what each policy keeps, named values, and the barrier.
import { checkpoint, checkpointName, checkpointPolicies, grad, jit, np, type Tensor } from "jorts";
import { describe, expect, test } from "vitest";
import type { CheckpointPolicy } from "../../src/lib/checkpoint.ts";
import { counts, graphOf } from "../transforms/tools.ts";
import { matrix, numbers } from "./values.ts";

const wave = (phase: number) =>
  matrix(
    4,
    Array.from({ length: 16 }, (_, i) => Math.sin(i + phase)),
  );
const twoDots = (w1: Tensor, w2: Tensor, x: Tensor) => np.sum(np.sin(np.sin(x.matmul(w1)).matmul(w2)));
const named = (w1: Tensor, w2: Tensor, x: Tensor) =>
  np.sum(np.sin(checkpointName(np.sin(x.matmul(w1)), "hidden").matmul(w2)));
const args = () => [wave(0), wave(1), wave(2)] as const;

/** Products and sines in the program of the gradient by the input, or by the weights. */
function work(f: typeof twoDots, policy?: CheckpointPolicy, by = [2]): [dots: number, sines: number] {
  const g = grad(checkpoint(f, policy && { policy }), { argnums: by });
  const found = counts(graphOf(g as never, ...args()));
  return [found.dot_general ?? 0, found.sin ?? 0];
}

describe("policies", () => {
  test("nothing is kept by default: 6 products", () => {
    expect(work(twoDots)[0]).toBe(6);
    expect(work(twoDots, checkpointPolicies.nothingSaveable)[0]).toBe(6);
  });
  test("dots_saveable: 4 products", () => {
    expect(work(twoDots, checkpointPolicies.dotsSaveable)[0]).toBe(4);
  });
  test("everything_saveable: 4 products, each sine once", () => {
    expect(work(twoDots, checkpointPolicies.everythingSaveable)).toEqual([4, 2]);
  });
  test("dots_with_no_batch_dims_saveable keeps plain products only", () => {
    expect(work(twoDots, checkpointPolicies.dotsWithNoBatchDimsSaveable)[0]).toBe(4);
  });
  test("save_only_these_names keeps what is named, save_any_names_but_these the other names", () => {
    const sines = (policy?: CheckpointPolicy) => work(named, policy, [0, 1])[1];
    const none = sines();
    expect(sines(checkpointPolicies.saveOnlyTheseNames("hidden"))).toBeLessThan(none);
    expect(sines(checkpointPolicies.saveOnlyTheseNames("other"))).toBe(none);
    expect(sines(checkpointPolicies.saveAnyNamesButThese("hidden"))).toBe(none);
    expect(sines(checkpointPolicies.saveAnyNamesButThese("other"))).toBeLessThan(none);
  });
  test("save_anything_except_these_names keeps what has no name too", () => {
    expect(work(twoDots, checkpointPolicies.saveAnythingExceptTheseNames("hidden"))).toEqual([4, 2]);
    const sines = (policy?: CheckpointPolicy) => work(named, policy, [0, 1])[1];
    expect(sines(checkpointPolicies.saveAnythingExceptTheseNames("other"))).toBe(
      sines(checkpointPolicies.everythingSaveable),
    );
  });
  test("offload_dot_with_no_batch_dims: 4 products, two of them fetched from the host", () => {
    const policy = checkpointPolicies.offloadDotWithNoBatchDims("device", "pinned_host");
    expect(work(twoDots, policy)[0]).toBe(4);
    const found = counts(graphOf(grad(checkpoint(twoDots, { policy }), { argnums: 2 }) as never, ...args()));
    expect(found.device_put).toBe(4);
  });
  test("save_and_offload_only_these_names keeps what is named, here or there", () => {
    const sines = (saved: string[], offloaded: string[]) =>
      work(
        named,
        checkpointPolicies.saveAndOffloadOnlyTheseNames({
          namesWhichCanBeSaved: saved,
          namesWhichCanBeOffloaded: offloaded,
          offloadSrc: "device",
          offloadDst: "pinned_host",
        }),
        [0, 1],
      )[1];
    const kept = work(named, checkpointPolicies.saveOnlyTheseNames("hidden"), [0, 1])[1];
    const none = work(named, undefined, [0, 1])[1];
    expect([sines(["hidden"], []), sines([], ["hidden"]), sines(["other"], ["another"])]).toEqual([kept, kept, none]);
  });
  test("save_from_both_policies keeps what either keeps", () => {
    const { dotsSaveable, nothingSaveable, saveFromBothPolicies, saveOnlyTheseNames } = checkpointPolicies;
    expect(work(twoDots, saveFromBothPolicies(nothingSaveable, dotsSaveable))[0]).toBe(4);
    const [dots, sines] = work(named, saveFromBothPolicies(dotsSaveable, saveOnlyTheseNames("hidden")), [0, 1]);
    expect([dots, sines]).toEqual([
      work(named, dotsSaveable, [0, 1])[0],
      work(named, saveOnlyTheseNames("hidden"), [0, 1])[1],
    ]);
    expect(saveFromBothPolicies(dotsSaveable, nothingSaveable)).toBe(
      saveFromBothPolicies(dotsSaveable, nothingSaveable),
    );
  });
});

describe("numbers", () => {
  const plain = () => numbers(grad(twoDots, { argnums: 2 })(...args()));
  test("are those without it, whatever the policy", () => {
    const want = plain();
    for (const policy of [
      undefined,
      checkpointPolicies.everythingSaveable,
      checkpointPolicies.dotsSaveable,
      checkpointPolicies.saveOnlyTheseNames("hidden"),
      checkpointPolicies.offloadDotWithNoBatchDims("device", "pinned_host"),
    ]) {
      const got = numbers(jit(grad(checkpoint(named, policy && { policy }), { argnums: 2 }))(...args()));
      got.forEach((v, i) => {
        expect(v).toBeCloseTo(want[i]!, 4);
      });
    }
  });
});

test("the second computation stands behind an optimization barrier", () => {
  const text = (preventCse: boolean) =>
    jit(grad(checkpoint(twoDots, { preventCse }), { argnums: 2 }))
      .lower(...args())
      .asText();
  expect(text(true)).toContain("stablehlo.optimization_barrier");
  expect(text(false)).not.toContain("stablehlo.optimization_barrier");
});
