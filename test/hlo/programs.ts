// One small program per spelling of an operation: printed, measured and compiled by the tests of this room.
import {
  type Attribute,
  attr,
  type Block,
  Builder,
  type Func,
  Module,
  type TensorType,
  type Type,
  tensorType,
  Value,
} from "../../hlo/index.ts";

export const t = (element: TensorType["element"], ...shape: number[]): TensorType => tensorType(shape, element);

/** A module whose `@main` takes `inputs` and returns what `body` returns. */
export function program(inputs: readonly Type[], body: (b: Builder, ...args: Value[]) => readonly Value[]): Module {
  const module = new Module("jit_f");
  module.funcs.push(func("main", "public", inputs, body));
  return module;
}

export function func(
  name: string,
  visibility: Func["visibility"],
  inputs: readonly Type[],
  body: (b: Builder, ...args: Value[]) => readonly Value[],
): Func {
  const block: Block = { args: inputs.map((type) => new Value(type)), operations: [] };
  const builder = new Builder(block);
  const results = body(builder, ...block.args);
  builder.op("func.return", results, []);
  return {
    name,
    visibility,
    type: { kind: "function", inputs, results: results.map((value) => value.type) },
    argAttributes: [],
    resultAttributes: [],
    body: block,
    location: undefined,
  };
}

const f = t("f32", 2, 3);
const s = t("f32");
const i = t("i32");
const b1 = t("i1", 2, 3);
const precision = attr.array([attr.enum("precision", "DEFAULT"), attr.enum("precision", "HIGHEST")]);
const groups = (...rows: number[][]): Attribute => attr.dense(t("i64", rows.length, rows[0]!.length), rows.flat());
const channel = attr.struct("channel_handle", { handle: 1, type: 1 });
export const sharding = (...dimensions: (readonly string[])[]): Attribute => ({
  kind: "sharding",
  mesh: "mesh",
  dimensions: dimensions.map((axes) => ({ axes, open: false })),
  replicated: [],
});

const binary = (name: string, element: TensorType["element"] = "f32") =>
  program([t(element, 2, 3), t(element, 2, 3)], (b, x, y) => [b.one(`stablehlo.${name}`, [x!, y!], t(element, 2, 3))]);
const unary = (name: string, element: TensorType["element"] = "f32") =>
  program([t(element, 2, 3)], (b, x) => [
    b.one(name.includes(".") ? name : `stablehlo.${name}`, [x!], t(element, 2, 3)),
  ]);

const combine = (b: Builder, name = "add", type: TensorType = s) =>
  b.region([type, type], (x, y) => [b.one(`stablehlo.${name}`, [x!, y!], type)]);

/** `body` applied to `x` inside a loop that counts from 0 to `trips`. */
export function counted(b: Builder, trips: number, init: Value, body: (x: Value, n: Value) => Value): Value {
  const zero = b.constant(i, 0);
  return b.op("stablehlo.while", [zero, init], [i, init.type], {}, [
    b.region([i, init.type], (n) => [
      b.one("stablehlo.compare", [n!, b.constant(i, trips)], t("i1"), {
        comparison_direction: attr.enum("comparison_direction", "LT"),
        compare_type: attr.enum("comparison_type", "SIGNED"),
      }),
    ]),
    b.region([i, init.type], (n, x) => {
      const next = body(x!, n!);
      return [b.one("stablehlo.add", [n!, b.constant(i, 1)], i), next];
    }),
  ])[1]!;
}

