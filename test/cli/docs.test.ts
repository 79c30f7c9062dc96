// docs/ and README say what the code does: every setting with its default, every command, every linked file.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { checkConfig, configSchema, defineConfig, parseConfig } from "jorts/finetune";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { makeProgram } from "../../src/cli/run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const text = (name: string) => readFileSync(join(root, name), "utf8");

interface Node {
  readonly properties?: Record<string, Node>;
  readonly anyOf?: readonly Node[];
}

/** Dotted paths of all settings; a group that may also be a plain value is listed itself too. */
function settings(node: Node, path: readonly string[] = []): string[] {
  const groups = [node, ...(node.anyOf ?? [])].flatMap(({ properties }) => properties ?? []);
  const own = groups.length === 0 || path.join(".") === "data.template" ? [path.join(".")] : [];
  return [
    ...own,
    ...groups.flatMap((group) => Object.entries(group).flatMap(([key, child]) => settings(child, [...path, key]))),
  ];
}

describe("docs/finetune.md", () => {
  const rows = [...text("docs/finetune.md").matchAll(/^\| `([\w.]+)` +\| (?:`(.+?)`|–) +\|/gm)];

  test("lists every setting, in the schema's order", () => {
    const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as Node;
    expect(rows.map(([, path]) => path)).toEqual(settings(schema));
  });

  test("gives the defaults that a configuration gets", () => {
    const plain: unknown = defineConfig({ model: "m" });
    const grouped: unknown = defineConfig({ model: "m", data: { format: "raft", raft: {}, mix: { path: "p" } } });
    for (const [, path, value] of rows) {
      if (value === undefined) continue;
      const config = /^data\.(raft|mix)\./.test(path!) ? grouped : plain;
      const got = path!.split(".").reduce((at, key) => (at as Record<string, unknown>)[key], config);
      expect(got, path).toEqual(parse(value));
    }
  });

  test("its example is a configuration", () => {
    const [, example] = /```yaml\n([\s\S]*?)```/.exec(text("docs/finetune.md"))!;
    expect(parseConfig(example!, "example").output.merged).toBe(true);
    expect(checkConfig(parse(example!))).toHaveProperty("config");
  });
});

test("docs/cli.md names every command and every option that it mentions exists", () => {
  const page = text("docs/cli.md");
  const named = (command: Command, path: string): string[] =>
    command.commands.length === 0 ? [path] : command.commands.flatMap((c) => named(c, `${path} ${c.name()}`));
  const program = makeProgram();
  for (const name of program.commands.flatMap((c) => named(c, `jorts ${c.name()}`)))
    expect(page).toContain(`\`${name}`);
  const all = (command: Command): string[] => [
    ...command.options.map(({ long }) => long ?? ""),
    ...command.commands.flatMap(all),
    "--help",
  ];
  const options = new Set(all(program));
  for (const [option] of page.matchAll(/--[a-z][a-z-]+/g)) expect(options).toContain(option);
});

test("links in README and docs point at files that are there", () => {
  for (const page of ["README.md", "docs/finetune.md", "docs/cli.md"])
    for (const [, link] of text(page).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g))
      expect(existsSync(join(root, dirname(page), link!)), `${page}: ${link}`).toBe(true);
});
