// Compiled forms of jitted functions: who uses them, and when they go.
import type { Aval } from "../core/aval.ts";
import type { Sharding } from "../core/mesh.ts";
import type { TreeDef } from "../core/tree.ts";
import type { TreeReader, TreeWriter } from "../core/tree-code.ts";
import { BoundedCache, type Used } from "./cache.ts";
import { config } from "./config.ts";
import type { Donation } from "./donation.ts";
import type { Program } from "./program.ts";

/** What one compiled form of a jitted function remembers for its next call. */
export interface Entry extends Used {
  readonly key: string;
  readonly staticKeys: readonly string[];
  readonly def: TreeDef;
  /** Takes the arguments apart and puts the results together. */
  readonly reader: TreeReader;
  readonly writer: TreeWriter;
  readonly avals: readonly Aval[];
  readonly shardings: readonly Sharding[];
  readonly committed: readonly boolean[];
  /** For each leaf, the program's argument, or -1 where it is unused. */
  readonly slots: readonly number[];
  /** Leaves whose memory the program takes. */
  readonly donation: Donation;
  readonly program: Program;
  /** The default precision of products that it was traced with. */
  readonly precision: string | undefined;
  /** Reused between calls. */
  readonly leaves: unknown[];
  readonly users: Set<EntryTable>;
  /** Never read: what the collector knows of the executable's memory, so that forgotten functions make it run. */
  weight: ArrayBuffer | null;
  live: boolean;
}

/** About the native memory of a small executable. Pages that nobody touches take no memory themselves. */
const executableWeight = 1 << 18;
export const weight = (): ArrayBuffer => new ArrayBuffer(executableWeight);

/**
 * All entries of the process, at most `config.maxCachedPrograms`: jits of one function with equal options share them.
 * It owns the programs; an entry that leaves is gone for its users too.
 */
const entries = new BoundedCache<string, Entry>(
  () => config.maxCachedPrograms,
  (e) => {
    e.live = false;
    e.weight = null;
    for (const table of e.users) table.forget(e);
    e.users.clear();
    e.program.destroy();
  },
);

/** The entries that one jitted function uses. It refers to neither the function nor its traces. */
export class EntryTable {
  private readonly mine = new Map<string, Entry>();

  /** The entry of this key, whichever jit made it. */
  get(key: string): Entry | undefined {
    const entry = entries.get(key);
    if (entry !== undefined) this.use(entry);
    return entry;
  }

  add(entry: Entry): void {
    entries.set(entry.key, entry);
    this.use(entry);
  }

  private use(entry: Entry): void {
    this.mine.set(entry.key, entry);
    entry.users.add(this);
  }

  forget(entry: Entry): void {
    this.mine.delete(entry.key);
  }

  /** Lets go of all; what nobody else uses is destroyed. */
  clear(): void {
    for (const entry of [...this.mine.values()]) {
      entry.users.delete(this);
      if (entry.users.size === 0) entries.delete(entry.key);
    }
    this.mine.clear();
  }

  get size(): number {
    return this.mine.size;
  }
}

const unreachable = new FinalizationRegistry<EntryTable>((table) => table.clear());

/** Clears `table` some time after `owner` has become unreachable. */
export const clearWithOwner = (owner: object, table: EntryTable): void => unreachable.register(owner, table);

/** Compiled programs of jitted functions that this process keeps. */
export const keptPrograms = (): number => entries.size;
