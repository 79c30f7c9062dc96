"""What a call of a jitted function costs in JAX on the CPU when the device work is next to nothing.

Results are waited for, and dropped before the clock stops: the last reference goes, so their buffers are freed.
"""
import argparse
import statistics
import time

import options

if __name__ == "__main__":
    _p = argparse.ArgumentParser(description=__doc__)
    _p.add_argument("--only", nargs="*", metavar="NAME", help="which cases (default: all)")
    _p.add_argument("--seconds", type=float, default=2.0, help="time for each case")
    options.add_run_options(_p)
    ARGS = _p.parse_args()
    options.use_host_devices(1, ARGS.plugin)

import jax
import jax.numpy as jnp
import numpy as np

import measure
import serving


def per_call(call, seconds, most=20000):
    """Minimum and median microseconds of call(), and how many calls; at least one is timed."""
    for _ in range(5):
        call()
    times, end = [], time.perf_counter() + seconds
    while not times or (len(times) < most and time.perf_counter() < end):
        t = time.perf_counter_ns()
        call()
        times.append(time.perf_counter_ns() - t)
    return {"min_us": round(min(times) / 1e3, 2), "median_us": round(statistics.median(times) / 1e3, 2), "calls": len(times)}


def waited(f, *args):
    return lambda: jax.block_until_ready(f(*args))


def many_args(n):
    """`n` scalars in, `n` scalars out."""
    return waited(jax.jit(lambda *a: tuple(v + 1 for v in a)), *(jnp.zeros(()) for _ in range(n)))


def nested_state(leaves):
    """A nested dict such as a model's: layers of five named leaves."""
    tree = {"layers": {f"layer_{i}": {"attn": {"q": 0, "k": 0, "v": 0}, "mlp": {"up": 0, "down": 0}}
                       for i in range(leaves // 5)}}
    return jax.tree.map(lambda _: jnp.zeros(()), tree)


def add_one(tree):
    return jax.tree.map(lambda x: x + 1, tree)


def donated(leaves):
    """The state goes in donated and comes out as the next call's argument."""
    f = jax.jit(add_one, donate_argnums=0)
    holder = [nested_state(leaves)]

    def call():
        holder[0] = jax.block_until_ready(f(holder[0]))

    return call


def zeros(*shapes):
    return [jnp.zeros(shape) for shape in shapes]


def pruned(n):
    """`n` scalars in, of which the program needs one."""
    return waited(jax.jit(lambda *a: a[0] + 1), *zeros(*([()] * n)))


def device_put():
    host = np.zeros((100,), np.float32)
    return waited(jax.device_put, host)


def eager_add():
    x = jnp.zeros(())
    return waited(jnp.add, x, x)


CASES = {f"many_args_{n}": (lambda n=n: many_args(n)) for n in (1, 10, 100, 1000)} | {
    "pytree_300": lambda: waited(jax.jit(add_one), nested_state(300)),
    "donated_300": lambda: donated(300),
    "eager_add": eager_add,
    "trivial": lambda: waited(jax.jit(lambda a, b: (b, a)), *zeros((), ())),
    "simple": lambda: waited(jax.jit(lambda a, b: a + b), *zeros((), ())),
    "small_matmul": lambda: waited(jax.jit(lambda x: jnp.dot(x, x)), *zeros((2, 2))),
    "big_matmul": lambda: waited(jax.jit(lambda x: jnp.dot(x, x)), *zeros((100, 100))),
    "pruned_1000": lambda: pruned(1000),
    "device_put": device_put,
}
made = {}


def run(name, seconds):
    if name not in CASES:
        raise ValueError(f"unknown case {name!r}; known: {', '.join(CASES)}")
    if name not in made:
        made[name] = CASES[name]()
    return per_call(made[name], seconds)


def main(a):
    row = {"bench": "dispatch_jax", "client": "plugin" if a.plugin else "jax"}
    if a.serve:
        jax.devices()  # the client is made before the program says that it is ready
        return serving.serve(measure.facts(row | {"cases": list(CASES)}),
                             {"run": lambda name, request: run(name, request.get("seconds", a.seconds))})
    calls = {name: run(name, a.seconds) for name in a.only or CASES}
    measure.emit(measure.facts(row | {"calls_us": calls}), a.out)


if __name__ == "__main__":
    main(ARGS)
