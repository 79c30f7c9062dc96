// Module text as a whole: header, functions, attributes, value names, generic form, locations, errors, size.
import { describe, expect, it } from "vitest";
import { type Attribute, attr, Builder, HloPrintError, Module, print, Value } from "../../hlo/index.ts";
import { counted, func, partitioned, program, programs, sharding, t } from "./programs.ts";

const f = t("f32", 4);

/** The spelling of one attribute, in the generic form of an operation. */
function attributeText(attribute: Attribute): string {
  const module = program([f], (b, x) => [b.one("test.op", [x!], f, { a: attribute })]);
  return /"test\.op"\(%arg0\) <\{(.*)\}> :/.exec(print(module, { form: "generic" }))![1]!;
}

describe("module", () => {
  it("is headed as JAX heads it, meshes first, public functions before private ones", () => {
    const module = new Module("jit_f");
    module.attributes["mhlo.num_partitions"] = attr.i32(2);
    module.attributes["mhlo.num_replicas"] = attr.i32(1);
    module.meshes.push({
      name: "mesh",
      axes: [
        { name: "data", size: 2 },
        { name: "model", size: 4 },
      ],
    });
    module.funcs.push(func("half", "private", [f], (_, x) => [x!]));
    module.funcs.push({
      ...func("main", "public", [f, f], (b, x, y) => [b.one("stablehlo.add", [x!, y!], f), b.constant(t("f32"), 0)]),
      argAttributes: [{ "sdy.sharding": sharding(["data"]), "tf.aliasing_output": attr.i32(0) }],
      resultAttributes: [{ "jax.result_info": attr.string("result[0]") }],
    });
    module.funcs.push(func("nothing", "private", [], () => []));
    expect(print(module)).toMatchInlineSnapshot(`
      "module @jit_f attributes {mhlo.num_partitions = 2 : i32, mhlo.num_replicas = 1 : i32} {
        sdy.mesh @mesh = <["data"=2, "model"=4]>
        func.func public @main(%arg0: tensor<4xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"data"}]>, tf.aliasing_output = 0 : i32}, %arg1: tensor<4xf32>) -> (tensor<4xf32> {jax.result_info = "result[0]"}, tensor<f32>) {
          %0 = stablehlo.add %arg0, %arg1 : tensor<4xf32>
          %cst = stablehlo.constant dense<0.000000e+00> : tensor<f32>
          return %0, %cst : tensor<4xf32>, tensor<f32>
        }
        func.func private @half(%arg0: tensor<4xf32>) -> tensor<4xf32> {
          return %arg0 : tensor<4xf32>
        }
        func.func private @nothing() {
          return
        }
      }
      "
    `);
    expect(print(module, { form: "generic" })).toMatchInlineSnapshot(`
      ""builtin.module"() <{sym_name = "jit_f"}> ({
        "sdy.mesh"() <{mesh = #sdy.mesh<["data"=2, "model"=4]>, sym_name = "mesh"}> : () -> ()
        "func.func"() <{arg_attrs = [{sdy.sharding = #sdy.sharding<@mesh, [{"data"}]>, tf.aliasing_output = 0 : i32}, {}], function_type = (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<f32>), res_attrs = [{jax.result_info = "result[0]"}, {}], sym_name = "main", sym_visibility = "public"}> ({
        ^bb0(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>):
          %0 = "stablehlo.add"(%arg0, %arg1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
          %cst = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
          "func.return"(%0, %cst) : (tensor<4xf32>, tensor<f32>) -> ()
        }) : () -> ()
        "func.func"() <{function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "half", sym_visibility = "private"}> ({
        ^bb0(%arg0: tensor<4xf32>):
          "func.return"(%arg0) : (tensor<4xf32>) -> ()
        }) : () -> ()
        "func.func"() <{function_type = () -> (), sym_name = "nothing", sym_visibility = "private"}> ({
          "func.return"() : () -> ()
        }) : () -> ()
      }) {mhlo.num_partitions = 2 : i32, mhlo.num_replicas = 1 : i32} : () -> ()
      "
    `);
  });

  it("parenthesises a single result only when it has attributes", () => {
    const module = program([f], (_, x) => [x!]);
    expect(print(module)).toContain("(%arg0: tensor<4xf32>) -> tensor<4xf32> {");
    module.funcs[0] = { ...module.funcs[0]!, resultAttributes: [{ "jax.result_info": attr.string("x") }] };
    expect(print(module)).toContain('-> (tensor<4xf32> {jax.result_info = "x"}) {');
  });

  it("keeps attributes in the order of insertion, those that the form does not spell in braces", () => {
    const module = program([f], (b, x) => [
      b.one("stablehlo.reverse", [x!], f, { "z.last": attr.unit, dimensions: attr.i64s([0]), "a.first": attr.i32(1) }),
    ]);
    expect(print(module)).toContain("stablehlo.reverse %arg0, dims = [0] {z.last, a.first = 1 : i32} : tensor<4xf32>");
    expect(print(module, { form: "generic" })).toContain(
      '"stablehlo.reverse"(%arg0) <{dimensions = array<i64: 0>}> {z.last, a.first = 1 : i32} : (tensor<4xf32>) -> tensor<4xf32>',
    );
  });

  it("quotes names and strings as MLIR wants", () => {
    const module = new Module("jit f");
    module.funcs.push(func("main é", "public", [], () => []));
    module.attributes["a b"] = attr.string('quote " backslash \\ tab \t é');
    expect(print(module)).toContain(
      'module @"jit f" attributes {"a b" = "quote \\22 backslash \\\\ tab \\09 \\C3\\A9"} {',
    );
    expect(print(module)).toContain('func.func public @"main \\C3\\A9"() {');
  });
});

