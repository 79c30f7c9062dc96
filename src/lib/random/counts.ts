// Distributions over whole numbers: geometric, Poisson, and many draws from categories.
import { repeatWhile } from "../../control/repeat.ts";
import { rolledThreefry } from "../../control/rolled-threefry.ts";
import { type DType, inexact, isInteger, maxValue } from "../../core/dtype.ts";
import { DTypeError, ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import { moveDim } from "../../ops/batching.ts";
import { add, and, div, mul, or, sub } from "../../ops/binary.ts";
import { clamp, eq, ge, gt, le, lt, ne, select } from "../../ops/compare.ts";
import { cumsum } from "../../ops/cumulative.ts";
import { like, splat } from "../../ops/literal.ts";
import { reduceOr } from "../../ops/reduce.ts";
import { abs, convert, floor, lgamma, log, log1p, neg, not, sqrt } from "../../ops/unary.ts";
import { run } from "../nn/composite.ts";
import type { Shape } from "../np/axes.ts";
import { broadcastTo, cast, promoteDTypes, tensorOf } from "../promote.ts";
import { scan } from "../scan.ts";
import type { TensorLike } from "../types.ts";
import { drawBinomial } from "./binomial.ts";
import { drawUnit } from "./bits.ts";
import { keyTensor, split, subkeys, type Words, wordsOf } from "./key.ts";
import { drawShape, parameter, runWith } from "./parameters.ts";

type Dims = readonly number[];
const any = (mask: Tensor): Tensor => reduceOr(mask, [...mask.shape.keys()]);

function requireInteger(name: string, dtype: DType): void {
  if (!isInteger(dtype)) throw new DTypeError(`${name}: got dtype ${dtype}, expected an integer dtype.`);
}

/**
 * How many tosses until the first success, each of probability `p`: 1, 2, …. As `jax.random.geometric`.
 * @throws DTypeError if `dtype` is no integer; ShapeError if `p` does not broadcast to `shape`
 */
export function geometric(key: Tensor, p: TensorLike, shape?: Shape, dtype: DType = "int32"): Tensor {
  const name = "random.geometric";
  requireInteger(name, dtype);
  const given = floatParameter(name, p);
  const sizes = drawShape(name, shape, [given.shape]);
  return runWith(name, keyTensor(name, key), [given], (k, q) => {
    const u = drawUnit(wordsOf(k), sizes, q!.dtype);
    // No logarithm of zero.
    const logU = log(select(eq(u, 0), like(u, 1), u));
    const tosses = add(floor(div(logU, broadcastTo(name, log1p(neg(q!)), sizes))), 1);
    return convert(tosses, dtype);
  });
}

/** A parameter in a floating dtype of its own. */
function floatParameter(name: string, value: TensorLike): Tensor {
  return typeof value === "number"
    ? splat(value, [], "float32")
    : cast(promoteDTypes(name, [value], "inexact")[0]!, inexact(tensorOf(value, name).dtype));
}

/** Below this mean products of uniforms are counted; from it on proposals are rejected. */
const rejectionFrom = 10;

/**
 * Poisson integers of mean `lam`. As `jax.random.poisson`.
 *
 * Knuth, "The Art of Computer Programming", volume 2, 3.4.1; Hörmann, "The transformed rejection method for generating
 * Poisson random variables", 1993.
 * @throws DTypeError if `dtype` is no integer; ShapeError if `lam` does not broadcast to `shape`
 */
export function poisson(key: Tensor, lam: TensorLike, shape?: Shape, dtype: DType = "int32"): Tensor {
  const name = "random.poisson";
  requireInteger(name, dtype);
  const given = cast(parameter(name, lam, "float64"), "float32");
  const sizes = drawShape(name, shape, [given.shape]);
  return runWith(name, keyTensor(name, key), [given], (k, l) => {
    const mean = broadcastTo(name, l!, sizes);
    const small = or(ne(mean, mean), lt(mean, rejectionFrom));
    const words = wordsOf(k);
    const counted = countProducts(words, select(small, mean, like(mean, 0)), dtype);
    const accepted = rejectPoisson(words, select(small, like(mean, 1e5), mean), dtype);
    const drawn = select(small, counted, accepted);
    return select(eq(mean, 0), splat(dtype.endsWith("int64") ? 0n : 0, sizes, dtype), drawn);
  });
}

const turnsOf = (dtype: DType): number => Math.min(Number(maxValue(dtype)), 2 ** 31 - 1);
const one = (dtype: DType) => (dtype.endsWith("int64") ? 1n : 1);

/** Uniforms whose product stays above e^−λ, less one. */
function countProducts(words: Words, lam: Tensor, dtype: DType): Tensor {
  const shape: Dims = lam.shape;
  const open = (logProduct: Tensor) => gt(logProduct, neg(lam));
  const zero = splat(dtype.endsWith("int64") ? 0n : 0, shape, dtype);
  const [, count] = repeatWhile(
    "poisson_products",
    (i, _count, _k0, _k1, logProduct) => and(any(open(logProduct!)), lt(i!, turnsOf(dtype))),
    (i, count, k0, k1, logProduct) => {
      const [next, used] = subkeys([k0!, k1!], 2, rolledThreefry) as [Words, Words];
      const counted = select(open(logProduct!), add(count!, one(dtype)), count!);
      return [add(i!, 1), counted, ...next, add(logProduct!, log(drawUnit(used, shape, "float32", rolledThreefry)))];
    },
    [splat(0, [], "int32"), zero, ...words, splat(0, shape, "float32")],
  );
  return sub(count!, one(dtype));
}

function rejectPoisson(words: Words, lam: Tensor, dtype: DType): Tensor {
  const shape: Dims = lam.shape;
  const logLam = log(lam);
  const b = add(mul(sqrt(lam), 2.53), 0.931);
  const a = add(mul(b, 0.02483), -0.059);
  const inverseAlpha = add(div(like(b, 1.1328), sub(b, 3.4)), 1.1239);
  const vr = sub(like(b, 0.9277), div(like(b, 3.6224), sub(b, 2)));
  const [, k] = repeatWhile(
    "poisson_rejection",
    (i, _k, accepted) => and(any(not(accepted!)), lt(i!, turnsOf(dtype))),
    (i, chosen, accepted, k0, k1) => {
      const [next, first, second] = subkeys([k0!, k1!], 3, rolledThreefry) as [Words, Words, Words];
      const u = sub(drawUnit(first, shape, "float32", rolledThreefry), 0.5);
      const v = drawUnit(second, shape, "float32", rolledThreefry);
      const edge = sub(like(u, 0.5), abs(u));
      const k = floor(add(add(mul(add(div(mul(a, 2), edge), b), u), lam), 0.43));
      const s = log(div(mul(v, inverseAlpha), add(div(a, mul(edge, edge)), b)));
      const target = sub(add(neg(lam), mul(k, logLam)), lgamma(add(k, 1)));
      const quick = and(ge(edge, 0.07), le(v, vr));
      const refused = or(lt(k, 0), and(lt(edge, 0.013), gt(v, edge)));
      const accept = or(quick, and(not(refused), le(s, target)));
      return [add(i!, 1), select(accept, k, chosen!), or(accepted!, accept), ...next];
    },
    [splat(0, [], "int32"), like(lam, -1), splat(false, shape, "bool"), ...words],
  );
  return convert(k!, dtype);
}

export interface MultinomialOptions {
  /** [..., k]; that of `p` by default. */
  readonly shape?: Shape;
  /** Of the counts; that of the promoted parameters by default. */
  readonly dtype?: DType;
  /** Categories drawn by one turn of the compiled loop. */
  readonly unroll?: number | boolean;
}

/**
 * How often each of k categories comes in `n` draws: counts [..., k] for probabilities `p` [..., k], `n` of shape [...].
 * One binomial draw a category, of what is left. As `jax.random.multinomial`.
 * @throws DTypeError, ShapeError
 */
export function multinomial(key: Tensor, n: TensorLike, p: TensorLike, options: MultinomialOptions = {}): Tensor {
  const name = "random.multinomial";
  const [total, probabilities] = promoteDTypes(name, [n, p], "inexact").map((t) => cast(t, t.dtype)) as [
    Tensor,
    Tensor,
  ];
  const k = probabilities.shape.at(-1);
  if (k === undefined) throw new ShapeError(`${name}: got a scalar p, expected one probability per category.`);
  const sizes = drawShape(name, options.shape ?? probabilities.shape, [probabilities.shape]);
  const lead = sizes.slice(0, -1);
  const given = [broadcastTo(name, total, lead), broadcastTo(name, probabilities, sizes)];
  return run(
    name,
    (t, left, q) => {
      const byCategory = moveDim(q!, q!.ndim - 1, 0);
      const rest = cumsum(byCategory, 0, true);
      const ratios = div(byCategory, select(eq(rest, 0), like(rest, 1), rest));
      const step = (remaining: Tensor, [ratio, own]: readonly [Tensor, Tensor]) => {
        const count = drawBinomial(wordsOf(own), remaining, clamp(0, ratio, 1), remaining.dtype);
        return [sub(remaining, count), count] as [Tensor, Tensor];
      };
      const unroll = options.unroll === undefined ? {} : { unroll: options.unroll };
      const [, counts] = scan(step as never, left!, [ratios, split(t!, k)], unroll) as unknown as [Tensor, Tensor];
      return cast(moveDim(counts, 0, counts.ndim - 1), options.dtype ?? counts.dtype);
    },
    [keyTensor(name, key), ...given],
  );
}
