// Forward mode: a walk that carries primals and tangents; a null tangent is zero.
import { type Aval, strong } from "../core/aval.ts";
import { isInexact } from "../core/dtype.ts";
import { internal } from "../core/errors.ts";
import { type Equation, type Graph, maskKey, memoize } from "../core/graph.ts";
import type { AnyOp, Maybe, OperandDerivative } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind, traceGraph } from "../core/trace.ts";
import { addTangents, zeroTangent } from "../ops/tangent.ts";
import { Environment, forEachEquation } from "./evaluate.ts";

type Pair = readonly [primal: Tensor, tangent: Maybe];

/** Which rule of a structured operation a walk uses. */
export type Mode = "jvp" | "linearize";

/** Tangents have the shape of their primal, its dtype if floating or complex, and are never weakly typed. */
export const tangentAval = strong;

export const isDifferentiable = (a: Aval): boolean => isInexact(a.dtype);

export function jvpWalk(
  graph: Graph,
  primals: readonly Tensor[],
  tangents: readonly Maybe[],
  mode: Mode = "jvp",
): [Tensor[], Maybe[]] {
  const env = new Environment<Pair>();
  graph.inputs.forEach((v, i) => {
    env.set(v, [primals[i]!, tangents[i] ?? null]);
  });
  const read = (o: Equation["operands"][number]): Pair => (o instanceof Literal ? [o, null] : env.get(o));
  forEachEquation(graph.equations, (e) => {
    const pairs = e.operands.map(read);
    const [outs, outTangents] = jvpEquation(
      e.op,
      pairs.map((p) => p[0]),
      pairs.map((p) => p[1]),
      e.params,
      mode,
    );
    e.results.forEach((r, i) => {
      env.set(r, [outs[i]!, isDifferentiable(r.aval) ? (outTangents[i] ?? null) : null]);
    });
  });
  const outputs = graph.outputs.map(read);
  return [outputs.map((p) => p[0]), outputs.map((p) => p[1])];
}

function jvpEquation(
  op: AnyOp,
  primals: readonly Tensor[],
  tangents: readonly Maybe[],
  params: unknown,
  mode: Mode,
): readonly [readonly Tensor[], readonly Maybe[]] {
  if (tangents.every((t) => t === null)) return [bind(op, primals, params), []];
  const { derivative } = op;
  if ("structured" in derivative) return derivative.structured[mode](primals, tangents, params);
  const results = bind(op, primals, params);
  if ("joint" in derivative) return [results, derivative.joint(tangents, primals, results, params)];
  const rules: readonly OperandDerivative<unknown, readonly Tensor[]>[] =
    "all" in derivative ? primals.map(() => derivative.all as "none" | "linear") : (derivative as never);
  let total: Maybe[] = results.map(() => null);
  const include = (contributions: readonly Maybe[]) => {
    total = total.map((sum, i) => addTangents(sum, contributions[i] ?? null));
  };
  if (rules.some((r, i) => r === "linear" && tangents[i] !== null))
    include(
      bind(
        op,
        primals.map((x, i) => (rules[i] === "linear" ? (tangents[i] ?? zeroTangent(x)) : x)),
        params,
      ),
    );
  rules.forEach((rule, i) => {
    const t = tangents[i] ?? null;
    if (t === null || rule === "none" || rule === "linear") return;
    if (rule === "multilinear")
      include(
        bind(
          op,
          primals.map((x, j) => (i === j ? t : x)),
          params,
        ),
      );
    else include([rule(t, primals, results, params)]);
  });
  return [results, total];
}

export interface JvpGraph {
  /** Inputs: primals, then the tangents of active inputs. Outputs: primals, then tangents of active outputs. */
  readonly graph: Graph;
  readonly outActive: readonly boolean[];
}

/** Forward derivative of `graph` for the inputs in `active`; outputs in `force` get a tangent even if it is zero. */
export function jvpGraph(graph: Graph, active: readonly boolean[], force?: readonly boolean[]): JvpGraph {
  const key = `jvp ${maskKey(active)} ${force ? maskKey(force) : ""}`;
  return memoize(graph, key, () => {
    let outActive: boolean[] = [];
    const avals = graph.inputs.map((v) => v.aval);
    const tangentAvals = avals.filter((_, i) => active[i]).map(tangentAval);
    const { graph: result, captures } = traceGraph(
      `jvp_${graph.name}`,
      (...inputs) => {
        const tangents = spreadMask(active, inputs.slice(avals.length));
        const [outs, outTangents] = jvpWalk(graph, inputs.slice(0, avals.length), tangents);
        outActive = outTangents.map((t, i) => t !== null || (force?.[i] ?? false));
        const shown = outTangents.flatMap((t, i) => (outActive[i] ? [t ?? zeroTangent(outs[i]!)] : []));
        return [...outs, ...shown];
      },
      [...avals, ...tangentAvals],
      { what: `the derivative of ${graph.name}`, ambient: true },
    );
    if (captures.length > 0) internal("a closed graph captured a value");
    return { graph: result, outActive };
  });
}

/** `values` at the places where `mask` is true, null elsewhere. */
export function spreadMask<T>(mask: readonly boolean[], values: readonly T[]): (T | null)[] {
  let next = 0;
  return mask.map((m) => (m ? values[next++]! : null));
}

export const pick = <T>(values: readonly T[], mask: readonly boolean[]): T[] => values.filter((_, i) => mask[i]);
export const omit = <T>(values: readonly T[], mask: readonly boolean[]): T[] => values.filter((_, i) => !mask[i]);