describe("attributes in generic form", () => {
  const cases: [string, Attribute, string][] = [
    ["unit", attr.unit, "a"],
    ["bool", attr.bool(false), "a = false"],
    ["i32", attr.i32(-3), "a = -3 : i32"],
    ["i64", attr.i64(2n ** 62n), "a = 4611686018427387904 : i64"],
    ["float", attr.float(0.1), "a = 1.000000e-01 : f32"],
    ["infinite float", attr.float(Number.POSITIVE_INFINITY, "bf16"), "a = 0x7F80 : bf16"],
    ["string", attr.string('a"b'), 'a = "a\\22b"'],
    ["symbol", attr.symbol("f.1"), "a = @f.1"],
    ["quoted symbol", attr.symbol("1 f"), 'a = @"1 f"'],
    ["array", attr.array([attr.i32(1), attr.bool(true)]), "a = [1 : i32, true]"],
    ["i64 array", attr.i64s([1, -2]), "a = array<i64: 1, -2>"],
    ["empty i64 array", attr.i64s([]), "a = array<i64>"],
    ["i1 array", attr.bools([true, false]), "a = array<i1: true, false>"],
    ["i32 array", { kind: "denseArray", element: "i32", values: [5] }, "a = array<i32: 5>"],
    ["dictionary", attr.dictionary({ x: attr.i32(1), "y z": attr.unit }), 'a = {x = 1 : i32, "y z"}'],
    ["dense", attr.dense(t("index", 2), [1, 0]), "a = dense<[1, 0]> : tensor<2xindex>"],
    ["type", attr.type({ kind: "function", inputs: [f], results: [] }), "a = (tensor<4xf32>) -> ()"],
    ["enum", attr.enum("fft_type", "FFT"), "a = #stablehlo<fft_type FFT>"],
    [
      "struct",
      attr.struct("gather", { offset_dims: [], collapsed_slice_dims: [0, 1], index_vector_dim: 2 }),
      "a = #stablehlo.gather<offset_dims = [], collapsed_slice_dims = [0, 1], index_vector_dim = 2>",
    ],
    [
      "struct of words",
      attr.struct("dot_algorithm", { lhs_precision_type: "tf32" }),
      "a = #stablehlo.dot_algorithm<lhs_precision_type = tf32>",
    ],
    [
      "sharding",
      {
        kind: "sharding",
        mesh: "mesh",
        dimensions: [
          { axes: ["x", "y"], open: true },
          { axes: [], open: true },
          { axes: [], open: false },
        ],
        replicated: ["z"],
      },
      'a = #sdy.sharding<@mesh, [{"x", "y", ?}, {?}, {}], replicated={"z"}>',
    ],
    [
      "shardings per value",
      { kind: "shardingPerValue", shardings: [sharding(["x"]), sharding()] },
      'a = #sdy.sharding_per_value<[<@mesh, [{"x"}]>, <@mesh, []>]>',
    ],
    ["manual axes", { kind: "manualAxes", axes: ["x", "y"] }, 'a = #sdy<manual_axes{"x", "y"}>'],
    ["mesh", { kind: "mesh", axes: [{ name: "x", size: 2 }] }, 'a = #sdy.mesh<["x"=2]>'],
  ];
  it.each(cases)("%s", (_, attribute, text) => {
    expect(attributeText(attribute)).toBe(text);
  });

  it("every operation has it, and its regions name the arguments of their blocks", () => {
    for (const [name, build] of Object.entries({ ...programs, ...partitioned })) {
      const text = print(build(), { form: "generic" });
      for (const line of text.split("\n").slice(0, -1)) {
        expect(line, name).toMatch(/^ *((%[\w:, %]+ = )?"[a-z]+\.\w+"\(|\^bb0\(%|\}(, \{)?|\}\) )/);
      }
    }
    expect(print(programs["while in while"]!(), { form: "generic" })).toMatchInlineSnapshot(`
      ""builtin.module"() <{sym_name = "jit_f"}> ({
        "func.func"() <{function_type = (tensor<2x3xf32>) -> tensor<2x3xf32>, sym_name = "main", sym_visibility = "public"}> ({
        ^bb0(%arg0: tensor<2x3xf32>):
          %c = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
          %0:2 = "stablehlo.while"(%c, %arg0) ({
          ^bb0(%iterArg: tensor<i32>, %iterArg_0: tensor<2x3xf32>):
            %c_1 = "stablehlo.constant"() <{value = dense<3> : tensor<i32>}> : () -> tensor<i32>
            %1 = "stablehlo.compare"(%iterArg, %c_1) <{comparison_direction = #stablehlo<comparison_direction LT>, compare_type = #stablehlo<comparison_type SIGNED>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
            "stablehlo.return"(%1) : (tensor<i1>) -> ()
          }, {
          ^bb0(%iterArg: tensor<i32>, %iterArg_0: tensor<2x3xf32>):
            %c_1 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
            %1:2 = "stablehlo.while"(%c_1, %iterArg_0) ({
            ^bb0(%iterArg_3: tensor<i32>, %iterArg_4: tensor<2x3xf32>):
              %c_5 = "stablehlo.constant"() <{value = dense<4> : tensor<i32>}> : () -> tensor<i32>
              %3 = "stablehlo.compare"(%iterArg_3, %c_5) <{comparison_direction = #stablehlo<comparison_direction LT>, compare_type = #stablehlo<comparison_type SIGNED>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
              "stablehlo.return"(%3) : (tensor<i1>) -> ()
            }, {
            ^bb0(%iterArg_3: tensor<i32>, %iterArg_4: tensor<2x3xf32>):
              %3 = "stablehlo.add"(%iterArg_4, %arg0) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
              %c_5 = "stablehlo.constant"() <{value = dense<1> : tensor<i32>}> : () -> tensor<i32>
              %4 = "stablehlo.add"(%iterArg_3, %c_5) : (tensor<i32>, tensor<i32>) -> tensor<i32>
              "stablehlo.return"(%4, %3) : (tensor<i32>, tensor<2x3xf32>) -> ()
            }) : (tensor<i32>, tensor<2x3xf32>) -> (tensor<i32>, tensor<2x3xf32>)
            %c_2 = "stablehlo.constant"() <{value = dense<1> : tensor<i32>}> : () -> tensor<i32>
            %2 = "stablehlo.add"(%iterArg, %c_2) : (tensor<i32>, tensor<i32>) -> tensor<i32>
            "stablehlo.return"(%2, %1#1) : (tensor<i32>, tensor<2x3xf32>) -> ()
          }) : (tensor<i32>, tensor<2x3xf32>) -> (tensor<i32>, tensor<2x3xf32>)
          "func.return"(%0#1) : (tensor<2x3xf32>) -> ()
        }) : () -> ()
      }) : () -> ()
      "
    `);
  });
});

