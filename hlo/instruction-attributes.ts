// The attributes of one optimised instruction, as XLA spells them and in its order.
import { xla } from "../proto/index.ts";
import { shapeFromProto, shapeText } from "./shapes.ts";
import { braces, groupsText, shardingText } from "./shardings.ts";

type Proto = xla.HloInstructionProto.$Properties;
type Attributes = Record<string, string>;

const lower = (name: string | undefined, prefix: string): string => (name ?? "").slice(prefix.length).toLowerCase();
export const escaped = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;

function windowText({ dimensions = [] }: xla.Window.$Properties): string {
  const parts: string[] = [];
  const part = (name: string, needed: boolean, each: (d: xla.WindowDimension.$Properties) => number | string) => {
    if (needed) parts.push(`${name}=${dimensions.map(each).join("x")}`);
  };
  part("size", true, (d) => d.size ?? 0);
  part(
    "stride",
    dimensions.some((d) => d.stride !== 1),
    (d) => d.stride ?? 0,
  );
  part(
    "pad",
    dimensions.some((d) => d.paddingLow || d.paddingHigh),
    (d) => `${d.paddingLow ?? 0}_${d.paddingHigh ?? 0}`,
  );
  part(
    "lhs_dilate",
    dimensions.some((d) => d.baseDilation !== 1),
    (d) => d.baseDilation ?? 0,
  );
  part(
    "rhs_dilate",
    dimensions.some((d) => d.windowDilation !== 1),
    (d) => d.windowDilation ?? 0,
  );
  part(
    "rhs_reversal",
    dimensions.some((d) => d.windowReversal),
    (d) => (d.windowReversal ? 1 : 0),
  );
  return `{${parts.join(" ")}}`;
}

/** `b01f_01io->b01f` */
function convolutionLabels(numbers: xla.ConvolutionDimensionNumbers.$Properties): string {
  const side = (spatial: readonly number[] | undefined, marks: readonly (readonly [number | undefined, string])[]) => {
    const places: string[] = [];
    for (const [at, mark] of marks) places[at ?? 0] = mark;
    (spatial ?? []).forEach((at, i) => {
      places[at] = String(i);
    });
    return places.join("");
  };
  const n = numbers;
  const input = side(n.inputSpatialDimensions, [
    [n.inputBatchDimension, "b"],
    [n.inputFeatureDimension, "f"],
  ]);
  const kernel = side(n.kernelSpatialDimensions, [
    [n.kernelInputFeatureDimension, "i"],
    [n.kernelOutputFeatureDimension, "o"],
  ]);
  const output = side(n.outputSpatialDimensions, [
    [n.outputBatchDimension, "b"],
    [n.outputFeatureDimension, "f"],
  ]);
  return `${input}_${kernel}->${output}`;
}

function paddingText({ dimensions = [] }: xla.PaddingConfig.$Properties): string {
  const interior = dimensions.some((d) => d.interiorPadding);
  const side = (d: xla.PaddingConfig.PaddingConfigDimension.$Properties) =>
    `${d.edgePaddingLow ?? 0}_${d.edgePaddingHigh ?? 0}${interior ? `_${d.interiorPadding ?? 0}` : ""}`;
  return dimensions.map(side).join("x");
}

function sliceText(dimensions: readonly xla.HloInstructionProto.SliceDimensions.$Properties[]): string {
  const strided = dimensions.some((d) => d.stride !== 1);
  const range = (d: xla.HloInstructionProto.SliceDimensions.$Properties) =>
    `[${d.start ?? 0}:${d.limit ?? 0}${strided ? `:${d.stride ?? 1}` : ""}]`;
  return `{${dimensions.map(range).join(", ")}}`;
}

function addPrecision(to: Attributes, config: xla.PrecisionConfig.$Properties | null | undefined): void {
  const precisions = config?.operandPrecision ?? [];
  if (precisions.some((precision) => precision !== xla.PrecisionConfig.Precision.DEFAULT)) {
    to.operand_precision = braces(
      precisions.map((precision) => xla.PrecisionConfig.Precision[precision].toLowerCase()),
    );
  }
  if (config?.algorithm) to.algorithm = lower(xla.PrecisionConfig.Algorithm[config.algorithm], "ALG_");
}

function addDot(to: Attributes, numbers: xla.DotDimensionNumbers.$Properties): void {
  const { lhsBatchDimensions, rhsBatchDimensions, lhsContractingDimensions, rhsContractingDimensions } = numbers;
  if (lhsBatchDimensions?.length) to.lhs_batch_dims = braces(lhsBatchDimensions);
  to.lhs_contracting_dims = braces(lhsContractingDimensions);
  if (rhsBatchDimensions?.length) to.rhs_batch_dims = braces(rhsBatchDimensions);
  to.rhs_contracting_dims = braces(rhsContractingDimensions);
}

