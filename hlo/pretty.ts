// The pretty form of each operation that has one: a table from the operation's name to its spelling.
import { HloPrintError } from "./errors.ts";
import type { Operation } from "./module.ts";
import { prettyRegions } from "./pretty-regions.ts";
import { attributeText, convolutionText, quoted, shardingBody, structFields, symbolText, typeText } from "./spell.ts";
import {
  dims,
  functionalType,
  operandTypes,
  optional,
  required,
  rest,
  resultTypeList,
  type Spelling,
  sameType,
} from "./writer.ts";

// The spellings that many operations share.
const same: Spelling = (op, w) => `${op.name} ${w.operands(op)}${rest(op)} : ${sameType(op)}`;
const functional: Spelling = (op, w) => `${op.name} ${w.operands(op)}${rest(op)} : ${functionalType(op)}`;
const chlo: Spelling = (op, w) =>
  `${op.name} ${w.operands(op)}${rest(op)} : ${operandTypes(op).map(typeText).join(", ")} -> ${resultTypeList(op)}`;
const terminator: Spelling = (op, w) => {
  const values = op.operands.length === 0 ? "" : ` ${w.operands(op)}`;
  const types = op.operands.length === 0 ? "" : ` : ${operandTypes(op).map(typeText).join(", ")}`;
  return `${op.name}${values}${rest(op)}${types}`;
};
const nullary: Spelling = (op) => `${op.name}${rest(op)} : ${resultTypeList(op)}`;

/** `name operands, label = [dims] {…} : type` */
const withDims =
  (attribute: string, label: string, type = functionalType): Spelling =>
  (op, w) =>
    `${op.name} ${w.operands(op)}, ${label} = ${dims(op, attribute)}${rest(op, attribute)} : ${type(op)}`;

/** `name operands, label = 1 {…} : type` */
const withInteger =
  (attribute: string, label: string): Spelling =>
  (op, w) =>
    `${op.name} ${w.operands(op)}, ${label} = ${required(op, attribute, "integer").value}${rest(op, attribute)} : ${functionalType(op)}`;

/** `name operands, label = WORD {…} : type` */
const withEnum =
  (attribute: string, label: string): Spelling =>
  (op, w) =>
    `${op.name} ${w.operands(op)}, ${label} = ${required(op, attribute, "enum").value}${rest(op, attribute)} : ${functionalType(op)}`;

function precision(op: Operation): string {
  const config = optional(op, "precision_config", "array");
  if (config === undefined || config.items.length === 0) return "";
  return `, precision = [${config.items.map((item) => (item.kind === "enum" ? item.value : attributeText(item))).join(", ")}]`;
}

const dotGeneral: Spelling = (op, w) => {
  const { fields } = required(op, "dot_dimension_numbers", "struct");
  const list = (name: string) => {
    const value = fields[name];
    return typeof value === "object" ? value.join(", ") : "";
  };
  const pair = (label: string, kind: string) => {
    const [lhs, rhs] = [list(`lhs_${kind}_dimensions`), list(`rhs_${kind}_dimensions`)];
    return lhs === "" && rhs === "" ? "" : `, ${label} = [${lhs}] x [${rhs}]`;
  };
  // The contracting pair always stands, as MLIR prints it.
  const contracting = pair("contracting_dims", "contracting") || ", contracting_dims = [] x []";
  const algorithm = optional(op, "algorithm", "struct");
  const spelledAlgorithm = algorithm === undefined ? "" : `, algorithm = <${structFields(algorithm.fields)}>`;
  const left = rest(op, "dot_dimension_numbers", "precision_config", "algorithm");
  return `${op.name} ${w.operands(op)}${pair("batching_dims", "batching")}${contracting}${precision(op)}${spelledAlgorithm}${left} : ${functionalType(op)}`;
};

const slice: Spelling = (op, w) => {
  const start = required(op, "start_indices", "denseArray").values;
  const limit = required(op, "limit_indices", "denseArray").values;
  const stride = required(op, "strides", "denseArray").values;
  const ranges = start.map((from, i) => `${from}:${limit[i]}${stride[i] === 1 ? "" : `:${stride[i]}`}`);
  return `${op.name} ${w.operands(op)} [${ranges.join(", ")}]${rest(op, "start_indices", "limit_indices", "strides")} : ${functionalType(op)}`;
};

const compare: Spelling = (op, w) => {
  const direction = required(op, "comparison_direction", "enum").value;
  const type = optional(op, "compare_type", "enum");
  const spelledType = type === undefined || type.value === "NOTYPE" ? "" : `, ${type.value}`;
  return `${op.name} ${direction}, ${w.operands(op)}${spelledType}${rest(op, "comparison_direction", "compare_type")} : ${functionalType(op)}`;
};

