// Who calls whom, and how often: of a StableHLO module and of an optimised program.

import type { Block, Func, Module, Operation, Value } from "./module.ts";
import type { HloModule } from "./optimized.ts";
import { knownTripCount, tripCount } from "./trips.ts";
import { calledNames, calleesFirst, visitOperations } from "./walk.ts";

export interface CallEdge {
  readonly callee: string;
  /** `call`, `composite`, `custom_call`; of an optimised program the role: `body`, `calls`, `to_apply`, … */
  readonly role: string;
  /** Places in the caller's text. */
  readonly sites: number;
  /** Calls in one execution of the caller: loops by their trip counts, each branch once. */
  readonly times: number;
}

export interface CallNode {
  readonly name: string;
  /** `text`: a function that is there as text alone; `missing`: a name that nothing defines. */
  readonly kind: "public" | "private" | "computation" | "text" | "missing";
  /** Operations in its text. */
  readonly operations: number;
  readonly calls: readonly CallEdge[];
  /** How often it runs in one execution of the program; undefined where recursion leads to it. 0: never called. */
  readonly executions: number | undefined;
  /** It calls itself, directly or through others. */
  readonly recursive: boolean;
}

export interface CallGraph {
  readonly entry: string | undefined;
  /** In the order of the module. */
  readonly functions: readonly CallNode[];
  /** Loops whose trip count is not a constant; they count as one trip. */
  readonly unknownTripCounts: number;
}

type Node = Omit<CallNode, "executions" | "recursive">;

/** Calls `each` for every operation of a function with how often it runs in one execution: 0 where never. */
export function visitExecutions(
  func: Func,
  each: (op: Operation, times: number) => void,
  onUnknownLoop: (op: Operation) => void = () => {},
): void {
  const definitions = new Map<Value, Operation>();
  visitOperations(func.body, (op) => {
    for (const result of op.results) definitions.set(result, op);
  });
  const stack: { readonly block: Block; readonly times: number }[] = [{ block: func.body, times: 1 }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { block, times } = top;
    for (const op of block.operations) {
      each(op, times);
      if (op.regions.length === 0) continue;
      let factors: readonly number[] = [];
      if (op.name === "stablehlo.while") {
        const trips = tripCount(op, definitions);
        if (trips === undefined) onUnknownLoop(op);
        factors = [(trips ?? 1) + 1, trips ?? 1];
      }
      op.regions.forEach((region, i) => {
        for (const inner of region.blocks) stack.push({ block: inner, times: times * (factors[i] ?? 1) });
      });
    }
  }
}

class Edges {
  readonly #byKey = new Map<string, { callee: string; role: string; sites: number; times: number }>();

  add(callee: string, role: string, times: number): void {
    const key = `${role} ${callee}`;
    const edge = this.#byKey.get(key);
    if (edge === undefined) this.#byKey.set(key, { callee, role, sites: 1, times });
    else {
      edge.sites++;
      edge.times += times;
    }
  }

