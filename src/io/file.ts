// Positional reads from a file: exact lengths, any size, never the whole file at once.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CheckpointError, fileError } from "./errors.ts";

const MAX_READ = 1 << 30; // one system call reads less than 2 GiB

/** An open file read by position. Owns its descriptor: dispose it. */
export class RandomAccessFile {
  readonly path: string;
  /** Bytes when it was opened. */
  readonly size: number;
  #fd: number | null;

  /** Opens `path` for reading. Throws `CheckpointError` if it cannot be opened or is not a regular file. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#fd = openSync(path, "r");
    } catch (error) {
      throw fileError(path, "a readable file", error);
    }
    const stat = fstatSync(this.#fd);
    this.size = stat.size;
    if (!stat.isFile()) {
      this.close();
      throw new CheckpointError(path, {
        found: stat.isDirectory() ? "a directory" : "a special file",
        expected: "a regular file",
        fix: "Give the path of the file itself.",
      });
    }
  }

  /** Fills all of `dst` with the bytes at `position`. Throws `CheckpointError` if the file ends before that. */
  readInto(dst: Uint8Array, position: number): void {
    if (this.#fd === null)
      throw new CheckpointError(this.path, {
        found: "the file closed",
        expected: "it open while its tensors are read",
        fix: "Read before close() or dispose, or open it again.",
      });
    for (let done = 0; done < dst.length; ) {
      let got: number;
      try {
        got = readSync(this.#fd, dst, done, Math.min(MAX_READ, dst.length - done), position + done);
      } catch (error) {
        throw fileError(this.path, `${dst.length} bytes at ${position}`, error);
      }
      if (got === 0)
        throw new CheckpointError(this.path, {
          found: `the end of the file at byte ${position + done}`,
          expected: `${dst.length} bytes from byte ${position}`,
          fix: "The file is truncated or was changed while open; copy or download it again.",
        });
      done += got;
    }
  }

  /** The bytes [position, position + length), in memory of their own. */
  read(position: number, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    this.readInto(bytes, position);
    return bytes;
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
