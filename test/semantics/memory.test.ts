// Memory kinds: what programs say of them, where results lie, and what is refused, as recorded from JAX.
import {
  ConfigError,
  checkpoint,
  checkpointName,
  checkpointPolicies,
  config,
  devicePut,
  devices,
  ExportError,
  exportJit,
  grad,
  type JitOptions,
  jit,
  jvp,
  lax,
  linearTranspose,
  makeJaxpr,
  makeMesh,
  NamedSharding,
  np,
  P,
  ShapeDtypeStruct,
  ShapeError,
  type Sharding,
  ShardingError,
  SingleDeviceSharding,
  type Tensor,
  vmap,
} from "jorts";
import { describe, expect, test } from "vitest";
import * as hlo from "../../hlo/index.ts";
import { rawBuffer } from "../../runtime/index.ts";
import type { ArrayTensor } from "../../src/compile/array.ts";
import { signature } from "../../src/compile/build.ts";
import { lowerGraph } from "../../src/compile/lower.ts";
import { readFixture, type SaidOfMemories } from "../fixtures.ts";

config.numCpuDevices = 4;

const recorded = readFixture("memory.json");
const [device, ...otherDevices] = devices();
const mesh = makeMesh([4], ["x"]);
const single = (memoryKind: string) => new SingleDeviceSharding(device!, { memoryKind });
const named = (memoryKind: string) => new NamedSharding(mesh, P("x"), { memoryKind });
const x = np.arange(8, { dtype: "float32" });
const twice = (v: Tensor) => np.multiply(v, 2);
const inHost = (v: Tensor, place: Sharding = single("pinned_host")) => devicePut(v, place);

const offloadNames = checkpointPolicies.saveAndOffloadOnlyTheseNames({
  namesWhichCanBeSaved: ["y"],
  namesWhichCanBeOffloaded: ["z", "w"],
  offloadSrc: "device",
  offloadDst: "pinned_host",
});
const offloadDots = checkpointPolicies.offloadDotWithNoBatchDims("device", "pinned_host");

function chain(v: Tensor): Tensor {
  const y = checkpointName(np.sin(v), "y");
  const z = np.sin(checkpointName(np.sin(y), "z"));
  return np.sum(np.sin(checkpointName(np.sin(z), "w")));
}
function products(v: Tensor): Tensor {
  const m = np.matmul(np.transpose(np.reshape(v, [2, 4])), np.reshape(v, [2, 4]));
  return np.sum(np.sin(np.matmul(np.sin(m), m)));
}
const looped =
  (policy?: typeof offloadNames) =>
  (v: Tensor): Tensor => {
    const body = (c: Tensor, _: unknown): [Tensor, null] => {
      const z = checkpointName(np.sin(checkpointName(np.sin(c), "y")), "z");
      return [np.sin(z), null];
    };
    const step = policy === undefined ? body : checkpoint(body, { policy, preventCse: false });
    return np.sum(lax.scan(step, v, null, { length: 3 })[0]);
  };

interface Program {
  readonly f: (...args: Tensor[]) => unknown;
  readonly args: readonly Tensor[];
  readonly options?: JitOptions;
}

const programs: Readonly<Record<string, Program>> = {
  plain: { f: twice, args: [x] },
  "host argument": { f: twice, args: [inHost(x)] },
  "host argument on a mesh": { f: twice, args: [inHost(x, named("pinned_host"))] },
  "unpinned argument": { f: twice, args: [inHost(x, single("unpinned_host"))] },
  "host result": { f: twice, args: [x], options: { outShardings: single("pinned_host") } },
  "host result on a mesh": { f: twice, args: [x], options: { outShardings: named("pinned_host") } },
  "unpinned result": { f: twice, args: [x], options: { outShardings: single("unpinned_host") } },
  "host and device": { f: (a, b) => [np.multiply(a!, 2), np.multiply(b!, 3)], args: [inHost(x), x] },
  "put in host": { f: (v) => twice(inHost(v!)), args: [x] },
  "put in host on a mesh": { f: (v) => twice(inHost(v!, named("pinned_host"))), args: [x] },
  "put there and back": { f: (v) => devicePut(twice(inHost(v!)), single("device")), args: [x] },
  "put on the device": { f: (v) => twice(devicePut(v!, single("device"))), args: [x] },
  "names offloaded": { f: grad(checkpoint(chain, { policy: offloadNames })), args: [x] },
  "products offloaded": { f: grad(checkpoint(products, { policy: offloadDots })), args: [x] },
  "names offloaded in a scan": { f: grad(looped(offloadNames)), args: [x] },
};

