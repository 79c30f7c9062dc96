// A module's text as functions of another module: its symbols get names that are free there.

/** Strings, which are skipped, and symbols; custom_call's target looks like one but names a kernel. */
const tokens = /"(?:[^"\\]|\\.)*"|(custom_call )?@([A-Za-z_][\w$.-]*)/g;
const definitions = /^ {2}(?:func\.func (?:public|private)|sdy\.mesh) @([A-Za-z_][\w$.-]*)/gm;

/**
 * The functions and meshes of `module`, printed by `hlo.print` in pretty form; `@main` becomes the private function
 * `entry`, and the others what `rename` makes of them.
 */
export function includedText(module: string, entry: string, rename: (name: string) => string): string {
  const names = new Map<string, string>();
  for (const [, name] of module.matchAll(definitions)) names.set(name!, name === "main" ? entry : rename(name!));
  const lines = module.trimEnd().split("\n").slice(1, -1).join("\n");
  return lines
    .replace(tokens, (token, kernel: string | undefined, name: string | undefined) =>
      name === undefined || kernel !== undefined || !names.has(name) ? token : `@${names.get(name)}`,
    )
    .replace(`func.func public @${entry}(`, `func.func private @${entry}(`);
}
