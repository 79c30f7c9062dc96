// Programs that outlive their process: a jitted function as StableHLO, to be kept, sent and called elsewhere.
import { ArrayTensor } from "../compile/array.ts";
import { callExportedOp, ForeignProgram } from "../compile/call-exported.ts";
import { defaultDevice } from "../compile/devices.ts";
import { treeDifference } from "../compile/explain.ts";
import { decodeExported, encodeExported, registerFormat } from "../compile/export-format.ts";
import {
  deviceCount,
  type ExportedProgram,
  exportLowered,
  requireExported,
  requireUsable,
  runExported,
  type SpecOrNull,
} from "../compile/exported.ts";
import { leafAval, leafTensor, leafValue } from "../compile/leaves.ts";
import { fromBytes } from "../compile/place.ts";
import type { Aval } from "../core/aval.ts";
import { ExportError, ShardingError, TreeError } from "../core/errors.ts";
import { ShapeDtypeStruct } from "../core/struct.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind, isTraced, Tracer } from "../core/trace.ts";
import { flatten, leafPaths, sameTree, type TreeDef, unflatten } from "../core/tree.ts";
import { inline } from "../transforms/evaluate.ts";
import { isDifferentiable } from "../transforms/jvp.ts";
import { asStrongAs } from "./bodies.ts";
import { customVjp } from "./custom.ts";
import { vjp } from "./grad.ts";
import { type Jitted, jit, type Lowered, type SpecArguments } from "./jit.ts";

export interface ExportOptions {
  /** Platforms to spell the program for; that of the arguments' devices by default. */
  readonly platforms?: readonly string[];
  /** How often the exported function can be differentiated in reverse; 0 by default. */
  readonly vjpOrder?: number;
}

const structs = (avals: readonly Aval[]): ShapeDtypeStruct[] =>
  avals.map((a) => new ShapeDtypeStruct(a.shape, a.dtype));

type Flat = (...leaves: Tensor[]) => readonly Tensor[];

/**
 * A function as StableHLO text with its calling convention. It can be called at the top level, and inside jit, grad
 * and vmap if it is for one device; its derivative is the exported one. Results share no memory with arguments: donate
 * in the jit around it. As `jax.export.Exported`.
 */
export class Exported<A extends unknown[] = unknown[], R = unknown> {
  readonly #program: ExportedProgram;
  #hidden: ArrayTensor[] | undefined;
  #foreign: ForeignProgram | undefined;
  #differentiable: Flat | undefined;

  constructor(program: ExportedProgram) {
    this.#program = program;
  }

