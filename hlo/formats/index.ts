// The format of every operation that MLIR prints in a form of its own; all others stand in generic form.
import type { Operation } from "../module.ts";
import { optional as optionalAttribute } from "../writer.ts";
import {
  bool,
  constantValue,
  dimensions,
  enumeration,
  floatBits,
  given,
  integer,
  operands,
  precision,
  ranges,
  sharding,
  string,
  symbol,
  symbolOfString,
} from "./attributes.ts";
import { algorithm, convolutionNumbers, dotDimensions, window } from "./dot.ts";
import { attributes, type Format, format, optional, type Piece } from "./piece.ts";
import { regionFormats } from "./regions.ts";
import { bareFunctional, functional, oneToMany, operandsOnly, results, same, selection, through } from "./types.ts";

const hasOperands = (op: Operation) => op.operands.length > 0;

/** `name %0, %1 {…} : t` */
const sameTypes = format(" ", operands, attributes, " : ", same);
const functionalTypes = format(" ", operands, attributes, " : ", functional);
const resultsAlone = format(" ", operands, attributes, " : ", results);
const nullary = format(attributes, " : ", results);
const chlo = format(" ", operands, attributes, " : ", bareFunctional);
/** `name %0, label = [1, 0] {…} : type` */
const withDimensions = (attribute: string, label: string, type = functional) =>
  format(" ", operands, `, ${label} = `, dimensions(attribute), attributes, " : ", type);
const withInteger = (attribute: string, label: string) =>
  format(" ", operands, `, ${label} = `, integer(attribute), attributes, " : ", functional);
const withEnumeration = (attribute: string, label: string) =>
  format(" ", operands, `, ${label} = `, enumeration(attribute), attributes, " : ", functional);

/** ` %0, %1` where there are operands; `%` begins the first of them. */
const someOperands: Piece = {
  print: (op, writer) => (hasOperands(op) ? ` ${writer.operands(op)}` : ""),
  read: operands.read,
};

/** ` : t, u` where there are operands. */
const operandTypes: Piece = optional(" : ", operandsOnly, hasOperands);

const terminator = format(someOperands, attributes, operandTypes);

const barrier: Format = {
  print: (op, writer) => (hasOperands(op) ? resultsAlone.print(op, writer) : `${op.name} ()`),
  read(reader, draft) {
    if (!reader.ahead("(")) return resultsAlone.read(reader, draft);
    reader.literal("(");
    reader.literal(")");
  },
};

/** The braces of a custom call leave out an `api_version` of 1 and a `has_side_effect` of false. */
const customCallAttributes: Piece = {
  print(op, writer, spelled) {
    const left = [...spelled];
    if (optionalAttribute(op, "has_side_effect", "bool")?.value === false) left.push("has_side_effect");
    if (optionalAttribute(op, "api_version", "integer")?.value === 1) left.push("api_version");
    return attributes.print(op, writer, left);
  },
  read: attributes.read,
};

const compareType = optional(
  ", ",
  enumeration("compare_type", "comparison_type"),
  (op) => (optionalAttribute(op, "compare_type", "enum")?.value ?? "NOTYPE") !== "NOTYPE",
);

/** Operations that share a format: `prefix.name` for each name. */
const family = (shared: Format, prefix: string, names: string): Record<string, Format> =>
  Object.fromEntries(names.split(" ").map((name) => [`${prefix}.${name}`, shared]));

