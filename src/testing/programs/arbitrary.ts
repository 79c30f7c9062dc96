// Random small programs that shrink to small ones: what is drawn is a list of genes, and every list reads as a program.
import type fastCheck from "fast-check";
import type { Arbitrary } from "fast-check";
import type { DType } from "../../lib/tensor.ts";
import { HostRandom, type HostTensor } from "../host.ts";
import { Builder, type Gene, type Grow, ref, type Step, sizeOf } from "./builder.ts";
import { Program } from "./program.ts";
import { controlSteps, forwardSteps, reverseSteps } from "./steps-control.ts";
import { elementwiseSteps, reductionSteps } from "./steps-elementwise.ts";
import { shapeSteps } from "./steps-shape.ts";
import { type Shape, trimmed, type Value } from "./types.ts";

export interface ProgramOptions {
  /** Shapes of the inputs; one to three random ones of at most two dimensions if not given. */
  readonly inputs?: readonly Shape[];
  /** The dtype of all floats; float64 by default. */
  readonly dtype?: DType;
  /** Steps drawn, those inside functions not counted; 6 by default. */
  readonly maxSteps?: number;
  /** Elements that no value exceeds; 24 by default. */
  readonly maxElements?: number;
  /** `both`: differentiable in both modes; `forward` adds loops of unknown length, `reverse` customVjp. */
  readonly modes?: "both" | "forward" | "reverse";
  /** Names of steps to draw from; all by default. */
  readonly steps?: readonly string[];
}

const common: Readonly<Record<string, Step>> = {
  ...elementwiseSteps,
  ...reductionSteps,
  ...shapeSteps,
  ...controlSteps,
};
const steps: Readonly<Record<string, Step>> = { ...common, ...forwardSteps, ...reverseSteps };

/** Names of the steps that `modes` allows. */
export function stepNames(modes: ProgramOptions["modes"] = "both"): readonly string[] {
  const more = modes === "forward" ? forwardSteps : modes === "reverse" ? reverseSteps : {};
  return [...Object.keys(common), ...Object.keys(more)];
}

const grow: Grow = (parent, params, genes, alone = false) => {
  const inner = new Builder(params, alone ? [] : parent.scope, parent);
  for (const gene of genes) steps[gene.kind]!(inner, gene, grow);
  return inner;
};

/** Normal numbers of three decimals, so that they print short and tie nowhere. */
function inputOf(shape: Shape, dtype: DType, random: HostRandom): HostTensor {
  const values = Array.from({ length: sizeOf(shape) }, () => Math.round(random.normal() * 700) / 1000);
  return { shape, dtype, values };
}

function build(shapes: readonly Shape[], seed: number, genes: readonly Gene[], options: ProgramOptions): Program {
  const { dtype = "float64", maxElements = 24 } = options;
  const random = new HostRandom(seed);
  const outer = new Builder([], [], { dtype, maxElements, counter: { next: 0 } });
  const params: Value[] = shapes.map((shape) => outer.fresh(shape));
  const top = grow(outer, params, genes);
  const block = trimmed(top.block(ref(top.own(() => true)!)));
  return new Program(
    shapes.map((shape) => inputOf(shape, dtype, random)),
    block,
  );
}

/** Small programs over the public API: elementwise, reductions, products, shapes, control flow, custom rules, closures. */
export function programs(fc: typeof fastCheck, options: ProgramOptions = {}): Arbitrary<Program> {
  const kinds = options.steps ?? stepNames(options.modes);
  const size = fc.integer({ min: 1, max: 3 });
  const shapes =
    options.inputs === undefined
      ? fc.array(fc.array(size, { maxLength: 2 }), { minLength: 1, maxLength: 3 })
      : fc.constant(options.inputs);
  const small = fc.nat(11);
  const { gene } = fc.letrec<{ gene: Gene; genes: Gene[] }>((tie) => ({
    gene: fc.record({ kind: fc.constantFrom(...kinds), a: small, b: small, c: small, inner: tie("genes") }),
    genes: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant<Gene[]>([]),
      fc.array(tie("gene"), { minLength: 1, maxLength: 3 }),
    ),
  }));
  const genes = fc.array(gene, { minLength: 1, maxLength: options.maxSteps ?? 6 });
  return fc
    .tuple(shapes, fc.nat(9999), genes)
    .map(([inputShapes, seed, list]) => build(inputShapes, seed, list, options));
}
