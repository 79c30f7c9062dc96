// Dumps: every stage of a program in files that appear whole, are numbered, and overwrite nothing.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { config, jit, lax, np, type Tensor } from "jorts";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { fromProto, printHlo } from "../../hlo/data.ts";
import { parse } from "../../hlo/index.ts";

const root = mkdtempSync(join(tmpdir(), "jorts-dump-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => {
  config.dumpDir = undefined;
});

let directories = 0;
const fresh = () => join(root, String(directories++), "deep");
const suffixes = ["jaxpr.txt", "json", "optimized.hlo.pb", "optimized.txt", "stablehlo.mlir"];
const filesOf = (dir: string) => readdirSync(dir).sort();
const read = (dir: string, name: string) => readFileSync(join(dir, name), "utf8");

/** A function of its own each time, so that nothing is cached. */
const program = (name = "affine") => {
  const functions = {
    [name]: (x: Tensor, w: Tensor) => lax.foriLoop(0, 3, (_i: Tensor, y: Tensor) => np.tanh(np.matmul(y, w)), x),
  };
  return jit(functions[name] as (x: Tensor, w: Tensor) => Tensor);
};
const [x, w] = [np.ones([4, 4]), np.ones([4, 4])];

describe("dump(dir)", () => {
  it("of each stage writes what there is by then, under one number", () => {
    const dir = fresh();
    const traced = program().trace(x, w);
    expect(traced.dump(dir).map((path) => basename(path))).toEqual([
      "0000.jit_affine.jaxpr.txt",
      "0000.jit_affine.json",
    ]);
    const lowered = traced.lower();
    expect(lowered.dump(dir).map((path) => basename(path))).toEqual([
      "0000.jit_affine.jaxpr.txt",
      "0000.jit_affine.stablehlo.mlir",
      "0000.jit_affine.json",
    ]);
    using compiled = lowered.compile();
    const paths = compiled.dump(dir);
    expect(filesOf(dir)).toEqual(suffixes.map((suffix) => `0000.jit_affine.${suffix}`));
    expect(new Set(paths.map((path) => basename(path)))).toEqual(new Set(filesOf(dir)));
    expect(compiled.dump(dir)).toEqual(paths);
    expect(filesOf(dir)).toHaveLength(5);
  });

  it("writes stages that can be read again, with the user's lines", () => {
    const dir = fresh();
    const lowered = program().lower(x, w);
    using compiled = lowered.compile();
    compiled.dump(dir);
    expect(read(dir, "0000.jit_affine.jaxpr.txt")).toMatch(/^\{ lambda ; .*\n[\s\S]*dump\.test\.ts/);
    const text = read(dir, "0000.jit_affine.stablehlo.mlir");
    expect(text).toBe(lowered.asText({ debugInfo: true }));
    expect(parse(text).name).toBe("jit_affine");
    const proto = fromProto(readFileSync(join(dir, "0000.jit_affine.optimized.hlo.pb")));
    expect(read(dir, "0000.jit_affine.optimized.txt")).toBe(printHlo(proto));
    expect(read(dir, "0000.jit_affine.optimized.txt")).toBe(compiled.asText());
    const facts = JSON.parse(read(dir, "0000.jit_affine.json"));
    expect(facts).toMatchObject({ name: "jit_affine", stages: ["traced", "lowered", "compiled"] });
    expect(facts.written.flops).toBe(lowered.costAnalysis().flops);
    expect(facts.written.lines[0]).toMatchObject({ file: expect.stringContaining("dump.test.ts") });
    expect(facts.optimized.memory.argument).toBe(compiled.memoryAnalysis().argumentSizeInBytes);
    expect(facts.optimized.liveMemory.argumentBytes).toBe(128);
  });

  it("numbers go on after those that another process wrote", () => {
    const dir = fresh();
    program().lower(x, w).dump(dir);
    const other = fresh();
    program().lower(x, w).dump(other);
    writeFileSync(join(other, "0001.jit_affine.json"), "theirs");
    writeFileSync(join(other, "0007.jit_late.json"), "theirs");
    // This process believes that 1 is free; the file that is there stays.
    const paths = program().lower(x, w).dump(other);
    expect(paths.map((path) => basename(path))).toContain("0002.jit_affine.json");
    expect(read(other, "0001.jit_affine.json")).toBe("theirs");
    expect(filesOf(other).some((name) => name.endsWith(".tmp"))).toBe(false);
  });

  it("keeps programs of one function apart", () => {
    const dir = fresh();
    const f = program();
    f.lower(x, w).dump(dir);
    f.lower(np.ones([2, 4]), w).dump(dir);
    const lowered = f.lower(x, w);
    using a = lowered.compile();
    using b = lowered.compile({ compilerOptions: { xla_cpu_enable_fast_math: true } });
    a.dump(dir);
    b.dump(dir);
    const numbers = filesOf(dir).map((name) => name.slice(0, 4));
    expect(numbers.filter((n) => n === "0000")).toHaveLength(5);
    expect(numbers.filter((n) => n === "0001")).toHaveLength(3);
    expect(numbers.filter((n) => n === "0002")).toHaveLength(5);
  });

  it("names the directory that cannot be written", () => {
    const file = join(root, "file");
    writeFileSync(file, "");
    const message = new RegExp(
      `cannot write a dump into ${join(file, "in")}: ENOTDIR.*Give a directory that can be written`,
    );
    expect(() => program().trace(x, w).dump(join(file, "in"))).toThrow(message);
    config.dumpDir = join(file, "in");
    expect(() => program()(x, w)).toThrow(message);
  });

  it("makes any name a file's name", () => {
    const dir = fresh();
    const [path] = program("../a b/\u00e9").trace(x, w).dump(dir);
    expect(basename(path!)).toMatch(/^0000\.jit_[\w.-]+\.jaxpr\.txt$/);
    expect(filesOf(dir)).toHaveLength(2);
  });
});

describe("config.dumpDir", () => {
  it("writes every stage of what is called, eager operations too, and compiles with lines", () => {
    const dir = fresh();
    config.dumpDir = dir;
    const f = program("called");
    const y = f(x, w);
    f(x, w);
    const z = np.multiply(np.ones([3, 7]), 5);
    config.dumpDir = undefined;
    expect([y.shape, z.shape]).toEqual([
      [4, 4],
      [3, 7],
    ]);
    const called = filesOf(dir).filter((name) => name.includes("jit_called"));
    expect(called.map((name) => name.replace(/^\d+\.jit_called\./, ""))).toEqual(suffixes);
    expect(read(dir, called[3]!)).toContain("dump.test.ts");
    expect(filesOf(dir).filter((name) => name.includes("jit_mul") && name.endsWith(".stablehlo.mlir"))).toHaveLength(1);
  });

  it("leaves the stages before an error of the compiler", () => {
    const dir = fresh();
    const lowered = program("refused").lower(x, w);
    config.dumpDir = dir;
    expect(() => lowered.compile({ compilerOptions: { xla_no_such: 1 } })).toThrow("xla_no_such");
    expect(filesOf(dir)).toEqual([0, 1, 4].map((i) => `0000.jit_refused.${suffixes[i]}`));
  });

  it("an inner jit is part of the program around it", () => {
    const dir = fresh();
    const inner = program("inner");
    const outer = jit(function outer(v: Tensor) {
      return inner(v, np.add(v, 1));
    });
    config.dumpDir = dir;
    outer(x);
    expect(filesOf(dir).filter((name) => name.includes("inner"))).toEqual([]);
    expect(filesOf(dir).filter((name) => name.includes("outer"))).toHaveLength(5);
  });
});
