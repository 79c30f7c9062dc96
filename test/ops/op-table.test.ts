// docs/operations.md is what the declarations say: `npx vitest run test/ops/op-table.test.ts -u` writes it anew.
import { expect, it } from "vitest";
import { JortsError } from "../../base/errors.ts";
import { JitFunction } from "../../src/compile/jit.ts";
import { avalOf } from "../../src/core/aval.ts";
import { type DType, dtypes, isComplex, isFloat, isFloat8, isInteger, isNarrow } from "../../src/core/dtype.ts";
import type { AnyOp } from "../../src/core/op.ts";
import { ShapeDtypeStruct } from "../../src/core/struct.ts";
import { allOperations, holdsGraphs } from "./operations.ts";
import { graphOf } from "./programs.ts";
import type { Row } from "./row.ts";
import { elsewhere, table } from "./table.ts";

const classes: readonly (readonly [name: string, holds: (d: DType) => boolean])[] = [
  ["bool", (d) => d === "bool"],
  ["integer", (d) => isInteger(d) && !isNarrow(d)],
  ["narrow integer", (d) => isInteger(d) && isNarrow(d)],
  ["float8", isFloat8],
  ["float", (d) => isFloat(d) && !isFloat8(d)],
  ["complex", isComplex],
];

/** Dtypes that the operation takes in place of its row's first operand's. */
function accepted(rows: readonly Row[]): string {
  const takes = (row: Row, d: DType): boolean => {
    const own = row.inputs[0]?.dtype;
    try {
      graphOf(
        row.op.name,
        row.call,
        row.inputs.map((s) => avalOf(s.shape, s.dtype === own ? d : s.dtype)),
      );
      return true;
    } catch (error) {
      if (error instanceof JortsError) return false;
      throw error;
    }
  };
  const tried = rows.filter((r) => r.inputs.length > 0);
  if (tried.length === 0) return "";
  const all = dtypes.filter((d) => tried.some((r) => takes(r, d)));
  if (all.length === dtypes.length) return "all";
  return classes
    .flatMap(([name, holds]) => {
      const inside = dtypes.filter(holds);
      const taken = inside.filter((d) => all.includes(d));
      return taken.length === 0 ? [] : taken.length === inside.length ? [name] : taken;
    })
    .join(", ");
}

function derivative({ derivative: d }: AnyOp): string {
  if ("all" in d) return d.all;
  if ("joint" in d) return "rule";
  if ("structured" in d) return "rule";
  return (d as readonly unknown[]).map((one) => (typeof one === "string" ? one : "rule")).join(", ");
}

/** What every module has, and what rows of collectives run in. */
const frame = ["constant", "return", "sdy.mesh", "sdy.return", "sdy.manual_computation"];

function lowered(rows: readonly Row[]): string {
  const names = rows.flatMap((r) => {
    const f = new JitFunction(r.call as never, { keepUnused: true });
    const text = f
      .trace(r.inputs.map((s) => new ShapeDtypeStruct(s.shape, s.dtype)))
      .lower()
      .asText();
    return [...text.matchAll(/(?<![#!])\b(stablehlo|chlo|sdy)\.(\w+)/g)].map((m) =>
      m[1] === "stablehlo" ? m[2]! : m[0],
    );
  });
  const used = [...new Set(names)].filter((n) => !frame.includes(n)).sort();
  return used.length === 0 ? "" : `\`${used.join("` `")}\``;
}

const cells = (...parts: readonly string[]) => `| ${parts.join(" | ")} |`;

it("docs/operations.md lists every operation with what it supports", async () => {
  const all = await allOperations();
  const held = new Set(table.filter(holdsGraphs).map((r) => r.op.name));
  // What has no row: the derivative of a customVjp, whose transpose is a graph.
  const holds = (op: AnyOp) => held.has(op.name) || op.name === "custom_vjp_linear";
  const rowsOf = (op: AnyOp) => table.filter((r) => r.op === op);
  const facts = (op: AnyOp) => [
    derivative(op),
    op.transpose === null ? "" : "yes",
    typeof op.effect === "function" ? "by its parameters" : op.effect === "none" ? "" : op.effect,
    op.cost,
  ];
  const page = [
    "# Operations",
    "",
    "Written from the declarations in `src/ops` and `src/control` by `npx vitest run test/ops/op-table.test.ts -u`; a test",
    "fails when they differ. Every operation but `rng_uniform` can be batched by `vmap`.",
    "",
    "- *dtypes*: what its first operand may be. Arithmetic never promotes here; `np` does before.",
    "- *derivative*: for each operand, `linear` (with the others that are), `multilinear` (when the others are held),",
    "  `rule`, or `none`. Reverse mode needs *transpose* where a derivative is linear.",
    "- *kept*: `costly` results are kept for the backward pass, `cheap` ones rather computed again.",
    "- *lowers to*: operations of StableHLO, but for constants.",
    "",
    cells("operation", "dtypes", "derivative", "transpose", "effect", "kept", "lowers to"),
    cells("---", "---", "---", "---", "---", "---", "---"),
    ...all
      .filter((op) => !holds(op))
      .map((op) => cells(`\`${op.name}\``, accepted(rowsOf(op)), ...facts(op), lowered(rowsOf(op)))),
    "",
    "## Operations that hold graphs",
    "",
    "Their dtypes and derivatives are those of their graphs. *Lowers to* is that of a small program, the operations inside among them.",
    "",
    cells("operation", "transpose", "effect", "kept", "lowers to"),
    cells("---", "---", "---", "---", "---"),
    ...all.filter(holds).map((op) => cells(`\`${op.name}\``, ...facts(op).slice(1), lowered(rowsOf(op)))),
    "",
    "## Operations without a row",
    "",
    "They cannot run by themselves in the table of `test/ops`, and are tested elsewhere.",
    "",
    ...Object.entries(elsewhere).map(([name, where]) => `- \`${name}\`: ${where}`),
    "",
  ].join("\n");
  await expect(page).toMatchFileSnapshot("../../docs/operations.md");
});
