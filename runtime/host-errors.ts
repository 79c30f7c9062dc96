// Exceptions of host functions, on their way through the native runtime as numbers in a message.
const kept = new Map<number, unknown>();
const most = 256;
let last = 0;

const marker = /\[host exception (\d+)\]/;

/** Remembers `reason`, and gives the message that stands for it. */
export function failed(reason: unknown): string {
  kept.set(++last, reason);
  if (kept.size > most) kept.delete(last - most);
  const said = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
  return `[host exception ${last}] ${said}`;
}

/** The exception that a native message stands for. */
export function hostException(message: string): { readonly reason: unknown } | undefined {
  const number = Number(marker.exec(message)?.[1]);
  return kept.has(number) ? { reason: kept.get(number) } : undefined;
}
