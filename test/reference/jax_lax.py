# Records functions of jax.lax beyond the primitives of ops/: special functions, ragged and scaled products, solvers,
# patches, XLA's random bits, shapes of convolutions; and the public names of lax, nn and random: lax.json.
import types

import jax
import jax.numpy as jnp
import numpy as np
from cases import VERSIONS, Recorder
from fixture import encode, write
from jax import lax
from jax._src.lib import _jax

F32, F64 = np.float32, np.float64
I32, U32 = np.int32, np.uint32


def drawn(*shape, low=-1.0, high=1.0, dtype=F64, seed=0):
    return np.random.default_rng(seed + 31 * sum(shape)).uniform(low, high, shape).astype(dtype)


def special(recorder):
    for dtype in (F32, F64):
        at = np.array([-30.0, -8.5, -3.0, -0.5, -1e-3, 1e-3, 0.25, 1.0, 3.75, 7.9, 8.1, 20.0, 100.0], dtype)
        edges = np.array([0.0, -0.0, np.inf, -np.inf, np.nan], dtype)
        for op in ("bessel_i0e", "bessel_i1e"):
            recorder.record(op, getattr(lax, op), [at], name=f"{np.dtype(dtype)}", grad=True)
            recorder.record(op, getattr(lax, op), [edges], name=f"{np.dtype(dtype)}/edges")
        order = np.array([0, 1, 1, 2, 3, 5, 0, 2, -1, 0.5], dtype)
        x = np.array([0.5, 0.5, 3.0, 1.25, 2.5, 4.0, -1.5, -0.5, 1.0, 1.0], dtype)
        recorder.record("polygamma", lax.polygamma, [order, x], name=f"{np.dtype(dtype)}")
        for n in (0, 1, 3):
            fn = lambda x, n=n: lax.polygamma(jnp.full_like(x, n), x)
            recorder.record("polygamma_of", fn, [x[:6]], {"n": n}, name=f"{np.dtype(dtype)}/{n}", grad=True)
        s = np.array([2, 3, 1.5, 4, 1, 0.5, 2, np.nan], dtype)
        q = np.array([1, 2.5, 0.25, 10, 2, 1, -1.5, 1], dtype)
        recorder.record("zeta", lax.zeta, [s, q], name=f"{np.dtype(dtype)}")
        a = np.array([0.5, 2, 3, 10, 1e-3, 30, 1, 5], dtype)
        b = np.array([0.5, 1, 2, 0.3, 5, 40, 1, 1e-3], dtype)
        x = np.array([0.3, 0.4, 0.9, 0.99, 0.5, 0.45, 0.75, 0.2], dtype)
        recorder.record("betainc", lax.betainc, [a, b, x], name=f"{np.dtype(dtype)}")
        fn = lambda x, a=a, b=b: lax.betainc(jnp.asarray(a), jnp.asarray(b), x)
        params = {"a": a.tolist(), "b": b.tolist()}
        recorder.record("betainc_by_x", fn, [x], params, name=f"{np.dtype(dtype)}", grad=True)
        special_values = np.array([0, 1, np.inf, -1, np.nan], dtype)
        a, b, x = (v.reshape(-1) for v in np.meshgrid(special_values, special_values, np.array([0, 0.5, 1, 2, np.nan], dtype)))
        recorder.record("betainc", lax.betainc, [a, b, x], name=f"{np.dtype(dtype)}/edges")


def ragged(recorder):
    sizes = np.array([2, 0, 3], I32)
    for dtype in (F32, F64):
        x, y = drawn(6, 4, dtype=dtype), drawn(3, 4, 5, dtype=dtype)
        recorder.record("ragged_dot", lax.ragged_dot, [x, y, sizes], name=f"{np.dtype(dtype)}", grad=True)
    general = {
        "batched": ([drawn(2, 6, 4), drawn(3, 2, 4, 5), sizes], [[[2], [2]], [[0], [1]]], [1], [0]),
        "own-sizes": (
            [drawn(2, 6, 4), drawn(3, 2, 4, 5), np.array([[2, 0, 3], [1, 4, 1]], I32)],
            [[[2], [2]], [[0], [1]]],
            [1],
            [0],
        ),
        "contracting": ([drawn(4, 6), drawn(6, 5), sizes], [[[1], [0]], [[], []]], [1], []),
        "contracting-batched": (
            [drawn(2, 4, 6), drawn(6, 2, 5), np.array([[1, 1, 4], [0, 5, 0]], I32)],
            [[[2], [0]], [[0], [1]]],
            [2],
            [],
        ),
        "batch": ([drawn(5, 2, 4), drawn(5, 4, 3), sizes], [[[2], [1]], [[0], [0]]], [0], []),
    }
    for name, (inputs, dot, lhs, rhs) in general.items():
        dims = lax.RaggedDotDimensionNumbers(dot, lhs, rhs)
        fn = lambda x, y, s, d=dims: lax.ragged_dot_general(x, y, s, d)
        grad = len(rhs) > 0  # JAX has no transpose of the others
        recorder.record("ragged_dot_general", fn, inputs, {"dot": dot, "lhs": lhs, "rhs": rhs}, name=name, grad=grad)
    x, y = drawn(3, 8, dtype=F32), drawn(8, 5, dtype=F32)
    xs, ys = drawn(3, 2, low=1, high=2, dtype=F32), drawn(4, 5, low=1, high=2, dtype=F32)
    fn = lambda x, y, a, b: lax.scaled_dot(x, y, lhs_scale=a, rhs_scale=b, preferred_element_type=F32)
    recorder.record("scaled_dot", fn, [x, y, xs, ys], name="both")
    fn = lambda x, y, a: lax.scaled_dot(x, y, lhs_scale=a, preferred_element_type=F32)
    recorder.record("scaled_dot", fn, [drawn(2, 3, 8, dtype=F32), drawn(2, 8, 5, dtype=F32), drawn(2, 3, 4, low=1, high=2, dtype=F32)], name="left")


