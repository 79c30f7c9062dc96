// The programs of jorts/testing computed on the host, element by element: an oracle that shares nothing with jorts.
import type { Argument, Block, Shape } from "jorts/testing";
import * as d from "./dual.ts";

export interface HostArray {
  readonly shape: Shape;
  readonly data: readonly d.Num[];
}
type HostFunction = (...args: HostArray[]) => unknown;
// biome-ignore lint/suspicious/noExplicitAny: calls of every signature
type Call = (...args: any[]) => unknown;

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** Every place of `shape`, row-major. */
function places(shape: Shape): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    let rest = flat;
    return [...shape]
      .reverse()
      .map((n) => {
        const i = rest % n;
        rest = Math.floor(rest / n);
        return i;
      })
      .reverse();
  });
}
const get = (x: HostArray, place: readonly number[]): d.Num =>
  x.data[place.reduce((flat, i, k) => flat * x.shape[k]! + i, 0)]!;
const build = (shape: Shape, at: (place: number[]) => d.Num): HostArray => ({ shape, data: places(shape).map(at) });
const asArray = (x: HostArray | number): HostArray => (typeof x === "number" ? { shape: [], data: [x] } : x);
const scalarOf = (x: HostArray): number => d.primal(x.data[0]!);

const each =
  (f: (x: d.Num) => d.Num): Call =>
  (x: HostArray) => ({ shape: x.shape, data: x.data.map(f) });

/** Element by element over the shape that all broadcast to. */
const together =
  (f: (...xs: d.Num[]) => d.Num): Call =>
  (...given: (HostArray | number)[]) => {
    const xs = given.map(asArray);
    const rank = Math.max(...xs.map((x) => x.shape.length));
    const shape = Array.from({ length: rank }, (_, k) =>
      Math.max(...xs.map((x) => x.shape[k - rank + x.shape.length] ?? 1)),
    );
    const from = (x: HostArray, place: number[]) =>
      get(
        x,
        place.slice(rank - x.shape.length).map((i, k) => (x.shape[k] === 1 ? 0 : i)),
      );
    return build(shape, (place) => f(...xs.map((x) => from(x, place))));
  };

/** The elements along `axis`, for each place of the others. */
const lines = (x: HostArray, axis: number, place: readonly number[]): d.Num[] =>
  Array.from({ length: x.shape[axis]! }, (_, i) => get(x, place.with(axis, i)));

interface AxisOptions {
  readonly axis: number;
  readonly keepdims: boolean;
}
const reducing =
  (f: (xs: d.Num[]) => d.Num): Call =>
  (x: HostArray, options?: AxisOptions): HostArray => {
    if (options === undefined) return { shape: [], data: [f([...x.data])] };
    const { axis, keepdims } = options;
    const kept = build(x.shape.with(axis, 1), (place) => f(lines(x, axis, place)));
    return keepdims ? kept : { ...kept, shape: x.shape.filter((_, k) => k !== axis) };
  };
const along =
  (f: (xs: d.Num[]) => d.Num[]): Call =>
  (x: HostArray, axis: number) =>
    build(x.shape, (place) => f(lines(x, axis, place))[place[axis]!]!);

const sum = (xs: readonly d.Num[]): d.Num => xs.reduce(d.add, 0);
const logsumexp = (xs: d.Num[]): d.Num => {
  const top = Math.max(...xs.map(d.primal));
  return d.add(top, d.log(sum(xs.map((x) => d.exp(d.sub(x, top))))));
};

