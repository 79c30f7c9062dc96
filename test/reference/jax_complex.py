# Records jax.lax on complex numbers and its fft, with derivatives: fixtures/ops/complex.json.
import warnings

import jax
import numpy as np
from cases import VERSIONS, Recorder
from fixture import write
from jax import lax

COMPLEX = [np.dtype(np.complex64), np.dtype(np.complex128)]
UNARY = (
    "neg exp exp2 expm1 log log1p sin cos tan asin acos atan sinh cosh asinh acosh atanh tanh logistic sqrt rsqrt square "
    "abs sign real imag conj"
).split()
POINTS = [0.5 + 0.25j, -0.75 + 1.5j, 1.25 - 0.5j, -1.5 - 2.0j, 0.125 + 2.5j, 2.0 + 0.375j]
OTHERS = [1.5 - 0.5j, -0.25 - 1.0j, 0.5 + 2.0j, -2.0 + 0.125j, 1.0 + 1.0j, 0.75 - 1.25j]
# Both sides of the branch cuts, and zeros of both signs.
CUTS = [complex(a, b) for a in (-2.0, -0.5, 0.0, 0.5, 2.0) for b in (0.0, -0.0)]
CUTS += [complex(a, b) for b in (-2.0, 2.0) for a in (0.0, -0.0)]


def exact(shape, dtype, seed=0):
    rng = np.random.default_rng(seed + int(np.prod(shape)))
    return ((rng.integers(-8, 9, shape) + 1j * rng.integers(-8, 9, shape)) / 4).astype(dtype)


def elementwise(recorder):
    for dtype in COMPLEX:
        x, y = np.array(POINTS, dtype), np.array(OTHERS, dtype)
        for op in UNARY:
            # The derivative of JAX's acosh, rsqrt(z² − 1), has the wrong sign left of the imaginary axis.
            at = x[x.real > 0] if op == "acosh" else x
            recorder.record(op, getattr(lax, op), [at], name=f"{dtype}/points", grad=True)
        for op in "log sqrt asin acos atan acosh atanh abs sign real imag conj exp sin cos".split():
            recorder.record(op, getattr(lax, op), [np.array(CUTS, dtype)], name=f"{dtype}/cuts")
        for op in "add sub mul div pow max min".split():
            recorder.record(op, getattr(lax, op), [x, y], name=f"{dtype}/points", grad=True)
        for op in "eq ne".split():
            recorder.record(op, getattr(lax, op), [x, np.where(np.arange(6) % 2, x, y)], name=f"{dtype}/points")
        for power in (-2, 0, 3):
            fn = lambda v, p=power: lax.integer_pow(v, p)
            recorder.record("integer_pow", fn, [x], {"y": power}, name=f"{dtype}/{power}", grad=True)
        part = np.dtype(dtype.type(0).real.dtype)
        re, im = np.array([1.5, -2.0, 0.25], part), np.array([0.5, 3.0, -1.0], part)
        recorder.record("complex", lax.complex, [re, im], name=f"{dtype}", grad=True)
        recorder.record("conj", lax.conj, [re], name=f"{part}", grad=True)
        zero = np.array([0, 3 + 4j, 0], dtype)
        recorder.record("abs", lax.abs, [zero], name=f"{dtype}/zero", grad=True)
        ties = np.array([1 + 1j, 2 + 1j, 1 + 3j], dtype), np.array([1 + 1j, 2 + 2j, 1 + 2j], dtype)
        recorder.record("max", lax.max, list(ties), name=f"{dtype}/ties", grad=True)
        which = np.array([True, False, True])
        recorder.record("select_n", lax.select_n, [which, *ties], name=f"{dtype}", grad=True)


def conversions(recorder):
    x = np.array([1.5 + 2j, -2.75 + 0j, 0 + 1j, 300.5 - 4j], np.complex64)
    for target in "bool int8 int32 float16 bfloat16 float32 float64 complex64 complex128".split():
        fn = lambda v, t=target: lax.convert_element_type(v, t)
        grad = target.startswith(("float", "complex"))
        recorder.record("convert_element_type", fn, [x], {"new_dtype": target}, name=f"complex64/{target}", grad=grad)
    for source in (np.array([True, False]), np.array([-3, 7], np.int8), np.array([1.5, -2.25], np.float64)):
        fn = lambda v: lax.convert_element_type(v, np.complex64)
        name = f"{source.dtype}/complex64"
        grad = source.dtype.kind == "f"
        recorder.record("convert_element_type", fn, [source], {"new_dtype": "complex64"}, name=name, grad=grad)


def reductions(recorder):
    for dtype in COMPLEX:
        x = exact((3, 4), dtype)
        for op, run in {
            "reduce_sum": lambda v: lax.reduce_sum(v, (1,)),
            "reduce_prod": lambda v: lax.reduce_prod(v, (1,)),
            "reduce_max": lambda v: lax.reduce_max(v, (1,)),
            "reduce_min": lambda v: lax.reduce_min(v, (1,)),
        }.items():
            recorder.record(op, run, [x], {"axes": [1]}, name=f"{dtype}", grad=True)
        for op in "cumsum cumprod cummax cummin cumlogsumexp".split():
            for reverse in (False, True):
                fn = lambda v, o=op, r=reverse: getattr(lax, o)(v, axis=1, reverse=r)
                params = {"axis": 1, "reverse": reverse}
                recorder.record(op, fn, [x], params, name=f"{dtype}/{reverse}", grad=not reverse)
        fn = lambda v: lax.sort(v, dimension=1)
        recorder.record("sort", fn, [x], {"dimension": 1, "num_keys": 1, "is_stable": True}, name=f"{dtype}", grad=True)
        numbers = (((2,), (1,)), ((0,), (0,)))
        fn = lambda a, b: lax.dot_general(a, b, numbers)
        params = {"dimension_numbers": numbers}
        operands = [exact((2, 3, 4), dtype), exact((2, 4, 2), dtype, 1)]
        recorder.record("dot_general", fn, operands, params, name=f"{dtype}", grad=True)


FFTS = [
    ("FFT", (2, 5), (5,)),
    ("FFT", (6,), (6,)),
    ("FFT", (2, 3, 4), (3, 4)),
    ("FFT", (2, 3, 4), (2, 3, 4)),
    ("FFT", (2, 1), (1,)),
    ("IFFT", (2, 6), (6,)),
    ("IFFT", (3, 4), (3, 4)),
    ("RFFT", (2, 6), (6,)),
    ("RFFT", (2, 5), (5,)),
    ("RFFT", (2, 1), (1,)),
    ("RFFT", (3, 4), (3, 4)),
    ("RFFT", (2, 3, 5), (2, 3, 5)),
    ("IRFFT", (2, 4), (6,)),
    ("IRFFT", (2, 3), (5,)),
    ("IRFFT", (3, 3), (3, 4)),
    ("IRFFT", (2, 3, 3), (2, 3, 5)),
]


def ffts(recorder):
    for dtype in COMPLEX:
        for kind, shape, lengths in FFTS:
            x = exact(shape, dtype)
            if kind == "RFFT":
                x = x.real
            fn = lambda v, k=kind, n=lengths: lax.fft(v, k, n)
            params = {"fft_type": kind, "fft_lengths": list(lengths)}
            name = f"{dtype}/{kind}/{'x'.join(map(str, shape))}/{'x'.join(map(str, lengths))}"
            recorder.record("fft", fn, [x], params, name=name, grad=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    recorder = Recorder()
    with jax.enable_x64(True):
        for part in (elementwise, conversions, reductions, ffts):
            part(recorder)
    write("ops/complex.json", VERSIONS, cases=recorder.cases)
