// Host functions called by compiled programs: operands, results, types, threads, exceptions, lifetime, exit code.
import { afterAll, afterEach, describe, expect, test } from "vitest";
import {
  compileOptions,
  enableHostCalls,
  type HostCall,
  holdHostFunction,
  hostCallTarget,
  hostFunctionCount,
  rawBuffer,
  releaseHostFunction,
} from "../../runtime/index.ts";
import { childRunner } from "./child.ts";
import { cpuClient, cpuPluginPath } from "./plugin.ts";

const client = cpuClient();
enableHostCalls(client.api);
enableHostCalls(client.api);
const { transfers, events } = client;
afterEach(() => expect(client.live).toMatchObject({ count: 0, bytes: 0 }));
afterAll(() => client.destroy());

const call = (number: number, operands: string, type: string, effect = false) =>
  `stablehlo.custom_call @${hostCallTarget}(${operands}) {api_version = 4 : i32, has_side_effect = ${effect}, ` +
  `backend_config = {callback = ${number} : i64}} : ${type}`;
const put = (values: ArrayBufferView, type: Parameters<typeof transfers.fromHost>[1], dims: readonly number[]) =>
  transfers.fromHost(values, type, dims, client.addressableDevices[0]!);

/** Runs `text` on one argument; resolves when its first result is there. */
async function run(text: string, argument: number, bytes: number, out: ArrayBufferView): Promise<void> {
  using executable = client.compile(text, compileOptions());
  const execution = executable.prepare(1);
  execution.setArgument(0, 0, argument);
  try {
    execution.run();
    const result = execution.result(0, 0);
    try {
      await events.settled(rawBuffer.readyEvent(client.api, result));
      transfers.toHost(result, out);
    } finally {
      transfers.destroy(result, out.byteLength);
    }
  } finally {
    transfers.destroy(argument, bytes);
  }
}

describe("a call", () => {
  test("sees types, dimensions and bytes, and writes results", async () => {
    const seen: unknown[] = [];
    holdHostFunction(900, (c: HostCall) => {
      seen.push([c.operands.map((o) => [o.type, o.dims, o.byteLength]), c.results.map((r) => [r.type, r.dims])]);
      const x = new Int16Array(c.read(0).buffer);
      expect(() => c.write(0, new Uint8Array(3))).toThrow(/got 3 bytes for result 0; f32\[2\] takes 8/);
      c.write(0, Float32Array.from(x.subarray(0, 2)));
    });
    const out = new Float32Array(2);
    const type = "(tensor<2x3xi16>, tensor<bf16>, tensor<0xi1>) -> tensor<2xf32>";
    await run(
      `func.func @main(%a: tensor<2x3xi16>) -> tensor<2xf32> {
        %b = stablehlo.constant dense<1.5> : tensor<bf16>
        %c = stablehlo.constant dense<> : tensor<0xi1>
        %0 = ${call(900, "%a, %b, %c", type)}
        return %0 : tensor<2xf32>
      }`,
      put(Int16Array.of(7, -8, 3, 4, 5, 6), "s16", [2, 3]),
      12,
      out,
    );
    expect([...out]).toEqual([7, -8]);
    expect(seen).toEqual([
      [
        [
          ["s16", [2, 3], 12],
          ["bf16", [], 2],
          ["pred", [0], 0],
        ],
        [["f32", [2]]],
      ],
    ]);
    releaseHostFunction(900);
  });

  const big = 512;
  test.each([
    ["this thread", 2],
    ["a thread of XLA's", big],
  ])("from %s, and an exception comes back as the object that was thrown", async (_, n) => {
    const thrown = new RangeError("thrown by a host function");
    let fail = false;
    let calls = 0;
    holdHostFunction(901, (c) => {
      calls++;
      if (fail) throw thrown;
      c.write(0, c.read(0));
    });
    const t = `tensor<${n}x${n}xf32>`;
    const text = `func.func @main(%a: ${t}) -> ${t} {
      %0 = stablehlo.dot_general %a, %a, contracting_dims = [1] x [0] : (${t}, ${t}) -> ${t}
      %1 = ${call(901, "%0", `(${t}) -> ${t}`)}
      return %1 : ${t}
    }`;
    const ones = () => put(new Float32Array(n * n).fill(1), "f32", [n, n]);
    const out = new Float32Array(n * n);
    await run(text, ones(), n * n * 4, out);
    expect([out[0], calls]).toEqual([n, 1]);
    fail = true;
    await expect(run(text, ones(), n * n * 4, out)).rejects.toBe(thrown);
    releaseHostFunction(901);
  });

  test("of a function that nobody holds is an error of that program only", async () => {
    const text = `func.func @main(%a: tensor<f32>) -> tensor<f32> {
      %0 = ${call(902, "%a", "(tensor<f32>) -> tensor<f32>")}
      return %0 : tensor<f32>
    }`;
    await expect(run(text, put(new Float32Array(1), "f32", []), 4, new Float32Array(1))).rejects.toThrow(
      /host function 902, which nobody holds/,
    );
  });
});

test("functions are held as often as asked, and by executables until these go", () => {
  const before = hostFunctionCount();
  holdHostFunction(903, () => {});
  holdHostFunction(903);
  const executable = client.compile("func.func @main(%a: tensor<f32>) {\n return\n}", compileOptions());
  executable.hostFunctions.push(903);
  releaseHostFunction(903);
  expect(hostFunctionCount()).toBe(before + 1);
  executable.destroy();
  expect(hostFunctionCount()).toBe(before);
});

test("a process ends with code 0 after calls, and when it leaves while one is under way", async () => {
  const child = await childRunner();
  const program = (end: string) => `
    const client = runtime.loadPlugin(${JSON.stringify(cpuPluginPath)}).createClient({ cpuDeviceCount: 1 });
    runtime.enableHostCalls(client.api);
    let calls = 0;
    runtime.holdHostFunction(1, (c) => { calls++; c.write(0, c.read(0)); });
    const t = "tensor<512x512xf32>";
    const text = \`func.func @main(%a: \${t}) -> \${t} {
      %0 = stablehlo.dot_general %a, %a, contracting_dims = [1] x [0] : (\${t}, \${t}) -> \${t}
      %1 = stablehlo.custom_call @${hostCallTarget}(%0) {api_version = 4 : i32, backend_config = {callback = 1 : i64}} : (\${t}) -> \${t}
      return %1 : \${t} }\`;
    const execution = client.compile(text, runtime.compileOptions()).prepare(1);
    execution.setArgument(0, 0, client.transfers.fromHost(new Float32Array(512 * 512), "f32", [512, 512], client.addressableDevices[0]));
    execution.run();
    ${end}`;
  const awaited = await child(
    program(`await client.events.settled(runtime.rawBuffer.readyEvent(client.api, execution.result(0, 0)));
    console.log("calls", calls);`),
  );
  expect(awaited).toMatchObject({ code: 0, stdout: "calls 1\n" });
  const left = await child(program("setTimeout(() => process.exit(0), 0);"));
  expect(left).toMatchObject({ code: 0 });
}, 120_000);
