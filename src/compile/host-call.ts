// Calls of the host inside a program: how they are spelled, and the functions behind them.
import { type Attribute, type Attributes, attr } from "../../hlo/attributes.ts";
import type { TensorType } from "../../hlo/types.ts";
import { type HostFunction, holdHostFunction, hostCallTarget, type LoadedExecutable } from "../../runtime/index.ts";
import { JortsError, ShardingError } from "../core/errors.ts";
import type { HostCallback } from "../core/host-callback.ts";
import { typeOf } from "../core/lowering.ts";
import type { Effect } from "../core/op.ts";
import { outsideTraces } from "../core/trace.ts";
import { duringHostCall, failHostRun } from "./pending.ts";

/**
 * The order of host calls is a dependence like any other: each takes the number that the one before it made. XLA's own
 * tokens would say the same, but cannot be arguments of a program.
 */
export const tokenType: TensorType = typeOf({ shape: [], dtype: "uint32" });

/** @throws JortsError where programs cannot call the host; ShardingError for an order over several devices, as JAX */
export function requireHost(callback: HostCallback, platform: string, partitions: number, effect: Effect): void {
  if (platform !== "cpu")
    throw new JortsError(
      `${callback.name}: programs for ${platform} cannot call the host; only CPU programs can. Leave the callback out, or ` +
        'run this function on CPU (JORTS_PLATFORM="cpu").',
    );
  if (effect === "ordered" && partitions > 1)
    throw new ShardingError(
      `${callback.name}: ordered effects are not supported for more than 1 device, got ${partitions}. Leave out ordered.`,
    );
}

export const hostCallAttributes = (callback: HostCallback, effect: Effect): Attributes => ({
  call_target_name: attr.string(hostCallTarget),
  has_side_effect: attr.bool(effect !== "none"),
  api_version: attr.i32(4),
  backend_config: attr.dictionary({ callback: attr.i64(callback.number) }),
});

/** The sharding of results that one device makes; a call without results needs one too. */
export const maximalShardings = (mesh: string, results: readonly TensorType[]): Attribute => ({
  kind: "shardingPerValue",
  shardings: (results.length === 0 ? [null] : results).map(() => ({
    kind: "sharding",
    mesh,
    dimensions: [],
    replicated: [],
  })),
});

const hostFunction =
  ({ number, operands, run }: HostCallback): HostFunction =>
  (call) => {
    try {
      const values = Array.from({ length: operands }, (_, i) => call.read(i));
      const results = duringHostCall(() => outsideTraces(() => run(values)));
      results.forEach((bytes, i) => {
        call.write(i, bytes);
      });
      // What follows is the token of an ordered call.
      if (call.results.length > results.length) call.write(results.length, call.read(operands));
    } catch (reason) {
      if (!failHostRun(number, reason)) throw reason;
      call.results.forEach((r, i) => {
        call.write(i, new Uint8Array(r.byteLength));
      });
    }
  };

/** Lets a program call these until it is destroyed and its last run is over. */
export function attachHostCallbacks(executable: LoadedExecutable, callbacks: readonly HostCallback[]): void {
  for (const c of callbacks) {
    holdHostFunction(c.number, hostFunction(c));
    executable.hostFunctions.push(c.number);
  }
}
