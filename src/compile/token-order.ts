// The token that a function's host calls hand on, which keeps them in the order of the user's program.
import type { Value } from "../../hlo/module.ts";
import type { TensorType, Type } from "../../hlo/types.ts";
import { type Graph, graphEffect } from "../core/graph.ts";
import { tokenType } from "./host-call.ts";

export class TokenOrder {
  /** What the next ordered host call of the function or region waits for; null where there is none. */
  private current: Value | null = null;

  /** The token that follows the values of code that runs `graphs`, if they call the host in order. */
  tokens(graphs: readonly Graph[]): TensorType[] {
    return graphs.some((g) => graphEffect(g) === "ordered") ? [tokenType] : [];
  }

  /** Runs `body` with the token that may follow `values`; what follows its results is the token after it. */
  threading(
    tokens: readonly Type[],
    values: readonly Value[],
    body: (values: readonly Value[]) => readonly Value[],
  ): Value[] {
    if (tokens.length === 0) return [...body(values)];
    const outer = this.current;
    this.current = values.at(-1)!;
    const results = [...body(values.slice(0, -1)), this.current];
    this.current = outer;
    return results;
  }

  /** Results of an operation of which the last may be the token that is now to be waited for. */
  untoken(tokens: readonly Type[], results: Value[]): Value[] {
    if (tokens.length === 0) return results;
    this.current = results.at(-1)!;
    return results.slice(0, -1);
  }

  withToken(tokens: readonly Type[], values: readonly Value[]): readonly Value[] {
    return tokens.length === 0 ? values : [...values, this.current!];
  }
}
