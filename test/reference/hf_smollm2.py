# Records SmolLM2-135M-Instruct (Q4_1) as transformers reads it from GGUF: fixtures/smollm2.json.
import hashlib
import sys
from pathlib import Path

import numpy as np
import torch
from fixture import encode, write
from hf import VERSIONS, logits_of
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer

SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
PROMPTS = [
    "The capital of France is",
    "<|im_start|>user\nName three colours of the rainbow.<|im_end|>\n<|im_start|>assistant\n",
]
STRINGS = [
    "",
    " ",
    "  ",
    "\n",
    "\n\n\n",
    "\t\tx",
    "\r\n",
    "Hello world",
    " Hello  world ",
    "hello   world    !",
    "I'm you're we'll he'd THEY'VE don't",
    "0123456789",
    "3.14159 and 1,000,000",
    "year 2024,  12 months",
    "a1b22c333",
    "x   7",
    "\n 42",
    "x² ½ Ⅷ ٣ 四",
    "price: $9.99!",
    "naïve café Ångström",
    "e\u0301 is not é",
    "你好，世界",
    "こんにちは 안녕하세요",
    "Привет мир",
    "שלום مرحبا",
    "😀👍🏽 👨‍👩‍👧‍👦 🇫🇷",
    "\u200bzero\u200bwidth\ufeff",
    "non\u00a0breaking\u2003space",
    "def f(x):\n    return x ** 2  # square\n",
    "for (let i = 0; i < n; i++) { a[i] += `${b}`; }",
    "https://example.com/a?b=c&d=%20e#f",
    "___ --- *** ###",
    "...!!!???",
    "ALLCAPS mixedCase snake_case kebab-case",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "<|im_start|>user\nHi<|im_end|>",
    "a<|im_end|>b <|endoftext|> c",
    "<|im_start|> <|im_end >",
    "<repo_name>x<file_sep>y",
    "<s>[INST] x [/INST]</s>",
    "\x00\x01\x7f",
    "### Instruction:\nAdd 2 and 3.\n\n### Response:\n5",
]
CHATS = [
    [{"role": "user", "content": "Hi"}],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": " What is 2+2? "}],
    [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello!"},
        {"role": "user", "content": "Bye\n"},
    ],
]
TENSORS = [
    "model.embed_tokens.weight",
    "model.layers.0.self_attn.q_proj.weight",
    "model.layers.0.self_attn.k_proj.weight",
    "model.layers.0.self_attn.v_proj.weight",
    "model.layers.29.self_attn.o_proj.weight",
    "model.layers.29.mlp.down_proj.weight",
    "model.layers.14.input_layernorm.weight",
    "model.norm.weight",
]


def tokenization(loaded):
    """ids by the pre-tokenizer that the file names (smollm); transformers 5.23 ignores that field."""
    backend = loaded.backend_tokenizer
    rows = []
    by_transformers = [loaded(text)["input_ids"] for text in STRINGS]
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
    )
    for text, other in zip(STRINGS, by_transformers):
        ids = backend.encode(text).ids
        row = {"text": text, "ids": ids, "decoded": backend.decode(ids, skip_special_tokens=False)}
        row["decoded_plain"] = backend.decode(ids, skip_special_tokens=True)
        if ids != other:
            row["ids_by_transformers"] = other
        rows.append(row)
    return rows


def chats(loaded):
    rows = []
    for messages in CHATS:
        for add in (False, True):
            text = loaded.apply_chat_template(messages, tokenize=False, add_generation_prompt=add)
            ids = loaded.backend_tokenizer.encode(text).ids
            rows.append({"messages": messages, "add_generation_prompt": add, "text": text, "ids": ids})
    return rows


def prompt_row(model, backend, text):
    ids = backend.encode(text).ids
    given = torch.tensor([ids])
    logits = logits_of(model, given)[0]
    best = torch.topk(logits, 20)
    made = model.generate(
        given, attention_mask=torch.ones_like(given), max_new_tokens=16, do_sample=False, eos_token_id=None, pad_token_id=2
    )[0, len(ids) :].tolist()
    return {
        "text": text,
        "ids": ids,
        "top_ids": encode(best.indices.numpy().astype(np.int32)),
        "top_logits": encode(best.values.numpy()),
        "sum": encode(logits.double().sum(-1).numpy()),
        "sum_of_squares": encode(logits.double().square().sum(-1).numpy()),
        "logsumexp": encode(torch.logsumexp(logits.double(), -1).numpy()),
        "greedy": made,
        "greedy_text": backend.decode(made, skip_special_tokens=False),
    }


def tensor_row(name, weight):
    return {
        "name": name,
        "shape": list(weight.shape),
        "sum": weight.double().sum().item(),
        "sum_of_squares": weight.double().square().sum().item(),
        "start": encode(weight.reshape(-1)[:64].numpy()),
        "end": encode(weight.reshape(-1)[-64:].numpy()),
    }


def main(path):
    path = Path(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"{path.name} has sha256 {digest}, expected {SHA256}")
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    model = AutoModelForCausalLM.from_pretrained(
        path.parent, gguf_file=path.name, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    tokens = tokenization(tokenizer)
    weights = model.state_dict()
    write(
        "smollm2.json",
        VERSIONS,
        file=path.name,
        sha256=digest,
        config={
            "vocab_size": model.config.vocab_size,
            "hidden_size": model.config.hidden_size,
            "rope_parameters": model.config.rope_parameters,
            "rms_norm_eps": model.config.rms_norm_eps,
            "tie_word_embeddings": model.config.tie_word_embeddings,
        },
        special={"bos": tokenizer.bos_token, "eos": tokenizer.eos_token, "pad": tokenizer.pad_token},
        tensors=[tensor_row(name, weights[name]) for name in TENSORS],
        prompts=[prompt_row(model, tokenizer.backend_tokenizer, text) for text in PROMPTS],
        strings=tokens,
        chats=chats(tokenizer),
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: hf_smollm2.py SmolLM2-135M-Instruct.Q4_1.gguf")
    main(sys.argv[1])
