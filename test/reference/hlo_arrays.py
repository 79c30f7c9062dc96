# Programs of the corpus: shapes, gather and scatter, reductions, windows, products, sorting, transforms.
import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
from jax import lax

from hlo_program import BOTH, bools, ints, line, mixed, program

# --- shapes


@program(line(2, 3), forms=("generic",))
def shapes(x):
    return [
        x.T, x.reshape(6), x.reshape(3, 1, 2), x[None], lax.broadcast(x, (2,)), jnp.broadcast_to(x[:, None], (2, 4, 3)),
        lax.broadcast_in_dim(x.T, (3, 5, 2), (0, 2)),
        lax.expand_dims(x, (0, 3)), x.ravel()[::-1], jnp.flip(x), jnp.concatenate([x, x * 2], 1), jnp.stack([x, -x]),
        jnp.transpose(x[None], (2, 0, 1)), lax.rev(x, (0, 1)), jnp.tile(x, (1, 2)), jnp.squeeze(x[:1]), jnp.rot90(x),
        jnp.concatenate([x[:0], x]),
    ]  # fmt: skip


@program(line(4, 6))
def slices(x):
    return x[1:3, ::2], lax.slice(x, (0, 1), (4, 6), (3, 2)), x[0], x[-1, -1], x[2:2], lax.split(x, (2, 4), axis=1)


@program(line(3, 4), forms=BOTH)
def pads(x):
    zero = np.float32(0)
    return [
        lax.pad(x, zero, ((1, 2, 0), (0, 0, 0))), lax.pad(x, zero, ((-1, 0, 0), (0, -2, 0))),
        lax.pad(x, np.float32(-1), ((0, 0, 2), (1, -1, 1))), jnp.pad(x, 1, mode="edge"), jnp.pad(x, ((1, 0), (0, 1))),
    ]  # fmt: skip


@program()
def iotas():
    return [
        lax.iota(np.int32, 5), lax.broadcasted_iota(np.float32, (2, 3), 1), jnp.arange(2, 9, 3), jnp.eye(3),
        jnp.linspace(0.0, 1.0, 5), jnp.tri(3, dtype=bool), lax.broadcasted_iota(np.uint8, (3, 2), 0),
        lax.iota(jnp.bfloat16, 4), lax.iota(np.complex64, 3),
    ]  # fmt: skip


@program(line(4, 5), np.int32(1), np.int32(-2))
def dynamic_slices(x, i, j):
    part = lax.dynamic_slice(x, (i, j), (2, 3))
    return part, lax.dynamic_update_slice(x, part, (j, i)), lax.dynamic_index_in_dim(x, i, 1), x.at[i].set(0.0)


# --- gather and scatter


@program(line(4, 3), ints(5, lo=-2, hi=5), forms=("debug",))
def gathers(x, i):
    fill = x.at[i].get(mode="fill", fill_value=np.nan)
    clip = x.at[i].get(mode="clip", indices_are_sorted=True)
    promised = x.at[np.array([0, 2])].get(mode="promise_in_bounds", unique_indices=True)
    return x[i], fill, clip, promised, x[i % 4, i % 3], x[:, i % 3], jnp.take(x, i % 4, axis=0), x[i % 4][:, None]


@program(line(2, 3, 4), ints(2, 3, 2, lo=0, hi=4))
def gather_batched(x, i):
    return jnp.take_along_axis(x, i, axis=2), jax.vmap(lambda row, j: row[j])(x, i[:, 0, 0])


@program(line(4, 3), ints(5, lo=-1, hi=6), line(5, 3), forms=("generic",))
def scatters(x, i, u):
    at = x.at[i]
    return [
        at.set(u), at.add(u), at.mul(u), at.min(u), at.max(u), at.add(u, mode="clip"), at.set(1.0, mode="drop"),
        x.at[np.array([0, 2])].add(1, indices_are_sorted=True, unique_indices=True), x.at[:, 1].set(0), at.apply(jnp.sin),
        x.at[np.array([1, 3])].add(2, mode="promise_in_bounds"), x.at[np.array([1])].subtract(1.0),
    ]  # fmt: skip


@program(line(2, 4, 3), ints(2, 2, lo=0, hi=4), line(2, 2, 3))
def scatter_batched(x, i, u):
    return jax.vmap(lambda a, j, b: a.at[j].add(b))(x, i, u)


@program(ints(2, 5), ints(4, dtype=np.uint8, lo=0, hi=5))
def scatter_integers(x, i):
    return x.at[0, i].add(np.int32(2)), jnp.bincount(i.astype(np.int32), length=5), x.at[1, 1].max(9)


# --- reductions


