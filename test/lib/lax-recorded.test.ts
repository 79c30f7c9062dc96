// Functions of lax beyond the primitives, against values and derivatives recorded from JAX; and the names of jax.lax,
// jax.nn and jax.random, which are here or stand with the reason why not.
import { describe, expect, it } from "vitest";
import "../../src/lib/install.ts";
import { ShapeDtypeStruct } from "../../src/core/struct.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { evalShape } from "../../src/lib/jit.ts";
import * as lax from "../../src/lib/lax.ts";
import * as nn from "../../src/lib/nn.ts";
import * as np from "../../src/lib/np.ts";
import * as random from "../../src/lib/random.ts";
import { vmap } from "../../src/lib/vmap.ts";
import { type Json, readFixture } from "../fixtures.ts";
import { expectRecorded } from "./recorded.ts";

const { cases, shapes, candidates, names } = readFixture("lax.json");
type Params = { readonly [key: string]: Json };
type Result = Tensor | readonly Tensor[];
const camelKeys = (p: Params): Record<string, never> =>
  Object.fromEntries(Object.entries(p).map(([k, v]) => [camel(k), v])) as Record<string, never>;
const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
const at = { updateWindowDims: [], insertedWindowDims: [0], scatterDimsToOperandDims: [0] };
const ragged = (p: Params): lax.RaggedDotDimensionNumbers => ({
  dotDimensionNumbers: p.dot as never,
  lhsRaggedDimensions: p.lhs as number[],
  rhsGroupDimensions: p.rhs as number[],
});
const constant = (p: Params, key: string, like: Tensor) => np.array(p[key] as number[], { dtype: like.dtype });

const functions: Record<string, (p: Params, ...xs: Tensor[]) => Result> = {
  bessel_i0e: (_p, x) => lax.besselI0e(x!),
  bessel_i1e: (_p, x) => lax.besselI1e(x!),
  polygamma: (_p, m, x) => lax.polygamma(m!, x!),
  polygamma_of: (p, x) => lax.polygamma(p.n as number, x!),
  zeta: (_p, s, q) => lax.zeta(s!, q!),
  betainc: (_p, a, b, x) => lax.betainc(a!, b!, x!),
  betainc_by_x: (p, x) => lax.betainc(constant(p, "a", x!), constant(p, "b", x!), x!),
  ragged_dot: (_p, x, y, sizes) => lax.raggedDot(x!, y!, sizes!),
  ragged_dot_general: (p, x, y, sizes) => lax.raggedDotGeneral(x!, y!, sizes!, ragged(p)),
  scaled_dot: (_p, x, y, a, b) =>
    lax.scaledDot(x!, y!, { lhsScale: a!, ...(b && { rhsScale: b }), preferredElementType: "float32" }),
  linear_solve: (_p, a, b) =>
    lax.customLinearSolve(
      (x: Tensor) => np.matmul(a!, x),
      b!,
      (_mv, v) => np.linalg.solve(a!, v),
      { transposeSolve: (_vm, v) => np.linalg.solve(np.transpose(a!), v) },
    ),
  linear_solve_symmetric: (_p, a, b) => {
    const s = np.add(a!, np.transpose(a!));
    return lax.customLinearSolve(
      (x: Tensor) => np.matmul(s, x),
      b!,
      (_mv, v) => np.linalg.solve(lax.stopGradient(s), v),
      { symmetric: true },
    );
  },
  root: (_p, c) =>
    lax.customRoot(
      (x: Tensor) => x.mul(x).mul(x).add(c!.mul(x)).sub(2),
      np.onesLike(c!),
      (f, guess) =>
        lax.foriLoop(0, 20, (_i, x: Tensor) => x.sub(f(x).div(x.mul(x).mul(3).add(lax.stopGradient(c!)))), guess),
      (g, y) => y.div(g(np.onesLike(y))),
    ),
  patches: (p, x) => lax.convGeneralDilatedPatches(x!, ...window(p)),
  local: (p, x, y) => {
    const [filter, strides, padding, options] = window(p);
    return lax.convGeneralDilatedLocal(x!, y!, strides, padding, filter, options);
  },
  scatter_apply: (_p, x, i) => lax.scatterApply(x!, i!, (v) => v.mul(2).add(1), at, { updateShape: [4] }),
  index_take: (_p, x, i, j) => lax.indexTake(x!, [i!, j!], [0, 2]),
  approx_max_k: ({ k, ...p }, x) => lax.approxMaxK(x!, k as number, camelKeys(p)),
  approx_min_k: ({ k, ...p }, x) => lax.approxMinK(x!, k as number, camelKeys(p)),
  rng_bit_generator: (p, key) => lax.rngBitGenerator(key!, [2, 3], p as never),
  rng_batched: (_p, keys) => vmap((k: Tensor) => lax.rngBitGenerator(k, [3]))(keys!),
};

