// shardMap: one program for each device of a mesh, on its pieces of the values.
import type { Attribute } from "../../hlo/attributes.ts";
import {
  type Aval,
  axisSet,
  isSubset,
  longAval,
  shortAval,
  unionAxes,
  withoutAxes,
  withShape,
  withVarying,
} from "../core/aval.ts";
import { ShardingError } from "../core/errors.ts";
import { type Graph, hasEffects, memoize } from "../core/graph.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import { type Mesh, NamedSharding, P, type PartitionSpec, pieces, type SpecEntry, shardShape } from "../core/mesh.ts";
import { type BatchInput, type BatchOutput, defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, traceGraph } from "../core/trace.ts";
import { moveDim } from "../ops/batching.ts";
import { batchedAval, batchWalk } from "../transforms/batch.ts";
import { requireInputs } from "./call.ts";
import { jvpShardMap, linearizeShardMap, transposeShardMap } from "./shard-map-derivative.ts";

type Many = readonly Tensor[];

export interface ShardMapParams {
  /** The program of one device: inputs and outputs are its pieces. */
  readonly graph: Graph;
  readonly mesh: Mesh;
  /** The axes that are split by hand; the compiler keeps the others. */
  readonly manualAxes: readonly string[];
  readonly inSpecs: readonly PartitionSpec[];
  readonly outSpecs: readonly PartitionSpec[];
  /** Tracks what varies over the axes, so that an output that names no axis is known to be the same along it. */
  readonly checked: boolean;
}
type Where = Pick<ShardMapParams, "mesh" | "manualAxes" | "checked">;

export const specAxes = (spec: PartitionSpec): string[] => spec.entries.flatMap((_, d) => [...spec.axes(d)]);

/** The type of one device's piece. @throws IndivisibleError, ShardingError naming `what` */
export function pieceAval(a: Aval, spec: PartitionSpec, { mesh, checked }: Where, what: string): Aval {
  const local = withShape(a, shardShape(new NamedSharding(mesh, spec), a.shape, what));
  return checked ? withVarying(local, unionAxes(local.varying, axisSet(specAxes(spec)))) : local;
}

/** The type of the value that pieces of type `a` make up. @throws ShardingError if the spec does not fit */
export function wholeAval(a: Aval, spec: PartitionSpec, { mesh, manualAxes, checked }: Where, what: string): Aval {
  if (spec.entries.length > a.shape.length)
    throw new ShardingError(
      `${what}: ${spec} has ${spec.entries.length} entries for the piece ${longAval(a)} of ${a.shape.length} dimensions. ` +
        (a.shape.length === 0 ? "Give a scalar P(), or a dimension in the function." : "Shorten the spec."),
    );
  const own = a.varying.filter((axis) => manualAxes.includes(axis));
  const named = specAxes(spec);
  if (checked && !isSubset(own, named))
    throw new ShardingError(
      `${what}: ${spec} says that the value is the same along ${listed(own.filter((n) => !named.includes(n)))}, but it may ` +
        `differ there (${shortAval(a)}). Name the axis in the spec, reduce over it (lax.psum, lax.pmean, lax.pmax), or, if ` +
        "you know that it is the same, pass checkVma: false.",
    );
  const sharding = new NamedSharding(mesh, spec);
  const shape = a.shape.map((n, d) => n * pieces(sharding, d));
  return withVarying(withShape(a, shape), withoutAxes(a.varying, manualAxes));
}

const listed = (axes: readonly string[]): string => axes.map((a) => `"${a}"`).join(", ");

export const shardMapOp: Op<ShardMapParams, Many> = defineOp({
  name: "shard_map",
  shape: (operands, p) => {
    const inside = operands.map((a, i) => pieceAval(a, p.inSpecs[i]!, p, `shard_map: operand ${i}`));
    requireInputs("shard_map", p.graph, inside);
    return p.graph.outputs.map((o, i) => wholeAval(o.aval, p.outSpecs[i]!, p, `shard_map: result ${i}`));
  },
  derivative: { structured: { jvp: jvpShardMap, linearize: linearizeShardMap } },
  transpose: ({ cotangents, operands, params }) => transposeShardMap(operands, cotangents, params),
  batch: batchShardMap,
  effect: ({ graph }) => (hasEffects(graph) ? "ordered" : "none"),
  cost: "costly",
  lower: (c, operands, p) => {
    const { mesh, manualAxes: axes } = p;
    const body = c.region(
      p.graph.inputs.map((v) => typeOf(v.aval)),
      (...args) => c.inManual({ mesh, axes }, () => c.inline(p.graph, args)),
      "sdy.return",
    );
    const attributes = {
      in_shardings: shardings(c, p, p.inSpecs, c.operands),
      out_shardings: shardings(c, p, p.outSpecs, c.results),
      manual_axes: { kind: "manualAxes", axes: mesh.axisNames.filter((n) => axes.includes(n)) },
    } as const;
    return c.op("sdy.manual_computation", operands, c.results.map(typeOf), attributes, [body]);
  },
});

