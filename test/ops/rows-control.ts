// Rows of the operations that hold graphs: small programs, as lax and the transformations make them.
import "../../src/lib/install.ts";
import { callExportedOp, ForeignProgram } from "../../src/compile/call-exported.ts";
import { call, callOp } from "../../src/control/call.ts";
import { checkpointOp } from "../../src/control/checkpoint.ts";
import { nameOp } from "../../src/control/checkpoint-policies.ts";
import { condOp } from "../../src/control/cond.ts";
import { customJvpOp, customVjpOp } from "../../src/control/custom.ts";
import { customLinearSolveOp } from "../../src/control/custom-linear-solve.ts";
import { scanOp } from "../../src/control/scan.ts";
import { scatterApplyOp } from "../../src/control/scatter-apply.ts";
import { shardMapOp } from "../../src/control/shard-map.ts";
import { whileOp } from "../../src/control/while.ts";
import { avalOf } from "../../src/core/aval.ts";
import type { Graph } from "../../src/core/graph.ts";
import { Literal, type Tensor } from "../../src/core/tensor.ts";
import { bind, traceGraph } from "../../src/core/trace.ts";
import { checkpoint, checkpointName } from "../../src/lib/checkpoint.ts";
import { customJvp, customVjp } from "../../src/lib/custom.ts";
import * as lax from "../../src/lib/lax.ts";
import { P } from "../../src/lib/mesh.ts";
import { linalg } from "../../src/lib/np.ts";
import { shardMap } from "../../src/lib/shard-map.ts";
import { makeMesh } from "../../src/lib/sharding.ts";
import { add, mul, sub } from "../../src/ops/binary.ts";
import { lt } from "../../src/ops/compare.ts";
import { identityLike, product } from "../../src/ops/matrix.ts";
import { broadcastInDim, expandDims, squeeze } from "../../src/ops/shape.ts";
import { cos, sin, tanh } from "../../src/ops/unary.ts";
import { got, type Row, row } from "./row.ts";
import { fixed, int, real } from "./samples.ts";

const vector = avalOf([3], "float64");
const traced = (f: (...xs: Tensor[]) => readonly Tensor[], ...avals: (typeof vector)[]): Graph =>
  traceGraph("body", f, avals, { what: "test", ambient: true }).graph;
const wave = traced((x, y) => [mul(sin(x!), y!)], vector, vector);
const flip = traced((x, y) => [sub(x!, cos(y!))], vector, vector);
const step = traced((c, x) => [add(mul(c!, 0.5), sin(x!)), mul(c!, x!)], vector, vector);
const counter = avalOf([], "int32");
const zero = new Literal(0, counter);
const below = traced((i) => [lt(i!, 3)], counter, vector);
const turn = traced((i, v) => [add(i!, 1), mul(sin(v!), 1.5)], counter, vector);
const [x, y] = [real([3]), real([3])];

const ruled = customJvp((a: Tensor, b: Tensor) => mul(sin(a), b)).defjvp(([a, b], [da, db]) => [
  mul(sin(a!), b!),
  add(mul(mul(cos(a!), b!), da!), mul(sin(a!), db!)),
]);
const backwards = customVjp((a: Tensor, b: Tensor) => mul(sin(a), b)).defvjp(
  (a, b) => [mul(sin(a), b), [a, b]],
  ([a, b]: Tensor[], ct: Tensor) => [mul(ct, mul(cos(a!), b!)), mul(ct, sin(a!))],
);

const twice = new ForeignProgram(
  "twice",
  new Map([
    [
      "cpu",
      "module @jit_twice {\n  func.func public @main(%arg0: tensor<3xf64>) -> tensor<3xf64> {\n" +
        "    %0 = stablehlo.add %arg0, %arg0 : tensor<3xf64>\n    return %0 : tensor<3xf64>\n  }\n}\n",
    ],
  ]),
  [vector],
  [vector],
  { flops: 3, bytesAccessed: 48 },
);

const solved = (a: Tensor, b: Tensor): Tensor => {
  const matrix = add(a, mul(identityLike(a), 4));
  const apply = (m: Tensor, v: Tensor) => squeeze(product(m, expandDims(v, [1])), [1]);
  return lax.customLinearSolve(
    (v: Tensor) => apply(matrix, v),
    b,
    (_matvec, v) => linalg.solve(matrix, v),
    { transposeSolve: (_vecmat, v) => linalg.solve(linalg.matrixTranspose(matrix), v) },
  );
};

