// What the command line answers to errors: one message on stderr and an exit code.
import { JortsError } from "../core/errors.ts";
import { paint } from "./terminal.ts";

export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

/** Arguments that contradict each other or do not mean anything. */
export class UsageError extends JortsError {}

/** Prints `error`; the stack only when `verbose`, or when it is a fault of jorts itself. Returns the exit code. */
export function reportError(error: unknown, { verbose }: { verbose: boolean }): number {
  const red = paint(process.stderr, "red");
  const known = error instanceof JortsError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${red("error:")} ${known ? message : describeUnknown(error, message)}\n`);
  if (verbose && error instanceof Error) process.stderr.write(`${stackOf(error)}\n`);
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}

function describeUnknown(error: unknown, message: string): string {
  // The operating system's own messages say what and where.
  if (error instanceof Error && "syscall" in error) return message;
  const name = error instanceof Error ? error.name : "thrown";
  return `${name}: ${message}\nThis is a fault of jorts itself; run again with --verbose to see where, and please report it.`;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : "";
  return (error.stack ?? String(error)) + cause;
}
