// The methods of Tensor: sugar for np functions, host reads, and what JavaScript does to a value by itself.
import { inspect } from "node:util";
import type { ArrayTensor } from "../compile/array.ts";
import { bytesOf, decode, encodeValues, rawWords } from "../compile/encoding.ts";
import { toBytes, toBytesAsync } from "../compile/place.ts";
import { longAval } from "../core/aval.ts";
import type { HostScalar } from "../core/complex.ts";
import { concreteValue, needConcrete } from "../core/concrete.ts";
import { isComplex } from "../core/dtype.ts";
import {
  ConcretizationTypeError,
  DTypeError,
  ShapeError,
  TracerArrayConversionError,
  TracerBoolConversionError,
  TracerIntegerConversionError,
} from "../core/errors.ts";
import type { Device, Sharding } from "../core/mesh.ts";
import { Literal, Tensor } from "../core/tensor.ts";
import { Tracer } from "../core/trace.ts";
import type { Index } from "./indexing.ts";
import * as indexing from "./indexing.ts";
import * as lax from "./lax-shape.ts";
import * as np from "./np.ts";
import { type Shard, shardsOf } from "./sharding.ts";
import { elements, type NestedScalars, nest, printTensor } from "./tensor-print.ts";
import type { TypedArray } from "./types.ts";

/** A function of a tensor as a method of it. */
type Method<F> = F extends (x: never, ...rest: infer R) => infer O ? (...rest: R) => O : never;
type Methods<T> = { readonly [K in keyof T]: Method<T[K]> };

const functions = {
  abs: np.abs,
  add: np.add,
  addAt: indexing.addAt,
  all: np.all,
  any: np.any,
  argmax: np.argmax,
  argmin: np.argmin,
  argsort: np.argsort,
  astype: np.astype,
  broadcastTo: np.broadcastTo,
  clip: np.clip,
  cumprod: np.cumprod,
  cumsum: np.cumsum,
  diagonal: np.diagonal,
  div: np.divide,
  dot: np.dot,
  equal: np.equal,
  exp: np.exp,
  expandDims: np.expandDims,
  flatten: np.ravel,
  floorDivide: np.floorDivide,
  greater: np.greater,
  greaterEqual: np.greaterEqual,
  less: np.less,
  lessEqual: np.lessEqual,
  log: np.log,
  matmul: np.matmul,
  max: np.max,
  maxAt: indexing.maxAt,
  mean: np.mean,
  min: np.min,
  minAt: indexing.minAt,
  mod: np.remainder,
  mul: np.multiply,
  mulAt: indexing.mulAt,
  neg: np.negative,
  notEqual: np.notEqual,
  pow: np.power,
  prod: np.prod,
  ptp: np.ptp,
  ravel: np.ravel,
  repeat: np.repeat,
  round: np.round,
  set: indexing.set,
  slice: lax.slice,
  sort: np.sort,
  sqrt: np.sqrt,
  square: np.square,
  squeeze: np.squeeze,
  std: np.std,
  sub: np.subtract,
  sum: np.sum,
  swapaxes: np.swapaxes,
  take: np.take,
  tanh: np.tanh,
  var: np.var,
};

interface Reads {
  /** Dimensions reversed. */
  readonly T: Tensor;
  /** The last two dimensions exchanged. */
  readonly mT: Tensor;
  /** `x.reshape(2, −1)` or `x.reshape([2, −1])`. */
  reshape(...shape: readonly number[] | readonly [readonly number[]]): Tensor;
  /** `x.transpose()`, `x.transpose(1, 0)` or `x.transpose([1, 0])`. */
  transpose(...axes: readonly number[] | readonly [readonly number[] | null]): Tensor;
  /** The part that the entries name; see `np.at`. */
  at(...entries: readonly Index[]): Tensor;

  /** The value of a tensor of one element; bigint for 64-bit integers, `{ re, im }` for complex numbers. @throws ShapeError, ConcretizationTypeError */
  item(): HostScalar;
  /** Nested arrays of the values. @throws TracerArrayConversionError */
  tolist(): NestedScalars;
  /** The values, row-major, without blocking; 8- and 16-bit floats as Float32Array, bool as Uint8Array, complex as interleaved parts. @throws TracerArrayConversionError */
  data(): Promise<TypedArray>;
  /** The undecoded words, row-major; waits for the value. @throws TracerArrayConversionError */
  bits(): TypedArray;
  /** Settles when the value has been computed; rejects with the program's error. */
  blockUntilReady(): Promise<this>;

  /** Frees device memory. @throws ConcretizationTypeError on a traced tensor */
  dispose(): void;
  [Symbol.dispose](): void;
  readonly isDeleted: boolean;
  readonly sharding: Sharding;
  /** The devices it lies on. */
  devices(): readonly Device[];
  /** The pieces on this process's devices. */
  readonly addressableShards: readonly Shard[];
  toString(): string;
  toJSON(): unknown;
}

declare module "../core/tensor.ts" {
  interface Tensor extends Methods<typeof functions>, Reads {}
}

type Values = Record<PropertyKey, unknown>;
function install(members: Values): void {
  for (const name of Reflect.ownKeys(members)) {
    const given = Object.getOwnPropertyDescriptor(members, name)!;
    Object.defineProperty(Tensor.prototype, name, { ...given, enumerable: false, configurable: true });
  }
}

install(
  Object.fromEntries(
    Object.entries(functions).map(([name, f]) => [
      name,
      function (this: Tensor, ...args: never[]): unknown {
        return (f as (x: Tensor, ...rest: never[]) => unknown)(this, ...args);
      },
    ]),
  ),
);

