// Reads the recorded oracles of test/fixtures: their types, and tensors decoded exact to the bit.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { JortsError } from "../base/errors.ts";
import { type Float8Name, float8 } from "../base/float8.ts";
import { bf16ToF32, f16ToF32 } from "../base/half.ts";
import { type DType, isDType, itemSize } from "../src/core/dtype.ts";
import { isFloat8Name } from "../src/core/words.ts";

export class FixtureError extends JortsError {}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A tensor as recorded: `data` is base64 of the elements, little-endian, in C order; bool is one byte. */
export interface EncodedTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: string;
}

/** A tensor's raw bytes, aligned to 8. */
export interface FixtureTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** fixtures/ops/*.json and numpy.json: one call of a jax.lax (or jax.numpy, jax.nn) function. */
export interface OpCase {
  /** Unique in the file: `op/…`. */
  readonly name: string;
  /** Name in jax.lax; in numpy.json a name in jax.numpy or jax.nn, or `at_set`, `at_add`, …. */
  readonly op: string;
  /** The function's keywords, in snake_case. */
  readonly params: { readonly [key: string]: Json };
  readonly inputs: readonly EncodedTensor[];
  readonly outputs: readonly EncodedTensor[];
  /** null stands for an integer operand or result, or one that was not differentiated. */
  readonly jvp?: { readonly tangents: readonly Slot[]; readonly out_tangents: readonly Slot[] };
  readonly vjp?: { readonly cotangents: readonly Slot[]; readonly grads: readonly Slot[] };
}
export type Slot = EncodedTensor | null;

/** fixtures/numpy-functions.json: `params.args` is the call in jorts, `names` all of jax.numpy. */
export interface NumpyFunctionsFixture {
  readonly cases: readonly OpCase[];
  readonly names: readonly string[];
  readonly dtypes: {
    /** From, to, safe, of the same kind. */
    readonly canCast: readonly (readonly [DType, DType, boolean, boolean])[];
    readonly isdtype: readonly (readonly [DType, string, boolean])[];
    readonly finfo: { readonly [dtype: string]: { readonly [fact: string]: number } };
  };
  /** A tensor, settings, `str` and `repr`. */
  readonly printing: readonly (readonly [EncodedTensor, { readonly [setting: string]: Json }, string, string])[];
}

/** fixtures/random.json: one draw of jax.random; `key` is the two words of the key, null for fn "key". */
export interface RandomCase {
  readonly fn: string;
  readonly key: readonly [number, number] | null;
  /** 64-bit integers (seeds, bounds of randint) are decimal strings. */
  readonly params: { readonly [key: string]: Json };
  readonly inputs: readonly EncodedTensor[];
  readonly output: EncodedTensor;
}

/** fixtures/distributions.json: one draw; `args` follow the key by position, `{ input: n }` is the n-th of `inputs`. */
export interface DistributionCase {
  readonly fn: string;
  readonly key: readonly [number, number];
  readonly args: readonly Json[];
  readonly keywords: { readonly [key: string]: Json };
  readonly inputs: readonly EncodedTensor[];
  readonly output: EncodedTensor;
}
export interface DistributionsFixture {
  readonly cases: readonly DistributionCase[];
  /** Gradient of the sum of the samples of the first key of `cases` by their shape parameters `a`. */
  readonly derivatives: readonly { readonly fn: string; readonly a: EncodedTensor; readonly grads: EncodedTensor }[];
  /** jax.lax's incomplete gamma functions. */
  readonly special: readonly {
    readonly fn: string;
    readonly a: EncodedTensor;
    readonly x: EncodedTensor;
    readonly output: EncodedTensor;
  }[];
}

/** fixtures/nn.json: `tensors` and `params` are the keywords; `grads` are of Σ cos(i) yᵢ by `inputs`, y the first output. */
export interface NnCase {
  readonly fn: string;
  readonly inputs: readonly EncodedTensor[];
  readonly tensors: { readonly [keyword: string]: EncodedTensor };
  readonly params: { readonly [keyword: string]: Json };
  readonly outputs: readonly EncodedTensor[];
  readonly grads: readonly EncodedTensor[];
}
export interface InitializerCase {
  readonly fn: string;
  readonly key: readonly [number, number];
  readonly params: { readonly [keyword: string]: Json };
  readonly output: EncodedTensor;
}

