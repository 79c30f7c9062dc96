# Records functions of jax.nn, attention's options and the orthogonal initialisers: fixtures/nn.json.
import jax
import jax.numpy as jnp
import numpy as np
from cases import VERSIONS
from fixture import encode, plain, write
from jax import nn, random

cases = []
X = np.array([-4, -3, -1.5, -1, -0.5, -1e-3, 0, 1e-3, 0.5, 1, 1.5, 3, 4, 20], np.float32)


def record(fn, inputs, **keywords):
    """Values, and the gradients of their weighted sum by the inputs."""
    arrays = [np.asarray(i) for i in inputs]
    named = {k: v for k, v in keywords.items() if isinstance(v, np.ndarray)}
    others = {k: v for k, v in keywords.items() if not isinstance(v, np.ndarray)}
    call = lambda *xs: getattr(nn, fn)(*xs, **named, **others)
    out = call(*arrays)
    outs = list(out) if isinstance(out, tuple) else [out]
    weights = np.cos(np.arange(outs[0].size, dtype=np.float32)).reshape(outs[0].shape)

    def loss(*xs):
        y = call(*xs)
        return ((y[0] if isinstance(y, tuple) else y) * weights).sum()

    grads = jax.grad(loss, argnums=tuple(range(len(arrays))))(*arrays)
    cases.append(
        {
            "fn": fn,
            "inputs": [encode(i) for i in arrays],
            "tensors": {k: encode(v) for k, v in named.items()},
            "params": plain(others),
            "outputs": [encode(o) for o in outs],
            "grads": [encode(g) for g in grads],
        }
    )


def activations():
    for fn in ("celu", "hard_sigmoid", "hard_silu", "hard_tanh", "identity", "mish", "selu", "soft_sign", "sparse_plus",
               "sparse_sigmoid", "squareplus", "tanh"):
        record(fn, [X])
    record("celu", [X], alpha=0.5)
    record("squareplus", [X], b=1.0)
    record("log1mexp", [np.array([1e-6, 0.01, 0.5, 0.69, 0.7, 1, 5, 30], np.float32)])
    table = np.sin(np.arange(12, dtype=np.float32)).reshape(2, 6) * 3
    mask = np.arange(12).reshape(2, 6) % 3 != 0
    record("glu", [table])
    record("glu", [table], axis=0)
    record("logmeanexp", [table])
    record("logmeanexp", [table], axis=1, keepdims=True)
    record("logmeanexp", [table], axis=1, where=mask)
    record("standardize", [table], where=mask)
    record("standardize", [table], algorithm="stable", epsilon=1e-3)


def attention():
    wave = lambda shape, step: np.sin(np.arange(np.prod(shape), dtype=np.float32) * step).reshape(shape)
    q, k, v = wave((2, 4, 4, 3), 0.7), wave((2, 5, 2, 3), 0.3), wave((2, 5, 2, 3), 0.9)
    lengths = {"query_seq_lengths": np.array([3, 4], np.int32), "key_value_seq_lengths": np.array([5, 2], np.int32)}
    rows = [
        {},
        {"scale": 0.5, "is_causal": True},
        {"bias": wave((1, 4, 4, 5), 0.2)},
        {"bias": wave((4, 5), 0.2), "mask": np.arange(20).reshape(4, 5) % 4 != 1},
        {"mask": (np.arange(80) % 3 != 0).reshape(1, 4, 4, 5)},
        {"local_window_size": 1},
        {"local_window_size": (2, 0), "is_causal": True},
        lengths,
        {**lengths, "is_causal": True, "return_residual": True},
        {"return_residual": True, "bias": wave((2, 1, 4, 5), 0.4)},
    ]
    for options in rows:
        record("dot_product_attention", [q, k, v], **options)
    record("dot_product_attention", [q[0], k[0], v[0]], is_causal=True)


def initial():
    rows = []
    key = random.wrap_key_data(jnp.array((0, 42), jnp.uint32))
    for fn, keywords, shape in [
        ("orthogonal", {}, (3, 3)),
        ("orthogonal", {"scale": 2.0}, (2, 3, 4)),
        ("orthogonal", {"column_axis": 0}, (3, 2, 2)),
        ("delta_orthogonal", {}, (3, 2, 3)),
        ("delta_orthogonal", {"scale": 0.5}, (3, 4, 2, 2)),
        ("delta_orthogonal", {}, (1, 2, 3, 1, 2)),
    ]:
        value = getattr(nn.initializers, fn)(**keywords)(key, shape)
        rows.append({"fn": fn, "key": [0, 42], "params": plain(keywords), "output": encode(value)})
    return rows


if __name__ == "__main__":
    activations()
    attention()
    write("nn.json", VERSIONS, cases=cases, initializers=initial())
