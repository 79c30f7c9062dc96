// lax.map: one element after the other, or some together.
import type { AnyFunction } from "../compile/stage.ts";
import { longAval } from "../core/aval.ts";
import { ShapeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { type TreeDef, unflatten } from "../core/tree.ts";
import { concatenate, reshape, sliceInDim } from "../ops/shape.ts";
import { flattenValues } from "./bodies.ts";
import { concrete, runTogether } from "./function-graph.ts";
import { scanTrees, wrapped } from "./scan.ts";
import type { Tensors } from "./trees.ts";
import { vmap } from "./vmap.ts";

export interface MapOptions {
  /** Elements done together, by vmap; those left over at the end are done together too. One at a time by default. */
  readonly batchSize?: number;
}

/**
 * `f` of each element of the leading axis of a tree, one after the other; vmap does them together. As `jax.lax.map`.
 *
 * @throws ShapeError if the leaves differ in length, or for a batchSize below 1
 */
export function map<const X, Y>(f: (x: Tensors<NoInfer<X>>) => Y, xs: X, options: MapOptions = {}): Tensors<Y> {
  const { batchSize } = options;
  if (batchSize === undefined) return mapTrees(f as AnyFunction, xs) as Tensors<Y>;
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new ShapeError(`lax.map: got batchSize ${batchSize}, expected a positive whole number.`);
  return mapBatches(f as AnyFunction, xs, batchSize) as Tensors<Y>;
}

function mapTrees(f: AnyFunction, xs: unknown): unknown {
  const body = wrapped(f, bodies, (g) => (_carry: unknown, x: unknown) => [null, g(x)]);
  return scanTrees("lax.map", body, null, xs, {})[1];
}

/** A scan over batches, and one vmap of what is left; one program outside a trace. */
function mapBatches(f: AnyFunction, xs: unknown, size: number): unknown {
  const { values, def, paths, free } = flattenValues(xs, "xs");
  const length = lengthOf(values, paths);
  const mapped = wrapped(f, batched, (g) => vmap(g));
  const turns = Math.floor(length / size);
  const whole = turns * size;
  let outDef: TreeDef = def;
  const flat = (result: unknown): readonly Tensor[] => {
    const out = flattenValues(result, "result");
    outDef = out.def;
    return out.values;
  };
  const results = runTogether(
    f.name || "map",
    (...all) => {
      const part = (cut: (x: Tensor) => Tensor) => unflatten(def, all.map(cut));
      const rest = () => flat(mapped(part((x) => sliceInDim(x, whole, length, 0))));
      if (turns === 0) return rest();
      const batches = part((x) => reshape(sliceInDim(x, 0, whole, 0), [turns, size, ...x.shape.slice(1)]));
      const done = flat(mapTrees(mapped, batches)).map((y) => reshape(y, [whole, ...y.shape.slice(2)]));
      if (whole === length) return done;
      const last = rest();
      return done.map((y, i) => concatenate([y, last[i]!], 0));
    },
    values,
  );
  free(results);
  return unflatten(outDef, results.map(concrete));
}

function lengthOf(values: readonly Tensor[], paths: readonly string[]): number {
  const [first] = values;
  values.forEach((x, i) => {
    if (x.ndim === 0)
      throw new ShapeError(`lax.map: ${paths[i]} is ${longAval(x.aval)}, which has no leading axis to map over.`);
    if (x.shape[0] !== first!.shape[0])
      throw new ShapeError(
        `lax.map: ${paths[i]} (${longAval(x.aval)}) has ${x.shape[0]} elements along its leading axis, but ${paths[0]} has ` +
          `${first!.shape[0]}.`,
      );
  });
  if (first === undefined) throw new ShapeError("lax.map: there is nothing to map over.");
  return first.shape[0]!;
}

const bodies = new WeakMap<AnyFunction, AnyFunction>();
const batched = new WeakMap<AnyFunction, AnyFunction>();