  get funName(): string {
    return this.#program.name;
  }
  get inTree(): TreeDef {
    return this.#program.inDef;
  }
  get outTree(): TreeDef {
    return this.#program.outDef;
  }
  /** Shapes and dtypes of the leaves of the arguments. */
  get inAvals(): readonly ShapeDtypeStruct[] {
    return structs(this.#program.inAvals);
  }
  get outAvals(): readonly ShapeDtypeStruct[] {
    return structs(this.#program.outAvals);
  }
  get platforms(): readonly string[] {
    return [...this.#program.texts.keys()];
  }
  get nrDevices(): number {
    return deviceCount(this.#program);
  }
  /** Axes of the mesh that it was exported for; null for one device. */
  get mesh(): ExportedProgram["mesh"] {
    return this.#program.mesh;
  }
  /** Entries of the partition specs of the arguments' leaves; null where nobody placed them. */
  get inSpecs(): readonly SpecOrNull[] {
    return this.#program.inSpecs.slice(this.#program.hidden.length);
  }
  get outSpecs(): readonly SpecOrNull[] {
    return this.#program.outSpecs;
  }
  /** Version of StableHLO that the text is written in. */
  get stablehloVersion(): string {
    return this.#program.stablehloVersion;
  }
  /** How many leading arguments of the text's `@main` are arrays that the function closed over. */
  get hiddenArguments(): number {
    return this.#program.hidden.length;
  }

  /** The module's text. @throws ExportError for a platform that it was not exported for */
  stablehlo(platform: string = this.platforms[0]!): string {
    const text = this.#program.texts.get(platform);
    if (text === undefined)
      throw new ExportError(`${this.funName} was exported for ${this.platforms.join(", ")}, not for ${platform}.`);
    return text;
  }

  get hasVjp(): boolean {
    return this.#program.vjp !== null;
  }

  /**
   * The exported reverse derivative: of the leaves of the arguments and the cotangents of the results with a derivative,
   * the cotangents of the arguments with one.
   * @throws ExportError if it was not exported
   */
  vjp(): Exported<[readonly Tensor[], readonly Tensor[]], Tensor[]> {
    const { vjp: derivative, name } = this.#program;
    if (derivative === null)
      throw new ExportError(`${name} was exported without its derivative. Export it with { vjpOrder: 1 }.`);
    return new Exported(derivative);
  }

  /** Bytes that `deserialize` reads, in this process or another. @throws ExportError for a tree class without a format */
  serialize(): Uint8Array {
    return encodeExported(this.#program);
  }

  /**
   * Calls the program; arguments as it was exported, static ones left out.
   * @throws TreeError naming the argument whose structure, shape or dtype differs; ExportError for another platform or
   * version of StableHLO; ShardingError; NonDifferentiableError under grad without an exported derivative
   */
  readonly call = (...args: A): R => {
    const program = this.#program;
    const { leaves, def } = flatten(args, "args");
    if (!sameTree(def, program.inDef))
      throw new TreeError(
        `${program.name} was exported for arguments of another structure. ${treeDifference(program.inDef, def, "args")}.`,
      );
    const paths = leafPaths(def, "args");
    requireExported(program, leaves.map(leafAval), paths);
    if (isTraced(leaves.filter((l): l is Tensor => l instanceof Tracer)))
      return unflatten(program.outDef, this.#record(leaves.map((l) => leafValue(l)))) as R;
    const made: ArrayTensor[] = [];
    try {
      const tensors = leaves.map((leaf, i) => {
        const t = leafTensor(leaf, paths[i]);
        if (!(t instanceof ArrayTensor)) throw new TreeError(`${program.name}: ${paths[i]} has no data.`);
        if (t !== leaf) made.push(t);
        return t;
      });
      return unflatten(program.outDef, runExported(program, tensors)) as R;
    } finally {
      for (const t of made) t.dispose();
    }
  };

  #record(leaves: readonly Tensor[]): readonly Tensor[] {
    const program = this.#program;
    if (deviceCount(program) > 1)
      throw new ShardingError(
        `${program.name} was exported for ${deviceCount(program)} devices; such a program is called outside jit and ` +
          "other transformations.",
      );
    requireUsable(program, [defaultDevice()]);
    const values = leaves.map((t, i) => asStrongAs(t, program.inAvals[i]));
    if (program.vjp === null) return this.#bind(values);
    this.#differentiable ??= this.#withVjp();
    return this.#differentiable(...values);
  }

  #bind(values: readonly Tensor[]): Tensor[] {
    const { name, texts, hidden, inAvals, outAvals, cost } = this.#program;
    this.#foreign ??= new ForeignProgram(name, texts, [...hidden.map((h) => h.aval), ...inAvals], outAvals, cost);
    this.#hidden ??= hidden.map(({ aval, bytes }) => fromBytes(bytes, aval));
    return bind(callExportedOp, [...this.#hidden, ...values], { program: this.#foreign });
  }

  /** The call under the derivative rule that was exported with it, as often as it was. */
  #withVjp(): Flat {
    const program = this.#program;
    const plain: Flat = Object.defineProperty((...leaves: Tensor[]) => this.#bind(leaves), "name", {
      value: program.name,
    });
    const derivative = this.vjp();
    const [differentiable, withCotangent] = [program.inAvals, program.outAvals].map((a) => a.map(isDifferentiable));
    const bwd = (leaves: readonly Tensor[], cotangents: readonly Tensor[]) => {
      const grads = derivative.call(
        leaves,
        cotangents.filter((_, i) => withCotangent![i]),
      );
      let next = 0;
      return differentiable!.map((d) => (d ? grads[next++]! : null));
    };
    // What a rule's forward part runs can itself be differentiated once less.
    let f = plain;
    for (let p = program.vjp; p !== null; p = p.vjp) {
      const inner = f;
      f = customVjp(plain).defvjp((...leaves) => [inner(...leaves), leaves], bwd);
    }
    return f;
  }
}

/**
 * `exportJit(jit(f))(...avals)`: the function for arguments like these. As `jax.export.export`.
 *
 * @throws TreeError for a function that is not jitted; ExportError for one that calls back into this process
 */
export function exportJit<A extends unknown[], R>(
  f: Jitted<A, R>,
  options: ExportOptions = {},
): (...args: SpecArguments<A>) => Exported<A, R> {
  if (typeof (f as Partial<Jitted<A, R>>).lower !== "function")
    throw new TreeError("exportJit takes a jitted function: exportJit(jit(f))(...).");
  const order = options.vjpOrder ?? 0;
  if (!Number.isInteger(order) || order < 0)
    throw new ExportError(`exportJit: vjpOrder is ${order}, expected 0, 1, ….`);
  if (options.platforms?.length === 0) throw new ExportError("exportJit: platforms is empty; name at least one.");
  return (...args) => new Exported<A, R>(withDerivatives(f.lower(...args), options, order));
}

function withDerivatives(lowered: Lowered, options: ExportOptions, order: number): ExportedProgram {
  const program = exportLowered(lowered, options.platforms);
  if (order === 0) return program;
  const cotangents = structs(program.outAvals.filter(isDifferentiable));
  const pull = jit(reverseOf(lowered.staged, program)).lower(structs(program.inAvals), cotangents);
  return { ...program, vjp: withDerivatives(pull, options, order - 1) };
}

/** Of the leaves and the cotangents of the differentiable results, the cotangents of the differentiable leaves. */
function reverseOf({ graph, captures }: Lowered["staged"], { name, inAvals, outAvals }: ExportedProgram) {
  const active = inAvals.map(isDifferentiable);
  const pull = (leaves: readonly Tensor[], cotangents: readonly Tensor[]): Tensor[] => {
    const run = (...differentiable: Tensor[]): Tensor[] => {
      let next = 0;
      const all = leaves.map((leaf, i) => (active[i] ? differentiable[next++]! : leaf));
      const values = all.map((t, i) => asStrongAs(t, graph.inputs[captures.length + i]!.aval));
      return inline(graph, [...captures, ...values]).filter((_, i) => isDifferentiable(outAvals[i]!));
    };
    const [, back] = vjp(run, ...leaves.filter((_, i) => active[i]));
    return back([...cotangents]) as Tensor[];
  };
  return Object.defineProperty(pull, "name", { value: `${name}_vjp` });
}

/** Bytes of `Exported.serialize`. @throws ExportError for damaged bytes, or a tree class that is not registered here */
export function deserialize(bytes: Uint8Array): Exported {
  return new Exported(decodeExported(bytes));
}

/** How what a tree class keeps besides arrays is written; the default is what JSON does. */
export interface TreeSerialization {
  /** Stands for the class in the bytes; the same in every process. */
  readonly name: string;
  readonly encode?: (aux: never) => unknown;
  readonly decode?: (json: never) => unknown;
}

/**
 * Lets a class registered with `tree.register` be part of a serialized program's arguments and results. As
 * `jax.export.register_pytree_node_serialization`.
 * @throws ExportError if another class has that name
 */
export function registerTreeSerialization(
  type: abstract new (...args: never[]) => unknown,
  { name, encode, decode }: TreeSerialization,
): void {
  const same = (value: unknown) => value;
  registerFormat({
    type: type as never,
    name,
    encode: (encode ?? same) as never,
    decode: (decode ?? same) as never,
  });
}
