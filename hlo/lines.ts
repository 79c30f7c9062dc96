// The cost of a program by the user's source lines.
import { byCost, costInParts, type OpCost } from "./analyze.ts";
import { positionOf } from "./locations.ts";
import type { Location, Module } from "./module.ts";

export interface LineCost extends OpCost {
  /** Undefined with `line` where nothing is known of an operation's origin. */
  readonly file: string | undefined;
  readonly line: number | undefined;
}

/** `model.ts:12`, or `unknown`: the line that a location leads to. */
export function lineOf(location: Location | undefined): string {
  const at = positionOf(location);
  return at === undefined ? unknownLine : `${at.file}:${at.line}`;
}

export const unknownLine = "unknown";

/** Rows for parts whose keys are `file:line`, the dearest first. */
export function lineCosts(parts: ReadonlyMap<string, OpCost>): LineCost[] {
  return [...parts].sort(byCost).map(([key, cost]) => {
    const colon = key.lastIndexOf(":");
    const place = colon < 0 ? { file: undefined, line: undefined } : fileAndLine(key, colon);
    return { ...place, ...cost };
  });
}

const fileAndLine = (key: string, colon: number) => ({ file: key.slice(0, colon), line: Number(key.slice(colon + 1)) });

/**
 * What each line of the user's source costs in one execution: operations that ran (`count`), FLOPs, bytes, most FLOPs
 * first; calls are followed and loops multiplied as in `analyze`. Lines are known where the module has locations: lowered
 * with debug information, or parsed from text that has it.
 * @throws HloModuleError as `analyze`
 */
export function costByLine(module: Module): LineCost[] {
  return costOfLines(module);
}

/** `costByLine`; functions that are missing cost nothing if `onMissing` returns. */
export const costOfLines = (module: Module, onMissing?: (name: string) => void): LineCost[] =>
  lineCosts(costInParts(module, (op) => lineOf(op.location), onMissing).parts);
