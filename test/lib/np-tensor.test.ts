// Tensor's methods, host reads and coercions, concrete and traced.
import { inspect } from "node:util";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  ConcretizationTypeError,
  NonConcreteBooleanIndexError,
  ShapeError,
  TracerArrayConversionError,
  TracerBoolConversionError,
  TracerIntegerConversionError,
} from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { grad } from "../../src/lib/grad.ts";
import { jit } from "../../src/lib/jit.ts";
import { liveBuffers, scope } from "../../src/lib/memory.ts";
import * as np from "../../src/lib/np.ts";
import type { Complex, TypedArray } from "../../src/lib/types.ts";
import "./np-values.ts";

const matrix = () => np.array([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
/** What happens to a traced vector under jit. */
const traced = (body: (x: Tensor) => unknown) => () =>
  jit((x: Tensor) => {
    body(x);
    return x;
  })(np.array([1, 2, 3]));

describe("host reads", () => {
  it("give values of each dtype", async () => {
    const m = matrix();
    expect(m.tolist()).toEqual([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: a matrix
    expect(await m.data()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(np.array(3).item()).toBe(3);
    expect(np.array([true]).item()).toBe(true);
    expect(np.array([2n ** 60n], { dtype: "int64" }).item()).toBe(2n ** 60n);
    const half = np.array([1, -2], { dtype: "bfloat16" });
    expect(await half.data()).toEqual(Float32Array.of(1, -2));
    expect(half.bits()).toEqual(Uint16Array.of(0x3f80, 0xc000));
    expect(await m.blockUntilReady()).toBe(m);
    expect(() => m.item()).toThrow(/item: got float32\[2,3\], expected one element/);
  });

  it("work under grad and throw under jit", () => {
    const seen: unknown[] = [];
    const f = (x: Tensor) => {
      seen.push(x.sum().item(), x.mul(2).tolist());
      return np.sum(np.square(x));
    };
    expect((grad(f)(np.array([1, 2])) as Tensor).tolist()).toEqual([2, 4]);
    expect(seen).toEqual([3, [2, 4]]);
    expect(traced((x) => x.sum().item())).toThrow(ConcretizationTypeError);
    expect(traced((x) => x.tolist())).toThrow(TracerArrayConversionError);
    expect(traced((x) => x.data())).toThrow(TracerArrayConversionError);
    expect(traced((x) => x.bits())).toThrow(TracerArrayConversionError);
  });
});

describe("coercions", () => {
  it("of scalars give their value", () => {
    const t = np.array(2.5);
    expect(+(t as unknown as number)).toBe(2.5);
    expect((t as unknown as number) > 2).toBe(true);
    expect(`${t}`).toBe("2.5");
    expect(JSON.stringify({ t: matrix() })).toBe('{"t":[[1,2,3],[4,5,6]]}');
    expect(["a", "b"][np.array(1, { dtype: "int32" }) as unknown as number]).toBe("b");
  });
  it("of more than one element throw", () => {
    expect(() => (matrix() as unknown as number) > 2).toThrow(ShapeError);
  });
  it("of traced tensors throw JAX's errors, naming the argument", () => {
    expect(traced((x) => (x.sum() as unknown as number) > 0)).toThrow(TracerBoolConversionError);
    expect(traced((x) => +(x.sum() as unknown as number))).toThrow(/args\[0\]/);
    expect(traced((x) => ["a"][x.sum() as unknown as number])).toThrow(TracerIntegerConversionError);
    expect(traced((x) => `${x}`)).toThrow(TracerIntegerConversionError);
    expect(traced((x) => JSON.stringify(x))).toThrow(TracerArrayConversionError);
    expect(traced((x) => [...(x as unknown as Iterable<unknown>)])).toThrow(TracerArrayConversionError);
    expect(traced((x) => np.sum(x, x.sum() as unknown as number))).toThrow(TracerIntegerConversionError);
    expect(traced((x) => np.zeros(x.sum() as unknown as number))).toThrow(ConcretizationTypeError);
    expect(traced((x) => x.at(np.greater(x, 1)))).toThrow(NonConcreteBooleanIndexError);
  });
  it("to an iterator throw on concrete tensors too", () => {
    expect(() => [...(matrix() as unknown as Iterable<unknown>)]).toThrow(/np\.unstack/);
  });
});

it("keeps no device memory but that of results", () => {
  const m = matrix();
  const ids = np.array([2, 0], "int32");
  const before = liveBuffers().count;
  const make: readonly (() => Tensor | readonly Tensor[])[] = [
    () => np.add(m, Int32Array.of(1, 2, 3)),
    () => np.mean(m.astype("bfloat16"), 0),
    () => np.var(m, 1, { keepdims: true }),
    () => np.einsum("ij,kj->ik", m, m),
    () => m.at(np.slice(), ids),
    () => m.set([np.slice(), ids], 0),
    () => np.quantile(m, 0.3, 1),
    () => np.split(m, 3, 1),
    () => np.linspace(0, 1, 7),
    () => np.matmul(m, m.T),
  ];
  const kept = make.flatMap((f) => scope(f));
  expect(liveBuffers().count).toBe(before + kept.length);
  for (const t of kept) t.dispose();
  expect(liveBuffers().count).toBe(before);
  const loose = [np.var(m), np.nanmax(m, 1), np.sort(m), np.interp(m, ids.astype("float32"), ids)];
  expect(liveBuffers().count).toBe(before + loose.length + 1);
});

describe("printing", () => {
  it("shows values, and what a traced tensor is", () => {
    expect(matrix().toString()).toBe("[[1, 2, 3],\n [4, 5, 6]]");
    expect(inspect(np.array([0.1]))).toBe("Tensor<float32[1]> [0.1]");
    expect(np.arange(2000).toString()).toBe("[0, 1, 2, …, 1997, 1998, 1999]");
    let text = "";
    traced((x) => {
      text = x.toString() + inspect(x);
    })();
    expect(text).toMatch(/^Traced<float32\[3\]> in .*Traced<float32\[3\]>/);
  });
  it("does not throw on a deleted tensor", () => {
    const t = matrix();
    t.dispose();
    expect(t.isDeleted).toBe(true);
    expect(t.toString()).toBe("deleted float32[2,3]");
    expect(() => t.tolist()).toThrow(/deleted with shape=float32\[2,3\]/);
  });
});

describe("methods", () => {
  it("are the functions", () => {
    const m = matrix();
    expect(m.add(1).tolist()).toEqual(np.add(m, 1).tolist());
    expect(m.T.shape).toEqual([3, 2]);
    expect(m.mT.tolist()).toEqual(m.T.tolist());
    expect(m.reshape(3, -1).shape).toEqual([3, 2]);
    expect(m.reshape([6]).shape).toEqual([6]);
    expect(m.transpose(1, 0).tolist()).toEqual(m.T.tolist());
    expect(m.sum(0).tolist()).toEqual([5, 7, 9]);
    expect(m.mean({ axis: 1, keepdims: true }).tolist()).toEqual([[2], [5]]);
    expect(m.at(np.ellipsis, np.slice(1, null)).tolist()).toEqual([[2, 3], [5, 6]]); // biome-ignore format: a matrix
    expect(m.set([0], 9).tolist()).toEqual([[9, 9, 9], [4, 5, 6]]); // biome-ignore format: a matrix
    expect(m.addAt([np.slice(), [0, 0]], 1).tolist()).toEqual([[3, 2, 3], [6, 5, 6]]); // biome-ignore format: a matrix
    expect(m.astype("int32").dtype).toBe("int32");
    expect(m.slice([0, 1], [2, 3]).tolist()).toEqual([[2, 3], [5, 6]]); // biome-ignore format: a matrix
  });
  it("have the types of the functions", () => {
    const m = matrix();
    expectTypeOf(m.add).parameters.toEqualTypeOf<[y: Parameters<typeof np.add>[1]]>();
    expectTypeOf(m.sum).returns.toEqualTypeOf<Tensor>();
    expectTypeOf(m.data).returns.toEqualTypeOf<Promise<TypedArray>>();
    expectTypeOf(m.item).returns.toEqualTypeOf<number | bigint | boolean | Complex>();
    expectTypeOf(np.split).returns.toEqualTypeOf<Tensor[]>();
    expectTypeOf(np.array).parameter(0).not.toBeAny();
    expectTypeOf(np.topK).returns.toEqualTypeOf<[values: Tensor, places: Tensor]>();
    expectTypeOf<Tensor>().not.toExtend<Iterable<unknown>>();
  });
});
