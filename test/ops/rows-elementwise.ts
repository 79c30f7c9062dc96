// Rows of the elementwise operations.
import type { AnyOp } from "../../src/core/op.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { bind1 } from "../../src/core/trace.ts";
import { besselI0e, besselI0eOp } from "../../src/ops/bessel.ts";
import * as binary from "../../src/ops/binary.ts";
import * as compare from "../../src/ops/compare.ts";
import { frozen, frozenOp } from "../../src/ops/frozen.ts";
import { threefry2x32, threefryOp } from "../../src/ops/threefry.ts";
import * as unary from "../../src/ops/unary.ts";
import { exact, got, type Options, type Refusal, type Row, row } from "./row.ts";
import { bool, fixed, int, real } from "./samples.ts";

type Unary = (x: Tensor) => Tensor;
type Binary = (x: Tensor, y: Tensor) => Tensor;
const needsFloat = [{ inputs: [int([2])], says: /got int32\[2\], expected a floating( or complex)? dtype\. Convert/ }];
const needsNumber = [{ inputs: [bool([2])], says: /got bool\[2\], expected a numeric dtype\. Convert/ }];
const needsInteger = (n: 1 | 2) => [
  { inputs: [real([2]), real([2])].slice(0, n), says: /got float64\[2\], expected an? .*integer dtype\. Convert/ },
];

const float = (op: AnyOp, f: Unary, low = -2, high = 2, options: Options = {}) =>
  row(op, f, [real([2, 3], low, high)], { refuses: needsFloat, ...options });
const sameKinds: readonly Refusal[] = [
  { inputs: [real([2]), real([3])], says: /got shapes \[2\] and \[3\], expected equal shapes\. Broadcast/ },
  { inputs: [real([2]), int([2])], says: /got dtypes float64 and int32, expected equal dtypes\. Convert/ },
];
const pair = (op: AnyOp, f: Binary, low = -2, high = 2, options: Options = {}) =>
  row(op, f, [real([2, 3], low, high), real([2, 3], low, high)], { refuses: sameKinds, ...options });
const bits = (op: AnyOp, f: Binary, low = -5, high = 6) =>
  row(op, f, [int([2, 3], low, high), int([2, 3], low, high)], { ...exact, refuses: needsInteger(2) });

const unaryRows: readonly Row[] = [
  row(unary.negOp, unary.neg, [real([2, 3])], { refuses: needsNumber }),
  float(unary.expOp, unary.exp),
  float(unary.exp2Op, unary.exp2),
  float(unary.expm1Op, unary.expm1),
  float(unary.logOp, unary.log, 0.5, 3),
  float(unary.log1pOp, unary.log1p, -0.5, 3),
  float(unary.sinOp, unary.sin),
  float(unary.cosOp, unary.cos),
  float(unary.tanOp, unary.tan, -1, 1),
  float(unary.asinOp, unary.asin, -0.8, 0.8),
  float(unary.acosOp, unary.acos, -0.8, 0.8),
  float(unary.atanOp, unary.atan),
  float(unary.sinhOp, unary.sinh),
  float(unary.coshOp, unary.cosh),
  float(unary.asinhOp, unary.asinh),
  float(unary.acoshOp, unary.acosh, 1.5, 4),
  float(unary.atanhOp, unary.atanh, -0.8, 0.8),
  float(unary.tanhOp, unary.tanh),
  float(unary.logisticOp, unary.logistic),
  float(unary.sqrtOp, unary.sqrt, 0.5, 3),
  float(unary.rsqrtOp, unary.rsqrt, 0.5, 3),
  float(unary.cbrtOp, unary.cbrt, 0.5, 3),
  row(unary.squareOp, unary.square, [real([2, 3])], { refuses: needsNumber }),
  row(unary.absOp, unary.abs, [real([2, 3])], { refuses: needsNumber }),
  row(unary.signOp, unary.sign, [real([2, 3])], { ...exact, refuses: needsNumber }),
  float(unary.floorOp, unary.floor, -9, 9, exact),
  float(unary.ceilOp, unary.ceil, -9, 9, exact),
  float(unary.roundOp, unary.round, -9, 9, exact),
  float(unary.roundAwayOp, unary.roundAway, -9, 9, exact),
  float(unary.isFiniteOp, unary.finite, -9, 9, exact),
  row(unary.notOp, unary.not, [int([2, 3])], { ...exact, refuses: needsInteger(1) }),
  row(unary.populationCountOp, unary.populationCount, [int([2, 3])], { ...exact, refuses: needsInteger(1) }),
  row(unary.clzOp, unary.clz, [int([2, 3])], { ...exact, refuses: needsInteger(1) }),
  float(unary.erfOp, unary.erf),
  float(unary.erfcOp, unary.erfc),
  float(unary.erfInvOp, unary.erfInv, -0.8, 0.8),
  float(unary.lgammaOp, unary.lgamma, 0.5, 3),
  float(unary.digammaOp, unary.digamma, 0.5, 3),
  float(unary.besselI1eOp, unary.besselI1e, -9, 9),
  float(besselI0eOp, besselI0e, -12, 12),
  row(unary.stopGradientOp, unary.stopGradientTensor, [real([2, 3])], exact),
  row(unary.copyOp, unary.copy, [real([2, 3])], { tolerance: "exact" }),
  row(frozenOp, (x) => frozen(x, "frozen: got a derivative, expected none."), [real([2, 3])], {
    ...exact,
    derivative: "throws",
  }),
  ...[-2, 0, 1, 2, 3, 7].map((y) =>
    row(unary.integerPowOp, (x) => bind1(unary.integerPowOp, [x], { y }), [real([2, 3], 0.5, 2)], {
      what: `y=${y}`,
      refuses: [
        {
          inputs: [real([2])],
          call: (x) => unary.integerPow(x, 0.5),
          says: /got exponent 0\.5, expected an integer; use pow/,
        },
        { inputs: [int([2])], call: (x) => unary.integerPow(x, -1), says: /got int32\[2\] with exponent -1/ },
      ],
    }),
  ),
  row(
    unary.convertOp,
    (x) => unary.convert(unary.convert(x, "float32"), "float64"),
    [fixed([0.5, 2, -3, 1.25], [2, 2], "float64")],
    {
      derivative: "recorded",
      what: "through float32",
      tolerance: "exact",
    },
  ),
  row(unary.convertOp, (x) => unary.convert(x, "bool"), [int([2, 3], -1, 2)], { ...exact, what: "to bool" }),
  row(unary.bitcastOp, (x) => unary.bitcast(x, "int64"), [real([2, 3])], { ...exact, what: "same width" }),
  row(unary.bitcastOp, (x) => unary.bitcast(x, "uint16"), [real([2, 3])], { ...exact, what: "narrower" }),
  row(unary.bitcastOp, (x) => unary.bitcast(x, "float64"), [int([3, 2])], {
    ...exact,
    what: "wider",
    refuses: [{ inputs: [int([2, 3])], says: /got int32\[2,3\].*last dimension/ }],
  }),
  row(unary.reducePrecisionOp, (x) => unary.reducePrecision(x, 11, 52), [real([2, 3])], {
    tolerance: "exact",
    refuses: needsFloat,
  }),
];

