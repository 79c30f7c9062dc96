// Warnings, each printed once.

const seen = new Set<string>();

export function warn(message: string): void {
  if (seen.has(message)) return;
  seen.add(message);
  process.emitWarning(message, "JortsWarning");
}
