// `jorts hlo`: what it prints, what it refuses, and what it shows of a file that it cannot read to the end.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { grad, jit, lax, np, ShapeDtypeStruct, type Tensor } from "jorts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { print } from "../../hlo/data.ts";
import { runCli } from "../../src/cli/run.ts";
import { partitioned } from "../hlo/programs.ts";

const directory = mkdtempSync(join(tmpdir(), "jorts-hlo-cli-"));
const at = (name: string) => join(directory, name);
const put = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content);
  return at(name);
};
const before = process.exitCode;
// Each run listens to the output for itself.
process.stdout.setMaxListeners(100);
afterAll(() => {
  process.exitCode = before;
  rmSync(directory, { recursive: true });
});

async function hlo(...args: string[]) {
  const text = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((chunk) => {
      text[name] += chunk;
      return true;
    }),
  );
  try {
    return { code: await runCli(["hlo", ...args]), ...text };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const scanned = (activation: (x: Tensor) => Tensor) => (x: Tensor, w: Tensor) =>
  np.sum(lax.scan((c: Tensor) => [activation(np.matmul(c, w)), null], x, null, { length: 20 })[0]);
const shapes = [new ShapeDtypeStruct([32, 64], "float32"), new ShapeDtypeStruct([64, 64], "float32")] as const;
const lowered = (activation: (x: Tensor) => Tensor) =>
  jit(function step(x: Tensor, w: Tensor) {
    return grad(scanned(activation))(x, w);
  }).lower(...shapes);

let [pretty, generic, other, optimized, text] = ["", "", "", "", ""];
beforeAll(() => {
  const tanh = lowered(np.tanh);
  text = tanh.asText({ debugInfo: true });
  pretty = put("pretty.mlir", text);
  generic = put("generic.mlir", tanh.asText({ form: "generic", debugInfo: true }));
  other = put("other.mlir", lowered(np.sin).asText({ debugInfo: true }));
  using compiled = tanh.compile();
  optimized = compiled.dump(directory).find((path) => path.endsWith(".hlo.pb"))!;
});

describe("one program", () => {
  it("summarises every section, either form alike", async () => {
    const [a, b] = [await hlo(pretty), await hlo(generic)];
    expect(a.code).toBe(0);
    expect(a.stdout).toMatch(/^StableHLO module @jit_step: 3 functions, \d+ operations\n10\.6 M FLOPs/);
    for (const title of ["Operations", "Source lines", "Collectives", "Memory", "Calls"])
      expect(a.stdout).toContain(`\n${title}\n`);
    expect(a.stdout).toMatch(/stablehlo\.dot_general +2 +40 +10\.5 M +98\.\d% /);
    expect(a.stdout).toMatch(/test\/cli\/hlo\.test\.ts:\d+ /);
    expect(b.stdout).toBe(a.stdout);
    expect(a.stdout).not.toMatch(/ $/m);
  });

  it("summarises an optimised program", async () => {
    const { code, stdout } = await hlo(optimized, "--section", "ops,collectives", "--top", "2");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Optimised program jit_step: \d+ computations/);
    expect(stdout).toMatch(/\ndot +2 +40 +10\.5 M/);
    expect(stdout).toMatch(/… and \d+ more\n/);
    expect(stdout).not.toContain("Memory");
  });

  it("names the axes of collectives", async () => {
    const { stdout } = await hlo(
      put("reduce.mlir", print(partitioned["sdy.manual_computation"]!())),
      "--section",
      "collectives",
    );
    expect(stdout).toMatch(/all-reduce +data +2 +1 +1 +24 B/);
  });

  it("prints JSON", async () => {
    const { stdout } = await hlo(pretty, "--json");
    const data = JSON.parse(stdout);
    expect(data).toMatchObject({ error: null, form: "stablehlo", name: "jit_step", partitions: 1, problems: [] });
    expect(data.memory.alive[0]).toMatchObject({ bytes: 163840, type: "tensor<20x32x64xf32>" });
    expect(Object.keys(JSON.parse((await hlo(pretty, "--json", "--section", "calls")).stdout))).not.toContain("memory");
  });

  it("prints its text", async () => {
    expect((await hlo(pretty, "--print", "pretty", "--debug-info")).stdout).toBe(text);
    expect((await hlo(generic, "--print", "pretty", "--debug-info")).stdout).toBe(text);
    expect((await hlo(pretty, "--print", "generic", "--debug-info")).stdout).toBe(readFileSync(generic, "utf8"));
    expect((await hlo(pretty, "--print", "pretty")).stdout).not.toContain("loc(");
    const { stdout } = await hlo(optimized, "--print", "hlo");
    expect(stdout).toMatch(/^HloModule jit_step[\s\S]*\n {2}ROOT %/);
  });

  it("writes a page", async () => {
    expect((await hlo(pretty, "--html", at("page.html"))).stdout).toBe(`${at("page.html")}\n`);
    expect(readFileSync(at("page.html"), "utf8")).toMatch(/^<!doctype html>/);
    expect((await hlo(optimized, "--html", at("optimized.html"))).code).toBe(0);
    const missing = await hlo(pretty, "--html", at("no/such/page.html"));
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringMatching(/^error: ENOENT.*page\.html/) });
  });
});

