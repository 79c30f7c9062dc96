// Rows of the table: collectives, over the one device of a mesh. What they do over several stands in collective.test.ts.
import type { Tensor } from "../../src/core/tensor.ts";
import { bind1 } from "../../src/core/trace.ts";
import { P } from "../../src/lib/mesh.ts";
import { shardMap } from "../../src/lib/shard-map.ts";
import { makeMesh } from "../../src/lib/sharding.ts";
import { add } from "../../src/ops/binary.ts";
import * as reductions from "../../src/ops/collective.ts";
import * as exchanges from "../../src/ops/exchange.ts";
import { broadcastInDim } from "../../src/ops/shape.ts";
import { exact, type Row, row } from "./row.ts";
import { bool, int, real } from "./samples.ts";

const over = { axes: ["i"], checked: true, groups: null };
const gather = { ...over, size: 1, dim: 1 };

const inside =
  (f: (...xs: Tensor[]) => Tensor) =>
  (...xs: Tensor[]): Tensor =>
    shardMap(f, { mesh: makeMesh([1], ["i"]), inSpecs: P(), outSpecs: P("i") })(...xs);
const x = real([2, 3]);

export const collectiveRows: readonly Row[] = [
  row(
    reductions.psumOp,
    inside((v) => bind1(reductions.psumOp, [v], over)),
    [x],
    {
      refuses: [{ inputs: [bool([2])], says: /got bool\[2\], expected a numeric dtype/ }],
    },
  ),
  row(
    reductions.pmaxOp,
    inside((v) => bind1(reductions.pmaxOp, [v], over)),
    [x],
    { derivative: "throws" },
  ),
  row(
    reductions.pminOp,
    inside((v) => bind1(reductions.pminOp, [v], over)),
    [x],
    { derivative: "throws" },
  ),
  row(
    reductions.pvaryOp,
    inside((v) => bind1(reductions.pvaryOp, [v], { axes: ["i"] })),
    [x],
  ),
  row(
    reductions.axisIndexOp,
    inside((v) => {
      const index = bind1(reductions.axisIndexOp, [], { axes: ["i"], checked: true });
      return add(v, broadcastInDim(index, [3], []));
    }),
    [int([3])],
    exact,
  ),
  ...[true, false].flatMap((tiled) => [
    row(
      exchanges.allGatherOp,
      inside((v) => bind1(exchanges.allGatherOp, [v], { ...gather, tiled })),
      [x],
      {
        what: tiled ? "tiled" : "stacked",
        refuses: [
          { inputs: tiled ? [real([2])] : [real([])], says: /got axis 1 for float64\[2?\]; expected one below [12]/ },
        ],
      },
    ),
    row(
      exchanges.reduceScatterOp,
      inside((v) => bind1(exchanges.reduceScatterOp, [v], { ...gather, tiled })),
      [tiled ? x : real([2, 1])],
      {
        what: tiled ? "tiled" : "stacked",
        refuses: [
          {
            inputs: [real([2])],
            says: /got float64\[2\] to scatter along dimension 1 over 1 positions; expected a size/,
          },
        ],
      },
    ),
  ]),
  row(
    exchanges.allToAllOp,
    inside((v) => bind1(exchanges.allToAllOp, [v], { ...over, size: 1, split: 0, concat: 1 })),
    [x],
    {
      refuses: [
        { inputs: [real([2])], says: /got float64\[2\] to split along dimension 0 over 1 positions and join along 1/ },
      ],
    },
  ),
  row(
    exchanges.ppermuteOp,
    inside((v) => bind1(exchanges.ppermuteOp, [v], { ...over, size: 1, permutation: [[0, 0]] })),
    [x],
    {
      refuses: [
        {
          inputs: [x],
          call: inside((v) => bind1(exchanges.ppermuteOp, [v], { ...over, size: 1, permutation: [[0, 1]] })),
          says: /got the destinations \[1\] over 1 positions; expected different whole numbers below 1/,
        },
      ],
    },
  ),
];
