// The programs of docs/debugging.md print what it says.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import "../../src/lib/install.ts";
import { config } from "../../src/compile/config.ts";
import { pureCallback } from "../../src/lib/callback.ts";
import * as debug from "../../src/lib/debug.ts";
import { jit } from "../../src/lib/jit.ts";
import * as lax from "../../src/lib/lax.ts";
import * as np from "../../src/lib/np.ts";
import { ShapeDtypeStruct, type Tensor } from "../../src/lib/tensor.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/debugging.md", import.meta.url)), "utf8");
const blocks = [...page.matchAll(/```ts\n(.*?)```\n\n```text\n(.*?)```/gs)].map(([, code, output]) => ({
  code: code!,
  output: output!,
}));

afterEach(() => {
  config.debugNans = false;
  config.checkTracerLeaks = false;
  vi.restoreAllMocks();
});

const programs: ((log: (...values: unknown[]) => void) => Promise<void>)[] = [
  async () => {
    const f = jit((x: Tensor) => {
      const y = np.sin(x);
      debug.print("x = {x}, y = {}", y, { x });
      return y;
    });
    await f(np.array([0, 1, 2])).data();
  },
  async () => {
    const total = jit((xs: Tensor) =>
      lax.scan(
        (sum: Tensor, x: Tensor) => {
          debug.print("{sum} + {x}", { sum, x, ordered: true });
          return [np.add(sum, x), null];
        },
        0,
        xs,
      ),
    );
    await total(np.array([1, 2, 3]))[0].data();
  },
  async (log) => {
    const f = jit((x: Tensor) => {
      const erf = (v: Tensor) =>
        (v.tolist() as number[]).map((e) => Math.sign(e) * Math.sqrt(1 - Math.exp(-1.27 * e * e)));
      return pureCallback(erf, new ShapeDtypeStruct(x.shape, "float32"), x);
    });
    const y = f(np.array([-1, 0, 2]));
    log(await y.data());
  },
  async (log) => {
    config.debugNans = true;
    const loss = jit((x: Tensor) => np.log(np.subtract(x, 2)).sum());
    try {
      loss(np.array([1, 3]));
    } catch (error) {
      const { name, message } = error as Error;
      log(`${name}: ${message.replace(/at .*:\d+:\d+$/, "at train.ts:2")}`);
    }
  },
  async (log) => {
    config.checkTracerLeaks = true;
    const kept: Tensor[] = [];
    const f = jit(function keeps(x: Tensor) {
      kept.push(np.sin(x));
      return x;
    });
    try {
      f(np.ones([3]));
    } catch (error) {
      log((error as Error).message.replace(/ at \S+:\d+/g, " at …"));
    }
  },
];

const squeezed = (code: string) => code.replace(/[\s,;]/g, "");

test.each(programs.map((run, i) => [i + 1, run, blocks[i]!] as const))(
  "program %i",
  async (_, run, { code, output }) => {
    let written = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      written += String(text);
      return true;
    });
    await run((...values) => {
      written += `${values.map((v) => (typeof v === "string" ? v : inspect(v))).join(" ")}\n`;
    });
    vi.restoreAllMocks();
    expect(written).toBe(output);
    // The page shows the program that runs here.
    const source = squeezed(readFileSync(fileURLToPath(import.meta.url), "utf8"));
    const shown = squeezed(code).replace("console.log", "log");
    const body = shown.includes("debugNans") ? shown.split("loss(np")[0]! : shown;
    expect(source).toContain(body);
  },
);

test("every program of the page is here", () => expect(blocks).toHaveLength(programs.length));
