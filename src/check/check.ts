// The analyser as a function: load, analyse, and mend if asked.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { analyse, pathFrom } from "./analyse.ts";
import type { CheckResult } from "./finding.ts";
import { mend } from "./fix.ts";
import { loadProject } from "./project.ts";

export interface CheckOptions {
  /** Files, directories or globs; all files of the project by default. */
  readonly paths?: readonly string[];
  /** A tsconfig.json, or its directory; by default the nearest one from `directory` upwards. */
  readonly project?: string;
  /** What paths are relative to; the working directory by default. */
  readonly directory?: string;
  /** Makes the safe edits in the files. An edit after which the program has more type errors is not made. */
  readonly fix?: boolean;
}

/**
 * Finds in TypeScript source what JavaScript cannot trap while a function is traced, and misuse of device memory outside.
 *
 * @throws CheckProjectError for a tsconfig.json that cannot be read, or paths where nothing is
 */
export function check(options: CheckOptions = {}): CheckResult {
  const directory = resolve(options.directory ?? ".");
  const { sources, files, doors, problems } = loadProject({
    paths: options.paths ?? [],
    project: options.project,
    directory,
  });
  const look = () => analyse({ program: sources.program(), files, doors, directory });
  const names = files.map((f) => pathFrom(directory, f));
  if (!options.fix) return { findings: look(), problems, files: names, fixed: [] };
  const { findings, fixed, files: changed } = mend(sources, directory, look);
  for (const file of changed) writeFileSync(file, sources.text(file));
  return { findings, problems, files: names, fixed };
}
