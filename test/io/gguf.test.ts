// GGUF containers: every quantisation against the gguf package, every refusal, rotary rows, config, corruption.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shortestFloat32 } from "../../src/io/gguf-config.ts";
import { ggmlTypes } from "../../src/io/gguf-format.ts";
import { hfTensorName } from "../../src/io/gguf-names.ts";
import { GgufFile, openGguf, openModel, unpermuteRotaryRows } from "../../src/io/index.ts";
import { castSource, memorySource, readArray, readBytes, readFloat32, viewAs } from "../../src/io/source.ts";
import { expectOnlyRefusals } from "./damaged.ts";
import { f32Bytes, type GgufTensor, ggufBytes, type TypedValue, tinyLlama } from "./gguf-writer.ts";
import { at, expectRefusal, put } from "./temp.ts";

type Row = { type: number; packed: string; values: string };
const quants: Record<string, Row> = JSON.parse(
  readFileSync(new URL("fixtures/gguf_quants.json", import.meta.url), "utf8"),
);
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

const write = (
  metadata: [string, TypedValue][],
  tensors: GgufTensor[],
  options?: Parameters<typeof ggufBytes>[2],
): string => put("m.gguf", ggufBytes(metadata, tensors, options));

describe.each(Object.entries(quants))("%s", (name, { type, packed, values }) => {
  const data = bytesOf(packed);
  const want = viewAs("float32", bytesOf(values)) as Float32Array;
  const { block } = ggmlTypes[type]!;
  const shape = [want.length / block / 2, block * 2];
  const file = () => write([], [{ name: "w", shape, type, data }]);

  test("equals the gguf package's values", () => {
    using opened = new GgufFile(file());
    const source = opened.tensor("w");
    expect(source.shape).toEqual(shape);
    expect(source.dtype).toBe({ F16: "float16", BF16: "bfloat16" }[name] ?? "float32");
    expect(readFloat32(source)).toEqual(want);
    for (const dtype of ["float16", "bfloat16"] as const)
      expect(readArray(castSource(source, dtype))).toEqual(
        readArray(castSource(memorySource("w", "float32", shape, want), dtype)),
      );
  });

  test("any byte range", () => {
    using opened = new GgufFile(file());
    const source = opened.tensor("w");
    const whole = readBytes(source);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length), (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const dst = new Uint8Array(to - from);
        source.readInto(dst, from, to);
        expect(Buffer.compare(dst, whole.subarray(from, to))).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});

const one: GgufTensor = { name: "w", shape: [2], type: 0, data: f32Bytes([1, 2]) };
const open = (path: string) => new GgufFile(path).close();

describe("refuses", () => {
  test.each<[string, () => string, RegExp]>([
    ["an empty file", () => put("e", ""), /0 bytes left .*expected 4 bytes of magic number/],
    ["another format", () => put("e", "PK\u0003\u0004and more"), /magic number 0x4034b50.*expected "GGUF"/],
    ["version 1", () => write([], [], { version: 1 }), /GGUF version 1/],
    ["a big-endian file", () => write([], [], { version: 3 << 24 }), /a big-endian file.*expected version 2 or 3/],
    [
      "a key twice",
      () =>
        write(
          [
            ["a", { u32: 1 }],
            ["a", { u32: 1 }],
          ],
          [],
        ),
      /metadata a twice/,
    ],
    ["a tensor twice", () => write([], [one, one]), /tensor w twice/],
    [
      "an offset off the alignment",
      () => write([], [one], { offsets: { w: 4 } }),
      /tensor w at offset 4.*expected a multiple of 32/,
    ],
    ["a tensor beyond the end", () => write([], [{ ...one, shape: [1 << 20] }]), /because tensor w ends there/],
    [
      "overlapping tensors",
      () =>
        write(
          [],
          [
            { ...one, name: "a", shape: [9], data: new Uint8Array(36) },
            { ...one, name: "b" },
          ],
          { offsets: { b: 32 } },
        ),
      /tensors a and b overlapping/,
    ],
    ["a size that overflows", () => write([], [{ ...one, shape: [2 ** 40, 2 ** 40] }]), /fewer than 2\^53 elements/],
    ["rank 5", () => write([], [{ ...one, shape: [1, 1, 1, 1, 1] }]), /rank 5.*expected rank at most 4/],
    [
      "rows that no block divides",
      () => write([], [{ ...one, shape: [33], type: 8 }]),
      /tensor w, Q8_0, with rows of 33.*multiple of 32/,
    ],
    ["an alignment of 24", () => write([["general.alignment", { u32: 24 }]], []), /general.alignment 24/],
  ])("%s", (_, make, message) => {
    const path = make();
    expect(expectRefusal(() => open(path), message)).toContain(path);
  });

  test.each([
    [10, "Q2_K"],
    [13, "Q5_K"],
    [20, "IQ4_NL"],
    [99, "type 99"],
  ])("type %i when the tensor is read, naming both", (type, name) => {
    const { block, bytes } = ggmlTypes[type] ?? { block: 1, bytes: 1 };
    using opened = new GgufFile(write([], [{ name: "w", shape: [block], type, data: new Uint8Array(bytes) }]));
    expectRefusal(() => opened.tensor("w"), new RegExp(`tensor w of type ${name}; expected one of F32 F16 BF16 Q4_0`));
  });
});

test("version 2, another alignment, all kinds of metadata", () => {
  const metadata: [string, TypedValue][] = [
    ["general.alignment", { u32: 64 }],
    ["big", { u64: 2n ** 60n }],
    ["small", { u64: 7n }],
    ["yes", { bool: true }],
    ["text", { string: "é" }],
    ["list", { strings: ["a", "b"] }],
    ["floats", { f32s: [0.5, -1] }],
    ["ints", { i32s: [-1, 2] }],
  ];
  using opened = new GgufFile(write(metadata, [one, { ...one, name: "v" }], { version: 2, alignment: 64 }));
  expect(Object.fromEntries(opened.metadata)).toEqual({
    "general.alignment": 64,
    big: 2n ** 60n,
    small: 7,
    yes: true,
    text: "é",
    list: ["a", "b"],
    floats: [0.5, -1],
    ints: [-1, 2],
  });
  expect(readArray(opened.tensor("v"))).toEqual(Float32Array.of(1, 2));
});

test("corrupted or truncated bytes give a CheckpointError or a file that reads", () => {
  const good = ggufBytes(tinyLlama([["tokenizer.ggml.tokens", { strings: ["a", "b", "c", "d"] }]]), [one]);
  expectOnlyRefusals(
    "bad.gguf",
    good,
    (path) => new GgufFile(path).close(),
    (path) => openModel(path).close(),
  );
});

test.each([
  ["blk.12.attn_q.weight", "model.layers.12.self_attn.q_proj.weight"],
  ["blk.0.attn_output.weight", "model.layers.0.self_attn.o_proj.weight"],
  ["blk.0.ffn_down.bias", "model.layers.0.mlp.down_proj.bias"],
  ["blk.3.ffn_norm.weight", "model.layers.3.post_attention_layernorm.weight"],
  ["token_embd.weight", "model.embed_tokens.weight"],
  ["output.weight", "lm_head.weight"],
  ["output_norm.weight", "model.norm.weight"],
  ["blk.0.ffn_gate_exps.weight", null],
  ["blk.0.output.weight", null],
  ["toString.weight", null],
])("%s is %s", (name, want) => {
  expect(hfTensorName(name)).toBe(want);
});

describe("rotary rows", () => {
  /** llama.cpp's `permute`: HF row (h, s, i) goes to (h, i, s). */
  const permute = (rows: number[][], heads: number): number[][] => {
    const size = rows.length / heads;
    return rows.map((_, g) => {
      const [h, i, s] = [Math.floor(g / size), Math.floor((g % size) / 2), g % 2];
      return rows[h * size + s * (size / 2) + i]!;
    });
  };

  test("the permutation is undone, in any byte range", () => {
    const shape = fc.record({
      heads: fc.integer({ min: 1, max: 4 }),
      half: fc.integer({ min: 1, max: 4 }),
      width: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(shape, fc.nat(), fc.nat(), ({ heads, half, width }, a, b) => {
        const rows = Array.from({ length: heads * half * 2 }, (_, r) =>
          Array.from({ length: width }, (_, c) => r * 10 + c),
        );
        const of = (list: number[][]) =>
          memorySource("w", "float32", [rows.length, width], Float32Array.from(list.flat()));
        const undone = unpermuteRotaryRows(of(permute(rows, heads)), heads);
        const want = readBytes(of(rows));
        expect(readBytes(undone)).toEqual(want);
        const [x, y] = [a % (want.length + 1), b % (want.length + 1)].sort((p, q) => p - q) as [number, number];
        const slice = new Uint8Array(y - x);
        undone.readInto(slice, x, y);
        expect(slice).toEqual(want.slice(x, y));
      }),
    );
  });

  test("biases too, and odd heads are refused", () => {
    const bias = memorySource("b", "float32", [4], Float32Array.of(0, 2, 1, 3));
    expect(readArray(unpermuteRotaryRows(bias, 1))).toEqual(Float32Array.of(0, 1, 2, 3));
    expectRefusal(() => unpermuteRotaryRows(bias, 4), /4 rows in b for 4 heads; expected an even number/);
  });
});

describe("config", () => {
  const config = (more: [string, TypedValue][] = [], tensors: GgufTensor[] = []) => {
    using model = openGguf(write(tinyLlama(more), tensors));
    return model.config;
  };

  test("fields of config.json; floats as they were meant", () => {
    expect(config()).toEqual({
      architectures: ["LlamaForCausalLM"],
      model_type: "llama",
      vocab_size: 4,
      hidden_size: 8,
      intermediate_size: 16,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      head_dim: 4,
      hidden_act: "silu",
      max_position_embeddings: 128,
      rms_norm_eps: 1e-5,
      rope_theta: 10000,
      rope_scaling: null,
      attention_bias: false,
      mlp_bias: false,
      tie_word_embeddings: true,
      bos_token_id: null,
      eos_token_id: null,
      pad_token_id: null,
      torch_dtype: "float32",
    });
    const output: GgufTensor = { name: "output.weight", shape: [4, 8], type: 0, data: new Uint8Array(128) };
    expect(config([], [output]).tie_word_embeddings).toBe(false);
  });

  test("linear rope scaling", () => {
    const more: [string, TypedValue][] = [
      ["llama.rope.scaling.type", { string: "linear" }],
      ["llama.rope.scaling.factor", { f32: 4 }],
    ];
    expect(config(more).rope_scaling).toEqual({ rope_type: "linear", factor: 4 });
  });

  const freqs = (factors: readonly number[]): GgufTensor => ({
    name: "rope_freqs.weight",
    shape: [factors.length],
    type: 0,
    data: f32Bytes(factors),
  });
  const wide: [string, TypedValue][] = [
    ["llama.attention.key_length", { u32: 128 }],
    ["llama.rope.freq_base", { f32: 500000 }],
  ];

  /** Hugging Face's `_compute_llama3_parameters`, as the quotient of old and new inverse frequency. */
  const llama3 = (factor: number) =>
    Array.from({ length: 64 }, (_, i) => {
      const frequency = 500000 ** (-i / 64);
      const wavelength = (2 * Math.PI) / frequency;
      const smooth = (8192 / wavelength - 1) / (4 - 1);
      const scaled =
        wavelength > 8192
          ? frequency / factor
          : wavelength < 2048
            ? frequency
            : ((1 - smooth) * frequency) / factor + smooth * frequency;
      return frequency / scaled;
    });

  test.each([8, 32])("rope_freqs.weight of Llama 3 with factor %i is recognised", (factor) => {
    expect(config(wide, [freqs(llama3(factor))]).rope_scaling).toEqual({
      rope_type: "llama3",
      factor,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    });
  });

  test("rope_freqs.weight of ones is no scaling", () => {
    expect(config(wide, [freqs(new Array(64).fill(1))]).rope_scaling).toBeNull();
  });

  test.each<[string, [string, TypedValue][], GgufTensor[], RegExp]>([
    [
      "unknown frequency factors",
      wide,
      [freqs(llama3(8).map((f, i) => (i === 40 ? f * 1.01 : f)))],
      /Llama 3's scaling .* does not explain/,
    ],
    ["frequency factors of another length", wide, [freqs([1, 2])], /2 factors for head_dim 128/],
    ["yarn", [["llama.rope.scaling.type", { string: "yarn" }]], [], /rope scaling yarn/],
    ["another architecture", [["general.architecture", { string: "qwen2" }]], [], /architecture qwen2; expected llama/],
    ["experts", [["llama.expert_count", { u32: 8 }]], [], /a mixture of experts/],
    [
      "partial rotary",
      [["llama.rope.dimension_count", { u32: 2 }]],
      [],
      /dimension_count = 2; expected the head size 4/,
    ],
    [
      "heads that do not divide",
      [["llama.attention.head_count_kv", { u32: 3 }]],
      [],
      /2 heads, 3 key\/value heads of size 4/,
    ],
    ["an odd head size", [["llama.attention.head_count", { u32: 8 }]], [], /size 1; expected an even head size/],
    ["a wrong type", [["llama.block_count", { string: "1" }]], [], /metadata llama.block_count of the wrong type/],
    ["an unknown tensor", [], [{ ...one, name: "blk.0.ffn_gate_inp.weight" }], /tensor blk.0.ffn_gate_inp.weight/],
    ["an embedding of another size", [], [{ ...one, name: "token_embd.weight", shape: [1, 2] }], /\[4, 8\]/],
  ])("refuses %s", (_, more, tensors, message) => {
    const path = write(tinyLlama(more), tensors);
    expectRefusal(() => openGguf(path), message);
  });

  test("a missing key is named", () => {
    const path = write(
      tinyLlama().filter(([key]) => key !== "llama.embedding_length"),
      [],
    );
    expectRefusal(() => openGguf(path), /no metadata llama.embedding_length/);
  });

  test("a float32 in its shortest decimal", () => {
    for (const x of [1e-5, 1e-6, 500000, 0.1, 10000, 1 / 3])
      expect(Math.fround(shortestFloat32(Math.fround(x)))).toBe(Math.fround(x));
    expect(shortestFloat32(Math.fround(1e-5))).toBe(1e-5);
    expect(shortestFloat32(1 / 3)).toBeCloseTo(1 / 3, 8);
  });
});

test("a path that does not exist", () => {
  expectRefusal(
    () => openModel(at("none.gguf")),
    /nothing there; expected a Hugging Face model directory or a .gguf file/,
  );
});
