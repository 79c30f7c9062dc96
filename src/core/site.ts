// Where in the user's source an equation was made. Captured cheaply, resolved only when shown.
import { fileURLToPath } from "node:url";
import type { FileLocation } from "../../hlo/module.ts";

/** A captured stack; `locate` finds the first frame outside the library's rooms. */
export interface Site {
  readonly stack?: string;
}

const sourceRoot = fileURLToPath(new URL("../", import.meta.url));
const libraryRooms = ["core", "ops", "transforms", "control", "compile", "lib"].map((room) => `${sourceRoot}${room}/`);
const framesKept = 16;

let inherited: Site | undefined;

/** The site of the equation being rewritten, or a capture of the present stack. */
export function currentSite(): Site {
  if (inherited !== undefined) return inherited;
  const site: Site = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = framesKept;
  Error.captureStackTrace(site, currentSite);
  Error.stackTraceLimit = limit;
  return site;
}

/** Runs `body` with every equation that it records stamped with `site`. */
export function withSite<R>(site: Site, body: () => R): R {
  const outer = inherited;
  inherited = site;
  try {
    return body();
  } finally {
    inherited = outer;
  }
}

/** Sets the inherited site without a closure; returns the previous one, to be restored by the caller. */
export function swapSite(site: Site | undefined): Site | undefined {
  const outer = inherited;
  inherited = site;
  return outer;
}

const resolved = new WeakMap<Site, FileLocation | null>();

/** The user's file, line and column, or undefined if every kept frame is the library's. */
export function locate(site: Site): FileLocation | undefined {
  let found = resolved.get(site);
  if (found === undefined) {
    found = parse(site.stack ?? "");
    resolved.set(site, found);
  }
  return found ?? undefined;
}

/** `file:line:column`, or `unknown` */
export function describeSite(site: Site | undefined): string {
  const at = site && locate(site);
  return at ? `${at.file}:${at.line}:${at.column}` : "unknown";
}

function parse(stack: string): FileLocation | null {
  for (const line of stack.split("\n")) {
    const match = /^\s+at (?:(.*?) \()?(?:file:\/\/)?(\/.*?):(\d+):(\d+)\)?$/.exec(line);
    if (!match) continue;
    const file = match[2]!;
    if (libraryRooms.some((room) => file.startsWith(room))) continue;
    return { file, line: Number(match[3]), column: Number(match[4]) };
  }
  return null;
}