function addGather(to: Attributes, numbers: xla.GatherDimensionNumbers.$Properties, proto: Proto): void {
  to.offset_dims = braces(numbers.offsetDims);
  to.collapsed_slice_dims = braces(numbers.collapsedSliceDims);
  to.start_index_map = braces(numbers.startIndexMap);
  if (numbers.operandBatchingDims?.length) to.operand_batching_dims = braces(numbers.operandBatchingDims);
  if (numbers.startIndicesBatchingDims?.length)
    to.start_indices_batching_dims = braces(numbers.startIndicesBatchingDims);
  to.index_vector_dim = String(numbers.indexVectorDim ?? 0);
  to.slice_sizes = braces(proto.gatherSliceSizes);
}

function addScatter(to: Attributes, numbers: xla.ScatterDimensionNumbers.$Properties): void {
  to.update_window_dims = braces(numbers.updateWindowDims);
  to.inserted_window_dims = braces(numbers.insertedWindowDims);
  to.scatter_dims_to_operand_dims = braces(numbers.scatterDimsToOperandDims);
  if (numbers.inputBatchingDims?.length) to.input_batching_dims = braces(numbers.inputBatchingDims);
  if (numbers.scatterIndicesBatchingDims?.length)
    to.scatter_indices_batching_dims = braces(numbers.scatterIndicesBatchingDims);
  to.index_vector_dim = String(numbers.indexVectorDim ?? 0);
}

/** Opcodes that always print `dimensions={…}`, empty or not. */
const dimensioned = new Set(
  "broadcast concatenate map reduce reverse sort transpose all-gather all-gather-start reduce-scatter".split(" "),
);

/** Opcodes with device groups. */
export const grouped: ReadonlySet<string> = new Set(
  "all-reduce all-reduce-start all-gather all-gather-start reduce-scatter all-to-all ragged-all-to-all collective-broadcast".split(
    " ",
  ),
);

function addCommunication(to: Attributes, proto: Proto): void {
  if (proto.channelId) to.channel_id = String(proto.channelId);
  const isGrouped = grouped.has(proto.opcode ?? "");
  if (isGrouped) to.replica_groups = groupsText(proto)!;
  if (isGrouped && proto.constrainLayout) to.constrain_layout = "true";
  const early = !(proto.opcode ?? "").startsWith("all-gather");
  if (early && proto.useGlobalDeviceIds) to.use_global_device_ids = "true";
  if (proto.sourceTargetPairs?.length) {
    to.source_target_pairs = braces(
      proto.sourceTargetPairs.map((pair) => braces([pair.source ?? 0, pair.target ?? 0])),
    );
  }
  if (proto.isHostTransfer) to.is_host_transfer = "true";
  if (dimensioned.has(proto.opcode ?? "") || (proto.opcode === "all-to-all" && proto.dimensions?.length)) {
    to.dimensions = braces(proto.dimensions);
  }
  if (!early && proto.useGlobalDeviceIds) to.use_global_device_ids = "true";
}

function addCustomCall(to: Attributes, proto: Proto): void {
  to.custom_call_target = escaped(proto.customCallTarget ?? "");
  if (proto.constrainLayout) {
    const shapes = (proto.operandShapesWithLayout ?? []).map((shape) => shapeText(shapeFromProto(shape)));
    to.operand_layout_constraints = `{${shapes.join(", ")}}`;
  }
  if (proto.customCallHasSideEffect) to.custom_call_has_side_effect = "true";
  if (proto.customCallSchedule) to.schedule = xla.CustomCallSchedule[proto.customCallSchedule];
}

function addAliasing(to: Attributes, proto: Proto): void {
  if (!proto.outputOperandAliasing?.length) return;
  const pairs = proto.outputOperandAliasing.map(
    (alias) =>
      `${indexText(alias.outputShapeIndex)}: (${alias.operandIndex ?? 0}, ${indexText(alias.operandShapeIndex)})`,
  );
  to.output_to_operand_aliasing = `{${pairs.join(", ")}}`;
}

/** `{0, 1}`: a position inside nested tuples. */
export const indexText = (index: readonly number[] | undefined): string => `{${(index ?? []).join(", ")}}`;

