// What is traced, lowered and compiled when: each row is a sequence of calls that JAX was counted on too.
import {
  config,
  devicePut,
  devices,
  evalShape,
  grad,
  jit,
  Mesh,
  makeMesh,
  NamedSharding,
  np,
  P,
  SingleDeviceSharding,
  type Tensor,
  tree,
  vmap,
  withShardingConstraint,
} from "jorts";
import { countCompilations } from "jorts/testing";
import { describe, expect, test } from "vitest";
import { readFixture } from "../fixtures.ts";
import { warnings } from "./warnings.ts";

config.numCpuDevices = 2;

type Counts = readonly [traces: number, lowerings: number, compiles: number];
type Call = () => unknown;

const recorded = new Map(readFixture("jit-counts.json").rows.map((r) => [r.name, r.counts]));

const counts = (call: Call): Counts => {
  const { traces, lowerings, compiles } = countCompilations(call);
  return [traces, lowerings, compiles];
};

/** One jitted function of a tree, called with each argument in turn. Fresh for each row, so that nothing is shared. */
function calls(...args: unknown[]): Call[] {
  const f = jit((x: unknown) => tree.map((leaf: Tensor) => np.multiply(leaf, 2), x));
  return args.map((x) => () => f(x));
}

// Arguments are made first, so that eager programs that make them do not count.
const x = np.ones([4, 4]);
const mesh = makeMesh([2], ["x"]);
const on = (...spec: (string | null)[]) => devicePut(x, new NamedSharding(mesh, P(...spec)));
const host = new Float32Array(4);
const other = (...spec: string[]) => devicePut(x, new NamedSharding(makeMesh([2], ["y"]), P(...spec)));
const turned = (...spec: string[]) => {
  const [first, second] = devices();
  return devicePut(x, new NamedSharding(new Mesh([second!, first!], ["x"]), P(...spec)));
};
const one = devicePut(x, new NamedSharding(makeMesh([1], ["x"]), P("x")));
const inMemory = (memoryKind: string) => devicePut(x, new SingleDeviceSharding(devices()[0]!, { memoryKind }));
const [pinnedHost, unpinnedHost] = [inMemory("pinned_host"), inMemory("unpinned_host")];
const far = devicePut(x, new NamedSharding(mesh, P("x"), { memoryKind: "pinned_host" }));

const fresh = () => (v: Tensor) => np.multiply(v, 2);

function twoJits(): Call[] {
  const f = fresh();
  return [() => jit(f)(x), () => jit(f)(x)];
}

function statics(): Call[] {
  const g = jit((v: Tensor, _: unknown) => v, { staticArgnums: 1 });
  const h = (y: number) => y;
  const values = [
    1,
    1,
    1n,
    true,
    2,
    "a",
    "a",
    null,
    Object.freeze([1, 2]),
    Object.freeze([1, 2]),
    Number.POSITIVE_INFINITY,
    h,
    h,
    (y: number) => y,
  ];
  return values.map((v) => () => g(x, v));
}

function stages(): Call[] {
  const f = jit((v: Tensor) => np.multiply(v, 3));
  return [() => f.evalShape(x), () => f.trace(x).jaxpr, () => f.lower(x), () => f.lower(x).compile(), () => f(x)];
}

function inner(): Call[] {
  const f = jit((v: Tensor) => np.sin(v));
  return [() => jit((v: Tensor) => f(f(v)))(x), () => f(x)];
}

function cleared(): Call[] {
  const f = jit(fresh());
  f(x);
  f.clearCache();
  return [() => f(x)];
}

function donated(): Call[] {
  const f = fresh();
  const [a, b] = [np.ones([3]), np.ones([3])];
  return [() => jit(f)(a), () => jit(f, { donateArgnums: 0 })(b)];
}

const strong = np.array(1);
const strongAgain = np.array(3);
const int32 = np.ones([4, 4], { dtype: "int32" });
const float16 = np.ones([4, 4], { dtype: "float16" });
const narrow = np.ones([2, 4]);
const committed = devicePut(x, devices()[0]);
const deviceCopy = np.array(host);

interface Row {
  readonly name: string;
  readonly calls: () => Call[];
  /** Where jorts counts differently from JAX, and why. */
  readonly differs?: readonly [why: string, counts: readonly Counts[]];
}

