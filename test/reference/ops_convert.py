# Conversions between all element types, and reinterpretations of their bits.
import numpy as np
from cases import ALL, BOOL, DIFFERENTIABLE, FLOATS
from jax import lax
from ops_elementwise import float_edges, integer_edges


def edges(dtype):
    if dtype == BOOL:
        return np.array([False, True])
    if dtype not in FLOATS:
        return integer_edges(dtype)
    limits = [2.0**bits + sign for bits in (7, 8, 15, 16, 31, 32, 63, 64) for sign in (-1.0, 0.0, 1.0)]
    with np.errstate(over="ignore"):
        beyond = np.array([*limits, *(-v for v in limits), 0.999, -0.999, 254.5, 255.5, -128.5, 65519.0, 65520.0, 1e-8, 3e-39])
        return np.concatenate([float_edges(dtype), beyond.astype(dtype)])


def record(recorder):
    for source in ALL:
        for target in ALL:
            fn = lambda x, target=target: lax.convert_element_type(x, target)
            params = {"new_dtype": target}
            recorder.record("convert_element_type", fn, [edges(source)], params, name=f"{source}-{target}")
            if source in DIFFERENTIABLE and target in DIFFERENTIABLE:
                x = np.array([-1.5, 0.0, 2.25], source)
                name = f"{source}-{target}/points"
                recorder.record("convert_element_type", fn, [x], params, name=name, grad=True)
    nans = {
        "float16": np.array([0x7E00, 0x7D01, 0xFE55], np.uint16),
        "bfloat16": np.array([0x7FC0, 0x7F81, 0xFFD5], np.uint16),
        "float32": np.array([0x7FC00000, 0x7F800001, 0xFFD54321], np.uint32),
        "float64": np.array([0x7FF8000000000000, 0x7FF0000000000001, 0xFFF8765432100001], np.uint64),
    }
    for source in ALL:
        for target in ALL:
            if source == BOOL or target == BOOL or source.itemsize < target.itemsize:
                continue
            fn = lambda x, target=target: lax.bitcast_convert_type(x, target)
            params = {"new_dtype": target}
            name = f"{source}-{target}"
            recorder.record("bitcast_convert_type", fn, [edges(source)[:20]], params, name=name)
            if source.itemsize == target.itemsize and str(target) in nans and source not in FLOATS:
                bits = nans[str(target)].view(source)
                recorder.record("bitcast_convert_type", fn, [bits], params, name=f"{name}/nan")
    for source, target in [("uint8", "uint32"), ("uint16", "float32"), ("uint32", "float64"), ("uint32", "uint64")]:
        ratio = np.dtype(target).itemsize // np.dtype(source).itemsize
        x = np.arange(3 * ratio, dtype=source).reshape(3, ratio) + np.array(60, source)
        fn = lambda x, target=target: lax.bitcast_convert_type(x, np.dtype(target))
        recorder.record("bitcast_convert_type", fn, [x], {"new_dtype": target}, name=f"{source}-{target}/widen")
