// Settings of the process, from the environment or set before first use.
import { nearestName } from "../../base/nearest.ts";
import { ConfigError } from "../core/errors.ts";
import { checkLeaks, leaksChecked } from "../core/leaks.ts";
import {
  type DotAlgorithmPreset,
  defaultPrecision,
  type PrecisionName,
  setDefaultPrecision,
} from "../ops/precision.ts";

const count = (name: string, text: string | undefined, otherwise: number): number => {
  if (text === undefined || text === "") return otherwise;
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new ConfigError(`${name} is "${text}", expected a positive whole number.`);
  return n;
};

const amount = (name: string, value: number): number => {
  if (!(value >= 0)) throw new ConfigError(`${name} is ${value}, expected a number that is not negative.`);
  return value;
};

const flag = (name: string): boolean => {
  const text = process.env[name] ?? "";
  if (!["", "0", "1", "true", "false"].includes(text))
    throw new ConfigError(`${name} is "${text}", expected 0, 1, true or false.`);
  return text === "1" || text === "true";
};

class Config {
  #platform: "cpu" | "cuda" | undefined;
  #numCpuDevices: number | undefined;
  #memoryFraction: number | undefined;
  #preallocate = false;
  #frozen = false;
  #maxCachedTraces = 256;
  #maxCachedPrograms = 4096;
  #persistentCacheMinCompileSecs = 1;
  #compilationCacheMaxBytes: number | undefined;
  /**
   * A directory into which every stage of every program is written (`JORTS_DUMP`): graph, StableHLO and optimised program
   * with the user's lines, memory and cost. `jorts hlo` reads them.
   */
  dumpDir: string | undefined = process.env.JORTS_DUMP || undefined;
  /** Bytes of live tensors beyond which a program that never disposes is stopped; half the machine's memory more is asked of none. */
  maxLiveBytes: number | undefined;

  /** Tells one line for each trace, lowering, compilation and load, with seconds (`JORTS_LOG_COMPILES`). As `jax_log_compiles`. */
  logCompiles: boolean = flag("JORTS_LOG_COMPILES");
  /** Says at each retrace or recompilation which part of the key changed (`JORTS_EXPLAIN_CACHE_MISSES`). As `jax_explain_cache_misses`. */
  explainCacheMisses: boolean = flag("JORTS_EXPLAIN_CACHE_MISSES");
  /**
   * Stops with a FloatingPointError where a result of a jitted function or an operation outside jit holds NaN; a jitted
   * function is then run again operation by operation to name the one (`JORTS_DEBUG_NANS`). As `jax_debug_nans`.
   */
  debugNans: boolean = flag("JORTS_DEBUG_NANS");
  /** The same for infinities (`JORTS_DEBUG_INFS`). As `jax_debug_infs`. */
  debugInfs: boolean = flag("JORTS_DEBUG_INFS");
  /**
   * Jitted functions run as plain functions, and loops and branches of `lax` as JavaScript's, so that values can be read
   * everywhere (`JORTS_DISABLE_JIT`). As `jax_disable_jit`.
   */
  disableJit: boolean = flag("JORTS_DISABLE_JIT");
  /**
   * A directory that keeps compiled programs between processes (`JORTS_COMPILATION_CACHE_DIR`); none by default. As
   * `jax_compilation_cache_dir`.
   */
  compilationCacheDir: string | undefined = process.env.JORTS_COMPILATION_CACHE_DIR || undefined;

  /**
   * The precision of products and convolutions that name none: a level such as `"highest"` or `"tensorfloat32"`, or the
   * name of a dot algorithm; undefined for the platform's own. Another value is another trace. As
   * `jax_default_matmul_precision`.
   */
  get defaultMatmulPrecision(): PrecisionName | DotAlgorithmPreset | undefined {
    return defaultPrecision();
  }
  set defaultMatmulPrecision(value: PrecisionName | DotAlgorithmPreset | undefined) {
    setDefaultPrecision(value);
  }

  /**
   * Stops with an UnexpectedTracerError at the end of a trace of a jitted or vmapped function or of a body of `lax` whose
   * tracers can still be reached, naming them (`JORTS_CHECK_TRACER_LEAKS`). Every trace then costs a collection of all
   * garbage. As `jax_check_tracer_leaks`. @throws ConfigError where the engine lacks `v8.queryObjects`
   */
  get checkTracerLeaks(): boolean {
    return leaksChecked();
  }
  set checkTracerLeaks(value: boolean) {
    checkLeaks(value);
  }

