// A user's own layer and its derivative rule, property-tested: any shapes, any values, both modes, twice.
import fc from "fast-check";
import { customJvp, np, type Tensor } from "jorts";
import { checkGrads, checkVmap, forAll, tensorArbitraries, toDevice } from "jorts/testing";

/** x·tanh(log(1 + eˣ)), with a derivative written by hand. */
const mish = customJvp((x: Tensor) => x.mul(np.tanh(np.logaddexp(x, 0)))).defjvp(([x]: Tensor[], [t]: Tensor[]) => {
  const gate = np.tanh(np.logaddexp(x!, 0));
  const slope = np.divide(1, np.exp(x!.neg()).add(1));
  return [x!.mul(gate), t!.mul(gate.add(x!.mul(slope).mul(np.subtract(1, gate.mul(gate)))))];
});
const layer = (x: Tensor, w: Tensor): Tensor => mish(x.matmul(w));

const { tensor, shape } = tensorArbitraries(fc);
const tensors = fc
  .tuple(shape({ maxRank: 1, minSize: 1 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
  .chain(([batch, n, m]) =>
    fc.tuple(
      ...[
        [...batch, n],
        [n, m],
      ].map((s) => tensor({ shape: s, dtype: "float64", special: false })),
    ),
  );

forAll(
  fc,
  tensors,
  ([x, w]) => {
    checkGrads(layer, [toDevice(x!), toDevice(w!)], { order: 2 });
    if (x!.shape.length > 1) checkVmap(layer, [toDevice(x!), toDevice(w!)], { inAxes: [0, null] });
  },
  { numRuns: 4, seed: 1 },
);
console.log("the layer's derivatives hold");
