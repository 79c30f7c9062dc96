// All rules, by code.
import type { RuleInfo } from "../finding.ts";
import type { HostRule, TracedRule } from "../rule.ts";
import { unknownSuppression, unusedSuppression } from "../suppress.ts";
import { asynchronous } from "./asynchronous.ts";
import { capturedMutation, capturedWrite, escaped } from "./captures.ts";
import { equality } from "./equality.ts";
import { disposed, donated } from "./gone.ts";
import { hostMath } from "./host-math.ts";
import { disposal, hostRead } from "./host-reads.ts";
import { brackets, index } from "./indexing.ts";
import { iteration } from "./iteration.ts";
import { scopeLeaves, usingLeaves } from "./leaving.ts";
import { forgottenDisposal } from "./loops.ts";
import { clock, randomness } from "./nondeterminism.ts";
import { comparison, computation, text } from "./operators.ts";
import { printing } from "./printing.ts";
import { sizes } from "./sizes.ts";
import { stale } from "./stale.ts";
import { switches, truth } from "./truth.ts";

export const tracedRules: readonly TracedRule[] = [
  ...[truth, equality, switches, comparison, computation, text, hostMath, index, sizes, iteration, brackets],
  ...[randomness, clock, capturedWrite, capturedMutation, stale, escaped, asynchronous, printing],
  ...[hostRead, disposal],
];

export const hostRules: readonly HostRule[] = [donated, disposed, usingLeaves, forgottenDisposal, scopeLeaves];

/** What every rule says about itself, in the order of the codes. */
export const rules: readonly RuleInfo[] = [...tracedRules, ...hostRules, unusedSuppression, unknownSuppression]
  .map(({ code, name, severity, sentence, fix }): RuleInfo => ({ code, name, severity, sentence, fix }))
  .sort((a, b) => a.code.localeCompare(b.code));