/** Sums over `[x, y]` dimensions `contract`; those in `batch` run together and come first. */
function dot(x: HostArray, y: HostArray, contract: readonly number[][], batch: readonly number[][]): HostArray {
  const left = (a: HostArray, k: number) =>
    [...a.shape.keys()].filter((i) => !contract[k]!.includes(i) && !batch[k]!.includes(i));
  const [own, other] = [left(x, 0), left(y, 1)];
  const shape = [
    ...batch[0]!.map((i) => x.shape[i]!),
    ...own.map((i) => x.shape[i]!),
    ...other.map((i) => y.shape[i]!),
  ];
  const terms = places(contract[0]!.map((i) => x.shape[i]!));
  const at = (a: HostArray, k: number, dims: readonly number[], of: number[], place: number[], from: number) => {
    const index = new Array<number>(a.shape.length).fill(0);
    batch[k]!.forEach((dim, i) => {
      index[dim] = place[i]!;
    });
    dims.forEach((dim, i) => {
      index[dim] = place[from + i]!;
    });
    contract[k]!.forEach((dim, i) => {
      index[dim] = of[i]!;
    });
    return get(a, index);
  };
  const first = batch[0]!.length;
  return build(shape, (place) =>
    sum(terms.map((t) => d.mul(at(x, 0, own, t, place, first), at(y, 1, other, t, place, first + own.length)))),
  );
}

const row = (x: HostArray, i: number): HostArray => {
  const n = sizeOf(x.shape.slice(1));
  return { shape: x.shape.slice(1), data: x.data.slice(i * n, (i + 1) * n) };
};
const stack = (rows: readonly HostArray[]): HostArray => ({
  shape: [rows.length, ...rows[0]!.shape],
  data: rows.flatMap((r) => r.data),
});
const same: Call = (f: HostFunction) => f;

