# Records rows of SmolLM2's tensors, dequantised by the `gguf` package and put in Hugging Face's rotary row order.
# pip install gguf==0.19.0 numpy==2.4.6
# python test/reference/smollm2_rows.py SmolLM2-135M-Instruct.Q4_1.gguf > test/io/fixtures/smollm2_rows.json
import base64
import hashlib
import json
import sys

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize

tensors = {t.name: t for t in GGUFReader(sys.argv[1]).tensors}


def dense(name):
    t = tensors[name]
    return dequantize(t.data, t.tensor_type).astype("<f4").reshape(list(reversed(t.shape.tolist())))


def halves(w, heads):
    return np.ascontiguousarray(w.reshape(heads, w.shape[0] // heads // 2, 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape))


wanted = {
    "model.embed_tokens.weight": (dense("token_embd.weight"), 49000),
    "model.layers.0.self_attn.q_proj.weight": (halves(dense("blk.0.attn_q.weight"), 9), 70),
    "model.layers.29.self_attn.k_proj.weight": (halves(dense("blk.29.attn_k.weight"), 3), 1),
    "model.layers.7.mlp.down_proj.weight": (dense("blk.7.ffn_down.weight"), 575),
    "model.norm.weight": (dense("output_norm.weight"), 3),
}
print(json.dumps({
    name: {
        "shape": list(w.shape), "row": row, "head": base64.b64encode(np.atleast_1d(w[row])[:8].tobytes()).decode(),
        "sha256": hashlib.sha256(w.tobytes()).hexdigest(),
    }
    for name, (w, row) in wanted.items()
}, indent=1))
