"""Writes the weights, LoRA start and batch that a run starts from as safetensors, for every program to read."""
import argparse

import data
import options
from shapes import CONFIGS


def main():
    p = argparse.ArgumentParser(description=__doc__)
    options.add_model_options(p)
    p.add_argument("--weights", metavar="FILE", help="write base weights and LoRA start here")
    p.add_argument("--batch-file", metavar="FILE", help="write the batch here")
    a = p.parse_args()
    if a.weights is None and a.batch_file is None:
        p.error("nothing to write: give --weights FILE, --batch-file FILE or both")
    cfg = CONFIGS[a.config]
    if a.weights is not None:
        tensors = {f"base.{n}": w for n, w in data.random_base(cfg, a.seed, data.numpy_dtype(a.dtype))}
        tensors |= {f"lora.{n}": w for n, w in data.random_lora(cfg, a.rank, a.seed).items()}
        data.write_file(a.weights, tensors, data.weights_metadata(cfg, a))
    if a.batch_file is not None:
        batch = data.random_batch(cfg, a.batch, a.seq, a.seed, a.supervised)
        data.write_file(a.batch_file, batch, data.batch_metadata(cfg, a))


if __name__ == "__main__":
    main()
