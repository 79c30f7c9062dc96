# Programs of the corpus: operations on single elements, every dtype, constants.
import jax.numpy as jnp
import ml_dtypes
import numpy as np
from jax import lax

from hlo_program import BOTH, bools, ints, line, program

# --- operations on elements


@program(line(6, lo=0.25, hi=1.5), forms=("generic",))
def unary_float(x):
    round_away = lax.round(x * 2, lax.RoundingMethod.AWAY_FROM_ZERO)
    round_even = lax.round(x * 2, lax.RoundingMethod.TO_NEAREST_EVEN)
    return [
        lax.abs(x), lax.neg(x), lax.sign(x), lax.floor(x), lax.ceil(x), round_away, round_even, lax.exp(x), lax.exp2(x),
        lax.expm1(x), lax.log(x), lax.log1p(x), lax.sqrt(x), lax.rsqrt(x), lax.cbrt(x), lax.sin(x), lax.cos(x),
        lax.tan(x), lax.tanh(x), lax.logistic(x), lax.is_finite(x), lax.square(x), lax.reciprocal(x),
        lax.integer_pow(x, 3), lax.integer_pow(x, -2),
    ]  # fmt: skip


@program(line(5, lo=0.125, hi=0.875), forms=("generic",))
def unary_chlo(x):
    return [
        lax.sinh(x), lax.cosh(x), lax.asin(x), lax.acos(x), lax.atan(x), lax.asinh(x), lax.acosh(x + 1), lax.atanh(x),
        lax.erf(x), lax.erfc(x), lax.erf_inv(x), lax.lgamma(x), lax.digamma(x), lax.bessel_i0e(x), lax.bessel_i1e(x),
    ]  # fmt: skip


@program(line(4, lo=0.5, hi=2.0), line(4, lo=0.25, hi=1.0))
def special_functions(a, x):
    return [
        lax.igamma(a, x), lax.zeta(a + 1, x),
        lax.polygamma(jnp.ones_like(x), x),
    ]  # fmt: skip


@program(line(6, lo=0.5, hi=3), line(6, lo=1, hi=2))
def binary_float(x, y):
    return [
        x + y, x - y, x * y, x / y, lax.rem(x, y), lax.pow(x, y), lax.max(x, y), lax.min(x, y), lax.atan2(x, y),
        lax.nextafter(x, y),
    ]  # fmt: skip


@program(line(6, lo=0.5, hi=3))
def accuracy(x):
    tolerance = lax.Tolerance(atol=1e-5, rtol=1e-4, ulps=2)
    return lax.exp(x, accuracy=tolerance), lax.tanh(x, accuracy=lax.AccuracyMode.HIGHEST), lax.log(x)


@program(ints(7), ints(7, lo=1, hi=5), forms=("debug",))
def integers(x, n):
    return [
        x + n, x - n, x * n, lax.div(x, n), lax.rem(x, n), x & n, x | n, x ^ n, ~x, lax.shift_left(x, n),
        lax.shift_right_arithmetic(x, n), lax.shift_right_logical(x, n), lax.population_count(x), lax.clz(x), abs(x),
        lax.sign(x), lax.max(x, n), lax.min(x, n), lax.integer_pow(x, 2), lax.mulhi(x, n), x // n, x % n,
    ]  # fmt: skip


@program(ints(6, dtype=np.uint32, lo=1, hi=9), ints(6, dtype=np.uint32, lo=1, hi=4))
def unsigned(x, n):
    return [x - n, lax.div(x, n), lax.rem(x, n), x >> n, x << n, ~x, lax.population_count(x), lax.clz(x), x < n, -x]


@program(bools(6), ~bools(6))
def booleans(a, b):
    return [a & b, a | b, a ^ b, ~a, lax.max(a, b), lax.min(a, b), a == b, a < b]


@program(line(5), line(5)[::-1].copy(), ints(5), ints(5, dtype=np.uint8, lo=0, hi=3), bools(5), forms=("generic",))
def comparisons(x, y, i, u, b):
    z = lax.complex(x, y)
    directions = [lax.eq, lax.ne, lax.lt, lax.le, lax.gt, lax.ge]
    pairs = [(x, y), (i, i[::-1]), (u, u[::-1]), (b, ~b)]
    total = [lax.eq_to_p.bind(x, y), lax.le_to_p.bind(x, y), lax.lt_to_p.bind(x, y)]
    return [d(*pair) for d in directions for pair in pairs] + total + [lax.eq(z, z[::-1]), lax.ne(z, z)]


