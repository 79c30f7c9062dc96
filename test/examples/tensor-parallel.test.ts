// examples/tensor-parallel.ts: the mesh changes placement, not numbers.
import { expect, test, vi } from "vitest";

test("losses on four devices equal one device's, and every layer is joined by all-reduces", async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const { collectives, fourDevices, oneDevice } = await import("../../examples/tensor-parallel.ts");
  expect(oneDevice.at(-1)!).toBeLessThan(oneDevice[0]!);
  fourDevices.forEach((loss, i) => {
    expect(Math.abs(loss / oneDevice[i]! - 1)).toBeLessThan(1e-5);
  });
  expect(collectives["all-reduce"]!.count).toBeGreaterThanOrEqual(4);
}, 300_000);
