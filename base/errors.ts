// The root of every error that jorts throws on purpose.

/** Base class of all jorts errors. `name` is the class's own name. */
export class JortsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
