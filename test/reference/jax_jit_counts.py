# Records how often JAX traces, lowers and compiles, and where it takes compiler options: fixtures/jit-counts.json.
import os

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"

import contextlib

import jax
import jax.numpy as jnp
import numpy as np
from cases import VERSIONS
from fixture import write
from jax._src import test_util
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P, SingleDeviceSharding

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
    other = lambda *spec: jax.device_put(X, NamedSharding(Mesh(np.array(jax.devices()), ("y",)), P(*spec)))
    turned = lambda *spec: jax.device_put(X, NamedSharding(Mesh(np.array(jax.devices()[::-1]), ("x",)), P(*spec)))
    one = jax.device_put(X, NamedSharding(Mesh(np.array(jax.devices()[:1]), ("x",)), P("x")))
    host = jax.device_put(X, SingleDeviceSharding(device, memory_kind="pinned_host"))
    unpinned = jax.device_put(X, SingleDeviceSharding(device, memory_kind="unpinned_host"))
    far = jax.device_put(X, NamedSharding(mesh, P("x"), memory_kind="pinned_host"))
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
        same_argument("mesh-axes-and-sizes", on("x"), other("y"), on("x"), one, turned("x")),
        same_argument("mesh-of-one-argument", [on("x"), d], [d, on("x")], [on("x"), on("x")], [on(), on("x")], [d, d]),
        same_argument("memory", d, host, unpinned, host, on("x"), far),
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


def inner_on_mesh():
    """Traces of an inner jit as the values that it is called with lie on a mesh or do not."""
    mesh = Mesh(np.array(jax.devices()), ("x",))
    on = lambda *spec: jax.device_put(X, NamedSharding(mesh, P(*spec)))
    d = jnp.asarray(X)
    inner = jax.jit(traced(lambda x: x * 2))
    outer = jax.jit(lambda x: inner(jnp.sin(x)))
    pinned = jax.jit(lambda x: inner(jax.lax.with_sharding_constraint(x, NamedSharding(mesh, P("x")))))
    constant = jax.jit(lambda x: inner(jnp.ones((4, 4))) + x)
    calls = {
        "outer(plain)": lambda: outer(d),
        "outer(on x)": lambda: outer(on("x")),
        "outer(on null, x)": lambda: outer(on(None, "x")),
        "inner(on x)": lambda: inner(on("x")),
        "constrained(plain)": lambda: pinned(d),
        "constant(on x)": lambda: constant(on("x")),
        "grad(on x)": lambda: jax.grad(lambda x: inner(x).sum())(on("x")),
        "vmap(on x)": lambda: jax.vmap(inner)(on("x")),
        "vmap(plain)": lambda: jax.vmap(inner)(d),
    }
    return [{"name": name, "traces": row[0]} for name, row in zip(calls, counted(*calls.values()))]


def compiler_options():
    """Around which transformations a jit may have compiler options of its own."""
    f = jax.jit(lambda x: jnp.sum(x * x), compiler_options={"xla_cpu_enable_fast_math": True})
    x, rows = jnp.asarray(X[0]), jnp.asarray(X)
    linear = jax.jit(lambda x: x * 2, compiler_options={"xla_cpu_enable_fast_math": True})
    empty = jax.jit(lambda x: jnp.sum(x * x), compiler_options={})
    calls = {
        "alone": lambda: f(x),
        "vmap": lambda: jax.vmap(f)(rows),
        "vmap with an axis name": lambda: jax.vmap(lambda v: jax.lax.psum(f(v), "i"), axis_name="i")(rows),
        "vmap of vmap": lambda: jax.vmap(jax.vmap(f))(rows[None]),
        "jvp": lambda: jax.jvp(f, (x,), (x,)),
        "jvp of jvp": lambda: jax.jvp(lambda v: jax.jvp(f, (v,), (v,))[1], (x,), (x,)),
        "jvp among others": lambda: jax.jvp(lambda v: jnp.sin(f(jnp.sin(v))), (x,), (x,)),
        "jacfwd": lambda: jax.jacfwd(f)(x),
        "linear_transpose": lambda: jax.linear_transpose(lambda v: linear(v) * 3, x)(x),
        "eval_shape": lambda: jax.eval_shape(f, x),
        "empty options under grad": lambda: jax.grad(empty)(x),
        "grad": lambda: jax.grad(f)(x),
        "vjp": lambda: jax.vjp(f, x),
        "linearize": lambda: jax.linearize(f, x),
        "jacrev": lambda: jax.jacrev(f)(x),
        "hessian": lambda: jax.hessian(f)(x),
        "vmap of grad": lambda: jax.vmap(jax.grad(f))(rows),
        "grad of vmap": lambda: jax.grad(lambda v: jnp.sum(jax.vmap(f)(v)))(rows),
        "jvp of grad": lambda: jax.jvp(jax.grad(f), (x,), (x,)),
        "jit": lambda: jax.jit(f)(x),
        "trace of jit": lambda: jax.jit(lambda v: f(v)).trace(x),
        "jit of vmap": lambda: jax.jit(jax.vmap(f))(rows),
        "make_jaxpr": lambda: jax.make_jaxpr(f)(x),
        "scan": lambda: jax.lax.scan(lambda c, _: (c * f(c), None), x, None, length=2),
        "cond": lambda: jax.lax.cond(True, f, f, x),
        "checkpoint": lambda: jax.checkpoint(f)(x),
    }

    def refused(call):
        try:
            call()
        except ValueError:
            return True
        return False

    return [{"name": name, "refused": refused(call)} for name, call in calls.items()]


if __name__ == "__main__":
    write("jit-counts.json", VERSIONS, rows=rows(), inner=inner_on_mesh(), compilerOptions=compiler_options())
