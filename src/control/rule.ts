// A derivative rule as graphs that may call the function whose rule it is: they are known only when asked for.
import { internal } from "../core/errors.ts";
import { outsideProgram } from "../core/graph.ts";

export class Rule<G> {
  /** A rule is no part of the program that computes the function. */
  readonly [outsideProgram] = true as const;
  #graphs: G | undefined;
  #make: (() => G) | undefined;
  readonly #derived = new Map<string, Rule<G>>();

  /** Without `make` the graphs are given later, by `define`. */
  constructor(make?: () => G) {
    this.#make = make;
  }

  define(graphs: G): this {
    this.#graphs = graphs;
    return this;
  }

  get graphs(): G {
    if (this.#graphs === undefined) {
      const make = this.#make ?? internal("a derivative rule was needed while it was traced");
      this.#make = undefined;
      this.#graphs = make();
    }
    return this.#graphs;
  }

  /** The rule of a function made of this one's; asked for again while it is made, it is the same. */
  derive(key: string, make: () => G): Rule<G> {
    let rule = this.#derived.get(key);
    if (rule === undefined) {
      rule = new Rule(make);
      this.#derived.set(key, rule);
    }
    return rule;
  }

  toString(): string {
    return "its own";
  }
}
