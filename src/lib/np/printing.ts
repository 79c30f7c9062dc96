// Tensors as text in NumPy's manner, and its settings.

import { concreteValue } from "../../core/concrete.ts";
import { DTypeError } from "../../core/errors.ts";
import { Tensor } from "../../core/tensor.ts";
import { numpyText, type PrintOptions, printing } from "../numpy-text.ts";
import { tensorOf } from "../promote.ts";
import { printTensor } from "../tensor-print.ts";
import type { TensorLike } from "../types.ts";

export type { PrintOptions };

/** The settings that `arrayStr`, `arrayRepr` and `debug.print` follow. */
export const getPrintoptions = (): PrintOptions => printing.current;
/** Changes settings until they are changed again. @throws DTypeError for a setting that is none */
export function setPrintoptions(options: Partial<PrintOptions>): void {
  const unknown = Object.keys(options).find((k) => !Object.hasOwn(printing.current, k));
  if (unknown !== undefined)
    throw new DTypeError(
      `setPrintoptions: got ${unknown}, expected some of ${Object.keys(printing.current).join(", ")}.`,
    );
  printing.current = { ...printing.current, ...options };
}
/** `f()` under other settings; Python's `with np.printoptions(…)`. */
export function printoptions<R>(options: Partial<PrintOptions>, f: () => R): R {
  const before = printing.current;
  try {
    setPrintoptions(options);
    return f();
  } finally {
    printing.current = before;
  }
}

const shown = (name: string, x: TensorLike, text: (t: Tensor) => string): string => {
  const t = tensorOf(x, name);
  const known = t instanceof Tensor ? concreteValue(t) : undefined;
  return known === undefined ? printTensor(t) : text(known);
};
/** The values as `str(x)` shows them; of a traced tensor what it is. */
export const arrayStr = (x: TensorLike): string => shown("arrayStr", x, (t) => numpyText(t));
/** `Array([1., 2.], dtype=float32)`, as `repr(x)` in JAX. */
export const arrayRepr = (x: TensorLike): string =>
  shown("arrayRepr", x, (t) => {
    const prefix = "Array(";
    const dtype = `dtype=${t.dtype}${t.weakType ? ", weak_type=True" : ""}`;
    const shape = t.ndim === 1 ? `${t.shape[0]},` : t.shape.join(", ");
    const text = t.size === 0 ? `[], shape=(${shape})` : numpyText(t, { separator: ", ", prefix, suffix: "," });
    const last = text.length - text.lastIndexOf("\n") + 1;
    const full = last + dtype.length + 2 > printing.current.linewidth;
    return `${prefix}${text},${full ? " ".repeat(prefix.length) : " "}${dtype})`;
  });