const calls: Readonly<Record<string, Call>> = {
  "np.sin": each(d.sin),
  "np.negative": each(d.neg),
  "np.cos": each(d.cos),
  "np.tanh": each(d.tanh),
  "nn.sigmoid": each(d.sigmoid),
  "np.square": each((x) => d.mul(x, x)),
  "np.arctan": each(d.atan),
  "np.exp": each(d.exp),
  "np.log1p": each(d.log1p),
  "np.sqrt": each(d.sqrt),
  "np.add": together(d.add),
  "np.subtract": together(d.sub),
  "np.multiply": together(d.mul),
  "np.divide": together(d.div),
  "np.maximum": together((x, y) => d.largest([x!, y!])),
  "np.minimum": together((x, y) => d.smallest([x!, y!])),
  "np.greater": together((x, y) => Number(d.primal(x!) > d.primal(y!))),
  "np.where": together((p, x, y) => (d.primal(p!) !== 0 ? x! : y!)),
  "np.astype": (x: HostArray) => x,
  "np.sum": reducing(sum),
  "np.mean": reducing((xs) => d.mul(sum(xs), 1 / xs.length)),
  "np.max": reducing(d.largest),
  "np.min": reducing(d.smallest),
  "np.prod": reducing((xs) => xs.reduce(d.mul, 1)),
  "nn.logsumexp": reducing(logsumexp),
  "nn.softmax": along((xs) => xs.map((x) => d.exp(d.sub(x, logsumexp(xs))))),
  "np.cumsum": along((xs) => xs.map((_, i) => sum(xs.slice(0, i + 1)))),
  "np.sort": along((xs) => xs.toSorted((x, y) => d.primal(x) - d.primal(y))),
  "np.tensordot": (x: HostArray, y: HostArray, axes: number[][]) => dot(x, y, axes, [[], []]),
  "lax.dotGeneral": (x: HostArray, y: HostArray, [contract, batch]: number[][][]) => dot(x, y, contract!, batch!),
  "np.transpose": (x: HostArray, axes: number[]) =>
    build(
      axes.map((k) => x.shape[k]!),
      (place) => {
        const from = new Array<number>(axes.length);
        axes.forEach((k, i) => {
          from[k] = place[i]!;
        });
        return get(x, from);
      },
    ),
  "np.reshape": (x: HostArray, shape: number[]) => ({ shape, data: x.data }),
  "np.flip": (x: HostArray, axis: number) =>
    build(x.shape, (place) => get(x, place.with(axis, x.shape[axis]! - 1 - place[axis]!))),
  "lax.slice": (x: HostArray, start: number[], limit: number[], strides: number[]) =>
    build(
      start.map((s, k) => Math.ceil((limit[k]! - s) / strides[k]!)),
      (place) =>
        get(
          x,
          place.map((i, k) => start[k]! + i * strides[k]!),
        ),
    ),
  "lax.pad": (x: HostArray, value: number, config: number[][]) =>
    build(
      x.shape.map((n, k) => n + config[k]![0]! + config[k]![1]!),
      (place) => {
        const from = place.map((i, k) => i - config[k]![0]!);
        return from.every((i, k) => i >= 0 && i < x.shape[k]!) ? get(x, from) : value;
      },
    ),
  "np.concatenate": ([x, y]: [HostArray, HostArray], axis: number) =>
    build(x.shape.with(axis, x.shape[axis]! + y.shape[axis]!), (place) => {
      const n = x.shape[axis]!;
      return place[axis]! < n ? get(x, place) : get(y, place.with(axis, place[axis]! - n));
    }),
  "np.broadcastTo": (x: HostArray, shape: number[]) => build(shape, (place) => get(x, place.slice(1))),
  "lax.dynamicIndexInDim": (x: HostArray, index: HostArray, axis: number) => {
    const i = Math.min(Math.max(scalarOf(index), 0), x.shape[axis]! - 1);
    return build(
      x.shape.filter((_, k) => k !== axis),
      (place) => get(x, place.toSpliced(axis, 0, i)),
    );
  },
  jit: same,
  checkpoint: same,
  withJvpRule: same,
  withVjpRule: same,
  vmap: (f: HostFunction) => (x: HostArray) =>
    stack(Array.from({ length: x.shape[0]! }, (_, i) => f(row(x, i)) as HostArray)),
  "lax.cond": (p: HostArray, yes: HostFunction, no: HostFunction, ...operands: HostArray[]) =>
    scalarOf(p) !== 0 ? yes(...operands) : no(...operands),
  "lax.scan": (f: HostFunction, init: HostArray, xs: HostArray, { reverse }: { reverse: boolean }) => {
    let carry = init;
    const order = Array.from({ length: xs.shape[0]! }, (_, i) => (reverse ? xs.shape[0]! - 1 - i : i));
    const ys: HostArray[] = [];
    for (const i of order) {
      const [next, y] = f(carry, row(xs, i)) as [HostArray, HostArray];
      carry = next;
      ys[i] = y;
    }
    return [carry, stack(ys)];
  },
  "lax.foriLoop": (from: number, to: number | HostArray, f: HostFunction, init: HostArray) => {
    let carry = init;
    const end = typeof to === "number" ? to : scalarOf(to);
    for (let i = from; i < end; i++) carry = f(asArray(i), carry) as HostArray;
    return carry;
  },
};

type Environment = ReadonlyMap<string, unknown>;

/** `block` as a function of host arrays. */
export function hostFunction(block: Block, outer: Environment = new Map()): HostFunction {
  return (...inputs) => {
    const values = new Map(outer);
    block.params.forEach((p, i) => {
      values.set(p.name, inputs[i]);
    });
    for (const { call, args, appliedTo, results } of block.body) {
      const first = calls[call]!(...args.map((a) => evaluate(a, values)));
      const out = appliedTo === undefined ? first : (first as Call)(...appliedTo.map((a) => evaluate(a, values)));
      results.forEach((r, i) => {
        values.set(r.name, results.length === 1 ? out : (out as unknown[])[i]);
      });
    }
    return evaluate(block.returns, values);
  };
}

function evaluate(a: Argument, values: Environment): unknown {
  if (typeof a !== "object" || a === null) return a;
  if (Array.isArray(a)) return a.map((x) => evaluate(x, values));
  if ("ref" in a) return values.get(a.ref);
  if ("block" in a) return hostFunction(a.block, values);
  const { options } = a as { options: Readonly<Record<string, Argument>> };
  return Object.fromEntries(Object.entries(options).map(([k, v]) => [k, evaluate(v, values)]));
}
