// JC208: printing that shows the tracer instead of the value.
import { ts } from "ts-morph";
import type { Edit } from "../finding.ts";
import { on, type Place, type TracedRule } from "../rule.ts";

const methods = /^console\.(log|info|debug|warn|error|table|dir|trace)$/;

/** `console.log("loss", x)` → `debug.print("loss {}", x)`. */
function asDebugPrint(node: ts.CallExpression, at: Place): Edit[] | undefined {
  const debug = at.nameInScope("debug", node);
  if (debug === undefined || !/^console\.(log|info|debug)$/.test(node.expression.getText())) return undefined;
  const [first, ...rest] = node.arguments;
  const label = first !== undefined && ts.isStringLiteral(first) ? first : undefined;
  const values = label === undefined ? node.arguments : rest;
  if (label !== undefined && /[{}%]/.test(label.text)) return undefined;
  if (!values.every((v) => at.values.isTensor(v)) || values.length === 0) return undefined;
  const start = node.getStart();
  const width = node.end - start;
  const template = JSON.stringify([...(label ? [label.text] : []), ...values.map(() => "{}")].join(" "));
  return [{ start, end: values[0]!.getStart(), text: `${debug}.print(${template}, `, part: "open", width }];
}

export const printing: TracedRule = {
  code: "JC208",
  name: "console-in-trace",
  severity: "note",
  sentence: "The console shows a tracer, once, while the function is traced.",
  fix: "Use debug.print, which shows the value each time the program runs.",
  visits: new Map(
    on<ts.CallExpression>([ts.SyntaxKind.CallExpression], (node, at) => {
      if (!at.f.unknownValues || !methods.test(node.expression.getText())) return;
      const shown = node.arguments.some((a) => at.values.mayBeTensor(a) || at.values.holdsTensors(at.values.typeAt(a)));
      if (shown) at.report({ node, edits: asDebugPrint(node, at) });
    }),
  ),
};