def solvers(recorder):
    a = drawn(3, 3) + 3 * np.eye(3)

    def by_elimination(a, b):
        matvec = lambda x: a @ x
        solve = lambda mv, b: jnp.linalg.solve(a, b)
        tsolve = lambda vm, b: jnp.linalg.solve(a.T, b)
        return lax.custom_linear_solve(matvec, b, solve, tsolve)

    recorder.record("linear_solve", by_elimination, [a, drawn(3)], name="general", grad=True)

    def symmetric(a, b):
        s = a + a.T
        solve = lambda mv, b: jnp.linalg.solve(jax.lax.stop_gradient(s), b)
        return lax.custom_linear_solve(lambda x: s @ x, b, solve, symmetric=True)

    recorder.record("linear_solve_symmetric", symmetric, [a, drawn(3)], name="general", grad=True)

    def root(c):
        f = lambda x: x * x * x + c * x - 2.0
        newton = lambda f, x0: lax.fori_loop(0, 20, lambda _, x: x - f(x) / (3 * x * x + lax.stop_gradient(c)), x0)
        return lax.custom_root(f, jnp.ones_like(c), newton, lambda g, y: y / g(jnp.ones_like(y)))

    recorder.record("root", root, [np.array([0.5, 1.0, 2.5])], name="cubic", grad=True)


def patches(recorder):
    x = drawn(1, 2, 4, 3)
    cases = {
        "plain": ((3, 2), (1, 1), "VALID", {}),
        "strided": ((3, 2), (2, 1), "SAME", {}),
        "dilated": ((2, 2), (1, 2), [(1, 0), (2, 1)], {"rhs_dilation": (2, 1), "lhs_dilation": (1, 2)}),
    }
    for name, (filter_shape, strides, padding, options) in cases.items():
        params = {"filter_shape": filter_shape, "strides": strides, "padding": padding, **options}
        fn = lambda x, f=filter_shape, s=strides, p=padding, o=options: lax.conv_general_dilated_patches(x, f, s, p, **o)
        recorder.record("patches", fn, [x], params, name=name, grad=True)
        out = np.asarray(fn(jnp.asarray(x))).shape
        y = drawn(2, out[1], *out[2:])
        fn = lambda x, y, f=filter_shape, s=strides, p=padding, o=options: lax.conv_general_dilated_local(x, y, s, p, f, **o)
        recorder.record("local", fn, [x, y], params, name=name, grad=True)
    numbers = ("NHWC", "WHIO", "NHWC")
    params = {"filter_shape": (2, 3), "strides": (1, 1), "padding": "VALID", "dimension_numbers": numbers}
    x = drawn(1, 4, 4, 2)
    fn = lambda x: lax.conv_general_dilated_patches(x, (2, 3), (1, 1), "VALID", dimension_numbers=numbers)
    recorder.record("patches", fn, [x], params, name="channels-last", grad=True)
    n, h, w, c = np.asarray(fn(jnp.asarray(x))).shape
    fn = lambda x, y: lax.conv_general_dilated_local(x, y, (1, 1), "VALID", (2, 3), dimension_numbers=numbers)
    recorder.record("local", fn, [x, drawn(w, h, c, 2)], params, name="channels-last", grad=True)


