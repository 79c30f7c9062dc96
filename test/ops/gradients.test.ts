// Derivatives of every row: forward against differences, reverse against forward, to second order.
import { describe, expect, it } from "vitest";
import { isFloat } from "../../src/core/dtype.ts";
import { NonDifferentiableError } from "../../src/core/errors.ts";
import type { Graph } from "../../src/core/graph.ts";
import { numbersOf } from "../fixtures.ts";
import { avalsOf, backward, forward, graphOf, only, printGraph, program } from "./programs.ts";
import type { Row } from "./row.ts";
import { drawAll, real } from "./samples.ts";
import { table, titleOf } from "./table.ts";
import { type HostValue, hostValue } from "./values.ts";

const directions = 3;
const step = 1e-5;

/** `x + scale · d` where there is a direction. */
const along = (x: readonly HostValue[], d: readonly (HostValue | null)[], scale: number): HostValue[] =>
  x.map((v, i) => {
    const t = d[i];
    if (!t) return v;
    const dt = numbersOf(t);
    return hostValue(
      numbersOf(v).map((n, k) => n + scale * dt[k]!),
      v.shape,
      v.dtype,
    );
  });
const inner = (a: readonly HostValue[], b: readonly HostValue[]): number =>
  a.reduce((sum, v, i) => {
    const other = numbersOf(b[i]!);
    return sum + numbersOf(v).reduce((s, x, k) => s + x * other[k]!, 0);
  }, 0);
const randomLike = (values: readonly { shape: readonly number[] }[], seed: number): HostValue[] =>
  drawAll(
    values.map((v) => real(v.shape, -1, 1)),
    seed,
  );

function expectNear(got: number, expected: number, relative: number, scale: number, context: () => string): void {
  if (!(Math.abs(got - expected) <= relative * Math.max(1, scale, Math.abs(expected))))
    expect.fail(`got ${got}, expected ${expected}\n${context()}`);
}

/** The graph of a row, and which inputs and outputs are floating. */
function prepare(row: Row) {
  const graph = graphOf(row.op.name, row.call, avalsOf(row.inputs));
  const active = graph.inputs.map((v) => isFloat(v.aval.dtype));
  return { graph, active, floating: graph.outputs.map((o) => isFloat(o.aval.dtype)) };
}

function checkSmooth(row: Row): void {
  const { graph, active, floating } = prepare(row);
  const first = forward(graph, active);
  const firstActive = first.inputs.map((v) => isFloat(v.aval.dtype));
  const firstFloating = first.outputs.map((o) => isFloat(o.aval.dtype));
  const second = forward(first, firstActive);
  const graphs: Graph[] = [first, first, second, backward(graph, active), backward(first, firstActive)];
  const run = program(graphs);
  const context = (what: string, g: Graph) => () => `${what}\n${printGraph(g)}`;
  for (let seed = 1; seed <= directions; seed++) {
    const x = drawAll(row.inputs, seed);
    const t = randomLike(only(row.inputs, active), seed + 10);
    const point = [...x, ...t];
    const d = randomLike(only(point, firstActive), seed + 20);
    let next = 0;
    const direction = firstActive.map((a) => (a ? d[next++]! : null));
    const ct = randomLike(
      only(graph.outputs, floating).map((o) => o.aval),
      seed + 30,
    );
    const ct2 = randomLike(
      only(first.outputs, firstFloating).map((o) => o.aval),
      seed + 40,
    );
    const [above, below, pushed, pulled, pulled2] = run([
      along(point, direction, step),
      along(point, direction, -step),
      [...point, ...d],
      [...x, ...ct],
      [...point, ...ct2],
    ]) as [HostValue[], HostValue[], HostValue[], HostValue[], HostValue[]];
    const tangents = pushed.slice(first.outputs.length);
    const values = pushed.slice(0, first.outputs.length);
    only(above, firstFloating).forEach((a, k) => {
      const [hi, lo, got] = [numbersOf(a), numbersOf(only(below, firstFloating)[k]!), numbersOf(tangents[k]!)];
      const scale = Math.max(...got.map(Math.abs), ...hi.map(Math.abs));
      got.forEach((g, e) => {
        const difference = (hi[e]! - lo[e]!) / (2 * step);
        expectNear(
          g,
          difference,
          1e-6,
          scale,
          context(`output ${k}, element ${e} of the forward derivative of`, first),
        );
      });
    });
    const outTangents = values.slice(graph.outputs.length);
    expectNear(inner(pulled, t), inner(ct, outTangents), 1e-9, 1, context("reverse against forward:", graphs[3]!));
    expectNear(
      inner(pulled2, d),
      inner(ct2, tangents),
      1e-9,
      1,
      context("second order, reverse against forward:", graphs[4]!),
    );
  }
}

