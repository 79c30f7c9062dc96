// Small programs run over the public API.
import { checkpoint } from "../../lib/checkpoint.ts";
import { customJvp, customVjp } from "../../lib/custom.ts";
import { jvp, vjp } from "../../lib/grad.ts";
import { jit } from "../../lib/jit.ts";
import * as lax from "../../lib/lax.ts";
import * as nn from "../../lib/nn.ts";
import * as np from "../../lib/np.ts";
import type { Tensor } from "../../lib/tensor.ts";
import { vmap } from "../../lib/vmap.ts";
import { CheckError } from "../close.ts";
import type { Argument, Block } from "./types.ts";

type Function = (...args: never[]) => unknown;
type TensorFunction = (...args: Tensor[]) => unknown;

const withJvpRule = (f: TensorFunction): TensorFunction =>
  customJvp(f).defjvp((primals: Tensor[], tangents: Tensor[]) => jvp(f, primals, tangents));

const withVjpRule = (f: TensorFunction): TensorFunction =>
  customVjp(f).defvjp(
    (...xs: Tensor[]) => [f(...xs), xs],
    (xs: Tensor[], ct: unknown) => vjp(f, ...xs)[1](ct as never),
  );

const spaces: Readonly<Record<string, object>> = { np, lax, nn };
const calls: Readonly<Record<string, Function>> = { jit, vmap, checkpoint, withJvpRule, withVjpRule };

/** The function that a program calls `name`. @throws CheckError if there is none */
function named(name: string): Function {
  const [space, member] = name.split(".") as [string, string | undefined];
  const found = member === undefined ? calls[space] : (spaces[space] as Record<string, Function> | undefined)?.[member];
  if (found === undefined) throw new CheckError(`A program calls ${name}, which jorts has not.`);
  return found;
}

type Environment = ReadonlyMap<string, unknown>;

/** `block` as a function. */
export function runBlock(block: Block, outer: Environment = new Map()): TensorFunction {
  return (...inputs) => {
    const values = new Map(outer);
    block.params.forEach((p, i) => {
      values.set(p.name, inputs[i]);
    });
    for (const { call, args, appliedTo, results } of block.body) {
      const first = named(call)(...(args.map((a) => evaluate(a, values)) as never[]));
      const out =
        appliedTo === undefined
          ? first
          : (first as Function)(...(appliedTo.map((a) => evaluate(a, values)) as never[]));
      results.forEach((r, i) => {
        values.set(r.name, results.length === 1 ? out : (out as readonly unknown[])[i]);
      });
    }
    return evaluate(block.returns, values);
  };
}

function evaluate(a: Argument, values: Environment): unknown {
  if (typeof a !== "object" || a === null) return a;
  if (Array.isArray(a)) return a.map((x) => evaluate(x, values));
  if ("ref" in a) return values.get(a.ref);
  if ("block" in a) return runBlock(a.block, values);
  const { options } = a as { options: Readonly<Record<string, Argument>> };
  return Object.fromEntries(Object.entries(options).map(([k, v]) => [k, evaluate(v, values)]));
}
