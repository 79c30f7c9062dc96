// checkpoint: the same numbers, fewer values kept; counted against JAX.
import { describe, expect, test } from "vitest";
import type { AnyFunction } from "../../src/compile/stage.ts";
import { shortAval } from "../../src/core/aval.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import {
  type CheckpointPolicy,
  checkpoint,
  checkpointName,
  checkpointPolicies as policies,
} from "../../src/lib/checkpoint.ts";
import { grad, jvp, vjp } from "../../src/lib/grad.ts";
import { cond, scan } from "../../src/lib/loops.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { mul } from "../../src/ops/binary.ts";
import { dot, dotGeneral } from "../../src/ops/dot.ts";
import { sin } from "../../src/ops/unary.ts";
import { readFixture } from "../fixtures.ts";
import {
  counts,
  distance,
  expectGradient,
  find,
  graphOf,
  jit,
  lowered,
  read,
  readAll,
  tensor,
  total,
  waves,
} from "../transforms/tools.ts";

const fixture = readFixture("tracing.json").checkpoint;
const recorded = (name: string) => fixture.find((row) => row.name === name)!.counts;

const twoMatmuls = (w1: Tensor, w2: Tensor, x: Tensor): Tensor => total(sin(dot(sin(dot(x, w1)), w2)));
const x44 = (phase: number) => waves([4, 4], phase);
const by = { input: [2], weights: [0, 1], all: [0, 1, 2] } as const;

describe("products and sines, as many as JAX has", () => {
  const choices: [string, (f: typeof twoMatmuls) => typeof twoMatmuls][] = [
    ["no-checkpoint", (f) => f],
    ["default", (f) => checkpoint(f)],
    ["nothing_saveable", (f) => checkpoint(f, { policy: policies.nothingSaveable })],
    ["everything_saveable", (f) => checkpoint(f, { policy: policies.everythingSaveable })],
    ["dots_saveable", (f) => checkpoint(f, { policy: policies.dotsSaveable })],
    ["dots_with_no_batch_dims_saveable", (f) => checkpoint(f, { policy: policies.dotsWithNoBatchDimsSaveable })],
  ];
  for (const [name, wrap] of choices)
    test.each(Object.entries(by))(`${name}, by %s`, (which, argnums) => {
      const got = counts(graphOf(grad(wrap(twoMatmuls) as AnyFunction, { argnums }), x44(0), x44(1), x44(2)));
      const want = recorded(`two-matmuls/${name}/${which}`);
      expect(got.dot_general).toBe(want.dot_general);
      expect(got.cos).toBe(want.cos);
    });

  test("the known pair: 6 by default, 4 with saved products", () => {
    const products = (policy?: CheckpointPolicy) =>
      counts(
        graphOf(
          grad(checkpoint(twoMatmuls, policy ? { policy } : {}) as AnyFunction, { argnums: 2 }),
          x44(0),
          x44(1),
          x44(2),
        ),
      ).dot_general;
    expect([products(), products(policies.dotsSaveable)]).toEqual([6, 4]);
  });

  test("batched products count as products only where asked", () => {
    const batched = (x: Tensor, w: Tensor) => dotGeneral(x, w, [[2], [1]], [[0], [0]]);
    const f = (w1: Tensor, w2: Tensor, x: Tensor) => total(sin(batched(sin(batched(x, w1)), w2)));
    const x = waves([2, 4, 4]);
    for (const [policy, name] of [
      [policies.dotsSaveable, "dots_saveable"],
      [policies.dotsWithNoBatchDimsSaveable, "dots_with_no_batch_dims_saveable"],
    ] as const) {
      const got = counts(graphOf(grad(checkpoint(f, { policy }) as AnyFunction, { argnums: [0, 1] }), x, x, x));
      expect(got.dot_general).toBe(recorded(`two-batched-matmuls/${name}`).dot_general);
    }
  });

  test("named values", () => {
    const named = (w1: Tensor, w2: Tensor, x: Tensor) => total(sin(dot(checkpointName(sin(dot(x, w1)), "hidden"), w2)));
    const kept = (policy: CheckpointPolicy) =>
      counts(graphOf(grad(checkpoint(named, { policy }) as AnyFunction, { argnums: [0, 1] }), x44(0), x44(1), x44(2)));
    for (const name of ["hidden", "other"]) {
      const want = recorded(`named/save_only_these_names(${name})`);
      const got = kept(policies.saveOnlyTheseNames(name));
      expect([name, got.dot_general, got.sin]).toEqual([name, want.dot_general, want.sin]);
    }
    expect(kept(policies.saveAnyNamesButThese("hidden"))).toEqual(kept(policies.nothingSaveable));
    expect(policies.saveOnlyTheseNames("a", "b")).toBe(policies.saveOnlyTheseNames("a", "b"));
    expect(policies.saveOnlyTheseNames("a", "b")).not.toBe(policies.saveOnlyTheseNames("a,b"));
  });

  test("policies of one name and different rules are not mixed up", () => {
    const rule = (saveable: CheckpointPolicy["saveable"]): CheckpointPolicy => ({ name: "mine", saveable });
    const products = (policy: CheckpointPolicy) =>
      counts(graphOf(grad(checkpoint(twoMatmuls, { policy }) as AnyFunction, { argnums: 2 }), x44(0), x44(1), x44(2)))
        .dot_general;
    expect([products(rule(() => false)), products(rule((e) => e.op.name === "dot_general"))]).toEqual([6, 4]);
  });
});

