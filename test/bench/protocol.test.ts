// The bench protocol: a child process as the harness sees it, and the served program's side. No Python is needed.
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Peer, peakRssMb } from "../../bench/peer.ts";
import { type Handlers, serve, stepHandlers } from "../../bench/protocol.ts";

/** A Node child that says it is ready and then answers each line by `reply(request)`, a string to print. */
function child(reply: string, options: { before?: string; after?: string; timeout?: number } = {}): Promise<Peer> {
  const ready = `console.log(JSON.stringify({ ready: { bench: "child", answer: 42 } }));`;
  const loop = `const reply = ${reply};
    require("node:readline").createInterface({ input: process.stdin })
      .on("line", (line) => { const said = reply(JSON.parse(line)); if (said !== undefined) console.log(said); });`;
  const source = `${options.before ?? ready}\n${loop}\n${options.after ?? ""}`;
  return Peer.start({ name: "child", command: process.execPath, args: ["-e", source], startTimeout: options.timeout });
}

const ANSWER = `(r) => JSON.stringify({ ms: r.steps, loss: 1, times_ms: [r.steps], losses: [1] })`;

describe("peer", () => {
  test("starts, answers in turn, tells its peak memory and ends", async () => {
    const peer = await child(ANSWER);
    expect(peer.facts).toEqual({ bench: "child", answer: 42 });
    for (const steps of [1, 2]) expect((await peer.ask("steps", { steps })).ms).toBe(steps);
    expect(peer.peakRssMb()).toBeGreaterThan(10);
    await peer.close();
    expect(() => peakRssMb(peer.pid)).toThrow("is not running");
    await expect(peer.ask("steps", { steps: 1 })).rejects.toThrow("after it was closed; start another");
  });

  test("the command's key comes first on the wire", async () => {
    await using peer = await child(
      `(r) => JSON.stringify({ min_us: 1, median_us: 1, calls: Object.keys(r)[0] === "run" ? 1 : 0 })`,
    );
    expect((await peer.ask("run", { seconds: 1, run: "x" })).calls).toBe(1);
  });

  test("one request at a time", async () => {
    await using peer = await child(ANSWER);
    const first = peer.ask("steps", { steps: 1 });
    await expect(peer.ask("steps", { steps: 2 })).rejects.toThrow("await each answer");
    expect((await first).ms).toBe(1);
  });

  test("an error answer is thrown with the end of stderr, and the program stays", async () => {
    await using peer = await child(
      `(r) => { if (r.steps > 1) return ${ANSWER.slice(7)}; console.error("why"); return JSON.stringify({ error: "E: broken" }); }`,
    );
    await expect(peer.ask("steps", { steps: 1 })).rejects.toThrow(/^child: E: broken/);
    expect((await peer.ask("steps", { steps: 2 })).ms).toBe(2);
  });

  test("an answer of another shape says what is missing", async () => {
    await using peer = await child(`() => JSON.stringify({ ms: "fast", loss: 1, times_ms: [], losses: [] })`);
    await expect(peer.ask("steps", { steps: 1 })).rejects.toThrow(/child answered .*fast[\s\S]*at ms/);
  });

  test("a line that is not JSON, or that nobody asked for, ends it", async () => {
    const noisy = await child(`() => "hello"`);
    await expect(noisy.ask("steps", { steps: 1 })).rejects.toThrow('said "hello", expected one JSON value a line');
    await noisy.close(); // reported already
    const chatty = await child(`(r) => (${ANSWER})(r) + "\\n{}"`);
    expect((await chatty.ask("steps", { steps: 1 })).ms).toBe(1);
    await expect(chatty.ask("steps", { steps: 1 })).rejects.toThrow('said "{}" without being asked');
  });

  test("an exit while it was asked gives code and stderr; later requests fail the same way", async () => {
    const peer = await child(`() => { console.error("out of luck"); process.exitCode = 3; process.stdin.destroy(); }`);
    const message =
      /child ended with exit code 3 while it was to answer \{"steps":1\}\nthe end of its stderr:\nout of luck/;
    await expect(peer.ask("steps", { steps: 1 })).rejects.toThrow(message);
    await expect(peer.ask("steps", { steps: 2 })).rejects.toThrow(message);
    await peer.close();
  });

  test("a timeout kills it, at start and in a request", async () => {
    await expect(child(ANSWER, { before: "", timeout: 100 })).rejects.toThrow("child did not get ready within 100 ms");
    const silent = await child(`() => undefined`);
    await expect(silent.ask("steps", { steps: 1 }, 50)).rejects.toThrow('did not answer {"steps":1} within 50 ms');
    await silent.close();
    expect(() => silent.peakRssMb()).toThrow("is not running");
  });

  test("a program that does not exist, fails to get ready, or fails at its end", async () => {
    const missing = Peer.start({ name: "x", command: "/no/such/program", args: [] });
    await expect(missing).rejects.toThrow(/x could not start \/no\/such\/program: spawn .* ENOENT/);
    await expect(child(ANSWER, { before: `console.log("{}");` })).rejects.toThrow(/child answered "\{\}".*/);
    const crashing = await child(ANSWER, { after: `process.on("exit", () => { process.exitCode = 139; });` });
    await expect(crashing.close()).rejects.toThrow("child ended with exit code 139");
  });
});

describe("serve", () => {
  beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => {})); // serve reports failures there
  afterEach(() => void vi.restoreAllMocks());

  async function said(handlers: Handlers, lines: readonly string[]): Promise<unknown[]> {
    const input = new PassThrough();
    const output = new PassThrough();
    input.end(lines.join("\n"));
    await serve({ ready: { bench: "ours" }, handlers, input, output });
    const text = String(output.read());
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  }

  const program = () => {
    let step = 0;
    return stepHandlers({
      async step() {
        step++;
        return { ms: 10 - step, loss: 8 - step };
      },
      async retrace({ compile }) {
        step++;
        return { trace_ms: step, lower_ms: 10 - 2 * step, ...(compile ? { compile_ms: 100 } : {}) };
      },
    });
  };

  test("is ready, answers in order and ends with its input", async () => {
    expect(await said(program(), ['{"steps":2}', '{"steps":1}'])).toEqual([
      { ready: { bench: "ours" } },
      { ms: 8, loss: 6, times_ms: [9, 8], losses: [7, 6] },
      { ms: 7, loss: 5, times_ms: [7], losses: [5] },
    ]);
  });

  test("retrace gives minima of the parts and the minimum of the sums", async () => {
    const [, plain, compiled] = await said(program(), ['{"retrace":2}', '{"retrace":1,"compile":true}']);
    expect(plain).toEqual({ trace_ms: 1, lower_ms: 6, total_ms: 8 });
    expect(compiled).toEqual({ trace_ms: 3, lower_ms: 4, compile_ms: 100, total_ms: 107 });
  });

  test("a failed request is answered and the next one still served", async () => {
    const lines = ['{"steps":0}', '{"run":"x"}', "nonsense", '{"steps":1}'];
    const [, zero, unknown, nonsense, good] = await said(program(), lines);
    expect(zero).toEqual({ error: "RangeError: steps: got 0, expected an integer >= 1" });
    expect(unknown).toEqual({ error: 'RangeError: unknown command "run"; known: steps, retrace' });
    expect(nonsense).toMatchObject({ error: expect.stringContaining("SyntaxError") });
    expect(good).toMatchObject({ loss: 7 });
  });
});
