// jorts/check: finds in source what JavaScript cannot trap while a function is traced.
export { type CheckOptions, check } from "./check.ts";
export { CheckProjectError } from "./errors.ts";
export type { CheckResult, Edit, Finding, Position, Problem, RuleInfo, Severity } from "./finding.ts";
export { formatJson } from "./report/json.ts";
export { formatSarif } from "./report/sarif.ts";
export { formatText, type TextOptions } from "./report/text.ts";
export { rules } from "./rules/index.ts";
