// How products are computed: precision of each operand, or an algorithm by name or in full; and the default of all.
import { type Attribute, attr } from "../../hlo/attributes.ts";
import { type DType, elementOf, isFloat8 } from "../core/dtype.ts";
import { DTypeError } from "../core/errors.ts";

/** How exactly float32 is multiplied where the device can do so faster with less. StableHLO's `precision`. */
export type Level = "default" | "high" | "highest";

const aliases = {
  default: "default",
  bfloat16: "default",
  fastest: "default",
  high: "high",
  bfloat16_3x: "high",
  tensorfloat32: "high",
  highest: "highest",
  float32: "highest",
  // The members of jax.lax.Precision.
  DEFAULT: "default",
  HIGH: "high",
  HIGHEST: "highest",
} as const;
export type PrecisionName = keyof typeof aliases;

/** The types that the operands are rounded to and that sums are kept in; the parts that they are split into. */
export interface DotAlgorithm {
  readonly lhsPrecisionType: DType;
  readonly rhsPrecisionType: DType;
  readonly accumulationType: DType;
  readonly lhsComponentCount?: number;
  readonly rhsComponentCount?: number;
  readonly numPrimitiveOperations?: number;
  readonly allowImpreciseAccumulation?: boolean;
}

interface Preset {
  /** What operands are converted to, unless they are one of `also`; null for types of their own (8-bit floats). */
  readonly operand: DType | null;
  readonly also?: DType;
  /** The type of StableHLO's attribute, where it is not `operand`. */
  readonly rounded?: string;
  /** null: that of the result. */
  readonly sum: DType | null;
  readonly operations?: number;
  readonly fast?: true;
}
const presets = {
  ANY_F8_ANY_F8_F32: { operand: null, sum: "float32" },
  ANY_F8_ANY_F8_F32_FAST_ACCUM: { operand: null, sum: "float32", fast: true },
  ANY_F8_ANY_F8_ANY: { operand: null, sum: null },
  ANY_F8_ANY_F8_ANY_FAST_ACCUM: { operand: null, sum: null, fast: true },
  F16_F16_F16: { operand: "float16", sum: "float16" },
  F16_F16_F32: { operand: "float16", sum: "float32" },
  BF16_BF16_BF16: { operand: "bfloat16", also: "float32", rounded: "bf16", sum: "bfloat16" },
  BF16_BF16_F32: { operand: "bfloat16", also: "float32", rounded: "bf16", sum: "float32" },
  BF16_BF16_F32_X3: { operand: "float32", rounded: "bf16", sum: "float32", operations: 3 },
  BF16_BF16_F32_X6: { operand: "float32", rounded: "bf16", sum: "float32", operations: 6 },
  BF16_BF16_F32_X9: { operand: "float32", rounded: "bf16", sum: "float32", operations: 9 },
  TF32_TF32_F32: { operand: "float32", rounded: "tf32", sum: "float32" },
  TF32_TF32_F32_X3: { operand: "float32", rounded: "tf32", sum: "float32", operations: 3 },
  F32_F32_F32: { operand: "float32", sum: "float32" },
  F64_F64_F64: { operand: "float64", sum: "float64" },
} as const satisfies Readonly<Record<string, Preset>>;

/** Names of algorithms: types of the operands and of the sums, and how many products replace one. */
export type DotAlgorithmPreset = keyof typeof presets;
export const dotAlgorithmPresets = Object.keys(presets) as readonly DotAlgorithmPreset[];

/**
 * A level by any of its names, one level for each operand, or an algorithm. As the `precision` of `jax.lax.dot`;
 * `"HIGHEST"` is `jax.lax.Precision.HIGHEST`.
 */
export type Precision = PrecisionName | readonly [PrecisionName, PrecisionName] | DotAlgorithmPreset | DotAlgorithm;
/** As operations keep it. */
export type KnownPrecision = Level | readonly [Level, Level] | DotAlgorithmPreset | DotAlgorithm;

/** XLA's CPU runs these; the others it would ignore in silence. */
const onCpu: readonly DotAlgorithmPreset[] = [
  "F16_F16_F16",
  "F32_F32_F32",
  "F64_F64_F64",
  "BF16_BF16_F32",
  "BF16_BF16_F32_X3",
  "BF16_BF16_F32_X6",
];

const isLevelName = (p: unknown): p is PrecisionName => typeof p === "string" && Object.hasOwn(aliases, p);
const isPreset = (p: unknown): p is DotAlgorithmPreset => typeof p === "string" && Object.hasOwn(presets, p);

