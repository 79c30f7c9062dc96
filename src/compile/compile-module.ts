// StableHLO text to a loaded executable: from the compilation cache, or by XLA.
import { editDistance, nearestName } from "../../base/nearest.ts";
import * as hlo from "../../hlo/data.ts";
import { type LoadedExecutable, PjrtError } from "../../runtime/index.ts";
import { ConfigError } from "../core/errors.ts";
import type { Device } from "../core/mesh.ts";
import { config } from "./config.ts";
import { counted } from "./counters.ts";
import { clientOf } from "./devices.ts";
import { dumpCompiled, dumpLowered, dumpText, type LoweredStages } from "./dump.ts";
import { loadCached, storeCompiled } from "./persistent.ts";
import { pluginOptions } from "./plugin-options.ts";

export interface CompileRequest {
  readonly name: string;
  readonly devices: readonly Device[];
  /** Where the text comes from: for dumps, and for the source lines of the compiler's message. */
  readonly stages?: LoweredStages;
}

/**
 * @throws ConfigError naming a compiler option that XLA does not know or cannot read; PjrtError, with the user's source
 * line where the compiler gave a location
 */
export function compileModule(text: string, options: Uint8Array, request: CompileRequest): LoadedExecutable {
  const { dumpDir } = config;
  return dumpDir === undefined ? compileText(text, options, request) : compileDumped(dumpDir);

  /** The stages are on the disk even if the compiler refuses; what it makes knows the user's lines. */
  function compileDumped(dir: string): LoadedExecutable {
    const { name, stages } = request;
    if (stages === undefined) {
      const files = dumpText(dir, name, text);
      const made = compileText(text, options, request);
      files.compiled(made);
      return made;
    }
    dumpLowered(dir, stages);
    const made = compileText(locatedText(stages), options, request);
    dumpCompiled(dir, stages, made);
    return made;
  }
}

const locatedText = ({ located }: LoweredStages): string => hlo.print(located(), { debugInfo: true });

function compileText(text: string, options: Uint8Array, request: CompileRequest): LoadedExecutable {
  const client = clientOf(request.devices);
  const cached = loadCached(client, text, options, request.name);
  return cached?.executable ?? compile();

  function compile(): LoadedExecutable {
    const start = performance.now();
    const made = counted("compiles", request.name, () => {
      try {
        return client.compile(text, options);
      } catch (error) {
        throw asConfigError(error, client.plugin.path) ?? withSource(error, options, request);
      }
    });
    if (cached !== undefined) storeCompiled(cached.key, made, (performance.now() - start) / 1000);
    return made;
  }
}

/** The optimised program as HLO text. */
export function optimizedText(executable: { optimizedProgram(): { code: Uint8Array } }): string {
  return hlo.printHlo(hlo.fromProto(executable.optimizedProgram().code));
}

/** XLA's refusal of a compiler option, as an error about that option; undefined for other errors. */
export function asConfigError(error: unknown, plugin: string): ConfigError | undefined {
  if (!(error instanceof PjrtError) || error.code !== "INVALID_ARGUMENT") return undefined;
  const unknown = /No such compile option: '([^']*)'/.exec(error.message)?.[1];
  if (unknown !== undefined) {
    const found = nearestName(unknown, pluginOptions(plugin));
    // Option names are long and share their beginnings: only a slip of the pen counts.
    const near = found !== null && editDistance(unknown, found) <= Math.max(2, unknown.length / 5) ? found : null;
    return new ConfigError(
      `compilerOptions: XLA has no option "${unknown}".${near === null ? "" : ` Did you mean "${near}"?`}`,
      { cause: error },
    );
  }
  const unread = /While setting option (\w+), (.*)/s.exec(error.message);
  if (unread === null) return undefined;
  return new ConfigError(`compilerOptions.${unread[1]}: ${unread[2]} Give a value of the option's own type.`, {
    cause: error,
  });
}

/** Compiles again with locations, so that the compiler's message names the user's lines. */
function withSource(error: unknown, options: Uint8Array, { devices, stages }: CompileRequest): unknown {
  if (!(error instanceof PjrtError) || error.code !== "INVALID_ARGUMENT" || stages === undefined) return error;
  try {
    clientOf(devices).compile(locatedText(stages), options).destroy();
    return error;
  } catch (second) {
    return second;
  }
}
