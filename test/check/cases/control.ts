// JC101 to JC104: branches and comparisons.
import { cases } from "./case.ts";

export const control = cases({
  "if on a tensor": `
export const f = jit((x: Tensor) => {
  if (x.greater(0)) return x; //! JC101
  return x.neg();
});`,
  "np.where in place of if": `
export const f = jit((x: Tensor) => np.where(x.greater(0), x, x.neg()));`,
  "lax.cond in place of if": `
export const f = jit((x: Tensor) => lax.cond(x.sum().greater(0), (v) => v, (v) => v.neg(), x));`,
  "a conditional expression": `
export const f = jit((x: Tensor) => (np.any(x) ? x : x.neg())); //! JC101`,
  "not, and, or": `
export const f = jit((x: Tensor, y: Tensor) => {
  const a = !x; //! JC101
  const b = x && y; //! JC101
  const c = x || y; //! JC101
  return [np.array(a), b, c];
});`,
  "both operands of a condition": `
export const f = jit((x: Tensor, y: Tensor) => {
  if (x.less(1) && y.less(1)) return x; //! JC101 JC101
  return y;
});`,
  "while and do": `
export const f = jit((x: Tensor) => {
  let y = x;
  while (y.less(3)) y = y.add(1); //! JC101
  do y = y.add(1);
  while (np.all(y)); //! JC101
  for (; y; ) y = y.add(1); //! JC101
  return y;
});`,
  "Boolean and a double negation": `
export const f = jit((x: Tensor) => [np.array(Boolean(x)), np.array(!!x)]); //! JC101 JC101`,
  "presence of an optional tensor": `
export const f = jit((x: Tensor, bias?: Tensor | null) => {
  let y = x;
  if (bias) y = y.add(bias);
  if (!bias) y = y.mul(2);
  if (bias !== undefined && bias !== null) y = y.add(1);
  const given = bias ?? np.zeros([1]);
  const other = bias || np.ones([1]);
  return bias ? y : y.add(given).add(other);
});`,
  "truth of what stands in for an optional tensor": `
export const f = jit((x: Tensor, bias?: Tensor) => {
  if (bias ?? x) return x; //! JC101
  return x.neg();
});`,
  "branches on shapes, dtypes and options": `
interface Options { readonly causal?: boolean; readonly scale?: number }
const g = (x: Tensor, { causal = true, scale }: Options) => {
  if (x.ndim === 2 && x.shape[0]! > 1) return x.sum();
  if (x.dtype === "float32" || causal) return x;
  return scale === undefined ? x : x.mul(scale);
};
export const f = jit((x: Tensor) => g(x, { causal: false }));`,
  "a tensor or a boolean": `
const g = (x: Tensor, on: Tensor | boolean) => (on ? x : x.neg()); //! JC101
export const f = jit((x: Tensor) => g(x, x.sum().greater(0)));`,
  "a tensor or false tells presence": `
const g = (x: Tensor, mask: Tensor | false) => (mask ? x.mul(mask) : x);
export const f = jit((x: Tensor) => g(x, false));`,
  "told apart by instanceof and typeof": `
import { jit, np, Tensor, type TensorLike } from "jorts";
const g = (x: TensorLike): Tensor => {
  if (typeof x === "number") return x > 0 ? np.array(x) : np.array(-x * 2);
  if (x instanceof Tensor) return x;
  return np.array(0);
};
export const f = jit((x: TensorLike) => g(x));`,
  equality: `
export const f = jit((x: Tensor, y: Tensor) => {
  const same = x === y; //! JC102
  const other = x !== y; //! JC102
  if (x == y) return x; //! JC102
  return [np.array(same), np.array(other), np.array(Object.is(x, y))]; //! JC102
});`,
  "equality by value": `
export const f = jit((x: Tensor, y: Tensor) => [np.equal(x, y), x.notEqual(y), np.arrayEqual(x, y)]);`,
  "comparison with undefined, null and other types": `
export const f = jit((x: Tensor, y: Tensor | undefined, z: Tensor | null, mode: Tensor | "auto") => {
  if (y === undefined || z == null || mode === "auto") return x;
  return x.add(y).add(z).add(mode);
});`,
  switch: `
export const f = jit((x: Tensor) => {
  switch (x) { //! JC103
    default:
      return x;
  }
});`,
  "switch on what is known": `
export const f = jit((x: Tensor) => {
  switch (x.dtype) {
    case "float32":
      return x;
    default:
      return x.astype("float32");
  }
});`,
  "comparison of a number that is traced": `
export const f = jit((x: Tensor, n: number) => {
  if (n > 3) return x; //! JC104
  return n <= 1 ? x : x.neg(); //! JC104
});`,
  "comparison of a number that is static": `
export const f = jit((x: Tensor, n: number) => (n > 3 ? x : x.neg()), { staticArgnums: 1 });
export const g = jit((n: number, x: Tensor, m: number) => (n > m ? x : x.neg()), { staticArgnums: [0, -1] });
const options = { staticArgnums: [1] } as const;
export const h = jit((x: Tensor, n: number) => (n > 3 ? x : x.neg()), options);`,
  "truth of a boolean that is traced": `
export const f = jit((x: Tensor, training: boolean) => (training ? nn.relu(x) : x)); //! JC101`,
  "truth of a boolean that is static": `
export const f = jit((x: Tensor, training: boolean) => (training ? nn.relu(x) : x), { staticArgnums: 1 });`,
  "equality with a number that is traced": `
export const f = jit((x: Tensor, n: number) => (n === 0 ? x : x.neg())); //! JC102`,
  "outside traced functions all is plain JavaScript": `
const x = np.array([1, 2]);
const y = x;
export const same = x === y;
export function describe(t: Tensor, other: Tensor) {
  if (t === other) return "same";
  return t.item() === 1 ? "one" : "other";
}`,
});
