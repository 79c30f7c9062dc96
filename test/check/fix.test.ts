// --fix: programs before and after. What it changes still type-checks, and is found no more.
import { describe, expect, test } from "vitest";
import { applied, mend } from "../../src/check/fix.ts";
import { ProgramSet, root } from "./program-set.ts";

interface Mended {
  readonly before: string;
  readonly after: string;
  /** Codes that stay. */
  readonly left?: readonly string[];
}

const f = (body: string, parameters = "x: Tensor, y: Tensor"): string =>
  `export const f = jit((${parameters}) => ${body});`;

const programs: Readonly<Record<string, Mended>> = {
  "=== and !==": { before: f("[x === y, x !== y]"), after: f("[np.equal(x, y), np.notEqual(x, y)]") },
  "! and logical operators of conditions": {
    before: f("[!x, !x.greater(0) && y.less(1), x === y || !y]"),
    after: f(
      "[np.logicalNot(x), np.logicalAnd(np.logicalNot(x.greater(0)), y.less(1)), np.logicalOr(np.equal(x, y), np.logicalNot(y))]",
    ),
  },
  "|| of values has no safe edit: it may mean a default": { before: f("x || y"), after: f("x || y"), left: ["JC101"] },
  "arithmetic, nested, with parentheses": {
    before: f("x.mul((a + 1) * -b ** 2 - a / b % 3)".replace("-b ** 2", "(b ** 2)"), "x: Tensor, a: number, b: number"),
    after: f(
      "x.mul(np.subtract(np.multiply(np.add(a, 1), np.power(b, 2)), np.fmod(np.divide(a, b), 3)))",
      "x: Tensor, a: number, b: number",
    ),
  },
  "Math and arithmetic together": {
    before: f("x.mul(Math.exp(-t * 2) + Math.max(t, 0))", "x: Tensor, t: number"),
    after: f("x.mul(np.add(np.exp(np.multiply(np.negative(t), 2)), np.maximum(t, 0)))", "x: Tensor, t: number"),
  },
  "Math.round and Math.max of three have no equal": {
    before: f("x.mul(Math.round(t)).add(Math.max(t, 0, 1))", "x: Tensor, t: number"),
    after: f("x.mul(Math.round(t)).add(Math.max(t, 0, 1))", "x: Tensor, t: number"),
    left: ["JC107", "JC107"],
  },
  "a conditional of pure tensors": {
    before: f("(x.greater(0) ? x.mul(2) : -t)", "x: Tensor, t: number"),
    after: f("(np.where(x.greater(0), x.mul(2), np.negative(t)))", "x: Tensor, t: number"),
  },
  "a conditional with a comparison and a conjunction": {
    before: f("(t > 0 && t < 1 ? x : x.neg())", "x: Tensor, t: number"),
    after: f("(np.where(np.logicalAnd(np.greater(t, 0), np.less(t, 1)), x, x.neg()))", "x: Tensor, t: number"),
  },
  "a conditional whose branch has an effect": {
    before: `let n = 0;\n${f("(x.sum() ? x.mul(n++) : x)", "x: Tensor")}`,
    after: `let n = 0;\n${f("(x.sum() ? x.mul(n++) : x)", "x: Tensor")}`,
    left: ["JC101", "JC203", "JC205"].slice(0, 2),
  },
  "if stays, and so does its comparison": {
    before: f(
      "{\n  if (t > 0) return x;\n  if (x === y) return y;\n  return x.neg();\n}",
      "x: Tensor, y: Tensor, t: number",
    ),
    after: f(
      "{\n  if (t > 0) return x;\n  if (x === y) return y;\n  return x.neg();\n}",
      "x: Tensor, y: Tensor, t: number",
    ),
    left: ["JC104", "JC102"],
  },
  "iteration and brackets": {
    before: f(
      "{\n  const parts = [...x];\n  for (const row of y) parts.push(row);\n  parts.push(x[0], y[i]);\n  return parts;\n}",
      "x: Tensor, y: Tensor, i: number",
    ),
    after: f(
      "{\n  const parts = [...np.unstack(x)];\n  for (const row of np.unstack(y)) parts.push(row);\n  parts.push(x.at(0), y.at(i));\n  return parts;\n}",
      "x: Tensor, y: Tensor, i: number",
    ),
  },
  "the console": {
    before: f('{\n  console.log("loss", x, y);\n  console.log(x);\n  console.log("100%", x);\n  return x;\n}'),
    after: f(
      '{\n  debug.print("loss {} {}", x, y);\n  debug.print("{}", x);\n  console.log("100%", x);\n  return x;\n}',
    ),
    left: ["JC208"],
  },
  "forgotten disposal": {
    before: "for (let i = 0; i < 1000; i++) {\n  const y = np.ones([2]);\n  console.log(y.item());\n}",
    after: "for (let i = 0; i < 1000; i++) {\n  using y = np.ones([2]);\n  console.log(y.item());\n}",
  },
  "an edit that the types refuse is not made": {
    before: f("{\n  const k: number = Math.exp(t);\n  return x.mul(k).add(Math.exp(t));\n}", "x: Tensor, t: number"),
    after: f("{\n  const k: number = Math.exp(t);\n  return x.mul(k).add(np.exp(t));\n}", "x: Tensor, t: number"),
    left: ["JC107"],
  },
  "without np in scope there is no edit": {
    before: 'import { jit, type Tensor } from "jorts";\nexport const f = jit((x: Tensor, y: Tensor) => [x === y]);',
    after: 'import { jit, type Tensor } from "jorts";\nexport const f = jit((x: Tensor, y: Tensor) => [x === y]);',
    left: ["JC102"],
  },
  "np by another name": {
    before:
      'import { jit, np as jnp, type Tensor } from "jorts";\nexport const f = jit((x: Tensor, y: Tensor) => [x === y, jnp.sin(x)]);',
    after:
      'import { jit, np as jnp, type Tensor } from "jorts";\nexport const f = jit((x: Tensor, y: Tensor) => [jnp.equal(x, y), jnp.sin(x)]);',
  },
  "np hidden by a parameter": {
    before: f("[x === y, np]", "x: Tensor, y: Tensor, np: Tensor"),
    after: f("[x === y, np]", "x: Tensor, y: Tensor, np: Tensor"),
    left: ["JC102"],
  },
  "a comment inside is not lost": {
    before: f("[x === /* the other */ y]"),
    after: f("[x === /* the other */ y]"),
    left: ["JC102"],
  },
  "randomness and captured writes have no safe edit": {
    before: `let n = 0;\n${f("{\n  n = 1;\n  return x.mul(Math.random());\n}", "x: Tensor")}\nexport const get = () => n;`,
    after: `let n = 0;\n${f("{\n  n = 1;\n  return x.mul(Math.random());\n}", "x: Tensor")}\nexport const get = () => n;`,
    left: ["JC203", "JC201"],
  },
};

