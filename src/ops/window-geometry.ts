// Where windows stand: dilated sizes, how many fit, padding by name.
import { ShapeError } from "../core/errors.ts";

type Dims = readonly number[];
/** Elements added before and after each dimension; negative ones are removed. */
export type Padding = readonly (readonly [low: number, high: number])[];
export type PaddingName = "VALID" | "SAME" | "SAME_LOWER";

/** The size of `n` elements with `dilation − 1` holes between each two. */
export const dilated = (n: number, dilation: number): number => (n === 0 ? 0 : (n - 1) * dilation + 1);

/** How many windows of (dilated) size `window` fit into `size` elements, `stride` apart. */
export const windowsIn = (size: number, window: number, stride: number): number =>
  window > size ? 0 : Math.floor((size - window) / stride) + 1;

/**
 * The padding that `name` means: none for VALID; for SAME as many windows as ⌈size / stride⌉, an odd element at the end,
 * for SAME_LOWER at the beginning. As `jax.lax.padtype_to_pads`.
 * @throws ShapeError for another name
 */
export function paddingOf(op: string, name: string, sizes: Dims, windows: Dims, strides: Dims): Padding {
  const upper = name.toUpperCase();
  if (upper === "VALID") return sizes.map(() => [0, 0] as const);
  if (upper !== "SAME" && upper !== "SAME_LOWER")
    throw new ShapeError(`${op}: got padding "${name}", expected "VALID", "SAME", "SAME_LOWER" or pairs of numbers.`);
  return sizes.map((n, i) => {
    const stride = strides[i]!;
    const total = Math.max(0, (Math.ceil(n / stride) - 1) * stride + windows[i]! - n);
    const small = Math.floor(total / 2);
    return upper === "SAME" ? [small, total - small] : [total - small, small];
  });
}

export const isWhole = (n: number): boolean => Number.isInteger(n);
export const isPositive = (n: number): boolean => Number.isInteger(n) && n > 0;
export const showPadding = (padding: Padding): string => `[${padding.map((p) => `[${p}]`).join(",")}]`;

/** What a forward padding leaves for the transposed convolution of a window of size `k`. */
export function transposePadding(k: number, stride: number, padding: string | Padding[number]): Padding[number] {
  if (typeof padding !== "string") return [k - 1 - padding[0], k - 1 - padding[1]];
  if (padding === "VALID") return [k - 1, stride - 1 + Math.max(k - stride, 0)];
  if (padding !== "SAME")
    throw new ShapeError(`convTranspose: got padding "${padding}", expected "SAME", "VALID" or pairs of numbers.`);
  const total = k + stride - 2;
  const low = stride > k - 1 ? k - 1 : Math.ceil(total / 2);
  return [low, total - low];
}
