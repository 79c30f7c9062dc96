// Between host and devices: batches go out, scalars come back, memory is given back.
import { type Mesh, NamedSharding } from "../../lib/mesh.ts";
import * as np from "../../lib/np.ts";
import { devicePut } from "../../lib/sharding.ts";
import type { Tensor } from "../../lib/tensor.ts";
import * as tree from "../../lib/tree.ts";
import { onMesh } from "../../llama/weights.ts";
import type { Batch } from "../data/batch.ts";
import type { StepBatch } from "./step.ts";

/** The batch in `accumulate` parts, its rows spread over the mesh's data axis. The caller owns the tensors. */
export function placeBatch(batch: Batch, accumulate: number, mesh: Mesh | undefined): StepBatch {
  const [rows, time] = batch.shape;
  const shape = [accumulate, rows / accumulate, time];
  const put = (x: Int32Array): Tensor => {
    const t = np.array(x, { shape });
    if (mesh === undefined) return t;
    const placed = devicePut(t, new NamedSharding(mesh, onMesh(mesh, [null, "data", null])));
    t.dispose();
    return placed;
  };
  return {
    ids: put(batch.ids),
    labels: put(batch.labels),
    positions: put(batch.positions),
    segmentIds: put(batch.segmentIds),
  };
}

/** Frees all tensors of a tree that still have memory. */
export function disposeTree(values: unknown): void {
  for (const t of tree.leaves(values)) if (!(t as Tensor & { isDeleted: boolean }).isDeleted) (t as Tensor).dispose();
}

/** The value of a tensor of one element. */
export const scalar = async (t: Tensor): Promise<number> => Number((await t.data())[0]);
