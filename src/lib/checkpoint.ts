// checkpoint: compute again in the backward pass instead of keeping.
import type { AnyFunction } from "../compile/stage.ts";
import { checkpointOp } from "../control/checkpoint.ts";
import { type CheckpointPolicy, checkpointPolicies, nameOp } from "../control/checkpoint-policies.ts";
import type { NamedSharding } from "../core/mesh.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { leafPaths, unflatten } from "../core/tree.ts";
import { flattenValues, traceBody } from "./bodies.ts";

export { type CheckpointPolicy, checkpointPolicies };

export interface CheckpointOptions {
  /** What may be kept for the backward pass; nothing but the arguments by default. */
  readonly policy?: CheckpointPolicy;
  /** Stops the compiler from merging the second computation with the first; needless inside a scan. True by default. */
  readonly preventCse?: boolean;
  /**
   * For each argument, where its tensors are kept for the backward pass; null or absent: where they are. The function
   * itself says by a constraint where it wants them back.
   */
  readonly kept?: readonly (NamedSharding | null)[];
}

/**
 * `f`, whose intermediate values are computed again in the backward pass. As `jax.checkpoint`.
 *
 * @throws TreeError for arguments or results that are no tensors
 */
export function checkpoint<A extends unknown[], R>(
  f: (...args: A) => R,
  options: CheckpointOptions = {},
): (...args: A) => R {
  const name = f.name || "f";
  const rematerialized = (...args: A): R => {
    const { values, def, paths, free } = flattenValues(args, "args");
    const { graph, captures, outDef } = traceBody({
      f: f as AnyFunction,
      what: `checkpoint(${name})`,
      def,
      avals: values.map((t) => t.aval),
      paths,
    });
    const places =
      def.kind === "array" ? def.children.flatMap((c, i) => leafPaths(c).map(() => options.kept?.[i] ?? null)) : [];
    const results = bind(checkpointOp, [...captures, ...values], {
      graph,
      policy: options.policy ?? checkpointPolicies.nothingSaveable,
      preventCse: options.preventCse ?? true,
      differentiated: false,
      kept: [...captures.map(() => null), ...places],
    });
    free(results);
    return unflatten(outDef, results) as R;
  };
  return Object.defineProperty(rematerialized, "name", { value: name });
}

/** The identity; names the tensors of a tree for `checkpointPolicies.saveOnlyTheseNames`. As `jax.ad_checkpoint`. */
export function checkpointName<T>(x: T, name: string): T {
  const { values, def, free } = flattenValues(x, "x");
  const named = values.map((t): Tensor => bind(nameOp, [t], { name })[0]!);
  free(named);
  return unflatten(def, named) as T;
}