/** [dtype, weak] */
export type TypeAndWeakness = readonly [DType, boolean];
/** fixtures/promotion.json: results are null where JAX refuses. */
export interface PromotionFixture {
  readonly x64: readonly PromotionRow[];
  readonly x32: readonly PromotionRow[];
  readonly scalars: readonly ScalarRow[];
  readonly unary: readonly UnaryRow[];
}
export interface PromotionRow {
  readonly lhs: TypeAndWeakness;
  readonly rhs: TypeAndWeakness;
  readonly result: TypeAndWeakness | null;
}
export interface ScalarRow {
  readonly op: "add" | "divide" | "power" | "maximum";
  readonly tensor: DType;
  readonly scalar: "bool" | "int" | "float";
  readonly result: TypeAndWeakness | null;
}
export interface UnaryRow {
  readonly op: string;
  readonly tensor: DType;
  readonly result: TypeAndWeakness | null;
}

/** fixtures/dtypes.json */
export interface DTypesFixture {
  /** `values` of all 256 words; `words` that the float32 `inputs` round to; `xla`: whether its conversion agrees. */
  readonly float8: readonly {
    readonly dtype: DType;
    readonly values: EncodedTensor;
    readonly inputs: EncodedTensor;
    readonly words: EncodedTensor;
    readonly xla: boolean;
  }[];
  /** Limits of integers are decimal strings. */
  readonly limits: readonly {
    readonly dtype: DType;
    readonly bits: number;
    readonly max: number | string;
    readonly min: number | string;
    readonly eps?: number;
    readonly tiny?: number;
  }[];
  readonly x64: readonly JoinRow[];
  readonly x32: readonly JoinRow[];
  readonly scalars: readonly {
    readonly tensor: DType;
    readonly scalar: "bool" | "int" | "float" | "complex";
    readonly result: string | null;
  }[];
  /** The dtypes that an operation of jax.lax takes, with the result's. */
  readonly accepts: readonly { readonly op: string; readonly dtypes: Readonly<Record<string, string>> }[];
}
/** Results beside each of the operands listed in the first row; a star marks weak types. */
export interface JoinRow {
  readonly left: string;
  readonly right: readonly string[] | null;
  readonly results: readonly (string | null)[];
}

/** Leaves by path, such as "b.w". */
export type EncodedTree = { readonly [path: string]: EncodedTensor };
/** fixtures/optim.json: 20 steps of Optax on one tree with recorded gradients. */
export interface OptimFixture {
  readonly params: EncodedTree;
  /** Keywords of warmup_cosine_decay_schedule, meant by `learning_rate: "schedule"`. */
  readonly schedule: { readonly [key: string]: number };
  readonly gradients: readonly EncodedTree[];
  readonly global_norms: EncodedTensor;
  readonly optimizers: readonly {
    readonly name: string;
    readonly config: {
      readonly optimizer: "sgd" | "adam" | "adamw";
      readonly learning_rate: number | "schedule";
      readonly [key: string]: Json;
    };
    /** The parameters after each step. */
    readonly steps: readonly EncodedTree[];
  }[];
  /** `values`: float32 [30], the schedule at steps 0 to 29. */
  readonly schedules: readonly { readonly name: string; readonly params: Json; readonly values: EncodedTensor }[];
}

/** fixtures/optim-more.json: 6 steps of each; `broken` are gradients some of which are not finite. */
export interface OptimMoreFixture {
  readonly params: EncodedTree;
  readonly gradients: readonly EncodedTree[];
  readonly broken: readonly EncodedTree[];
  /** incremental_update of the first gradient and the second, step size 0.1. */
  readonly incremental: EncodedTree;
  readonly optimizers: readonly { readonly name: string; readonly steps: readonly EncodedTree[] }[];
  /** float32 [20], the schedule at steps 0 to 19. */
  readonly schedules: readonly { readonly name: string; readonly values: EncodedTensor }[];
  /** `grad` is that of the sum of the losses by the first input. */
  readonly losses: readonly {
    readonly fn: string;
    readonly inputs: readonly EncodedTensor[];
    readonly params: { readonly [keyword: string]: Json };
    readonly where: EncodedTensor | null;
    readonly output: EncodedTensor;
    readonly grad: EncodedTensor;
  }[];
}

