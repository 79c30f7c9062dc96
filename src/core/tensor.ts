// Tensor, the one type that users see; Literal, a constant that is the same everywhere.
import type { Aval } from "./aval.ts";
import type { DType } from "./dtype.ts";

/** An n-dimensional array: concrete on devices, or traced inside a transformation. */
export abstract class Tensor {
  abstract readonly aval: Aval;

  get shape(): readonly number[] {
    return this.aval.shape;
  }
  get dtype(): DType {
    return this.aval.dtype;
  }
  get ndim(): number {
    return this.aval.shape.length;
  }
  get size(): number {
    return this.aval.size;
  }
  get weakType(): boolean {
    return this.aval.weakType;
  }
}

/** A splat: one host value in every element. The only constant that stands inside a graph. */
export class Literal extends Tensor {
  readonly aval: Aval;
  readonly value: number | bigint | boolean;

  constructor(value: number | bigint | boolean, aval: Aval) {
    super();
    this.value = value;
    this.aval = aval;
  }
}
