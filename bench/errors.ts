// The error of the benches.
import { JortsError } from "../base/errors.ts";

/** A bench could not be set up or measured; the message says what was got and what to do. */
export class BenchError extends JortsError {}
