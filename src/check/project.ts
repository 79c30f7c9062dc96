// Finds the project: compiler options, the files to check, and jorts itself.
import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Project, ts } from "ts-morph";
import { pathFrom } from "./analyse.ts";
import { CheckProjectError } from "./errors.ts";
import type { Problem } from "./finding.ts";
import { Locator } from "./locate.ts";
import { Sources } from "./sources.ts";

export interface ProjectRequest {
  /** Files, directories and globs; all files of the project by default. */
  readonly paths: readonly string[];
  /** A tsconfig.json; by default the nearest one from `directory` upwards. */
  readonly project: string | undefined;
  readonly directory: string;
}

export interface LoadedProject {
  readonly sources: Sources;
  readonly files: readonly string[];
  readonly doors: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** The modules whose names the analyser knows, by the prefix of these names. */
const modules: ReadonlyMap<string, string> = new Map([
  ["", "jorts"],
  ["testing.", "jorts/testing"],
]);

/** @throws CheckProjectError for a tsconfig.json that cannot be read, or paths where nothing is */
export function loadProject(request: ProjectRequest): LoadedProject {
  const { directory } = request;
  const problems: Problem[] = [];
  const config = configOf(request, problems);
  const { options } = config;
  const files = filesOf(request, config);
  const doors = new Map<string, string>();
  for (const [prefix, module] of modules) {
    const door = doorOf(module, files, options);
    if (door !== undefined) doors.set(prefix, door);
  }
  const sources = new Sources({ files: [...files, ...doors.values()], options });
  const program = sources.program();
  const broken = new Set<string>();
  for (const file of files) {
    const source = program.getSourceFile(file)!;
    const [error] = program.getSyntacticDiagnostics(source);
    if (error === undefined) continue;
    broken.add(file);
    const { line, character } = source.getLineAndCharacterOfPosition(error.start);
    problems.push({
      message: `does not parse: ${ts.flattenDiagnosticMessageText(error.messageText, " ")} It was not checked.`,
      file: pathFrom(directory, file),
      start: { line: line + 1, column: character + 1 },
    });
  }
  if (!doors.has("")) {
    const user = files.find((file) => importsJorts(program.getSourceFile(file)!));
    if (user !== undefined)
      problems.push({
        message:
          'imports "jorts", which is not installed here, so no traced function can be found. Run `npm install jorts`.',
        file: pathFrom(directory, user),
        start: undefined,
      });
  }
  return { sources, files: files.filter((f) => !broken.has(f)), doors, problems };
}

interface Config {
  readonly options: ts.CompilerOptions;
  readonly files: readonly string[] | undefined;
}

function configOf({ project, directory }: ProjectRequest, problems: Problem[]): Config {
  const given = project === undefined ? undefined : resolve(directory, project);
  if (given !== undefined && !existsSync(given))
    throw new CheckProjectError(`${given}: no such file. Give the path of a tsconfig.json to --project.`);
  const path =
    given !== undefined && statSync(given).isDirectory()
      ? `${given}/tsconfig.json`
      : (given ?? ts.findConfigFile(directory, ts.sys.fileExists));
  if (path === undefined) {
    problems.push({
      message: `no tsconfig.json in ${directory} or above; checked with strict options for Node. Give one with --project.`,
      file: undefined,
      start: undefined,
    });
    return { options: defaults, files: undefined };
  }
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  if (error !== undefined)
    throw new CheckProjectError(`${path}: ${ts.flattenDiagnosticMessageText(error.messageText, " ")}`);
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path), undefined, path);
  // 18003: no input files, which matters only where none are given.
  const wrong = parsed.errors.find((e) => e.category === ts.DiagnosticCategory.Error && e.code !== 18003);
  if (wrong !== undefined)
    throw new CheckProjectError(`${path}: ${ts.flattenDiagnosticMessageText(wrong.messageText, " ")}`);
  return { options: parsed.options, files: parsed.fileNames };
}

const defaults: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  allowImportingTsExtensions: true,
};

const isSource = (path: string): boolean => /\.[cm]?[tj]sx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path);

function filesOf({ paths, directory }: ProjectRequest, { files, options }: Config): string[] {
  if (paths.length === 0) {
    const all = files?.filter(isSource) ?? [];
    if (all.length > 0) return all;
    throw new CheckProjectError("There is nothing to check: name files or directories, or a project with --project.");
  }
  const disk = new Project({ skipLoadingLibFiles: true }).getFileSystem();
  const extensions = `{ts,tsx,mts,cts${options.allowJs ? ",js,jsx,mjs,cjs" : ""}}`;
  const found = new Set<string>();
  for (const path of paths) {
    const at = resolve(directory, path).replaceAll("\\", "/");
    const stats = statSync(at, { throwIfNoEntry: false });
    const here = (
      stats?.isFile()
        ? [at]
        : disk.globSync(stats === undefined ? [at] : [`${at}/**/*.${extensions}`, `!${at}/**/node_modules/**`])
    ).filter(isSource);
    if (here.length === 0)
      throw new CheckProjectError(
        stats === undefined
          ? `${path}: no such file or directory.`
          : `${path}: no TypeScript files ${stats.isDirectory() ? "in it" : "there"}.`,
      );
    for (const f of here) found.add(f);
  }
  return [...found].sort();
}

/** The file of a module of jorts, as the checked files would import it; for jorts itself its source. */
function doorOf(module: string, files: readonly string[], options: ts.CompilerOptions): string | undefined {
  const cache = ts.createModuleResolutionCache(dirname(files[0]!), (f) => f, options);
  const seen = new Set<string>();
  for (const file of files) {
    if (seen.has(dirname(file))) continue;
    seen.add(dirname(file));
    const { resolvedModule } = ts.resolveModuleName(
      module,
      file,
      options,
      ts.sys,
      cache,
      undefined,
      ts.ModuleKind.ESNext,
    );
    const path = resolvedModule?.resolvedFileName;
    if (path !== undefined && new Locator().place(path) !== undefined) return path;
  }
  return undefined;
}

const importsJorts = (file: ts.SourceFile): boolean =>
  file.statements.some(
    (s) =>
      (ts.isImportDeclaration(s) || ts.isExportDeclaration(s)) &&
      s.moduleSpecifier !== undefined &&
      ts.isStringLiteral(s.moduleSpecifier) &&
      /^jorts(\/|$)/.test(s.moduleSpecifier.text),
  );
