// Reading one member of a zip file (a wheel is one), streaming.
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";
import { PluginError } from "../errors.ts";

/** A member as the central directory lists it (PKWARE APPNOTE 4.3.12). */
export interface ZipMember {
  readonly name: string;
  readonly compressed: boolean;
  readonly storedBytes: number;
  readonly bytes: number;
  /** Unix permission bits, 0 when the archive has none. */
  readonly mode: number;
  readonly headerOffset: number;
}

const endSignature = 0x06054b50;
const directorySignature = 0x02014b50;
const localSignature = 0x04034b50;

/** Lists the members. Throws PluginError when the file is not a zip file of the ordinary (below 4 GiB) kind. */
export async function zipMembers(path: string): Promise<ZipMember[]> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const tail = await bytesAt(file, Math.max(0, size - 65557), Math.min(size, 65557));
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end--;
    if (end < 0) throw new PluginError(`${path} is not a zip file, or is cut short: it has no end record.`);
    const count = tail.readUInt16LE(end + 10);
    const directory = await bytesAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
    const members: ZipMember[] = [];
    let at = 0;
    for (let i = 0; i < count; i++) {
      if (at + 46 > directory.length || directory.readUInt32LE(at) !== directorySignature)
        throw new PluginError(`${path} has a damaged zip directory at entry ${i}.`);
      const method = directory.readUInt16LE(at + 10);
      const nameBytes = directory.readUInt16LE(at + 28);
      if (method !== 0 && method !== 8)
        throw new PluginError(`${path} uses zip method ${method}; expected 0 (stored) or 8 (deflate).`);
      members.push({
        name: directory.toString("utf8", at + 46, at + 46 + nameBytes),
        compressed: method === 8,
        storedBytes: directory.readUInt32LE(at + 20),
        bytes: directory.readUInt32LE(at + 24),
        mode: (directory.readUInt32LE(at + 38) >>> 16) & 0o777,
        headerOffset: directory.readUInt32LE(at + 42),
      });
      at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    }
    return members;
  } finally {
    await file.close();
  }
}

/** Writes one member to `destination`. Throws PluginError when its length is not what the directory says. */
export async function extractMember(path: string, member: ZipMember, destination: string): Promise<void> {
  const file = await open(path, "r");
  let start: number;
  try {
    const header = await bytesAt(file, member.headerOffset, 30);
    if (header.readUInt32LE(0) !== localSignature)
      throw new PluginError(`${path} has no local header where its directory puts ${member.name}.`);
    start = member.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await file.close();
  }
  const output = createWriteStream(destination, { flags: "wx", mode: member.mode || 0o644 });
  // `end` is inclusive, so a stream of no bytes has to be an empty one.
  const input =
    member.storedBytes === 0
      ? Readable.from([])
      : createReadStream(path, { start, end: start + member.storedBytes - 1 });
  await (member.compressed ? pipeline(input, createInflateRaw(), output) : pipeline(input, output));
  if (output.bytesWritten !== member.bytes)
    throw new PluginError(
      `${member.name} of ${path} unpacked to ${output.bytesWritten} bytes; its directory says ${member.bytes}.`,
    );
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}
