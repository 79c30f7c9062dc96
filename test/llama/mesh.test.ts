// The same numbers on meshes of four virtual devices, and Megatron's collectives in what was compiled.
import { beforeAll, describe, expect, it } from "vitest";
import * as hlo from "../../hlo/index.ts";
import {
  devicePut,
  jit,
  type Mesh,
  makeMesh,
  NamedSharding,
  P,
  ShardingError,
  config as settings,
  type Tensor,
  valueAndGrad,
} from "../../src/index.ts";
import * as llama from "../../src/llama/index.ts";
import { numbersOf } from "../fixtures.ts";
import { batchOf, directoryOf, error, expectedOf, factsOf, numbers, recorded, underPeftNames, worst } from "./tools.ts";

settings.numCpuDevices = 4;
const directory = directoryOf("gqa-tied", "model");
const names = ["data", "tensor"];

/** Positions that each row of the recording supervises, the first apart, which nothing predicts. */
const perRow = (() => {
  const labels = numbersOf(recorded("gqa-tied", "batch").get("labels")!);
  return [0, 1, 2, 3].map((r) => labels.slice(r * 20 + 1, (r + 1) * 20).filter((l) => l !== -100).length);
})();

describe.each([
  [1, 2],
  [2, 1],
  [2, 2],
  // More devices than the two KV heads.
  [1, 4],
])("a mesh of data %i, tensor %i", (data, tensor) => {
  let mesh: Mesh;
  let model: llama.LoadedLlama;
  beforeAll(async () => {
    mesh = makeMesh([data, tensor], names);
    model = await llama.load(directory, { mesh });
  });

  it("holds the weights split as Megatron does", () => {
    const { params } = model;
    const spec = (t: Tensor) => String((t as Tensor & { sharding: NamedSharding }).sharding.spec);
    expect(spec(params.layers.q)).toBe(String(P(null, null, "tensor")));
    expect(spec(params.layers.o)).toBe(String(P(null, "tensor", null)));
    expect(spec(params.layers.k)).toBe(String(tensor === 4 ? P(null, null, null) : P(null, null, "tensor")));
    expect(spec(params.embed)).toBe(String(P("tensor", null)));
  });

  it("gives Hugging Face's loss and gradients, with rows compacted on each data shard", async () => {
    const { params, config } = model;
    const host = llama.loadAdapter(directoryOf("gqa-tied", "adapter-all"), config);
    const lora = devicePut(host.params, llama.loraShardings(config, host.params, mesh));
    const { mask: _, ...batch } = batchOf("gqa-tied");
    const placed = devicePut(batch, new NamedSharding(mesh, P("data")));
    const facts = factsOf(host);
    const rows = 4 / data;
    const counts = Array.from({ length: data }, (_, d) =>
      perRow.slice(d * rows, (d + 1) * rows).reduce((a, b) => a + b, 0),
    );
    const f = jit((l: llama.LoraParams, params: llama.LlamaParams<Tensor>, b: typeof batch) =>
      valueAndGrad((p: llama.LoraParams) =>
        llama.loss(params, b.ids, b.labels, config, {
          lora: { ...facts, params: p },
          segmentIds: b.segmentIds,
          mesh,
          maxSupervised: Math.max(...counts),
          remat: "layer",
        }),
      )(l),
    );
    const [loss, grads] = f(lora, params, placed);
    const expected = expectedOf("gqa-tied").adapters.all.loss;
    expect(Math.abs(Number(loss.item()) - expected)).toBeLessThan(1e-5 * expected);
    const found = worst(await underPeftNames(grads as llama.LoraParams), recorded("gqa-tied", "grads-all"));
    expect(found.error).toBeLessThan(3e-5);
  });
});

describe("compiled collectives", () => {
  // The second has more devices than KV heads.
  it.each([2, 4])("are two all-reduces a layer and one for the embedding, forward, on %i devices", async (n) => {
    const mesh = makeMesh([1, n], names);
    const { params, config } = await llama.load(directory, { mesh });
    const { ids } = batchOf("gqa-tied");
    const forward = jit((p: llama.LlamaParams<Tensor>, ids: Tensor) => llama.hiddenStates(p, ids, config, { mesh }));
    const placed = devicePut(ids, new NamedSharding(mesh, P()));
    const compiled = forward.lower(params, placed).compile();
    const optimised = hlo.fromProto(compiled.executable.optimizedProgram().code);
    const found = Object.entries(hlo.hloCollectives(optimised)).map(([kind, { count }]) => [kind, count]);
    // The layers are one loop body, so its two stand once.
    expect(found).toEqual([["all-reduce", 3]]);
  });
});

describe("files and generation on a mesh", () => {
  it("generates the same tokens", async () => {
    const { params, config } = await llama.load(directory, { mesh: makeMesh([1, 2], names) });
    const row = expectedOf("gqa-tied").generate[1]!;
    const made = await llama.generate(params, [row.prompt], config, { maxNewTokens: 12, eosTokenId: [] });
    expect(made).toEqual([row.tokens]);
  });

  it("merges as on one device", async () => {
    const mesh = makeMesh([2, 2], names);
    const { params, config } = await llama.load(directory, { mesh });
    const host = llama.loadAdapter(directoryOf("gqa-tied", "adapter-qv"), config);
    const lora = devicePut(host.params, llama.loraShardings(config, host.params, mesh));
    const merged = llama.merge(params, { ...host, params: lora });
    const expected = recorded("gqa-tied", "merged-qv").get("model.layers.1.self_attn.v_proj.weight")!;
    expect(error(await numbers(merged.layers.v.at(1).T), numbersOf(expected))).toBeLessThan(1e-6);
  });
});

describe("a mesh that does not fit", () => {
  it("is refused with the sizes that do", async () => {
    const three = makeMesh([1, 3], names);
    await expect(llama.load(directory, { mesh: three })).rejects.toThrow(ShardingError);
    await expect(llama.load(directory, { mesh: three })).rejects.toThrow(
      /tensor = 3 does not divide the 4 attention heads; sizes that fit: 1, 2, 4\./,
    );
    const { config } = await llama.load(directory);
    const odd = { ...config, heads: 6, kvHeads: 3, intermediateSize: 96, vocabSize: 192 };
    expect(() => llama.requireFit(odd, makeMesh([1, 2], names))).toThrow(
      /tensor = 2 does not fit 3 KV heads; one of the two must divide the other; sizes that fit: 1, 3, 6\./,
    );
  });
});