/** Programs that any plugin compiles for one device. */
export const programs: Readonly<Record<string, () => Module>> = {
  ...Object.fromEntries(
    "abs cbrt ceil cosine exponential exponential_minus_one floor log log_plus_one logistic negate round_nearest_afz round_nearest_even rsqrt sign sine sqrt tan tanh"
      .split(" ")
      .map((name) => [name, () => unary(name)]),
  ),
  not: () => unary("not", "i1"),
  popcnt: () => unary("popcnt", "ui32"),
  count_leading_zeros: () => unary("count_leading_zeros", "i32"),
  ...Object.fromEntries(
    "add atan2 divide maximum minimum multiply power remainder subtract"
      .split(" ")
      .map((name) => [name, () => binary(name)]),
  ),
  ...Object.fromEntries(
    "and or xor shift_left shift_right_arithmetic shift_right_logical"
      .split(" ")
      .map((name) => [name, () => binary(name, "ui32")]),
  ),
  ...Object.fromEntries(
    "acos acosh asin asinh atan atanh cosh digamma erf erfc erf_inv lgamma sinh"
      .split(" ")
      .map((name) => [`chlo.${name}`, () => unary(`chlo.${name}`)]),
  ),
  "chlo.next_after": () => program([s, s], (b, x, y) => [b.one("chlo.next_after", [x!, y!], s)]),
  "chlo.top_k": () =>
    program([f], (b, x) => b.op("chlo.top_k", [x!], [t("f32", 2, 2), t("i32", 2, 2)], { k: attr.i64(2) })),
  "abs of complex": () => program([t("complex<f32>", 2)], (b, x) => [b.one("stablehlo.abs", [x!], t("f32", 2))]),
  "complex, real, imag": () =>
    program([f, f], (b, x, y) => {
      const z = b.one("stablehlo.complex", [x!, y!], t("complex<f32>", 2, 3));
      return [b.one("stablehlo.real", [z], f), b.one("stablehlo.imag", [z], f)];
    }),
  is_finite: () => program([f], (b, x) => [b.one("stablehlo.is_finite", [x!], b1)]),
  convert: () => program([f], (b, x) => [b.one("stablehlo.convert", [x!], t("bf16", 2, 3))]),
  bitcast_convert: () => program([f], (b, x) => [b.one("stablehlo.bitcast_convert", [x!], t("i32", 2, 3))]),
  reshape: () => program([f], (b, x) => [b.one("stablehlo.reshape", [x!], t("f32", 6))]),
  reduce_precision: () =>
    program([f], (b, x) => [
      b.one("stablehlo.reduce_precision", [x!], f, { exponent_bits: attr.i32(5), mantissa_bits: attr.i32(10) }),
    ]),
  select: () => program([b1, f, f], (b, p, x, y) => [b.one("stablehlo.select", [p!, x!, y!], f)]),
  "clamp by scalars": () => program([s, f, s], (b, low, x, high) => [b.one("stablehlo.clamp", [low!, x!, high!], f)]),
  clamp: () => program([f, f, f], (b, low, x, high) => [b.one("stablehlo.clamp", [low!, x!, high!], f)]),
  compare: () =>
    program([f, f], (b, x, y) => [
      b.one("stablehlo.compare", [x!, y!], b1, {
        comparison_direction: attr.enum("comparison_direction", "LT"),
        compare_type: attr.enum("comparison_type", "FLOAT"),
      }),
    ]),
  "compare without type": () =>
    program([f, f], (b, x, y) => [
      b.one("stablehlo.compare", [x!, y!], b1, { comparison_direction: attr.enum("comparison_direction", "NE") }),
    ]),
  broadcast_in_dim: () =>
    program([t("f32", 3)], (b, x) => [
      b.one("stablehlo.broadcast_in_dim", [x!], f, { broadcast_dimensions: attr.i64s([1]) }),
    ]),
  "broadcast of a scalar": () =>
    program([s], (b, x) => [b.one("stablehlo.broadcast_in_dim", [x!], f, { broadcast_dimensions: attr.i64s([]) })]),
  transpose: () =>
    program([f], (b, x) => [b.one("stablehlo.transpose", [x!], t("f32", 3, 2), { permutation: attr.i64s([1, 0]) })]),
  reverse: () => program([f], (b, x) => [b.one("stablehlo.reverse", [x!], f, { dimensions: attr.i64s([1]) })]),
  slice: () =>
    program([f], (b, x) => [
      b.one("stablehlo.slice", [x!], t("f32", 2, 1), {
        start_indices: attr.i64s([0, 1]),
        limit_indices: attr.i64s([2, 3]),
        strides: attr.i64s([1, 2]),
      }),
    ]),
  "dynamic_slice, dynamic_update_slice": () =>
    program([f, i], (b, x, n) => {
      const row = b.one("stablehlo.dynamic_slice", [x!, n!, n!], t("f32", 1, 3), { slice_sizes: attr.i64s([1, 3]) });
      return [b.one("stablehlo.dynamic_update_slice", [x!, row, n!, n!], f)];
    }),
  concatenate: () =>
    program([f, f], (b, x, y) => [
      b.one("stablehlo.concatenate", [x!, y!], t("f32", 2, 6), { dimension: attr.i64(1) }),
    ]),
  pad: () =>
    program([f, s], (b, x, zero) => [
      b.one("stablehlo.pad", [x!, zero!], t("f32", 3, 3), {
        edge_padding_low: attr.i64s([0, 1]),
        edge_padding_high: attr.i64s([1, -1]),
        interior_padding: attr.i64s([0, 0]),
      }),
    ]),
  iota: () => program([], (b) => [b.one("stablehlo.iota", [], t("i32", 2, 3), { iota_dimension: attr.i64(1) })]),
  get_dimension_size: () =>
    program([f], (b, x) => [b.one("stablehlo.get_dimension_size", [x!], i, { dimension: attr.i64(1) })]),
  dot: () =>
    program([f, t("f32", 3, 4)], (b, x, y) => [
      b.one("stablehlo.dot", [x!, y!], t("f32", 2, 4), { precision_config: precision }),
    ]),
  dot_general: () =>
    program([t("f32", 5, 2, 3), t("f32", 5, 3, 4)], (b, x, y) => [
      b.one("stablehlo.dot_general", [x!, y!], t("f32", 5, 2, 4), {
        dot_dimension_numbers: attr.struct("dot", {
          lhs_batching_dimensions: [0],
          rhs_batching_dimensions: [0],
          lhs_contracting_dimensions: [2],
          rhs_contracting_dimensions: [1],
        }),
        precision_config: precision,
      }),
    ]),
  "dot_general with an algorithm": () =>
    program([f, t("f32", 3, 4)], (b, x, y) => [
      b.one("stablehlo.dot_general", [x!, y!], t("f32", 2, 4), {
        dot_dimension_numbers: attr.struct("dot", { lhs_contracting_dimensions: [1], rhs_contracting_dimensions: [0] }),
        precision_config: attr.array([attr.enum("precision", "DEFAULT"), attr.enum("precision", "DEFAULT")]),
        algorithm: attr.struct("dot_algorithm", {
          lhs_precision_type: "f32",
          rhs_precision_type: "f32",
          accumulation_type: "f32",
          lhs_component_count: 1,
          rhs_component_count: 1,
          num_primitive_operations: 1,
          allow_imprecise_accumulation: false,
        }),
      }),
    ]),
  convolution: () =>
    program([t("f32", 1, 8, 8, 3), t("f32", 3, 3, 3, 4)], (b, x, k) => [
      b.one("stablehlo.convolution", [x!, k!], t("f32", 1, 8, 8, 4), {
        batch_group_count: attr.i64(1),
        dimension_numbers: attr.struct("conv", {
          input_batch_dimension: 0,
          input_feature_dimension: 3,
          input_spatial_dimensions: [1, 2],
          kernel_input_feature_dimension: 2,
          kernel_output_feature_dimension: 3,
          kernel_spatial_dimensions: [0, 1],
          output_batch_dimension: 0,
          output_feature_dimension: 3,
          output_spatial_dimensions: [1, 2],
        }),
        feature_group_count: attr.i64(1),
        lhs_dilation: attr.i64s([1, 1]),
        padding: attr.dense(t("i64", 2, 2), [1, 1, 0, 2]),
        precision_config: precision,
        rhs_dilation: attr.i64s([1, 1]),
        window_reversal: attr.bools([false, true]),
        window_strides: attr.i64s([1, 1]),
      }),
    ]),
  fft: () =>
    program([t("f32", 2, 4)], (b, x) => [
      b.one("stablehlo.fft", [x!], t("complex<f32>", 2, 3), {
        fft_length: attr.i64s([4]),
        fft_type: attr.enum("fft_type", "RFFT"),
      }),
    ]),
  cholesky: () =>
    program([t("f32", 2, 2)], (b, x) => [
      b.one("stablehlo.cholesky", [x!], t("f32", 2, 2), { lower: attr.bool(true) }),
    ]),
  triangular_solve: () =>
    program([t("f32", 2, 2), t("f32", 2, 2)], (b, x, y) => [
      b.one("stablehlo.triangular_solve", [x!, y!], t("f32", 2, 2), {
        left_side: attr.bool(true),
        lower: attr.bool(true),
        transpose_a: attr.enum("transpose", "NO_TRANSPOSE"),
        unit_diagonal: attr.bool(false),
      }),
    ]),
  rng: () =>
    program([s, s], (b, low, high) => [
      b.one("stablehlo.rng", [low!, high!, b.constant(t("i64", 1), [2])], t("f32", 2), {
        rng_distribution: attr.enum("rng_distribution", "UNIFORM"),
      }),
    ]),
  rng_bit_generator: () =>
    program([t("ui64", 2)], (b, key) =>
      b.op("stablehlo.rng_bit_generator", [key!], [t("ui64", 2), t("ui32", 4)], {
        rng_algorithm: attr.enum("rng_algorithm", "THREE_FRY"),
      }),
    ),
  optimization_barrier: () => program([f, s], (b, x, y) => b.op("stablehlo.optimization_barrier", [x!, y!], [f, s])),
  reduce: () =>
    program([f], (b, x) => [
      b.one("stablehlo.reduce", [x!, b.constant(s, 0)], t("f32", 2), { dimensions: attr.i64s([1]) }, [combine(b)]),
    ]),
  "reduce with a reducer": () =>
    program([f, t("i32", 2, 3)], (b, x, y) =>
      b.op(
        "stablehlo.reduce",
        [x!, y!, b.constant(s, 0), b.constant(i, 0)],
        [t("f32", 2), t("i32", 2)],
        { dimensions: attr.i64s([1]) },
        [
          b.region([s, i, s, i], (x0, i0, x1, i1) => [
            b.one("stablehlo.add", [x0!, x1!], s),
            b.one("stablehlo.maximum", [i0!, i1!], i),
          ]),
        ],
      ),
    ),
  reduce_window: () =>
    program([f], (b, x) => [
      b.one(
        "stablehlo.reduce_window",
        [x!, b.constant(s, 0)],
        f,
        {
          padding: attr.dense(t("i64", 2, 2), [0, 0, 1, 0]),
          window_dimensions: attr.i64s([1, 2]),
          window_strides: attr.i64s([1, 1]),
        },
        [combine(b)],
      ),
    ]),
  sort: () =>
    program([f], (b, x) => [
      b.one("stablehlo.sort", [x!], f, { dimension: attr.i64(1), is_stable: attr.bool(true) }, [
        b.region([s, s], (p, q) => [
          b.one("stablehlo.compare", [p!, q!], t("i1"), {
            comparison_direction: attr.enum("comparison_direction", "LT"),
          }),
        ]),
      ]),
    ]),
  gather: () =>
    program([f, t("i32", 5, 1)], (b, x, at) => [
      b.one("stablehlo.gather", [x!, at!], t("f32", 5, 3), {
        dimension_numbers: attr.struct("gather", {
          offset_dims: [1],
          collapsed_slice_dims: [0],
          operand_batching_dims: [],
          start_indices_batching_dims: [],
          start_index_map: [0],
          index_vector_dim: 1,
        }),
        indices_are_sorted: attr.bool(false),
        slice_sizes: attr.i64s([1, 3]),
      }),
    ]),
  scatter: () =>
    program([f, t("i32", 5, 1), t("f32", 5, 3)], (b, x, at, updates) => [
      b.one(
        "stablehlo.scatter",
        [x!, at!, updates!],
        f,
        {
          indices_are_sorted: attr.bool(false),
          scatter_dimension_numbers: attr.struct("scatter", {
            update_window_dims: [1],
            inserted_window_dims: [0],
            input_batching_dims: [],
            scatter_indices_batching_dims: [],
            scatter_dims_to_operand_dims: [0],
            index_vector_dim: 1,
          }),
          unique_indices: attr.bool(false),
        },
        [combine(b)],
      ),
    ]),
  select_and_scatter: () =>
    program([t("f32", 4), t("f32", 2)], (b, x, source) => [
      b.one(
        "stablehlo.select_and_scatter",
        [x!, source!, b.constant(s, 0)],
        t("f32", 4),
        {
          padding: attr.dense(t("i64", 1, 2), 0),
          window_dimensions: attr.i64s([2]),
          window_strides: attr.i64s([2]),
        },
        [
          b.region([s, s], (p, q) => [
            b.one("stablehlo.compare", [p!, q!], t("i1"), {
              comparison_direction: attr.enum("comparison_direction", "GE"),
            }),
          ]),
          combine(b),
        ],
      ),
    ]),
  batch_norm_training: () =>
    program([f, t("f32", 3), t("f32", 3)], (b, x, scale, offset) =>
      b.op("stablehlo.batch_norm_training", [x!, scale!, offset!], [f, t("f32", 3), t("f32", 3)], {
        epsilon: attr.float(0.001),
        feature_index: attr.i64(1),
      }),
    ),
  map: () =>
    program([f], (b, x) => [
      b.one("stablehlo.map", [x!], f, { dimensions: attr.i64s([0, 1]) }, [
        b.region([s], (p) => [b.one("stablehlo.negate", [p!], s)]),
      ]),
    ]),
  while: () => program([f], (b, x) => [counted(b, 10, x!, (y) => b.one("stablehlo.multiply", [y, y], f))]),
  "while in while": () =>
    program([f], (b, x) => [counted(b, 3, x!, (y) => counted(b, 4, y, (z) => b.one("stablehlo.add", [z, x!], f)))]),
  case: () =>
    program([i, f], (b, n, x) => [
      b.one("stablehlo.case", [n!], f, {}, [
        b.region([], () => [b.one("stablehlo.negate", [x!], f)]),
        b.region([], () => [x!]),
      ]),
    ]),
  if: () =>
    program([t("i1"), f], (b, p, x) => [
      b.one("stablehlo.if", [p!], f, {}, [
        b.region([], () => [b.one("stablehlo.negate", [x!], f)]),
        b.region([], () => [x!]),
      ]),
    ]),
  "func.call": () => {
    const module = program([f], (b, x) => {
      const [y, z] = b.op("func.call", [x!], [f, f], { callee: attr.symbol("twice") });
      return [y!, counted(b, 2, z!, (w) => b.op("func.call", [w], [f, f], { callee: attr.symbol("twice") })[0]!)];
    });
    module.funcs.push(func("twice", "private", [f], (b, x) => [b.one("stablehlo.add", [x!, x!], f), x!]));
    return module;
  },
  composite: () => {
    const module = program([f], (b, x) => [
      b.one("stablehlo.composite", [x!], f, {
        name: attr.string("jorts.twice"),
        composite_attributes: attr.dictionary({ n: attr.i32(2) }),
        decomposition: attr.symbol("twice"),
      }),
    ]);
    module.funcs.push(func("twice", "private", [f], (b, x) => [b.one("stablehlo.add", [x!, x!], f)]));
    return module;
  },
  "partition_id, replica_id": () =>
    program([], (b) => [b.one("stablehlo.partition_id", [], t("ui32")), b.one("stablehlo.replica_id", [], t("ui32"))]),
  custom_call: () =>
    program([f], (b, x) => [
      b.one("stablehlo.custom_call", [x!], f, {
        call_target_name: attr.string("annotate_device_placement"),
        api_version: attr.i32(1),
        backend_config: attr.string(""),
        has_side_effect: attr.bool(false),
        "mhlo.frontend_attributes": attr.dictionary({ _xla_buffer_placement: attr.string("device") }),
      }),
    ]),
  tokens: () =>
    program([f], (b, x) => {
      const token = b.one("stablehlo.create_token", [], { kind: "token" });
      b.one("stablehlo.after_all", [token, token], { kind: "token" });
      return [x!];
    }),
};

