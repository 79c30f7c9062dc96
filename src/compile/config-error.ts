// An option that cannot be.
import { JortsError } from "../core/errors.ts";

/** A setting or option with a value that does not fit. */
export class ConfigError extends JortsError {}
