// The checks of `jorts doctor`. Each gives findings and throws nothing that a machine's state can cause.
import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, findPlugin, openClient, openPlugin, type Platform } from "../../runtime/index.ts";
import { preloadCudaLibraries } from "../../runtime/plugins/cuda-libraries.ts";
import { JortsError } from "../core/errors.ts";
import { byteCount } from "./terminal.ts";

export interface Finding {
  readonly state: "good" | "warning" | "broken";
  readonly what: string;
  /** What to do; absent when all is well. */
  readonly remedy?: string;
}

const good = (what: string): Finding => ({ state: "good", what });
const broken = (what: string, remedy?: string): Finding => ({ state: "broken", what, ...(remedy ? { remedy } : {}) });

const neededNode = [20, 19] as const;
/** Plugin, weights and a merged small model. */
const neededBytes = 2e9;

/** Everything, in the order in which problems should be solved. */
export async function checkMachine({ cuda }: { cuda: boolean }): Promise<Finding[]> {
  const cpu = checkPlugin("cpu");
  const installed = cpu.every(({ state }) => state === "good");
  return [
    checkNode(),
    checkPlatform(),
    ...cpu,
    ...(cuda ? [checkCudaLibraries(), ...checkPlugin("cuda")] : []),
    ...(await checkCache()),
    checkDisk(),
    await checkPip(installed),
  ];
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const enough = major > neededNode[0] || (major === neededNode[0] && minor >= neededNode[1]);
  const what = `Node ${process.versions.node}`;
  return enough ? good(what) : broken(`${what} is too old`, `Install Node ${neededNode.join(".")} or newer.`);
}

function checkPlatform(): Finding {
  const { platform, arch } = process;
  if (platform === "linux" && arch === "x64") return good("Linux x86-64");
  return broken(`${platform} on ${arch}`, "jorts runs on Linux x86-64, for which the XLA plugins are built.");
}

function checkPlugin(platform: Platform): Finding[] {
  try {
    const { path, source } = findPlugin(platform);
    const plugin = openPlugin(platform);
    const where = { explicit: "JORTS_PJRT_PLUGIN_PATH", cache: "the cache", python: "Python's packages" }[source];
    const stablehlo = [plugin.attributes.stablehlo_current_version].flat().join(".");
    const found = good(
      `${platform} plugin from ${where}: ${path}\nPJRT C API ${plugin.version}, StableHLO ${stablehlo || "version not told"}`,
    );
    const client = openClient(platform);
    try {
      const kinds = client.addressableDevices.map(String).join(", ");
      return [found, good(`${client.addressableDevices.length} ${client.platformName} device(s): ${kinds}`)];
    } finally {
      client.destroy();
    }
  } catch (error) {
    if (!(error instanceof JortsError)) throw error;
    return [broken(error.message)];
  }
}

function checkCudaLibraries(): Finding {
  try {
    const opened = preloadCudaLibraries();
    if (opened.length > 0) return good(`NVIDIA's libraries from Python's packages:\n${opened.join("\n")}`);
    return {
      state: "warning",
      what: "none of NVIDIA's libraries is in Python's packages; the system's own are used",
      remedy: 'If the plugin does not load, install them: python3 -m pip install "jax[cuda13]" (or cuda12).',
    };
  } catch (error) {
    if (!(error instanceof JortsError)) throw error;
    return broken(error.message);
  }
}

async function checkCache(): Promise<Finding[]> {
  const path = cacheDirectory();
  try {
    accessSync(nearestFolder(path), constants.W_OK);
  } catch {
    return [broken(`the cache ${path} cannot be written`, "Change its permissions, or set JORTS_CACHE_DIR.")];
  }
  return [good(`cache ${path}: ${existsSync(path) ? byteCount(await folderSize(path)) : "empty"}`)];
}

async function folderSize(path: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).size;
  return sum;
}

function checkDisk(): Finding {
  const places = [...new Set([nearestFolder(cacheDirectory()), process.cwd()])];
  const free = places.map((path) => {
    const { bavail, bsize } = statfsSync(path);
    return { path, bytes: bavail * bsize };
  });
  const what = free.map(({ path, bytes }) => `${byteCount(bytes)} free at ${path}`).join(", ");
  if (free.every(({ bytes }) => bytes >= neededBytes)) return good(what);
  return {
    state: "warning",
    what,
    remedy: `Plugin, weights and a small merged model take about ${byteCount(neededBytes)}; free space or set JORTS_CACHE_DIR.`,
  };
}

async function checkPip(installed: boolean): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)("python3", ["-m", "pip", "--version"]);
    return good(stdout.trim());
  } catch {
    const remedy = "Install python3 with pip (Debian, Ubuntu: apt install python3-pip).";
    if (!installed) return broken("python3 with pip is missing; plugins are fetched with it", remedy);
    const what = "python3 with pip is missing; it is needed only to fetch plugins and weights";
    return { state: "warning", what, remedy };
  }
}

/** `path`, or the innermost folder above it that exists. */
function nearestFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
