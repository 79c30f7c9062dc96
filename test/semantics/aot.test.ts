// Ahead of time: what each stage shows, and what a compiled program refuses, by path.
import {
  config,
  DeletedBufferError,
  DonationError,
  debug,
  devicePut,
  devices,
  grad,
  jit,
  liveBuffers,
  makeMesh,
  NamedSharding,
  np,
  P,
  ShapeDtypeStruct,
  ShardingError,
  SingleDeviceSharding,
  type Tensor,
  TreeError,
  vjp,
} from "jorts";
import { countCompilations } from "jorts/testing";
import { describe, expect, test } from "vitest";
import { defaultDevice } from "../../src/compile/devices.ts";

config.numCpuDevices = 4;

const spec = new ShapeDtypeStruct([4], "float32");
const ones = () => np.ones([4]);
const compileSum = () =>
  jit(function total(p: { w: Tensor; b: Tensor[] }) {
    return { y: np.add(p.w, p.b[0]!) };
  })
    .lower({ w: spec, b: [spec] })
    .compile();

describe("AOT stages", () => {
  test("show avals, trees, text and costs, and do each step once", () => {
    const f = jit(
      function f(p: { w: Tensor }, n: number) {
        return [np.mul(p.w, n), np.sum(p.w)];
      },
      { staticArgnums: 1 },
    );
    let traced: ReturnType<typeof f.trace>;
    expect(
      countCompilations(() => {
        traced = f.trace({ w: spec }, 3);
      }),
    ).toMatchObject({ traces: 1, lowerings: 0 });
    expect(traced!.inAvals).toEqual([{ w: new ShapeDtypeStruct([4], "float32") }]);
    expect(traced!.outAvals).toEqual([new ShapeDtypeStruct([4], "float32"), new ShapeDtypeStruct([], "float32")]);
    expect(traced!.jaxpr).toContain("reduce_sum");
    let lowered: ReturnType<typeof traced.lower>;
    expect(
      countCompilations(() => {
        lowered = traced.lower();
      }),
    ).toMatchObject({ traces: 0, lowerings: 1, compiles: 0 });
    expect(lowered!.outTree).toBe(traced!.outTree);
    expect(
      countCompilations(() => {
        using compiled = lowered.compile();
        expect((compiled.call({ w: ones() }) as Tensor[]).map((t) => t.tolist())).toEqual([[3, 3, 3, 3], 4]);
      }),
    ).toMatchObject({ lowerings: 0, compiles: 1 });
    expect(lowered!.costAnalysis()).toMatchObject({ flops: expect.any(Number), bytesAccessed: expect.any(Number) });
  });

  test("a compiled program shows its optimised text, memory, costs, shardings and bytes", () => {
    using compiled = compileSum();
    expect(compiled.asText()).toMatch(/^HloModule jit_total/);
    expect(compiled.costAnalysis().flops).toBe(4);
    expect(compiled.memoryAnalysis()).toMatchObject({ argumentSizeInBytes: 32, outputSizeInBytes: 16 });
    const here = new SingleDeviceSharding(devices()[0]!);
    expect(compiled.inputShardings).toEqual([{ w: here, b: [here] }]);
    expect(compiled.outputShardings).toEqual({ y: here });
    using again = defaultDevice().client.deserialize(compiled.serialize());
    expect(again.name).toBe(compiled.executable.name);
  });

  test("memory: what it captured is held until it is disposed", () => {
    const before = liveBuffers().count;
    const c = ones();
    const compiled = jit((x: Tensor) => np.add(x, c))
      .lower(spec)
      .compile();
    c.dispose();
    const x = ones();
    const y = compiled.call(x) as Tensor;
    expect(y.tolist()).toEqual([2, 2, 2, 2]);
    for (const t of [x, y, compiled]) t[Symbol.dispose]();
    expect(liveBuffers().count).toBe(before);
  });
});

