// The page about a program: whole, harmless, and its script's functions one by one.
import { Script } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attr, html, Module, textLines } from "../../hlo/data.ts";
import { escapeHtml, scriptJson } from "../../hlo/html/page.ts";
import { pageScript } from "../../hlo/html/script.ts";
import {
  definitionLine,
  foldRanges,
  indentOf,
  mentionLines,
  mentions,
  nearest,
  piecesOf,
  searchLines,
  visibleLines,
  windowOf,
} from "../../hlo/html/view.ts";
import { counted, func, partitioned, program, programs, t } from "./programs.ts";

const f = t("f32", 4);
interface PageData {
  readonly lines: string[];
  readonly places: string[];
  readonly placeOf: number[];
  readonly groups: number[][];
  readonly samples: { x: number; bytes: string; step: string; alive: string[]; line: number }[];
}
const dataOf = (page: string) =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]!) as PageData;

describe("html", () => {
  it("is one page that asks for nothing", () => {
    const page = html(programs.while!());
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/(?:src|href)=|url\(|@import|https?:/);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    for (const title of ["Memory", "Source lines", "Operations", "Collectives", "Calls"])
      expect(page).toContain(`<h2>${title}</h2>`);
  });

  it("shows every program of this room, each line as printed", () => {
    for (const [name, build] of [...Object.entries(programs), ...Object.entries(partitioned)]) {
      const data = dataOf(html(build()));
      expect(data.lines, name).toEqual(textLines(build()).map(({ text }) => text));
      for (const { line } of data.samples) expect(line, name).toBeGreaterThanOrEqual(0);
    }
  });

  it("links lines, operations and steps to the text", () => {
    const module = program([f], (b, x) => {
      b.location = { file: "model.ts", line: 7, column: 1 };
      return [counted(b, 3, x!, (y) => b.one("stablehlo.tanh", [y], f))];
    });
    const page = html(module);
    const { lines, places, placeOf, groups, samples } = dataOf(page);
    expect(places).toEqual(["model.ts:7"]);
    const tanh = lines.findIndex((line) => line.includes("stablehlo.tanh"));
    expect(placeOf[tanh]).toBe(0);
    expect(groups).toContainEqual([tanh]);
    const step = samples.find((sample) => sample.step.includes("stablehlo.tanh"))!;
    expect(step.line).toBe(tanh);
    expect(step.alive[0]).toMatch(/^16 B {2}main /);
    expect(page).toMatch(/<svg id="chart"[^>]*>.*<path class="area" d="M0 /s);
  });

  it("takes nothing from the program as markup", () => {
    const evil = '</script><script>alert(1)</script><img src=x onerror="alert(2)">';
    const module = new Module(evil);
    const body = func(evil, "public", [f], (b, x) => {
      b.location = { file: evil, line: 1, column: 1 };
      return [
        b.one("stablehlo.custom_call", [x!], f, {
          call_target_name: attr.string(evil),
          backend_config: attr.string("\u2028]]>"),
        }),
      ];
    });
    module.funcs.push(body);
    const page = html(module, { title: evil });
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).not.toContain("<img");
    expect(dataOf(page).lines.some((line) => line.includes("</script>"))).toBe(true);
  });

  it("escapes any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']/);
        expect(scriptJson(text)).not.toMatch(/[<\u2028\u2029]/);
        expect(JSON.parse(scriptJson(text))).toBe(text);
      }),
    );
  });

  it("holds a module of 5 MB, and cuts lines that hold constants", () => {
    const big = program([f], (b, x) => {
      let y = x!;
      for (let i = 0; i < 90_000; i++) y = b.one("stablehlo.add", [y, x!], f);
      return [y];
    });
    const page = html(big);
    const { lines, samples } = dataOf(page);
    expect(lines.join("\n").length).toBeGreaterThan(4.5e6);
    expect(page.length).toBeLessThan(12e6);
    expect(samples.length).toBeLessThanOrEqual(800);
    // The document itself stays small: lines are drawn as they are seen.
    expect(page.replace(/<script[\s\S]*?<\/script>/g, "").length).toBeLessThan(30_000);
    const constant = program([], (b) => [
      b.constant(
        t("f32", 10_000),
        Array.from({ length: 10_000 }, (_, i) => i),
      ),
    ]);
    const cut = dataOf(html(constant)).lines.find((line) => line.includes("constant"))!;
    expect(cut).toMatch(/… \(\d+ more characters\)$/);
  });

  it("has a script that an engine can read", () => {
    expect(() => new Script(pageScript())).not.toThrow();
    expect(pageScript()).not.toMatch(/<\/|import\(|fetch\(|innerHTML/);
  });
});

