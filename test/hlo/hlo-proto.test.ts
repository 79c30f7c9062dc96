// Reading and printing HLO messages: hand-made ones for each field, and its errors.
import { describe, expect, it } from "vitest";
import { fromProto, HloProtoError, hloCollectives, hloOpCounts, printHlo } from "../../hlo/index.ts";
import { formatG } from "../../hlo/literals.ts";
import { xla } from "../../proto/index.ts";

type Instruction = xla.HloInstructionProto.$Properties;

const { F32, S32, U32, PRED, TUPLE, BF16, C64 } = xla.PrimitiveType;
const array = (elementType: xla.PrimitiveType, ...dimensions: number[]): xla.ShapeProto.$Properties => ({
  elementType,
  dimensions,
  layout: { minorToMajor: dimensions.map((_, i) => dimensions.length - 1 - i) },
});
const tuple = (...tupleShapes: xla.ShapeProto.$Properties[]): xla.ShapeProto.$Properties => ({
  elementType: TUPLE,
  tupleShapes,
});
const f = array(F32, 4, 2);

/** A module of one computation; ids count from 1 and the last instruction is the root. */
function encode(instructions: readonly Instruction[], more: xla.HloModuleProto.$Properties = {}): Uint8Array {
  return xla.HloModuleProto.encode({
    name: "jit_f",
    entryComputationId: 9,
    ...more,
    computations: [
      ...(more.computations ?? []),
      {
        id: 9,
        name: "main",
        rootId: instructions.length,
        instructions: instructions.map((instruction, i) => ({
          name: `i${i + 1}`,
          shape: f,
          ...instruction,
          id: i + 1,
        })),
      },
    ],
  }).finish();
}

/** The line of the last instruction. */
const line = (...instructions: Instruction[]) =>
  /ROOT (.*)\n/.exec(printHlo(fromProto(encode([{ opcode: "parameter", parameterNumber: 0 }, ...instructions]))))![1]!;

const add: xla.HloComputationProto.$Properties = {
  id: 5,
  name: "sum",
  rootId: 3,
  instructions: [
    { id: 1, name: "x", opcode: "parameter", parameterNumber: 0, shape: array(F32) },
    { id: 2, name: "y", opcode: "parameter", parameterNumber: 1, shape: array(F32) },
    { id: 3, name: "z", opcode: "add", operandIds: [1, 2], shape: array(F32) },
  ],
};

