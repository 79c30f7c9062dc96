// One compiled form of a jitted function: for arguments of one kind, at one place.

import type { Leaf, TreeDef } from "../core/tree.ts";
import { TreeReader, TreeWriter } from "../core/tree-code.ts";
import { defaultPrecision } from "../ops/precision.ts";
import type { ArrayTensor } from "./array.ts";
import { build } from "./build.ts";
import { donationOf, takenLeaves } from "./donation.ts";
import { type Entry, weight } from "./entry.ts";
import { buildOptions, type JitOptions } from "./jit-options.ts";
import { leafTensor } from "./leaves.ts";
import { moveTo } from "./place.ts";
import type { Places } from "./places.ts";
import { Program, slotsOf } from "./program.ts";
import type { StagedGraph } from "./stage.ts";
import type { SplitArguments } from "./statics.ts";
import { warn } from "./warn.ts";

/** One call's arguments, taken apart. */
export interface Call extends SplitArguments {
  readonly leaves: readonly Leaf[];
  readonly def: TreeDef;
  /** Positions among the dynamic arguments whose memory may be taken. */
  readonly donated: ReadonlySet<number>;
}

/** What an entry is compiled for. */
export interface EntryRequest {
  readonly key: string;
  /** The function's name. */
  readonly name: string;
  readonly options: JitOptions;
  readonly call: Call;
  readonly staged: StagedGraph;
  /** The arguments' leaves as they are passed: at their places. */
  readonly tensors: readonly ArrayTensor[];
  readonly places: Places;
  /** Of the leaves, for messages. */
  readonly paths: readonly string[];
}

/** Compiles the program and gives it the values that the function closed over. */
export function compileEntry({ key, name, options, call, staged, tensors, places, paths }: EntryRequest): Entry {
  const captures = staged.captures.map((value) => {
    const array = leafTensor(value) as ArrayTensor;
    return array.committed && array.sharding.devices.length === places.devices.length
      ? array
      : moveTo(array, places.otherwise, false);
  });
  const told = buildOptions(
    name,
    options,
    staged,
    captures.map((array) => (array.committed || places.devices.length > 1 ? array.sharding : null)),
    { ins: places.given, outs: places.outs },
    places.devices,
    call.donated,
  );
  const built = build(staged.graph, told);
  const first = captures.length;
  for (const i of built.unusable) warn(`${name}: the donated ${paths[i - first]} fits no result; it was not donated.`);
  const slots = slotsOf(built.kept);
  const program = new Program(
    built.executable,
    built.kept.filter(Boolean).length,
    staged.graph.outputs.map((o) => o.aval),
    built.outShardings,
    places.resultsCommitted,
  );
  captures.forEach((array, i) => {
    if (slots[i]! >= 0) program.capture(slots[i]!, array);
    if (array !== staged.captures[i]) array.dispose();
  });
  const { def, staticArgnums, staticKeys } = call;
  return {
    key,
    staticKeys,
    def,
    reader: new TreeReader(def, tensors.length),
    writer: new TreeWriter(staged.outDef),
    avals: tensors.map((t) => t.aval),
    shardings: tensors.map((t) => t.sharding),
    committed: tensors.map((t) => t.committed),
    slots: slots.slice(first),
    donation: donationOf(name, takenLeaves(told.donated, built, first), def, staticArgnums),
    program,
    precision: defaultPrecision(),
    leaves: [],
    users: new Set(),
    weight: weight(),
    live: true,
    used: 0,
  };
}
