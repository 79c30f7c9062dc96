// Where the compiler put results that nobody placed: read from the optimised program, told in mesh axes.
import { xla } from "../../proto/index.ts";
import type { LoadedExecutable } from "../../runtime/index.ts";
import { JortsError } from "../core/errors.ts";
import { type Mesh, NamedSharding, P, type SpecEntry } from "../core/mesh.ts";

/** Kinds of xla.OpSharding. */
const kind = { replicated: 0, maximal: 1, tuple: 2, other: 3 } as const;

/** Shardings of all results over `mesh`, for results of these shapes. */
export function outputShardings(
  executable: LoadedExecutable,
  mesh: Mesh,
  shapes: readonly (readonly number[])[],
): NamedSharding[] {
  const whole = optimised(executable)?.spmdOutputSharding;
  const each = whole?.type === kind.tuple ? (whole.tupleShardings ?? []) : shapes.map(() => whole);
  return shapes.map((shape, i) => named(each[i], mesh, shape.length, i));
}

/** Shardings of the program's arguments over `mesh`, for arguments of these shapes. */
export function parameterShardings(
  executable: LoadedExecutable,
  mesh: Mesh,
  shapes: readonly (readonly number[])[],
): NamedSharding[] {
  const each = optimised(executable)?.spmdParametersShardings ?? [];
  return shapes.map((shape, i) => named(each[i], mesh, shape.length, i));
}

const optimised = (executable: LoadedExecutable) =>
  xla.HloModuleProtoWithConfig.decode(executable.optimizedProgram().code).hloModule;

function named(sharding: OpSharding | null | undefined, mesh: Mesh, rank: number, index: number): NamedSharding {
  if (!sharding || (sharding.type ?? kind.replicated) !== kind.other) return new NamedSharding(mesh, P());
  return new NamedSharding(mesh, P(...entries(mesh, rank, sharding, index)));
}

type OpSharding = NonNullable<xla.HloModuleProto["spmdOutputSharding"]>;

/** The tile assignment: shape, and the device at each place, row-major. */
function tiles(s: OpSharding): { dims: number[]; devices: number[] } {
  const dims = (s.tileAssignmentDimensions ?? []).map(Number);
  const listed = (s.tileAssignmentDevices ?? []).map(Number);
  if (listed.length > 0) return { dims, devices: listed };
  // An iota over reshapeDims, transposed, then read row-major.
  const shape = (s.iotaReshapeDims ?? []).map(Number);
  const permutation = (s.iotaTransposePerm ?? []).map(Number);
  const order = permutation.length === shape.length ? permutation : shape.map((_, d) => d);
  const strides = shape.map((_, d) => shape.slice(d + 1).reduce((n, k) => n * k, 1));
  const count = shape.reduce((n, d) => n * d, 1);
  const devices = Array.from({ length: count }, (_, at) => {
    let rest = at;
    let device = 0;
    for (let d = order.length - 1; d >= 0; d--) {
      const size = shape[order[d]!]!;
      device += (rest % size) * strides[order[d]!]!;
      rest = Math.floor(rest / size);
    }
    return device;
  });
  return { dims, devices };
}

/** The mesh axes, most significant first, whose coordinates are each device's tile index along a dimension. */
function entries(mesh: Mesh, rank: number, sharding: OpSharding, output: number): SpecEntry[] {
  const { dims, devices } = tiles(sharding);
  const inner = dims.map((_, d) => dims.slice(d + 1).reduce((n, k) => n * k, 1));
  const tileOf = (d: number) => {
    const out = new Array<number>(devices.length);
    devices.forEach((device, at) => {
      out[device] = Math.floor(at / inner[d]!) % dims[d]!;
    });
    return out;
  };
  return Array.from({ length: rank }, (_, d): SpecEntry => {
    if (dims[d] === 1) return null;
    const wanted = tileOf(d);
    const found = axisLists(mesh, dims[d]!).find((axes) =>
      wanted.every((tile, p) => tile === coordinate(mesh, axes, p)),
    );
    if (found === undefined)
      throw new JortsError(
        `Result ${output} was laid out in a way that no axes of ${mesh} spell. Give its place with outShardings.`,
      );
    return found.length === 1 ? found[0]! : found;
  });
}

/** All orders of different axes whose sizes multiply to `count`. */
function axisLists(mesh: Mesh, count: number, taken: readonly string[] = []): string[][] {
  if (count === 1) return [[...taken]];
  return mesh.axisNames.flatMap((axis) => {
    const n = mesh.size(axis);
    return n === 1 || count % n !== 0 || taken.includes(axis) ? [] : axisLists(mesh, count / n, [...taken, axis]);
  });
}

/** Mixed-radix coordinate of the mesh's device number `position` along `axes`. */
function coordinate(mesh: Mesh, axes: readonly string[], position: number): number {
  let out = 0;
  for (const axis of axes) {
    const at = mesh.axisNames.indexOf(axis);
    const stride = mesh.axisSizes.slice(at + 1).reduce((n, k) => n * k, 1);
    out = out * mesh.axisSizes[at]! + (Math.floor(position / stride) % mesh.axisSizes[at]!);
  }
  return out;
}