export const formats: ReadonlyMap<string, Format> = new Map(
  Object.entries({
    ...family(
      sameTypes,
      "stablehlo",
      "convert is_finite real imag abs cbrt ceil cosine count_leading_zeros exponential exponential_minus_one floor log log_plus_one logistic negate not popcnt round_nearest_afz round_nearest_even rsqrt sign sine sqrt tan tanh " +
        "add and atan2 divide maximum minimum multiply or power remainder shift_left shift_right_arithmetic shift_right_logical subtract xor clamp",
    ),
    ...family(
      functionalTypes,
      "stablehlo",
      "bitcast_convert reshape dynamic_update_slice uniform_quantize uniform_dequantize " +
        "dynamic_reshape dynamic_pad real_dynamic_slice",
    ),
    ...family(nullary, "stablehlo", "create_token partition_id replica_id"),
    ...family(terminator, "stablehlo", "return"),
    ...family(terminator, "func", "return"),
    ...family(terminator, "sdy", "return"),
    ...family(
      chlo,
      "chlo",
      "acos acosh asin asinh atan atanh bessel_i1e conj cosh digamma erf erfc erf_inv is_inf is_neg_inf is_pos_inf lgamma mulhi sinh square next_after polygamma zeta",
    ),
    "stablehlo.after_all": resultsAlone,
    "stablehlo.broadcast_in_dim": withDimensions("broadcast_dimensions", "dims"),
    "stablehlo.cholesky": format(" ", operands, given("lower", ", lower = ", bool("lower")), attributes, " : ", same),
    "stablehlo.compare": format(
      " ",
      enumeration("comparison_direction"),
      ", ",
      operands,
      compareType,
      attributes,
      " : ",
      functional,
    ),
    "stablehlo.complex": resultsAlone,
    "stablehlo.composite": format(" ", string("name"), someOperands, attributes, " : ", functional),
    "stablehlo.concatenate": withInteger("dimension", "dim"),
    "stablehlo.constant": format(attributes, " ", constantValue),
    "stablehlo.convolution": format(
      "(",
      operands,
      ") dim_numbers = ",
      convolutionNumbers,
      ", window = ",
      window,
      attributes,
      " : ",
      functional,
    ),
    "stablehlo.custom_call": format(
      " ",
      symbolOfString("call_target_name"),
      "(",
      operands,
      ")",
      customCallAttributes,
      " : ",
      functional,
    ),
    "stablehlo.dot": format(" ", operands, precision, attributes, " : ", functional),
    "stablehlo.dot_general": format(
      " ",
      operands,
      ...dotDimensions,
      precision,
      algorithm,
      attributes,
      " : ",
      functional,
    ),
    "stablehlo.dynamic_broadcast_in_dim": withDimensions("broadcast_dimensions", "dims"),
    "stablehlo.dynamic_iota": withInteger("iota_dimension", "dim"),
    "stablehlo.dynamic_slice": withDimensions("slice_sizes", "sizes"),
    "stablehlo.fft": format(
      " ",
      operands,
      ", type = ",
      enumeration("fft_type"),
      ", length = ",
      dimensions("fft_length"),
      attributes,
      " : ",
      functional,
    ),
    "stablehlo.get_dimension_size": withInteger("dimension", "dim"),
    "stablehlo.get_tuple_element": format(
      " ",
      operands,
      "[",
      integer("index", "i32"),
      "]",
      attributes,
      " : ",
      functional,
    ),
    "stablehlo.iota": format(" dim = ", integer("iota_dimension"), attributes, " : ", results),
    "stablehlo.optimization_barrier": barrier,
    "stablehlo.pad": format(
      " ",
      operands,
      ", low = ",
      dimensions("edge_padding_low"),
      ", high = ",
      dimensions("edge_padding_high"),
      ", interior = ",
      dimensions("interior_padding"),
      attributes,
      " : ",
      functional,
    ),
    "stablehlo.reduce_precision": format(" ", operands, ", format = ", floatBits, attributes, " : ", same),
    "stablehlo.reverse": withDimensions("dimensions", "dims", same),
    "stablehlo.rng": withEnumeration("rng_distribution", "distribution"),
    "stablehlo.rng_bit_generator": withEnumeration("rng_algorithm", "algorithm"),
    "stablehlo.select": format(" ", operands, attributes, " : ", selection),
    "stablehlo.set_dimension_size": withInteger("dimension", "dim"),
    "stablehlo.slice": format(" ", operands, " ", ranges, attributes, " : ", functional),
    "stablehlo.transpose": withDimensions("permutation", "dims"),
    "stablehlo.tuple": resultsAlone,
    "chlo.top_k": format("(", operands, ", k = ", integer("k"), ")", attributes, " : ", oneToMany),
    "func.call": format(" ", symbol("callee"), "(", operands, ")", attributes, " : ", functional),
    "sdy.reshard": format(" ", operands, " ", sharding("sharding"), attributes, " : ", through),
    "sdy.sharding_constraint": format(" ", operands, " ", sharding("sharding"), attributes, " : ", through),
    "sdy.sharding_group": format(" ", operands, " group_id=", integer("group_id"), attributes, " : ", operandsOnly),
    ...regionFormats,
  } satisfies Record<string, Format>),
);