/** Programs over a mesh of two devices. */
export const partitioned: Readonly<Record<string, () => Module>> = {
  "sdy.sharding_constraint": () =>
    meshed([t("f32", 4, 3)], (b, x) => [
      b.one("sdy.sharding_constraint", [x!], t("f32", 4, 3), { sharding: sharding(["data"], []) }),
    ]),
  "sdy.manual_computation": () =>
    meshed([t("f32", 4, 3), s], (b, x, y) => [
      b.one(
        "sdy.manual_computation",
        [x!, y!],
        t("f32", 4, 3),
        {
          in_shardings: { kind: "shardingPerValue", shardings: [sharding(["data"], []), sharding()] },
          out_shardings: { kind: "shardingPerValue", shardings: [sharding(["data"], [])] },
          manual_axes: { kind: "manualAxes", axes: ["data"] },
        },
        [
          b.region(
            [f, s],
            (local) => [
              b.one(
                "stablehlo.all_reduce",
                [local!],
                f,
                { replica_groups: groups([0, 1]), channel_handle: channel, use_global_device_ids: attr.unit },
                [combine(b)],
              ),
            ],
            "sdy.return",
          ),
        ],
      ),
    ]),
  all_gather: () =>
    manual(t("f32", 4, 3), (b, x) =>
      b.one("stablehlo.all_gather", [x], t("f32", 4, 3), {
        all_gather_dim: attr.i64(0),
        replica_groups: groups([0, 1]),
        channel_handle: channel,
        use_global_device_ids: attr.unit,
      }),
    ),
  reduce_scatter: () =>
    manual(t("f32", 1, 3), (b, x) =>
      b.one(
        "stablehlo.reduce_scatter",
        [x],
        t("f32", 1, 3),
        {
          scatter_dimension: attr.i64(0),
          replica_groups: groups([0, 1]),
          channel_handle: channel,
          use_global_device_ids: attr.unit,
        },
        [combine(b)],
      ),
    ),
  all_to_all: () =>
    manual(t("f32", 1, 6), (b, x) =>
      b.one("stablehlo.all_to_all", [x], t("f32", 1, 6), {
        split_dimension: attr.i64(0),
        concat_dimension: attr.i64(1),
        split_count: attr.i64(2),
        replica_groups: groups([0, 1]),
        channel_handle: channel,
      }),
    ),
  collective_permute: () =>
    manual(f, (b, x) =>
      b.one("stablehlo.collective_permute", [x], f, {
        source_target_pairs: groups([0, 1], [1, 0]),
        channel_handle: channel,
      }),
    ),
};

