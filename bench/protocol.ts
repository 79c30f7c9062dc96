// What a measured program and the harness say to each other: one JSON value a line on the program's stdin and stdout.
// The names on the wire are those of the reference programs' result lines (bench/reference/README.md, Serving).
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { z } from "zod";

/** What the harness may ask. The key that names the command comes first. */
export interface Requests {
  /** Run this many training steps. */
  steps: { steps: number };
  /** Trace and lower (and compile) this many times with cold caches. */
  retrace: { retrace: number; compile?: boolean };
  /** Repeat one case of calls for about this many seconds. */
  run: { run: string; seconds?: number };
  /** Say what it holds now. */
  memory: { memory: true };
}
export type Command = keyof Requests;

/** What it answers; `ms` and `*_ms` are milliseconds, `*_us` microseconds. */
export interface Replies {
  /** `ms`: the fastest step; `loss`: the last one's. */
  steps: { ms: number; loss: number; times_ms: number[]; losses: number[] };
  /** Minima over the passes; `total_ms` is the minimum of the sums. */
  retrace: { trace_ms: number; lower_ms: number; compile_ms?: number; total_ms: number };
  run: { min_us: number; median_us: number; calls: number };
  /** Resident memory in MiB after a collection; device buffers alive and their bytes. */
  memory: { rss_mb: number; live_buffers: number; live_bytes: number };
}
export type Reply<C extends Command> = Replies[C];

/** The answers as they are checked when they arrive. */
export const replies: { readonly [C in Command]: z.ZodType<Reply<C>> } = {
  steps: z.object({ ms: z.number(), loss: z.number(), times_ms: z.array(z.number()), losses: z.array(z.number()) }),
  retrace: z.object({
    trace_ms: z.number(),
    lower_ms: z.number(),
    compile_ms: z.number().optional(),
    total_ms: z.number(),
  }),
  run: z.object({ min_us: z.number(), median_us: z.number(), calls: z.number() }),
  memory: z.object({ rss_mb: z.number(), live_buffers: z.number(), live_bytes: z.number() }),
};

/** Bytes per device as the compiler counts them. */
export const memory = z.object({
  argument: z.number(),
  output: z.number(),
  alias: z.number(),
  temp: z.number(),
  peak: z.number().optional(),
});
export type Memory = z.infer<typeof memory>;

/** What is live at once: argument + output − alias + temporary (the CPU compiler's own peak leaves temporaries out). */
export const liveBytes = (m: Memory): number => m.argument + m.output - m.alias + m.temp;

/** What a program says about itself when it is ready; programs add what else they know. */
export const facts = z.looseObject({
  bench: z.string(),
  trace_ms: z.number().optional(),
  lower_ms: z.number().optional(),
  compile_ms: z.number().optional(),
  memory_per_device: memory.optional(),
  /** How often each collective stands in the optimised program; one in a loop body counts once. */
  collectives: z.record(z.string(), z.number()).optional(),
  supervised_positions: z.number().optional(),
});
export type Facts = z.infer<typeof facts>;

export type Handlers = { [C in Command]?: (request: Requests[C]) => Promise<Reply<C>> };

/** A training step as the harness wants it measured; `stepHandlers` makes a served program of it. */
export interface StepProgram {
  /** Runs one step and waits for its results. */
  step(): Promise<{ ms: number; loss: number }>;
  /** One pass with cold caches. */
  retrace(options: { compile: boolean }): Promise<{ trace_ms: number; lower_ms: number; compile_ms?: number }>;
}

/** The `steps` and `retrace` commands of a step program. */
export function stepHandlers(program: StepProgram): Handlers {
  return {
    async steps({ steps }) {
      const done: { ms: number; loss: number }[] = [];
      for (let i = 0; i < positive("steps", steps); i++) done.push(await program.step());
      const times = done.map((s) => s.ms);
      const losses = done.map((s) => s.loss);
      return { ms: Math.min(...times), loss: losses[losses.length - 1]!, times_ms: times, losses };
    },
    async retrace({ retrace, compile = false }) {
      const rows: Awaited<ReturnType<StepProgram["retrace"]>>[] = [];
      for (let i = 0; i < positive("retrace", retrace); i++) rows.push(await program.retrace({ compile }));
      const least = (part: (row: (typeof rows)[number]) => number) => Math.min(...rows.map(part));
      return {
        trace_ms: least((r) => r.trace_ms),
        lower_ms: least((r) => r.lower_ms),
        ...(compile ? { compile_ms: least((r) => r.compile_ms ?? Number.NaN) } : {}),
        total_ms: least((r) => r.trace_ms + r.lower_ms + (r.compile_ms ?? 0)),
      };
    },
  };
}

function positive(name: string, count: number): number {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${name}: got ${count}, expected an integer >= 1`);
  return count;
}

/**
 * The program's side: says that it is ready, then answers requests in turn until `input` ends.
 * A handler that throws is answered by `{"error": message}`; nothing else may write to `output`.
 */
export async function serve(options: {
  ready: Facts;
  handlers: Handlers;
  input?: Readable;
  output?: Writable;
}): Promise<void> {
  const { ready, handlers, input = process.stdin, output = process.stdout } = options;
  const say = (value: unknown) => output.write(JSON.stringify(value) + "\n");
  const lines = createInterface({ input });
  say({ ready });
  for await (const line of lines) {
    try {
      say(await answer(line, handlers));
    } catch (error) {
      console.error(error);
      say({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
    }
  }
}

async function answer(line: string, handlers: Handlers): Promise<unknown> {
  const request = z.record(z.string(), z.unknown()).parse(JSON.parse(line));
  const command = Object.keys(request)[0];
  const handler = Object.entries(handlers).find(([name]) => name === command)?.[1];
  if (handler === undefined) {
    throw new RangeError(`unknown command ${JSON.stringify(command)}; known: ${Object.keys(handlers).join(", ")}`);
  }
  // The wire is untyped: a handler checks the values that it uses.
  return (handler as (request: unknown) => Promise<unknown>)(request);
}
