# Records jax.random (threefry2x32, jax_threefry_partitionable at its default): fixtures/random.json.
import jax
import jax.numpy as jnp
import numpy as np
from cases import BFLOAT16, VERSIONS
from fixture import encode, plain, write
from jax import random

SEEDS = [0, 1, 42, 123456789, 2**31 - 1, 2**31, 2**32 - 1, -1, -(2**31), 2**32, 2**32 + 5, 2**40 + 7]
SHAPES = [(), (1,), (2,), (3,), (4,), (7,), (2, 3), (3, 0), (5, 1, 3), (33,)]
KEYS = [(0, 0), (0, 42), (0x9E3779B9, 0xDEADBEEF), (0xFFFFFFFF, 0xFFFFFFFF)]

cases = []


def record(fn, key, params, output, inputs=()):
    cases.append(
        {
            "fn": fn,
            "key": None if key is None else [int(word) for word in key],
            "params": plain(params),
            "inputs": [encode(value) for value in inputs],
            "output": encode(output),
        }
    )


def wrap(words):
    return random.wrap_key_data(jnp.array(words, jnp.uint32))


def keys():
    for seed in SEEDS:
        try:
            with jax.enable_x64(True):
                record("key", None, {"seed": str(seed), "x64": True}, random.key_data(random.key(seed)))
            record("key", None, {"seed": str(seed), "x64": False}, random.key_data(random.key(seed)))
        except OverflowError:
            # Without 64-bit types JAX refuses seeds beyond 32 bits.
            continue
    for words in KEYS:
        key = wrap(words)
        for shape in [(2,), (1,), (3,), (5,), (2, 3)]:
            record("split", words, {"num": shape}, random.key_data(random.split(key, shape)))
        for data in (0, 1, 3, 1000, 2**31, 2**32 - 1):
            record("fold_in", words, {"data": data}, random.key_data(random.fold_in(key, np.uint32(data))))
    chain = random.key(7)
    for step in range(3):
        chain, used = random.split(random.fold_in(chain, step))
        record("chain", (0, 7), {"step": step}, random.key_data(used))


def uniform_family():
    for words in KEYS:
        key = wrap(words)
        for shape in SHAPES:
            for dtype in ("uint8", "uint16", "uint32", "uint64"):
                with jax.enable_x64(dtype == "uint64"):
                    record("bits", words, {"shape": shape, "dtype": dtype}, random.bits(key, shape, jnp.dtype(dtype)))
            for dtype in ("float32", "float64", "float16", "bfloat16"):
                with jax.enable_x64(dtype == "float64"):
                    params = {"shape": shape, "dtype": dtype, "minval": 0, "maxval": 1}
                    record("uniform", words, params, random.uniform(key, shape, jnp.dtype(dtype)))
                    record("normal", words, {"shape": shape, "dtype": dtype}, random.normal(key, shape, jnp.dtype(dtype)))
        for minval, maxval in [(-1, 1), (2.5, 3), (-1e-3, 1e6), (-0.1, 0.1)]:
            params = {"shape": (9,), "dtype": "float32", "minval": minval, "maxval": maxval}
            record("uniform", words, params, random.uniform(key, (9,), jnp.float32, minval, maxval))
        tensors = [np.array([-1, 0, 5], np.float32), np.array([[1], [9]], np.float32)]
        params = {"shape": (2, 3), "dtype": "float32"}
        record("uniform", words, params, random.uniform(key, (2, 3), jnp.float32, *tensors), tensors)
    key = wrap(KEYS[1])
    # Long draws, so that a wrong counter in the second half of a block shows.
    record("bits", KEYS[1], {"shape": (1001,), "dtype": "uint32"}, random.bits(key, (1001,), jnp.uint32))
    record("normal", KEYS[1], {"shape": (1001,), "dtype": "float32"}, random.normal(key, (1001,), jnp.float32))


