// The parser: all that jorts prints and all that JAX printed is read, and prints again as it was.
import { describe, expect, it } from "vitest";
import { type Module, type Operation, opCounts, type PrintOptions, parse, print } from "../../hlo/index.ts";
import { corpus } from "./corpus.ts";
import { expectRecorded } from "./execute.ts";
import { programs } from "./programs.ts";

const forms: readonly PrintOptions[] = [
  { form: "pretty" },
  { form: "generic" },
  { form: "pretty", debugInfo: true },
  { form: "generic", debugInfo: true },
];

describe("what jorts prints", () => {
  it.each(Object.entries(programs))("%s, in every form", (_, build) => {
    const module = build();
    for (const options of forms) {
      const read = parse(print(module, options));
      expect(print(read, options)).toBe(print(module, options));
      // Whatever form it was read from, it says the same.
      expect(print(read)).toBe(print(module));
    }
  });
});

/** Spelled in another way by jorts: `func.func` without `public`, and hexadecimal of narrow elements. */
const otherSpelling = new Set([
  "approximate-top-k",
  "constants-hex",
  "constants-hex-four-bits",
  "export-symbolic-indexing",
]);

describe("what JAX prints", () => {
  it.each(corpus().map((program) => [program.name, program] as const))("%s", (name, program) => {
    for (const [form, text] of Object.entries(program.texts)) {
      const options: PrintOptions = { form: form === "generic" ? "generic" : "pretty", debugInfo: form === "debug" };
      const module = parse(text, { file: `${name}.mlir` });
      expect(opCounts(module)).toEqual(program.opCounts);
      const again = print(module, options);
      expect(print(parse(again), options)).toBe(again);
      if (form === "pretty" && !otherSpelling.has(name)) expect(again.trim()).toBe(text.trim());
    }
  });

  const runnable = corpus().filter((program) => program.runnable);
  it.each(runnable.map((program) => [program.name, program] as const))(
    "%s runs as recorded once read",
    (_, program) => {
      // One form for each program is enough: the forms were compared above.
      const generic = program.generic !== undefined;
      const module = parse(program.generic ?? program.pretty);
      expectRecorded(program, print(module, { form: generic ? "pretty" : "generic" }));
    },
  );
});

/** All operations, nested ones included. */
function operations(module: Module): Operation[] {
  const inside = (list: readonly Operation[]): Operation[] =>
    list.flatMap((op) => [op, ...inside(op.regions.flatMap((region) => region.blocks.flatMap((b) => b.operations)))]);
  return inside(module.funcs.flatMap((func) => func.body.operations));
}

const main = (body: string, args = "%arg0: tensor<4xf32>", result = "tensor<4xf32>") =>
  `module @m {\n  func.func public @main(${args}) -> ${result} {\n${body}\n  }\n}`;

