// Device groups and shardings of the optimised program as text, and the size of a group.
import type { xla } from "../proto/index.ts";
import { HloProtoError } from "./errors.ts";

const list = (values: readonly (number | string)[] | undefined): string => (values ?? []).join(",");
export const braces = (values: readonly (number | string)[] | undefined): string => `{${list(values)}}`;

/** `[2,4]<=[4,2]T(1,0)`: an arrangement of the devices 0, 1, 2, … */
function iota(dims: readonly number[], reshape: readonly number[], permutation: readonly number[]): string {
  const transposed = permutation.some((axis, i) => axis !== i) ? `T(${list(permutation)})` : "";
  return `[${list(dims)}]<=[${list(reshape)}]${transposed}`;
}

function axisText(
  mesh: xla.MeshProto.$Properties,
  { meshAxisIndex = 0, subAxisInfo }: xla.AxisRefProto.$Properties,
): string {
  const name = mesh.axes?.[meshAxisIndex]?.name;
  if (name === undefined) throw new HloProtoError(`a sharding names axis ${meshAxisIndex} of a mesh that has fewer`);
  return `'${name}'${subAxisInfo ? `:(${subAxisInfo.preSize ?? 0})${subAxisInfo.size ?? 0}` : ""}`;
}

const axisSize = (mesh: xla.MeshProto.$Properties, axis: xla.AxisRefProto.$Properties): number =>
  axis.subAxisInfo?.size ?? mesh.axes?.[axis.meshAxisIndex ?? 0]?.size ?? 1;

function meshText(mesh: xla.MeshProto.$Properties): string {
  const axes = (mesh.axes ?? []).map(({ name = "", size = 0 }) => `'${name}'=${size}`);
  const devices = mesh.deviceIds ?? [];
  return `mesh[${axes.join(",")}]${devices.length === 0 ? "" : `, device_ids=(${list(devices)})`}`;
}

/** The groups of a collective as XLA spells them; undefined for other instructions. */
export function groupsText(proto: xla.HloInstructionProto.$Properties): string | undefined {
  const mesh = proto.meshAxesReplicaGroupList;
  if (mesh) {
    const of = mesh.mesh ?? {};
    return `${meshText(of)} {${(mesh.axes ?? []).map((axis) => axisText(of, axis)).join(",")}}`;
  }
  const arrangement = proto.iotaCollectiveDeviceList;
  if (arrangement) {
    const dims = [arrangement.numReplicaGroups ?? 0, arrangement.numDevicesPerGroup ?? 0];
    return iota(dims, arrangement.iotaReshapeDims ?? [], arrangement.iotaTransposePerm ?? []);
  }
  return braces(explicitGroups(proto).map(({ replicaIds }) => braces(replicaIds)));
}

const explicitGroups = (proto: xla.HloInstructionProto.$Properties): readonly xla.ReplicaGroup.$Properties[] =>
  proto.collectiveDeviceList?.replicaGroups ?? proto.replicaGroups ?? [];

/** Devices in one group; without groups all `devices` take part together. */
export function groupSize(proto: xla.HloInstructionProto.$Properties, devices: number): number {
  const mesh = proto.meshAxesReplicaGroupList;
  if (mesh) return (mesh.axes ?? []).reduce((size, axis) => size * axisSize(mesh.mesh ?? {}, axis), 1);
  const arrangement = proto.iotaCollectiveDeviceList;
  if (arrangement) return arrangement.numDevicesPerGroup ?? 0;
  return explicitGroups(proto)[0]?.replicaIds?.length ?? devices;
}

// Values of OpSharding.Type.
const [REPLICATED, MAXIMAL, TUPLE, MANUAL, UNKNOWN, UNREDUCED] = [0, 1, 2, 4, 5, 6];
const typeNames: Readonly<Record<number, string>> = {
  [REPLICATED!]: "replicated",
  [MANUAL!]: "manual",
  [UNKNOWN!]: "unknown",
  [UNREDUCED!]: "unreduced",
};

function namedText({
  mesh = {},
  dimShardings,
  replicatedAxes,
  unreducedAxes,
  manualAxes,
}: xla.NamedShardingProto.$Properties): string {
  const axes = (refs: readonly xla.AxisRefProto.$Properties[] | undefined) =>
    (refs ?? []).map((axis) => axisText(mesh, axis));
  const dims = (dimShardings ?? []).map((dim) => braces([...axes(dim.axes), ...(dim.isClosed ? [] : ["?"])]));
  const groups = Object.entries({ replicated: replicatedAxes, unreduced: unreducedAxes, manual: manualAxes })
    .filter(([, refs]) => (refs ?? []).length > 0)
    .map(([name, refs]) => `, ${name}=${braces(axes(refs))}`);
  return `{${meshText(mesh)}, [${dims.join(", ")}]${groups.join("")}}`;
}

/** `{devices=[2,1]<=[2]}`, `{replicated}`, `{{replicated}, {manual}}`. */
export function shardingText(proto: xla.OpSharding.$Properties): string {
  if (proto.namedSharding) return namedText(proto.namedSharding);
  const type = proto.type ?? REPLICATED!;
  if (type === TUPLE) return `{${(proto.tupleShardings ?? []).map(shardingText).join(", ")}}`;
  if (type === MAXIMAL) return `{maximal device=${proto.tileAssignmentDevices?.[0] ?? 0}}`;
  const named = typeNames[type];
  if (named !== undefined) return `{${named}}`;
  const dims = proto.tileAssignmentDimensions ?? [];
  const reshape = proto.iotaReshapeDims ?? [];
  const devices =
    reshape.length > 0
      ? iota(dims, reshape, proto.iotaTransposePerm ?? [])
      : `[${list(dims)}]${list(proto.tileAssignmentDevices)}`;
  const last = (proto.lastTileDims ?? []).map((kind) => typeNames[kind] ?? String(kind));
  const lastText = last.length === 0 ? "" : ` last_tile_dims={${last.join(", ")}}`;
  return `{devices=${devices}${proto.replicateOnLastTileDim ? " last_tile_dim_replicate" : ""}${lastText}}`;
}
