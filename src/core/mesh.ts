// Names for devices: meshes, partition specs and shardings, as data.
import type { MemorySpace } from "./aval.ts";
import { IndivisibleError, ShardingError } from "./errors.ts";

/** A memory that devices reach: their own, or one of their host. */
export interface Memory {
  /** "device", "pinned_host", "unpinned_host" as the platform names it. */
  readonly kind: string;
  readonly platform: string;
  addressableByDevices(): readonly Device[];
}

/** One addressable accelerator or virtual CPU device. */
export interface Device {
  readonly id: number;
  readonly platform: string;
  readonly kind: string;
  /** All memories that it reaches. As JAX's `device.addressable_memories()`. */
  addressableMemories(): readonly Memory[];
  /** Where values lie unless told otherwise. As JAX's `device.default_memory()`. */
  defaultMemory(): Memory;
}

/** A named grid of devices, row-major over `axisNames`. */
export class Mesh {
  readonly devices: readonly Device[];
  readonly axisNames: readonly string[];
  readonly axisSizes: readonly number[];
  /** Equal for meshes of equal axes and sizes, whatever their devices. */
  readonly shapeKey: string;

  /** `devices` is nested to the rank of `axisNames`, or flat with `sizes`. @throws ShardingError */
  constructor(devices: NestedDevices, axisNames: readonly string[], sizes?: readonly number[]) {
    const shape = sizes ?? nestedShape(devices);
    const flat = (devices as unknown[]).flat(Number.POSITIVE_INFINITY) as Device[];
    const count = shape.reduce((a, b) => a * b, 1);
    if (shape.length !== axisNames.length)
      throw new ShardingError(`Mesh: ${shape.length}-dimensional devices but ${axisNames.length} axis names.`);
    if (flat.length !== count)
      throw new ShardingError(`Mesh: shape [${shape.join(", ")}] needs ${count} devices, got ${flat.length}.`);
    if (new Set(axisNames).size !== axisNames.length)
      throw new ShardingError(`Mesh: axis names must differ, got ${axisNames.join(", ")}.`);
    this.devices = Object.freeze(flat);
    this.axisNames = Object.freeze([...axisNames]);
    this.axisSizes = Object.freeze([...shape]);
    this.shapeKey = axisNames.map((n, i) => `${JSON.stringify(n)}=${shape[i]}`).join(", ");
  }

  /** Number of devices along `axis`. @throws ShardingError for an unknown axis */
  size(axis: string): number {
    const at = this.axisNames.indexOf(axis);
    if (at < 0)
      throw new ShardingError(`Mesh has no axis "${axis}"; its axes are ${this.axisNames.join(", ") || "none"}.`);
    return this.axisSizes[at]!;
  }

  equals(other: Mesh): boolean {
    return (
      this === other ||
      (this.axisNames.length === other.axisNames.length &&
        this.axisNames.every((n, i) => n === other.axisNames[i] && this.axisSizes[i] === other.axisSizes[i]) &&
        this.devices.every((d, i) => d === other.devices[i]))
    );
  }

  toString(): string {
    return `Mesh(${this.axisNames.map((n, i) => `${n}: ${this.axisSizes[i]}`).join(", ")})`;
  }
}

export type NestedDevices = readonly (Device | NestedDevices)[];

function nestedShape(devices: NestedDevices): number[] {
  const shape: number[] = [];
  let level: unknown = devices;
  while (Array.isArray(level)) {
    shape.push(level.length);
    level = level[0];
  }
  return shape;
}

const unconstrained = Symbol("P.UNCONSTRAINED");

/** One entry of a partition spec: a mesh axis, several, none (replicated), or left to the compiler. */
export type SpecEntry = string | null | readonly string[] | typeof unconstrained;

export class PartitionSpec {
  readonly entries: readonly SpecEntry[];
  constructor(entries: readonly SpecEntry[]) {
    this.entries = Object.freeze([...entries]);
  }

  /** Mesh axes of dimension `dim`; none beyond the spec's end. */
  axes(dim: number): readonly string[] {
    const entry = this.entries[dim];
    if (entry === undefined || entry === null || entry === unconstrained) return [];
    return typeof entry === "string" ? [entry] : (entry as readonly string[]);
  }

  isUnconstrained(dim: number): boolean {
    return this.entries[dim] === unconstrained;
  }

  toString(): string {
    const one = (e: SpecEntry): string =>
      e === null
        ? "null"
        : e === unconstrained
          ? "P.UNCONSTRAINED"
          : typeof e === "string"
            ? `"${e}"`
            : `[${(e as readonly string[]).map((a) => `"${a}"`).join(", ")}]`;
    return `P(${this.entries.map(one).join(", ")})`;
  }
}

/** `P("data", null, ["x", "y"])`: how each dimension is split over mesh axes. */
export const P: ((...entries: SpecEntry[]) => PartitionSpec) & { readonly UNCONSTRAINED: typeof unconstrained } =
  Object.assign((...entries: SpecEntry[]) => new PartitionSpec(entries), { UNCONSTRAINED: unconstrained } as const);

export interface ShardingOptions {
  /** Which memory of the devices: a kind of `device.addressableMemories()`; by default that of `device.defaultMemory()`. */
  readonly memoryKind?: string;
}

/** The asked kind of memory, or the device's default. @throws ShardingError naming the kinds that there are */
function kindOf(device: Device, { memoryKind }: ShardingOptions): string {
  if (memoryKind === undefined) return device.defaultMemory().kind;
  const kinds = device.addressableMemories().map((m) => m.kind);
  if (kinds.includes(memoryKind)) return memoryKind;
  throw new ShardingError(
    `Could not find memory addressable by device ${device.platform}. Device ${device.platform} can address the following ` +
      `memory kinds: ${kinds.join(", ")}. Got memory kind: ${memoryKind}.`,
  );
}

