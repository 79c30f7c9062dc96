// Runs a program's text through the plugin, and compares with what was recorded.
import { afterAll, expect } from "vitest";
import { type Client, compileOptions } from "../../runtime/index.ts";
import { smallestNormal, xlaName } from "../../src/core/dtype.ts";
import { type FixtureTensor, numbersOf } from "../fixtures.ts";
import { cpuClient } from "../runtime/plugin.ts";
import type { CorpusProgram, DeviceTensors } from "./corpus.ts";

const clients = new Map<number, Client>();
const clientOf = (devices: number): Client => {
  const found = clients.get(devices) ?? cpuClient({ cpuDeviceCount: devices });
  clients.set(devices, found);
  return found;
};
afterAll(() => {
  for (const client of clients.values()) client.destroy();
});

export function execute(program: CorpusProgram, text: string): DeviceTensors {
  const { devices, inputs, outputs } = program;
  const client = clientOf(devices);
  const { transfers } = client;
  using executable = client.compile(text, compileOptions({ numPartitions: devices }));
  const call = executable.prepare(inputs[0]!.length);
  const held: [handle: number, bytes: number][] = [];
  try {
    inputs.forEach((values, device) => {
      values.forEach(({ bytes, dtype, shape }, index) => {
        const handle = transfers.fromHost(bytes, xlaName(dtype), shape, client.addressableDevices[device]!);
        held.push([handle, bytes.length]);
        call.setArgument(device, index, handle);
      });
    });
    call.run();
    for (const [device, values] of outputs.entries())
      for (const [index, { bytes }] of values.entries()) held.push([call.result(device, index), bytes.length]);
    return outputs.map((values, device) =>
      values.map(({ dtype, shape, bytes }, index) => {
        const out = new Uint8Array(bytes.length);
        transfers.toHost(call.result(device, index), out);
        return { dtype, shape, bytes: out };
      }),
    );
  } finally {
    for (const [handle, bytes] of held) transfers.destroy(handle, bytes);
  }
}

/** Relative error that kernels for other instruction sets, and sums in another order, may make. */
const tolerances: Readonly<Record<string, number>> = {
  float64: 1e-11,
  complex128: 1e-11,
  float32: 2e-5,
  complex64: 2e-5,
  float16: 2 ** -9,
  bfloat16: 2 ** -6,
};

/** Within the dtype's tolerance of the largest element; to the bit where there is none. */
function expectSame(got: FixtureTensor, expected: FixtureTensor, exact: boolean, where: string): void {
  const tolerance = exact ? undefined : tolerances[expected.dtype];
  if (tolerance === undefined) {
    expect(got.bytes, where).toEqual(expected.bytes);
    return;
  }
  const want = numbersOf(expected);
  const scale = Math.max(smallestNormal(expected.dtype), ...want.filter(Number.isFinite).map(Math.abs));
  numbersOf(got).forEach((value, i) => {
    if (Object.is(value, want[i])) return;
    const error = Math.abs(value - want[i]!);
    expect(error, `${where}[${i}]: ${value}, recorded ${want[i]}`).toBeLessThanOrEqual(tolerance * scale);
  });
}

/** Compiles and runs `text` with the program's inputs and compares all results with the recorded ones. */
export function expectRecorded(program: CorpusProgram, text: string): void {
  const got = execute(program, text);
  program.outputs.forEach((values, device) => {
    values.forEach((expected, index) => {
      const where = `device ${device}, result ${index}`;
      expectSame(got[device]![index]!, expected, program.name.startsWith("constants"), where);
    });
  });
}
