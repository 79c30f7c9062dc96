// Jacobians and Hessians: vmap of jvp and vjp over the standard basis.

import { leafTensor } from "../compile/leaves.ts";
import type { AnyFunction } from "../compile/stage.ts";
import { longAval } from "../core/aval.ts";
import { isFloat } from "../core/dtype.ts";
import { DTypeError, TreeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { flatten, leafPaths, unflatten } from "../core/tree.ts";
import { eq } from "../ops/compare.ts";
import { zerosLike } from "../ops/literal.ts";
import { iota, reshape, transpose } from "../ops/shape.ts";
import { convert } from "../ops/unary.ts";
import { jvp, vjp } from "./grad.ts";
import { vmap } from "./vmap.ts";

export interface JacobianOptions {
  /** Position of the argument to differentiate with respect to. */
  readonly argnums?: number;
}

/** Rows of the identity, one for each element of `like`, in its shape: [size, ...shape]. */
function basis(like: Tensor): Tensor {
  const n = like.size;
  const identity = eq(iota("int32", [n, n], 0), iota("int32", [n, n], 1));
  return reshape(convert(identity, like.dtype), [n, ...like.shape]);
}

function selected(f: AnyFunction, args: readonly unknown[], n: number, name: string) {
  if (!(n >= 0 && n < args.length))
    throw new TreeError(`${name}: argnums is ${n}, but the function was called with ${args.length} arguments.`);
  const { leaves, def } = flatten(args[n], `args[${n}]`);
  const tensors = leaves.map((l) => leafTensor(l));
  tensors.forEach((t, i) => {
    if (!isFloat(t.dtype))
      throw new DTypeError(
        `${name}: ${leafPaths(def, `args[${n}]`)[i]} is ${longAval(t.aval)}; derivatives need floating dtypes.`,
      );
  });
  const call = (...values: Tensor[]) => f(...args.map((a, i) => (i === n ? unflatten(def, values) : a)));
  return { tensors, def, call };
}

/**
 * The Jacobian of `f`, column by column in forward mode: for each leaf of the result a tree like the argument, of shape
 * [...result, ...argument]. As `jax.jacfwd`.
 */
export function jacfwd<A extends unknown[], R>(
  f: (...args: A) => R,
  options: JacobianOptions = {},
): (...args: A) => unknown {
  return (...args) => {
    const { tensors, def, call } = selected(f as AnyFunction, args, options.argnums ?? 0, "jacfwd");
    // For each input leaf, the tangents of all result leaves along its basis: the basis dimension comes first.
    const columns = tensors.map((x, i) =>
      vmap(
        (direction: Tensor) =>
          jvp((v: Tensor) => call(...tensors.map((t, j) => (j === i ? v : t))), [x], [direction])[1],
      )(basis(x)),
    );
    const outs = columns.map((c) => flatten(c, "result"));
    const outDef = outs[0]!.def;
    const results = outs[0]!.leaves.map((_, k) =>
      unflatten(
        def,
        tensors.map((x, i) => {
          const c = outs[i]!.leaves[k] as Tensor;
          return reshape(moveFirstToLast(c), [...c.shape.slice(1), ...x.shape]);
        }),
      ),
    );
    return unflatten(outDef, results);
  };
}

/** As `jacfwd`, row by row in reverse mode. As `jax.jacrev`. */
export function jacrev<A extends unknown[], R>(
  f: (...args: A) => R,
  options: JacobianOptions = {},
): (...args: A) => unknown {
  return (...args) => {
    const { tensors, def, call } = selected(f as AnyFunction, args, options.argnums ?? 0, "jacrev");
    const [out, pull] = vjp((...v: Tensor[]) => call(...v), ...tensors);
    const { leaves, def: outDef } = flatten(out, "result");
    const results = leaves.map((y, k) => {
      const target = y as Tensor;
      const rows = vmap((ct: Tensor) =>
        pull(
          unflatten(
            outDef,
            leaves.map((z, j) => (j === k ? ct : zerosLike(z as Tensor))),
          ),
        ),
      )(basis(target)) as Tensor[];
      return unflatten(
        def,
        tensors.map((x, i) => reshape(rows[i]!, [...target.shape, ...x.shape])),
      );
    });
    pull.dispose();
    return unflatten(outDef, results);
  };
}

/** The Hessian of a scalar function: forward over reverse. As `jax.hessian`. */
export function hessian<A extends unknown[], R>(
  f: (...args: A) => R,
  options: JacobianOptions = {},
): (...args: A) => unknown {
  return jacfwd(jacrev(f, options) as (...args: A) => unknown, options);
}

const moveFirstToLast = (x: Tensor): Tensor => transpose(x, [...x.shape.keys()].slice(1).concat(0));
