// FLOPs, bytes, operation counts and collectives of small programs, against counts by hand.
import { describe, expect, it } from "vitest";
import { analyze, attr, type Builder, collectives, opCounts, type Value } from "../../hlo/index.ts";
import { counted, func, partitioned, program, programs, t } from "./programs.ts";

const cost = (name: string) => analyze((programs[name] ?? partitioned[name])!());
const i = t("i32");
const f = t("f32", 4);

describe("flops", () => {
  it.each([
    ["add", 6],
    ["chlo.erf", 6],
    ["compare", 6],
    ["select", 6],
    ["convert", 6],
    ["transpose", 0],
    ["broadcast_in_dim", 0],
    ["dynamic_slice, dynamic_update_slice", 0],
    // 2 · batch 5 · M 2 · N 4 · K 3
    ["dot_general", 2 * 5 * 2 * 4 * 3],
    ["dot", 2 * 2 * 4 * 3],
    // 8·8·4 results, each over a 3·3 window of 3 features
    ["convolution", 2 * (8 * 8 * 4) * (3 * 3 * 3)],
    // 6 elements to 2 take 4 additions
    ["reduce", 4],
    ["reduce with a reducer", 8],
    // 6 results of 2-element windows
    ["reduce_window", 6],
    ["map", 6],
    // 2 rows of 3: two rounds of comparisons per element
    ["sort", 12],
    ["scatter", 15],
    ["triangular_solve", 8],
    // 10 trips: 6 products and 1 counter step; 11 comparisons
    ["while", 10 * (6 + 1) + 11],
    // 3 trips of (4 trips of 6 + 1, 5 comparisons) + 1, 4 comparisons
    ["while in while", 3 * (4 * 7 + 5 + 1) + 4],
    // the dearer branch negates
    ["case", 6],
    // called once, and twice by a loop of 2 trips with 3 comparisons
    ["func.call", 6 + 2 * (6 + 1) + 3],
    ["composite", 6],
    // 2 shards each add 6 elements
    ["sdy.manual_computation", 12],
  ])("%s: %d", (name, flops) => {
    expect(cost(name).flops).toBe(flops);
  });
});

describe("bytes", () => {
  it.each([
    ["add", 3 * 24],
    ["convert", 24 + 12],
    ["reduce", 4 + (24 + 4 + 8)],
    ["slice", 2 * 8],
    // read and write a row of 12 bytes; two indices
    ["dynamic_slice, dynamic_update_slice", 2 * (2 * 12 + 8)],
    ["gather", 2 * 60 + 20],
    ["optimization_barrier", 0],
  ])("%s: %d", (name, bytes) => {
    expect(cost(name).bytesAccessed).toBe(bytes);
  });
});

describe("breakdown", () => {
  it("counts executions by operation, dearest first", () => {
    expect(Object.entries(cost("while").byOp)).toMatchInlineSnapshot(`
      [
        [
          "stablehlo.multiply",
          {
            "bytes": 720,
            "count": 10,
            "flops": 60,
          },
        ],
        [
          "stablehlo.compare",
          {
            "bytes": 99,
            "count": 11,
            "flops": 11,
          },
        ],
        [
          "stablehlo.add",
          {
            "bytes": 120,
            "count": 10,
            "flops": 10,
          },
        ],
        [
          "stablehlo.constant",
          {
            "bytes": 88,
            "count": 22,
            "flops": 0,
          },
        ],
        [
          "stablehlo.return",
          {
            "bytes": 0,
            "count": 21,
            "flops": 0,
          },
        ],
        [
          "func.return",
          {
            "bytes": 0,
            "count": 1,
            "flops": 0,
          },
        ],
      ]
    `);
  });
});

