// Functions of the host as operations: pure ones, ones with effects, and ones that only show values.
import { type Aval, avalOf, longAval } from "../core/aval.ts";
import { type DType, itemSize } from "../core/dtype.ts";
import { JortsError, NonDifferentiableError } from "../core/errors.ts";
import { HostCallback, type HostFunction, type HostValue } from "../core/host-callback.ts";
import { typeOf } from "../core/lowering.ts";
import { type BatchInput, type BatchOutput, defineOp, type Effect, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { batchAt } from "./batching.ts";
import { expandDims } from "./shape.ts";

/**
 * What vmap makes of a pure callback: `sequential` and `sequential_unrolled` call it once for each example;
 * `expand_dims` calls it once with a leading batch dimension on every operand, of size 1 where it has none;
 * `broadcast_all` the same with the full size everywhere. Null: vmap is refused. As in `jax.pure_callback`.
 */
export type VmapMethod = "sequential" | "sequential_unrolled" | "expand_dims" | "broadcast_all";

/** The batch dimension that one vmap gave the operands; null where it gave none. */
interface Loop {
  readonly size: number;
  readonly dims: readonly (number | null)[];
}

export interface CallbackParams {
  readonly kind: "pure" | "io" | "debug";
  readonly ordered: boolean;
  readonly callback: HostFunction;
  /** Of one call. */
  readonly results: readonly { readonly shape: readonly number[]; readonly dtype: DType }[];
  readonly vmapMethod: VmapMethod | null;
  /** The callback is called for each example of these, the first one outermost. */
  readonly loops: readonly Loop[];
}
type Many = readonly Tensor[];

const effect = ({ kind, ordered }: CallbackParams): Effect =>
  ordered ? "ordered" : kind === "pure" ? "none" : kind === "io" ? "unordered" : "debug";

/** Results have a leading dimension for each loop, the last one first. */
const outputs = ({ results, loops }: CallbackParams): readonly Aval[] =>
  results.map((r) => avalOf([...loops.map((l) => l.size).reverse(), ...r.shape], r.dtype));

export const callbackOp: Op<CallbackParams, Many> = defineOp({
  name: "callback",
  shape: (_operands, p) => outputs(p),
  derivative: {
    structured: {
      jvp: (primals, _tangents, p) => [primalOnly(primals, p), []],
      linearize: (primals, _tangents, p) => [primalOnly(primals, p), []],
    },
  },
  transpose: null,
  batch: batchCallback,
  effect,
  cost: "costly",
  lower: (c, operands, p) => c.hostCall(callbackFor(p, c.operands), operands, c.results.map(typeOf), effect(p)),
});

function primalOnly(primals: Many, p: CallbackParams): Tensor[] {
  if (p.kind === "debug") return bind(callbackOp, primals, p);
  const name = p.kind === "pure" ? "pureCallback" : "ioCallback";
  throw new NonDifferentiableError(
    `${name}: a callback has no derivative. Wrap it in customJvp or customVjp with a rule of its own, or pass ` +
      "stopGradient(x).",
  );
}

function batchCallback({ operands, dims, size, params: p }: BatchInput<CallbackParams, Many>): BatchOutput {
  if (p.kind === "io" && p.ordered)
    throw new JortsError(
      "ioCallback: an ordered callback cannot be batched by vmap. Leave out ordered, or use lax.map.",
    );
  if (p.kind === "pure" && p.vmapMethod === null)
    throw new JortsError(
      "pureCallback: vmap needs to be told what to make of the callback, got no vmapMethod. Give one of sequential, " +
        "sequential_unrolled, expand_dims, broadcast_all.",
    );
  const leading = p.results.map(() => 0);
  if (p.vmapMethod === "expand_dims" || p.vmapMethod === "broadcast_all") {
    const moved = operands.map((x, i) => {
      const d = dims[i] ?? null;
      return d === null && p.vmapMethod === "expand_dims" ? expandDims(x, [0]) : batchAt(x, d, 0, size);
    });
    const results = p.results.map((r) => ({ ...r, shape: [size, ...r.shape] }));
    return { results: bind(callbackOp, moved, { ...p, results }), dims: leading };
  }
  return { results: bind(callbackOp, operands, { ...p, loops: [...p.loops, { size, dims }] }), dims: leading };
}

const made = new WeakMap<HostFunction, Map<string, HostCallback>>();

/** What a program calls for operands of these types; the same object for the same types and loops. */
function callbackFor(p: CallbackParams, operands: readonly Aval[]): HostCallback {
  let known = made.get(p.callback);
  if (known === undefined) {
    known = new Map();
    made.set(p.callback, known);
  }
  const key = JSON.stringify([p.loops, operands.map(longAval), p.results]);
  let callback = known.get(key);
  if (callback === undefined) {
    callback = new HostCallback(p.callback.name, operands.length, (bytes) =>
      runLoops(
        p,
        bytes.map((b, i) => ({ bytes: b, aval: operands[i]! })),
      ),
    );
    known.set(key, callback);
  }
  return callback;
}

function runLoops({ callback, loops, results }: CallbackParams, operands: readonly HostValue[]): readonly Uint8Array[] {
  const one = results.map((r) => avalOf(r.shape, r.dtype));
  if (loops.length === 0) return callback.call(operands, one);
  const count = loops.reduce((n, l) => n * l.size, 1);
  const all = one.map((a) => new Uint8Array(count * a.size * itemSize(a.dtype)));
  const at = loops.map(() => 0);
  const call = (): void => {
    // The last loop's dimension was added last, so it is taken first, and leads in the results.
    const example = operands.map((x, i) => loops.reduceRight((part, l, k) => take(part, l.dims[i] ?? null, at[k]!), x));
    const position = loops.reduceRight((n, l, k) => n * l.size + at[k]!, 0);
    callback.call(example, one).forEach((bytes, i) => {
      all[i]!.set(bytes, position * bytes.length);
    });
  };
  const run = (l: number): void => {
    if (l === loops.length) {
      call();
      return;
    }
    for (let i = 0; i < loops[l]!.size; i++) {
      at[l] = i;
      run(l + 1);
    }
  };
  run(0);
  return all;
}

/** The sub-array at `index` of dimension `d`; null: the whole. */
function take(x: HostValue, d: number | null, index: number): HostValue {
  if (d === null) return x;
  const { shape, dtype } = x.aval;
  const row = shape.slice(d + 1).reduce((n, s) => n * s, itemSize(dtype));
  const count = shape.slice(0, d).reduce((n, s) => n * s, 1);
  const out = new Uint8Array(row * count);
  for (let i = 0; i < count; i++) {
    const from = (i * shape[d]! + index) * row;
    out.set(x.bytes.subarray(from, from + row), i * row);
  }
  return {
    bytes: out,
    aval: avalOf(
      shape.filter((_, i) => i !== d),
      dtype,
    ),
  };
}
