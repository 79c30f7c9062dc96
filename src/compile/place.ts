// Moving values between the host and the devices of a sharding.
import { type Aval, avalOf, longAval, withMemory } from "../core/aval.ts";
import { itemSize } from "../core/dtype.ts";
import { ShapeError } from "../core/errors.ts";
import {
  memorySpace,
  NamedSharding,
  type Sharding,
  type SingleDeviceSharding,
  shardIndex,
  shardShape,
} from "../core/mesh.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { ArrayTensor, pjrtType } from "./array.ts";
import { clientOf, defaultDevice, localDevice, singleDevice } from "./devices.ts";
import { encodeValues } from "./encoding.ts";
import { hostIsAwaited, requireGood, requireReadable } from "./pending.ts";
import { Storage } from "./storage.ts";

/** The sharding of what nobody placed. */
export const onDefaultDevice = (): SingleDeviceSharding => singleDevice(defaultDevice());

/**
 * A tensor from row-major bytes. With `share` the runtime may use the memory in place, so it must never change.
 * @throws IndivisibleError, ShardingError
 */
export function fromBytes(
  bytes: Uint8Array,
  aval: Aval,
  sharding: Sharding = onDefaultDevice(),
  options: { committed?: boolean; share?: boolean } = {},
): ArrayTensor {
  return fromPieces(aval, sharding, (ranges) => sliceBytes(bytes, aval, ranges), options);
}

/** The type of a value of type `aval` that lies on `sharding`. */
export const placedAval = (aval: Aval, sharding: Sharding): Aval => withMemory(aval, memorySpace(sharding.memoryKind));

/** A tensor whose pieces are read one by one; `read` gets the index ranges of a piece. */
export function fromPieces(
  aval: Aval,
  sharding: Sharding,
  read: (ranges: readonly (readonly [number, number])[]) => Uint8Array,
  options: { committed?: boolean; share?: boolean } = {},
): ArrayTensor {
  const local = shardShape(sharding, aval.shape);
  const client = clientOf(sharding.devices);
  const bytes = local.reduce((n, d) => n * d, itemSize(aval.dtype));
  const pieces = new Map<string, Uint8Array>();
  const semantics = options.share ? "share" : "copy";
  const memory = sharding.isDefaultMemory ? null : sharding.memoryKind;
  const handles: number[] = [];
  try {
    sharding.devices.forEach((device, position) => {
      const ranges = shardIndex(sharding, aval.shape, position);
      const key = ranges.join(";");
      let piece = pieces.get(key);
      if (piece === undefined) {
        piece = read(ranges);
        // Replicas follow one another rarely; a piece is kept only while a later device may want it.
        if (sharding.devices.length > 1) pieces.set(key, piece);
      }
      const { pjrt } = localDevice(device);
      handles.push(client.transfers.fromHost(piece, pjrtType(aval.dtype), local, pjrt, semantics, memory));
    });
  } catch (error) {
    for (const h of handles) client.transfers.destroy(h, bytes);
    throw error;
  }
  return new ArrayTensor(
    placedAval(aval, sharding),
    sharding,
    new Storage(client, handles[0]!, handles.slice(1), bytes),
    options.committed ?? false,
  );
}

/** The bytes of a sub-array, copied unless it is one run. */
function sliceBytes(bytes: Uint8Array, aval: Aval, ranges: readonly (readonly [number, number])[]): Uint8Array {
  const { shape, dtype } = aval;
  const whole = (d: number) => ranges[d]![0] === 0 && ranges[d]![1] === shape[d];
  let outer = shape.length;
  while (outer > 0 && whole(outer - 1)) outer--;
  if (outer === 0) return bytes;
  // Dimensions from `outer` on are whole, so runs are contiguous from dimension outer - 1 on.
  const strides = new Array<number>(shape.length);
  let stride = itemSize(dtype);
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d]!;
  }
  const run = (ranges[outer - 1]![1] - ranges[outer - 1]![0]) * strides[outer - 1]!;
  const rows = ranges.slice(0, outer - 1).reduce((n, [a, b]) => n * (b - a), 1);
  const start = ranges.reduce((n, [a], d) => n + a * strides[d]!, 0);
  if (rows === 1) return bytes.subarray(start, start + run);
  const out = new Uint8Array(rows * run);
  const index = new Array<number>(outer - 1).fill(0);
  for (let row = 0; row < rows; row++) {
    const from = index.reduce((n, i, d) => n + i * strides[d]!, start);
    out.set(bytes.subarray(from, from + run), row * run);
    for (let d = outer - 2; d >= 0; d--) {
      index[d]!++;
      if (index[d]! < ranges[d]![1] - ranges[d]![0]) break;
      index[d] = 0;
    }
  }
  return out;
}

/** One tensor of equal elements on `sharding`. */
export function fromScalar(literal: Literal, sharding: Sharding = onDefaultDevice()): ArrayTensor {
  const scalar = avalOf([], literal.aval.dtype, literal.aval.weakType);
  return fromBytes(encodeValues([literal.value], literal.aval.dtype), scalar, sharding);
}

/** Row-major bytes of a tensor; waits for its value. */
export function toBytes(t: ArrayTensor): Uint8Array {
  if (t.storage.host !== null && !t.isDeleted) return t.storage.host.slice();
  requireReadable(t);
  const { handles, local, client, out } = reading(t);
  const copyOut = (handle: number, view: Uint8Array): void => {
    if (!hostIsAwaited() || !client.transfers.toHostAlone(handle, view)) client.transfers.toHost(handle, view);
  };
  const read = (i: number): Uint8Array => {
    const piece = new Uint8Array(t.storage.bytes);
    copyOut(handles[i]!, piece);
    return piece;
  };
  if (isWhole(t, local)) {
    copyOut(handles[0]!, out);
    return out;
  }
  for (const [i, ranges] of distinctPieces(t)) writeBytes(out, t.aval, ranges, read(i));
  return out;
}

