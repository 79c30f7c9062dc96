// What `jorts hlo` is given: StableHLO text, an exported program or an optimised program, told apart by content.
import { readFileSync } from "node:fs";
import type { HloModule, Module } from "../../hlo/data.ts";
import { JortsError } from "../core/errors.ts";

export interface Input {
  readonly name: string;
  readonly program: Module | HloModule;
  /** Why only a part of it could be read. */
  readonly error?: JortsError;
}

/** A file that holds no program. */
export class InputError extends JortsError {}

/** The file at `path`, or standard input for `-`. @throws InputError */
function readBytes(path: string): Buffer {
  try {
    return readFileSync(path === "-" ? 0 : path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const known: Readonly<Record<string, string>> = {
      ENOENT: "no such file",
      EISDIR: "is a directory; give a file in it",
      EACCES: "may not be read",
    };
    throw new InputError(`${path}: ${known[code ?? ""] ?? message}`, { cause });
  }
}

const bytecode = "ML\u00efR";
const exported = "jorts exported 1\n";

/** Control characters that text does not have, or bytes that are not UTF-8, near the start. */
function isBinary(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 1 << 16);
  for (const byte of start) if (byte < 9 || (byte > 13 && byte < 32)) return true;
  // A character may be cut at the end of the sample.
  return start.toString("utf8").slice(0, -1).includes("\ufffd");
}

const isEmpty = ({ funcs, others }: Module): boolean => funcs.length + others.length === 0;

/** Reads text, but when it holds errors what stands before them. */
async function readText(text: string, name: string): Promise<Input> {
  if (/^\s*HloModule\b/.test(text))
    throw new InputError(
      `${name}:1:1: this is HLO text; expected StableHLO text or the HLO module's bytes. Give the .hlo.pb file that a dump ` +
        "writes beside it.",
    );
  const { HloSyntaxError, parse } = await import("../../hlo/index.ts");
  try {
    return { name, program: parse(text, { file: name }) };
  } catch (error) {
    if (error instanceof HloSyntaxError && error.partial !== undefined && !isEmpty(error.partial))
      return { name, program: error.partial, error };
    throw error;
  }
}

/**
 * Reads a program. Of StableHLO text with an error, `program` is what stands before it.
 * @throws InputError, HloSyntaxError, HloProtoError
 */
export async function readProgram(path: string): Promise<Input> {
  const bytes = readBytes(path);
  const name = path === "-" ? "<stdin>" : path;
  if (bytes.length === 0) throw new InputError(`${name}:1:1: the file is empty; expected StableHLO or an HLO module`);
  const start = bytes.toString("latin1", 0, 32);
  if (start.startsWith(bytecode))
    throw new InputError(
      `${name}:1:1: this is MLIR bytecode; expected StableHLO text. Print it as text first (stablehlo-translate --deserialize).`,
    );
  if (start.startsWith(exported)) {
    const { decodeExported } = await import("../compile/export-format.ts");
    const [text] = decodeExported(bytes).texts.values();
    return readText(text!, name);
  }
  if (!isBinary(bytes)) return readText(bytes.toString("utf8"), name);
  const { fromProto, HloProtoError } = await import("../../hlo/data.ts");
  try {
    return { name, program: fromProto(bytes) };
  } catch (cause) {
    if (!(cause instanceof HloProtoError)) throw cause;
    throw new InputError(`${name}:1:1: neither StableHLO text nor an optimised HLO module: ${cause.message}`, {
      cause,
    });
  }
}
