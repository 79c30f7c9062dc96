// Groups of devices by the mesh axes that they run over, in every spelling.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attr, axesOfGroups, axesOfPairs, collectiveSites, groupCollectives, type MeshAxes } from "../../hlo/data.ts";
import { axisText, readGroups, readPairs } from "../../hlo/device-groups.ts";
import { counted, partitioned, program, t } from "./programs.ts";

const mesh = (...sizes: number[]) => ({ name: "mesh", axes: sizes.map((size, k) => ({ name: "xyzw"[k]!, size })) });
const over = (groups: number[][], m: MeshAxes) => axesOfGroups(groups, [m])?.axes.map(axisText);

/** The mesh cut along some axes: what axesOfGroups must invert. */
function cut(m: MeshAxes, along: readonly number[]): number[][] {
  const sizes = m.axes.map(({ size }) => size);
  const count = sizes.reduce((a, b) => a * b, 1);
  const groups = new Map<string, number[]>();
  for (let position = 0; position < count; position++) {
    const at: number[] = [];
    let rest = position;
    for (let k = sizes.length - 1; k >= 0; k--) {
      at.unshift(rest % sizes[k]!);
      rest = Math.floor(rest / sizes[k]!);
    }
    const key = at.filter((_, k) => !along.includes(k)).join();
    groups.set(key, [...(groups.get(key) ?? []), m.deviceIds?.[position] ?? position]);
  }
  return [...groups.values()];
}

describe("axesOfGroups", () => {
  it.each<[string, number[][], MeshAxes, string[] | undefined]>([
    [
      "the minor axis",
      [
        [0, 1],
        [2, 3],
      ],
      mesh(2, 2),
      ["y"],
    ],
    [
      "the major axis",
      [
        [0, 2],
        [1, 3],
      ],
      mesh(2, 2),
      ["x"],
    ],
    ["both", [[0, 1, 2, 3]], mesh(2, 2), ["x", "y"]],
    ["groups of one", [[0], [1], [2], [3]], mesh(2, 2), []],
    [
      "half of an axis, major part",
      [
        [0, 4],
        [1, 5],
        [2, 6],
        [3, 7],
      ],
      mesh(8),
      ["x:(1)2"],
    ],
    [
      "half of an axis, minor part",
      [
        [0, 1],
        [2, 3],
        [4, 5],
        [6, 7],
      ],
      mesh(8),
      ["x:(4)2"],
    ],
    [
      "two parts of an axis",
      [
        [0, 1, 4, 5],
        [2, 3, 6, 7],
      ],
      mesh(8),
      ["x:(1)2", "x:(4)2"],
    ],
    [
      "devices in another order",
      [
        [3, 1],
        [2, 0],
      ],
      { ...mesh(2, 2), deviceIds: [3, 2, 1, 0] },
      ["x"],
    ],
    [
      "groups that are no axis",
      [
        [0, 3],
        [1, 2],
      ],
      mesh(2, 2),
      undefined,
    ],
    ["groups that are not all devices", [[0, 1]], mesh(2, 2), undefined],
    [
      "a device twice",
      [
        [0, 1],
        [0, 1],
      ],
      mesh(2, 2),
      undefined,
    ],
    ["unequal groups", [[0, 1, 2], [3]], mesh(2, 2), undefined],
    [
      "a device that is not there",
      [
        [0, 1],
        [2, 9],
      ],
      mesh(2, 2),
      undefined,
    ],
  ])("%s", (_, groups, m, axes) => {
    expect(over(groups, m)).toEqual(axes);
  });

  it("finds the axes of every cut of every mesh", () => {
    const sizes = fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.nat()), fc.infiniteStream(fc.boolean()), (shape, order, choose) => {
        const m = mesh(...shape);
        const count = shape.reduce((a, b) => a * b, 1);
        const deviceIds = Array.from({ length: count }, (_, i) => ({ i, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ i }) => i);
        const along = shape.map((_, k) => k).filter(() => choose.next().value);
        const wanted = along.map((k) => m.axes[k]!.name);
        expect(over(cut(m, along), m)).toEqual(wanted);
        const laidOut = { ...m, deviceIds };
        expect(over(cut(laidOut, along), laidOut)).toEqual(wanted);
      }),
    );
  });

  it("permutations move along the axes that differ", () => {
    const pairs = [
      [0, 1],
      [1, 0],
      [2, 3],
      [3, 2],
    ];
    expect(axesOfPairs(pairs, [mesh(2, 2)])).toEqual({ mesh: "mesh", axes: ["y"] });
    expect(axesOfPairs([[0, 3]], [mesh(2, 2)])?.axes).toEqual(["x", "y"]);
    expect(axesOfPairs([[0, 8]], [mesh(2, 2)])).toBeUndefined();
  });
});

describe("readGroups", () => {
  it.each<[string, number[][] | undefined]>([
    [
      "{{0,1},{2,3}}",
      [
        [0, 1],
        [2, 3],
      ],
    ],
    ["{}", undefined],
    ["{{}}", undefined],
    [
      "[2,4]<=[8]",
      [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ],
    ],
    [
      "[4,2]<=[2,4]T(1,0)",
      [
        [0, 4],
        [1, 5],
        [2, 6],
        [3, 7],
      ],
    ],
    [
      "mesh['x'=2,'y'=2] {'y'}",
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      "mesh['x'=2,'y'=2], device_ids=(3,2,1,0) {'x'}",
      [
        [3, 1],
        [2, 0],
      ],
    ],
    [
      "mesh['x'=4] {'x':(2)2}",
      [
        [0, 1],
        [2, 3],
      ],
    ],
  ])("%s", (text, groups) => {
    expect(readGroups(text).groups?.map((group) => [...group])).toEqual(groups);
  });

  it("reads pairs", () => {
    expect(readPairs("{{0,1},{1,0}}")).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });
});

describe("collectiveSites", () => {
  it("says bytes, axes and how often", () => {
    const [site] = collectiveSites(partitioned["sdy.manual_computation"]!());
    expect(site).toMatchObject({
      kind: "all-reduce",
      name: "main",
      bytes: 24,
      groups: 1,
      groupSize: 2,
      over: { mesh: "mesh", axes: ["data"] },
      executions: 1,
    });
    const [moved] = collectiveSites(partitioned.collective_permute!());
    expect(moved).toMatchObject({ kind: "collective-permute", groupSize: 2, over: { axes: ["data"] } });
  });

  it("multiplies by the trips of loops and sums by axes", () => {
    const f = t("f32", 4);
    const gather = (rows: number[][]) => ({
      all_gather_dim: attr.i64(0),
      replica_groups: attr.dense(t("i64", rows.length, rows[0]!.length), rows.flat()),
    });
    const module = program([f], (b, x) => [
      counted(b, 5, x!, (y) => {
        const z = b.one(
          "stablehlo.all_gather",
          [y],
          f,
          gather([
            [0, 1],
            [2, 3],
          ]),
        );
        return b.one(
          "stablehlo.all_gather",
          [z],
          f,
          gather([
            [0, 2],
            [1, 3],
          ]),
        );
      }),
    ]);
    module.meshes.push({ ...mesh(2, 2) });
    expect(groupCollectives(collectiveSites(module))).toEqual([
      { kind: "all-gather", axes: "y", groupSize: 2, sites: 1, executions: 5, bytes: 80 },
      { kind: "all-gather", axes: "x", groupSize: 2, sites: 1, executions: 5, bytes: 80 },
    ]);
    module.meshes.pop();
    expect(collectiveSites(module).map(({ over: axes }) => axes)).toEqual([undefined, undefined]);
  });
});
