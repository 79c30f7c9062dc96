// Clients, devices, compilation, executables: what the plugin says of them.
import { afterAll, describe, expect, test } from "vitest";
import { xla } from "../../proto/index.ts";
import { compileOptions, PjrtError } from "../../runtime/index.ts";
import { cpuClient, cpuPlugin } from "./plugin.ts";

const client = cpuClient({ cpuDeviceCount: 4 });
afterAll(() => client.destroy());

const double = `func.func @main(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<f32>) {
  %0 = stablehlo.add %x, %x : tensor<2x3xf32>
  %c = stablehlo.constant dense<7.0> : tensor<f32>
  return %0, %c : tensor<2x3xf32>, tensor<f32>
}`;

describe("client", () => {
  test("lists its devices", () => {
    expect(client.platformName).toBe("cpu");
    expect(client.processIndex).toBe(0);
    expect(client.devices).toHaveLength(4);
    expect(client.addressableDevices).toEqual(client.devices);
    expect(client.devices.map((device) => device.id)).toEqual([0, 1, 2, 3]);
    const [device] = client.devices;
    expect(device).toMatchObject({ kind: "cpu", processIndex: 0, isAddressable: true, defaultMemory: "device" });
    expect(device!.memories).toContain("pinned_host");
    expect(`${device}`).toBe("cpu:0");
  });

  test("knows the plugin's StableHLO version", () => {
    expect(cpuPlugin.attributes.stablehlo_current_version).toEqual([1, 20, 0]);
    expect(cpuPlugin.attributes.xla_version).toBe(2);
  });

  test("assigns devices by default", () => {
    expect(client.defaultDeviceAssignment(2, 2).flat().toSorted()).toEqual([0, 1, 2, 3]);
  });

  test("several clients of different sizes live side by side", () => {
    using one = cpuClient();
    expect(one.devices).toHaveLength(1);
    expect(client.devices).toHaveLength(4);
  });

  test("a destroyed client says so", () => {
    const gone = cpuClient();
    gone.destroy();
    gone.destroy();
    expect(() => gone.compile(double, compileOptions())).toThrow("This client has been destroyed");
  });

  test("refuses to go while buffers are alive", () => {
    const own = cpuClient();
    const buffer = own.bufferFromHost(new Float32Array(4), "f32", [4]);
    expect(() => own.destroy()).toThrow("1 live buffers (16 bytes)");
    buffer.destroy();
    own.destroy();
  });

  test("allocator counters are UNIMPLEMENTED on CPU", () => {
    expect(() => client.devices[0]!.memoryStats()).toThrow(PjrtError);
  });
});

describe("compilation", () => {
  test("describes the outputs and the memory", () => {
    using executable = client.compile(double, compileOptions());
    expect(executable).toMatchObject({ numOutputs: 2, numReplicas: 1, numPartitions: 1, deviceIds: [0] });
    expect(executable.outputs()).toEqual([
      { type: "f32", dims: [2, 3] },
      { type: "f32", dims: [] },
    ]);
    expect(executable.outputMemoryKinds()).toEqual(["device", "device"]);
    expect(executable.memoryStats()).toMatchObject({ argument: 24, alias: 0 });
    expect(executable.memoryStats().output).toBeGreaterThanOrEqual(28);
    expect(executable.fingerprint().length).toBeGreaterThan(0);
  });

  test("returns the optimised program as an HloModuleProtoWithConfig", () => {
    using executable = client.compile(double, compileOptions());
    const { format, code } = executable.optimizedProgram();
    expect(format).toBe("hlo_with_config");
    const { hloModule, config } = xla.HloModuleProtoWithConfig.decode(code);
    expect(config!.replicaCount).toBe(1);
    const entry = hloModule!.computations!.find(({ id }) => id === hloModule!.entryComputationId)!;
    const parameter = entry.instructions!.find(({ opcode }) => opcode === "parameter")!;
    expect(parameter.shape!.elementType).toBe(xla.PrimitiveType.F32);
    expect(parameter.shape!.dimensions).toEqual([2, 3]);
    expect(parameter.shape!.layout!.minorToMajor).toEqual([1, 0]);
    const constant = hloModule!
      .computations!.flatMap((c) => c.instructions!)
      .find(({ opcode }) => opcode === "constant")!;
    expect(new DataView(constant.literal!.f32s!.slice().buffer).getFloat32(0, true)).toBe(7);
  });

  test("serialised executables load back and run", () => {
    using executable = client.compile(double, compileOptions());
    using again = client.deserialize(executable.serialize());
    const call = again.prepare(1);
    using x = client.bufferFromHost(new Float32Array([1, 2, 3, 4, 5, 6]), "f32", [2, 3]);
    call.setArgument(0, 0, x.handle);
    call.run();
    const sum = new Float32Array(6);
    client.transfers.toHost(call.result(0, 0), sum);
    expect([...sum]).toEqual([2, 4, 6, 8, 10, 12]);
    client.transfers.destroy(call.result(0, 0), 24);
    client.transfers.destroy(call.result(0, 1), 4);
  });

  test("the CPU compiler's cost analysis is UNIMPLEMENTED", () => {
    using executable = client.compile(double, compileOptions());
    expect(() => executable.costAnalysis()).toThrow(expect.objectContaining({ code: "UNIMPLEMENTED" }));
  });

  test("StableHLO may come as bytes", () => {
    using executable = client.compile(new TextEncoder().encode(double), compileOptions());
    expect(executable.numOutputs).toBe(2);
  });

  test("a topology is UNIMPLEMENTED on CPU", () => {
    expect(() => cpuPlugin.createTopology("")).toThrow(expect.objectContaining({ code: "UNIMPLEMENTED" }));
  });
});

