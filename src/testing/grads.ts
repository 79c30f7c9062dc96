// Derivatives against central differences in float64.
import { jvp, vjp } from "../lib/grad.ts";
import { jit, makeJaxpr } from "../lib/jit.ts";
import * as lax from "../lib/lax.ts";
import { scope } from "../lib/memory.ts";
import * as np from "../lib/np.ts";
import type { Tensor } from "../lib/tensor.ts";
import * as tree from "../lib/tree.ts";
import { CheckError, isClose } from "./close.ts";
import { HostRandom, numbers, toDevice, toHost } from "./host.ts";

export interface GradOptions {
  /** 1 checks first derivatives, 2 also the derivatives of these. */
  readonly order?: number;
  readonly modes?: readonly ("fwd" | "rev")[];
  /** Random directions that are tried. */
  readonly directions?: number;
  /** Half the width of the difference. */
  readonly eps?: number;
  readonly rtol?: number;
  readonly atol?: number;
  /** Relative tolerance between ⟨ct, J v⟩ of forward mode and ⟨Jᵀ ct, v⟩ of reverse mode; 1e-9 by default. */
  readonly agreement?: number;
  /** Of the random directions. */
  readonly seed?: number;
}

type Tree = unknown;
type Function = (...args: Tensor[]) => Tensor[];
const isComplex = (t: Tensor): boolean => t.dtype.startsWith("complex");
const isFloat = (t: Tensor): boolean => t.dtype.startsWith("float") || t.dtype === "bfloat16" || isComplex(t);
/** Complex numbers as a last dimension of two: their parts. */
const split = (t: Tensor): Tensor => (isComplex(t) ? np.stack([np.real(t), np.imag(t)], -1) : t);
const join = (t: Tensor): Tensor => lax.complex(np.take(t, 0, -1), np.take(t, 1, -1));

/** A function of float64 tensors to float64 tensors, flat; other arguments are held and other results left out. */
interface Flat {
  readonly name: string;
  readonly f: Function;
  readonly inputs: readonly Tensor[];
  readonly paths: readonly string[];
}

function flat(f: (...args: never[]) => Tree, args: readonly unknown[]): Flat {
  const { leaves, structure } = tree.flatten(args);
  const tensors = leaves as Tensor[];
  const places = tensors.flatMap((t, i) => (isFloat(t) ? [i] : []));
  const paths = tree.leavesWithPath(args).map(({ path }) => `args${path}`);
  return {
    name: f.name || "f",
    paths: places.map((i) => paths[i]!),
    inputs: places.map((i) => {
      const t = split(tensors[i]!);
      return toDevice({ ...toHost(t), dtype: "float64" });
    }),
    f: (...inputs) => {
      const all = [...tensors];
      places.forEach((place, i) => {
        all[place] = isComplex(tensors[place]!) ? join(inputs[i]!) : inputs[i]!;
      });
      const out = f(...(tree.unflatten(structure, all) as never[]));
      return (tree.leaves(out) as Tensor[]).filter(isFloat).map(split);
    },
  };
}

/**
 * Checks the derivatives of `f` at `args` against central differences (f(x + εv) − f(x − εv)) / 2ε along random
 * directions v. Forward mode is compared element by element; reverse mode by the inner product ⟨ct, J v⟩ = ⟨Jᵀ ct, v⟩
 * for a random cotangent; with both modes, that they agree to `agreement`. Second order checks the derivatives of x ↦ J v and x ↦ Jᵀ ct the same way.
 *
 * Float arguments are widened to float64, complex ones to complex128 (their parts are independent directions), so `f`
 * must compute in its arguments' dtype; integers and booleans are held.
 *
 * @throws CheckError with the numbers, the seed and the program
 */
export function checkGrads<A extends unknown[]>(f: (...args: A) => unknown, args: A, options: GradOptions = {}): void {
  const full = {
    order: options.order ?? 1,
    modes: options.modes ?? (["fwd", "rev"] as const),
    directions: options.directions ?? 2,
    eps: options.eps ?? 1e-5,
    rtol: options.rtol ?? 1e-5,
    atol: options.atol ?? 1e-7,
    agreement: options.agreement ?? 1e-9,
    seed: options.seed ?? 0,
  };
  scope(() => check(flat(f as (...args: never[]) => Tree, args), full, new HostRandom(full.seed), ""));
}

