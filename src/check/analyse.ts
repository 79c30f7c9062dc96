// From a program to its findings.
import { relative } from "node:path";
import { ts } from "ts-morph";
import { Api } from "./api.ts";
import type { Finding, RuleInfo } from "./finding.ts";
import { Locator } from "./locate.ts";
import { Resolver } from "./resolve.ts";
import type { Knowledge, Place, Report, Visit } from "./rule.ts";
import { hostRules, rules, tracedRules } from "./rules/index.ts";
import { SourceIndex } from "./source-index.ts";
import { suppressed } from "./suppress.ts";
import { isFunction } from "./syntax.ts";
import { type Origin, type TracedFunction, TracedFunctions } from "./traced.ts";
import { Values } from "./values.ts";

export interface Analysis {
  readonly program: ts.Program;
  /** Absolute paths of the files to report on. */
  readonly files: readonly string[];
  /** Modules of jorts by the prefix of their names. */
  readonly doors: ReadonlyMap<string, string>;
  /** Paths are reported relative to it. */
  readonly directory: string;
}

type Visits = ReadonlyMap<ts.SyntaxKind, readonly { readonly rule: RuleInfo; readonly visit: Visit }[]>;

const visitsByKind: Visits = (() => {
  const map = new Map<ts.SyntaxKind, { rule: RuleInfo; visit: Visit }[]>();
  for (const rule of tracedRules)
    for (const [kind, visit] of rule.visits) map.set(kind, [...(map.get(kind) ?? []), { rule, visit }]);
  return map;
})();

const codes: ReadonlySet<string> = new Set(rules.map(({ code }) => code));

/** Findings of the files, in order, suppressed ones left out. */
export function analyse({ program, files, doors, directory }: Analysis): Finding[] {
  const checker = program.getTypeChecker();
  const locator = new Locator();
  const selected = files.flatMap((f) => program.getSourceFile(f) ?? []);
  const read = new Set(selected);
  for (const file of program.getSourceFiles())
    if (!file.isDeclarationFile && !locator.isMachinery(file.fileName) && !/\/node_modules\//.test(file.fileName))
      read.add(file);
  const index = new SourceIndex();
  for (const file of read) index.add(file);
  const open = [...doors].flatMap(([prefix, path]): [string, ts.SourceFile][] => {
    const file = program.getSourceFile(path);
    return file === undefined ? [] : [[prefix, file]];
  });
  const api = new Api(checker, new Map(open));
  const values = new Values(api);
  const resolver = new Resolver(api, index, locator);
  const traced = new TracedFunctions(api, resolver, values, locator, index);
  const { scopes } = traced;
  const nameInScope = (namespace: string, at: ts.Node) => namespaceName(api, namespace, at);
  const known: Knowledge = { api, checker, index, locator, resolver, scopes, traced, values, nameInScope };
  const found = new Map<ts.SourceFile, Finding[]>(selected.map((file) => [file, []]));
  const located = (rule: RuleInfo, report: Report, origin: Origin | undefined): Finding => {
    const file = report.node.getSourceFile();
    const range = [report.node.getStart(file), report.node.end] as const;
    return {
      ...findingAt(rule, file, range, directory),
      ...textsOf(report, rule),
      trace: describeOrigin(origin, directory),
    };
  };
  for (const f of traced.all) {
    const list = found.get(f.node.getSourceFile());
    if (list === undefined) continue;
    visitOwn(f, (rule) => ({
      ...known,
      f,
      report: (r) => list.push(located(rule, r, f.origin)),
    }));
  }
  return selected.flatMap((file) => {
    const list = found.get(file)!;
    for (const rule of hostRules) rule.check(file, { ...known, report: (r) => list.push(located(rule, r, undefined)) });
    const at = (rule: RuleInfo, start: number, end: number) => findingAt(rule, file, [start, end], directory);
    return suppressed(file, unique(list), codes, at).sort(
      (a, b) => a.range[0] - b.range[0] || a.code.localeCompare(b.code),
    );
  });
}

/** Visits the nodes of one function; functions inside it are traced functions of their own. */
function visitOwn(f: TracedFunction, placeFor: (rule: RuleInfo) => Place): void {
  const places = new Map<RuleInfo, Place>();
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    for (const { rule, visit } of visitsByKind.get(node.kind) ?? []) {
      const place = places.get(rule) ?? placeFor(rule);
      places.set(rule, place);
      visit(node, place);
    }
    if (node === f.node || !isFunction(node)) ts.forEachChild(node, visit);
  };
  visit(f.node);
}

const textsOf = ({ message, fix, edits }: Report, rule: RuleInfo) => ({
  message: message ?? rule.sentence,
  fix: fix ?? rule.fix,
  edits,
});

function findingAt(
  { code, name, severity, sentence, fix }: RuleInfo,
  file: ts.SourceFile,
  range: readonly [number, number],
  directory: string,
): Finding {
  const position = (offset: number) => {
    const { line, character } = file.getLineAndCharacterOfPosition(offset);
    return { line: line + 1, column: character + 1 };
  };
  const start = position(range[0]);
  const from = file.getLineStarts()[start.line - 1]!;
  return {
    code,
    name,
    severity,
    message: sentence,
    fix,
    file: pathFrom(directory, file.fileName),
    start,
    end: position(range[1]),
    range,
    trace: undefined,
    source: /^[^\r\n]*/.exec(file.text.slice(from))![0],
    edits: undefined,
  };
}

export const pathFrom = (directory: string, file: string): string => relative(directory, file).replaceAll("\\", "/");

function describeOrigin(origin: Origin | undefined, directory: string): string | undefined {
  if (origin === undefined) return undefined;
  const file = origin.call.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(origin.call.getStart(file));
  return `${origin.name} at ${pathFrom(directory, file.fileName)}:${line + 1}`;
}

/** One finding for a code and place, however many functions led there. */
function unique(list: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const f of list) {
    const key = `${f.code} ${f.range}`;
    if (!seen.has(key)) seen.set(key, f);
  }
  return [...seen.values()];
}

/** The name under which a file has imported a namespace of jorts, if nothing hides it at `at`. */
function namespaceName(api: Api, namespace: string, at: ts.Node): string | undefined {
  for (const statement of at.getSourceFile().statements) {
    if (!ts.isImportDeclaration(statement) || statement.importClause?.isTypeOnly) continue;
    const bindings = statement.importClause?.namedBindings;
    const names =
      bindings === undefined
        ? []
        : ts.isNamespaceImport(bindings)
          ? [bindings.name]
          : bindings.elements.filter((e) => !e.isTypeOnly).map((e) => e.name);
    for (const name of names) {
      if (api.namespaceNameOf(name) !== namespace) continue;
      const [found] = api.checker
        .getSymbolsInScope(at, ts.SymbolFlags.Value | ts.SymbolFlags.Alias)
        .filter((s) => s.name === name.text);
      if (found !== undefined && api.follow(found) === api.symbolAt(name)) return name.text;
    }
  }
  return undefined;
}
