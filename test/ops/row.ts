// A row of the table: how an operation is called, on what, and what it refuses.
import type { AnyOp } from "../../src/core/op.ts";
import type { Body } from "./programs.ts";
import type { Sample } from "./samples.ts";
import type { Tolerance } from "./values.ts";

export interface Row {
  readonly op: AnyOp;
  /** Distinguishes several rows of one operation. */
  readonly what?: string;
  readonly call: Body;
  readonly inputs: readonly Sample[];
  /**
   * `smooth` around the samples, to second order; `first`: to first order, and the second is refused; `forward`: to first
   * order, and none backwards; `reverse`: to first order, and none forwards; `zero` everywhere; `throws` when asked for;
   * `recorded`: against JAX only.
   */
  readonly derivative: "smooth" | "first" | "forward" | "reverse" | "zero" | "throws" | "recorded";
  /** `together`: a batch is one draw for all examples, so that none of them is what it would be alone. */
  readonly examples?: "together";
  /** Eager, jitted and batched results against each other. */
  readonly tolerance: Tolerance;
  readonly refuses: readonly Refusal[];
}
export interface Refusal {
  readonly inputs: readonly Sample[];
  readonly call?: Body;
  /** Found in the message after the operation's name. */
  readonly says: RegExp;
}

export const close: Tolerance = { epsilons: 16, spread: 1 };
export const got = (text: string) => new RegExp(`got .*${text}`);

export type Options = Partial<Omit<Row, "op" | "call" | "inputs">>;
export const row = (op: AnyOp, call: Body, inputs: readonly Sample[], options: Options = {}): Row => ({
  op,
  call,
  inputs,
  derivative: "smooth",
  tolerance: close,
  refuses: [],
  ...options,
});

export const exact: Options = { tolerance: "exact", derivative: "zero" };
