# Convolutions and reductions of windows.
import jax
import numpy as np
from cases import DIFFERENTIABLE
from jax import lax
from ops_reduce import distinct, exact

F32, F64, I32 = np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.int32)

# lhs shape, rhs shape, keywords of conv_general_dilated (strides and padding by position in JAX).
CONVOLUTIONS = {
    "1d-valid": ((2, 3, 7), (4, 3, 3), {"padding": "VALID"}),
    "1d-same-stride": ((1, 2, 8), (3, 2, 4), {"window_strides": (3,), "padding": "SAME"}),
    "1d-same-lower": ((1, 2, 8), (3, 2, 4), {"window_strides": (2,), "padding": "SAME_LOWER"}),
    "2d": ((2, 3, 5, 6), (4, 3, 2, 3), {"padding": ((1, 2), (0, 1))}),
    "2d-stride": ((1, 2, 7, 6), (2, 2, 3, 2), {"window_strides": (2, 3), "padding": ((1, 1), (2, 0))}),
    "negative-padding": ((1, 2, 6, 6), (2, 2, 2, 2), {"padding": ((-1, 2), (1, -2))}),
    "lhs-dilation": ((1, 2, 4, 3), (3, 2, 3, 2), {"padding": ((1, 2), (0, 1)), "lhs_dilation": (2, 3)}),
    "rhs-dilation": ((1, 2, 7, 7), (3, 2, 2, 3), {"padding": ((1, 0), (2, 1)), "rhs_dilation": (3, 2)}),
    "all": (
        (2, 2, 6, 5),
        (3, 2, 3, 2),
        {"window_strides": (2, 3), "padding": ((2, 1), (1, 3)), "lhs_dilation": (3, 2), "rhs_dilation": (2, 3)},
    ),
    "channels-last": (
        (2, 5, 4, 3),
        (2, 2, 3, 4),
        {"window_strides": (2, 1), "padding": "SAME", "dimension_numbers": ("NHWC", "HWIO", "NHWC")},
    ),
    "swapped-spatial": (
        (2, 5, 4, 3),
        (3, 2, 2, 4),
        {"padding": "VALID", "dimension_numbers": ("NHWC", "IWHO", "CWNH"), "window_strides": (1, 2)},
    ),
    "feature-groups": ((2, 6, 5), (4, 3, 2), {"padding": ((1, 0),), "feature_group_count": 2}),
    "depthwise": ((1, 3, 4, 4), (6, 1, 2, 2), {"padding": "SAME", "feature_group_count": 3}),
    "batch-groups": ((4, 3, 5), (6, 3, 2), {"padding": ((0, 1),), "batch_group_count": 2}),
    "no-spatial": ((3, 4), (5, 4), {"padding": ()}),
    "window-too-large": ((1, 2, 2), (3, 2, 5), {"padding": "VALID"}),
}


def convolutions(recorder):
    for name, (left, right, keywords) in CONVOLUTIONS.items():
        for dtype in [*DIFFERENTIABLE, I32] if name in ("2d", "feature-groups") else [F64]:
            full = {"window_strides": (1,) * (len(left) - 2), **keywords}
            fn = lambda x, y, k=full: lax.conv_general_dilated(x, y, **k)
            inputs = [exact(left, dtype, 1), exact(right, dtype, 2)]
            recorder.record("conv_general_dilated", fn, inputs, full, name=f"{name}/{dtype}", grad=dtype in DIFFERENTIABLE)
    for name, shape, kernel, strides, padding, extra in [
        ("same", (1, 4, 5, 2), (3, 3, 2, 3), (2, 2), "SAME", {}),
        ("valid", (1, 4, 5, 2), (2, 3, 2, 3), (3, 2), "VALID", {}),
        ("small-kernel", (1, 4, 5, 2), (2, 1, 2, 3), (3, 3), "SAME", {}),
        ("pairs", (1, 4, 2), (3, 2, 3), (2,), ((1, 2),), {}),
        ("consistent", (1, 4, 2), (3, 2, 3), (2,), ((1, 0),), {"use_consistent_padding": True}),
        ("transpose-kernel", (1, 4, 5, 2), (3, 2, 3, 2), (2, 1), "SAME", {"transpose_kernel": True}),
        ("dilated", (1, 4, 2), (3, 2, 3), (2,), "SAME", {"rhs_dilation": (2,)}),
    ]:
        full = {"strides": strides, "padding": padding, **extra}
        fn = lambda x, y, k=full: lax.conv_transpose(x, y, **k)
        inputs = [exact(shape, F32, 3), exact(kernel, F32, 4)]
        recorder.record("conv_transpose", fn, inputs, full, name=name, grad=True)


