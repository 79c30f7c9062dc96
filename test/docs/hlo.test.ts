// docs/hlo.md is what its programs and commands print. `npx vitest run test/docs/hlo.test.ts -u` writes it anew.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { formatWithOptions } from "node:util";
import { afterAll, expect, it, vi } from "vitest";
import { runCli } from "../../src/cli/run.ts";

const page = fileURLToPath(new URL("../../docs/hlo.md", import.meta.url));
const home = process.cwd();
const directory = mkdtempSync(join(tmpdir(), "jorts-hlo-docs-"));
process.chdir(directory);
afterAll(() => {
  process.chdir(home);
  process.exitCode = 0;
  rmSync(directory, { recursive: true });
});

/** Runs a program of the page as the file that its first line names; what it logs. */
async function run(code: string, i: number): Promise<string> {
  const name = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? `example-${i}.ts`;
  const file = join(directory, name);
  writeFileSync(file, `// @ts-nocheck${code.startsWith("// ") ? ` ${code}` : `\n${code}`}`);
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
    lines.push(formatWithOptions({ depth: 4, colors: false }, ...values));
  });
  try {
    await import(pathToFileURL(file).href);
  } finally {
    log.mockRestore();
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** What a command line prints, errors included, and its exit code where it is not 0. */
async function command(line: string): Promise<string> {
  const [name, ...args] = line.split(" ");
  if (name === "ls")
    return readdirSync(args[0]!)
      .sort()
      .map((file) => `${file}\n`)
      .join("");
  let out = "";
  const write = (text: string | Uint8Array) => {
    out += text;
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockImplementation(write));
  try {
    const code = await runCli(args);
    return code === 0 ? out : `${out}(exit code ${code})\n`;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

it("prints what the page says", async () => {
  const blocks = /^```(ts|console|text)\n([\s\S]*?)^```$/gm;
  const text = readFileSync(page, "utf8");
  let made = "";
  let end = 0;
  let printed = "";
  let count = 0;
  for (const match of text.matchAll(blocks)) {
    const [whole, kind, body] = match as unknown as [string, string, string];
    made += text.slice(end, match.index);
    end = match.index + whole.length;
    if (kind === "ts") {
      printed = await run(body, count++);
      made += whole;
    } else if (kind === "text") made += `\`\`\`text\n${printed}\`\`\``;
    else {
      const line = /^\$ (.*)$/m.exec(body)![1]!;
      if (line.includes("cut.mlir")) {
        const [first] = readdirSync("dump").filter((name) => name.endsWith(".stablehlo.mlir"));
        writeFileSync("dump/cut.mlir", readFileSync(join("dump", first!), "utf8").slice(0, 1500));
      }
      made += `\`\`\`console\n$ ${line}\n${await command(line)}\`\`\``;
    }
  }
  await expect(made + text.slice(end)).toMatchFileSnapshot(page);
});
