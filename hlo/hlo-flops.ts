// Floating-point operations and memory traffic of one instruction of an optimised program, called code apart.
import { HloModuleError } from "./errors.ts";
import { flopsOfWork, type Work } from "./flops.ts";
import type { HloInstruction, HloShape } from "./optimized.ts";
import { shapeBytes } from "./shapes.ts";

/** Names, groups or hands on what is there. */
const free = new Set(
  (
    "parameter constant tuple get-tuple-element bitcast after-all add-dependency opt-barrier partition-id replica-id " +
    "domain get-dimension-size set-dimension-size"
  ).split(" "),
);

/** Moves data and computes nothing. */
const movement = new Set(
  (
    "bitcast-convert broadcast concatenate copy copy-start dynamic-reshape dynamic-slice dynamic-update-slice gather iota pad " +
    "reshape reverse slice transpose all-gather all-gather-start all-to-all ragged-all-to-all collective-permute " +
    "collective-permute-start collective-broadcast infeed outfeed send recv custom-call complex real imag rng-get-and-update-state"
  ).split(" "),
);

/** The other names are the formulas' own, with hyphens. */
const formulaNames: Readonly<Record<string, string>> = { dot: "dot_general", topk: "top_k" };

const first = (shape: HloShape): HloShape =>
  shape.element === "tuple" && shape.parts[0] ? first(shape.parts[0]) : shape;
export const elementsOf = (shape: HloShape): number => first(shape).dimensions.reduce((a, b) => a * b, 1);

const numbersIn = (text: string | undefined): number[] => (text?.match(/\d+/g) ?? []).map(Number);

/** `size=3x3` of a window. */
const windowSizes = (text: string | undefined): number[] => numbersIn(/size=([\dx]+)/.exec(text ?? "")?.[1]);

function missing({ name, opcode }: HloInstruction, what: string): HloModuleError {
  return new HloModuleError(`%${name}: ${opcode} without ${what}; expected XLA's own attributes`);
}

/** The products that libraries compute: cuBLAS and oneDNN name theirs in the backend's configuration. */
function contractingOf(instruction: HloInstruction): readonly number[] | undefined {
  const { attributes, backendConfig } = instruction;
  if (attributes.lhs_contracting_dims !== undefined) return numbersIn(attributes.lhs_contracting_dims);
  const named = /"lhs_contracting_dimensions":\[([^\]]*)\]/.exec(backendConfig)?.[1];
  return named === undefined ? undefined : numbersIn(named);
}

function workOf(instruction: HloInstruction, region: number): Work {
  const { attributes, operands, shape } = instruction;
  const need = (name: string) => {
    const text = attributes[name];
    if (text === undefined) throw missing(instruction, name);
    return text;
  };
  return {
    operands: operands.length,
    results: elementsOf(shape),
    region,
    shape: (i) => {
      const operand = operands[i];
      if (operand === undefined) throw missing(instruction, `operand ${i}`);
      return first(operand.shape).dimensions;
    },
    numbers: (what) => {
      switch (what) {
        case "lhs_contracting": {
          const axes = contractingOf(instruction);
          if (axes === undefined) throw missing(instruction, "lhs_contracting_dims");
          return axes;
        }
        case "kernel_output":
          return [need("dim_labels").split("_")[1]!.split("->")[0]!.indexOf("o")];
        case "window":
          return windowSizes(need("window"));
        case "sort_dimension":
          return numbersIn(need("dimensions"));
        case "fft_length":
          return numbersIn(need("fft_length"));
        case "k":
          return numbersIn(need("k"));
      }
    },
  };
}

const gemm = /^"__(?:cublas|onednn)\$.*(?:gemm|matmul)/;
const convolution = /^"__(?:cudnn|onednn)\$conv/;

/**
 * FLOPs of one instruction, 1 per element of elementwise ones; `region` is the cost of one application of its reducer.
 * @returns undefined for a call into code that says nothing about itself
 */
export function hloFlops(instruction: HloInstruction, region: number): number | undefined {
  const { opcode, attributes } = instruction;
  if (free.has(opcode) || opcode.endsWith("-done")) return 0;
  const work = () => workOf(instruction, region);
  if (opcode === "custom-call") {
    const target = attributes.custom_call_target ?? "";
    if (convolution.test(target) && attributes.dim_labels !== undefined) return flopsOfWork("convolution", work());
    if (!gemm.test(target)) return undefined;
    // oneDNN multiplies the last dimension of the left side where nothing else is said.
    return flopsOfWork(contractingOf(instruction) === undefined ? "dot" : "dot_general", work());
  }
  if (movement.has(opcode)) return 0;
  const name = opcode.endsWith("-start") ? opcode.slice(0, -"-start".length) : opcode;
  return flopsOfWork(formulaNames[name] ?? name.replaceAll("-", "_"), work());
}

const operandBytes = (instruction: HloInstruction, from = 0): number =>
  instruction.operands.slice(from).reduce((sum, { shape }) => sum + shapeBytes(shape), 0);

/** Bytes read and written. Slices, gathers and updates touch only the part they move. */
export function hloBytes(instruction: HloInstruction): number {
  const { opcode, operands, shape } = instruction;
  if (free.has(opcode) || opcode.endsWith("-done")) return 0;
  switch (opcode) {
    case "slice":
    case "dynamic-slice":
    case "gather":
      return 2 * shapeBytes(shape) + operandBytes(instruction, 1);
    case "dynamic-update-slice":
      return 2 * (operands[1] ? shapeBytes(operands[1].shape) : 0) + operandBytes(instruction, 2);
    case "scatter": {
      const inputs = (operands.length - 1) / 2;
      const updates = operandBytes(instruction, inputs + 1);
      return (operands[inputs] ? shapeBytes(operands[inputs].shape) : 0) + 3 * updates;
    }
    default:
      return operandBytes(instruction) + shapeBytes(shape);
  }
}

const slicing = new Set(["slice", "dynamic-slice", "gather"]);

/**
 * Bytes that a fusion reads and writes: its operands and its result; of an operand that is only sliced the slices, of a
 * result that is an update in place the part it writes. What lies inside stays in registers.
 */
export function fusionBytes(instruction: HloInstruction): number {
  const body = instruction.calls[0]?.computations[0];
  if (body === undefined) return hloBytes(instruction);
  const users = new Map<HloInstruction, HloInstruction[]>();
  for (const user of body.instructions)
    for (const operand of user.operands) {
      const list = users.get(operand);
      if (list === undefined) users.set(operand, [user]);
      else list.push(user);
    }
  let bytes = 0;
  for (const parameter of body.parameters) {
    const by = users.get(parameter) ?? [];
    const full = shapeBytes(parameter.shape);
    const touched = by.reduce((sum, user) => {
      if (slicing.has(user.opcode) && user.operands[0] === parameter) return sum + shapeBytes(user.shape);
      return user.opcode === "dynamic-update-slice" && user.operands[0] === parameter ? sum : Infinity;
    }, 0);
    bytes += Math.min(full, touched);
  }
  let root = body.root;
  while (root.opcode === "bitcast" && root.operands[0]) root = root.operands[0];
  const update = root.opcode === "dynamic-update-slice" ? root.operands[1] : undefined;
  return bytes + shapeBytes((update ?? instruction).shape);
}
