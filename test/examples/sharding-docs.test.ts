// docs/sharding.md: its examples run, one after the other, and print what stands below them.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import * as jorts from "jorts";
import { expect, test } from "vitest";

const page = readFileSync(fileURLToPath(new URL("../../docs/sharding.md", import.meta.url)), "utf8");
const examples = [...page.matchAll(/```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)];

test("every example prints the output that the page gives", () => {
  expect(examples.length).toBe(page.match(/```ts\n/g)!.length);
  const printed: string[] = [];
  const code = examples
    .map(([, source]) => source!.replace(/import (\{[^}]*\}) from "jorts";/g, "const $1 = jorts;"))
    .join("\nprinted.push('');\n");
  expect(code).not.toContain("import ");
  const log = (...args: unknown[]) => {
    printed[printed.length - 1] += `${format(...args)}\n`;
  };
  printed.push("");
  new Function("jorts", "printed", "console", code)(jorts, printed, { log });
  expect(printed).toEqual(examples.map(([, , output]) => output));
});
