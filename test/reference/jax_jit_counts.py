# Records how often JAX traces, lowers and compiles over sequences of calls: fixtures/jit-counts.json.
import os

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"

import contextlib

import jax
import jax.numpy as jnp
import numpy as np
from cases import VERSIONS
from fixture import write
from jax._src import test_util
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P

X = np.ones((4, 4), np.float32)


def counted(*calls):
    """[traces, lowerings, compiles] of each call in turn."""
    rows = []
    for call in calls:
        with contextlib.ExitStack() as stack:
            lowerings = stack.enter_context(test_util.count_jit_and_pmap_lowerings())
            compiles = stack.enter_context(test_util.count_jit_compilation_cache_miss())
            before = len(TRACES)
            jax.block_until_ready(call())
            rows.append([len(TRACES) - before, lowerings(), compiles()])
    return rows


TRACES = []


def traced(fn):
    """fn, noting each run of its body."""

    def wrapper(*args, **kwargs):
        TRACES.append(1)
        return fn(*args, **kwargs)

    return wrapper


def same_argument(name, *arguments, **options):
    f = jax.jit(traced(lambda x: jax.tree.map(lambda leaf: leaf * 2, x)), **options)
    return {"name": name, "counts": counted(*[lambda a=a: f(a) for a in arguments])}


def rows():
    d = jnp.asarray(X)
    device = jax.devices()[0]
    mesh = Mesh(np.array(jax.devices()), ("x",))
    on = lambda *spec: jax.device_put(X, NamedSharding(mesh, P(*spec)))
    out = [
        same_argument("second-call", X, X),
        same_argument("shape", X, X[:2]),
        same_argument("dtype", X, X.astype(np.int32), X.astype(np.float16)),
        same_argument("strong-then-weak", jnp.float32(1), 1.0, 2.0, jnp.float32(3)),
        same_argument("weak-int-float-bool", 1, 2, 1.0, True),
        same_argument("list-tuple-dict", [X, X], (X, X), {"a": X, "b": X}, {"b": X, "a": X}),
        same_argument("none-in-tree", {"a": X, "b": None}, {"a": X}),
        same_argument("host-then-device", X, d),
        same_argument("uncommitted-then-committed", d, jax.device_put(d, device), d),
        same_argument("unsharded-then-named", d, on("x"), on(None, "x"), on("x")),
        same_argument("empty", np.zeros((0,), np.float32), np.zeros((0,), np.float32)),
    ]
    f = traced(lambda x: x * 2)
    out.append({"name": "two-jits-of-one-function", "counts": counted(lambda: jax.jit(f)(X), lambda: jax.jit(f)(X))})
    make = lambda: traced(lambda x: x * 2)
    out.append({"name": "two-closures", "counts": counted(lambda: jax.jit(make())(X), lambda: jax.jit(make())(X))})
    g = jax.jit(traced(lambda x, n: x), static_argnums=1)
    h = lambda y: y
    values = [1, 1, 1.0, True, 2, "a", "a", None, (1, 2), (1, 2), float("inf"), h, h, lambda y: y]
    out.append({"name": "static", "counts": counted(*[lambda v=v: g(X, v) for v in values])})
    e = jax.jit(traced(lambda x: x * 3))
    out.append(
        {
            "name": "eval-shape-make-jaxpr-lower-compile-call",
            "counts": counted(
                lambda: jax.eval_shape(e, X) and None,
                lambda: jax.make_jaxpr(e)(X) and None,
                lambda: e.lower(X) and None,
                lambda: e.lower(X).compile() and None,
                lambda: e(X),
            ),
        }
    )
    inner = jax.jit(traced(jnp.sin))
    out.append({"name": "inner-jit", "counts": counted(lambda: jax.jit(traced(lambda x: inner(inner(x))))(X), lambda: inner(X))})
    c = jax.jit(traced(lambda x: x + 1))
    c(X)
    c.clear_cache()
    out.append({"name": "clear-cache", "counts": counted(lambda: c(X))})
    p, q = (jax.jit(f, donate_argnums=0), jax.jit(f))
    a, b = jnp.ones(3), jnp.ones(3)
    out.append({"name": "donation-is-an-option", "counts": counted(lambda: q(a), lambda: p(b))})
    return out


if __name__ == "__main__":
    write("jit-counts.json", VERSIONS, rows=rows())