/** What the text says; the same that the script reads of JAX's. */
function said(text: string): SaidOfMemories {
  const [before, after] = text
    .split("\n")
    .find((line) => line.includes("@main"))!
    .split(" -> ");
  const kinds = (parts: readonly string[]) => parts.map((p) => /mhlo.memory_kind = "(\w+)"/.exec(p)?.[1] ?? null);
  return {
    arguments: kinds(before!.split("%arg").slice(1)),
    results: kinds(after!.split("jax.result_info").slice(1)),
    placements: [...text.matchAll(/_xla_buffer_placement = "(\w+)"/g)].map((m) => m[1]!),
  };
}

/** The kind of memory that the buffers really lie in. */
const bufferKinds = (t: Tensor): string[] => {
  const array = t as ArrayTensor;
  return [...new Set(array.handles().map((h) => rawBuffer.memoryKind(array.storage.client.api, h)))];
};

const tensorsOf = (out: unknown): ArrayTensor[] => (Array.isArray(out) ? out : [out]) as ArrayTensor[];

test("the devices' memories", () => {
  expect(device!.addressableMemories().map((m) => m.kind)).toEqual(recorded.memories);
  expect(device!.defaultMemory().kind).toBe(recorded.default);
  expect(device!.defaultMemory().addressableByDevices()).toEqual([device]);
});

test("every recorded program is here", () => {
  expect(Object.keys(programs)).toEqual(recorded.programs.map((p) => p.name));
});

describe.each(recorded.programs)("$name", (wanted) => {
  const { f, args, options = {} } = programs[wanted.name]!;
  const jitted = jit(f, options) as ReturnType<typeof jit<Tensor[], unknown>>;

  test("the text for the CPU", () => {
    expect(said(jitted.lower(...args).asText())).toEqual(wanted.cpu);
  });

  test("the text for a GPU", () => {
    const { staged, options: built } = jitted.lower(...args);
    const { module } = lowerGraph(staged.graph, { ...signature(staged.graph, built), platform: "cuda" });
    expect(said(hlo.print(module))).toEqual(wanted.cuda);
  });

  test("where the results lie, and their values", () => {
    const results = tensorsOf(jitted(...args));
    expect(results.map((t) => t.sharding.memoryKind)).toEqual(wanted.lie);
    expect(results.map((t) => t.committed)).toEqual(wanted.committed);
    expect(results.map(bufferKinds)).toEqual(wanted.lie.map((kind) => [kind]));
    results.forEach((t, i) => {
      for (const [k, v] of (t.tolist() as number[]).entries())
        expect(Math.abs(v - wanted.values[i]![k]!)).toBeLessThanOrEqual(2e-5 * Math.max(1, Math.abs(v)));
    });
  });
});

describe("outside jit", () => {
  const [h, d] = [inHost(x), x];
  const calls: Readonly<Record<string, () => Tensor>> = {
    "sin(host)": () => np.sin(h),
    "host + 1": () => np.add(h, 1),
    "host + host": () => np.add(h, h),
    "host + device": () => np.add(h, d),
    "host + sum(device)": () => np.add(h, np.sum(d)),
    "device + sum(host)": () => np.add(d, np.sum(h)),
    "sum(host)": () => np.sum(h),
    "sum(host) + sum(host)": () => np.add(np.sum(h), np.sum(h)),
    "host[2:4]": () => lax.slice(h, [2], [4]),
    "concatenate(host, device)": () => np.concatenate([h, d]),
    "where(device, host, device)": () => np.where(np.greater(d, 3), h, d),
    "scan over host": () => lax.scan((c: Tensor, a: Tensor) => [c, np.multiply(a, 2)], np.array(0), h)[1] as Tensor,
    "vmap(sin)(host)": () => vmap((v: Tensor) => np.sin(v))(h),
    "tangent of sin at host": () => jvp((v: Tensor) => np.sin(v), [h], [h])[1] as Tensor,
    "sin(unpinned)": () => np.sin(inHost(x, single("unpinned_host"))),
  };
  test.each(recorded.eager)("$name lies in $lies", ({ name, lies }) => {
    if (lies === null) expect(calls[name]!).toThrow(ShapeError);
    else {
      const t = calls[name]!();
      expect(t.sharding.memoryKind).toBe(lies);
      expect(bufferKinds(t)).toEqual([lies]);
    }
  });

  test("devicePut copies between memories and back, on one device and on a mesh", () => {
    for (const place of [single, named])
      for (const kind of ["pinned_host", "unpinned_host"]) {
        const there = devicePut(x, place(kind));
        expect(bufferKinds(there)).toEqual([kind]);
        expect(there.sharding.devices).toEqual(place(kind).devices);
        expect(there.tolist()).toEqual(x.tolist());
        const back = devicePut(there, place("device"));
        expect(bufferKinds(back)).toEqual(["device"]);
        expect(back.tolist()).toEqual(x.tolist());
      }
  });

  test("a matrix, a scalar and a literal in the host's memory", () => {
    const m = np.reshape(x, [2, 4]);
    expect(inHost(np.transpose(m)).tolist()).toEqual(np.transpose(m).tolist());
    expect(devicePut(3, single("pinned_host")) as unknown as Tensor).toHaveProperty(
      "sharding.memoryKind",
      "pinned_host",
    );
  });
});