/** fixtures/tracing.json: equation counts (graphs inside included) and numbers of traces. */
export interface TracingFixture {
  readonly checkpoint: readonly CountRow[];
  readonly loops: readonly CountRow[];
  readonly traces: readonly { readonly name: string; readonly calls: number; readonly traces: number }[];
  readonly lowered: readonly { readonly name: string; readonly [fact: string]: Json }[];
}
/** fixtures/debug.json: what jax.debug.print writes, by program and by format; 64-bit values are recorded as 32-bit ones. */
export interface DebugFixture {
  readonly order: readonly { readonly name: string; readonly printed: string }[];
  readonly texts: readonly {
    readonly format: string;
    readonly values: readonly EncodedTensor[];
    readonly printed: string;
  }[];
}

/** fixtures/jit-counts.json: [traces, lowerings, compiles] of each call in turn. */
export interface JitCounts {
  readonly name: string;
  readonly counts: readonly (readonly [number, number, number])[];
}
/** What the text of a program says of memory kinds: null where it says nothing. */
export interface SaidOfMemories {
  readonly arguments: readonly (string | null)[];
  readonly results: readonly (string | null)[];
  /** Kinds of the annotate_device_placement calls, in order. */
  readonly placements: readonly string[];
}
/** fixtures/memory.json: one jitted call. */
export interface MemoryProgram {
  readonly name: string;
  readonly cpu: SaidOfMemories;
  readonly cuda: SaidOfMemories;
  /** Kinds of the memories that the results lie in. */
  readonly lie: readonly string[];
  readonly committed: readonly boolean[];
  readonly values: readonly (readonly number[])[];
}
export interface CountRow {
  readonly name: string;
  readonly counts: { readonly [primitive: string]: number };
}

/** fixtures/llama/NAME/expected.json; the tensors beside it are listed in test/reference/README.md. */
export interface LlamaExpected {
  readonly loss: number;
  readonly generate: readonly {
    readonly prompt: readonly number[];
    readonly repetition_penalty: number;
    /** The 12 greedy tokens after the prompt. */
    readonly tokens: readonly number[];
  }[];
  readonly adapters: {
    readonly [adapter in "qv" | "all" | "rslora"]: {
      readonly loss: number;
      /** Before the first and after each of five AdamW steps. */
      readonly losses: readonly number[];
      /** Of each step's gradient, before clipping to 1. */
      readonly grad_norms: readonly number[];
    };
  };
}

/** fixtures/sampling.json: `scores` is −∞ where a processor removed the token. */
export interface SamplingFixture {
  /** int64 [3, 6]: the tokens so far, for the repetition penalty. */
  readonly ids: EncodedTensor;
  readonly cases: readonly {
    readonly settings: { temperature?: number; topK?: number; topP?: number; repetitionPenalty?: number };
    readonly logits: EncodedTensor;
    readonly scores: EncodedTensor;
  }[];
}

/** fixtures/smollm2.json: the real weights and tokenizer, read from GGUF by transformers. */
export interface SmolLm2Fixture {
  readonly file: string;
  readonly sha256: string;
  readonly config: { readonly [key: string]: Json };
  readonly special: { readonly bos: string; readonly eos: string; readonly pad: string };
  /** Hugging Face's names and row order; `start` and `end` are the first and last 64 elements. */
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly sum: number;
    readonly sum_of_squares: number;
    readonly start: EncodedTensor;
    readonly end: EncodedTensor;
  }[];
  readonly prompts: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    /** int32 and float32 [time, 20], largest first. */
    readonly top_ids: EncodedTensor;
    readonly top_logits: EncodedTensor;
    /** float64 [time], each over the whole vocabulary. */
    readonly sum: EncodedTensor;
    readonly sum_of_squares: EncodedTensor;
    readonly logsumexp: EncodedTensor;
    readonly greedy: readonly number[];
    readonly greedy_text: string;
  }[];
  readonly strings: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    /** With and without special tokens. */
    readonly decoded: string;
    readonly decoded_plain: string;
    /** What transformers' own GGUF reader gives where it ignores the file's pre-tokenizer. */
    readonly ids_by_transformers?: readonly number[];
  }[];
  readonly chats: readonly {
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly add_generation_prompt: boolean;
    readonly text: string;
    readonly ids: readonly number[];
  }[];
}

