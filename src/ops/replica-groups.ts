// Which devices of a mesh take part in a collective together.
import { type Attribute, attr } from "../../hlo/attributes.ts";
import { tensorType } from "../../hlo/types.ts";
import { internal } from "../core/errors.ts";
import type { LoweringContext } from "../core/lowering.ts";
import type { Mesh } from "../core/mesh.ts";

/** Lists of positions along an axis: each list takes part apart from the others. */
export type IndexGroups = readonly (readonly number[])[];

/** Positions in the mesh, grouped: each group runs through `axes`, the first slowest, the other axes held. */
export function meshGroups(mesh: Mesh, axes: readonly string[]): number[][] {
  const strides = new Map<string, number>();
  let stride = 1;
  for (let i = mesh.axisNames.length - 1; i >= 0; i--) {
    strides.set(mesh.axisNames[i]!, stride);
    stride *= mesh.axisSizes[i]!;
  }
  const offsets = (names: readonly string[]): number[] =>
    names.reduce<number[]>(
      (all, name) => all.flatMap((at) => [...Array(mesh.size(name)).keys()].map((k) => at + k * strides.get(name)!)),
      [0],
    );
  const inside = offsets(axes);
  return offsets(mesh.axisNames.filter((n) => !axes.includes(n))).map((base) => inside.map((at) => base + at));
}

/** The groups of a collective over `axes`, as it is being lowered. */
export function devicesTogether(c: LoweringContext, axes: readonly string[], indexGroups: IndexGroups | null = null) {
  const { manual } = c;
  if (manual === undefined || axes.some((a) => !manual.axes.includes(a)))
    internal(`a collective over ${axes.join(", ")} is lowered outside the shardMap that binds it`);
  const groups = meshGroups(manual.mesh, axes);
  return indexGroups === null ? groups : groups.flatMap((g) => indexGroups.map((at) => at.map((i) => g[i]!)));
}

/** `dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>`; shorter rows are filled with -1. */
export function table(rows: readonly (readonly number[])[], columns = Math.max(0, ...rows.map((r) => r.length))) {
  const filled = rows.flatMap((r) => Array.from({ length: columns }, (_, i) => r[i] ?? -1));
  return attr.dense(tensorType([rows.length, columns], "i64"), filled);
}

/** What every collective between the partitions of a program carries. */
export const channel: Attribute = attr.struct("channel_handle", { handle: 1, type: 1 });
