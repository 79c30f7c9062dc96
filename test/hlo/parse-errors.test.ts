// What the parser says of text that is no StableHLO, and of text that is made to hurt.
import { describe, expect, it } from "vitest";
import { HloSyntaxError, opCounts, parse, print } from "../../hlo/index.ts";

function errorOf(text: string, file?: string): HloSyntaxError {
  try {
    parse(text, file === undefined ? {} : { file });
  } catch (error) {
    if (error instanceof HloSyntaxError) return error;
    throw error;
  }
  throw new Error("the text was read");
}

/** A function around a line of its own, which is line 2. */
const line = (text: string) => `func.func @main(%arg0: tensor<2xf32>, %p: tensor<i1>) -> tensor<2xf32> {\n${text}\n}`;

describe("errors say where, what was expected, and what stands there", () => {
  it.each([
    ["", "}", "1:1: expected a module, a function or an alias, got `}`"],
    ["a truncated file", "module @m {\n  func.func @main() {\n    return", "3:11: expected"],
    ["a foreign file", "PK\u0003\u0004 not text", "1:1: expected a module"],
    ["a JSON file", '{"a": 1}', "1:1: expected a module"],
    ["an open string", 'module attributes {a = "x', "1:24: expected an attribute"],
    ["an open literal", line("%c = stablehlo.constant dense<[1, 2"), "2:25: expected"],
    [
      "an unknown operation",
      line("%0 = foo.bar %arg0 : tensor<2xf32>"),
      "2:6: expected an operation whose form is known, got `foo.bar`; print it in generic form",
    ],
    ["an undefined value", line("return %1 : tensor<2xf32>"), "2:8: %1 is not defined before this place"],
    ["a value defined twice", line("%arg0 = stablehlo.abs %arg0 : tensor<2xf32>"), "2:1: %arg0 is defined already"],
    [
      "another type than the definition's",
      line("return %arg0 : tensor<3xf32>"),
      "2:1: func.return: operand 0 is tensor<3xf32> here, and tensor<2xf32> where it is defined",
    ],
    [
      "too few types",
      line('"a.b"(%arg0, %p) : (tensor<2xf32>) -> ()'),
      "2:1: a.b: got 2 operands and 1 types of operands",
    ],
    ["too many results", line('%0:3 = "a.b"() : () -> (i32, i32)'), "2:8: a.b: 3 results are named, and there are 2"],
    ["a missing type", line("%0 = stablehlo.abs %arg0"), "3:1: expected `:`, got `}`"],
    [
      "a wrong label",
      line("%0 = stablehlo.transpose %arg0, dim = [0] : (tensor<2xf32>) -> tensor<2xf32>"),
      "2:33: expected `dims`, got `dim`",
    ],
    [
      "elements of another number",
      line("%c = stablehlo.constant dense<[1, 2]> : tensor<3xi32>"),
      "2:31: expected a list of 3, got 2",
    ],
    ["lists too deep", line("%c = stablehlo.constant dense<[[1]]> : tensor<1xi32>"), "2:32: "],
    [
      "elements of another type",
      line("%c = stablehlo.constant dense<[1.5]> : tensor<1xi32>"),
      "2:32: expected an integer of type i32",
    ],
    [
      "bytes of another number",
      line('%c = stablehlo.constant dense<"0x0000"> : tensor<4xi32>'),
      "2:31: expected 16 bytes, got 2",
    ],
    [
      "bytes that are none",
      line('%c = stablehlo.constant dense<"0x0"> : tensor<4xi32>'),
      "2:31: expected hexadecimal bytes",
    ],
    ["an attribute twice", line('"a.b"() {x = 1, x = 2} : () -> ()'), "2:17: the attribute x stands twice"],
    [
      "an attribute that would change its owner",
      line('"a.b"() {__proto__ = 1} : () -> ()'),
      "2:10: `__proto__` cannot name an attribute",
    ],
    ["branches", line('"cf.br"()[^bb1] : () -> ()'), "2:10: successors; StableHLO has no branches"],
    ["a declaration", "func.func private @f(tensor<f32>) -> tensor<f32>", "1:22: "],
    ["a second module", "module @a {}\nmodule @b {}", "2:8: "],
    [
      "a location that is not defined",
      `${line("return %arg0 : tensor<2xf32> loc(#loc7)")}`,
      "the location #loc7 is not defined",
    ],
    [
      "a size past all memory",
      "func.func @f(%a: tensor<99999999999999999999xf32>) { return }",
      "1:18: a size is larger than 2^53",
    ],
  ])("%s", (_, text, message) => {
    expect(errorOf(text).message).toContain(message);
  });

  it("names the file, line and column as fields, and keeps what was read", () => {
    const error = errorOf(line("%0 = stablehlo.abs %arg0 : tensor<2xf32>\n%1 = foo.bar %0 : tensor<2xf32>"), "a.mlir");
    expect(error.message.startsWith("a.mlir:3:6: ")).toBe(true);
    expect([error.file, error.line, error.column]).toEqual(["a.mlir", 3, 6]);
    expect(opCounts(error.partial!)).toEqual({ "stablehlo.abs": 1 });
  });

  it("finds lines far into a long text", () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `%${i} = stablehlo.abs %arg0 : tensor<2xf32>`);
    const error = errorOf(line([...many, "%x = stablehlo.abs %arg0 tensor<2xf32>"].join("\n")));
    expect([error.line, error.column]).toEqual([20_002, 26]);
    expect(opCounts(error.partial!)).toEqual({ "stablehlo.abs": 20_000 });
  });

  it("reads the next text as if nothing had been", () => {
    errorOf("module @m {");
    expect(opCounts(parse(line("return %arg0 : tensor<2xf32>")))).toEqual({ "func.return": 1 });
  });
});

