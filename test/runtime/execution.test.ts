// Execution: argument blocks, donation, several devices, collectives, counters.
import { afterAll, afterEach, expect, test } from "vitest";
import { xla } from "../../proto/index.ts";
import { compileOptions, liveBuffers, rawBuffer } from "../../runtime/index.ts";
import { cpuClient } from "./plugin.ts";

const client = cpuClient({ cpuDeviceCount: 4 });
const { transfers } = client;
afterEach(() => expect(client.live).toMatchObject({ count: 0, bytes: 0 }));
afterAll(() => client.destroy());

const float = (handle: number, length = 1) => {
  const out = new Float32Array(length);
  transfers.toHost(handle, out);
  return [...out];
};
const put = (values: readonly number[], dims: readonly number[], device = 0) =>
  transfers.fromHost(new Float32Array(values), "f32", dims, client.addressableDevices[device]!);

const addProgram = `func.func @main(%a: tensor<4xf32> {tf.aliasing_output = 0 : i32}, %b: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.add %a, %b : tensor<4xf32>
  return %0 : tensor<4xf32>
}`;

test("a block is reused: arguments stay, results change", () => {
  using executable = client.compile(addProgram.replace(/ \{tf[^}]*\}/, ""), compileOptions());
  const call = executable.prepare(2);
  expect(call).toMatchObject({ numArguments: 2, numOutputs: 1, numDevices: 1, outputBytes: 16 });
  const one = put([1, 1, 1, 1], [4]);
  call.setArgument(0, 1, one);
  let sum = one;
  for (const expected of [2, 3, 4]) {
    call.setArgument(0, 0, sum);
    call.run();
    if (sum !== one) transfers.destroy(sum, 16);
    sum = call.result(0, 0);
    expect(float(sum, 4)).toEqual([expected, expected, expected, expected]);
    expect(client.live).toMatchObject({ count: 2, bytes: 32 });
  }
  transfers.destroy(sum, 16);
  transfers.destroy(one, 16);
});

test("no arguments and no results are both fine", () => {
  using constant = client.compile(
    "func.func @main() -> tensor<f32> {\n %0 = stablehlo.constant dense<3.0> : tensor<f32>\n return %0 : tensor<f32>\n}",
    compileOptions(),
  );
  const make = constant.prepare(0);
  make.run();
  expect(float(make.result(0, 0))).toEqual([3]);
  using sink = client.compile("func.func @main(%a: tensor<f32>) {\n return\n}", compileOptions());
  expect(sink.outputs()).toEqual([]);
  const drop = sink.prepare(1);
  drop.setArgument(0, 0, make.result(0, 0));
  drop.run();
  transfers.destroy(make.result(0, 0), 4);
});

test("a donated argument is deleted and its memory reused; its handle is still ours", () => {
  using executable = client.compile(addProgram, compileOptions());
  expect(executable.memoryStats()).toMatchObject({ alias: 16 });
  const call = executable.prepare(2);
  const [a, b] = [put([1, 2, 3, 4], [4]), put([1, 1, 1, 1], [4])];
  const address = rawBuffer.dataAddress(client.api, a);
  call.setArgument(0, 0, a);
  call.setArgument(0, 1, b);
  call.run();
  expect(rawBuffer.isDeleted(client.api, a)).toBe(true);
  expect(rawBuffer.isDeleted(client.api, b)).toBe(false);
  expect(rawBuffer.dataAddress(client.api, call.result(0, 0))).toBe(address);
  expect(float(call.result(0, 0), 4)).toEqual([2, 3, 4, 5]);
  expect(() => call.run()).toThrow(expect.objectContaining({ name: "PjrtError" }));
  for (const handle of [a, b, call.result(0, 0)]) transfers.destroy(handle, 16);
});

