// A network of two layers learns a sine: jit(valueAndGrad(...)) and an optimizer, nothing else.
import { jit, np, optim, random, type Tensor, valueAndGrad } from "jorts";

interface Layer {
  w: Tensor;
  b: Tensor;
}

const [first, second] = np.unstack(random.split(random.key(0))) as [Tensor, Tensor];
let params: { hidden: Layer; out: Layer } = {
  hidden: { w: random.normal(first, [1, 64]), b: np.zeros([64]) },
  out: { w: random.normal(second, [64, 1]).mul(0.1), b: np.zeros([1]) },
};

const loss = (p: typeof params, x: Tensor, y: Tensor): Tensor => {
  const hidden = np.tanh(x.matmul(p.hidden.w).add(p.hidden.b));
  return np.mean(np.square(hidden.matmul(p.out.w).add(p.out.b).sub(y)));
};

const optimizer = optim.adam(1e-2);
let state = optimizer.init(params);
const step = jit(
  (p: typeof params, s: optim.OptState, x: Tensor, y: Tensor) => {
    const [value, grads] = valueAndGrad(loss)(p, x, y);
    const [updates, next] = optimizer.update(grads, s);
    return [optim.applyUpdates(p, updates), next, value] as const;
  },
  { donateArgnums: [0, 1] },
);

const x = np.linspace(-3, 3, 256).reshape([256, 1]);
const y = np.sin(x);
for (let i = 0; i <= 500; i++) {
  let value: Tensor;
  [params, state, value] = step(params, state, x, y);
  if (i % 100 === 0) console.log(`step ${i}: loss ${(value.item() as number).toFixed(5)}`);
  value.dispose();
}
