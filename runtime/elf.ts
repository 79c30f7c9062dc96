// Whether a file is a whole shared object for this machine: the system loader crashes on one that was cut short.
import { closeSync, openSync, readSync, statSync } from "node:fs";

/** ELF e_machine by Node's name for the architecture. */
const machines: Record<string, number> = { x64: 62, arm64: 183 };
const headerBytes = 64;

/** What is wrong with the file, as a sentence, or null. Looks at the header, not at the code. */
export function sharedObjectProblem(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return `There is no PJRT plugin at ${path}.`;
  if (!stat.isFile()) return `${path} is not a file; a PJRT plugin is one .so file.`;
  const head = Buffer.alloc(headerBytes);
  const file = openSync(path, "r");
  try {
    readSync(file, head, 0, headerBytes, 0);
  } finally {
    closeSync(file);
  }
  if (head.readUInt32BE(0) !== 0x7f454c46)
    return `${path} is not a shared object: it does not start as an ELF file does.`;
  const machine = head.readUInt16LE(18);
  if (machine !== machines[process.arch])
    return `${path} is built for ELF machine ${machine}, not for this ${process.arch} one.`;
  // The section table is the last thing that linkers write.
  const end = Number(head.readBigUInt64LE(40)) + head.readUInt16LE(58) * head.readUInt16LE(60);
  if (stat.size < Math.max(end, headerBytes))
    return `${path} was cut short: it has ${stat.size} bytes and its header speaks of at least ${end}. Delete it.`;
  return null;
}
