// Waiting for device work, on this thread or without blocking it.
import { type Api, Call } from "./api.ts";

/** Native waits at a time; each holds a thread. Further events queue and are looked at whenever one wait ends. */
const maxNativeWaits = 4;

interface Waiter {
  readonly event: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  /** The caller ends the event. */
  readonly keep: boolean;
}

/**
 * Events of one plugin. An event is owned by whoever got it from a call; `wait`, `settled` and `destroy` end its life.
 *
 * Waiting without blocking runs PJRT_Event_Await on a thread of koffi's. PJRT_Event_OnReady is not used on purpose: its
 * callback must reach this thread from one of XLA's and holds that one up meanwhile, so a synchronous wait here for work
 * that needs those threads never ends (tried: 12 pending callbacks, then one `wait`).
 */
export class Events {
  readonly #await: Call<"Event_Await">;
  readonly #destroy: Call<"Event_Destroy">;
  readonly #isReady: Call<"Event_IsReady">;
  /** Argument structs of native waits that are not under way. */
  readonly #idle: Call<"Event_Await">[];
  #queue: Waiter[] = [];

  constructor(api: Api) {
    this.#await = new Call(api, "Event_Await");
    this.#destroy = new Call(api, "Event_Destroy");
    this.#isReady = new Call(api, "Event_IsReady");
    this.#idle = Array.from({ length: maxNativeWaits }, () => new Call(api, "Event_Await"));
  }

  /** Blocks until the event's work is done; throws its PjrtError. */
  wait(event: number): void {
    try {
      this.#await.set("event", event);
      this.#await.run();
    } finally {
      this.destroy(event);
    }
  }

  /** Settles when the event's work is done; rejects with its PjrtError. Keeps the process alive until then. */
  settled(event: number): Promise<void> {
    return this.#wait(event, false);
  }

  /** As `settled`, but the caller ends the event, some time after the promise has settled. */
  over(event: number): Promise<void> {
    return this.#wait(event, true);
  }

  #wait(event: number, keep: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ event, resolve, reject, keep });
      this.#advance();
    });
  }

  /** Whether the work is done, in success or failure. Does not end the event. */
  isReady(event: number): boolean {
    this.#isReady.set("event", event);
    this.#isReady.run();
    return this.#isReady.get("is_ready") !== 0;
  }

  destroy(event: number): void {
    this.#destroy.set("event", event);
    this.#destroy.run();
  }

  /** Settles queued events that are ready and starts native waits for as many others as there is room for. */
  #advance(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const waiter of queue) {
      if (this.isReady(waiter.event)) this.#settle(waiter);
      else {
        const call = this.#idle.pop();
        if (call === undefined) this.#queue.push(waiter);
        else this.#start(waiter, call);
      }
    }
  }

  #start(waiter: Waiter, call: Call<"Event_Await">): void {
    call.set("event", waiter.event);
    const finish = (outcome: () => void) => {
      this.#idle.push(call);
      if (!waiter.keep) this.destroy(waiter.event);
      outcome();
      this.#advance();
    };
    call.runAsync().then(
      () => finish(waiter.resolve),
      (reason: unknown) => finish(() => waiter.reject(reason)),
    );
  }

  #settle({ event, resolve, reject, keep }: Waiter): void {
    try {
      this.#await.set("event", event);
      this.#await.run();
      resolve();
    } catch (reason) {
      reject(reason);
    } finally {
      if (!keep) this.destroy(event);
    }
  }
}