/** fixtures/collectives.json: a collective over axes of shard_map (mesh data 2 × model 4), or over vmap's axis "i". */
export interface CollectiveCase {
  readonly name: string;
  readonly op: string;
  readonly axis: string | readonly string[];
  readonly params: { readonly [key: string]: Json };
  readonly input: EncodedTensor;
  readonly output: EncodedTensor;
  /** null where JAX has no derivative. */
  readonly cotangent: Slot;
  readonly grad: Slot;
}
export interface ShardedCase extends CollectiveCase {
  /** Mesh axes of each dimension. */
  readonly in_spec: readonly (readonly string[])[];
  readonly out_spec: readonly (readonly string[])[];
  readonly check_vma: boolean;
}
export interface MappedCase extends CollectiveCase {
  /** The mapped dimension of the input; the output's is 0. `grad` is that of the mapped function: vmap of the vjp. */
  readonly dim: number;
}

/** fixtures/lax.json: `candidates` are size, rank, k, recall, override, and how many candidates there are. */
export interface LaxFixture {
  readonly cases: readonly OpCase[];
  readonly shapes: readonly (readonly [name: string, args: Json, result: Json])[];
  readonly candidates: readonly (readonly [number, number, number, number, number, number])[];
  readonly names: Readonly<Record<string, readonly string[]>>;
}

/** fixtures/transforms.json: leaves of derivatives, and how often an operation occurs in a program. */
export interface TransformsFixture {
  readonly ties: readonly TransformRow[];
  readonly derivatives: readonly TransformRow[];
  readonly zeros: readonly CountRow[];
}
export interface TransformRow {
  readonly name: string;
  readonly outputs: readonly EncodedTensor[];
}

interface Fixtures {
  "ops/elementwise.json": { readonly cases: readonly OpCase[] };
  "ops/convert.json": { readonly cases: readonly OpCase[] };
  "ops/reduce.json": { readonly cases: readonly OpCase[] };
  "ops/shape.json": { readonly cases: readonly OpCase[] };
  "ops/conv.json": { readonly cases: readonly OpCase[] };
  "linalg.json": {
    readonly cases: readonly OpCase[];
    readonly names: { readonly numpy: readonly string[]; readonly lax: readonly string[] };
  };
  "ops/complex.json": { readonly cases: readonly OpCase[] };
  "fft.json": { readonly cases: readonly OpCase[] };
  "lax.json": LaxFixture;
  "dtypes.json": DTypesFixture;
  "collectives.json": { readonly sharded: readonly ShardedCase[]; readonly mapped: readonly MappedCase[] };
  "numpy.json": { readonly cases: readonly OpCase[] };
  "numpy-functions.json": NumpyFunctionsFixture;
  "random.json": { readonly cases: readonly RandomCase[] };
  "distributions.json": DistributionsFixture;
  "nn.json": { readonly cases: readonly NnCase[]; readonly initializers: readonly InitializerCase[] };
  "promotion.json": PromotionFixture;
  "optim.json": OptimFixture;
  "optim-more.json": OptimMoreFixture;
  "tracing.json": TracingFixture;
  "transforms.json": TransformsFixture;
  "debug.json": DebugFixture;
  "jit-counts.json": {
    readonly rows: readonly JitCounts[];
    /** Traces of an inner jit by how it is called. */
    readonly inner: readonly { readonly name: string; readonly traces: number }[];
    /** Whether a jit with compilerOptions is refused under these. */
    readonly compilerOptions: readonly { readonly name: string; readonly refused: boolean }[];
  };
  "memory.json": {
    readonly memories: readonly string[];
    readonly default: string;
    readonly programs: readonly MemoryProgram[];
    /** Operations outside jit: the memory kind of the result, null for a refusal. */
    readonly eager: readonly { readonly name: string; readonly lies: string | null }[];
  };
  "sampling.json": SamplingFixture;
  "smollm2.json": SmolLm2Fixture;
  "llama/mha-untied/expected.json": LlamaExpected;
  "llama/gqa-tied/expected.json": LlamaExpected;
  "llama/gqa-llama3/expected.json": LlamaExpected;
}
export type FixtureName = keyof Fixtures;
export const llamaCheckpoints = ["mha-untied", "gqa-tied", "gqa-llama3"] as const;