describe("errors", () => {
  test("bad text is located", () => {
    const bad =
      "func.func @main() -> tensor<f32> {\n  %0 = stablehlo.bogus : tensor<f32>\n  return %0 : tensor<f32>\n}";
    expect(() => client.compile(bad, compileOptions())).toThrow(
      expect.objectContaining({
        name: "PjrtError",
        call: "Client_Compile",
        message: expect.stringMatching(/-:2:8: error: custom op 'stablehlo.bogus' is unknown/),
      }),
    );
  });

  test("the program's own locations come back", () => {
    const located = `func.func @main(%a: tensor<2xf32>, %b: tensor<3xf32>) -> tensor<2xf32> {
      %0 = "stablehlo.add"(%a, %b) : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32> loc("model.ts":12:3)
      return %0 : tensor<2xf32>
    }`;
    expect(() => client.compile(located, compileOptions())).toThrow(/model\.ts.*12/s);
  });

  test("unknown compiler options are refused by name", () => {
    expect(() => client.compile(double, compileOptions({ overrides: { xla_no_such_option: 1 } }))).toThrow(
      /xla_no_such_option/,
    );
  });

  test("more partitions than devices", () => {
    expect(() => client.compile(double, compileOptions({ numPartitions: 8 }))).toThrow(PjrtError);
  });

  test("a device assignment of another size never reaches the plugin", () => {
    expect(() => compileOptions({ numPartitions: 2, deviceAssignment: [[0]] })).toThrow(
      "deviceAssignment is 1 × [1]; expected 1 replicas × 2 partitions",
    );
  });

  test("damaged serialised bytes", () => {
    expect(() => client.deserialize(new Uint8Array([1, 2, 3]))).toThrow(PjrtError);
  });
});

test("compile options reach the wire", () => {
  const bytes = compileOptions({
    numPartitions: 2,
    deviceAssignment: [[3, 1]],
    propagateToOutputs: [true, false],
    overrides: { s: "text", b: true, i: 3, d: 0.5 },
  });
  const decoded = xla.CompileOptionsProto.decode(bytes);
  expect(decoded.executableBuildOptions).toMatchObject({
    deviceOrdinal: -1,
    numReplicas: 1,
    numPartitions: 2,
    useSpmdPartitioning: true,
    useShardyPartitioner: true,
    allowSpmdShardingPropagationToOutput: [true, false],
    deviceAssignment: {
      replicaCount: 1,
      computationCount: 2,
      computationDevices: [{ replicaDeviceIds: [3] }, { replicaDeviceIds: [1] }],
    },
  });
  expect(decoded.envOptionOverrides).toMatchObject({
    s: { stringField: "text" },
    b: { boolField: true },
    i: { intField: 3 },
    d: { doubleField: 0.5 },
  });
});
