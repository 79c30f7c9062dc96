// Checkpoints of a run: adapter, optimizer state and where the data stands. Written whole or not at all.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ArrayTensor } from "../../compile/array.ts";
import { fromBytes, toBytes } from "../../compile/place.ts";
import { avalOf } from "../../core/aval.ts";
import {
  CheckpointError,
  memorySource,
  readBytes,
  SafetensorsFile,
  type TensorSource,
  viewAs,
  writeDirectoryAtomic,
  writeJsonAtomic,
  writeSafetensors,
} from "../../io/index.ts";
import type { Sharding } from "../../lib/mesh.ts";
import type { Tensor } from "../../lib/tensor.ts";
import * as tree from "../../lib/tree.ts";
import type { LlamaConfig } from "../../llama/config.ts";
import type { Lora } from "../../llama/lora.ts";
import { saveAdapter } from "../../llama/save.ts";
import type { DataCursor } from "../data/loader.ts";
import type { TrainState } from "./step.ts";

/** Everything but tensors that a run needs to go on. */
export interface RunRecord {
  readonly format: 1;
  /** Finished optimizer steps. */
  readonly step: number;
  readonly cursor: DataCursor;
  /** Hash of the settings that decide the result. */
  readonly configHash: string;
  readonly tokens: number;
  readonly supervisedTokens: number;
  readonly elapsedSeconds: number;
  readonly evalBefore: number | null;
  /** True when the run was stopped within the evaluation that belongs to this step. */
  readonly evaluationDue: boolean;
}

const recordFile = "run.json";
const stateFile = "state.safetensors";
const directory = (root: string) => join(root, "checkpoints");
const nameOf = (step: number) => `step-${String(step).padStart(7, "0")}`;

/** Checkpoint directories under `root`, oldest first. */
export function listCheckpoints(root: string): string[] {
  const dir = directory(root);
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => /^step-\d+$/.test(name) && existsSync(join(dir, name, recordFile)))
    .sort()
    .map((name) => join(dir, name));
}

/** Writes a checkpoint and deletes older ones beyond `keep`. Returns its directory. @throws CheckpointError */
export async function writeCheckpoint(
  root: string,
  state: TrainState,
  lora: Omit<Lora, "params">,
  config: LlamaConfig,
  record: RunRecord,
  options: { keep: number | null; baseModel: string },
): Promise<string> {
  const path = join(directory(root), nameOf(record.step));
  const sources = tree.leavesWithPath(state).map(({ path: name, leaf }) => stateSource(name, leaf as ArrayTensor));
  await writeDirectoryAtomic(
    path,
    async (temporary) => {
      await saveAdapter(join(temporary, "adapter"), { ...lora, params: state.lora }, config, {
        baseModel: options.baseModel,
      });
      writeSafetensors(join(temporary, stateFile), sources, { format: "jorts" });
      writeJsonAtomic(join(temporary, recordFile), record);
    },
    { replace: true },
  );
  if (options.keep !== null)
    for (const old of listCheckpoints(root).slice(0, -options.keep)) rmSync(old, { recursive: true, force: true });
  return path;
}

function stateSource(name: string, t: ArrayTensor): TensorSource {
  return memorySource(name, t.dtype, t.shape, viewAs(t.dtype, toBytes(t)));
}

/** The record of a checkpoint. @throws CheckpointError if it is no checkpoint, or of another run's settings */
export function readRecord(path: string, configHash: string): RunRecord {
  const file = join(path, recordFile);
  const fail = (found: string, expected: string, fix: string): never => {
    throw new CheckpointError(file, { found, expected, fix });
  };
  if (!existsSync(file))
    fail(
      "no file",
      "a checkpoint's record",
      "Give the directory of a checkpoint, such as run/checkpoints/step-0000100.",
    );
  let record: RunRecord;
  try {
    record = JSON.parse(readFileSync(file, "utf8")) as RunRecord;
  } catch (cause) {
    return fail(
      `text that is no JSON (${(cause as Error).message})`,
      "a checkpoint's record",
      "Resume from an earlier checkpoint.",
    );
  }
  if (record.format !== 1) fail(`format ${record.format}`, "format 1", "Use the version of jorts that wrote it.");
  if (record.configHash !== configHash)
    fail(
      "other settings than this run's",
      "the same model, data, LoRA and training settings",
      "Resume with the configuration that started the run (config.yaml beside it), or start anew.",
    );
  return record;
}

/** Fills a state of the right structure with a checkpoint's values. @throws CheckpointError naming what differs */
export function readState(path: string, like: TrainState, shardings: readonly Sharding[] | undefined): TrainState {
  using file = new SafetensorsFile(join(path, stateFile));
  const expected = tree.leavesWithPath(like);
  const leaves = expected.map(({ path: name, leaf }, i): Tensor => {
    const t = leaf as Tensor;
    const source = file.tensor(name);
    if (source.dtype !== t.dtype || source.shape.join() !== t.shape.join())
      throw new CheckpointError(path, {
        found: `${name} as ${source.dtype}[${source.shape}]`,
        expected: `${t.dtype}[${t.shape}]`,
        fix: "Resume with the configuration that wrote the checkpoint.",
      });
    const place = shardings?.[i];
    return fromBytes(readBytes(source), avalOf(t.shape, t.dtype, t.weakType), place, {
      committed: place !== undefined,
    });
  });
  return tree.unflatten(tree.structure(like), leaves) as TrainState;
}
