// Rows of convolutions, windows and matrices.

import { type EigParams, eig, eigOp } from "../../src/control/eig.ts";
import { eigh, eighOp } from "../../src/control/eigh.ts";
import { hessenberg, hessenbergOp } from "../../src/control/hessenberg.ts";
import { lu, luOp, pivotsToPermutation, pivotsToPermutationOp } from "../../src/control/lu.ts";
import { choleskyUpdate, choleskyUpdateOp, tridiagonal, tridiagonalOp } from "../../src/control/packed-forms.ts";
import { pinv, pinvOp } from "../../src/control/pinv.ts";
import { reduceWindowOp } from "../../src/control/reduce-window.ts";
import { schur, schurOp } from "../../src/control/schur.ts";
import { svd, svdOp } from "../../src/control/svd.ts";
import { tridiagonalSolve, tridiagonalSolveOp } from "../../src/control/tridiagonal.ts";
import { avalOf } from "../../src/core/aval.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { bind1, traceGraph } from "../../src/core/trace.ts";
import { add, mul } from "../../src/ops/binary.ts";
import { type ConvParams, conv, convOp } from "../../src/ops/conv.ts";
import { geqrf, geqrfOp, householderProduct, householderProductOp, qr, qrOp } from "../../src/ops/householder.ts";
import { linearSolve, linearSolveOp } from "../../src/ops/linear-solve.ts";
import { alongRows, identityLike, product, realPart, symmetrized, transposed } from "../../src/ops/matrix.ts";
import { iota } from "../../src/ops/shape.ts";
import { cholesky, choleskyOp, triangularSolve, triangularSolveOp } from "../../src/ops/triangular.ts";
import { convert } from "../../src/ops/unary.ts";
import * as window from "../../src/ops/window.ts";
import { got, type Row, row } from "./row.ts";
import { fixed, int, real } from "./samples.ts";

const plain: ConvParams = {
  strides: [2, 1],
  padding: [
    [1, 2],
    [0, 1],
  ],
  lhsDilation: [1, 2],
  rhsDilation: [2, 1],
  dims: { lhs: [0, 1, 2, 3], rhs: [0, 1, 2, 3], out: [0, 1, 2, 3] },
  featureGroups: 1,
  batchGroups: 1,
  precision: "highest",
  dtype: "float64",
};
const images = [real([2, 4, 4, 3]), real([4, 4, 2, 2])];
const grouped = { ...plain, dims: { lhs: [3, 2, 0, 1], rhs: [3, 2, 0, 1], out: [1, 0, 3, 2] } };

const windows = {
  window: [2, 3],
  strides: [1, 2],
  padding: [
    [1, 0],
    [0, 2],
  ],
  baseDilation: [1, 1],
  windowDilation: [1, 1],
} as const;
const dilatedWindows = { ...windows, baseDilation: [2, 1], windowDilation: [1, 2] };
const distinct = fixed([3, 17, 5, 11, 2, 19, 7, 13, 23, 1, 29, 31, 37, 4, 41, 8, 43, 6, 47, 10], [4, 5], "float64");
const pool = { ...windows, direction: "GE" } as const;

const positive = (x: Tensor): Tensor => add(product(x, transposed(x)), mul(identityLike(x), 4));
const dominant = (x: Tensor): Tensor => add(x, mul(identityLike(x), 4));
const spread = (x: Tensor): Tensor =>
  add(symmetrized(x), mul(identityLike(x), alongRows(convert(iota("int32", [3]), x.dtype), 3)));
const triangle = { leftSide: true, lower: true, transposeA: false, unitDiagonal: false };
const square = real([3, 3], -1, 1);
/** Different eigenvalues, all real or all of them made complex by a rotation. */
const apart = (x: Tensor): Tensor => add(x, mul(identityLike(x), alongRows(convert(iota("int32", [3]), x.dtype), 3)));
const valuesAlone: EigParams = { left: false, right: false, vectorDerivatives: true };
const notSquare = { inputs: [real([2, 3])], says: got("float64\\[2,3\\], expected square matrices") };
const reducer = traceGraph("product", (a, b) => [mul(a!, b!)], [avalOf([], "float64"), avalOf([], "float64")], {
  what: "test",
  ambient: true,
}).graph;