/** How a kind of memory appears in the types of values: pinned memory of the host is `host`, all else `device`, as in JAX. */
export const memorySpace = (kind: string): MemorySpace => (kind === "pinned_host" ? "host" : "device");

const shownKind = (s: Sharding): string => (s.isDefaultMemory ? "" : `, { memoryKind: "${s.memoryKind}" }`);

export class NamedSharding {
  readonly mesh: Mesh;
  readonly spec: PartitionSpec;
  readonly memoryKind: string;
  readonly isDefaultMemory: boolean;

  /** @throws ShardingError if the spec names an unknown axis or one axis twice, or for a memory that the devices lack */
  constructor(mesh: Mesh, spec: PartitionSpec, options: ShardingOptions = {}) {
    const seen = new Set<string>();
    for (let dim = 0; dim < spec.entries.length; dim++)
      for (const axis of spec.axes(dim)) {
        mesh.size(axis);
        if (seen.has(axis)) throw new ShardingError(`${spec} uses mesh axis "${axis}" more than once.`);
        seen.add(axis);
      }
    this.mesh = mesh;
    this.spec = spec;
    const [first] = mesh.devices;
    this.memoryKind = first === undefined ? "device" : kindOf(first, options);
    this.isDefaultMemory = first === undefined || this.memoryKind === first.defaultMemory().kind;
  }

  /** The same pieces in another memory. @throws ShardingError */
  withMemoryKind(kind: string): NamedSharding {
    return new NamedSharding(this.mesh, this.spec, { memoryKind: kind });
  }

  get devices(): readonly Device[] {
    return this.mesh.devices;
  }

  equals(other: Sharding): boolean {
    if (this === other) return true;
    if (!(other instanceof NamedSharding) || !this.mesh.equals(other.mesh)) return false;
    if (this.memoryKind !== other.memoryKind) return false;
    const rank = Math.max(this.spec.entries.length, other.spec.entries.length);
    for (let dim = 0; dim < rank; dim++) {
      const [a, b] = [this.spec.axes(dim), other.spec.axes(dim)];
      if (a.length !== b.length || a.some((axis, i) => axis !== b[i])) return false;
      if (this.spec.isUnconstrained(dim) !== other.spec.isUnconstrained(dim)) return false;
    }
    return true;
  }

  toString(): string {
    return `NamedSharding(${this.mesh}, ${this.spec}${shownKind(this)})`;
  }
}

export class SingleDeviceSharding {
  readonly device: Device;
  readonly devices: readonly Device[];
  readonly memoryKind: string;
  readonly isDefaultMemory: boolean;

  /** @throws ShardingError for a memory that the device lacks */
  constructor(device: Device, options: ShardingOptions = {}) {
    this.device = device;
    this.devices = Object.freeze([device]);
    this.memoryKind = kindOf(device, options);
    this.isDefaultMemory = this.memoryKind === device.defaultMemory().kind;
  }

  /** The same device's other memory. @throws ShardingError */
  withMemoryKind(kind: string): SingleDeviceSharding {
    return new SingleDeviceSharding(this.device, { memoryKind: kind });
  }

  equals(other: Sharding): boolean {
    return (
      other instanceof SingleDeviceSharding && other.device === this.device && other.memoryKind === this.memoryKind
    );
  }
  toString(): string {
    return `SingleDeviceSharding(${this.device.platform}:${this.device.id}${shownKind(this)})`;
  }
}

export type Sharding = NamedSharding | SingleDeviceSharding;

/** How many pieces dimension `dim` is cut into. */
export function pieces(sharding: NamedSharding, dim: number): number {
  return sharding.spec.axes(dim).reduce((n, axis) => n * sharding.mesh.size(axis), 1);
}

/**
 * The shape of one device's piece.
 * @throws ShardingError if the spec is longer than the rank; IndivisibleError if a dimension does not divide
 */
export function shardShape(sharding: Sharding, shape: readonly number[], what = "tensor"): number[] {
  if (sharding instanceof SingleDeviceSharding) return [...shape];
  if (sharding.spec.entries.length > shape.length)
    throw new ShardingError(`${what}: ${sharding.spec} is longer than the rank of shape [${shape.join(", ")}].`);
  return shape.map((size, dim) => {
    const n = pieces(sharding, dim);
    if (size % n !== 0)
      throw new IndivisibleError(
        `${what}: dimension ${dim} of shape [${shape.join(", ")}] has size ${size}, which does not divide by ${n} ` +
          `(mesh axes ${sharding.spec.axes(dim).join(", ")}). Use a size that is a multiple of ${n}, or leave it unsharded.`,
      );
    return size / n;
  });
}

/** The index ranges [start, end) along each dimension of the piece on the mesh's device number `position`. */
export function shardIndex(sharding: Sharding, shape: readonly number[], position: number): [number, number][] {
  if (sharding instanceof SingleDeviceSharding) return shape.map((d) => [0, d]);
  const local = shardShape(sharding, shape);
  const coordinates = new Map<string, number>();
  let rest = position;
  for (let i = sharding.mesh.axisNames.length - 1; i >= 0; i--) {
    coordinates.set(sharding.mesh.axisNames[i]!, rest % sharding.mesh.axisSizes[i]!);
    rest = Math.floor(rest / sharding.mesh.axisSizes[i]!);
  }
  return local.map((size, dim) => {
    let piece = 0;
    for (const axis of sharding.spec.axes(dim)) piece = piece * sharding.mesh.size(axis) + coordinates.get(axis)!;
    return [piece * size, (piece + 1) * size];
  });
}
