// docs/check.md says what the analyser does: every code, and the output of a real run.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { check, formatText, rules } from "../../src/check/index.ts";
import { root } from "./program-set.ts";
import { UserProject } from "./user-project.ts";

const page = readFileSync(`${root}docs/check.md`, "utf8");

test("the table lists every code as the rules declare it", () => {
  const rows = [...page.matchAll(/^\| (JC\d+) +\| (\w+) +\| (.+?) +\| (.+?) +\|$/gm)].map((row) => row.slice(1, 5));
  const escaped = (text: string) => text.replaceAll("|", "\\|");
  expect(rows).toEqual(rules.map((r) => [r.code, r.severity, escaped(r.sentence), escaped(r.fix)]));
});

describe("the run", () => {
  const [, source, output] = /```ts\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/m.exec(page)!;
  const project = new UserProject({ "train.ts": source! });

  test("prints what the page shows", () => {
    expect(formatText(check({ directory: project.root }))).toBe(output);
  });

  test("--fix writes what the page says", () => {
    const { fixed } = check({ directory: project.root, fix: true });
    expect(fixed.map((f) => f.code)).toEqual(["JC101"]);
    const [, written] = /^`--fix` writes `(.*?)`/m.exec(page)!;
    expect(project.read("train.ts")).toContain(written);
  });
});
