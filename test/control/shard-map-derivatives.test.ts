// Derivatives through shardMap against those of the whole function, and what their programs send.
import {
  checkpoint,
  customVjp,
  grad,
  hessian,
  jit,
  jvp,
  lax,
  linearize,
  np,
  P,
  scope,
  shardMap,
  type Tensor,
  vjp,
} from "jorts";
import { describe, expect, it } from "vitest";

import { mesh, near, wave } from "./shard-map-tools.ts";

/** The same function of whole values, and of pieces over the mesh. */
interface Pair {
  readonly whole: (w: Tensor, x: Tensor) => Tensor;
  readonly pieces: (w: Tensor, x: Tensor) => Tensor;
}

const layer = (checkVma: boolean): Pair => ({
  whole: (w, x) => {
    const y = np.tanh(np.matmul(x, w));
    const mean = np.mean(np.square(y));
    return np.mul(np.sum(y, 1), mean);
  },
  pieces: shardMap(
    (w: Tensor, x: Tensor) => {
      const y = np.tanh(np.matmul(x, w));
      const mean = lax.pmean(np.mean(np.square(y)), ["data", "model"]);
      return np.mul(lax.psum(np.sum(y, 1), "model"), mean);
    },
    { mesh, inSpecs: [P(null, "model"), P("data")], outSpecs: P("data"), checkVma },
  ),
});
/** The weight is the same everywhere; the loss is a sum over all devices; residuals of every rank. */
const shared = (checkVma: boolean): Pair => ({
  whole: (w, x) => np.sum(np.sin(np.matmul(x, np.mul(w, np.sum(w))))),
  pieces: shardMap(
    (w: Tensor, x: Tensor) => lax.psum(np.sum(np.sin(np.matmul(x, np.mul(w, np.sum(w))))), ["data", "model"]),
    { mesh, inSpecs: [P(), P(["data", "model"])], outSpecs: P(), checkVma },
  ),
});
/** What is gathered, exchanged and scattered again. */
const moved = (checkVma: boolean): Pair => ({
  whole: (w, x) => np.matmul(np.matmul(x, np.sin(w)), w.T),
  pieces: shardMap(
    (w: Tensor, x: Tensor) => {
      const all = lax.allGather(w, "model", { axis: 1, tiled: true });
      const y = np.matmul(lax.allGather(x, "model", { axis: 0, tiled: true }), np.sin(all));
      const mine = lax.psumScatter(np.div(np.matmul(y, all.T), 4), "model", { tiled: true });
      return lax.ppermute(lax.ppermute(mine, "model", ring(1)), "model", ring(3));
    },
    { mesh, inSpecs: [P(null, "model"), P("model")], outSpecs: P("model"), checkVma },
  ),
});
const ring = (by: number) => [0, 1, 2, 3].map((i) => [i, (i + by) % 4] as const);
/** A loop inside, with a carry that varies from the second turn on. */
const looped = (checkVma: boolean): Pair => ({
  whole: (w, x) => {
    let [c, s] = [np.zeros([8]), np.array(0)];
    for (let k = 0; k < 3; k++) {
      c = np.sin(np.add(np.matmul(x, w.at(k)), c));
      s = np.add(s, np.sum(np.mul(c, c)));
    }
    return s;
  },
  pieces: shardMap(
    (w: Tensor, x: Tensor) => {
      const [[, s]] = lax.scan(
        ([c, total]: readonly [Tensor, Tensor], row: Tensor) => {
          const next = np.sin(np.add(np.matmul(x, row), c));
          return [[next, np.add(total, lax.psum(np.sum(np.mul(next, next)), ["data", "model"]))], null];
        },
        [np.zeros([1]), np.array(0)] as const,
        w,
      );
      return s;
    },
    { mesh, inSpecs: [P(), P(["data", "model"])], outSpecs: P(), checkVma },
  ),
});

