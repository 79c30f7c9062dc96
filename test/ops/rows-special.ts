// Rows of special functions, of XLA's random numbers, and of what depends on the platform.
import { betainc, betaincOp } from "../../src/control/incomplete-beta.ts";
import * as gammas from "../../src/control/incomplete-gamma.ts";
import { randomGamma, randomGammaOp } from "../../src/control/random-gamma.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { like } from "../../src/ops/literal.ts";
import { platformIndex, platformIndexOp } from "../../src/ops/platform.ts";
import { rngBits, rngBitsOp } from "../../src/ops/rng.ts";
import { polygamma, polygammaOp, zeta, zetaOp } from "../../src/ops/special.ts";
import { exact, got, type Options, type Row, row } from "./row.ts";
import { fixed, int, real } from "./samples.ts";

const wide = { tolerance: { epsilons: 256, spread: 1 } } as const;
const floats = [
  { inputs: [int([2]), int([2])], says: /got int32\[2\], expected a floating dtype\. Convert/ },
  { inputs: [real([2]), real([3])], says: /got shapes \[2\] and \[3\], expected equal shapes/ },
];
const pair = (low: number, high: number) => [real([2, 3], low, high), real([2, 3], low, high)];
const gamma = (op: Row["op"], f: (a: Tensor, x: Tensor) => Tensor, options: Options = {}): Row =>
  row(op, (a, x) => f(a!, x!), pair(0.5, 4), { ...wide, derivative: "first", refuses: floats, ...options });
const threes = [real([2, 3], 0.5, 3), real([2, 3], 0.5, 3), real([2, 3], 0.1, 0.9)];

export const specialRows: readonly Row[] = [
  row(polygammaOp, (x) => polygamma(like(x!, 1), x!), [real([2, 3], 0.5, 3)], { ...wide, what: "by x" }),
  row(polygammaOp, (m, x) => polygamma(m!, x!), [fixed([0, 1, 2], [3], "float64"), real([3], 0.5, 3)], {
    ...wide,
    what: "by its order",
    derivative: "throws",
    refuses: floats,
  }),
  row(zetaOp, (s, q) => zeta(s!, q!), pair(1.5, 4), { ...wide, derivative: "throws", refuses: floats }),
  row(betaincOp, (x) => betainc(like(x!, 2), like(x!, 1.5), x!), [real([2, 3], 0.1, 0.9)], { ...wide, what: "by x" }),
  row(betaincOp, (a, b, x) => betainc(a!, b!, x!), threes, {
    ...wide,
    what: "by its parameters",
    derivative: "throws",
    refuses: [
      { inputs: [int([2]), int([2]), int([2])], says: /got int32\[2\], expected a floating dtype\. Convert/ },
      {
        inputs: [real([2]), real([3]), real([2])],
        says: /got shapes \[2\] and \[3\] and \[2\], expected equal shapes/,
      },
    ],
  }),
  gamma(gammas.igammaOp, gammas.igamma),
  gamma(gammas.igammacOp, gammas.igammac),
  gamma(gammas.igammaGradAOp, gammas.igammaGradA, { derivative: "throws" }),
  gamma(gammas.randomGammaGradOp, gammas.randomGammaGrad, { derivative: "throws" }),
  // Their derivative is that at a fixed quantile, not that of the way to the sample: test/lib/random-distributions.test.ts.
  row(randomGammaOp, (key, a) => randomGamma(key!, a!, false), [fixed([3, 7], [2], "uint32"), real([4], 1.5, 4)], {
    ...wide,
    derivative: "recorded",
    refuses: [
      { inputs: [int([2]), real([4])], says: /got a key of int32\[2\], expected uint32/ },
      { inputs: [fixed([1, 2, 3], [3], "uint32"), real([4])], says: got("expected \\[\\.\\.\\., 2\\]") },
    ],
  }),
  row(randomGammaOp, (key, a) => randomGamma(key!, a!, true), [fixed([3, 7], [2], "uint32"), real([4], 0.5, 1)], {
    ...wide,
    what: "logarithms",
    derivative: "recorded",
  }),
  row(
    rngBitsOp,
    (state) => rngBits(state!, { shape: [3], dtype: "uint32", algorithm: "threeFry" }),
    [fixed([1, 2, 3, 4], [4], "uint32")],
    {
      ...exact,
      // As in JAX, all examples are drawn from the first state; test/lib/lax-recorded.test.ts compares them with JAX's.
      examples: "together",
      refuses: [
        { inputs: [int([4])], says: /got a state of int32\[4\], expected uint32\[4\] or uint64\[2\]/ },
        {
          inputs: [fixed([1, 2, 3, 4], [4], "uint32")],
          call: (state) => rngBits(state!, { shape: [3], dtype: "int32", algorithm: "default" }),
          says: /got dtype int32, expected uint8, uint16, uint32, uint64/,
        },
      ],
    },
  ),
  row(platformIndexOp, () => platformIndex(["cuda", "cpu", ""]), [], exact),
];