export const controlRows: readonly Row[] = [
  row(callOp, (a, b) => call("wave", wave, [a!, b!]), [x, y]),
  row(
    scanOp,
    (c, xs) => bind(scanOp, [c!, xs!], { body: step, consts: 0, carries: 1, length: 4, reverse: false, unroll: 1 }),
    [real([3]), real([4, 3])],
    {
      refuses: [{ inputs: [real([3]), real([2, 3])], says: /got a scanned float64\[2,3\] for length 4; expected/ }],
    },
  ),
  row(
    scanOp,
    (c, xs) => bind(scanOp, [c!, xs!], { body: step, consts: 1, carries: 0, length: 4, reverse: true, unroll: 2 }),
    [real([3]), real([4, 3])],
    { what: "constants, in reverse, unrolled" },
  ),
  row(condOp, (i, a, b) => bind(condOp, [i!, a!, b!], { branches: [wave, flip] }), [fixed([1], []), x, y], {
    refuses: [
      { inputs: [real([]), x, y], says: /got an index float64\[\], expected int32\[\]/ },
      {
        inputs: [fixed([1], []), x, y],
        call: (i, a, b) => bind(condOp, [i!, a!, b!], { branches: [wave, step] }),
        says: got("branches with results .*expected the same"),
      },
    ],
  }),
  row(whileOp, (a) => bind(whileOp, [zero, a!], { cond: below, body: turn, condConsts: 0, bodyConsts: 0 }), [x], {
    derivative: "forward",
    refuses: [
      {
        inputs: [x],
        call: (a) => bind(whileOp, [zero, a!], { cond: turn, body: turn, condConsts: 0, bodyConsts: 0 }),
        says: got("a condition of int32\\[\\], float64\\[3\\], expected bool\\[\\]"),
      },
    ],
  }),
  row(checkpointOp, (a, b) => checkpoint((p: Tensor, q: Tensor) => tanh(mul(sin(p), q)))(a!, b!), [x, y]),
  row(nameOp, (a) => mul(checkpointName(sin(a!), "wave"), 2), [x]),
  row(customJvpOp, (a, b) => ruled(a!, b!), [x, y]),
  row(customVjpOp, (a, b) => backwards(a!, b!), [x, y], { derivative: "reverse" }),
  row(shardMapOp, (a, b) => whole(a!, b!), [real([2, 3]), real([2, 3])]),
  row(callExportedOp, (a) => bind(callExportedOp, [a!], { program: twice }), [x], {
    derivative: "throws",
    refuses: [{ inputs: [real([2])], says: got("float64\\[2\\]; expected float64\\[3\\]") }],
  }),
  row(customLinearSolveOp, (a, b) => solved(a!, b!), [real([3, 3], -1, 1), real([3])]),
  row(
    scatterApplyOp,
    (a, i) =>
      lax.scatterApply(
        a!,
        i!,
        (v) => mul(v, 2),
        { updateWindowDims: [], insertedWindowDims: [0], scatterDimsToOperandDims: [0] },
        { updateShape: [2] },
      ),
    [x, fixed([0, 2], [2, 1])],
    {
      derivative: "throws",
      refuses: [
        { inputs: [x, real([2, 1])], says: /got .*float64\[2,1\]/ },
        {
          inputs: [x, int([2, 1])],
          call: (a, i) =>
            lax.scatterApply(a!, i!, (v) => broadcastInDim(v, [2], []), {
              updateWindowDims: [],
              insertedWindowDims: [0],
              scatterDimsToOperandDims: [0],
            }),
          says: got("expected float64\\[\\] to the same"),
        },
      ],
    },
  ),
];

function whole(a: Tensor, b: Tensor): Tensor {
  const mesh = makeMesh([1], ["i"]);
  const each = (p: Tensor, q: Tensor) => mul(lax.psum(sin(p), "i"), q);
  return shardMap(each, { mesh, inSpecs: P("i"), outSpecs: P("i") })(a, b);
}
