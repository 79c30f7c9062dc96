// Atomic writes: a file or a directory appears whole under its name, or what was there before stays.

import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { replaceFile, syncDirectory, temporaryBeside } from "../../base/atomic-file.ts";
import { CheckpointError, fileError } from "./errors.ts";

const MAX_WRITE = 1 << 30;

/** Appends to an open descriptor; it does not own it. */
export class FileSink {
  readonly #fd: number;
  readonly #file: string;
  #position = 0;

  /** `file` is the final name, for messages. */
  constructor(fd: number, file: string) {
    this.#fd = fd;
    this.#file = file;
  }

  /** Bytes written so far. */
  get position(): number {
    return this.#position;
  }

  /** Writes all of `bytes`. Throws `CheckpointError`, for a full disk too. */
  write(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#fd, bytes, done, Math.min(MAX_WRITE, bytes.length - done));
    } catch (error) {
      throw fileError(this.#file, `room for ${bytes.length} bytes more after ${this.#position}`, error);
    }
    this.#position += bytes.length;
  }
}

/**
 * Writes a file through a temporary one beside it: filled by `fill`, flushed to the disk, then renamed over `path`.
 * If anything fails the old file is untouched and the temporary one is gone. A symbolic link is followed.
 * Throws `CheckpointError` for system errors; errors of `fill` pass through.
 */
export function writeFileAtomic(path: string, fill: (sink: FileSink) => void): void {
  try {
    replaceFile(path, (fd) => fill(new FileSink(fd, path)));
  } catch (error) {
    throw fileError(path, "a place where the file can be written", error);
  }
}

/** `writeFileAtomic` of text or bytes in memory. */
export const writeBytesAtomic = (path: string, content: string | Uint8Array): void =>
  writeFileAtomic(path, (sink) => sink.write(typeof content === "string" ? Buffer.from(content) : content));

/** `writeFileAtomic` of a value as indented JSON with a final newline. */
export const writeJsonAtomic = (path: string, value: unknown): void =>
  writeBytesAtomic(path, `${JSON.stringify(value, null, 2)}\n`);

/** What to do when the directory already exists and is not empty. */
export interface DirectoryOptions {
  /** Put the new one in its place and delete the old one; otherwise that is an error. */
  readonly replace?: boolean;
}

/**
 * Makes a directory whole or not at all: `fill` writes into a temporary sibling, which is then renamed to `path`.
 * If anything fails, `path` is as it was and the temporary directory is gone. With `replace`, the old directory is
 * moved aside first and comes back if the rename fails.
 * Throws `CheckpointError` for system errors and for a non-empty `path` without `replace`.
 */
export async function writeDirectoryAtomic(
  path: string,
  fill: (directory: string) => void | Promise<void>,
  { replace = false }: DirectoryOptions = {},
): Promise<void> {
  let temporary: string | null = null;
  try {
    const target = existsSync(path) ? realpathSync(path) : resolve(path);
    const occupied = existsSync(target) && readdirSync(target).length > 0;
    if (occupied && !replace)
      throw new CheckpointError(path, {
        found: "a directory that is not empty",
        expected: "no directory or an empty one",
        fix: "Choose another output directory or ask for the old one to be replaced.",
      });
    mkdirSync(dirname(target), { recursive: true });
    const name = temporaryBeside(target);
    mkdirSync(name);
    temporary = name;
    await fill(name);
    syncDirectory(name);
    const aside = occupied ? temporaryBeside(target) : null;
    if (aside !== null) renameSync(target, aside);
    try {
      renameSync(name, target);
    } catch (error) {
      if (aside !== null) renameSync(aside, target);
      throw error;
    }
    temporary = null;
    syncDirectory(dirname(target));
    if (aside !== null) rmSync(aside, { recursive: true, force: true });
  } catch (error) {
    if (temporary !== null) rmSync(temporary, { recursive: true, force: true });
    throw fileError(path, "a place where the directory can be written", error);
  }
}
