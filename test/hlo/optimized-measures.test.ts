// Measures of compiled programs: cost by line, memory against the compiler's own account, collectives over mesh axes.
import { grad, jit, lax, nn, np, type Tensor } from "jorts";
import { afterAll, describe, expect, it } from "vitest";
import {
  analyze,
  fromProto,
  type HloModule,
  hloAnalyze,
  hloCallGraph,
  hloCollectiveSites,
  hloCostByLine,
  hloDiff,
  hloLiveMemory,
  type Location,
  type Module,
  print,
} from "../../hlo/data.ts";
import { compileOptions } from "../../runtime/index.ts";
import { cpuClient } from "../runtime/plugin.ts";
import { counted, partitioned, program, t } from "./programs.ts";

const client = cpuClient({ cpuDeviceCount: 2 });
afterAll(() => client.destroy());

function optimized(module: Module, numPartitions = 1): HloModule {
  using executable = client.compile(print(module, { debugInfo: true }), compileOptions({ numPartitions }));
  return fromProto(executable.optimizedProgram().code);
}

const scan = (x: Tensor, w: Tensor) => {
  const step = (c: Tensor) => [np.tanh(np.matmul(c, w)), null] as [Tensor, null];
  return np.sum(np.exp(lax.scan(step, x, null, { length: 20 })[0]));
};
const mlp = (x: Tensor, w1: Tensor, w2: Tensor) => np.sum(np.square(np.matmul(np.tanh(np.matmul(x, w1)), w2)));
const chain = (x: Tensor, w: Tensor) => {
  let y = x;
  for (let i = 0; i < 6; i++) y = np.matmul(np.tanh(y), w);
  return y;
};
const softmax = (x: Tensor) => np.sum(nn.softmax(np.matmul(x, x.T), { axis: -1 }));
const ones = (...shape: number[]) => np.ones(shape);
const branches = (x: Tensor) =>
  lax.cond(
    np.greater(np.sum(x), 0),
    (y: Tensor) => np.matmul(y, y),
    (y: Tensor) => np.sin(y),
    x,
  );

