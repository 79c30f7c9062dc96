// examples/mlp.ts runs and learns.
import { expect, test, vi } from "vitest";

test("the loss falls to a thousandth", async () => {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => {
    lines.push(line);
  });
  await import("../../examples/mlp.ts");
  const losses = lines.map((line) => Number(/loss (.*)$/.exec(line)![1]));
  expect(losses).toHaveLength(6);
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 1000);
});
