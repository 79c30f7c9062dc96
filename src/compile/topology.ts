// Devices that are not here: programs can be compiled for them and measured.
import { h100TargetConfig, type OnProgress, openGpuTarget, type Topology } from "../../runtime/index.ts";
import type { Device, Memory } from "../core/mesh.ts";
import type { OptionValue } from "./build.ts";

export class TopologyDevice implements Device {
  readonly id: number;
  readonly platform: string;
  readonly kind: string;
  readonly topology: Topology;
  /** Compiler options that the target needs. */
  readonly overrides: Readonly<Record<string, OptionValue>>;

  constructor(topology: Topology, overrides: Readonly<Record<string, OptionValue>>, id: number, kind: string) {
    this.id = id;
    this.platform = topology.platformName;
    this.kind = kind;
    this.topology = topology;
    this.overrides = overrides;
  }

  addressableMemories(): readonly Memory[] {
    return gpuMemories.map((kind) => this.memory(kind));
  }

  defaultMemory(): Memory {
    return this.memory(gpuMemories[0]);
  }

  private memory(kind: string): Memory {
    return { kind, platform: this.platform, addressableByDevices: () => [this] };
  }
}

/** Kinds of memory that the CUDA plugin's devices have, the default first. */
const gpuMemories = ["device", "pinned_host"] as const;

const targets = { h100: h100TargetConfig } as const;
export type GpuTargetName = keyof typeof targets;

/**
 * `count` GPUs that need not exist, eight to a host. The first use fetches the CUDA plugin and its tools by pip.
 * @throws PluginError
 */
export async function gpuTopology(
  target: GpuTargetName,
  count: number,
  onProgress?: OnProgress,
): Promise<readonly TopologyDevice[]> {
  const { topology, overrides } = await openGpuTarget(
    targets[target],
    Math.min(count, 8),
    Math.max(1, Math.ceil(count / 8)),
    onProgress,
  );
  return topology.devices.map((d) => new TopologyDevice(topology, overrides, d.id, d.kind));
}
