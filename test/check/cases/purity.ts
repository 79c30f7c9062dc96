// JC201 to JC208: randomness, time, what is captured, waiting, printing.
import { cases } from "./case.ts";

export const purity = cases({
  "Math.random": `
export const f = jit((x: Tensor) => x.mul(Math.random())); //! JC201`,
  crypto: `
import { randomBytes } from "node:crypto";
import { jit, type Tensor } from "jorts";
export const f = jit((x: Tensor) => {
  const bytes = crypto.getRandomValues(new Uint8Array(4)); //! JC201
  return x.mul(bytes[0]! + randomBytes(1)[0]!); //! JC201
});`,
  "random with a key": `
export const f = jit((x: Tensor, key: Tensor) => x.add(random.normal(key, x.shape)));
export const start = Math.random();
export const seeded = jit((x: Tensor) => x.mul(start));`,
  "the clock": `
export const f = jit((x: Tensor) => {
  const begin = performance.now(); //! JC202
  const day = new Date().getDay(); //! JC202
  return x.mul(Date.now() - begin + day); //! JC202
});`,
  "time outside, and other dates inside": `
const epoch = new Date(2020, 1, 1).getTime();
export const f = jit((x: Tensor) => x.mul(new Date(0).getTime() + epoch));
export function timed(x: Tensor) {
  const begin = performance.now();
  f(x).tolist();
  return performance.now() - begin;
}`,
  "a variable of one's own called Math": `
export const f = jit((x: Tensor, Date: { now(): number }) => x.mul(Date.now()), { staticArgnums: 1 });`,
  "writing a captured variable": `
let calls = 0;
let last = "";
export const f = jit((x: Tensor) => {
  calls++; //! JC203
  last = x.dtype; //! JC203
  [calls] = [1]; //! JC203
  return x;
});
export const state = () => [calls, last];`,
  "variables of one's own": `
export const f = jit((x: Tensor) => {
  let n = 0;
  const parts: Tensor[] = [];
  x.shape.forEach((size) => {
    n += size;
    parts.push(x.mul(n));
  });
  const { a, ...rest } = { a: 1, b: 2 };
  parts[0] = x.add(a + rest.b);
  return parts;
});`,
  "a counter under grad, where the function runs each time": `
let calls = 0;
const losses: unknown[] = [];
export const f = grad((x: Tensor) => {
  calls++;
  losses.push(x.item());
  return x.sum();
});
export const state = () => calls;`,
  "mutating captured arrays, objects and maps": `
const shapes: (readonly number[])[] = [];
const seen = new Map<string, number>();
const stats = { calls: 0, by: {} as Record<string, number> };
export const f = jit((x: Tensor) => {
  shapes.push(x.shape); //! JC204
  seen.set(x.dtype, x.ndim); //! JC204
  stats.calls += 1; //! JC204
  stats.by[x.dtype] = 1; //! JC204
  delete stats.by.b; //! JC204
  Object.assign(stats, { calls: 2 }); //! JC204
  return x;
});
export const all = () => [shapes, seen];`,
  "mutating through an alias and through a parameter": `
const log: string[] = [];
const note = (list: string[], text: string) => list.push(text); //! JC204
export const f = jit((x: Tensor) => {
  const lines = log;
  lines.push("f"); //! JC204
  note(log, "g");
  return x;
});`,
  "helpers that fill what they are given": `
const fill = (list: Tensor[], x: Tensor) => {
  list.push(x);
  list.sort();
};
export const f = jit((x: Tensor) => {
  const parts: Tensor[] = [];
  fill(parts, x);
  return parts;
});`,
  "arguments are fresh trees": `
export const f = jit((p: { w: Tensor; b?: Tensor }) => {
  p.w = p.w.mul(2);
  delete p.b;
  return p;
});`,
  "methods of tensors that are called like those of arrays": `
const table = np.zeros([3]);
export const f = jit((x: Tensor) => np.add(table.set([0], x), table.sort()).add(table));`,
  "a cache of host values": `
const masks = new Map<number, readonly number[]>();
let names: string[] | undefined;
function maskFor(n: number) {
  const known = masks.get(n);
  if (known !== undefined) return known;
  const made = Array.from({ length: n }, (_, i) => i);
  masks.set(n, made);
  return made;
}
export const f = jit((x: Tensor) => {
  names ??= ["a"];
  return x.mul(maskFor(x.shape[0]!).length + names.length);
});`,
  "a cache of tensors": `
const masks = new Map<number, Tensor>();
let mask: Tensor | undefined;
export const f = jit((x: Tensor) => {
  const known = masks.get(x.ndim);
  if (known !== undefined) return known;
  mask ??= np.ones(x.shape); //! JC206
  masks.set(x.ndim, mask); //! JC206
  return mask;
});`,
  "tensors stored outside": `
const kept: Tensor[] = [];
let last: Tensor | undefined;
const box: { value?: Tensor } = {};
export const f = jit((x: Tensor) => {
  kept.push(x.mul(2)); //! JC206
  last = x; //! JC206
  box.value = x; //! JC206
  return x;
});
export const state = () => [last, kept];`,
  "tensors stored outside under grad": `
let hidden: Tensor | undefined;
export const f = grad((x: Tensor) => {
  hidden = x.mul(2); //! JC206
  return hidden.sum();
});`,
  "the scan's body writes to the function around it": `
export const f = jit((xs: Tensor) => {
  const seen: Tensor[] = [];
  let count = 0;
  const [sum] = lax.scan((c: Tensor, x: Tensor) => {
    seen.push(x); //! JC206
    count++; //! JC203
    return [c.add(x), null];
  }, np.array(0), xs);
  return sum.add(count).add(seen.length);
});`,
  "what the scan carries": `
export const f = jit((xs: Tensor) => {
  const [[sum, count], parts] = lax.scan(([c, n]: [Tensor, Tensor], x: Tensor) => [[c.add(x), n.add(1)], x], [np.array(0), np.array(0)], xs);
  return [sum, count, parts];
});`,
  "fields of an instance": `
class Model {
  calls = 0;
  hidden: Tensor | undefined;
  forward(x: Tensor) {
    this.calls++; //! JC204
    this.hidden = x; //! JC206
    return x;
  }
}
const model = new Model();
export const f = jit((x: Tensor) => model.forward(x));`,
  "an object made in the trace": `
class Sum {
  total: Tensor = np.array(0);
  add(x: Tensor) {
    this.total = this.total.add(x);
    return this;
  }
}
export const f = jit((x: Tensor) => new Sum().add(x).total);
export const g = jit((x: Tensor) => {
  const s = new Sum();
  s.add(x);
  return s.total;
});`,
  "a variable that changes later": `
let rate = 0.1;
const step = jit((x: Tensor) => x.mul(rate)); //! JC205
export function train(x: Tensor) {
  const y = step(x);
  rate *= 0.5;
  return step(y);
}`,
  "a variable that has changed before": `
let rate = 0.1;
rate = rate / 2;
export const step = jit((x: Tensor) => x.mul(rate));
let mesh: string;
mesh = "data";
export const g = jit((x: Tensor) => x.mul(mesh.length));`,
  "parameters that training replaces": `
let params = np.zeros([2]);
const predict = jit((x: Tensor) => x.matmul(params)); //! JC205
for (let i = 0; i < 3; i++) {
  using y = predict(np.ones([2]));
  params = np.add(params, y);
}`,
  "parameters as an argument": `
let params = np.zeros([2]);
const predict = jit((p: typeof params, x: Tensor) => x.matmul(p));
for (let i = 0; i < 3; i++) {
  using y = predict(params, np.ones([2]));
  params = np.add(params, y);
}`,
  "an object that changes later": `
const options = { rate: 0.1, name: "a" };
const sizes: number[] = [];
const step = jit((x: Tensor) => x.mul(options.rate).add(sizes.length)); //! JC205 JC205
export function slower() {
  options.rate /= 2;
  sizes.push(1);
}
export const label = jit((x: Tensor) => x.add(options.name.length));
export { step };`,
  "a field that changes later": `
export class Trainer {
  rate = 0.1;
  readonly decay = 0.5;
  step = jit((x: Tensor) => x.mul(this.rate).mul(this.decay)); //! JC205
  slower() {
    this.rate *= this.decay;
  }
}`,
  "under grad the function runs each time": `
let weight = np.ones([2]);
const g = grad((x: Tensor) => x.mul(weight).sum());
weight = np.zeros([2]);
export const dx = g(np.ones([2]));`,
  "async functions and promises": `
export const f = jit(async (x: Tensor) => x); //! JC207
export const g = jit((x: Tensor) => {
  setTimeout(() => undefined, 0); //! JC207
  void Promise.resolve(x); //! JC207
  void new Promise(() => undefined); //! JC207
  return x;
});`,
  "an async helper and then": `
async function load() { //! JC207
  return 1;
}
export const f = jit((x: Tensor) => {
  load().then(() => undefined); //! JC207
  return x;
});`,
  "awaiting outside": `
const f = jit((x: Tensor) => x.mul(2));
export async function run() {
  const x = await Promise.resolve(np.array(1));
  return await f(x).data();
}`,
  "a generator": `
export const f = jit(function* g(x: Tensor) { yield x; }); //! JC207
function* sizes(x: Tensor) { yield* x.shape; }
export const h = jit((x: Tensor) => x.mul([...sizes(x)].length));`,
  "the console": `
export const f = jit((x: Tensor) => {
  console.log("tracing", x.shape);
  console.log(x); //! JC208
  console.warn("x", { x }); //! JC208
  return x;
});`,
  "debug.print, and the console under grad": `
export const f = jit((x: Tensor) => {
  debug.print("x = {}", x);
  return x;
});
export const g = grad((x: Tensor) => {
  console.log(x);
  return x.sum();
});`,
});
