"""Trace and lower of an unrolled program in JAX: the counterpart of bench/programs/unrolled.ts."""
import argparse
import time

import options

if __name__ == "__main__":
    _p = argparse.ArgumentParser(description=__doc__)
    options.add_run_options(_p)
    ARGS = _p.parse_args()
    options.use_host_devices(1, ARGS.plugin)

import jax
import jax.numpy as jnp

import measure
import serving


def program(equations):
    """A new function of `equations` elementwise equations on four numbers."""
    def f(x):
        for _ in range(equations // 4):
            x = jnp.tanh(jnp.sin(x) * x + x)
        return x

    return f


def once(equations):
    """Milliseconds of tracing and lowering a new function."""
    f, x = jax.jit(program(equations)), jax.ShapeDtypeStruct((4,), jnp.float32)
    start = time.perf_counter()
    f.trace(x).lower()
    return 1e3 * (time.perf_counter() - start)


def run(name, request):
    """`name`: unrolled_N."""
    times, end = [], time.perf_counter() + request.get("seconds", 2.0)
    while not times or time.perf_counter() < end:
        times.append(once(int(name.split("_")[1])))
    times.sort()
    return {"min_us": 1e3 * times[0], "median_us": 1e3 * times[len(times) // 2], "calls": len(times)}


if __name__ == "__main__":
    if not ARGS.serve:
        measure.emit({"bench": "unrolled_jax"} | {f"unrolled_{n}": run(f"unrolled_{n}", {}) for n in (2000, 50000)}, ARGS.out)
    else:
        serving.serve(measure.facts({"bench": "unrolled_jax"}), {"run": run})
