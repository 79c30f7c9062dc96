// docs/operations.md is what the declarations say: `npx vitest run test/ops/op-table.test.ts -u` writes it anew.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { JortsError } from "../../base/errors.ts";
import { JitFunction } from "../../src/compile/jit.ts";
import { avalOf } from "../../src/core/aval.ts";
import { type DType, dtypes, isComplex, isFloat, isFloat8, isInteger, isNarrow } from "../../src/core/dtype.ts";
import type { AnyOp } from "../../src/core/op.ts";
import { ShapeDtypeStruct } from "../../src/core/struct.ts";
import { graphOf } from "./programs.ts";
import type { Row } from "./row.ts";
import { table } from "./table.ts";

const isOp = (value: unknown): value is AnyOp =>
  typeof value === "object" && value !== null && "lower" in value && "batch" in value && "name" in value;

async function opsOf(room: string): Promise<AnyOp[]> {
  const at = new URL(`../../src/${room}/`, import.meta.url);
  const files = readdirSync(fileURLToPath(at)).filter((f) => f.endsWith(".ts"));
  const modules = await Promise.all(files.map((f) => import(new URL(f, at).href) as Promise<Record<string, unknown>>));
  const found = modules.flatMap((m) =>
    Object.values(m).flatMap((v) =>
      isOp(v) ? [v] : v?.constructor === Object ? Object.values(v as object).filter(isOp) : [],
    ),
  );
  return [...new Set(found)].sort((a, b) => (a.name < b.name ? -1 : 1));
}

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
  if ("structured" in d) return "through its graphs";
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
  const ops = await opsOf("ops");
  const rowsOf = (op: AnyOp) => table.filter((r) => r.op === op);
  const holders = await opsOf("control");
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
    "fails when they differ. Every operation can be batched by `vmap`.",
    "",
    "- *dtypes*: what its first operand may be. Arithmetic never promotes here; `np` does before.",
    "- *derivative*: for each operand, `linear` (with the others that are), `multilinear` (when the others are held),",
    "  `rule`, or `none`. Reverse mode needs *transpose* where a derivative is linear.",
    "- *kept*: `costly` results are kept for the backward pass, `cheap` ones rather computed again.",
    "- *lowers to*: operations of StableHLO, but for constants.",
    "",
    cells("operation", "dtypes", "derivative", "transpose", "effect", "kept", "lowers to"),
    cells("---", "---", "---", "---", "---", "---", "---"),
    ...ops.map((op) => cells(`\`${op.name}\``, accepted(rowsOf(op)), ...facts(op), lowered(rowsOf(op)))),
    "",
    "## Operations that hold graphs",
    "",
    cells("operation", "derivative", "transpose", "effect", "kept"),
    cells("---", "---", "---", "---", "---"),
    ...holders.map((op) => cells(`\`${op.name}\``, ...facts(op))),
    "",
  ].join("\n");
  await expect(page).toMatchFileSnapshot("../../docs/operations.md");
});
