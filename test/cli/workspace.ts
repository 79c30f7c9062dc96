// A directory for one test file: tiny models, data, configurations; and the built command in a child process.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ConfigInput, defineConfig, type FinetuneConfig, type MetricsRecord } from "jorts/finetune";
import { afterAll } from "vitest";
import { makeTinyModel, tinyTemplate, writeRows } from "./tiny-model.ts";

export const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

/** Fails where nothing is built: these tests run the command as users do. */
export function requireBuild(): void {
  if (!existsSync(main))
    throw new Error(`${main} is missing; run \`npm run build\` (npm test does it) before these tests.`);
}

type Parts = { [K in "data" | "lora" | "training"]?: ConfigInput[K] };

export class Workspace {
  readonly root = mkdtempSync(join(tmpdir(), "jorts-cli-"));
  readonly model = makeTinyModel(this.at("model"));
  readonly rows = writeRows(this.at("rows.jsonl"));

  constructor() {
    afterAll(() => rmSync(this.root, { recursive: true, force: true }));
  }

  at(...names: string[]): string {
    return join(this.root, ...names);
  }

  write(name: string, content: string | object): string {
    writeFileSync(this.at(name), typeof content === "string" ? content : JSON.stringify(content));
    return this.at(name);
  }

  /** Settings of a short run with one batch shape. */
  settings(dir: string, parts: Parts = {}): ConfigInput {
    return {
      model: this.model,
      data: {
        path: this.rows,
        template: tinyTemplate,
        maxSeqLen: 32,
        lengthBuckets: 1,
        supervisedLevels: 1,
        ...parts.data,
      },
      lora: { rank: 4, alpha: 8, dropout: 0, ...parts.lora },
      training: { steps: 4, batchSize: 4, microBatchSize: 4, learningRate: 1e-2, warmup: 0, ...parts.training },
      output: { dir: this.at(dir) },
    };
  }

  configure(dir: string, parts: Parts = {}): FinetuneConfig {
    return defineConfig(this.settings(dir, parts));
  }
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command; `onStdout` sees the output so far and may send signals. */
export function jorts(
  args: readonly string[],
  options: {
    env?: NodeJS.ProcessEnv;
    /** In 512-byte blocks (ulimit -f). */
    maxFileBlocks?: number;
    onStdout?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<Finished> {
  const { env = {}, maxFileBlocks, onStdout } = options;
  const node = [process.execPath, main, ...args];
  const limited = ["sh", "-c", `ulimit -f ${maxFileBlocks}; exec "$@"`, "sh", ...node];
  const [command, ...rest] = maxFileBlocks === undefined ? node : limited;
  return new Promise((resolve, reject) => {
    const child = spawn(command!, rest, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      onStdout?.(stdout, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** What a run's records say, without times. */
export const numbers = (records: readonly MetricsRecord[]) =>
  records.map(({ elapsedSeconds: _, remainingSeconds: __, tokensPerSecond: ___, ...rest }) => rest);
