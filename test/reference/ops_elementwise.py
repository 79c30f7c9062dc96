# Elementwise operations: unary, binary, compare, select, clamp, bits.
import numpy as np
from cases import ALL, BFLOAT16, BOOL, DIFFERENTIABLE, FLOATS, INTEGERS, SIGNED, UNSIGNED
from jax import lax
from ml_dtypes import finfo

WIDE = [-3.0, -1.75, -0.8, -0.25, -1e-3, 1e-3, 0.25, 0.8, 1.75, 3.0]
UNIT = [-0.95, -0.7, -0.3, -1e-3, 1e-3, 0.3, 0.7, 0.95]
POSITIVE = [1e-3, 0.1, 0.5, 1.0, 1.5, 2.0, 7.5, 100.0]
ABOVE_ONE = [1.001, 1.5, 2.0, 10.0, 1000.0]

# name: (points where the derivative is recorded, kinks and poles recorded apart)
UNARY_FLOAT = {
    "neg": (WIDE, [0.0]),
    "sign": (WIDE, [0.0]),
    "abs": (WIDE, [0.0, -0.0]),
    "square": (WIDE, [0.0]),
    "sqrt": (POSITIVE, [0.0]),
    "rsqrt": (POSITIVE, [0.0]),
    "cbrt": (WIDE, [0.0]),
    "exp": (WIDE, [0.0]),
    "exp2": (WIDE, [0.0]),
    "expm1": (WIDE, [0.0]),
    "log": (POSITIVE, [0.0]),
    "log1p": ([-0.9, -0.5, -1e-3, *POSITIVE], [0.0, -1.0]),
    "logistic": ([-30.0, *WIDE, 30.0], [0.0]),
    "tanh": ([-10.0, *WIDE, 10.0], [0.0]),
    "sin": ([*WIDE, 100.0], [0.0]),
    "cos": ([*WIDE, 100.0], [0.0]),
    "tan": ([*WIDE], [0.0]),
    "asin": (UNIT, [1.0, -1.0, 0.0]),
    "acos": (UNIT, [1.0, -1.0, 0.0]),
    "atan": (WIDE, [0.0]),
    "sinh": (WIDE, [0.0]),
    "cosh": (WIDE, [0.0]),
    "asinh": (WIDE, [0.0]),
    "acosh": (ABOVE_ONE, [1.0]),
    "atanh": (UNIT, [0.0, 1.0, -1.0]),
    "erf": (WIDE, [0.0]),
    "erfc": (WIDE, [0.0]),
    "erf_inv": (UNIT, [0.0, 1.0, -1.0]),
    "lgamma": ([-2.5, -0.5, *POSITIVE], []),
    "digamma": ([-2.5, -0.5, *POSITIVE], []),
    "floor": (WIDE, [0.0, 1.0]),
    "ceil": (WIDE, [0.0, 1.0]),
}
INTEGER_UNARY = ["neg", "sign", "abs", "square", "bitwise_not", "population_count", "clz"]
ARITHMETIC = ["add", "sub", "mul", "div", "rem", "max", "min"]
COMPARE = ["eq", "ne", "lt", "le", "gt", "ge"]
BITWISE = ["bitwise_and", "bitwise_or", "bitwise_xor"]
SHIFTS = ["shift_left", "shift_right_logical", "shift_right_arithmetic"]


def float_edges(dtype):
    info = finfo(dtype)
    values = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.75, -10.0, 30.0, 1e-3, np.inf, -np.inf, np.nan]
    limits = [info.max, -info.max, info.tiny, -info.tiny, info.smallest_subnormal, info.eps]
    return np.array([*np.array(values).astype(dtype), *limits], dtype)


def integer_edges(dtype):
    info = np.iinfo(dtype)
    near = [0, 1, 2, 3, 5, 7, 8, 31, 63, 64, 100]
    values = [info.min, info.min + 1, *(-v for v in near if info.min < 0 and v > 0), *near, info.max - 1, info.max]
    return np.array(values, dtype)


def pairs(left, right=None):
    right = left if right is None else right
    a, b = np.meshgrid(left, right, indexing="ij")
    return a.reshape(-1), b.reshape(-1)


def few_floats(dtype):
    values = np.array([0.0, -0.0, 1.0, -1.5, 2.0, 3.75, -7.0, 1e-3, np.inf, -np.inf, np.nan]).astype(dtype)
    return np.array([*values, finfo(dtype).max], dtype)


