// What JAX printed, compiled and run as it stands: the results are those that JAX's own run gave.
import { describe, expect, it } from "vitest";
import { corpus } from "./corpus.ts";
import { expectRecorded } from "./execute.ts";

const runnable = corpus().filter((program) => program.runnable);

describe("the recorded text runs as it stands", () => {
  it.each(runnable.map((program) => [program.name, program] as const))("%s", (_, program) => {
    expectRecorded(program, program.pretty);
  });
});

describe("the corpus", () => {
  it("is at least 80 programs, a third of them in every form", () => {
    expect(corpus().length).toBeGreaterThanOrEqual(80);
    expect(new Set(corpus().map(({ name }) => name)).size).toBe(corpus().length);
    for (const form of ["generic", "debug"] as const)
      expect(corpus().filter((program) => program[form] !== undefined).length).toBeGreaterThan(corpus().length / 3);
  });

  it("names no file but program.py", () => {
    for (const program of corpus())
      for (const text of Object.values(program.texts)) expect(text).not.toMatch(/"(?!program\.py")[^"\n]*\.py"/);
  });
});
