// The house keeps its rooms: no import goes up, rooms form no cycle, and one door leads to the runtime.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What each room may import. `base` is the ground that every room stands on; `types:` allows types only. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  proto: [],
  hlo: ["proto"],
  runtime: ["proto"],
  "src/core": ["types:hlo"],
  "src/ops": ["src/core", "hlo"],
  "src/transforms": ["src/core", "src/ops"],
  "src/control": ["src/core", "src/ops", "src/transforms", "hlo"],
  "src/compile": ["src/core", "src/ops", "src/transforms", "src/control", "hlo", "runtime", "proto"],
  "src/lib": ["src/core", "src/ops", "src/control", "src/transforms", "src/compile", "hlo"],
  "src/io": ["src/core", "src/compile"],
  "src/llama": ["src/lib", "src/io", "src/core"],
  "src/finetune": ["src/llama", "src/io", "src/lib", "src/core"],
  "src/testing": ["src/lib", "src/core"],
  "src/check": [],
};
/** The shells may import everything. */
const shells = ["src/cli", "src/gui"];

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function sources(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return entry.name === "generated" ? [] : sources(path);
    return /\.(ts|js)$/.test(entry.name) && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

function roomOf(path: string): string | undefined {
  const parts = relative(root, path).split("/");
  if (parts[0] === "..") return undefined;
  if (parts[0] !== "src") return parts[0];
  // A file of src itself is the front door.
  return parts.length > 2 ? `src/${parts[1]}` : "src";
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const found: Import[] = [];
  for (const m of text.matchAll(
    /^\s*(?:import|export)\b([^;"']*?)\bfrom\s*["'](\.[^"']+)["']|^\s*import\s*["'](\.[^"']+)["']|\bimport\(\s*["'](\.[^"']+)["']/gm,
  )) {
    const target = resolve(dirname(file), m[2] ?? m[3] ?? m[4]!);
    const clause = m[1]?.trim() ?? "";
    const named = /^\{(.*)\}$/s.exec(clause)?.[1];
    const typeOnly =
      clause.startsWith("type ") ||
      (named?.split(",").every((part) => part.trim() === "" || part.trim().startsWith("type ")) ?? false);
    found.push({ file: relative(root, file), from: roomOf(file)!, to: roomOf(target) ?? "outside", typeOnly });
  }
  return found;
}

const places = ["base", "proto", "hlo", "runtime", "src"]
  .map((d) => join(root, d))
  .filter((d) => statSync(d, { throwIfNoEntry: false }));
const files = places.flatMap(sources);
const imports = files.flatMap(importsOf).filter((i) => i.from !== i.to);

/** The rooms below `room`, whatever floors lie between; only compile opens the door to the runtime. */
function below(room: string): Set<string> {
  const found = new Set<string>();
  for (const next of rooms[room]!) {
    found.add(next);
    if (!next.startsWith("types:")) for (const r of below(next)) if (r !== "runtime") found.add(r);
  }
  return found;
}

function allowed({ from, to, typeOnly }: Import): boolean {
  if (from === "src" || shells.includes(from) || to === "base") return true;
  const may = below(from);
  return may.has(to) || (typeOnly && may.has(`types:${to}`));
}

describe("rooms", () => {
  test("every source file belongs to one", () => {
    const known = new Set([...Object.keys(rooms), ...shells, "src"]);
    expect(files.map((f) => roomOf(f)!).filter((r) => !known.has(r))).toEqual([]);
    expect(files.length).toBeGreaterThan(100);
  });

  test("no import goes up", () => {
    const upward = imports.filter((i) => !allowed(i)).map((i) => `${i.file} imports ${i.to}`);
    expect([...new Set(upward)]).toEqual([]);
  });

  test("the table itself has no cycle", () => {
    const height = (room: string, path: readonly string[] = []): number => {
      expect(path).not.toContain(room);
      const next = rooms[room]!.map((r) => r.replace("types:", ""));
      return 1 + Math.max(0, ...next.map((r) => height(r, [...path, room])));
    };
    for (const room of Object.keys(rooms)) expect(height(room)).toBeGreaterThan(0);
  });

  test("no cycle between rooms, as they are", () => {
    const edges = new Map<string, Set<string>>();
    for (const { from, to } of imports) edges.set(from, (edges.get(from) ?? new Set()).add(to));
    const state = new Map<string, "open" | "done">();
    const visit = (room: string, path: readonly string[]): void => {
      if (state.get(room) === "done") return;
      expect(state.get(room) === "open" ? [...path, room] : []).toEqual([]);
      state.set(room, "open");
      for (const next of edges.get(room) ?? []) visit(next, [...path, room]);
      state.set(room, "done");
    };
    for (const room of edges.keys()) visit(room, []);
  });

  test("nothing leaves the house", () => {
    expect(imports.filter((i) => i.to === "outside").map((i) => i.file)).toEqual([]);
  });

  test("compile is the one door to the runtime", () => {
    const through = imports.filter((i) => i.to === "runtime" && i.from.startsWith("src/") && !shells.includes(i.from));
    expect([...new Set(through.map((i) => i.from))]).toEqual(["src/compile"]);
  });
});
