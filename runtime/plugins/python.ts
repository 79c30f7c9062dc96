// Asking the active Python: its packages' folders, and pip for downloads.
import { execFileSync, spawn } from "node:child_process";
import { PluginError } from "../errors.ts";

const command = "python3";

/** Folders on the active Python's module path that exist; empty when there is no Python. */
export function pythonPath(): string[] {
  const program = "import json, os, sys; print(json.dumps([p for p in sys.path if p and os.path.isdir(p)]))";
  try {
    return JSON.parse(
      execFileSync(command, ["-c", program], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new PluginError(`${command} could not list its module path: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Downloads one wheel into `directory`, without its dependencies. `onBytes` is told of progress where this pip reports
 * it (24.1 and later).
 */
export async function pipDownload(
  requirement: string,
  directory: string,
  onBytes: (received: number, total: number) => void = () => {},
): Promise<void> {
  const version = await run(["-c", "import pip; print(pip.__version__)"]);
  const [, pipMajor = "0", pipMinor = "0"] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  const reportsBytes = Number(pipMajor) * 100 + Number(pipMinor) >= 2401;
  const progress = reportsBytes ? "raw" : "off";
  const download = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check"];
  await run([...download, "--progress-bar", progress, "--dest", directory, requirement], (line) => {
    const [, received, total] = /^Progress (\d+) of (\d+)/.exec(line) ?? [];
    if (received !== undefined && total !== undefined) onBytes(Number(received), Number(total));
  });
}

/** Runs Python; resolves to what it printed, rejects with PluginError and the end of what it complained. */
function run(args: readonly string[], onLine: (line: string) => void = () => {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let pending = "";
    let complaints = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const lines = (pending + text).split("\n");
      pending = lines.pop()!;
      for (const line of lines) onLine(line);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaints += text;
    });
    const failed = (why: string, cause?: Error) =>
      reject(
        new PluginError(
          `\`${command} ${args.join(" ")}\` failed: ${why}. Downloads need ${command} with pip and access to a package index.`,
          { cause },
        ),
      );
    child.on("error", (error) => failed(error.message, error));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else failed(`${complaints.trim().slice(-2000) || "no message"} (exit ${code ?? signal})`);
    });
  });
}
