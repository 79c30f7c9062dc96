// Devices that are not here: programs can be compiled for them and measured.
import { gpuTopologyOptions, openPlugin, type Topology } from "../../runtime/index.ts";
import type { Device } from "../core/mesh.ts";

export class TopologyDevice implements Device {
  readonly id: number;
  readonly platform: string;
  readonly kind: string;
  readonly topology: Topology;

  constructor(topology: Topology, id: number, kind: string) {
    this.id = id;
    this.platform = topology.platformName;
    this.kind = kind;
    this.topology = topology;
  }
}

/** `count` devices of the GPU kind that `targetConfig` describes, needing only the CUDA plugin. */
export function gpuTopology(count: number, targetConfig: string): readonly TopologyDevice[] {
  const plugin = openPlugin("cuda");
  const topology = plugin.createTopology(
    "",
    gpuTopologyOptions(targetConfig, Math.min(count, 8), Math.max(1, count / 8)),
  );
  return topology.devices.map((d) => new TopologyDevice(topology, d.id, d.kind));
}
