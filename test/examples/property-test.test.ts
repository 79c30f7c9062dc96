// examples/property-test.ts runs and finds nothing wrong.
import { expect, test, vi } from "vitest";

test("the layer's derivatives hold", async () => {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => {
    lines.push(line);
  });
  await import("../../examples/property-test.ts");
  expect(lines).toEqual(["the layer's derivatives hold"]);
});
