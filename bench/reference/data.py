"""Weights, LoRA start and batch: the same numbers for every program, from seeds or from shared files.

Weights files hold `base.NAME` in the base type and `lora.NAME` in f32; batch files hold `tokens`, `labels` (int32),
`mask` and `loss_mask` (bool), each [batch, seq]. Their metadata says which options made them, and reading checks it.
This module does not import jax, so that torch and the writer can use it.
"""
import dataclasses
import json
import math
import os

import numpy as np

from shapes import base_shapes, lora_shapes


def numpy_dtype(name):
    if name == "f32":
        return np.float32
    import ml_dtypes
    return ml_dtypes.bfloat16


# ---- from seeds -------------------------------------------------------------------------------

def random_base(cfg, seed, dtype):
    """(name, array) one at a time, so that no more than one weight need be held twice."""
    rng = np.random.default_rng(seed)
    for name, shape in base_shapes(cfg).items():
        if name.endswith("norm"):
            yield name, np.ones(shape, dtype)
        else:
            w = rng.standard_normal(shape, dtype=np.float32)
            w *= 0.02
            yield name, w.astype(dtype)


def random_lora(cfg, rank, seed):
    """A is Kaiming-uniform with a=sqrt(5), as PEFT does it, B is zero; both f32 whatever the compute type."""
    rng = np.random.default_rng(seed + 2)
    bound = 1.0 / math.sqrt(cfg.hidden)
    return {name: (rng.uniform(-bound, bound, shape) if name.endswith("a") else np.zeros(shape)).astype(np.float32)
            for name, shape in lora_shapes(cfg, rank).items()}


def loss_mask_of(lengths, seq, supervised):
    """[batch, seq] booleans: which positions' next token counts in the loss.

    `default`: all but the row's first quarter, a prompt (71 % of the positions of a batch of 4 x 256).
    `all`: every position that has a next token. A share: the last `share` of the row's real positions.
    """
    at, ends = np.arange(seq)[None, :], lengths[:, None] - 1  # the last real position has no next token
    if supervised == "default":
        first = np.full_like(ends, seq // 4 - 1)
    elif supervised == "all":
        first = np.zeros_like(ends)
    else:
        first = np.maximum(0, ends - np.floor(float(supervised) * lengths[:, None] + 0.5).astype(ends.dtype))
    return (at >= first) & (at < ends)


def random_batch(cfg, batch, seq, seed, supervised="default"):
    """Right-padded rows of random tokens; `labels[b, t]` is the token after position t."""
    rng = np.random.default_rng(seed + 1)
    tokens = rng.integers(0, cfg.vocab, (batch, seq), dtype=np.int32)
    lengths = seq - (np.arange(batch) * 7) % max(1, seq // 8)
    mask = np.arange(seq)[None, :] < lengths[:, None]
    labels = np.concatenate([tokens[:, 1:], np.zeros((batch, 1), np.int32)], axis=1)
    return {"tokens": tokens, "mask": mask, "labels": labels, "loss_mask": loss_mask_of(lengths, seq, supervised)}


# ---- from shared files ------------------------------------------------------------------------

def weights_metadata(cfg, a):
    return {"config": cfg.name, "dtype": a.dtype, "rank": str(a.rank), "seed": str(a.seed),
            "shape": json.dumps(dataclasses.asdict(cfg))}


def batch_metadata(cfg, a):
    return {"config": cfg.name, "batch": str(a.batch), "seq": str(a.seq), "seed": str(a.seed),
            "supervised": a.supervised}


def write_file(path, tensors, metadata):
    """Atomically: the name appears when the whole file is there."""
    from safetensors.numpy import save_file
    part = f"{path}.{os.getpid()}.part"
    save_file(tensors, part, metadata=metadata)
    os.replace(part, path)


def open_file(path, expected):
    """An open safetensors file whose metadata agrees with the options of this run."""
    from safetensors import safe_open
    f = safe_open(path, framework="np")
    found = f.metadata() or {}
    for key, want in expected.items():
        if found.get(key) != want:
            raise SystemExit(f"{path}: its {key} is {found.get(key)!r}, this run asks for {want!r}; "
                             "write it again with write_inputs.py and the same options")
    return f


# ---- what a run starts from -------------------------------------------------------------------

def base_weights(cfg, a):
    """(name, array) one at a time."""
    if a.weights is None:
        yield from random_base(cfg, a.seed, numpy_dtype(a.dtype))
        return
    with open_file(a.weights, weights_metadata(cfg, a)) as f:
        for name in base_shapes(cfg):
            yield name, f.get_tensor(f"base.{name}")


def lora_start(cfg, a):
    if a.weights is None:
        return random_lora(cfg, a.rank, a.seed)
    with open_file(a.weights, weights_metadata(cfg, a)) as f:
        return {name: f.get_tensor(f"lora.{name}") for name in lora_shapes(cfg, a.rank)}


def batch_of(cfg, a):
    if a.batch_file is None:
        return random_batch(cfg, a.batch, a.seq, a.seed, a.supervised)
    with open_file(a.batch_file, batch_metadata(cfg, a)) as f:
        return {name: f.get_tensor(name) for name in ("tokens", "mask", "labels", "loss_mask")}


def batch_facts(a, batch):
    """For the result line: how many positions count, and their share of batch x seq."""
    counted = int(np.asarray(batch["loss_mask"]).sum())
    return {"supervised": a.supervised, "supervised_positions": counted,
            "supervised_share": round(counted / (a.batch * a.seq), 4)}
