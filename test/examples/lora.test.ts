// examples/lora.ts runs its three calls, here on a tiny model.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { Workspace } from "../cli/workspace.ts";

const workspace = new Workspace();

test("trains, answers and writes an adapter", async () => {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => {
    lines.push(line);
  });
  const arguments_ = process.argv;
  process.argv = [...arguments_.slice(0, 2), workspace.model, workspace.rows, workspace.at("run")];
  try {
    await import("../../examples/lora.ts");
  } finally {
    process.argv = arguments_;
  }
  expect(lines.filter((line) => line.startsWith("step "))).toHaveLength(10);
  expect(lines).toContainEqual(expect.stringMatching(/^held-out loss \d+\.\d+ → \d+\.\d+$/));
  expect(lines.at(-1)).toBe(workspace.at("run", "adapter"));
  expect(existsSync(join(workspace.at("run", "adapter"), "adapter_model.safetensors"))).toBe(true);
}, 300_000);
