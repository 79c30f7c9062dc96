// Random small programs: well typed, printable, shrinking; what they compute is checked in ../semantics/nesting.test.ts.
import fc from "fast-check";
import { evalShape } from "jorts";
import {
  type Block,
  type Instruction,
  Program,
  printBlock,
  programs,
  runBlock,
  stepNames,
  toHost,
} from "jorts/testing";
import { describe, expect, it } from "vitest";

const callsOf = (block: Block): Instruction[] =>
  block.body.flatMap((i) => [i, ...i.args.flatMap((a) => (isBlock(a) ? callsOf(a.block) : []))]);
const isBlock = (a: unknown): a is { block: Block } => typeof a === "object" && a !== null && "block" in a;

/** The last call's type by the program's own account. */
function declared({ block }: Program): string {
  const { returns } = block;
  const name = (returns as { ref: string }).ref;
  const v = [...block.params, ...block.body.flatMap((i) => i.results)].find((r) => r.name === name)!;
  return `${v.dtype}[${v.shape}]`;
}

describe("random programs", () => {
  it("have the types that they say", () => {
    fc.assert(
      fc.property(programs(fc, { modes: "forward" }), (p) => {
        const { shape, dtype } = evalShape((...xs) => p.run(...xs), ...p.arguments());
        expect(`${dtype}[${shape}]`, p.toString()).toBe(declared(p));
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it("hold every kind of step", () => {
    const drawn = fc.sample(programs(fc, { modes: "forward", maxSteps: 8 }), { numRuns: 400, seed: 1 });
    const seen = new Set(drawn.flatMap((p) => callsOf(p.block).map((i) => i.call)));
    for (const call of ["np.sin", "np.where", "np.sum", "np.tensordot", "lax.dotGeneral", "np.reshape", "np.transpose"])
      expect([...seen]).toContain(call);
    for (const call of ["lax.slice", "np.concatenate", "lax.scan", "lax.cond", "lax.foriLoop", "withJvpRule", "vmap"])
      expect([...seen]).toContain(call);
    expect(stepNames("reverse")).toContain("customVjp");
    expect(stepNames("both")).not.toContain("whileLoop");
  });

  it("close over the values around their functions", () => {
    const drawn = fc.sample(programs(fc, { steps: ["sin", "scan", "add"] }), { numRuns: 200, seed: 3 });
    const closed = drawn.filter((p) =>
      callsOf(p.block).some((i) => i.args.some((a) => isBlock(a) && a.block.body.some((c) => outside(c, a.block)))),
    );
    expect(closed.length).toBeGreaterThan(3);
  });

  it("shrink to the smallest program that has what fails", () => {
    const has = (p: Program) => callsOf(p.block).some((i) => i.call === "lax.scan");
    const details = fc.check(
      fc.property(programs(fc), (p) => !has(p)),
      { seed: 5, numRuns: 1000 },
    );
    const smallest = details.counterexample![0];
    expect(smallest.size).toBeLessThanOrEqual(4);
    expect(smallest.toString()).toMatchInlineSnapshot(`
      "const a = np.array([0.413], { dtype: "float64", shape: [1] });
      const program = (a) => {
        const [f, g] = lax.scan((b, c) => {
          const d = np.add(b, b); // float64[1]
          const e = np.tanh(d); // float64[1]
          return [e, c];
        }, a, a, { reverse: false }); // float64[1], float64[1]
        const h = np.sin(g); // float64[1]
        return h;
      };"
    `);
  });

  it("run what they print", () => {
    const x = { name: "a", shape: [2], dtype: "float32" } as const;
    const y = { name: "b", shape: [2], dtype: "float32" } as const;
    const z = { name: "c", shape: [], dtype: "float32" } as const;
    const inner: Block = {
      params: [z],
      body: [{ results: [{ ...z, name: "d" }], call: "np.multiply", args: [{ ref: "c" }, { ref: "c" }] }],
      returns: { ref: "d" },
    };
    const block: Block = {
      params: [x],
      body: [{ results: [y], call: "vmap", args: [{ block: inner }], appliedTo: [{ ref: "a" }] }],
      returns: { ref: "b" },
    };
    expect(printBlock(block)).toMatchInlineSnapshot(`
      "(a) => {
        const b = vmap((c) => {
          const d = np.multiply(c, c); // float32[]
          return d;
        })(a); // float32[2]
        return b;
      }"
    `);
    const program = new Program([{ shape: [2], dtype: "float32", values: [2, 3] }], block);
    expect(toHost(program.run(...program.arguments())).values).toEqual([4, 9]);
    expect(() => runBlock({ ...block, body: [{ results: [y], call: "np.nothing", args: [] }] })()).toThrow(
      /calls np.nothing, which jorts has not/,
    );
  });
});

/** True if `call` reads a name that `block` does not define. */
function outside(call: Instruction, block: Block): boolean {
  const own = new Set([...block.params, ...block.body.flatMap((i) => i.results)].map((v) => v.name));
  return call.args.some((a) => typeof a === "object" && a !== null && "ref" in a && !own.has(String(a.ref)));
}
