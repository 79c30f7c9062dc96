import { it } from "vitest";
import { jit, optim, np, valueAndGrad, type Tensor } from "../../src/index.ts";
import * as llama from "../../src/llama/index.ts";
it("x", async () => {
const dir = "/work/main/test/fixtures/llama/gqa-tied";
const { params, config } = await llama.load(`${dir}/model`);
const optimizer = optim.chain(optim.clipByGlobalNorm(1), optim.adamw(1e-2, { weightDecay: 0.01 }));
for (const opts of [{}, { xla_backend_optimization_level: 0 }, { xla_llvm_disable_expensive_passes: true }, {xla_cpu_parallel_codegen_split_count: 1}]) {
const lora = llama.loadAdapter(`${dir}/adapter-all`, config);
const { params: _, ...facts } = lora;
const ids = np.zeros([4, 20], { dtype: "int32" });
const step = jit((state: any, params: any, ids: any) => {
  const o = (p: any) => ({ lora: { ...facts, params: p } });
  const [loss, grads] = valueAndGrad((p: any) => llama.loss(params, ids, ids, config, o(p)))(state.lora);
  const [updates, opt] = optimizer.update(grads, state.opt, state.lora);
  return { loss, grads, logits: llama.forward(params, ids, config, o(state.lora)), s: { lora: optim.applyUpdates(state.lora, updates), opt } };
});
const state = { lora: lora.params, opt: optimizer.init(lora.params) };
const t0 = performance.now();
const tr = step.trace(state as any, params as any, ids);
const t1 = performance.now();
const lo = tr.lower(); lo.asText();
const t2 = performance.now();
const c0 = process.cpuUsage();
const co = lo.compile({ compilerOptions: opts });
const c1 = process.cpuUsage(c0);
console.log(JSON.stringify(opts), "trace", t1 - t0, "lower", t2 - t1, "compile", performance.now() - t2, "cpu", c1.user / 1000);
}
}, 600000);
