// Reads, prints and compiles one long module: what StableHLO as data costs beside the plugin's own parser.
import { parse, print } from "../../hlo/index.ts";
import { compileOptions, loadPlugin } from "../../runtime/index.ts";
import { grad, jit, lax, np, ShapeDtypeStruct, type Tensor } from "../../src/index.ts";
import { serve } from "../protocol.ts";

const MEGABYTES = 5;

type Layer = { q: Tensor; k: Tensor; v: Tensor; up: Tensor; down: Tensor };

/** The gradient of a few layers of attention and of a gated product, under scan. */
function loss(layers: Layer, x: Tensor): Tensor {
  const block = (h: Tensor, { q, k, v, up, down }: Layer): [Tensor, null] => {
    const scores = np.matmul(np.matmul(h, q), np.transpose(np.matmul(h, k)));
    const weights = np.exp(np.sub(scores, np.max(scores, { axis: -1, keepdims: true })));
    const mixed = np.matmul(np.div(weights, np.sum(weights, { axis: -1, keepdims: true })), np.matmul(h, v));
    const gate = np.matmul(np.add(h, mixed), up);
    return [np.add(h, np.matmul(np.mul(gate, np.tanh(gate)), down)), null];
  };
  return np.mean(np.square(lax.scan(block, x, layers)[0]));
}

/** That step's functions again and again; one of them is called, so that compiling costs little beside reading. */
function longModule(): string {
  const type = (...shape: number[]) => new ShapeDtypeStruct(shape, "float32");
  const square = type(4, 64, 64);
  const layers = { q: square, k: square, v: square, up: type(4, 64, 256), down: type(4, 256, 64) };
  const step = jit(grad(loss as never) as (...args: unknown[]) => Tensor);
  const text = step.lower(layers as never, type(32, 64) as never).asText({ debugInfo: true });
  const module = parse(text);
  const copies = Math.ceil((MEGABYTES * 1e6) / text.length);
  for (let i = 1; i < copies; i++) {
    for (const func of parse(text).funcs) {
      module.funcs.push({
        ...func,
        name: `${func.name}_${i}`,
        visibility: "private",
        argAttributes: [],
        resultAttributes: [],
      });
    }
  }
  return print(module, { debugInfo: true });
}

const text = longModule();
const module = parse(text);
const client = loadPlugin(process.env.JORTS_PJRT_PLUGIN_PATH!).createClient({ cpuDeviceCount: 1 });

const cases: Readonly<Record<string, () => void>> = {
  parse: () => void parse(text),
  print: () => void print(module, { debugInfo: true }),
  compile: () => client.compile(text, compileOptions({})).destroy(),
};

/** `name`: parse, print or compile; the fastest of `seconds`. */
async function run({ run: name, seconds = 2 }: { run: string; seconds?: number }) {
  const body = cases[name];
  if (body === undefined) throw new RangeError(`unknown case "${name}"; expected ${Object.keys(cases).join(", ")}`);
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  do {
    const start = performance.now();
    body();
    times.push(1000 * (performance.now() - start));
  } while (performance.now() < end);
  times.sort((a, b) => a - b);
  return { min_us: times[0]!, median_us: times[times.length >> 1]!, calls: times.length };
}

await serve({ ready: { bench: "jorts-hlo", bytes: text.length }, handlers: { run } });