const select: Spelling = (op, w) => {
  const [predicate, onTrue, onFalse] = operandTypes(op).map(typeText);
  const short = onTrue === onFalse && onTrue === resultTypeList(op);
  return `${op.name} ${w.operands(op)}${rest(op)} : ${short ? `${predicate}, ${onTrue}` : functionalType(op)}`;
};

const pad: Spelling = (op, w) => {
  const parts = ["edge_padding_low", "edge_padding_high", "interior_padding"] as const;
  const [low, high, interior] = parts.map((name) => dims(op, name));
  return `${op.name} ${w.operands(op)}, low = ${low}, high = ${high}, interior = ${interior}${rest(op, ...parts)} : ${functionalType(op)}`;
};

const fft: Spelling = (op, w) =>
  `${op.name} ${w.operands(op)}, type = ${required(op, "fft_type", "enum").value}, length = ${dims(op, "fft_length")}${rest(op, "fft_type", "fft_length")} : ${functionalType(op)}`;

const reducePrecision: Spelling = (op, w) => {
  const exponent = required(op, "exponent_bits", "integer").value;
  const mantissa = required(op, "mantissa_bits", "integer").value;
  return `${op.name} ${w.operands(op)}, format = e${exponent}m${mantissa}${rest(op, "exponent_bits", "mantissa_bits")} : ${sameType(op)}`;
};

const cholesky: Spelling = (op, w) => {
  const lower = optional(op, "lower", "bool");
  return `${op.name} ${w.operands(op)}${lower === undefined ? "" : `, lower = ${lower.value}`}${rest(op, "lower")} : ${sameType(op)}`;
};

const constant: Spelling = (op) => `${op.name}${rest(op, "value")} ${attributeText(required(op, "value", "dense"))}`;

const iota: Spelling = (op) =>
  `${op.name} dim = ${required(op, "iota_dimension", "integer").value}${rest(op, "iota_dimension")} : ${resultTypeList(op)}`;

const convolution: Spelling = (op, w) => {
  const window: string[] = [];
  const strides = optional(op, "window_strides", "denseArray");
  if (strides !== undefined) window.push(`stride = [${strides.values.join(", ")}]`);
  const padding = optional(op, "padding", "dense");
  if (padding !== undefined) {
    const { value } = padding;
    if (typeof value === "object" && value instanceof Uint8Array) {
      throw new HloPrintError(`${op.name}: padding is given as bytes; give a list of integers`);
    }
    const at = (i: number) => String(typeof value === "object" ? value[i] : value);
    const pairs = Array.from({ length: padding.type.shape[0]! }, (_, i) => `[${at(2 * i)}, ${at(2 * i + 1)}]`);
    window.push(`pad = [${pairs.join(", ")}]`);
  }
  for (const [attribute, label] of [
    ["lhs_dilation", "lhs_dilate"],
    ["rhs_dilation", "rhs_dilate"],
    ["window_reversal", "reverse"],
  ] as const) {
    if (op.attributes[attribute] !== undefined) window.push(`${label} = ${dims(op, attribute)}`);
  }
  const numbers = convolutionText(required(op, "dimension_numbers", "struct").fields);
  const left = rest(
    op,
    "dimension_numbers",
    "window_strides",
    "padding",
    "lhs_dilation",
    "rhs_dilation",
    "window_reversal",
  );
  return `${op.name}(${w.operands(op)}) dim_numbers = ${numbers}, window = {${window.join(", ")}}${left} : ${functionalType(op)}`;
};

const customCall: Spelling = (op, w) => {
  const defaults = new Set(["call_target_name"]);
  const effect = optional(op, "has_side_effect", "bool");
  if (effect?.value === false) defaults.add("has_side_effect");
  if (optional(op, "api_version", "integer")?.value === 1) defaults.add("api_version");
  const target = required(op, "call_target_name", "string").value;
  return `${op.name} ${symbolText(target)}(${w.operands(op)})${rest(op, ...defaults)} : ${functionalType(op)}`;
};

const composite: Spelling = (op, w) => {
  const values = op.operands.length === 0 ? "" : ` ${w.operands(op)}`;
  return `${op.name} ${quoted(required(op, "name", "string").value)}${values}${rest(op, "name")} : ${functionalType(op)}`;
};

