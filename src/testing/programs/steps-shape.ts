// Steps of random programs that contract, rearrange, cut and join.
import { type Builder, ref, type Step, sizeOf } from "./builder.ts";
import { counted } from "./steps-elementwise.ts";
import type { Shape, Value } from "./types.ts";

const ranked = (b: Builder, n: number, rank = 1): Value | undefined => b.pick(n, (v) => v.shape.length >= rank);

const without = (shape: Shape, d: number): number[] => shape.filter((_, i) => i !== d);

/** A dimension of each that has the same size, and the shape left when they are summed over. */
function contraction(x: Value, y: Value, n: number, maxElements: number) {
  const pairs = x.shape.flatMap((m, d) => y.shape.flatMap((k, e) => (k === m ? [[d, e] as const] : [])));
  const fitting = pairs.filter(([d, e]) => sizeOf([...without(x.shape, d), ...without(y.shape, e)]) <= maxElements);
  const found = fitting[n % Math.max(1, fitting.length)];
  if (found === undefined) return undefined;
  return { axes: found, shape: [...without(x.shape, found[0]), ...without(y.shape, found[1])] };
}

/** Permutation number `n`, by insertion. */
function permutation(rank: number, n: number): number[] {
  const out: number[] = [];
  let rest = n;
  for (let i = 0; i < rank; i++) {
    out.splice(rest % (i + 1), 0, i);
    rest = Math.floor(rest / (i + 1));
  }
  return out;
}

export const shapeSteps: Readonly<Record<string, Step>> = {
  tensordot: (b, g) => {
    const x = ranked(b, g.a);
    if (x === undefined) return;
    const y = b.pick(g.b, (v) => contraction(x, v, 0, b.maxElements) !== undefined);
    const found = y && contraction(x, y, g.c, b.maxElements);
    if (y === undefined || found === undefined) return;
    b.emit("np.tensordot", [ref(x), ref(y), [[found.axes[0]], [found.axes[1]]]], found.shape);
  },
  batchedDot: (b, g) => {
    const x = ranked(b, g.a, 2);
    const y = x && b.pick(g.b, (v) => v.shape.join() === x.shape.join());
    if (x === undefined || y === undefined) return;
    const rest = Array.from({ length: x.shape.length - 1 }, (_, d) => d + 1);
    const numbers = [
      [rest, rest],
      [[0], [0]],
    ];
    b.emit("lax.dotGeneral", [ref(x), ref(y), numbers], [x.shape[0]!]);
  },
  transpose: (b, g) => {
    const x = ranked(b, g.a, 2);
    if (x === undefined) return;
    const axes = permutation(x.shape.length, g.b);
    b.emit(
      "np.transpose",
      [ref(x), axes],
      axes.map((d) => x.shape[d]!),
    );
  },
  reshape: (b, g) => {
    const x = b.pick(g.a)!;
    const n = sizeOf(x.shape);
    const factors = Array.from({ length: n }, (_, i) => i + 1).filter((k) => n % k === 0);
    const k = factors[g.b % factors.length]!;
    const shape = g.c % 3 === 0 ? [n] : g.c % 3 === 1 ? [k, n / k] : [k, 1, n / k];
    b.emit("np.reshape", [ref(x), shape], shape);
  },
  flip: (b, g) => {
    const x = ranked(b, g.a);
    if (x !== undefined) b.emit("np.flip", [ref(x), g.b % x.shape.length], x.shape);
  },
  slice: (b, g) => {
    const x = ranked(b, g.a);
    if (x === undefined) return;
    const d = g.b % x.shape.length;
    const start = g.c % x.shape[d]!;
    const stride = 1 + (g.b % 2);
    const starts = x.shape.map((_, i) => (i === d ? start : 0));
    const strides = x.shape.map((_, i) => (i === d ? stride : 1));
    const shape = x.shape.map((n, i) => (i === d ? Math.ceil((n - start) / stride) : n));
    b.emit("lax.slice", [ref(x), starts, x.shape, strides], shape);
  },
  pad: (b, g) => {
    const x = ranked(b, g.a);
    if (x === undefined) return;
    const config = x.shape.map((_, i) => (i === g.b % x.shape.length ? [g.c % 2, 1, 0] : [0, 0, 0]));
    const shape = x.shape.map((n, i) => n + config[i]![0]! + config[i]![1]!);
    if (sizeOf(shape) <= b.maxElements) b.emit("lax.pad", [ref(x), 0, config], shape);
  },
  concatenate: (b, g) => {
    const x = ranked(b, g.a);
    if (x === undefined) return;
    const axis = g.b % x.shape.length;
    const fits = (v: Value) =>
      v.shape.length === x.shape.length &&
      v.shape.every((n, d) => d === axis || n === x.shape[d]) &&
      sizeOf(v.shape) + sizeOf(x.shape) <= b.maxElements;
    const y = b.pick(g.c, fits);
    if (y === undefined) return;
    const shape = x.shape.map((n, d) => (d === axis ? n + y.shape[d]! : n));
    b.emit("np.concatenate", [[ref(x), ref(y)], axis], shape);
  },
  broadcastTo: (b, g) => {
    const x = b.pick(g.a)!;
    const shape = [2, ...x.shape];
    if (sizeOf(shape) <= b.maxElements && shape.length < 4) b.emit("np.broadcastTo", [ref(x), shape], shape);
  },
  dynamicIndex: (b, g) => {
    const x = ranked(b, g.a);
    if (x === undefined) return;
    const axis = g.b % x.shape.length;
    const at = counted(b, b.pick(g.c)!);
    b.emit("lax.dynamicIndexInDim", [ref(x), ref(at), axis, false], without(x.shape, axis));
  },
};