/** As `toBytes`, without blocking the thread. */
export async function toBytesAsync(t: ArrayTensor): Promise<Uint8Array> {
  const { handles, local, client, out } = reading(t);
  t.storage.retain();
  try {
    if (isWhole(t, local)) {
      await client.transfers.toHostAsync(handles[0]!, out);
      requireGood(t);
      return out;
    }
    for (const [i, ranges] of distinctPieces(t)) {
      const piece = new Uint8Array(t.storage.bytes);
      await client.transfers.toHostAsync(handles[i]!, piece);
      writeBytes(out, t.aval, ranges, piece);
    }
    requireGood(t);
    return out;
  } finally {
    t.storage.release();
  }
}

function reading(t: ArrayTensor) {
  const handles = t.handles();
  const local = shardShape(t.sharding, t.shape);
  return { handles, local, client: t.storage.client, out: new Uint8Array(t.size * itemSize(t.dtype)) };
}

const isWhole = (t: ArrayTensor, local: readonly number[]) => local.every((n, d) => n === t.shape[d]);

/** One device for each different piece. */
function distinctPieces(t: ArrayTensor): [number, [number, number][]][] {
  const seen = new Map<string, [number, [number, number][]]>();
  t.sharding.devices.forEach((_, i) => {
    const ranges = shardIndex(t.sharding, t.shape, i);
    const key = ranges.join(";");
    if (!seen.has(key)) seen.set(key, [i, ranges]);
  });
  return [...seen.values()];
}

function writeBytes(out: Uint8Array, aval: Aval, ranges: readonly (readonly [number, number])[], piece: Uint8Array) {
  const { shape } = aval;
  const item = itemSize(aval.dtype);
  const rank = shape.length;
  const strides = new Array<number>(rank);
  let stride = item;
  for (let d = rank - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d]!;
  }
  const run = rank === 0 ? item : (ranges[rank - 1]![1] - ranges[rank - 1]![0]) * item;
  const rows = run === 0 ? 0 : piece.length / run;
  const index = new Array<number>(Math.max(0, rank - 1)).fill(0);
  for (let row = 0; row < rows; row++) {
    let to = rank === 0 ? 0 : ranges[rank - 1]![0] * item;
    for (let d = 0; d < rank - 1; d++) to += (ranges[d]![0] + index[d]!) * strides[d]!;
    out.set(piece.subarray(row * run, (row + 1) * run), to);
    for (let d = rank - 2; d >= 0; d--) {
      index[d]!++;
      if (index[d]! < ranges[d]![1] - ranges[d]![0]) break;
      index[d] = 0;
    }
  }
}

/**
 * The tensor on `sharding`, committed there; the same buffers when it lies there already.
 * @throws IndivisibleError, ShardingError
 */
export function moveTo(t: Tensor, sharding: Sharding, committed = true): ArrayTensor {
  if (t instanceof Literal)
    return fromBytes(encodeValues(new Array(t.size).fill(t.value), t.dtype), t.aval, sharding, { committed });
  if (!(t instanceof ArrayTensor))
    throw new ShapeError(`devicePut: got a traced ${longAval(t.aval)}; expected a concrete tensor.`);
  if (t.sharding.equals(sharding)) {
    t.handles();
    t.storage.share();
    return new ArrayTensor(t.aval, t.sharding, t.storage, committed);
  }
  if (sameButMemory(t.sharding, sharding)) return copyPieces(t, sharding, committed);
  if (isReplicated(sharding, t.shape) && isReplicated(t.sharding, t.shape)) return copyWhole(t, sharding, committed);
  return fromBytes(toBytes(t), t.aval, sharding, { committed });
}

const isReplicated = (sharding: Sharding, shape: readonly number[]) =>
  !(sharding instanceof NamedSharding) || shardShape(sharding, shape).every((n, d) => n === shape[d]);

function copyWhole(t: ArrayTensor, sharding: Sharding, committed: boolean): ArrayTensor {
  if (clientOf(sharding.devices) !== t.storage.client) return fromBytes(toBytes(t), t.aval, sharding, { committed });
  const source = t.handles()[0]!;
  return copied(t, sharding, committed, () => source);
}

/** True for the same pieces on the same devices in another of their memories. */
const sameButMemory = (a: Sharding, b: Sharding): boolean =>
  a.devices.length === b.devices.length &&
  a.devices.every((d, i) => d === b.devices[i]) &&
  a.withMemoryKind(b.memoryKind).equals(b);

function copyPieces(t: ArrayTensor, sharding: Sharding, committed: boolean): ArrayTensor {
  const sources = t.handles();
  return copied(t, sharding, committed, (position) => sources[position]!);
}

/** A tensor on `sharding` whose piece number `position` is a copy of the buffer that `source` names. */
function copied(
  t: ArrayTensor,
  sharding: Sharding,
  committed: boolean,
  source: (position: number) => number,
): ArrayTensor {
  const { client, bytes } = t.storage;
  const handles = sharding.devices.map((d, position) => {
    const { pjrt } = localDevice(d);
    return sharding.isDefaultMemory && t.sharding.isDefaultMemory
      ? client.transfers.copyToDevice(source(position), pjrt, bytes)
      : client.transfers.copyToMemory(source(position), pjrt, sharding.memoryKind, bytes);
  });
  return new ArrayTensor(
    placedAval(t.aval, sharding),
    sharding,
    new Storage(client, handles[0]!, handles.slice(1), bytes),
    committed,
  );
}
