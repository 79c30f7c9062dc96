// lax: reductions of windows.
import type { AnyFunction } from "../compile/stage.ts";
import { reduceWindowOp } from "../control/reduce-window.ts";
import { avalOf, longAval } from "../core/aval.ts";
import { backend } from "../core/backend.ts";
import { concreteValue } from "../core/concrete.ts";
import { ShapeError, TreeError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { printTree, sameTree, type TreeDef, unflatten } from "../core/tree.ts";
import { highest, lowest, zeroOf } from "../ops/literal.ts";
import { reduceWindowMax, reduceWindowMin, reduceWindowSum, type WindowParams } from "../ops/window.ts";
import { dilated, type Padding, type PaddingName, paddingOf } from "../ops/window-geometry.ts";
import { flattenValues, requireSameLeaves, traceBody } from "./bodies.ts";
import * as elementwise from "./lax-elementwise.ts";
import { cast, settle } from "./promote.ts";
import type { Like, Tensors } from "./trees.ts";

type Dims = readonly number[];

const own = [
  { f: elementwise.add, identity: zeroOf, reduce: reduceWindowSum },
  { f: elementwise.max, identity: lowest, reduce: reduceWindowMax },
  { f: elementwise.min, identity: highest, reduce: reduceWindowMin },
] as const;

function windowOf(shape: Dims, window: Dims, options: ReduceWindowGeometry): WindowParams {
  const ones = window.map(() => 1);
  const strides = options.windowStrides ?? ones;
  const windowDilation = options.windowDilation ?? ones;
  const { padding = "VALID" } = options;
  const sizes = window.map((n, d) => dilated(n, windowDilation[d] ?? 1));
  if (window.length !== shape.length)
    throw new ShapeError(
      `reduceWindow: got window [${window}] for shape [${shape}], expected a size for each of ${shape.length} dimensions.`,
    );
  return {
    window,
    strides,
    padding: typeof padding === "string" ? paddingOf("reduceWindow", padding, shape, sizes, strides) : padding,
    baseDilation: options.baseDilation ?? ones,
    windowDilation,
  };
}
interface ReduceWindowGeometry {
  readonly windowStrides: Dims | null | undefined;
  readonly padding: PaddingName | Padding | undefined;
  readonly baseDilation: Dims | null | undefined;
  readonly windowDilation: Dims | null | undefined;
}

/** The value of a concrete scalar; undefined for a traced one. */
function hostValue(t: Tensor) {
  const value = concreteValue(t);
  return value === undefined ? undefined : backend().item(value);
}

/**
 * Reduces every window of `operand` (a tensor, or a tree of tensors of one shape, reduced together) with the associative
 * `computation(a, b)` of scalars, beginning with `initValue`. `lax.add`, `lax.max` and `lax.min` with their neutral
 * values have derivatives of every order (of equal extremes the first has all); others forward derivatives only.
 * Windows that reach over the edge read `initValue`. As `jax.lax.reduce_window`.
 *
 * @throws ShapeError, DTypeError, TreeError for windows, initial values or results that do not fit
 */
export function reduceWindow<const T>(
  operand: T,
  initValue: Like<NoInfer<T>>,
  computation: (a: Tensors<NoInfer<T>>, b: Tensors<NoInfer<T>>) => Like<NoInfer<T>>,
  windowDimensions: Dims,
  windowStrides?: Dims | null,
  padding: PaddingName | Padding = "VALID",
  baseDilation?: Dims | null,
  windowDilation?: Dims | null,
): Tensors<T> {
  const { values, def, paths, free } = flattenValues(operand, "operand");
  const initial = flattenValues(initValue, "initValue");
  if (!sameTree(initial.def, def) || values.length === 0)
    throw new TreeError(
      `reduceWindow: got operands ${printTree(def)} and initial values ${printTree(initial.def)}; expected equal structures ` +
        "of at least one tensor.",
    );
  const p = windowOf(values[0]!.shape, windowDimensions, { windowStrides, padding, baseDilation, windowDilation });
  const starts = initial.values.map((v, i) => (v.weakType ? cast(v, values[i]!.dtype) : v));
  const known = own.find((o) => (o.f as unknown) === computation);
  const [x, start] = [values[0]!, starts[0]!];
  if (known && values.length === 1 && start.ndim === 0 && hostValue(start) === known.identity(x.dtype)) {
    const results = [settle(known.reduce(x, p))];
    free(results);
    return unflatten(def, results) as Tensors<T>;
  }
  const results = bind(reduceWindowOp, [...values, ...starts], { ...p, reducer: reducerOf(computation, def, values) });
  free(results);
  initial.free(results);
  return unflatten(def, results) as Tensors<T>;

  function reducerOf(f: AnyFunction, tree: TreeDef, tensors: readonly Tensor[]) {
    const avals = tensors.map((t) => avalOf([], t.dtype));
    const pair: TreeDef = { kind: "array", children: [tree, tree], leaves: 2 * avals.length };
    const what = "the computation of lax.reduceWindow";
    const { graph, captures, outDef } = traceBody({
      f,
      what,
      def: pair,
      avals: [...avals, ...avals],
      paths: ["a", "b"].flatMap((side) => paths.map((path) => `${side} (${path})`)),
    });
    if (captures.length > 0)
      throw new TreeError(
        `reduceWindow: the computation closes over ${longAval(captures[0]!.aval)}; expected a function of its two arguments ` +
          "only. Write constants as numbers.",
      );
    requireSameLeaves(
      (path, got, expected) => `reduceWindow: the computation returned ${path} as ${got}, expected ${expected}.`,
      { def: outDef, avals: graph.outputs.map((o) => o.aval) },
      { def: tree, avals },
      "result",
    );
    return graph;
  }
}
