// A program that serves the bench protocol in a child process: started, asked, watched and ended here.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import { BenchError } from "./errors.ts";
import { type Command, type Facts, facts, type Reply, type Requests, replies } from "./protocol.ts";

export interface PeerOptions {
  /** For messages, such as `jax` or `jorts`. */
  name: string;
  command: string;
  args: readonly string[];
  cwd?: string;
  /** Added to this process's environment. */
  env?: Readonly<Record<string, string>>;
  /** Milliseconds until it must have said that it is ready (compiling included). Default 10 minutes. */
  startTimeout?: number;
}

const MINUTES = 60_000;
const STDERR_KEPT = 4000;
const running = new Set<ChildProcessWithoutNullStreams>();
let hooked = false;

interface Waiting {
  what: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** A running program. `close` it, or `await using` it; whatever is left is killed when this process exits. */
export class Peer implements AsyncDisposable {
  readonly name: string;
  #child: ChildProcessWithoutNullStreams;
  #facts!: Facts;
  #stderr = "";
  #waiting: Waiting | undefined;
  #failure: BenchError | undefined;
  #ended = false;
  #exited: Promise<void>;

  private constructor(options: PeerOptions) {
    this.name = options.name;
    const child = spawn(options.command, options.args, { cwd: options.cwd, env: { ...process.env, ...options.env } });
    this.#child = child;
    track(child);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#receive(line));
    // EPIPE: it has ended, and "close" says how.
    child.stdin.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") this.#fail(`could not be written to: ${error.message}`);
    });
    this.#exited = new Promise((resolve) => {
      child.on("error", (error) => {
        this.#fail(`could not start ${options.command}: ${error.message}`);
        resolve();
      });
      child.on("close", (code, signal) => {
        const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
        const during = this.#waiting === undefined ? "" : ` while it was to ${this.#waiting.what}`;
        if (this.#waiting !== undefined || code !== 0) this.#fail(`ended ${how}${during}`);
        this.#ended = true;
        resolve();
      });
    });
  }

  /** Starts a program and waits until it is ready. Throws BenchError with the end of its stderr when it fails. */
  static async start(options: PeerOptions): Promise<Peer> {
    const peer = new Peer(options);
    try {
      const first = await peer.#wait("get ready", options.startTimeout ?? 10 * MINUTES);
      peer.#facts = peer.#parse(z.object({ ready: facts }), first).ready;
      return peer;
    } catch (error) {
      await peer.#kill();
      throw error;
    }
  }

  /** What the program said about itself when it got ready. */
  get facts(): Facts {
    return this.#facts;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /**
   * Sends one request and waits for its answer; one at a time. `timeout` in milliseconds, default 10 minutes: a program
   * that exceeds it is killed. Throws BenchError for a timeout, an error answer, an answer of another shape, or an exit.
   */
  async ask<C extends Command>(command: C, request: Requests[C], timeout = 10 * MINUTES): Promise<Reply<C>> {
    const wire = JSON.stringify({ [command]: undefined, ...request });
    const answer = this.#wait(`answer ${wire}`, timeout);
    if (this.#waiting !== undefined) this.#child.stdin.write(wire + "\n");
    return this.#parse(replies[command], await answer);
  }

  /** MiB of memory that the program has held at most since it was started (VmHWM). */
  peakRssMb(): number {
    return peakRssMb(this.pid);
  }

  /** Ends its input and waits for it to go; kills it after `timeout` milliseconds. Throws if its exit code is not 0. */
  async close(timeout = 30_000): Promise<void> {
    if (this.#failure !== undefined) return this.#kill(); // reported already
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#fail(`did not end within ${timeout} ms of the end of its input`), timeout);
    await this.#exited;
    clearTimeout(timer);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #wait(what: string, timeout: number): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#ended) throw new BenchError(`${this.name}: asked to ${what} after it was closed; start another`);
    if (this.#waiting !== undefined) {
      throw new BenchError(
        `${this.name}: asked to ${what} while it is still to ${this.#waiting.what}; await each answer`,
      );
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(`did not ${what} within ${timeout} ms`), timeout);
      this.#waiting = { what, resolve, reject, timer };
    });
  }

  #receive(line: string): void {
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#fail(`said ${quote(line)} without being asked`);
      return;
    }
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      this.#fail(`said ${quote(line)}, expected one JSON value a line`);
      return;
    }
    this.#waiting = undefined;
    clearTimeout(waiting.timer);
    waiting.resolve(value);
  }

  #parse<T>(shape: z.ZodType<T>, value: unknown): T {
    const failed = z.object({ error: z.string() }).safeParse(value);
    if (failed.success) throw new BenchError(`${this.name}: ${failed.data.error}${this.#stderrTail()}`);
    const parsed = shape.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new BenchError(`${this.name} answered ${quote(JSON.stringify(value))}: ${z.prettifyError(parsed.error)}`);
  }

  #fail(message: string): void {
    this.#failure ??= new BenchError(`${this.name} ${message}${this.#stderrTail()}`);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) {
      clearTimeout(waiting.timer);
      waiting.reject(this.#failure);
    }
    this.#child.kill("SIGKILL");
  }

  async #kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  #stderrTail(): string {
    const text = this.#stderr.trimEnd();
    return text === "" ? "" : `\nthe end of its stderr:\n${text}`;
  }
}

/** MiB at the high-water mark of resident memory of a running process. Throws BenchError when there is no such process. */
export function peakRssMb(pid: number): number {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch (cause) {
    throw new BenchError(`process ${pid} is not running, so its peak memory cannot be read; read it before it ends`, {
      cause,
    });
  }
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(status);
  if (found === null) throw new BenchError(`/proc/${pid}/status has no VmHWM line; expected Linux and a live process`);
  return Number(found[1]) / 1024;
}

function track(child: ChildProcessWithoutNullStreams): void {
  running.add(child);
  child.on("close", () => running.delete(child));
  if (hooked) return;
  hooked = true;
  process.on("exit", () => {
    for (const left of running) left.kill("SIGKILL");
  });
}

const quote = (text: string) => JSON.stringify(text.length > 200 ? text.slice(0, 200) + "…" : text);
