// JC201, JC202: randomness and time that the trace turns into constants.
import { ts } from "ts-morph";
import type { Api } from "../api.ts";
import { on, type Place, type TracedRule } from "../rule.ts";
import { bare, chainOf } from "../syntax.ts";

const K = ts.SyntaxKind;

/** The names from `globalThis` or a module of Node on: `crypto.randomUUID` however it was imported. */
function hostName(callee: ts.Expression, api: Api): string | undefined {
  const { root, path } = chainOf(callee);
  if (!ts.isIdentifier(root)) return undefined;
  const symbol = api.checker.getSymbolAtLocation(root);
  const declaration = symbol?.declarations?.[0];
  if (declaration !== undefined && !declaration.getSourceFile().isDeclarationFile) {
    const module = importedFrom(declaration);
    if (module === undefined) return undefined;
    const own = ts.isImportSpecifier(declaration) ? [(declaration.propertyName ?? declaration.name).text] : [];
    return [module, ...own.filter((n) => n !== module), ...path].join(".");
  }
  return [root.text, ...path].join(".").replace(/^(globalThis|window)\./, "");
}

/** The module of Node that an import names, without its prefix. */
function importedFrom(declaration: ts.Node): string | undefined {
  for (let at: ts.Node | undefined = declaration; at !== undefined; at = at.parent)
    if (ts.isImportDeclaration(at) && ts.isStringLiteral(at.moduleSpecifier)) {
      const name = at.moduleSpecifier.text.replace(/^node:/, "");
      return name === "perf_hooks" ? "performance" : /^(crypto|process|timers)$/.test(name) ? name : undefined;
    }
  return undefined;
}

const random = /^Math\.random$|^crypto\.(webcrypto\.)?(random\w*|getRandomValues|randomUUID|generateKey\w*)$/;
const time =
  /^Date(\.now)?$|^performance(\.performance)?\.(now|mark|measure)$|^process\.(hrtime(\.bigint)?|uptime|cpuUsage)$/;

function called(node: ts.CallExpression, at: Place): string | undefined {
  const callee = bare(node.expression);
  return ts.isIdentifier(callee) || ts.isPropertyAccessExpression(callee) ? hostName(callee, at.api) : undefined;
}

export const randomness: TracedRule = {
  code: "JC201",
  name: "host-random",
  severity: "error",
  sentence: "A random number of JavaScript is drawn while the function is traced, and is a constant of the program.",
  fix: "Use the functions of random with a key that is an argument of the function.",
  visits: new Map(
    on<ts.CallExpression>([K.CallExpression], (node, at) => {
      if (random.test(called(node, at) ?? "")) at.report({ node });
    }),
  ),
};

export const clock: TracedRule = {
  code: "JC202",
  name: "host-time",
  severity: "error",
  sentence: "The time is read while the function is traced: it is a constant of the program and measures the tracing.",
  fix: "Read it outside and pass it as an argument; to measure, await the result outside.",
  visits: new Map([
    ...on<ts.CallExpression>([K.CallExpression], (node, at) => {
      if (time.test(called(node, at) ?? "")) at.report({ node });
    }),
    ...on<ts.NewExpression>([K.NewExpression], (node, at) => {
      if ((node.arguments?.length ?? 0) === 0 && hostName(node.expression, at.api) === "Date") at.report({ node });
    }),
  ]),
};
