// The groups that can be measured. A group is registered here and nowhere else; the others are reported as not measured.
import type { Group } from "./group.ts";
import { bf16 } from "./groups/bf16.ts";
import { dispatch } from "./groups/dispatch.ts";
import { functions } from "./groups/functions.ts";
import { h100 } from "./groups/h100.ts";
import { hlo } from "./groups/hlo.ts";
import { mesh } from "./groups/mesh.ts";
import { step } from "./groups/step.ts";
import { steps300 } from "./groups/steps300.ts";
import { supervised } from "./groups/supervised.ts";
import { trace } from "./groups/trace.ts";

export const groups: readonly Group[] = [step, supervised, bf16, trace, dispatch, mesh, h100, steps300, functions, hlo];
