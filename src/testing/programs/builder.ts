// Growing a small program: values in scope, fresh names, and calls with the types of their results.
import type { DType } from "../../lib/tensor.ts";
import type { Argument, Block, Instruction, Shape, Value } from "./types.ts";

/** What a random draw says of one step; how it is read depends on what is in scope, so that every draw is a program. */
export interface Gene {
  readonly kind: string;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly inner: readonly Gene[];
}

export const ref = (v: Value): Argument => ({ ref: v.name });
export const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);
export const sameType = (x: Value, y: Value): boolean => x.dtype === y.dtype && x.shape.join() === y.shape.join();

/** The shape of two that broadcast together, or undefined. */
export function broadcast(x: Shape, y: Shape): Shape | undefined {
  const rank = Math.max(x.length, y.length);
  const at = (s: Shape, d: number) => s[d - rank + s.length] ?? 1;
  const sizes = Array.from({ length: rank }, (_, d) => [at(x, d), at(y, d)] as const);
  if (sizes.some(([m, n]) => m !== n && m !== 1 && n !== 1)) return undefined;
  return sizes.map(([m, n]) => (m === 1 ? n : m));
}

export class Builder {
  readonly scope: Value[];
  readonly body: Instruction[] = [];
  /** The dtype of all floats. */
  readonly dtype: DType;
  /** Elements that no value exceeds. */
  readonly maxElements: number;
  readonly counter: { next: number };
  private readonly params: readonly Value[];

  constructor(
    params: readonly Value[],
    outer: readonly Value[],
    settings: { readonly dtype: DType; readonly maxElements: number; readonly counter: { next: number } },
  ) {
    this.params = params;
    this.scope = [...outer, ...params];
    this.dtype = settings.dtype;
    this.maxElements = settings.maxElements;
    this.counter = settings.counter;
  }

  /** A value of a name that nothing else has: a, b, …, z, a1, … */
  fresh(shape: Shape, dtype: DType = this.dtype): Value {
    const n = this.counter.next++;
    const name = String.fromCharCode(97 + (n % 26)) + (n < 26 ? "" : Math.floor(n / 26));
    return { name, shape, dtype };
  }

  isFloat(v: Value): boolean {
    return v.dtype === this.dtype;
  }

  /** A float in scope that fits; the latest for 0. There always is one that fits nothing in particular. */
  pick(n: number, fits: (v: Value) => boolean = () => true): Value | undefined {
    const found = this.scope.filter((v) => this.isFloat(v) && fits(v));
    return found[found.length - 1 - (n % Math.max(1, found.length))];
  }

  emit(call: string, args: readonly Argument[], shape: Shape, dtype: DType = this.dtype): Value {
    return this.emitAll(call, args, [this.fresh(shape, dtype)])[0]!;
  }

  emitAll(
    call: string,
    args: readonly Argument[],
    results: readonly Value[],
    appliedTo?: readonly Argument[],
  ): readonly Value[] {
    this.body.push(appliedTo === undefined ? { results, call, args } : { results, call, args, appliedTo });
    this.scope.push(...results);
    return results;
  }

  /** The latest value in scope that fits, if it is this function's own or a parameter's. */
  own(fits: (v: Value) => boolean): Value | undefined {
    const mine = [...this.params, ...this.body.flatMap((i) => i.results)];
    return mine.filter((v) => this.isFloat(v) && fits(v)).at(-1);
  }

  block(returns: Argument): Block {
    return { params: this.params, body: this.body, returns };
  }
}

/** A function inside `parent`, grown by `genes`; closed over what is in scope there unless `alone`. */
export type Grow = (parent: Builder, params: readonly Value[], genes: readonly Gene[], alone?: boolean) => Builder;

/** Adds calls to a program. Whatever is drawn, it adds something that is well typed, or nothing. */
export type Step = (b: Builder, gene: Gene, grow: Grow) => void;
