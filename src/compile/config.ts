// Settings of the process, from the environment or set before first use.
import { ConfigError } from "../core/errors.ts";

const count = (name: string, text: string | undefined, otherwise: number): number => {
  if (text === undefined || text === "") return otherwise;
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new ConfigError(`${name} is "${text}", expected a positive whole number.`);
  return n;
};

class Config {
  #platform: "cpu" | "cuda" | undefined;
  #numCpuDevices: number | undefined;
  #memoryFraction: number | undefined;
  #preallocate = false;
  #frozen = false;
  /** A directory into which every compiled program is written, before and after optimisation. */
  dumpHlo: string | undefined = process.env.JORTS_DUMP || undefined;
  /** Bytes of live tensors beyond which a program that never disposes is stopped; half the machine's memory more is asked of none. */
  maxLiveBytes: number | undefined;

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

export const config = new Config();
