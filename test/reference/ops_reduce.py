# Reductions, cumulative operations, argmax, sort, top_k and products.
import numpy as np
from cases import BFLOAT16, BOOL, DIFFERENTIABLE, FLOATS, INTEGERS
from jax import lax

F32, F64, F16 = (np.dtype(t) for t in ("float32", "float64", "float16"))
I32 = np.dtype(np.int32)


def exact(shape, dtype, seed=0):
    """Multiples of 1/4 in ±2 (or small integers): sums and products of a few are exact in every type."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(-8, 9, shape)
    if np.dtype(dtype) == BOOL:
        return drawn > 0
    if np.dtype(dtype) in FLOATS:
        return (drawn / 4).astype(dtype)
    return np.abs(drawn).astype(dtype) if np.dtype(dtype).kind == "u" else drawn.astype(dtype)


def distinct(shape, dtype, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.permutation(int(np.prod(shape))).reshape(shape) / 4 - 2).astype(dtype)


def reductions(recorder):
    axes_of = {"all": (0, 1, 2), "last": (2,), "outer": (0, 2), "none": ()}
    for op in ("reduce_sum", "reduce_prod", "reduce_max", "reduce_min"):
        fn_of = lambda axes, op=op: lambda x: getattr(lax, op)(x, axes)
        for dtype in [*FLOATS, *INTEGERS]:
            for name, axes in axes_of.items():
                x = exact((2, 3, 4), dtype)
                grad = dtype in DIFFERENTIABLE
                recorder.record(op, fn_of(axes), [x], {"axes": axes}, name=f"{dtype}/{name}", grad=grad)
            recorder.record(op, fn_of((1,)), [np.zeros((2, 0), dtype)], {"axes": (1,)}, name=f"{dtype}/empty")
        for dtype in FLOATS:
            x = np.array([[1, np.nan, 2], [np.inf, -np.inf, 0], [0.0, -0.0, 0.0], [-np.inf, -np.inf, -np.inf]], dtype)
            recorder.record(op, fn_of((1,)), [x], {"axes": (1,)}, name=f"{dtype}/edges")
        for dtype in DIFFERENTIABLE:
            x = distinct((3, 4), dtype)
            recorder.record(op, fn_of((1,)), [x], {"axes": (1,)}, name=f"{dtype}/distinct", grad=True)
            ties = np.array([[1, 1, 1], [2, 0, 2], [0, 0, -1]], dtype)
            recorder.record(op, fn_of((1,)), [ties], {"axes": (1,)}, name=f"{dtype}/ties", grad=True)
    for op in ("reduce_and", "reduce_or", "reduce_xor"):
        for dtype in [BOOL, np.dtype(np.int32), np.dtype(np.uint8)]:
            for name, axes in axes_of.items():
                fn = lambda x, axes=axes, op=op: getattr(lax, op)(x, axes)
                recorder.record(op, fn, [exact((2, 3, 4), dtype)], {"axes": axes}, name=f"{dtype}/{name}")
            fn = lambda x, op=op: getattr(lax, op)(x, (1,))
            recorder.record(op, fn, [np.zeros((2, 0), dtype)], {"axes": (1,)}, name=f"{dtype}/empty")
    long = np.random.default_rng(5).standard_normal((2, 4096)).astype(F32)
    recorder.record("reduce_sum", lambda x: lax.reduce_sum(x, (1,)), [long], {"axes": (1,)}, name="float32/long")


def arguments(recorder):
    for op in ("argmax", "argmin"):
        for dtype in [*FLOATS, *INTEGERS, BOOL]:
            for axis in (0, 1):
                for index in ("int32", "int64", "uint8"):
                    if index != "int32" and dtype != F32:
                        continue
                    fn = lambda x, op=op, axis=axis, index=index: getattr(lax, op)(x, axis, np.dtype(index))
                    params = {"axes": [axis], "index_dtype": index}
                    name = f"{dtype}/axis={axis}/{index}"
                    recorder.record(op, fn, [exact((3, 5), dtype, 3)], params, name=name)
        for dtype in FLOATS:
            x = np.array(
                [[1, np.nan, 3, np.nan], [2, 2, 1, 1], [0.0, -0.0, 0.0, -0.0], [np.inf, np.nan, -np.inf, 0], [-np.inf] * 4],
                dtype,
            )
            fn = lambda x, op=op: getattr(lax, op)(x, 1, np.dtype("int32"))
            recorder.record(op, fn, [x], {"axes": [1], "index_dtype": "int32"}, name=f"{dtype}/edges")


def cumulative(recorder):
    for op in ("cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp"):
        for dtype in [*FLOATS, I32, np.dtype(np.uint8)]:
            if op == "cumlogsumexp" and dtype not in FLOATS:
                continue
            for axis in (0, 1):
                for reverse in (False, True):
                    fn = lambda x, op=op, a=axis, r=reverse: getattr(lax, op)(x, axis=a, reverse=r)
                    params = {"axis": axis, "reverse": reverse}
                    grad = dtype in DIFFERENTIABLE
                    x = distinct((3, 4), dtype) if grad else exact((3, 4), dtype, 2)
                    name = f"{dtype}/axis={axis}{'/reverse' if reverse else ''}"
                    recorder.record(op, fn, [x], params, name=name, grad=grad)
        x = np.array([[1, np.nan, 2, 0], [-np.inf, -np.inf, 1, np.inf]], F32)
        fn = lambda x, op=op: getattr(lax, op)(x, axis=1)
        recorder.record(op, fn, [x], {"axis": 1, "reverse": False}, name="float32/edges")
        ties = np.array([1, 1, 0, 2, 2], F32)
        fn = lambda x, op=op: getattr(lax, op)(x, axis=0)
        recorder.record(op, fn, [ties], {"axis": 0, "reverse": False}, name="float32/ties", grad=True)


def sorting(recorder):
    for dtype in [*FLOATS, *INTEGERS, BOOL]:
        grad = dtype in DIFFERENTIABLE
        for dimension in (0, 1):
            x = distinct((3, 5), dtype, 4) if grad else exact((3, 5), dtype, 4)
            fn = lambda x, d=dimension: lax.sort(x, dimension=d)
            params = {"dimension": dimension, "is_stable": True, "num_keys": 1}
            recorder.record("sort", fn, [x], params, name=f"{dtype}/dim={dimension}", grad=grad)
        for k in (1, 3, 5):
            if dtype == BOOL:
                continue
            x = distinct((2, 5), dtype, 6) if grad else exact((2, 5), dtype, 6)
            fn = lambda x, k=k: tuple(lax.top_k(x, k))
            recorder.record("top_k", fn, [x], {"k": k}, name=f"{dtype}/k={k}", grad=grad)
    for dtype in FLOATS:
        x = np.array([np.nan, 1, -0.0, 0.0, -np.inf, np.inf, -1, np.nan, 0.0, -0.0], dtype)
        params = {"dimension": 0, "is_stable": True, "num_keys": 1}
        recorder.record("sort", lambda x: lax.sort(x, dimension=0), [x], params, name=f"{dtype}/edges")
        recorder.record("top_k", lambda x: tuple(lax.top_k(x, 6)), [x], {"k": 6}, name=f"{dtype}/edges")
    for num_keys in (1, 2):
        a = np.array([2, 1, 2, 1, 2, 0], F32)
        b = np.array([3, 2, 1, 2, 1, 0], I32)
        c = np.arange(6).astype(F32)
        fn = lambda *xs, n=num_keys: tuple(lax.sort(xs, dimension=0, num_keys=n))
        params = {"dimension": 0, "is_stable": True, "num_keys": num_keys}
        recorder.record("sort", fn, [a, b, c], params, name=f"several/keys={num_keys}", grad=True)


DOTS = {
    "vector-vector": ((4,), (4,), (((0,), (0,)), ((), ()))),
    "matrix-vector": ((3, 4), (4,), (((1,), (0,)), ((), ()))),
    "matrix-matrix": ((3, 4), (4, 5), (((1,), (0,)), ((), ()))),
    "transposed-left": ((4, 3), (4, 5), (((0,), (0,)), ((), ()))),
    "transposed-right": ((3, 4), (5, 4), (((1,), (1,)), ((), ()))),
    "batch": ((2, 3, 4), (2, 4, 5), (((2,), (1,)), ((0,), (0,)))),
    "batch-inner": ((3, 2, 4), (4, 5, 2), (((2,), (0,)), ((1,), (2,)))),
    "two-batch": ((2, 3, 4, 5), (2, 3, 6, 5), (((3,), (3,)), ((0, 1), (0, 1)))),
    "two-batch-swapped": ((2, 3, 4, 5), (3, 2, 6, 5), (((3,), (3,)), ((0, 1), (1, 0)))),
    "two-contracted": ((2, 3, 4), (4, 3, 5), (((1, 2), (1, 0)), ((), ()))),
    "outer": ((3,), (4,), (((), ()), ((), ()))),
    "batch-only": ((2, 3), (2, 3), (((), ()), ((0, 1), (0, 1)))),
    "high-rank": ((2, 3, 4), (4, 5, 2), (((2,), (0,)), ((), ()))),
    "empty": ((3, 0), (0, 2), (((1,), (0,)), ((), ()))),
}


def products(recorder):
    for name, (left, right, numbers) in DOTS.items():
        for dtype in [*DIFFERENTIABLE, F16, BFLOAT16, I32]:
            fn = lambda a, b, n=numbers, d=dtype: lax.dot_general(a, b, n, preferred_element_type=d)
            inputs = [exact(left, dtype, 7), exact(right, dtype, 8)]
            params = {"dimension_numbers": numbers, "preferred_element_type": dtype}
            recorder.record("dot_general", fn, inputs, params, name=f"{dtype}/{name}", grad=dtype in DIFFERENTIABLE)
    numbers = DOTS["matrix-matrix"][2]
    for left, right, result in [
        ("bfloat16", "bfloat16", "float32"),
        ("float16", "float16", "float32"),
        ("int8", "int8", "int32"),
        ("uint8", "uint8", "uint32"),
        ("float32", "float32", "float64"),
    ]:
        to = lambda name: BFLOAT16 if name == "bfloat16" else np.dtype(name)
        inputs = [exact((3, 4), to(left), 9), exact((4, 5), to(right), 10)]
        fn = lambda a, b, r=result: lax.dot_general(a, b, numbers, preferred_element_type=to(r))
        params = {"dimension_numbers": numbers, "preferred_element_type": result}
        recorder.record("dot_general", fn, inputs, params, name=f"{left}-{right}-{result}")
    rng = np.random.default_rng(11)
    inputs = [rng.standard_normal((8, 48)).astype(F32), rng.standard_normal((48, 8)).astype(F32)]
    params = {"dimension_numbers": numbers, "preferred_element_type": "float32"}
    fn = lambda a, b: lax.dot_general(a, b, numbers, preferred_element_type=F32)
    recorder.record("dot_general", fn, inputs, params, name="float32/rounded", grad=True)


def record(recorder):
    reductions(recorder)
    arguments(recorder)
    cumulative(recorder)
    sorting(recorder)
    products(recorder)
