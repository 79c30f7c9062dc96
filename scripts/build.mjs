// TypeScript → dist/, with the generated protobuf code beside it. An earlier dist/ stays until the new one is whole.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const fresh = `${root}dist.new-${process.pid}`;
const old = `${root}dist.old-${process.pid}`;

function build() {
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const args = [tsc, "-p", "tsconfig.build.json", "--outDir", fresh];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) return status ?? 1;
  for (const folder of ["proto", "proto/generated"]) {
    mkdirSync(`${fresh}/${folder}`, { recursive: true });
    for (const name of readdirSync(`${root}${folder}`))
      if (name.endsWith(".js") || name.endsWith(".d.ts"))
        cpSync(`${root}${folder}/${name}`, `${fresh}/${folder}/${name}`);
  }
  chmodSync(`${fresh}/src/cli/main.js`, 0o755);
  if (existsSync(`${root}dist`)) renameSync(`${root}dist`, old);
  renameSync(fresh, `${root}dist`);
  return 0;
}

try {
  process.exitCode = build();
} finally {
  for (const leftover of [fresh, old]) rmSync(leftover, { recursive: true, force: true });
}
