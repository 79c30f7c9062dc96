// Loading plugins: what is refused and why, and that a process that loads one ends well.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { findPlugin, loadPlugin, PluginError, pinnedPlugins, platformFromEnvironment } from "../../runtime/index.ts";
import { cachedPath } from "../../runtime/plugins/install.ts";
import { childRunner } from "./child.ts";
import { cpuPlugin, cpuPluginPath } from "./plugin.ts";

const folder = mkdtempSync(join(tmpdir(), "jorts-plugin-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

const file = (name: string, content: Uint8Array | string) => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
};

describe("loading", () => {
  const refusal = (path: string) => {
    try {
      loadPlugin(path);
    } catch (error) {
      expect(error).toBeInstanceOf(PluginError);
      expect((error as Error).message).toContain("jorts plugin install cpu");
      return (error as Error).message;
    }
    throw new Error(`${path} was loaded`);
  };

  test("a missing file", () => {
    expect(refusal(join(folder, "absent.so"))).toContain("There is no PJRT plugin at");
  });

  test("a folder", () => {
    expect(refusal(folder)).toContain("is not a file");
  });

  test("a text file and an empty file", () => {
    expect(refusal(file("text.so", "this is no library, it is a text"))).toContain("is not a shared object");
    expect(refusal(file("empty.so", ""))).toContain("is not a shared object");
  });

  test("a library of another machine", () => {
    const head = Buffer.alloc(64);
    head.writeUInt32BE(0x7f454c46, 0);
    head.writeUInt16LE(243, 18); // RISC-V
    expect(refusal(file("riscv.so", head))).toContain("is built for ELF machine 243, not for this x64 one");
  });

  test("a plugin that was cut short", () => {
    const cut = file("cut.so", readFileSync(cpuPluginPath).subarray(0, 1 << 20));
    expect(refusal(cut)).toMatch(/was cut short: it has 1048576 bytes and its header speaks of at least 20\d{7}/);
  });

  test("a library that the loader refuses: its own words", () => {
    const hollow = Buffer.from(readFileSync(cpuPluginPath).subarray(0, 4096));
    hollow.fill(0, 40, 48); // no section table
    hollow.fill(0, 54, 64); // no program headers
    expect(refusal(file("hollow.so", hollow))).toMatch(/The system loader refused .*hollow\.so/);
  });

  test("a library that is no plugin", () => {
    const foreign = join(folder, "foreign.so");
    const zlibOrSo = process.report.getReport() as unknown as { sharedObjects: string[] };
    copyFileSync(zlibOrSo.sharedObjects.find((path) => /libm[.-]/.test(path))!, foreign);
    expect(refusal(foreign)).toContain("it does not export GetPjrtApi");
  });

  test("the same file is loaded once", () => {
    expect(loadPlugin(cpuPluginPath)).toBe(cpuPlugin);
  });
});

describe("discovery", () => {
  const cache = join(folder, "cache");
  const path = cachedPath(pinnedPlugins.cuda12, cache);

  test("an explicit path wins", () => {
    const env = { JORTS_PJRT_PLUGIN_PATH: "/some/plugin.so", JORTS_CACHE_DIR: cache };
    expect(findPlugin("cpu", env)).toEqual({ path: "/some/plugin.so", source: "explicit" });
  });

  test("then the cache, then the active Python", () => {
    const site = join(folder, "site-packages");
    const installed = file("site-packages/jax_plugins/xla_cuda13/xla_cuda_plugin.so", "");
    vi.stubEnv("PYTHONPATH", site);
    expect(findPlugin("cuda", { JORTS_CACHE_DIR: cache })).toEqual({ path: installed, source: "python" });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    expect(findPlugin("cuda", { JORTS_CACHE_DIR: cache })).toEqual({ path, source: "cache" });
  });

  test("nothing found says where it looked and what to run", () => {
    const nowhere = { JORTS_CACHE_DIR: join(folder, "no-cache") };
    expect(() => findPlugin("cuda", nowhere)).toThrow(PluginError);
    expect(() => findPlugin("cuda", nowhere)).toThrow(/no-cache.*jorts plugin install cuda13/s);
  });

  test("the platform comes from the environment", () => {
    expect(platformFromEnvironment({})).toBe("cpu");
    expect(platformFromEnvironment({ JORTS_PLATFORM: "cuda" })).toBe("cuda");
    expect(() => platformFromEnvironment({ JORTS_PLATFORM: "tpu" })).toThrow(
      'JORTS_PLATFORM is "tpu"; expected "cpu" or "cuda".',
    );
  });
});

describe("a process of its own", async () => {
  const run = await childRunner();
  const compileAndRun = `
    const client = runtime.openClient();
    const text = "func.func @main(%a: tensor<f32>) -> tensor<f32> {\\n %0 = stablehlo.add %a, %a : tensor<f32>\\n return %0 : tensor<f32>\\n}";
    const call = client.compile(text, runtime.compileOptions()).prepare(1);
    const a = client.bufferFromHost(new Float32Array([21]), "f32", []);
    call.setArgument(0, 0, a.handle);
    call.run();
    const out = new Float32Array(1);`;

  test("ends with code 0 and prints nothing of its own, buffers and client left open", async () => {
    const result = await run(`${compileAndRun}
      client.transfers.toHost(call.result(0, 0), out);
      console.log(client.devices.length, out[0]);`);
    expect(result).toEqual({ code: 0, signal: null, stdout: "1 42\n", stderr: "" });
  });

  test("ends with code 0 after a clean destroy, and with its own code after process.exit", async () => {
    const clean = await run(`${compileAndRun}
      client.transfers.destroy(call.result(0, 0), 4); a.destroy(); client.destroy();`);
    expect(clean).toMatchObject({ code: 0, signal: null, stderr: "" });
    expect(await run(`${compileAndRun} process.exit(7);`)).toMatchObject({ code: 7, signal: null });
  });

  test("a refused call is not logged besides being thrown", async () => {
    const result = await run(`
      try { runtime.openClient().compile("nonsense", runtime.compileOptions()); }
      catch (error) { console.log(error.name); }`);
    expect(result).toEqual({ code: 0, signal: null, stdout: "PjrtError\n", stderr: "" });
  });

  test("stays alive while work is awaited", async () => {
    const result = await run(`
      const client = runtime.openClient();
      const n = 512, type = "tensor<512x512xf32>";
      const text = "func.func @main(%a: " + type + ") -> " + type + " {\\n %0 = stablehlo.dot_general %a, %a, contracting_dims = [1] x [0] : (" + type + ", " + type + ") -> " + type + "\\n return %0 : " + type + "\\n}";
      const call = client.compile(text, runtime.compileOptions()).prepare(1);
      const a = client.bufferFromHost(new Float32Array(n * n).fill(1), "f32", [n, n]);
      call.setArgument(0, 0, a.handle);
      call.run();
      const out = new Float32Array(n * n);
      client.transfers.toHostAsync(call.result(0, 0), out).then(() => console.log(out[n * n - 1]));`);
    expect(result).toMatchObject({ code: 0, stdout: "512\n" });
  });

  test("without a plugin: one clear error and a non-zero code", async () => {
    const result = await run("runtime.openClient();", { JORTS_CACHE_DIR: join(folder, "none") });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/PluginError: There is no cpu plugin/);
  });
});
