// Runs of programs that call the host: what waits for this thread, and what this thread therefore must not wait for.
import {
  holdHostFunction,
  type LoadedExecutable,
  type PreparedExecution,
  rawBuffer,
  releaseHostFunction,
} from "../../runtime/index.ts";
import { longAval } from "../core/aval.ts";
import { JortsError } from "../core/errors.ts";
import type { ArrayTensor } from "./array.ts";
import type { HostRun } from "./storage.ts";

/** A program that calls the host. */
interface Pending extends UnderWay {
  readonly end: () => void;
}
/** Those that are not known to be over; and the promises that tell of them, which a moment later are still there. */
const pending = new Set<Pending>();
const outcomes = new Set<Promise<void>>();

/** Lets go of programs that are over, before their promises tell. */
function sweep(): void {
  for (const p of pending) if (isOver(p)) finish(p);
}

function finish(p: Pending): void {
  if (pending.delete(p)) p.end();
}

/**
 * XLA's CPU client makes whoever starts a program wait while 32 are under way on a device. While one of them waits for
 * this thread, this thread must not be made to wait, so it counts.
 */
const mostUnderWay = 24;
interface UnderWay {
  readonly executable: LoadedExecutable;
  readonly events: readonly number[];
}
let underWay: UnderWay[] = [];

let hostCalls = 0;

/** Runs what a program calls. */
export function duringHostCall<R>(body: () => R): R {
  hostCalls++;
  try {
    return body();
  } finally {
    hostCalls--;
  }
}

/** True if a run of `executable` must be looked after: it calls the host, or another does that is not over. */
export const needsCare = (executable: LoadedExecutable): boolean =>
  pending.size > 0 || hostCalls > 0 || executable.hostFunctions.length > 0;

const isOver = ({ executable, events }: UnderWay): boolean => events.every((e) => executable.client.events.isReady(e));

/** Lets go of runs that are over. @throws JortsError when too many are under way */
function makeRoom({ name }: LoadedExecutable): void {
  underWay = underWay.filter((run) => {
    if (!isOver(run)) return true;
    for (const e of run.events) run.executable.client.events.destroy(e);
    return false;
  });
  const count = underWay.length + pending.size;
  if (count >= mostUnderWay)
    throw new JortsError(
      `${name}: ${count} programs are under way, one of which calls the host (debug.print, pureCallback, ioCallback) and ` +
        "waits for this thread. Await a result now and then: `await x.blockUntilReady()`.",
    );
}

/**
 * Starts a program of which `results` are the user's; one more is the token that ordered calls pass on.
 * @throws JortsError when too many are waiting for the host
 */
export function runWithCare(
  executable: LoadedExecutable,
  prepared: PreparedExecution,
  results: number,
): HostRun | null {
  // XLA's CPU client runs what one thread starts in order: this would run after the program that calls.
  if (hostCalls > 0)
    throw new JortsError(
      `${executable.name}: a callback that a program calls cannot run tensor operations; they would wait for that program. ` +
        "Compute with plain JavaScript on x.tolist(), x.item() or x.bits(), and return an array, a typed array or a number.",
    );
  sweep();
  // Starting on several devices waits for a thread of XLA's for each, and the other program may hold all of them.
  if (prepared.numDevices > 1 && hostRuns.length > 0)
    throw new JortsError(
      `${executable.name}: a program on several devices that calls the host (debug.print, pureCallback, ioCallback) is not ` +
        "over; until it is, no other can be started on several devices. Await its result first: `await x.blockUntilReady()`.",
    );
  makeRoom(executable);
  const held = [...executable.hostFunctions];
  for (const f of held) holdHostFunction(f);
  const hostRun = held.length > 0 && prepared.numDevices > 1 ? openHostRun(executable) : null;
  const endings = [
    () => {
      for (const f of held) releaseHostFunction(f);
      if (hostRun !== null) closeHostRun(hostRun);
    },
  ];
  const end = () => {
    for (const ending of endings) ending();
  };
  try {
    if (prepared.numOutputs > results) endings.push(runWithToken(executable, prepared));
    else prepared.runWithCompletion();
  } catch (error) {
    end();
    throw error;
  }
  const events = Array.from({ length: prepared.numDevices }, (_, d) => prepared.completion(d));
  if (held.length === 0) underWay.push({ executable, events });
  else if (isOver({ executable, events })) {
    end();
    // An error shows where a result is read; without results, here.
    for (const e of events)
      if (results === 0) executable.client.events.wait(e);
      else executable.client.events.destroy(e);
    if (results === 0 && hostRun?.state === "failed") throw hostRun.reason;
  } else follow(executable, events, results, hostRun, end);
  return hostRun;
}

