// A project as a user has it: a directory with a tsconfig.json and jorts among its node_modules.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { requireBuild } from "../cli/workspace.ts";
import { root as repository } from "./program-set.ts";

const tsconfig = {
  compilerOptions: {
    target: "ES2022",
    lib: ["ES2023", "DOM", "ESNext.Disposable"],
    module: "NodeNext",
    moduleResolution: "NodeNext",
    strict: true,
    types: [],
  },
};

export class UserProject {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), "jorts-check-")));

  /** jorts as built; without it where `installed` is false. */
  constructor(files: Readonly<Record<string, string>>, { installed = true, config = true } = {}) {
    requireBuild();
    afterAll(() => rmSync(this.root, { recursive: true, force: true }));
    this.write("package.json", '{ "type": "module" }');
    if (config) this.write("tsconfig.json", JSON.stringify(tsconfig));
    if (installed) {
      mkdirSync(join(this.root, "node_modules"));
      symlinkSync(repository, join(this.root, "node_modules/jorts"));
    }
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    const path = join(this.root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  read(name: string): string {
    return readFileSync(join(this.root, name), "utf8");
  }
}
