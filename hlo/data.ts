// All of this room but the parser, whose library takes a third of a second to load.

export { type Alignment, align } from "./align.ts";
export { type Analysis, analyze, type OpCost } from "./analyze.ts";
export * from "./attributes.ts";
export {
  type CallEdge,
  type CallGraph,
  type CallNode,
  callGraph,
  hloCallGraph,
  printCallGraph,
} from "./call-graph.ts";
export { type CollectiveGroup, type CollectiveSite, collectiveSites, groupCollectives } from "./collectives.ts";
export { type AxesOfGroups, axesOfGroups, axesOfPairs, type MeshAxes } from "./device-groups.ts";
export {
  type Change,
  type DiffLine,
  type DiffOptions,
  diff,
  type FunctionDiff,
  hloDiff,
  type ProgramDiff,
} from "./diff.ts";
export { HloModuleError, HloPrintError, HloProtoError, HloSyntaxError } from "./errors.ts";
export { fromProto } from "./from-proto.ts";
export { type HloAnalysis, hloAnalyze, hloCostByLine } from "./hlo-analyze.ts";
export { hloCollectiveSites } from "./hlo-collectives.ts";
export { hloLiveMemory } from "./hlo-live-memory.ts";
export { hloCollectives, hloOpCounts } from "./hlo-measures.ts";
export { type HtmlOptions, html } from "./html/page.ts";
export { costByLine, type LineCost } from "./lines.ts";
export { type LiveMemoryOptions, liveMemory } from "./live-memory.ts";
export { positionOf } from "./locations.ts";
export { type Collectives, type CollectiveUse, collectives, opCounts } from "./measures.ts";
export * from "./module.ts";
export type * from "./optimized.ts";
export { type PrintOptions, print } from "./print.ts";
export { printHlo } from "./print-hlo.ts";
export { printComparison } from "./report/print-comparison.ts";
export { diffSummary, type PrintDiffOptions, printDiff } from "./report/print-diff.ts";
export { type PrintReportOptions, printReport, type SectionName, sectionNames } from "./report/print-report.ts";
export { type OpRow, type Report, type ReportOptions, report } from "./report/report.ts";
export { type HloTextLine, hloTextLines, type TextLine, textLines } from "./text-lines.ts";
export type { LiveValue, MemoryPoint, MemoryProfile } from "./timeline.ts";
export * from "./types.ts";
