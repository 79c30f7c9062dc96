// What runs programs. Implemented and installed by src/compile; nothing below it knows how.
import type { HostScalar } from "./complex.ts";
import { internal } from "./errors.ts";
import type { Graph } from "./graph.ts";
import type { AnyOp } from "./op.ts";
import type { Tensor } from "./tensor.ts";

export interface Backend {
  /** Runs one operation on concrete operands. */
  evaluate(op: AnyOp, operands: readonly Tensor[], params: unknown): Tensor[];
  /** Runs a whole graph on concrete operands as one program, cached by its structure. */
  run(graph: Graph, args: readonly Tensor[]): Tensor[];
  /** One element of a concrete tensor of one element. */
  item(tensor: Tensor): HostScalar;
}

let installed: Backend | undefined;

export function installBackend(backend: Backend): void {
  installed = backend;
}

export function backend(): Backend {
  return installed ?? internal("no backend is installed; import jorts, not its parts");
}
