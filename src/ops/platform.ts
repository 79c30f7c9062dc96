// Which of several platforms a program is lowered for.
import { avalOf } from "../core/aval.ts";
import { ConfigError } from "../core/errors.ts";
import { typeOf } from "../core/lowering.ts";
import { defineOp, type Op } from "../core/op.ts";
import type { Tensor } from "../core/tensor.ts";
import { bind1 } from "../core/trace.ts";

export interface PlatformParams {
  /** `cpu`, `cuda`; an empty name stands for any other. */
  readonly platforms: readonly string[];
}

/** The number of the platform that the program is lowered for: a constant of each lowered program. */
export const platformIndexOp: Op<PlatformParams, readonly []> = defineOp({
  name: "platform_index",
  shape: () => [avalOf([], "int32")],
  derivative: [],
  transpose: null,
  batch: ({ params }) => ({ results: [bind1(platformIndexOp, [], params)], dims: [null] }),
  effect: "none",
  cost: "cheap",
  lower: (c, _operands, { platforms }) => {
    const own = platforms.indexOf(c.platform);
    const index = own < 0 ? platforms.indexOf("") : own;
    if (index < 0)
      throw new ConfigError(
        `platform_index: got the platform ${c.platform}, expected one of ${platforms.join(", ")}. Add a default.`,
      );
    return [c.constant(typeOf(c.results[0]!), index)];
  },
});
export const platformIndex = (platforms: readonly string[]): Tensor => bind1(platformIndexOp, [], { platforms });
