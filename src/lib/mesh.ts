// Names for devices, for users.
export { ShardingError } from "../core/errors.ts";
export {
  type Device,
  Mesh,
  NamedSharding,
  P,
  PartitionSpec,
  type Sharding,
  SingleDeviceSharding,
  type SpecEntry,
} from "../core/mesh.ts";