describe("trip counts", () => {
  /** A loop over `[counter, x]` with its own condition and step. */
  const loop = (
    start: (b: Builder) => Value,
    direction: string,
    limit: (b: Builder) => Value,
    step: (b: Builder, n: Value) => Value,
    flip = false,
  ) =>
    analyze(
      program([i], (b) =>
        b.op("stablehlo.while", [start(b)], [i], {}, [
          b.region([i], (n) => {
            const sides = flip ? [limit(b), n!] : [n!, limit(b)];
            const attributes = { comparison_direction: attr.enum("comparison_direction", direction) };
            return [b.one("stablehlo.compare", sides, t("i1"), attributes)];
          }),
          b.region([i], (n) => [step(b, n!)]),
        ]),
      ),
    );
  const at = (value: number) => (b: Builder) => b.constant(i, value);
  const by = (name: "add" | "subtract", amount: number) => (b: Builder, n: Value) =>
    b.one(`stablehlo.${name}`, [n, b.constant(i, amount)], i);
  const trips = (a: ReturnType<typeof analyze>) => (a.byOp["stablehlo.compare"]?.count ?? 0) - 1;

  it.each([
    ["LT", 0, 10, by("add", 1), 10],
    ["LT", 0, 10, by("add", 3), 4],
    ["LE", 0, 9, by("add", 3), 4],
    ["GT", 10, 0, by("subtract", 1), 10],
    ["GE", 10, 0, by("add", -5), 3],
    ["NE", 0, 8, by("add", 2), 4],
    ["LT", 5, 5, by("add", 1), 0],
  ] as const)("%s from %d to %d", (direction, start, limit, step, expected) => {
    const analysis = loop(at(start), direction, at(limit), step);
    expect([trips(analysis), analysis.unknownTripCounts]).toEqual([expected, 0]);
  });

  it("reads the comparison from either side", () => {
    expect(trips(loop(at(0), "GT", at(7), by("add", 1), true))).toBe(7);
  });

  it("follows a limit that is carried unchanged", () => {
    const module = program([f], (b, x) => {
      const init = [b.constant(i, 0), b.constant(i, 6), x!];
      const out = b.op("stablehlo.while", init, [i, i, f], {}, [
        b.region([i, i, f], (n, limit) => [
          b.one("stablehlo.compare", [n!, limit!], t("i1"), {
            comparison_direction: attr.enum("comparison_direction", "LT"),
          }),
        ]),
        b.region([i, i, f], (n, limit, y) => [
          b.one("stablehlo.add", [b.constant(i, 1), n!], i),
          limit!,
          b.one("stablehlo.negate", [y!], f),
        ]),
      ]);
      return [out[2]!];
    });
    expect(analyze(module).byOp["stablehlo.negate"]).toEqual({ count: 6, flops: 24, bytes: 192 });
  });

  it("says when it does not know, and counts the body once", () => {
    const doubling = loop(at(1), "LT", at(64), (b, n) => b.one("stablehlo.multiply", [n, n], i));
    expect([doubling.unknownTripCounts, trips(doubling)]).toEqual([1, 1]);
    expect(loop(at(0), "LT", at(9), by("add", -1)).unknownTripCounts).toBe(1);
    expect(loop(at(0), "NE", at(9), by("add", 2)).unknownTripCounts).toBe(1);
    const given = program([i, f], (b, limit, x) => [
      b.op("stablehlo.while", [limit!, x!], [i, f], {}, [
        b.region([i, f], (n) => [
          b.one("stablehlo.compare", [n!, b.constant(i, 3)], t("i1"), {
            comparison_direction: attr.enum("comparison_direction", "LT"),
          }),
        ]),
        b.region([i, f], (n, y) => [b.one("stablehlo.add", [n!, b.constant(i, 1)], i), y!]),
      ])[1]!,
    ]);
    expect(analyze(given).unknownTripCounts).toBe(1);
  });
});

describe("counts", () => {
  it("names every operation once per place in the text", () => {
    expect(opCounts(programs["while in while"]!())).toEqual({
      "func.return": 1,
      "stablehlo.add": 3,
      "stablehlo.compare": 2,
      "stablehlo.constant": 6,
      "stablehlo.return": 4,
      "stablehlo.while": 2,
    });
  });

  it("collects collectives with bytes and group sizes", () => {
    expect(collectives(partitioned["sdy.manual_computation"]!())).toEqual({
      "all-reduce": { count: 1, bytes: 24, groupSizes: [2] },
    });
    expect(collectives(partitioned.all_gather!())).toEqual({ "all-gather": { count: 1, bytes: 48, groupSizes: [2] } });
    expect(cost("collective_permute").collectives).toEqual({
      "collective-permute": { count: 1, bytes: 24, groupSizes: [2] },
    });
  });

  it("counts a collective in a loop body once", () => {
    const groups = attr.dense(t("i64", 2, 4), [0, 1, 2, 3, 4, 5, 6, 7]);
    const module = program([f], (b, x) => [
      counted(b, 5, x!, (y) =>
        b.one("stablehlo.all_gather", [y], f, { all_gather_dim: attr.i64(0), replica_groups: groups }),
      ),
    ]);
    expect(collectives(module)).toEqual({ "all-gather": { count: 1, bytes: 16, groupSizes: [4] } });
  });
});

describe("errors", () => {
  it("names a call that leads nowhere, recursion, and a module without entry", () => {
    const call = (name: string) => program([f], (b, x) => [b.one("func.call", [x!], f, { callee: attr.symbol(name) })]);
    expect(() => analyze(call("gone"))).toThrow("func.call: there is no function @gone in @jit_f");
    expect(() => analyze(call("main"))).toThrow("@main calls itself");
    const module = program([f], (_, x) => [x!]);
    module.funcs[0] = func("helper", "private", [f], (_, x) => [x!]);
    expect(() => analyze(module)).toThrow("no public function");
  });
});
