# Records the ids of awkward texts with the SmolLM2 vocabulary, by a tokenizer that Python's `tokenizers` builds
# straight from the GGUF file. Kinds: `smollm` (single digits, then GPT-2's split) and `llama-bpe` (Llama 3's split).
# pip install gguf==0.19.0 tokenizers==0.23.3
# python test/reference/tokenizer_ids.py SmolLM2-135M-Instruct.Q4_1.gguf > test/io/fixtures/smollm2_ids.json
import json
import sys

from gguf import GGUFReader
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

fields = GGUFReader(sys.argv[1]).fields
tokens = fields["tokenizer.ggml.tokens"].contents()
types = fields["tokenizer.ggml.token_type"].contents()
merges = [tuple(m.split(" ")) for m in fields["tokenizer.ggml.merges"].contents()]
vocab = {t: i for i, t in enumerate(tokens)}
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
split = {
    "smollm": pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(False)]),
    "llama-bpe": pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(LLAMA3), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)]
    ),
}
texts = [
    "Hello, world!", " leading space", "trailing space ", "  two  inner  spaces  ", "\n### Assistant: ",
    "tabs\tand\nnewlines\r\n\r\n\n end", "Don't they'll I'VE it'S we're", "12345 3.14159 1e-5 2024-01-31",
    "١٢٣ ²³ Ⅷ ½", "ünïcödé façade naïve", "日本語のテキストです。", "한국어 텍스트", "Привет, мир!", "مرحبا بالعالم",
    "नमस्ते दुनिया", "👩‍👩‍👧‍👦 emoji 🏳️‍🌈🇩🇪 😀😀", "e\u0301 vs é, ﬁ ligature", "zero\u200bwidth\ufeffbom",
    "next \u0085\u008f line \ufeff\u008f x\u0085line\u001cfs", "a\u00a0b\u3000c\u2028d", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "<|endoftext|><|endoftext|>x",
    "<|im_start|", "def f(x):\n    return x ** 2  # square\n", "{\"key\": [1, 2.5, null], \"s\": \"\\u00e9\"}",
    "https://example.org/a?b=c&d=%20e#f", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "x" * 300,
    "mixedCASEWordsANDacronymsLikeHTMLParser", "!!!???...---___***", "\\alpha + \\beta = \\frac{1}{2}", "   ", "\n\n\n", "", "a",
]
out = {"texts": texts}
for kind, pre in split.items():
    tokenizer = Tokenizer(models.BPE(vocab, merges, ignore_merges=kind == "llama-bpe"))
    tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [AddedToken(t, normalized=False, special=True) for t, k in zip(tokens, types) if k == 3]
    )
    ids = [tokenizer.encode(t).ids for t in texts]
    out[kind] = ids
    out[f"{kind}_decoded"] = [tokenizer.decode(i, skip_special_tokens=False) for i in ids]
print(json.dumps(out, indent=None, ensure_ascii=True))
