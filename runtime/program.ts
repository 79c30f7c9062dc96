// PJRT_Program and the fields that every compilation shares.
import { Block } from "./block.ts";
import { textBlock } from "./named-values.ts";
import { addressOf } from "./native.ts";
import { structLayouts } from "./structs.ts";

/** "mlir": StableHLO text or bytecode. "hlo": a serialized HloModuleProto. */
export type ProgramFormat = "mlir" | "hlo";

/** Fields of a compile call, and what must stay reachable until it returns. */
export function compileFields(program: string | Uint8Array, options: Uint8Array, format: ProgramFormat) {
  const code = typeof program === "string" ? new TextEncoder().encode(program) : program;
  const label = textBlock(format);
  const { offsets, size } = structLayouts.Program;
  const block = new Block(size);
  block.setPointer(0, size);
  block.setPointer(offsets.code!, addressOf(code));
  block.setPointer(offsets.code_size!, code.byteLength);
  block.setPointer(offsets.format!, label.block.address);
  block.setPointer(offsets.format_size!, label.size);
  const fields = {
    program: block.address,
    compile_options: addressOf(options),
    compile_options_size: options.byteLength,
  };
  return { fields, keep: [code, label.block, block, options] as const };
}
