// What jorts must reach beside the reference programs, as data. Nothing here is measured.

export const GROUPS = [
  "step",
  "supervised",
  "bf16",
  "trace",
  "dispatch",
  "mesh",
  "h100",
  "steps300",
  "functions",
  "hlo",
] as const;
export type GroupName = (typeof GROUPS)[number];
/** What is measured when nothing is named: all but `h100`, whose compiles take ten minutes and a 260 MB download. */
export const DEFAULT_GROUPS: readonly GroupName[] = GROUPS.filter((name) => name !== "h100");

/**
 * `ratio`: ours ≤ factor × theirs + plus (in the target's unit).
 * `absolute`: ours ≤ limit; theirs, if given, is shown and not used.
 * `atLeast`: ours ≥ factor × theirs, for speeds.
 */
export type Bound =
  | { kind: "ratio"; factor: number; plus?: number }
  | { kind: "absolute"; limit: number }
  | { kind: "atLeast"; factor: number };

export interface Target {
  readonly id: string;
  readonly group: GroupName;
  readonly unit: "ms" | "µs" | "MiB" | "MB/s" | "count" | "relative" | "nats";
  readonly bound: Bound;
  /** Ours against theirs, and how each is taken. */
  readonly compared: string;
  /** The sentence that asks for it. */
  readonly source: string;
}

const ratio = (factor: number, plus?: number): Bound => ({
  kind: "ratio",
  factor,
  ...(plus === undefined ? {} : { plus }),
});
const absolute = (limit: number): Bound => ({ kind: "absolute", limit });

const SMOLLM2 = "SmolLM2-135M LoRA step (rank 16 on q and v, batch 4 × 256, f32)";
const FIRST_LOSS =
  "they share weights and batch, and agree with each other on the first loss to 6 digits, so jorts must too";
const STEP =
  "time at most 0.95 × JAX, compiler's temporary memory at most 0.6 × with and without remat, process peak memory at most 0.9 ×";
const SUPERVISED =
  "the same with a third of the positions supervised, as in Alpaca rows, and with all: at most 0.85 × and 1.0 × JAX";
const BF16 = "time at most 1.1 × its own f32 step, argument + temporary memory at most 0.5 × JAX's bf16 run";
const DISPATCH =
  "dispatch of a jitted call with 1, 10, 100, 1000 scalar arguments and results, results waited for and disposed: at most 1.0 × " +
  "the better JAX of the same run, and at most 1.25 × + 2 µs of bare koffi execute-and-destroy of the same executable";
const NESTED =
  "steady-state dispatch through nested trees of 300 leaves, with and without donation: at most 0.8 × the better JAX of the " +
  "same run, and at most 1.25 × + 2 µs of bare koffi execute-and-destroy";
const EAGER = "eager np.add on scalars: at most 1.0 × JAX's";
const MIRRORED = "the dispatch benchmarks of JAX's api_benchmark.py, beside JAX";
const UNROLLED =
  "trace + lower of a 2,000-equation unrolled program and of the Llama step: at most 0.3 × JAX's time; cost linear in " +
  "equations up to 50,000";
const FUNCTIONS =
  "100,000 distinct small functions traced and lowered, 2,000 of them compiled, called and dropped: process memory flat " +
  "after the first 500";
const MESH =
  "tiny tensor-parallel over 1, 2, 4, 8 virtual devices: argument + output − alias + temporary per device at most 0.8 × JAX's, " +
  "collectives per layer no more than JAX's, step time at most 1.0 × JAX on the same mesh, losses equal to one device's to 1e-5 relative";
const H100 =
  "Llama-2-7B compiled for 1, 2, 4, 8 H100: what it needs beyond the weights' share at most 0.7 × JAX's at every point, " +
  "no more collectives than JAX's, trace + lower + compile at most 1.0 × JAX's time";
const STEPS300 = "300 training steps of tiny: live buffers flat, process memory flat";

/** Six digits of a loss near 10: beyond them processors differ in the reference programs as well. */
const firstLoss = (group: GroupName, id: string, what: string): Target => ({
  id,
  group,
  unit: "nats",
  bound: absolute(5e-6),
  compared: `|first loss − JAX's first loss of the same run|, ${what}`,
  source: FIRST_LOSS,
});

