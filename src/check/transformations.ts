// What jorts does with the functions that it is given.

export interface Transformation {
  /** Positions of the functions among the arguments; an array of functions may stand there. */
  readonly functions: readonly number[];
  /** Whether values are known while the function runs, as under grad outside jit, so that host reads are legal. */
  readonly values: "known" | "unknown";
  /** Which parameters declared as numbers are tensors inside. */
  readonly numbers: "all" | "argnums" | "none";
  /** The result takes the arguments of the function. */
  readonly wraps: boolean;
  /** The function runs once for many calls of the result. */
  readonly cached?: boolean;
  /** Option that names positions of arguments passed on as they are. */
  readonly statics?: "staticArgnums" | "nondiffArgnums";
}

const wrapping = (
  values: Transformation["values"],
  numbers: Transformation["numbers"],
  more: Partial<Transformation> = {},
): Transformation => ({ functions: [0], values, numbers, wraps: true, ...more });

const body = (...functions: number[]): Transformation => ({
  functions,
  values: "unknown",
  numbers: "all",
  wraps: false,
});

const differentiating = wrapping("known", "argnums");
const atPrimals: Transformation = { functions: [0], values: "known", numbers: "all", wraps: false };

/** By the public name of the function that transforms. */
export const transformations: Readonly<Record<string, Transformation>> = {
  jit: wrapping("unknown", "all", { cached: true, statics: "staticArgnums" }),
  makeJaxpr: wrapping("unknown", "all", { statics: "staticArgnums" }),
  exportJit: wrapping("unknown", "all"),
  evalShape: body(0),
  grad: differentiating,
  valueAndGrad: differentiating,
  jacfwd: differentiating,
  jacrev: differentiating,
  hessian: differentiating,
  jvp: atPrimals,
  vjp: atPrimals,
  linearize: atPrimals,
  linearTranspose: body(0),
  vmap: wrapping("unknown", "none"),
  checkpoint: wrapping("unknown", "all"),
  customVjp: wrapping("unknown", "all", { statics: "nondiffArgnums" }),
  customJvp: wrapping("unknown", "all", { statics: "nondiffArgnums" }),
  shardMap: wrapping("unknown", "all"),
  "lax.scan": body(0),
  "lax.cond": body(1, 2),
  "lax.switch": body(1),
  "lax.whileLoop": body(0, 1),
  "lax.foriLoop": body(2),
  "lax.map": body(0),
  "lax.associativeScan": body(0),
  "lax.reduce": body(2),
  "lax.reduceWindow": body(2),
  "np.vectorize": wrapping("unknown", "none"),
  "np.applyAlongAxis": body(0),
  "np.fromfunction": body(0),
  "testing.checkGrads": atPrimals,
  "testing.checkJit": body(0),
  "testing.checkVmap": body(0),
  "testing.checkSharded": body(0),
};

/** Methods by which customVjp and customJvp take rules: fwd and bwd; the rule. */
export const ruleMethods: ReadonlySet<string> = new Set(["defvjp", "defjvp"]);

/** Their functions run on the host, with concrete tensors. */
export const hostCallbacks: ReadonlySet<string> = new Set(["pureCallback", "ioCallback", "debug.callback"]);

const lastName = (name: string): string => name.split(".").at(-1)!;
/** Last names of what transforms, and of what takes rules. */
export const transformingNames: ReadonlySet<string> = new Set([
  ...Object.keys(transformations).map(lastName),
  ...ruleMethods,
]);
export const callbackNames: ReadonlySet<string> = new Set([...hostCallbacks].map(lastName));
