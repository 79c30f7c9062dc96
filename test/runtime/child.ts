// Runs a snippet in a fresh Node process against a bundle of the runtime, as a user's program would.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunChild = (body: string, env?: Record<string, string>) => Promise<ChildResult>;

/** Bundles the runtime once; the function it resolves to runs `body`, which sees the runtime's exports as `runtime`. */
export async function childRunner(): Promise<RunChild> {
  mkdirSync(join(root, ".cache"), { recursive: true }); // below the repository, so that packages resolve
  const folder = mkdtempSync(join(root, ".cache/runtime-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  await build({
    root,
    configFile: false,
    logLevel: "error",
    build: { ssr: join(root, "runtime/index.ts"), outDir: folder, emptyOutDir: false, target: "node20" },
  });
  let count = 0;
  return (body, env = {}) => {
    const file = join(folder, `child-${count++}.mjs`);
    writeFileSync(file, `import * as runtime from "./index.js";\n${body}\n`);
    return new Promise((resolve) => {
      const options = { env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: undefined, ...env }, timeout: 60_000 };
      const child = execFile(process.execPath, [file], options, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
      );
    });
  };
}
