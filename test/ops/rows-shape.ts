// Rows of operations that move elements, of products, barriers and calls.
import { NamedSharding, P } from "../../src/core/mesh.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { bind1 } from "../../src/core/trace.ts";
import { makeMesh } from "../../src/lib/sharding.ts";
import * as barrier from "../../src/ops/barrier.ts";
import { counters, countersOp } from "../../src/ops/counters.ts";
import { customCall, customCallOp } from "../../src/ops/custom-call.ts";
import { dotGeneral, dotOp } from "../../src/ops/dot.ts";
import { dynamicSlice, dynamicSliceOp, dynamicUpdateSlice, dynamicUpdateSliceOp } from "../../src/ops/dynamic.ts";
import { type GatherParams, gather, gatherOp, type IndexMode, takeAlong, takeRows } from "../../src/ops/gather.ts";
import { devicePutOp, moveToMemory } from "../../src/ops/memory.ts";
import * as scatter from "../../src/ops/scatter.ts";
import * as shape from "../../src/ops/shape.ts";
import { exact, got, type Row, row } from "./row.ts";
import { fixed, int, real } from "./samples.ts";

const moved = { tolerance: "exact" } as const;
/** A kernel that XLA's CPU compiler knows by name. */
const largestTwo = (x: Tensor): Tensor[] =>
  customCall(
    "TopK",
    [x],
    [
      { shape: [2], dtype: "float32" },
      { shape: [2], dtype: "int32" },
    ],
  );
const onOneDevice = () => new NamedSharding(makeMesh([1], ["x"]), P("x"));

export const shapeRows: readonly Row[] = [
  row(shape.broadcastOp, (x) => shape.broadcastInDim(x, [2, 4, 3], [0, 2]), [real([2, 1])], {
    ...moved,
    refuses: [{ inputs: [real([2, 2])], says: /got float64\[2,2\] with dimensions \[0,2\].*must be 1/ }],
  }),
  row(shape.broadcastOp, (x) => shape.broadcastInDim(x, [2, 3], []), [real([])], { ...moved, what: "scalar" }),
  row(shape.reshapeOp, (x) => shape.reshape(x, [3, 2]), [real([2, 3])], {
    ...moved,
    refuses: [{ inputs: [real([5])], says: /got float64\[5\] \(5 elements\) for shape \[3,2\].*expected/ }],
  }),
  row(shape.transposeOp, (x) => shape.transpose(x, [2, 0, 1]), [real([2, 3, 4])], {
    ...moved,
    refuses: [{ inputs: [real([2, 3])], says: /got permutation \[2,0,1\] for float64\[2,3\]; expected/ }],
  }),
  row(shape.revOp, (x) => shape.rev(x, [1]), [real([2, 3])], {
    ...moved,
    refuses: [{ inputs: [real([2])], says: /got dimensions \[1\] for float64\[2\]; expected/ }],
  }),
  row(shape.sliceOp, (x) => shape.slice(x, [1, 0], [4, 5], [2, 3]), [real([4, 5])], {
    ...moved,
    refuses: [{ inputs: [real([3, 5])], says: /got start \[1,0\].*expected/ }],
  }),
  row(shape.padOp, (x, value) => shape.pad(x!, value!, [1, -1], [2, 1], [1, 0]), [real([2, 3]), real([])], {
    ...moved,
    refuses: [
      { inputs: [real([2, 3]), int([])], says: /got padding value int32\[\] for float64\[2,3\], expected float64\[\]/ },
      { inputs: [real([2]), real([])], says: /got low \[1,-1\].*for float64\[2\]; expected/ },
    ],
  }),
  row(shape.concatenateOp, (...xs) => shape.concatenate(xs, 1), [real([2, 3]), real([2, 1]), real([2, 2])], {
    ...moved,
    refuses: [
      { inputs: [real([2, 3]), real([3, 1])], says: got("along dimension 1; expected") },
      { inputs: [real([2, 3]), int([2, 1])], says: got("dtypes float64, int32, expected equal") },
      { inputs: [real([2]), real([2])], says: /got dimension 1 for float64\[2\]; expected/ },
    ],
  }),
  row(countersOp, () => counters([2, 3])[1], [], exact),
  row(shape.iotaOp, () => shape.iota("int32", [2, 3], 1), [], {
    ...exact,
    refuses: [
      { inputs: [], call: () => shape.iota("bool", [2]), says: /got dtype bool, expected/ },
      { inputs: [], call: () => shape.iota("int32", [2], 1), says: /got dimension 1 for shape \[2\]; expected/ },
    ],
  }),
  row(dotOp, (x, y) => dotGeneral(x!, y!, [[2], [1]], [[0], [0]]), [real([2, 3, 4]), real([2, 4, 5])], {
    refuses: [
      { inputs: [real([2, 3, 4]), real([2, 5, 5])], says: /got float64\[2,3,4\] and float64\[2,5,5\].*expected/ },
      { inputs: [real([2, 3, 4]), int([2, 4, 5])], says: got("expected equal dtypes") },
    ],
  }),
  row(
    dotOp,
    (x, y) =>
      dotGeneral(x!, y!, [
        [2, 0],
        [0, 1],
      ]),
    [real([2, 3, 4]), real([4, 2])],
    { what: "two contracted" },
  ),
  row(dotOp, (x, y) => dotGeneral(x!, y!, [[], []]), [real([2]), real([3])], { what: "outer" }),
  row(barrier.barrierOp, (x, y) => barrier.barrier([x!, y!]), [real([2, 3]), real([2])], moved),
  row(devicePutOp, (x) => moveToMemory(x!, "host"), [real([2, 3])], moved),
  row(barrier.shardingConstraintOp, (x) => barrier.shardingConstraint(x, onOneDevice()), [real([2, 3])], {
    ...moved,
    refuses: [{ inputs: [real([])], says: /got .* of 1 entries for float64\[\].*expected/ }],
  }),
  row(customCallOp, (x) => largestTwo(x), [real([5], -2, 2, "float32")], {
    ...exact,
    refuses: [
      {
        inputs: [real([2])],
        call: (x) => customCall("f", [x], [], { operandLayouts: [[1]] }),
        says: /f got operand layouts \[1\] for shapes \[2\]; expected/,
      },
      {
        inputs: [real([2])],
        call: (x) => customCall("f", [x], [], { apiVersion: 4, backendConfig: "{}" }),
        says: /f got a backend configuration that is a string with API version 4; expected/,
      },
    ],
  }),
];

