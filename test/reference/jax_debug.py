# Records what JAX prints, and in which order: fixtures/debug.json.
import contextlib
import io

import jax
import jax.numpy as jnp
import numpy as np
from cases import VERSIONS
from fixture import encode, write
from jax import lax

show = jax.debug.print
X = jnp.arange(3.0)


def printed(run):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        jax.block_until_ready(run())
        jax.effects_barrier()
    return out.getvalue()


def body(ordered):
    def step(c, i):
        show("{i} {c}", i=i, c=c, ordered=ordered)
        return c * 2 + i, None

    return lambda x: lax.scan(step, x, jnp.arange(4))[0]


def sine(c, i):
    show("{} {}", i, c > 0.5, ordered=True)
    return jnp.sin(c), None


def counting(c):
    show("cond {}", c, ordered=True)
    return c < 3


def turn(c):
    show("body {}", c, ordered=True)
    return c + 1


def branches(x):
    return lax.cond(
        x > 0,
        lambda v: (show("pos {}", v, ordered=True), v)[1],
        lambda v: (show("neg {}", v, ordered=True), -v)[1],
        x,
    )


def unordered(x):
    return lax.cond(x > 0, lambda v: (show("pos {}", v), v)[1], lambda v: (show("neg {}", v), -v)[1], x)


def nested(x):
    def outer(c, i):
        show("outer {}", i, ordered=True)

        def inner(d, j):
            show("inner {} {}", i, j, ordered=True)
            return d, None

        return lax.scan(inner, c, jnp.arange(2))[0], None

    return lax.scan(outer, x, jnp.arange(2))[0]


ORDER = {
    "scan": lambda: jax.jit(body(True))(1.0),
    "scan-grad": lambda: jax.jit(jax.grad(lambda x: lax.scan(sine, x, jnp.arange(3))[0]))(1.0),
    "scan-nested": lambda: jax.jit(nested)(1.0),
    "while": lambda: jax.jit(lambda c: lax.while_loop(counting, turn, c))(0),
    "cond": lambda: (jax.jit(branches)(1.0), jax.jit(branches)(-1.0)),
    "vmap-cond": lambda: jax.vmap(unordered)(jnp.array([-1.0, 1.0])),
    "vmap": lambda: jax.vmap(lambda x, y: show("{} {}", x, y), in_axes=(0, None))(X, 7),
    "vmap-ordered": lambda: jax.jit(jax.vmap(lambda x: show("{}", x, ordered=True)))(X),
    "vmap-vmap": lambda: jax.vmap(jax.vmap(lambda x: show("{}", x)))(jnp.arange(6).reshape(2, 3)),
    "vmap-while": lambda: jax.vmap(
        lambda n: lax.while_loop(lambda c: c < n, lambda c: (show("body {} {}", c, n), c + 1)[1], 0)
    )(jnp.array([1, 3])),
    "between-programs": lambda: [jax.jit(lambda x: (show("{}", x, ordered=True), x)[1])(i) for i in range(5)],
}

# Arrays in float32 unless said otherwise.
TEXTS = [
    ("{}", [2.0]),
    ("{}", [0.1]),
    ("{}", [1e-7]),
    ("{}", [1e20]),
    ("{}", [float("nan")]),
    ("{:.3f}|{:8.2e}|{:g}|{:>10.1f}|{:+.1f}|{:08.3f}|{:<6.1f}|", [3.14159] * 7),
    ("{:d} {:5d} {:05d}", [7, 7, -7]),
    ("{}", [True]),
    ("{}", [[0.0, 1.0, 2.0]]),
    ("{}", [[1.5, -2.25]]),
    ("{}", [[True, False]]),
    ("{}", [[1, -20, 300]]),
    ("{}", [[[0.0, 1.0], [2.0, 3.5]]]),
    ("{}", [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]]),
    ("{}", [[1e10, 1.0]]),
    ("{}", [[0.1, 1 / 3, 1e-5]]),
    ("{}", [[1e8, 1e-3]]),
    ("{}", [[float("nan"), float("inf"), 1.0]]),
    ("{}", [[float("nan"), float("-inf")]]),
    ("{}", [[1e-7, -1.0]]),
    ("{}", [[0.0, -0.0]]),
    ("{}", [[123456.789, 0.5]]),
    ("{}", [[1 / 3, 2 / 3, 100.125]]),
    ("{}", [[16777216.0, 0.25]]),
    ("{}", [[]]),
    ("{}", [list(range(40))]),
    ("{}", [[k / 7 for k in range(20)]]),
    ("{}", [list(range(1200))]),
    ("{}", [[[float(60 * i + j) for j in range(60)] for i in range(20)]]),
    ("{1} {0} {{}} {1}", [1, 2]),
]


def array(value):
    value = np.asarray(value)
    return value.astype(np.float32) if value.dtype == np.float64 else value.astype(np.int32) if value.dtype == np.int64 else value


def text(format_, values):
    inputs = [array(v) for v in values]
    return {
        "format": format_,
        "values": [encode(v) for v in inputs],
        "printed": printed(lambda: show(format_, *map(jnp.asarray, inputs))),
    }


if __name__ == "__main__":
    write(
        "debug.json",
        VERSIONS,
        order=[{"name": name, "printed": printed(run)} for name, run in ORDER.items()],
        texts=[text(*t) for t in TEXTS],
    )
