// The one error of this room: a file that cannot be read, written or trusted.

import { JortsError } from "../../base/errors.ts";

/** What a `CheckpointError` tells: each part is a phrase that completes "found …, expected …". */
export interface FileProblem {
  readonly found: string;
  readonly expected: string;
  /** A whole sentence: what the user can do about it. */
  readonly fix: string;
}

/** A checkpoint, tokenizer or adapter file is missing, corrupt, unsupported or could not be written. */
export class CheckpointError extends JortsError {
  /** The file or directory the problem is about. */
  readonly file: string;

  constructor(file: string, problem: FileProblem, options?: ErrorOptions) {
    super(`${file}: found ${problem.found}; expected ${problem.expected}. ${problem.fix}`, options);
    this.file = file;
  }
}

const systemErrors: Readonly<Record<string, Omit<FileProblem, "expected">>> = {
  ENOENT: { found: "no such file or directory", fix: "Check the path." },
  ENOTDIR: { found: "a file where the path needs a directory", fix: "Check the path." },
  EISDIR: { found: "a directory", fix: "Give the path of the file inside it." },
  EACCES: { found: "no permission", fix: "Change the permissions or choose another path." },
  EPERM: { found: "no permission", fix: "Change the permissions or choose another path." },
  EROFS: { found: "a read-only file system", fix: "Choose a path on a writable disk." },
  ENOSPC: {
    found: "no space left on the disk",
    fix: "Free space or choose another disk; what was there before is unchanged.",
  },
  EDQUOT: {
    found: "the disk quota used up",
    fix: "Free space or choose another disk; what was there before is unchanged.",
  },
  EFBIG: { found: "a file size limit reached", fix: "Raise the limit (ulimit -f) or write smaller shards." },
  EMFILE: { found: "too many open files", fix: "Raise the limit (ulimit -n)." },
  EEXIST: { found: "something already there", fix: "Remove it or choose another path." },
  ENOTEMPTY: { found: "a directory that is not empty", fix: "Remove it or choose another path." },
};

/** Turns an operating system error into a `CheckpointError`; anything else passes unchanged. */
export function fileError(file: string, expected: string, error: unknown): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (error instanceof CheckpointError || code === undefined || (error as NodeJS.ErrnoException).syscall === undefined)
    return error;
  const known = systemErrors[code] ?? { found: (error as Error).message, fix: "See the system error." };
  return new CheckpointError(file, { ...known, found: `${known.found} (${code})`, expected }, { cause: error });
}
