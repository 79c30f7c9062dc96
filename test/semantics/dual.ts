// Numbers with derivatives of every order, on the host: dual numbers over dual numbers, told apart by tags.

/** `value + slope·ε`, where ε² = 0; each differentiation has an ε of its own, the tag. */
export interface Dual {
  readonly tag: number;
  readonly value: Num;
  readonly slope: Num;
}
export type Num = number | Dual;

let tags = 0;

export const primal = (x: Num): number => (typeof x === "number" ? x : primal(x.value));
const tagOf = (x: Num): number => (typeof x === "number" ? 0 : x.tag);
const valueAt = (x: Num, tag: number): Num => (typeof x !== "number" && x.tag === tag ? x.value : x);
const slopeAt = (x: Num, tag: number): Num => (typeof x !== "number" && x.tag === tag ? x.slope : 0);

/** f of a number, and its derivative written with numbers of any kind. */
function unary(f: (x: number) => number, derivative: (x: Num, y: Num) => Num): (x: Num) => Num {
  const apply = (x: Num): Num => {
    if (typeof x === "number") return f(x);
    const value = apply(x.value);
    return { tag: x.tag, value, slope: mul(derivative(x.value, value), x.slope) };
  };
  return apply;
}

export function add(x: Num, y: Num): Num {
  if (typeof x === "number" && typeof y === "number") return x + y;
  const tag = Math.max(tagOf(x), tagOf(y));
  return { tag, value: add(valueAt(x, tag), valueAt(y, tag)), slope: add(slopeAt(x, tag), slopeAt(y, tag)) };
}

export function mul(x: Num, y: Num): Num {
  if (typeof x === "number" && typeof y === "number") return x * y;
  const tag = Math.max(tagOf(x), tagOf(y));
  const [a, b] = [valueAt(x, tag), valueAt(y, tag)];
  return { tag, value: mul(a, b), slope: add(mul(slopeAt(x, tag), b), mul(a, slopeAt(y, tag))) };
}

export const neg = (x: Num): Num => mul(-1, x);
export const sub = (x: Num, y: Num): Num => add(x, neg(y));
export const reciprocal = unary(
  (x) => 1 / x,
  (_, y) => neg(mul(y, y)),
);
export const div = (x: Num, y: Num): Num => mul(x, reciprocal(y));
export const exp: (x: Num) => Num = unary(Math.exp, (_, y) => y);
export const log: (x: Num) => Num = unary(Math.log, (x) => reciprocal(x));
export const sin: (x: Num) => Num = unary(Math.sin, (x) => cos(x));
export const cos: (x: Num) => Num = unary(Math.cos, (x) => neg(sin(x)));
export const tanh: (x: Num) => Num = unary(Math.tanh, (_, y) => sub(1, mul(y, y)));
export const atan: (x: Num) => Num = unary(Math.atan, (x) => reciprocal(add(1, mul(x, x))));
export const sqrt: (x: Num) => Num = unary(Math.sqrt, (_, y) => mul(0.5, reciprocal(y)));
export const log1p: (x: Num) => Num = unary(Math.log1p, (x) => reciprocal(add(1, x)));
export const sigmoid = (x: Num): Num => reciprocal(add(1, exp(neg(x))));

/** The mean of those that are equally large. */
export function largest(xs: readonly Num[]): Num {
  const top = Math.max(...xs.map(primal));
  const all = xs.filter((x) => primal(x) === top);
  return mul(all.reduce(add, 0), 1 / all.length);
}
export const smallest = (xs: readonly Num[]): Num => neg(largest(xs.map(neg)));

export type Vector = readonly Num[];

/** The derivative of `f` at `x` along `v`. */
export function slopeAlong(f: (x: Vector) => Vector, x: Vector, v: Vector): Num[] {
  const tag = ++tags;
  return f(x.map((value, i) => ({ tag, value, slope: v[i]! }))).map((y) => slopeAt(y, tag));
}

/** Column i is the derivative along the i-th unit vector. */
export const columns = (f: (x: Vector) => Vector, x: Vector): Num[][] =>
  x.map((_, i) =>
    slopeAlong(
      f,
      x,
      x.map((_, j) => (i === j ? 1 : 0)),
    ),
  );
