// Files with some bytes changed, or cut off: whoever reads one may refuse it, and must throw nothing else.
import fc from "fast-check";
import { expect } from "vitest";
import { CheckpointError } from "../../src/io/errors.ts";
import { put } from "./temp.ts";

/** Damages `good` in 300 ways under the file name `name`, and expects each use to go well or throw a CheckpointError. */
export function expectOnlyRefusals(name: string, good: Uint8Array, ...uses: readonly ((path: string) => void)[]): void {
  const change = fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(change, fc.nat(good.length), fc.boolean(), (changes, length, cut) => {
      const bad = Buffer.from(good);
      for (const [i, byte] of changes) bad[i] = byte;
      const path = put(name, cut ? bad.subarray(0, length) : bad);
      for (const use of uses)
        try {
          use(path);
        } catch (error) {
          expect(error).toBeInstanceOf(CheckpointError);
        }
    }),
    { numRuns: 300 },
  );
}
