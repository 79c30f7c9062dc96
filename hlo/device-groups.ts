// Groups of devices: read from HLO's spellings, and named by the mesh axes that they run over.
import type { AxisRef } from "./attributes.ts";
import type { Mesh } from "./module.ts";

/** A mesh without need of a name. */
export type MeshAxes = Pick<Mesh, "axes" | "deviceIds">;

/** Which axes of which mesh a collective runs over. */
export interface AxesOfGroups {
  /** The mesh's name; undefined for a mesh without one. */
  readonly mesh: string | undefined;
  /** Major axis first. None: every group is one device. */
  readonly axes: readonly AxisRef[];
}

/** Most devices for which axes are looked for. */
const mostDevices = 1 << 20;

const deviceCount = ({ axes }: MeshAxes): number => axes.reduce((n, { size }) => n * size, 1);

/** Coordinates of each device by its number: row-major, or as `deviceIds` lays them out. */
function coordinates(mesh: MeshAxes): Map<number, readonly number[]> | undefined {
  const count = deviceCount(mesh);
  if (!(count >= 1 && count <= mostDevices) || (mesh.deviceIds && mesh.deviceIds.length !== count)) return undefined;
  const found = new Map<number, readonly number[]>();
  for (let position = 0; position < count; position++) {
    const at = new Array<number>(mesh.axes.length);
    let rest = position;
    for (let k = mesh.axes.length - 1; k >= 0; k--) {
      const { size } = mesh.axes[k]!;
      at[k] = rest % size;
      rest = Math.floor(rest / size);
    }
    found.set(mesh.deviceIds?.[position] ?? position, at);
  }
  return found;
}

/**
 * The parts of one axis that make the offsets `{0, s, 2s, …}` and their sums, major first: `x:(2)2` is the offsets
 * 0 and 2 of an axis of 8. Undefined where the offsets are no such grid.
 */
function partsOf(name: string, size: number, offsets: readonly number[]): AxisRef[] | undefined {
  const parts: AxisRef[] = [];
  let left = [...offsets].sort((a, b) => a - b);
  if (left[0] !== 0) return undefined;
  // The finest part first: the smallest offset is its stride.
  while (left.length > 1) {
    const stride = left[1]!;
    let count = 1;
    while (left[count] === count * stride) count++;
    const before = size / (stride * count);
    if (!Number.isInteger(before) || left.length % count !== 0) return undefined;
    const present = new Set(left);
    const rest: number[] = [];
    for (const offset of left) {
      if (Math.floor(offset / stride) % count !== 0) continue;
      for (let k = 1; k < count; k++) if (!present.has(offset + k * stride)) return undefined;
      rest.push(offset);
    }
    if (rest.length * count !== left.length) return undefined;
    parts.unshift(count === size ? name : { axis: name, before, size: count });
    left = rest;
  }
  return parts;
}

/** The axes along which the devices of each group differ, where the groups are exactly the mesh cut along them. */
function axesInMesh(groups: readonly (readonly number[])[], mesh: MeshAxes): AxisRef[] | undefined {
  const at = coordinates(mesh);
  const first = groups[0];
  if (at === undefined || first === undefined || first.length === 0) return undefined;
  if (groups.reduce((n, group) => n + group.length, 0) !== at.size) return undefined;
  const shapeOf = (group: readonly number[]): string | undefined => {
    const places = group.map((device) => at.get(device));
    if (places.some((place) => place === undefined)) return undefined;
    const origin = mesh.axes.map((_, k) => Math.min(...places.map((place) => place![k]!)));
    return places
      .map((place) => place!.map((c, k) => c - origin[k]!).join())
      .sort()
      .join(" ");
  };
  const shape = shapeOf(first);
  if (shape === undefined || !groups.every((group) => group.length === first.length && shapeOf(group) === shape))
    return undefined;
  if (new Set(groups.flat()).size !== at.size) return undefined;
  const cells = shape.split(" ").map((cell) => (cell === "" ? [] : cell.split(",").map(Number)));
  const axes: AxisRef[] = [];
  let product = 1;
  for (const [k, { name, size }] of mesh.axes.entries()) {
    const offsets = [...new Set(cells.map((cell) => cell[k]!))];
    product *= offsets.length;
    const parts = partsOf(name, size, offsets);
    if (parts === undefined) return undefined;
    axes.push(...parts);
  }
  return product === first.length ? axes : undefined;
}

/**
 * The mesh axes that groups of devices run over: those of the first mesh that, cut along some of its axes (or parts of
 * them), gives exactly these groups. Undefined where no mesh does.
 */
export function axesOfGroups(
  groups: readonly (readonly number[])[],
  meshes: readonly (MeshAxes & { readonly name?: string })[],
): AxesOfGroups | undefined {
  for (const mesh of meshes) {
    const axes = axesInMesh(groups, mesh);
    if (axes !== undefined) return { mesh: mesh.name, axes };
  }
  return undefined;
}

