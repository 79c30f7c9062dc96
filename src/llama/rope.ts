// Rotary position embeddings in Hugging Face's half-split convention. Su et al., RoFormer, 2021.
import * as lax from "../lib/lax.ts";
import { array } from "../lib/np.ts";
import type { DType, Tensor } from "../lib/tensor.ts";
import type { LlamaConfig } from "./config.ts";

/** [batch, time, headDim / 2] */
export interface RopeTables {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/** Angular frequencies of the headDim/2 pairs, scaled for long contexts as the configuration says. */
export function ropeFrequencies(config: LlamaConfig): Float32Array {
  const half = config.headDim / 2;
  const scaling = config.ropeScaling;
  return Float32Array.from({ length: half }, (_, i) => {
    const f = config.ropeTheta ** (-i / half);
    if (scaling === null) return f;
    if (scaling.type === "linear") return f / scaling.factor;
    const wavelength = (2 * Math.PI) / f;
    const { factor, lowFreqFactor: low, highFreqFactor: high, originalMaxPositions: length } = scaling;
    if (wavelength < length / high) return f;
    if (wavelength > length / low) return f / factor;
    const s = (length / wavelength - low) / (high - low);
    return ((1 - s) * f) / factor + s * f;
  });
}

/** cos and sin of position × frequency, computed in f32. `positions`: int32 [batch, time]. */
export function ropeTables(config: LlamaConfig, positions: Tensor, dtype: DType): RopeTables {
  const frequencies = array(ropeFrequencies(config));
  const shape = [...positions.shape, config.headDim / 2];
  const angle = lax.mul(
    lax.broadcastInDim(lax.convertElementType(positions, "float32"), shape, [0, 1]),
    lax.broadcastInDim(frequencies, shape, [2]),
  );
  return { cos: lax.convertElementType(lax.cos(angle), dtype), sin: lax.convertElementType(lax.sin(angle), dtype) };
}

/** Rotates x [batch, heads, time, headDim]: halves (a, b) become (a·cos − b·sin, b·cos + a·sin). */
export function applyRope(x: Tensor, { cos, sin }: RopeTables): Tensor {
  const half = x.shape[3]! / 2;
  const [batch, heads, time] = x.shape as [number, number, number, number];
  const spread = (t: Tensor) => lax.broadcastInDim(t, [batch, heads, time, half], [0, 2, 3]);
  const a = lax.sliceInDim(x, 0, half, { axis: 3 });
  const b = lax.sliceInDim(x, half, 2 * half, { axis: 3 });
  const [c, s] = [spread(cos), spread(sin)];
  return lax.concatenate([lax.sub(lax.mul(a, c), lax.mul(b, s)), lax.add(lax.mul(b, c), lax.mul(a, s))], 3);
}
