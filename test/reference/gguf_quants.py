# Records dequantised values of random blocks of every GGUF type that jorts reads, by the `gguf` package.
# pip install gguf==0.19.0 numpy==2.4.6; python test/reference/gguf_quants.py > test/io/fixtures/gguf_quants.json
import base64
import json

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Q
from gguf.quants import dequantize

rng = np.random.default_rng(20240607)
# Byte offsets of the float16 fields in one block.
scales = {Q.Q4_0: [0], Q.Q4_1: [0, 2], Q.Q5_0: [0], Q.Q5_1: [0, 2], Q.Q8_0: [0], Q.Q4_K: [0, 2], Q.Q6_K: [208]}
rows = {}
for qtype in [Q.F32, Q.F16, Q.BF16, Q.Q4_0, Q.Q4_1, Q.Q5_0, Q.Q5_1, Q.Q8_0, Q.Q4_K, Q.Q6_K]:
    block, size = GGML_QUANT_SIZES[qtype]
    blocks = 64 if block == 1 else 6
    if block == 1:
        values = rng.normal(size=blocks).astype(np.float32)
        word = {Q.F32: values, Q.F16: values.astype(np.float16)}.get(qtype)
        packed = np.frombuffer((word if word is not None else values.view(np.uint32).__rshift__(16).astype(np.uint16)).tobytes(), np.uint8)
        packed = packed.reshape(1, -1)
    else:
        packed = rng.integers(0, 256, size=(blocks, size), dtype=np.uint8)
        for at in scales[qtype]:
            packed[:, at : at + 2] = rng.normal(scale=0.02, size=(blocks, 1)).astype(np.float16).view(np.uint8)
        packed = packed.reshape(1, -1)
    wide = dequantize(packed, qtype).astype("<f4")
    rows[qtype.name] = {
        "type": int(qtype),
        "packed": base64.b64encode(packed.tobytes()).decode(),
        "values": base64.b64encode(wide.tobytes()).decode(),
    }
print(json.dumps(rows, indent=1))