const binaryRows: readonly Row[] = [
  pair(binary.addOp, binary.add),
  pair(binary.subOp, binary.sub),
  pair(binary.mulOp, binary.mul),
  pair(binary.divOp, binary.div, 0.5, 3),
  pair(binary.remOp, binary.rem, 0.5, 3),
  pair(binary.maxOp, binary.max),
  pair(binary.minOp, binary.min),
  pair(binary.powOp, binary.pow, 0.5, 3),
  pair(binary.atan2Op, binary.atan2, 0.5, 3),
  pair(binary.nextafterOp, binary.nextafter, -2, 2, exact),
  bits(binary.andOp, binary.and),
  bits(binary.orOp, binary.or),
  bits(binary.xorOp, binary.xor),
  bits(binary.shiftLeftOp, binary.shiftLeft, 0, 8),
  bits(binary.shiftRightLogicalOp, binary.shiftRightLogical, 0, 8),
  bits(binary.shiftRightArithmeticOp, binary.shiftRightArithmetic, 0, 8),
  ...Object.entries(compare.compareOps).map(([direction, op]) =>
    row(op, (x, y) => compare.compare(x!, direction as compare.Direction, y!), [int([2, 3], 0, 3), int([2, 3], 0, 3)], {
      ...exact,
      refuses: sameKinds,
    }),
  ),
  row(compare.selectOp, (w, x, y) => compare.select(w!, x!, y!), [bool([2, 3]), real([2, 3]), real([2, 3])], {
    refuses: [
      { inputs: [int([2]), real([2]), real([2])], says: /got a predicate of int32\[2\], expected bool/ },
      {
        inputs: [bool([3]), real([2]), real([2])],
        says: /got a predicate of shape \[3\] for cases of shape \[2\]; expected/,
      },
      { inputs: [bool([2]), real([2]), int([2])], says: got("expected equal dtypes") },
    ],
  }),
  row(compare.selectOp, (w, x, y) => compare.select(w!, x!, y!), [bool([]), real([2, 3]), real([2, 3])], {
    what: "scalar predicate",
  }),
  row(compare.selectOp, (w, x, y) => compare.select(w!, x!, y!), [bool([]), real([]), real([])], { what: "scalars" }),
  row(compare.clampOp, (l, x, h) => compare.clamp(l!, x!, h!), [real([5], -1, -0.3), real([5]), real([5], 0.3, 1)], {
    refuses: [{ inputs: [real([2]), real([3]), real([2])], says: got("expected equal shapes") }],
  }),
  row(
    threefryOp,
    (...x) => threefry2x32(...(x as [Tensor, Tensor, Tensor, Tensor])),
    new Array(4).fill(int([2, 3], 0, 2 ** 32, "uint32")),
    {
      ...exact,
      refuses: [
        { inputs: new Array(4).fill(int([2])), says: got("expected uint32") },
        {
          inputs: [3, 2, 2, 2].map((n) => int([n], 0, 9, "uint32")),
          says: got("expected equal shapes"),
        },
      ],
    },
  ),
];

export const elementwiseRows: readonly Row[] = [...unaryRows, ...binaryRows];
