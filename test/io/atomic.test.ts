// Atomic files and directories: whole or as before, also on a full disk.

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, test } from "vitest";
import {
  FileSink,
  writeBytesAtomic,
  writeDirectoryAtomic,
  writeFileAtomic,
  writeJsonAtomic,
} from "../../src/io/atomic.ts";
import { CheckpointError } from "../../src/io/errors.ts";
import { at, expectRefusal, put } from "./temp.ts";

/** Runs with a sink on a device that is always full. */
function onFullDisk(run: (sink: FileSink) => void): void {
  const fd = openSync("/dev/full", "w");
  try {
    run(new FileSink(fd, "model.safetensors"));
  } finally {
    closeSync(fd);
  }
}

describe("files", () => {
  test("appear with their content, over an old one too", () => {
    writeBytesAtomic(at("a"), "one");
    writeFileAtomic(at("a"), (sink) => {
      expect(readFileSync(at("a"), "utf8")).toBe("one");
      sink.write(Buffer.from("tw"));
      sink.write(Buffer.from("o"));
      expect(sink.position).toBe(3);
    });
    expect(readFileSync(at("a"), "utf8")).toBe("two");
    writeJsonAtomic(at("j"), { x: [1] });
    expect(readFileSync(at("j"), "utf8")).toBe('{\n  "x": [\n    1\n  ]\n}\n');
    expect(readdirSync(at()).sort()).toEqual(["a", "j"]);
  });

  test("a full disk is a clear error and leaves the old file and no temporary one", () => {
    put("a", "old");
    const message = expectRefusal(
      () => writeFileAtomic(at("a"), () => onFullDisk((sink) => sink.write(new Uint8Array(1 << 16)))),
      /no space left on the disk \(ENOSPC\); expected room for 65536 bytes more after 0\. Free space/,
    );
    expect(message).toContain("model.safetensors");
    expect(readFileSync(at("a"), "utf8")).toBe("old");
    expect(readdirSync(at())).toEqual(["a"]);
  });

  test("a missing directory", () => {
    expectRefusal(() => writeBytesAtomic(at("no", "a"), "x"), /no such file or directory \(ENOENT\)/);
  });

  test("through a symbolic link the target is replaced, not the link", () => {
    mkdirSync(at("d"));
    put("d/real", "old");
    symlinkSync(at("d/real"), at("link"));
    writeBytesAtomic(at("link"), "new");
    expect(readFileSync(at("d/real"), "utf8")).toBe("new");
    expect(readdirSync(at("d"))).toEqual(["real"]);
  });
});

describe("directories", () => {
  const fill = (text: string) => (directory: string) => writeFileSync(`${directory}/f`, text);

  test("appear whole, parents too", async () => {
    await writeDirectoryAtomic(at("x", "y"), async (directory) => {
      await Promise.resolve();
      fill("1")(directory);
      expect(existsSync(at("x", "y"))).toBe(false);
    });
    expect(readFileSync(at("x", "y", "f"), "utf8")).toBe("1");
    expect(readdirSync(at("x"))).toEqual(["y"]);
  });

  test("an empty one is taken, a full one only with replace", async () => {
    mkdirSync(at("d"));
    await writeDirectoryAtomic(at("d"), fill("1"));
    await expect(writeDirectoryAtomic(at("d"), fill("2"))).rejects.toThrow(
      /a directory that is not empty; expected no directory/,
    );
    expect(readFileSync(at("d", "f"), "utf8")).toBe("1");
    await writeDirectoryAtomic(at("d"), fill("3"), { replace: true });
    expect(readFileSync(at("d", "f"), "utf8")).toBe("3");
    expect(readdirSync(at())).toEqual(["d"]);
  });

  test("a failure half way leaves what was there and nothing else", async () => {
    await writeDirectoryAtomic(at("d"), fill("1"));
    const half = (directory: string) => {
      fill("2")(directory);
      onFullDisk((sink) => sink.write(Uint8Array.of(1)));
    };
    for (const target of ["d", "new"]) {
      const failed = await writeDirectoryAtomic(at(target), half, { replace: true }).catch((e: unknown) => e);
      expect(failed).toBeInstanceOf(CheckpointError);
      expect(String(failed)).toMatch(/ENOSPC/);
    }
    expect(readFileSync(at("d", "f"), "utf8")).toBe("1");
    expect(readdirSync(at())).toEqual(["d"]);
  });
});
