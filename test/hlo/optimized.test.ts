// What the compiler makes of a program, read back from the CPU plugin.
import { afterAll, expect, it } from "vitest";
import {
  attr,
  type Builder,
  fromProto,
  hloCollectives,
  hloOpCounts,
  type Module,
  print,
  printHlo,
  type Value,
} from "../../hlo/index.ts";
import { compileOptions } from "../../runtime/index.ts";
import { cpuClient } from "../runtime/plugin.ts";
import { counted, partitioned, program, programs, sharding, t } from "./programs.ts";

const client = cpuClient({ cpuDeviceCount: 2 });
afterAll(() => client.destroy());

function optimized(module: Module, numPartitions = 1) {
  using executable = client.compile(print(module), compileOptions({ numPartitions }));
  const { format, code } = executable.optimizedProgram();
  expect(format).toBe("hlo_with_config");
  return fromProto(code);
}

it("links instructions, computations and the entry", () => {
  const type = t("f32", 2, 3);
  // Enough trips that the compiler keeps the loop.
  const module = optimized(
    program([type], (b, x) => [counted(b, 1000, x!, (y) => b.one("stablehlo.tanh", [y], type))]),
  );
  expect(module.name).toBe("jit_f");
  expect(module.computations.at(-1)).toBe(module.entry);
  expect(module.entry.parameters.map(({ shape }) => shape)).toMatchObject([
    { element: "f32", dimensions: [2, 3], layout: { minorToMajor: [1, 0] } },
  ]);
  for (const computation of module.computations) {
    const seen = new Set<unknown>();
    for (const instruction of computation.instructions) {
      for (const operand of instruction.operands) expect(seen.has(operand)).toBe(true);
      for (const call of instruction.calls)
        for (const called of call.computations) expect(module.computations).toContain(called);
      seen.add(instruction);
    }
    expect(seen.has(computation.root)).toBe(true);
  }
  const loop = module.computations.flatMap((c) => c.instructions).find(({ opcode }) => opcode === "while")!;
  expect(loop.calls.map(({ role }) => role)).toEqual(["condition", "body"]);
  expect(JSON.parse(loop.backendConfig)).toMatchObject({ known_trip_count: { n: "1000" } });
});

it("prints every program without loss of structure", () => {
  for (const [name, build] of Object.entries(programs)) {
    const module = optimized(build());
    const lines = printHlo(module).split("\n");
    const count = Object.values(hloOpCounts(module)).reduce((a, b) => a + b, 0);
    expect(lines.filter((line) => / = .* [\w-]+\(.*\)/.test(line)).length, name).toBe(count);
    expect(lines.filter((line) => line.startsWith("ENTRY ")).length, name).toBe(1);
  }
});

it("finds the collectives that the partitioner adds, a loop body once", () => {
  const matrix = t("f32", 4, 4);
  const dot = (b: Builder, x: Value, y: Value) =>
    b.one("stablehlo.dot_general", [x, y], matrix, {
      dot_dimension_numbers: attr.struct("dot", { lhs_contracting_dimensions: [1], rhs_contracting_dimensions: [0] }),
    });
  const module = program([matrix, matrix], (b, x, w) => [counted(b, 3, x!, (y) => dot(b, y, w!))]);
  module.meshes.push({ name: "mesh", axes: [{ name: "data", size: 2 }] });
  module.funcs[0] = {
    ...module.funcs[0]!,
    argAttributes: [{ "sdy.sharding": sharding([], ["data"]) }, { "sdy.sharding": sharding(["data"], []) }],
    resultAttributes: [{ "sdy.sharding": sharding([], []) }],
  };
  const found = hloCollectives(optimized(module, 2));
  expect(found["all-reduce"]).toEqual({ count: 1, bytes: 64, groupSizes: [2] });
});

it.each([
  ["sdy.manual_computation", "all-reduce", 24],
  ["all_gather", "all-gather", 48],
  ["reduce_scatter", "reduce-scatter", 12],
  ["all_to_all", "all-to-all", 24],
  ["collective_permute", "collective-permute", 24],
])("%s stays one %s", (name, kind, bytes) => {
  expect(hloCollectives(optimized(partitioned[name]!(), 2))[kind]).toEqual({ count: 1, bytes, groupSizes: [2] });
});

it("carries donation and partitions in the header", () => {
  const module = optimized(partitioned["sdy.manual_computation"]!(), 2);
  expect(module.numPartitions).toBe(2);
  expect(module.attributes).toMatchObject({
    is_scheduled: "true",
    num_partitions: "2",
    input_output_alias: "{ {}: (0, {}, may-alias) }",
  });
});

it("keeps the user's lines", () => {
  const module = program([t("f32", 2)], (b, x) => {
    b.location = { file: "model.ts", line: 12, column: 3, name: "layer" };
    return [b.one("stablehlo.tanh", [x!], t("f32", 2))];
  });
  using executable = client.compile(print(module, { debugInfo: true }), compileOptions());
  const text = printHlo(fromProto(executable.optimizedProgram().code));
  expect(text).toContain('op_name="layer"');
  expect(text).toContain("model.ts");
});