/** Attributes that belong to one opcode or a few. */
function addOwn(to: Attributes, proto: Proto): void {
  switch (proto.opcode) {
    case "get-tuple-element":
      to.index = String(proto.tupleIndex ?? 0);
      break;
    case "iota":
      to.iota_dimension = String(proto.dimensions?.[0] ?? 0);
      break;
    case "get-dimension-size":
    case "set-dimension-size":
      to.dimensions = braces(proto.dimensions);
      break;
    case "slice":
      to.slice = sliceText(proto.sliceDimensions ?? []);
      break;
    case "dynamic-slice":
      to.dynamic_slice_sizes = braces(proto.dynamicSliceSizes);
      break;
    case "compare":
      to.direction = proto.comparisonDirection ?? "";
      if (proto.comparisonType === "TOTALORDER") to.type = proto.comparisonType;
      break;
    case "reduce-precision":
      to.exponent_bits = String(proto.exponentBits ?? 0);
      to.mantissa_bits = String(proto.mantissaBits ?? 0);
      break;
    case "rng":
      to.distribution = lower(xla.RandomDistribution[proto.distribution ?? 0], "");
      break;
    case "rng-bit-generator":
      to.algorithm = lower(xla.RandomAlgorithm[proto.rngAlgorithm ?? 0], "");
      break;
    case "rng-get-and-update-state":
      to.delta = String(proto.delta ?? 0);
      break;
    case "fft":
      to.fft_type = xla.FftType[proto.fftType ?? 0] ?? "";
      to.fft_length = braces(proto.fftLength);
      break;
    case "topk":
      to.k = String(proto.k ?? 0);
      to.largest = String(proto.largest ?? false);
      break;
    case "batch-norm-training":
    case "batch-norm-inference":
    case "batch-norm-grad":
      to.epsilon = String(proto.epsilon ?? 0);
      to.feature_index = String(proto.featureIndex ?? 0);
      break;
    case "cholesky":
      if (proto.choleskyOptions?.lower) to.lower = "true";
      break;
    case "triangular-solve": {
      const options = proto.triangularSolveOptions ?? {};
      if (options.leftSide) to.left_side = "true";
      if (options.lower) to.lower = "true";
      if (options.unitDiagonal) to.unit_diagonal = "true";
      to.transpose_a = xla.TriangularSolveOptions.Transpose[options.transposeA ?? 0] ?? "";
      break;
    }
    case "fusion":
      to.kind = proto.fusionKind ?? "";
      break;
    case "custom-call":
      addCustomCall(to, proto);
  }
}

/** All attributes but called computations, metadata and backend configuration. */
export function instructionAttributes(proto: Proto): { before: Attributes; after: Attributes } {
  const before: Attributes = {};
  addCommunication(before, proto);
  if (proto.window && (proto.window.dimensions?.length ?? 0) > 0) before.window = windowText(proto.window);
  if (proto.convolutionDimensionNumbers) before.dim_labels = convolutionLabels(proto.convolutionDimensionNumbers);
  if ((proto.featureGroupCount ?? 0) > 1) before.feature_group_count = String(proto.featureGroupCount);
  if ((proto.batchGroupCount ?? 0) > 1) before.batch_group_count = String(proto.batchGroupCount);
  if (proto.dotDimensionNumbers) addDot(before, proto.dotDimensionNumbers);
  addPrecision(before, proto.precisionConfig);
  if (proto.gatherDimensionNumbers) addGather(before, proto.gatherDimensionNumbers, proto);
  if (proto.scatterDimensionNumbers) addScatter(before, proto.scatterDimensionNumbers);
  if (proto.paddingConfig && proto.opcode === "pad") before.padding = paddingText(proto.paddingConfig);
  if (proto.indicesAreSorted) before.indices_are_sorted = "true";
  if (proto.uniqueIndices) before.unique_indices = "true";
  addOwn(before, proto);
  if (proto.isStable) before.is_stable = "true";
  addAliasing(before, proto);
  if (proto.opcode === "custom-call" && (proto.customCallApiVersion ?? 1) > 1) {
    before.api_version = xla.CustomCallApiVersion[proto.customCallApiVersion!];
  }
  const after: Attributes = {};
  if (proto.asyncExecutionThread && proto.asyncExecutionThread !== "main") {
    after.async_execution_thread = escaped(proto.asyncExecutionThread);
  }
  if (proto.sharding) after.sharding = shardingText(proto.sharding);
  const frontend = Object.entries(proto.frontendAttributes?.map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  if (frontend.length > 0)
    after.frontend_attributes = braces(frontend.map(([name, value]) => `${name}=${escaped(value)}`));
  return { before, after };
}
