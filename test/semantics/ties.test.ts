// Where a function has a kink or a tie, its derivative is JAX's.
import { grad, jvp, lax, nn, np, type Tensor } from "jorts";
import { describe, test } from "vitest";
import { expectRecorded, f32, scalar } from "./values.ts";

const X = [0.5, -1.25, 2];
const twoEach = () => f32(2, 1, 2);
const [zero, one] = [() => scalar(0), () => scalar(1)];
const along = (x: Tensor) => np.sum(x.mul(f32(...X)));

const rows: Readonly<Record<string, () => unknown>> = {
  reduce_max: () => grad(np.max as (x: Tensor) => Tensor)(twoEach()),
  reduce_min: () => grad(np.min as (x: Tensor) => Tensor)(twoEach().neg()),
  "reduce_max-jvp": () => jvp(np.max as (x: Tensor) => Tensor, [twoEach()], [f32(...X)])[1],
  maximum: () => grad((x: Tensor, y: Tensor) => np.maximum(x, y), { argnums: [0, 1] })(one(), one()),
  minimum: () => grad((x: Tensor, y: Tensor) => np.minimum(x, y), { argnums: [0, 1] })(one(), one()),
  "maximum-second": () => grad(grad((x: Tensor) => np.square(np.maximum(x, 1))))(one()),
  relu: () => grad(nn.relu)(zero()),
  relu6: () => [grad(nn.relu6)(zero()), grad(nn.relu6)(scalar(6))],
  leaky_relu: () => grad((x: Tensor) => nn.leakyRelu(x))(zero()),
  abs: () => grad((x: Tensor) => np.abs(x))(zero()),
  sign: () => grad((x: Tensor) => np.sign(x))(zero()),
  clip: () => grad((x: Tensor) => np.sum(np.clip(x, 0, 1)))(f32(0, 0.5, 1, 2)),
  sqrt: () => grad((x: Tensor) => np.sqrt(x))(zero()),
  log: () => grad((x: Tensor) => np.log(x))(zero()),
  "where-log": () => grad((x: Tensor) => np.sum(np.where(np.greater(x, 0), np.log(x), 0)))(f32(0, 1)),
  "power-zero": () => [grad((x: Tensor) => np.power(x, 2))(zero()), grad((x: Tensor) => np.power(x, 0))(zero())],
  "round-floor": () => [grad((x: Tensor) => np.round(x))(one()), grad((x: Tensor) => np.floor(x))(one())],
  sort: () => grad((x: Tensor) => along(np.sort(x)))(twoEach()),
  cummax: () => grad((x: Tensor) => along(lax.cummax(x)))(twoEach()),
  "norm-zero": () => grad((x: Tensor) => np.sqrt(np.sum(np.square(x))))(f32(0, 0)),
};

describe("ties and kinks", () => {
  for (const [name, run] of Object.entries(rows)) test(name, () => expectRecorded(run(), "ties", name));
});