function window({ filter_shape, strides, padding, ...options }: Params) {
  return [filter_shape as number[], strides as number[], padding as "SAME", camelKeys(options)] as const;
}

/** Both are sums and products in float; the fractions and solvers stop within a few ε of theirs. */
const factors: Record<string, number> = { betainc: 2048, betainc_by_x: 2048, scaled_dot: 64, root: 512 };
describe("as JAX", () => {
  it.each([...new Set(cases.map((c) => c.op))])("%s", (op) => {
    const own = cases.filter((c) => c.op === op);
    expectRecorded(own, (c, ...xs) => functions[c.op]!(c.params as Params, ...xs), factors[op] ?? 256);
  });
  it.each(shapes.map(([name, args, want], i) => [`${name} ${i}`, name, args, want] as const))(
    "%s",
    (_title, name, args, want) => {
      const f = (lax as unknown as Record<string, (...a: unknown[]) => unknown>)[name]!;
      expect(f(...(args as unknown[]))).toEqual(want);
    },
  );
  it.each(candidates)(
    "candidates of %i elements, rank %i, k %i, recall %d, size %i",
    (n, rank, k, recall, size, want) => {
      const shape = [...new Array<number>(rank - 1).fill(2), n];
      const options = { recallTarget: recall, reductionInputSizeOverride: size, aggregateToTopk: false };
      const [values] = evalShape((x: Tensor) => lax.approxMaxK(x, k, options), new ShapeDtypeStruct(shape, "float32"));
      expect(values.shape.at(-1)).toBe(want);
    },
  );
});

/** Tokens and sends between devices are instructions of one runtime's schedule; a program here has none. */
const schedule = "a token or transfer of JAX's own schedule; collectives and ordered callbacks do this";
const python = "a Python enumeration or class; strings and plain objects here";
const absent: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  lax: {
    AccuracyMode: "no operation here takes an accuracy; precision is that of products",
    Tolerance: "no operation here takes an accuracy; precision is that of products",
    ConvGeneralDilatedDimensionNumbers: "a Python type alias; lax.ConvDimensionSpec",
    ConvDimensionNumbers: "a type",
    DotAlgorithm: "a type: { lhsPrecisionType, rhsPrecisionType, accumulationType, … }",
    DotAlgorithmPreset: "a type: names such as BF16_BF16_F32_X3",
    DotDimensionNumbers: "a type",
    FftType: python,
    GatherDimensionNumbers: "a type",
    GatherScatterMode: python,
    Precision: python,
    PrecisionLike: python,
    RaggedDotDimensionNumbers: "a type",
    RandomAlgorithm: python,
    RoundingMethod: python,
    ScatterDimensionNumbers: "a type",
    after_all: schedule,
    create_token: schedule,
    psend: schedule,
    precv: schedule,
    ragged_all_to_all: "XLA runs it on TPU and between GPUs only; allToAll of padded pieces",
    composite: "a name for a compiler's kernel library to match; no plugin here has one",
    dce_sink: "keeps a value that JAX's own dead code elimination would drop; return it instead",
    shape_as_value: "for shapes that are traced values; shapes are numbers here",
  },
  nn: {
    get_scaled_dot_general_config: "cuDNN's block-scaled kernels; lax.scaledDot",
    scaled_dot_general: "cuDNN's block-scaled kernels; lax.scaledDot",
    scaled_matmul: "cuDNN's block-scaled kernels; lax.scaledDot",
  },
  initializers: { Initializer: "a type" },
  random: {
    key_dtype: "keys are uint32[..., 2] tensors, not of a dtype of their own",
    key_impl: "Threefry is the only generator of keys",
  },
};
const rooms = { lax, nn, random, initializers: nn.initializers } as unknown as Record<string, object>;

describe.each(Object.keys(rooms))("names of jax.%s", (room) => {
  const has = (n: string) => Object.hasOwn(rooms[room]!, n) || Object.hasOwn(rooms[room]!, camel(n));
  // Primitives are objects of JAX; here they are operations, which docs/operations.md lists.
  const listed = names[room]!.filter((n) => !n.endsWith("_p"));
  it("are all here, or stand with a reason", () => {
    expect(listed.filter((n) => !has(n) && !Object.hasOwn(absent[room]!, n))).toEqual([]);
  });
  it("none stands among the missing ones that is there, or that JAX has not", () => {
    expect(Object.keys(absent[room]!).filter((n) => has(n) || !names[room]!.includes(n))).toEqual([]);
  });
});