def places(recorder):
    dims = lax.ScatterDimensionNumbers((), (0,), (0,))
    at = np.array([[1], [3], [3], [7]], I32)
    fn = lambda x, i: lax.scatter_apply(x, i, lambda v: v * 2 + 1, dims, update_shape=(4,))
    recorder.record("scatter_apply", fn, [np.arange(5.0), at], name="doubled")
    recorder.record("index_take", lambda x, i, j: lax.index_take(x, (i, j), (0, 2)), [drawn(3, 4, 5), np.array([0, -1, 4], I32), np.array([2, -2, 7], I32)], name="two")
    x = np.random.default_rng(5).permutation(280).astype(F32).reshape(2, 140)
    for op in ("approx_max_k", "approx_min_k"):
        recorder.record(op, lambda x, op=op: getattr(lax, op)(x, 5), [x], {"k": 5}, name="last")
        fn = lambda x, op=op: getattr(lax, op)(x, 1, reduction_dimension=0)
        recorder.record(op, fn, [x], {"k": 1, "reduction_dimension": 0}, name="first")
        fn = lambda x, op=op: getattr(lax, op)(x, 3, recall_target=0.5, aggregate_to_topk=False)
        params = {"k": 3, "recall_target": 0.5, "aggregate_to_topk": False}
        recorder.record(op, fn, [x], params, name="candidates")
    key = np.array([1, 2**31 + 5, 7, 9], U32)
    algorithms = {"default": 0, "threeFry": 1, "philox": 2}
    for name, number in algorithms.items():
        for dtype in ("uint8", "uint16", "uint32", "uint64"):
            fn = lambda k, n=number, d=dtype: lax.rng_bit_generator(k, (2, 3), d, lax.RandomAlgorithm(n))
            recorder.record("rng_bit_generator", fn, [key], {"algorithm": name, "dtype": dtype}, name=f"{name}/{dtype}")
    wide = np.array([3, 2**63 + 1], np.uint64)
    recorder.record("rng_bit_generator", lambda k: lax.rng_bit_generator(k, (2, 3), "uint32"), [wide], {"algorithm": "default", "dtype": "uint32"}, name="wide")
    fn = jax.vmap(lambda k: lax.rng_bit_generator(k, (3,)))
    recorder.record("rng_batched", fn, [np.stack([key, key + 1])], name="two")


def shapes():
    dn = ("NHWC", "HWIO", "NHWC")
    table = [
        ["padtypeToPads", [(7, 6), (3, 2), (2, 1), p], lax.padtype_to_pads((7, 6), (3, 2), (2, 1), p)]
        for p in ("SAME", "VALID", "SAME_LOWER")
    ]
    rows = [
        ("reduceWindowShapeTuple", lax.reduce_window_shape_tuple, ((7, 6), (3, 2), (2, 1), ((1, 0), (0, 2)))),
        ("reduceWindowShapeTuple", lax.reduce_window_shape_tuple, ((7, 6), (3, 2), (2, 1), ((0, 0), (0, 0)), (2, 1), (1, 3))),
        ("convShapeTuple", lax.conv_shape_tuple, ((4, 3, 9, 8), (5, 3, 2, 3), (2, 1), "SAME")),
        ("convShapeTuple", lax.conv_shape_tuple, ((4, 3, 9, 8), (5, 3, 2, 3), (2, 1), ((1, 0), (0, 2)), 2)),
        ("convGeneralShapeTuple", lax.conv_general_shape_tuple, ((4, 9, 8, 3), (2, 3, 3, 5), (2, 1), "VALID", dn)),
        ("convTransposeShapeTuple", lax.conv_transpose_shape_tuple, ((4, 9, 8, 3), (2, 3, 3, 5), (2, 3), "VALID", dn)),
        ("convTransposeShapeTuple", lax.conv_transpose_shape_tuple, ((4, 9, 8, 3), (2, 3, 3, 5), (2, 3), "SAME", dn)),
        ("convGeneralPermutations", lax.conv_general_permutations, (("NWHC", "HWIO", "CNHW"),)),
    ]
    listed = lambda v: [listed(w) for w in v] if isinstance(v, (list, tuple, np.ndarray)) else (v if isinstance(v, str) else int(v))
    table += [[name, listed(args), listed(fn(*args))] for name, fn, args in rows]
    sizes = [(1000, 1, 10, 0.95, -1), (5000, 1, 10, 0.95, -1), (5000, 2, 10, 0.95, -1), (100000, 2, 10, 0.99, -1),
             (100000, 1, 1, 0.95, -1), (100000, 2, 10, 1.0, -1), (3000, 2, 10, 0.95, 1000000), (300, 2, 3, 0.5, -1),
             (1 << 20, 2, 100, 0.9, -1)]
    counts = [[*s, _jax.approx_top_k_reduction_output_size(*s[:4], False, s[4])[0]] for s in sizes]
    return listed(table), counts


def public_names(module):
    return sorted(n for n in dir(module) if not n.startswith("_") and not isinstance(getattr(module, n), types.ModuleType))


NAMES = {"lax": lax, "nn": jax.nn, "initializers": jax.nn.initializers, "random": jax.random}

if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    recorder = Recorder()
    for part in (special, ragged, solvers, patches, places):
        part(recorder)
    table, counts = shapes()
    write("lax.json", VERSIONS, cases=recorder.cases, shapes=table, candidates=counts, names={k: public_names(m) for k, m in NAMES.items()})