describe("values", () => {
  const f = (w: Tensor, x: Tensor): Tensor => sin(dot(sin(dot(x, w)), w));
  const args = () => [waves([3, 3], 0, "float64"), waves([2, 3], 1, "float64")] as const;
  const remat = checkpoint(f);

  test("are those without it", () => {
    expect(read(remat(...args()))).toEqual(read(f(...args())));
    expectGradient((w, x) => total(remat(w!, x!)), args());
    expect(readAll(jvp(remat as AnyFunction, [...args()], [...args()]))).toEqual(
      readAll(jvp(f as AnyFunction, [...args()], [...args()])),
    );
  });

  test("nested, in scan, in cond, batched, twice differentiated", () => {
    const step = checkpoint((c: Tensor, w: Tensor) => checkpoint(f)(w, c), { preventCse: false });
    expectGradient((w, x) => total(scan((c) => [step(c, w!), null], x!, null, { length: 3 })[0]), args());
    expectGradient(
      (w, x) =>
        total(
          cond(
            true,
            (y) => remat(w!, y),
            (y) => y,
            x!,
          ),
        ),
      args(),
    );
    const [w, x] = args();
    const each = grad((row: Tensor) => total(remat(w, row)));
    const rows = [0, 1].flatMap((i) => read(each(tensor(read(x).slice(3 * i, 3 * i + 3), [3], "float64"))));
    expect(distance(read(vmap(each)(x)), rows)).toBeLessThan(1e-12);
    expectGradient((v) => total(mul(grad((y: Tensor) => total(remat(w, y)))(v!), v!)), [x]);
  });

  test("closed-over tracers are differentiated", () => {
    expectGradient((w, x) => total(checkpoint((y: Tensor) => f(w!, y))(x!)), args());
  });

  test("vjp outside jit", () => {
    const [, pull] = vjp((w: Tensor, x: Tensor) => total(remat(w, x)), ...args());
    const want = readAll(
      grad(((w: Tensor, x: Tensor) => total(f(w, x))) as AnyFunction, { argnums: [0, 1] })(...args()),
    );
    readAll(pull(tensor([1], [], "float64"))).forEach((g, i) => {
      expect(distance(g, want[i]!)).toBeLessThan(1e-12);
    });
    pull.dispose();
  });
});

test("the second computation stands behind a barrier, unless told that none is needed", () => {
  const f = (w: Tensor, x: Tensor) => sin(dot(sin(dot(x, w)), w));
  const text = (preventCse: boolean) =>
    lowered(
      grad(((w: Tensor, x: Tensor) => total(checkpoint(f, { preventCse })(w, x))) as AnyFunction),
      x44(0),
      x44(1),
    );
  expect(text(true).match(/stablehlo\.optimization_barrier/g)).toHaveLength(1);
  expect(text(false)).not.toContain("optimization_barrier");
  expect(lowered(checkpoint(f), x44(0), x44(1))).not.toContain("optimization_barrier");
});

test("a scan over checkpointed layers stacks the layers' inputs only", () => {
  const layer = checkpoint((c: Tensor, w: Tensor) => sin(dot(sin(dot(c, w)), w)));
  const loss = (w: Tensor, x: Tensor) => total(scan((c, wi) => [layer(c, wi), null], x, w)[0]);
  const program = graphOf(grad(loss as AnyFunction, { argnums: [0, 1] }), waves([5, 4, 4]), waves([2, 4]));
  const [forward] = find(program, "scan");
  expect(forward!.results.slice(1).map((r) => shortAval(r.aval))).toEqual(["f32[5,2,4]"]);
});

test("the body is traced once for each kind of arguments", () => {
  let traced = 0;
  const f = checkpoint((x: Tensor) => {
    traced++;
    return sin(x);
  });
  const run = jit((x: Tensor) => f(f(f(x))));
  expect(read(run(tensor([1])))).toHaveLength(1);
  expect(traced).toBe(1);
  f(tensor([1, 2]));
  expect(traced).toBe(2);
});
