// Settings of `npm run test:hf`: the root's, with these tests only and time for Python to import torch.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import root from "../../vitest.config.ts";

export default defineConfig({
  ...root,
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: { ...root.test, include: ["test/hf/**/*.test.ts"], exclude: [], maxWorkers: 1, testTimeout: 300_000 },
});
