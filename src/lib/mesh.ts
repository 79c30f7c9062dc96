// Names for devices, for users.
export { ShardingError } from "../core/errors.ts";
export {
  type Device,
  type Memory,
  Mesh,
  NamedSharding,
  P,
  PartitionSpec,
  type Sharding,
  type ShardingOptions,
  SingleDeviceSharding,
  type SpecEntry,
} from "../core/mesh.ts";
