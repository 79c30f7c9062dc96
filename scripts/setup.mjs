// Everything a fresh clone needs before it runs: packages, build, CPU plugin. Safe to run again; then it takes a second.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19))
  fail(`Node ${process.versions.node} is too old: jorts needs 20.19 or newer.`);
if (process.platform !== "linux" || process.arch !== "x64")
  fail(
    `This is ${process.platform} on ${process.arch}: jorts runs on Linux x86-64, for which the XLA plugins are built.`,
  );

function fail(message) {
  console.error(message);
  process.exit(1);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) fail(`${command} ${args.join(" ")} failed.`);
}

/** True if the installed packages are those of the lockfile. */
function installed() {
  const record = `${root}node_modules/.package-lock.json`;
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(`${root}package-lock.json`, "utf8")).packages;
  const found = JSON.parse(readFileSync(record, "utf8")).packages;
  return Object.entries(wanted).every(
    ([name, { version, optional }]) => name === "" || optional || found[name]?.version === version,
  );
}

// No package of jorts needs its install script; koffi's binary comes as a package of its own.
if (!installed()) run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
run(process.execPath, [`${root}scripts/build.mjs`]);
run(process.execPath, [`${root}dist/src/cli/main.js`, "plugin", "install", "cpu"]);
