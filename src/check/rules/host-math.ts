// JC107: functions of JavaScript that compute with numbers.
import { ts } from "ts-morph";
import { callAs } from "../edits.ts";
import { on, type Place, type TracedRule } from "../rule.ts";
import { isMathCall } from "../values.ts";
import { isConverted } from "./conversions.ts";

/** Functions of np that give what those of Math do. Math.round is not among them: halves go up there, to even here. */
const equivalents: ReadonlyMap<string, string> = new Map([
  ...(
    "abs acosh asinh atanh cbrt cos cosh exp expm1 floor ceil hypot log log10 log1p log2 sign sin sinh sqrt tan tanh trunc " +
    "acos asin atan atan2"
  )
    .split(" ")
    .map((name): [string, string] => [name, name]),
  ["pow", "power"],
  ["max", "maximum"],
  ["min", "minimum"],
]);
const arities: ReadonlyMap<string, number> = new Map([
  ["pow", 2],
  ["max", 2],
  ["min", 2],
  ["hypot", 2],
  ["atan2", 2],
]);

/** Functions that read one number. */
const readers =
  /^(Number|BigInt|parseFloat|parseInt|isNaN|isFinite|Number\.(isNaN|isFinite|isInteger|isSafeInteger|parseFloat|parseInt))$/;

function editsOf(node: ts.CallExpression, at: Place) {
  const name = (node.expression as ts.PropertyAccessExpression).name.text;
  const own = equivalents.get(name);
  if (own === undefined || node.arguments.length !== (arities.get(name) ?? 1)) return undefined;
  return node.arguments.some(ts.isSpreadElement) ? undefined : callAs(own, node, at);
}

export const hostMath: TracedRule = {
  code: "JC107",
  name: "host-math-on-tensor",
  severity: "error",
  sentence: "A function of JavaScript computes with a tensor: traced it throws, and under grad the derivative is lost.",
  fix: "Use the function of np, such as np.exp in place of Math.exp.",
  visits: new Map(
    on<ts.CallExpression>([ts.SyntaxKind.CallExpression], (node, at) => {
      const math = isMathCall(node);
      if (!math && !(at.f.unknownValues && readers.test(node.expression.getText()))) return;
      const given = node.arguments.map((a) => (ts.isSpreadElement(a) ? a.expression : a));
      if (given.some((a) => isConverted(a, at))) at.report({ node, edits: math ? editsOf(node, at) : undefined });
    }),
  ),
};
