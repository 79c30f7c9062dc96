import { fileURLToPath } from "node:url";
import { defineConfig, mergeConfig } from "vitest/config";
import base from "../../vitest.config.ts";

export default mergeConfig(
  { ...base, test: { ...base.test, include: undefined, exclude: undefined } },
  defineConfig({
    root: fileURLToPath(new URL("../..", import.meta.url)),
    test: {
      // One process at a time: each takes device memory of its own.
      maxWorkers: 1,
      include: [
        "test/gpu/**/*.test.ts",
        "test/core/**/*.test.ts",
        "test/ops/gradients.test.ts",
        "test/ops/batch.test.ts",
        "test/transforms/**/*.test.ts",
        "test/control/**/*.test.ts",
        "test/lib/optim.test.ts",
        "test/llama/attention.test.ts",
      ],
      exclude: [],
    },
  }),
);