/** What `given` means; without it, the default for the process. @throws DTypeError if it means nothing */
export function precisionOf(name: string, given: Precision | undefined): KnownPrecision {
  const p: unknown = given ?? fallback ?? "default";
  if (isLevelName(p)) return aliases[p];
  if (isPreset(p)) return p;
  if (Array.isArray(p) && p.length === 2 && p.every(isLevelName)) {
    const [left, right] = p.map((n: PrecisionName) => aliases[n]) as [Level, Level];
    return left === right ? left : [left, right];
  }
  if (typeof p === "object" && p !== null && "accumulationType" in p) return p as DotAlgorithm;
  throw new DTypeError(
    `${name}: got precision ${JSON.stringify(p)}, expected one of ${Object.keys(aliases).join(", ")}; two of them, for the ` +
      `left and the right operand; an algorithm (${dotAlgorithmPresets.join(", ")}); or an object with lhsPrecisionType, ` +
      "rhsPrecisionType and accumulationType.",
  );
}

let fallback: PrecisionName | DotAlgorithmPreset | undefined;

/** The precision of products that name none; undefined for the platform's own. Part of what a trace depends on. */
export const defaultPrecision = (): PrecisionName | DotAlgorithmPreset | undefined => fallback;
/** @throws DTypeError for an unknown name */
export function setDefaultPrecision(value: PrecisionName | DotAlgorithmPreset | undefined): void {
  if (value !== undefined && !isPreset(value) && !isLevelName(value))
    throw new DTypeError(
      `config.defaultMatmulPrecision: got ${JSON.stringify(value)}, expected undefined, one of ` +
        `${Object.keys(aliases).join(", ")}, or the name of an algorithm (${dotAlgorithmPresets.join(", ")}).`,
    );
  fallback = value;
}

/** The attribute `precision_config`. */
export function precisionConfig(p: KnownPrecision): Attribute {
  const levels = typeof p === "string" ? (isPreset(p) ? "default" : p) : "accumulationType" in p ? "default" : p;
  const pair = typeof levels === "string" ? [levels, levels] : levels;
  return attr.array(pair.map((level) => attr.enum("precision", level.toUpperCase())));
}

/** What an algorithm does: the types that operands are converted to and that the product has, and its attribute. */
export interface Computed {
  readonly left: DType;
  readonly right: DType;
  readonly result: DType;
  readonly attribute: Attribute | null;
}

/**
 * The types that a product of `left` and `right` with result `result` is computed in on `platform`.
 * @throws DTypeError for an algorithm that the platform or the operands do not support
 */
export function computed(p: KnownPrecision, left: DType, right: DType, result: DType, platform: string): Computed {
  if (typeof p === "string" ? !isPreset(p) : !("accumulationType" in p))
    return { left, right, result, attribute: null };
  if (platform === "cpu" && !(isPreset(p) && onCpu.includes(p)))
    throw new DTypeError(
      `dot_general: got precision ${typeof p === "string" ? p : JSON.stringify(p)}, which the CPU does not support; ` +
        `expected ${onCpu.join(", ")}, or a level such as "highest".`,
    );
  if (!isPreset(p)) return inFull(p as DotAlgorithm);
  const preset: Preset = presets[p];
  if (preset.operand === null) {
    if (!isFloat8(left) || !isFloat8(right))
      throw new DTypeError(`dot_general: got operands of ${left} and ${right} for ${p}, expected 8-bit floats.`);
    const sum =
      preset.sum === null || isFloat8(result) || ["float16", "bfloat16"].includes(result) ? result : preset.sum;
    const fast = preset.fast ?? false;
    return {
      left,
      right,
      result: sum,
      attribute: algorithm(elementOf(left), elementOf(right), "f32", [1, 1, 1], fast),
    };
  }
  const operand = preset.operand;
  const held = (d: DType): DType => (d === preset.also ? d : operand);
  const sum = preset.sum!;
  // 16-bit operands may give a 16-bit result with sums in float32.
  const short = sum === "float32" && ["F16_F16_F32", "BF16_BF16_F32"].includes(p) && result === operand;
  const product = short && held(left) === operand && held(right) === operand ? result : sum;
  const rounded = preset.rounded ?? elementOf(operand);
  const counts = [1, 1, preset.operations ?? 1] as const;
  return {
    left: held(left),
    right: held(right),
    result: product,
    attribute: algorithm(rounded, rounded, elementOf(sum), counts, false),
  };
}

function inFull(a: DotAlgorithm): Computed {
  const counts = [a.lhsComponentCount ?? 1, a.rhsComponentCount ?? 1, a.numPrimitiveOperations ?? 1] as const;
  const [left, right, sum] = [a.lhsPrecisionType, a.rhsPrecisionType, a.accumulationType];
  const spelled = [left, right, sum].map(elementOf) as [string, string, string];
  return { left, right, result: sum, attribute: algorithm(...spelled, counts, a.allowImpreciseAccumulation ?? false) };
}

/** StableHLO's `dot_algorithm`. */
const algorithm = (
  left: string,
  right: string,
  sum: string,
  [leftParts, rightParts, operations]: readonly [number, number, number],
  imprecise: boolean,
): Attribute =>
  attr.struct("dot_algorithm", {
    lhs_precision_type: left,
    rhs_precision_type: right,
    accumulation_type: sum,
    lhs_component_count: leftParts,
    rhs_component_count: rightParts,
    num_primitive_operations: operations,
    allow_imprecise_accumulation: imprecise,
  });
