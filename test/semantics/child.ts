// Runs a snippet in a fresh Node process against a bundle of jorts, as a user's program would.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Resolves to what `body` printed as its last line, parsed as JSON. Rejects with its output if it failed. */
export type RunChild = (body: string, env?: Record<string, string>) => Promise<unknown>;

/** A folder that is gone when the file's tests have run. */
export function temporaryFolder(): string {
  mkdirSync(join(root, ".cache"), { recursive: true }); // below the repository, so that packages resolve
  const folder = mkdtempSync(join(root, ".cache/semantics-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Bundles jorts once into `folder`; the function it resolves to runs `body`, which sees `jorts` and `testing`. */
export async function childRunner(folder: string): Promise<RunChild> {
  await build({
    root,
    configFile: false,
    logLevel: "error",
    build: {
      ssr: true,
      rollupOptions: { input: { jorts: join(root, "src/index.ts"), testing: join(root, "src/testing/index.ts") } },
      outDir: folder,
      emptyOutDir: false,
      target: "node20",
    },
  });
  let count = 0;
  return (body, env = {}) => {
    const file = join(folder, `child-${count++}.mjs`);
    writeFileSync(
      file,
      `import * as jorts from "./jorts.js";\nimport * as testing from "./testing.js";\nconst { np, jit, config } = jorts;\n${body}\n`,
    );
    return new Promise((resolve, reject) => {
      const options = { env: { ...process.env, ...env }, timeout: 60_000 };
      execFile(process.execPath, [file], options, (error, stdout, stderr) => {
        if (error) reject(new Error(`${stdout}${stderr}`, { cause: error }));
        else resolve(JSON.parse(stdout.trim().split("\n").at(-1)!));
      });
    });
  };
}