def few_integers(dtype):
    info = np.iinfo(dtype)
    negative = [info.min, -7, -2, -1] if info.min < 0 else []
    return np.array([*negative, 0, 1, 2, 3, 7, info.max], dtype)


def unary(recorder):
    for op, (points, kinks) in UNARY_FLOAT.items():
        fn = getattr(lax, op)
        for dtype in FLOATS:
            recorder.record(op, fn, [float_edges(dtype)], name=f"{dtype}/edges")
        for dtype in DIFFERENTIABLE:
            recorder.record(op, fn, [np.array(points, dtype)], name=f"{dtype}/points", grad=True)
            if kinks:
                recorder.record(op, fn, [np.array(kinks, dtype)], name=f"{dtype}/kinks", grad=True)
    for op in INTEGER_UNARY:
        for dtype in INTEGERS:
            if op == "abs" and dtype in UNSIGNED:
                continue
            recorder.record(op, getattr(lax, op), [integer_edges(dtype)], name=f"{dtype}/edges")
    recorder.record("bitwise_not", lax.bitwise_not, [np.array([True, False])], name="bool")
    for dtype in FLOATS:
        recorder.record("is_finite", lax.is_finite, [float_edges(dtype)], name=f"{dtype}/edges")
        for method in lax.RoundingMethod:
            halves = np.array([-2.5, -1.5, -0.5, -0.25, 0.25, 0.5, 1.5, 2.5, 3.5, 4.75]).astype(dtype)
            both = np.concatenate([halves, float_edges(dtype)])
            fn = lambda x, method=method: lax.round(x, method)
            params = {"rounding_method": method.name}
            recorder.record("round", fn, [both], params, name=f"{dtype}/{method.name}")
        for exponent_bits, mantissa_bits in [(5, 10), (8, 7), (4, 3), (5, 2)]:
            fn = lambda x, e=exponent_bits, m=mantissa_bits: lax.reduce_precision(x, e, m)
            params = {"exponent_bits": exponent_bits, "mantissa_bits": mantissa_bits}
            grad = dtype in DIFFERENTIABLE
            name = f"{dtype}/e{exponent_bits}m{mantissa_bits}"
            recorder.record("reduce_precision", fn, [np.array(WIDE).astype(dtype)], params, name=name, grad=grad)
            recorder.record("reduce_precision", fn, [float_edges(dtype)], params, name=f"{name}/edges")
    for y in (-3, -2, -1, 0, 1, 2, 3, 4, 7):
        fn = lambda x, y=y: lax.integer_pow(x, y)
        for dtype in FLOATS:
            recorder.record("integer_pow", fn, [float_edges(dtype)], {"y": y}, name=f"{dtype}/y={y}/edges")
        for dtype in DIFFERENTIABLE:
            recorder.record("integer_pow", fn, [np.array(WIDE, dtype)], {"y": y}, name=f"{dtype}/y={y}", grad=True)
            recorder.record("integer_pow", fn, [np.zeros(1, dtype)], {"y": y}, name=f"{dtype}/y={y}/zero", grad=True)
        if y >= 0:
            recorder.record("integer_pow", fn, [few_integers(np.int32)], {"y": y}, name=f"int32/y={y}")
    for dtype in DIFFERENTIABLE:
        recorder.record("stop_gradient", lax.stop_gradient, [np.array(WIDE, dtype)], name=f"{dtype}", grad=True)


