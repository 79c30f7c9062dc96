// Round trip as a property: small programs, transformed and lowered, read and printed, compute what they computed.
import fc from "fast-check";
import { grad, jit, np, type Tensor } from "jorts";
import { forAll, type Program, programs } from "jorts/testing";
import { afterAll, describe, expect, it } from "vitest";
import { fromProto, parse, print, printHlo } from "../../hlo/index.ts";
import { compileOptions } from "../../runtime/index.ts";
import { cpuClient } from "../runtime/plugin.ts";

const client = cpuClient({ cpuDeviceCount: 1 });
afterAll(() => client.destroy());

/** The optimised program of a text, without the lines of the text that its instructions come from. */
function compiled(text: string): string {
  using executable = client.compile(text, compileOptions({}));
  const { tables: _, ...module } = fromProto(executable.optimizedProgram().code);
  return printHlo({ ...module, tables: [] }).replace(/, metadata=\{[^}]*\}/g, "");
}

const sum =
  (program: Program) =>
  (...xs: Tensor[]) =>
    np.sum(np.astype(program.run(...xs), "float64"));

describe("round trip", () => {
  it("gives every program back, in either form, and the same compiled program", () => {
    forAll(
      fc,
      programs(fc, { modes: "reverse" }),
      (program) => {
        const xs = program.arguments();
        const lowered = jit((...args: Tensor[]) => program.run(...args)).lower(...xs);
        const text = lowered.asText();
        const module = parse(text);
        expect(print(module)).toBe(text);
        const generic = print(module, { form: "generic" });
        expect(print(parse(generic))).toBe(text);
        const debug = lowered.asText({ debugInfo: true });
        expect(print(parse(debug), { debugInfo: true })).toBe(debug);
        expect(compiled(generic)).toBe(compiled(text));
      },
      { numRuns: 25 },
    );
  }, 120_000);

  it("gives derivatives back", () => {
    forAll(
      fc,
      programs(fc),
      (program) => {
        const text = jit(grad(sum(program) as (x: Tensor) => Tensor))
          .lower(...(program.arguments() as [Tensor]))
          .asText();
        expect(print(parse(text))).toBe(text);
      },
      { numRuns: 25 },
    );
  }, 120_000);
});
