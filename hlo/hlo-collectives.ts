// The collectives that the compiler left, one by one: what they move, over which mesh axes, and how often.
import { hloCallGraph } from "./call-graph.ts";
import type { CollectiveSite } from "./collectives.ts";
import { type AxesOfGroups, axesOfGroups, axesOfPairs, type MeshAxes, readGroups, readPairs } from "./device-groups.ts";
import { HloOrigins } from "./hlo-lines.ts";
import { collectiveKind, resultBytes } from "./hlo-measures.ts";
import type { HloInstruction, HloModule } from "./optimized.ts";

type NamedMesh = MeshAxes & { readonly name?: string };

/** Groups, their size, and the axes that they run over. */
function groupsOf(
  { attributes, groupSize = 0 }: HloInstruction,
  devices: number,
  meshes: readonly NamedMesh[],
): { groups: number; groupSize: number; over: AxesOfGroups | undefined } {
  if (attributes.source_target_pairs !== undefined) {
    const pairs = readPairs(attributes.source_target_pairs);
    return { groups: 1, groupSize: pairs.length, over: axesOfPairs(pairs, meshes) };
  }
  const spelled = readGroups(attributes.replica_groups ?? "{}");
  const all = () => [Array.from({ length: devices }, (_, i) => i)];
  const groups = spelled.groups ?? all();
  const known = meshes.length > 0 || spelled.mesh === undefined ? meshes : [spelled.mesh];
  return { groups: groups.length, groupSize, over: axesOfGroups(groups, known) };
}

/**
 * The collectives of a compiled program, a start and its done together as one. Their groups are matched against `meshes`
 * (those of the program before partitioning), else against the mesh that the instruction itself names.
 */
export function hloCollectiveSites(
  module: HloModule,
  options: { readonly meshes?: readonly NamedMesh[] } = {},
): CollectiveSite[] {
  const meshes = (options.meshes ?? []).filter(({ axes }) => axes.length > 0);
  const devices = module.replicaCount * module.numPartitions;
  const runs = new Map(hloCallGraph(module).functions.map(({ name, executions }) => [name, executions]));
  const origins = new HloOrigins(module);
  return module.computations.flatMap(({ name: computation, instructions }) =>
    instructions.flatMap((instruction) => {
      const kind = collectiveKind(instruction);
      if (kind === undefined) return [];
      const at = origins.of(instruction);
      return [
        {
          kind,
          name: instruction.name,
          bytes: resultBytes(instruction, instructions),
          ...groupsOf(instruction, devices, meshes),
          executions: runs.get(computation),
          file: at?.file,
          line: at?.line,
        },
      ];
    }),
  );
}
