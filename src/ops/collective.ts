// Collectives that reduce over named axes, and the index along one. See docs/sharding.md for the conventions.
import { type Attribute, type Attributes, attr } from "../../hlo/attributes.ts";
import { type AxisSet, avalOf, axisSet, unionAxes, withoutAxes, withVarying } from "../core/aval.ts";
import type { NamedAxis } from "../core/axes.ts";
import { isBigInteger } from "../core/dtype.ts";
import { NonDifferentiableError, ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op, type OperandDerivative } from "../core/op.ts";
import { Literal, type Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";
import { mul } from "./binary.ts";
import { type Accepts, requireDType } from "./elementwise.ts";
import { like } from "./literal.ts";
import { reduceMax, reduceMin, reduceSum } from "./reduce.ts";
import { channel, devicesTogether, type IndexGroups, table } from "./replica-groups.ts";
import { iota } from "./shape.ts";

export interface CollectiveParams {
  /** Named axes; of several the first is the slowest. */
  readonly axes: readonly string[];
  /** True for axes of a shardMap that tracks what varies over them (`checkVma`). */
  readonly checked: boolean;
  /** Positions along `axes` that take part together; null: all. */
  readonly groups: IndexGroups | null;
}
type One = readonly [Tensor];
export type ReduceCollective = Op<CollectiveParams, One>;

interface AllReduceSpec {
  readonly accepts: Accepts;
  readonly combiner: string;
  /** Over one mapped dimension. */
  readonly reduce: (x: Tensor, axes: readonly number[]) => Tensor;
  /** `size` equal values. */
  readonly repeat: (x: Tensor, size: number) => Tensor;
  readonly derivative: OperandDerivative<CollectiveParams, One>;
  readonly transpose: ((ct: Tensor, params: CollectiveParams) => Tensor) | null;
}

/** @throws ShapeError: vmap maps all positions together, as in JAX */
export function requireWholeAxis(name: string, groups: IndexGroups | null): void {
  if (groups !== null)
    throw new ShapeError(
      `${name}: got axisIndexGroups over an axis of vmap, expected none. Reshape the mapped axis and use two vmaps.`,
    );
}

function allReduce(name: string, spec: AllReduceSpec): ReduceCollective {
  const { transpose } = spec;
  const op: ReduceCollective = defineOp({
    name,
    shape: ([x]) => {
      requireDType(name, x, spec.accepts);
      return [x];
    },
    varying: ([x], { axes, checked }) => [checked ? withoutAxes(x!, axes) : x!],
    derivative: [spec.derivative],
    transpose: transpose && (({ cotangents: [ct], params }) => [ct && transpose(ct, params)]),
    batch: ({ operands: [x], dims: [d], size, params, axisName }) => {
      if (axisName === undefined || !params.axes.includes(axisName))
        return { results: [bind1(op, [x], params)], dims: [d] };
      requireWholeAxis(name, params.groups);
      const local = d === null ? spec.repeat(x, size) : spec.reduce(x, [d]);
      const axes = params.axes.filter((a) => a !== axisName);
      return { results: [axes.length === 0 ? local : bind1(op, [local], { ...params, axes })], dims: [null] };
    },
    effect: "none",
    cost: "costly",
    lower: (c, [x], { axes, groups }) => {
      const scalar = typeOf({ shape: [], dtype: c.results[0]!.dtype });
      const body = c.region([scalar, scalar], (a, b) => [c.one(spec.combiner, [a!, b!], scalar)]);
      const attributes = {
        channel_handle: channel,
        replica_groups: table(devicesTogether(c, axes, groups)),
        use_global_device_ids: attr.unit,
      };
      return c.op("stablehlo.all_reduce", [x], [typeOf(c.results[0]!)], attributes, [body]);
    },
  });
  return op;
}

/** `size` times `x`. */
export const times = (x: Tensor, size: number): Tensor => mul(x, like(x, isBigInteger(x.dtype) ? BigInt(size) : size));

/**
 * The sum over all positions along the axes. Where variation is tracked the result is the same on all devices and the
 * transpose says so of its cotangent; elsewhere (vmap, unchecked shardMap) a cotangent is what each position gives, and
 * the transpose sums again. As JAX's `psum_invariant` and `psum`.
 */
export const psumOp = allReduce("psum", {
  accepts: "number",
  combiner: "stablehlo.add",
  reduce: reduceSum,
  repeat: times,
  derivative: "linear",
  transpose: (ct, p) => (p.checked ? pvary(ct, p.axes) : bind1(psumOp, [ct], p)),
});

const noRule =
  (name: string): OperandDerivative<CollectiveParams, One> =>
  () => {
    throw new NonDifferentiableError(
      `${name} has no derivative, as in JAX. Use stopGradient on its operand, or write a customJvp rule.`,
    );
  };
const extreme = (name: string, combiner: string, reduce: AllReduceSpec["reduce"]): ReduceCollective =>
  allReduce(name, { accepts: "any", combiner, reduce, repeat: (x) => x, derivative: noRule(name), transpose: null });
export const pmaxOp = extreme("pmax", "stablehlo.maximum", reduceMax);
export const pminOp = extreme("pmin", "stablehlo.minimum", reduceMin);

/** The same value, said to vary over `axes`: a cast of types that costs nothing. As JAX's `pcast(…, to="varying")`. */
export const pvaryOp: Op<{ readonly axes: AxisSet }, One> = defineOp({
  name: "pvary",
  shape: ([x]) => [x],
  varying: ([x], { axes }) => [unionAxes(x!, axes)],
  derivative: ["linear"],
  transpose: ({ cotangents: [ct], params: { axes } }) => [ct && sumOver(ct, axes)],
  batch: ({ operands, dims, params }) => ({ results: [bind1(pvaryOp, operands, params)], dims }),
  effect: "none",
  cost: "cheap",
  lower: (_c, [x]) => [x],
});

export function pvary(x: Tensor, axes: readonly string[]): Tensor {
  const wanted = unionAxes(x.aval.varying, axisSet(axes));
  if (wanted === x.aval.varying) return x;
  if (x instanceof Literal) return new Literal(x.value, withVarying(x.aval, wanted));
  return bind1(pvaryOp, [x], { axes: withoutAxes(wanted, x.aval.varying) });
}

/** The sum over axes of a checked shardMap. */
export const sumOver = (x: Tensor, axes: readonly string[]): Tensor =>
  bind1(psumOp, [x], { axes, checked: true, groups: null });

export interface AxisIndexParams {
  readonly axes: readonly [string];
  readonly checked: boolean;
}

/** The position along one axis: int32. */
export const axisIndexOp: Op<AxisIndexParams, readonly []> = defineOp({
  name: "axis_index",
  shape: () => [avalOf([], "int32")],
  varying: (_operands, { axes, checked }) => [axisSet(checked ? axes : [])],
  derivative: { all: "none" },
  transpose: null,
  batch: ({ size, params, axisName }) =>
    axisName === params.axes[0]
      ? { results: [iota("int32", [size])], dims: [0] }
      : { results: [bind1(axisIndexOp, [], params)], dims: [null] },
  effect: "none",
  cost: "cheap",
  lower: (c, _operands, { axes: [axis] }) => {
    devicesTogether(c, [axis]);
    const { mesh, axes: manual } = c.manual!;
    const at = mesh.axisNames.indexOf(axis);
    const stride = mesh.axisSizes.slice(at + 1).reduce((n, k) => n * k, 1);
    const index = () => {
      const id = typeOf({ shape: [], dtype: "uint32" });
      const quotient = c.one("stablehlo.divide", [c.one("stablehlo.partition_id", [], id), c.constant(id, stride)], id);
      const place = c.one("stablehlo.remainder", [quotient, c.constant(id, mesh.axisSizes[at]!)], id);
      return c.one("stablehlo.convert", [place], typeOf(c.results[0]!));
    };
    const others = mesh.axisNames.filter((n) => !manual.includes(n));
    if (others.length === 0) return [index()];
    // The number of a partition is known only where all axes are manual.
    const out: Attribute = { kind: "sharding", mesh: c.mesh(mesh), dimensions: [], replicated: [] };
    const attributes: Attributes = {
      in_shardings: { kind: "shardingPerValue", shardings: [] },
      out_shardings: { kind: "shardingPerValue", shardings: [out] },
      manual_axes: { kind: "manualAxes", axes: others },
    };
    const body = c.region([], () => [index()], "sdy.return");
    return c.op("sdy.manual_computation", [], [typeOf(c.results[0]!)], attributes, [body]);
  },
});

/** The position along `axis`. */
export const axisIndex = ({ name, checked = false }: NamedAxis): Tensor =>
  bind1(axisIndexOp, [], { axes: [name], checked });
