# Records what dtypes are: 8-bit floats, limits, the promotion table with complex and narrow types, and which
# operations take which dtype. fixtures/dtypes.json.
import warnings

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
from cases import ALL, VERSIONS
from fixture import encode, write
from jax import lax

FLOAT8 = [
    np.dtype(getattr(ml_dtypes, f"float8_{name}"))
    for name in "e3m4 e4m3 e4m3b11fnuz e4m3fn e4m3fnuz e5m2 e5m2fnuz e8m0fnu".split()
]
NARROW = [np.dtype(getattr(ml_dtypes, name)) for name in "int2 int4 uint2 uint4".split()]
COMPLEX = [np.dtype(np.complex64), np.dtype(np.complex128)]
EVERY = [*ALL, *NARROW, *FLOAT8, *COMPLEX]


def float8():
    """All values of each format, and float32 numbers around every rounding boundary with the words they round to."""
    rows = []
    for dtype in FLOAT8:
        words = np.arange(256, dtype=np.uint8)
        values = words.view(dtype).astype(np.float32)
        positive = np.unique(values[np.isfinite(values) & (values >= 0)])
        middles = (positive[1:].astype(np.float64) + positive[:-1]) / 2
        with np.errstate(over="ignore"):
            middles = np.append(middles, positive[-1] + (positive[-1].astype(np.float64) - positive[-2]) / 2).astype(np.float32)
            around = [middles, np.nextafter(middles, np.float32(0)), np.nextafter(middles, np.float32(np.inf))]
        edges = np.array([0.0, np.inf, np.nan, 1e-45, 1e-40, 3.4e38, 1e30], np.float32)
        x = np.concatenate([positive, *around, edges])
        x = np.concatenate([x, -x])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rounded = x.astype(dtype).view(np.uint8)
        # XLA's conversion agrees.
        compiled = np.asarray(jax.jit(lambda v, d=dtype: lax.convert_element_type(v, d))(x)).view(np.uint8)
        same = bool(np.all((compiled == rounded) | np.isnan(x)))
        rows.append({"dtype": str(dtype), "values": encode(values), "inputs": encode(x), "words": encode(rounded), "xla": same})
    return rows


def limits():
    rows = []
    for dtype in EVERY:
        if dtype.kind == "b":
            continue
        if jnp.issubdtype(dtype, jnp.inexact):
            info = jnp.finfo(dtype)
            facts = {"bits": info.bits, "eps": info.eps, "max": info.max, "min": info.min, "tiny": info.smallest_normal}
            row = {key: float(value) for key, value in facts.items()}
        else:
            info = jnp.iinfo(dtype)
            row = {"bits": info.bits, "max": str(int(info.max)), "min": str(int(info.min))}
        rows.append({"dtype": str(dtype), **row})
    return rows


def described(fn, *args):
    try:
        out = jax.eval_shape(fn, *args)
    except (TypeError, ValueError):
        return None
    return f"{out.dtype}{'*' if out.weak_type else ''}"


def promotion(x64):
    """For each left operand the results beside all right ones; a star marks weak types, null is a refusal."""
    wide = ("int64", "float64", "complex128") if x64 else ("int32", "float32", "complex64")
    strong = [d for d in EVERY if x64 or str(d) not in ("int64", "uint64", "float64", "complex128")]
    operands = {str(d): jax.ShapeDtypeStruct((), d) for d in strong}
    operands |= {f"{d}*": jax.ShapeDtypeStruct((), np.dtype(d), weak_type=True) for d in wide}
    names = list(operands)
    rows = []
    for left in names:
        results = [described(lambda a, b: jnp.where(True, a, b), operands[left], operands[right]) for right in names]
        rows.append({"left": left, "right": names if left == names[0] else None, "results": results})
    return rows


def scalars():
    """Python scalars beside tensors of the new dtypes, under jnp.add."""
    rows = []
    for dtype in [*NARROW, *FLOAT8, *COMPLEX, np.dtype(np.int32), np.dtype(np.float32), np.dtype(np.float16)]:
        with jax.enable_x64(str(dtype) == "complex128"):
            for kind, value in {"bool": True, "int": 1, "float": 1.5, "complex": 1 + 2j}.items():
                result = described(lambda v, s=value: jnp.add(v, s), jax.ShapeDtypeStruct((2,), dtype))
                rows.append({"tensor": str(dtype), "scalar": kind, "result": result})
    return rows


ONE = (
    "acos acosh asin asinh atan atanh bitwise_not cbrt ceil clz conj cos cosh digamma erf erfc erf_inv exp exp2 expm1 floor "
    "is_finite lgamma log log1p logistic neg population_count real imag rsqrt sign sin sinh sqrt square tan tanh round cumsum "
    "cumprod cummax cummin sort"
).split()
TWO = "add sub mul div rem max min atan2 nextafter bitwise_and shift_left eq ne lt ge complex".split()


def accepts():
    """The dtypes that each operation takes (of equal operands), and the result's where it differs."""
    rows = []
    operations = {name: getattr(lax, name) for name in ONE}
    operations |= {name: lambda v, f=getattr(lax, name): f(v, v) for name in TWO}
    operations["reduce_precision"] = lambda v: lax.reduce_precision(v, 4, 3)
    operations["integer_pow"] = lambda v: lax.integer_pow(v, 3)
    operations["reduce_sum"] = lambda v: lax.reduce_sum(v, (0,)) if v.dtype not in (np.float16, ml_dtypes.bfloat16) else v
    operations["reduce_prod"] = lambda v: lax.reduce_prod(v, (0,))
    operations["reduce_max"] = lambda v: lax.reduce_max(v, (0,))
    operations["dot"] = lambda v: lax.dot(v, v)
    for name, fn in operations.items():
        taken = {}
        for dtype in EVERY:
            try:
                out = jax.eval_shape(fn, jax.ShapeDtypeStruct((3,), dtype))
            except (TypeError, ValueError):
                continue
            taken[str(dtype)] = str(out.dtype)
        rows.append({"op": name, "dtypes": taken})
    return rows


if __name__ == "__main__":
    with jax.enable_x64(True):
        tables = {"limits": limits(), "x64": promotion(True), "accepts": accepts()}
    write("dtypes.json", VERSIONS, float8=float8(), x32=promotion(False), scalars=scalars(), **tables)
