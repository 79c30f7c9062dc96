// The table of all operations.

import type { Row } from "./row.ts";
import { collectiveRows } from "./rows-collective.ts";
import { complexRows } from "./rows-complex.ts";
import { elementwiseRows } from "./rows-elementwise.ts";
import { linalgRows } from "./rows-linalg.ts";
import { reduceRows } from "./rows-reduce.ts";
import { indexRows, shapeRows } from "./rows-shape.ts";

export const table: readonly Row[] = [
  ...elementwiseRows,
  ...complexRows,
  ...reduceRows,
  ...shapeRows,
  ...indexRows,
  ...linalgRows,
  ...collectiveRows,
];
export const titleOf = ({ op, what }: Row): string => (what ? `${op.name} (${what})` : op.name);