const names = Object.keys(programs);
const set = new ProgramSet(names.map((name) => ({ name, source: programs[name]!.before })));
const errorsBefore = set.recorded.map((r) => set.typeErrors(r));
const result = mend(set.sources, root, () => set.analyse());

describe("programs before and after", () => {
  test.each(names.map((name, i) => [name, i] as const))("%s", (name, i) => {
    const [path] = [...set.recorded[i]!.files.keys()] as [string];
    const { after, left = [] } = programs[name]!;
    const text = set.sources.text(path);
    expect(text.replace(/^import \{ checkpoint.*\n/, "")).toBe(after);
    expect(result.findings.filter((f) => `${root}${f.file}` === path).map((f) => f.code)).toEqual(left);
    // Lines stay lines, so an error is new if its text is.
    const known = new Set(errorsBefore[i]);
    expect(set.typeErrors(set.recorded[i]!).filter((e) => !known.has(e))).toEqual([]);
  });

  test("a second run has nothing to do", () => {
    const again = mend(set.sources, root, () => set.analyse());
    expect(again.fixed).toEqual([]);
    expect(again.findings.map((f) => f.code)).toEqual(result.findings.map((f) => f.code));
  });
});

test("edits that overlap are refused", () => {
  const edit = (start: number, end: number) => ({ start, end, text: "x", part: "middle", width: 1 }) as const;
  expect(applied("abcd", [edit(0, 2), edit(1, 3)])).toBeUndefined();
  expect(applied("abcd", [edit(2, 3), edit(0, 1)])).toBe("xbxd");
});
