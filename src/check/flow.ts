// Follows variables through the statements of a function: which of them hold tensors that are gone.
import { ts } from "ts-morph";
import type { Api } from "./api.ts";
import { bare, type Chain, chainOf, isAssignment, isFunction, isLoop, isUpdate, targetsOf } from "./syntax.ts";

/** A variable, or a path into it, and what took its tensors. */
interface Gone {
  readonly symbol: ts.Symbol;
  readonly path: readonly string[];
  readonly by: ts.Node;
}

type State = Map<string, Gone>;
/** Undefined where no execution arrives. */
type Reached = State | undefined;

/** What a deleted tensor still knows. */
const known: ReadonlySet<string> = new Set([
  ...["shape", "dtype", "ndim", "size", "weakType", "aval", "isDeleted", "sharding", "dispose", "toString"],
]);

const branching: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

interface Jump {
  readonly node: ts.Node;
  readonly label: string | undefined;
  readonly breaks: State[];
  readonly continues: State[];
}

export interface FlowOptions {
  readonly api: Api;
  /** The variables whose tensors a call takes. */
  readonly takes: (call: ts.CallExpression) => readonly Chain[];
  readonly onUse: (use: ts.Node, takenBy: ts.Node) => void;
}

export class Flow {
  readonly #o: FlowOptions;
  readonly #ids = new Map<ts.Symbol, number>();
  readonly #jumps: Jump[] = [];
  readonly #reported = new Set<ts.Node>();

  constructor(options: FlowOptions) {
    this.#o = options;
  }

  /** The statements of a file or of a function, from an empty state. */
  run(statements: readonly ts.Statement[]): void {
    this.#all(statements, new Map());
  }

