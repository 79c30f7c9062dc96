// Errors of the hlo room.
import { JortsError } from "../base/errors.ts";
import type { Module } from "./module.ts";

/** A module that cannot be spelled as StableHLO text: a missing attribute, an undefined value, a constant out of range. */
export class HloPrintError extends JortsError {}

/** A module that cannot be measured: a call that leads nowhere, a collective without groups, an unknown mesh axis. */
export class HloModuleError extends JortsError {}

/** Bytes that are not an HLO module, or an HLO module that contradicts itself. */
export class HloProtoError extends JortsError {}

/** Text that is not StableHLO; says where, what was expected there, and what was found. */
export class HloSyntaxError extends JortsError {
  readonly file: string | undefined;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** What was read before the error; an unfinished function holds the operations that were whole. */
  readonly partial: Module | undefined;

  constructor(
    reason: string,
    at: { readonly file?: string | undefined; readonly line: number; readonly column: number },
    partial?: Module,
  ) {
    super(`${at.file ?? "StableHLO"}:${at.line}:${at.column}: ${reason}`);
    this.file = at.file;
    this.line = at.line;
    this.column = at.column;
    this.partial = partial;
  }
}