WINDOWS = {
    "plain": ((6, 5), {"window_dimensions": (2, 3)}),
    "stride": ((7, 6), {"window_dimensions": (3, 2), "window_strides": (2, 3)}),
    "same": ((7, 6), {"window_dimensions": (3, 4), "window_strides": (2, 1), "padding": "SAME"}),
    "pairs": ((5, 4), {"window_dimensions": (2, 2), "window_strides": (1, 2), "padding": ((1, 2), (0, 1))}),
    "base-dilation": ((4, 3), {"window_dimensions": (3, 2), "base_dilation": (2, 3), "padding": ((1, 0), (0, 2))}),
    "window-dilation": ((7, 6), {"window_dimensions": (2, 3), "window_dilation": (3, 2), "padding": ((0, 1), (1, 0))}),
    "too-large": ((2, 3), {"window_dimensions": (3, 1)}),
    "image": ((1, 4, 6, 2), {"window_dimensions": (1, 2, 2, 1), "window_strides": (1, 2, 2, 1)}),
}
INITIAL = {"add": 0.0, "max": -np.inf, "min": np.inf}


def windows(recorder):
    for op in ("add", "max", "min"):
        for name, (shape, keywords) in WINDOWS.items():
            fn = lambda x, op=op, k=keywords: lax.reduce_window(x, np.asarray(INITIAL[op], x.dtype), getattr(lax, op), **k)
            grad = not (name == "window-dilation" and op != "add")
            params = {"computation": op, **keywords}
            recorder.record("reduce_window", fn, [distinct(shape, F64, 5)], params, name=f"{op}/{name}", grad=grad)
        ties = np.array([[1, 1, 0, 2], [1, 1, 2, 2], [0, 0, 0, 0]], F32)
        keywords = {"window_dimensions": (2, 2), "window_strides": (1, 1)}
        fn = lambda x, op=op: lax.reduce_window(x, np.asarray(INITIAL[op], x.dtype), getattr(lax, op), **keywords)
        recorder.record("reduce_window", fn, [ties], {"computation": op, **keywords}, name=f"{op}/ties", grad=True)
        edges = np.array([1, np.nan, 2, np.inf, -np.inf, 0], F32)
        keywords = {"window_dimensions": (2,)}
        fn = lambda x, op=op: lax.reduce_window(x, np.asarray(INITIAL[op], x.dtype), getattr(lax, op), **keywords)
        recorder.record("reduce_window", fn, [edges], {"computation": op, **keywords}, name=f"{op}/edges")
    fn = lambda x: lax.reduce_window(x, np.float64(1), lax.mul, (2, 3), (1, 2), "SAME")
    params = {"computation": "mul", "window_dimensions": (2, 3), "window_strides": (1, 2), "padding": "SAME"}
    recorder.record("reduce_window", fn, [exact((4, 5), F64, 6)], params, name="mul")
    # The second derivative of max pooling, at a point without ties.
    pool = lambda x: lax.reduce_window(x * x, np.float64(-np.inf), lax.max, (2, 2), (2, 2), "VALID")
    fn = lambda x: jax.grad(lambda y: (pool(y) ** 2).sum())(x)
    recorder.record("max_pool_gradient", fn, [distinct((4, 4), F64, 7)], {}, name="float64", grad=True)


def record(recorder):
    convolutions(recorder)
    windows(recorder)