/** Absolute path of a file or directory under test/fixtures. */
export const fixturePath = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** A JSON fixture, with the versions of the packages that made it. */
export function readFixture<N extends FixtureName>(
  name: N,
): Fixtures[N] & { readonly versions: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(fixturePath(name), "utf8"));
}

/** Decodes the bytes of a recorded tensor. Throws FixtureError when they do not fill its shape. */
export function decode(encoded: EncodedTensor): FixtureTensor {
  const { dtype, shape } = encoded;
  if (!isDType(dtype)) throw new FixtureError(`a fixture holds dtype ${String(dtype)}, which jorts does not know`);
  const decoded = Buffer.from(encoded.data, "base64");
  const expected = shape.reduce((product, size) => product * size, 1) * itemSize(dtype);
  if (decoded.length !== expected)
    throw new FixtureError(`${dtype}[${shape}] needs ${expected} bytes, the fixture holds ${decoded.length}`);
  const bytes = new Uint8Array(decoded.length);
  bytes.set(decoded);
  return { dtype, shape, bytes };
}

export type RawArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** The elements as the typed array of their width; complex ones are two words; bool as Uint8Array, narrower floats as raw words. */
export function rawOf({ dtype, bytes }: FixtureTensor): RawArray {
  const { buffer } = bytes;
  switch (dtype) {
    case "int8":
      return new Int8Array(buffer);
    case "int16":
      return new Int16Array(buffer);
    case "int32":
      return new Int32Array(buffer);
    case "int64":
      return new BigInt64Array(buffer);
    case "float32":
    case "complex64":
      return new Float32Array(buffer);
    case "float64":
    case "complex128":
      return new Float64Array(buffer);
    case "int2":
    case "int4":
      return new Int8Array(buffer);
    case "uint16":
    case "float16":
    case "bfloat16":
      return new Uint16Array(buffer);
    case "uint32":
      return new Uint32Array(buffer);
    case "uint64":
      return new BigUint64Array(buffer);
    default:
      return new Uint8Array(buffer);
  }
}

/** The elements as numbers; 64-bit integers become the nearest double, bool 0 or 1, a complex number two. */
export function numbersOf(tensor: FixtureTensor): number[] {
  const raw = rawOf(tensor);
  if (tensor.dtype === "float16") return Array.from(f16ToF32(raw as Uint16Array));
  if (tensor.dtype === "bfloat16") return Array.from(bf16ToF32(raw as Uint16Array));
  if (isFloat8Name(tensor.dtype))
    return Array.from(raw as Uint8Array, (w) => float8[tensor.dtype as Float8Name].values[w]!);
  return Array.from(raw as ArrayLike<number | bigint>, Number);
}

const safetensorsTypes: Readonly<Record<string, DType>> = {
  F32: "float32",
  F64: "float64",
  F16: "float16",
  BF16: "bfloat16",
  I64: "int64",
  I32: "int32",
};

/** Reads a safetensors fixture, independently of src/io. */
export function readTensors(name: string): Map<string, FixtureTensor> {
  const file = readFileSync(fixturePath(name));
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString("utf8", 8, start)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, FixtureTensor>();
  for (const [key, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (key === "__metadata__") continue;
    const known = safetensorsTypes[dtype];
    if (known === undefined) throw new FixtureError(`${name}: ${key} has type ${dtype}; add it to safetensorsTypes`);
    const bytes = new Uint8Array(data_offsets[1] - data_offsets[0]);
    bytes.set(file.subarray(start + data_offsets[0], start + data_offsets[1]));
    tensors.set(key, { dtype: known, shape, bytes });
  }
  return tensors;
}
