// Calls of kernels that the compiler or its plugin knows by name.
import { type Attribute, type Attributes, attr } from "../../hlo/attributes.ts";
import { avalOf } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { ShapeError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind } from "../core/trace.ts";
import { splat, zeroOf } from "./literal.ts";
import { concatenate, expandDims, sliceInDim, squeeze } from "./shape.ts";

/** Dimensions from the one that varies fastest in memory to the slowest. */
export type Layout = readonly number[];

export interface CustomCallParams {
  readonly target: string;
  /** 1: original, 2: with a status, 3: the same with a structured configuration, 4: typed FFI. */
  readonly apiVersion: 1 | 2 | 3 | 4;
  /** A string up to version 3; attributes by name for version 4. */
  readonly backendConfig: string | Attributes;
  /** Null: row-major throughout. */
  readonly operandLayouts: readonly Layout[] | null;
  readonly resultLayouts: readonly Layout[] | null;
  readonly results: readonly { readonly shape: readonly number[]; readonly dtype: DType }[];
  readonly hasSideEffect: boolean;
}
type Many = readonly Tensor[];

const rowMajor = (rank: number): Layout => Array.from({ length: rank }, (_, i) => rank - 1 - i);

function requireLayouts(
  target: string,
  what: string,
  layouts: readonly Layout[] | null,
  values: readonly { readonly shape: readonly number[] }[],
): void {
  if (layouts === null) return;
  const fits = (layout: Layout, rank: number) =>
    [...layout].sort((a, b) => b - a).join() === rowMajor(rank).join() && layout.length === rank;
  if (layouts.length !== values.length || layouts.some((l, i) => !fits(l, values[i]!.shape.length)))
    throw new ShapeError(
      `custom_call: ${target} got ${what} layouts ${layouts.map((l) => `[${l}]`).join(", ")} for shapes ` +
        `${values.map((v) => `[${v.shape}]`).join(", ")}; expected one permutation of the dimensions for each.`,
    );
}

const layoutAttribute = (layouts: readonly Layout[]): Attribute =>
  attr.array(layouts.map((l) => attr.dense({ kind: "tensor", shape: [l.length], element: "index" }, l)));

/** Results are what `params` says; there is no derivative. Under vmap, one call for each example. */
export const customCallOp: Op<CustomCallParams, Many> = defineOp({
  name: "custom_call",
  shape: (operands, { target, apiVersion, backendConfig, operandLayouts, resultLayouts, results }) => {
    if ((apiVersion === 4) !== (typeof backendConfig === "object"))
      throw new ShapeError(
        `custom_call: ${target} got a backend configuration that is ${typeof backendConfig === "object" ? "attributes" : "a string"} ` +
          `with API version ${apiVersion}; expected attributes for version 4 and a string for the others.`,
      );
    requireLayouts(target, "operand", operandLayouts, operands);
    requireLayouts(target, "result", resultLayouts, results);
    return results.map((r) => avalOf(r.shape, r.dtype));
  },
  derivative: { all: "none" },
  transpose: null,
  batch: ({ operands, dims, size, params }) => {
    const calls = Array.from({ length: size }, (_, example) =>
      bind(
        customCallOp,
        operands.map((x, i) => {
          const d = dims[i] ?? null;
          return d === null ? x : squeeze(sliceInDim(x, example, example + 1, d), [d]);
        }),
        params,
      ),
    );
    const results = params.results.map((r, i) =>
      size === 0
        ? splat(zeroOf(r.dtype), [0, ...r.shape], r.dtype)
        : concatenate(
            calls.map((c) => expandDims(c[i]!, [0])),
            0,
          ),
    );
    return { results, dims: results.map(() => 0) };
  },
  effect: (params) => (params.hasSideEffect ? "unordered" : "none"),
  cost: "costly",
  lower: (c, operands, p) =>
    c.op("stablehlo.custom_call", operands, c.results.map(typeOf), {
      call_target_name: attr.string(p.target),
      has_side_effect: attr.bool(p.hasSideEffect),
      api_version: attr.i32(p.apiVersion),
      backend_config:
        typeof p.backendConfig === "string" ? attr.string(p.backendConfig) : attr.dictionary(p.backendConfig),
      ...(p.operandLayouts || p.resultLayouts
        ? {
            operand_layouts: layoutAttribute(p.operandLayouts ?? c.operands.map((a) => rowMajor(a.shape.length))),
            result_layouts: layoutAttribute(p.resultLayouts ?? c.results.map((a) => rowMajor(a.shape.length))),
          }
        : {}),
    }),
});

export interface CustomCallOptions {
  readonly apiVersion?: CustomCallParams["apiVersion"];
  readonly backendConfig?: string | Attributes;
  readonly operandLayouts?: readonly Layout[];
  readonly resultLayouts?: readonly Layout[];
  /** It does something besides computing its results, so it is kept though nobody reads them. */
  readonly hasSideEffect?: boolean;
}

/** Calls the kernel `target`; nothing is known about it but the shapes of its results. */
export function customCall(
  target: string,
  operands: Many,
  results: CustomCallParams["results"],
  options: CustomCallOptions = {},
): Tensor[] {
  const apiVersion = options.apiVersion ?? 2;
  return bind(customCallOp, operands, {
    target,
    apiVersion,
    backendConfig: options.backendConfig ?? (apiVersion === 4 ? {} : ""),
    operandLayouts: options.operandLayouts ?? null,
    resultLayouts: options.resultLayouts ?? null,
    results: results.map(({ shape, dtype }) => ({ shape, dtype })),
    hasSideEffect: options.hasSideEffect ?? false,
  });
}