const rows: readonly Row[] = [
  { name: "second-call", calls: () => calls(x, x) },
  { name: "shape", calls: () => calls(x, narrow) },
  { name: "dtype", calls: () => calls(x, int32, float16) },
  { name: "strong-then-weak", calls: () => calls(strong, 1, 2, strongAgain) },
  { name: "weak-int-float-bool", calls: () => calls(1n, 2n, 1, true) },
  {
    name: "list-tuple-dict",
    calls: () => calls([x, x], { 0: x, 1: x }, { a: x, b: x }, { b: x, a: x }),
  },
  { name: "none-in-tree", calls: () => calls({ a: x, b: null }, { a: x }) },
  { name: "host-then-device", calls: () => calls(host, deviceCopy) },
  { name: "uncommitted-then-committed", calls: () => calls(x, committed, x) },
  {
    name: "unsharded-then-named",
    calls: () => calls(x, on("x"), on(null, "x"), on("x")),
  },
  {
    name: "mesh-axes-and-sizes",
    calls: () => calls(on("x"), other("y"), on("x"), one, turned("x")),
    differs: [
      "the text of a program belongs to its devices here, so other devices of an equal mesh lower again",
      [
        [1, 1, 1],
        [1, 1, 1],
        [0, 0, 0],
        [1, 1, 1],
        [0, 1, 1],
      ],
    ],
  },
  {
    name: "mesh-of-one-argument",
    calls: () => calls([on("x"), x], [x, on("x")], [on("x"), on("x")], [on(), on("x")], [x, x]),
  },
  { name: "memory", calls: () => calls(x, pinnedHost, unpinnedHost, pinnedHost, on("x"), far) },
  { name: "empty", calls: () => calls(new Float32Array(0), new Float32Array(0)) },
  { name: "two-jits-of-one-function", calls: twoJits },
  { name: "two-closures", calls: () => [fresh(), fresh()].map((f) => () => jit(f)(x)) },
  { name: "static", calls: statics },
  {
    name: "eval-shape-make-jaxpr-lower-compile-call",
    calls: stages,
    differs: [
      "a Compiled owns its executable and is freed with it, so a call compiles its own",
      [
        [1, 0, 0],
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [0, 0, 1],
      ],
    ],
  },
  { name: "inner-jit", calls: inner },
  { name: "clear-cache", calls: cleared },
  { name: "donation-is-an-option", calls: donated },
];

describe("traces, lowerings and compilations of each call", () => {
  test("every sequence that JAX was counted on is here", () => {
    expect(rows.map((r) => r.name)).toEqual([...recorded.keys()]);
  });

  test.each(rows)("$name", (row) => {
    const wanted = row.differs?.[1] ?? recorded.get(row.name);
    const made = row.calls();
    expect(made.map(counts)).toEqual(wanted);
    expect(made.length).toBe(recorded.get(row.name)!.length);
  });

  test("rows that differ do differ", () => {
    for (const { name, differs } of rows)
      if (differs !== undefined) expect(differs[1], differs[0]).not.toEqual(recorded.get(name));
  });
});

describe("traces of an inner jit follow the mesh of what it is called with", () => {
  let traces = 0;
  const inner = jit((v: Tensor) => {
    traces++;
    return np.multiply(v, 2);
  });
  const outer = jit((v: Tensor) => inner(np.sin(v)));
  const constrained = jit((v: Tensor) => inner(withShardingConstraint(v, new NamedSharding(mesh, P("x")))));
  const constant = jit((v: Tensor) => np.add(inner(np.ones([4, 4])), v));
  const ways: Readonly<Record<string, Call>> = {
    "outer(plain)": () => outer(x),
    "outer(on x)": () => outer(on("x")),
    "outer(on null, x)": () => outer(on(null, "x")),
    "inner(on x)": () => inner(on("x")),
    "constrained(plain)": () => constrained(x),
    "constant(on x)": () => constant(on("x")),
    "grad(on x)": () => grad((v: Tensor) => np.sum(inner(v)))(on("x")),
    "vmap(on x)": () => vmap(inner)(on("x")),
    "vmap(plain)": () => vmap(inner)(x),
  };
  // In the recorded order: each call counts what the ones before it did not trace.
  test.each(readFixture("jit-counts.json").inner)("$name", ({ name, traces: wanted }) => {
    const before = traces;
    ways[name]!();
    expect(traces - before).toBe(wanted);
  });
});

test("explainCacheMisses names the mesh and the memory that made a new trace", async () => {
  const f = jit((v: Tensor) => np.negative(v));
  config.explainCacheMisses = true;
  const told = await warnings(() => {
    f(x);
    f(on("x"));
    f(pinnedHost);
  });
  config.explainCacheMisses = false;
  expect(told).toEqual([
    'jit(f) is traced again: args[0]: on no mesh → on mesh ("x"=2).',
    "jit(f) is traced again: args[0]: float32[4,4] → float32<host>[4,4].",
  ]);
});

describe("the same number of traces as JAX", () => {
  const traced = (name: string) => readFixture("tracing.json").traces.find((r) => r.name === name)!.traces;

  test("eval_shape, make_jaxpr, call and lower share one", () => {
    let runs = 0;
    const f = jit((v: Tensor) => {
      runs++;
      return np.multiply(v, 2);
    });
    evalShape((v: Tensor) => f(v), x);
    f.trace(x);
    f(x);
    f.lower(x);
    expect(runs).toBe(traced("eval-shape-make-jaxpr-call-lower"));
  });

  test("an inner jit called three times is traced once", () => {
    let runs = 0;
    const f = jit((v: Tensor) => {
      runs++;
      return np.sin(v);
    });
    jit((v: Tensor) => f(f(f(v))))(x);
    expect(runs).toBe(traced("inner-jit-called-three-times"));
  });

  test("static 1, 1, 1n, true, 2", () => {
    let runs = 0;
    const f = jit(
      (v: Tensor, _n: unknown) => {
        runs++;
        return v;
      },
      { staticArgnums: 1 },
    );
    for (const n of [1, 1, 1n, true, 2]) f(x, n);
    expect(runs).toBe(traced("static-1-1-1.0-true-2"));
  });
});