describe("locations", () => {
  it("are a table at the end, each location once", () => {
    const module = program([f], (b, x) => {
      b.location = { file: "model.ts", line: 12, column: 3 };
      const y = b.one("stablehlo.negate", [x!], f);
      b.location = { file: "model.ts", line: 12, column: 3 };
      const z = b.one("stablehlo.negate", [y], f);
      b.location = { file: 'a"b.ts', line: 1, column: 1, name: "layer/attention" };
      const w = counted(b, 2, z, (v) => b.one("stablehlo.negate", [v], f));
      b.location = undefined;
      return [w];
    });
    expect(print(module, { debugInfo: true })).toMatchInlineSnapshot(`
      "module @jit_f {
        func.func public @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
          %0 = stablehlo.negate %arg0 : tensor<4xf32> loc(#loc1)
          %1 = stablehlo.negate %0 : tensor<4xf32> loc(#loc1)
          %c = stablehlo.constant dense<0> : tensor<i32> loc(#loc3)
          %2:2 = stablehlo.while(%iterArg = %c, %iterArg_0 = %1) : tensor<i32>, tensor<4xf32>
          cond {
            %c_1 = stablehlo.constant dense<2> : tensor<i32> loc(#loc3)
            %3 = stablehlo.compare LT, %iterArg, %c_1, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1> loc(#loc3)
            stablehlo.return %3 : tensor<i1> loc(#loc3)
          } do {
            %3 = stablehlo.negate %iterArg_0 : tensor<4xf32> loc(#loc3)
            %c_1 = stablehlo.constant dense<1> : tensor<i32> loc(#loc3)
            %4 = stablehlo.add %iterArg, %c_1 : tensor<i32> loc(#loc3)
            stablehlo.return %4, %3 : tensor<i32>, tensor<4xf32> loc(#loc3)
          } loc(#loc3)
          return %2#1 : tensor<4xf32> loc(#loc)
        } loc(#loc)
      } loc(#loc)
      #loc = loc(unknown)
      #loc1 = loc("model.ts":12:3)
      #loc2 = loc("a\\22b.ts":1:1)
      #loc3 = loc("layer/attention"(#loc2))
      "
    `);
    expect(print(module, { debugInfo: true, form: "generic" }).match(/ loc\(#loc\d*\)$/gm)!.length).toBe(14);
    expect(print(module)).not.toContain("loc(");
  });
});

describe("errors", () => {
  const thrown = (module: Module, form: "pretty" | "generic" = "pretty") => expect(() => print(module, { form }));

  it("names the operation and operand of a foreign value", () => {
    const module = program([f], (b, x) => [b.one("stablehlo.add", [x!, new Value(f)], f)]);
    thrown(module).toThrow(HloPrintError);
    thrown(module, "generic").toThrow("stablehlo.add: operand 1 (tensor<4xf32>) is not defined in @main");
  });

  it("names a missing or mistaken attribute", () => {
    thrown(program([f], (b, x) => [b.one("stablehlo.reverse", [x!], f)])).toThrow(
      'stablehlo.reverse: attribute dimensions is missing; give one of kind "denseArray"',
    );
    thrown(program([f], (b, x) => [b.one("stablehlo.reverse", [x!], f, { dimensions: attr.i64(1) })])).toThrow(
      'attribute dimensions has kind "integer"',
    );
    thrown(program([f], (b, x) => [b.one("sdy.sharding_constraint", [x!], f, { sharding: attr.unit })])).toThrow(
      'give one of kind "sharding"',
    );
  });

  it("counts regions, blocks, arguments and attributes", () => {
    thrown(program([f], (b, x) => [b.one("stablehlo.while", [x!], f)])).toThrow("got 0 regions, expected 2");
    thrown(program([f], (b, x) => [b.one("test.op", [x!], f, {}, [{ blocks: [] }])])).toThrow(
      "got a region of 0 blocks",
    );
    const module = program([f], (_, x) => [x!]);
    const main = module.funcs[0]!;
    module.funcs[0] = { ...main, argAttributes: [{}, {}] };
    thrown(module).toThrow("@main: got 2 argument attributes, expected at most 1");
    module.funcs[0] = { ...main, type: { ...main.type, inputs: [] } };
    thrown(module).toThrow("@main: the body has 1 arguments, the type has 0");
  });
});

describe("size", () => {
  /** A chain of `n` additions, a loop every hundred. */
  const chain = (n: number) =>
    program([f], (b, x) => {
      let y = x!;
      for (let k = 0; k < n; k++) {
        y = b.one("stablehlo.add", [y, x!], f);
        if (k % 100 === 99) y = counted(b, 3, y, (z) => b.one("stablehlo.negate", [z], f));
      }
      return [y];
    });

  it.each(["pretty", "generic"] as const)("%s: text and work are linear in the operations", (form) => {
    let reads = 0;
    const original = Builder.prototype.op;
    Builder.prototype.op = function (name, operands, ...rest) {
      const counting = new Proxy(operands as Value[], {
        get: (target, key, receiver) => {
          if (typeof key === "string" && /^\d+$/.test(key)) reads++;
          return Reflect.get(target, key, receiver);
        },
      });
      return original.call(this, name, counting, ...rest);
    };
    try {
      const measure = (n: number) => {
        const module = chain(n);
        reads = 0;
        return { length: print(module, { form }).length, reads };
      };
      const [small, large] = [measure(1000), measure(10_000)];
      expect(large.reads / small.reads).toBeLessThan(10.5);
      expect(large.length / small.length).toBeLessThan(11.5);
    } finally {
      Builder.prototype.op = original;
    }
  });

  it("prints a hundred thousand operations", () => {
    const text = print(chain(100_000), { debugInfo: true });
    expect(text.split("\n").length).toBeGreaterThan(108_000);
    expect(text).toContain("%99999 = stablehlo.add");
  });
});
