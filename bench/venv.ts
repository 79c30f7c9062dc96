// The benches' own Python environments, made once by pip from pinned requirements.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { BenchError } from "./errors.ts";
import { benchCache, referenceDir } from "./paths.ts";

const exec = promisify(execFile);

export type Environment = "jax" | "torch";
const REQUIREMENTS: Record<Environment, string> = { jax: "requirements.txt", torch: "requirements-torch.txt" };
const OLDEST = [3, 11] as const;

export interface VenvOptions {
  /** The Python to make it with. Default: the variable PYTHON, else `python3`. */
  python?: string;
  /** Where the environments stand. Default: `.cache/bench`. */
  cache?: string;
  log?: (line: string) => void;
}

/**
 * The interpreter of an environment with the pinned packages; made if it is not there or its requirements changed.
 * `torch` is about 3 GB. Throws BenchError when Python, venv or pip is missing or too old, or an install fails.
 */
export async function ensureVenv(kind: Environment, options: VenvOptions = {}): Promise<string> {
  const { python = process.env.PYTHON ?? "python3", cache = benchCache(), log = () => {} } = options;
  const requirements = join(referenceDir(), REQUIREMENTS[kind]);
  const dir = join(cache, `venv-${kind}`);
  const interpreter = join(dir, "bin", "python");
  const stamp = join(dir, "requirements.sha256");
  const wanted = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex");
  if (existsSync(interpreter) && existsSync(stamp) && (await readFile(stamp, "utf8")) === wanted) return interpreter;

  await checkPython(python);
  log(`making the ${kind} environment in ${dir}`);
  await rm(dir, { recursive: true, force: true });
  await run(python, ["-m", "venv", dir], "could not make a virtual environment");
  const install = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", "-r", requirements];
  await run(interpreter, install, `pip could not install ${requirements}; check the network and free disk space`);
  await writeFile(stamp, wanted); // last, so that an interrupted install is done again
  return interpreter;
}

async function checkPython(python: string): Promise<void> {
  let version: string;
  try {
    version = (await exec(python, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"])).stdout.trim();
  } catch (cause) {
    throw new BenchError(
      `could not run ${python}; the benches need Python ${OLDEST.join(".")} or newer (on Debian: apt-get install python3), ` +
        "or its path in the variable PYTHON",
      { cause },
    );
  }
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major !== OLDEST[0] || minor < OLDEST[1]) {
    throw new BenchError(
      `${python} is Python ${version}, the pinned JAX needs ${OLDEST.join(".")} or newer; name another in the variable PYTHON`,
    );
  }
  await run(
    python,
    ["-c", "import venv, ensurepip"],
    `${python} has no venv or pip (on Debian: apt-get install python3-venv)`,
  );
}

async function run(command: string, args: readonly string[], failure: string): Promise<void> {
  try {
    await exec(command, args, { maxBuffer: 64 << 20 });
  } catch (cause) {
    const stderr = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trimEnd().slice(-2000) : "";
    throw new BenchError(`${failure}\n${stderr || String(cause)}`, { cause });
  }
}