@program(line(3, 4), bools(3, 4), ints(3, 4), forms=BOTH)
def reductions(x, b, i):
    return [
        x.sum(), x.max(0), x.min(1), x.prod((0, 1)), b.all(0), b.any(), lax.reduce_xor(i, (0,)), i.sum(1),
        lax.reduce_and(i, (1,)), lax.reduce_or(i, (0, 1)), x.mean(), x.var(1), i.max(), b.sum(), jnp.linalg.norm(x),
        jax.nn.logsumexp(x, axis=1),
    ]  # fmt: skip


@program(mixed(3, 4))
def argmax_argmin(x):
    return x.argmax(), x.argmax(1), x.argmin(0), lax.argmax(x, 1, np.uint8), jnp.nanargmax(x, axis=0)


@program(mixed(3, 4), ints(3, 4, lo=0, hi=12), forms=BOTH)
def reduce_own(x, i):
    def later(a, b):
        (x1, i1), (x2, i2) = a, b
        take = (x2 > x1) | ((x2 == x1) & (i2 < i1))
        return lax.select(take, x2, x1), lax.select(take, i2, i1)

    two = lax.reduce((x, i), (np.float32(-np.inf), np.int32(0)), later, (1,))
    one = lax.reduce(x, np.float32(0), lambda a, b: lax.add(lax.mul(a, np.float32(0.5)), b), (1,))
    return two, one, lax.reduce(x, np.float32(1), lax.mul, (0, 1))


@program(line(1, 4, 6, 1), forms=BOTH)
def pooling(x):
    window, stride = (1, 2, 2, 1), (1, 2, 2, 1)
    return [
        lax.reduce_window(x, -np.inf, lax.max, window, stride, "VALID"),
        lax.reduce_window(x, 0.0, lax.add, window, (1, 1, 1, 1), "SAME") / 4,
        lax.reduce_window(x, np.inf, lax.min, (1, 3, 1, 1), (1, 1, 1, 1), "SAME"),
        lax.reduce_window(x, 0.0, lax.add, window, stride, ((0, 0), (1, 0), (0, 1), (0, 0)), (1, 2, 1, 1), (1, 1, 2, 1)),
    ]  # fmt: skip


@program(line(6), ints(6))
def reduce_window_own(x, i):
    two = lax.reduce_window((x, i), (np.float32(0), np.int32(1)), lambda a, b: (a[0] + b[0], a[1] * b[1]), (2,), (1,), "VALID")
    return two, lax.reduce_window(x, np.float32(1), lambda a, b: a * b * 0.5, (3,), (1,), "VALID")


@program(mixed(1, 4, 4, 1), forms=("debug",))
def pooling_gradients(x):
    def pooled(x, op, init):
        return jnp.sum(lax.reduce_window(x, init, op, (1, 2, 2, 1), (1, 2, 2, 1), "SAME") ** 2)

    return jax.grad(pooled)(x, lax.max, -np.inf), jax.grad(pooled)(x, lax.add, 0.0), jax.grad(pooled)(x, lax.min, np.inf)


@program(mixed(2, 5), ints(2, 5), forms=("debug",))
def cumulative(x, i):
    return [
        jnp.cumsum(x, 1), lax.cummax(x, 1), lax.cummin(x, 0), jnp.cumprod(x * 0.1, 1), lax.cumlogsumexp(x, 1),
        lax.cumsum(i, 1, reverse=True), jnp.cumsum(i),
    ]  # fmt: skip


# --- convolutions and products


