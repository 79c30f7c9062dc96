// A small program with its inputs: data that prints as TypeScript and runs over the public API.
import type { Tensor } from "../../lib/tensor.ts";
import { type HostTensor, toDevice } from "../host.ts";
import { printBlock } from "./print.ts";
import { runBlock } from "./run.ts";
import type { Block } from "./types.ts";

/** By which fast-check prints a value. */
const printed = Symbol.for("fast-check/toStringMethod");

export class Program {
  readonly inputs: readonly HostTensor[];
  readonly block: Block;

  constructor(inputs: readonly HostTensor[], block: Block) {
    this.inputs = inputs;
    this.block = block;
  }

  /** The program as a function of its inputs. */
  run(...inputs: Tensor[]): Tensor {
    return runBlock(this.block)(...inputs) as Tensor;
  }

  /** The inputs, on the default device. */
  arguments(): Tensor[] {
    return this.inputs.map(toDevice);
  }

  /** How many calls it has, those in its functions included. */
  get size(): number {
    return (printBlock(this.block).match(/\bconst /g) ?? []).length;
  }

  /** Its source, and the inputs that it is called with. */
  toString(): string {
    const inputs = this.inputs.map((x, i) => {
      const { name } = this.block.params[i]!;
      return `const ${name} = np.array([${x.values.join(", ")}], { dtype: "${x.dtype}", shape: [${x.shape}] });`;
    });
    return [...inputs, `const program = ${printBlock(this.block)};`].join("\n");
  }

  [printed](): string {
    return this.toString();
  }
}
