// One Llama training step on one device and, tensor-parallel, on four virtual ones: the same losses. Prints the
// collectives that XLA's partitioner put into the compiled step.
import {
  devicePut,
  jit,
  type Mesh,
  makeMesh,
  np,
  random,
  config as settings,
  type Tensor,
  tree,
  valueAndGrad,
} from "jorts";
import * as hlo from "jorts/hlo";
import * as llama from "jorts/llama";

settings.numCpuDevices = 4;

const config = llama.configFromHf({
  model_type: "llama",
  vocab_size: 512,
  hidden_size: 128,
  intermediate_size: 256,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  max_position_embeddings: 256,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  eos_token_id: 2,
  tie_word_embeddings: false,
});
let seed = 0;
const params = llama.mapWeights(llama.weightSpecs(config), ({ shape }, stacked) => {
  const whole = stacked ? [config.layers, ...shape] : [...shape];
  return shape.length === 1 ? np.ones(whole) : random.normal(random.key(seed++), whole).mul(0.05);
});
const { params: adapter, ...lora } = llama.initLora(random.key(100), config, { rank: 8, alpha: 16 });
const ids = random.randint(random.key(101), [4, 64], 0, config.vocabSize);

/** Gradient descent on the adapter, written for one device; `mesh` only adds placement. */
const makeStep = (mesh?: Mesh) =>
  jit<Parameters<Step>, ReturnType<Step>>((trained, weights, batch) => {
    const loss = (params: llama.LoraParams) =>
      llama.loss(weights, batch, batch, config, { lora: { ...lora, params }, mesh });
    const [value, grads] = valueAndGrad(loss)(trained);
    return [tree.map((p: Tensor, g: Tensor) => p.sub(g), trained, grads), value];
  });

type Step = (trained: llama.LoraParams, weights: llama.LlamaParams, batch: Tensor) => [llama.LoraParams, Tensor];

function losses(step: Step, weights: llama.LlamaParams, start: llama.LoraParams): number[] {
  let trained = start;
  return Array.from({ length: 4 }, () => {
    const [next, value] = step(trained, weights, ids);
    trained = next;
    return value.item() as number;
  });
}

const mesh = makeMesh([4], ["tensor"]);
const places = llama.mapWeights(llama.weightShardings(config, mesh), ({ sharding }) => sharding);
const splitWeights = devicePut(params, places);
const splitAdapter = devicePut(adapter, llama.loraShardings(config, adapter, mesh));

export const oneDevice = losses(makeStep(), params, adapter);
const compiled = makeStep(mesh).lower(splitAdapter, splitWeights, ids).compile();
const parallel: Step = (...args) => compiled.call(...args) as ReturnType<Step>;
export const fourDevices = losses(parallel, splitWeights, splitAdapter);
export const collectives = hlo.hloCollectives(hlo.fromProto(compiled.executable.optimizedProgram().code));

console.log("losses on one device:  ", oneDevice.map((x) => x.toFixed(6)).join("  "));
console.log("losses on four devices:", fourDevices.map((x) => x.toFixed(6)).join("  "));
for (const [kind, { count, bytes }] of Object.entries(collectives))
  console.log(`${kind}: ${count} in the program, ${bytes} bytes a device`);