describe("what is read", () => {
  it("links values, types and attributes", () => {
    const module = parse(
      main(
        "    %0 = stablehlo.add %arg0, %arg0 {a.b = 1 : i32, c = unit} : tensor<4xf32>\n    return %0 : tensor<4xf32>",
      ),
    );
    const [func] = module.funcs;
    const [add, end] = func!.body.operations;
    expect(add!.operands).toEqual([func!.body.args[0], func!.body.args[0]]);
    expect(end!.operands[0]).toBe(add!.results[0]);
    expect(add!.results[0]!.type).toEqual({ kind: "tensor", shape: [4], element: "f32" });
    expect(add!.attributes).toEqual({ "a.b": { kind: "integer", value: 1, type: "i32" }, c: { kind: "unit" } });
    expect(end!.name).toBe("func.return");
  });

  it("keeps the operations, types and attributes of other dialects", () => {
    const text = main(
      [
        '    %0:2 = "foo.bar"(%arg0) <{a = #foo.attr<[1, "x>y"], {b}>, t = !foo.type<2x(3)>}> ({',
        "    ^bb0(%arg1: !foo.cell<i32>):",
        '      "foo.end"(%arg1) : (!foo.cell<i32>) -> ()',
        "    }) {foo.more = affine_map<(d0) -> (d0 + 1)>} : (tensor<4xf32>) -> (tensor<4xf32>, tuple<i32, tensor<?xf32>>)",
        "    return %0#0 : tensor<4xf32>",
      ].join("\n"),
    );
    const module = parse(text);
    expect(opCounts(module)).toEqual({ "foo.bar": 1, "foo.end": 1, "func.return": 1 });
    expect(print(module).trim()).toBe(text);
    expect(operations(module)[0]!.attributes.a).toEqual({ kind: "opaque", text: '#foo.attr<[1, "x>y"], {b}>' });
  });

  it("keeps members, resources and element types that it does not know", () => {
    const text = [
      'module {\n  "ml_program.global"() <{sym_name = "g", type = tensor<4x!quant.uniform<i8:f32, 5.0e-01>>}> : () -> ()',
      "  func.func private @f(%arg0: tensor<2x!quant.uniform<i8:f32, 5.0e-01>>) attributes {no_inline} {\n    return\n  }",
      '}\n{-#\n  dialect_resources: { builtin: { x: "0x04000000" } }\n#-}',
    ].join("\n");
    expect(print(parse(text)).trim()).toBe(text);
  });

  it("knows the parts of a sharding", () => {
    const sharding = '#sdy.sharding<@mesh, [{"x":(1)2, "y", ?}p1, {}], replicated={"z"}, unreduced={"w":(2)2}>';
    const text = main(
      "    return %arg0 : tensor<4xf32>",
      `%arg0: tensor<4xf32> {sdy.sharding = ${sharding}, other = #sdy.sharding<mesh<["a"=2], device_ids=[1, 0]>, [{"a"}]>}`,
    );
    const module = parse(text);
    expect(print(module).trim()).toBe(text);
    expect(module.funcs[0]!.argAttributes[0]!["sdy.sharding"]).toEqual({
      kind: "sharding",
      mesh: "mesh",
      dimensions: [
        { axes: [{ axis: "x", before: 1, size: 2 }, "y"], open: true, priority: 1 },
        { axes: [], open: false },
      ],
      replicated: ["z"],
      unreduced: [{ axis: "w", before: 2, size: 2 }],
    });
  });

  it("looks up aliases wherever they are defined", () => {
    const module = parse(
      [
        "#map = affine_map<(d0) -> (d0)>\n!t = tensor<4xf32>",
        '#loc3 = loc("layer"(#loc1))',
        'func.func @main(%arg0: !t loc("x")) -> !t {',
        "  %0 = stablehlo.tanh %arg0 {m = #map} : tensor<4xf32> loc(#loc3)",
        "  return %0 : !t loc(#loc2)\n} loc(unknown)",
        '#loc1 = loc("model.ts":12:3 to :9)\n#loc2 = loc(callsite(#loc3 at fused<"why">["a", #loc1, unknown]))',
      ].join("\n"),
    );
    const [tanh, end] = module.funcs[0]!.body.operations;
    const line = { file: "model.ts", line: 12, column: 3, end: { line: 12, column: 9 } };
    expect(tanh!.attributes.m).toEqual({ kind: "opaque", text: "affine_map<(d0) -> (d0)>" });
    expect(tanh!.location).toEqual({ ...line, name: "layer" });
    expect(end!.location).toEqual({
      kind: "callsite",
      callee: { ...line, name: "layer" },
      caller: {
        kind: "fused",
        metadata: { kind: "string", value: "why" },
        parts: [{ kind: "name", name: "a" }, line, undefined],
      },
    });
    expect(module.funcs[0]!.body.argLocations).toEqual([{ kind: "name", name: "x" }]);
    const debug = { debugInfo: true };
    expect(print(parse(print(module, debug)), debug)).toBe(print(module, debug));
  });
});
