// What makes a check impossible.
import { JortsError } from "../../base/errors.ts";

/** There is nothing to check: a path that is not there, a project file that cannot be read. */
export class CheckProjectError extends JortsError {}