function check(g: Flat, o: Required<GradOptions>, random: HostRandom, history: string): void {
  const draw = (t: Tensor) => {
    const values = Array.from({ length: t.size }, () => random.normal());
    return toDevice({ shape: t.shape, dtype: "float64", values });
  };
  const x = g.inputs;
  const n = x.length;
  const value = jit(g.f);
  const outs = value(...x);
  const moved = (v: readonly Tensor[], by: number) => {
    const shifted = x.map((t, i) => {
      const [a, b] = [numbers(t), numbers(v[i]!)];
      return toDevice({ shape: t.shape, dtype: "float64", values: a.map((e, j) => e + by * b[j]!) });
    });
    return value(...shifted).map(numbers);
  };
  const forward: Function = (...both) => jvp(g.f, both.slice(0, n), both.slice(n))[1];
  const backward: Function = (...both) => {
    const [, pull] = vjp(g.f, ...both.slice(0, n));
    return pull(both.slice(n));
  };
  const [push, pull] = [jit(forward), jit(backward)];
  const fail = (mode: string, direction: number, what: string): never => {
    throw new CheckError(
      `checkGrads: ${history}${mode} of ${g.name}: ${what} (direction ${direction}, seed ${o.seed}, eps ${o.eps}).\n` +
        `Arguments: ${g.paths.map((p, i) => `${p} = [${numbers(x[i]!)}]`).join("; ")}\n${makeJaxpr(g.f)(...(x as Tensor[]))}`,
    );
  };
  for (let direction = 0; direction < o.directions; direction++) {
    const v = x.map(draw);
    const [high, low] = [moved(v, o.eps), moved(v, -o.eps)];
    const expected = high.map((h, i) => h.map((e, j) => (e - low[i]![j]!) / (2 * o.eps)));
    const pushed = o.modes.includes("fwd") ? push(...x, ...v) : undefined;
    pushed?.forEach((t, i) => {
      numbers(t).forEach((e, j) => {
        const want = expected[i]![j]!;
        if (!isClose(e, want, o.rtol, o.atol))
          fail("forward mode", direction, `result ${i}, element ${j} is ${e}, differences give ${want}`);
      });
    });
    const ct = outs.map(draw);
    if (o.modes.includes("rev")) {
      const grads = pull(...x, ...ct).map(numbers);
      const inner = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
        a.flatMap((row, i) => row.map((e, j) => e * b[i]![j]!));
      const add = (terms: readonly number[]) => terms.reduce((s, e) => s + e, 0);
      const [got, want] = [inner(grads, v.map(numbers)), inner(expected, ct.map(numbers))];
      // Terms may cancel; the tolerance is relative to their size.
      const size = add(want.map(Math.abs));
      if (!isClose(add(got), add(want), o.rtol, o.atol + o.rtol * size))
        fail("reverse mode", direction, `⟨Jᵀct, v⟩ is ${add(got)}, differences give ${add(want)}`);
      if (pushed !== undefined) {
        const forwards = inner(pushed.map(numbers), ct.map(numbers));
        const bound = o.agreement * Math.max(1, add(forwards.map(Math.abs)));
        if (!isClose(add(got), add(forwards), o.agreement, bound))
          fail("agreement of both modes", direction, `⟨Jᵀct, v⟩ is ${add(got)}, but ⟨ct, Jv⟩ is ${add(forwards)}`);
      }
    }
    if (o.order > 1 && direction === 0) {
      const next = { ...o, order: o.order - 1 };
      const held = (h: Function, extra: readonly Tensor[], name: string): Flat => ({
        name: g.name,
        inputs: x,
        paths: g.paths,
        f: Object.defineProperty((...inputs: Tensor[]) => h(...inputs, ...extra), "name", { value: name }),
      });
      if (o.modes.includes("fwd"))
        check(held(forward, v, "pushforward"), next, random, `${history}order 2, forward over `);
      if (o.modes.includes("rev"))
        check(held(backward, ct, "pullback"), next, random, `${history}order 2, reverse over `);
    }
  }
}
