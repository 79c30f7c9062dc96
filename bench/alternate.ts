// Alternated measurements: A B A B, so that a disturbance of the machine falls on every side alike.
import { BenchError } from "./errors.ts";

/** Measures once; smaller is better, and every side uses the same unit. */
export type Sample = () => Promise<number>;

export interface Series {
  readonly samples: readonly number[];
  readonly min: number;
  readonly median: number;
}

export interface Alternation<Name extends string = string> {
  readonly ours: Series;
  readonly theirs: Readonly<Record<Name, Series>>;
  /** Whose minimum is the smallest of theirs: the one that counts. */
  readonly best: Name;
  /** Our minimum over the best of theirs. */
  readonly ratio: number;
}

/**
 * Takes `rounds` samples of each side, in turn: ours, each of theirs, ours, … after `warmup` rounds that are not kept.
 * Throws BenchError for no rounds, no opponent, or a sample that is not a positive finite number.
 */
export async function alternate<Name extends string>(options: {
  ours: Sample;
  theirs: Readonly<Record<Name, Sample>>;
  rounds: number;
  warmup?: number;
}): Promise<Alternation<Name>> {
  const { ours, theirs, rounds, warmup = 0 } = options;
  const names = Object.keys(theirs) as Name[];
  if (!Number.isInteger(rounds) || rounds < 1) throw new BenchError(`rounds: got ${rounds}, expected an integer >= 1`);
  if (names.length === 0) throw new BenchError("theirs: got nobody to compare with, expected at least one sample");
  const sides = [{ name: "ours", sample: ours }, ...names.map((name) => ({ name, sample: theirs[name] }))].map(
    (side) => ({ ...side, samples: [] as number[] }),
  );
  for (let round = -warmup; round < rounds; round++) {
    for (const side of sides) {
      const value = await side.sample();
      if (!Number.isFinite(value) || value <= 0) {
        throw new BenchError(`a sample of ${side.name} is ${value}, expected a positive finite number`);
      }
      if (round >= 0) side.samples.push(value);
    }
  }
  const [first, ...others] = sides.map((side) => series(side.samples));
  const byName = Object.fromEntries(names.map((name, i) => [name, others[i]!])) as Record<Name, Series>;
  const best = names.reduce((a, b) => (byName[b].min < byName[a].min ? b : a));
  return { ours: first!, theirs: byName, best, ratio: first!.min / byName[best].min };
}

/** Minimum and median; the median of an even count is the mean of the two in the middle. */
export function series(samples: readonly number[]): Series {
  if (samples.length === 0) throw new BenchError("a series needs at least one sample, got none");
  const sorted = [...samples].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  return { samples, min: sorted[0]!, median };
}
