// The passes, graph to graph: what they print, that their results are well formed, and what they must not know.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { avalOf } from "../../src/core/aval.ts";
import { checkGraph } from "../../src/core/check.ts";
import { NonDifferentiableError } from "../../src/core/errors.ts";
import { type Graph, Var } from "../../src/core/graph.ts";
import { printGraph } from "../../src/core/print.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { add, div, mul } from "../../src/ops/binary.ts";
import { dot } from "../../src/ops/dot.ts";
import { reduceSum } from "../../src/ops/reduce.ts";
import { broadcastInDim, slice } from "../../src/ops/shape.ts";
import { cos, exp, sin, stopGradientTensor } from "../../src/ops/unary.ts";
import { batchGraph } from "../../src/transforms/batch.ts";
import { dce } from "../../src/transforms/dce.ts";
import { jvpGraph } from "../../src/transforms/jvp.ts";
import { linearizeGraph } from "../../src/transforms/linearize.ts";
import { bytesOf, planResiduals } from "../../src/transforms/residuals.ts";
import { transposeGraph } from "../../src/transforms/transpose.ts";
import { counts, pureGraph } from "./tools.ts";

/** Prints a graph that has passed the checker. */
function show(graph: Graph): string {
  checkGraph(graph);
  return printGraph(graph);
}
const names = (graph: Graph) => graph.equations.map((e) => e.op.name);

const product = () => pureGraph("product", (x, y) => [sin(mul(x!, y!)), y!], [[3], [3]]);

describe("jvp", () => {
  test("carries tangents of active inputs only", () => {
    const d = jvpGraph(product(), [true, false]);
    expect(d.outActive).toEqual([true, false]);
    expect(show(d.graph)).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[3] b:f32[3] c:f32[3]. let
          d:f32[3] = mul a b
          e:f32[3] = mul c b
          f:f32[3] = sin d
          g:f32[3] = cos d
          h:f32[3] = mul e g
        in (f, b, h) }"
    `);
  });

  test("of jvp is a graph again", () => {
    const first = jvpGraph(product(), [true, true]).graph;
    expect(() => checkGraph(jvpGraph(first, [true, true, true, true]).graph)).not.toThrow();
  });

  test("symbolic zeros never become equations", () => {
    const g = pureGraph("constant", (x) => [mul(stopGradientTensor(x!), stopGradientTensor(x!))], [[3]]);
    const d = jvpGraph(g, [true]);
    expect(d.outActive).toEqual([false]);
    expect(names(d.graph)).toEqual(names(g));
  });

  test("is remembered by graph and mask", () => {
    const g = product();
    expect(jvpGraph(g, [true, false])).toBe(jvpGraph(g, [true, false]));
    expect(jvpGraph(g, [true, false])).not.toBe(jvpGraph(g, [true, true]));
  });
});

describe("linearize and transpose", () => {
  test("split primal from tangent; shared values are residuals", () => {
    const l = linearizeGraph(product(), [true, true]);
    expect(show(l.primal)).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[3] b:f32[3]. let
          c:f32[3] = mul a b
          d:f32[3] = sin c
          e:f32[3] = cos c
        in (d, b, b, a, e) }"
    `);
    expect(show(l.tangent)).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[3] b:f32[3] c:f32[3] d:f32[3] e:f32[3]. let
          f:f32[3] = mul d a
          g:f32[3] = mul b e
          h:f32[3] = add f g
          i:f32[3] = mul h c
        in (i, e) }"
    `);
    expect(l.residuals).toBe(l.primal.outputs.length - 2);
  });

  test("the tangent program walks backwards", () => {
    const l = linearizeGraph(product(), [true, true]);
    const linear = l.tangent.inputs.map((_, i) => i >= l.residuals);
    const t = transposeGraph(l.tangent, linear, [true, false]);
    expect(t.nonzero).toEqual([true, true]);
    expect(show(t.graph)).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[3] b:f32[3] c:f32[3] d:f32[3]. let
          e:f32[3] = mul d c
          f:f32[3] = mul e b
          g:f32[3] = mul e a
        in (g, f) }"
    `);
  });

  test("reverse mode is nothing but linearize and transpose: the tangent program is linear", () => {
    const l = linearizeGraph(
      pureGraph("chain", (x) => [exp(sin(mul(x!, x!)))], [[4]]),
      [true],
    );
    // No transcendental function of a tangent.
    expect(Object.keys(counts(l.tangent)).sort()).toEqual(["add", "mul"]);
    checkGraph(transposeGraph(l.tangent, [...new Array(l.residuals).fill(false), true], [true]).graph);
  });

  test("cotangents that are zero are not summed, and not returned", () => {
    const g = pureGraph("half", (x, y) => [slice(x!, [0], [2]), mul(y!, 2)], [[4], [4]]);
    const t = transposeGraph(g, [true, true], [true, false]);
    expect(t.nonzero).toEqual([true, false]);
    expect(names(t.graph)).toEqual(["pad"]);
    const dense = transposeGraph(g, [true, true], [true, false], true);
    expect(dense.nonzero).toEqual([true, true]);
    checkGraph(dense.graph);
  });

  test("a function that is not linear has no transpose", () => {
    const g = pureGraph("square", (x) => [sin(x!)], [[4]]);
    expect(() => transposeGraph(g, [true], [true])).toThrow(NonDifferentiableError);
    expect(() => transposeGraph(g, [true], [true])).toThrow(/sin: it is not linear in float32\[4\]/);
  });
});

