// Fine-tunes a Llama with LoRA in three calls. Arguments: a model (Hugging Face directory or GGUF file; SmolLM2-135M
// unless given) and an Alpaca file.
import * as finetune from "jorts/finetune";
import { fetchPinned, installPlugin, pinnedSmolLm2 } from "jorts/runtime";

const [model, data = "examples/data/lanternfold.jsonl", output = "runs/lora"] = process.argv.slice(2);
await installPlugin("cpu");

const config = finetune.defineConfig({
  model: model ?? (await fetchPinned(pinnedSmolLm2)),
  data: { maxSeqLen: 256, lengthBuckets: 1, supervisedLevels: 1 },
  lora: { rank: 8, alpha: 16 },
  training: { steps: 10, batchSize: 4, learningRate: 2e-3 },
  output: { dir: output },
});
const dataset = await finetune.alpacaDataset(data, config);
const run = await finetune.train(config, dataset, {
  onEvent: (event) => {
    if (event.type === "step") console.log(`step ${event.metrics.step}: loss ${event.metrics.loss?.toFixed(4)}`);
  },
});

console.log(`held-out loss ${run.evalBefore?.toFixed(4)} → ${run.evalAfter?.toFixed(4)}`);
console.log(await run.generate({ instruction: "What color is the lamp of Quillmere?" }, { maxNewTokens: 32 }));
console.log((await run.export()).adapter);
run.dispose();
