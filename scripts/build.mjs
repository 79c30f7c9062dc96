// TypeScript → dist/, with the generated protobuf code beside it.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
const tsc = `${root}node_modules/typescript/bin/tsc`;
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);
for (const folder of ["proto", "proto/generated"])
  for (const name of readdirSync(`${root}${folder}`))
    if (name.endsWith(".js") || name.endsWith(".d.ts"))
      cpSync(`${root}${folder}/${name}`, `${root}dist/${folder}/${name}`);
const main = `${root}dist/src/cli/main.js`;
if (existsSync(main)) chmodSync(main, 0o755);
