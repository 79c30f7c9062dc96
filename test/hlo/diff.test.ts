// Two programs side by side.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { align, attr, type Builder, diff, type Module, parse, print, printDiff, type Value } from "../../hlo/index.ts";
import { counted, func, partitioned, program, programs, t } from "./programs.ts";

const f = t("f32", 4);
const one = (b: Builder, name: string, ...operands: Value[]) => b.one(`stablehlo.${name}`, operands, f);
const straight = (...names: string[]) => program([f], (b, x) => [names.reduce((y, name) => one(b, name, y), x!)]);

describe("align", () => {
  const lcs = (a: number[], b: number[]): number => {
    const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
    for (let i = 1; i <= a.length; i++)
      for (let j = 1; j <= b.length; j++)
        table[i]![j] =
          a[i - 1] === b[j - 1] ? table[i - 1]![j - 1]! + 1 : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
    return table[a.length]![b.length]!;
  };
  const sequence = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 40 });

  it("is a longest common subsequence", () => {
    fc.assert(
      fc.property(sequence, sequence, (a, b) => {
        const { pairs, bounded } = align(a, b);
        expect(bounded).toBe(false);
        expect(pairs.length).toBe(lcs(a, b));
        for (const [i, j] of pairs) expect(a[i]).toBe(b[j]);
        for (let k = 1; k < pairs.length; k++) {
          expect(pairs[k]![0]).toBeGreaterThan(pairs[k - 1]![0]);
          expect(pairs[k]![1]).toBeGreaterThan(pairs[k - 1]![1]);
        }
      }),
    );
  });

  it("is a common subsequence under every bound, and says when it stopped looking", () => {
    fc.assert(
      fc.property(sequence, sequence, fc.integer({ min: 1, max: 5 }), (a, b, bound) => {
        const { pairs, bounded } = align(a, b, bound);
        for (const [i, j] of pairs) expect(a[i]).toBe(b[j]);
        for (let k = 1; k < pairs.length; k++)
          expect(pairs[k]![0] > pairs[k - 1]![0] && pairs[k]![1] > pairs[k - 1]![1]).toBe(true);
        if (!bounded) expect(pairs.length).toBe(lcs(a, b));
      }),
    );
    const [a, b] = [Array.from({ length: 20_000 }, (_, i) => i), Array.from({ length: 20_000 }, (_, i) => -i - 1)];
    expect(align(a, b, 200)).toEqual({ pairs: [], bounded: true });
  });
});

