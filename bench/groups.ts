// The groups that can be measured. A group is registered here and nowhere else; the others are reported as not measured.
import type { Group } from "./group.ts";

export const groups: readonly Group[] = [];
