// Every operation has a row, refuses what does not fit, and its rules make well-formed graphs.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { JortsError } from "../../base/errors.ts";
import { avalOf } from "../../src/core/aval.ts";
import { isFloat } from "../../src/core/dtype.ts";
import type { AnyOp } from "../../src/core/op.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { traceGraph } from "../../src/core/trace.ts";
import { allOperations, holdsGraphs, sources } from "./operations.ts";
import { avalsOf, graphOf } from "./programs.ts";
import { elsewhere, table, titleOf } from "./table.ts";

describe("the table", () => {
  it("has a row for every operation that is declared", async () => {
    const ops = await allOperations();
    const known = new Set(table.map((r) => r.op));
    expect(ops.filter((op) => !known.has(op) && !(op.name in elsewhere)).map((op) => op.name)).toEqual([]);
    expect(Object.keys(elsewhere).filter((name) => !ops.some((op) => op.name === name))).toEqual([]);
  });

  it("finds all declarations: they stand in src/ops and src/control, but for what calls exported programs", () => {
    const declaring = sources("src").filter((f) => /\bdefineOp\b\s*[(<]/.test(readFileSync(f, "utf8")));
    const rooms = new Set(
      declaring.map((f) => f.slice(f.indexOf("/src/") + 5)).filter((f) => !/^(ops|control)\//.test(f)),
    );
    expect([...rooms].sort()).toEqual(["compile/call-exported.ts", "core/op.ts"]);
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
  // What holds graphs takes the types of these.
  const several = table.filter((r) => r.inputs.length > 1 && r.inputs.every((s) => isFloat(s.dtype)));
  const mixed = several.filter((r) => !holdsGraphs(r));
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
