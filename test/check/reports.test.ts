// The built command: text, JSON and SARIF, and the exit codes.
import { execFile } from "node:child_process";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { rules } from "../../src/check/index.ts";
import { main } from "../cli/workspace.ts";
import { UserProject } from "./user-project.ts";

const project = new UserProject({
  "src/bad model.ts": `import { jit, np, type Tensor } from "jorts";
export const f = jit((x: Tensor, y: Tensor) => {
\tconst same = x === y;
  return np.array(same).mul(
    Math.random(),
  );
});
`,
  "good/f.ts": `import { jit, type Tensor } from "jorts";
export const f = jit((x: Tensor) => x.mul(2));
`,
  "broken/f.ts": "const = 1;\n",
});

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `jorts check` in the project. */
const run = (...args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(process.execPath, [main, "check", ...args], { cwd: project.root }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code as number), stdout, stderr });
    });
  });

describe("jorts check", () => {
  test.concurrent("text: place, source line, caret, fix, trace; exit code 1", async () => {
    const { code, stdout } = await run("src");
    expect(code).toBe(1);
    expect(stdout).toBe(`src/bad model.ts:3:15-3:22 error JC102 JavaScript compares tensors by identity, not by value.
  3 | \tconst same = x === y;
    | \t             ^^^^^^^
    = fix: Use np.equal or np.notEqual, which compare element by element. (--fix does it)
    = traced by jit at src/bad model.ts:2

src/bad model.ts:5:5-5:18 error JC201 A random number of JavaScript is drawn while the function is traced, and is a constant of the program.
  5 |     Math.random(),
    |     ^^^^^^^^^^^^^
    = fix: Use the functions of random with a key that is an argument of the function.
    = traced by jit at src/bad model.ts:2

1 file: 2 errors
`);
  });

  test.concurrent("no findings: exit code 0", async () => {
    expect(await run("good")).toEqual({ code: 0, stdout: "1 file: no findings\n", stderr: "" });
  });

  test.concurrent("wrong use and an incomplete check: exit code 2", async () => {
    const [both, missing, config, broken] = await Promise.all([
      run("--json", "--sarif"),
      run("nowhere"),
      run("--project", "none.json"),
      run("good", "broken"),
    ]);
    expect([both, missing, config, broken].map((r) => r.code)).toEqual([2, 2, 2, 2]);
    expect(both.stderr).toMatch(/--json' cannot be used with option '--sarif'/);
    expect(missing).toMatchObject({ stdout: "", stderr: "error: nowhere: no such file or directory.\n" });
    expect(config.stderr).toMatch(/none\.json: no such file/);
    expect(broken.stdout).toMatch(
      /^broken\/f\.ts:1:7 problem: does not parse: .*\n\n1 file: no findings; 1 problem\n$/,
    );
  });

  test.concurrent("--json", async () => {
    const { code, stdout } = await run("src", "--json");
    const { version, files, findings, fixed, problems } = JSON.parse(stdout);
    expect([code, version, files, fixed, problems]).toEqual([1, 1, ["src/bad model.ts"], [], []]);
    expect(findings).toHaveLength(2);
    expect(findings[0]).toMatchObject({
      code: "JC102",
      name: "identity-of-tensor",
      severity: "error",
      file: "src/bad model.ts",
      start: { line: 3, column: 15 },
      end: { line: 3, column: 22 },
      trace: "jit at src/bad model.ts:2",
    });
    expect(findings[0].edits.map((e: { text: string }) => e.text)).toEqual(["np.equal(", ", ", ")"]);
    expect(findings[1].edits).toBeNull();
  });
});

describe("SARIF", () => {
  const message = z.strictObject({ text: z.string().min(1) });
  const level = z.enum(["none", "note", "warning", "error"]);
  // An RFC 3986 reference, relative here.
  const artifactLocation = z.strictObject({ uri: z.string().regex(/^[\w%./-]+$/), index: z.int().min(0).optional() });
  const region = z.strictObject({
    startLine: z.int().min(1),
    startColumn: z.int().min(1),
    endLine: z.int().min(1).optional(),
    endColumn: z.int().min(1).optional(),
    snippet: message.optional(),
  });
  const location = z.strictObject({
    physicalLocation: z.strictObject({ artifactLocation, region: region.optional() }),
  });
  const replacement = z.strictObject({
    deletedRegion: z.strictObject({ charOffset: z.int().min(0), charLength: z.int().min(0) }),
    insertedContent: message,
  });
  const log = z.strictObject({
    $schema: z.url(),
    version: z.literal("2.1.0"),
    runs: z.array(
      z.strictObject({
        tool: z.strictObject({
          driver: z.strictObject({
            name: z.string(),
            semanticVersion: z.string().regex(/^\d+\.\d+\.\d+/),
            rules: z.array(
              z.strictObject({
                id: z.string(),
                name: z.string(),
                shortDescription: message,
                help: message,
                defaultConfiguration: z.strictObject({ level }),
              }),
            ),
          }),
        }),
        columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]),
        invocations: z.array(
          z.strictObject({
            executionSuccessful: z.boolean(),
            toolExecutionNotifications: z.array(
              z.strictObject({ level, message, locations: z.array(location).optional() }),
            ),
          }),
        ),
        artifacts: z.array(z.strictObject({ location: artifactLocation })),
        results: z.array(
          z.strictObject({
            ruleId: z.string(),
            ruleIndex: z.int().min(0),
            level,
            message,
            locations: z.array(location).length(1),
            fixes: z
              .array(
                z.strictObject({
                  description: message,
                  artifactChanges: z.array(
                    z.strictObject({ artifactLocation, replacements: z.array(replacement).min(1) }),
                  ),
                }),
              )
              .optional(),
          }),
        ),
      }),
    ),
  });

  test("is what the standard asks for, and refers to itself rightly", async () => {
    const { code, stdout } = await run("src", "broken", "--sarif");
    expect(code).toBe(2);
    const [sarif] = log.parse(JSON.parse(stdout)).runs;
    const { driver } = sarif!.tool;
    expect(driver.rules.map((r) => r.id)).toEqual(rules.map((r) => r.code));
    expect(sarif!.results.map((r) => [r.ruleId, driver.rules[r.ruleIndex]!.id, r.level])).toEqual([
      ["JC102", "JC102", "error"],
      ["JC201", "JC201", "error"],
    ]);
    const [{ physicalLocation: at }] = sarif!.results[0]!.locations as [z.infer<typeof location>];
    expect(at.artifactLocation.uri).toBe("src/bad%20model.ts");
    expect(sarif!.artifacts[at.artifactLocation.index!]!.location.uri).toBe(at.artifactLocation.uri);
    expect(at.region).toMatchObject({ startLine: 3, startColumn: 15, endLine: 3, endColumn: 22 });
    expect(sarif!.invocations[0]).toMatchObject({ executionSuccessful: false });
    expect(sarif!.invocations[0]!.toolExecutionNotifications[0]!.locations![0]!.physicalLocation).toEqual({
      artifactLocation: { uri: "broken/f.ts" },
      region: { startLine: 1, startColumn: 7 },
    });
  });

  test("its fixes give what --fix gives", async () => {
    const before = project.read("src/bad model.ts");
    const { stdout } = await run("src", "--sarif");
    const [{ results }] = log.parse(JSON.parse(stdout)).runs as [z.infer<typeof log>["runs"][number]];
    const { replacements } = results[0]!.fixes![0]!.artifactChanges[0]!;
    const after = [...replacements].reverse().reduce((text, { deletedRegion: d, insertedContent }) => {
      return text.slice(0, d.charOffset) + insertedContent.text + text.slice(d.charOffset + d.charLength);
    }, before);
    const { code, stdout: said } = await run("src", "--fix");
    expect([code, project.read("src/bad model.ts")]).toEqual([1, after]);
    expect(after).toContain("const same = np.equal(x, y);");
    expect(said).toMatch(/1 file: 1 error; 1 finding fixed\n$/);
  });
});
