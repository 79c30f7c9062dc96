// The yardstick for dispatch: execute through a prepared block and destroy each result, nothing around it.
// Run after a build with `node dist/bench/koffi-dispatch.js`; prints µs per call, minimum over repetitions.
import { compileOptions, openClient } from "../runtime/index.ts";

const counts = [1, 10, 100, 1000];
const repetitions = 9;

/** n f32 scalars in, each doubled out. */
function scalarProgram(n: number): string {
  const each = <T>(f: (i: number) => T) => Array.from({ length: n }, (_, i) => f(i));
  const types = each(() => "tensor<f32>").join(", ");
  return `func.func @main(${each((i) => `%a${i}: tensor<f32>`).join(", ")}) -> (${types}) {
${each((i) => `  %r${i} = stablehlo.add %a${i}, %a${i} : tensor<f32>`).join("\n")}
  return ${each((i) => `%r${i}`).join(", ")} : ${types}
}`;
}

function minimumMicroseconds(calls: number, body: () => void): number {
  for (let i = 0; i < calls; i++) body(); // warm-up
  let best = Number.POSITIVE_INFINITY;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) body();
    best = Math.min(best, ((performance.now() - start) * 1000) / calls);
  }
  return best;
}

using client = openClient("cpu");
const { transfers } = client;
for (const n of counts) {
  const executable = client.compile(scalarProgram(n), compileOptions());
  const device = client.addressableDevices[0]!;
  const values = new Float32Array([1]);
  const inputs = Array.from({ length: n }, () => transfers.fromHost(values, "f32", [], device));
  const call = executable.prepare(n);
  const calls = Math.max(20, Math.round(20_000 / n));
  const setAll = () => {
    for (let i = 0; i < n; i++) call.setArgument(0, i, inputs[i]!);
  };
  const destroyAll = () => {
    for (let i = 0; i < n; i++) transfers.destroy(call.result(0, i), 4);
  };
  const dispatch = minimumMicroseconds(calls, () => {
    setAll();
    call.run();
    destroyAll();
  });
  const waited = minimumMicroseconds(calls, () => {
    setAll();
    call.runWithCompletion();
    client.events.wait(call.completion(0));
    destroyAll();
  });
  const upload = minimumMicroseconds(calls, () => {
    for (let i = 0; i < n; i++) transfers.destroy(transfers.fromHost(values, "f32", [], device), 4);
  });
  console.log(
    `${String(n).padStart(5)} scalars: execute + destroy ${dispatch.toFixed(1)}, with one wait ${waited.toFixed(1)}, ` +
      `host to device + destroy ${upload.toFixed(1)}`,
  );
  for (const input of inputs) transfers.destroy(input, 4);
}
