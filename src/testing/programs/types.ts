// Small programs as data: calls of the public API over named values.
import type { DType } from "../../lib/tensor.ts";

export type Shape = readonly number[];

/** A named value and its type. */
export interface Value {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What a call is given: a value by its name, a function, host numbers and names, or nests of these. */
export type Argument =
  | { readonly ref: string }
  | { readonly block: Block }
  | { readonly options: { readonly [key: string]: Argument } }
  | number
  | string
  | boolean
  | null
  | readonly Argument[];

/** `results = call(...args)`, or `call(...args)(...appliedTo)`. Several results are the elements of one array. */
export interface Instruction {
  readonly results: readonly Value[];
  /** A function of the public API, `np.sin`; or `withJvpRule`, `withVjpRule`, which give a function its own derivative. */
  readonly call: string;
  readonly args: readonly Argument[];
  readonly appliedTo?: readonly Argument[];
}

/** A function: it may also use every value that is known where it stands. */
export interface Block {
  readonly params: readonly Value[];
  readonly body: readonly Instruction[];
  readonly returns: Argument;
}

/** Calls that give a function a rule made from its own derivative: right by construction, if jvp and vjp are. */
export const ruleCalls = {
  withJvpRule: "customJvp(f).defjvp((primals, tangents) => jvp(f, primals, tangents))",
  withVjpRule: "customVjp(f).defvjp((...xs) => [f(...xs), xs], (xs, ct) => vjp(f, ...xs)[1](ct))",
} as const;

/** Every name that an argument refers to, inside functions too. */
export function references(argument: Argument): string[] {
  if (typeof argument !== "object" || argument === null) return [];
  if (Array.isArray(argument)) return argument.flatMap(references);
  if ("ref" in argument) return [argument.ref];
  if ("options" in argument) return Object.values(argument.options).flatMap(references);
  return blockReferences((argument as { readonly block: Block }).block);
}

const blockReferences = (block: Block): string[] => [
  ...block.body.flatMap((i) => [...i.args, ...(i.appliedTo ?? [])].flatMap(references)),
  ...references(block.returns),
];

/** `block` without the calls whose results nothing uses, in nested functions too. */
export function trimmed(block: Block): Block {
  const used = new Set(references(block.returns));
  const body: Instruction[] = [];
  for (let i = block.body.length - 1; i >= 0; i--) {
    const instruction = block.body[i]!;
    if (!instruction.results.some((r) => used.has(r.name))) continue;
    const kept = { ...instruction, args: instruction.args.map(trimmedArgument) };
    for (const name of [...kept.args, ...(kept.appliedTo ?? [])].flatMap(references)) used.add(name);
    body.push(kept);
  }
  return { ...block, body: body.reverse() };
}

const trimmedArgument = (a: Argument): Argument =>
  typeof a === "object" && a !== null && "block" in a ? { block: trimmed((a as { block: Block }).block) } : a;
