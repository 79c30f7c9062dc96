// CompileOptionsProto from plain options.
import { xla } from "../proto/index.ts";

export interface CompileOptions {
  /** Programs that one execution runs with different data; default 1. */
  readonly numReplicas?: number;
  /** Devices that one program is partitioned over; default 1. */
  readonly numPartitions?: number;
  /** Device ids as [replica][partition]; default 0, 1, 2, … in that order. */
  readonly deviceAssignment?: readonly (readonly number[])[];
  /** Partition by the program's sdy shardings; default true. */
  readonly useShardy?: boolean;
  /** Per parameter (or one for all): may the partitioner choose a sharding where none is given? */
  readonly propagateToParameters?: readonly boolean[];
  /** Per result (or one for all): may the partitioner choose a sharding where none is given? */
  readonly propagateToOutputs?: readonly boolean[];
  readonly processIndex?: number;
  readonly processCount?: number;
  /** XLA options by name, for example `xla_gpu_enable_triton_gemm: false`. Unknown names fail at compilation. */
  readonly overrides?: Readonly<Record<string, string | number | boolean>>;
}

/** Serialized CompileOptionsProto. Throws RangeError when the device assignment does not fit the counts. */
export function compileOptions(options: CompileOptions = {}): Uint8Array {
  const { numReplicas = 1, numPartitions = 1 } = options;
  const assignment =
    options.deviceAssignment ??
    Array.from({ length: numReplicas }, (_, r) =>
      Array.from({ length: numPartitions }, (_, p) => r * numPartitions + p),
    );
  if (assignment.length !== numReplicas || assignment.some((row) => row.length !== numPartitions))
    throw new RangeError(
      `deviceAssignment is ${assignment.length} × [${assignment.map((row) => row.length).join(", ")}]; ` +
        `expected ${numReplicas} replicas × ${numPartitions} partitions of device ids`,
    );
  return xla.CompileOptionsProto.encode({
    executableBuildOptions: {
      deviceOrdinal: -1,
      numReplicas,
      numPartitions,
      useSpmdPartitioning: true,
      useShardyPartitioner: options.useShardy ?? true,
      allowSpmdShardingPropagationToParameters: [...(options.propagateToParameters ?? [])],
      allowSpmdShardingPropagationToOutput: [...(options.propagateToOutputs ?? [])],
      deviceAssignment: {
        replicaCount: numReplicas,
        computationCount: numPartitions,
        computationDevices: Array.from({ length: numPartitions }, (_, p) => ({
          replicaDeviceIds: assignment.map((row) => row[p]!),
        })),
      },
      ...(options.processIndex === undefined ? {} : { processIndex: options.processIndex }),
      ...(options.processCount === undefined ? {} : { processCount: options.processCount }),
    },
    envOptionOverrides: Object.fromEntries(
      Object.entries(options.overrides ?? {}).map(([name, value]) => [name, overrideOf(value)]),
    ),
  }).finish();
}

function overrideOf(value: string | number | boolean): xla.OptionOverrideProto.$Properties {
  if (typeof value === "string") return { stringField: value };
  if (typeof value === "boolean") return { boolField: value };
  return Number.isInteger(value) ? { intField: value } : { doubleField: value };
}
