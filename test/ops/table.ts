// The table of all operations.

import type { Row } from "./row.ts";
import { collectiveRows } from "./rows-collective.ts";
import { complexRows } from "./rows-complex.ts";
import { controlRows } from "./rows-control.ts";
import { elementwiseRows } from "./rows-elementwise.ts";
import { linalgRows } from "./rows-linalg.ts";
import { reduceRows } from "./rows-reduce.ts";
import { indexRows, shapeRows } from "./rows-shape.ts";
import { specialRows } from "./rows-special.ts";

export const table: readonly Row[] = [
  ...elementwiseRows,
  ...complexRows,
  ...reduceRows,
  ...shapeRows,
  ...indexRows,
  ...linalgRows,
  ...collectiveRows,
  ...specialRows,
  ...controlRows,
];
/** Operations that a row cannot run, and where they are tested. */
export const elsewhere: Readonly<Record<string, string>> = {
  callback: "test/lib/callback.test.ts: its results must be awaited",
  rng_uniform: "test/lib/lax-more.test.ts: its results differ at every run",
  custom_vjp_linear:
    "test/control/custom.test.ts: it stands for the derivative of custom_vjp_call, and is only transposed",
};
export const titleOf = ({ op, what }: Row): string => (what ? `${op.name} (${what})` : op.name);
