// Progress on stderr: one bar on a terminal, plain lines elsewhere.
import { MultiBar, type SingleBar } from "cli-progress";
import type { FetchProgress } from "../../runtime/index.ts";
import { describeReport, Ema, type TrainEvent } from "../finetune/index.ts";
import { byteCount, duration, paint, rate } from "./terminal.ts";

/** Lines on stderr, and below them at most one bar. */
export class Status {
  #bars: MultiBar | null = null;
  #bar: SingleBar | null = null;
  readonly #stream = process.stderr;

  /** Shows a bar with `format` (cli-progress), where there is a terminal. */
  start(format: string, total: number, value: number, payload: object): void {
    this.stop();
    if (!this.#stream.isTTY) return;
    this.#bars = new MultiBar({
      format,
      stream: this.#stream,
      barsize: 24,
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false,
      barCompleteChar: "█",
      barIncompleteChar: "░",
    });
    this.#bar = this.#bars.create(total, value, payload);
  }

  update(value: number, payload: object): void {
    this.#bar?.update(value, payload);
  }

  get hasBar(): boolean {
    return this.#bar !== null;
  }

  /** Prints a line; a bar stays below it. */
  line(text: string): void {
    if (this.#bars === null) {
      this.#stream.write(`${text}\n`);
      return;
    }
    this.#bars.log(`${text}\n`);
    this.#bars.update();
  }

  stop(): void {
    this.#bars?.stop();
    this.#bars = null;
    this.#bar = null;
  }
}

/** Shows the loading of a model. */
export function loadProgress(status: Status): (done: number, total: number) => void {
  return (done, total) => {
    if (done === 1) status.start("Loading the model {bar} {value}/{total} weights", total, 0, {});
    status.update(done, {});
    if (done === total) status.stop();
  };
}

/** Shows downloads: a bar where pip tells its progress. */
export function fetchProgress(status: Status): (progress: FetchProgress) => void {
  let stage = "";
  return ({ package: name, stage: now, received, total }) => {
    if (now === stage) {
      if (now === "download") status.update(received, { done: byteCount(received), all: byteCount(total) });
      return;
    }
    stage = now;
    status.stop();
    if (now === "download") {
      status.line(`Fetching ${name} with pip (${byteCount(total)}) …`);
      status.start(`${name} {bar} {done} of {all}`, total, 0, { done: byteCount(0), all: byteCount(total) });
    } else if (now === "verify") status.line(`Checking its SHA-256 and unpacking …`);
  };
}

/** Shows a training run as it goes. */
export function trainProgress(status: Status): (event: TrainEvent) => void {
  const smooth = new Ema(0.9);
  const secondsPerToken = new Ema(0.9);
  const dim = paint(process.stderr, "dim");
  return (event) => {
    switch (event.type) {
      case "data": {
        const { maxSeqLen } = event;
        for (const line of describeReport(event.train, maxSeqLen)) status.line(`Training data: ${line}`);
        if (event.evaluation !== null)
          for (const line of describeReport(event.evaluation, maxSeqLen)) status.line(`Held-out data: ${line}`);
        const { prompt, supervised } = event.example;
        status.line(`One row; what is learnt stands after the arrow:\n${dim(prompt)} → ${supervised}`);
        break;
      }
      case "start": {
        const { step, totalSteps, trainableParameters, trainRows } = event;
        if (step > 0) status.line(`Continuing after step ${step}.`);
        status.line(
          `Training ${trainableParameters.toLocaleString("en-US")} parameters on ${trainRows} rows in ${totalSteps} steps.`,
        );
        const format = "{bar} step {value}/{total}  loss {loss}  {speed} tokens/s  {left}";
        status.start(format, totalSteps, step, { loss: "–", speed: "–", left: "compiling …" });
        break;
      }
      case "step": {
        const { step, totalSteps, loss, tokensPerSecond, remainingSeconds, learningRate } = event.metrics;
        const average = smooth.update(loss!).toFixed(4);
        const speed = rate(1 / secondsPerToken.update(1 / tokensPerSecond));
        const left = `${duration(remainingSeconds)} left`;
        if (status.hasBar) status.update(step, { loss: average, speed, left });
        else
          status.line(
            `step ${step}/${totalSteps}  loss ${loss!.toFixed(4)} (average ${average})  ` +
              `rate ${learningRate.toExponential(2)}  ${speed} tokens/s  ${left}`,
          );
        break;
      }
      case "eval":
        status.line(`Held-out loss after step ${event.step}: ${event.loss.toFixed(4)}`);
        break;
      case "checkpoint":
        status.line(`Checkpoint: ${event.path}`);
        break;
      case "done":
      case "interrupted":
        status.stop();
        break;
    }
  };
}
