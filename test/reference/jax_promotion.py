# Records the promotion lattice with and without 64-bit types, weak types included: fixtures/promotion.json.
import jax
import jax.numpy as jnp
import numpy as np
from cases import ALL, VERSIONS
from fixture import write
from jax._src.dtypes import canonicalize_dtype

OPERATIONS = {"add": jnp.add, "divide": jnp.divide, "power": jnp.power, "maximum": jnp.maximum, "matmul": jnp.matmul}


def described(fn, *args):
    """The result of fn as [dtype, weak], or null where JAX refuses the operands."""
    try:
        out = jax.eval_shape(fn, *args)
    except (TypeError, ValueError):
        return None
    return [str(out.dtype), bool(out.weak_type)]


def strong(dtype):
    return jax.ShapeDtypeStruct((), dtype)


def weak(dtype):
    return jax.ShapeDtypeStruct((), dtype, weak_type=True)


def table(x64):
    """Rows {lhs, rhs, result}: every pair of strong and weak operands under jnp.add; a weak bool does not exist."""
    rows = []
    kept = [d for d in ALL if canonicalize_dtype(d) == d]
    wide = ("int64", "float64") if x64 else ("int32", "float32")
    weaks = [np.dtype(name) for name in wide]
    operands = [(str(d), False, strong(d)) for d in kept] + [(str(d), True, weak(d)) for d in weaks]
    for left, left_weak, lhs in operands:
        for right, right_weak, rhs in operands:
            rows.append({"lhs": [left, left_weak], "rhs": [right, right_weak], "result": described(jnp.add, lhs, rhs)})
    return rows


def scalars():
    """Python scalars beside a tensor: what bool, int, float literals do for each operation."""
    rows = []
    for name, fn in OPERATIONS.items():
        if name == "matmul":
            continue
        for dtype in ALL:
            with jax.enable_x64(dtype.itemsize == 8):
                for kind, value in {"bool": True, "int": 1, "float": 1.0}.items():
                    result = described(lambda x, v=value, f=fn: f(x, v), strong(dtype))
                    rows.append({"op": name, "tensor": str(dtype), "scalar": kind, "result": result})
    return rows


def unary():
    """Result types of jnp functions by input type (64-bit types on only for 64-bit inputs)."""
    functions = {
        "exp": jnp.exp,
        "sqrt": jnp.sqrt,
        "sin": jnp.sin,
        "abs": jnp.abs,
        "negative": jnp.negative,
        "sign": jnp.sign,
        "floor": jnp.floor,
        "round": jnp.round,
        "square": jnp.square,
        "sum": jnp.sum,
        "mean": jnp.mean,
        "prod": jnp.prod,
        "max": jnp.max,
        "var": jnp.var,
        "any": jnp.any,
        "argmax": jnp.argmax,
        "cumsum": jnp.cumsum,
        "softmax": jax.nn.softmax,
        "logsumexp": jax.nn.logsumexp,
        "silu": jax.nn.silu,
        "relu": jax.nn.relu,
    }
    rows = []
    for name, fn in functions.items():
        for dtype in ALL:
            with jax.enable_x64(dtype.itemsize == 8):
                result = described(fn, jax.ShapeDtypeStruct((4,), dtype))
                rows.append({"op": name, "tensor": str(dtype), "result": result})
    return rows


if __name__ == "__main__":
    with jax.enable_x64(True):
        with_x64 = table(True)
    without = table(False)
    write("promotion.json", VERSIONS, x64=with_x64, x32=without, scalars=scalars(), unary=unary())
