// Regenerates proto/generated from proto/*.proto (static code and its types, by protobufjs-cli).
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = ["xla_data", "hlo", "compile_options"].map((name) => `proto/${name}.proto`);
const code = `${root}/proto/generated/xla.js`;
const types = `${root}/proto/generated/xla.d.ts`;
const without = ["create", "verify", "convert", "delimited", "typeurl", "service"].map((part) => `--no-${part}`);

function pbjs(...args) {
  const shape = ["-t", "static-module", "-w", "esm", "--es6", "--force-number", "--null-semantics", ...without];
  const command = ["pbjs", ...shape, "--dependency", "../wire.js", "-p", "proto", "-o", code, ...args, ...sources];
  execFileSync("npx", command, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

mkdirSync(`${root}/proto/generated`, { recursive: true });
pbjs("--dts"); // types come from the comments, which the code does without
pbjs("--no-comments");
const text = readFileSync(types, "utf8")
  .replace('from "../wire.js"', 'from "protobufjs/minimal.js"')
  .replace('import Long = require("long");\n', "");
if (/\bLong\b/.test(text)) throw new Error("the generated types still name Long: 64-bit fields must be numbers");
writeFileSync(types, text);
