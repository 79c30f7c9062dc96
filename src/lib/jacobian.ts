// Jacobians and Hessians: vmap of jvp and vjp over the standard basis.

import { leafTensor } from "../compile/leaves.ts";
import type { AnyFunction } from "../compile/stage.ts";
import { TreeError } from "../core/errors.ts";
import { Tensor } from "../core/tensor.ts";
import { flatten, leafPaths, type TreeDef, unflatten } from "../core/tree.ts";
import { eq } from "../ops/compare.ts";
import { zerosLike } from "../ops/literal.ts";
import { iota, reshape, transpose } from "../ops/shape.ts";
import { zeroTangent } from "../ops/tangent.ts";
import { convert } from "../ops/unary.ts";
import { isDifferentiable } from "../transforms/jvp.ts";
import { concrete } from "./function-graph.ts";
import { jvp, vjp } from "./grad.ts";
import {
  type Holomorphic,
  requireComplex,
  requireForwardInput,
  requireReverseInput,
  requireReverseOutput,
} from "./holomorphic.ts";
import { named } from "./named.ts";
import { vmap } from "./vmap.ts";

export interface JacobianOptions extends Holomorphic {
  /** Position(s) of the arguments to differentiate with respect to; for a list, a list stands at each result. */
  readonly argnums?: number | readonly number[];
  /** The function returns `[out, aux]`; the Jacobian comes as `[jacobian, aux]`. */
  readonly hasAux?: boolean;
}

export interface ReverseJacobianOptions extends JacobianOptions {
  /** Integer and boolean leaves of the arguments are allowed, and get zeros. */
  readonly allowInt?: boolean;
}

/** Rows of the identity, one for each element of `like`, in its shape: [size, ...shape]. */
function basis(like: Tensor): Tensor {
  const n = like.size;
  const identity = eq(iota("int32", [n, n], 0), iota("int32", [n, n], 1));
  return reshape(convert(identity, like.dtype), [n, ...like.shape]);
}

interface Selected {
  readonly tensors: readonly Tensor[];
  /** Structure of the chosen argument, or of the list of them. */
  readonly def: TreeDef;
  /** `[out, aux]`; aux is null without `hasAux`. */
  readonly call: (...values: Tensor[]) => [out: unknown, aux: unknown];
}

function selected(f: AnyFunction, args: readonly unknown[], options: ReverseJacobianOptions, name: string): Selected {
  const { argnums = 0, hasAux = false } = options;
  const list = [argnums].flat().map((n) => (n < 0 ? n + args.length : n));
  for (const n of list)
    if (!(n >= 0 && n < args.length))
      throw new TreeError(`${name}: argnums names argument ${n}, but the function was called with ${args.length}.`);
  const flat = list.map((n) => flatten(args[n], `args[${n}]`));
  const paths = flat.flatMap(({ def }, i) => leafPaths(def, `args[${list[i]}]`));
  const tensors = flat.flatMap(({ leaves }) => leaves.map((l) => leafTensor(l)));
  tensors.forEach((t, i) => {
    (name === "jacrev" ? requireReverseInput : requireForwardInput)(name, paths[i]!, t.aval, options);
  });
  const defs = flat.map(({ def }) => def);
  const whole: TreeDef = { kind: "array", children: defs, leaves: tensors.length };
  const call = (...values: Tensor[]): [unknown, unknown] => {
    const parts = unflatten(whole, values) as unknown[];
    const all = [...args];
    list.forEach((n, i) => {
      all[n] = parts[i];
    });
    const out = f(...all);
    if (!hasAux) return [out, null];
    if (!Array.isArray(out) || out.length !== 2)
      throw new TreeError(`${name}: with hasAux the function must return [out, aux], got another structure.`);
    return out as [unknown, unknown];
  };
  return { tensors, def: typeof argnums === "number" ? defs[0]! : whole, call };
}

/**
 * The Jacobian of `f`, column by column in forward mode: for each leaf of the result a tree like the argument, of shape
 * [...result, ...argument]. As `jax.jacfwd`.
 *
 * @throws DTypeError for integers among the arguments, and for complex numbers unless `holomorphic`; TreeError
 */