describe("two programs", () => {
  it("are the same in any form", async () => {
    const { code, stdout } = await hlo(pretty, generic);
    expect(stdout).toContain("The programs are the same");
    expect(code).toBe(0);
  });

  it("differ with exit code 1", async () => {
    const { code, stdout } = await hlo(pretty, other, "--diff");
    expect(code).toBe(1);
    expect(stdout).toMatch(/stablehlo\.tanh +1 +0 +−100%/);
    expect(stdout).toContain(`\n--- ${pretty}\n+++ ${other}\n`);
    expect(stdout).toMatch(/\n- {4}%\d+ = stablehlo\.tanh .*\n/);
    expect((await hlo(pretty, other, "--columns")).stdout).toMatch(/stablehlo\.tanh .* <$/m);
    const data = JSON.parse((await hlo(pretty, other, "--json", "--section", "ops")).stdout);
    expect(data.diff).toMatchObject({ equal: false, bounded: false });
    expect((await hlo(optimized, optimized)).code).toBe(0);
  });
});

describe("bad input", () => {
  /** One located message, no stack. */
  const expectMessage = ({ stderr, code }: Awaited<ReturnType<typeof hlo>>, message: RegExp) => {
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
  };

  it("shows what stands before the error", async () => {
    const file = put("cut.mlir", text.slice(0, text.indexOf("stablehlo.tanh") + 3));
    const said = await hlo(file);
    expectMessage(said, /^error: .*cut\.mlir:\d+:\d+: /);
    expect(said.stdout).toMatch(/^StableHLO module @jit_step: \d+ functions?, \d+ operations/);
    expect(JSON.parse((await hlo(file, "--json")).stdout).error).toMatch(/cut\.mlir:\d+:\d+: /);
  });

  it("refuses what is no program, with its place", async () => {
    expectMessage(await hlo(put("x.json", '{"a": 1}')), /^error: .*x\.json:1:1: /);
    expectMessage(await hlo(put("empty", "")), /empty:1:1: the file is empty/);
    expectMessage(
      await hlo(put("x.bc", Buffer.from("ML\u00efR\x0dStableHLO_v1.10.0", "latin1"))),
      /x\.bc:1:1: this is MLIR bytecode/,
    );
    expectMessage(await hlo(put("x.txt", "HloModule jit_step\n")), /x\.txt:1:1: this is HLO text.*\.hlo\.pb/);
    expectMessage(
      await hlo(
        put(
          "x.bin",
          Uint8Array.from({ length: 500 }, (_, i) => (i * 37) % 256),
        ),
      ),
      /x\.bin:1:1: neither StableHLO text/,
    );
    const proto = readFileSync(optimized);
    expectMessage(await hlo(put("cut.pb", proto.subarray(0, proto.length - 40))), /cut\.pb:1:1: neither/);
    expectMessage(await hlo(at("gone.mlir")), /gone\.mlir: no such file/);
    expectMessage(await hlo(directory), /is a directory/);
  });

  it("prints and counts operations of unknown dialects", async () => {
    const module = [
      "module @m {",
      "  func.func public @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {",
      '    %0 = "future.sparkle"(%arg0) <{level = 3 : i32}> : (tensor<4xf32>) -> tensor<4xf32>',
      "    return %0 : tensor<4xf32>",
      "  }",
      "}",
      "",
    ].join("\n");
    const file = put("future.mlir", module);
    const { code, stdout } = await hlo(file, "--section", "ops");
    expect(stdout).toMatch(/future\.sparkle +1 +1 +0 /);
    expect(code).toBe(0);
    expect((await hlo(file, "--print", "pretty")).stdout).toBe(module);
  });

  it("counts what is there when a function is missing or calls itself", async () => {
    const call = (callee: string) =>
      `module @m {\n  func.func public @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {\n    %0 = stablehlo.sine %arg0 : tensor<4xf32>\n    %1 = call @${callee}(%0) : (tensor<4xf32>) -> tensor<4xf32>\n    return %1 : tensor<4xf32>\n  }\n}\n`;
    const missing = await hlo(put("missing.mlir", call("gone")));
    expect(missing.stdout).toContain("Not counted: @gone");
    expect(missing.stdout).toMatch(/stablehlo\.sine +1 +1 +4 /);
    const recursive = await hlo(put("recursive.mlir", call("main")));
    expect(recursive.code).toBe(1);
    expect(recursive.stdout).toContain("Not measured: @main calls itself");
    expect(recursive.stdout).toMatch(/@main \(3 operations, calls itself\)/);
  });

  it("refuses options that contradict each other", async () => {
    const two = { code: 2 };
    expect(await hlo(pretty, "--diff")).toMatchObject(two);
    expect(await hlo(pretty, other, "--html", "x.html")).toMatchObject(two);
    expect(await hlo(pretty, "--print", "hlo")).toMatchObject(two);
    expect(await hlo(optimized, "--print", "pretty")).toMatchObject(two);
    expect(await hlo(pretty, optimized)).toMatchObject(two);
    expect(await hlo(pretty, "--section", "lanes")).toMatchObject(two);
    expect(await hlo(pretty, "--mesh", "data")).toMatchObject(two);
    expect(await hlo(pretty, "--debug-info")).toMatchObject(two);
  });
});
