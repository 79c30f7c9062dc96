// Files: safetensors, GGUF, Hugging Face directories, PEFT adapters, tokenizers, atomic writes.

export * from "./atomic.ts";
export * from "./chat-template.ts";
export { CheckpointError, type FileProblem } from "./errors.ts";
export { GgufFile, openGguf } from "./gguf.ts";
export type { GgufTensorInfo, GgufValue } from "./gguf-format.ts";
export { unpermuteRotaryRows } from "./gguf-names.ts";
export * from "./hf.ts";
export * from "./hf-write.ts";
export { type JsonObject, readJsonObject } from "./json.ts";
export type { ModelFiles, TokenizerFiles } from "./model-files.ts";
export * from "./peft.ts";
export { loraScale, type PeftConfig } from "./peft-config.ts";
export { SafetensorsFile, writeSafetensors } from "./safetensors.ts";
export { ShardedSafetensors, writeShardedSafetensors } from "./sharded.ts";
export * from "./source.ts";
export { TokenSpanError } from "./token-spans.ts";
export * from "./tokenizer.ts";
