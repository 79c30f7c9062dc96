// JC401, JC402: use of tensors whose memory is gone.
import { ts } from "ts-morph";
import { Flow } from "../flow.ts";
import { donatedBy, donatingNames, hostBodies } from "../host.ts";
import type { HostRule, Knowledge } from "../rule.ts";
import { bare, type Chain, calledName, chainOf } from "../syntax.ts";

type Context = Parameters<HostRule["check"]>[1];

function follow(
  file: ts.SourceFile,
  at: Context,
  takes: (call: ts.CallExpression) => readonly Chain[],
  verb: string,
  rule: { readonly sentence: string },
): void {
  const flow = new Flow({
    api: at.api,
    takes,
    onUse: (node, by) => {
      const { line } = file.getLineAndCharacterOfPosition(by.getStart(file));
      at.report({ node, message: `${rule.sentence} It is ${verb} in line ${line + 1}.` });
    },
  });
  for (const statements of hostBodies(file, at)) flow.run(statements);
}

/** The variables that an argument is made of: itself, or the parts of a literal. */
function variables(argument: ts.Expression, at: Knowledge): Chain[] {
  const e = bare(argument);
  if (ts.isArrayLiteralExpression(e)) return e.elements.flatMap((x) => variables(x, at));
  if (ts.isObjectLiteralExpression(e))
    return e.properties.flatMap((p) => {
      if (ts.isPropertyAssignment(p)) return variables(p.initializer, at);
      return ts.isShorthandPropertyAssignment(p) ? variables(p.name, at) : [];
    });
  const chain = chainOf(e);
  return ts.isIdentifier(chain.root) && at.values.holdsTensors(at.values.typeAt(e)) ? [chain] : [];
}

export const donated: HostRule = {
  code: "JC401",
  name: "use-after-donation",
  severity: "error",
  sentence: "A tensor is used after a jitted function has taken its memory.",
  fix: "Use the function's result, assign it to the same variable, or leave the argument out of donateArgnums.",
  check: (file, at) => {
    const names = donatingNames(at);
    if (names.size === 0) return;
    const takes = (call: ts.CallExpression): Chain[] => {
      const callee = bare(call.expression);
      const direct = ts.isCallExpression(callee) && callee.arguments[1]?.getText().includes("donateArgnums");
      if (!direct && !names.has(calledName(call) ?? "")) return [];
      return donatedBy(call.expression, call.arguments.length, at).flatMap((i) => {
        const argument = call.arguments[i];
        return argument === undefined || call.arguments.slice(0, i + 1).some(ts.isSpreadElement)
          ? []
          : variables(argument, at);
      });
    };
    follow(file, at, takes, "donated", donated);
  },
};

export const disposed: HostRule = {
  code: "JC402",
  name: "use-after-dispose",
  severity: "error",
  sentence: "A tensor is used after its memory has been freed.",
  fix: "Move dispose() behind the last use, or declare the tensor with `using`.",
  check: (file, at) => {
    if (!file.text.includes("dispose")) return;
    const takes = (call: ts.CallExpression): Chain[] => {
      const callee = bare(call.expression);
      if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== "dispose") return [];
      const held = callee.expression;
      const type = at.values.typeAt(held);
      const residual = type.getCallSignatures().length > 0;
      return at.values.isTensorIfPresent(held) || residual ? [chainOf(held)] : [];
    };
    follow(file, at, takes, "freed", disposed);
  },
};
