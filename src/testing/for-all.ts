// A property over drawn values: what fails is shrunk, printed, and told how to run again.
import type fastCheck from "fast-check";
import type { Arbitrary } from "fast-check";
import { CheckError } from "./close.ts";

export interface ForAllOptions {
  /** How many values are drawn; 100 by default. */
  readonly numRuns?: number;
  /** The seed of a run that failed, to have it again. */
  readonly seed?: number;
  /** The path of the failure in that run. */
  readonly path?: string;
}

/**
 * Runs `check` on values of `arbitrary`; `fc` is the caller's fast-check. What `check` throws, or false, is a failure.
 *
 * @throws CheckError with the smallest value that fails, as it prints itself, what it failed of, and the seed and path
 * that run it again
 */
export function forAll<T>(
  fc: typeof fastCheck,
  arbitrary: Arbitrary<T>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a check either throws or says whether it holds
  check: (value: T) => void | boolean,
  options: ForAllOptions = {},
): void {
  const details = fc.check(fc.property(arbitrary, check), options);
  if (!details.failed) return;
  const { seed, counterexamplePath, counterexample, numRuns, numShrinks, errorInstance } = details;
  if (counterexample === null)
    throw new CheckError(`forAll: no value was tried; ${details.numSkips} were skipped by preconditions.`);
  const reason = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const again = `{ seed: ${seed}, path: "${counterexamplePath}" }`;
  throw new CheckError(
    `forAll: failed after ${numRuns} ${numRuns === 1 ? "run" : "runs"}; smaller ${numShrinks} times, the value is\n` +
      `${fc.stringify(counterexample[0])}\n${reason}\nRun it again with ${again}.`,
    { cause: errorInstance },
  );
}
