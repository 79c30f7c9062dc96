// Abstract values, the checker and the printer.
import { describe, expect, test } from "vitest";
import { avalOf, longAval, shortAval, strong, withShape } from "../../src/core/aval.ts";
import { checkGraph } from "../../src/core/check.ts";
import { type Graph, Var } from "../../src/core/graph.ts";
import { printGraph } from "../../src/core/print.ts";
import { Literal } from "../../src/core/tensor.ts";
import { addOp, mul } from "../../src/ops/binary.ts";
import { sin } from "../../src/ops/unary.ts";
import { pureGraph } from "../transforms/tools.ts";

describe("avals", () => {
  test("are interned: equal ones are the same object", () => {
    expect(avalOf([2, 3], "float32")).toBe(avalOf([2, 3], "float32"));
    const different = [
      avalOf([2, 3], "float32"),
      avalOf([3, 2], "float32"),
      avalOf([2, 3], "float32", true),
      avalOf([2, 3], "bfloat16"),
      avalOf([2], "float32"),
      avalOf([2, 3, 1], "float32"),
    ];
    expect(new Set(different).size).toBe(6);
    expect(new Set(different.map((a) => a.id)).size).toBe(6);
    expect(strong(avalOf([], "float32", true))).toBe(avalOf([], "float32"));
    expect(withShape(avalOf([], "int8"), [4])).toBe(avalOf([4], "int8"));
  });

  test("know their size and cannot change", () => {
    expect([avalOf([], "bool").size, avalOf([2, 0], "bool").size, avalOf([2, 3], "bool").size]).toEqual([1, 0, 6]);
    expect(Object.isFrozen(avalOf([2], "bool").shape)).toBe(true);
    expect([shortAval(avalOf([2], "bfloat16", true)), longAval(avalOf([2, 3], "uint8"))]).toEqual([
      "bf16[2]*",
      "uint8[2,3]",
    ]);
  });
});

describe("the checker", () => {
  const a = avalOf([2], "float32");
  const good = (): Graph => pureGraph("f", (x) => [mul(sin(x!), 2)], [[2]]);
  const broken = (change: (g: Graph) => Graph) => () => checkGraph(change(good()));

  test("accepts what the tracer makes", () => {
    expect(() => checkGraph(good())).not.toThrow();
  });

  test.each<[string, (g: Graph) => Graph, RegExp]>([
    [
      "a use before the definition",
      (g) => ({ ...g, equations: [...g.equations].reverse() }),
      /equation 0 \(mul\) uses a variable/,
    ],
    ["an undefined result", (g) => ({ ...g, outputs: [new Var(a)] }), /output list uses a variable/],
    [
      "a second definition",
      (g) => ({ ...g, equations: [...g.equations, g.equations[0]!] }),
      /defines a variable twice/,
    ],
    ["an input twice", (g) => ({ ...g, inputs: [g.inputs[0]!, g.inputs[0]!] }), /input list defines a variable twice/],
    [
      "a result that its rule does not give",
      (g) => ({ ...g, equations: [{ ...g.equations[0]!, results: [new Var(avalOf([3], "float32"))] }], outputs: [] }),
      /result 0 is f32\[3\], its rule says f32\[2\]/,
    ],
    [
      "operands that do not fit",
      (g) => ({
        ...g,
        equations: [
          {
            op: addOp,
            operands: [g.inputs[0]!, new Literal(1, avalOf([3], "float32"))],
            params: {},
            results: [new Var(a)],
            site: {},
          },
        ],
        outputs: [],
      }),
      /add: got shapes \[2\] and \[3\]/,
    ],
  ])("refuses %s", (_name, change, message) => {
    expect(broken(change)).toThrow(message);
  });

  test("shows the program", () => {
    expect(broken((g) => ({ ...g, outputs: [new Var(a)] }))).toThrow(/\{ lambda ; a:f32\[2\]\. let/);
  });
});

test("the printer names variables in order, past z too", () => {
  const long = pureGraph(
    "long",
    (x) => {
      let y = x!;
      for (let i = 0; i < 27; i++) y = sin(y);
      return [y];
    },
    [[]],
  );
  const text = printGraph(long);
  expect(text).toContain("z:f32[] = sin y");
  expect(text).toContain("ab:f32[] = sin aa");
  expect(printGraph(long, { sites: true })).toMatch(/sin a {2}# .*graph\.test\.ts:\d+/);
});
