# Movement: broadcast, reshape, transpose, slices, concatenate, pad, rev, iota; gather and scatter.
import numpy as np
from cases import ALL, DIFFERENTIABLE
from jax import lax
from ops_reduce import distinct

F32, I32 = np.dtype(np.float32), np.dtype(np.int32)


def each(recorder, op, fn_of, cases):
    """cases: name → (inputs' shapes, params). Every dtype once on the first case, the two wide floats on all."""
    for position, (name, (shapes, params)) in enumerate(cases.items()):
        for dtype in ALL if position == 0 else DIFFERENTIABLE:
            inputs = [(np.arange(np.prod(shape)).reshape(shape) + 7 * i).astype(dtype) for i, shape in enumerate(shapes)]
            recorder.record(op, fn_of(params), inputs, params, name=f"{dtype}/{name}", grad=dtype in DIFFERENTIABLE)


def movement(recorder):
    cases = {
        "rows": ([(3,)], {"shape": (2, 3), "broadcast_dimensions": (1,)}),
        "columns": ([(3,)], {"shape": (3, 2), "broadcast_dimensions": (0,)}),
        "scalar": ([()], {"shape": (2, 3), "broadcast_dimensions": ()}),
        "ones": ([(1, 3)], {"shape": (2, 3), "broadcast_dimensions": (0, 1)}),
        "middle": ([(2, 4)], {"shape": (2, 3, 4), "broadcast_dimensions": (0, 2)}),
        "empty": ([(1,)], {"shape": (0, 1), "broadcast_dimensions": (1,)}),
    }
    each(recorder, "broadcast_in_dim", lambda p: lambda x: lax.broadcast_in_dim(x, **p), cases)
    cases = {
        "flatten": ([(2, 3)], {"new_sizes": (6,)}),
        "split": ([(6,)], {"new_sizes": (3, 1, 2)}),
        "mixed": ([(4, 6)], {"new_sizes": (2, 12)}),
        "to-scalar": ([(1, 1)], {"new_sizes": ()}),
        "empty": ([(0, 3)], {"new_sizes": (3, 0, 2)}),
    }
    each(recorder, "reshape", lambda p: lambda x: lax.reshape(x, **p), cases)
    cases = {
        "matrix": ([(2, 3)], {"permutation": (1, 0)}),
        "rotate": ([(2, 3, 4)], {"permutation": (2, 0, 1)}),
        "heads": ([(2, 3, 2, 4)], {"permutation": (0, 2, 1, 3)}),
        "identity": ([(2, 3)], {"permutation": (0, 1)}),
    }
    each(recorder, "transpose", lambda p: lambda x: lax.transpose(x, **p), cases)
    cases = {
        "strided": ([(5, 6)], {"start_indices": (1, 0), "limit_indices": (5, 6), "strides": (2, 4)}),
        "plain": ([(5, 6)], {"start_indices": (1, 2), "limit_indices": (4, 3), "strides": None}),
        "empty": ([(5,)], {"start_indices": (2,), "limit_indices": (2,), "strides": None}),
        "whole": ([(5,)], {"start_indices": (0,), "limit_indices": (5,), "strides": (1,)}),
        "overlong": ([(5,)], {"start_indices": (0,), "limit_indices": (5,), "strides": (7,)}),
    }
    each(recorder, "slice", lambda p: lambda x: lax.slice(x, **p), cases)
    cases = {
        "rows": ([(2, 3), (1, 3)], {"dimension": 0}),
        "columns": ([(2, 1), (2, 2), (2, 3)], {"dimension": 1}),
        "empty": ([(2,), (0,), (3,)], {"dimension": 0}),
        "one": ([(2, 2)], {"dimension": 0}),
    }
    each(recorder, "concatenate", lambda p: lambda *xs: lax.concatenate(xs, **p), cases)
    cases = {
        "edges": ([(2, 3), ()], {"padding_config": ((1, 0, 0), (2, 1, 0))}),
        "interior": ([(3, 2), ()], {"padding_config": ((0, 0, 2), (1, 1, 1))}),
        "negative": ([(5,), ()], {"padding_config": ((-1, -2, 0),)}),
        "negative-interior": ([(4,), ()], {"padding_config": ((-2, 1, 1),)}),
        "empty-source": ([(0,), ()], {"padding_config": ((2, 1, 3),)}),
    }
    each(recorder, "pad", lambda p: lambda x, v: lax.pad(x, v, **p), cases)
    cases = {
        "rows": ([(3, 2)], {"dimensions": (0,)}),
        "both": ([(3, 2)], {"dimensions": (0, 1)}),
        "none": ([(3, 2)], {"dimensions": ()}),
    }
    each(recorder, "rev", lambda p: lambda x: lax.rev(x, **p), cases)
    cases = {"some": ([(1, 3, 1)], {"dimensions": (0,)}), "all": ([(1, 1)], {"dimensions": (0, 1)})}
    each(recorder, "squeeze", lambda p: lambda x: lax.squeeze(x, **p), cases)
    cases = {"ends": ([(2, 3)], {"dimensions": (0, 3)}), "middle": ([(2, 3)], {"dimensions": (1,)})}
    each(recorder, "expand_dims", lambda p: lambda x: lax.expand_dims(x, **p), cases)
    cases = {"uneven": ([(6, 2)], {"sizes": (1, 2, 3), "axis": 0}), "columns": ([(2, 4)], {"sizes": (2, 2), "axis": 1})}
    each(recorder, "split", lambda p: lambda x: tuple(lax.split(x, **p)), cases)
    for dtype in ALL[1:]:
        for shape, dimension in [((5,), 0), ((2, 3), 0), ((2, 3), 1), ((0, 2), 1)]:
            params = {"dtype": dtype, "shape": shape, "dimension": dimension}
            fn = lambda d=dtype, s=shape, n=dimension: lax.broadcasted_iota(d, s, n)
            name = f"{dtype}/{'x'.join(map(str, shape))}/dim={dimension}"
            recorder.record("broadcasted_iota", fn, [], params, name=name)


