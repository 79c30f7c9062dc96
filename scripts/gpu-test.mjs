// The tests that run on a GPU: what does not depend on the device, and one training step. Needs an installed CUDA plugin.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const env = { ...process.env, JORTS_PLATFORM: "cuda" };
const args = [
  "node_modules/vitest/vitest.mjs",
  "run",
  "--config",
  "test/gpu/vitest.config.ts",
  ...process.argv.slice(2),
];
if (!["/dev/nvidiactl", "/dev/dxg"].some((driver) => existsSync(driver))) {
  console.error(
    "test:gpu: got no NVIDIA driver here (/dev/nvidiactl), expected a machine with a GPU. npm test needs none.",
  );
  process.exit(1);
}
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env });
process.exit(status ?? 1);
