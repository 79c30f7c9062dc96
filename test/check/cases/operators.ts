// JC105 to JC111: operators, Math, indices, sizes, iteration, brackets.
import { cases } from "./case.ts";

export const operators = cases({
  "arithmetic on a number that is traced": `
export const f = jit((x: Tensor, rate: number) => x.mul(rate * 2 + 1)); //! JC105`,
  "arithmetic on host numbers": `
const scale = 2;
export const f = jit((x: Tensor) => x.mul(scale * 2 + x.shape[0]! / x.ndim).div(Math.sqrt(x.shape.at(-1)!)));`,
  "arithmetic on tensors": `
export const f = jit((x: Tensor) => {
  const a = -x; //! JC105
  // @ts-expect-error: as a JavaScript user would write it
  const b = x * 2; //! JC105
  return [a, b].map((v) => np.array(v));
});`,
  "compound assignment and update": `
export const f = jit((x: Tensor, n: number) => {
  let k = n;
  k += 1; //! JC105
  k++; //! JC105
  return x.mul(k);
});`,
  "arithmetic of grad's argument loses the derivative": `
export const f = grad((x: number) => np.array(x * x)); //! JC105`,
  "grad leaves its other arguments alone": `
export const f = grad((x: Tensor, n: number) => x.mul(n * 2));`,
  "argnums chooses": `
export const f = grad((x: Tensor, n: number) => x.mul(n * 2), { argnums: 1 }); //! JC105`,
  "arguments that may be left out": `
export const plain = jit((x: Tensor, scale: number = 2, causal?: boolean) => (causal ? x.mul(scale * 2) : x));
const given = jit((x: Tensor, scale: number = 2) => x.mul(scale * 2)); //! JC105
export const y = [plain(np.ones([1])), given(np.ones([1]), 3)];`,
  "numbers inside argument trees": `
interface Config { readonly rate: number; readonly sizes: readonly number[] }
export const f = jit((x: Tensor, c: Config) => x.mul(c.rate + 1).mul(c.sizes[0]! - 1).mul(c.sizes.length + 1)); //! JC105 JC105`,
  "numbers destructured from arguments": `
export const f = jit(({ x, rate }: { x: Tensor; rate: number }) => x.mul(1 - rate)); //! JC105`,
  "numbers handed on to a helper": `
const power = (x: Tensor, n: number) => x.mul(n + 1); //! JC105
export const f = jit((x: Tensor, n: number) => power(x, n));`,
  "host numbers handed to a helper": `
const power = (x: Tensor, n: number) => x.mul(n + 1);
export const f = jit((x: Tensor) => power(x, 3));`,
  "numbers of a list": `
export const f = jit((x: Tensor, rates: number[]) => {
  let y = x;
  for (const r of rates) y = y.mul(r - 1); //! JC105
  return y;
});`,
  text: `
export const f = jit((x: Tensor) => {
  const a = \`value \${x}\`; //! JC106
  // @ts-expect-error: as a JavaScript user would write it
  const b = "value " + x; //! JC106
  const c = String(x); //! JC106
  return x.add(a.length + b.length + c.length);
});`,
  "text of shapes, and text under grad": `
export const f = jit((x: Tensor) => {
  if (x.ndim !== 2) throw new Error(\`expected a matrix, got shape [\${x.shape}] of \${x.dtype}\`);
  return x;
});
export const g = grad((x: Tensor) => {
  console.log(\`at \${x}\`, String(x));
  return x.sum();
});`,
  "Math on a number that is traced": `
export const f = jit((x: Tensor, t: number) => x.mul(Math.exp(t)).add(Math.max(t, 0))); //! JC107 JC107`,
  "Math under grad loses the derivative": `
export const f = grad((x: number) => np.array(Math.sin(x))); //! JC107`,
  "Math on host numbers": `
export const f = jit((x: Tensor) => x.mul(Math.sqrt(x.shape[0]!) * Math.PI).add(Math.max(...x.shape)));`,
  "Number and its kin": `
export const f = jit((x: Tensor) => {
  const n = Number(x); //! JC107
  return Number.isInteger(x) ? x : x.mul(n); //! JC107
});`,
  "Number of a value that is known": `
const scale = np.array(3);
export const f = jit((x: Tensor) => x.mul(Number(scale)));
export const g = grad((x: Tensor) => x.mul(Number(x) > 0 ? 1 : 2));`,
  "a tensor as an index": `
const names = ["a", "b"];
const rows = [np.zeros([2]), np.ones([2])];
export const f = jit((x: Tensor, i: number) => {
  const row = rows[i]!; //! JC108
  return x.add(row).add(names.at(i)!.length); //! JC108
});`,
  "indices that are known": `
const rows = [np.zeros([2]), np.ones([2])];
export const f = jit((x: Tensor, i: number) => rows[i]!.add(rows[x.ndim]!).add(x.shape[1]!), { staticArgnums: 1 });
export const g = jit((x: Tensor, i: Tensor) => np.stack(rows).at(i).add(np.take(x, i)).add(x.at(0, i)));`,
  "a tensor as a loop bound": `
export const f = jit((x: Tensor, n: number) => {
  let y = x;
  for (let i = 0; i < n; i++) y = y.mul(2); //! JC109
  return y;
});`,
  "loop bounds that are known": `
export const f = jit((x: Tensor, n: number) => {
  let y = x;
  for (let i = 0; i < n; i++) y = y.mul(2);
  for (let i = 0; i < x.shape[0]!; i++) y = y.add(i);
  return lax.foriLoop(0, 3, (i, c: Tensor) => c.add(i), y);
}, { staticArgnums: [1] });`,
  "sizes, shapes and axes": `
export const f = jit((x: Tensor, n: number) => {
  const a = np.zeros([n, 2]); //! JC109
  const b = np.sum(x, { axis: n }); //! JC109
  const c = new Array(n); //! JC109
  const d = Array.from({ length: n }, () => x); //! JC109
  return [a, b, c.length, d, x.reshape(n, -1)]; //! JC109
});`,
  "sizes that are known": `
export const f = jit((x: Tensor, axis: number) => {
  const [rows, columns] = x.shape as [number, number];
  return [np.zeros([rows, columns * 2]), np.sum(x, { axis }), Array.from({ length: rows }, () => x)];
}, { staticArgnums: 1 });
export const g = jit((x: Tensor, n: number) => [np.full([2], n), x.mul(n), np.where(x.less(n), n, 0)]);
export const h = jit((x: Tensor, n: number) => [
  lax.cond(x.sum().greater(0), (a, b) => a.add(b), (a, b) => a.mul(b), x, n),
  lax.scan((c, _: null) => [c, null], { n }, null, { length: 2 }),
  tree.map((t: Tensor) => t, { x, n }),
]);`,
  "for of, spread and destructuring": `
export const f = jit((x: Tensor) => {
  const parts: Tensor[] = [];
  // @ts-expect-error: as a JavaScript user would write it
  for (const row of x) parts.push(row); //! JC110
  // @ts-expect-error
  const [a, b] = x; //! JC110
  // @ts-expect-error
  parts.push(...x); //! JC110
  return [a, b, { ...x }, Object.keys(x).length]; //! JC110 JC110
});`,
  "what can be iterated": `
export const f = jit((x: Tensor, layers: Tensor[]) => {
  let y = x;
  for (const w of layers) y = y.matmul(w);
  const [first, ...rest] = np.unstack(x);
  const { shape, dtype } = x;
  return [y, first, [...rest], np.zeros([...shape], dtype)];
});`,
  brackets: `
export const f = jit((x: Tensor, v: Float32Array) => {
  // @ts-expect-error: as a JavaScript user would write it
  const a = x[0]; //! JC111
  return [a, v[0]]; //! JC111
});`,
  "brackets on arrays of tensors": `
export const f = jit((xs: Tensor[], params: Record<string, Tensor>) => xs[0]!.add(params["w"]!).add(params.b!));`,
});