describe("shardings", () => {
  test("the default kind is the device's, and equal to it when named", () => {
    const plain = new NamedSharding(mesh, P("x"));
    expect(plain.memoryKind).toBe("device");
    expect(plain.equals(named("device"))).toBe(true);
    expect(plain.equals(named("pinned_host"))).toBe(false);
    expect(new SingleDeviceSharding(device!).equals(single("pinned_host"))).toBe(false);
    expect(plain.withMemoryKind("pinned_host").equals(named("pinned_host"))).toBe(true);
    expect(String(named("pinned_host"))).toContain('memoryKind: "pinned_host"');
    expect(String(single("pinned_host"))).toContain('memoryKind: "pinned_host"');
  });

  test("an unknown kind is refused, naming those that there are", () => {
    const message =
      "Could not find memory addressable by device cpu. Device cpu can address the following memory kinds: device, " +
      "pinned_host, unpinned_host. Got memory kind: bogus.";
    for (const make of [
      () => single("bogus"),
      () => named("bogus"),
      () => single("device").withMemoryKind("bogus"),
      () => named("device").withMemoryKind("bogus"),
    ]) {
      expect(make).toThrow(ShardingError);
      expect(make).toThrow(message);
    }
  });

  test("inShardings do not move between memories", () => {
    const f = jit(twice, { inShardings: single("pinned_host") });
    expect(() => f(x)).toThrow(/Got jit memory kind: pinned_host, argument memory kind: device for float32\[8\]/);
    expect(f(inHost(x)).sharding.memoryKind).toBe("pinned_host");
    expect(() => jit(twice, { inShardings: single("device") })(inHost(x))).toThrow(ShardingError);
  });
});

describe("types", () => {
  test("show the host's memory", () => {
    expect(makeJaxpr((v: Tensor) => twice(inHost(v)))(x)).toContain("b:f32<host>[8] = device_put[memory=host");
  });

  test("operands of different memories are refused in a trace too, with the way out", () => {
    expect(() => jit((v: Tensor) => np.add(inHost(v), v))(x)).toThrow(
      /float32<host>\[8\] and float32\[8\].*withMemoryKind/s,
    );
  });

  test("a description with a sharding lowers for that memory", () => {
    const spec = new ShapeDtypeStruct([8], "float32", { sharding: single("pinned_host") });
    expect(said(jit(twice).lower(spec).asText()).arguments).toEqual(["pinned_host"]);
  });

  test("cotangents go back where the value came from", () => {
    const f = (v: Tensor) => np.sum(devicePut(np.sin(inHost(v)), single("device")));
    expect(grad(f)(x).tolist()).toEqual(np.cos(x).tolist());
    expect(jit(grad(f))(x).sharding.memoryKind).toBe("device");
    const back = linearTranspose((v: Tensor) => inHost(v), x)(inHost(x)) as unknown as Tensor | [Tensor];
    expect((Array.isArray(back) ? back[0] : back).sharding.memoryKind).toBe("device");
  });

  test("donation joins an argument with a result of its memory only", () => {
    const f = jit((v: Tensor) => twice(inHost(v)), { donateArgnums: 0 });
    expect(f.lower(x).asText()).not.toContain("tf.aliasing_output");
    const same = jit(twice, { donateArgnums: 0 });
    expect(same.lower(inHost(x)).asText()).toContain("tf.aliasing_output");
    const given = inHost(x);
    expect(same(given).tolist()).toEqual(twice(x).tolist());
    expect(given.isDeleted).toBe(true);
  });

  test("vmap of devicePut, and values captured from the host's memory", () => {
    const rows = np.reshape(x, [2, 4]);
    expect(vmap((v: Tensor) => twice(inHost(v)))(rows).tolist()).toEqual(twice(rows).tolist());
    const h = inHost(x);
    const sum = jit((v: Tensor) => np.add(h, inHost(v)))(x);
    expect(sum.sharding.memoryKind).toBe("pinned_host");
    expect(sum.tolist()).toEqual(twice(x).tolist());
  });

  test("a program may be put on another device's host memory", () => {
    const place = new SingleDeviceSharding(otherDevices[0]!, { memoryKind: "pinned_host" });
    const out = jit((v: Tensor) => twice(devicePut(v, place)))(x);
    expect(out.sharding.equals(place)).toBe(true);
  });

  test("compiled ahead of time", () => {
    const compiled = jit(twice, { outShardings: single("pinned_host") })
      .lower(x)
      .compile();
    expect(String(compiled.outputShardings)).toContain("pinned_host");
    expect(bufferKinds(compiled.call(x) as Tensor)).toEqual(["pinned_host"]);
    const fromHost = jit(twice).lower(inHost(x)).compile();
    expect(bufferKinds(fromHost.call(inHost(x)) as Tensor)).toEqual(["pinned_host"]);
    expect(() => fromHost.call(devicePut(x, device))).toThrow(ShardingError);
  });

  test("export refuses other memories", () => {
    expect(() => exportJit(jit((v: Tensor) => inHost(v)))(x)).toThrow(ExportError);
  });
});

