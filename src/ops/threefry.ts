// The Threefry-2x32 block cipher: counters in, random bits out.
import { longAval, sameShape } from "../core/aval.ts";
import { DTypeError, ShapeError } from "../core/errors.ts";
import type { Graph } from "../core/graph.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, traceGraph } from "../core/trace.ts";
import { add, or, shiftLeft, shiftRightLogical, xor } from "./binary.ts";
import { batchElementwise, rebinder } from "./elementwise.ts";
import { like } from "./literal.ts";

type Four = readonly [Tensor, Tensor, Tensor, Tensor];

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;
const parity = 0x1bd11bda;

const rotateLeft = (x: Tensor, bits: number): Tensor => or(shiftLeft(x, bits), shiftRightLogical(x, 32 - bits));

/**
 * Twenty rounds, with a key injection after every fourth.
 *
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
function rounds(k0: Tensor, k1: Tensor, c0: Tensor, c1: Tensor): [Tensor, Tensor] {
  const keys = [k0, k1, xor(xor(k0, k1), like(k0, parity))] as const;
  let [x0, x1] = [add(c0, k0), add(c1, k1)];
  for (let group = 0; group < 5; group++) {
    for (const bits of rotations[group % 2]!) {
      x0 = add(x0, x1);
      x1 = xor(rotateLeft(x1, bits), x0);
    }
    x0 = add(x0, keys[(group + 1) % 3]!);
    x1 = add(add(x1, keys[(group + 2) % 3]!), group + 1);
  }
  return [x0, x1];
}

const graphs = new Map<string, Graph>();

/** Two words of key and two of counter to two words of random bits, element by element; all uint32. */
export const threefryOp: Op<Record<never, never>, Four> = defineOp({
  name: "threefry2x32",
  shape: (operands) => {
    if (operands.some((a) => a.dtype !== "uint32"))
      throw new DTypeError(
        `threefry2x32: got ${operands.map(longAval).join(", ")}; expected uint32 throughout. Convert with astype first.`,
      );
    if (operands.some((a) => !sameShape(a.shape, operands[0].shape)))
      throw new ShapeError(
        `threefry2x32: got ${operands.map(longAval).join(", ")}; expected equal shapes. Broadcast the key first.`,
      );
    return [operands[0], operands[0]];
  },
  derivative: { all: "none" },
  transpose: null,
  batch: batchElementwise(rebinder(() => threefryOp)),
  effect: "none",
  cost: "cheap",
  lower: (c, operands) => {
    const key = c.operands.map((a) => a.id).join();
    let graph = graphs.get(key);
    if (graph === undefined) {
      const options = { what: "threefry2x32", ambient: true };
      graph = traceGraph(
        "threefry2x32",
        (...x) => rounds(...(x as unknown as Parameters<typeof rounds>)),
        c.operands,
        options,
      ).graph;
      graphs.set(key, graph);
    }
    return c.call(graph, operands);
  },
});
export function threefry2x32(k0: Tensor, k1: Tensor, x0: Tensor, x1: Tensor): [Tensor, Tensor] {
  const [y0, y1] = bind(threefryOp, [k0, k1, x0, x1], {});
  return [y0!, y1!];
}
