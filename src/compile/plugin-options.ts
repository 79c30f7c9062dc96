// The names of XLA's compile options, as the plugin knows them: read from its file when a name was refused.
import { closeSync, openSync, readSync } from "node:fs";

const chunk = 1 << 24;
const longestName = 128;

/** All `xla_…` names in the plugin's file, among them every field of its DebugOptions. */
export function pluginOptions(path: string): string[] {
  const names = new Set<string>();
  const buffer = Buffer.alloc(chunk + longestName);
  const fd = openSync(path, "r");
  try {
    for (let at = 0; ; at += chunk) {
      const length = readSync(fd, buffer, 0, buffer.length, at);
      if (length === 0) break;
      for (let i = buffer.indexOf("xla_"); i >= 0 && i < length; i = buffer.indexOf("xla_", i + 4)) {
        let end = i + 4;
        while (end < length && isNameByte(buffer[end]!)) end++;
        if (end - i <= longestName) names.add(buffer.toString("latin1", i, end));
      }
    }
  } finally {
    closeSync(fd);
  }
  return [...names].sort();
}

const isNameByte = (b: number): boolean => (b >= 97 && b <= 122) || (b >= 48 && b <= 57) || b === 95;
