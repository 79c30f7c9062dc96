// Loops inside lowering rules, written as functions of tensors.
import { avalOf } from "../core/aval.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind, traceGraph } from "../core/trace.ts";
import { add } from "../ops/binary.ts";
import { lt } from "../ops/compare.ts";
import { whileOp } from "./while.ts";

type Many = readonly Tensor[];

/** Repeats `body` on the carries while `condition` of them is true. Both may close over tensors of the trace around. */
export function repeatWhile(
  name: string,
  condition: (...carries: Tensor[]) => Tensor,
  body: (...carries: Tensor[]) => Many,
  init: Many,
): Tensor[] {
  const avals = init.map((t) => t.aval);
  const options = { what: name, ambient: true };
  const cond = traceGraph(`${name}_condition`, (...carries) => [condition(...carries)], avals, options);
  const step = traceGraph(`${name}_body`, body, avals, options);
  return bind(whileOp, [...cond.captures, ...step.captures, ...init], {
    cond: cond.graph,
    body: step.graph,
    condConsts: cond.captures.length,
    bodyConsts: step.captures.length,
  });
}

/** `body(i, …carries)` for i from 0 up to, but without, `turns`. */
export function repeat(
  name: string,
  turns: number,
  body: (i: Tensor, ...carries: Tensor[]) => Many,
  init: Many,
): Tensor[] {
  if (turns === 0) return [...init];
  const results = repeatWhile(
    name,
    (i) => lt(i!, turns),
    (i, ...carries) => [add(i!, 1), ...body(i!, ...carries)],
    [new Literal(0, avalOf([], "int32")), ...init],
  );
  return results.slice(1);
}
