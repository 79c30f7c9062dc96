// JC901, JC902, and what comments do to findings.
import { cases } from "./case.ts";

export const suppressions = cases({
  "the line before": `
export const f = jit((x: Tensor) => {
  // jorts-check-ignore JC101: the branch tells presence of a legacy wrapper
  if (x.sum()) return x;
  return x.neg();
});`,
  "several codes, a wrapped comment, and the end of the line": `
export const f = jit((x: Tensor) => {
  // jorts-check-ignore JC201, JC101: a fixed draw is wanted,
  // since the seed is part of the program
  const y = x ? x.mul(Math.random()) : x;
  return y.mul(Math.random()); // jorts-check-ignore JC201: likewise
});`,
  "only the code that is named": `
export const f = jit((x: Tensor) => {
  // jorts-check-ignore JC201: a fixed draw is wanted
  return x ? x.mul(Math.random()) : x; //! JC101
});`,
  "the whole file": `
// jorts-check-ignore-file JC201: draws are part of the program here
export const f = jit((x: Tensor) => x.mul(Math.random()));
export const g = jit((x: Tensor) => (x ? x.mul(Math.random()) : x)); //! JC101`,
  unused: `
// jorts-check-ignore JC101: nothing is wrong here //! JC901
export const f = jit((x: Tensor) => x);
// jorts-check-ignore-file JC202: nor in the file //! JC901`,
  "unknown, and without a reason": `
export const f = jit((x: Tensor) => {
  // jorts-check-ignore JC999: no such code //! JC902
  const y = x;
  // jorts-check-ignore JC101 //! JC902
  if (x) return x; //! JC101
  // jorts-check-ignore: everything //! JC902
  return y;
});`,
  "text that is no comment": `
export const text = "// jorts-check-ignore JC101: in a string";
export const page = \`
// jorts-check-ignore JC101: in a template\`;`,
});
