// Walks over the operations of a block: without recursion, so that no depth of nesting ends the stack.
import { HloModuleError } from "./errors.ts";
import type { Block, Func, Module, Operation } from "./module.ts";

/** Deepest nesting of regions that the recursive measures follow. */
export const deepestRegions = 1000;

/** Calls `each` for every operation, regions included, in the order of the text; `depth` counts the regions around it. */
export function visitOperations(block: Block, each: (op: Operation, depth: number) => void): void {
  const stack: { readonly operations: readonly Operation[]; next: number; readonly depth: number }[] = [
    { operations: block.operations, next: 0, depth: 0 },
  ];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const op = top.operations[top.next++];
    if (op === undefined) {
      stack.pop();
      continue;
    }
    each(op, top.depth);
    const inner = op.regions.flatMap((region) => region.blocks);
    for (let i = inner.length - 1; i >= 0; i--)
      stack.push({ operations: inner[i]!.operations, next: 0, depth: top.depth + 1 });
  }
}

/** @throws HloModuleError naming the function whose regions nest too deeply for the measures that recurse */
export function requireShallow(module: Module): void {
  for (const func of module.funcs)
    visitOperations(func.body, (op, depth) => {
      if (depth > deepestRegions)
        throw new HloModuleError(
          `@${func.name}: ${op.name} lies in more than ${deepestRegions} nested regions; expected fewer. It cannot be measured.`,
        );
    });
}

/** The function that runs: `@main`, or the first public one. @throws HloModuleError where there is neither */
export function entryOf(module: Module): Func {
  const entry = module.funcs.find(({ name }) => name === "main") ?? module.funcs.find((f) => f.visibility === "public");
  if (entry === undefined) throw new HloModuleError(`module @${module.name} has no public function to analyse`);
  return entry;
}

/** The functions of the module that an operation names: callee, decomposition, called computations. */
export function calledNames(op: Operation): readonly string[] {
  const found: string[] = [];
  for (const name in op.attributes) {
    const attribute = op.attributes[name]!;
    if (attribute.kind === "symbol") found.push(attribute.name);
    else if (attribute.kind === "array")
      for (const item of attribute.items) if (item.kind === "symbol") found.push(item.name);
  }
  return found;
}

/** The names that `roots` lead to, each after those it leads to itself; where they lead in a circle, in some order. */
export function calleesFirst(roots: readonly string[], next: (name: string) => readonly string[]): string[] {
  const state = new Set<string>();
  const order: string[] = [];
  for (const root of roots) {
    if (state.has(root)) continue;
    state.add(root);
    const stack = [{ name: root, callees: next(root), at: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const callee = top.callees[top.at++];
      if (callee === undefined) {
        order.push(top.name);
        stack.pop();
      } else if (!state.has(callee)) {
        state.add(callee);
        stack.push({ name: callee, callees: next(callee), at: 0 });
      }
    }
  }
  return order;
}