@program(bools(4), ints(4, lo=0, hi=3), line(4), np.float32(-0.5), np.bool_(True))
def select_and_clamp(mask, which, x, low, flag):
    three = lax.select_n(which, x, -x, x * 2)
    return [jnp.where(mask, x, 0), three, lax.select(flag, x, -x), lax.clamp(low, x, 1.0), lax.clamp(-x, x, x + 1)]


@program(line(4, lo=0, hi=3), forms=("generic",))
def conversions(x):
    kinds = "bool int8 int16 int32 uint8 uint16 uint32 float16 bfloat16 complex64".split()
    return [x.astype(k) for k in kinds]


@program(line(2, 4), ints(6, dtype=np.uint16, lo=0, hi=50))
def bitcasts(x, words):
    bits = lax.bitcast_convert_type
    return [bits(x, np.int32), bits(x, np.uint8), bits(words.reshape(3, 2), np.uint32), bits(words, jnp.bfloat16)]


@program(line(4), line(4, dtype=np.float16))
def reduce_precision(x, h):
    return lax.reduce_precision(x, 5, 10), lax.reduce_precision(h, exponent_bits=8, mantissa_bits=3)


@program(line(4), line(4)[::-1].copy(), forms=("debug",))
def complex_numbers(x, y):
    z = lax.complex(x, y + 0.25)
    return [
        z, lax.real(z), lax.imag(z), lax.conj(z), abs(z), z * z, z / (z + 1), jnp.exp(z), jnp.sqrt(z), -z, z - 1j,
        jnp.angle(z), z @ z, jnp.log(z), z ** 2,
    ]  # fmt: skip


# --- dtypes


@program(ints(5, dtype=np.int8), ints(5, dtype=np.int16), ints(5, dtype=np.uint8, lo=0, hi=9), ints(5, dtype=np.uint16))
def short_integers(a, b, c, d):
    return a + a, b * 3, c // 2, d ^ 0xFFF, a.sum(), b.max(), jnp.array([-128, 127], np.int8), jnp.uint16(65535)


@program(ints(6, dtype=ml_dtypes.int4), ints(6, dtype=ml_dtypes.uint4, lo=0, hi=8), forms=("generic",))
def four_bits(a, b):
    return a + a, b * b, a.astype(np.float32), jnp.array([[-8, 7], [0, 1]], jnp.int4), jnp.array(15, jnp.uint4), a < a


@program(ints(6, dtype=ml_dtypes.int2, lo=-2, hi=2), ints(6, dtype=ml_dtypes.uint2, lo=0, hi=4))
def two_bits(a, b):
    return a.astype(np.int32), b.astype(np.int8), jnp.array([-2, -1, 0, 1], jnp.int2), jnp.array([3, 1], jnp.uint2)


EIGHTS = "float8_e3m4 float8_e4m3 float8_e4m3b11fnuz float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz".split()


@program(*(line(4, dtype=getattr(ml_dtypes, name)) for name in EIGHTS), forms=("debug",))
def float8(*xs):
    constants = [jnp.array([0.5, -1, 2], x.dtype) for x in xs]
    return [x.astype(np.float32) for x in xs], [(x.astype(np.float32) * 2).astype(x.dtype) for x in xs], constants


@program(np.array([0.5, 1, 2, 4], ml_dtypes.float8_e8m0fnu), text_only="float4_e2m1fn has no dtype in jorts")
def tiny_floats(scale):
    four = jnp.array([0.5, 1.5, -6, 0], jnp.float4_e2m1fn)
    return scale.astype(np.float32), four, scale.astype(np.float32).astype(jnp.float4_e2m1fn), jnp.array(2, scale.dtype)


@program(line(4, dtype=np.float16), line(4, dtype=ml_dtypes.bfloat16), forms=BOTH)
def half(h, b):
    return h * h + 1, b * 3 - 1, h.astype(b.dtype), jnp.exp(h), jnp.tanh(b), h.sum(), b.sum(), jnp.float16(np.inf)