describe("diff", () => {
  it("a program is the same as itself, in any form and under other names", () => {
    for (const [name, build] of [...Object.entries(programs), ...Object.entries(partitioned)]) {
      expect(diff(build(), build()), name).toMatchObject({ equal: true, changed: 0, added: 0, removed: 0 });
      expect(diff(build(), parse(print(build(), { form: "generic" }))).equal, name).toBe(true);
    }
  });

  it("aligns around what was added, removed and replaced", () => {
    const found = diff(straight("sine", "cosine", "tanh"), straight("sine", "negate", "tanh", "abs"));
    expect(found).toMatchObject({ equal: false, bounded: false });
    expect(printDiff(found, { context: 1, names: ["before", "after"] })).toBe(
      [
        "--- before",
        "+++ after",
        "@@ -3,5 +3,6 @@ @main",
        "     %0 = stablehlo.sine %arg0 : tensor<4xf32>",
        "-    %1 = stablehlo.cosine %0 : tensor<4xf32>",
        "+    %1 = stablehlo.negate %0 : tensor<4xf32>",
        "     %2 = stablehlo.tanh %1 : tensor<4xf32>",
        "-    return %2 : tensor<4xf32>",
        "+    %3 = stablehlo.abs %2 : tensor<4xf32>",
        "+    return %3 : tensor<4xf32>",
        "   }",
        "1 changed, 2 added, 1 removed, 6 the same.",
        "",
      ].join("\n"),
    );
  });

  it("sees operands that do not correspond, whatever they are called", () => {
    const sub = (flip: boolean) =>
      program([f, f], (b, x, y) => [flip ? one(b, "subtract", y!, x!) : one(b, "subtract", x!, y!)]);
    expect(diff(sub(false), sub(false)).equal).toBe(true);
    const found = diff(sub(false), sub(true));
    expect(found).toMatchObject({ equal: false, changed: 1, added: 0, removed: 0 });
    // Values after an added operation have other names, and are the same.
    const more = program([f, f], (b, x, y) => {
      one(b, "sine", x!);
      return [one(b, "subtract", x!, y!)];
    });
    expect(diff(sub(false), more)).toMatchObject({ changed: 0, added: 1, removed: 0 });
  });

  it("sees attributes, types and signatures", () => {
    const sum = (axis: number) =>
      program([t("f32", 3, 3)], (b, x) => [
        b.one("stablehlo.transpose", [x!], t("f32", 3, 3), { permutation: attr.i64s([axis, 1 - axis]) }),
      ]);
    expect(diff(sum(0), sum(1))).toMatchObject({ changed: 1, added: 0, removed: 0 });
    const wide = program([t("f32", 5)], (b, x) => [b.one("stablehlo.sine", [x!], t("f32", 5))]);
    expect(diff(straight("sine"), wide).changed).toBe(3);
  });

  it("matches functions by name, then by content, then by likeness", () => {
    const module = (...names: [string, string[]][]): Module => {
      const made = program([f], (b, x) => [
        names.reduce((y, [name]) => b.one("func.call", [y], f, { callee: attr.symbol(name) }), x!),
      ]);
      for (const [name, ops] of names)
        made.funcs.push(func(name, "private", [f], (b, x) => [ops.reduce((y, op) => one(b, op, y), x!)]));
      return made;
    };
    const a = module(["body", ["sine", "cosine"]], ["tail", ["tanh", "abs", "sqrt", "floor"]]);
    expect(diff(a, module(["loop", ["sine", "cosine"]], ["tail", ["tanh", "abs", "sqrt", "floor"]])).equal).toBe(true);
    const alike = diff(a, module(["body", ["sine", "cosine"]], ["end", ["tanh", "abs", "sqrt", "ceil"]]));
    expect(alike.functions.map(({ a: from, b: to, change }) => [from, to, change])).toEqual([
      [undefined, undefined, "same"],
      ["main", "main", "same"],
      ["body", "body", "same"],
      ["tail", "end", "changed"],
    ]);
    const alone = diff(a, module(["body", ["sine", "cosine"]]));
    expect(alone.functions.at(-1)).toMatchObject({ a: "tail", b: undefined, change: "removed" });
    expect(printDiff(alone)).toContain("@@ @tail (removed)");
  });

  it("stands in two columns", () => {
    const text = printDiff(diff(straight("sine", "cosine"), straight("sine", "abs")), {
      layout: "columns",
      width: 60,
      context: 0,
    });
    for (const line of text.split("\n").slice(3, -2)) expect(line.length).toBeLessThanOrEqual(60);
    expect(text).toMatch(/ < *$/m);
    expect(text).toMatch(/^ {28} > /m);
  });

  it("strings that look like names are not names", () => {
    const custom = (config: string) =>
      program([f], (b, x) => [
        b.one("stablehlo.custom_call", [x!], f, {
          call_target_name: attr.string("t"),
          backend_config: attr.string(config),
        }),
      ]);
    expect(diff(custom("%x"), custom("%x")).equal).toBe(true);
    expect(diff(custom("%x"), custom("%y")).equal).toBe(false);
  });

  it("takes 100,000 operations, equal but for one", () => {
    const long = (odd: number) =>
      program([f], (b, x) => {
        let y = x!;
        for (let i = 0; i < 100_000; i++) y = one(b, i === odd ? "tanh" : "sine", y);
        return [y];
      });
    expect(diff(long(-1), long(-1)).equal).toBe(true);
    expect(diff(long(-1), long(50_000))).toMatchObject({ equal: false, added: 1, removed: 1, bounded: false });
  });

  it("says when programs differ too much to look for a shortest difference", () => {
    const mixed = (seed: number) =>
      program([f], (b, x) => {
        let y = x!;
        for (let i = 0; i < 400; i++) y = one(b, ["sine", "tanh", "abs"][(i * i * seed + i) % 3]!, y);
        return [counted(b, 2, y, (z) => z)];
      });
    const found = diff(mixed(1), mixed(2), { bound: 10 });
    expect(found.bounded).toBe(true);
    expect(printDiff(found)).toContain("a shortest difference was not looked for");
  });
});
