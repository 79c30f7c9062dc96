// A tensor's description without its data.
import { inspect } from "node:util";
import { type Aval, avalOf, longAval } from "./aval.ts";
import type { DType } from "./dtype.ts";
import type { Sharding } from "./mesh.ts";
import { leafTag } from "./tree.ts";

/** Stands for a tensor of `shape` and `dtype` wherever a program is traced or lowered without data. */
export class ShapeDtypeStruct {
  readonly [leafTag] = true as const;
  readonly aval: Aval;
  readonly sharding: Sharding | undefined;

  constructor(shape: readonly number[], dtype: DType, options: { sharding?: Sharding; weakType?: boolean } = {}) {
    this.aval = avalOf(shape, dtype, options.weakType ?? false);
    this.sharding = options.sharding;
  }
  get shape(): readonly number[] {
    return this.aval.shape;
  }
  get dtype(): DType {
    return this.aval.dtype;
  }
  get weakType(): boolean {
    return this.aval.weakType;
  }
  get size(): number {
    return this.aval.size;
  }
  get ndim(): number {
    return this.aval.shape.length;
  }

  /** `float32[2,3]`, with `weak` and the sharding where they say something. */
  toString(): string {
    const placed = this.sharding === undefined ? "" : ` at ${this.sharding}`;
    return `${longAval(this.aval)}${this.weakType ? " weak" : ""}${placed}`;
  }
  [inspect.custom](): string {
    return `ShapeDtypeStruct(${this})`;
  }
}
