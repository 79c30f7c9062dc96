// A file that appears whole under its name, or what was there before stays.
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, realpathSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** A name beside `path` that no other writer uses. */
export const temporaryBeside = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(6).toString("hex")}.tmp`);

/** Flushes a directory's entries to the disk. */
export function syncDirectory(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Writes through a temporary file beside `path`: `fill` writes into it, it is flushed to the disk, then renamed over
 * `path`. If anything fails the old file is untouched and the temporary one is gone. A symbolic link is followed.
 * System errors pass through.
 */
export function replaceFile(path: string, fill: (fd: number) => void): void {
  const target = existsSync(path) ? realpathSync(path) : resolve(path);
  let temporary: string | null = null;
  try {
    const name = temporaryBeside(target);
    const fd = openSync(name, "wx");
    temporary = name;
    try {
      fill(fd);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(name, target);
    temporary = null;
    syncDirectory(dirname(target));
  } catch (error) {
    if (temporary !== null) rmSync(temporary, { force: true });
    throw error;
  }
}