describe("instructions", () => {
  it.each<[Instruction, string]>([
    [
      { opcode: "transpose", operandIds: [1], dimensions: [1, 0], shape: array(F32, 2, 4) },
      "%i2 = f32[2,4]{1,0} transpose(%i1), dimensions={1,0}",
    ],
    [{ opcode: "broadcast", operandIds: [1] }, "%i2 = f32[4,2]{1,0} broadcast(%i1), dimensions={}"],
    [{ opcode: "iota", dimensions: [1] }, "%i2 = f32[4,2]{1,0} iota(), iota_dimension=1"],
    [
      { opcode: "get-tuple-element", operandIds: [1], tupleIndex: 2 },
      "%i2 = f32[4,2]{1,0} get-tuple-element(%i1), index=2",
    ],
    [
      {
        opcode: "slice",
        operandIds: [1],
        sliceDimensions: [
          { start: 0, limit: 4, stride: 2 },
          { start: 1, limit: 2, stride: 1 },
        ],
      },
      "%i2 = f32[4,2]{1,0} slice(%i1), slice={[0:4:2], [1:2:1]}",
    ],
    [
      { opcode: "compare", operandIds: [1, 1], comparisonDirection: "LT" },
      "%i2 = f32[4,2]{1,0} compare(%i1, %i1), direction=LT",
    ],
    [
      {
        opcode: "dot",
        operandIds: [1, 1],
        dotDimensionNumbers: {
          lhsBatchDimensions: [0],
          rhsBatchDimensions: [0],
          lhsContractingDimensions: [1],
          rhsContractingDimensions: [1],
        },
        precisionConfig: { operandPrecision: [2, 0] },
      },
      "%i2 = f32[4,2]{1,0} dot(%i1, %i1), lhs_batch_dims={0}, lhs_contracting_dims={1}, rhs_batch_dims={0}, rhs_contracting_dims={1}, operand_precision={highest,default}",
    ],
    [
      {
        opcode: "convolution",
        operandIds: [1, 1],
        window: {
          dimensions: [{ size: 3, stride: 2, paddingLow: 1, paddingHigh: 0, baseDilation: 1, windowDilation: 2 }],
        },
        convolutionDimensionNumbers: {
          inputBatchDimension: 0,
          inputFeatureDimension: 2,
          inputSpatialDimensions: [1],
          kernelInputFeatureDimension: 1,
          kernelOutputFeatureDimension: 2,
          kernelSpatialDimensions: [0],
          outputBatchDimension: 0,
          outputFeatureDimension: 1,
          outputSpatialDimensions: [2],
        },
        featureGroupCount: 2,
      },
      "%i2 = f32[4,2]{1,0} convolution(%i1, %i1), window={size=3 stride=2 pad=1_0 rhs_dilate=2}, dim_labels=b0f_0io->bf0, feature_group_count=2",
    ],
    [
      {
        opcode: "pad",
        operandIds: [1, 1],
        paddingConfig: {
          dimensions: [
            { edgePaddingLow: 1, edgePaddingHigh: -1, interiorPadding: 0 },
            { edgePaddingLow: 0, edgePaddingHigh: 0, interiorPadding: 2 },
          ],
        },
      },
      "%i2 = f32[4,2]{1,0} pad(%i1, %i1), padding=1_-1_0x0_0_2",
    ],
    [
      {
        opcode: "custom-call",
        operandIds: [1],
        customCallTarget: 'a"b',
        customCallHasSideEffect: true,
        customCallApiVersion: 4,
        backendConfig: new TextEncoder().encode("plain"),
      },
      '%i2 = f32[4,2]{1,0} custom-call(%i1), custom_call_target="a\\"b", custom_call_has_side_effect=true, api_version=API_VERSION_TYPED_FFI, backend_config="plain"',
    ],
    [
      {
        opcode: "copy",
        operandIds: [1],
        sharding: {
          type: 3,
          tileAssignmentDimensions: [2, 1, 4],
          iotaReshapeDims: [4, 2],
          iotaTransposePerm: [1, 0],
          replicateOnLastTileDim: true,
        },
      },
      "%i2 = f32[4,2]{1,0} copy(%i1), sharding={devices=[2,1,4]<=[4,2]T(1,0) last_tile_dim_replicate}",
    ],
    [
      {
        opcode: "copy",
        operandIds: [1],
        sharding: { type: 2, tupleShardings: [{ type: 0 }, { type: 4 }, { type: 1, tileAssignmentDevices: [3] }] },
      },
      "%i2 = f32[4,2]{1,0} copy(%i1), sharding={{replicated}, {manual}, {maximal device=3}}",
    ],
    [
      {
        opcode: "copy",
        operandIds: [1],
        metadata: { opName: "jit(f)/x", stackFrameId: 3 },
        frontendAttributes: { map: { b: "2", a: "1" } },
        backendConfig: new TextEncoder().encode('{"n":1}'),
      },
      '%i2 = f32[4,2]{1,0} copy(%i1), frontend_attributes={a="1",b="2"}, metadata={op_name="jit(f)/x" stack_frame_id=3}, backend_config={"n":1}',
    ],
    [
      { opcode: "tuple", operandIds: [1, 1], shape: tuple(f, array(PRED)) },
      "%i2 = (f32[4,2]{1,0}, pred[]) tuple(%i1, %i1)",
    ],
    [
      {
        opcode: "copy",
        operandIds: [1],
        shape: {
          elementType: F32,
          dimensions: [8, 4],
          isDynamicDimension: [true, false],
          layout: { minorToMajor: [0, 1], tiles: [{ dimensions: [8, 128] }], memorySpace: 1, elementSizeInBits: 4 },
        },
      },
      "%i2 = f32[<=8,4]{0,1:T(8,128)E(4)S(1)} copy(%i1)",
    ],
  ])("%o", (instruction, text) => {
    expect(line(instruction)).toBe(text);
  });

  it("marks every fifth operand", () => {
    const operandIds = Array.from({ length: 11 }, () => 1);
    expect(line({ opcode: "tuple", operandIds })).toContain(
      "tuple(%i1, %i1, %i1, %i1, %i1, /*index=5*/%i1, %i1, %i1, %i1, %i1, /*index=10*/%i1)",
    );
  });
});