const step: Target[] = [
  {
    id: "step.time",
    group: "step",
    unit: "ms",
    bound: ratio(0.95),
    compared: `${SMOLLM2}: minimum step time, the better JAX client`,
    source: STEP,
  },
  ...(["none", "layer"] as const).map(
    (remat): Target => ({
      id: `step.temporary.remat-${remat}`,
      group: "step",
      unit: "MiB",
      bound: ratio(0.6),
      compared: `${SMOLLM2}: compiler's temporary memory, ${remat === "none" ? "without remat" : "per-layer remat"} on both sides`,
      source: STEP,
    }),
  ),
  {
    id: "step.peak-rss",
    group: "step",
    unit: "MiB",
    bound: ratio(0.9),
    compared: `${SMOLLM2}: VmHWM of the stepping process, the smaller JAX client`,
    source: STEP,
  },
  firstLoss("step", "step.first-loss", `${SMOLLM2} (10.927926)`),
];

const supervised: Target[] = (
  [
    ["0.33", "a third", 0.85],
    ["all", "all", 1.0],
  ] as const
).flatMap(([share, words, factor]): Target[] => [
  {
    id: `supervised.${share}.time`,
    group: "supervised",
    unit: "ms",
    bound: ratio(factor),
    compared: `${SMOLLM2}, ${words} of the positions supervised: minimum step time, the better JAX client`,
    source: SUPERVISED,
  },
  firstLoss("supervised", `supervised.${share}.first-loss`, `${SMOLLM2}, ${words} of the positions supervised`),
]);

const bf16: Target[] = (
  [
    ["", "base stored and computed with in bf16, as JAX's"],
    ["widened.", "base stored in bf16 and computed with in f32"],
  ] as const
).flatMap(([id, words]): Target[] => [
  {
    id: `bf16.${id}time`,
    group: "bf16",
    unit: "ms",
    bound: ratio(1.1),
    compared: `${SMOLLM2} but ${words}: minimum step time against jorts' own f32 step`,
    source: BF16,
  },
  {
    id: `bf16.${id}memory`,
    group: "bf16",
    unit: "MiB",
    bound: ratio(0.5),
    compared: `${SMOLLM2} but ${words}: argument + temporary memory against JAX's bf16 run`,
    source: BF16,
  },
]);

const trace: Target[] = [
  {
    id: "trace.total",
    group: "trace",
    unit: "ms",
    bound: ratio(0.3),
    compared: `${SMOLLM2}: minimum of trace + lower with cold caches in a warm process`,
    source: UNROLLED,
  },
  {
    id: "trace.unrolled",
    group: "trace",
    unit: "ms",
    bound: ratio(0.3),
    compared: "an unrolled program of 2,000 equations: minimum of trace + lower of a new function in a warm process",
    source: UNROLLED,
  },
  {
    id: "trace.linear",
    group: "trace",
    unit: "µs",
    bound: ratio(1.5),
    compared: "trace + lower of 50,000 equations, per equation, against the same of 2,000",
    source: UNROLLED,
  },
];

const functions: Target[] = [
  {
    id: "functions.memory",
    group: "functions",
    unit: "relative",
    bound: absolute(0.02),
    compared:
      "growth of resident memory while 100,000 distinct functions are traced and lowered and 2,000 of them compiled, called " +
      "and dropped, from the 500th compiled to the last, as a share of it",
    source: FUNCTIONS,
  },
  {
    id: "functions.buffers",
    group: "functions",
    unit: "count",
    bound: absolute(0),
    compared: "live buffers after the last of them less those after the 500th compiled",
    source: FUNCTIONS,
  },
];

const dispatch: Target[] = [
  ...[1, 10, 100, 1000].flatMap((n): Target[] => [
    {
      id: `dispatch.${n}.jax`,
      group: "dispatch",
      unit: "µs",
      bound: ratio(1.0),
      compared: `jitted call, ${n} scalars in and out, waited for and disposed: minimum, the better JAX client`,
      source: DISPATCH,
    },
    {
      id: `dispatch.${n}.koffi`,
      group: "dispatch",
      unit: "µs",
      bound: ratio(1.25, 2),
      compared: `the same against bare koffi execute-and-destroy of the same executable`,
      source: DISPATCH,
    },
  ]),
  ...(
    [
      ["trivial", "two scalars swapped under jit"],
      ["simple", "the sum of two scalars under jit"],
      ["small_matmul", "a 2 × 2 product under jit"],
      ["big_matmul", "a 100 × 100 product under jit"],
      ["pruned_1000", "1000 scalars in, of which the program needs one"],
      ["device_put", "100 numbers from the host to the device"],
    ] as const
  ).map(
    ([name, what]): Target => ({
      id: `dispatch.${name}`,
      group: "dispatch",
      unit: "µs",
      bound: ratio(1.0),
      compared: `${what}, waited for and disposed: minimum, the better JAX client`,
      source: MIRRORED,
    }),
  ),
  {
    id: "dispatch.pytree-300",
    group: "dispatch",
    unit: "µs",
    bound: ratio(0.8),
    compared: "jitted call, 300 leaves in nested objects: minimum, the better JAX client",
    source: NESTED,
  },
  {
    id: "dispatch.pytree-300.koffi",
    group: "dispatch",
    unit: "µs",
    bound: ratio(1.25, 2),
    compared: "the same against bare koffi execute-and-destroy of a program of 300 scalars",
    source: NESTED,
  },
  {
    id: "dispatch.donated-300",
    group: "dispatch",
    unit: "µs",
    bound: ratio(0.8),
    compared: "jitted call, 300 leaves in nested objects, donated: minimum, the better JAX client",
    source: NESTED,
  },
  {
    id: "dispatch.eager-add",
    group: "dispatch",
    unit: "µs",
    bound: ratio(1.0),
    compared: "np.add of two scalars outside jit, waited for and disposed: minimum, the better JAX client",
    source: EAGER,
  },
];

