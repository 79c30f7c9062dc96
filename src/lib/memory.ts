// The lifetime of device memory, as users see it.
import { liveBuffers as runtimeLive } from "../compile/door.ts";
import { withScope } from "../compile/storage.ts";
import { Tensor } from "../core/tensor.ts";

/** Device buffers alive in this process, and their bytes. */
export function liveBuffers(): { readonly count: number; readonly bytes: number } {
  return runtimeLive();
}

/** Frees every tensor made while `body` runs, except those in its result. */
export function scope<R>(body: () => R): R {
  return withScope(body, reachable);
}

/** Tensors inside any nest of arrays, objects and residual-holding functions. */
function reachable(result: unknown): ReadonlySet<object> {
  const found = new Set<object>();
  const seen = new Set<unknown>();
  const pending: unknown[] = [result];
  while (pending.length > 0) {
    const value = pending.pop();
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Tensor) found.add(value);
    else if (typeof value === "function") pending.push(...((value as { held?: readonly unknown[] }).held ?? []));
    else if (!ArrayBuffer.isView(value)) pending.push(...Object.values(value));
  }
  return found;
}
