// The files of a check as one TypeScript program; edits make the next program, which reuses what has not changed.
import { dirname, resolve } from "node:path";
import { Project, ts } from "ts-morph";

export interface SourcesOptions {
  readonly files: readonly string[];
  readonly options: ts.CompilerOptions;
  /** Files that are not on disk, by path. */
  readonly texts?: ReadonlyMap<string, string>;
}

export class Sources {
  readonly #roots: readonly string[];
  readonly #options: ts.CompilerOptions;
  /** What stands in place of the files on disk. */
  readonly #texts: Map<string, string>;
  readonly #parsed = new Map<string, ts.SourceFile>();
  readonly #host: ts.CompilerHost;
  #program: ts.Program | undefined;
  #stale = true;

  constructor({ files, options, texts }: SourcesOptions) {
    this.#roots = files;
    this.#options = { ...options, noEmit: true, skipLibCheck: true, skipDefaultLibCheck: true, composite: false };
    this.#texts = new Map(texts);
    const host = ts.createCompilerHost(this.#options);
    const { folder, files: libraries } = librariesFor(this.#options);
    const folders = new Set<string>();
    for (const file of this.#texts.keys())
      for (let at = dirname(file); at !== dirname(at); at = dirname(at)) folders.add(at);
    this.#host = {
      ...host,
      // Comments play no part; in JavaScript, where they hold types, they are parsed all the same.
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
      getDefaultLibLocation: () => folder,
      getDefaultLibFileName: (o) => `${folder}/${ts.getDefaultLibFileName(o)}`,
      fileExists: (file) => this.#texts.has(file) || libraries.has(file) || host.fileExists(file),
      directoryExists: (path) => folders.has(path) || host.directoryExists!(path),
      readFile: (file) => this.#texts.get(file) ?? host.readFile(file),
      getSourceFile: (file, target) => {
        const known = this.#parsed.get(file) ?? libraries.get(file);
        if (known !== undefined) return known;
        const text = this.#texts.get(file) ?? host.readFile(file);
        if (text === undefined) return undefined;
        const made = ts.createSourceFile(file, text, target);
        this.#parsed.set(file, made);
        return made;
      },
    };
  }

  program(): ts.Program {
    if (this.#stale) this.#program = ts.createProgram(this.#roots, this.#options, this.#host, this.#program);
    this.#stale = false;
    return this.#program!;
  }

  text(file: string): string {
    return this.program().getSourceFile(file)?.text ?? "";
  }

  replace(file: string, text: string): void {
    if (this.text(file) === text) return;
    this.#texts.set(file, text);
    this.#parsed.delete(file);
    this.#stale = true;
  }

  /** Files of the program, declarations left out, that import `file`. */
  importersOf(file: string): string[] {
    const program = this.program();
    return program
      .getSourceFiles()
      .filter((f) => !f.isDeclarationFile && importsOf(f, this.#options, this.#host).includes(file))
      .map((f) => f.fileName);
  }

  /** Files that `file` imports. */
  importedBy(file: string): string[] {
    const source = this.program().getSourceFile(file);
    return source === undefined ? [] : importsOf(source, this.#options, this.#host);
  }
}

/** The declarations of JavaScript itself, which ts-morph carries with its compiler. */
function librariesFor({ lib, target, noLib }: ts.CompilerOptions): {
  folder: string;
  files: ReadonlyMap<string, ts.SourceFile>;
} {
  const carried = new Project({ useInMemoryFileSystem: true, compilerOptions: { lib, target, noLib, types: [] } });
  const own = carried.createSourceFile("/empty.ts").getFilePath();
  const program = carried.getProgram().compilerObject;
  const files = program.getSourceFiles().filter((f) => f.fileName !== own);
  const folder = files[0] === undefined ? "/" : dirname(files[0].fileName);
  return { folder, files: new Map(files.map((f) => [f.fileName, f])) };
}

function importsOf(file: ts.SourceFile, options: ts.CompilerOptions, host: ts.ModuleResolutionHost): string[] {
  return file.statements.flatMap((s) => {
    if (!ts.isImportDeclaration(s) && !ts.isExportDeclaration(s)) return [];
    if (s.moduleSpecifier === undefined || !ts.isStringLiteral(s.moduleSpecifier)) return [];
    const name = s.moduleSpecifier.text;
    if (!name.startsWith(".")) return [];
    const found = ts.resolveModuleName(name, file.fileName, options, host).resolvedModule;
    return found === undefined ? [resolve(dirname(file.fileName), name)] : [found.resolvedFileName];
  });
}
