// The pretty form of each operation, as MLIR prints it.
import { describe, expect, it, test } from "vitest";
import { type Module, print } from "../../hlo/index.ts";
import { partitioned, programs } from "./programs.ts";

/** The lines of `@main` between its braces and before its `return`, and whatever functions follow it. */
function body(module: Module): string {
  const lines = print(module).split("\n");
  const first = lines.findIndex((line) => line.includes("@main")) + 1;
  const text = lines.slice(first, -2).filter((line) => line !== "  }" && !line.startsWith("    return"));
  return text.map((line) => line.slice(4)).join("\n");
}

const spelled = (name: string) => body((programs[name] ?? partitioned[name])!());

describe("families", () => {
  test.each([
    "abs",
    "cbrt",
    "ceil",
    "cosine",
    "exponential",
    "exponential_minus_one",
    "floor",
    "log",
    "log_plus_one",
    "logistic",
    "negate",
    "round_nearest_afz",
    "round_nearest_even",
    "rsqrt",
    "sign",
    "sine",
    "sqrt",
    "tan",
    "tanh",
  ])("%s", (name) => {
    expect(spelled(name)).toBe(`%0 = stablehlo.${name} %arg0 : tensor<2x3xf32>`);
  });
  test.each(["add", "atan2", "divide", "maximum", "minimum", "multiply", "power", "remainder", "subtract"])(
    "%s",
    (name) => {
      expect(spelled(name)).toBe(`%0 = stablehlo.${name} %arg0, %arg1 : tensor<2x3xf32>`);
    },
  );
  test.each(["and", "or", "xor", "shift_left", "shift_right_arithmetic", "shift_right_logical"])("%s", (name) => {
    expect(spelled(name)).toBe(`%0 = stablehlo.${name} %arg0, %arg1 : tensor<2x3xui32>`);
  });
  test.each([
    "chlo.acos",
    "chlo.acosh",
    "chlo.asin",
    "chlo.asinh",
    "chlo.atan",
    "chlo.atanh",
    "chlo.cosh",
    "chlo.digamma",
    "chlo.erf",
    "chlo.erfc",
    "chlo.erf_inv",
    "chlo.lgamma",
    "chlo.sinh",
  ])("%s", (name) => {
    expect(spelled(name)).toBe(`%0 = ${name} %arg0 : tensor<2x3xf32> -> tensor<2x3xf32>`);
  });
});