export function jacfwd<A extends unknown[], R>(
  f: (...args: A) => R,
  options: JacobianOptions = {},
): (...args: A) => unknown {
  const jacobianOf = (...args: A): unknown => {
    const { tensors, def, call } = selected(f as AnyFunction, args, options, "jacfwd");
    let aux: unknown = null;
    // For each input leaf, the tangents of all result leaves along its basis: the basis dimension comes first.
    const columns = tensors.map((x, i) => {
      const along = (direction: Tensor) => {
        const held = (v: Tensor) => call(...tensors.map((t, j) => (j === i ? v : t)));
        const [primal, tangent] = jvp(held, [x], [direction]);
        return [tangent[0], primal[1]];
      };
      const [tangents, shared] = vmap(along, { outAxes: [0, null] })(basis(x)) as [unknown, unknown];
      if (i === 0) aux = shared;
      else disposeAll(shared);
      return tangents;
    });
    const outs = columns.map((c) => flatten(c, "result"));
    const outDef = outs[0]!.def;
    if (options.holomorphic)
      outs[0]!.leaves.forEach((t, i) => {
        requireComplex("jacfwd", leafPaths(outDef, "result")[i]!, (t as Tensor).aval);
      });
    const results = outs[0]!.leaves.map((_, k) =>
      unflatten(
        def,
        tensors.map((x, i) => {
          const c = outs[i]!.leaves[k] as Tensor;
          return reshape(moveFirstToLast(c), [...c.shape.slice(1), ...x.shape]);
        }),
      ),
    );
    const jacobian = unflatten(outDef, results);
    return options.hasAux ? [jacobian, aux] : jacobian;
  };
  return named(jacobianOf, f);
}

/**
 * As `jacfwd`, row by row in reverse mode. As `jax.jacrev`.
 *
 * @throws DTypeError for integers among the arguments (but for `allowInt`) or the results; TreeError
 */
export function jacrev<A extends unknown[], R>(
  f: (...args: A) => R,
  options: ReverseJacobianOptions = {},
): (...args: A) => unknown {
  const jacobianOf = (...args: A): unknown => {
    const { tensors, def, call } = selected(f as AnyFunction, args, options, "jacrev");
    const [[out, aux], pull] = vjp((...v: Tensor[]) => call(...v), ...tensors);
    const { leaves, def: outDef } = flatten(out, "result");
    leaves.forEach((t, i) => {
      requireReverseOutput("jacrev", leafPaths(outDef, "result")[i]!, (t as Tensor).aval, options);
    });
    const noAux = zerosOf(aux);
    const results = leaves.map((y, k) => {
      const target = y as Tensor;
      const rows = vmap((ct: Tensor) =>
        pull([
          unflatten(
            outDef,
            leaves.map((z, j) => (j === k ? ct : zerosLike(z as Tensor))),
          ),
          noAux,
        ]),
      )(basis(target)) as Tensor[];
      const shaped = tensors.map((x, i) => {
        const shape = [...target.shape, ...x.shape];
        return isDifferentiable(x.aval) ? reshape(rows[i]!, shape) : concrete(zeroTangent({ shape, dtype: x.dtype }));
      });
      return unflatten(def, shaped);
    });
    pull.dispose();
    const jacobian = unflatten(outDef, results);
    return options.hasAux ? [jacobian, aux] : jacobian;
  };
  return named(jacobianOf, f);
}

/** The Hessian of a scalar function: forward over reverse; with `hasAux`, `[hessian, aux]`. As `jax.hessian`. */
export function hessian<A extends unknown[], R>(
  f: (...args: A) => R,
  options: JacobianOptions = {},
): (...args: A) => unknown {
  return jacfwd(jacrev(f, options) as (...args: A) => unknown, options);
}

const moveFirstToLast = (x: Tensor): Tensor => transpose(x, [...x.shape.keys()].slice(1).concat(0));

function zerosOf(tree: unknown): unknown {
  const { leaves, def } = flatten(tree, "aux");
  return unflatten(
    def,
    leaves.map((l) => zerosLike(leafTensor(l))),
  );
}

function disposeAll(tree: unknown): void {
  for (const leaf of flatten(tree, "aux").leaves) if (leaf instanceof Tensor) leaf.dispose();
}