describe("Compiled rejects", () => {
  type Fails = [string, () => unknown[], new (m: string) => Error, RegExp];
  test.each<Fails>([
    [
      "another shape",
      () => [{ w: ones(), b: [np.ones([5])] }],
      TreeError,
      /total: args\[0\]\.b\[0\] is float32\[5\], but was compiled as float32\[4\]/,
    ],
    [
      "another dtype",
      () => [{ w: np.ones([4], { dtype: "int32" }), b: [ones()] }],
      TreeError,
      /args\[0\]\.w is int32\[4\]/,
    ],
    ["a longer list", () => [{ w: ones(), b: [ones(), ones()] }], TreeError, /args\[0\]\.b: \[\*\] → \[\*, \*\]/],
    [
      "other keys",
      () => [{ v: ones(), b: [ones()] }],
      TreeError,
      /args\[0\]: \{b: \[\*\], w: \*\} → \{b: \[\*\], v: \*\}/,
    ],
    ["another number of arguments", () => [], TreeError, /args: \[.*\] → \[\]/],
    ["a struct", () => [{ w: spec, b: [ones()] }], TreeError, /args\[0\]\.w is a ShapeDtypeStruct/],
    [
      "a committed tensor elsewhere",
      () => [{ w: devicePut(ones(), devices()[1]), b: [ones()] }],
      ShardingError,
      /args\[0\]\.w is committed to SingleDeviceSharding\(cpu:1\)/,
    ],
  ])("%s", (_name, args, error, message) => {
    using compiled = compileSum();
    expect(() => compiled.call(...args())).toThrow(error);
    expect(() => compiled.call(...args())).toThrow(message);
  });

  test("tracers, naming the transformation", () => {
    using compiled = jit((x: Tensor) => np.sum(x))
      .lower(spec)
      .compile();
    expect(() => grad((x: Tensor) => compiled.call(x) as Tensor)(ones())).toThrow(/args\[0\] is traced by grad/);
    expect(() => jit((x: Tensor) => compiled.call(x) as Tensor)(ones())).toThrow(
      /takes concrete tensors: it cannot be transformed/,
    );
  });

  test("a deleted argument, used or not", () => {
    using compiled = jit((x: Tensor, _y: Tensor) => np.add(x, 1))
      .lower(spec, spec)
      .compile();
    const gone = ones();
    gone.dispose();
    expect(() => compiled.call(gone, ones())).toThrow(DeletedBufferError);
    expect(() => compiled.call(ones(), gone)).toThrow(DeletedBufferError);
  });
});

describe("Compiled donates as jit does", () => {
  const both = () =>
    jit((x: Tensor, y: Tensor) => [np.add(x, 1), np.add(y, 1)], { donateArgnums: [0, 1] })
      .lower(spec, spec)
      .compile();

  test("and deletes", () => {
    using compiled = both();
    const [x, y] = [ones(), ones()];
    compiled.call(x, y);
    expect([x.isDeleted, y.isDeleted]).toEqual([true, true]);
    expect(() => compiled.call(x, ones())).toThrow("Array has been deleted with shape=float32[4].");
  });

  test("one buffer twice, or also passed, or held elsewhere is refused and lost by none", () => {
    using compiled = both();
    using one = jit((x: Tensor, y: Tensor) => np.add(x, y), { donateArgnums: 0 })
      .lower(spec, spec)
      .compile();
    const x = ones();
    expect(() => compiled.call(x, x)).toThrow(/args\[1\] is donated twice/);
    expect(() => one.call(x, x)).toThrow(/args\[1\] is also donated/);
    const [, pull] = vjp((v: Tensor) => np.mul(v, v), x);
    expect(() => one.call(x, ones())).toThrow(DonationError);
    pull[Symbol.dispose]();
    expect(x.tolist()).toEqual([1, 1, 1, 1]);
  });

  test("tensors that share the memory are deleted together", () => {
    const before = liveBuffers().count;
    const f = jit((x: Tensor) => np.add(x, 1), { donateArgnums: 0 });
    const x = ones();
    const y = devicePut(x, devices()[0]);
    const z = f(y);
    expect([y.isDeleted, x.isDeleted]).toEqual([true, true]);
    expect(() => np.add(x, 1)).toThrow(DeletedBufferError);
    for (const t of [x, y, z]) t.dispose();
    expect(liveBuffers().count).toBe(before);
  });

  test("an unusable donation leaves the argument", () => {
    using compiled = jit((x: Tensor) => np.sum(x), { donateArgnums: 0 })
      .lower(spec)
      .compile();
    const x = ones();
    compiled.call(x);
    expect(x.isDeleted).toBe(false);
  });
});

describe("on a mesh", () => {
  const mesh = makeMesh([2, 2], ["data", "model"]);
  const on = (...entries: (string | null)[]) => new NamedSharding(mesh, P(...entries));

  test("where nobody placed an argument, the compiler's choice is shown and used", () => {
    const sharded = new ShapeDtypeStruct([4, 4], "float32", { sharding: on("data", "model") });
    const free = new ShapeDtypeStruct([4, 4], "float32");
    using compiled = jit((x: Tensor, y: Tensor) => np.add(np.mul(x, 2), y))
      .lower(sharded, free)
      .compile();
    const [first, second] = compiled.inputShardings as NamedSharding[];
    expect(first!.equals(on("data", "model"))).toBe(true);
    expect(second).toBeInstanceOf(NamedSharding);
    const x = devicePut(np.ones([4, 4]), on("data", "model"));
    const z = compiled.call(x, np.ones([4, 4])) as Tensor;
    expect(z.tolist()).toEqual(Array(4).fill([3, 3, 3, 3]));
    expect(z.sharding.equals(compiled.outputShardings as NamedSharding)).toBe(true);
    expect(() => compiled.call(devicePut(np.ones([4, 4]), on("model")), np.ones([4, 4]))).toThrow(
      /args\[0\] is committed/,
    );
  });
});

test("machine code that calls functions of this process is not serialised", () => {
  const f = (x: Tensor) => {
    debug.print("x = {}", x);
    return np.add(x, 1);
  };
  const compiled = jit(f).lower(spec).compile();
  expect(() => compiled.serialize()).toThrow(/host callbacks.*Leave debug\.print/s);
  compiled[Symbol.dispose]();
});
