// Fetching pinned files out of wheels: checked, atomic, safe for two processes at once. The wheels are made here.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type FetchProgress, fetchWheelFile, installPlugin, PluginError } from "../../runtime/index.ts";
import { extractMember, zipMembers } from "../../runtime/plugins/zip.ts";
import { childRunner } from "./child.ts";
import { cpuPluginPath } from "./plugin.ts";

const folder = mkdtempSync(join(tmpdir(), "jorts-install-"));
const index = join(folder, "index");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const content = Buffer.from("what the wheel carries\n".repeat(10_000));
const makeWheel = `
import sys, zipfile
path, content = sys.argv[1], open(sys.argv[2], "rb").read()
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("sample_data/file.bin", content)
    z.writestr(zipfile.ZipInfo("sample_data/stored.bin"), b"stored")
    tool = zipfile.ZipInfo("sample_data/tool"); tool.external_attr = 0o100755 << 16
    z.writestr(tool, b"#!/bin/sh\\n")
    z.writestr(zipfile.ZipInfo("sample_data/none"), b"")
    d = "sample_data-1.0.dist-info/"
    z.writestr(d + "METADATA", "Metadata-Version: 2.1\\nName: sample-data\\nVersion: 1.0\\n")
    z.writestr(d + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    z.writestr(d + "RECORD", "")
`;
execFileSync("mkdir", ["-p", index]);
writeFileSync(join(folder, "content"), content);
const wheel = join(index, "sample_data-1.0-py3-none-any.whl");
execFileSync("python3", ["-c", makeWheel, wheel, join(folder, "content")]);
const sha256 = createHash("sha256").update(readFileSync(wheel)).digest("hex");

const offline = { PIP_NO_INDEX: "1", PIP_FIND_LINKS: index };
beforeEach(() => {
  for (const [name, value] of Object.entries(offline)) vi.stubEnv(name, value);
  return () => vi.unstubAllEnvs();
});

let count = 0;
const wanted = (change: Partial<Parameters<typeof fetchWheelFile>[0]> = {}) => ({
  package: "sample-data",
  version: "1.0",
  sha256,
  bytes: 0,
  member: "sample_data/file.bin",
  destination: join(folder, `out-${count++}`, "nested", "file.bin"),
  ...change,
});
const leftIn = (destination: string) => readdirSync(join(destination, ".."));

describe("fetchWheelFile", async () => {
  const run = await childRunner();

  test("puts the member in place, reports its stages, and does nothing the second time", async () => {
    const file = wanted();
    const stages: FetchProgress["stage"][] = [];
    await fetchWheelFile(file, ({ stage }) => stages.push(stage));
    expect(readFileSync(file.destination)).toEqual(content);
    expect(leftIn(file.destination)).toEqual(["file.bin"]);
    expect([...new Set(stages)]).toEqual(["download", "verify", "unpack", "done"]);
    await fetchWheelFile({ ...file, sha256: "not looked at" }, () => expect.unreachable("nothing is fetched"));
  });

  test("another checksum is refused and nothing is left", async () => {
    const file = wanted({ sha256: "0".repeat(64) });
    const failure = fetchWheelFile(file);
    await expect(failure).rejects.toThrow(PluginError);
    await expect(failure).rejects.toThrow(`has SHA-256 ${sha256}; expected ${"0".repeat(64)}`);
    expect(leftIn(file.destination)).toEqual([]);
  });

  test("a member that the wheel does not have", async () => {
    const file = wanted({ member: "sample_data/other" });
    await expect(fetchWheelFile(file)).rejects.toThrow("has no member sample_data/other");
    expect(leftIn(file.destination)).toEqual([]);
  });

  test("a package that the index does not have: pip's own words", async () => {
    const failure = fetchWheelFile(wanted({ package: "no-such-sample" }));
    await expect(failure).rejects.toThrow(PluginError);
    await expect(failure).rejects.toThrow(/no-such-sample==1\.0.*failed.*package index/s);
  });

  test("no Python at all", async () => {
    vi.stubEnv("PATH", folder);
    await expect(fetchWheelFile(wanted())).rejects.toThrow(/python3 .*ENOENT.*need python3 with pip/s);
  });

  test("executables stay executable", async () => {
    const file = wanted({ member: "sample_data/tool" });
    await fetchWheelFile(file);
    expect(statSync(file.destination).mode & 0o111).not.toBe(0);
  });

  test("two processes at once both succeed and leave one whole file", async () => {
    const file = wanted();
    const body = `await runtime.fetchWheelFile(${JSON.stringify(file)}); console.log("fetched");`;
    const results = await Promise.all([run(body, offline), run(body, offline)]);
    for (const result of results) expect(result).toMatchObject({ code: 0, stdout: "fetched\n", stderr: "" });
    expect(readFileSync(file.destination)).toEqual(content);
    expect(leftIn(file.destination)).toEqual(["file.bin"]);
  });
});

test("a plugin that is in the cache is not fetched again", async () => {
  expect(existsSync(cpuPluginPath)).toBe(true);
  expect(await installPlugin("cpu", () => expect.unreachable("it is cached"))).toBe(cpuPluginPath);
});

describe("zip", () => {
  const member = async (name: string) => (await zipMembers(wheel)).find((entry) => entry.name === name)!;

  test("deflated, stored and empty members", async () => {
    const expected = { "sample_data/file.bin": content, "sample_data/stored.bin": "stored", "sample_data/none": "" };
    for (const [name, bytes] of Object.entries(expected)) {
      const out = join(folder, `zip-${name.replace("/", "-")}`);
      await extractMember(wheel, await member(name), out);
      expect(readFileSync(out)).toEqual(Buffer.from(bytes));
    }
  });

  test("a file that is cut short or no zip file", async () => {
    const cut = join(folder, "cut.zip");
    writeFileSync(cut, readFileSync(wheel));
    truncateSync(cut, statSync(wheel).size - 40);
    await expect(zipMembers(cut)).rejects.toThrow("is not a zip file, or is cut short");
    writeFileSync(cut, "text");
    await expect(zipMembers(cut)).rejects.toThrow("is not a zip file");
  });

  test("a member whose bytes are damaged", async () => {
    const bytes = readFileSync(wheel);
    const entry = await member("sample_data/file.bin");
    bytes.fill(0xff, entry.headerOffset + 60, entry.headerOffset + 90);
    const bad = join(folder, "bad.zip");
    writeFileSync(bad, bytes);
    await expect(extractMember(bad, entry, join(folder, "bad.out"))).rejects.toThrow();
  });
});
