// The chunked losses against a plain softmax: chunks of rows and of the vocabulary, head split, tied, narrow.
import {
  devicePut,
  jit,
  type Mesh,
  makeMesh,
  NamedSharding,
  nn,
  np,
  P,
  random,
  config as settings,
  type Tensor,
  valueAndGrad,
} from "jorts";
import { describe, expect, it } from "vitest";
import { frozenHeadLoss, ignoredLabel, type RowLoss, wholeRowLoss } from "../../src/llama/cross-entropy.ts";
import { vocabularyRowLoss } from "../../src/llama/vocabulary-chunks.ts";

settings.numCpuDevices = 4;

const [shards, n, hidden, vocab] = [2, 13, 8, 60];
const rows = random.normal(random.key(0), [shards, n, hidden]);
const embedding = random.normal(random.key(1), [vocab, hidden]);
const targets = np.array(
  Int32Array.from({ length: shards * n }, (_, i) => (i % 4 === 1 ? ignoredLabel : (i * 17) % vocab)),
  { shape: [shards, n] },
);

function plain(x: Tensor, weight: Tensor): Tensor {
  const logProbabilities = nn.logSoftmax(np.matmul(x, np.transpose(weight)), { axis: -1 });
  const own = np.equal(np.expandDims(targets, 2), np.arange(vocab).astype("int32"));
  return np.negative(np.sum(np.where(own, logProbabilities, 0)));
}

const difference = (a: Tensor, b: Tensor): number => Number(np.max(np.abs(np.sub(a, b))).item());

/** Bytes for which the vocabulary is seen 7 tokens at a time in chunks of `chunk` rows, with a remainder. */
const fewTokens = (chunk: number) => 4 * chunk * 7;

function meshOf(tensor: number): Mesh | undefined {
  return tensor === 1 ? undefined : makeMesh([2, tensor], ["data", "tensor"]);
}

describe.each([
  ["whole rows", wholeRowLoss, 13],
  ["whole rows, in chunks that do not divide them", wholeRowLoss, 5],
  ["chunks of the vocabulary", vocabularyRowLoss(fewTokens(13)), 13],
  ["chunks of rows and of the vocabulary", vocabularyRowLoss(fewTokens(5)), 5],
  ["the vocabulary in one chunk", vocabularyRowLoss(), 13],
] as [string, RowLoss, number][])("the loss of %s", (_name, rowLoss, chunk) => {
  it.each([
    [true, 1],
    [false, 1],
    [true, 2],
    [false, 2],
  ])("is a plain softmax's, with its derivative: tied %s, tensor %i", (tied, tensor) => {
    const mesh = meshOf(tensor);
    const on = (x: Tensor, ...spec: (string | null)[]) =>
      mesh ? devicePut(x, new NamedSharding(mesh, P(...spec))) : x;
    const weight = tied ? on(embedding, "tensor", null) : on(np.transpose(embedding), null, "tensor");
    const loss = frozenHeadLoss(rowLoss, chunk, { tied, mesh });
    const f = jit(valueAndGrad((x: Tensor, w: Tensor, t: Tensor) => loss(x, w, t)));
    const [value, gradient] = f(on(rows, "data", null, null), weight, on(targets, "data", null));
    const [expected, slope] = valueAndGrad(plain)(rows, embedding);
    expect(Number(value.item())).toBeCloseTo(Number(expected.item()), 3);
    expect(difference(gradient, slope)).toBeLessThan(5e-6);
  });
});

it("a narrow head is widened a chunk at a time, never whole", () => {
  const narrow = embedding.astype("bfloat16");
  const loss = frozenHeadLoss(vocabularyRowLoss(fewTokens(13)), 13, { tied: true, mesh: undefined });
  const f = jit(valueAndGrad((x: Tensor, w: Tensor, t: Tensor) => loss(x, w, t)));
  const [value, gradient] = f(rows, narrow, targets);
  const [expected, slope] = valueAndGrad(plain)(rows, narrow.astype("float32"));
  expect(Number(value.item())).toBeCloseTo(Number(expected.item()), 3);
  expect(difference(gradient, slope)).toBeLessThan(5e-6);
  const text = f.lower(rows, narrow, targets).asText();
  expect(text).not.toMatch(new RegExp(`tensor<(1x)?${vocab}x${hidden}xf32>`));
});
