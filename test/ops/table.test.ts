// Every operation has a row, refuses what does not fit, and its rules make well-formed graphs.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { JortsError } from "../../base/errors.ts";
import { avalOf } from "../../src/core/aval.ts";
import { isFloat } from "../../src/core/dtype.ts";
import type { AnyOp } from "../../src/core/op.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { traceGraph } from "../../src/core/trace.ts";
import { avalsOf, graphOf } from "./programs.ts";
import { table, titleOf } from "./table.ts";

const room = new URL("../../src/ops/", import.meta.url);

const isOp = (value: unknown): value is AnyOp =>
  typeof value === "object" && value !== null && "lower" in value && "batch" in value && "name" in value;

/** Operations that `value` is or holds. */
const opsIn = (value: unknown): AnyOp[] => {
  if (isOp(value)) return [value];
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return [];
  return Object.values(value).filter(isOp);
};

/** Operations that a row cannot run, and where they are tested. */
const elsewhere: Readonly<Record<string, string>> = {
  callback: "test/lib/callback.test.ts: its results must be awaited",
};

describe("the table", () => {
  it("has a row for every operation that src/ops exports", async () => {
    const files = readdirSync(fileURLToPath(room)).filter((f) => f.endsWith(".ts"));
    const modules = await Promise.all(files.map(async (f) => [f, await import(new URL(f, room).href)] as const));
    const known = new Set(table.map((r) => r.op));
    const missing = modules.flatMap(([file, exports]) =>
      Object.values(exports as Record<string, unknown>)
        .flatMap(opsIn)
        .filter((op) => !known.has(op) && !(op.name in elsewhere))
        .map((op) => `${file}: ${op.name}`),
    );
    expect(missing).toEqual([]);
  });

  it("knows operations by different names", () => {
    const names = [...new Set(table.map((r) => r.op))].map((op) => op.name);
    expect(names.filter((n, i) => names.indexOf(n) !== i)).toEqual([]);
  });

  it("declares a transpose wherever a derivative is linear", () => {
    const ops = [...new Set(table.map((r) => r.op))];
    const linear = (op: AnyOp) =>
      "all" in op.derivative
        ? op.derivative.all === "linear"
        : Array.isArray(op.derivative) && op.derivative.some((d) => d === "linear" || d === "multilinear");
    expect(ops.filter((op) => linear(op) && op.transpose === null).map((op) => op.name)).toEqual([]);
  });
});

const refusals = table.flatMap((r) => r.refuses.map((refusal, i) => ({ r, refusal, title: `${titleOf(r)}, ${i}` })));
describe("refusals name the operation, what it got and what it expected", () => {
  it.each(refusals)("$title", ({ r, refusal }) => {
    let message = "nothing was thrown";
    try {
      graphOf(r.op.name, refusal.call ?? r.call, avalsOf(refusal.inputs));
    } catch (error) {
      expect(error).toBeInstanceOf(JortsError);
      message = (error as Error).message;
    }
    expect(message.startsWith(`${r.op.name}: `), message).toBe(true);
    expect(message).toMatch(refusal.says);
    expect(message).toMatch(/\n {2}at .*:\d+:\d+$/);
  });
});

describe("weak types: a result is weak only if all operands are", () => {
  const mixed = table.filter((r) => r.inputs.length > 1 && r.inputs.every((s) => isFloat(s.dtype)));
  it.each(mixed.map((r) => [titleOf(r), r] as const))("%s", (_title, r) => {
    const weakOf = (weak: readonly boolean[]) => {
      const avals = r.inputs.map((s, i) => avalOf(s.shape, s.dtype, weak[i]));
      const { graph } = traceGraph(r.op.name, (...x) => [r.call(...x)].flat() as Tensor[], avals, {
        what: "test",
        ambient: true,
      });
      return graph.outputs.map((o) => o.aval.weakType);
    };
    const several = weakOf(r.inputs.map(() => true)).length > 1;
    if (several) return;
    expect(weakOf(r.inputs.map(() => false))).toEqual([false]);
    for (const strong of r.inputs.keys()) expect(weakOf(r.inputs.map((_, i) => i !== strong))).toEqual([false]);
  });
});
