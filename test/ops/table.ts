// The table of all operations.

import type { Row } from "./row.ts";
import { elementwiseRows } from "./rows-elementwise.ts";
import { reduceRows } from "./rows-reduce.ts";
import { indexRows, shapeRows } from "./rows-shape.ts";

export const table: readonly Row[] = [...elementwiseRows, ...reduceRows, ...shapeRows, ...indexRows];
export const titleOf = ({ op, what }: Row): string => (what ? `${op.name} (${what})` : op.name);
