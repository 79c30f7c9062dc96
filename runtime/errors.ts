// Errors of the runtime: what the plugin answers, and what goes wrong before it can answer.
import { JortsError } from "../base/errors.ts";

const codeNames = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** Name of a PJRT (absl) status code. */
export type PjrtErrorCode = (typeof codeNames)[number];

/** The plugin refused or failed: `code` is its status code, `call` the PJRT function that said so. */
export class PjrtError extends JortsError {
  readonly code: PjrtErrorCode;
  readonly call: string;

  constructor(code: PjrtErrorCode, message: string, call: string) {
    super(`${code}: ${message} (PJRT_${call})`);
    this.code = code;
    this.call = call;
  }
}

/** A plugin, or a file that comes with one, is missing, damaged, foreign or too old. */
export class PluginError extends JortsError {}

/** The status code's name; UNKNOWN for a number that no PJRT version defines. */
export function errorCodeName(code: number): PjrtErrorCode {
  return codeNames[code] ?? "UNKNOWN";
}
