// Tensor with its methods.
export type { DType } from "../core/dtype.ts";
export { ShapeDtypeStruct } from "../core/struct.ts";
export { Tensor } from "../core/tensor.ts";
