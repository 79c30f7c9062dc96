// Projects as users have them: what is found where, bad input, and that this project itself is clean.
import { describe, expect, test } from "vitest";
import { CheckProjectError, check, formatText } from "../../src/check/index.ts";
import { root } from "./program-set.ts";
import { UserProject } from "./user-project.ts";

const random = (name = "f") => `import { jit, type Tensor } from "jorts";
export const ${name} = jit((x: Tensor) => x.mul(Math.random()));
`;

test("this project is clean", () => {
  const { findings, problems, files } = check({ paths: ["src", "hlo", "runtime", "examples"], directory: root });
  expect(formatText({ findings, problems, files: [], fixed: [] })).toBe("0 files: no findings\n");
  expect(files.length).toBeGreaterThan(350);
});

describe("paths", () => {
  const project = new UserProject({
    "src/a.ts": random("a"),
    "src/deep/b.mts": random("b"),
    "src/types.d.ts": "export type T = number;\n",
    "test/c.ts": random("c"),
    "empty/readme.md": "nothing\n",
  });
  const filesOf = (...paths: string[]) => check({ paths, directory: project.root }).findings.map((f) => f.file);

  test("directories, files, globs, and all without any", () => {
    expect(filesOf("src/deep", "test/c.ts")).toEqual(["src/deep/b.mts", "test/c.ts"]);
    expect(filesOf("src/**/*.{ts,mts}")).toEqual(["src/a.ts", "src/deep/b.mts"]);
    expect(filesOf().sort()).toEqual(["src/a.ts", "src/deep/b.mts", "test/c.ts"]);
  });

  test("that are not there, or hold nothing", () => {
    expect(() => filesOf("nowhere")).toThrow(new CheckProjectError("nowhere: no such file or directory."));
    expect(() => filesOf("empty")).toThrow(new CheckProjectError("empty: no TypeScript files in it."));
  });
});

describe("bad input", () => {
  test("a file that does not parse: the others are checked", () => {
    const project = new UserProject({
      "good.ts": random(),
      "broken.ts": 'import { jit } from "jorts";\nconst x = ;\n',
    });
    const { findings, problems, files } = check({ directory: project.root });
    expect(findings.map((f) => [f.file, f.code])).toEqual([["good.ts", "JC201"]]);
    expect(files).toEqual(["good.ts"]);
    expect(problems).toEqual([
      {
        message: "does not parse: Expression expected. It was not checked.",
        file: "broken.ts",
        start: { line: 2, column: 11 },
      },
    ]);
  });

  test("a tsconfig.json that is missing, damaged, or extends what is not there", () => {
    const project = new UserProject({
      "f.ts": random(),
      "bad.json": '{ "compilerOptions": { "target": "ES1999" } }',
      "cut.json": '{ "compilerOptions": ',
      "lost.json": '{ "extends": "./none.json" }',
    });
    const failing = (name: string) => () => check({ directory: project.root, project: name });
    expect(failing("none.json")).toThrow(
      /none\.json: no such file\. Give the path of a tsconfig\.json to --project\.$/,
    );
    expect(failing("bad.json")).toThrow(/bad\.json: Argument for '--target' option must be/);
    expect(failing("cut.json")).toThrow(CheckProjectError);
    expect(failing("lost.json")).toThrow(/lost\.json: .*none\.json/);
  });

  test("no tsconfig.json at all: checked with default options, and said", () => {
    const project = new UserProject({ "f.ts": random() }, { config: false });
    const { findings, problems } = check({ directory: project.root, paths: ["f.ts"] });
    expect(findings.map((f) => f.code)).toEqual(["JC201"]);
    expect(problems.map((p) => p.message)).toEqual([
      `no tsconfig.json in ${project.root} or above; checked with strict options for Node. Give one with --project.`,
    ]);
    expect(() => check({ directory: project.root })).toThrow(/nothing to check: name files or directories/);
  });

  test("jorts is not installed", () => {
    const project = new UserProject({ "f.ts": random(), "g.ts": "export const n = 1;\n" }, { installed: false });
    const { findings, problems, files } = check({ directory: project.root });
    expect([findings, files]).toEqual([[], ["f.ts", "g.ts"]]);
    expect(problems.map((p) => `${p.file}: ${p.message}`)).toEqual([
      'f.ts: imports "jorts", which is not installed here, so no traced function can be found. Run `npm install jorts`.',
    ]);
  });
});
