// The transpose of what is linear only in part is refused, not taken for zero.
import { describe, expect, it } from "vitest";
import { avalOf } from "../../src/core/aval.ts";
import { NonDifferentiableError } from "../../src/core/errors.ts";
import { bind1 } from "../../src/core/trace.ts";
import { div, mul } from "../../src/ops/binary.ts";
import type { GatherParams } from "../../src/ops/gather.ts";
import { scatterMulOp, scatterOp } from "../../src/ops/scatter.ts";
import { transposeGraph } from "../../src/transforms/transpose.ts";
import { numbersOf } from "../fixtures.ts";
import { type Body, graphOf, runAll } from "./programs.ts";
import { fixed } from "./samples.ts";
import { hostValue } from "./values.ts";

const x = avalOf([2], "float32");
const transposed = (body: Body, linear: readonly boolean[]) =>
  transposeGraph(
    graphOf(
      "f",
      body,
      linear.map(() => x),
    ),
    linear,
    [true],
  ).graph;

const rows = (unique: boolean): GatherParams => ({
  dims: { offset: [], collapsed: [0], startIndexMap: [0], operandBatch: [], indicesBatch: [] },
  sizes: [1],
  mode: "fill",
  fill: 0,
  sorted: false,
  unique,
});

describe("transpose", () => {
  it.each<[string, Body, readonly boolean[]]>([
    ["x · x", (a) => mul(a, a), [true]],
    ["x · y in both", (a, b) => mul(a!, b!), [true, true]],
    ["1 / y", (a, b) => div(a!, b!), [false, true]],
  ])("refuses %s", (_what, body, linear) => {
    expect(() => transposed(body, linear)).toThrow(NonDifferentiableError);
    expect(() => transposed(body, linear)).toThrow(/is not linear in float32\[2\]/);
  });

  it("takes x · y and x / y by x", () => {
    expect(transposed((a, b) => mul(a!, b!), [true, false]).outputs).toHaveLength(1);
    expect(transposed((a, b) => div(a!, b!), [true, false]).outputs).toHaveLength(1);
  });

  it("refuses scatter_mul by its updates, and its derivative where places may meet", () => {
    const indices = avalOf([2, 1], "int32");
    const graph = graphOf("f", (a, i, u) => bind1(scatterMulOp, [a!, i!, u!], rows(false)), [x, indices, x]);
    expect(() => transposeGraph(graph, [false, false, true], [true])).toThrow(NonDifferentiableError);
  });

  it("gives a scatter's updates the cotangent only where they stayed", () => {
    const indices = avalOf([3, 1], "int32");
    const updates = avalOf([3], "float32");
    const graph = graphOf("f", (a, i, u) => bind1(scatterOp, [a!, i!, u!], rows(false)), [x, indices, updates]);
    const { graph: t } = transposeGraph(graph, [true, false, true], [true]);
    // Two updates go to place 1, one outside; place 0 keeps the operand.
    const places = fixed([1, 1, 7], [3, 1]).values!;
    const [[toOperand, toUpdates]] = runAll([
      { graph: t, inputs: [hostValue(places, [3, 1], "int32"), hostValue([2, 5], [2], "float32")] },
    ]) as [[never, never]];
    expect(numbersOf(toOperand)).toEqual([2, 0]);
    const got = numbersOf(toUpdates);
    expect(got[0]! + got[1]!).toBe(5);
    expect(got[0]! * got[1]!).toBe(0);
    expect(got[2]).toBe(0);
  });
});