describe("one form each", () => {
  it("not", () => {
    expect(spelled("not")).toMatchInlineSnapshot(`"%0 = stablehlo.not %arg0 : tensor<2x3xi1>"`);
  });
  it("popcnt", () => {
    expect(spelled("popcnt")).toMatchInlineSnapshot(`"%0 = stablehlo.popcnt %arg0 : tensor<2x3xui32>"`);
  });
  it("count_leading_zeros", () => {
    expect(spelled("count_leading_zeros")).toMatchInlineSnapshot(
      `"%0 = stablehlo.count_leading_zeros %arg0 : tensor<2x3xi32>"`,
    );
  });
  it("chlo.next_after", () => {
    expect(spelled("chlo.next_after")).toMatchInlineSnapshot(
      `"%0 = chlo.next_after %arg0, %arg1 : tensor<f32>, tensor<f32> -> tensor<f32>"`,
    );
  });
  it("chlo.top_k", () => {
    expect(spelled("chlo.top_k")).toMatchInlineSnapshot(
      `"%values, %indices = chlo.top_k(%arg0, k = 2) : tensor<2x3xf32> -> (tensor<2x2xf32>, tensor<2x2xi32>)"`,
    );
  });
  it("abs of complex", () => {
    expect(spelled("abs of complex")).toMatchInlineSnapshot(
      `"%0 = stablehlo.abs %arg0 : (tensor<2xcomplex<f32>>) -> tensor<2xf32>"`,
    );
  });
  it("complex, real, imag", () => {
    expect(spelled("complex, real, imag")).toMatchInlineSnapshot(`
      "%0 = stablehlo.complex %arg0, %arg1 : tensor<2x3xcomplex<f32>>
      %1 = stablehlo.real %0 : (tensor<2x3xcomplex<f32>>) -> tensor<2x3xf32>
      %2 = stablehlo.imag %0 : (tensor<2x3xcomplex<f32>>) -> tensor<2x3xf32>"
    `);
  });
  it("is_finite", () => {
    expect(spelled("is_finite")).toMatchInlineSnapshot(
      `"%0 = stablehlo.is_finite %arg0 : (tensor<2x3xf32>) -> tensor<2x3xi1>"`,
    );
  });
  it("convert", () => {
    expect(spelled("convert")).toMatchInlineSnapshot(
      `"%0 = stablehlo.convert %arg0 : (tensor<2x3xf32>) -> tensor<2x3xbf16>"`,
    );
  });
  it("bitcast_convert", () => {
    expect(spelled("bitcast_convert")).toMatchInlineSnapshot(
      `"%0 = stablehlo.bitcast_convert %arg0 : (tensor<2x3xf32>) -> tensor<2x3xi32>"`,
    );
  });
  it("reshape", () => {
    expect(spelled("reshape")).toMatchInlineSnapshot(
      `"%0 = stablehlo.reshape %arg0 : (tensor<2x3xf32>) -> tensor<6xf32>"`,
    );
  });
  it("reduce_precision", () => {
    expect(spelled("reduce_precision")).toMatchInlineSnapshot(
      `"%0 = stablehlo.reduce_precision %arg0, format = e5m10 : tensor<2x3xf32>"`,
    );
  });
  it("select", () => {
    expect(spelled("select")).toMatchInlineSnapshot(
      `"%0 = stablehlo.select %arg0, %arg1, %arg2 : tensor<2x3xi1>, tensor<2x3xf32>"`,
    );
  });
  it("clamp by scalars", () => {
    expect(spelled("clamp by scalars")).toMatchInlineSnapshot(
      `"%0 = stablehlo.clamp %arg0, %arg1, %arg2 : (tensor<f32>, tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>"`,
    );
  });
  it("clamp", () => {
    expect(spelled("clamp")).toMatchInlineSnapshot(`"%0 = stablehlo.clamp %arg0, %arg1, %arg2 : tensor<2x3xf32>"`);
  });
  it("compare", () => {
    expect(spelled("compare")).toMatchInlineSnapshot(
      `"%0 = stablehlo.compare LT, %arg0, %arg1, FLOAT : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>"`,
    );
  });
  it("compare without type", () => {
    expect(spelled("compare without type")).toMatchInlineSnapshot(
      `"%0 = stablehlo.compare NE, %arg0, %arg1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>"`,
    );
  });
  it("broadcast_in_dim", () => {
    expect(spelled("broadcast_in_dim")).toMatchInlineSnapshot(
      `"%0 = stablehlo.broadcast_in_dim %arg0, dims = [1] : (tensor<3xf32>) -> tensor<2x3xf32>"`,
    );
  });
  it("broadcast of a scalar", () => {
    expect(spelled("broadcast of a scalar")).toMatchInlineSnapshot(
      `"%0 = stablehlo.broadcast_in_dim %arg0, dims = [] : (tensor<f32>) -> tensor<2x3xf32>"`,
    );
  });
  it("transpose", () => {
    expect(spelled("transpose")).toMatchInlineSnapshot(
      `"%0 = stablehlo.transpose %arg0, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>"`,
    );
  });
  it("reverse", () => {
    expect(spelled("reverse")).toMatchInlineSnapshot(`"%0 = stablehlo.reverse %arg0, dims = [1] : tensor<2x3xf32>"`);
  });
  it("slice", () => {
    expect(spelled("slice")).toMatchInlineSnapshot(
      `"%0 = stablehlo.slice %arg0 [0:2, 1:3:2] : (tensor<2x3xf32>) -> tensor<2x1xf32>"`,
    );
  });
  it("dynamic_slice, dynamic_update_slice", () => {
    expect(spelled("dynamic_slice, dynamic_update_slice")).toMatchInlineSnapshot(`
      "%0 = stablehlo.dynamic_slice %arg0, %arg1, %arg1, sizes = [1, 3] : (tensor<2x3xf32>, tensor<i32>, tensor<i32>) -> tensor<1x3xf32>
      %1 = stablehlo.dynamic_update_slice %arg0, %0, %arg1, %arg1 : (tensor<2x3xf32>, tensor<1x3xf32>, tensor<i32>, tensor<i32>) -> tensor<2x3xf32>"
    `);
  });
  it("concatenate", () => {
    expect(spelled("concatenate")).toMatchInlineSnapshot(
      `"%0 = stablehlo.concatenate %arg0, %arg1, dim = 1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>"`,
    );
  });
  it("pad", () => {
    expect(spelled("pad")).toMatchInlineSnapshot(
      `"%0 = stablehlo.pad %arg0, %arg1, low = [0, 1], high = [1, -1], interior = [0, 0] : (tensor<2x3xf32>, tensor<f32>) -> tensor<3x3xf32>"`,
    );
  });
  it("iota", () => {
    expect(spelled("iota")).toMatchInlineSnapshot(`"%0 = stablehlo.iota dim = 1 : tensor<2x3xi32>"`);
  });
  it("get_dimension_size", () => {
    expect(spelled("get_dimension_size")).toMatchInlineSnapshot(
      `"%0 = stablehlo.get_dimension_size %arg0, dim = 1 : (tensor<2x3xf32>) -> tensor<i32>"`,
    );
  });
  it("dot", () => {
    expect(spelled("dot")).toMatchInlineSnapshot(
      `"%0 = stablehlo.dot %arg0, %arg1, precision = [DEFAULT, HIGHEST] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>"`,
    );
  });
  it("dot_general", () => {
    expect(spelled("dot_general")).toMatchInlineSnapshot(
      `"%0 = stablehlo.dot_general %arg0, %arg1, batching_dims = [0] x [0], contracting_dims = [2] x [1], precision = [DEFAULT, HIGHEST] : (tensor<5x2x3xf32>, tensor<5x3x4xf32>) -> tensor<5x2x4xf32>"`,
    );
  });
  it("dot_general with an algorithm", () => {
    expect(spelled("dot_general with an algorithm")).toMatchInlineSnapshot(
      `"%0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT], algorithm = <lhs_precision_type = f32, rhs_precision_type = f32, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1, allow_imprecise_accumulation = false> : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>"`,
    );
  });
  it("convolution", () => {
    expect(spelled("convolution")).toMatchInlineSnapshot(
      `"%0 = stablehlo.convolution(%arg0, %arg1) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {stride = [1, 1], pad = [[1, 1], [0, 2]], lhs_dilate = [1, 1], rhs_dilate = [1, 1], reverse = [false, true]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision HIGHEST>]} : (tensor<1x8x8x3xf32>, tensor<3x3x3x4xf32>) -> tensor<1x8x8x4xf32>"`,
    );
  });
  it("fft", () => {
    expect(spelled("fft")).toMatchInlineSnapshot(
      `"%0 = stablehlo.fft %arg0, type = RFFT, length = [4] : (tensor<2x4xf32>) -> tensor<2x3xcomplex<f32>>"`,
    );
  });
  it("cholesky", () => {
    expect(spelled("cholesky")).toMatchInlineSnapshot(
      `"%0 = stablehlo.cholesky %arg0, lower = true : tensor<2x2xf32>"`,
    );
  });
  it("triangular_solve", () => {
    expect(spelled("triangular_solve")).toMatchInlineSnapshot(
      `"%0 = "stablehlo.triangular_solve"(%arg0, %arg1) <{left_side = true, lower = true, transpose_a = #stablehlo<transpose NO_TRANSPOSE>, unit_diagonal = false}> : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>"`,
    );
  });
  it("rng", () => {
    expect(spelled("rng")).toMatchInlineSnapshot(`
      "%c = stablehlo.constant dense<2> : tensor<1xi64>
      %0 = stablehlo.rng %arg0, %arg1, %c, distribution = UNIFORM : (tensor<f32>, tensor<f32>, tensor<1xi64>) -> tensor<2xf32>"
    `);
  });
  it("rng_bit_generator", () => {
    expect(spelled("rng_bit_generator")).toMatchInlineSnapshot(
      `"%output_state, %output = stablehlo.rng_bit_generator %arg0, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4xui32>)"`,
    );
  });
  it("optimization_barrier", () => {
    expect(spelled("optimization_barrier")).toMatchInlineSnapshot(
      `"%0:2 = stablehlo.optimization_barrier %arg0, %arg1 : tensor<2x3xf32>, tensor<f32>"`,
    );
  });
  it("reduce", () => {
    expect(spelled("reduce")).toMatchInlineSnapshot(`
      "%cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
      %0 = stablehlo.reduce(%arg0 init: %cst) applies stablehlo.add across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>"
    `);
  });
  it("reduce with a reducer", () => {
    expect(spelled("reduce with a reducer")).toMatchInlineSnapshot(`
      "%cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
      %c = stablehlo.constant dense<0> : tensor<i32>
      %0:2 = stablehlo.reduce(%arg0 init: %cst), (%arg1 init: %c) across dimensions = [1] : (tensor<2x3xf32>, tensor<2x3xi32>, tensor<f32>, tensor<i32>) -> (tensor<2xf32>, tensor<2xi32>)
       reducer(%arg2: tensor<f32>, %arg4: tensor<f32>) (%arg3: tensor<i32>, %arg5: tensor<i32>)  {
        %1 = stablehlo.add %arg2, %arg4 : tensor<f32>
        %2 = stablehlo.maximum %arg3, %arg5 : tensor<i32>
        stablehlo.return %1, %2 : tensor<f32>, tensor<i32>
      }"
    `);
  });
  it("reduce_window", () => {
    expect(spelled("reduce_window")).toMatchInlineSnapshot(`
      "%cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
      %0 = "stablehlo.reduce_window"(%arg0, %cst) <{padding = dense<[[0, 0], [1, 0]]> : tensor<2x2xi64>, window_dimensions = array<i64: 1, 2>, window_strides = array<i64: 1, 1>}> ({
      ^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>):
        %1 = stablehlo.add %arg1, %arg2 : tensor<f32>
        stablehlo.return %1 : tensor<f32>
      }) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>"
    `);
  });
  it("sort", () => {
    expect(spelled("sort")).toMatchInlineSnapshot(`
      "%0 = "stablehlo.sort"(%arg0) <{dimension = 1 : i64, is_stable = true}> ({
      ^bb0(%arg1: tensor<f32>, %arg2: tensor<f32>):
        %1 = stablehlo.compare LT, %arg1, %arg2 : (tensor<f32>, tensor<f32>) -> tensor<i1>
        stablehlo.return %1 : tensor<i1>
      }) : (tensor<2x3xf32>) -> tensor<2x3xf32>"
    `);
  });
  it("gather", () => {
    expect(spelled("gather")).toMatchInlineSnapshot(
      `"%0 = "stablehlo.gather"(%arg0, %arg1) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], operand_batching_dims = [], start_indices_batching_dims = [], start_index_map = [0], index_vector_dim = 1>, indices_are_sorted = false, slice_sizes = array<i64: 1, 3>}> : (tensor<2x3xf32>, tensor<5x1xi32>) -> tensor<5x3xf32>"`,
    );
  });
  it("scatter", () => {
    expect(spelled("scatter")).toMatchInlineSnapshot(`
      "%0 = "stablehlo.scatter"(%arg0, %arg1, %arg2) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], input_batching_dims = [], scatter_indices_batching_dims = [], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, unique_indices = false}> ({
      ^bb0(%arg3: tensor<f32>, %arg4: tensor<f32>):
        %1 = stablehlo.add %arg3, %arg4 : tensor<f32>
        stablehlo.return %1 : tensor<f32>
      }) : (tensor<2x3xf32>, tensor<5x1xi32>, tensor<5x3xf32>) -> tensor<2x3xf32>"
    `);
  });
  it("select_and_scatter", () => {
    expect(spelled("select_and_scatter")).toMatchInlineSnapshot(`
      "%cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
      %0 = "stablehlo.select_and_scatter"(%arg0, %arg1, %cst) <{padding = dense<0> : tensor<1x2xi64>, window_dimensions = array<i64: 2>, window_strides = array<i64: 2>}> ({
      ^bb0(%arg2: tensor<f32>, %arg3: tensor<f32>):
        %1 = stablehlo.compare GE, %arg2, %arg3 : (tensor<f32>, tensor<f32>) -> tensor<i1>
        stablehlo.return %1 : tensor<i1>
      }, {
      ^bb0(%arg2: tensor<f32>, %arg3: tensor<f32>):
        %1 = stablehlo.add %arg2, %arg3 : tensor<f32>
        stablehlo.return %1 : tensor<f32>
      }) : (tensor<4xf32>, tensor<2xf32>, tensor<f32>) -> tensor<4xf32>"
    `);
  });
  it("batch_norm_training", () => {
    expect(spelled("batch_norm_training")).toMatchInlineSnapshot(
      `"%output, %batch_mean, %batch_var = "stablehlo.batch_norm_training"(%arg0, %arg1, %arg2) <{epsilon = 1.000000e-03 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>)"`,
    );
  });
  it("map", () => {
    expect(spelled("map")).toMatchInlineSnapshot(`
      "%0 = "stablehlo.map"(%arg0) <{dimensions = array<i64: 0, 1>}> ({
      ^bb0(%arg1: tensor<f32>):
        %1 = stablehlo.negate %arg1 : tensor<f32>
        stablehlo.return %1 : tensor<f32>
      }) : (tensor<2x3xf32>) -> tensor<2x3xf32>"
    `);
  });
  it("while", () => {
    expect(spelled("while")).toMatchInlineSnapshot(`
      "%c = stablehlo.constant dense<0> : tensor<i32>
      %0:2 = stablehlo.while(%iterArg = %c, %iterArg_0 = %arg0) : tensor<i32>, tensor<2x3xf32>
      cond {
        %c_1 = stablehlo.constant dense<10> : tensor<i32>
        %1 = stablehlo.compare LT, %iterArg, %c_1, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
        stablehlo.return %1 : tensor<i1>
      } do {
        %1 = stablehlo.multiply %iterArg_0, %iterArg_0 : tensor<2x3xf32>
        %c_1 = stablehlo.constant dense<1> : tensor<i32>
        %2 = stablehlo.add %iterArg, %c_1 : tensor<i32>
        stablehlo.return %2, %1 : tensor<i32>, tensor<2x3xf32>
      }"
    `);
  });
  it("while in while", () => {
    expect(spelled("while in while")).toMatchInlineSnapshot(`
      "%c = stablehlo.constant dense<0> : tensor<i32>
      %0:2 = stablehlo.while(%iterArg = %c, %iterArg_0 = %arg0) : tensor<i32>, tensor<2x3xf32>
      cond {
        %c_1 = stablehlo.constant dense<3> : tensor<i32>
        %1 = stablehlo.compare LT, %iterArg, %c_1, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
        stablehlo.return %1 : tensor<i1>
      } do {
        %c_1 = stablehlo.constant dense<0> : tensor<i32>
        %1:2 = stablehlo.while(%iterArg_3 = %c_1, %iterArg_4 = %iterArg_0) : tensor<i32>, tensor<2x3xf32>
        cond {
          %c_5 = stablehlo.constant dense<4> : tensor<i32>
          %3 = stablehlo.compare LT, %iterArg_3, %c_5, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
          stablehlo.return %3 : tensor<i1>
        } do {
          %3 = stablehlo.add %iterArg_4, %arg0 : tensor<2x3xf32>
          %c_5 = stablehlo.constant dense<1> : tensor<i32>
          %4 = stablehlo.add %iterArg_3, %c_5 : tensor<i32>
          stablehlo.return %4, %3 : tensor<i32>, tensor<2x3xf32>
        }
        %c_2 = stablehlo.constant dense<1> : tensor<i32>
        %2 = stablehlo.add %iterArg, %c_2 : tensor<i32>
        stablehlo.return %2, %1#1 : tensor<i32>, tensor<2x3xf32>
      }"
    `);
  });
  it("case", () => {
    expect(spelled("case")).toMatchInlineSnapshot(`
      "%0 = "stablehlo.case"(%arg0) ({
        %1 = stablehlo.negate %arg1 : tensor<2x3xf32>
        stablehlo.return %1 : tensor<2x3xf32>
      }, {
        stablehlo.return %arg1 : tensor<2x3xf32>
      }) : (tensor<i32>) -> tensor<2x3xf32>"
    `);
  });
  it("if", () => {
    expect(spelled("if")).toMatchInlineSnapshot(`
      "%0 = "stablehlo.if"(%arg0) ({
        %1 = stablehlo.negate %arg1 : tensor<2x3xf32>
        stablehlo.return %1 : tensor<2x3xf32>
      }, {
        stablehlo.return %arg1 : tensor<2x3xf32>
      }) : (tensor<i1>) -> tensor<2x3xf32>"
    `);
  });
  it("func.call", () => {
    expect(spelled("func.call")).toMatchInlineSnapshot(`
      "%0:2 = call @twice(%arg0) : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>)
      %c = stablehlo.constant dense<0> : tensor<i32>
      %1:2 = stablehlo.while(%iterArg = %c, %iterArg_0 = %0#1) : tensor<i32>, tensor<2x3xf32>
      cond {
        %c_1 = stablehlo.constant dense<2> : tensor<i32>
        %2 = stablehlo.compare LT, %iterArg, %c_1, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
        stablehlo.return %2 : tensor<i1>
      } do {
        %2:2 = func.call @twice(%iterArg_0) : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>)
        %c_1 = stablehlo.constant dense<1> : tensor<i32>
        %3 = stablehlo.add %iterArg, %c_1 : tensor<i32>
        stablehlo.return %3, %2#0 : tensor<i32>, tensor<2x3xf32>
      }
      nc.func private @twice(%arg0: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
      %0 = stablehlo.add %arg0, %arg0 : tensor<2x3xf32>"
    `);
  });
  it("composite", () => {
    expect(spelled("composite")).toMatchInlineSnapshot(`
      "%0 = stablehlo.composite "jorts.twice" %arg0 {composite_attributes = {n = 2 : i32}, decomposition = @twice} : (tensor<2x3xf32>) -> tensor<2x3xf32>
      nc.func private @twice(%arg0: tensor<2x3xf32>) -> tensor<2x3xf32> {
      %0 = stablehlo.add %arg0, %arg0 : tensor<2x3xf32>"
    `);
  });
  it("partition_id, replica_id", () => {
    expect(spelled("partition_id, replica_id")).toMatchInlineSnapshot(`
      "%0 = stablehlo.partition_id : tensor<ui32>
      %1 = stablehlo.replica_id : tensor<ui32>"
    `);
  });
  it("custom_call", () => {
    expect(spelled("custom_call")).toMatchInlineSnapshot(
      `"%0 = stablehlo.custom_call @annotate_device_placement(%arg0) {backend_config = "", mhlo.frontend_attributes = {_xla_buffer_placement = "device"}} : (tensor<2x3xf32>) -> tensor<2x3xf32>"`,
    );
  });
  it("tokens", () => {
    expect(spelled("tokens")).toMatchInlineSnapshot(`
      "%0 = stablehlo.create_token : !stablehlo.token
      %1 = stablehlo.after_all %0, %0 : !stablehlo.token"
    `);
  });
  it("sdy.sharding_constraint", () => {
    expect(spelled("sdy.sharding_constraint")).toMatchInlineSnapshot(
      `"%0 = sdy.sharding_constraint %arg0 <@mesh, [{"data"}, {}]> : tensor<4x3xf32>"`,
    );
  });
  it("sdy.manual_computation", () => {
    expect(spelled("sdy.manual_computation")).toMatchInlineSnapshot(`
      "%0 = sdy.manual_computation(%arg0, %arg1) in_shardings=[<@mesh, [{"data"}, {}]>, <@mesh, []>] out_shardings=[<@mesh, [{"data"}, {}]>] manual_axes={"data"} (%arg2: tensor<2x3xf32>, %arg3: tensor<f32>) {
        %1 = "stablehlo.all_reduce"(%arg2) <{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, use_global_device_ids}> ({
        ^bb0(%arg4: tensor<f32>, %arg5: tensor<f32>):
          %2 = stablehlo.add %arg4, %arg5 : tensor<f32>
          stablehlo.return %2 : tensor<f32>
        }) : (tensor<2x3xf32>) -> tensor<2x3xf32>
        sdy.return %1 : tensor<2x3xf32>
      } : (tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xf32>"
    `);
  });
  it("all_gather", () => {
    expect(spelled("all_gather")).toMatchInlineSnapshot(`
      "%0 = sdy.manual_computation(%arg0) in_shardings=[<@mesh, [{"data"}, {}]>] out_shardings=[<@mesh, [{"data"}, {}]>] manual_axes={"data"} (%arg1: tensor<2x3xf32>) {
        %1 = "stablehlo.all_gather"(%arg1) <{all_gather_dim = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, use_global_device_ids}> : (tensor<2x3xf32>) -> tensor<4x3xf32>
        sdy.return %1 : tensor<4x3xf32>
      } : (tensor<4x3xf32>) -> tensor<8x3xf32>"
    `);
  });
  it("reduce_scatter", () => {
    expect(spelled("reduce_scatter")).toMatchInlineSnapshot(`
      "%0 = sdy.manual_computation(%arg0) in_shardings=[<@mesh, [{"data"}, {}]>] out_shardings=[<@mesh, [{"data"}, {}]>] manual_axes={"data"} (%arg1: tensor<2x3xf32>) {
        %1 = "stablehlo.reduce_scatter"(%arg1) <{scatter_dimension = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, use_global_device_ids}> ({
        ^bb0(%arg2: tensor<f32>, %arg3: tensor<f32>):
          %2 = stablehlo.add %arg2, %arg3 : tensor<f32>
          stablehlo.return %2 : tensor<f32>
        }) : (tensor<2x3xf32>) -> tensor<1x3xf32>
        sdy.return %1 : tensor<1x3xf32>
      } : (tensor<4x3xf32>) -> tensor<2x3xf32>"
    `);
  });
  it("all_to_all", () => {
    expect(spelled("all_to_all")).toMatchInlineSnapshot(`
      "%0 = sdy.manual_computation(%arg0) in_shardings=[<@mesh, [{"data"}, {}]>] out_shardings=[<@mesh, [{"data"}, {}]>] manual_axes={"data"} (%arg1: tensor<2x3xf32>) {
        %1 = "stablehlo.all_to_all"(%arg1) <{split_dimension = 0 : i64, concat_dimension = 1 : i64, split_count = 2 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>}> : (tensor<2x3xf32>) -> tensor<1x6xf32>
        sdy.return %1 : tensor<1x6xf32>
      } : (tensor<4x3xf32>) -> tensor<2x6xf32>"
    `);
  });
  it("collective_permute", () => {
    expect(spelled("collective_permute")).toMatchInlineSnapshot(`
      "%0 = sdy.manual_computation(%arg0) in_shardings=[<@mesh, [{"data"}, {}]>] out_shardings=[<@mesh, [{"data"}, {}]>] manual_axes={"data"} (%arg1: tensor<2x3xf32>) {
        %1 = "stablehlo.collective_permute"(%arg1) <{source_target_pairs = dense<[[0, 1], [1, 0]]> : tensor<2x2xi64>, channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>}> : (tensor<2x3xf32>) -> tensor<2x3xf32>
        sdy.return %1 : tensor<2x3xf32>
      } : (tensor<4x3xf32>) -> tensor<4x3xf32>"
    `);
  });
});
