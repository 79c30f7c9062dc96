// Transformed functions against what they stand for: jit against eager operations, vmap against a loop, many devices
// against one.
import { broadcastPrefix, flatten, unflatten } from "../core/tree.ts";
import { jit, makeJaxpr } from "../lib/jit.ts";
import * as lax from "../lib/lax.ts";
import { scope } from "../lib/memory.ts";
import { type Mesh, NamedSharding, P, PartitionSpec } from "../lib/mesh.ts";
import { devicePut } from "../lib/sharding.ts";
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

export interface ShardedCheck extends Tolerance {
  readonly mesh: Mesh;
  /** A tree prefix of the argument list: how each tensor is split; null for replicated. Replicated by default. */
  readonly inSpecs?: unknown;
  /** A tree prefix of the result: how it is to be split; null leaves a leaf to the compiler. */
  readonly outSpecs?: unknown;
}

const isSpec = (value: unknown): value is PartitionSpec | null => value === null || value instanceof PartitionSpec;

/**
 * `jit(f)` over a mesh gives what it gives on one device. The results lie as `outSpecs` asks.
 *
 * @throws CheckError with the specs and the program; IndivisibleError, ShardingError for specs that do not fit
 */
export function checkSharded<A extends unknown[]>(f: (...args: A) => unknown, args: A, options: ShardedCheck): void {
  const { mesh, inSpecs = null, outSpecs } = options;
  scope(() => {
    const { leaves, def } = flatten(args, "args");
    const specsOf = broadcastPrefix(inSpecs, def, isSpec, "checkSharded: inSpecs");
    const placed = leaves.map((leaf, i) => devicePut(leaf, new NamedSharding(mesh, specsOf[i] ?? P())));
    const want = jit(f)(...args);
    const wanted = flatten(want, "result");
    const outs =
      outSpecs === undefined ? undefined : broadcastPrefix(outSpecs, wanted.def, isSpec, "checkSharded: outSpecs");
    const outShardings = outs?.map((spec) => (spec === null ? null : new NamedSharding(mesh, spec)));
    const got = jit(
      f,
      outShardings && { outShardings: unflatten(wanted.def, outShardings) },
    )(...(unflatten(def, placed) as A));
    const where = `over ${mesh} with arguments split as ${specsOf.map((s) => s ?? P()).join(", ")}`;
    const problem = difference(got, want, options) ?? misplaced(got, outShardings);
    if (problem !== undefined) failed("checkSharded", f, args, `${where}: ${problem}`);
  });
}

/** The first result that does not lie where it was asked for. */
function misplaced(result: unknown, wanted: readonly (NamedSharding | null)[] | undefined): string | undefined {
  for (const [i, { path, leaf }] of tree.leavesWithPath(result).entries()) {
    const want = wanted?.[i] ?? null;
    const { sharding } = leaf as Tensor;
    if (want !== null && !sharding.equals(want)) return `${path || "the result"} lies as ${sharding}, expected ${want}`;
  }
  return undefined;
}
