// The programs in README and docs/ run, and print what the page says that they print.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { formatWithOptions } from "node:util";
import { afterAll, expect, it, vi } from "vitest";

const directory = mkdtempSync(join(tmpdir(), "jorts-docs-"));
afterAll(() => rmSync(directory, { recursive: true }));

interface Example {
  readonly title: string;
  readonly code: string;
  /** Undefined where the page shows no output. */
  readonly output: string | undefined;
}

function examplesOf(page: string): Example[] {
  const text = readFileSync(fileURLToPath(new URL(`../../${page}`, import.meta.url)), "utf8");
  const blocks = /^## (.+)$|^```ts\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```$)?/gm;
  const found: Example[] = [];
  let heading = "";
  for (const [, title, code, output] of text.matchAll(blocks)) {
    if (title !== undefined) heading = title;
    else found.push({ title: `${page}: ${heading}, ${found.length}`, code: code!, output });
  }
  return found;
}

/** What stands before a program that is a part of one: the README's ten lines are given a model of their own. */
const before: readonly (readonly [part: string, prelude: string])[] = [
  [
    "const step = jit((w, x, y)",
    'import { random } from "jorts";\nlet [w, x, y] = [[3, 1], [8, 3], [8, 1]].map((shape, i) => random.normal(random.key(i), shape)), value;\n',
  ],
];

/** README's program that fine-tunes needs a model; it runs in test/examples/lora.test.ts. */
const runs = ({ code }: Example) => !code.includes("jorts/finetune");

const examples = ["README.md", "docs/jit.md", "docs/transformations.md"].flatMap(examplesOf).filter(runs);

it.each(examples.map((e, i) => [e.title, e, i] as const))("%s", async (_title, { code, output }, i) => {
  const file = join(directory, `example-${i}.ts`);
  const prelude = before.find(([part]) => code.includes(part))?.[1] ?? "";
  writeFileSync(file, `// @ts-nocheck\n${prelude}${code}`);
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
    lines.push(formatWithOptions({ depth: 4, colors: false }, ...values));
  });
  try {
    await import(pathToFileURL(file).href);
  } finally {
    log.mockRestore();
  }
  if (output !== undefined) expect(`${lines.join("\n")}\n`).toBe(output);
});
