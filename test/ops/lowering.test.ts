// What one operation of each family becomes in StableHLO.
import { describe, expect, it } from "vitest";
import * as hlo from "../../hlo/index.ts";
import { lowerGraph } from "../../src/compile/lower.ts";
import "../../src/lib/install.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { bind1 } from "../../src/core/trace.ts";
import { barrier } from "../../src/ops/barrier.ts";
import { add } from "../../src/ops/binary.ts";
import { clamp, lt, select } from "../../src/ops/compare.ts";
import { cumsum } from "../../src/ops/cumulative.ts";
import { customCall } from "../../src/ops/custom-call.ts";
import { dotGeneral } from "../../src/ops/dot.ts";
import { dynamicUpdateSlice } from "../../src/ops/dynamic.ts";
import { takeRows } from "../../src/ops/gather.ts";
import { argmax, reduceMax } from "../../src/ops/reduce.ts";
import { scatterAddOp } from "../../src/ops/scatter.ts";
import { pad } from "../../src/ops/shape.ts";
import { sort, topK } from "../../src/ops/sort.ts";
import { threefry2x32 } from "../../src/ops/threefry.ts";
import { bitcast, convert, digamma, tanh } from "../../src/ops/unary.ts";
import { avalsOf, type Body, graphOf } from "./programs.ts";
import { bool, int, real, type Sample } from "./samples.ts";

/** The functions of the module that `body` lowers to. */
function lowered(body: Body, ...inputs: Sample[]): string {
  const graph = graphOf("f", body, avalsOf(inputs));
  const { module } = lowerGraph(graph, {
    name: "f",
    platform: "cpu",
    partitions: 1,
    inShardings: inputs.map(() => null),
    outShardings: graph.outputs.map(() => null),
    donated: inputs.map(() => false),
    keepUnused: true,
    locations: false,
  });
  const text = hlo.print(module, { form: "pretty" });
  return text
    .slice(text.indexOf("{\n") + 2, text.lastIndexOf("\n}"))
    .replaceAll(/ \{jax\.result_info = "result"\}/g, "");
}
const f32 = (...shape: number[]) => real(shape, -2, 2, "float32");

