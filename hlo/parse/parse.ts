// StableHLO text to a typed module.
import { HloSyntaxError } from "../errors.ts";
import type { Module } from "../module.ts";
import { Located } from "./base.ts";
import { ModuleGrammar } from "./module.ts";
import { positionAt } from "./source.ts";

export interface ParseOptions {
  /** The file's name, for messages. */
  readonly file?: string;
}

let grammar: ModuleGrammar | undefined;

/**
 * Reads StableHLO text in MLIR's pretty or generic form: the `func`, `stablehlo`, `chlo` and `sdy` dialects in forms of
 * their own, every other operation in generic form, attributes and types of other dialects as text. Values are checked
 * to be defined before they are used, with the types that are written. Names of values are not kept; aliases of
 * attributes, types and locations are looked up. Time and memory are linear in the text.
 *
 * @throws HloSyntaxError at the first thing that is not understood, with what was read before it
 */
export function parse(text: string, { file }: ParseOptions = {}): Module {
  grammar ??= new ModuleGrammar();
  const fail = (reason: string, offset: number): never => {
    throw new HloSyntaxError(reason, { file, ...positionAt(text, offset) }, grammar!.partial());
  };
  try {
    grammar.read(text);
    const [error] = grammar.errors;
    if (error !== undefined) {
      const { startOffset } = error.token;
      fail(error.message, Number.isNaN(startOffset) ? text.length : startOffset);
    }
    return grammar.module;
  } catch (error) {
    if (error instanceof Located) return fail(error.message, error.offset);
    throw error;
  } finally {
    grammar.forget();
  }
}