const known = (t: Tensor, what: string, error: typeof ConcretizationTypeError): Tensor => needConcrete(t, what, error);

const bytes = (t: Tensor): Uint8Array =>
  t instanceof Literal ? encodeValues(elements(t), t.dtype) : toBytes(t as ArrayTensor);

/** A concrete scalar as JavaScript sees it. */
function primitive(t: Tensor, hint: string): number | bigint | boolean | string {
  if (t.size !== 1)
    throw new ShapeError(
      `Converting a tensor of shape [${t.shape}] to a ${hint === "default" ? "primitive" : hint}: expected one element. ` +
        "Use np.add, np.greater, … on tensors, np.any or np.all for a truth value.",
    );
  const value = elements(t)[0]!;
  if (typeof value === "object")
    throw new DTypeError(
      `Converting a ${longAval(t.aval)} to a ${hint === "default" ? "primitive" : hint}: a complex number is no real one. Use item(), ` +
        "np.real or np.abs.",
    );
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const spread = (args: readonly unknown[]): unknown =>
  args.length === 1 && typeof args[0] === "object" ? args[0] : args;

const onDevice = (t: Tensor, what: string): ArrayTensor => known(t, what, ConcretizationTypeError) as ArrayTensor;

install({
  get T(): Tensor {
    return np.transpose(this as unknown as Tensor);
  },
  get mT(): Tensor {
    return np.matrixTranspose(this as unknown as Tensor);
  },
  reshape(this: Tensor, ...shape: readonly unknown[]): Tensor {
    return np.reshape(this, spread(shape) as readonly number[]);
  },
  transpose(this: Tensor, ...axes: readonly unknown[]): Tensor {
    return np.transpose(this, axes.length === 0 ? null : (spread(axes) as readonly number[] | null));
  },
  at(this: Tensor, ...entries: readonly Index[]): Tensor {
    return indexing.at(this, entries);
  },

  item(this: Tensor): HostScalar {
    const value = known(this, "item()", ConcretizationTypeError);
    if (value.size !== 1)
      throw new ShapeError(`item: got ${longAval(this.aval)}, expected one element. Use tolist() or await data().`);
    return elements(value)[0]!;
  },
  tolist(this: Tensor): NestedScalars {
    return nest(elements(known(this, "tolist()", TracerArrayConversionError)), this.shape);
  },
  data(this: Tensor): Promise<TypedArray> {
    const value = known(this, "data()", TracerArrayConversionError);
    if (value instanceof Literal) return Promise.resolve(decode(bytes(value), value.dtype));
    return toBytesAsync(value as ArrayTensor).then((b) => decode(b, value.dtype));
  },
  bits(this: Tensor): TypedArray {
    const value = known(this, "bits()", TracerArrayConversionError);
    return rawWords(bytesOf(bytes(value)), value.dtype);
  },
  async blockUntilReady(this: Tensor): Promise<Tensor> {
    const value = known(this, "blockUntilReady()", ConcretizationTypeError);
    if (!(value instanceof Literal) && value !== this) await value.blockUntilReady();
    return this;
  },

  dispose(this: Tensor): void {
    if (this instanceof Tracer)
      throw new ConcretizationTypeError(
        `dispose(): a traced ${longAval(this.aval)} owns no memory. Dispose concrete tensors, outside the traced function.`,
      );
  },
  [Symbol.dispose](this: Tensor): void {
    this.dispose();
  },
  get isDeleted(): boolean {
    const t = this as unknown as Tensor;
    return t instanceof Tracer ? onDevice(t, "isDeleted").isDeleted : false;
  },
  get sharding(): Sharding {
    return onDevice(this as unknown as Tensor, "sharding").sharding;
  },
  devices(this: Tensor): readonly Device[] {
    return onDevice(this, "devices()").devices();
  },
  get addressableShards(): readonly Shard[] {
    return shardsOf(onDevice(this as unknown as Tensor, "addressableShards"));
  },

  toString(this: Tensor): string {
    return printTensor(this);
  },
  toJSON(this: Tensor): unknown {
    const value = known(this, "JSON.stringify", TracerArrayConversionError);
    return nest(
      elements(value).map((v) => (typeof v === "bigint" ? Number(v) : v)),
      value.shape,
    );
  },
  [Symbol.toPrimitive](this: Tensor, hint: "string" | "number" | "default"): unknown {
    if (hint === "string") {
      const what = "A traced tensor as a property name or in a template string";
      const value = this instanceof Tracer ? known(this, what, TracerIntegerConversionError) : this;
      return value.size === 1 && value.ndim === 0 && !isComplex(value.dtype)
        ? String(elements(value)[0])
        : printTensor(value);
    }
    const what = "A traced tensor as a number or in a comparison of JavaScript";
    return primitive(known(this, what, TracerBoolConversionError), hint);
  },
  [Symbol.iterator](this: Tensor): never {
    const remedy = "Use np.unstack(x), which gives an array of tensors, or lax.scan.";
    if (this instanceof Tracer && concreteValue(this) === undefined)
      throw new TracerArrayConversionError(`Iterating over a traced ${longAval(this.aval)} is not possible. ${remedy}`);
    throw new ShapeError(
      `Iterating over a ${longAval(this.aval)} is not possible: it would read each element. ${remedy}`,
    );
  },
  [inspect.custom](this: Tensor): string {
    return this instanceof Tracer ? printTensor(this) : `Tensor<${longAval(this.aval)}> ${printTensor(this)}`;
  },
});
