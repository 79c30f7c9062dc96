// What a call of a jitted function costs when the device work is next to nothing: the counterpart of dispatch_jax.py.
import type { LoadedExecutable } from "../../runtime/index.ts";
import type { ArrayTensor } from "../../src/compile/array.ts";
import { devicePut, devices, jit, np, type Tensor, tree } from "../../src/index.ts";
import { serve } from "../protocol.ts";

/** Runs one call, its results waited for and freed. */
type Call = () => void;

const counts = [1, 10, 100, 300, 1000];
const mostCalls = 20_000;

/** Minimum and median microseconds of a call; at least one is timed. */
function perCall(call: Call, seconds: number) {
  for (let i = 0; i < 5; i++) call();
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  do {
    const start = performance.now();
    call();
    times.push(performance.now() - start);
  } while (times.length < mostCalls && performance.now() < end);
  times.sort((a, b) => a - b);
  return { min_us: 1000 * times[0]!, median_us: 1000 * times[times.length >> 1]!, calls: times.length };
}

const zeros = (n: number): Tensor[] => Array.from({ length: n }, () => np.zeros([]));
const addOne = () => jit((...xs: Tensor[]) => xs.map((x) => np.add(x, 1)));

/** `n` scalars in, `n` scalars out. */
function manyArguments(n: number): Call {
  const f = addOne();
  const args = zeros(n);
  return () => {
    const results = f(...args) as ArrayTensor[];
    for (const r of results) r.wait();
    for (const r of results) r.dispose();
  };
}

/** Arguments and executables whose bare handles are in use: collected, they would be freed. */
const held: unknown[] = [];

/** The same executable from a prepared argument block: set the arguments, execute, destroy the results; no wait. */
function koffi(n: number): Call {
  const args = zeros(n) as ArrayTensor[];
  const compiled = addOne()
    .lower(...args)
    .compile();
  held.push(args, compiled);
  const executable = compiled.executable as LoadedExecutable;
  const { transfers } = executable.client;
  const prepared = executable.prepare(n);
  const handles = args.map((a) => a.handles()[0]!);
  return () => {
    for (let i = 0; i < n; i++) prepared.setArgument(0, i, handles[i]!);
    prepared.run();
    for (let i = 0; i < n; i++) transfers.destroy(prepared.result(0, i), 4);
  };
}

/** Layers of five named leaves. */
function nestedState(leaves: number) {
  const layer = () => {
    const [q, k, v, up, down] = zeros(5);
    return { attn: { q, k, v }, mlp: { up, down } };
  };
  return { layers: Object.fromEntries(Array.from({ length: leaves / 5 }, (_, i) => [`layer_${i}`, layer()])) };
}

/** Named leaves in, as many out; they are not donated. */
function pytree(leaves: number): Call {
  const f = jit((state: unknown) => tree.map((x: Tensor) => np.add(x, 1), state));
  const state = nestedState(leaves);
  return () => {
    const results = tree.leaves(f(state)) as ArrayTensor[];
    for (const r of results) r.wait();
    for (const r of results) r.dispose();
  };
}

/** `f` under jit, results waited for and freed. */
function jitted(f: (...xs: Tensor[]) => Tensor | Tensor[], ...shapes: number[][]): Call {
  const g = jit(f);
  const args = shapes.map((s) => np.zeros(s));
  return () => {
    const results = [g(...args)].flat() as ArrayTensor[];
    for (const r of results) r.wait();
    for (const r of results) r.dispose();
  };
}

/** A host array onto the device. */
function put(): Call {
  const host = new Float32Array(100);
  const device = devices()[0]!;
  return () => {
    const result = devicePut(host, device) as unknown as ArrayTensor;
    result.wait();
    result.dispose();
  };
}

const dot = (x: Tensor) => np.dot(x, x);

/** An operation outside jit. */
function eagerAdd(): Call {
  const x = np.zeros([]);
  return () => {
    const result = np.add(x, x) as ArrayTensor;
    result.wait();
    result.dispose();
  };
}

/** The state goes in donated and comes out as the next call's argument. */
function donated(leaves: number): Call {
  type State = ReturnType<typeof nestedState>;
  const f = jit((state: State) => tree.map((x: Tensor) => np.add(x, 1), state) as State, { donateArgnums: 0 });
  let state = nestedState(leaves);
  return () => {
    state = f(state);
    for (const leaf of tree.leaves(state)) (leaf as ArrayTensor).wait();
  };
}

const cases = new Map<string, () => Call>([
  ...counts.flatMap((n): [string, () => Call][] => [
    [`many_args_${n}`, () => manyArguments(n)],
    [`koffi_${n}`, () => koffi(n)],
  ]),
  ["pytree_300", () => pytree(300)],
  ["donated_300", () => donated(300)],
  ["eager_add", eagerAdd],
  ["trivial", () => jitted((a, b) => [b!, a!], [], [])],
  ["simple", () => jitted((a, b) => np.add(a!, b!), [], [])],
  ["small_matmul", () => jitted((x) => dot(x!), [2, 2])],
  ["big_matmul", () => jitted((x) => dot(x!), [100, 100])],
  ["pruned_1000", () => jitted((...xs) => np.add(xs[0]!, 1), ...Array.from({ length: 1000 }, () => []))],
  ["device_put", put],
]);
const made = new Map<string, Call>();

/** The call of a case; made on its first use, so that its compile is no part of a measurement. */
function callOf(name: string): Call {
  let call = made.get(name);
  if (call === undefined) {
    const make = cases.get(name);
    if (make === undefined) throw new RangeError(`unknown case "${name}"; known: ${[...cases.keys()].join(", ")}`);
    call = make();
    made.set(name, call);
  }
  return call;
}

zeros(1)[0]!.dispose(); // the client is made before the program says that it is ready
await serve({
  ready: { bench: "jorts-dispatch", cases: [...cases.keys()] },
  handlers: { run: async ({ run, seconds = 2 }) => perCall(callOf(run), seconds) },
});
