// What must not change the numbers, and what must: blocks, chunks, remat, packing, accumulation, dropout, storage types.
import { describe, expect, it } from "vitest";
import { makeTrainStep, type StepBatch } from "../../src/finetune/train/step.ts";
import { jit, np, optim, random, type Tensor, tree, valueAndGrad } from "../../src/index.ts";
import * as llama from "../../src/llama/index.ts";
import { numbersOf } from "../fixtures.ts";
import { type Batch, batchOf, directoryOf, error, expectedOf, factsOf, numbers, recorded, unmasked } from "./tools.ts";

const name = "gqa-tied";
const { mask, ...batch } = batchOf(name);
const model = llama.load(directoryOf(name, "model"));
const adapter = async () => llama.loadAdapter(directoryOf(name, "adapter-qv"), (await model).config);
/** Of the recorded batch: supervised positions, the first of a row apart, which nothing predicts. */
const supervised = numbersOf(recorded(name, "batch").get("labels")!).filter(
  (l, i) => l !== -100 && i % 20 !== 0,
).length;

type Options = Parameters<typeof llama.loss>[4] & { dropout?: number };

type Given = Batch & { readonly positions: Tensor };
const positions = np.array(
  Int32Array.from({ length: 80 }, (_, i) => i % 20),
  { shape: [4, 20] },
);
const recording: Given = { ...batch, positions };

const programs = new Map<string, Awaited<ReturnType<typeof makeProgram>>>();
async function makeProgram(options: Options) {
  const { config } = await model;
  const facts = { ...factsOf(await adapter()), dropout: options.dropout ?? 0 };
  return jit(
    (lora: llama.LoraParams, params: llama.LlamaParams<Tensor>, given: Given, key: Tensor | null) =>
      valueAndGrad(
        (p: llama.LoraParams) =>
          llama.lossSum(params, given.ids, given.labels, config, {
            ...options,
            segmentIds: given.segmentIds,
            positions: given.positions,
            lora: { ...facts, params: p },
            dropoutKey: key ?? undefined,
          }),
        { hasAux: true },
      )(lora) as unknown as [[Tensor, Tensor], llama.LoraParams],
  );
}

/** The sum of the losses, the number of positions, and the gradient by the adapter. */
async function gradient(options: Options = {}, given: Given = recording, key: Tensor | null = null) {
  const name = JSON.stringify(options);
  const program = programs.get(name) ?? (await makeProgram(options));
  programs.set(name, program);
  const [[sum, count], grads] = program((await adapter()).params, (await model).params, given, key);
  return { sum: Number(sum.item()), count: Number(count.item()), grads: await flat(grads) };
}

const flat = async (grads: unknown): Promise<number[]> =>
  (await Promise.all((tree.leaves(grads) as Tensor[]).map(numbers))).flat();

const plain = gradient();
async function expectAsPlain(other: Promise<{ sum: number; count: number; grads: number[] }>) {
  const [a, b] = [await plain, await other];
  expect(b.count).toBe(a.count);
  expect(Math.abs(b.sum - a.sum)).toBeLessThan(3e-6 * a.sum);
  expect(error(b.grads, a.grads)).toBeLessThan(1e-5);
}

describe("the same loss and gradients", () => {
  it("counts the supervised positions", async () => {
    const { sum, count } = await plain;
    expect(count).toBe(supervised);
    expect(sum / count).toBeCloseTo(expectedOf(name).adapters.qv.loss, 5);
  });
  it("with layers computed again, in blocks of attention and chunks of the loss that do not divide the length", () =>
    expectAsPlain(gradient({ remat: "layer", attentionBlock: 6, chunk: 7 })));
  it("with only the supervised positions before the vocabulary projection, in loops", () =>
    expectAsPlain(gradient({ maxSupervised: supervised, attentionBlock: 3, chunk: 16 })));

  it("with rows packed into one, though a segment's first label be supervised", async () => {
    const widths = [20, 13, 17, 6];
    const host = Object.fromEntries(
      await Promise.all(Object.entries(batch).map(async ([k, t]) => [k, await numbers(t)])),
    ) as Record<keyof Batch, number[]>;
    // Rows 3, 1 and an empty one; rows 0 and 2 as they are.
    const places = [[0], [3, 1], [2], []];
    const fields = { ids: 0, labels: -100, segmentIds: 0, positions: 0 };
    const packed = Object.fromEntries(
      Object.entries(fields).map(([key, fill]) => {
        const out = new Int32Array(4 * 20).fill(fill);
        places.forEach((sources, row) => {
          let at = row * 20;
          sources.forEach((source, segment) => {
            for (let t = 0; t < widths[source]!; t++) {
              const given = { segmentIds: segment + 1, positions: t }[key];
              out[at++] = given ?? host[key as keyof Batch][source * 20 + t]!;
            }
          });
        });
        return [key, np.array(out, { shape: [4, 20] })];
      }),
    ) as unknown as Given;
    // Row 1 of the recording is supervised from its first token on, which in the packed row follows another segment.
    expect(host.labels[20]).not.toBe(-100);
    await expectAsPlain(gradient({}, packed));
  });
});