@program(line(4, dtype=np.float64), ints(4, dtype=np.int64), ints(4, dtype=np.uint64, lo=1, hi=9), x64=True, forms=BOTH)
def sixty_four_bits(x, i, u):
    wide = jnp.array([2**63 - 1, -(2**63)], np.int64)
    return x * np.pi, i * 10**12, u + np.uint64(2**64 - 9), lax.complex(x, -x) * 1j, wide, jnp.sin(x), jnp.float64(0.1)


# --- constants


@program(forms=("debug",))
def constants_float():
    special = np.array([np.nan, np.inf, -np.inf, -0.0, 0.0, 1e-45, 3.4028235e38, 1.17549435e-38], np.float32)
    odd_nan = np.array([0x7FC00001, 0xFFC00000, 0x7F800001], np.uint32).view(np.float32)
    return [
        np.float32(0.1), np.float32(np.nan), np.float32(-np.inf), np.float32(-0.0), np.float32(1e10), special, odd_nan,
        np.full((2, 3), 2.5, np.float32), np.full((2,), np.inf, np.float32), np.zeros((3, 0), np.float32),
        np.array([[1, 2], [3, 4]], np.float32), np.arange(8, dtype=np.float32).reshape(2, 2, 2) / 3,
        np.array([[[1.5]]], np.float32), np.full((1,), 1e-7, np.float32), np.array([1e21, 123456789, 1e-5], np.float32),
    ]  # fmt: skip


@program(forms=("generic",))
def constants_integer():
    return [
        np.int32(-7), np.int8(-128), np.uint8(255), np.int32(-(2**31)), np.uint32(2**32 - 1), np.bool_(False),
        np.bool_(True), np.array([True, False]), np.zeros((2, 2), bool), np.ones(3, bool), np.array([[1, -2], [3, -4]]),
        np.zeros((0,), np.int32), np.array([[True], [False]]), np.zeros((0, 2), bool), np.array([5], np.uint16),
    ]  # fmt: skip


@program(x64=True)
def constants_wide():
    return [
        np.float64(1 / 3), np.float64(5e-324), np.array([1e308, -np.nan, 0.1]), np.int64(-(2**63)), np.uint64(2**64 - 1),
        np.array([2**63, 1], np.uint64), np.arange(3), np.complex128(1 / 3 + 2j), np.float64(6.02214076e23),
    ]  # fmt: skip


@program()
def constants_complex():
    return [
        np.complex64(1 - 2j), np.array([1 + 2j, -0.5j, 3], np.complex64), np.full((2, 2), 1j, np.complex64),
        np.array([complex(np.nan, np.inf), complex(-0.0, 0)], np.complex64), np.array([[1j], [2]], np.complex64),
        np.full((2,), complex(np.inf, np.nan), np.complex64), np.zeros((0,), np.complex64),
    ]  # fmt: skip


@program()
def constants_small_floats():
    names = ["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"]
    values = np.array([0.1, -2.5, 0, -0.0, np.nan, 448])
    infinite = [np.array([np.inf, -np.inf], jnp.dtype(name)) for name in ("float16", "bfloat16", "float8_e5m2")]
    return [values.astype(jnp.dtype(name)) for name in names], infinite, np.full(3, 0.1, jnp.bfloat16)


@program(forms=("generic",))
def constants_hex():
    ramp = np.arange(120)
    return [
        (ramp / 7).astype(np.float32), ramp.astype(np.int32).reshape(10, 12), ramp.astype(np.uint8), ramp % 3 == 0,
        (ramp / 16).astype(ml_dtypes.bfloat16), (ramp / 16).astype(np.float16), (ramp - 1j * ramp).astype(np.complex64),
        (ramp / 16).astype(ml_dtypes.float8_e4m3fn), ramp.astype(np.int16).reshape(2, 60), np.full(200, 3, np.int32),
        np.ones(200, bool), (ramp[:100] / 7).astype(np.float32), np.arange(101, dtype=np.int32),
    ]  # fmt: skip


@program(x64=True)
def constants_hex_wide():
    return (np.arange(110) / 7), np.arange(110) * -(10**15), np.arange(110) * (1j / 3), np.arange(105, dtype=np.uint64)


@program()
def constants_hex_four_bits():
    ramp = np.arange(120)
    return (ramp % 16 - 8).astype(ml_dtypes.int4), (ramp % 16).astype(ml_dtypes.uint4), (ramp % 4).astype(jnp.uint2)


