// How a rule is declared, and what it can ask.
import type { ts } from "ts-morph";
import type { Api } from "./api.ts";
import type { Edit, RuleInfo } from "./finding.ts";
import type { Locator } from "./locate.ts";
import type { Resolver } from "./resolve.ts";
import type { Scopes } from "./scopes.ts";
import type { SourceIndex } from "./source-index.ts";
import type { TracedFunction, TracedFunctions } from "./traced.ts";
import type { Values } from "./values.ts";

export interface Report {
  readonly node: ts.Node;
  /** Where the finding is narrower than `node`. */
  readonly to?: ts.Node;
  readonly message?: string | undefined;
  readonly fix?: string | undefined;
  readonly edits?: readonly Edit[] | undefined;
}

/** What is known of the program. */
export interface Knowledge {
  readonly api: Api;
  readonly checker: ts.TypeChecker;
  readonly index: SourceIndex;
  readonly locator: Locator;
  readonly resolver: Resolver;
  readonly scopes: Scopes;
  readonly traced: TracedFunctions;
  readonly values: Values;
  /** The name under which a namespace of jorts (`np`, `debug`) can be used at `at`. */
  nameInScope(namespace: string, at: ts.Node): string | undefined;
}

/** A node of a traced function. */
export interface Place extends Knowledge {
  readonly f: TracedFunction;
  report(finding: Report): void;
}

export type Visit<N extends ts.Node = ts.Node> = (node: N, at: Place) => void;

/** Looks at the nodes of traced functions, by kind. */
export interface TracedRule extends RuleInfo {
  readonly visits: ReadonlyMap<ts.SyntaxKind, Visit>;
}

/** Looks at what runs on the host: a whole file, traced functions left out by the rule. */
export interface HostRule extends RuleInfo {
  readonly check: (file: ts.SourceFile, at: Knowledge & { report(finding: Report): void }) => void;
}

/** `visit` for nodes of these kinds. */
export function on<N extends ts.Node>(kinds: readonly ts.SyntaxKind[], visit: Visit<N>): [ts.SyntaxKind, Visit][] {
  return kinds.map((kind) => [kind, visit as Visit]);
}