const mesh: Target[] = [
  firstLoss("mesh", "mesh.1.first-loss", "tiny, batch 8 × 256 (8.370592)"),
  ...[1, 2, 4, 8].flatMap((n): Target[] => [
    {
      id: `mesh.${n}.memory`,
      group: "mesh",
      unit: "MiB",
      bound: ratio(0.8),
      compared: `tiny, tensor axis ${n}: argument + output − alias + temporary per device`,
      source: MESH,
    },
    {
      id: `mesh.${n}.collectives`,
      group: "mesh",
      unit: "count",
      bound: ratio(1.0),
      compared: `tiny, tensor axis ${n}: collectives in the optimised program, a loop body counted once`,
      source: MESH,
    },
    {
      id: `mesh.${n}.time`,
      group: "mesh",
      unit: "ms",
      bound: ratio(1.0),
      compared: `tiny, tensor axis ${n}: minimum step time, the better JAX client on the same mesh`,
      source: MESH,
    },
    ...(n === 1
      ? []
      : [
          {
            id: `mesh.${n}.losses`,
            group: "mesh",
            unit: "relative",
            bound: absolute(1e-5),
            compared: `tiny, tensor axis ${n}: largest relative difference of the losses from jorts' on one device`,
            source: MESH,
          } as const,
        ]),
  ]),
];

const h100: Target[] = [512, 2048].flatMap((seq) =>
  [1, 2, 4, 8].flatMap((n): Target[] => {
    const what = `Llama-2-7B, bf16, batch 1 × ${seq}, per-layer remat, ${n} H100`;
    return [
      {
        id: `h100.${seq}.${n}.memory`,
        group: "h100",
        unit: "MiB",
        bound: ratio(0.7),
        compared: `${what}: peak per device less the weights' share of 12,853 / ${n} MiB`,
        source: H100,
      },
      {
        id: `h100.${seq}.${n}.collectives`,
        group: "h100",
        unit: "count",
        bound: ratio(1.0),
        compared: `${what}: collectives in the optimised program, a loop body counted once`,
        source: H100,
      },
      {
        id: `h100.${seq}.${n}.compile`,
        group: "h100",
        unit: "ms",
        bound: ratio(1.0),
        compared: `${what}: trace + lower + compile`,
        source: H100,
      },
    ];
  }),
);

const steps300: Target[] = [
  {
    id: "steps300.buffers",
    group: "steps300",
    unit: "count",
    bound: absolute(0),
    compared: "live buffers after step 300 less those after step 10",
    source: STEPS300,
  },
  {
    id: "steps300.memory",
    group: "steps300",
    unit: "relative",
    bound: absolute(0.02),
    compared:
      "growth of resident memory from step 100 to step 300, as a share of it (flat but for the allocator's noise)",
    source: STEPS300,
  },
];

const HLO = "parse and print of a 5 MB module as megabytes per second beside the plugin's own parse-and-compile of it";

const hlo: Target[] = (["parse", "print"] as const).map((name) => ({
  id: `hlo.${name}`,
  group: "hlo",
  unit: "MB/s",
  bound: { kind: "atLeast", factor: 1 },
  compared: `${name} of a module of 5 MB with locations, against the plugin's parse and compile of it (one of its functions is called)`,
  source: HLO,
}));

/** Every target, in the order of the groups. */
export const targets: readonly Target[] = [
  ...step,
  ...supervised,
  ...bf16,
  ...trace,
  ...dispatch,
  ...mesh,
  ...h100,
  ...steps300,
  ...functions,
  ...hlo,
];
