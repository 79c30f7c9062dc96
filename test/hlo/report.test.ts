// Reports: numbers as people read them, and programs that are broken in every way.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  attr,
  type Block,
  type Builder,
  type Func,
  hloTextLines,
  Module,
  type Operation,
  printReport,
  type Region,
  report,
  textLines,
  type Value,
} from "../../hlo/data.ts";
import { bytesText, countText, plural, shareText, shortened, tableText } from "../../hlo/report/numbers.ts";
import { func, partitioned, program, programs, t } from "./programs.ts";

const all = [...Object.entries(programs), ...Object.entries(partitioned)];

describe("numbers", () => {
  it("have three digits and a unit", () => {
    expect([0, 7, 999, 1000, 1234, 12_345, 999_500, 1e9, 2.5e21].map(countText)).toEqual(
      "0|7|999|1.00 k|1.23 k|12.3 k|1.00 M|1.00 G|2500 E".split("|"),
    );
    expect([0, 999, 62_711_338, 2e9].map(bytesText)).toEqual(["0 B", "999 B", "62.7 MB", "2.00 GB"]);
    expect([2.5, Infinity, NaN].map(countText)).toEqual(["2.50", "Infinity", "NaN"]);
    expect([shareText(1, 3), shareText(1, 0)]).toEqual(["33.3%", "–"]);
    expect([plural(1, "loop"), plural(2, "loop")]).toEqual(["1 loop", "2 loops"]);
    expect(shortened("abcdefghij", 5)).toBe("ab…ij");
  });

  it("stand in columns", () => {
    const columns = [{ title: "name" }, { title: "n", align: "right" as const }];
    expect(
      tableText(columns, [
        ["a", "10"],
        ["long name", "1"],
      ]),
    ).toBe("name        n\na          10\nlong name   1\n");
  });
});

describe("report", () => {
  it("measures every program of this room wholly", () => {
    for (const [name, build] of all) {
      const r = report(build());
      expect(r.problems, name).toEqual([]);
      expect(printReport(r), name).toMatch(/^StableHLO module @jit_f: /);
    }
  });

  it("tells that sizes are dynamic, and that a module is empty", () => {
    const dynamic = program([t("f32", -1, 8)], (b, x) => [b.one("stablehlo.sine", [x!], t("f32", -1, 8))]);
    expect(printReport(report(dynamic))).toContain("2 values of dynamic size, which counts as 1.");
    const empty = report(new Module("m"));
    expect(empty.problems.map(({ section }) => section)).toEqual(["ops", "memory"]);
    expect(printReport(empty)).toContain("Not measured: module @m has no public function to analyse");
  });

  // What a file may hold that no compiler would take: parts of operations left out, in any combination.
  it("survives broken programs: every section is measured or says why not", () => {
    const choices = fc.infiniteStream(fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(fc.constantFrom(...all), choices, ([, build], choose) => {
        const odd = () => choose.next().value === 0;
        const keep = <T>(list: readonly T[]): T[] => list.filter(() => !odd());
        const breakBlock = ({ args, operations }: Block): Block => ({
          args: keep(args),
          operations: keep(operations).map(
            (op): Operation => ({
              ...op,
              operands: keep(op.operands),
              results: keep(op.results),
              attributes: Object.fromEntries(keep(Object.entries(op.attributes))),
              regions: keep(op.regions).map((region): Region => ({ blocks: keep(region.blocks).map(breakBlock) })),
            }),
          ),
        });
        const module = build();
        const funcs = module.funcs.map((func): Func => ({ ...func, body: breakBlock(func.body) }));
        module.funcs.splice(0, module.funcs.length, ...keep(funcs));
        const r = report(module);
        const text = printReport(r);
        for (const { message } of r.problems) expect(text).toContain(message);
        expect(JSON.stringify(r).length).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses what nests too deeply, and takes long chains of calls", () => {
    const deep = program([t("i1")], (b, x) => {
      const nest = (depth: number): Value[] =>
        depth === 0 ? [x!] : b.op("stablehlo.if", [x!], [t("i1")], {}, [b.region([], () => nest(depth - 1))]);
      return nest(1500);
    });
    expect(report(deep).problems.map(({ message }) => message)).toContainEqual(
      expect.stringContaining("more than 1000 nested regions"),
    );
    const f = t("f32", 4);
    const call = (b: Builder, x: Value, callee: string) => b.one("func.call", [x], f, { callee: attr.symbol(callee) });
    const long = program([f], (b, x) => [call(b, x!, "f0")]);
    for (let i = 0; i < 3000; i++)
      long.funcs.push(
        func(`f${i}`, "private", [f], (b, x) => [
          i === 2999 ? b.one("stablehlo.sine", [x!], f) : call(b, x!, `f${i + 1}`),
        ]),
      );
    expect(report(long)).toMatchObject({ problems: [], flops: 4, memory: { peakBytes: 32, foldedCalls: 1 } });
  });
});

describe("lines", () => {
  it("know the operation that starts on each", () => {
    for (const form of ["pretty", "generic"] as const)
      for (const [name, build] of all) {
        for (const { text, operation, function: within } of textLines(build(), form)) {
          if (operation === undefined) continue;
          expect(within, name).toBeDefined();
          const spelled = operation.name.replace("func.", "(?:func\\.)?").replaceAll(".", "\\.");
          expect(text, `${name}, ${form}`).toMatch(
            new RegExp(`^ *(?:%[^=]* = )?"?${spelled.replaceAll("\\\\", "\\")}`),
          );
        }
      }
  });

  it("of optimised programs too", () => {
    const root = {
      name: "r",
      opcode: "parameter",
      shape: { element: "f32", dimensions: [], dynamic: [], layout: undefined, parts: [] },
      operands: [],
      immediate: "0",
      attributes: {},
      calls: [],
      controlPredecessors: [],
      groupSize: undefined,
      metadata: {},
      backendConfig: "",
    };
    const entry = { name: "main", instructions: [root], parameters: [root], root, executionThread: "main" };
    const module = {
      name: "m",
      entry,
      computations: [entry],
      replicaCount: 1,
      numPartitions: 1,
      attributes: {},
      tables: [{ title: "FileNames", rows: ['"a.ts"'] }],
    };
    const lines = hloTextLines(module).filter(({ instruction }) => instruction !== undefined);
    expect(lines).toEqual([{ text: "  ROOT %r = f32[] parameter(0)", instruction: root, function: "main" }]);
  });
});
