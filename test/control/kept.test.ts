// checkpoint with `kept`: what a loop keeps for its backward pass lies in pieces, and comes together once a turn.
import { describe, expect, it } from "vitest";
import * as hlo from "../../hlo/index.ts";
import {
  checkpoint,
  devicePut,
  grad,
  jit,
  lax,
  type Mesh,
  makeMesh,
  NamedSharding,
  np,
  P,
  config as settings,
  type Tensor,
  vmap,
  withShardingConstraint,
} from "../../src/index.ts";

settings.numCpuDevices = 4;
const [layers, time, width] = [8, 64, 16];

/** Σ of x after `layers` turns of tanh(x·w), and its derivative by w [layers, width, width]. */
function derivative(mesh: Mesh, pieces: boolean) {
  const everywhere = (x: Tensor) => withShardingConstraint(x, new NamedSharding(mesh, P(null, null)));
  const kept = pieces ? [new NamedSharding(mesh, P("tensor", null)), null] : [];
  const layer = checkpoint((x: Tensor, w: Tensor): [Tensor, null] => [np.tanh(np.matmul(everywhere(x), w)), null], {
    preventCse: false,
    kept,
  });
  const run = (w: Tensor, x: Tensor) =>
    np.sum(lax.scan((c: Tensor, wi: Tensor) => layer(everywhere(c), wi), x, w)[0] as Tensor);
  return grad(run);
}

const weights = () => np.mul(np.reshape(np.sin(np.arange(layers * width * width)), [layers, width, width]), 0.4);
const input = () => np.reshape(np.cos(np.arange(time * width)), [time, width]);
const values = async (t: Tensor) => Array.from((await t.data()) as Float32Array);

describe("kept", () => {
  it("cuts what is kept and leaves the numbers as they are", async () => {
    const mesh = makeMesh([4], ["tensor"]);
    const whole = new NamedSharding(mesh, P());
    const [w, x] = [devicePut(weights(), whole), devicePut(input(), whole)];
    const compile = (pieces: boolean) => jit(derivative(mesh, pieces)).lower(w, x).compile();
    const [plain, cut] = [compile(false), compile(true)];
    const temporary = (c: typeof plain) => c.memoryAnalysis().tempSizeInBytes;
    // Three quarters of the kept layer inputs are gone.
    const saved = (3 / 4) * layers * time * width * 4;
    expect(temporary(plain) - temporary(cut)).toBeGreaterThan(0.9 * saved);
    const collectives = (c: typeof plain) =>
      Object.entries(hlo.hloCollectives(hlo.fromProto(c.executable.optimizedProgram().code)));
    expect(collectives(plain)).toEqual([]);
    expect(collectives(cut).map(([kind, { count }]) => [kind, count])).toEqual([["all-gather", 1]]);
    const [a, b] = [await values(plain.call(w, x) as Tensor), await values(cut.call(w, x) as Tensor)];
    expect(Math.max(...a.map((v, i) => Math.abs(v - b[i]!)))).toBeLessThan(1e-5);
  });

  it("goes with a batch", async () => {
    const mesh = makeMesh([4], ["tensor"]);
    const f = derivative(mesh, true);
    const xs = np.stack([input(), np.mul(input(), 2)]);
    const together = jit(vmap(f, { inAxes: [null, 0] }))(weights(), xs) as Tensor;
    const each = [input(), np.mul(input(), 2)].map((x) => jit(f)(weights(), x) as Tensor);
    const [a, b] = [await values(together), (await Promise.all(each.map(values))).flat()];
    expect(Math.max(...a.map((v, i) => Math.abs(v - b[i]!)))).toBeLessThan(1e-4);
  });
});
