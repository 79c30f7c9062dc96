// The compilation cache on disk: compiled programs that other processes load instead of compiling.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from "node:fs";
import { arch, cpus } from "node:os";
import { join } from "node:path";
import { replaceFile } from "../../base/atomic-file.ts";
import { type Client, hostCallTarget, type LoadedExecutable, PjrtError } from "../../runtime/index.ts";
import { config } from "./config.ts";
import { counted } from "./counters.ts";
import { warn } from "./warn.ts";

const suffix = ".jorts-xla";
/** Stands at the head of each file, before the SHA-256 of what follows. */
const magic = "jorts executable 1\n";
const digestLength = 64;

export interface Cached {
  /** The file of this program. */
  readonly key: string;
  readonly executable: LoadedExecutable | undefined;
}

/**
 * The program from `config.compilationCacheDir`, if it is there; undefined without that setting. A damaged file is
 * removed with a warning.
 */
export function loadCached(client: Client, text: string, options: Uint8Array, name: string): Cached | undefined {
  const directory = config.compilationCacheDir;
  if (directory === undefined || isBoundToProcess(text)) return undefined;
  const key = join(directory, `${fileName(name)}-${programKey(client, text, options)}${suffix}`);
  const bytes = read(key);
  if (bytes === undefined) return { key, executable: undefined };
  const payload = checked(bytes);
  if (payload === undefined) return { key, executable: discard(key, "its checksum does not fit its contents") };
  try {
    const executable = counted("loads", name, () => client.deserialize(payload));
    touch(key);
    return { key, executable };
  } catch (error) {
    if (!(error instanceof PjrtError)) throw error;
    return { key, executable: discard(key, error.message) };
  }
}

/** Keeps a program that took `seconds` to compile, if that is long enough; then drops what is over the size bound. */
export function storeCompiled(key: string, executable: LoadedExecutable, seconds: number): void {
  if (seconds < config.persistentCacheMinCompileSecs) return;
  const directory = config.compilationCacheDir!;
  try {
    const payload = executable.serialize();
    mkdirSync(directory, { recursive: true });
    replaceFile(key, (fd) => {
      writeSync(fd, magic + digest(payload));
      for (let done = 0; done < payload.length; ) done += writeSync(fd, payload, done);
    });
    dropOldest(directory);
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof PjrtError)) throw error;
    warn(`The compilation cache could not keep ${key}: ${error.message}. The program runs; it will be compiled again.`);
  }
}

/** Programs that call back into this process hold its addresses. */
const isBoundToProcess = (text: string): boolean => text.includes(hostCallTarget);

const fileName = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, "_").slice(0, 64) || "f";

/** What decides the compiled program: text without locations, compiler, its flags, devices, machine, options. */
function programKey(client: Client, text: string, options: Uint8Array): string {
  const hash = createHash("sha256");
  for (const part of [environment(client), text, options]) {
    hash.update(`${part.length}:`);
    hash.update(part);
  }
  return hash.digest("hex");
}

const environments = new WeakMap<Client, string>();
function environment(client: Client): string {
  let found = environments.get(client);
  if (found === undefined) {
    const { plugin } = client;
    found = JSON.stringify([
      magic,
      plugin.version,
      Object.entries(plugin.attributes).map(([name, value]) => `${name}=${value}`),
      statSync(plugin.path).size,
      client.platformName,
      client.platformVersion,
      client.devices.map((d) => d.kind),
      arch(),
      client.platformName === "cpu" ? processor() : "",
      process.env.XLA_FLAGS ?? "",
    ]);
    environments.set(client, found);
  }
  return found;
}

/** Model and features of the processor, for which XLA chooses instructions. */
function processor(): string {
  const features = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "latin1"))?.[1] ?? "";
  return `${cpus()[0]?.model} ${features}`;
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function checked(file: Buffer): Uint8Array | undefined {
  const head = magic.length + digestLength;
  if (file.length < head || file.toString("latin1", 0, magic.length) !== magic) return undefined;
  const payload = file.subarray(head);
  return file.toString("latin1", magic.length, head) === digest(payload) ? payload : undefined;
}

function read(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code !== "ENOENT") warn(`The compilation cache could not read ${file}: ${error.message}.`);
    return undefined;
  }
}

function discard(file: string, why: string): undefined {
  warn(`${file} in the compilation cache is damaged (${why}); it was removed and the program is compiled again.`);
  rmSync(file, { force: true });
}

/** Marks the file as just used; another process may have removed it meanwhile. */
function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code !== "ENOENT") warn(`The compilation cache cannot mark ${file} as used: ${error.message}.`);
  }
}

function dropOldest(directory: string): void {
  const bound = config.compilationCacheMaxBytes;
  if (bound === undefined) return;
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(suffix))
    .flatMap((name) => {
      const path = join(directory, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? [] : [{ path, size: stat.size, used: stat.mtimeMs }];
    })
    .sort((a, b) => a.used - b.used);
  let total = files.reduce((n, f) => n + f.size, 0);
  for (const { path, size } of files) {
    if (total <= bound) return;
    rmSync(path, { force: true });
    total -= size;
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined;