const call: Spelling = (op, w) =>
  `${op.name} ${symbolText(required(op, "callee", "symbol").name)}(${w.operands(op)})${rest(op, "callee")} : ${functionalType(op)}`;

const afterAll: Spelling = (op, w) => `${op.name} ${w.operands(op)}${rest(op)} : ${resultTypeList(op)}`;

const barrier: Spelling = (op, w) =>
  op.operands.length === 0 ? `${op.name} ()` : `${op.name} ${w.operands(op)}${rest(op)} : ${resultTypeList(op)}`;

const topK: Spelling = (op, w) =>
  `${op.name}(${w.operands(op)}, k = ${required(op, "k", "integer").value})${rest(op, "k")} : ${typeText(op.operands[0]!.type)} -> (${resultTypeList(op)})`;

const shardingConstraint: Spelling = (op, w) =>
  `${op.name} ${w.operands(op)} ${shardingBody(required(op, "sharding", "sharding"))}${rest(op, "sharding")} : ${resultTypeList(op)}`;

const shardingGroup: Spelling = (op, w) =>
  `${op.name} ${w.operands(op)} group_id=${required(op, "group_id", "integer").value}${rest(op, "group_id")} : ${typeText(op.operands[0]!.type)}`;

/** Operations that share a spelling: `prefix.name` for each name. */
const family = (spelling: Spelling, prefix: string, names: string): Record<string, Spelling> =>
  Object.fromEntries(names.split(" ").map((name) => [`${prefix}.${name}`, spelling]));

/** Spelling of every operation that MLIR prints in a form of its own. The rest are printed in generic form. */
export const pretty: ReadonlyMap<string, Spelling> = new Map(
  Object.entries({
    ...family(
      same,
      "stablehlo",
      "abs cbrt ceil cosine count_leading_zeros exponential exponential_minus_one floor log log_plus_one logistic negate not popcnt round_nearest_afz round_nearest_even rsqrt sign sine sqrt tan tanh " +
        "add and atan2 divide maximum minimum multiply or power remainder shift_left shift_right_arithmetic shift_right_logical subtract xor clamp",
    ),
    ...family(
      functional,
      "stablehlo",
      "convert is_finite real imag bitcast_convert reshape dynamic_update_slice uniform_quantize uniform_dequantize",
    ),
    ...family(nullary, "stablehlo", "create_token partition_id replica_id"),
    ...family(terminator, "stablehlo", "return"),
    ...family(terminator, "func", "return"),
    ...family(terminator, "sdy", "return"),
    ...family(
      chlo,
      "chlo",
      "acos acosh asin asinh atan atanh bessel_i1e conj cosh digamma erf erfc erf_inv is_inf is_neg_inf is_pos_inf lgamma sinh square next_after polygamma zeta",
    ),
    "stablehlo.after_all": afterAll,
    "stablehlo.broadcast_in_dim": withDims("broadcast_dimensions", "dims"),
    "stablehlo.cholesky": cholesky,
    "stablehlo.compare": compare,
    "stablehlo.complex": (op, w) => `${op.name} ${w.operands(op)}${rest(op)} : ${resultTypeList(op)}`,
    "stablehlo.composite": composite,
    "stablehlo.concatenate": withInteger("dimension", "dim"),
    "stablehlo.constant": constant,
    "stablehlo.convolution": convolution,
    "stablehlo.custom_call": customCall,
    "stablehlo.dot": (op, w) =>
      `${op.name} ${w.operands(op)}${precision(op)}${rest(op, "precision_config")} : ${functionalType(op)}`,
    "stablehlo.dot_general": dotGeneral,
    "stablehlo.dynamic_slice": withDims("slice_sizes", "sizes"),
    "stablehlo.fft": fft,
    "stablehlo.get_dimension_size": withInteger("dimension", "dim"),
    "stablehlo.iota": iota,
    "stablehlo.optimization_barrier": barrier,
    "stablehlo.pad": pad,
    "stablehlo.reduce_precision": reducePrecision,
    "stablehlo.reverse": withDims("dimensions", "dims", sameType),
    "stablehlo.rng": withEnum("rng_distribution", "distribution"),
    "stablehlo.rng_bit_generator": withEnum("rng_algorithm", "algorithm"),
    "stablehlo.select": select,
    "stablehlo.slice": slice,
    "stablehlo.transpose": withDims("permutation", "dims"),
    "chlo.top_k": topK,
    "func.call": call,
    "sdy.sharding_constraint": shardingConstraint,
    "sdy.sharding_group": shardingGroup,
    ...prettyRegions,
  } satisfies Record<string, Spelling>),
);
