# Records jax.numpy.fft and jax.numpy on complex numbers: fixtures/fft.json.
import jax
import jax.numpy as jnp
import numpy as np
from cases import VERSIONS, Recorder
from fixture import write


def exact(shape, kind):
    rng = np.random.default_rng(int(np.prod(shape)))
    re, im = rng.integers(-8, 9, shape) / 4, rng.integers(-8, 9, shape) / 4
    return re.astype(np.float32) if kind == "real" else (re + 1j * im).astype(np.complex64)


ONE = [
    ((6,), {}),
    ((2, 5), {"axis": 0}),
    ((3, 4), {"n": 6, "norm": "ortho"}),
    ((3, 4), {"n": 3, "axis": -1, "norm": "forward"}),
    ((3, 4), {"n": 5, "axis": 0, "norm": "backward"}),
]
SEVERAL = [
    ((3, 4), {}),
    ((2, 3, 4), {"axes": [0, 2], "norm": "ortho"}),
    ((2, 3, 4), {"s": [4, 3], "axes": [2, 1], "norm": "forward"}),
]
MANY = [((2, 3, 4), {}), ((2, 3, 4), {"s": [2, 5]}), ((2, 3, 2, 3), {}), ((2, 2, 3, 2, 3), {"norm": "ortho"}), ((2, 3), {"axes": []})]


def transforms(recorder):
    names = {"fft": ONE, "ifft": ONE, "rfft": ONE, "irfft": ONE, "hfft": ONE, "ihfft": ONE}
    names |= {"fft2": SEVERAL, "ifft2": SEVERAL, "rfft2": SEVERAL, "irfft2": SEVERAL}
    names |= {"fftn": MANY, "ifftn": MANY, "rfftn": MANY[:-1], "irfftn": MANY[:-1]}
    for op, cases in names.items():
        for place, (shape, options) in enumerate(cases):
            x = exact(shape, "real" if op in ("rfft", "rfft2", "rfftn", "ihfft") else "complex")
            fn = lambda v, o=op, k=options: getattr(jnp.fft, o)(v, **k)
            recorder.record(op, fn, [x], options, name=str(place), grad=place == 2)
    # Reals become complex.
    recorder.record("fft", jnp.fft.fft, [exact((4,), "real")], {}, name="real")
    recorder.record("rfft", jnp.fft.rfft, [np.arange(5, dtype=np.int32)], {}, name="int32")


def helpers(recorder):
    for n in (1, 4, 5):
        for d in (1.0, 0.25):
            for op in ("fftfreq", "rfftfreq"):
                fn = lambda o=op, n=n, d=d: getattr(jnp.fft, o)(n, d=d)
                recorder.record(op, fn, [], {"n": n, "d": d}, name=f"{n}/{d}")
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    for op in ("fftshift", "ifftshift"):
        for axes in (None, 0, [1], [0, 1]):
            fn = lambda v, o=op, a=axes: getattr(jnp.fft, o)(v, axes=a)
            recorder.record(op, fn, [x], {"axes": axes}, name=str(axes))


NUMPY = (
    "real imag conj conjugate angle iscomplex isreal abs exp log log2 log10 sqrt sin sign square reciprocal round rint isfinite "
    "isinf isnan nan_to_num sum prod mean var std max min sort cumsum negative"
).split()


def numpy_functions(recorder):
    z = np.array([[1 + 2j, -0.5 + 0.25j, 3 + 0j], [-1.5 - 0.75j, 2.5j, 0.5 - 3j]], np.complex64)
    wild = np.array([1 + 2j, complex(np.inf, 1), complex(0, np.nan), complex(1, -np.inf)], np.complex64)
    for name in NUMPY:
        x = wild if name in ("isfinite", "isinf", "isnan", "nan_to_num") else z
        recorder.record(name, getattr(jnp, name), [x], {}, name="complex64")
    for name in ("real", "imag", "conj", "angle", "iscomplex", "isreal"):
        recorder.record(name, getattr(jnp, name), [np.array([1.5, -2], np.float32)], {}, name="float32")
    recorder.record("angle", lambda v: jnp.angle(v, deg=True), [z], {"deg": True}, name="deg")
    other = np.array([[1 + 1j, -0.5 + 0.5j, 3 + 0j], [2, 2.5j, 0.5 - 4j]], np.complex64)
    for name in "less less_equal greater greater_equal equal not_equal maximum minimum power isclose vdot divide".split():
        recorder.record(name, getattr(jnp, name), [z, other], {}, name="complex64")
    for name in "matmul inner vecdot outer kron".split():
        recorder.record(name, getattr(jnp, name), [z, other.T if name == "matmul" else other], {}, name="complex64")


if __name__ == "__main__":
    recorder = Recorder()
    with jax.enable_x64(False):
        for part in (transforms, helpers, numpy_functions):
            part(recorder)
    write("fft.json", VERSIONS, cases=recorder.cases)