describe("lowering", () => {
  it("elementwise", () => {
    expect(lowered((x, y) => add(tanh(x!), y!), f32(2), f32(2))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<2xf32>, %arg1: tensor<2xf32>) -> (tensor<2xf32>) {
          %0 = stablehlo.tanh %arg0 : tensor<2xf32>
          %1 = stablehlo.add %0, %arg1 : tensor<2xf32>
          return %1 : tensor<2xf32>
        }"
    `);
    expect(lowered(digamma, f32(2))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<2xf32>) -> (tensor<2xf32>) {
          %cst = stablehlo.constant dense<0.000000e+00> : tensor<2xf32>
          %0 = stablehlo.compare EQ, %arg0, %cst, FLOAT : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
          %cst_0 = stablehlo.constant dense<0x7FC00000> : tensor<2xf32>
          %1 = chlo.digamma %arg0 : tensor<2xf32> -> tensor<2xf32>
          %2 = stablehlo.select %0, %cst_0, %1 : tensor<2xi1>, tensor<2xf32>
          return %2 : tensor<2xf32>
        }"
    `);
  });
  it("conversions", () => {
    expect(
      lowered((x) => [convert(x, "bool"), convert(x, "int8"), bitcast(x, "uint16")], f32(2)),
    ).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<2xf32>) -> (tensor<2xi1>, tensor<2xi8>, tensor<2x2xui16>) {
          %cst = stablehlo.constant dense<0.000000e+00> : tensor<2xf32>
          %0 = stablehlo.compare NE, %arg0, %cst : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
          %1 = stablehlo.convert %arg0 : (tensor<2xf32>) -> tensor<2xi8>
          %2 = stablehlo.bitcast_convert %arg0 : (tensor<2xf32>) -> tensor<2x2xui16>
          return %0, %1, %2 : tensor<2xi1>, tensor<2xi8>, tensor<2x2xui16>
        }"
    `);
  });
  it("comparison and selection", () => {
    expect(lowered((p, x, y) => select(p!, x!, clamp(x!, y!, 1)), bool([]), f32(2), f32(2))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<i1>, %arg1: tensor<2xf32>, %arg2: tensor<2xf32>) -> (tensor<2xf32>) {
          %cst = stablehlo.constant dense<1.000000e+00> : tensor<2xf32>
          %0 = stablehlo.clamp %arg1, %arg2, %cst : tensor<2xf32>
          %1 = stablehlo.select %arg0, %arg1, %0 : tensor<i1>, tensor<2xf32>
          return %1 : tensor<2xf32>
        }"
    `);
    expect(lowered((x, y) => lt(x!, y!), int([2], 0, 1, "uint8"), int([2], 0, 1, "uint8"))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<2xui8>, %arg1: tensor<2xui8>) -> (tensor<2xi1>) {
          %0 = stablehlo.compare LT, %arg0, %arg1, UNSIGNED : (tensor<2xui8>, tensor<2xui8>) -> tensor<2xi1>
          return %0 : tensor<2xi1>
        }"
    `);
  });
  it("reductions", () => {
    expect(lowered((x) => reduceMax(x, [1]), f32(2, 3))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<2x3xf32>) -> (tensor<2xf32>) {
          %cst = stablehlo.constant dense<0xFF800000> : tensor<f32>
          %0 = stablehlo.reduce(%arg0 init: %cst) applies stablehlo.maximum across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
          return %0 : tensor<2xf32>
        }"
    `);
    expect(lowered((x) => argmax(x, 0), int([3], 0, 1, "int8"))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<3xi8>) -> (tensor<i32>) {
          %0 = stablehlo.iota dim = 0 : tensor<3xi32>
          %c = stablehlo.constant dense<-128> : tensor<i8>
          %c_0 = stablehlo.constant dense<0> : tensor<i32>
          %1:2 = stablehlo.reduce(%arg0 init: %c), (%0 init: %c_0) across dimensions = [0] : (tensor<3xi8>, tensor<3xi32>, tensor<i8>, tensor<i32>) -> (tensor<i8>, tensor<i32>)
           reducer(%arg1: tensor<i8>, %arg3: tensor<i8>) (%arg2: tensor<i32>, %arg4: tensor<i32>)  {
            %2 = stablehlo.compare GT, %arg1, %arg3, SIGNED : (tensor<i8>, tensor<i8>) -> tensor<i1>
            %3 = stablehlo.compare EQ, %arg1, %arg3, SIGNED : (tensor<i8>, tensor<i8>) -> tensor<i1>
            %4 = stablehlo.compare LT, %arg2, %arg4, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
            %5 = stablehlo.and %3, %4 : tensor<i1>
            %6 = stablehlo.or %2, %5 : tensor<i1>
            %7 = stablehlo.select %2, %arg1, %arg3 : tensor<i1>, tensor<i8>
            %8 = stablehlo.select %6, %arg2, %arg4 : tensor<i1>, tensor<i32>
            stablehlo.return %7, %8 : tensor<i8>, tensor<i32>
          }
          return %1#1 : tensor<i32>
        }"
    `);
  });
  it("running reductions", () => {
    expect(lowered((x) => [cumsum(x, 0), cumsum(add(x, 1), 0)], f32(3))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
          %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
          %0 = "stablehlo.reduce_window"(%arg0, %cst) <{window_dimensions = array<i64: 3>, padding = dense<[[2, 0]]> : tensor<1x2xi64>}> ({
          ^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>):
            %3 = stablehlo.add %arg1, %arg2 : tensor<f32>
            stablehlo.return %3 : tensor<f32>
          }) : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
          %cst_0 = stablehlo.constant dense<1.000000e+00> : tensor<3xf32>
          %1 = stablehlo.add %arg0, %cst_0 : tensor<3xf32>
          %cst_1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
          %2 = "stablehlo.reduce_window"(%1, %cst_1) <{window_dimensions = array<i64: 3>, padding = dense<[[2, 0]]> : tensor<1x2xi64>}> ({
          ^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>):
            %3 = stablehlo.add %arg1, %arg2 : tensor<f32>
            stablehlo.return %3 : tensor<f32>
          }) : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
          return %0, %2 : tensor<3xf32>, tensor<3xf32>
        }"
    `);
  });
  it("sorting", () => {
    expect(lowered((x, y) => sort([x!, y!], 0), f32(3), int([3]))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<3xf32>, %arg1: tensor<3xi32>) -> (tensor<3xf32>, tensor<3xi32>) {
          %0:2 = "stablehlo.sort"(%arg0, %arg1) <{dimension = 0 : i64, is_stable = true}> ({
          ^bb0(%arg2: tensor<f32>, %arg3: tensor<f32>, %arg4: tensor<i32>, %arg5: tensor<i32>):
            %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
            %1 = stablehlo.compare EQ, %arg2, %cst, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
            %2 = stablehlo.select %1, %cst, %arg2 : tensor<i1>, tensor<f32>
            %3 = stablehlo.compare NE, %arg2, %arg2, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
            %cst_0 = stablehlo.constant dense<0x7FC00000> : tensor<f32>
            %4 = stablehlo.select %3, %cst_0, %2 : tensor<i1>, tensor<f32>
            %cst_1 = stablehlo.constant dense<0.000000e+00> : tensor<f32>
            %5 = stablehlo.compare EQ, %arg3, %cst_1, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
            %6 = stablehlo.select %5, %cst_1, %arg3 : tensor<i1>, tensor<f32>
            %7 = stablehlo.compare NE, %arg3, %arg3, FLOAT : (tensor<f32>, tensor<f32>) -> tensor<i1>
            %cst_2 = stablehlo.constant dense<0x7FC00000> : tensor<f32>
            %8 = stablehlo.select %7, %cst_2, %6 : tensor<i1>, tensor<f32>
            %9 = stablehlo.compare LT, %4, %8, TOTALORDER : (tensor<f32>, tensor<f32>) -> tensor<i1>
            stablehlo.return %9 : tensor<i1>
          }) : (tensor<3xf32>, tensor<3xi32>) -> (tensor<3xf32>, tensor<3xi32>)
          return %0#0, %0#1 : tensor<3xf32>, tensor<3xi32>
        }"
    `);
    expect(lowered((x) => topK(x, 2), f32(3))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<3xf32>) -> (tensor<2xf32>, tensor<2xi32>) {
          %values, %indices = chlo.top_k(%arg0, k = 2) : tensor<3xf32> -> (tensor<2xf32>, tensor<2xi32>)
          return %values, %indices : tensor<2xf32>, tensor<2xi32>
        }"
    `);
  });
  it("products", () => {
    expect(
      lowered((x, y) => dotGeneral(x!, y!, [[1], [0]], [[], []], { precision: "highest" }), f32(2, 3), f32(3, 4)),
    ).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<2x3xf32>, %arg1: tensor<3x4xf32>) -> (tensor<2x4xf32>) {
          %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0], precision = [HIGHEST, HIGHEST] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
          return %0 : tensor<2x4xf32>
        }"
    `);
  });
  it("indexing", () => {
    expect(lowered((x, i) => takeRows(x!, i!), f32(4, 2), int([3]))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<4x2xf32>, %arg1: tensor<3xi32>) -> (tensor<3x2xf32>) {
          %0 = stablehlo.reshape %arg1 : (tensor<3xi32>) -> tensor<3x1xi32>
          %1 = "stablehlo.gather"(%arg0, %0) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], operand_batching_dims = [], start_indices_batching_dims = [], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1, 2>, indices_are_sorted = false}> : (tensor<4x2xf32>, tensor<3x1xi32>) -> tensor<3x2xf32>
          return %1 : tensor<3x2xf32>
        }"
    `);
    expect(
      lowered(
        (x, i, u) =>
          bind1(scatterAddOp, [x!, i!, u!], {
            dims: { offset: [1], collapsed: [0], startIndexMap: [0], operandBatch: [], indicesBatch: [] },
            sizes: [1, 2],
            mode: "clip",
            fill: 0,
            sorted: true,
            unique: true,
          }),
        f32(4, 2),
        int([3, 1]),
        f32(3, 2),
      ),
    ).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<4x2xf32>, %arg1: tensor<3x1xi32>, %arg2: tensor<3x2xf32>) -> (tensor<4x2xf32>) {
          %c = stablehlo.constant dense<3> : tensor<1xi32>
          %0 = stablehlo.broadcast_in_dim %c, dims = [1] : (tensor<1xi32>) -> tensor<3x1xi32>
          %c_0 = stablehlo.constant dense<0> : tensor<3x1xi32>
          %1 = stablehlo.clamp %c_0, %arg1, %0 : tensor<3x1xi32>
          %2 = "stablehlo.scatter"(%arg0, %1, %arg2) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], input_batching_dims = [], scatter_indices_batching_dims = [], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, indices_are_sorted = false, unique_indices = false}> ({
          ^bb0(%arg3: tensor<f32>, %arg4: tensor<f32>):
            %3 = stablehlo.add %arg3, %arg4 : tensor<f32>
            stablehlo.return %3 : tensor<f32>
          }) : (tensor<4x2xf32>, tensor<3x1xi32>, tensor<3x2xf32>) -> tensor<4x2xf32>
          return %2 : tensor<4x2xf32>
        }"
    `);
    expect(
      lowered((x, u, i) => dynamicUpdateSlice(x!, u!, [i!, 0]), f32(4, 2), f32(1, 2), int([])),
    ).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<4x2xf32>, %arg1: tensor<1x2xf32>, %arg2: tensor<i32>) -> (tensor<4x2xf32>) {
          %c = stablehlo.constant dense<0> : tensor<i32>
          %0 = stablehlo.dynamic_update_slice %arg0, %arg1, %arg2, %c : (tensor<4x2xf32>, tensor<1x2xf32>, tensor<i32>, tensor<i32>) -> tensor<4x2xf32>
          return %0 : tensor<4x2xf32>
        }"
    `);
  });
  it("movement", () => {
    expect(lowered((x) => pad(x, 0, [1], [-1], [2]), f32(3))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<3xf32>) -> (tensor<7xf32>) {
          %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
          %0 = stablehlo.pad %arg0, %cst, low = [1], high = [-1], interior = [2] : (tensor<3xf32>, tensor<f32>) -> tensor<7xf32>
          return %0 : tensor<7xf32>
        }"
    `);
    expect(lowered((x, y) => barrier([x!, y!]), f32(1), f32(2))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<1xf32>, %arg1: tensor<2xf32>) -> (tensor<1xf32>, tensor<2xf32>) {
          %0:2 = stablehlo.optimization_barrier %arg0, %arg1 : tensor<1xf32>, tensor<2xf32>
          return %0#0, %0#1 : tensor<1xf32>, tensor<2xf32>
        }"
    `);
  });
  it("random bits: one private function", () => {
    const u32 = int([2], 0, 9, "uint32");
    const text = lowered((a, b, c, d) => threefry2x32(...threefry2x32(a!, b!, c!, d!), c!, d!), u32, u32, u32, u32);
    expect(text.match(/func\.func/g)).toHaveLength(2);
    expect(text.match(/stablehlo\.xor/g)).toHaveLength(22);
  });
  it("custom calls are kept for their side effects", () => {
    const body = (hasSideEffect: boolean) => (x: Tensor) => {
      customCall("f", [x], [], { hasSideEffect });
      return x;
    };
    expect(lowered(body(true), f32(2))).toContain("@f(");
    expect(lowered(body(false), f32(2))).not.toContain("@f(");
  });
  it("custom calls", () => {
    const results = [{ shape: [2, 3], dtype: "float32" }] as const;
    const options = { backendConfig: '{"a": 1}', operandLayouts: [[0, 1]], hasSideEffect: true };
    expect(lowered((x) => customCall("f", [x], results, options), f32(2, 3))).toMatchInlineSnapshot(`
      "  func.func public @main(%arg0: tensor<2x3xf32>) -> (tensor<2x3xf32>) {
          %0 = stablehlo.custom_call @f(%arg0) {has_side_effect = true, api_version = 2 : i32, backend_config = "{\\22a\\22: 1}", operand_layouts = [dense<[0, 1]> : tensor<2xindex>], result_layouts = [dense<[1, 0]> : tensor<2xindex>]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
          return %0 : tensor<2x3xf32>
        }"
    `);
  });
});
