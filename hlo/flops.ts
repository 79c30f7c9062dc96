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

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** What the formulas ask of an operation, StableHLO's or XLA's. */
export interface Work {
  /** Sizes of operand `i`. @throws HloModuleError where it is not an array */
  shape(i: number): readonly number[];
  readonly operands: number;
  /** Elements of the first result. */
  readonly results: number;
  /** FLOPs of one application of the reducer or comparator. */
  readonly region: number;
  /** Numbers that the operation carries. @throws HloPrintError, HloModuleError where they are missing */
  numbers(
    what: "lhs_contracting" | "kernel_output" | "window" | "sort_dimension" | "fft_length" | "k",
  ): readonly number[];
}

const elements = (w: Work, i: number): number => product(w.shape(i));

/** FLOPs by operation, without its dialect. */
const formulas: Readonly<Record<string, (w: Work) => number>> = {
  // 2·M·N·K per batch: one multiplication and one addition for each contracted element of each result.
  dot_general: (w) => {
    const lhs = w.shape(0);
    return 2 * w.results * product(w.numbers("lhs_contracting").map((axis) => lhs[axis] ?? 1));
  },
  dot: (w) => 2 * w.results * (w.shape(0).at(-1) ?? 1),
  // Each result sums over the kernel's window and its input features (the kernel holds one group's).
  convolution: (w) => {
    const kernel = w.shape(1);
    return 2 * w.results * (product(kernel) / (kernel[w.numbers("kernel_output")[0] ?? 0] || 1));
  },
  reduce: (w) => Math.max(0, elements(w, 0) - w.results) * w.region,
  reduce_window: (w) => w.results * (product(w.numbers("window")) - 1) * w.region,
  select_and_scatter: (w) => elements(w, 1) * product(w.numbers("window")) * w.region,
  scatter: (w) => elements(w, (w.operands - 1) / 2 + 1) * w.region,
  all_reduce: (w) => w.results * w.region,
  reduce_scatter: (w) => w.results * w.region,
  map: (w) => w.results * w.region,
  // n·log2(n) comparisons along the sorted dimension.
  sort: (w) => {
    const size = w.shape(0)[w.numbers("sort_dimension")[0] ?? 0] ?? 1;
    return w.results * Math.ceil(Math.log2(Math.max(size, 1))) * w.region;
  },
  top_k: (w) => elements(w, 0) * Math.ceil(Math.log2((w.numbers("k")[0] ?? 0) + 1)),
  // n³/3 for each matrix.
  cholesky: (w) => (w.results * (w.shape(0).at(-1) ?? 1)) / 3,
  // n² for each right-hand side.
  triangular_solve: (w) => w.results * (w.shape(0).at(-1) ?? 1),
  // 5·n·log2(n) for each transform of n points.
  fft: (w) => {
    const length = product(w.numbers("fft_length"));
    const batch = Math.max(elements(w, 0), w.results) / (w.shape(0).at(-1) || 1);
    return 5 * batch * length * Math.log2(Math.max(length, 1));
  },
};

/** FLOPs of one operation by its name without dialect: 1 per result element of those that have no formula and move nothing. */
export function flopsOfWork(name: string, work: Work): number {
  const formula = formulas[name];
  if (formula !== undefined) return formula(work);
  return movement.has(`stablehlo.${name}`) || free.has(`stablehlo.${name}`) ? 0 : work.results;
}

function workOf(op: Operation, region: number): Work {
  const list = (name: string) => required(op, name, "denseArray").values.map(Number);
  return {
    operands: op.operands.length,
    results: op.results[0] ? elementCount(op.results[0].type) : 0,
    region,
    shape: (i) => {
      const type = op.operands[i]?.type;
      if (type?.kind === "tensor") return type.shape.map((size) => (size < 0 ? 1 : size));
      throw new HloModuleError(`${op.name}: operand ${i} is not a tensor`);
    },
    numbers: (what) => {
      switch (what) {
        case "lhs_contracting": {
          const axes = required(op, "dot_dimension_numbers", "struct").fields.lhs_contracting_dimensions;
          return typeof axes === "object" ? axes : [];
        }
        case "kernel_output":
          return [Number(required(op, "dimension_numbers", "struct").fields.kernel_output_feature_dimension)];
        case "window":
          return list("window_dimensions");
        case "fft_length":
          return list("fft_length");
        case "sort_dimension":
          return [Number(required(op, "dimension", "integer").value)];
        case "k":
          return [Number(required(op, "k", "integer").value)];
      }
    },
  };
}

const dialects = /^(?:stablehlo|chlo)\./;

/**
 * FLOPs of one operation: 1 per result element for elementwise ones, none for data movement and for operations of other
 * dialects. `region` is the cost of one application of the reducer or comparator.
 */
export function flopsOf(op: Operation, region: number): number {
  if (!dialects.test(op.name)) return 0;
  return flopsOfWork(op.name.replace(dialects, ""), workOf(op, region));
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