def dynamic(recorder):
    starts = {"inside": (1, 2), "zero": (0, 0), "high": (9, 9), "negative": (-1, -3), "far": (-100, 2**31 - 1)}
    for name, start in starts.items():
        for dtype in DIFFERENTIABLE:
            x = np.arange(20).reshape(4, 5).astype(dtype)
            indices = [np.array(value, I32) for value in start]
            read = lambda x, *s: lax.dynamic_slice(x, s, (2, 3))
            params = {"slice_sizes": (2, 3)}
            # The lax functions first add the size to a negative start (Python's convention), then clamp.
            recorder.record("dynamic_slice", read, [x, *indices], params, name=f"{dtype}/{name}", grad=True)
            update = -np.arange(1, 7).reshape(2, 3).astype(dtype)
            write = lambda x, u, *s: lax.dynamic_update_slice(x, u, s)
            recorder.record("dynamic_update_slice", write, [x, update, *indices], name=f"{dtype}/{name}", grad=True)
            bare = lambda x, *s: lax.dynamic_slice_p.bind(x, *s, slice_sizes=(2, 3))
            recorder.record("dynamic_slice_p", bare, [x, *indices], params, name=f"{dtype}/{name}", grad=True)
            bare = lambda x, u, *s: lax.dynamic_update_slice_p.bind(x, u, *s)
            recorder.record("dynamic_update_slice_p", bare, [x, update, *indices], name=f"{dtype}/{name}", grad=True)
    for kind in ("uint8", "int8", "int64", "uint32"):
        x = np.arange(300).astype(F32)
        start = np.array(np.iinfo(kind).max, kind)
        fn = lambda x, s: lax.dynamic_slice(x, (s,), (4,))
        recorder.record("dynamic_slice", fn, [x, start], {"slice_sizes": (4,)}, name=f"start-{kind}")


def dimension_numbers(numbers):
    return {name: list(getattr(numbers, name)) for name in numbers._fields}


ROW_IDS = {
    "inside": [[2, 0, 2], [3, 1, 2]],
    "outside": [[0, 4, -1], [100, -100, 3]],
}


def rows(recorder):
    """The row lookup x[ids] and its accumulation, as lax.gather and lax.scatter_add spell them."""
    gather = lax.GatherDimensionNumbers(offset_dims=(2,), collapsed_slice_dims=(0,), start_index_map=(0,))
    scatter = lax.ScatterDimensionNumbers(
        update_window_dims=(2,), inserted_window_dims=(0,), scatter_dims_to_operand_dims=(0,)
    )
    for name, ids in ROW_IDS.items():
        ids = np.array(ids, I32)[..., None]
        for dtype in DIFFERENTIABLE:
            x = np.arange(20).reshape(4, 5).astype(dtype)
            for mode in ("clip", "fill", "promise_in_bounds"):
                if mode == "promise_in_bounds" and name == "outside":
                    continue
                params = {"dimension_numbers": dimension_numbers(gather), "slice_sizes": (1, 5), "mode": mode}
                fn = lambda x, i, m=mode: lax.gather(x, i, gather, (1, 5), mode=m)
                recorder.record("gather", fn, [x, ids], params, name=f"{dtype}/{name}/{mode}", grad=True)
                updates = (np.arange(30).reshape(2, 3, 5) / 4).astype(dtype)
                params = {"dimension_numbers": dimension_numbers(scatter), "mode": mode}
                fn = lambda x, i, u, m=mode: lax.scatter_add(x, i, u, scatter, mode=m)
                recorder.record("scatter_add", fn, [x, ids, updates], params, name=f"{dtype}/{name}/{mode}", grad=True)
    ints = np.arange(8).reshape(4, 2).astype(I32)
    outside = np.array(ROW_IDS["outside"], I32)[..., None]
    fn = lambda x, i: lax.gather(x, i, gather, (1, 2), mode="fill")
    params = {"dimension_numbers": dimension_numbers(gather), "slice_sizes": (1, 2), "mode": "fill"}
    recorder.record("gather", fn, [ints, outside], params, name="int32/outside/fill")
    unsigned = ints.astype(np.uint8)
    recorder.record("gather", fn, [unsigned, outside], params, name="uint8/outside/fill")


def along_axis(recorder):
    """take_along_axis on the last axis (the label's logit) as a batched gather."""
    numbers = lax.GatherDimensionNumbers(
        offset_dims=(),
        collapsed_slice_dims=(1,),
        start_index_map=(1,),
        operand_batching_dims=(0,),
        start_indices_batching_dims=(0,),
    )
    for dtype in DIFFERENTIABLE:
        x = distinct((3, 5), dtype)
        ids = np.array([[0], [4], [2]], I32)[..., None]
        params = {"dimension_numbers": dimension_numbers(numbers), "slice_sizes": (1, 1), "mode": "fill"}
        fn = lambda x, i: lax.gather(x, i, numbers, (1, 1), mode="fill")
        recorder.record("gather", fn, [x, ids], params, name=f"{dtype}/along-axis", grad=True)


def record(recorder):
    movement(recorder)
    dynamic(recorder)
    rows(recorder)
    along_axis(recorder)
