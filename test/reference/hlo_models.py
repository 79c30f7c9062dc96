# Programs of the corpus: a block of a Llama model with its gradient, training steps.
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from hlo_program import ints, line, mixed, program

HIDDEN, HEADS, LENGTH, WIDE, VOCABULARY = 8, 2, 4, 6, 7


def weights():
    def matrix(n, m, shift):
        return (np.cos(np.arange(n * m) * 0.7 + shift) / 4).reshape(n, m).astype(np.float32).round(2)

    layer = {
        "attention": {name: matrix(HIDDEN, HIDDEN, i) for i, name in enumerate(["q_proj", "k_proj", "v_proj", "o_proj"])},
        "mlp": {"gate": matrix(HIDDEN, WIDE, 5), "up": matrix(HIDDEN, WIDE, 6), "down": matrix(WIDE, HIDDEN, 7)},
        "input_norm": np.ones(HIDDEN, np.float32),
        "post_norm": np.full(HIDDEN, 0.5, np.float32),
    }
    return {"embed": matrix(VOCABULARY, HIDDEN, 9), "layer": layer}


def norm(x, scale):
    return x * lax.rsqrt(jnp.mean(x * x, -1, keepdims=True) + 1e-6) * scale


def rotate(x):
    half = x.shape[-1] // 2
    angle = jnp.arange(x.shape[1])[:, None] * (10000.0 ** (-jnp.arange(half) / half))
    cos, sin = jnp.cos(angle)[None, :, None], jnp.sin(angle)[None, :, None]
    a, b = jnp.split(x, 2, -1)
    return jnp.concatenate([a * cos - b * sin, b * cos + a * sin], -1)


def block(p, x):
    b, t, _ = x.shape
    with jax.named_scope("attention"):
        h = norm(x, p["input_norm"])
        q, k, v = ((h @ p["attention"][n]).reshape(b, t, HEADS, -1) for n in ("q_proj", "k_proj", "v_proj"))
        a = jnp.einsum("bthd,bshd->bhts", rotate(q), rotate(k)) / np.sqrt(q.shape[-1])
        a = jax.nn.softmax(jnp.where(jnp.tri(t, dtype=bool), a, -1e9))
        x = x + jnp.einsum("bhts,bshd->bthd", a, v).reshape(b, t, -1) @ p["attention"]["o_proj"]
    with jax.named_scope("mlp"):
        h = norm(x, p["post_norm"])
        return x + (jax.nn.silu(h @ p["mlp"]["gate"]) * (h @ p["mlp"]["up"])) @ p["mlp"]["down"]


def token_loss(p, tokens):
    x = p["embed"][tokens]
    logits = jax.checkpoint(block)(p["layer"], x) @ p["embed"].T
    logp = jax.nn.log_softmax(logits[:, :-1])
    return -jnp.take_along_axis(logp, tokens[:, 1:, None], -1).mean()


@program(weights(), ints(2, LENGTH, lo=0, hi=VOCABULARY), forms=("debug",))
def llama_gradients(params, tokens):
    return jax.value_and_grad(token_loss)(params, tokens)


@program(weights()["layer"], mixed(1, LENGTH, HIDDEN), forms=("generic",))
def llama_block(params, x):
    return block(params, x)


def perceptron():
    layers = [{"w": line(3, 4), "b": line(4)}, {"w": line(4, 2), "b": line(2)}]
    return {"layers": layers}


@program(perceptron(), jax.tree.map(np.zeros_like, perceptron()), np.int32(3), line(5, 3), ints(5, lo=0, hi=2), donate_argnums=(0, 1))
def training_step(params, momentum, step, x, labels):
    def loss(params):
        h = x
        for layer in params["layers"]:
            h = jax.nn.gelu(h @ layer["w"] + layer["b"])
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(h), labels[:, None], 1))

    loss, grads = jax.value_and_grad(loss)(params)
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(grads)))
    scale = jnp.minimum(1.0, 1.0 / norm)
    rate = 0.1 * jnp.exp(-step / 10)
    momentum = jax.tree.map(lambda m, g: 0.9 * m + g * scale, momentum, grads)
    return jax.tree.map(lambda p, m: p - rate * m, params, momentum), momentum, step + 1, {"loss": loss, "grad_norm": norm}


@program(line(2, 6, 6, 1), line(3, 3, 1, 2), line(8, 3), ints(2, lo=0, hi=3))
def convolution_network(x, k, w, labels):
    def loss(k, w):
        h = lax.conv_general_dilated(x, k, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        h = lax.reduce_window(jax.nn.relu(h), -np.inf, lax.max, (1, 3, 3, 1), (1, 3, 3, 1), "VALID")
        logits = h.reshape(2, -1) @ w
        return -jnp.mean(jnp.sum(jax.nn.one_hot(labels, 3) * jax.nn.log_softmax(logits), -1))

    return jax.value_and_grad(loss, (0, 1))(k, w)
