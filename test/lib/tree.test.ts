// Trees for users: mapping, folding, transposing and prefixes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TreeError } from "../../src/core/errors.ts";
import * as tree from "../../src/lib/tree.ts";

const example = { b: [1, { y: 2, x: 3 }], a: null, c: 4 };
/** Numbers, lists, objects and null, nested. */
const trees = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    fc.integer(),
    fc.constant(null),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie("tree"), { maxKeys: 3 }),
  ),
})).tree;

class Pair {
  readonly first: unknown;
  readonly second: unknown;
  constructor(first: unknown, second: unknown) {
    this.first = first;
    this.second = second;
  }
}
tree.register(
  Pair,
  (p) => [[p.first, p.second], null],
  (_aux, [a, b]) => new Pair(a, b),
  () => ["first", "second"],
);

describe("leaves with paths", () => {
  it("flattenWithPath, paths and mapWithPath name every leaf", () => {
    const { leaves, structure } = tree.flattenWithPath(example);
    expect(leaves).toEqual([
      { path: "b[0]", leaf: 1 },
      { path: "b[1].x", leaf: 3 },
      { path: "b[1].y", leaf: 2 },
      { path: "c", leaf: 4 },
    ]);
    expect(tree.equalStructure(structure, tree.structure(example))).toBe(true);
    expect(tree.paths(new Pair(1, [2]))).toEqual([".first", ".second[0]"]);
    const sums = tree.mapWithPath((path, a: number, b: number) => `${path}=${a + b}`, example, example);
    expect(sums).toEqual({ a: null, b: ["b[0]=2", { x: "b[1].x=6", y: "b[1].y=4" }], c: "c=8" });
    expect(() => tree.mapWithPath(() => 0, example, { a: 1 })).toThrow(/tree 1 has structure {a: \*}/);
  });
});

describe("folds", () => {
  it("reduce goes from left to right, with or without a start", () => {
    expect(tree.reduce((s: string, x: number) => s + x, example, "")).toBe("1324");
    expect(tree.reduce((a: number, b: number) => a - b, example)).toBe(1 - 3 - 2 - 4);
    expect(() => tree.reduce((a: number) => a, [])).toThrow(TreeError);
  });
  it("reduceAssociative agrees with reduce, in few levels", () => {
    fc.assert(
      fc.property(trees, (t) => {
        const add = (a: number, b: number) => a + b;
        expect(tree.reduceAssociative(add, t, 0)).toBe(tree.reduce(add, t, 0));
      }),
    );
    const depth = tree.reduceAssociative<number>((a, b) => Math.max(a, b) + 1, new Array(1000).fill(0));
    expect(depth).toBe(10);
    expect(() => tree.reduceAssociative((a: number) => a, {})).toThrow(TreeError);
  });
  it("all asks host values only", () => {
    expect([tree.all({ a: true, b: [1] }), tree.all([true, { x: 0 }]), tree.all([])]).toEqual([true, false, true]);
    expect(() => tree.all({ w: new Float32Array(2) })).toThrow(/w is a tensor or an array/);
  });
});

describe("structures inside each other", () => {
  it("transpose turns a list of records into a record of lists, and back", () => {
    const [list, record] = [tree.structure([0, 0, 0]), tree.structure({ x: 0, y: 0 })];
    const records = [
      { x: 1, y: 2 },
      { x: 3, y: 4 },
      { x: 5, y: 6 },
    ];
    const columns = tree.transpose(list, record, records);
    expect(columns).toEqual({ x: [1, 3, 5], y: [2, 4, 6] });
    expect(tree.transpose(record, list, columns)).toEqual(records);
    expect(() => tree.transpose(record, record, records)).toThrow(/expected {x: {x: \*, y: \*}/);
  });
  it("transposing twice is the identity", () => {
    fc.assert(
      fc.property(trees, trees, (a, b) => {
        const [outer, inner] = [tree.structure(a), tree.structure(b)];
        const whole = tree.compose(outer, inner);
        // Without leaves on one side there is nothing that says what the other was.
        fc.pre(tree.leaves(a).length > 0 && tree.leaves(b).length > 0);
        const count = tree.leaves(a).length * tree.leaves(b).length;
        const filled = tree.unflatten(whole, [...Array(count).keys()]);
        const back = tree.transpose(inner, outer, tree.transpose(outer, inner, filled));
        expect(back).toEqual(filled);
      }),
    );
  });
});

describe("prefixes", () => {
  it("a leaf of the prefix stands for all leaves below it", () => {
    expect(tree.broadcastPrefix({ a: null, b: 7, c: 8 }, example)).toEqual([7, 7, 7, 8]);
    expect(tree.broadcast(9, { a: [1, 2], p: new Pair(1, 2) })).toEqual({ a: [9, 9], p: new Pair(9, 9) });
    const isText = (x: unknown) => typeof x === "string";
    expect(tree.broadcast({ a: "x", b: ["y", "z"] }, { a: [1, 2], b: [3, [4]] }, isText)).toEqual({
      a: ["x", "x"],
      b: ["y", ["z"]],
    });
  });
  it("that does not fit is named", () => {
    expect(() => tree.broadcastPrefix({ b: 1 }, example)).toThrow(TreeError);
  });
});
