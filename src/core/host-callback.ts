// Functions of the host that compiled programs call.
import type { Aval } from "./aval.ts";

/** A value as it crosses between a program and the host: its row-major bytes. */
export interface HostValue {
  readonly bytes: Uint8Array;
  readonly aval: Aval;
}

/** What an operation calls. Equal calls of one user function share the object, so that their programs are shared too. */
export class HostFunction {
  /** For messages: `debug.print`, `pureCallback(f)`. */
  readonly name: string;
  /** The bytes of results of these types. What it throws surfaces where the results are read. */
  readonly call: (operands: readonly HostValue[], results: readonly Aval[]) => readonly Uint8Array[];

  constructor(name: string, call: HostFunction["call"]) {
    this.name = name;
    this.call = call;
  }

  toString(): string {
    return this.name;
  }
}

let last = 0;

/** A host function with the types of one place that calls it. Programs name it by its number. */
export class HostCallback {
  readonly number: number = ++last;
  readonly name: string;
  readonly operands: number;
  /** Bytes of the operands in, of the results out. */
  readonly run: (operands: readonly Uint8Array[]) => readonly Uint8Array[];

  constructor(name: string, operands: number, run: HostCallback["run"]) {
    this.name = name;
    this.operands = operands;
    this.run = run;
  }
}