  #all(statements: readonly ts.Statement[], state: Reached): Reached {
    let at = state;
    for (const s of statements) at = at === undefined ? undefined : this.#statement(s, at);
    return at;
  }

  #statement(s: ts.Statement, state: State, label?: string): Reached {
    if (ts.isBlock(s)) return this.#all(s.statements, state);
    if (ts.isVariableStatement(s)) return this.#declarations(s.declarationList, state);
    if (ts.isIfStatement(s)) {
      this.#expression(s.expression, state);
      const otherwise = new Map(state);
      const then = this.#statement(s.thenStatement, state);
      return merged(then, s.elseStatement ? this.#statement(s.elseStatement, otherwise) : otherwise);
    }
    if (isLoop(s)) return this.#loop(s, state, label);
    if (ts.isLabeledStatement(s)) {
      if (isLoop(s.statement)) return this.#loop(s.statement, state, s.label.text);
      const jump: Jump = { node: s, label: s.label.text, breaks: [], continues: [] };
      return this.#within(jump, () => this.#statement(s.statement, state));
    }
    if (ts.isSwitchStatement(s)) return this.#switch(s, state);
    if (ts.isTryStatement(s)) {
      const before = new Map(state);
      const done = this.#statement(s.tryBlock, state);
      const caught = s.catchClause ? this.#statement(s.catchClause.block, before) : undefined;
      const after = merged(done, caught);
      if (s.finallyBlock === undefined) return after;
      const last = this.#statement(s.finallyBlock, after ?? new Map(before));
      return after === undefined ? undefined : last;
    }
    if (ts.isReturnStatement(s) || ts.isThrowStatement(s)) {
      if (s.expression !== undefined) this.#expression(s.expression, state);
      return undefined;
    }
    if (ts.isBreakOrContinueStatement(s)) {
      const isBreak = ts.isBreakStatement(s);
      const wanted = s.label?.text;
      const jump = this.#jumps.findLast((j) =>
        wanted !== undefined ? j.label === wanted : isLoop(j.node) || (isBreak && ts.isSwitchStatement(j.node)),
      );
      jump?.[isBreak ? "breaks" : "continues"].push(state);
      return undefined;
    }
    if (ts.isExpressionStatement(s) || ts.isExportAssignment(s)) this.#expression(s.expression, state);
    return state;
  }

  #within(jump: Jump, body: () => Reached): Reached {
    this.#jumps.push(jump);
    const end = body();
    this.#jumps.pop();
    return jump.breaks.reduce<Reached>(merged, end);
  }

  #declarations(list: ts.VariableDeclarationList, state: State): State {
    for (const d of list.declarations) {
      if (d.initializer !== undefined) this.#expression(d.initializer, state);
      this.#declare(d.name, state);
    }
    return state;
  }

  #declare(name: ts.BindingName, state: State): void {
    if (ts.isIdentifier(name)) this.#revive(name, state);
    else for (const e of name.elements) if (ts.isBindingElement(e)) this.#declare(e.name, state);
  }

  #loop(s: ts.IterationStatement, state: State, label: string | undefined): Reached {
    const each = ts.isForOfStatement(s) || ts.isForInStatement(s);
    if (ts.isForStatement(s) && s.initializer !== undefined) {
      if (ts.isVariableDeclarationList(s.initializer)) this.#declarations(s.initializer, state);
      else this.#expression(s.initializer, state);
    }
    if (each) this.#expression(s.expression, state);
    const condition = ts.isForStatement(s) ? s.condition : ts.isWhileStatement(s) ? s.expression : undefined;
    const endless =
      (ts.isForStatement(s) && s.condition === undefined) || condition?.kind === ts.SyntaxKind.TrueKeyword;
    let entry: State = state;
    let exit: Reached;
    // Twice: what the first turn takes, the second finds gone.
    for (let turn = 0; turn < 2; turn++) {
      const at = new Map(entry);
      if (condition !== undefined) this.#expression(condition, at);
      const unentered = endless || ts.isDoStatement(s) ? undefined : new Map(at);
      if (each) this.#turnVariable(s.initializer, at);
      const jump: Jump = { node: s, label, breaks: [], continues: [] };
      this.#jumps.push(jump);
      let end = this.#statement(s.statement, at);
      end = jump.continues.reduce<Reached>(merged, end);
      this.#jumps.pop();
      if (end !== undefined && ts.isDoStatement(s)) this.#expression(s.expression, end);
      if (end !== undefined && ts.isForStatement(s) && s.incrementor !== undefined)
        this.#expression(s.incrementor, end);
      exit = jump.breaks.reduce<Reached>(merged, merged(unentered, endless ? undefined : end));
      if (end === undefined) return exit;
      entry = merged(new Map(entry), end)!;
    }
    return exit;
  }

  #turnVariable(initializer: ts.ForInitializer, state: State): void {
    if (ts.isVariableDeclarationList(initializer)) this.#declarations(initializer, state);
    else for (const target of targetsOf(initializer)) this.#revive(target, state);
  }

  #switch(s: ts.SwitchStatement, state: State): Reached {
    this.#expression(s.expression, state);
    const jump: Jump = { node: s, label: undefined, breaks: [], continues: [] };
    return this.#within(jump, () => {
      let at: Reached;
      for (const clause of s.caseBlock.clauses) {
        if (ts.isCaseClause(clause)) this.#expression(clause.expression, state);
        at = this.#all(clause.statements, merged(new Map(state), at));
      }
      return s.caseBlock.clauses.some(ts.isDefaultClause) ? at : merged(at, state);
    });
  }

  #expression(node: ts.Node, state: State): void {
    if (isFunction(node)) this.#closure(node, state);
    else if (isAssignment(node)) this.#assignment(node, state);
    else if (isUpdate(node)) this.#revive(node.operand, state);
    else if (ts.isConditionalExpression(node)) {
      this.#expression(node.condition, state);
      const otherwise = new Map(state);
      this.#expression(node.whenTrue, state);
      this.#expression(node.whenFalse, otherwise);
      merged(state, otherwise);
    } else if (ts.isBinaryExpression(node) && branching.has(node.operatorToken.kind)) {
      this.#expression(node.left, state);
      const right = new Map(state);
      this.#expression(node.right, right);
      merged(state, right);
    } else if (ts.isCallExpression(node)) {
      this.#expression(node.expression, state);
      for (const a of node.arguments) this.#expression(a, state);
      for (const chain of this.#o.takes(node)) this.#take(chain, node, state);
    } else if (ts.isIdentifier(node)) this.#use(node, state);
    else if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) this.#member(node, state);
    else if (ts.isPropertyAssignment(node)) this.#expression(node.initializer, state);
    else if (ts.isShorthandPropertyAssignment(node)) this.#use(node.name, state);
    else if (!ts.isClassLike(node) && !ts.isTypeNode(node))
      ts.forEachChild(node, (child) => this.#expression(child, state));
  }

  #member(node: ts.PropertyAccessExpression | ts.ElementAccessExpression, state: State): void {
    if (ts.isElementAccessExpression(node)) this.#expression(node.argumentExpression, state);
    if (ts.isIdentifier(chainOf(node).root)) this.#use(node, state);
    else this.#expression(node.expression, state);
  }

  #assignment(node: ts.BinaryExpression, state: State): void {
    if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken) this.#expression(node.left, state);
    this.#expression(node.right, state);
    for (const target of targetsOf(node.left)) this.#revive(target, state);
  }

  /** What a function made here will read: variables that nobody assigns any more. */
  #closure(node: ts.Node, state: State): void {
    if (state.size === 0) return;
    const visit = (at: ts.Node): void => {
      if (ts.isIdentifier(at)) {
        const declaration = this.#o.api.symbolAt(at)?.valueDeclaration;
        const constant = declaration !== undefined && ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Constant;
        if (constant) this.#use(at, state);
      } else if (ts.isPropertyAccessExpression(at)) visit(at.expression);
      else ts.forEachChild(at, visit);
    };
    ts.forEachChild(node, visit);
  }

  #key(symbol: ts.Symbol, path: readonly string[]): string {
    const id = this.#ids.get(symbol) ?? this.#ids.size;
    this.#ids.set(symbol, id);
    return [id, ...path].join(".");
  }

  #take({ root, path, exact }: Chain, by: ts.Node, state: State): void {
    const symbol = exact && ts.isIdentifier(root) ? this.#o.api.symbolAt(root) : undefined;
    if (symbol !== undefined) state.set(this.#key(symbol, path), { symbol, path, by });
  }

  #revive(target: ts.Node, state: State): void {
    const { root, path, exact } = chainOf(target as ts.Expression);
    const symbol = exact && ts.isIdentifier(root) ? this.#o.api.symbolAt(root) : undefined;
    if (symbol === undefined) return;
    for (const [key, gone] of state)
      if (gone.symbol === symbol && path.every((name, i) => gone.path[i] === name)) state.delete(key);
  }

  #use(node: ts.Expression, state: State): void {
    if (state.size === 0) return;
    const { root, path } = chainOf(node);
    const symbol = ts.isIdentifier(root) ? this.#o.api.symbolAt(root) : undefined;
    for (const gone of state.values()) {
      if (gone.symbol !== symbol || !gone.path.every((name, i) => path[i] === name)) continue;
      const next = path[gone.path.length];
      if ((next !== undefined && known.has(next)) || this.#reported.has(node)) continue;
      this.#reported.add(node);
      this.#o.onUse(bare(node), gone.by);
    }
  }
}

/** `a` with what is gone in `b`. */
function merged(a: Reached, b: Reached): Reached {
  if (a === undefined || b === undefined) return a ?? b;
  for (const [key, gone] of b) if (!a.has(key)) a.set(key, gone);
  return a;
}