describe("batch", () => {
  test("moves a dimension through every operation", () => {
    const g = pureGraph("affine", (x, w, b) => [add(dot(x!, w!), b!)], [[3], [3, 2], [2]]);
    const b = batchGraph(g, [1, null, null], { size: 5 });
    expect(b.dims).toEqual([0]);
    expect(show(b.graph)).toMatchInlineSnapshot(`
      "{ lambda ; a:f32[3,5] b:f32[3,2] c:f32[2]. let
          d:f32[5,2] = dot_general[contract=((0,),(0,)) batch=((),()) precision=default dtype=f32] a b
          e:f32[5,2] = broadcast_in_dim[shape=(5,2) dims=(1,)] c
          f:f32[5,2] = add d e
        in (f,) }"
    `);
  });

  test("leaves alone what does not depend on the batch, unless forced", () => {
    const g = pureGraph("two", (x, y) => [sin(x!), cos(y!)], [[3], [3]]);
    expect(batchGraph(g, [0, null], { size: 5 }).dims).toEqual([0, null]);
    const forced = batchGraph(g, [0, null], { size: 5 }, [true, true]);
    expect(forced.dims).toEqual([0, 0]);
    expect(forced.graph.outputs.map((o) => o.aval.shape)).toEqual([
      [5, 3],
      [5, 3],
    ]);
    checkGraph(forced.graph);
  });
});

describe("dce", () => {
  test("drops what nobody reads, and the inputs that it read", () => {
    const g = pureGraph(
      "wasteful",
      (x, y) => {
        exp(y!);
        return [sin(x!), cos(x!)];
      },
      [[3], [3]],
    );
    const live = dce(g, { outputs: [true, false], keepFrom: 2 });
    expect(names(live.graph)).toEqual(["sin"]);
    expect(live.kept).toEqual([true, false]);
    expect(dce(g).kept).toEqual([true, true]);
  });
});

describe("residuals by minimum cut", () => {
  const plan = (g: Graph, n = 0) => planResiduals(g, g.outputs.slice(n), bytesOf);

  test("keeps one narrow value instead of many wide ones", () => {
    const g = pureGraph("wide", (x) => [x!, ...[sin, cos, exp].map((f) => f(broadcastInDim(x!, [100, 3], [1])))], [
      [3],
    ]);
    const { saved, recompute } = plan(g, 1);
    expect(saved).toEqual([g.inputs[0]]);
    checkGraph(recompute);
    expect(names(recompute)).toEqual(["broadcast_in_dim", "sin", "broadcast_in_dim", "cos", "broadcast_in_dim", "exp"]);
  });

  test("never computes a costly operation twice", () => {
    const g = pureGraph("narrow", (x, y) => [broadcastInDim(reduceSum(dot(x!, y!), [0, 1]), [50], [])], [
      [9, 9],
      [9, 9],
    ]);
    const { saved, recompute } = plan(g);
    expect(saved.map((v) => v.aval)).toEqual([avalOf([], "float32")]);
    expect(names(recompute)).toEqual(["broadcast_in_dim"]);
  });

  test("cuts ties as late as possible", () => {
    const g = pureGraph("tie", (x) => [sin(cos(exp(x!)))], [[3]]);
    expect(plan(g).saved).toEqual(g.outputs);
    expect(plan(g).recompute.equations).toEqual([]);
  });

  test("counts bytes, not elements", () => {
    const wide = avalOf([4], "float64");
    expect([bytesOf(new Var(wide)), bytesOf(new Var(avalOf([4], "bfloat16")))]).toEqual([32, 8]);
  });
});

test("no pass names an operation", () => {
  const room = fileURLToPath(new URL("../../src/transforms", import.meta.url));
  // Sums and zeros of tangents, and moving a batch dimension, are the vector space that passes work in.
  const allowed = ["batching.ts", "tangent.ts"];
  for (const file of readdirSync(room)) {
    const text = readFileSync(`${room}/${file}`, "utf8");
    const imports = [...text.matchAll(/from "\.\.\/ops\/([^"]+)"/g)].map((m) => m[1]!);
    expect([file, imports.filter((i) => !allowed.includes(i))]).toEqual([file, []]);
    expect([file, text.match(/\bop\.name\s*[=!]==|\bop\s*===|\b[a-z]\w*Op\b(?=[,;)\s]*(===|from))/)]).toEqual([
      file,
      null,
    ]);
    expect([file, text.match(/from "\.\.\/control\//)]).toEqual([file, null]);
  }
});

test("one tracer: the passes hold no interpreter of their own, every result is recorded by bind", () => {
  const g = pureGraph("f", (x) => [div(x!, 2)], [[3]]);
  const once = (f: (...x: Tensor[]) => readonly Tensor[]) => pureGraph("again", f, [[3]]);
  const through = once((x) => [sin(x!)]);
  expect(through.equations).toHaveLength(1);
  // A pass over a closed graph gives a closed graph: no captures, so it runs anywhere.
  for (const result of [
    jvpGraph(g, [true]).graph,
    batchGraph(g, [0], { size: 2 }).graph,
    linearizeGraph(g, [true]).primal,
  ])
    expect(() => checkGraph(result)).not.toThrow();
});
