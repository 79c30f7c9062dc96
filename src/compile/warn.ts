// Warnings, each printed once, and lines that a setting asked for.

const seen = new Set<string>();
const remembered = 1000;

export function warn(message: string): void {
  if (seen.has(message)) return;
  if (seen.size >= remembered) for (const first of seen) if (seen.delete(first)) break;
  seen.add(message);
  process.emitWarning(message, "JortsWarning");
}

/** A line of `config.logCompiles` or `config.explainCacheMisses`; told each time. */
export function log(message: string): void {
  process.emitWarning(message, "JortsLog");
}
