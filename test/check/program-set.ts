// All recorded programs in one TypeScript program, analysed once.
import { fileURLToPath } from "node:url";
import { ts } from "ts-morph";
import { analyse } from "../../src/check/analyse.ts";
import type { Finding } from "../../src/check/index.ts";
import { Sources } from "../../src/check/sources.ts";
import { type Case, prelude } from "./cases/case.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Recorded {
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
}

const frontDoor = `${root}src/index.ts`;

function options(): ts.CompilerOptions {
  const path = `${root}tsconfig.json`;
  return ts.parseJsonConfigFileContent(ts.readConfigFile(path, ts.sys.readFile).config, ts.sys, root, undefined, path)
    .options;
}

/** What all tests of a file share; sources live in memory, under test/check/programs. */
export class ProgramSet {
  readonly sources: Sources;
  readonly recorded: readonly Recorded[];

  constructor(cases: readonly Case[]) {
    this.recorded = cases.map(({ name, source }, i) => {
      const modules = typeof source === "string" ? { "main.ts": source } : source;
      const files = Object.entries(modules).map(([file, text]): [string, string] => [
        `${root}test/check/programs/case-${i}/${file}`,
        /^\s*(import|export .* from) /.test(text) ? text : prelude + text.trimStart(),
      ]);
      return { name, files: new Map(files) };
    });
    const texts = new Map(this.recorded.flatMap(({ files }) => [...files]));
    this.sources = new Sources({ files: [...texts.keys(), frontDoor], options: options(), texts });
  }

  analyse(): Finding[] {
    const program = this.sources.program();
    const files = this.recorded.flatMap((r) => [...r.files.keys()]);
    return analyse({ program, files, directory: root, doors: new Map([["", frontDoor]]) });
  }

  /** Type errors of a program, which would make its test mean less. */
  typeErrors(recorded: Recorded): string[] {
    const program = this.sources.program();
    return [...recorded.files.keys()].flatMap((file) => {
      const source = program.getSourceFile(file)!;
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((d) => {
        const { line } = source.getLineAndCharacterOfPosition(d.start ?? 0);
        return `${line + 1}: ${ts.flattenDiagnosticMessageText(d.messageText, " ")}`;
      });
    });
  }
}