@program(line(1, 2, 4, 5), line(3, 2, 2, 2), forms=BOTH)
def convolutions(x, k):
    same = lax.conv(x, k, (1, 1), "SAME")
    dilated = lax.conv_general_dilated(x, k, (2, 1), ((1, 0), (0, 1)), (2, 1), (1, 2))
    nhwc = lax.conv_general_dilated(
        x.transpose(0, 2, 3, 1), k.transpose(2, 3, 1, 0), (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    highest = lax.conv_general_dilated(x, k, (1, 1), "VALID", precision="highest", preferred_element_type=np.float32)
    mixed_up = lax.conv_general_dilated(
        x, k, (1, 1), ((-1, 0), (0, 0)), dimension_numbers=lax.ConvDimensionNumbers((0, 1, 3, 2), (0, 1, 2, 3), (1, 0, 2, 3))
    )
    return same, dilated, nhwc, highest, mixed_up


@program(line(2, 4, 6), line(4, 2, 3))
def convolution_groups(x, k):
    groups = lax.conv_general_dilated(x, k, (1,), "SAME", feature_group_count=2)
    batch = lax.conv_general_dilated(x, line(2, 4, 3), (1,), "VALID", batch_group_count=2)
    return groups, batch, lax.conv_transpose(x, line(3, 4, 2), (2,), "SAME", dimension_numbers=("NCH", "HIO", "NCH"))


@program(line(1, 3, 3, 3, 1), line(2, 2, 2, 1, 2))
def convolution_three_dimensions(x, k):
    return lax.conv_general_dilated(x, k, (1, 1, 1), "VALID", dimension_numbers=("NDHWC", "DHWIO", "NDHWC"))


@program(line(1, 4, 4, 2), line(2, 2, 2, 3), forms=BOTH)
def convolution_gradients(x, k):
    def loss(x, k):
        y = lax.conv_general_dilated(x, k, (2, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        return jnp.sum(y * y)

    return jax.grad(loss, (0, 1))(x, k)


@program(line(2, 3, 4), line(2, 4, 5), line(4, 3), forms=("debug",))
def products(a, b, c):
    return [
        a @ b, jnp.einsum("bij,bjk->ik", a, b), a @ c, jnp.dot(c[:, 0], c[:, 1]), jnp.outer(c[0], c[1]),
        lax.dot_general(a, b, (((2,), (1,)), ((0,), (0,)))), lax.dot_general(a, c, (((1, 2), (1, 0)), ((), ()))),
        jnp.matmul(c.T, c, precision="highest"), lax.dot(c.T, c, precision=(lax.Precision.HIGH, lax.Precision.DEFAULT)),
        lax.dot_general(a, b, (((), ()), ((0,), (0,)))), jnp.vdot(c, c), jnp.tensordot(a, b, ((0, 2), (0, 1))),
    ]  # fmt: skip


@program(line(2, 3, dtype=ml_dtypes.bfloat16), ints(2, 3, dtype=np.int8))
def products_preferred(h, i):
    return [
        lax.dot_general(h, h, (((1,), (1,)), ((), ())), preferred_element_type=np.float32),
        lax.dot_general(i, i, (((1,), (1,)), ((), ())), preferred_element_type=np.int32), h @ h.T,
    ]  # fmt: skip


@program(line(2, 3), line(3, 2), text_only="the CPU compiler knows few algorithms", platform="cuda", forms=BOTH)
def products_algorithm(a, b):
    presets = [lax.DotAlgorithmPreset.TF32_TF32_F32_X3, lax.DotAlgorithmPreset.BF16_BF16_F32_X6, lax.DotAlgorithmPreset.F32_F32_F32]
    own = lax.DotAlgorithm(np.float32, np.float32, np.float32)
    return [lax.dot(a, b, precision=p) for p in [*presets, own]]


@program(line(6, 2), line(3, 2, 2), np.array([1, 2, 3], np.int32))
def ragged_product(a, b, sizes):
    return lax.ragged_dot(a, b, sizes)


@program(line(6, 2), line(3, 2, 2), np.array([1, 2, 3], np.int32), platform="tpu", text_only="chlo.ragged_dot has no CPU kernel")
def ragged_product_chlo(a, b, sizes):
    return lax.ragged_dot(a, b, sizes)


# --- sorting


@program(mixed(2, 5), ints(2, 5), forms=("generic",))
def sorts(x, i):
    return [
        jnp.sort(x), jnp.sort(i, 0, descending=True), jnp.argsort(x), lax.sort((i, x), dimension=1, num_keys=2),
        lax.sort((i, x), dimension=0, num_keys=1, is_stable=False), lax.sort(i.astype(np.uint8)),
    ]  # fmt: skip


@program(mixed(5), ints(5))
def sorting_functions(x, i):
    found = jnp.searchsorted(jnp.sort(x), np.float32(0.5))
    return jnp.unique(i, size=4), jnp.median(x), jnp.sort(x + 1j * i), found


@program(mixed(2, 6))
def top_k(x):
    return lax.top_k(x, 3), lax.top_k(x[0].astype(np.int32), 2)


@program(mixed(2, 6), text_only="custom call")
def approximate_top_k(x):
    return lax.approx_max_k(x, 2)


# --- transforms and decompositions


@program(line(2, 8))
def fourier(x):
    z = jnp.fft.fft(x)
    return z, jnp.fft.ifft(z), jnp.fft.rfft(x), jnp.fft.irfft(z[:, :5]), jnp.fft.fft2(x), jnp.fft.irfft2(z[:, :5], (2, 8))


POSITIVE = np.array([[4, 2, 0.5], [2, 3, 1], [0.5, 1, 2]], np.float32)


@program(POSITIVE, line(3, 2), platform="tpu", forms=BOTH)
def factors(a, b):
    return [
        lax.linalg.cholesky(a), lax.linalg.triangular_solve(a, b, left_side=True, lower=True),
        lax.linalg.triangular_solve(a, b.T, lower=False, transpose_a=True, unit_diagonal=True),
    ]  # fmt: skip


@program(POSITIVE, line(3, 2), text_only="custom calls", forms=("debug",))
def factors_lapack(a, b):
    lu, pivots, permutation = lax.linalg.lu(a)
    return lax.linalg.cholesky(a), jnp.linalg.solve(a, b), lu, pivots, permutation, jnp.linalg.qr(b), jnp.linalg.eigh(a)


@program(POSITIVE + 0j, text_only="custom calls")
def factors_complex(a):
    return jnp.linalg.svd(a), jnp.linalg.eigvals(a)