describe("hloLiveMemory", () => {
  const cases = {
    "gradient of a scan": jit(grad(scan)).lower(ones(32, 64), ones(64, 64)),
    "gradient of a scan by its weights": jit(grad(scan, { argnums: 1 })).lower(ones(32, 64), ones(64, 64)),
    "gradient of two layers": jit(grad(mlp, { argnums: [1, 2] })).lower(ones(128, 256), ones(256, 512), ones(512, 64)),
    "gradient of softmax": jit(grad(softmax)).lower(ones(256, 64)),
    "six layers": jit(chain).lower(ones(256, 64), ones(64, 64)),
    "six layers, donated": jit(chain, { donateArgnums: [0] }).lower(ones(256, 64), ones(64, 64)),
    sort: jit((x: Tensor) => np.sort(np.multiply(x, 2))).lower(ones(256, 64)),
    branches: jit(branches).lower(ones(64, 64)),
    transposes: jit((x: Tensor) => np.sum(np.multiply(np.cos(np.sin(x)), np.cos(np.sin(x)).T))).lower(ones(512, 512)),
  };

  // The assignment aligns buffers, packs them with gaps and gives kernels scratch memory; none of it is in the message.
  it.each(Object.entries(cases))("%s: within an eighth of what XLA assigned", (_, lowered) => {
    using compiled = lowered.compile();
    const module = fromProto(compiled.executable.optimizedProgram().code);
    const profile = hloLiveMemory(module);
    const { tempSizeInBytes, outputSizeInBytes, aliasSizeInBytes, argumentSizeInBytes } = compiled.memoryAnalysis();
    const { root } = module.entry;
    expect(profile.argumentBytes).toBe(argumentSizeInBytes);
    // XLA counts the table of a tuple's pointers.
    expect(profile.outputBytes + 8 * root.shape.parts.length).toBe(outputSizeInBytes);
    expect(profile.aliasedBytes).toBe(aliasSizeInBytes);
    const estimate = profile.peakBytes - profile.argumentBytes - profile.constantBytes;
    const assigned = tempSizeInBytes + outputSizeInBytes - aliasSizeInBytes;
    expect(estimate / assigned).toBeGreaterThan(0.875);
    expect(estimate / assigned).toBeLessThan(1.125);
    expect(profile.alive.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(profile.peakBytes);
  });

  it("folds what is too long, at the same peak", () => {
    using compiled = cases["gradient of a scan"].compile();
    const module = fromProto(compiled.executable.optimizedProgram().code);
    const [open, folded] = [hloLiveMemory(module), hloLiveMemory(module, { maxSteps: 0 })];
    expect(folded.foldedCalls).toBe(4);
    expect(folded.points.length).toBe(module.entry.instructions.length - module.entry.parameters.length);
    expect(folded.peakBytes / open.peakBytes).toBeGreaterThan(0.95);
    expect(folded.peakBytes / open.peakBytes).toBeLessThan(1.3);
  });
});

describe("cost", () => {
  const type = t("f32", 64, 64);
  const at = (line: number): Location => ({ file: "/src/model.ts", line, column: 7 });
  const located = (place: (line: number) => Location) =>
    program([type, type], (b, x, w) => {
      b.location = place(12);
      const y = counted(b, 100, x!, (v) => {
        b.location = place(13);
        const dot = { lhs_contracting_dimensions: [1], rhs_contracting_dimensions: [0] };
        return b.one("stablehlo.dot_general", [v, w!], type, {
          dot_dimension_numbers: { kind: "struct", dialect: "stablehlo", name: "dot", fields: dot },
        });
      });
      b.location = place(14);
      return [b.one("stablehlo.tanh", [y], type)];
    });

  it("agrees with that of the program as written", () => {
    const module = located(at);
    const [written, compiled] = [analyze(module), hloAnalyze(optimized(module))];
    expect(compiled.flops / written.flops).toBeCloseTo(1, 2);
    expect(compiled.byOp.dot).toMatchObject({ count: 100, flops: 100 * 2 * 64 ** 3 });
    expect(compiled).toMatchObject({ unknownTripCounts: 0, opaqueCalls: [] });
  });

  const named = (name: string, line: number): Location => ({ kind: "name", name, at: at(line) });
  const called = (line: number): Location => ({ kind: "callsite", callee: named("g", line), caller: named("f", 99) });
  // A name around a position and a chain of calls reach XLA as stack frames or as file and line.
  it.each<[string, (line: number) => Location]>([
    ["file locations", at],
    ["names", (line) => ({ kind: "name", name: `jit(f)/op${line}`, at: at(line) })],
    ["calls, as JAX writes them", (line) => ({ kind: "name", name: "jit(f)/op", at: called(line) })],
    ["calls alone", called],
  ])("by line, from %s", (_, place) => {
    const rows = hloCostByLine(optimized(located(place)));
    const [first] = rows;
    expect(first).toMatchObject({ file: "/src/model.ts", line: 13 });
    expect(first!.flops).toBeGreaterThanOrEqual(100 * 2 * 64 ** 3);
    expect(rows.find(({ line }) => line === 14)).toMatchObject({ flops: 64 * 64 });
    expect(rows.reduce((sum, { flops }) => sum + flops, 0)).toBe(hloAnalyze(optimized(located(place))).flops);
  });

  it("calls of the compiled program: bodies by the trips of their loops", () => {
    const graph = hloCallGraph(optimized(located(at)));
    const body = graph.functions.find(({ executions, calls }) => executions === 100 && calls.length > 0);
    expect(body).toBeDefined();
    expect(graph.unknownTripCounts).toBe(0);
  });
});

describe("hloCollectiveSites", () => {
  const meshes = [{ name: "mesh", axes: [{ name: "data", size: 2 }] }];

  it.each([
    ["sdy.manual_computation", "all-reduce", 24],
    ["all_gather", "all-gather", 48],
    ["reduce_scatter", "reduce-scatter", 12],
    ["all_to_all", "all-to-all", 24],
    ["collective_permute", "collective-permute", 24],
  ])("%s over the axis data", (name, kind, bytes) => {
    const sites = hloCollectiveSites(optimized(partitioned[name]!(), 2), { meshes });
    expect(sites.find((site) => site.kind === kind)).toMatchObject({
      bytes,
      groupSize: 2,
      over: { mesh: "mesh", axes: ["data"] },
      executions: 1,
    });
  });
});

describe("hloDiff", () => {
  it("ignores names and origins, and sees what changed", () => {
    const compiled = (f: (x: Tensor) => Tensor) => {
      using made = jit(f).lower(ones(8, 8)).compile();
      return fromProto(made.executable.optimizedProgram().code);
    };
    const tanh = compiled(function f(x: Tensor) {
      return np.tanh(np.matmul(x, x));
    });
    const again = compiled(function f(x: Tensor) {
      return np.tanh(np.matmul(x, x));
    });
    const sine = compiled(function f(x: Tensor) {
      return np.sin(np.matmul(x, x));
    });
    expect(hloDiff(tanh, again)).toMatchObject({ equal: true, changed: 0, added: 0, removed: 0 });
    const found = hloDiff(tanh, sine);
    expect(found.equal).toBe(false);
    const lines = found.functions.flatMap((part) => part.lines).filter(({ change }) => change !== "same");
    expect(lines.some(({ a, b }) => a?.includes("tanh") || b?.includes("sine"))).toBe(true);
  });
});