function meshed(inputs: readonly Type[], body: (b: Builder, ...args: Value[]) => readonly Value[]): Module {
  const module = new Module("jit_f");
  module.attributes["mhlo.num_partitions"] = attr.i32(2);
  module.attributes["mhlo.num_replicas"] = attr.i32(1);
  module.meshes.push({ name: "mesh", axes: [{ name: "data", size: 2 }] });
  const main = func("main", "public", inputs, body);
  module.funcs.push({
    ...main,
    argAttributes: [{ "sdy.sharding": sharding(["data"], []), "tf.aliasing_output": attr.i32(0) }],
    resultAttributes: [{ "jax.result_info": attr.string("result"), "sdy.sharding": sharding(["data"], []) }],
  });
  return module;
}

/** `body` on the two shards of a 4×3 array; each shard yields `local`. */
function manual(local: TensorType, body: (b: Builder, x: Value) => Value): Module {
  const whole = t("f32", local.shape[0]! * 2, local.shape[1]!);
  const module = meshed([t("f32", 4, 3)], (b, x) => [
    b.one(
      "sdy.manual_computation",
      [x!],
      whole,
      {
        in_shardings: { kind: "shardingPerValue", shardings: [sharding(["data"], [])] },
        out_shardings: { kind: "shardingPerValue", shardings: [sharding(["data"], [])] },
        manual_axes: { kind: "manualAxes", axes: ["data"] },
      },
      [b.region([f], (shard) => [body(b, shard!)], "sdy.return")],
    ),
  ]);
  const main = module.funcs[0]!;
  module.funcs[0] = { ...main, argAttributes: [{ "sdy.sharding": sharding(["data"], []) }] };
  return module;
}
