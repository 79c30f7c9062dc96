// A data set: rows read, split, mixed, and (with a tokenizer) made into examples.

import type { FinetuneConfig } from "../config/resolve.ts";
import { DataError } from "../errors.ts";
import { raftRows } from "../raft.ts";
import { readRows } from "./read.ts";
import { alpacaRow, completionRow, placeOf, raftItem, type TrainRow } from "./rows.ts";
import { mixRows, splitRows } from "./split.ts";
import { type Example, type TokenizeReport, tokenizeRows } from "./tokenize.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Rows to train on and rows held out. `mixed` of the training rows, the last ones, come from the mixed-in file. */
export interface Dataset {
  source: string;
  train: readonly TrainRow[];
  evaluation: readonly TrainRow[];
  mixed: number;
}

type DataSettings = Pick<FinetuneConfig, "data" | "training">;

/**
 * Reads Alpaca rows from a JSON array or JSON Lines file and splits and mixes them as `config.data` says.
 *
 * @throws DataError naming file, line, row and field
 */
export async function alpacaDataset(path: string, config: DataSettings): Promise<Dataset> {
  return loadDataset({ ...config, data: { ...config.data, path, format: "alpaca" } });
}

/** Reads the data that `config.data` names. @throws DataError naming file, line, row and field */
export async function loadDataset(config: DataSettings): Promise<Dataset> {
  const { path, evalPath, evalFraction, mix } = config.data;
  const { seed } = config.training;
  if (path === null) throw new DataError("no data: set data.path to a JSON array or JSON Lines file, or pass a path");
  const rows = await readTrainRows(path, config);
  const { train, evaluation } = splitRows(rows, evalFraction, seed);
  const heldOut = evalPath === null ? evaluation : await readTrainRows(evalPath, config);
  const mixed = mix === null ? [] : mixRows(await readTrainRows(mix.path, config), train.length, mix.fraction, seed);
  return { source: path, train: [...train, ...mixed], evaluation: heldOut, mixed: mixed.length };
}

/** A data set of rows made in memory. @throws DataError when there are none to train on or one is malformed */
export function makeDataset(rows: { train: readonly TrainRow[]; evaluation?: readonly TrainRow[] }): Dataset {
  const { train, evaluation = [] } = rows;
  if (train.length === 0) throw new DataError("the data set has no training rows; expected at least one");
  return { source: "memory", train: train.map(checkRow), evaluation: evaluation.map(checkRow), mixed: 0 };
}

/** Examples of both parts; `evaluation` is `null` when nothing is held out. */
export interface PreparedData {
  train: { examples: Example[]; report: TokenizeReport };
  evaluation: { examples: Example[]; report: TokenizeReport } | null;
}

/** Tokenises both parts of a data set under `config.data`. @throws DataError as `tokenizeRows` */
export function prepareDataset(dataset: Dataset, tokenizer: Tokenizer, config: DataSettings): PreparedData {
  const { train, evaluation } = dataset;
  return {
    train: tokenizeRows(train, tokenizer, config.data),
    evaluation: evaluation.length === 0 ? null : tokenizeRows(evaluation, tokenizer, config.data),
  };
}

async function readTrainRows(path: string, { data, training }: DataSettings): Promise<TrainRow[]> {
  const located = await readRows(path);
  switch (data.format) {
    case "alpaca":
      return located.map((row) => alpacaRow(row, path));
    case "completion":
      return located.map((row) => completionRow(row, path));
    case "raft": {
      const items = located.map((row) => raftItem(row, path));
      return raftRows(items, { distractors: 3, oracleProbability: 1, ...data.raft, seed: training.seed });
    }
  }
}

function checkRow(row: TrainRow, index: number): TrainRow {
  const { file = "memory", row: number = index + 1, line = index + 1 } = placeOf(row, index);
  const located = { value: row, row: number, line };
  const checked = "completion" in row ? completionRow(located, file) : alpacaRow(located, file);
  return { ...checked, source: row.source };
}
