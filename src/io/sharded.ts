// Checkpoints in several safetensors files with `model.safetensors.index.json`.

import { realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { writeJsonAtomic } from "./atomic.ts";
import { CheckpointError, fileError } from "./errors.ts";
import { type Json, JsonError, parseJson, readText } from "./json.ts";
import { missingTensor, SafetensorsFile, writeSafetensors } from "./safetensors.ts";
import type { TensorSource, TensorStore } from "./source.ts";

export const SINGLE_FILE = "model.safetensors";
export const INDEX_FILE = "model.safetensors.index.json";

/**
 * Refuses a file name from inside a checkpoint that would leave `directory`: separators, `..`, or a symbolic link to
 * elsewhere. Links into the `blobs` folder of the same Hugging Face cache entry are allowed: that is how the cache
 * lays out `snapshots/<revision>/`. Returns the full path; throws `CheckpointError`.
 */
export function insideDirectory(directory: string, name: string, listedIn: string): string {
  const refuse = (found: string): CheckpointError =>
    new CheckpointError(listedIn, {
      found,
      expected: "plain names of files in the same directory",
      fix: "Do not use this checkpoint if you do not trust where it comes from; otherwise put the files side by side.",
    });
  if (name === "" || name === "." || name === ".." || /[/\\\0]/.test(name))
    throw refuse(`the file name ${JSON.stringify(name)}`);
  const path = join(directory, name);
  let home: string;
  let real: string;
  try {
    home = realpathSync(directory);
    real = realpathSync(path);
  } catch (error) {
    throw fileError(path, `the file that ${basename(listedIn)} names`, error);
  }
  const snapshots = dirname(home);
  const blobs = basename(snapshots) === "snapshots" ? join(dirname(snapshots), "blobs") : null;
  const allowed = [home, ...(blobs === null ? [] : [blobs])].some((d) => real.startsWith(d + sep));
  if (!allowed) throw refuse(`the file name ${JSON.stringify(name)}, a symbolic link that leaves the directory`);
  return path;
}

/** Reads an index: tensor name → file name. Throws `CheckpointError` for anything but strings under `weight_map`. */
function readWeightMap(path: string): Map<string, string> {
  const fail = (found: string): never => {
    throw new CheckpointError(path, {
      found,
      expected: '{"metadata": …, "weight_map": {tensor name: file name}}',
      fix: "The index is corrupt; copy or download it again.",
    });
  };
  let json: Json;
  try {
    json = parseJson(readText(path));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return fail(`bad JSON (${error.message})`);
  }
  const map = json instanceof Map ? json.get("weight_map") : undefined;
  if (!(map instanceof Map)) return fail("no weight_map");
  for (const [name, file] of map) if (typeof file !== "string") fail(`tensor ${name} without a file name`);
  return map as Map<string, string>;
}

/**
 * A checkpoint spread over several files. All files are opened and their headers checked against the index at once,
 * so a missing file or tensor is named before anything is read. Owns the files: dispose it.
 */
export class ShardedSafetensors implements TensorStore {
  readonly path: string;
  readonly names: readonly string[];
  readonly #files = new Map<string, SafetensorsFile>();
  readonly #fileOf: ReadonlyMap<string, string>;

  constructor(indexPath: string) {
    this.path = indexPath;
    const directory = dirname(indexPath);
    this.#fileOf = readWeightMap(indexPath);
    this.names = [...this.#fileOf.keys()];
    try {
      for (const [name, file] of this.#fileOf) {
        let shard = this.#files.get(file);
        if (shard === undefined) {
          shard = new SafetensorsFile(insideDirectory(directory, file, indexPath));
          this.#files.set(file, shard);
        }
        if (!shard.has(name)) throw missingTensor(shard.path, name, shard.names);
      }
      this.#refuseUnlisted();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #refuseUnlisted(): void {
    for (const [file, shard] of this.#files)
      for (const name of shard.names)
        if (this.#fileOf.get(name) !== file)
          throw new CheckpointError(this.path, {
            found: `tensor ${name} in ${file} but not listed there`,
            expected: "every tensor of every shard in weight_map",
            fix: "The index and the shards do not belong together; copy or download the checkpoint again.",
          });
  }

  has(name: string): boolean {
    return this.#fileOf.has(name);
  }

  tensor(name: string): TensorSource {
    const file = this.#fileOf.get(name);
    if (file === undefined) throw missingTensor(this.path, name, this.names);
    return this.#files.get(file)!.tensor(name);
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Writes tensors as `model.safetensors`, or, when they exceed `maxShardBytes` of tensor data, as
 * `model-00001-of-0000N.safetensors` … with the index. Shards are filled in the order given; a tensor larger than a
 * shard gets one of its own. Returns the file names. Use inside `writeDirectoryAtomic`.
 */
export function writeShardedSafetensors(
  directory: string,
  tensors: Iterable<TensorSource>,
  { maxShardBytes = 5e9, metadata = { format: "pt" } as Readonly<Record<string, string>> } = {},
): string[] {
  const shards: TensorSource[][] = [[]];
  let filled = 0;
  let total = 0;
  for (const source of tensors) {
    if (filled > 0 && filled + source.byteLength > maxShardBytes) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)!.push(source);
    filled += source.byteLength;
    total += source.byteLength;
  }
  if (shards.length === 1) {
    writeSafetensors(join(directory, SINGLE_FILE), shards[0]!, metadata);
    return [SINGLE_FILE];
  }
  const digits = (n: number) => String(n).padStart(5, "0");
  const files = shards.map((_, i) => `model-${digits(i + 1)}-of-${digits(shards.length)}.safetensors`);
  const weightMap: [string, string][] = [];
  shards.forEach((shard, i) => {
    writeSafetensors(join(directory, files[i]!), shard, metadata);
    for (const { name } of shard) weightMap.push([name, files[i]!]);
  });
  if (new Set(weightMap.map(([name]) => name)).size !== weightMap.length)
    throw new CheckpointError(directory, {
      found: "the same tensor name twice",
      expected: "distinct names",
      fix: "Rename one of the tensors.",
    });
  weightMap.sort(([a], [b]) => (a < b ? -1 : 1));
  writeJsonAtomic(join(directory, INDEX_FILE), {
    metadata: { total_size: total },
    weight_map: Object.fromEntries(weightMap),
  });
  return [...files, INDEX_FILE];
}
