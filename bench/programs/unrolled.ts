// Trace and lower of an unrolled program, and of very many small ones: the counterpart of unrolled_jax.py.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { jit, liveBuffers, np, ShapeDtypeStruct, type Tensor } from "../../src/index.ts";
import { serve } from "../protocol.ts";

/** A new function of `equations` elementwise equations on four numbers. */
const program = (equations: number) => (x0: Tensor) => {
  let x = x0;
  for (let i = 0; i < equations / 4; i++) x = np.tanh(np.add(np.mul(np.sin(x), x), x));
  return x;
};

const four = new ShapeDtypeStruct([4], "float32");

/** Milliseconds of tracing, lowering and printing a new function. */
function once(equations: number): number {
  const f = jit(program(equations));
  const start = performance.now();
  f.trace(four).lower().asText();
  return performance.now() - start;
}

/** `name`: unrolled_N. */
async function run({ run: name, seconds = 2 }: { run: string; seconds?: number }) {
  const equations = Number(name.split("_")[1]);
  if (!(equations >= 4)) throw new RangeError(`unknown case "${name}"; expected unrolled_N`);
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  do times.push(once(equations));
  while (performance.now() < end);
  times.sort((a, b) => a - b);
  return { min_us: 1000 * times[0]!, median_us: 1000 * times[times.length >> 1]!, calls: times.length };
}

let made = 0;

/** Traces and lowers `steps` more small functions, each different; every fiftieth is compiled, called and dropped. */
async function small({ steps }: { steps: number }) {
  const times: number[] = [];
  for (let i = 0; i < steps; i++) {
    const start = performance.now();
    const k = made++;
    const f = jit((x: Tensor) => np.add(np.mul(x, k), np.sin(x)));
    f.lower(four);
    if (k % 50 === 0) {
      const x = np.ones([4]);
      const y = f(x);
      await y.data();
      for (const t of [x, y]) t.dispose();
    }
    times.push(performance.now() - start);
    // Functions are held by weak references, which are let go between turns.
    if (k % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
  }
  return { ms: Math.min(...times), loss: 0, times_ms: [], losses: [] };
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function memory() {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { count, bytes } = liveBuffers();
  return { rss_mb: process.memoryUsage.rss() / 2 ** 20, live_buffers: count, live_bytes: bytes };
}

np.zeros([]).dispose(); // the client is made before the program says that it is ready
await serve({ ready: { bench: "jorts-unrolled" }, handlers: { run, steps: small, memory } });
