// How a recorded program is written: `//! JC101 JC102` ends a line with findings, in the order of their columns.

export interface Case {
  readonly name: string;
  /** One module, or several by file name. */
  readonly source: string | Readonly<Record<string, string>>;
}

/** Programs by name; one without `import` gets all of jorts. */
export const cases = (programs: Readonly<Record<string, Case["source"]>>): Case[] =>
  Object.entries(programs).map(([name, source]) => ({ name, source }));

export const prelude =
  "import { checkpoint, customJvp, customVjp, debug, devicePut, evalShape, grad, hessian, ioCallback, jacfwd, jit, jvp, lax, " +
  "linearize, linearTranspose, makeJaxpr, makeMesh, nn, np, optim, P, pureCallback, random, scope, ShapeDtypeStruct, " +
  'shardMap, type Tensor, tree, valueAndGrad, vjp, vmap } from "jorts";\n';

/** `line code` for each mark of a module, lines counted from 1. */
export function expected(source: string): string[] {
  return source.split("\n").flatMap(
    (line, i) =>
      /\/\/! ([\w ]+)$/
        .exec(line)?.[1]
        ?.split(" ")
        .map((code) => `${i + 1} ${code}`) ?? [],
  );
}