describe.each([true, false])("derivatives with checkVma %s agree with the whole function", (checkVma) => {
  const pairs = { layer, shared, moved, looped };
  it.each(Object.keys(pairs) as (keyof typeof pairs)[])("%s", (name) => {
    const { whole, pieces } = pairs[name](checkVma);
    scope(() => {
      const w = np.mul(wave(name === "looped" ? [3, 8] : [8, 8]), 0.5);
      const x = wave([8, 8], 3);
      const [dw, dx] = [wave(w.shape, 5), wave(x.shape, 7)];
      const both = jit((a: Tensor, b: Tensor) =>
        [whole, pieces].map((f) => {
          const loss = (v: Tensor, y: Tensor) => np.sum(np.mul(f(v, y), np.cos(f(v, y))));
          return { out: f(a, b), grads: grad(loss, { argnums: [0, 1] })(a, b), tangent: jvp(f, [a, b], [dw, dx])[1] };
        }),
      );
      const [want, got] = both(w, x);
      near(got!.out, want!.out, 4);
      near(got!.grads[0], want!.grads[0], 3);
      near(got!.grads[1], want!.grads[1], 3);
      near(got!.tangent, want!.tangent, 3);
    });
  });

  it("outside jit: grad, vjp, linearize and a second derivative", () => {
    const { whole, pieces } = shared(checkVma);
    scope(() => {
      const [w, x] = [np.mul(wave([3]), 0.5), wave([8, 3], 3)];
      near(grad(pieces)(w, x), grad(whole)(w, x), 4);
      const [out, pull] = vjp(pieces, w, x);
      near(out, whole(w, x), 4);
      near(pull(np.array(2))[1], np.mul(grad(whole, { argnums: 1 })(w, x), 2), 4);
      const [, push] = linearize((a: Tensor) => pieces(a, x), w);
      near(push(np.ones([3])), np.sum(grad(whole)(w, x)), 4);
      const [got, want] = [pieces, whole].map((f) => jit(hessian((a: Tensor) => f(a, x)))(w) as Tensor);
      near(got!, want!, 3);
      pull.dispose();
      push.dispose();
    });
  });

  it("through checkpoint, customVjp and an inner jit", () => {
    const scaled = customVjp((x: Tensor) => np.mul(x, 3)).defvjp(
      (x: Tensor) => [np.mul(x, 3), null],
      (_res: null, ct: Tensor) => [np.mul(ct, 3)],
    );
    const f = (x: Tensor, sum: (y: Tensor) => Tensor) => {
      const inner = checkpoint((y: Tensor) => np.sin(scaled(np.sin(y))));
      return sum(jit((y: Tensor) => np.sum(np.mul(inner(y), y)))(x));
    };
    const pieces = shardMap((w: Tensor, x: Tensor) => f(np.mul(w, x), (y) => lax.psum(y, "model")), {
      mesh,
      inSpecs: [P(), P("model")],
      outSpecs: P(),
      checkVma,
    });
    const whole = (w: Tensor, x: Tensor) => f(np.mul(w, x), (y) => y);
    scope(() => {
      const [w, x] = [np.array(0.7), wave([8])];
      near(jit(grad(pieces))(w, x), grad(whole)(w, x), 4);
    });
  });
});

describe("sums in the transposed program", () => {
  const sent = (f: (...args: Tensor[]) => Tensor, ...args: Tensor[]) =>
    jit(grad(f))
      .lower(...args)
      .asText()
      .match(/\}\) : \(tensor<\d\S+>\) -> tensor<\S+>/g);

  it("of a bias, come after the sum over the rows", () => {
    const f = shardMap((b: Tensor, x: Tensor) => lax.psum(np.sum(np.square(np.add(x, b))), "data"), {
      mesh,
      inSpecs: [P(), P("data")],
      outSpecs: P(),
    });
    scope(() =>
      expect(sent(f as never, np.ones([3]), np.ones([8, 3]))).toEqual(["}) : (tensor<3xf32>) -> tensor<3xf32>"]),
    );
  });

  it("of a weight that is used twice, are one", () => {
    const f = shardMap(
      (w: Tensor, x: Tensor) => lax.psum(np.sum(np.mul(np.matmul(np.sin(np.matmul(x, w)), w), x)), "data"),
      {
        mesh,
        inSpecs: [P(), P("data")],
        outSpecs: P(),
      },
    );
    scope(() =>
      expect(sent(f as never, np.ones([3, 3]), np.ones([8, 3]))).toEqual(["}) : (tensor<3x3xf32>) -> tensor<3x3xf32>"]),
    );
  });
});
