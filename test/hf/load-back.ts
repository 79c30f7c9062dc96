// Runs load_back.py: transformers and PEFT read directories that jorts wrote and compare logits.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { JortsError } from "../../base/errors.ts";

export class LoadBackError extends JortsError {}

/** What was loaded and compared for one directory. */
export interface LoadBackPart {
  /** Largest |difference| over counted positions; null when the shapes differ. */
  readonly max_abs_difference: number | null;
  readonly largest_logit?: number;
  /** Adapter only: how far the adapter moves the base's logits. */
  readonly change_by_adapter?: number;
  /** Merged only: strings that the tokenizer was asked for. */
  readonly strings?: number;
  /** Empty when the directory loads as it should. */
  readonly problems: readonly string[];
}

export interface LoadBackReport {
  readonly tolerance: number;
  readonly ok: boolean;
  readonly merged?: LoadBackPart;
  readonly adapter?: LoadBackPart;
}

export interface LoadBackOptions {
  /** Merged Hugging Face directory. */
  readonly merged?: string;
  /** PEFT adapter directory; needs `base`. */
  readonly adapter?: string;
  /** Hugging Face directory or .gguf file under the adapter. */
  readonly base?: string;
  /** safetensors with `input_ids` and optionally `attention_mask`, [batch, time] integers. */
  readonly ids: string;
  /** safetensors with float32 [batch, time, vocab]. */
  readonly logits: string;
  /** Names in the logits file; "logits" unless given. */
  readonly mergedLogits?: string;
  readonly adapterLogits?: string;
  /** JSON file of `{ text, ids }[]` that the merged tokenizer must reproduce. */
  readonly strings?: string;
  /** Largest absolute difference; 1e-3 unless given. */
  readonly tolerance?: number;
}

const script = fileURLToPath(new URL("load_back.py", import.meta.url));
const environment = fileURLToPath(new URL("../../.cache/hf-env/bin/python", import.meta.url));

/** The interpreter that has torch, transformers and PEFT: JORTS_HF_PYTHON, or the environment of `npm run test:hf`. */
export function interpreter(): string {
  const python = process.env.JORTS_HF_PYTHON ?? environment;
  if (!existsSync(python)) {
    throw new LoadBackError(`no Python at ${python}: run scripts/hf-test.mjs, or set JORTS_HF_PYTHON to one with PEFT`);
  }
  return python;
}

function flags(options: LoadBackOptions): string[] {
  const values = {
    "--merged": options.merged,
    "--adapter": options.adapter,
    "--base": options.base,
    "--ids": options.ids,
    "--logits": options.logits,
    "--merged-logits": options.mergedLogits,
    "--adapter-logits": options.adapterLogits,
    "--strings": options.strings,
    "--tolerance": options.tolerance?.toString(),
  };
  return Object.entries(values).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
}

/**
 * Loads `merged` with transformers and `adapter` over `base` with PEFT and compares logits. A directory that loads
 * differently is reported (`ok: false`, `problems`), not thrown.
 * @throws LoadBackError when Python fails before there is a report.
 */
export function loadBack(options: LoadBackOptions): Promise<LoadBackReport> {
  const python = interpreter();
  return new Promise((resolve, reject) => {
    execFile(python, [script, ...flags(options)], { maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const line = stdout.trim().split("\n").at(-1) ?? "";
      if (line.startsWith("{")) resolve(JSON.parse(line) as LoadBackReport);
      else reject(new LoadBackError(`load_back.py gave no report: ${error?.message ?? "no output"}\n${stderr}`));
    });
  });
}
