// Functions that hold tensors: those that vjp and linearize return.
import { ArrayTensor } from "../compile/array.ts";
import type { AnyFunction } from "../compile/stage.ts";
import type { Tensor } from "../core/tensor.ts";

/** A function that holds residuals on devices until it is disposed. */
export interface Residual extends Disposable {
  /** Frees the residuals that it holds. */
  dispose(): void;
  /** For `scope`: the tensors that it needs. */
  readonly held: readonly Tensor[];
}

export function holding<F extends AnyFunction>(
  f: F,
  tensors: readonly Tensor[],
  owned: readonly Tensor[],
): F & Residual {
  const arrays = tensors.filter((t): t is ArrayTensor => t instanceof ArrayTensor);
  for (const t of arrays) if (!owned.includes(t)) t.storage.retain();
  let live = true;
  const dispose = () => {
    if (!live) return;
    live = false;
    for (const t of arrays)
      if (owned.includes(t)) t.dispose();
      else if (t.storage.state === "live") t.storage.release();
  };
  return Object.assign(f, { dispose, [Symbol.dispose]: dispose, held: tensors });
}