const rowsOf = (mode: IndexMode, unique = false): GatherParams => ({
  dims: { offset: [1], collapsed: [0], startIndexMap: [0], operandBatch: [], indicesBatch: [] },
  sizes: [1, 2],
  mode,
  fill: 7,
  sorted: false,
  unique,
});
const inside = fixed([2, 0, 2], [3, 1]);
const distinct = fixed([2, 0, 3], [3, 1]);
const outside = fixed([2, -1, 9], [3, 1]);
/** Places that meet, lie outside, and are known to differ; the mode of each. */
const places = [
  ["inside", inside, rowsOf("promiseInBounds")],
  ["outside, clip", outside, rowsOf("clip")],
  ["outside, fill", outside, rowsOf("fill")],
  ["unique", distinct, rowsOf("promiseInBounds", true)],
] as const;
const scatters = [
  [scatter.scatterAddOp, "scatter_add"],
  [scatter.scatterOp, "scatter"],
  [scatter.scatterMaxOp, "scatter_max"],
  [scatter.scatterMinOp, "scatter_min"],
] as const;

export const indexRows: readonly Row[] = [
  ...places.map(([what, indices, p]) =>
    row(gatherOp, (x, i) => gather(x!, i!, p), [real([4, 2]), indices], {
      ...moved,
      what,
      refuses: [
        { inputs: [real([4, 2]), real([3, 1])], says: /got indices of float64\[3,1\], expected an integer dtype/ },
        { inputs: [real([4, 2]), int([3, 2])], says: /got indices of int32\[3,2\]; expected a last dimension of 1/ },
        { inputs: [real([4, 1]), inside], says: /got slice sizes \[1,2\] for float64\[4,1\]; expected/ },
      ],
    }),
  ),
  row(gatherOp, (x, i) => takeAlong(x!, i!, 1), [real([2, 4]), fixed([3, 0, 2, 1, 1, 2], [2, 3])], {
    ...moved,
    what: "along an axis",
  }),
  row(gatherOp, (x, i) => takeRows(x!, i!), [real([4, 2, 2]), fixed([3, 0, 2, 3], [2, 2])], { ...moved, what: "rows" }),
  ...scatters.flatMap(([op]) =>
    places.map(([what, indices, p]) =>
      row(op, (x, i, u) => bind1(op, [x!, i!, u!], p), [real([4, 2]), indices, real([3, 2])], {
        what,
        refuses: [
          {
            inputs: [real([4, 2]), inside, real([2, 2])],
            says: /got updates float64\[2,2\] for float64\[4,2\]; expected/,
          },
          {
            inputs: [real([4, 2]), inside, int([3, 2])],
            says: /got updates int32\[3,2\] for float64\[4,2\]; expected/,
          },
        ],
      }),
    ),
  ),
  row(
    scatter.scatterMulOp,
    (x, i, u) => bind1(scatter.scatterMulOp, [x!, i!, u!], rowsOf("fill", true)),
    [real([4, 2]), outside, real([3, 2])],
    {
      what: "unique",
    },
  ),
  row(dynamicSliceOp, (x, i, j) => dynamicSlice(x!, [i!, j!], [2, 3]), [real([4, 5]), int([], -2, 6), int([], -2, 6)], {
    ...moved,
    refuses: [
      { inputs: [real([4, 2]), int([]), int([])], says: /got sizes \[2,3\] for float64\[4,2\]; expected/ },
      { inputs: [real([4, 5]), real([]), int([])], says: /got a start index float64\[\], expected/ },
    ],
  }),
  row(dynamicSliceOp, (x, i) => dynamicSlice(x!, [i!], [2]), [real([300]), int([], 0, 256, "uint8")], {
    ...moved,
    what: "narrow index",
  }),
  row(
    dynamicUpdateSliceOp,
    (x, u, i, j) => dynamicUpdateSlice(x!, u!, [i!, j!]),
    [real([4, 5]), real([2, 3]), int([], -2, 6), int([], -2, 6)],
    {
      ...moved,
      refuses: [
        {
          inputs: [real([4, 2]), real([2, 3]), int([]), int([])],
          says: /got sizes \[2,3\] for float64\[4,2\]; expected/,
        },
        {
          inputs: [real([4, 5]), int([2, 3]), int([]), int([])],
          says: /got int32\[2,3\] for float64\[4,5\]; expected/,
        },
      ],
    },
  ),
  row(
    dynamicUpdateSliceOp,
    (x, u, i) => dynamicUpdateSlice(x!, u!, [i!]),
    [real([300]), real([2]), int([], 0, 256, "uint8")],
    { ...moved, what: "narrow index" },
  ),
];
