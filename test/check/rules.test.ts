// Precision and recall: recorded programs, good and bad, and the codes that the analyser gives each line of them.
import { describe, expect, test } from "vitest";
import { rules } from "../../src/check/index.ts";
import { expected } from "./cases/case.ts";
import { control } from "./cases/control.ts";
import { lifetime } from "./cases/lifetime.ts";
import { operators } from "./cases/operators.ts";
import { purity } from "./cases/purity.ts";
import { reach } from "./cases/reach.ts";
import { reads } from "./cases/reads.ts";
import { suppressions } from "./cases/suppressions.ts";
import { ProgramSet, root } from "./program-set.ts";

const families = { control, operators, purity, reads, lifetime, reach, suppressions };
const set = new ProgramSet(Object.values(families).flat());
const findings = set.analyse();

const found = (path: string): string[] =>
  findings.filter((f) => `${root}${f.file}` === path).map((f) => `${f.start.line} ${f.code}`);

const byCase = new Map(
  Object.values(families)
    .flat()
    .map((c, i) => [c, set.recorded[i]!]),
);
describe.each(Object.entries(families))("%s", (_family, programs) => {
  test.each(programs.map((c) => [c.name, byCase.get(c)!] as const))("%s", (_name, { files }) => {
    for (const [path, text] of files) expect(found(path)).toEqual(expected(text));
  });
});

describe("the set", () => {
  const texts = set.recorded.map(({ files }) => [...files.values()].flatMap(expected));

  test("has at least 80 programs, good and bad", () => {
    expect(texts.length).toBeGreaterThanOrEqual(80);
    expect(texts.filter((marks) => marks.length === 0).length).toBeGreaterThanOrEqual(40);
    expect(texts.filter((marks) => marks.length > 0).length).toBeGreaterThanOrEqual(40);
  });

  test("has a finding of every code", () => {
    const codes = new Set(texts.flat().map((mark) => mark.split(" ")[1]));
    expect([...codes].sort()).toEqual(rules.map((r) => r.code));
  });

  test("good programs have no type errors either", () => {
    const good = set.recorded.filter((_, i) => texts[i]!.length === 0);
    expect(good.flatMap((r) => set.typeErrors(r).map((e) => `${r.name}: ${e}`))).toEqual([]);
  });
});
