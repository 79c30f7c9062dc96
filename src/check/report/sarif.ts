// Findings as SARIF 2.1.0, which code hosts and editors read. Source: OASIS SARIF 2.1.0, sections 3.13 to 3.58.
import type { CheckResult, Edit, Finding, Position, Problem } from "../finding.ts";
import { rules } from "../rules/index.ts";

const schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

export function formatSarif({ findings, problems, files }: CheckResult, version: string): string {
  const log = {
    $schema: schema,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "jorts check",
            semanticVersion: version,
            rules: rules.map((r) => ({
              id: r.code,
              name: r.name,
              shortDescription: { text: r.sentence },
              help: { text: r.fix },
              defaultConfiguration: { level: r.severity },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: problems.length === 0,
            toolExecutionNotifications: problems.map(notification),
          },
        ],
        artifacts: files.map((file) => ({ location: { uri: uriOf(file) } })),
        results: findings.map((f) => result(f, files)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

const uriOf = (file: string): string => file.split("/").map(encodeURIComponent).join("/");

const region = (start: Position, end: Position) => ({
  startLine: start.line,
  startColumn: start.column,
  endLine: end.line,
  endColumn: end.column,
});

function result(f: Finding, files: readonly string[]) {
  const uri = uriOf(f.file);
  return {
    ruleId: f.code,
    ruleIndex: rules.findIndex((r) => r.code === f.code),
    level: f.severity,
    message: { text: `${f.message} ${f.fix}${f.trace === undefined ? "" : ` Traced by ${f.trace}.`}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri, index: files.indexOf(f.file) },
          region: { ...region(f.start, f.end), snippet: { text: f.source } },
        },
      },
    ],
    ...(f.edits === undefined ? {} : { fixes: [fixOf(uri, f.fix, f.edits)] }),
  };
}

const fixOf = (uri: string, text: string, edits: readonly Edit[]) => ({
  description: { text },
  artifactChanges: [
    {
      artifactLocation: { uri },
      replacements: edits.map((e) => ({
        deletedRegion: { charOffset: e.start, charLength: e.end - e.start },
        insertedContent: { text: e.text },
      })),
    },
  ],
});

const notification = ({ message, file, start }: Problem) => ({
  level: "error",
  message: { text: message },
  ...(file === undefined
    ? {}
    : {
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: uriOf(file) },
              ...(start === undefined ? {} : { region: { startLine: start.line, startColumn: start.column } }),
            },
          },
        ],
      }),
});
