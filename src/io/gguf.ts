// GGUF files: the raw container as a tensor store, and a Llama file seen as a Hugging Face checkpoint.

import type { DType } from "../core/dtype.ts";
import { itemSize } from "../core/dtype.ts";
import { CheckpointError } from "./errors.ts";
import { RandomAccessFile } from "./file.ts";
import { type GgufConfig, ggufConfig, ggufGenerationConfig } from "./gguf-config.ts";
import { type GgufContents, type GgufTensorInfo, type GgufValue, ggmlTypes, readGguf } from "./gguf-format.ts";
import { hfTensorName, unpermuteRotaryRows } from "./gguf-names.ts";
import { dequantize, quantizedTypes } from "./gguf-quants.ts";
import { ggufTokenizer } from "./gguf-tokenizer.ts";
import type { ModelFiles } from "./model-files.ts";
import { missingTensor } from "./safetensors.ts";
import { elementCount, renameSource, type TensorSource, type TensorStore, unitSource } from "./source.ts";

const plain: Readonly<Record<string, DType>> = {
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  F64: "float64",
  I8: "int8",
  I16: "int16",
  I32: "int32",
  I64: "int64",
};

/**
 * An open GGUF file under its own names. Plain types keep their dtype; quantised ones are float32 decoded block by
 * block while they are read. Owns the file: dispose it. The constructor throws `CheckpointError` for a bad file.
 */
export class GgufFile implements TensorStore {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensorInfo>;
  readonly #file: RandomAccessFile;

  constructor(path: string) {
    this.path = path;
    this.#file = new RandomAccessFile(path);
    let contents: GgufContents;
    try {
      contents = readGguf(this.#file);
    } catch (error) {
      this.#file.close();
      throw error;
    }
    this.metadata = contents.metadata;
    this.tensors = contents.tensors;
  }

  get names(): readonly string[] {
    return [...this.tensors.keys()];
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** Throws `CheckpointError` for a missing name, and for a type that is not read, naming tensor and type. */
  tensor(name: string): TensorSource {
    const info = this.tensors.get(name);
    if (info === undefined) throw missingTensor(this.path, name, this.names);
    const { typeName, shape, start } = info;
    const file = this.#file;
    const dtype = plain[typeName];
    if (dtype !== undefined)
      return unitSource({ name, dtype, shape, file: this.path }, 1, (out, first) =>
        file.readInto(out, start + first * itemSize(dtype)),
      );
    if (!quantizedTypes.includes(typeName))
      throw new CheckpointError(this.path, {
        found: `tensor ${name} of type ${typeName}`,
        expected: `one of F32 F16 BF16 ${quantizedTypes.join(" ")}`,
        fix: "Use a file quantised with one of these types (for example Q8_0 or Q4_K_M without other types), or the unquantised model.",
      });
    const { block, bytes } = ggmlTypes[info.type]!;
    return unitSource({ name, dtype: "float32", shape, file: this.path }, block, (out, first, blocks) => {
      const packed = file.read(start + first * bytes, blocks * bytes);
      dequantize(typeName, packed, new Float32Array(out.buffer, out.byteOffset, blocks * block), blocks);
    });
  }

  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A GGUF Llama file under Hugging Face names, with rotary rows in half-split order. Owns the file. */
class GgufCheckpoint implements TensorStore {
  readonly path: string;
  readonly names: readonly string[];
  readonly #file: GgufFile;
  readonly #config: GgufConfig;
  readonly #original = new Map<string, string>();

  constructor(file: GgufFile, config: GgufConfig) {
    this.path = file.path;
    this.#file = file;
    this.#config = config;
    for (const name of file.names) {
      if (name === "rope_freqs.weight") continue; // already in config.rope_scaling
      const hf = hfTensorName(name);
      if (hf === null)
        throw new CheckpointError(file.path, {
          found: `tensor ${name}`,
          expected: "only the tensors of a dense Llama model",
          fix: "This model family is not supported.",
        });
      this.#original.set(hf, name);
    }
    this.names = [...this.#original.keys()];
  }

  has(name: string): boolean {
    return this.#original.has(name);
  }

  tensor(name: string): TensorSource {
    const original = this.#original.get(name);
    if (original === undefined) throw missingTensor(this.path, name, this.names);
    const source = renameSource(this.#file.tensor(original), name);
    if (name.includes(".self_attn.q_proj.")) return unpermuteRotaryRows(source, this.#config.num_attention_heads);
    if (name.includes(".self_attn.k_proj.")) return unpermuteRotaryRows(source, this.#config.num_key_value_heads);
    return source;
  }

  close(): void {
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens a GGUF file of architecture `llama` as if it were a Hugging Face directory: config, tensors under their HF
 * names (shapes [out, in]), tokenizer and generation config. Throws `CheckpointError`.
 */
export function openGguf(path: string): ModelFiles {
  const file = new GgufFile(path);
  try {
    const config = ggufConfig(file);
    const tensors = new GgufCheckpoint(file, config);
    const vocab = file.tensors.get("token_embd.weight");
    if (
      vocab !== undefined &&
      (vocab.shape[0] !== config.vocab_size || elementCount(vocab.shape.slice(1)) !== config.hidden_size)
    )
      throw new CheckpointError(path, {
        found: `token_embd.weight of shape [${vocab.shape}]`,
        expected: `[vocabulary, hidden size] = [${config.vocab_size}, ${config.hidden_size}]`,
        fix: "The file's metadata and tensors do not belong together; convert the model again.",
      });
    return {
      path,
      format: "gguf",
      config: { ...config },
      generationConfig: ggufGenerationConfig(file),
      tensors,
      tokenizerFiles: ggufTokenizer(file),
      close: () => file.close(),
      [Symbol.dispose]: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}
