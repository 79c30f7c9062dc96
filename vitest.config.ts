import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  oxc: { target: "es2022" },
  resolve: {
    alias: [
      { find: /^jorts$/, replacement: at("./src/index.ts") },
      { find: /^jorts\/(llama|finetune|io|testing|check)$/, replacement: at("./src/$1/index.ts") },
      { find: /^jorts\/(hlo|runtime)$/, replacement: at("./$1/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/gpu/**", "test/hf/**"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
