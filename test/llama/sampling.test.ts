// Penalties and filters against Hugging Face's processors, and the draw itself.
import { describe, expect, it } from "vitest";
import { jit, np, random } from "../../src/index.ts";
import { filtered, GenerationError, penalise, planSampling, sampleToken } from "../../src/llama/sampling.ts";
import { decode, numbersOf, readFixture } from "../fixtures.ts";
import { numbers, toTensor } from "./tools.ts";

const fixture = readFixture("sampling.json");
const ids = decode(fixture.ids);

/** bool [batch, vocab]: the tokens of each row of `ids`. */
function seenTokens(vocab: number) {
  const [batch, time] = ids.shape as [number, number];
  const seen = new Uint8Array(batch * vocab);
  numbersOf(ids).forEach((id, i) => {
    seen[Math.floor(i / time) * vocab + id] = 1;
  });
  return np.array(seen, { shape: [batch, vocab] }).astype("bool");
}

describe("scores as Hugging Face's", () => {
  it.each(fixture.cases.map((c, i) => [JSON.stringify(c.settings), i] as const))("%s (case %i)", async (_, i) => {
    const { settings, logits, scores } = fixture.cases[i]!;
    const given = toTensor(decode(logits));
    const { temperature = 1, topK = 0, topP = 1, repetitionPenalty = 1 } = settings;
    const penalised = penalise(given, seenTokens(given.shape[1]!), repetitionPenalty);
    const actual = await numbers(filtered(penalised, temperature, topK, topP));
    numbersOf(decode(scores)).forEach((expected, k) => {
      if (Number.isFinite(expected)) expect(actual[k]).toBeCloseTo(expected, 5);
      else expect(actual[k]).toBe(expected);
    });
  });
});

describe("sampleToken", () => {
  const logits = np.array([
    [0, 2, 1, -1],
    [3, 3, -2, 0],
  ]);
  const draw = (options: Parameters<typeof planSampling>[0]) => {
    const [plan, values] = planSampling(options);
    return jit((key: ReturnType<typeof random.key>) => sampleToken(logits, null, key, plan, values));
  };

  it("is the likeliest token when greedy, the first of equals", async () => {
    expect(await numbers(draw({})(random.key(0)))).toEqual([1, 0]);
    expect(await numbers(draw({ temperature: 2, topK: 1 })(random.key(3)))).toContain(1);
  });

  it("draws with the probabilities of the filtered scores", async () => {
    const sample = draw({ temperature: 1, topK: 3 });
    const counts = [0, 0, 0, 0];
    const draws = 600;
    for (let i = 0; i < draws; i++) counts[(await numbers(sample(random.key(i))))[0]!]!++;
    const weights = [1, Math.exp(2), Math.exp(1), 0];
    const total = weights.reduce((a, b) => a + b);
    weights.forEach((w, i) => {
      const p = w / total;
      // Four standard deviations of a binomial.
      expect(Math.abs(counts[i]! / draws - p)).toBeLessThanOrEqual(4 * Math.sqrt((p * (1 - p)) / draws));
    });
  });

  it("refuses options out of range", () => {
    for (const [options, message] of [
      [{ temperature: -1 }, /temperature is -1, expected 0 \(greedy\)/],
      [{ temperature: Number.NaN }, /temperature is NaN/],
      [{ topK: 1.5 }, /topK is 1.5/],
      [{ topP: 0 }, /topP is 0, expected a number above 0/],
      [{ topP: 1.1 }, /topP is 1.1/],
      [{ repetitionPenalty: 0 }, /repetitionPenalty is 0, expected a positive number/],
    ] as const) {
      expect(() => planSampling(options)).toThrow(GenerationError);
      expect(() => planSampling(options)).toThrow(message);
    }
  });
});
