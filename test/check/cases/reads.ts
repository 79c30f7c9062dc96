// JC301, JC302: host reads; legal where values are known.
import { cases } from "./case.ts";

export const reads = cases({
  "host reads under jit": `
export const f = jit((x: Tensor) => {
  const a = x.sum().item() as number; //! JC301
  const b = x.tolist() as number[]; //! JC301
  const c = JSON.stringify({ x }).length; //! JC301
  return x.mul(a).add(b.length + c + x.devices().length); //! JC301
});`,
  "host reads under grad outside jit": `
export const loss = (x: Tensor) => ((x.sum().item() as number) > 0 ? x.sum() : x.sum().neg());
export const f = grad(loss);
export const g = valueAndGrad(loss);
export const h = (x: Tensor) => [jvp(loss, [x], [x]), vjp(loss, x)[0], linearize(loss, x)[0]];
export const j = hessian(loss);`,
  "host reads under grad inside jit": `
const loss = (x: Tensor) => ((x.sum().item() as number) > 0 ? x.sum() : x.sum().neg()); //! JC301
export const f = jit(grad(loss));`,
  "host reads under grad called in a jitted function": `
const loss = (x: Tensor) => ((x.sum().item() as number) > 0 ? x.sum() : x.sum().neg()); //! JC301
const dloss = grad(loss);
export const f = jit((x: Tensor) => x.sub(dloss(x)));`,
  "host reads under vmap, checkpoint, in custom rules and loop bodies": `
const read = (x: Tensor) => x.mul(x.sum().item() as number); //! JC301
export const a = vmap(read);
const read2 = (x: Tensor) => x.mul(x.sum().item() as number); //! JC301
export const b = grad(checkpoint(read2));
export const c = customVjp((x: Tensor) => x).defvjp(
  (x: Tensor) => [x, x.item()], //! JC301
  (_: unknown, ct: Tensor) => [ct.mul(ct.item() as number)], //! JC301
);
export const d = (xs: Tensor) => lax.map((x) => x.mul(x.item() as number), xs); //! JC301
export const e = (x: Tensor) => lax.whileLoop((c) => np.array(c.item() as number), (c) => c, x); //! JC301
export const f = (x: Tensor) => lax.switch(0, [(v: Tensor) => v, (v: Tensor) => v.mul(v.item() as number)], x); //! JC301
export const g = (x: Tensor) => lax.foriLoop(0, 2, (i, c: Tensor) => c.mul(i.item() as number), x); //! JC301
export const h = (x: Tensor) => linearTranspose((v: Tensor) => v.mul(v.item() as number), x); //! JC301`,
  "other ways to a trace": `
export const text = makeJaxpr((x: Tensor) => x.mul(x.item() as number)); //! JC301
export const shape = evalShape((x: Tensor) => x.mul(x.item() as number), new ShapeDtypeStruct([], "float32")); //! JC301
export const sharded = shardMap((x: Tensor) => x.mul(x.item() as number), { mesh: makeMesh([1], ["i"]), inSpecs: P("i"), outSpecs: P("i") }); //! JC301
export const each = np.vectorize((x: Tensor) => x.mul(x.item() as number)); //! JC301
export const along = (x: Tensor) => np.applyAlongAxis((v) => v.mul(v.at(0).item() as number), 0, x); //! JC301`,
  "constants from outside have values": `
const table = np.array([1, 2, 3]);
const layer = { scale: np.array(2) };
export const f = jit((x: Tensor) => x.mul(table.tolist() as unknown as number).mul(layer.scale.item() as number));
export const outer = (y: Tensor) => vmap((x: Tensor) => x.mul(y.item() as number));`,
  "constants held by an instance": `
class Model {
  readonly scale: Tensor;
  constructor(scale: Tensor) {
    this.scale = scale;
  }
  forward(x: Tensor) {
    return x.mul(this.scale.item() as number);
  }
}
const model = new Model(np.array(2));
export const f = jit((x: Tensor) => model.forward(x));`,
  "what was computed from constants in the trace has none": `
const table = np.array([1, 2, 3]);
export const f = jit((x: Tensor) => x.mul(table.sum().item() as number)); //! JC301`,
  "host callbacks get values": `
export const f = jit((x: Tensor) => {
  debug.callback((v: Tensor) => console.log(v.item(), Math.random()), x);
  const square = (v: Tensor) => (v.tolist() as number[]).map((e) => e * e);
  const y = pureCallback(square, new ShapeDtypeStruct(x.shape, "float32"), x);
  return ioCallback((v: Tensor) => np.array(v.item() as number), new ShapeDtypeStruct([], "float32"), y.sum());
});`,
  "reads outside": `
const f = jit((x: Tensor) => x.mul(2));
export const value = f(np.array(2)).item();
export async function values(x: Tensor) {
  return [await f(x).data(), JSON.stringify(f(x)), f(x).sharding];
}`,
  "freeing in a trace": `
export const f = jit((x: Tensor) => {
  const y = x.mul(2);
  y.dispose(); //! JC302
  using z = x.add(1); //! JC302
  return z.mul(2);
});
export const g = grad((x: Tensor) => {
  using z = x.add(1); //! JC302
  return z.sum();
});`,
});
