// The three programs of a comparison: jorts, and JAX on its own CPU client and on the plugin file that jorts uses.
import { type Alternation, alternate, type Sample } from "../alternate.ts";
import { BenchError } from "../errors.ts";
import type { GroupContext } from "../group.ts";
import type { Peer } from "../peer.ts";
import type { Facts, Memory } from "../protocol.ts";
import { type SharedInputs, startProgram, startReference, type Workload, workloadArgs } from "../reference.ts";
import type { Measurement } from "../verdict.ts";

export type Client = "own" | "plugin";
export const clients: readonly Client[] = ["own", "plugin"];
/** How a client of JAX is called in the table. */
export const clientNames: Readonly<Record<Client, string>> = { own: "JAX, own client", plugin: "JAX, same plugin" };

export type Sides = { readonly ours: Peer } & Readonly<Record<Client, Peer>>;

export interface RunOptions {
  readonly workload: Workload;
  /** Without them the programs are compiled and not run. */
  readonly inputs?: SharedInputs;
  /** Options that both sides have. */
  readonly args?: readonly string[];
  /** Options of jorts alone. */
  readonly ourArgs?: readonly string[];
  readonly startTimeout?: number;
}

/** The training step of jorts, ready. */
export function startOurs(context: GroupContext, options: RunOptions): Promise<Peer> {
  const { workload, inputs, args = [], ourArgs = [], startTimeout } = options;
  const { supervised: _, seed: __, ...sizes } = workload; // these are in the files
  const files = inputs === undefined ? [] : ["--weights", inputs.weights, "--batch-file", inputs.batchFile];
  return startProgram({
    name: "jorts",
    program: "llama-step",
    plugin: context.plugin(),
    args: ["--serve", ...workloadArgs(sizes), ...files, ...args, ...ourArgs],
    startTimeout,
  });
}

/** The training step of JAX on one of its clients, ready. */
export async function startJax(context: GroupContext, client: Client, options: RunOptions): Promise<Peer> {
  const { workload, inputs, args = [], startTimeout } = options;
  return startReference({
    python: await context.python(),
    script: "llama_lora_jax.py",
    workload,
    args: [...(inputs === undefined ? ["--compile-only"] : []), ...args],
    ...(inputs === undefined ? {} : { inputs }),
    ...(client === "plugin" ? { plugin: context.plugin() } : {}),
    startTimeout,
  });
}

/** Starts the three, one after the other, and ends them when `body` is done. */
export async function withSides<R>(
  context: GroupContext,
  options: RunOptions,
  body: (sides: Sides) => Promise<R>,
): Promise<R> {
  await using ours = await startOurs(context, options);
  await using own = await startJax(context, "own", options);
  await using plugin = await startJax(context, "plugin", options);
  return await body({ ours, own, plugin });
}

/** What a compiled step of JAX says about itself, on each client. */
export async function jaxFacts(context: GroupContext, options: RunOptions): Promise<Record<Client, Facts>> {
  const facts: Partial<Record<Client, Facts>> = {};
  for (const client of clients) {
    await using peer = await startJax(context, client, options);
    facts[client] = peer.facts;
  }
  return facts as Record<Client, Facts>;
}

/** Steps of one program, and every loss since its start. */
export class Stepper {
  readonly losses: number[] = [];
  readonly #peer: Peer;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** Milliseconds of one step. */
  readonly sample: Sample = async () => {
    const { ms, loss } = await this.#peer.ask("steps", { steps: 1 });
    this.losses.push(loss);
    return ms;
  };

  /** Before any update. Throws BenchError when no step was made. */
  get firstLoss(): number {
    const [loss] = this.losses;
    if (loss === undefined) throw new BenchError("there is no first loss before the first step");
    return loss;
  }
}

export interface Stepped {
  readonly time: Alternation<Client>;
  readonly losses: { readonly ours: readonly number[] } & Readonly<Record<Client, readonly number[]>>;
}

/** Alternated steps: a first one of each, which is not timed, then `rounds`. */
export async function alternateSteps({ ours, own, plugin }: Sides, rounds: number): Promise<Stepped> {
  const steppers = { ours: new Stepper(ours), own: new Stepper(own), plugin: new Stepper(plugin) };
  const time = await alternate<Client>({
    ours: steppers.ours.sample,
    theirs: { own: steppers.own.sample, plugin: steppers.plugin.sample },
    rounds,
    warmup: 1,
  });
  return {
    time,
    losses: { ours: steppers.ours.losses, own: steppers.own.losses, plugin: steppers.plugin.losses },
  };
}

/** Our minimum against the better client's. */
export function againstBetter(target: string, { ours, theirs, best }: Alternation<Client>): Measurement {
  return { target, ours: ours.min, theirs: theirs[best].min, against: clientNames[best], detail: { ours, theirs } };
}

/** Our number against the smaller of the clients'. */
export function againstSmaller(target: string, ours: number, theirs: Readonly<Record<Client, number>>): Measurement {
  const best: Client = theirs.plugin < theirs.own ? "plugin" : "own";
  return { target, ours, theirs: theirs[best], against: clientNames[best], detail: { ours, theirs } };
}

/** The distance of our first loss from JAX's, whichever client is farther. */
export function firstLossOf(target: string, { losses }: Stepped): Measurement {
  const first = { ours: losses.ours[0]!, own: losses.own[0]!, plugin: losses.plugin[0]! };
  const distance = Math.max(...clients.map((c) => Math.abs(first.ours - first[c])));
  return { target, ours: distance, theirs: null, detail: first };
}

/** The compiler's memory of a program. Throws BenchError when it told none. */
export function memoryOf(facts: Facts): Memory {
  if (facts.memory_per_device === undefined) throw new BenchError(`${facts.bench} told no memory; it was not compiled`);
  return facts.memory_per_device;
}

/** Collectives of every kind in the optimised program. Throws BenchError when it told none. */
export function collectivesOf(facts: Facts): number {
  if (facts.collectives === undefined) throw new BenchError(`${facts.bench} told no collectives; it was not compiled`);
  return Object.values(facts.collectives).reduce((a, b) => a + b, 0);
}

export const MIB = 2 ** 20;
