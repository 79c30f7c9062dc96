// Arrays to devices and back, bit for bit.
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import {
  alignedBytes,
  arrayBytes,
  compileOptions,
  type DeviceBuffer,
  type ElementType,
  rawBuffer,
} from "../../runtime/index.ts";
import { addressOf } from "../../runtime/native.ts";
import { cpuClient } from "./plugin.ts";

const client = cpuClient({ cpuDeviceCount: 2 });
const [first, second] = client.addressableDevices;
afterAll(() => client.destroy());

const types = ["pred", "s8", "s16", "s32", "s64", "u8", "u16", "u32", "u64", "f16", "bf16", "f32", "f64"] as const;

const bytesOf = (buffer: DeviceBuffer) => {
  const bytes = new Uint8Array(buffer.byteLength);
  buffer.toHost(bytes);
  return bytes;
};

test("every element type and rank comes back bit for bit", () => {
  const array = fc.record({
    type: fc.constantFrom<ElementType>(...types),
    dims: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
    share: fc.boolean(),
    seed: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  });
  fc.assert(
    fc.property(array, ({ type, dims, share, seed }) => {
      const length = arrayBytes(type, dims);
      const bytes = Uint8Array.from({ length }, (_, i) => (type === "pred" ? i & 1 : seed[i % seed.length]! ^ i));
      using buffer = client.bufferFromHost(bytes, type, dims, first, share ? "share" : "copy");
      expect(buffer.type).toBe(type);
      expect(buffer.dims).toEqual(dims);
      expect(bytesOf(buffer)).toEqual(bytes);
    }),
  );
  expect(client.live).toMatchObject({ count: 0, bytes: 0 });
});

test("small typed arrays, views into larger buffers and empty arrays have the right address", () => {
  const whole = Float32Array.from({ length: 8 }, (_, i) => i);
  using middle = client.bufferFromHost(whole.subarray(3, 5), "f32", [2]);
  const out = new Float32Array(4);
  middle.toHost(out.subarray(1, 3));
  expect([...out]).toEqual([0, 3, 4, 0]);
  using empty = client.bufferFromHost(new Float32Array(0), "f32", [0, 3]);
  expect(bytesOf(empty)).toHaveLength(0);
});

test("copied memory may change at once", () => {
  const values = new Float32Array(1 << 16).fill(1);
  using buffer = client.bufferFromHost(values, "f32", [1 << 16]);
  values.fill(2);
  const out = new Float32Array(1 << 16);
  buffer.toHost(out);
  expect(out.every((value) => value === 1)).toBe(true);
});

test("aligned shared memory is used in place and let go with the buffer", () => {
  const bytes = alignedBytes(4096);
  expect(addressOf(bytes) % 64).toBe(0);
  const buffer = client.bufferFromHost(bytes, "f32", [1024], first, "share");
  expect(rawBuffer.dataAddress(client.api, buffer.handle)).toBe(addressOf(bytes));
  expect(client.transfers.releaseShared()).toBe(1);
  buffer.destroy();
  expect(client.transfers.releaseShared()).toBe(0);
});

test("data of the wrong length is refused before the plugin sees it", () => {
  expect(() => client.bufferFromHost(new Float32Array(5), "f32", [2, 3])).toThrow(
    "got 20 bytes of host data; f32[2,3] takes 24 bytes",
  );
});

test("a destination that is too small is refused", () => {
  using matrix = client.bufferFromHost(new Float32Array(6), "f32", [2, 3]);
  expect(() => matrix.toHost(new Float32Array(5))).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  using vector = client.bufferFromHost(new Float32Array(6), "f32", [6]);
  expect(() => vector.toHost(new Float32Array(5))).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

test("a transposed result comes back row-major", () => {
  using transpose = client.compile(
    `func.func @main(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
      %0 = stablehlo.transpose %x, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
      return %0 : tensor<3x2xf32>
    }`,
    compileOptions(),
  );
  const call = transpose.prepare(1);
  using x = client.bufferFromHost(new Float32Array([1, 2, 3, 4, 5, 6]), "f32", [2, 3]);
  call.setArgument(0, 0, x.handle);
  call.run();
  const out = new Float32Array(6);
  client.transfers.toHost(call.result(0, 0), out);
  client.transfers.destroy(call.result(0, 0), 24);
  expect([...out]).toEqual([1, 4, 2, 5, 3, 6]);
});

test("reading without blocking: more reads at once than there are native waits", async () => {
  const values = Array.from({ length: 300 }, (_, i) => new Float32Array([i, -i]));
  const buffers = values.map((value) => client.bufferFromHost(value, "f32", [1, 2]));
  const read = await Promise.all(
    buffers.map(async (buffer) => {
      const out = new Float32Array(2);
      await buffer.toHostAsync(out);
      return out;
    }),
  );
  expect(read).toEqual(values);
  await Promise.all(buffers.map((buffer) => buffer.ready()));
  for (const buffer of buffers) buffer.destroy();
});

test("a copy on another device is its own buffer", () => {
  using source = client.bufferFromHost(new Int32Array([1, 2]), "s32", [2], first);
  using copy = source.copyToDevice(second!);
  expect(copy.device).toBe(second);
  expect(source.device).toBe(first);
  source.destroy();
  const out = new Int32Array(2);
  copy.toHost(out);
  expect([...out]).toEqual([1, 2]);
  expect(client.live).toMatchObject({ count: 1, bytes: 8 });
});

test("deleted and destroyed buffers say so", () => {
  const buffer = client.bufferFromHost(new Float32Array([1]), "f32", []);
  expect(buffer.isDeleted).toBe(false);
  rawBuffer.delete(client.api, buffer.handle);
  expect(buffer.isDeleted).toBe(true);
  expect(() => buffer.toHost(new Float32Array(1))).toThrow(expect.objectContaining({ name: "PjrtError" }));
  buffer.destroy();
  buffer.destroy();
  expect(buffer.isDeleted).toBe(true);
  expect(() => buffer.handle).toThrow("Buffer has been destroyed with shape=f32[].");
});