test("an argument named as non-donatable survives, until it is not named any more", () => {
  using executable = client.compile(addProgram, compileOptions());
  const call = executable.prepare(2);
  const [a, b] = [put([1, 2, 3, 4], [4]), put([1, 1, 1, 1], [4])];
  call.setArgument(0, 0, a);
  call.setArgument(0, 1, b);
  call.setNonDonatable([0]);
  call.run();
  expect(rawBuffer.isDeleted(client.api, a)).toBe(false);
  expect(float(a, 4)).toEqual([1, 2, 3, 4]);
  transfers.destroy(call.result(0, 0), 16);
  call.setNonDonatable([]);
  call.run();
  expect(rawBuffer.isDeleted(client.api, a)).toBe(true);
  for (const handle of [a, b, call.result(0, 0)]) transfers.destroy(handle, 16);
});

test("a sharded product over four devices: one all-reduce, each shard right, state donated", () => {
  const program = `sdy.mesh @mesh = <["x"=4]>
  func.func @main(
    %x: tensor<2x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{}, {"x"}]>},
    %w: tensor<8x2xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"x"}, {}]>},
    %s: tensor<2x2xf32> {sdy.sharding = #sdy.sharding<@mesh, [{}, {}]>, tf.aliasing_output = 0 : i32})
    -> (tensor<2x2xf32> {sdy.sharding = #sdy.sharding<@mesh, [{}, {}]>}) {
    %0 = stablehlo.dot_general %x, %w, contracting_dims = [1] x [0] : (tensor<2x8xf32>, tensor<8x2xf32>) -> tensor<2x2xf32>
    %1 = stablehlo.add %0, %s : tensor<2x2xf32>
    return %1 : tensor<2x2xf32>
  }`;
  using executable = client.compile(program, compileOptions({ numPartitions: 4 }));
  expect(executable.deviceIds).toEqual([0, 1, 2, 3]);
  const module = xla.HloModuleProtoWithConfig.decode(executable.optimizedProgram().code).hloModule!;
  const instructions = module.computations!.flatMap((computation) => computation.instructions!);
  const reductions = instructions.filter(({ opcode }) => opcode === "all-reduce");
  expect(reductions).toHaveLength(1);
  expect(module.inputOutputAlias!.entries).toHaveLength(1);

  const call = executable.prepare(3);
  const handles: number[] = [];
  for (let device = 0; device < 4; device++) {
    const arrays = [
      put(
        [1, 2, 3, 4].map((v) => v + device),
        [2, 2],
        device,
      ),
      put([1, 0, 0, 1], [2, 2], device),
      put([100, 0, 0, 100], [2, 2], device),
    ];
    for (const [i, handle] of arrays.entries()) call.setArgument(device, i, handle);
    handles.push(...arrays);
  }
  call.runWithCompletion();
  for (let device = 0; device < 4; device++) client.events.wait(call.completion(device));
  // Sum over devices d of [[1+d, 2+d], [3+d, 4+d]] plus the state.
  for (let device = 0; device < 4; device++) {
    expect(float(call.result(device, 0), 4)).toEqual([110, 14, 18, 122]);
    expect(rawBuffer.device(client.api, call.result(device, 0))).toBe(client.addressableDevices[device]!.handle);
    expect(rawBuffer.isDeleted(client.api, handles[3 * device + 2]!)).toBe(true);
    handles.push(call.result(device, 0));
  }
  for (const handle of handles) transfers.destroy(handle, 16);
});

test("too large a result is RESOURCE_EXHAUSTED and makes no buffer", () => {
  using huge = client.compile(
    `func.func @main(%a: tensor<f32>) -> tensor<1000000x1000000xf32> {
      %0 = stablehlo.broadcast_in_dim %a, dims = [] : (tensor<f32>) -> tensor<1000000x1000000xf32>
      return %0 : tensor<1000000x1000000xf32>
    }`,
    compileOptions(),
  );
  const call = huge.prepare(1);
  using a = client.bufferFromHost(new Float32Array(1), "f32", []);
  call.setArgument(0, 0, a.handle);
  expect(() => call.run()).toThrow(expect.objectContaining({ name: "PjrtError", code: "RESOURCE_EXHAUSTED" }));
  expect(client.live.count).toBe(1);
});

