// NumPy's functions on tensors, by their names in camelCase.
export * from "./indexing.ts";
export * from "./np/binary.ts";
export * from "./np/complex.ts";
export * from "./np/constants.ts";
export * from "./np/convolve.ts";
export * from "./np/create.ts";
export * as fft from "./np/fft.ts";
export * from "./np/join.ts";
export * as linalg from "./np/linalg.ts";
export * from "./np/logic.ts";
export * from "./np/matmul.ts";
export * from "./np/order.ts";
export * from "./np/places.ts";
export * from "./np/ranges.ts";
export * from "./np/reduce.ts";
export * from "./np/shape.ts";
export * from "./np/take.ts";
export * from "./np/unary.ts";
