// A run that needs more memory than there is says what was asked for and which settings need less.
import { jit, np, type Tensor } from "jorts";
import { expect, it } from "vitest";
import { defineConfig } from "../../../src/finetune/config/define.ts";
import { TrainError, withRemedy } from "../../../src/finetune/train/remedy.ts";

/** What the plugin says to a result of 4 TB. */
function refused(): unknown {
  try {
    jit((x: Tensor) => np.broadcastTo(x, [1_000_000, 1_000_000]))(np.ones([]));
  } catch (error) {
    return error;
  }
  throw new Error("a result of 4 TB was made");
}

const define = (more: object) => defineConfig({ model: "m", ...more });

it("names the bytes that were asked for and the settings that need less", () => {
  const error = withRemedy(refused(), define({ training: { microBatchSize: 4 } })) as TrainError;
  expect(error).toBeInstanceOf(TrainError);
  expect(error.message).toMatch(/^The devices have too little memory: .*4000000000000 bytes/s);
  expect(error.message).toContain(
    "These settings need less: training.microBatchSize below 4; training.remat: layer; data.maxSeqLen below 2000; " +
      "dtypes.storage: bf16; a larger mesh.tensor.",
  );
});

it("does not advise what is set already", () => {
  const config = define({ training: { microBatchSize: 1, remat: "layer" }, dtypes: { storage: "bf16" } });
  const { message } = withRemedy(refused(), config) as TrainError;
  expect(message).toContain("These settings need less: data.maxSeqLen below 2000; a larger mesh.tensor.");
});

it("leaves other errors as they are", () => {
  const error = new RangeError("other");
  expect(withRemedy(error, define({}))).toBe(error);
});
