// Steps of random programs that hold functions: loops, branches, transformations, rules of their own.
import { type Builder, type Gene, ref, type Step, sameType, sizeOf } from "./builder.ts";
import { predicate } from "./steps-elementwise.ts";
import type { Value } from "./types.ts";

/** What a grown function makes of type `like`, damped so that loops stay bounded; a parameter if nothing else fits. */
function damped(inner: Builder, like: Value, carry: Value): Value {
  const made = inner.own((v) => sameType(v, like)) ?? carry;
  const sum = inner.emit("np.add", [ref(made), ref(carry)], like.shape);
  return inner.emit("np.tanh", [ref(sum)], like.shape);
}

/** `wrap(f)(x, y)` for a transformation that changes no value. */
const wrapped =
  (call: string, alone: boolean): Step =>
  (b, g, grow) => {
    const operands = [b.pick(g.a)!, b.pick(g.b)!];
    const params = operands.map((v) => b.fresh(v.shape));
    const inner = grow(b, params, g.inner, alone);
    const out = inner.own(() => true)!;
    b.emitAll(call, [{ block: inner.block(ref(out)) }], [b.fresh(out.shape)], operands.map(ref));
  };

const halves = (g: Gene): readonly [readonly Gene[], readonly Gene[]] => {
  const n = Math.ceil(g.inner.length / 2);
  return [g.inner.slice(0, n), g.inner.slice(n)];
};

const sliced = (v: Value): readonly number[] => v.shape.slice(1);
const scanned = (v: Value): boolean => v.shape.length > 0 && v.shape[0]! > 0;

/** Steps whose functions have derivatives in both modes. */
export const controlSteps: Readonly<Record<string, Step>> = {
  jit: wrapped("jit", false),
  checkpoint: wrapped("checkpoint", false),
  customJvp: wrapped("withJvpRule", true),
  cond: (b, g, grow) => {
    const p = predicate(b, b.pick(g.c)!);
    const x = b.pick(g.a)!;
    const branches = halves(g).map((genes) => {
      const param = b.fresh(x.shape);
      const inner = grow(b, [param], genes);
      return { block: inner.block(ref(inner.own((v) => sameType(v, x)) ?? param)) };
    });
    b.emit("lax.cond", [ref(p), ...branches, ref(x)], x.shape);
  },
  vmap: (b, g, grow) => {
    const x = b.pick(g.a, scanned);
    if (x === undefined) return;
    const inner = grow(b, [b.fresh(sliced(x))], g.inner);
    const out = inner.own(() => true)!;
    const shape = [x.shape[0]!, ...out.shape];
    if (shape.length > 4 || sizeOf(shape) > b.maxElements) return;
    b.emitAll("vmap", [{ block: inner.block(ref(out)) }], [b.fresh(shape)], [ref(x)]);
  },
  scan: (b, g, grow) => {
    const xs = b.pick(g.a, scanned);
    if (xs === undefined) return;
    const init = b.pick(g.b)!;
    const [carry, x] = [b.fresh(init.shape), b.fresh(sliced(xs))];
    const inner = grow(b, [carry, x], g.inner);
    const y = inner.own((v) => sizeOf(v.shape) * xs.shape[0]! <= b.maxElements) ?? x;
    const next = damped(inner, init, carry);
    const results = [b.fresh(init.shape), b.fresh([xs.shape[0]!, ...y.shape])];
    const body = { block: inner.block([ref(next), ref(y)]) };
    b.emitAll("lax.scan", [body, ref(init), ref(xs), { options: { reverse: g.c % 2 === 1 } }], results);
  },
  foriLoop: (b, g, grow) => {
    const init = b.pick(g.a)!;
    const [i, carry] = [b.fresh([], "int32"), b.fresh(init.shape)];
    const inner = grow(b, [i, carry], g.inner);
    const body = { block: inner.block(ref(damped(inner, init, carry))) };
    b.emit("lax.foriLoop", [0, 1 + (g.b % 3), body, ref(init)], init.shape);
  },
};

/** Steps without a reverse derivative. */
export const forwardSteps: Readonly<Record<string, Step>> = {
  // A bound that is a value makes a foriLoop a while loop.
  whileLoop: (b, g, grow) => {
    const init = b.pick(g.a)!;
    const bound = b.emit("np.astype", [ref(predicate(b, b.pick(g.b)!)), "int32"], [], "int32");
    const [i, carry] = [b.fresh([], "int32"), b.fresh(init.shape)];
    const inner = grow(b, [i, carry], g.inner);
    const body = { block: inner.block(ref(damped(inner, init, carry))) };
    b.emit("lax.foriLoop", [-1, ref(bound), body, ref(init)], init.shape);
  },
};

/** Steps without a forward derivative. */
export const reverseSteps: Readonly<Record<string, Step>> = {
  customVjp: wrapped("withVjpRule", true),
};
