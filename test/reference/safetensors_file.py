# Records a small file that the `safetensors` package writes, to compare with jorts' writer byte by byte.
# pip install safetensors==0.8.0 numpy==2.4.6; python test/reference/safetensors_file.py > test/io/fixtures/safetensors.json
import base64
import json

import numpy as np
from safetensors.numpy import save

tensors = {
    "z.bytes": np.arange(5, dtype=np.uint8),
    "b.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a.weight": np.arange(4, dtype=np.float32) * -0.5,
    "scalar": np.array(3.5, dtype=np.float64),
    "empty": np.zeros((0, 7), dtype=np.float16),
    "half": np.array([1.5, -2], dtype=np.float16),
    "é": np.array([True, False]),
}
print(json.dumps({"file": base64.b64encode(save(tensors, {"format": "pt"})).decode()}))
