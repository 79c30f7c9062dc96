// Which dtypes grad and the Jacobians take and give, real and complex: JAX's rules.
import { type Aval, longAval } from "../core/aval.ts";
import { isComplex, isFloat, isInexact } from "../core/dtype.ts";
import { DTypeError } from "../core/errors.ts";

export interface Holomorphic {
  /** The function is complex differentiable: arguments and results are complex, and the derivative is f′(z). */
  readonly holomorphic?: boolean;
}

const orHolomorphic =
  "For a holomorphic function pass holomorphic: true; for any other with complex numbers use %s, which gives derivatives along " +
  "one direction.";

/** @throws DTypeError for an argument that `name` (grad, jacrev) is not taken with respect to */
export function requireReverseInput(
  name: string,
  path: string,
  a: Aval,
  { holomorphic, allowInt }: Holomorphic & { readonly allowInt?: boolean },
): void {
  if (holomorphic) requireComplex(name, path, a);
  else if (!isInexact(a.dtype) && !allowInt)
    throw new DTypeError(
      `${name}: ${path} is ${longAval(a)}; derivatives need floating or complex dtypes. Use astype, choose other argnums, or allowInt.`,
    );
}

/** @throws DTypeError for a result that `name` (grad, jacrev) does not differentiate */
export function requireReverseOutput(name: string, path: string, a: Aval, { holomorphic }: Holomorphic): void {
  if (holomorphic) requireComplex(name, path, a);
  else if (isComplex(a.dtype))
    throw new DTypeError(
      `${name}: ${path} is ${longAval(a)}; the function must return real numbers. ${orHolomorphic.replace("%s", "vjp")}`,
    );
  else if (!isFloat(a.dtype))
    throw new DTypeError(
      `${name}: ${path} is ${longAval(a)}; derivatives need floating results. Use vjp, or return it as aux.`,
    );
}

/** @throws DTypeError for an argument that `jacfwd` is not taken with respect to */
export function requireForwardInput(name: string, path: string, a: Aval, { holomorphic }: Holomorphic): void {
  if (holomorphic) requireComplex(name, path, a);
  else if (isComplex(a.dtype))
    throw new DTypeError(
      `${name}: ${path} is ${longAval(a)}; forward Jacobians need real arguments. ${orHolomorphic.replace("%s", "jvp")}`,
    );
  else if (!isFloat(a.dtype))
    throw new DTypeError(
      `${name}: ${path} is ${longAval(a)}; derivatives need floating dtypes. Use astype, or choose other argnums.`,
    );
}

/** @throws DTypeError for what is not complex */
export function requireComplex(name: string, path: string, a: Aval): void {
  if (!isComplex(a.dtype))
    throw new DTypeError(
      `${name}: with holomorphic ${path} must be complex, got ${longAval(a)}. Use astype("complex64"), or leave the option out.`,
    );
}