describe("constants", () => {
  const bytes = (typed: ArrayBufferView) => new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
  const constant = (literal: xla.LiteralProto.$Properties) =>
    /constant\((.*)\)$/.exec(line({ opcode: "constant", literal, shape: literal.shape! }))![1]!;

  it("are as XLA writes them", () => {
    const floats = Float32Array.of(1.5, 0.1, -0, Infinity, -Infinity, 1e-30, 1 / 3, 123456789);
    expect(constant({ shape: array(F32, 8), f32s: bytes(floats) })).toBe(
      "{1.5, 0.1, -0, inf, -inf, 1e-30, 0.333333343, 123456792}",
    );
    expect(constant({ shape: array(F32), f32s: bytes(Uint32Array.of(0x7fc00000)) })).toBe("nan");
    expect(constant({ shape: array(BF16, 2), bf16s: bytes(Uint16Array.of(0x3f80, 0x3dcd)) })).toBe("{1, 0.1001}");
    expect(constant({ shape: array(S32, 2, 2), s32s: Uint8Array.of(1, 2, 3, 4) })).toBe("{ {1, 2}, {3, 4} }");
    expect(constant({ shape: array(S32), s32s: Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255, 255, 1) })).toBe(
      "-1",
    );
    expect(constant({ shape: array(U32), u32s: Uint8Array.of(0x80, 0x01) })).toBe("128");
    expect(constant({ shape: array(PRED), preds: Uint8Array.of(1) })).toBe("true");
    expect(constant({ shape: array(PRED, 2), preds: Uint8Array.of(1, 0) })).toBe("{1, 0}");
    expect(constant({ shape: array(C64), c64s: bytes(Float32Array.of(1, -2)) })).toBe("(1, -2)");
    expect(constant({ shape: array(F32, 11), f32s: new Uint8Array(44) })).toBe("{...}");
  });

  it("refuses a literal that is too short", () => {
    expect(() => constant({ shape: array(F32, 2), f32s: new Uint8Array(4) })).toThrow(
      "i2: the constant holds 1 elements, its shape has 2",
    );
  });

  it("formats as %g", () => {
    expect([0.0001, 0.00001, 123456, 1234567, 100, 1e21].map((x) => formatG(x, 6))).toEqual([
      "0.0001",
      "1e-05",
      "123456",
      "1.23457e+06",
      "100",
      "1e+21",
    ]);
  });
});

describe("collectives", () => {
  const reduce = (more: Instruction): Instruction => ({
    opcode: "all-reduce",
    operandIds: [1],
    calledComputationIds: [5],
    channelId: 1,
    useGlobalDeviceIds: true,
    ...more,
  });
  const module = (...instructions: Instruction[]) =>
    fromProto(encode([{ opcode: "parameter", parameterNumber: 0 }, ...instructions], { computations: [add] }));

  it.each<[string, Instruction, string, number]>([
    [
      "explicit",
      { collectiveDeviceList: { replicaGroups: [{ replicaIds: [0, 1, 2] }, { replicaIds: [3, 4, 5] }] } },
      "{{0,1,2},{3,4,5}}",
      3,
    ],
    ["old", { replicaGroups: [{ replicaIds: [0, 1] }] }, "{{0,1}}", 2],
    [
      "iota",
      {
        iotaCollectiveDeviceList: {
          numReplicaGroups: 2,
          numDevicesPerGroup: 4,
          iotaReshapeDims: [4, 2],
          iotaTransposePerm: [1, 0],
        },
      },
      "[2,4]<=[4,2]T(1,0)",
      4,
    ],
    [
      "mesh",
      {
        meshAxesReplicaGroupList: {
          mesh: {
            axes: [
              { name: "x", size: 2 },
              { name: "y", size: 4 },
            ],
          },
          axes: [{ meshAxisIndex: 1 }],
        },
      },
      "mesh['x'=2,'y'=4] {'y'}",
      4,
    ],
    ["all", {}, "{}", 1],
  ])("%s groups", (_, groups, text, size) => {
    const read = module(reduce(groups));
    expect(printHlo(read)).toContain(
      `all-reduce(%i1), channel_id=1, replica_groups=${text}, use_global_device_ids=true, to_apply=%sum`,
    );
    expect(hloCollectives(read)).toEqual({ "all-reduce": { count: 1, bytes: 32, groupSizes: [size] } });
  });

  it("counts a start and its done once, with the bytes of the result", () => {
    const groups = { replicaGroups: [{ replicaIds: [0, 1] }] };
    const read = module(
      { ...reduce(groups), opcode: "all-reduce-start" },
      { opcode: "all-reduce-done", operandIds: [2] },
      { opcode: "all-gather-start", operandIds: [1], shape: tuple(f, array(F32, 8, 2)), dimensions: [0], ...groups },
      { opcode: "all-gather-done", operandIds: [4], shape: array(F32, 8, 2) },
      {
        opcode: "collective-permute",
        operandIds: [1],
        sourceTargetPairs: [
          { source: 0, target: 1 },
          { source: 1, target: 0 },
        ],
      },
    );
    expect(hloCollectives(read)).toEqual({
      "all-reduce": { count: 1, bytes: 32, groupSizes: [2] },
      "all-gather": { count: 1, bytes: 64, groupSizes: [2] },
      "collective-permute": { count: 1, bytes: 32, groupSizes: [2] },
    });
    expect(printHlo(read)).toContain("collective-permute(%i1), source_target_pairs={{0,1},{1,0}}");
    expect(hloOpCounts(read)).toMatchObject({ "all-reduce-start": 1, "all-reduce-done": 1, parameter: 3, add: 1 });
  });

  it("counts the collective inside an async computation once, and a loop body once", () => {
    const body: xla.HloComputationProto.$Properties = {
      id: 6,
      name: "wrapped",
      rootId: 2,
      instructions: [
        { id: 1, name: "p", opcode: "parameter", shape: f },
        {
          id: 2,
          name: "r",
          opcode: "reduce-scatter",
          operandIds: [1],
          calledComputationIds: [5],
          dimensions: [0],
          shape: array(F32, 2, 2),
          replicaGroups: [{ replicaIds: [0, 1] }],
        },
      ],
    };
    const read = fromProto(
      encode(
        [
          { opcode: "parameter", parameterNumber: 0 },
          { opcode: "async-start", operandIds: [1], calledComputationIds: [6], asyncExecutionThread: "side" },
          { opcode: "async-done", operandIds: [2] },
          { opcode: "while", operandIds: [3], calledComputationIds: [6, 5] },
        ],
        { computations: [add, body] },
      ),
    );
    expect(hloCollectives(read)).toEqual({ "reduce-scatter": { count: 1, bytes: 16, groupSizes: [2] } });
    expect(printHlo(read)).toContain('async-start(%i1), calls=%wrapped, async_execution_thread="side"');
    expect(printHlo(read)).toContain("while(%i3), condition=%sum, body=%wrapped");
  });
});

