# Programs of the corpus: control flow, functions within functions, derivatives, names, donation.
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from hlo_program import BOTH, ints, line, program

# --- control flow


@program(np.int32(5), line(3), forms=BOTH)
def while_loops(n, x):
    plain = lax.while_loop(lambda c: c[0] < n, lambda c: (c[0] + 1, c[1] * 1.5), (np.int32(0), x))
    single = lax.while_loop(lambda v: v < 100, lambda v: v * 3, n)

    def outer(c):
        i, y = c
        return i + 1, lax.while_loop(lambda v: v.sum() < 10, lambda v: v + i, y)

    return plain, single, lax.while_loop(lambda c: c[0] < 2, outer, (n - 4, jnp.abs(x)))


@program(line(3), np.int32(4))
def fori_loops(x, n):
    return lax.fori_loop(0, 3, lambda i, y: y + i, x), lax.fori_loop(0, n, lambda i, y: y.at[i % 3].mul(2.0), x)


@program(line(3), line(4, 3), forms=BOTH)
def scans(c, xs):
    def step(c, x):
        c = jnp.tanh(c + x)
        return c, c.sum()

    count = lax.scan(lambda c, _: (c + 1, None), 0, length=3)
    return lax.scan(step, c, xs), lax.scan(step, c, xs, reverse=True), lax.scan(step, c, xs, unroll=2), count, lax.map(jnp.sin, xs)


@program(line(4, 3))
def associative_scan(xs):
    return lax.associative_scan(jnp.multiply, xs), lax.associative_scan(jnp.maximum, xs, reverse=True)


@program(np.bool_(True), np.int32(2), line(3), forms=BOTH)
def branches(flag, which, x):
    nothing = lax.cond(flag, lambda: np.float32(1), lambda: np.float32(2))
    several = lax.switch(which, [jnp.sin, jnp.cos, lambda v: v * 2], x)
    pair = lax.cond(x[0] > 0, lambda v: (v, v.sum()), lambda v: (-v, v.max()), x)
    return nothing, several, pair, jax.vmap(lambda i, v: lax.switch(i, [jnp.sin, jnp.cos], v))(jnp.arange(3), x)


@program(np.float32(0.5))
def platform_dependent(x):
    return lax.platform_dependent(x, cpu=jnp.sin, default=jnp.cos)


# --- functions within functions


@jax.jit
def helper(x, y=1.0):
    return jnp.where(x > y, x, y)


@program(line(3), ints(4), forms=BOTH)
def nested_jit(x, i):
    inner = jax.jit(lambda v: helper(v) * 2)
    inline = jax.jit(lambda v: v + 1, inline=True)
    return helper(x), helper(i, 2), inner(x), inner(helper(x)), jax.nn.relu(x), jax.nn.silu(x), inline(x), jnp.clip(x, -1, 1)


@program(line(3))
def nested_jit_names(x):
    def quoted(v):
        return v * 3

    quoted.__name__ = 'a "quoted" name, with spaces'
    dotted = jax.jit(lambda v: v - 1)
    unicode = jax.named_call(lambda v: v / 2, name="größe→½")
    return jax.jit(quoted)(x), dotted(x), jax.jit(unicode)(x), jax.jit(jax.named_call(jnp.sin, name="model/layer.0"))(x)


@program(line(3), {"b key": line(3), "c": [line(2), (line(2),)]}, forms=BOTH)
def trees(x, d):
    with jax.named_scope("outer scope"), jax.named_scope('in"ner'):
        y = jnp.sin(x) + d["b key"]
    return {
        "plain": y, "it's": (d["c"][0], [d["c"][1][0] * 2]), 'dou"ble': y, "ünï": y, "back\\slash\n": y
    }


@program(line(2, 3), line(2, 3), line(3), donate_argnums=(0, 1), forms=BOTH)
def donated(a, b, c):
    return a + c, (b * c).sum()


@program(line(3), line(4), line(5), ints(2))
def unused_arguments(a, b, c, d):
    return b, b


@program(line(3), line(4), ints(2), keep_unused=True)
def kept_arguments(a, b, c):
    return {"x": a}