function follow(
  executable: LoadedExecutable,
  events: readonly number[],
  results: number,
  hostRun: HostRun | null,
  end: () => void,
): void {
  const p: Pending = { executable, events, end };
  pending.add(p);
  const { client } = executable;
  const outcome = Promise.allSettled(events.map((e) => client.events.over(e))).then((ends) => {
    finish(p);
    outcomes.delete(outcome);
    for (const e of events) client.events.destroy(e);
    for (const e of ends) if (e.status === "rejected") throw e.reason;
    if (hostRun?.state === "failed") throw hostRun.reason;
  });
  outcomes.add(outcome);
  // An error shows where a result is read; without results it is nobody's, and ends the process unless it is awaited.
  if (results > 0) outcome.catch(() => {});
}

/** Runs on several devices that are not over, the oldest first. */
let hostRuns: { readonly executable: LoadedExecutable; readonly run: HostRun }[] = [];

function openHostRun(executable: LoadedExecutable): HostRun {
  const run: HostRun = { state: "open", reason: undefined };
  hostRuns.push({ executable, run });
  return run;
}

function closeHostRun(run: HostRun): void {
  if (run.state === "open") run.state = "good";
  hostRuns = hostRuns.filter((r) => r.run !== run);
}

/** Host function `number` threw; false unless a run on several devices called it. Programs run one after the other. */
export function failHostRun(number: number, reason: unknown): boolean {
  const found = hostRuns.find(
    ({ executable, run }) => run.state === "open" && executable.hostFunctions.includes(number),
  );
  if (found === undefined) return false;
  found.run.state = "failed";
  found.run.reason = reason;
  return true;
}

/** Throws what a callback threw that `t` depends on. */
export function requireGood(t: ArrayTensor): void {
  for (const r of t.storage.run?.hostRuns ?? []) if (r.state === "failed") throw r.reason;
}

/** What the next program with ordered calls waits for; none when the last one is over. */
let lastToken: { readonly executable: LoadedExecutable; readonly handle: number } | undefined;

const tokenBytes = 4;

/** Runs with the token as last argument and result; what it returns ends the new token once the run is over. */
function runWithToken(executable: LoadedExecutable, prepared: PreparedExecution): () => void {
  const { client, deviceIds } = executable;
  const device = client.devices.find((d) => d.id === deviceIds[0])!;
  const before = lastToken;
  lastToken = undefined;
  const token =
    before === undefined
      ? client.transfers.fromHost(new Uint32Array(1), "u32", [], device)
      : before.executable.client.transfers.copyToDevice(before.handle, device, tokenBytes);
  if (before !== undefined) before.executable.client.transfers.destroy(before.handle, tokenBytes);
  try {
    prepared.setArgument(0, prepared.numArguments - 1, token);
    prepared.runWithCompletion();
  } finally {
    client.transfers.destroy(token, tokenBytes);
  }
  const made = { executable, handle: prepared.result(0, prepared.numOutputs - 1) };
  lastToken = made;
  return () => {
    // Otherwise the program after this one has taken it.
    if (lastToken !== made) return;
    lastToken = undefined;
    client.transfers.destroy(made.handle, tokenBytes);
  };
}

/**
 * Settles when every program that calls the host is over; rejects with what one of their callbacks threw. As
 * `jax.effects_barrier`.
 */
export async function effectsBarrier(): Promise<void> {
  while (outcomes.size > 0) await Promise.all([...outcomes]);
}

/** How long this thread waits for a value that the host gave while a program waits for this thread. */
const patience = 10_000;
const clock = new Int32Array(new SharedArrayBuffer(4));

/**
 * Before this thread waits for `t`. XLA's CPU client runs what one thread starts in order, so while a program waits for
 * this thread, no program after it ends.
 * @throws JortsError if the wait might never end; what a callback threw that `t` depends on
 */
export function requireReadable(t: ArrayTensor): void {
  requireGood(t);
  sweep();
  if (pending.size === 0 && hostCalls === 0) return;
  const { client, run } = t.storage;
  const isThere = () =>
    t.handles().every((h) => {
      const event = rawBuffer.readyEvent(client.api, h);
      const ready = client.events.isReady(event);
      client.events.destroy(event);
      return ready;
    });
  const end = performance.now() + patience;
  while (!isThere()) {
    if (run !== null || performance.now() > end)
      throw new JortsError(
        `The value of ${longAval(t.aval)} was asked for at once while a program that calls the host (debug.print, ` +
          "pureCallback, ioCallback) is running; the call needs this thread. Await it: `await x.data()`, or " +
          "`await x.blockUntilReady()` before item() or tolist(), or `await effectsBarrier()`.",
      );
    // A copy from the host, which another thread makes.
    Atomics.wait(clock, 0, 0, 1);
  }
}

/** Whether programs are waiting for the host: then this thread must not wait for another one. */
export const hostIsAwaited = (): boolean => pending.size > 0 || hostCalls > 0;