describe("modules", () => {
  it("come with or without a configuration", () => {
    const bytes = encode(
      [
        { opcode: "parameter", parameterNumber: 0 },
        { opcode: "negate", operandIds: [1] },
      ],
      {
        inputOutputAlias: { entries: [{ outputShapeIndex: [], parameterNumber: 0, parameterShapeIndex: [], kind: 1 }] },
        schedule: { sequences: { 9: { instructionIds: [1, 2] } } },
      },
    );
    const both = xla.HloModuleProtoWithConfig.encode({
      hloModule: xla.HloModuleProto.decode(bytes),
      config: { numPartitions: 4, entryComputationLayout: { parameters: [f], result: f } },
    }).finish();
    expect(fromProto(bytes)).toMatchObject({ name: "jit_f", numPartitions: 1, replicaCount: 1 });
    const read = fromProto(both);
    expect(read).toMatchObject({ name: "jit_f", numPartitions: 4 });
    expect(read.entry.root.operands[0]).toBe(read.entry.parameters[0]);
    expect(printHlo(read)).toMatchInlineSnapshot(`
      "HloModule jit_f, is_scheduled=true, input_output_alias={ {}: (0, {}, may-alias) }, entry_computation_layout={(f32[4,2]{1,0})->f32[4,2]{1,0}}, num_partitions=4

      ENTRY %main (i1: f32[4,2]) -> f32[4,2] {
        %i1 = f32[4,2]{1,0} parameter(0)
        ROOT %i2 = f32[4,2]{1,0} negate(%i1)
      }

      "
    `);
  });

  it("follow the schedule", () => {
    const text = printHlo(
      fromProto(
        encode(
          [
            { opcode: "parameter", parameterNumber: 0 },
            { opcode: "negate", operandIds: [1] },
            { opcode: "abs", operandIds: [1] },
          ],
          {
            schedule: { sequences: { 9: { instructionIds: [1, 3, 2] } } },
          },
        ),
      ),
    );
    expect(text.indexOf("abs(")).toBeLessThan(text.indexOf("negate("));
  });

  it("are refused when they are something else", () => {
    const good = encode([{ opcode: "parameter", parameterNumber: 0 }]);
    expect(() => fromProto(new TextEncoder().encode("module @jit_f {}"))).toThrow(HloProtoError);
    expect(() => fromProto(good.subarray(0, good.length - 3))).toThrow(HloProtoError);
    expect(() => fromProto(new Uint8Array())).toThrow("no computations");
    expect(() => fromProto(encode([{ opcode: "negate", operandIds: [7] }]))).toThrow(
      "main: i1 refers to instruction 7",
    );
    expect(() => fromProto(encode([{ opcode: "fusion", calledComputationIds: [77] }]))).toThrow(
      "i1: there is no computation with id 77",
    );
    expect(() => fromProto(encode([{ opcode: "copy", shape: { elementType: 99 as xla.PrimitiveType } }]))).toThrow(
      "primitive type 99",
    );
  });
});
