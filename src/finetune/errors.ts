// The two errors of fine-tuning's inputs: a wrong configuration and wrong data.

import { JortsError } from "../../base/errors.ts";
import { ConfigError as AnyConfigError } from "../core/errors.ts";

/**
 * One thing wrong in a configuration. `path` is dotted (`training.learningRate`); `line` and `column` count from 1;
 * `source` is where it was written when that is not the error's source.
 */
export interface ConfigIssue {
  path: string;
  message: string;
  line?: number;
  column?: number;
  source?: string;
}

/** A configuration that cannot be used. The message lists every issue, one a line. */
export class ConfigError extends AnyConfigError {
  readonly issues: readonly ConfigIssue[];

  constructor(source: string, issues: readonly ConfigIssue[], options?: ErrorOptions) {
    super(issues.map((issue) => formatIssue(source, issue)).join("\n"), options);
    this.issues = issues;
  }
}

function formatIssue(whole: string, { path, message, line, column, source = whole }: ConfigIssue): string {
  const place = line === undefined ? source : `${source}:${line}:${column ?? 1}`;
  return path === "" ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}

/** Where in a data file something is wrong. `row` and `line` count from 1. */
export interface DataPlace {
  file?: string;
  row?: number;
  line?: number;
  field?: string;
}

/** Training data that cannot be used. The message starts with file, line, row and field where they are known. */
export class DataError extends JortsError {
  readonly place: DataPlace;

  constructor(message: string, place: DataPlace = {}, options?: ErrorOptions) {
    super(formatPlace(place) + message, options);
    this.place = place;
  }
}

function formatPlace({ file, row, line, field }: DataPlace): string {
  const parts: string[] = [];
  if (file !== undefined) parts.push(line === undefined ? file : `${file}:${line}`);
  else if (line !== undefined) parts.push(`line ${line}`);
  if (row !== undefined) parts.push(`row ${row}`);
  if (field !== undefined) parts.push(`field "${field}"`);
  return parts.length === 0 ? "" : `${parts.join(", ")}: `;
}
