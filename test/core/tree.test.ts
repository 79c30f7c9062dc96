// Trees: flattening in a fixed order, paths in messages, prefixes, registered classes.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TreeError } from "../../src/core/errors.ts";
import {
  broadcastPrefix,
  flatten,
  flattenAs,
  leafPaths,
  leavesWithPath,
  printTree,
  register,
  sameTree,
  unflatten,
} from "../../src/core/tree.ts";

class Point {
  readonly x: unknown;
  readonly y: unknown;
  readonly unit: string;
  constructor(x: unknown, y: unknown, unit: string) {
    this.x = x;
    this.y = y;
    this.unit = unit;
  }
}
register(
  Point,
  (p) => [[p.x, p.y], p.unit] as const,
  (unit, [x, y]) => new Point(x, y, unit),
  () => ["x", "y"],
);

const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.double(),
    fc.constant(null),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie("tree"), { maxKeys: 3, noNullPrototype: true }),
    fc.tuple(tie("tree"), tie("tree"), fc.string()).map(([x, y, unit]) => new Point(x, y, unit)),
  ),
}));

describe("properties", () => {
  test("unflatten undoes flatten, and both agree with flattenAs", () => {
    fc.assert(
      fc.property(tree, (value) => {
        const { leaves, def } = flatten(value);
        expect(unflatten(def, leaves)).toEqual(value);
        const out: unknown[] = [];
        expect(flattenAs(def, value, out, 0)).toBe(leaves.length);
        expect(out).toEqual(leaves);
        expect(leafPaths(def)).toEqual(leavesWithPath(value).map((l) => l.path));
        expect(leafPaths(def)).toHaveLength(leaves.length);
        expect(sameTree(def, flatten(value).def)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test("trees of different structure are told apart", () => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        const same = sameTree(flatten(a).def, flatten(b).def);
        expect(flattenAs(flatten(a).def, b, [], 0) >= 0).toBe(same);
        if (printTree(flatten(a).def) !== printTree(flatten(b).def)) expect(same).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

describe("order and paths", () => {
  test("object keys are sorted, whatever their insertion", () => {
    expect(flatten({ b: 1, a: [2, { z: 3, y: 4 }] }).leaves).toEqual([2, 4, 3, 1]);
    expect(sameTree(flatten({ a: 1, b: 2 }).def, flatten({ b: 1, a: 2 }).def)).toBe(true);
    expect(leafPaths(flatten({ b: 1, a: [2, { z: new Point(1, null, "m") }] }).def, "p")).toEqual([
      "p.a[0]",
      "p.a[1].z.x",
      "p.b",
    ]);
  });

  test("what is no leaf is named with its path and how to mend it", () => {
    const cases: [unknown, RegExp][] = [
      [{ layers: [{ wq: "text" }] }, /params\.layers\[0\]\.wq is a string \(text\)/],
      [{ f: Math.sin }, /params\.f is a function \(sin\)/],
      [{ a: undefined }, /params\.a is undefined/],
      [{ m: new Map() }, /params\.m is an instance of Map.*tree\.register/],
    ];
    for (const [value, message] of cases) {
      expect(() => flatten(value, "params")).toThrow(TreeError);
      expect(() => flatten(value, "params")).toThrow(message);
    }
  });

  test("a registered class differs by what is no array", () => {
    expect(sameTree(flatten(new Point(1, 2, "m")).def, flatten(new Point(3, 4, "m")).def)).toBe(true);
    expect(sameTree(flatten(new Point(1, 2, "m")).def, flatten(new Point(1, 2, "km")).def)).toBe(false);
  });

  test("a key named __proto__ stays a key", () => {
    const value = JSON.parse('{"__proto__": 1, "a": 2}');
    const { leaves, def } = flatten(value);
    const back = unflatten(def, leaves) as object;
    expect(Object.keys(back).sort()).toEqual(["__proto__", "a"]);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
  });

  test("the wrong number of leaves", () => {
    const { def } = flatten([1, 2]);
    expect(() => unflatten(def, [1])).toThrow(TreeError);
    expect(() => unflatten(def, [1, 2, 3])).toThrow(TreeError);
  });
});

describe("prefixes", () => {
  const isNumber = (v: unknown): v is number | null => typeof v === "number" || v === null;
  const { def } = flatten({ a: [1, 2], b: new Point(3, 4, "m"), c: null });

  test("a leaf covers everything below it", () => {
    expect(broadcastPrefix(7, def, isNumber, "axes")).toEqual([7, 7, 7, 7]);
    expect(broadcastPrefix({ a: 1, b: null, c: null }, def, isNumber, "axes")).toEqual([1, 1, null, null]);
    expect(broadcastPrefix({ a: [1, 2], b: new Point(3, 4, ""), c: null }, def, isNumber, "axes")).toEqual([
      1, 2, 3, 4,
    ]);
  });

  test.each<[unknown, RegExp]>([
    [{ a: [1], b: 1, c: null }, /axes\.a is no prefix of the structure \[\*, \*\]/],
    [{ a: 1, b: 1 }, /axes is no prefix/],
    [{ a: "x", b: 1, c: null }, /axes\.a is no prefix/],
  ])("%j is refused with its path", (prefix, message) => {
    expect(() => broadcastPrefix(prefix, def, isNumber, "axes")).toThrow(message);
  });
});
