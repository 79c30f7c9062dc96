// `npm run test:hf`: makes the Python environment with torch, transformers and PEFT, then runs test/hf.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const environment = at(".cache/hf-env");
const requirements = at("test/reference/requirements-hf.txt");
const installed = `${environment}/requirements.txt`;

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: "inherit", cwd: at(".") });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

if (process.env.JORTS_HF_PYTHON === undefined) {
  const wanted = readFileSync(requirements, "utf8");
  if (!existsSync(installed) || readFileSync(installed, "utf8") !== wanted) {
    console.log("test:hf: installing torch, transformers and PEFT (about 3 GB)");
    run("python3", ["-m", "venv", environment]);
    run(`${environment}/bin/python`, ["-m", "pip", "install", "--quiet", "-r", requirements]);
    writeFileSync(installed, wanted);
  }
}
run(process.execPath, [at("node_modules/vitest/vitest.mjs"), "run", "--config", at("test/hf/vitest.config.ts")]);