const convolutions: readonly Row[] = [
  row(convOp, (x, y) => conv(x!, y!, plain), images, {
    refuses: [
      {
        inputs: [real([2, 4, 4, 3]), real([4, 3, 2, 2])],
        says: /got .* 4 features on the left, 3 on the right .*expected/,
      },
      { inputs: [real([2, 4, 4, 3]), real([4, 4, 2])], says: got("expected equal ranks") },
      { inputs: [real([2, 4, 4, 3]), real([4, 4, 2, 2], 0, 1, "float32")], says: got("expected equal dtypes") },
      {
        inputs: images,
        call: (x, y) => conv(x!, y!, { ...plain, strides: [0, 1] }),
        says: got("strides \\[0,1\\].*expected"),
      },
    ],
  }),
  row(convOp, (x, y) => conv(x!, y!, { ...grouped, featureGroups: 2 }), [real([4, 3, 4, 2]), real([2, 2, 2, 4])], {
    what: "feature groups, other dimensions",
  }),
  row(convOp, (x, y) => conv(x!, y!, { ...plain, batchGroups: 2 }), images, { what: "batch groups" }),
];

const reductions: readonly Row[] = [
  ...[windows, dilatedWindows].map((p, i) =>
    row(window.reduceWindowSumOp, (x) => window.reduceWindowSum(x, p), [real([4, 5])], {
      what: i === 0 ? "" : "dilated",
      refuses: [
        { inputs: [real([4])], says: /got window \[2,3\] for float64\[4\]; expected/ },
        {
          inputs: [real([4, 5])],
          call: (x) => window.reduceWindowSum(x, { ...p, strides: [0, 1] }),
          says: /got strides \[0,1\] for float64\[4,5\]; expected/,
        },
      ],
    }),
  ),
  row(window.reduceWindowMaxOp, (x) => window.reduceWindowMax(x, windows), [distinct]),
  row(window.reduceWindowMaxOp, (x) => window.reduceWindowMax(x, { ...windows, baseDilation: [2, 1] }), [distinct], {
    what: "base dilation",
  }),
  row(window.reduceWindowMinOp, (x) => window.reduceWindowMin(x, windows), [distinct]),
  row(window.selectAndGatherAddOp, (t) => bind1(window.selectAndGatherAddOp, [t!, mul(t!, 3)], pool), [distinct], {
    refuses: [
      {
        inputs: [real([4, 5]), real([4, 4])],
        call: (t, x) => bind1(window.selectAndGatherAddOp, [t!, x!], pool),
        says: /got float64\[4,5\] beside float64\[4,4\]; expected/,
      },
    ],
  }),
  row(
    window.selectAndScatterAddOp,
    (s, x) => bind1(window.selectAndScatterAddOp, [s!, x!], pool),
    [real([4, 3]), distinct],
    {
      refuses: [{ inputs: [real([3, 3]), real([4, 5])], says: /got float64\[3,3\] beside float64\[4,5\]; expected/ }],
    },
  ),
  row(
    reduceWindowOp,
    (x, start) => bind1(reduceWindowOp, [x!, start!], { ...windows, reducer }),
    [real([4, 5]), real([], 1, 2)],
    {
      derivative: "recorded",
      refuses: [
        { inputs: [real([4, 5]), real([2])], says: got("initial value float64\\[2\\].*expected float64\\[\\]") },
      ],
    },
  ),
];

