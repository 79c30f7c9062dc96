// The metrics file across interruption and resume; events; the smoothed loss.

import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Ema } from "../../../src/finetune/metrics/ema.ts";
import { type TrainEvent, TrainEvents } from "../../../src/finetune/metrics/events.ts";
import { MetricsLog, readMetrics } from "../../../src/finetune/metrics/log.ts";
import { formatRecord, type MetricsRecord, parseRecord } from "../../../src/finetune/metrics/record.ts";

const record = (step: number, rest: Partial<MetricsRecord> = {}): MetricsRecord => ({
  step,
  totalSteps: 10,
  epoch: step / 5,
  loss: 2 / step,
  learningRate: 1e-4,
  gradNorm: 0.5,
  tokens: 100 * step,
  supervisedTokens: 30 * step,
  tokensPerSecond: 200,
  elapsedSeconds: step / 2,
  remainingSeconds: (10 - step) / 2,
  ...rest,
});

describe("MetricsLog", () => {
  let dir = "";
  let path = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "jorts-metrics-"));
    path = join(dir, "deep", "metrics.jsonl");
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const write = (steps: readonly number[], resumedStep: number | null = null) => {
    using log = new MetricsLog(path, resumedStep);
    for (const step of steps) log.write(record(step));
  };

  it("has each line in the file as soon as it is written", () => {
    using log = new MetricsLog(path);
    log.write(record(1));
    expect(readFileSync(path, "utf8")).toBe(`${formatRecord(record(1))}\n`);
    log.write(record(2, { evalLoss: 1.5, peakBytes: 2 ** 40 }));
    expect(readMetrics(path)).toEqual([record(1), record(2, { evalLoss: 1.5, peakBytes: 2 ** 40 })]);
  });

  it("continues after the resumed step, without the lines that will be written again", () => {
    write([1, 2, 3, 4, 5]);
    appendFileSync(path, '{"step":6,"loss":');
    write([4, 5, 6], 3);
    expect(readMetrics(path).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    write([7], 6);
    expect(readMetrics(path)).toEqual([1, 2, 3, 4, 5, 6, 7].map((step) => record(step)));
  });

  it("may resume without a file, and start in an empty one", () => {
    write([4], 3);
    expect(readMetrics(path).length).toBe(1);
    rmSync(path);
    writeFileSync(path, "");
    write([1]);
    expect(readMetrics(path).length).toBe(1);
  });

  it("never mixes two runs", () => {
    write([1]);
    expect(() => new MetricsLog(path)).toThrow("the metrics of an earlier run; expected a new file. Resume that run");
    expect(readMetrics(path)).toEqual([record(1)]);
  });

  it("names a damaged line and an impossible path", () => {
    write([1]);
    appendFileSync(path, "{}\n");
    expect(() => readMetrics(path)).toThrow(`${path}: found line 2 "{}"; expected a JSON object with a step`);
    expect(() => new MetricsLog(path, 1)).toThrow("found line 2");
    expect(() => readMetrics(dir)).toThrow("found a directory");
    expect(() => readMetrics(join(dir, "none"))).toThrow("no such file");
    writeFileSync(join(dir, "file"), "");
    expect(() => new MetricsLog(join(dir, "file", "metrics.jsonl"))).toThrow(/ENOTDIR|EEXIST/);
  });

  it.runIf(existsSync("/dev/full"))("says that the disk is full", () => {
    using log = new MetricsLog("/dev/full");
    expect(() => log.write(record(1))).toThrow("no space left on the disk (ENOSPC)");
  });
});

describe("records", () => {
  it("keep numbers that JSON lacks", () => {
    const odd = record(1, { loss: Number.NaN, gradNorm: Number.POSITIVE_INFINITY, evalLoss: Number.NEGATIVE_INFINITY });
    expect(formatRecord(odd)).toContain('"loss":"NaN"');
    expect(parseRecord(formatRecord(odd))).toEqual(odd);
  });

  it("are told from other lines", () => {
    for (const line of ["", "{", "3", "null", "[]", "{}", '{"step":"1"}']) expect(parseRecord(line)).toBeNull();
  });
});

describe("TrainEvents", () => {
  it("reaches listeners in order until they leave, and lets errors through", () => {
    const events = new TrainEvents();
    const seen: string[] = [];
    const done: TrainEvent = { type: "checkpoint", step: 3, path: "p" };
    const leave = events.on(({ type }) => seen.push(`a ${type}`));
    events.on(({ type }) => seen.push(`b ${type}`));
    events.emit(done);
    leave();
    events.emit(done);
    expect(seen).toEqual(["a checkpoint", "b checkpoint", "b checkpoint"]);
    events.on(() => {
      throw new Error("listener");
    });
    expect(() => events.emit(done)).toThrow("listener");
  });
});

describe("Ema", () => {
  it("starts without bias and follows the formula", () => {
    const ema = new Ema(0.5);
    expect(ema.value).toBeNaN();
    expect(ema.update(4)).toBe(4);
    expect(ema.update(1)).toBeCloseTo((0.5 * 0.5 * 4 + 0.5 * 1) / 0.75, 12);
    expect(ema.value).toBe(2);
    expect(() => new Ema(1)).toThrow("beta must be at least 0 and below 1, got 1");
  });
});
