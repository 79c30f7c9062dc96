// JC401 to JC405: donation, disposal, using, scope, loops.
import { cases } from "./case.ts";

export const lifetime = cases({
  "use after donation": `
const step = jit((p: Tensor, x: Tensor) => p.add(x), { donateArgnums: 0 });
export function train(params: Tensor, x: Tensor) {
  const next = step(params, x);
  return [next, params.mul(2), x.mul(2), params.shape]; //! JC401
}`,
  "donated and replaced": `
const step = jit((p: Tensor, s: { m: Tensor }, x: Tensor) => [p.add(x), s] as const, { donateArgnums: [0, 1] });
export function train(params: Tensor, state: { m: Tensor }, x: Tensor) {
  for (let i = 0; i < 3; i++) [params, state] = step(params, state, x);
  return [params.mul(2), state.m];
}`,
  "donated twice in a loop": `
const step = jit((p: Tensor, x: Tensor) => p.add(x), { donateArgnums: [0] });
export function train(params: Tensor, x: Tensor) {
  let last = x;
  for (let i = 0; i < 3; i++) last = step(params, x); //! JC401
  return last;
}`,
  "parts of an object, and a negative position": `
const step = jit((x: Tensor, p: { w: Tensor; b: Tensor }) => p.w.add(p.b).add(x), { donateArgnums: -1 });
export function train(model: { p: { w: Tensor; b: Tensor } }, w: Tensor, b: Tensor, x: Tensor) {
  const a = step(x, model.p);
  const c = step(x, { w, b });
  return [a, c, model.p.w, w, b, x]; //! JC401 JC401 JC401
}`,
  "on one branch only": `
const step = jit((p: Tensor) => p.add(1), { donateArgnums: 0 });
export function train(params: Tensor, donate: boolean) {
  const next = donate ? step(params) : params;
  if (!donate) return params; //! JC401
  return next;
}
export function leave(params: Tensor, donate: boolean) {
  if (donate) return step(params);
  return params;
}`,
  "a donating function from a function, and as a field": `
const makeStep = (rate: number) => jit((p: Tensor) => p.mul(rate), { donateArgnums: 0 });
class Trainer {
  readonly step = makeStep(0.1);
}
export function train(trainer: Trainer, p: Tensor, q: Tensor) {
  const step = makeStep(1);
  const a = step(p);
  const b = trainer.step(q);
  return [a, b, p, q]; //! JC401 JC401
}`,
  "not donated": `
const step = jit((p: Tensor, x: Tensor) => p.add(x), { donateArgnums: 0 });
const plain = jit((p: Tensor, x: Tensor) => p.add(x));
export function train(params: Tensor, x: Tensor) {
  const y = plain(params, x);
  const z = step(y, x);
  return [z, params, x];
}`,
  "donation inside a trace": `
const step = jit((p: Tensor) => p.add(1), { donateArgnums: 0 });
export const f = jit((x: Tensor) => step(x).add(x));`,
  "a closure reads it later": `
const step = jit((p: Tensor) => p.add(1), { donateArgnums: 0 });
export function run(start: number) {
  const p = np.array(start);
  const q = step(p);
  return [() => p.item(), () => q.item()]; //! JC401
}`,
  "use after dispose": `
export function f(x: Tensor) {
  const y = x.mul(2);
  const value = y.item();
  y.dispose();
  const { ndim } = y.add(1); //! JC402
  return [value, y.shape, y.isDeleted, ndim];
}`,
  "disposed last": `
export function f(x: Tensor, again: boolean) {
  let y = x.mul(2);
  while (again) {
    const z = y.add(1);
    y.dispose();
    y = z;
  }
  try {
    return y.item();
  } finally {
    y.dispose();
  }
}`,
  "a residual function after its disposal": `
export function f(x: Tensor) {
  const [y, pull] = vjp((v: Tensor) => v.sum(), x);
  const [dx] = pull(y);
  pull.dispose();
  return [dx, pull(y)]; //! JC402
}`,
  "disposed in another case": `
export function f(x: Tensor, kind: "a" | "b" | "c") {
  switch (kind) {
    case "a":
      x.dispose();
      break;
    case "b":
      return x.item();
    default:
      x.dispose();
      return x.item(); //! JC402
  }
  return x.item(); //! JC402
}`,
  "other things with dispose": `
class Run {
  dispose() {}
  name = "run";
}
export function f(run: Run) {
  run.dispose();
  return run.name;
}`,
  "returning a using variable": `
export function f(x: Tensor) {
  using y = x.mul(2);
  return y; //! JC403
}
export function g(x: Tensor, all: Tensor[], box: { y?: Tensor }) {
  using y = x.mul(2);
  all.push(y); //! JC403
  box.y = y; //! JC403
  return { y }; //! JC403
}
export function h(x: Tensor) {
  using y = x.mul(2);
  return () => y.item(); //! JC403
}`,
  "returning what was computed from it": `
export function f(x: Tensor) {
  using y = x.mul(2);
  const parts = [y, x];
  const read = parts.map((p) => p.add(y).item());
  return [y.add(1), y.item(), y.shape, read];
}`,
  "leaving a scope without being returned": `
export function f(x: Tensor) {
  let last: Tensor = x;
  const all: Tensor[] = [];
  const y = scope(() => {
    last = x.mul(2); //! JC405
    all.push(x.add(1)); //! JC405
    return x.mul(3);
  });
  return [y, last, ...all];
}`,
  "returned from a scope": `
export function f(x: Tensor) {
  let best: Tensor | undefined;
  const values: unknown[] = [];
  const [y, z] = scope(() => {
    const made = x.mul(2);
    values.push(made.item());
    best = x;
    return [made, np.add(made, 1)] as const;
  });
  return [y, z, best, values];
}`,
  "a loop that frees nothing": `
const f = jit((x: Tensor) => x.mul(2));
for (let i = 0; i < 1000; i++) {
  const y = f(np.ones([2])); //! JC404
  console.log(y.item());
}`,
  "a loop that reads and forgets": `
const f = jit((x: Tensor) => x.sum());
export function evaluate(batches: Tensor[]) {
  let total = 0;
  for (const b of batches) total += f(b).item() as number; //! JC404
  return total;
}`,
  "a loop that replaces without freeing": `
let w = np.ones([2]);
for (let i = 0; i < 1000; i++) w = w.sub(w.mul(0.1)); //! JC404
export { w };`,
  "loops that free": `
const f = jit((x: Tensor) => x.mul(2));
const step = jit((p: Tensor) => p.mul(2), { donateArgnums: 0 });
for (let i = 0; i < 1000; i++) {
  using y = f(np.ones([2]));
  console.log(y.item());
}
for (let i = 0; i < 1000; i++) {
  const y = f(np.ones([2]));
  console.log(y.item());
  y.dispose();
}
for (let i = 0; i < 1000; i++) scope(() => console.log(f(np.ones([2])).item()));
for (let i = 0; i < 1000; i++) {
  const y = f(np.ones([2]));
  console.log(await y.data());
}
let p = np.ones([2]);
for (let i = 0; i < 1000; i++) p = step(p);
export { p };`,
  "loops that keep what they make": `
const layers: Tensor[] = [];
const params: Record<string, Tensor> = {};
for (let i = 0; i < 12; i++) {
  const w = random.normal(random.key(i), [4, 4]).mul(0.1);
  layers.push(w);
  params[i] = np.zeros([4]);
}
export { layers, params };`,
  "loops in functions to be traced": `
export function forward(x: Tensor, layers: Tensor[]) {
  for (const w of layers) {
    const h = x.matmul(w);
    x = nn.relu(h);
  }
  return x;
}`,
});
