// Transformed functions against what they stand for: jit against eager operations, vmap against a loop.

import { jit, makeJaxpr } from "../lib/jit.ts";
import * as lax from "../lib/lax.ts";
import { scope } from "../lib/memory.ts";
import type { Tensor } from "../lib/tensor.ts";
import * as tree from "../lib/tree.ts";
import { vmap } from "../lib/vmap.ts";
import { CheckError, difference, specs, type Tolerance } from "./close.ts";

// biome-ignore lint/suspicious/noExplicitAny: functions of every signature
type AnyFunction = (...args: any[]) => unknown;

function failed(check: string, f: AnyFunction, args: readonly unknown[], problem: string): never {
  throw new CheckError(`${check}(${f.name || "f"}): ${problem}.\n${makeJaxpr(f)(...specs(args))}`);
}

/** `jit(f)` gives what `f` gives operation by operation. @throws CheckError */
export function checkJit<A extends unknown[]>(f: (...args: A) => unknown, args: A, tolerance: Tolerance = {}): void {
  scope(() => {
    const problem = difference(jit(f)(...args), f(...args), tolerance);
    if (problem !== undefined) failed("checkJit", f, args, problem);
  });
}

export interface VmapCheck extends Tolerance {
  /** For each argument the axis along which the examples lie, or null for none; 0 by default. */
  readonly inAxes?: readonly (number | null)[];
}

/** `vmap(f)` gives for each example what `f` gives alone. @throws CheckError */
export function checkVmap<A extends unknown[]>(f: (...args: A) => unknown, args: A, options: VmapCheck = {}): void {
  scope(() => {
    const axes = args.map((_, i) => (options.inAxes === undefined ? 0 : (options.inAxes[i] ?? null)));
    const sizes = args.flatMap((arg, i) =>
      axes[i] === null ? [] : (tree.leaves(arg) as Tensor[]).map((t) => t.shape.at(axes[i]!)!),
    );
    const size = sizes[0];
    if (size === undefined) throw new CheckError("checkVmap: no argument is mapped; give one an axis in inAxes.");
    const all = vmap(f, { inAxes: axes })(...args);
    for (let example = 0; example < size; example++) {
      const row = (value: unknown, axis: number) =>
        tree.map((t: Tensor) => lax.indexInDim(t, example, axis < 0 ? axis + t.ndim : axis, false), value);
      const one = args.map((arg, i) => (axes[i] === null ? arg : row(arg, axes[i]!))) as A;
      const problem = difference(row(all, 0), f(...one), options);
      if (problem !== undefined)
        failed("checkVmap", vmap(f, { inAxes: axes }) as AnyFunction, args, `example ${example}: ${problem}`);
    }
  });
}