const text = [
  "module @m {",
  "  func.func public @main(%arg0: tensor<f32>) -> tensor<f32> {",
  "    %0 = stablehlo.sine %arg0 : tensor<f32>",
  "    %1:2 = stablehlo.while(%iterArg = %0, %iterArg_1 = %arg0) : tensor<f32>, tensor<f32>",
  "    cond {",
  "      %2 = stablehlo.compare LT, %iterArg, %iterArg_1",
  "    } do {",
  "      %2 = stablehlo.cosine %iterArg : tensor<f32>",
  "      stablehlo.return %2, %iterArg_1 : tensor<f32>",
  "    }",
  "    return %1#0 : tensor<f32>",
  "  }",
  "  func.func private @g(%arg0: tensor<f32>) -> tensor<f32> {",
  "    return %arg0 : tensor<f32>",
  "  }",
  "}",
];
const indents = text.map(indentOf);

describe("the page's functions", () => {
  it("fold what stands further in", () => {
    const ends = foldRanges(indents);
    expect([...ends].map((end, i) => [i, end]).filter(([, end]) => end! >= 0)).toEqual([
      [0, 14],
      [1, 10],
      [4, 5],
      [6, 8],
      [12, 13],
    ]);
    expect(visibleLines(ends, new Set([6, 12]))).toEqual([0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 14, 15]);
    expect(visibleLines(ends, new Set([0]))).toEqual([0, 15]);
    expect([...foldRanges([])]).toEqual([]);
  });

  it("find where a value is defined and used, each region for itself", () => {
    const uses = (at: number, name: string) => {
      const from = definitionLine(text, indents, at, name);
      return [from, from < 0 ? [] : mentionLines(text, indents, from, name)];
    };
    expect(uses(3, "%arg0")).toEqual([1, [1, 2, 3]]);
    expect(uses(13, "%arg0")).toEqual([12, [12, 13]]);
    expect(uses(7, "%iterArg")).toEqual([3, [3, 5, 7]]);
    expect(uses(8, "%iterArg_1")).toEqual([3, [3, 5, 8]]);
    expect(uses(8, "%2")).toEqual([7, [7, 8]]);
    expect(uses(10, "%1")).toEqual([3, [3, 10]]);
    expect(uses(10, "%9")).toEqual([-1, []]);
    expect(mentions("%10 = add %1", "%1")).toBe("use");
    expect(mentions("%10 = add %11", "%1")).toBe("none");
  });

  it("cut lines into coloured pieces that make the line again", () => {
    expect(piecesOf(text[2]!).filter(({ kind }) => kind !== "plain")).toEqual([
      { text: "%0", kind: "value" },
      { text: "stablehlo.sine", kind: "op" },
      { text: "%arg0", kind: "value" },
      { text: "tensor<f32>", kind: "type" },
    ]);
    const kinds = piecesOf('  ROOT %a.1 = f32[2]{0} custom-call(%b), target="x %y"').map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind !== "plain")).toEqual(["value", "type", "op", "value", "string"]);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (line) => {
        expect(
          piecesOf(line)
            .map((piece) => piece.text)
            .join(""),
        ).toBe(line);
      }),
    );
  });

  it("search, scroll and point", () => {
    expect(searchLines(text, "COSINE")).toEqual([7]);
    expect(searchLines(text, "")).toEqual([]);
    expect(windowOf(18_000, 600, 18, 1e6)).toEqual({ first: 980, last: 1054 });
    expect(windowOf(0, 600, 18, 3)).toEqual({ first: 0, last: 3 });
    expect([0, 1.4, 1.6, 9].map((x) => nearest([0, 1, 2, 5], x))).toEqual([0, 1, 2, 3]);
  });
});