@program(line(2, 3))
def composite(x):
    @partial(lax.composite, name="my.gelu", version=2)
    def gelu(v, *, approximate, alpha, label):
        return jax.nn.gelu(v, approximate=approximate) * alpha

    @partial(lax.composite, name="my.two")
    def two(v):
        return v + 1, v - 1

    return gelu(x, approximate=True, alpha=np.float32(0.5), label="a label"), two(x)


@program(line(3))
def barriers(x):
    a, b = lax.optimization_barrier((x, x * 2))
    return a + b, lax.optimization_barrier(a), lax.stop_gradient(b), lax.reduce_precision(a, 8, 7)


@program(line(3))
def metadata(x):
    from jax.experimental.xla_metadata import set_xla_metadata

    with set_xla_metadata(my_attribute="some value", number=3):
        y = jnp.sin(x)
    return set_xla_metadata(y * 2, tagged=True)


@program(line(2, 3), text_only="host computation")
def computed_on_host(x):
    from jax.experimental.compute_on import compute_on

    with compute_on("device_host"):
        y = jax.jit(lambda v: v * 2)(x)
    return y + 1


# --- transformations


@program(line(3), line(3, 4), forms=("debug",))
def gradients(x, w):
    def loss(x, w):
        return jnp.sum(jax.nn.relu(x @ w) ** 2) + jnp.max(w)

    return jax.value_and_grad(loss, (0, 1))(x, w), jax.jvp(lambda v: loss(v, w), (x,), (x,)), jax.hessian(lambda v: jnp.prod(v))(x)


@program(line(4, 3), line(3))
def batched(xs, y):
    def one(x, y):
        return jnp.dot(x, y), jnp.sort(x), x[jnp.argmax(x)], lax.dynamic_slice(y, (jnp.argmin(x),), (1,))

    return jax.vmap(one, (0, None))(xs, y), jax.vmap(jax.grad(lambda x: jnp.tanh(x).prod()))(xs)


@program(line(3), line(3, 3), forms=BOTH)
def checkpointed(x, w):
    @jax.checkpoint
    def layer(x, w):
        return jnp.sin(jnp.sin(x) @ w)

    saved = jax.checkpoint(layer, policy=jax.checkpoint_policies.dots_saveable)
    return jax.grad(lambda x: layer(layer(x, w), w).sum())(x), jax.grad(lambda w: saved(x, w).sum())(w)


@program(line(4), forms=BOTH)
def custom_derivatives(x):
    @jax.custom_vjp
    def clipped(v):
        return v * 2

    clipped.defvjp(lambda v: (clipped(v), v), lambda v, ct: (jnp.clip(ct * v, -1, 1),))

    @jax.custom_jvp
    def smooth(v):
        return jnp.abs(v)

    smooth.defjvp(lambda p, t: (smooth(p[0]), t[0] * p[0]))
    return jax.grad(lambda v: jnp.sum(clipped(v) * smooth(v)))(x), smooth(x), jax.nn.softplus(x), jax.nn.relu6(x)


@program(line(3), line(4, 3), forms=("generic",))
def scan_gradient(c, xs):
    def loss(c, xs):
        c, ys = lax.scan(jax.checkpoint(lambda c, x: (jnp.tanh(c * x), c.sum())), c, xs)
        return c.sum() + ys.sum()

    return jax.value_and_grad(loss, (0, 1))(c, xs)


@program(line(3, 3) + 4 * np.eye(3, dtype=np.float32), line(3))
def linear_solve(a, b):
    def jacobi(matvec, b):
        return lax.fori_loop(0, 30, lambda _, x: x - (matvec(x) - b) / 6, jnp.zeros_like(b))

    def solve(b):
        return lax.custom_linear_solve(partial(jnp.matmul, a), b, jacobi, lambda vecmat, b: jacobi(vecmat, b))

    return solve(b), jax.grad(lambda b: solve(b).sum())(b)


@program(line(4))
def references(x):
    ref = jax.new_ref(x)
    ref[1] += 2.0
    ref[...] = ref[...] * ref[1]
    return ref[...], jax.freeze(ref)
