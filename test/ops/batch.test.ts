// Eager, jitted and batched evaluation of every row agree.
import { describe, it } from "vitest";
import { checkGraph } from "../../src/core/check.ts";
import type { Graph } from "../../src/core/graph.ts";
import { moveDim } from "../../src/ops/batching.ts";
import { batchGraph } from "../../src/transforms/batch.ts";
import { inline } from "../../src/transforms/evaluate.ts";
import { avalsOf, graphOf, printGraph, program } from "./programs.ts";
import type { Row } from "./row.ts";
import { drawAll } from "./samples.ts";
import { table, titleOf } from "./table.ts";
import { expectClose, fromDevice, type HostValue, toDevice } from "./values.ts";

const size = 3;
type Dims = readonly (number | null)[];

/** Each operand batched alone, at its first or last dimension; all of them; and all at different places. */
function variants(row: Row): Dims[] {
  const last = row.inputs.map((s) => s.shape.length);
  const alone = row.inputs.flatMap((_, i) =>
    [...new Set([0, last[i]!])].map((at) => row.inputs.map((_s, k) => (k === i ? at : null))),
  );
  const all = [row.inputs.map(() => 0), last, last.map((n, i) => (i % 2 === 0 ? n : 0))];
  const seen = new Set<string>();
  return (row.inputs.length > 1 ? [...alone, ...all] : alone).filter((d) => !seen.has(`${d}`) && seen.add(`${d}`));
}

const stacked = (values: readonly HostValue[]): HostValue => ({
  dtype: values[0]!.dtype,
  shape: [values.length, ...values[0]!.shape],
  bytes: new Uint8Array(Buffer.concat(values.map((v) => v.bytes))),
});

/** `graph` over examples that are stacked in front. */
function batched(row: Row, graph: Graph, dims: Dims): Graph {
  const b = batchGraph(
    graph,
    dims,
    { size },
    graph.outputs.map(() => true),
  ).graph;
  checkGraph(b);
  return graphOf(
    `${row.op.name}_batched`,
    (...xs) =>
      inline(
        b,
        xs.map((x, i) => (dims[i] == null ? x : moveDim(x, 0, dims[i]!))),
      ),
    row.inputs.map((s, i) => avalsOf([dims[i] == null ? s : { ...s, shape: [size, ...s.shape] }])[0]!),
  );
}

describe("eager = jit = one example of a batch", () => {
  it.each(table.map((r) => [titleOf(r), r] as const))("%s", (_title, row) => {
    const examples = Array.from({ length: size }, (_, i) => drawAll(row.inputs, i + 1));
    const eager = (inputs: readonly HostValue[]) =>
      [row.call(...inputs.map(toDevice))].flat().map((t) => fromDevice(t as never));
    const graph = graphOf(row.op.name, row.call, avalsOf(row.inputs));
    const dims = row.inputs.length === 0 || row.examples === "together" ? [] : variants(row);
    const graphs = dims.map((d) => batched(row, graph, d));
    const run = program([graph, ...graphs]);
    const [jitted, ...results] = run([
      examples[0]!,
      ...dims.map((d) =>
        row.inputs.map((_, i) => (d[i] === null ? examples[0]![i]! : stacked(examples.map((e) => e[i]!)))),
      ),
    ]);
    eager(examples[0]!).forEach((expected, k) => {
      expectClose(jitted![k]!, expected, row.tolerance, () => `jitted, ${printGraph(graph)}`);
    });
    dims.forEach((d, v) => {
      const each = examples.map((e) => eager(row.inputs.map((_, i) => (d[i] === null ? examples[0]! : e)[i]!)));
      results[v]!.forEach((got, k) => {
        const expected = stacked(each.map((outputs) => outputs[k]!));
        expectClose(got, expected, row.tolerance, () => `batched at [${d}], ${printGraph(graphs[v]!)}`);
      });
    });
  });
});