describe("policies that offload", () => {
  test("the same gradients as without, in and outside jit, with every nesting", () => {
    const plain = grad(chain)(x).tolist();
    const offloaded = grad(checkpoint(chain, { policy: offloadNames }));
    expect(offloaded(x).tolist()).toEqual(plain);
    expect(jit(offloaded)(x).tolist()).toEqual(plain);
    const rows = np.reshape(np.arange(24, { dtype: "float32" }), [3, 8]);
    expect(jit(vmap(offloaded))(rows).tolist()).toEqual(jit(vmap(grad(chain)))(rows).tolist());
    const second = (f: (v: Tensor) => Tensor) => grad((v: Tensor) => np.sum(grad(f)(v)))(x);
    const gap = np.max(np.abs(np.subtract(second(checkpoint(chain, { policy: offloadNames })), second(chain))));
    expect(gap.item()).toBeLessThan(1e-6);
    expect(jit(grad(looped(offloadNames)))(x).tolist()).toEqual(jit(grad(looped()))(x).tolist());
    const dots = jit(grad(checkpoint(products, { policy: offloadDots })))(x).tolist() as number[];
    expect(dots).toEqual(jit(grad(products))(x).tolist());
  });

  test("the program keeps the values in the host's memory and fetches them in the backward half", () => {
    const text = makeJaxpr(grad(checkpoint(chain, { policy: offloadNames })))(x);
    expect(text.match(/f32<host>\[8\] = device_put\[memory=host/g)).toHaveLength(2);
    expect(text.match(/f32\[8\] = device_put\[memory=device/g)).toHaveLength(2);
    const inScan = makeJaxpr(grad(looped(offloadNames)))(x);
    expect(inScan).toContain("f32<host>[3,8]");
  });

  test("equal policies are one, so they share programs", () => {
    expect(checkpointPolicies.offloadDotWithNoBatchDims("device", "pinned_host")).toBe(offloadDots);
  });

  test("names in both lists, and memories that no value can be kept in, are refused", () => {
    const names = { namesWhichCanBeSaved: ["y"], offloadSrc: "device", offloadDst: "pinned_host" };
    expect(() =>
      checkpointPolicies.saveAndOffloadOnlyTheseNames({ ...names, namesWhichCanBeOffloaded: ["z", "y"] }),
    ).toThrow(/should be exclusive and should not intersect.*\[y\]/s);
    expect(() => checkpointPolicies.offloadDotWithNoBatchDims("device", "bogus")).toThrow(
      /memory kind: bogus; expected one of device, pinned_host/,
    );
    expect(() => checkpointPolicies.offloadDotWithNoBatchDims("unpinned_host", "pinned_host")).toThrow(ShardingError);
    expect(() => checkpointPolicies.saveFromBothPolicies(offloadDots, checkpointPolicies.dotsSaveable)).toThrow(
      ConfigError,
    );
  });

  test("a source that the values do not lie in is refused", () => {
    const wrong = checkpointPolicies.offloadDotWithNoBatchDims("pinned_host", "device");
    expect(() => grad(checkpoint(products, { policy: wrong }))(x)).toThrow(/offloads from the memory of the host/);
  });
});
