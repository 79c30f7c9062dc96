# Records jax.numpy and jax.nn where their meaning is easy to miss: einsum, indexing, edges. fixtures/numpy.json.
import jax
import jax.numpy as jnp
import numpy as np
from cases import VERSIONS, Recorder
from fixture import write

F32 = np.float32
I32 = np.int32


def exact(*shape):
    drawn = np.random.default_rng(int(np.prod(shape)) + len(shape)).integers(-8, 9, shape)
    return (drawn / 4).astype(F32)


EINSUMS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("bthd,bshd->bhts", (2, 3, 2, 4), (2, 5, 2, 4)),
    ("btkgd,bskd->bkgts", (1, 3, 2, 2, 4), (1, 5, 2, 4)),
    ("...ij,...jk->...ik", (2, 2, 3), (2, 3, 4)),
    ("...d,df->...f", (2, 3, 4), (4, 5)),
    ("i,j->ij", (3,), (4,)),
    ("i,i->", (4,), (4,)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("ij->ji", (2, 3)),
    ("ijk->k", (2, 3, 4)),
    ("ij,ij->j", (2, 3), (2, 3)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
    ("ab,b->ba", (2, 3), (3,)),
    ("ij,ik->jk", (4, 2), (4, 3)),
    ("i...,i...->...", (3, 2), (3, 2)),
    ("ij,k->ij", (2, 3), (4,)),
]


def einsum(recorder):
    for spec, *shapes in EINSUMS:
        inputs = [exact(*shape) for shape in shapes]
        fn = lambda *xs, s=spec: jnp.einsum(s, *xs)
        recorder.record("einsum", fn, inputs, {"subscripts": spec}, name=spec, grad=True)


def sl(start=None, stop=None, step=None):
    return {"slice": [start, stop, step]}


# Index entries: int, null (new axis), "...", {"slice": [a, b, step]}, {"array": n} (the n-th index tensor).
INDEXES = [
    ([1], []),
    ([-1], []),
    ([1, 2], []),
    ([sl(1, 3)], []),
    ([sl(None, None, 2)], []),
    ([sl(None, None, -1)], []),
    ([sl(-2, None), sl(None, -1)], []),
    ([sl(3, 0, -2), 1], []),
    ([sl(2, 2)], []),
    ([sl(0, 100)], []),
    (["...", 0], []),
    ([None, "...", None], []),
    ([0, "...", sl(1, 3)], []),
    ([{"array": 0}], [np.array([2, 0, 2], I32)]),
    ([{"array": 0}], [np.array([[0, 3], [-1, 1]], I32)]),
    ([{"array": 0}], [np.array([4, -5, 100], I32)]),
    ([sl(), {"array": 0}], [np.array([1, 1, 0], I32)]),
    ([{"array": 0}, {"array": 1}], [np.array([0, 2], I32), np.array([1, 3], I32)]),
    ([{"array": 0}, {"array": 1}], [np.array([[0], [2]], I32), np.array([1, 3], I32)]),
    ([{"array": 0}, sl(), {"array": 1}], [np.array([0, 2], I32), np.array([1, 0], I32)]),
    ([sl(), {"array": 0}, {"array": 1}], [np.array([0, 2], I32), np.array([1, 0], I32)]),
    ([{"array": 0}, 1], [np.array([3, 3, 0], I32)]),
    ([None, {"array": 0}], [np.array([1, 2], I32)]),
    (["...", {"array": 0}], [np.array([2, 2], I32)]),
    ([{"array": 0}], [np.array(2, I32)]),
    ([{"array": 0}], [np.zeros((0,), I32)]),
    ([{"array": 0}], [np.array([1, 3], np.uint8)]),
]


def index_of(entries, tensors):
    made = []
    for entry in entries:
        if isinstance(entry, dict) and "slice" in entry:
            made.append(slice(*entry["slice"]))
        elif isinstance(entry, dict):
            made.append(tensors[entry["array"]])
        else:
            made.append(Ellipsis if entry == "..." else entry)
    return tuple(made)


def indexing(recorder):
    x = np.arange(4 * 5 * 2, dtype=F32).reshape(4, 5, 2)
    for position, (entries, tensors) in enumerate(INDEXES):
        # Both the plain reading and the writings; x must be a jax array, as NumPy's own indexing would be used.
        read = lambda x, *ids, e=entries: jnp.asarray(x)[index_of(e, ids)]
        params = {"index": entries}
        recorder.record("getitem", read, [x, *tensors], params, name=str(position), grad=True)
        shape = np.shape(jnp.asarray(x)[index_of(entries, tensors)])
        value = exact(*shape) if shape else np.array(0.75, F32)
        for op in ("set", "add", "multiply", "min", "max"):
            repeated = any(len(set(map(int, t.reshape(-1)))) < t.size for t in tensors)
            if op == "set" and repeated:
                continue  # which of two writes to one place wins is not defined
            write_at = lambda x, v, *ids, e=entries, op=op: getattr(jnp.asarray(x).at[index_of(e, ids)], op)(v)
            grad = op in ("set", "add")
            recorder.record(f"at_{op}", write_at, [x, value, *tensors], params, name=str(position), grad=grad)
        scalar = np.array(-1.5, F32)
        recorder.record("at_add", write_at_scalar(entries), [x, scalar, *tensors], params, name=f"{position}/scalar", grad=True)


def write_at_scalar(entries):
    return lambda x, v, *ids: jnp.asarray(x).at[index_of(entries, ids)].add(v)


def taking(recorder):
    x = np.arange(12, dtype=F32).reshape(3, 4)
    for mode in (None, "fill", "clip", "wrap"):
        ids = np.array([0, 2, -1, 5, -7], I32)
        for axis in (0, 1, None):
            fn = lambda x, i, a=axis, m=mode: jnp.take(x, i, axis=a, mode=m)
            params = {"axis": axis, "mode": mode}
            recorder.record("take", fn, [x, ids], params, name=f"{mode}/axis={axis}", grad=True)
        if mode == "wrap":
            continue  # not a mode of take_along_axis
        along = np.array([[0, 3], [-1, 9], [2, 2]], I32)
        fn = lambda x, i, m=mode: jnp.take_along_axis(x, i, axis=1, mode=m)
        recorder.record("take_along_axis", fn, [x, along], {"axis": 1, "mode": mode}, name=f"{mode}/axis=1", grad=True)
    rows = np.array([[2, 0, 1, 1]], I32)
    fn = lambda x, i: jnp.take_along_axis(x, i, axis=0)
    recorder.record("take_along_axis", fn, [x, rows], {"axis": 0, "mode": None}, name="axis=0", grad=True)


def activations(recorder):
    inf, nan = np.inf, np.nan
    rows = np.array(
        [[1, 2, 3], [0, 0, 0], [1000, -1000, 999], [-inf, 0, 1], [-inf, -inf, -inf], [inf, 0, 1], [nan, 0, 1]], F32
    )
    tame = exact(3, 4)
    for op in ("softmax", "log_softmax", "logsumexp"):
        fn = lambda x, op=op: getattr(jax.nn, op)(x, axis=-1)
        recorder.record(op, fn, [rows], {"axis": -1}, name="edges")
        recorder.record(op, fn, [tame], {"axis": -1}, name="axis=-1", grad=True)
        fn = lambda x, op=op: getattr(jax.nn, op)(x, axis=0)
        recorder.record(op, fn, [tame], {"axis": 0}, name="axis=0", grad=True)
        recorder.record(op, fn, [tame.astype(jnp.bfloat16)], {"axis": 0}, name="bfloat16")
    where = np.array([[True, False, True, True]] * 3)
    fn = lambda x, w: jax.nn.softmax(x, axis=-1, where=w)
    recorder.record("softmax", fn, [tame, where], {"axis": -1}, name="where", grad=True)
    mask = np.array([[0.5, -2.0, 0.0, 1.0]] * 3, F32)
    fn = lambda x, b: jax.nn.logsumexp(x, axis=-1, b=b)
    recorder.record("logsumexp", fn, [tame, mask], {"axis": -1}, name="b", grad=True)
    points = np.array([-inf, -100, -20, -3, -1, -0.0, 0, 1e-3, 1, 3, 20, 100, inf, nan], F32)
    inside = np.array([-20, -3, -1, 0, 1e-3, 1, 3, 20], F32)
    for op in ("silu", "gelu", "relu", "sigmoid", "softplus", "log_sigmoid", "elu", "leaky_relu", "relu6"):
        fn = getattr(jax.nn, op)
        recorder.record(op, fn, [points], {}, name="edges")
        recorder.record(op, fn, [inside], {}, name="points", grad=True)
    fn = lambda x: jax.nn.gelu(x, approximate=False)
    recorder.record("gelu", fn, [inside], {"approximate": False}, name="exact", grad=True)
    for dtype in ("float32", "int32", "bfloat16"):
        ids = np.array([[0, 2], [3, -1], [4, 100]], I32)
        fn = lambda i, d=dtype: jax.nn.one_hot(i, 4, dtype=jnp.dtype(d))
        recorder.record("one_hot", fn, [ids], {"num_classes": 4, "dtype": dtype}, name=dtype)
    fn = lambda x: jax.nn.standardize(x, axis=-1)
    recorder.record("standardize", fn, [tame], {"axis": -1}, name="axis=-1", grad=True)


def selections(recorder):
    x = np.array([-1.0, 0.0, 2.0], F32)
    fn = lambda x: jnp.where(x > 0, jnp.log(x), 0.0)
    recorder.record("where_log", fn, [x], {}, name="nan-gradient-at-0", grad=True)
    ties = np.array([1.0, 2.0, 2.0, 0.0], F32)
    recorder.record("max", lambda x: jnp.max(x), [ties], {}, name="ties", grad=True)
    recorder.record("clip", lambda x: jnp.clip(x, 0, 2), [ties], {"min": 0, "max": 2}, name="edges", grad=True)
    recorder.record("median", lambda x: jnp.median(x), [ties], {}, name="ties", grad=True)
    recorder.record("mean", lambda x: jnp.mean(x, axis=0), [exact(3, 4)], {"axis": 0}, name="axis=0", grad=True)
    for ddof in (0, 1):
        fn = lambda x, d=ddof: jnp.var(x, axis=0, ddof=d)
        recorder.record("var", fn, [exact(3, 4)], {"axis": 0, "ddof": ddof}, name=f"ddof={ddof}", grad=True)
    signs = np.array([-7, -1, 0, 1, 7], I32)
    by = np.array([3, -3, 2, 0, -2], I32)
    for op in ("floor_divide", "remainder", "mod", "fmod", "divide", "true_divide", "power"):
        if op == "power":
            recorder.record(op, jnp.power, [signs, np.array([3, 2, 0, 5, 1], I32)], {}, name="int32")
            continue
        recorder.record(op, getattr(jnp, op), [signs, by], {}, name="int32")
        recorder.record(op, getattr(jnp, op), [signs.astype(F32) / 2, by.astype(F32)], {}, name="float32")
    for args in [(5,), (2, 8), (8, 2, -2), (0, 1, 0.25), (0.0, 1.0, 0.3)]:
        recorder.record("arange", lambda a=args: jnp.arange(*a), [], {"args": list(args)}, name=str(args))
    for args in [(0, 1, 5), (-1, 1, 4), (3, 3, 2), (0, 1, 1)]:
        recorder.record("linspace", lambda a=args: jnp.linspace(*a), [], {"args": list(args)}, name=str(args))
    for k in (-1, 0, 2):
        for op in ("tril", "triu"):
            fn = lambda x, k=k, op=op: getattr(jnp, op)(x, k)
            recorder.record(op, fn, [exact(3, 4)], {"k": k}, name=f"k={k}", grad=True)


if __name__ == "__main__":
    recorder = Recorder()
    for family in (einsum, indexing, taking, activations, selections):
        family(recorder)
    write("numpy.json", VERSIONS, cases=recorder.cases)
