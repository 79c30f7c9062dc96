// Ctrl-C: the first one asks the work to stop at a good place, the second one ends the process at once.
import { exitCodes } from "./failure.ts";

export interface Interrupt {
  readonly signal: AbortSignal;
  /** 130 or 143 after a signal, as shells have it. */
  exitCode(): number;
  /** Gives the signals back to Node. */
  [Symbol.dispose](): void;
}

/** Listens to SIGINT and SIGTERM; `onFirst` tells the user what happens now. */
export function catchInterrupt(onFirst: (name: string) => void): Interrupt {
  const controller = new AbortController();
  let name: "SIGINT" | "SIGTERM" = "SIGINT";
  const release = () => {
    process.removeListener("SIGINT", handle);
    process.removeListener("SIGTERM", handle);
  };
  // Without a listener the system's own action is back: it works even while native code keeps the thread busy.
  const handle = (signal: "SIGINT" | "SIGTERM") => {
    release();
    name = signal;
    controller.abort(signal);
    onFirst(signal);
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    signal: controller.signal,
    exitCode: () => (name === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated),
    [Symbol.dispose]: release,
  };
}