/** The axes that are not split by hand may split any dimension further. */
function shardings(
  c: LoweringContext,
  { mesh, manualAxes }: ShardMapParams,
  specs: readonly PartitionSpec[],
  avals: readonly Aval[],
): Attribute {
  const open = manualAxes.length < mesh.axisNames.length;
  return {
    kind: "shardingPerValue",
    shardings: specs.map((spec, i) => ({
      kind: "sharding",
      mesh: c.mesh(mesh),
      dimensions: avals[i]!.shape.map((_, d) => ({ axes: spec.axes(d), open })),
      replicated: [],
    })),
  };
}

/** `spec` with an entry inserted at dimension `d`. */
const batchedSpec = (spec: PartitionSpec, d: number | null, entry: SpecEntry): PartitionSpec => {
  if (d === null) return spec;
  const entries = Array.from({ length: Math.max(d, spec.entries.length) }, (_, i) => spec.entries[i] ?? null);
  return P(...entries.slice(0, d), entry, ...entries.slice(d));
};

function batchShardMap(input: BatchInput<ShardMapParams, Many>): BatchOutput {
  const { operands, dims, size, params: p } = input;
  const split = input.spmdAxisName !== undefined && p.manualAxes.includes(input.spmdAxisName);
  const axis = split ? input.spmdAxisName! : null;
  const axisName = p.manualAxes.includes(input.axisName ?? "") ? undefined : input.axisName;
  if (axis !== null) requireFree(p, axis, axisName, size);
  const local = axis === null ? size : size / p.mesh.size(axis);
  const spmdAxisName = split ? undefined : input.spmdAxisName;
  const key = `shard_map ${dims} ${local} ${axisName} ${input.spmdAxisName}`;
  const batched = memoize(p.graph, key, () => {
    const avals = p.graph.inputs.map(({ aval }, i) => {
      const d = dims[i] ?? null;
      const with_ = batchedAval(aval, d, local);
      return d !== null && axis !== null && p.checked
        ? withVarying(with_, unionAxes(aval.varying, axisSet([axis])))
        : with_;
    });
    let outDims: readonly (number | null)[] = [];
    const { graph } = traceGraph(
      `batched_${p.graph.name}`,
      (...inputs) => {
        const [outs, found] = batchWalk(p.graph, inputs, dims, { size: local, axisName, spmdAxisName });
        outDims = found.map((d) => (d === null ? null : 0));
        return outs.map((o, i) => (found[i] === null ? o : moveDim(o, found[i]!, 0)));
      },
      avals,
      { what: `the batched ${p.graph.name}`, ambient: true },
    );
    return { graph, dims: outDims };
  });
  const results = bind(shardMapOp, operands, {
    ...p,
    graph: batched.graph,
    inSpecs: p.inSpecs.map((s, i) => batchedSpec(s, dims[i] ?? null, axis)),
    outSpecs: p.outSpecs.map((s, i) => batchedSpec(s, batched.dims[i] ?? null, axis)),
  });
  return { results, dims: batched.dims };
}

/** @throws ShardingError if the mapped axis cannot be split over the mesh axis `axis` */
function requireFree(p: ShardMapParams, axis: string, axisName: string | undefined, size: number): void {
  const what = `shardMap inside vmap with spmdAxisName "${axis}"`;
  if ([...p.inSpecs, ...p.outSpecs].some((s) => specAxes(s).includes(axis)))
    throw new ShardingError(`${what}: inSpecs and outSpecs use that axis themselves. Choose another.`);
  if (size % p.mesh.size(axis) !== 0)
    throw new ShardingError(
      `${what}: the mapped axis has size ${size}, expected a multiple of ${p.mesh.size(axis)}. Pad it, or leave the option out.`,
    );
  if (axisName !== undefined)
    throw new ShardingError(
      `${what}: got axisName "${axisName}" too. Collectives inside would see one device's part only; name the mesh axis there.`,
    );
}
