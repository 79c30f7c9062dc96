// The JSON report of a run.
import { rename, rm, writeFile } from "node:fs/promises";
import type { Machine } from "./machine.ts";
import { boundText, type Row } from "./verdict.ts";

export interface Report {
  readonly started: string;
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

/** Writes the report; the name appears when the whole file is there. */
export async function writeReport(path: string, report: Report): Promise<void> {
  const rows = report.rows.map(({ target, measured, ratio, verdict }) => ({
    name: target.id,
    unit: target.unit,
    ours: measured?.ours ?? null,
    theirs: measured?.theirs ?? null,
    against: measured?.against ?? null,
    ratio,
    target: boundText(target.bound, target.unit),
    verdict,
    compared: target.compared,
    detail: measured?.detail ?? null,
  }));
  const part = `${path}.${process.pid}.part`;
  try {
    await writeFile(part, JSON.stringify({ ...report, rows }, null, 2) + "\n");
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}
