#!/usr/bin/env node
// The command `jorts`: parses arguments, runs a command, turns what it throws into a message and an exit code.
import { runCli } from "./run.ts";

process.exitCode = await runCli(process.argv.slice(2));