def integers():
    ranges = {
        "int32": [(0, 10), (-5, 5), (-(2**31), 2**31 - 1), (3, 4), (5, 5), (0, 2**31 - 1), (7, 3)],
        "uint32": [(0, 10), (0, 2**32 - 1), (2**31, 2**32 - 1)],
        "int8": [(0, 10), (-128, 127)],
        "uint8": [(0, 255), (3, 77)],
        "int16": [(-300, 300)],
        "int64": [(0, 10), (-(2**62), 2**62), (-(2**63), 2**63 - 1)],
        "uint64": [(0, 2**63)],
    }
    for words in KEYS:
        key = wrap(words)
        for dtype, bounds in ranges.items():
            with jax.enable_x64(dtype.endswith("64")):
                for minval, maxval in bounds:
                    for shape in [(), (7,), (2, 3)]:
                        # Bounds beyond 2^53 are strings, as JSON numbers are doubles.
                        params = {"shape": shape, "dtype": dtype, "minval": str(minval), "maxval": str(maxval)}
                        low, high = np.array(minval, dtype), np.array(maxval, dtype)
                        record("randint", words, params, random.randint(key, shape, low, high, jnp.dtype(dtype)))


def distributions():
    logits = np.array([[0.5, -1.0, 2.0, 0.0], [0.0, -np.inf, 0.0, -np.inf], [3.0, 3.0, 3.0, 3.0]], np.float32)
    for words in KEYS:
        key = wrap(words)
        for p in (0.0, 0.1, 0.5, 0.9, 1.0):
            record("bernoulli", words, {"p": p, "shape": (17,)}, random.bernoulli(key, p, (17,)))
        tensor = np.array([0.1, 0.5, 0.9], np.float32)
        record("bernoulli", words, {"shape": None}, random.bernoulli(key, tensor), [tensor])
        for shape in [(), (3,), (7,), (2, 3)]:
            record("gumbel", words, {"shape": shape, "dtype": "float32"}, random.gumbel(key, shape, jnp.float32))
            record("exponential", words, {"shape": shape, "dtype": "float32"}, random.exponential(key, shape, jnp.float32))
            for lower, upper in [(-2, 2), (-0.5, 3), (1, 4)]:
                params = {"shape": shape, "dtype": "float32", "lower": lower, "upper": upper}
                value = random.truncated_normal(key, lower, upper, shape, jnp.float32)
                record("truncated_normal", words, params, value)
        record("categorical", words, {"axis": -1, "shape": None}, random.categorical(key, logits), [logits])
        record("categorical", words, {"axis": 0, "shape": None}, random.categorical(key, logits, axis=0), [logits])
        draws = random.categorical(key, logits, shape=(5, 3))
        record("categorical", words, {"axis": -1, "shape": (5, 3)}, draws, [logits])
        for n in (1, 2, 5, 16, 100):
            record("permutation", words, {"n": n}, random.permutation(key, n))
        x = np.arange(12, dtype=np.float32).reshape(4, 3)
        for axis in (0, 1):
            params = {"axis": axis, "independent": False}
            record("permutation", words, params, random.permutation(key, x, axis), [x])
        record("permutation", words, {"axis": 1, "independent": True}, random.permutation(key, x, 1, independent=True), [x])
        p = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
        record("choice", words, {"n": 10, "shape": (4,), "replace": True}, random.choice(key, 10, (4,)))
        record("choice", words, {"n": 10, "shape": (4,), "replace": False}, random.choice(key, 10, (4,), replace=False))
        record("choice", words, {"n": 4, "shape": (6,), "replace": True}, random.choice(key, 4, (6,), p=p), [p])
        record("choice", words, {"n": 4, "shape": (3,), "replace": False}, random.choice(key, 4, (3,), replace=False, p=p), [p])
    for kind in (BFLOAT16, np.dtype(np.float16)):
        key = wrap(KEYS[1])
        params = {"shape": (7,), "dtype": kind, "lower": -2, "upper": 2}
        record("truncated_normal", KEYS[1], params, random.truncated_normal(key, -2, 2, (7,), kind))
        record("gumbel", KEYS[1], {"shape": (7,), "dtype": kind}, random.gumbel(key, (7,), kind))


if __name__ == "__main__":
    keys()
    uniform_family()
    integers()
    distributions()
    versions = {**VERSIONS, "threefry_partitionable": bool(jax.config.jax_threefry_partitionable)}
    write("random.json", versions, cases=cases)