  /** Programs that XLA compiled faster than this are not written to the directory; 1 second by default. */
  get persistentCacheMinCompileSecs(): number {
    return this.#persistentCacheMinCompileSecs;
  }
  set persistentCacheMinCompileSecs(value: number) {
    this.#persistentCacheMinCompileSecs = amount("config.persistentCacheMinCompileSecs", value);
  }

  /** Bytes that the directory may take; beyond them the programs not used for longest go. No bound by default. */
  get compilationCacheMaxBytes(): number | undefined {
    return this.#compilationCacheMaxBytes;
  }
  set compilationCacheMaxBytes(value: number | undefined) {
    this.#compilationCacheMaxBytes = value === undefined ? undefined : amount("config.compilationCacheMaxBytes", value);
  }

  /** Traces kept for each function, 256 by default; a function's traces go when it does. */
  get maxCachedTraces(): number {
    return this.#maxCachedTraces;
  }
  set maxCachedTraces(value: number) {
    this.#maxCachedTraces = count("config.maxCachedTraces", String(value), 1);
  }

  /**
   * Compiled programs kept by all jitted functions together, and as many by operations outside jit; 4096 by default.
   * The ones not used for longest are dropped with the memory they hold, and are compiled again when called.
   */
  get maxCachedPrograms(): number {
    return this.#maxCachedPrograms;
  }
  set maxCachedPrograms(value: number) {
    this.#maxCachedPrograms = count("config.maxCachedPrograms", String(value), 1);
  }

  get platform(): "cpu" | "cuda" {
    const name = this.#platform ?? process.env.JORTS_PLATFORM ?? "cpu";
    if (name !== "cpu" && name !== "cuda") throw new ConfigError(`JORTS_PLATFORM is "${name}", expected cpu or cuda.`);
    return name;
  }
  set platform(value: "cpu" | "cuda") {
    this.#platform = value;
  }

  /** Virtual CPU devices; 1 unless asked (`JORTS_NUM_CPU_DEVICES`). @throws ConfigError when set after first use */
  get numCpuDevices(): number {
    return this.#numCpuDevices ?? count("JORTS_NUM_CPU_DEVICES", process.env.JORTS_NUM_CPU_DEVICES, 1);
  }
  set numCpuDevices(value: number) {
    this.#beforeUse("numCpuDevices", value === this.numCpuDevices);
    this.#numCpuDevices = count("config.numCpuDevices", String(value), 1);
  }

  /** GPU: share of each device's memory that may be taken, 0 to 1. */
  get memoryFraction(): number | undefined {
    return this.#memoryFraction;
  }
  set memoryFraction(value: number | undefined) {
    this.#beforeUse("memoryFraction", value === this.#memoryFraction);
    this.#memoryFraction = value;
  }

  /** GPU: take that share at once. */
  get preallocate(): boolean {
    return this.#preallocate;
  }
  set preallocate(value: boolean) {
    this.#beforeUse("preallocate", value === this.#preallocate);
    this.#preallocate = value;
  }

  /** Called when the devices have been opened. */
  freezeDevices(): void {
    this.#frozen = true;
  }

  #beforeUse(name: string, same: boolean): void {
    if (this.#frozen && !same)
      throw new ConfigError(
        `config.${name} was set after the devices had been opened; set it before the first tensor.`,
      );
  }
}

// A setting of another name walks up to here: an error, at no cost to those that exist.
Object.setPrototypeOf(
  Config.prototype,
  new Proxy(Object.prototype, {
    set(_target, name) {
      const near = nearestName(String(name), settingNames());
      throw new ConfigError(
        `config.${String(name)} is no setting.${near === null ? "" : ` Did you mean config.${near}?`} ` +
          `There are: ${settingNames().join(", ")}.`,
      );
    },
  }),
);

export const config: Config = new Config();
if (flag("JORTS_CHECK_TRACER_LEAKS")) config.checkTracerLeaks = true;

function settingNames(): string[] {
  const accessors = Object.entries(Object.getOwnPropertyDescriptors(Config.prototype)).filter(([, d]) => d.set);
  return [...Object.keys(config), ...accessors.map(([name]) => name)].sort();
}
