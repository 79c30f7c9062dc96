// What a group of measurements is, and what it is given.
import type { GroupName } from "./targets.ts";
import type { Measurement } from "./verdict.ts";

export interface GroupContext {
  /** Alternated rounds to take. */
  readonly rounds: number;
  /** The PJRT CPU plugin file that both sides run on. Throws PluginError when there is none. */
  plugin(): string;
  /** The interpreter of the pinned JAX environment, made on the first call. */
  python(): Promise<string>;
  /** Progress, for stderr. */
  log(line: string): void;
}

export interface Group {
  readonly name: GroupName;
  /** Measures the targets of this group; at most one measurement for each. */
  run(context: GroupContext): Promise<Measurement[]>;
}