describe("dropout", () => {
  it("acts with a key only, differs from key to key and is the same for the same key", async () => {
    const [{ params }, lora] = [await model, await adapter()];
    const [with0, with5] = [await makeProgram({}), await makeProgram({ dropout: 0.5 })];
    const printed = (f: typeof with0) => f.trace(lora.params, params, recording, null).jaxpr;
    expect(printed(with5)).toBe(printed(with0));
    const at = (seed: number) => gradient({ dropout: 0.5 }, recording, random.key(seed));
    const [first, again, other] = [await at(1), await at(1), await at(2)];
    expect(again).toEqual(first);
    expect(Math.abs(first.sum - (await plain).sum)).toBeGreaterThan(1e-3);
    expect(Math.abs(first.sum - other.sum)).toBeGreaterThan(1e-3);
    expect(first.count).toBe(supervised);
  });
});

describe("accumulation", () => {
  it("in two parts gives what one part gives", async () => {
    const { params, config } = await model;
    const lora = await adapter();
    const optimizer = optim.sgd(optim.constantSchedule(1));
    const step = makeTrainStep({
      config,
      lora: factsOf(lora),
      optimizer,
      schedule: optim.constantSchedule(1),
      computeDtype: "float32",
      remat: "none",
    });
    const run = async (parts: number) => {
      const cut = (x: Tensor) => np.reshape(x, [parts, 4 / parts, 20]);
      const b = tree.map(cut, recording) as unknown as StepBatch;
      // The step owns what it is given.
      const own = tree.map((x: Tensor) => np.add(x, 0), lora.params) as llama.LoraParams;
      const state = { lora: own, opt: optimizer.init(own) };
      const [next, metrics] = step(state, params, b, random.key(0), 0n as never, (4 / parts) * 20);
      return { loss: Number(metrics.loss.item()), lora: await flat(next.lora) };
    };
    const [one, two] = [await run(1), await run(2)];
    expect(two.loss).toBeCloseTo(one.loss, 5);
    expect(error(two.lora, one.lora)).toBeLessThan(1e-6);
    expect(one.loss).toBeCloseTo(expectedOf(name).adapters.qv.loss, 5);
  });
});

describe("the vocabulary projection", () => {
  const crossEntropy = (params: llama.LlamaParams, batch: Batch, config: llama.LlamaConfig) => {
    const logits = llama.forward(params, batch.ids, config, { segmentIds: batch.segmentIds });
    const targets = llama.shiftLabels(batch.labels);
    const at = np.expandDims(np.maximum(targets, 0), 2);
    const each = np.sub(np.squeeze(np.takeAlongAxis(logits, at, 2), 2), np.log(np.sum(np.exp(logits), { axis: -1 })));
    return np.neg(np.sum(np.where(np.equal(targets, -100), 0, each)));
  };

  it.each(["gqa-tied", "mha-untied"] as const)("is trained when asked: %s", async (checkpoint) => {
    const batch = batchOf(checkpoint);
    const { params, config } = await llama.load(directoryOf(checkpoint, "model"));
    const part = params.lmHead === undefined ? "embed" : "lmHead";
    const by = (f: (p: llama.LlamaParams) => Tensor) =>
      jit((p: llama.LlamaParams<Tensor>) => valueAndGrad((w: Tensor) => f({ ...p, [part]: w }))(p[part]!))(
        params,
      ) as unknown as [Tensor, Tensor];
    const options = { segmentIds: batch.segmentIds, trainHead: true, chunk: 16 };
    const [loss, g] = by((p) => llama.lossSum(p, batch.ids, batch.labels, config, options)[0]);
    const [plainLoss, plainG] = by((p) => crossEntropy(p, batch, config));
    expect(Number(loss.item())).toBeCloseTo(Number(plainLoss.item()), 2);
    expect(error(await numbers(g), await numbers(plainG))).toBeLessThan(1e-5);
  });

  it("is frozen otherwise, and says so", async () => {
    const { params, config } = await model;
    const f = valueAndGrad((p: llama.LlamaParams<Tensor>) => llama.loss(p, batch.ids, batch.labels, config));
    expect(() => jit(f).trace(params)).toThrow(/the vocabulary projection is frozen.*Pass trainHead: true/s);
  });
});

describe("bfloat16", () => {
  it("storage with f32 arithmetic is exact in what was stored, and near the whole model", async () => {
    const half = await llama.load(directoryOf("mha-untied", "model-bf16"));
    const { ids, segmentIds, mask: counted } = batchOf("mha-untied");
    const { config } = half;
    expect(half.params.layers.q.dtype).toBe("bfloat16");
    const outputs = recorded("mha-untied", "outputs");
    const of = async (computeDtype: "float32" | "bfloat16", key: string) => {
      const f = jit((p: llama.LlamaParams<Tensor>) => llama.forward(p, ids, config, { segmentIds, computeDtype }));
      const logits = f(half.params);
      expect(logits.dtype).toBe("float32");
      return error(unmasked(await numbers(logits), counted), unmasked(numbersOf(outputs.get(key)!), counted));
    };
    expect(await of("float32", "logits.bf16-weights")).toBeLessThan(5e-6);
    expect(await of("bfloat16", "logits")).toBeLessThan(5e-2);
  });

  it("narrows while it loads", async () => {
    const { params } = await llama.load(directoryOf("mha-untied", "model"), { dtype: "bfloat16" });
    const { params: stored } = await llama.load(directoryOf("mha-untied", "model-bf16"));
    const [a, b] = [await flat(params), await flat(stored)];
    expect(a).toEqual(b);
  });
});
