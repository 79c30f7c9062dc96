// The bench harness: alternation, verdicts and table, targets, environments. No Python is needed.
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alternate, series } from "../../bench/alternate.ts";
import { groups } from "../../bench/groups.ts";
import { machine } from "../../bench/machine.ts";
import { referenceDir } from "../../bench/paths.ts";
import { liveBytes } from "../../bench/protocol.ts";
import { workloadArgs } from "../../bench/reference.ts";
import { writeReport } from "../../bench/report.ts";
import { GROUPS, type Target, targets } from "../../bench/targets.ts";
import { ensureVenv } from "../../bench/venv.ts";
import { boundText, formatNumber, formatTable, judge, judgeAll } from "../../bench/verdict.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "bench-test-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe("alternate", () => {
  test("takes the sides in turn and compares the minima with the better opponent", async () => {
    const order: string[] = [];
    const side = (name: string, values: number[]) => async () => {
      order.push(name);
      return values.shift()!;
    };
    const result = await alternate({
      ours: side("A", [100, 4, 3, 5]),
      theirs: { own: side("B", [100, 8, 7, 9]), plugin: side("C", [100, 6, 12, 24]) },
      rounds: 3,
      warmup: 1,
    });
    expect(order.join("")).toBe("ABCABCABCABC");
    expect(result.ours).toEqual({ samples: [4, 3, 5], min: 3, median: 4 });
    expect(result.theirs.own).toEqual({ samples: [8, 7, 9], min: 7, median: 8 });
    expect(result.best).toBe("plugin");
    expect(result.ratio).toBe(0.5);
  });

  test("the ratio is of minima whatever the samples", async () => {
    const sample = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
    const pairs = fc.array(fc.tuple(sample, sample), { minLength: 1, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(pairs, async (rows) => {
        const left = rows.map(([a]) => a);
        const right = rows.map(([, b]) => b);
        const from = (values: number[]) => {
          const rest = [...values];
          return async () => rest.shift()!;
        };
        const result = await alternate({ ours: from(left), theirs: { them: from(right) }, rounds: rows.length });
        expect(result.ratio).toBe(Math.min(...left) / Math.min(...right));
        expect(result.ours.median).toBeGreaterThanOrEqual(result.ours.min);
      }),
    );
  });

  test("the median of an even count is the mean of the middle two", () => {
    expect(series([4, 1, 3, 2])).toEqual({ samples: [4, 1, 3, 2], min: 1, median: 2.5 });
    expect(() => series([])).toThrow("at least one sample");
  });

  test("refuses no rounds, no opponent and samples that cannot be compared", async () => {
    const one = async () => 1;
    await expect(alternate({ ours: one, theirs: { a: one }, rounds: 0 })).rejects.toThrow("rounds: got 0");
    await expect(alternate({ ours: one, theirs: {}, rounds: 1 })).rejects.toThrow("nobody to compare with");
    for (const bad of [Number.NaN, 0, Infinity]) {
      const result = alternate({ ours: one, theirs: { a: async () => bad }, rounds: 1 });
      await expect(result).rejects.toThrow(`a sample of a is ${bad}`);
    }
  });
});

const target = (over: Partial<Target>): Target => ({
  id: "x",
  group: "step",
  unit: "ms",
  bound: { kind: "ratio", factor: 0.5 },
  compared: "",
  source: "",
  ...over,
});

describe("verdicts", () => {
  test("a ratio is reached up to its factor, inclusive", () => {
    expect(judge(target({}), { target: "x", ours: 5, theirs: 10 })).toMatchObject({ ratio: 0.5, verdict: "ok" });
    expect(judge(target({}), { target: "x", ours: 5.01, theirs: 10 }).verdict).toBe("over");
  });

  test("a constant is added in the target's unit", () => {
    const koffi = target({ unit: "µs", bound: { kind: "ratio", factor: 1.25, plus: 2 } });
    expect(judge(koffi, { target: "x", ours: 14.5, theirs: 10 }).verdict).toBe("ok");
    expect(judge(koffi, { target: "x", ours: 14.6, theirs: 10 }).verdict).toBe("over");
  });

  test("counts may be zero on both sides; absolute bounds need no opponent", () => {
    const count = target({ unit: "count", bound: { kind: "ratio", factor: 1 } });
    expect(judge(count, { target: "x", ours: 0, theirs: 0 })).toMatchObject({ ratio: null, verdict: "ok" });
    expect(judge(count, { target: "x", ours: 1, theirs: 0 }).verdict).toBe("over");
    const speed = target({ unit: "MB/s", bound: { kind: "atLeast", factor: 2 } });
    expect(judge(speed, { target: "step.time", ours: 4, theirs: 2 })).toMatchObject({ ratio: 2, verdict: "ok" });
    expect(judge(speed, { target: "step.time", ours: 3.9, theirs: 2 }).verdict).toBe("over");
    expect(boundText(speed.bound, speed.unit)).toBe("≥ 2 ×");
    const flat = target({ bound: { kind: "absolute", limit: 0 } });
    expect(judge(flat, { target: "x", ours: 0, theirs: null }).verdict).toBe("ok");
    expect(judge(flat, { target: "x", ours: 1, theirs: null }).verdict).toBe("over");
  });

  test("what cannot be judged is an error, never a verdict", () => {
    expect(() => judge(target({}), { target: "x", ours: 1, theirs: null })).toThrow("x is a ratio");
    expect(() => judge(target({}), { target: "x", ours: Number.NaN, theirs: 1 })).toThrow("x: ours is NaN");
    expect(() => judgeAll([target({})], [{ target: "y", ours: 1, theirs: 1 }])).toThrow("measured y");
    const twice = { target: "x", ours: 1, theirs: 4 };
    expect(() => judgeAll([target({})], [twice, twice])).toThrow("measured x twice");
    expect(judgeAll([target({})], [])).toMatchObject([{ ratio: null, verdict: "not measured" }]);
  });

  test("the table is aligned", () => {
    const rows = judgeAll(
      [
        target({ id: "step.time", bound: { kind: "ratio", factor: 0.95 } }),
        target({ id: "koffi", unit: "µs", bound: { kind: "ratio", factor: 1.25, plus: 2 } }),
        target({ id: "losses", unit: "relative", bound: { kind: "absolute", limit: 1e-5 } }),
        target({ id: "later" }),
      ],
      [
        { target: "step.time", ours: 6123.4, theirs: 6612.3, against: "JAX, own client" },
        { target: "koffi", ours: 9.31, theirs: 4.912 },
        { target: "losses", ours: 2.34e-7, theirs: null },
      ],
    );
    expect("\n" + formatTable(rows)).toMatchInlineSnapshot(`
      "
      name                  ours                     theirs  ratio  target           verdict
      ─────────  ───────────────  ─────────────────────────  ─────  ───────────────  ────────────
      step.time          6123 ms  6612 ms (JAX, own client)  0.926  ≤ 0.95 ×         ok
      koffi              9.31 µs                   4.912 µs  1.895  ≤ 1.25 × + 2 µs  over
      losses     2.3e-7 relative                          –      –  ≤ 1e-5           ok
      later                    –                          –      –  ≤ 0.5 ×          not measured"
    `);
  });

  test("numbers keep four significant digits", () => {
    const shown = [0, 12, 0.02, 1234.56, 123.456, 0.0012345, 1e-5, 2.34e-7].map(formatNumber);
    expect(shown).toEqual(["0", "12", "0.02", "1235", "123.5", "0.001234", "1e-5", "2.3e-7"]);
    expect(boundText({ kind: "ratio", factor: 1.25, plus: 2 }, "µs")).toBe("≤ 1.25 × + 2 µs");
  });

  test("the report holds every row and appears whole", async () => {
    const path = join(dir, "report.json");
    const rows = judgeAll([target({})], [{ target: "x", ours: 1, theirs: 4, detail: { min: 1 } }]);
    await writeReport(path, { started: "2026-01-01T00:00:00Z", machine: machine(), rows });
    const report = JSON.parse(await readFile(path, "utf8"));
    expect(report.rows).toMatchObject([
      { name: "x", ours: 1, theirs: 4, ratio: 0.25, target: "≤ 0.5 ×", verdict: "ok" },
    ]);
    expect(report.machine.cores).toBeGreaterThan(0);
    await expect(writeReport(join(dir, "missing", "r.json"), { ...report, rows })).rejects.toThrow("ENOENT");
  });
});

test("targets: ids are unique, every group has some, and registered groups are known once", () => {
  expect(new Set(targets.map((t) => t.id)).size).toBe(targets.length);
  expect(new Set(targets.map((t) => t.group))).toEqual(new Set(GROUPS));
  expect(new Set(groups.map((g) => g.name)).size).toBe(groups.length);
});

test("live bytes are argument + output − alias + temporary", () => {
  expect(liveBytes({ argument: 100, output: 10, alias: 8, temp: 1000 })).toBe(1102);
});

test("a workload becomes the reference programs' options", () => {
  expect(workloadArgs({ config: "tiny", batch: 8, seq: 256, supervised: 0.33, dtype: undefined })).toEqual(
    "--config tiny --batch 8 --seq 256 --supervised 0.33".split(" "),
  );
});

describe("environments", () => {
  test("one whose stamp agrees with the requirements is used as it is; another is made again", async () => {
    const home = join(dir, "venv-jax");
    const interpreter = join(home, "bin", "python");
    const text = await readFile(join(referenceDir(), "requirements.txt"));
    await mkdir(join(home, "bin"), { recursive: true });
    await writeFile(interpreter, "");
    await writeFile(join(home, "requirements.sha256"), createHash("sha256").update(text).digest("hex"));
    const options = { python: join(dir, "no-python"), cache: dir };
    expect(await ensureVenv("jax", options)).toBe(interpreter);
    await writeFile(join(home, "requirements.sha256"), "another");
    await expect(ensureVenv("jax", options)).rejects.toThrow(/could not run .*no-python; .*3\.11 or newer/);
  });

  test("says when Python is too old or has no venv", async () => {
    const fake = async (name: string, script: string) => {
      const path = join(dir, name);
      await writeFile(path, `#!/bin/sh\n${script}\n`);
      await chmod(path, 0o755);
      return path;
    };
    const old = await fake("old-python", "echo 3.9");
    await expect(ensureVenv("torch", { python: old, cache: dir })).rejects.toThrow("is Python 3.9, the pinned");
    const bare = await fake("bare-python", 'case "$2" in *ensurepip*) echo gone >&2; exit 1;; *) echo 3.11;; esac');
    await expect(ensureVenv("torch", { python: bare, cache: dir })).rejects.toThrow(
      /has no venv or pip .*python3-venv\)\ngone/,
    );
  });

  test("requirements are pinned", async () => {
    for (const file of ["requirements.txt", "requirements-torch.txt"]) {
      const lines = (await readFile(join(referenceDir(), file), "utf8")).trimEnd().split("\n");
      for (const line of lines) expect(line).toMatch(/^[a-z_-]+==[\d.]+$/);
    }
  });
});
