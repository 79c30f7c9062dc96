// `jorts estimate run.yaml`: the memory of a run before the run, for any number of devices, here or not.
import { Command, InvalidArgumentError, Option } from "commander";
import { type Estimate, type EstimateTarget, estimate, loadConfig, type Overrides } from "../finetune/index.ts";
import { collectSetting, numberOption } from "./arguments.ts";
import { fetchProgress, Status } from "./progress.ts";

interface Options {
  target: EstimateTarget;
  devices?: readonly number[];
  seq?: number;
  set: Overrides;
  json?: true;
}

export function estimateCommand(): Command {
  return new Command("estimate")
    .description("Compile a run's training step from shapes alone and say how much memory it takes on each device.")
    .argument("<run.yaml>", "the configuration; of its model only config.json or the GGUF header is read")
    .addOption(
      new Option("--target <target>", "what to compile for; the GPUs need not be there")
        .choices(["cpu", "h100"])
        .default("cpu"),
    )
    .option("--devices <counts>", "numbers of devices, such as 1,2,4,8 (default: the configuration's mesh)", counts)
    .option("--seq <positions>", "positions a row (default: data.maxSeqLen)", numberOption({ whole: true, min: 2 }))
    .option(
      "--set <setting=value>",
      "replace a setting, such as training.remat=layer; may be repeated",
      collectSetting,
      {},
    )
    .option("--json", "print JSON")
    .action(run);
}

function counts(text: string): number[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.some((part) => !/^[1-9]\d*$/.test(part)))
    throw new InvalidArgumentError("Expected whole numbers of at least 1, such as 1,2,4,8.");
  return parts.map(Number);
}

async function run(path: string, { target, devices, seq, set, json }: Options): Promise<void> {
  const config = await loadConfig(path, set);
  const status = new Status();
  try {
    const rows: Estimate[] = [];
    const options = {
      target,
      onProgress: fetchProgress(status),
      ...(devices === undefined ? {} : { devices }),
      ...(seq === undefined ? {} : { seq }),
    };
    const { microBatchSize, remat } = config.training;
    const positions = seq ?? config.data.maxSeqLen;
    const kept = remat === "layer" ? "layers computed again in the backward pass" : "layer values kept";
    const title = `${config.model} on ${target}: ${microBatchSize} × ${positions} positions a device, ${kept}. MiB per device:\n`;
    for await (const row of estimate(config, options)) {
      rows.push(row);
      if (json) continue;
      status.stop();
      process.stdout.write(`${rows.length === 1 ? title + line(headings) : ""}${line(cells(row))}`);
    }
    if (json) {
      const about = { model: config.model, target, microBatchSize, seq: positions, remat };
      process.stdout.write(`${JSON.stringify({ ...about, estimates: rows }, null, 2)}\n`);
    }
  } finally {
    status.stop();
  }
}

const headings = ["devices", "data × tensor", "weights", "adapter + optimizer", "temporaries", "total", "compiled in"];
const lastHeading = "collectives";

/** Columns flush right, as wide as their headings; the last one flush left. */
const line = (row: readonly string[]): string => {
  const shown = headings.map((h, i) => row[i]!.padStart(Math.max(h.length, 8)));
  return `${[...shown, row[headings.length] ?? lastHeading].join("  ")}\n`;
};

const mib = (bytes: number): string => Math.round(bytes / 2 ** 20).toLocaleString("en");

const cells = ({ devices, mesh, weights, state, temporaries, total, compileMs, collectives }: Estimate): string[] => [
  String(devices),
  `${mesh.data} × ${mesh.tensor}`,
  mib(weights),
  mib(state),
  mib(temporaries),
  mib(total),
  `${(compileMs / 1000).toFixed(1)} s`,
  Object.entries(collectives)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", ") || "none",
];
