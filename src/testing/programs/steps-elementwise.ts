// Steps of random programs that work element by element, smooth where random values fall, and of bounded growth.
import { type Builder, broadcast, ref, type Step, sizeOf } from "./builder.ts";
import type { Argument, Value } from "./types.ts";

const unary =
  (...names: readonly string[]): Step =>
  (b, g) => {
    let x = b.pick(g.a)!;
    for (const name of names) x = b.emit(name, [ref(x)], x.shape);
  };

/** A second operand that broadcasts with `x`; `x` itself if nothing else does. */
function partner(b: Builder, x: Value, n: number): { y: Value; shape: readonly number[] } {
  const fits = (v: Value) => {
    const shape = broadcast(x.shape, v.shape);
    return shape !== undefined && sizeOf(shape) <= b.maxElements;
  };
  const y = b.pick(n, fits) ?? x;
  return { y, shape: broadcast(x.shape, y.shape)! };
}

const binary =
  (name: string): Step =>
  (b, g) => {
    const x = b.pick(g.a)!;
    const { y, shape } = partner(b, x, g.b);
    b.emit(name, [ref(x), ref(y)], shape);
  };

const withNumber =
  (name: string, numbers: readonly number[]): Step =>
  (b, g) => {
    const x = b.pick(g.a)!;
    b.emit(name, [ref(x), numbers[g.c % numbers.length]!], x.shape);
  };

/** Where is `x` above a number that nothing is exactly? */
const mask = (b: Builder, x: Value): Value => b.emit("np.greater", [ref(x), 0.1], x.shape, "bool");

/** How many elements of `x` are above a number, as an int32 scalar. */
export function counted(b: Builder, x: Value): Value {
  const ones = b.emit("np.astype", [ref(mask(b, x)), "int32"], x.shape, "int32");
  return x.shape.length === 0 ? ones : b.emit("np.sum", [ref(ones)], [], "int32");
}

/** A boolean scalar that depends on `x`. */
export function predicate(b: Builder, x: Value): Value {
  const scalar = x.shape.length === 0 ? x : b.emit("np.sum", [ref(x)], []);
  return mask(b, scalar);
}

export const elementwiseSteps: Readonly<Record<string, Step>> = {
  sin: unary("np.sin"),
  negative: unary("np.negative"),
  cos: unary("np.cos"),
  tanh: unary("np.tanh"),
  sigmoid: unary("nn.sigmoid"),
  square: unary("np.square"),
  arctan: unary("np.arctan"),
  exp: unary("np.tanh", "np.exp"),
  log1p: unary("np.square", "np.log1p"),
  sqrt: (b, g) => {
    const x = b.pick(g.a)!;
    const above = b.emit("np.add", [ref(b.emit("np.square", [ref(x)], x.shape)), 1], x.shape);
    b.emit("np.sqrt", [ref(above)], x.shape);
  },
  scale: withNumber("np.multiply", [0.5, -1.5, 0.25]),
  shift: withNumber("np.add", [0.25, -0.75, 1]),
  add: binary("np.add"),
  subtract: binary("np.subtract"),
  multiply: binary("np.multiply"),
  maximum: binary("np.maximum"),
  minimum: binary("np.minimum"),
  divide: (b, g) => {
    const x = b.pick(g.a)!;
    const { y, shape } = partner(b, x, g.b);
    const positive = b.emit("np.add", [ref(b.emit("np.square", [ref(y)], y.shape)), 1], y.shape);
    b.emit("np.divide", [ref(x), ref(positive)], shape);
  },
  where: (b, g) => {
    const x = b.pick(g.a)!;
    const { y, shape } = partner(b, x, g.b);
    b.emit("np.where", [ref(mask(b, x)), ref(x), ref(y)], shape);
  },
  masked: (b, g) => {
    const x = b.pick(g.a)!;
    const ones = b.emit("np.astype", [ref(mask(b, x)), b.dtype], x.shape);
    b.emit("np.multiply", [ref(ones), ref(x)], x.shape);
  },
  count: (b, g) => {
    const x = b.pick(g.a)!;
    const turns = b.emit("np.astype", [ref(counted(b, x)), b.dtype], []);
    const share = b.emit("np.multiply", [ref(turns), 1 / Math.max(1, sizeOf(x.shape))], []);
    b.emit("np.multiply", [ref(x), ref(share)], x.shape);
  },
};

const alongAxis =
  (name: string, keeps: boolean): Step =>
  (b, g) => {
    const x = b.pick(g.a, (v) => v.shape.length > 0);
    if (x === undefined) return;
    const axis = g.b % x.shape.length;
    const keepdims = g.c % 2 === 1;
    const shape = keeps ? x.shape : reduced(x.shape, axis, keepdims);
    const options: readonly Argument[] = keeps ? [axis] : [{ options: { axis, keepdims } }];
    b.emit(name, [ref(x), ...options], shape);
  };

const reduced = (shape: readonly number[], axis: number, keepdims: boolean): readonly number[] =>
  shape.flatMap((n, d) => (d !== axis ? [n] : keepdims ? [1] : []));

export const reductionSteps: Readonly<Record<string, Step>> = {
  sum: alongAxis("np.sum", false),
  mean: alongAxis("np.mean", false),
  max: alongAxis("np.max", false),
  min: alongAxis("np.min", false),
  prod: alongAxis("np.prod", false),
  logsumexp: alongAxis("nn.logsumexp", false),
  softmax: alongAxis("nn.softmax", true),
  cumsum: alongAxis("np.cumsum", true),
  sort: alongAxis("np.sort", true),
};
