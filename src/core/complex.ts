// Complex numbers on the host.

/** A complex number, as `item()` and `tolist()` give it and as `np.array` takes it. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** What one element of a tensor is on the host. */
export type HostScalar = number | bigint | boolean | Complex;

/** True for a plain object with the numbers `re` and `im` and nothing else. */
export function isComplexNumber(value: unknown): value is Complex {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return false;
  const { re, im } = value as Partial<Complex>;
  return typeof re === "number" && typeof im === "number" && Object.keys(value).length === 2;
}