  list(): readonly CallEdge[] {
    return [...this.#byKey.values()];
  }
}

/** Names that call themselves, directly or through others: the strongly connected components (Kosaraju). */
function recursiveNames(names: readonly string[], next: (name: string) => readonly string[]): Set<string> {
  const before = new Map<string, string[]>();
  for (const name of names)
    for (const callee of next(name)) {
      const callers = before.get(callee);
      if (callers === undefined) before.set(callee, [name]);
      else callers.push(name);
    }
  const found = new Set<string>();
  const seen = new Set<string>();
  for (const root of calleesFirst(names, next).reverse()) {
    if (seen.has(root)) continue;
    seen.add(root);
    const component = [root];
    for (let i = 0; i < component.length; i++)
      for (const caller of before.get(component[i]!) ?? [])
        if (!seen.has(caller)) {
          seen.add(caller);
          component.push(caller);
        }
    if (component.length > 1 || next(root).includes(root)) for (const name of component) found.add(name);
  }
  return found;
}

function finish(nodes: readonly Node[], entry: string | undefined, unknownTripCounts: number): CallGraph {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const missing: Node[] = [];
  for (const { calls } of nodes)
    for (const { callee } of calls) {
      if (byName.has(callee)) continue;
      const node: Node = { name: callee, kind: "missing", operations: 0, calls: [] };
      byName.set(callee, node);
      missing.push(node);
    }
  const next = (name: string) => [...new Set(byName.get(name)!.calls.map(({ callee }) => callee))];
  const recursive = recursiveNames([...byName.keys()], next);
  const executions = new Map<string, number | undefined>();
  if (entry !== undefined) {
    const order = calleesFirst([entry], next).reverse();
    for (const name of order) executions.set(name, 0);
    executions.set(entry, 1);
    for (const name of order) {
      const own = recursive.has(name) ? undefined : executions.get(name);
      executions.set(name, own);
      for (const { callee, times } of byName.get(name)!.calls) {
        const sum = executions.get(callee);
        executions.set(callee, own === undefined || sum === undefined ? undefined : sum + own * times);
      }
    }
  }
  const complete = (node: Node): CallNode => ({
    ...node,
    executions: executions.has(node.name) ? executions.get(node.name) : 0,
    recursive: recursive.has(node.name),
  });
  return { entry, functions: [...nodes, ...missing].map(complete), unknownTripCounts };
}

const roles: Readonly<Record<string, string>> = {
  "func.call": "call",
  "stablehlo.composite": "composite",
  "stablehlo.custom_call": "custom_call",
};

/**
 * The calls of a module. The entry is `@main` or the first public function; there may be none. Recursion, which StableHLO
 * forbids, is found and marked.
 */
export function callGraph(module: Module): CallGraph {
  const known = new Set([...module.funcs, ...module.included].map(({ name }) => name));
  let unknown = 0;
  const nodes = module.funcs.map((func): Node => {
    const edges = new Edges();
    let operations = 0;
    const each = (op: Operation, times: number) => {
      operations++;
      const isCall = op.name === "func.call" || op.name === "stablehlo.composite";
      for (const callee of calledNames(op))
        if (isCall || known.has(callee)) edges.add(callee, roles[op.name] ?? op.name, times);
    };
    visitExecutions(func, each, () => unknown++);
    return { name: func.name, kind: func.visibility, operations, calls: edges.list() };
  });
  const texts = module.included.map(({ name }): Node => ({ name, kind: "text", operations: 0, calls: [] }));
  const entry = module.funcs.find(({ name }) => name === "main") ?? module.funcs.find((f) => f.visibility === "public");
  return finish([...nodes, ...texts], entry?.name, unknown);
}

/** The computations of an optimised program and who calls them; loops count by the trip counts that XLA knows. */
export function hloCallGraph(module: HloModule): CallGraph {
  let unknown = 0;
  const nodes = module.computations.map(({ name, instructions }): Node => {
    const edges = new Edges();
    for (const instruction of instructions) {
      if (instruction.calls.length === 0) continue;
      const trips = instruction.opcode === "while" ? knownTripCount(instruction) : 1;
      if (trips === undefined) unknown++;
      for (const { role, computations } of instruction.calls)
        for (const callee of computations) edges.add(callee.name, role, (trips ?? 1) + (role === "condition" ? 1 : 0));
    }
    return { name, kind: "computation", operations: instructions.length, calls: edges.list() };
  });
  return finish(nodes, module.entry.name, unknown);
}

/** Deeper calls stand no further to the right. */
const deepestIndent = 40;

const spelledTimes = (times: number | undefined): string => (times === undefined ? "?" : times.toLocaleString("en"));

/**
 * The graph as an indented tree from the entry: each function's calls are listed once, where it is met first. Functions
 * that the entry does not reach follow.
 */
export function printCallGraph(graph: CallGraph): string {
  const byName = new Map(graph.functions.map((node) => [node.name, node]));
  const listed = new Set<string>();
  const lines: string[] = [];
  const about = ({ kind, operations, executions, recursive }: CallNode): string => {
    const notes = [
      kind === "missing" || kind === "text"
        ? ""
        : `${operations.toLocaleString("en")} operation${operations === 1 ? "" : "s"}`,
      kind === "text" ? "text alone" : kind === "missing" ? "not in the module" : "",
      recursive ? "calls itself" : `runs ${spelledTimes(executions)} ×`,
    ];
    return notes.filter(Boolean).join(", ");
  };
  const tree = (root: CallNode) => {
    const stack: { readonly node: CallNode; readonly edge: CallEdge | undefined; readonly depth: number }[] = [
      { node: root, edge: undefined, depth: 0 },
    ];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { node, edge, depth } = top;
      const how = edge === undefined ? "" : ` ${edge.role} × ${spelledTimes(edge.times)}`;
      const again = listed.has(node.name) && node.calls.length > 0;
      lines.push(
        `${"  ".repeat(Math.min(depth, deepestIndent))}${node.kind === "computation" ? "%" : "@"}${node.name}${how} (${again ? "see above" : about(node)})`,
      );
      if (listed.has(node.name)) continue;
      listed.add(node.name);
      for (const call of [...node.calls].reverse())
        stack.push({ node: byName.get(call.callee)!, edge: call, depth: depth + 1 });
    }
  };
  const entry = graph.entry === undefined ? undefined : byName.get(graph.entry);
  if (entry !== undefined) tree(entry);
  for (const node of graph.functions) if (!listed.has(node.name)) tree(node);
  return `${lines.join("\n")}\n`;
}