const matrices: readonly Row[] = [
  row(choleskyOp, (x) => cholesky(positive(x)), [square], {
    refuses: [
      { ...notSquare, call: cholesky },
      { inputs: [int([2, 2])], call: cholesky, says: got("expected float32 or float64") },
    ],
  }),
  row(triangularSolveOp, (a, b) => triangularSolve(dominant(a!), b!, triangle), [square, real([3, 2])], {
    refuses: [
      { inputs: [square, real([2, 2])], call: (a, b) => triangularSolve(a!, b!, triangle), says: got("as many rows") },
      { ...notSquare, inputs: [real([2, 3]), real([2, 2])], call: (a, b) => triangularSolve(a!, b!, triangle) },
    ],
  }),
  row(
    triangularSolveOp,
    (a, b) =>
      triangularSolve(dominant(a!), b!, { leftSide: false, lower: false, transposeA: true, unitDiagonal: true }),
    [real([2, 3, 3], -1, 1), real([2, 2, 3])],
    { what: "right side, transposed, unit diagonal" },
  ),
  row(linearSolveOp, (a, b) => solved(a!, b!), [square, real([3, 2])], {
    refuses: [
      {
        inputs: [square, real([2, 2])],
        call: (a, b) => linearSolve(a!, b!, a!, iota("int32", [3]), { transposeA: false }),
        says: got("as many rows"),
      },
    ],
  }),
  row(geqrfOp, (x) => geqrf(x), [real([4, 3])], {
    derivative: "throws",
    refuses: [{ inputs: [real([3])], says: got("expected matrices") }],
  }),
  row(householderProductOp, (a, taus) => householderProduct(a!, taus!), [real([4, 3]), real([3], 1, 2)], {
    derivative: "throws",
    refuses: [{ inputs: [real([2, 3]), real([3])], says: got("expected \\[..., m, n\\] with m ≥ n") }],
  }),
  row(qrOp, (x) => qr(x, false), [real([4, 3])], {
    refuses: [{ inputs: [real([3])], says: got("expected matrices") }],
  }),
  row(qrOp, (x) => qr(x, false), [real([2, 4])], { what: "wide" }),
  row(luOp, (x) => lu(x), [real([3, 3])], { refuses: [{ inputs: [real([3])], says: got("expected matrices") }] }),
  row(pivotsToPermutationOp, (p) => pivotsToPermutation(p, 4), [fixed([1, 3, 2], [3])], {
    derivative: "zero",
    tolerance: "exact",
    refuses: [{ inputs: [int([5])], says: got("for 4 rows; expected") }],
  }),
  row(eighOp, (x) => eigh(spread(x), true), [real([3, 3], -0.2, 0.2)], {
    tolerance: { epsilons: 256, spread: 1 },
    refuses: [{ ...notSquare, call: (x) => eigh(x, true) }],
  }),
  row(eigOp, (x) => eig(apart(x), valuesAlone).map((w) => realPart(w)), [real([3, 3], -0.2, 0.2)], {
    tolerance: { epsilons: 256, spread: 1 },
    refuses: [{ ...notSquare, call: (x) => eig(x, valuesAlone)[0]! }],
  }),
  row(schurOp, (x) => schur(x, { vectors: true }), [square], {
    derivative: "throws",
    tolerance: { epsilons: 256, spread: 1 },
    refuses: [{ ...notSquare, call: (x) => schur(x, { vectors: false })[0]! }],
  }),
  row(hessenbergOp, (x) => hessenberg(x), [square], {
    derivative: "throws",
    refuses: [{ ...notSquare, call: (x) => hessenberg(x)[0] }],
  }),
  row(tridiagonalOp, (x) => tridiagonal(x, true), [square], {
    derivative: "throws",
    refuses: [{ ...notSquare, call: (x) => tridiagonal(x, true)[0]! }],
  }),
  row(choleskyUpdateOp, (r, w) => choleskyUpdate(dominant(r!), w!), [square, real([3])], {
    derivative: "throws",
    refuses: [
      { inputs: [square, real([2])], call: (r, w) => choleskyUpdate(r!, w!), says: got("expected matrices") },
      {
        inputs: [square, real([3], 0, 1, "float32")],
        call: (r, w) => choleskyUpdate(r!, w!),
        says: got("expected equal dtypes"),
      },
    ],
  }),
  row(svdOp, (x) => svd(x, { computeUv: true, fullMatrices: false }), [real([4, 2])], {
    tolerance: { epsilons: 256, spread: 1 },
    refuses: [{ inputs: [real([3])], says: got("expected matrices") }],
  }),
  row(pinvOp, (x) => pinv(x, { rtol: null, hermitian: false }), [real([4, 2])], {
    tolerance: { epsilons: 256, spread: 1 },
    refuses: [{ inputs: [real([3])], says: got("expected matrices") }],
  }),
  row(
    tridiagonalSolveOp,
    (dl, d, du, b) => tridiagonalSolve(dl!, d!, du!, b!),
    [real([4]), real([4], 5, 6), real([4]), real([4, 2])],
    { refuses: [{ inputs: [real([4]), real([3]), real([4]), real([4, 2])], says: got("expected diagonals") }] },
  ),
];

/** The factors come from the matrix, as np.linalg.solve makes them. */
function solved(a: Tensor, b: Tensor): Tensor {
  const matrix = dominant(a);
  const [factors, , order] = lu(matrix);
  return linearSolve(matrix, b, factors, order, { transposeA: true });
}

export const linalgRows: readonly Row[] = [...convolutions, ...reductions, ...matrices];
