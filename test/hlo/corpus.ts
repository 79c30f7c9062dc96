// The recorded programs of test/fixtures/hlo: StableHLO as JAX prints it, with inputs and results.
import { readFileSync } from "node:fs";
import { decode, type EncodedTensor, type FixtureTensor, fixturePath } from "../fixtures.ts";

/** What `test/reference/jax_hlo_corpus.py` writes for one program. */
interface RecordedProgram {
  readonly name: string;
  readonly devices: number;
  readonly forms: readonly ("generic" | "debug")[];
  readonly counts: Readonly<Record<string, number>>;
  /** Why the text alone cannot be run; then there are no inputs and outputs. */
  readonly textOnly?: string;
  readonly inputs?: readonly (readonly EncodedTensor[])[];
  readonly outputs?: readonly (readonly EncodedTensor[])[];
}

/** What each device holds: [device][position among the arguments or results of the main function]. */
export type DeviceTensors = readonly (readonly FixtureTensor[])[];

/** One program. Texts and tensors are read when they are asked for. */
export class CorpusProgram {
  readonly name: string;
  /** Devices that the program is partitioned over: 1 or 8. */
  readonly devices: number;
  /** Why the text alone cannot be run (a callback, a custom call, symbolic shapes, …), undefined where it can. */
  readonly textOnly: string | undefined;
  /** Operations within functions by full name, nested regions and terminators included, as MLIR's own module counts. */
  readonly opCounts: Readonly<Record<string, number>>;
  readonly #recorded: RecordedProgram;

  constructor(recorded: RecordedProgram) {
    this.name = recorded.name;
    this.devices = recorded.devices;
    this.textOnly = recorded.textOnly;
    this.opCounts = recorded.counts;
    this.#recorded = recorded;
  }

  /** Whether the text runs on CPU devices by itself; then `inputs` and `outputs` are there. */
  get runnable(): boolean {
    return this.textOnly === undefined;
  }

  /** The text that JAX prints. */
  get pretty(): string {
    return read(`${this.name}.mlir`);
  }

  /** The same module in MLIR's generic form, where it is recorded. */
  get generic(): string | undefined {
    return this.#recorded.forms.includes("generic") ? read(`${this.name}.generic.mlir`) : undefined;
  }

  /** The pretty text with locations, where it is recorded; every file is `program.py`. */
  get debug(): string | undefined {
    return this.#recorded.forms.includes("debug") ? read(`${this.name}.debug.mlir`) : undefined;
  }

  /** Every recorded text by its form. */
  get texts(): Readonly<Record<string, string>> {
    const { pretty, generic, debug } = this;
    return { pretty, ...(generic === undefined ? {} : { generic }), ...(debug === undefined ? {} : { debug }) };
  }

  /** Empty for programs that are text only. */
  get inputs(): DeviceTensors {
    return decoded(this.#recorded.inputs);
  }

  /** What JAX's CPU backend gave; empty for programs that are text only. */
  get outputs(): DeviceTensors {
    return decoded(this.#recorded.outputs);
  }
}

const read = (file: string): string => readFileSync(fixturePath(`hlo/jax/${file}`), "utf8");

const decoded = (tensors: readonly (readonly EncodedTensor[])[] = []): DeviceTensors =>
  tensors.map((held) => held.map(decode));

let programs: readonly CorpusProgram[] | undefined;

/** All programs, by name. */
export function corpus(): readonly CorpusProgram[] {
  if (programs === undefined) {
    const index = JSON.parse(readFileSync(fixturePath("hlo/jax.json"), "utf8")) as { programs: RecordedProgram[] };
    programs = index.programs.map((recorded) => new CorpusProgram(recorded));
  }
  return programs;
}
