// scan as StableHLO: a while loop over a private body function, slices read and results written in place.
import { attr } from "../../hlo/attributes.ts";
import type { Value } from "../../hlo/module.ts";
import { withShape } from "../core/aval.ts";
import { type LoweringContext, typeOf } from "../core/lowering.ts";
import { zeroOf } from "../ops/literal.ts";
import { parts, type ScanParams } from "./scan.ts";

const index = typeOf({ shape: [], dtype: "int32" });

export function lowerScan(c: LoweringContext, operands: readonly Value[], p: ScanParams): Value[] {
  const { consts, carries, xs } = parts(operands, p);
  const stacked = c.results.slice(p.carries);
  const buffers = stacked.map((a) => c.constant(typeOf({ shape: [], dtype: a.dtype }), zeroOf(a.dtype)));
  const ys = stacked.map((a, i) =>
    c.one("stablehlo.broadcast_in_dim", [buffers[i]!], typeOf(a), { broadcast_dimensions: attr.i64s([]) }),
  );
  const xAvals = parts(c.operands, p).xs;
  const turn = (i: Value, loopConsts: readonly Value[], state: readonly Value[], loopXs: readonly Value[]) => {
    const at = p.reverse ? c.one("stablehlo.subtract", [c.constant(index, p.length - 1), i], index) : i;
    const slices = loopXs.map((x, k) => {
      const a = xAvals[k]!;
      const sizes = [1, ...a.shape.slice(1)];
      const zeros = sizes.slice(1).map(() => c.constant(index, 0));
      const slice = c.one("stablehlo.dynamic_slice", [x, at, ...zeros], typeOf(withShape(a, sizes)), {
        slice_sizes: attr.i64s(sizes),
      });
      return c.one("stablehlo.reshape", [slice], typeOf(withShape(a, a.shape.slice(1))));
    });
    const outs = c.call(p.body, [...loopConsts, ...state.slice(0, p.carries), ...slices]);
    const written = outs.slice(p.carries).map((y, k) => {
      const a = stacked[k]!;
      const row = c.one("stablehlo.reshape", [y], typeOf(withShape(a, [1, ...a.shape.slice(1)])));
      const zeros = a.shape.slice(1).map(() => c.constant(index, 0));
      return c.one("stablehlo.dynamic_update_slice", [state[p.carries + k]!, row, at, ...zeros], typeOf(a));
    });
    return [...outs.slice(0, p.carries), ...written];
  };

  const unroll = Math.min(p.unroll, p.length);
  const looped = unroll === 0 ? 0 : Math.floor(p.length / unroll) * unroll;
  let state: Value[] = [...carries, ...ys];
  if (looped === unroll) {
    for (let i = 0; i < looped; i++) state = turn(c.constant(index, i), consts, state, xs);
  } else {
    const all = [c.constant(index, 0), ...consts, ...state, ...xs];
    const condition = (i: Value | undefined) =>
      c.one("stablehlo.compare", [i!, c.constant(index, looped)], typeOf({ shape: [], dtype: "bool" }), {
        comparison_direction: attr.enum("comparison_direction", "LT"),
        compare_type: attr.enum("comparison_type", "SIGNED"),
      });
    const body = (i: Value | undefined, ...rest: Value[]) => {
      const loopConsts = rest.slice(0, p.consts);
      const loopXs = rest.slice(p.consts + state.length);
      let inner = rest.slice(p.consts, p.consts + state.length);
      let at = i!;
      for (let k = 0; k < unroll; k++) {
        inner = turn(at, loopConsts, inner, loopXs);
        at = c.one("stablehlo.add", [at, c.constant(index, 1)], index);
      }
      return [at, ...loopConsts, ...inner, ...loopXs];
    };
    const results = c.loop([p.body], all, condition, body);
    state = results.slice(1 + p.consts, 1 + p.consts + state.length);
  }
  for (let i = looped; i < p.length; i++) state = turn(c.constant(index, i), consts, state, xs);
  return state;
}