/** To first order, in the directions that there are; the others must be refused. */
function checkFirst(row: Row): void {
  const { graph, active, floating } = prepare(row);
  const both = row.derivative === "first";
  const ahead = both || row.derivative === "forward";
  if (!ahead) expect(() => forward(graph, active)).toThrow(NonDifferentiableError);
  if (row.derivative === "forward") expect(() => backward(graph, active)).toThrow(NonDifferentiableError);
  const first = ahead ? forward(graph, active) : graph;
  if (both)
    expect(() =>
      forward(
        first,
        first.inputs.map((v) => isFloat(v.aval.dtype)),
      ),
    ).toThrow(NonDifferentiableError);
  const back = row.derivative === "forward" ? graph : backward(graph, active);
  const run = program([graph, graph, first, back]);
  for (let seed = 1; seed <= directions; seed++) {
    const x = drawAll(row.inputs, seed);
    const t = randomLike(only(row.inputs, active), seed + 10);
    const ct = randomLike(
      only(graph.outputs, floating).map((o) => o.aval),
      seed + 30,
    );
    let next = 0;
    const direction = active.map((a) => (a ? t[next++]! : null));
    const [above, below, pushed, pulled] = run([
      along(x, direction, step),
      along(x, direction, -step),
      ahead ? [...x, ...t] : x,
      row.derivative === "forward" ? x : [...x, ...ct],
    ]) as [HostValue[], HostValue[], HostValue[], HostValue[]];
    const slopes = only(above, floating).map((a, k) => {
      const b = numbersOf(only(below, floating)[k]!);
      return hostValue(
        numbersOf(a).map((hi, e) => (hi - b[e]!) / (2 * step)),
        a.shape,
        a.dtype,
      );
    });
    const scale = Math.max(1, ...slopes.flatMap((s) => numbersOf(s).map(Math.abs)));
    const context = () => printGraph(graph);
    if (ahead)
      pushed.slice(graph.outputs.length).forEach((got, k) => {
        const want = numbersOf(slopes[k]!);
        numbersOf(got).forEach((g, e) => {
          expectNear(g, want[e]!, 1e-6, scale, context);
        });
      });
    if (row.derivative !== "forward") expectNear(inner(pulled, t), inner(ct, slopes), 1e-5, scale, context);
  }
}

function checkZero(row: Row): void {
  const { graph, active } = prepare(row);
  const x = drawAll(row.inputs, 1);
  const graphs = [forward(graph, active), backward(graph, active)];
  const t = randomLike(only(row.inputs, active), 2);
  const ct = randomLike(
    graph.outputs.filter((o) => isFloat(o.aval.dtype)).map((o) => o.aval),
    3,
  );
  if (t.length === 0) return;
  const typed = (values: readonly HostValue[], like: readonly { dtype: HostValue["dtype"] }[]) =>
    values.map((v, i) => hostValue(numbersOf(v), v.shape, like[i]!.dtype));
  const [pushed, pulled] = program(graphs)([
    [...x, ...typed(t, only(row.inputs, active))],
    [
      ...x,
      ...typed(
        ct,
        graph.outputs.filter((o) => isFloat(o.aval.dtype)).map((o) => o.aval),
      ),
    ],
  ]);
  for (const v of [...pushed!.slice(graph.outputs.length), ...pulled!])
    if (numbersOf(v).some((n) => n !== 0))
      expect.fail(`a derivative is not zero\n${graphs.map((g) => printGraph(g)).join("\n")}`);
}

const titled = (kind: Row["derivative"]) =>
  table.filter((r) => r.derivative === kind).map((r) => [titleOf(r), r] as const);

describe("forward, reverse and second derivatives", () => {
  it.each(titled("smooth"))("%s", (_title, row) => checkSmooth(row));
});
describe("derivatives of one order or one direction", () => {
  const some = [...titled("first"), ...titled("forward"), ...titled("reverse")];
  it.each(some)("%s", (_title, row) => checkFirst(row));
});
describe("derivatives that are zero", () => {
  it.each(titled("zero"))("%s", (_title, row) => checkZero(row));
});
describe("derivatives that are refused", () => {
  it.each(titled("throws"))("%s", (_title, row) => {
    const { graph, active } = prepare(row);
    expect(() => forward(graph, active)).toThrow(NonDifferentiableError);
  });
});
