# What the Hugging Face scripts share: versions, one-threaded f32 torch, tensors to fixtures.
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import numpy as np
import peft
import tokenizers
import torch
import transformers
from safetensors.torch import save_file

torch.set_num_threads(1)  # so that sums are taken in the same order on every machine of this kind
torch.use_deterministic_algorithms(True)
transformers.utils.logging.disable_progress_bar()

VERSIONS = {
    "torch": torch.__version__.split("+")[0],
    "transformers": transformers.__version__,
    "peft": peft.__version__,
    "tokenizers": tokenizers.__version__,
    "numpy": np.__version__,
}


def save(path, tensors):
    """Writes a safetensors file with its names sorted."""
    save_file({name: tensors[name].detach().contiguous() for name in sorted(tensors)}, str(path), {"format": "pt"})


@torch.no_grad()
def logits_of(model, ids, mask=None):
    return model(input_ids=ids, attention_mask=mask).logits
