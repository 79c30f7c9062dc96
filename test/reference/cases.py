# Records one operation of JAX on given inputs: outputs, and where asked its jvp and vjp.
import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jaxlib
import ml_dtypes
import numpy as np
from fixture import encode, plain

VERSIONS = {
    "jax": jax.__version__,
    "jaxlib": jaxlib.__version__,
    "numpy": np.__version__,
    "ml_dtypes": ml_dtypes.__version__,
}
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
FLOATS = [np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.float16), BFLOAT16]
SIGNED = [np.dtype(f"int{bits}") for bits in (8, 16, 32, 64)]
UNSIGNED = [np.dtype(f"uint{bits}") for bits in (8, 16, 32, 64)]
INTEGERS = SIGNED + UNSIGNED
BOOL = np.dtype(np.bool_)
# The order of src/core/dtype.ts.
ALL = [BOOL, *SIGNED, *UNSIGNED, np.dtype(np.float16), BFLOAT16, np.dtype(np.float32), np.dtype(np.float64)]
DIFFERENTIABLE = FLOATS[:2]


def is_float(dtype):
    """Floating or complex: what has derivatives."""
    return np.dtype(dtype) in FLOATS or np.dtype(dtype).kind == "c"


def tuple_of(value):
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def directions(arrays, seed):
    """One tangent or cotangent per array: multiples of 1/8 in ±2, so that sums of them are exact."""
    rng = np.random.default_rng(seed)
    made = [rng.integers(-16, 17, array.shape).astype(np.float64) / 8 for array in arrays]
    made = [one + 1j * rng.integers(-16, 17, one.shape) / 8 if a.dtype.kind == "c" else one for one, a in zip(made, arrays)]
    return [(made_one + (made_one == 0)).astype(array.dtype) for made_one, array in zip(made, arrays)]


class Recorder:
    def __init__(self):
        self.cases = []
        self.names = set()

    def record(self, op, fn, inputs, params=None, *, name, grad=False, nondiff=()):
        """Appends a case. `grad` adds jvp and vjp over the float inputs that are not in `nondiff`."""
        full = f"{op}/{name}"
        if full in self.names:
            raise ValueError(f"two cases are called {full}")
        self.names.add(full)
        inputs = [np.asarray(value) for value in inputs]
        # Device arrays, as lax folds some operations on NumPy's on the host, with NumPy's semantics.
        placed = [jax.numpy.asarray(value) for value in inputs]
        outputs = [np.asarray(value) for value in tuple_of(fn(*placed))]
        case = {
            "name": full,
            "op": op,
            "params": plain(params or {}),
            "inputs": [encode(value) for value in inputs],
            "outputs": [encode(value) for value in outputs],
        }
        if grad:
            active = [i for i, value in enumerate(inputs) if is_float(value.dtype) and i not in nondiff]
            case.update(self._derivatives(fn, inputs, outputs, active))
        self.cases.append(case)

    def _derivatives(self, fn, inputs, outputs, active):
        # Integer outputs (the indices of top_k) have no cotangent and are left out of the function.
        real = [i for i, value in enumerate(outputs) if is_float(value.dtype)]

        def restricted(*chosen):
            full = list(inputs)
            for index, value in zip(active, chosen):
                full[index] = value
            results = tuple_of(fn(*full))
            return tuple(results[i] for i in real)

        at = [inputs[i] for i in active]
        tangents = directions(at, 1)
        cotangents = directions([outputs[i] for i in real], 2)
        _, out_tangents = jax.jvp(restricted, tuple(at), tuple(tangents))
        _, pullback = jax.vjp(restricted, *at)
        grads = pullback(tuple(jax.numpy.asarray(value) for value in cotangents))

        def spread(values, positions, count):
            made = [None] * count
            for position, value in zip(positions, values):
                made[position] = encode(value)
            return made

        return {
            "jvp": {
                "tangents": spread(tangents, active, len(inputs)),
                "out_tangents": spread(out_tangents, real, len(outputs)),
            },
            "vjp": {
                "cotangents": spread(cotangents, real, len(outputs)),
                "grads": spread(grads, active, len(inputs)),
            },
        }
