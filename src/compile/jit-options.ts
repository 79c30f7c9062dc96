// What a user may say of a jitted function, and what of it the compiler is told.
import type { Sharding } from "../core/mesh.ts";
import { leafPaths } from "../core/tree.ts";
import type { BuildOptions, OptionValue } from "./build.ts";
import type { StagedGraph } from "./stage.ts";

export interface JitOptions {
  /**
   * Positions of arguments that are part of the program rather than its data; negative ones count from the end. Equal
   * values share a program: primitives by type and value (1, 1n and true differ, NaN equals itself, 0 and -0 differ),
   * frozen arrays and plain objects by value, functions and instances of classes by identity.
   */
  readonly staticArgnums?: number | readonly number[];
  /** Positions of arguments whose memory the results may take; they are deleted by the call. */
  readonly donateArgnums?: number | readonly number[];
  /** A tree prefix of the arguments; null leaves a leaf where it lies. */
  readonly inShardings?: unknown;
  /** A tree prefix of the result; null leaves it to the compiler. */
  readonly outShardings?: unknown;
  /** Keeps arguments that the program does not use. */
  readonly keepUnused?: boolean;
  /**
   * XLA options by name. Only of the outermost jit: refused inside another one, in bodies of `lax` and in reverse mode;
   * under vmap, jvp and linearTranspose alone the function is a program of its own, with its options.
   */
  readonly compilerOptions?: Readonly<Record<string, OptionValue>>;
  /** Inside another trace, records the equations themselves instead of a call. */
  readonly inline?: boolean;
}

/** Shardings of a program's arguments, without what it closed over, and of its results; null is not decided. */
export interface AskedShardings {
  readonly ins: readonly (Sharding | null)[];
  readonly outs: readonly (Sharding | null)[];
}

/** `captured` are the places of what the function closed over; `donated`, positions among the dynamic arguments. */
export function buildOptions(
  name: string,
  options: JitOptions,
  staged: StagedGraph,
  captured: readonly (Sharding | null)[],
  asked: AskedShardings,
  devices: BuildOptions["devices"],
  donated: ReadonlySet<number>,
): BuildOptions {
  const { inDef } = staged;
  const taken = inDef.kind === "array" ? inDef.children.flatMap((d, i) => leafPaths(d).map(() => donated.has(i))) : [];
  return {
    name,
    devices,
    inShardings: [...captured, ...asked.ins],
    outShardings: asked.outs,
    donated: [...captured.map(() => false), ...taken],
    resultInfo: leafPaths(staged.outDef, "result"),
    keepUnused: options.keepUnused ?? false,
    ...(options.compilerOptions ? { compilerOptions: options.compilerOptions } : {}),
  };
}