/** The axes along which the messages `[source, target]` of a permutation move, in the first mesh that holds its devices. */
export function axesOfPairs(
  pairs: readonly (readonly number[])[],
  meshes: readonly (MeshAxes & { readonly name?: string })[],
): AxesOfGroups | undefined {
  for (const mesh of meshes) {
    const at = coordinates(mesh);
    if (at === undefined || !pairs.every((pair) => pair.length === 2 && pair.every((device) => at.has(device))))
      continue;
    const moved = mesh.axes.filter((_, k) => pairs.some(([s, t]) => at.get(s!)![k] !== at.get(t!)![k]));
    return { mesh: mesh.name, axes: moved.map(({ name }) => name) };
  }
  return undefined;
}

/** `data`, `model:(1)2`: an axis or a part of one, as Shardy spells it. */
export const axisText = (axis: AxisRef): string =>
  typeof axis === "string" ? axis : `${axis.axis}:(${axis.before})${axis.size}`;

const numbers = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);
const rows = (text: string): number[][] => [...text.matchAll(/\{([\d, ]*)\}/g)].map(([, row]) => numbers(row!));

/** Device groups as HLO spells them, and the mesh if the spelling names one. */
export interface SpelledGroups {
  /** Undefined: all devices together. */
  readonly groups: readonly (readonly number[])[] | undefined;
  readonly mesh?: MeshAxes;
}

/** `[2,4]<=[4,2]T(1,0)`: the numbers 0, 1, … reshaped, transposed and cut into groups. */
function iotaGroups(
  count: number,
  size: number,
  reshape: readonly number[],
  permutation: readonly number[],
): number[][] {
  const strides = reshape.map((_, k) => reshape.slice(k + 1).reduce((a, b) => a * b, 1));
  const dims = permutation.map((k) => reshape[k] ?? 1);
  const total = Math.min(count * size, mostDevices);
  const flat = Array.from({ length: total }, (_, i) => {
    let rest = i;
    let device = 0;
    for (let k = dims.length - 1; k >= 0; k--) {
      device += (rest % dims[k]!) * strides[permutation[k]!]!;
      rest = Math.floor(rest / dims[k]!);
    }
    return device;
  });
  return Array.from({ length: Math.floor(total / Math.max(size, 1)) }, (_, g) => flat.slice(g * size, (g + 1) * size));
}

/** `mesh['x'=2,'y'=4], device_ids=(…) {'y':(1)2}`: groups by mesh axes. */
function meshGroups(text: string): SpelledGroups | undefined {
  const match = /^mesh\[([^\]]*)\](?:, device_ids=\(([\d,]*)\))? \{(.*)\}$/.exec(text);
  if (match === null) return undefined;
  const axes = [...match[1]!.matchAll(/'([^']*)'=(\d+)/g)].map(([, name, size]) => ({
    name: name!,
    size: Number(size),
  }));
  const mesh: MeshAxes = match[2] ? { axes, deviceIds: numbers(match[2]) } : { axes };
  const at = coordinates(mesh);
  if (at === undefined) return undefined;
  const parts = [...match[3]!.matchAll(/'([^']*)'(?::\((\d+)\)(\d+))?/g)].map(([, axis, before, size]) => {
    const k = axes.findIndex(({ name }) => name === axis);
    const whole = axes[k]?.size ?? 1;
    const count = size === undefined ? whole : Number(size);
    return { k, stride: whole / ((before === undefined ? 1 : Number(before)) * count), count };
  });
  const groups = new Map<string, number[]>();
  for (const [device, place] of at) {
    const rest = [...place];
    for (const { k, stride, count } of parts) if (k >= 0) rest[k]! -= (Math.floor(rest[k]! / stride) % count) * stride;
    const key = rest.join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [device]);
    else group.push(device);
  }
  return { groups: [...groups.values()], mesh };
}

/** Reads `replica_groups` as HLO text spells it: `{{0,1},{2,3}}`, `{}`, `[2,4]<=[8]`, `mesh['x'=2] {'x'}`. */
export function readGroups(text: string): SpelledGroups {
  const iota = /^\[(\d+),(\d+)\]<=\[([\d,]*)\](?:T\(([\d,]*)\))?$/.exec(text);
  if (iota !== null) {
    const reshape = numbers(iota[3]!);
    const permutation = iota[4] === undefined ? reshape.map((_, k) => k) : numbers(iota[4]);
    return { groups: iotaGroups(Number(iota[1]), Number(iota[2]), reshape, permutation) };
  }
  const byAxes = meshGroups(text);
  if (byAxes !== undefined) return byAxes;
  const found = rows(text);
  return { groups: found.length === 0 || found.every((row) => row.length === 0) ? undefined : found };
}

/** Reads `source_target_pairs`: `{{0,1},{1,0}}`. */
export const readPairs = (text: string): readonly (readonly number[])[] => rows(text);