test("an argument of another shape is refused", () => {
  using executable = client.compile(addProgram, compileOptions());
  const call = executable.prepare(2);
  using wrong = client.bufferFromHost(new Float32Array(3), "f32", [3]);
  call.setArgument(0, 0, wrong.handle);
  call.setArgument(0, 1, wrong.handle);
  expect(() => call.run()).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

test("a device assignment chooses the device", () => {
  using executable = client.compile(addProgram, compileOptions({ deviceAssignment: [[2]] }));
  expect(executable.deviceIds).toEqual([2]);
  const call = executable.prepare(2);
  const [a, b] = [put([1, 2, 3, 4], [4], 2), put([1, 1, 1, 1], [4], 2)];
  call.setArgument(0, 0, a);
  call.setArgument(0, 1, b);
  call.run();
  expect(client.deviceOf(rawBuffer.device(client.api, call.result(0, 0))).id).toBe(2);
  for (const handle of [a, b, call.result(0, 0)]) transfers.destroy(handle, 16);
});

test("waiting on one result while others are awaited does not stop the world", async () => {
  const n = 256;
  const product = client.compile(
    `func.func @main(%a: tensor<${n}x${n}xf32>) -> tensor<${n}x${n}xf32> {
      %0 = stablehlo.dot_general %a, %a, contracting_dims = [1] x [0] : (tensor<${n}x${n}xf32>, tensor<${n}x${n}xf32>) -> tensor<${n}x${n}xf32>
      return %0 : tensor<${n}x${n}xf32>
    }`,
    compileOptions(),
  );
  const call = product.prepare(1);
  using identity = client.bufferFromHost(
    Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
    "f32",
    [n, n],
  );
  call.setArgument(0, 0, identity.handle);
  const results: number[] = [];
  const awaited: Promise<void>[] = [];
  for (let i = 0; i < 24; i++) {
    call.run();
    results.push(call.result(0, 0));
    awaited.push(client.events.settled(rawBuffer.readyEvent(client.api, call.result(0, 0))));
  }
  const out = new Float32Array(n * n);
  for (const result of results.toReversed()) transfers.toHost(result, out);
  expect(out[n + 1]).toBe(1);
  await Promise.all(awaited);
  for (const result of results) transfers.destroy(result, 4 * n * n);
  product.destroy();
});

test("the process's count is the sum over clients", () => {
  using other = cpuClient();
  const before = liveBuffers();
  using here = client.bufferFromHost(new Float32Array(2), "f32", [2]);
  using there = other.bufferFromHost(new Float32Array(3), "f32", [3]);
  expect(liveBuffers()).toEqual({ count: before.count + 2, bytes: before.bytes + 20 });
  expect(here.client.live.count + there.client.live.count).toBe(2);
});

test("a thousand runs leave nothing behind", () => {
  using executable = client.compile(addProgram, compileOptions());
  const call = executable.prepare(2);
  let state = put([0, 0, 0, 0], [4]);
  const one = put([1, 1, 1, 1], [4]);
  call.setArgument(0, 1, one);
  for (let i = 0; i < 1000; i++) {
    call.setArgument(0, 0, state);
    call.run();
    transfers.destroy(state, 16);
    state = call.result(0, 0);
  }
  expect(client.live).toMatchObject({ count: 2, bytes: 32 });
  expect(float(state, 4)).toEqual([1000, 1000, 1000, 1000]);
  transfers.destroy(state, 16);
  transfers.destroy(one, 16);
});

test("running a destroyed executable is an error, not a crash", () => {
  const executable = client.compile(addProgram, compileOptions());
  const call = executable.prepare(2);
  executable.destroy();
  expect(() => call.run()).toThrow(/was used after it was destroyed/);
});
