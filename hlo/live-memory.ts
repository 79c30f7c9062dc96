// The memory of a StableHLO program over its steps, with the values alive at the peak and the lines that made them.
import { MemoryRun } from "./memory-run.ts";
import type { Func, Module, Operation } from "./module.ts";
import type { MemoryProfile } from "./timeline.ts";
import { calledNames, calleesFirst, entryOf, requireShallow, visitOperations } from "./walk.ts";

export interface LiveMemoryOptions<Op = Operation> {
  /** Steps beyond which calls are folded into one step each; 50,000 by default. */
  readonly maxSteps?: number;
  /** Told the operation of each step, in the order of `points`. */
  readonly onStep?: (operation: Op) => void;
}

/** For each function, what a call of it takes at its peak beside its arguments and results; callees first. */
function insides(module: Module, funcs: ReadonlyMap<string, Func>): (name: string) => number {
  let known: Map<string, number> | undefined;
  return (name) => {
    if (known === undefined) {
      known = new Map();
      const callees = (of: string) => {
        const found = new Set<string>();
        visitOperations(funcs.get(of)!.body, (op) => {
          for (const callee of calledNames(op)) if (funcs.has(callee)) found.add(callee);
        });
        return [...found];
      };
      for (const each of calleesFirst([...funcs.keys()], callees)) {
        const func = funcs.get(each)!;
        const runner = new MemoryRun(module, funcs, 0, (callee) => known!.get(callee) ?? 0);
        const { argumentBytes, outputBytes, peakBytes } = runner.entry({ ...func, argAttributes: [] });
        known.set(each, Math.max(0, peakBytes - argumentBytes - outputBytes));
      }
    }
    return known.get(name) ?? 0;
  };
}

/**
 * The memory that a program holds at each of its steps, if it runs in the order of its text and frees each value after
 * its last use. Views take nothing (`reshape`, a `bitcast_convert` of equal size, `optimization_barrier`, Shardy's
 * annotations); a loop's carried values and `dynamic_update_slice` work in place where nobody else needs the value; a
 * splat constant counts as one element; arguments are held to the end unless they are donated (`tf.aliasing_output`,
 * `jax.buffer_donor`). Calls and the bodies of loops are followed, each body once. Bytes are those of all devices
 * together, a replicated value once. The compiler fuses and orders otherwise: the figure is that of the program as
 * written; `hloLiveMemory` is that of the compiled one.
 * @throws HloModuleError where there is no function to run, for recursion, and for values that are not defined
 */
export function liveMemory(module: Module, { maxSteps = 50_000, onStep }: LiveMemoryOptions = {}): MemoryProfile {
  requireShallow(module);
  const funcs = new Map(module.funcs.map((func) => [func.name, func]));
  return new MemoryRun(module, funcs, maxSteps, insides(module, funcs), onStep).entry(entryOf(module));
}
