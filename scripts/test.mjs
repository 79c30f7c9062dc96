// The tests of `npm test`: lint, types, then vitest. Arguments go to vitest.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const steps = [
  ["node_modules/@biomejs/biome/bin/biome", "check", "."],
  ["node_modules/typescript/bin/tsc", "--noEmit"],
  ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)],
];
for (const [program, ...args] of steps) {
  console.log(`> ${program.split("/").at(-1)} ${args.join(" ")}`);
  const { status } = spawnSync(process.execPath, [`${root}${program}`, ...args], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