describe("hostile text ends", () => {
  const deep = 100_000;
  it.each([
    ["regions", line(`${'"a.b"() ({'.repeat(deep)}`)],
    ["lists", line(`"a.b"() {x = ${"[".repeat(deep)}} : () -> ()`)],
    ["dictionaries", line(`"a.b"() ${"{x = ".repeat(deep)}`)],
    ["types", `func.func @f(%a: ${"(".repeat(deep)}`],
    ["foreign brackets", line(`"a.b"() {x = #a.b${"<[(".repeat(deep)}} : () -> ()`)],
    ["locations", `#loc = loc(${'"a"('.repeat(deep)}`],
    ["calls of locations", `#loc = loc(${"callsite(".repeat(deep)}`],
  ])("%s nested without end", (_, text) => {
    expect(errorOf(text).message).toMatch(/nested deeper than 100 levels/);
  });

  it("aliases of each other", () => {
    const chain = `#a = loc("x"(#b))\n#b = loc("y"(#a))\n${line("return %arg0 : tensor<2xf32> loc(#a)")}`;
    expect(errorOf(chain).message).toMatch(/nested deeper/);
  });

  it("lists nested in elements", () => {
    expect(errorOf(line(`%c = stablehlo.constant dense<${"[".repeat(deep)}> : tensor<1xi32>`)).message).toMatch(
      /deeper than 1 dim/,
    );
  });

  it("a literal of many megabytes", () => {
    const count = 2 ** 22;
    const hex = "0000803F".repeat(count);
    const module = parse(
      line(`%c = stablehlo.constant dense<"0x${hex}"> : tensor<${count}xf32>\nreturn %arg0 : tensor<2xf32>`),
    );
    const { value } = module.funcs[0]!.body.operations[0]!.attributes;
    expect(value?.kind === "dense" && (value.value as Uint8Array).length).toBe(4 * count);
  });

  it("a list of a million elements", () => {
    const count = 1_000_000;
    const text = line(`%c = stablehlo.constant dense<[${"-1, ".repeat(count - 1)}7]> : tensor<${count}xi32>`);
    const { value } = parse(text).funcs[0]!.body.operations[0]!.attributes;
    const bytes = value?.kind === "dense" ? (value.value as Uint8Array) : new Uint8Array();
    expect([bytes.length, ...bytes.slice(-8)]).toEqual([4 * count, 255, 255, 255, 255, 7, 0, 0, 0]);
  });

  it("a list of attributes on one line, and comments in between", () => {
    const count = 100_000;
    const text = line(`"a.b"() {x = [${"1, ".repeat(count)}// a comment, with commas, // and more\n 2]} : () -> ()`);
    const { x } = parse(text).funcs[0]!.body.operations[0]!.attributes;
    expect(x?.kind === "array" && [x.items.length, x.items.at(-1)]).toEqual([
      count + 1,
      { kind: "integer", value: 2, type: "i64" },
    ]);
  });

  it("a hundred thousand operations, and text without lines", () => {
    const count = 100_000;
    const text = `func.func @f(%0: tensor<f32>) { ${Array.from({ length: count }, (_, i) => `%${i + 1} = stablehlo.abs %${i} : tensor<f32>`).join(" ")} return }`;
    const module = parse(text);
    expect(opCounts(module)).toEqual({ "stablehlo.abs": count, "func.return": 1 });
    expect(print(parse(print(module)))).toBe(print(module));
  });

  it("a result of a billion values", () => {
    expect(errorOf(line('%0:1000000000 = "a.b"() : () -> ()')).message).toContain(
      "1000000000 results are named, and there are 0",
    );
  });
});
