// Trees as code: what is written for a structure does what the walk over it does, from the first call to the last.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flatten, flattenAs, register, unflatten } from "../../src/core/tree.ts";
import { TreeReader, TreeWriter } from "../../src/core/tree-code.ts";

/** More calls than are made before code is written. */
const calls = 40;

const keys = fc.oneof(
  fc.constantFrom(
    "a",
    "b",
    "__proto__",
    "constructor",
    "toString",
    "0",
    "1",
    'quo"te',
    "back\\slash",
    "\n\u2028",
    "`$",
  ),
  fc.string({ maxLength: 3 }),
);

/** Nests of arrays, objects and null over numbers. */
const trees = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, fc.integer(), fc.constant(null), tie("list"), tie("record")),
  list: fc.array(tie("tree"), { maxLength: 4 }),
  record: fc.uniqueArray(fc.tuple(keys, tie("tree")), { maxLength: 5, selector: ([key]) => key }).map((entries) => {
    const out: Record<string, unknown> = {};
    for (const [key, value] of entries)
      Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
    return out;
  }),
})).tree;

describe("code for a structure", () => {
  it("reads and writes what the walk reads and writes", () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const { def, leaves } = flatten(tree);
        const reader = new TreeReader(def, leaves.length);
        const writer = new TreeWriter(def);
        for (let i = 0; i < calls; i++) {
          const out: unknown[] = [];
          expect(reader.read(tree, out)).toBe(true);
          expect(out).toEqual(leaves);
          expect(isDeepStrictEqual(writer.write(leaves), unflatten(def, leaves))).toBe(true);
        }
      }),
    );
  });

  it("refuses what has another structure", () => {
    fc.assert(
      fc.property(trees, trees, (tree, other) => {
        const { def, leaves } = flatten(tree);
        const reader = new TreeReader(def, leaves.length);
        for (let i = 0; i < calls; i++) {
          const [mine, walked]: [unknown[], unknown[]] = [[], []];
          const same = flattenAs(def, other, walked, 0) === leaves.length;
          // Code takes leaves as they are: a caller looks at them in any case.
          const read = reader.read(other, mine) && mine.every((leaf) => typeof leaf === "number");
          expect(read).toBe(same);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("leaves registered classes and very large trees to the walk", () => {
    class Pair {
      readonly x: unknown;
      readonly y: unknown;
      constructor(x: unknown, y: unknown) {
        this.x = x;
        this.y = y;
      }
    }
    register(
      Pair,
      ({ x, y }) => [[x, y], null],
      (_, [x, y]) => new Pair(x, y),
    );
    for (const tree of [{ p: new Pair(1, [2]) }, Array.from({ length: 5000 }, (_, i) => i)]) {
      const { def, leaves } = flatten(tree);
      const [reader, writer] = [new TreeReader(def, leaves.length), new TreeWriter(def)];
      for (let i = 0; i < calls; i++) {
        const out: unknown[] = [];
        expect(reader.read(tree, out)).toBe(true);
        expect(writer.write(out)).toStrictEqual(tree);
      }
    }
  });
});
