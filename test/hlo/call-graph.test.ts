// Who calls whom, how often, and that recursion ends.
import { describe, expect, it } from "vitest";
import { attr, type Builder, callGraph, Module, printCallGraph, type Value } from "../../hlo/data.ts";
import { counted, func, program, programs, t } from "./programs.ts";

const f = t("f32", 4);
const call = (b: Builder, x: Value, callee: string) => b.one("func.call", [x], f, { callee: attr.symbol(callee) });
const chain = (names: readonly string[], next: (i: number) => readonly string[]) => {
  const module = new Module("m");
  names.forEach((name, i) => {
    const body = (b: Builder, x?: Value) => [next(i).reduce((y, callee) => call(b, y, callee), x!)];
    module.funcs.push(func(name, i === 0 ? "public" : "private", [f], body));
  });
  return module;
};

describe("callGraph", () => {
  it("counts sites, and executions through loops", () => {
    const module = program([f], (b, x) => [counted(b, 5, call(b, x!, "g"), (y) => call(b, call(b, y, "g"), "h"))]);
    module.funcs.push(func("g", "private", [f], (b, x) => [counted(b, 3, x!, (y) => call(b, y, "h"))]));
    module.funcs.push(func("h", "private", [f], (_, x) => [x!]));
    module.funcs.push(func("idle", "private", [f], (b, x) => [call(b, x!, "h")]));
    const graph = callGraph(module);
    const node = (name: string) => graph.functions.find((n) => n.name === name)!;
    expect(graph.entry).toBe("main");
    expect(node("main").calls).toEqual([
      { callee: "g", role: "call", sites: 2, times: 6 },
      { callee: "h", role: "call", sites: 1, times: 5 },
    ]);
    expect(["main", "g", "h", "idle"].map((name) => node(name).executions)).toEqual([1, 6, 5 + 18, 0]);
    expect(printCallGraph(graph)).toBe(
      [
        "@main (12 operations, runs 1 ×)",
        "  @g call × 6 (10 operations, runs 6 ×)",
        "    @h call × 3 (1 operation, runs 23 ×)",
        "  @h call × 5 (1 operation, runs 23 ×)",
        "@idle (2 operations, runs 0 ×)",
        "  @h call × 1 (1 operation, runs 23 ×)",
        "",
      ].join("\n"),
    );
  });

  it("finds recursion, direct and through others, without following it for ever", () => {
    const graph = callGraph(chain(["main", "a", "b", "c", "d"], (i) => [["a", "d"], ["b"], ["c"], ["a"], []][i]!));
    expect(graph.functions.map(({ name, recursive }) => [name, recursive])).toEqual([
      ["main", false],
      ["a", true],
      ["b", true],
      ["c", true],
      ["d", false],
    ]);
    expect(graph.functions.map(({ executions }) => executions)).toEqual([1, undefined, undefined, undefined, 1]);
    expect(printCallGraph(graph)).toContain(
      "      @c call × 1 (2 operations, calls itself)\n        @a call × 1 (see above)",
    );
    expect(callGraph(chain(["main"], () => ["main"])).functions[0]).toMatchObject({ recursive: true });
  });

  it("names functions that are missing, composites, and loops of unknown length", () => {
    const graph = callGraph(chain(["main"], () => ["gone"]));
    expect(graph.functions[1]).toMatchObject({ name: "gone", kind: "missing", executions: 1 });
    expect(callGraph(programs.composite!()).functions[0]!.calls[0]).toMatchObject({
      role: "composite",
      callee: "twice",
    });
    expect(callGraph(new Module("empty"))).toEqual({ entry: undefined, functions: [], unknownTripCounts: 0 });
  });

  it("takes long chains and doubling calls in its stride", () => {
    const names = Array.from({ length: 20_000 }, (_, i) => (i === 0 ? "main" : `f${i}`));
    const long = callGraph(chain(names, (i) => (i + 1 < names.length ? [names[i + 1]!] : [])));
    expect(long.functions.at(-1)!.executions).toBe(1);
    expect(printCallGraph(long).length).toBeLessThan(4e6);
    const doubling = callGraph(chain(names.slice(0, 60), (i) => (i + 1 < 60 ? [names[i + 1]!, names[i + 1]!] : [])));
    expect(doubling.functions.at(-1)!.executions).toBe(2 ** 59);
    expect(printCallGraph(doubling).split("\n")).toHaveLength(61);
  });
});