def binary(recorder):
    for op in ARITHMETIC:
        fn = getattr(lax, op)
        for dtype in FLOATS:
            recorder.record(op, fn, pairs(few_floats(dtype)), name=f"{dtype}/edges")
        for dtype in DIFFERENTIABLE:
            left = np.array([-3.5, -1.25, 0.75, 2.0, 5.5], dtype)
            right = np.array([-2.25, 0.5, 1.75, 4.0], dtype)
            recorder.record(op, fn, pairs(left, right), name=f"{dtype}/points", grad=True)
            ties = np.array([-1.0, 0.0, 2.0], dtype)
            if op in ("max", "min"):
                recorder.record(op, fn, [ties, ties], name=f"{dtype}/ties", grad=True)
        for dtype in INTEGERS:
            recorder.record(op, fn, pairs(few_integers(dtype)), name=f"{dtype}/edges")
    for dtype in FLOATS:
        values = few_floats(dtype)
        recorder.record("pow", lax.pow, pairs(values), name=f"{dtype}/edges")
        recorder.record("atan2", lax.atan2, pairs(values), name=f"{dtype}/edges")
        recorder.record("nextafter", lax.nextafter, pairs(values), name=f"{dtype}/edges")
    for dtype in DIFFERENTIABLE:
        base = np.array([0.25, 1.0, 1.75, 4.0], dtype)
        exponent = np.array([-2.5, -1.0, 0.5, 1.0, 3.0], dtype)
        recorder.record("pow", lax.pow, pairs(base, exponent), name=f"{dtype}/points", grad=True)
        zero = [np.zeros(4, dtype), np.array([0.0, 1.0, 2.0, 0.5], dtype)]
        recorder.record("pow", lax.pow, zero, name=f"{dtype}/zero", grad=True)
        integer = pairs(np.array([-2.5, -1.0, 0.5, 3.0], dtype), np.array([-2, 0, 1, 3], np.int32))
        recorder.record("pow", lax.pow, integer, name=f"{dtype}/int32", grad=True)
        recorder.record("atan2", lax.atan2, pairs(np.array([-2.5, -0.5, 1.5], dtype)), name=f"{dtype}/points", grad=True)
    for op in COMPARE:
        fn = getattr(lax, op)
        for dtype in ALL:
            if dtype == BOOL:
                inputs = pairs(np.array([False, True]))
            else:
                inputs = pairs(few_floats(dtype) if dtype in FLOATS else few_integers(dtype))
            recorder.record(op, fn, inputs, name=f"{dtype}/edges")
    for op in BITWISE:
        fn = getattr(lax, op)
        recorder.record(op, fn, pairs(np.array([False, True])), name="bool")
        for dtype in INTEGERS:
            recorder.record(op, fn, pairs(few_integers(dtype)), name=f"{dtype}")
    for op in SHIFTS:
        for dtype in INTEGERS:
            bits = dtype.itemsize * 8
            amounts = np.array([0, 1, bits - 1, bits, bits + 3], dtype)
            recorder.record(op, getattr(lax, op), pairs(few_integers(dtype), amounts), name=f"{dtype}")


def choices(recorder):
    for dtype in ALL:
        values = np.arange(6).reshape(2, 3).astype(dtype)
        others = np.flip(values).copy()
        mask = np.array([[True, False, True], [False, False, True]])
        grad = dtype in DIFFERENTIABLE
        recorder.record("select_n", lax.select_n, [mask, values, others], name=f"{dtype}/bool", grad=grad)
        scalar = np.array(True)
        recorder.record("select_n", lax.select_n, [scalar, values, others], name=f"{dtype}/scalar", grad=grad)
    for dtype in DIFFERENTIABLE:
        which = np.array([0, 2, 1, 2], np.int32)
        branches = [np.arange(4).astype(dtype) + 10 * k for k in range(3)]
        recorder.record("select_n", lax.select_n, [which, *branches], name=f"{dtype}/int32", grad=True)
    for dtype in [*FLOATS, np.dtype(np.int32), np.dtype(np.uint8)]:
        x = np.array([0, 1, 2, 3, 4, 5, 6], dtype)
        low, high = np.array(1, dtype), np.array(4, dtype)
        grad = dtype in DIFFERENTIABLE
        # JAX 0.10.2 cannot differentiate scalar bounds beside a tensor (its rule does not broadcast them).
        recorder.record("clamp", lax.clamp, [low, x, high], name=f"{dtype}/scalar", grad=grad, nondiff=(0, 2))
        lows, highs = np.full(7, 2, dtype), np.array([4, 4, 4, 4, 4, 3, 1], dtype)
        recorder.record("clamp", lax.clamp, [lows, x, highs], name=f"{dtype}/tensor", grad=grad)
    for dtype in FLOATS:
        edges = float_edges(dtype)
        bounds = [np.array(-2, dtype), np.array(2, dtype)]
        recorder.record("clamp", lax.clamp, [bounds[0], edges, bounds[1]], name=f"{dtype}/edges")
    nan = np.array([np.nan], np.float32)
    one = np.array([1], np.float32)
    for name, inputs in {"low": [nan, one, one], "high": [one, one, nan], "x": [-one, nan, one]}.items():
        recorder.record("clamp", lax.clamp, inputs, name=f"float32/nan-{name}")


def record(recorder):
    unary(recorder)
    binary(recorder)
    choices(recorder)
