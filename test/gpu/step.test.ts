// One training step of a tiny Llama on the GPU: the loss falls, and is that of the CPU's arithmetic.

import { devices, grad, jit, lax, np, random, type Tensor } from "jorts";
import { initLora, lossSum } from "jorts/llama";
import { expect, it } from "vitest";
import type { LlamaConfig } from "../../src/llama/config.ts";
import type { LlamaParams } from "../../src/llama/weights.ts";
import { mapWeights, weightSpecs } from "../../src/llama/weights.ts";

const config: LlamaConfig = {
  vocabSize: 512,
  hiddenSize: 128,
  intermediateSize: 256,
  layers: 2,
  heads: 8,
  kvHeads: 4,
  headDim: 16,
  rmsNormEps: 1e-5,
  ropeTheta: 10000,
  ropeScaling: null,
  tieWordEmbeddings: true,
  maxPositions: 1024,
  bosTokenId: null,
  eosTokenIds: [],
  source: {},
};

it("trains a step on the GPU", () => {
  expect(devices()[0]!.platform).toBe("cuda");
  let n = 0;
  const params = mapWeights(weightSpecs(config), (spec, stacked) => {
    const shape = stacked ? [config.layers, ...spec.shape] : spec.shape;
    return spec.shape.length === 1 ? np.ones(shape) : np.mul(random.normal(random.key(n++), shape), 0.05);
  }) as LlamaParams<Tensor>;
  const lora = initLora(random.key(100), config, { rank: 4, targets: ["q", "v"] });
  const ids = random.randint(random.key(7), [2, 64], 0, config.vocabSize);
  const mean = (p: typeof lora.params) => {
    const [sum, count] = lossSum(params, ids, ids, config, { lora: { ...lora, params: p } });
    return lax.div(sum, count);
  };
  const before = Number(jit(mean)(lora.params).item());
  const gradient = jit(grad(mean))(lora.params);
  const b = gradient.q!.b;
  expect(Number(np.max(np.abs(b)).item())).toBeGreaterThan(0);
  const moved = { ...lora.params, q: { a: lora.params.q!.a, b: np.sub(lora.params.q!.b, np.mul(b, 0.5)) } };
  const after = Number(jit(mean)(moved).item());
  expect(before).toBeGreaterThan(5);
  expect(after).toBeLessThan(before);
});
