// How functions reach a transformation: each of these finds the same `if` on a tensor, or rightly does not.
import { cases } from "./case.ts";

export const reach = cases({
  "by name, declared later": `
export const f = jit(g);
function g(x: Tensor) {
  return x.sum() ? x : x.neg(); //! JC101
}`,
  "through wrappers": `
const g = (x: Tensor) => (x.sum() ? x : x.neg()); //! JC101
export const f = jit(vmap(grad((x: Tensor) => g(x).sum())));`,
  "through a wrapper held in a variable": `
const loss = (x: Tensor) => (x.sum() ? x : x.neg()); //! JC101
const dloss = valueAndGrad(loss);
export const step = jit((x: Tensor) => dloss(x)[1]);`,
  "as a method, bound and in an arrow": `
class Model {
  forward(x: Tensor) {
    return this.hidden(x);
  }
  hidden(x: Tensor) {
    return x.sum() ? x : x.neg(); //! JC101
  }
  #own(x: Tensor) {
    return x.sum() ? x : x.neg(); //! JC101
  }
  jitted = jit(this.forward.bind(this));
  other = jit((x: Tensor) => this.#own(x));
}
export const model = new Model();`,
  "a method of an object literal": `
const model = {
  forward(x: Tensor) {
    return x.sum() ? x : x.neg(); //! JC101
  },
  loss: (x: Tensor) => (x.sum() ? x : x.neg()), //! JC101
};
export const f = jit(model.forward);
export const g = grad((x: Tensor) => model.loss(x));`,
  "from a function that makes functions": `
const make = (scale: number) => (x: Tensor) => (x.sum() ? x.mul(scale) : x); //! JC101
export const f = jit(make(2));`,
  "from a function that makes an object of functions": `
function build() {
  const loss = (x: Tensor) => (x.sum() ? x : x.neg()); //! JC101
  return { loss, other: (x: Tensor) => (x.sum() ? x : x.neg()) };
}
const { loss } = build();
export const f = grad(loss);`,
  "through a parameter of one's own wrapper": `
const compiled = (f: (x: Tensor) => Tensor) => jit((x: Tensor) => f(x));
const body = (x: Tensor) => (x.sum() ? x : x.neg()); //! JC101
export const f = compiled(body);
export const g = compiled((x) => (x.sum() ? x : x.neg())); //! JC101`,
  "through an options object": `
interface Options { readonly loss: (x: Tensor) => Tensor; readonly report: (x: Tensor) => string }
function trainer({ loss, report }: Options) {
  return { step: jit((x: Tensor) => grad(loss)(x)), report };
}
export const t = trainer({
  loss: (x) => (x.sum() ? x.sum() : x.neg().sum()), //! JC101
  report: (x) => (x ? "yes" : "no"),
});`,
  "as an argument of tree.map and Array.map": `
const update = (p: Tensor) => (p.sum() ? p : p.neg()); //! JC101
const other = (p: Tensor) => (p.sum() ? p : p.neg()); //! JC101
export const f = jit((params: { w: Tensor }, list: Tensor[]) => [tree.map(update, params), list.map(other)]);`,
  "across files": {
    "model.ts": `
import { type Tensor, nn } from "jorts";
export const forward = (x: Tensor) => (x.sum() ? nn.relu(x) : x); //! JC101
export default function loss(x: Tensor) {
  return x.sum() ? x : x.neg(); //! JC101
}
export const unused = (x: Tensor) => (x.sum() ? x : x.neg());`,
    "index.ts": `export { forward, default as loss } from "./model.ts";`,
    "train.ts": `
import * as jorts from "jorts";
import { forward, loss } from "./index.ts";
export const f = jorts.jit(forward);
export const g = jorts.grad(loss);`,
  },
  "renamed imports and destructured namespaces": `
import { jit as compile, lax, np, type Tensor as T } from "jorts";
const { scan, cond: choose } = lax;
const again = compile;
export const f = compile((x: T) => (x.sum() ? x : x.neg())); //! JC101
export const g = again((x: T) => (x.sum() ? x : x.neg())); //! JC101
export const h = (xs: T) => scan((c: T, x: T) => [x.sum() ? c : c.add(x), null], np.array(0), xs); //! JC101
export const i = (x: T) => choose(true, (v: T) => (v.sum() ? v : v.neg()), (v: T) => v, x); //! JC101`,
  "this repository's own relative imports": `
import { jit } from "../../../../src/lib/jit.ts";
import type { Tensor } from "../../../../src/lib/tensor.ts";
import * as lax from "../../../../src/lib/lax.ts";
export const f = jit((x: Tensor) => (x ? x : lax.neg(x))); //! JC101
export const g = (xs: Tensor) => lax.map((x) => (x ? x : lax.neg(x)), xs); //! JC101`,
  "functions and classes of the same names": `
import { np } from "jorts";
class Tensor {
  sum() {
    return this;
  }
}
const jit = <F>(f: F) => f;
const lax = { scan: <F>(f: F) => f };
export const one = np.ones([1]);
export const f = jit((x: Tensor) => (x.sum() ? x : null));
export const g = lax.scan((x: Tensor) => (x ? Math.random() : x === new Tensor()));`,
  "subclasses and type parameters": `
import { jit, Tensor } from "jorts";
abstract class Weight extends Tensor {}
const keep = <T extends Tensor>(x: T): T | null => (x ? x : null); //! JC101
export const f = jit((w: Weight, x: Tensor) => (w ? keep(x) : x)); //! JC101`,
  "assigned later, chosen, in a list": `
let g: (x: Tensor) => Tensor;
g = (x) => (x.sum() ? x : x.neg()); //! JC101
export const a = jit(g);
const first = (x: Tensor) => (x.sum() ? x : x.neg()); //! JC101
const second = (x: Tensor) => (x.sum() ? x : x.neg()); //! JC101
export const b = jit(process.argv.length > 2 ? first : second);
const branches = [(x: Tensor) => (x.sum() ? x : x.neg())]; //! JC101
export const c = (i: Tensor, x: Tensor) => lax.switch(i, branches, x);
export const d = (i: Tensor, x: Tensor) => lax.switch(i, [1, 2].map((n) => (v: Tensor) => (v.sum() ? v.mul(n) : v)), x); //! JC101`,
  "custom rules": `
const clip = customJvp((x: Tensor) => (x.sum() ? x : x.neg())); //! JC101
clip.defjvp(([x]: [Tensor], [t]: [Tensor]) => [clip(x), t.sum() ? t : x]); //! JC101
const double = customVjp((x: Tensor) => x.mul(2));
double.defvjp(
  (x) => [x.sum() ? x : x.neg(), null], //! JC101
  (_res: null, ct: Tensor) => [ct.sum() ? ct : ct.neg()], //! JC101
);
export { clip, double };`,
  "static arguments of custom rules": `
const scale = customVjp((x: Tensor, n: number) => (n > 1 ? x.mul(n) : x), { nondiffArgnums: 1 });
scale.defvjp(
  (x, n) => [n > 1 ? x.mul(n) : x, null],
  (n: number, _res: null, ct: Tensor) => [n > 1 ? ct.mul(n) : ct],
);
export { scale };`,
  "schedules of optim": `
export const optimizer = optim.sgd((count: Tensor) => (count.less(10) ? 0.1 : 0.01)); //! JC101`,
  "constructors and getters inside the trace": `
class Layer {
  readonly out: Tensor;
  constructor(x: Tensor) {
    this.out = x.sum() ? x : x.neg(); //! JC101
  }
}
export const f = jit((x: Tensor) => new Layer(x).out);`,
  recursion: `
const go = (x: Tensor, n: number): Tensor => (n === 0 ? x : go(x.sum() ? x : x.neg(), n - 1)); //! JC101
export const f = jit((x: Tensor) => go(x, 3));`,
  "functions that nothing traces": `
export function host(x: Tensor, y: Tensor) {
  const values = x.tolist() as number[];
  console.log(values, Math.random(), Date.now());
  return values.length > 0 ? x === y : x;
}
export const f = jit((x: Tensor) => x);`,
  "functions of another package that call what they are given": `
declare function memoize<F>(f: F): F;
export const f = jit(memoize((x: Tensor) => (x.sum() ? x : x.neg()))); //! JC101`,
});
