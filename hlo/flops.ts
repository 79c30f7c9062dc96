// Floating-point operations and memory traffic of one operation without called code.
import { HloModuleError } from "./errors.ts";
import { bytesOf, elementCount } from "./measures.ts";
import type { Operation } from "./module.ts";
import { required } from "./writer.ts";

/** Moves or makes data and computes nothing. */
const movement = new Set(
  (
    "bitcast_convert broadcast broadcast_in_dim concatenate constant create_token after_all dynamic_broadcast_in_dim " +
    "dynamic_gather dynamic_reshape dynamic_slice dynamic_update_slice gather get_dimension_size iota optimization_barrier " +
    "pad partition_id replica_id reshape return reverse slice transpose all_gather all_to_all collective_permute " +
    "collective_broadcast custom_call infeed outfeed send recv complex real imag"
  )
    .split(" ")
    .map((name) => `stablehlo.${name}`),
);

/** Carries values on without touching memory. */
const free = new Set([
  "stablehlo.return",
  "func.return",
  "sdy.return",
  "stablehlo.optimization_barrier",
  "stablehlo.create_token",
  "stablehlo.after_all",
  "sdy.sharding_constraint",
  "sdy.sharding_group",
]);

const shapeOf = (op: Operation, i: number): readonly number[] => {
  const type = op.operands[i]?.type;
  if (type?.kind === "tensor") return type.shape;
  throw new HloModuleError(`${op.name}: operand ${i} is not a tensor`);
};

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
const results = (op: Operation): number => (op.results[0] ? elementCount(op.results[0].type) : 0);
const operandElements = (op: Operation, i: number): number => product(shapeOf(op, i));

/** Windows of a reduce_window or select_and_scatter. */
const windowSize = (op: Operation): number =>
  product(required(op, "window_dimensions", "denseArray").values.map(Number));

type Rule = (op: Operation, region: number) => number;

/** FLOPs by operation; `region` is the cost of one application of the reducer or comparator. */
const rules: Readonly<Record<string, Rule>> = {
  // 2·M·N·K per batch: one multiplication and one addition for each contracted element of each result.
  "stablehlo.dot_general": (op) => {
    const contracting = required(op, "dot_dimension_numbers", "struct").fields.lhs_contracting_dimensions;
    const lhs = shapeOf(op, 0);
    const axes = typeof contracting === "object" ? contracting : [];
    return 2 * results(op) * product(axes.map((axis) => lhs[axis]!));
  },
  "stablehlo.dot": (op) => 2 * results(op) * (shapeOf(op, 0).at(-1) ?? 1),
  // Each result sums over the kernel's window and its input features (the kernel holds one group's).
  "stablehlo.convolution": (op) => {
    const output = required(op, "dimension_numbers", "struct").fields.kernel_output_feature_dimension;
    const kernel = shapeOf(op, 1);
    return 2 * results(op) * (product(kernel) / kernel[Number(output)]!);
  },
  "stablehlo.reduce": (op, region) => (operandElements(op, 0) - results(op)) * region,
  "stablehlo.reduce_window": (op, region) => results(op) * (windowSize(op) - 1) * region,
  "stablehlo.select_and_scatter": (op, region) => operandElements(op, 1) * windowSize(op) * region,
  "stablehlo.scatter": (op, region) => operandElements(op, (op.operands.length - 1) / 2 + 1) * region,
  "stablehlo.all_reduce": (op, region) => results(op) * region,
  "stablehlo.reduce_scatter": (op, region) => results(op) * region,
  "stablehlo.map": (op, region) => results(op) * region,
  // n·log2(n) comparisons along the sorted dimension.
  "stablehlo.sort": (op, region) => {
    const size = shapeOf(op, 0)[Number(required(op, "dimension", "integer").value)]!;
    return results(op) * Math.ceil(Math.log2(Math.max(size, 1))) * region;
  },
  "chlo.top_k": (op) => {
    const k = Number(required(op, "k", "integer").value);
    return operandElements(op, 0) * Math.ceil(Math.log2(k + 1));
  },
  // n³/3 for each matrix.
  "stablehlo.cholesky": (op) => (results(op) * (shapeOf(op, 0).at(-1) ?? 1)) / 3,
  // n² for each right-hand side.
  "stablehlo.triangular_solve": (op) => results(op) * (shapeOf(op, 0).at(-1) ?? 1),
  // 5·n·log2(n) for each transform of n points.
  "stablehlo.fft": (op) => {
    const length = product(required(op, "fft_length", "denseArray").values.map(Number));
    const batch = Math.max(operandElements(op, 0), results(op)) / (shapeOf(op, 0).at(-1) || 1);
    return 5 * batch * length * Math.log2(Math.max(length, 1));
  },
};

/** FLOPs of one operation: 1 per result element for elementwise ones, none for data movement. */
export function flopsOf(op: Operation, region: number): number {
  const rule = rules[op.name];
  if (rule !== undefined) return rule(op, region);
  if (movement.has(op.name) || free.has(op.name)) return 0;
  return results(op);
}

/**
 * Bytes read and written: operands and results. Slices, gathers and updates touch only the part they move, as in
 * XLA's cost analysis.
 */
export function bytesAccessed(op: Operation): number {
  if (free.has(op.name)) return 0;
  const from = (i: number) => bytesOf(op.operands.slice(i));
  switch (op.name) {
    case "stablehlo.slice":
    case "stablehlo.dynamic_slice":
    case "stablehlo.gather":
      return 2 * bytesOf(op.results) + from(1);
    case "stablehlo.dynamic_update_slice":
      return 2 * bytesOf(op.operands.slice(1, 2)) + from(2);
    case "stablehlo.scatter": {
      const inputs = (op.operands.length - 1) / 2;
      return bytesOf(op.operands.slice(inputs, inputs + 1)) + 3 * from(inputs + 1);
    }
    default:
      return from(0) + bytesOf(op.results);
  }
}
