// Looking into programs while they run.
import type { AnyFunction } from "../compile/stage.ts";
import { JortsError } from "../core/errors.ts";
import { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { isLeaf } from "../core/tree.ts";
import { callbackOp } from "../ops/callback.ts";
import { checkFormat, format, parseFormat } from "./format.ts";
import { callHost } from "./host-function.ts";

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** The arguments without `ordered`, which may stand in a trailing object among named ones or alone. */
function splitOrdered(args: readonly unknown[]): { args: readonly unknown[]; ordered: boolean } {
  const last = args.at(-1);
  if (!isPlain(last) || !("ordered" in last)) return { args, ordered: false };
  const { ordered, ...named } = last;
  if (typeof ordered !== "boolean")
    throw new JortsError(`debug: ordered is ${String(ordered)}, expected true or false; it cannot name a value.`);
  return { args: Object.keys(named).length === 0 ? args.slice(0, -1) : [...args.slice(0, -1), named], ordered };
}

function record(name: string, f: AnyFunction, args: readonly unknown[], ordered: boolean): void {
  callHost({
    name,
    f,
    args,
    resultShapes: null,
    eager: true,
    record: (callback, operands) =>
      bind(callbackOp, operands, { kind: "debug", ordered, callback, results: [], vmapMethod: null, loops: [] }),
  });
}

/**
 * Calls `f(...args)` on the host when the program gets there, and ignores what it returns. It is for looking only:
 * derivatives pass it by, vmap calls it for each example, and where a transformed program does more than was asked (both
 * branches of a batched cond) it is called for all of it. A trailing object may hold `ordered: true`. As
 * `jax.debug.callback`.
 */
export function callback(f: (...args: never[]) => unknown, ...args: readonly unknown[]): void {
  const split = splitOrdered(args);
  record(`debug.callback(${f.name || "f"})`, f as AnyFunction, split.args, split.ordered);
}

const printers = new Map<string, AnyFunction>();
const printersKept = 256;

/**
 * Prints when the program gets there: `debug.print("x = {x}", { x })`, `debug.print("{} {}", x, y)`. Braces as in Python's
 * `str.format`: `{}` the next argument, `{0}` by position, `{x}` from the trailing object, `{x:.3f}` a scalar's format,
 * `{{` a brace. Tensors print as NumPy prints them, with a line feed after the text, to standard output. `ordered: true` in
 * the trailing object keeps the order of the program. As `jax.debug.print`.
 *
 * @throws JortsError when text and arguments do not match
 */
export function print(text: string, ...args: readonly unknown[]): void {
  const split = splitOrdered(args);
  const last = split.args.at(-1);
  const named = isPlain(last) ? last : {};
  const positional = isPlain(last) ? split.args.slice(0, -1) : split.args;
  checkFormat(parseFormat(text), positional.length, Object.keys(named));
  // Strings and other host values are part of the text.
  const values = [...positional, ...Object.values(named)];
  const traced = values.map(holdsTensors);
  const key = JSON.stringify([
    text,
    positional.length,
    Object.keys(named),
    traced,
    values.filter((_, i) => !traced[i]).map(String),
  ]);
  let printer = printers.get(key);
  if (printer === undefined) {
    const names = Object.keys(named);
    const fixed = values.map((v, i) => (traced[i] ? undefined : v));
    const count = positional.length;
    printer = (...given: unknown[]) => {
      let next = 0;
      const all = fixed.map((v, i) => (traced[i] ? given[next++] : v));
      const byName = Object.fromEntries(names.map((n, i) => [n, all[count + i]]));
      process.stdout.write(`${format(parseFormat(text), all.slice(0, count), byName)}\n`);
    };
    printers.set(key, printer);
    if (printers.size > printersKept) for (const oldest of printers.keys()) if (printers.delete(oldest)) break;
  }
  record(
    "debug.print",
    printer,
    values.filter((_, i) => traced[i]),
    split.ordered,
  );
}

/** False for what is known when the program is traced and is no tensor: strings, null, functions. */
function holdsTensors(value: unknown): boolean {
  if (value instanceof Tensor || isLeaf(value)) return true;
  if (Array.isArray(value)) return value.every(holdsTensors);
  return isPlain(value) && Object.values(value).every(holdsTensors);
}
