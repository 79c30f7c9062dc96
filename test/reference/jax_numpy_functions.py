# Records the functions of jax.numpy beyond indexing and einsum, one call a case. fixtures/numpy-functions.json.
import jax
import jax.numpy as jnp
import numpy as np
from cases import BFLOAT16, VERSIONS, Recorder
from fixture import encode, write

F32, I32, U8 = np.float32, np.int32, np.uint8
NAN, INF = np.nan, np.inf


def f(*values):
    return np.array(values, F32)


def i(*values):
    return np.array(values, I32)


def b(*values):
    return np.array(values, bool)


def exact(*shape, seed=0):
    drawn = np.random.default_rng([seed, *shape]).integers(-16, 17, shape)
    return (drawn / 4).astype(F32)


def flat(result):
    return tuple(jax.tree.leaves(result))


class Calls(Recorder):
    def call(self, op, fn, inputs, args, *, grad=False, name="", nondiff=()):
        """`args` is the call in jorts: "$n" is the n-th input, {"slice": […]} a range; the function is `np.<op>`."""
        number = sum(case["op"] == op for case in self.cases)
        label = name or str(number)
        run = lambda *xs: flat(fn(*xs))
        self.record(op, run, inputs, {"args": args}, name=label, grad=grad, nondiff=nondiff)


X = exact(3, 4)
HOLES = np.array([[1, NAN, 3, -2], [NAN, NAN, NAN, NAN], [5, 0.5, NAN, INF]], F32)
REPEATED = i(3, 1, 2, 3, 3, 1, 7)
ROWS = i(*[[1, 2], [0, 5], [1, 2], [0, 3]])


def sets(c):
    mixed = f(2, NAN, 1, 2, NAN, -0.0, 0.0, INF)
    for x in (REPEATED, mixed, b(True, False, True), ROWS, np.array([3, 1, 3], np.int8)):
        c.call("unique", jnp.unique, [x], ["$0"])
        all_ = {"returnIndex": True, "returnInverse": True, "returnCounts": True}
        full = dict(return_index=True, return_inverse=True, return_counts=True)
        c.call("unique", lambda x: jnp.unique(x, **full), [x], ["$0", all_])
        for size in (2, 12):
            c.call("unique", lambda x: jnp.unique(x, **full, size=size), [x], ["$0", {**all_, "size": size}])
            c.call("unique", lambda x: jnp.unique(x, **full, size=size, fill_value=1), [x], ["$0", {**all_, "size": size, "fillValue": 1}])
    c.call("unique", lambda x: jnp.unique(x, equal_nan=False), [mixed], ["$0", {"equalNan": False}])
    for axis in (0, 1):
        c.call("unique", lambda x: jnp.unique(x, axis=axis, return_inverse=True, return_counts=True), [ROWS], ["$0", {"axis": axis, "returnInverse": True, "returnCounts": True}])
    c.call("unique", lambda x: jnp.unique(x, axis=0, size=5, fill_value=-1), [ROWS], ["$0", {"axis": 0, "size": 5, "fillValue": -1}])
    c.call("unique", jnp.unique, [f()], ["$0"])
    for op, fn in (("uniqueAll", jnp.unique_all), ("uniqueCounts", jnp.unique_counts), ("uniqueInverse", jnp.unique_inverse), ("uniqueValues", jnp.unique_values)):
        c.call(op, fn, [mixed], ["$0"])
        c.call(op, lambda x: fn(x, size=9, fill_value=0), [mixed], ["$0", {"size": 9, "fillValue": 0}])
    x, y = i(5, 3, 3, 9, 1), i(3, 1, 4, 4, 8)
    for op, fn in (("union1d", jnp.union1d), ("intersect1d", jnp.intersect1d), ("setdiff1d", jnp.setdiff1d), ("setxor1d", jnp.setxor1d)):
        c.call(op, fn, [x, y], ["$0", "$1"])
        c.call(op, fn, [x, y.astype(F32)], ["$0", "$1"])
        for size in (1, 8):
            c.call(op, lambda x, y: fn(x, y, size=size), [x, y], ["$0", "$1", {"size": size}])
            c.call(op, lambda x, y: fn(x, y, size=size, fill_value=-7), [x, y], ["$0", "$1", {"size": size, "fillValue": -7}])
        if op != "union1d":
            c.call(op, lambda x, y: fn(x, y, assume_unique=True), [i(1, 5, 3), i(3, 4, 1)], ["$0", "$1", {"assumeUnique": True}])
            c.call(op, lambda x, y: fn(x, y, assume_unique=True, size=4, fill_value=0), [i(1, 5, 3), i(3, 4, 1)], ["$0", "$1", {"assumeUnique": True, "size": 4, "fillValue": 0}])
        c.call(op, fn, [x, i()], ["$0", "$1"])
    c.call("intersect1d", lambda x, y: jnp.intersect1d(x, y, return_indices=True), [x, y], ["$0", "$1", {"returnIndices": True}])
    c.call("intersect1d", lambda x, y: jnp.intersect1d(x, y, return_indices=True, size=4), [x, y], ["$0", "$1", {"returnIndices": True, "size": 4}])
    c.call("intersect1d", lambda x, y: jnp.intersect1d(x, y, return_indices=True, assume_unique=True), [i(1, 5, 3), i(3, 4, 1)], ["$0", "$1", {"returnIndices": True, "assumeUnique": True}])
    for method, theirs in (("auto", "auto"), ("binarySearch", "binary_search"), ("sort", "sort")):
        c.call("isin", lambda x, y: jnp.isin(x, y, method=theirs), [ROWS, i(2, 0)], ["$0", "$1", {"method": method}])
        c.call("isin", lambda x, y: jnp.isin(x, y, method=theirs, invert=True), [f(1, 4, 2.5), i(2, 1, 4)], ["$0", "$1", {"method": method, "invert": True}])
    c.call("isin", jnp.isin, [x, i()], ["$0", "$1"])


def quantiles(c):
    q = f(0, 0.3, 0.5, 1)
    for method in ("linear", "lower", "higher", "nearest", "midpoint", "inverted_cdf"):
        ours = "invertedCdf" if method == "inverted_cdf" else method
        smooth = method in ("linear", "midpoint")
        c.call("quantile", lambda x, q: jnp.quantile(x, q, axis=1, method=method), [X, q], ["$0", "$1", 1, {"method": ours}], grad=smooth, nondiff=(1,))
        c.call("nanquantile", lambda x, q: jnp.nanquantile(x, q, axis=1, method=method, keepdims=True), [HOLES, q], ["$0", "$1", {"axis": 1, "method": ours, "keepdims": True}])
        c.call("quantile", lambda x: jnp.quantile(x, 0.4, axis=(0, 2), method=method, keepdims=True), [exact(2, 3, 4)], ["$0", 0.4, {"axis": [0, 2], "method": ours, "keepdims": True}])
    w = f(1, 0, 2, 1)
    c.call("quantile", lambda x, w: jnp.quantile(x, 0.5, axis=1, method="inverted_cdf", weights=w), [X, w], ["$0", 0.5, {"axis": 1, "method": "invertedCdf", "weights": "$1"}])
    c.call("nanquantile", lambda x, q, w: jnp.nanquantile(x, q, axis=1, method="inverted_cdf", weights=w), [HOLES, q, w], ["$0", "$1", {"axis": 1, "method": "invertedCdf", "weights": "$2"}])
    c.call("quantile", lambda x: jnp.quantile(x, 0.5), [HOLES], ["$0", 0.5])
    c.call("quantile", lambda x: jnp.quantile(x, 0.25), [i(1, 2, 10)], ["$0", 0.25])
    c.call("quantile", lambda x: jnp.quantile(x, 0.3), [X.astype(BFLOAT16)], ["$0", 0.3])
    for op, fn in (("percentile", jnp.percentile), ("nanpercentile", jnp.nanpercentile)):
        c.call(op, lambda x: fn(x, 30.0, axis=0), [HOLES], ["$0", 30, 0])
        c.call(op, lambda x, q: fn(x, q), [HOLES, i(0, 50, 100)], ["$0", "$1"])
    for op, fn in (("median", jnp.median), ("nanmedian", jnp.nanmedian)):
        c.call(op, fn, [HOLES], ["$0"])
        c.call(op, lambda x: fn(x, axis=1, keepdims=True), [HOLES], ["$0", {"axis": 1, "keepdims": True}])
        c.call(op, lambda x: fn(x, axis=0), [exact(4, 3)], ["$0", 0], grad=True)


def reductions(c):
    mask = b(*[[True, False, True, True], [False] * 4, [True] * 4])
    for op, fn in (("nansum", jnp.nansum), ("nanprod", jnp.nanprod), ("nanmean", jnp.nanmean), ("nanmax", jnp.nanmax), ("nanmin", jnp.nanmin), ("nanvar", jnp.nanvar), ("nanstd", jnp.nanstd), ("nanargmax", jnp.nanargmax), ("nanargmin", jnp.nanargmin)):
        c.call(op, fn, [HOLES], ["$0"])
        c.call(op, lambda x: fn(x, axis=1), [HOLES], ["$0", 1])
        c.call(op, lambda x: fn(x, axis=0, keepdims=True), [HOLES], ["$0", {"axis": 0, "keepdims": True}])
        c.call(op, lambda x: fn(x, axis=0), [np.abs(ROWS)], ["$0", 0])
        if "arg" not in op:
            extra, js = ({"initial": 0.5}, {"initial": 0.5}) if op[3:] in ("max", "min") else ({}, {})
            c.call(op, lambda x, m: fn(x, axis=1, where=m, **extra), [HOLES, mask], ["$0", 1, {"where": "$1", **js}])
    for op, fn in (("var", jnp.var), ("std", jnp.std), ("nanvar", jnp.nanvar), ("nanstd", jnp.nanstd)):
        c.call(op, lambda x: fn(x, axis=0, ddof=1), [X], ["$0", 0, {"ddof": 1}], grad=True)
        c.call(op, lambda x: fn(x, axis=0, ddof=3), [X], ["$0", 0, {"ddof": 3}])
        c.call(op, lambda x, m: fn(x, axis=1, mean=m), [X, f(*[[1], [2], [0.5]])], ["$0", 1, {"mean": "$1"}])
    c.call("var", lambda x, m: jnp.var(x, axis=1, where=m), [X, mask], ["$0", 1, {"where": "$1"}])
    c.call("var", lambda x: jnp.var(x, correction=0.5), [X], ["$0", {"correction": 0.5}])
    for op, fn in (("sum", jnp.sum), ("prod", jnp.prod), ("max", jnp.max), ("min", jnp.min)):
        c.call(op, lambda x, m: fn(x, axis=(0, 1), where=m, initial=2), [X, mask], ["$0", [0, 1], {"where": "$1", "initial": 2}])
        c.call(op, lambda x: fn(x, axis=(2, 0), keepdims=True), [exact(2, 3, 2)], ["$0", [2, 0], {"keepdims": True}])
    c.call("sum", lambda x: jnp.sum(x, promote_integers=False), [np.array([100, 100], np.int8)], ["$0", {"promoteIntegers": False}])
    c.call("sum", lambda x: jnp.sum(x), [np.array([100, 100], np.int8)], ["$0"])
    w = f(1, 2, 0.5, 1)
    c.call("average", lambda x, w: jnp.average(x, 1, w), [X, w], ["$0", 1, "$1"], grad=True)
    c.call("average", lambda x, w: jnp.average(x, (1, 0), w, keepdims=True), [X, exact(4, 3) + 5], ["$0", {"axis": [1, 0], "weights": "$1", "keepdims": True}])
    c.call("average", lambda x, w: jnp.average(x, 1, w, returned=True), [X, w], ["$0", {"axis": 1, "weights": "$1", "returned": True}])
    c.call("average", lambda x: jnp.average(x, returned=True), [X], ["$0", {"returned": True}])
    for op, fn in (("cumulativeSum", jnp.cumulative_sum), ("cumulativeProd", jnp.cumulative_prod)):
        c.call(op, fn, [i(3, 1, 2)], ["$0"])
        c.call(op, fn, [np.array([100, 100, 3], np.int8)], ["$0"])
        c.call(op, lambda x: fn(x, axis=1, include_initial=True), [X], ["$0", {"axis": 1, "includeInitial": True}], grad=True)
        c.call(op, lambda x: fn(x, dtype=jnp.float32), [i(3, 1, 2)], ["$0", {"dtype": "float32"}])
    c.call("cumsum", lambda x: jnp.cumsum(x, dtype=bool), [i(0, 2, -2)], ["$0", {"dtype": "bool"}])
    c.call("cumsum", jnp.cumsum, [np.array([100, 100], np.int8)], ["$0"])


def numbers(c):
    x, y = i(12, -18, 0, 7, 0), i(8, 27, 5, -7, 0)
    for op, fn in (("gcd", jnp.gcd), ("lcm", jnp.lcm)):
        c.call(op, fn, [x, y], ["$0", "$1"])
        c.call(op, fn, [np.array([200, 6], U8), np.array([[4], [9]], U8)], ["$0", "$1"])
    c.call("bitwiseCount", jnp.bitwise_count, [i(0, 1, -1, 255, -256)], ["$0"])
    c.call("bitwiseCount", jnp.bitwise_count, [np.array([0, 127, 255], U8)], ["$0"])
    c.call("bitwiseLeftShift", jnp.bitwise_left_shift, [i(1, -3), i(4, 1)], ["$0", "$1"])
    c.call("bitwiseRightShift", jnp.bitwise_right_shift, [i(16, -3), i(4, 1)], ["$0", "$1"])
    bits = (np.arange(24).reshape(2, 12) % 3 == 0).astype(I32)
    for order in ("big", "little"):
        for axis in (None, 0, 1):
            c.call("packbits", lambda x: jnp.packbits(x, axis=axis, bitorder=order), [bits], ["$0", {"axis": axis, "bitorder": order}])
            c.call("unpackbits", lambda x: jnp.unpackbits(x, axis=axis, bitorder=order), [np.array([[2, 255], [129, 7]], U8)], ["$0", {"axis": axis, "bitorder": order}])
        for count in (5, -3, 20):
            c.call("unpackbits", lambda x: jnp.unpackbits(x, count=count, bitorder=order), [np.array([2, 129], U8)], ["$0", {"count": count, "bitorder": order}])
    values = f(1, -3.7, 0.1, 1e30, -1e-30, 0, -0.0, INF, -INF, NAN, 2**-126, 3.4e38)
    c.call("frexp", jnp.frexp, [values], ["$0"])
    c.call("frexp", jnp.frexp, [i(0, 5, -8)], ["$0"])
    for dtype in (np.float16, BFLOAT16):
        c.call("frexp", jnp.frexp, [np.array([1, -3.5, 100, 0.0625], dtype)], ["$0"])
        c.call("spacing", jnp.spacing, [np.array([1, -3.5, 100, 0], dtype)], ["$0"])
        c.call("ldexp", jnp.ldexp, [np.array([1, -3.5, 1.5], dtype), i(3, -2, 40)], ["$0", "$1"])
    c.call("frexp", lambda x: jnp.frexp(x)[0], [f(3, -0.3)], ["$0", "first"], grad=True, name="mantissa")
    c.call("ldexp", jnp.ldexp, [values, i(2, 3, -4, 20, -90, 5, 2, 1, 1, 1, 200, -250)], ["$0", "$1"])
    c.call("ldexp", jnp.ldexp, [f(0.5, 1, 1.5, -1), i(128, 127, 200, -126)], ["$0", "$1"])
    c.call("ldexp", jnp.ldexp, [i(3, 5), np.array([1, 2], np.int8)], ["$0", "$1"])
    c.call("ldexp", lambda x: jnp.ldexp(x, jnp.array([1, -2])), [f(1.5, -3)], ["$0", "shift"], grad=True, name="grad")
    c.call("spacing", jnp.spacing, [f(1, -3.7, 1e30, INF, NAN, 2**-100)], ["$0"])
    c.call("nextafter", jnp.nextafter, [f(1, -3.7, INF), f(2, -4, 0)], ["$0", "$1"])
    c.call("copysign", jnp.copysign, [f(1, -2, 3), f(-0.0, 1, -INF)], ["$0", "$1"])


def calculus(c):
    c.call("diff", lambda x: jnp.diff(x, n=2, axis=0), [exact(4, 3)], ["$0", 2, 0], grad=True)
    c.call("diff", lambda x, a: jnp.diff(x, prepend=2, append=a), [X, exact(3, 2)], ["$0", 1, {"prepend": 2, "append": "$1"}], grad=True)
    c.call("diff", jnp.diff, [b(True, False, False)], ["$0"])
    c.call("ediff1d", lambda x, a, e: jnp.ediff1d(x, to_end=e, to_begin=a), [X, f(7, 8), f(9)], ["$0", {"toBegin": "$1", "toEnd": "$2"}], grad=True)
    c.call("ediff1d", jnp.ediff1d, [i(1, 4, 9)], ["$0"])
    c.call("gradient", lambda x: jnp.gradient(x), [X], ["$0"], grad=True)
    c.call("gradient", lambda x: jnp.gradient(x, 2.0, axis=0), [X], ["$0", 2, {"axis": 0}], grad=True)
    c.call("gradient", lambda x, h: jnp.gradient(x, 0.5, h), [X, f(0, 1, 3, 4.5)], ["$0", 0.5, "$1"], grad=True)
    c.call("gradient", lambda x: jnp.gradient(x), [i(1, 4, 9, 16)], ["$0"])
    c.call("trapezoid", jnp.trapezoid, [X], ["$0"], grad=True)
    c.call("trapezoid", lambda y, x: jnp.trapezoid(y, x), [X, f(0, 1, 3, 4)], ["$0", "$1"], grad=True)
    c.call("trapezoid", lambda y, x: jnp.trapezoid(y, x, axis=0), [X, exact(3, 4, seed=1)], ["$0", "$1", {"axis": 0}], grad=True)
    c.call("trapezoid", lambda y: jnp.trapezoid(y, dx=0.5, axis=0), [X], ["$0", None, {"dx": 0.5, "axis": 0}])
    c.call("trapezoid", lambda y, d: jnp.trapezoid(y, dx=d), [X, f(1, 2, 3)], ["$0", None, {"dx": "$1"}])
    phase = f(0, 1, 7, 14.5, 3, -3.5, -10)
    c.call("unwrap", jnp.unwrap, [phase], ["$0"], grad=True)
    c.call("unwrap", lambda x: jnp.unwrap(x, discont=5.0), [phase], ["$0", {"discont": 5}])
    c.call("unwrap", lambda x: jnp.unwrap(x, period=6, axis=0), [ROWS * 3], ["$0", {"period": 6, "axis": 0}])
    x, xp, fp = f(-1, 0, 0.5, 2, 2.5, 4, 9), f(0, 1, 2.5, 4), f(1, 3, -1, 0.5)
    c.call("interp", jnp.interp, [x, xp, fp], ["$0", "$1", "$2"], grad=True)
    c.call("interp", lambda x, xp, fp: jnp.interp(x, xp, fp, left=-5, right="extrapolate"), [x, xp, fp], ["$0", "$1", "$2", {"left": -5, "right": "extrapolate"}], grad=True)
    c.call("interp", lambda x, xp, fp: jnp.interp(x, xp, fp, period=3.0), [x, f(2, 0.5, 1, 4), fp], ["$0", "$1", "$2", {"period": 3}])
    for args in ((1, 1000, 4), (-8, -1, 4), (2, 64, 6)):
        c.call("geomspace", lambda: jnp.geomspace(*args), [], list(args))
        c.call("geomspace", lambda: jnp.geomspace(*args, endpoint=False), [], [*args, {"endpoint": False}])
    c.call("geomspace", lambda x: jnp.geomspace(x, 8.0, 3, axis=-1), [f(1, 2)], ["$0", 8, 3, {"axis": -1}])
    c.call("logspace", lambda: jnp.logspace(0, 2, 5), [], [0, 2, 5])
    c.call("logspace", lambda: jnp.logspace(0, 3, 4, base=2), [], [0, 3, 4, {"base": 2}])
    for n, endpoint in ((1, True), (0, True), (4, False), (5, True)):
        c.call("linspace", lambda: jnp.linspace(0, 4, n, endpoint=endpoint, retstep=True), [], [0, 4, n, {"endpoint": endpoint, "retstep": True}])
    c.call("linspace", lambda: jnp.linspace(0, 10, 4, dtype=jnp.int32), [], [0, 10, 4, {"dtype": "int32"}])


def bins(c):
    x = f(1, 2, 1, 4, 4.5, -1, 0, 2.5, 4)
    w = exact(9) + 5
    c.call("histogram", jnp.histogram, [x], ["$0"])
    c.call("histogram", lambda x: jnp.histogram(x, 4, range=(0, 4)), [x], ["$0", 4, {"range": [0, 4]}])
    c.call("histogram", lambda x, e: jnp.histogram(x, e, density=True), [x, f(0, 1, 4, 5)], ["$0", "$1", {"density": True}])
    c.call("histogram", lambda x, w: jnp.histogram(x, 3, weights=w), [x, w], ["$0", {"bins": 3, "weights": "$1"}])
    c.call("histogram", lambda x: jnp.histogram(x, 3), [i(1, 2, 2, 7)], ["$0", 3])
    c.call("histogram", lambda x: jnp.histogram(x, 2), [f(3, 3)], ["$0", 2])
    c.call("histogramBinEdges", lambda x: jnp.histogram_bin_edges(x, 4), [x], ["$0", 4])
    c.call("histogramBinEdges", lambda x: jnp.histogram_bin_edges(x, 2, (0, 1)), [i(3, 4)], ["$0", 2, {"range": [0, 1]}])
    y = f(0, 2, 1, 1, 3, -1, 0, 2, 3)
    c.call("histogram2d", lambda x, y: jnp.histogram2d(x, y, bins=[3, 2]), [x, y], ["$0", "$1", {"bins": [3, 2]}])
    c.call("histogram2d", lambda x, y, w: jnp.histogram2d(x, y, bins=2, weights=w, density=True), [x, y, w], ["$0", "$1", {"bins": 2, "weights": "$2", "density": True}])
    c.call("histogram2d", lambda x, y, e: jnp.histogram2d(x, y, bins=e), [x, y, f(0, 1, 2, 3)], ["$0", "$1", {"bins": "$2"}])
    c.call("histogramdd", lambda s: jnp.histogramdd(s, bins=[2, 3], range=[(0, 4), None]), [np.stack([x, y], 1)], ["$0", {"bins": [2, 3], "range": [[0, 4], None]}])
    edges, values = f(1, 2, 2, 3, NAN), f(0, 2, 2.5, 9, NAN, -INF, INF)
    for side in ("left", "right"):
        for ours, theirs in (("compareAll", "compare_all"), ("scan", "scan"), ("scanUnrolled", "scan_unrolled"), ("sort", "sort")):
            c.call("searchsorted", lambda a, v: jnp.searchsorted(a, v, side=side, method=theirs), [edges, values], ["$0", "$1", {"side": side, "method": ours}])
    c.call("searchsorted", lambda a, v, s: jnp.searchsorted(a, v, sorter=s), [i(5, 1, 3), i(*[[2, 3], [9, 0]]), i(1, 2, 0)], ["$0", "$1", {"sorter": "$2"}])
    for right in (False, True):
        c.call("digitize", lambda x, e: jnp.digitize(x, e, right), [x, f(0, 1, 4)], ["$0", "$1", right])
        c.call("digitize", lambda x, e: jnp.digitize(x, e, right), [x, f(4, 1, 0)], ["$0", "$1", right])
    c.call("digitize", jnp.digitize, [x, f()], ["$0", "$1"])
    n = i(3, 0, 3, -2, 5)
    c.call("bincount", jnp.bincount, [n], ["$0"])
    c.call("bincount", lambda x: jnp.bincount(x, minlength=8), [n], ["$0", {"minlength": 8}])
    c.call("bincount", lambda x, w: jnp.bincount(x, w, length=4), [n, f(1, 2, 0.5, 1, 1)], ["$0", {"weights": "$1", "length": 4}])
    c.call("bincount", jnp.bincount, [np.array([1, 2], U8)], ["$0"])
    c.call("bincount", jnp.bincount, [i()], ["$0"])


def polynomials(c):
    p, q, x = f(2, -1, 0, 3), f(1, 0.5), f(-1, 0, 0.5, 2)
    for op, fn in (("polyadd", jnp.polyadd), ("polysub", jnp.polysub), ("polymul", jnp.polymul), ("polydiv", jnp.polydiv)):
        c.call(op, fn, [p, q], ["$0", "$1"], grad=True)
        c.call(op, fn, [q, p], ["$0", "$1"])
        c.call(op, fn, [i(4, 2, 6), i(2, 1)], ["$0", "$1"])
    c.call("polymul", lambda p, q: jnp.polymul(p, q, trim_leading_zeros=True), [f(0, 0, 1, 2), f(0, 3)], ["$0", "$1", {"trimLeadingZeros": True}])
    c.call("polydiv", lambda p, q: jnp.polydiv(p, q, trim_leading_zeros=True), [p, q], ["$0", "$1", {"trimLeadingZeros": True}])
    c.call("polyval", jnp.polyval, [p, x], ["$0", "$1"], grad=True)
    c.call("polyval", jnp.polyval, [i(1, 2, 3), ROWS], ["$0", "$1"])
    c.call("polyval", jnp.polyval, [exact(3, 4), exact(2, 4)], ["$0", "$1"])
    for m in (0, 1, 2, 5):
        c.call("polyder", lambda p: jnp.polyder(p, m), [p], ["$0", m])
        c.call("polyint", lambda p: jnp.polyint(p, m), [p], ["$0", m], grad=m > 0)
    c.call("polyder", jnp.polyder, [i(3, 2, 1)], ["$0"])
    c.call("polyint", lambda p, k: jnp.polyint(p, 2, k), [p, f(4, 5)], ["$0", 2, "$1"])
    c.call("poly", jnp.poly, [f(1, 2, -3)], ["$0"], grad=True)
    c.call("poly", jnp.poly, [i(2, 3)], ["$0"])
    c.call("vander", jnp.vander, [x], ["$0"], grad=True)
    c.call("vander", lambda x: jnp.vander(x, 3, increasing=True), [i(2, 3, 4, 5)], ["$0", 3, {"increasing": True}])


def windows(c):
    for op, fn in (("bartlett", jnp.bartlett), ("blackman", jnp.blackman), ("hamming", jnp.hamming), ("hanning", jnp.hanning)):
        for m in (0, 1, 2, 7, 8):
            c.call(op, lambda: fn(m), [], [m])
    for m, beta in ((1, 3.0), (7, 0.0), (8, 14.0), (5, 5.0)):
        c.call("kaiser", lambda: jnp.kaiser(m, beta), [], [m, beta])
    c.call("i0", jnp.i0, [f(0, 0.5, -1, 3, 7.9, 8.1, -20, 60)], ["$0"])
    c.call("i0", jnp.i0, [f(0, 0.5, -1, 3, 4)], ["$0"], grad=True)
    c.call("i0", jnp.i0, [np.array([0.5, -3], np.float16)], ["$0"])
    c.call("i0", jnp.i0, [i(1, 2)], ["$0"])


def edits(c):
    x = np.arange(12, dtype=F32).reshape(3, 4)
    for at in (1, -1):
        for axis in (None, 0, 1):
            c.call("delete", lambda x: jnp.delete(x, at, axis), [x], ["$0", at, axis], grad=axis == 0)
    c.call("delete", lambda x, p: jnp.delete(x, p, 1), [x, i(0, 2, 0, -1)], ["$0", "$1", 1])
    c.call("delete", lambda x, p: jnp.delete(x, p, 1, assume_unique_indices=True), [x, i(2, -1)], ["$0", "$1", 1, {"assumeUniqueIndices": True}])
    c.call("delete", lambda x, p: jnp.delete(x, p, 0), [x, b(True, False, True)], ["$0", "$1", 0])
    c.call("delete", lambda x: jnp.delete(x, slice(None, None, 2), 1), [x], ["$0", {"slice": [None, None, 2]}, 1])
    c.call("insert", lambda x, v: jnp.insert(x, 1, v), [x, f(50, 60)], ["$0", 1, "$1"])
    c.call("insert", lambda x, v: jnp.insert(x, 1, v, axis=0), [x, f(5, 6, 7, 8)], ["$0", 1, "$1", 0], grad=True)
    c.call("insert", lambda x, v: jnp.insert(x, 2, v, axis=1), [x, f(5, 6, 7)], ["$0", 2, "$1", 1])
    c.call("insert", lambda x, p, v: jnp.insert(x, p, v, axis=1), [x, i(3, 0, -1), f(9)], ["$0", "$1", "$2", 1])
    c.call("insert", lambda x, p, v: jnp.insert(x, p, v), [i(1, 2, 3), i(2, 2, 0), i(7, 8, 9)], ["$0", "$1", "$2"])
    c.call("insert", lambda x, v: jnp.insert(x, slice(0, 3, 2), v), [i(1, 2, 3), i(7, 8)], ["$0", {"slice": [0, 3, 2]}, "$1"])
    c.call("insert", lambda x: jnp.insert(x, jnp.array([1]), 9.5, axis=1), [x], ["$0", [1], 9.5, 1])
    for shape in ((2, 2), (4, 5), 3, (0, 2)):
        c.call("resize", lambda x: jnp.resize(x, shape), [x], ["$0", shape if isinstance(shape, int) else list(shape)])
    zeros = i(0, 0, 3, 0, 4, 0)
    for trim in ("fb", "f", "b"):
        c.call("trimZeros", lambda x: jnp.trim_zeros(x, trim), [zeros], ["$0", trim])
    c.call("trimZeros", jnp.trim_zeros, [np.pad(ROWS, ((1, 2), (0, 1)))], ["$0"])
    c.call("trimZeros", lambda x: jnp.trim_zeros(x, "b", 0), [np.pad(ROWS, ((1, 2), (0, 1)))], ["$0", "b", 0])
    c.call("trimZeros", jnp.trim_zeros, [i(0, 0)], ["$0"])
    c.call("block", lambda x, y: jnp.block([[x, y], [y, x]]), [f(*[[1, 2]]), f(*[[3]])], [[["$0", "$1"], ["$1", "$0"]]])
    c.call("block", lambda x, y: jnp.block([x, y, 5.0]), [f(1, 2), i(3)], [["$0", "$1", 5]])
    c.call("block", lambda x: jnp.block(x), [X], ["$0"])
    c.call("append", lambda x, y: jnp.append(x, y, axis=0), [x, f(*[[1, 2, 3, 4]])], ["$0", "$1", 0])
    for mode in (None, "clip", "wrap"):
        unique = i(0, 5, 2, 20) if mode is None else i(0, 5, 2, 15)
        c.call("put", lambda x, p, v: jnp.put(x, p, v, mode=mode, inplace=False), [x, unique, f(-1, -2, -3)], ["$0", "$1", "$2", {"mode": mode}], grad=True)
    c.call("putAlongAxis", lambda x, p, v: jnp.put_along_axis(x, p, v, 1, inplace=False), [x, i(*[[3], [0], [-1]]), f(*[[50], [60], [70]])], ["$0", "$1", "$2", 1], grad=True)
    c.call("putAlongAxis", lambda x, p: jnp.put_along_axis(x, p, -5.0, None, inplace=False), [x, i(1, 11)], ["$0", "$1", -5, None])
    mask = b(*[[True, False, True, False], [False] * 4, [True] * 4])
    c.call("place", lambda x, m, v: jnp.place(x, m, v, inplace=False), [x, mask, f(-1, -2)], ["$0", "$1", "$2"], grad=True)
    c.call("fillDiagonal", lambda x: jnp.fill_diagonal(x, 9, inplace=False), [x], ["$0", 9])
    c.call("fillDiagonal", lambda x, v: jnp.fill_diagonal(x, v, inplace=False), [x.T.copy(), f(7, 8)], ["$0", "$1"], grad=True)
    c.call("fillDiagonal", lambda x: jnp.fill_diagonal(x, 1, inplace=False), [np.zeros((2, 2, 2), I32)], ["$0", 1])
    c.call("repeat", lambda x: jnp.repeat(x, 2, axis=1), [x], ["$0", 2, 1])
    c.call("repeat", lambda x, n: jnp.repeat(x, n, axis=0), [x, i(2, 0, 1)], ["$0", "$1", 0])
    for total in (2, 6):
        c.call("repeat", lambda x, n: jnp.repeat(x, n, axis=0, total_repeat_length=total), [x, i(2, 0, 1)], ["$0", "$1", 0, {"totalRepeatLength": total}])
    c.call("roll", lambda x, s: jnp.roll(x, s, axis=1), [x, np.array(-3, I32)], ["$0", "$1", 1])
    c.call("roll", lambda x: jnp.roll(x, (1, 2), axis=(0, 1)), [x], ["$0", [1, 2], [0, 1]])
    c.call("roll", lambda x, s: jnp.roll(x, s, axis=(0, 1)), [x, i(1, 6)], ["$0", "$1", [0, 1]])


def padding(c):
    x = exact(2, 3)
    for mode in ("constant", "edge", "reflect", "symmetric", "wrap", "linear_ramp", "maximum", "mean", "median", "minimum"):
        ours = "linearRamp" if mode == "linear_ramp" else mode
        smooth = mode not in ("maximum", "minimum", "median")
        c.call("pad", lambda x: jnp.pad(x, ((1, 0), (2, 5)), mode), [x], ["$0", [[1, 0], [2, 5]], ours], grad=smooth)
        c.call("pad", lambda x: jnp.pad(x, 2, mode), [i(3, 8, 2)], ["$0", 2, {"mode": ours}])
    c.call("pad", lambda x: jnp.pad(x, (1, 2), constant_values=(7, 8)), [x], ["$0", [1, 2], {"constantValues": [7, 8]}])
    c.call("pad", lambda x: jnp.pad(x, 1, constant_values=((1, 2), (3, 4))), [x], ["$0", 1, {"constantValues": [[1, 2], [3, 4]]}])
    c.call("pad", lambda x: jnp.pad(x, 2, "linear_ramp", end_values=((1, 2), (3, 4))), [x], ["$0", 2, "linearRamp", {"endValues": [[1, 2], [3, 4]]}])
    c.call("pad", lambda x: jnp.pad(x, 1, "mean", stat_length=2), [x], ["$0", 1, "mean", {"statLength": 2}])
    for mode in ("reflect", "symmetric"):
        for width in ((2, 5), (7, 1)):
            c.call("pad", lambda x: jnp.pad(x, width, mode, reflect_type="odd"), [i(3, 8, 2)], ["$0", list(width), mode, {"reflectType": "odd"}])
    c.call("pad", lambda x: jnp.pad(x, 2, "reflect", reflect_type="odd"), [i(3)], ["$0", 2, "reflect", {"reflectType": "odd"}])


def choices(c):
    which = i(2, 0, 1, 1)
    a, d = f(1, 2, 3, 4), f(*[[10, 20, 30, 40], [50, 60, 70, 80]])
    c.call("choose", lambda w, a, d: jnp.choose(w, [a, d, a]), [which, a, d], ["$0", ["$1", "$2", "$1"]], grad=True)
    for mode in ("clip", "wrap"):
        c.call("choose", lambda w, x: jnp.choose(w, x, mode=mode), [i(-1, 3, 1, 2), X], ["$0", "$1", {"mode": mode}])
    test = b(True, False, True)
    for axis in (None, 0):
        c.call("compress", lambda t, x: jnp.compress(t, x, axis=axis), [test, X], ["$0", "$1", axis])
    for size in (1, 3):
        c.call("compress", lambda t, x: jnp.compress(t, x, axis=0, size=size, fill_value=-9), [test, X], ["$0", "$1", 0, {"size": size, "fillValue": -9}])
    c.call("extract", jnp.extract, [X > 0, X], ["$0", "$1"])
    c.call("extract", lambda t, x: jnp.extract(t, x, size=12, fill_value=0.5), [X > 0, X], ["$0", "$1", {"size": 12, "fillValue": 0.5}])
    c.call("piecewise", lambda x: jnp.piecewise(x, [x < 0, x > 1], [-1.0, 5, 7]), [X], ["$0", ["lt0", "gt1"], [-1, 5, 7]])
    c.call("piecewise", lambda x: jnp.piecewise(x, [x < 0, x > -1], [lambda v: v * v, lambda v: v + 1]), [X], ["$0", ["lt0", "gtm1"], ["square", "plus1"]], grad=True)
    c.call("select", lambda x: jnp.select([x > 1, x > 0], [x, 10 * x], -1), [X], ["$0", "select"], grad=True)
    c.call("where", lambda m: jnp.where(m, size=7, fill_value=-1), [X > 0], ["$0", {"size": 7, "fillValue": -1}])
    c.call("where", lambda m: jnp.where(m), [X > 0], ["$0"])
    c.call("nonzero", lambda m: jnp.nonzero(m, size=2), [X], ["$0", {"size": 2}])
    c.call("nonzero", lambda m: jnp.nonzero(m, size=13, fill_value=(5, 6)), [X], ["$0", {"size": 13, "fillValue": [5, 6]}])
    c.call("nonzero", lambda m: jnp.nonzero(m, size=3), [np.zeros((0, 2), F32)], ["$0", {"size": 3}])
    c.call("argwhere", lambda m: jnp.argwhere(m, size=13, fill_value=-1), [X], ["$0", {"size": 13, "fillValue": -1}])
    c.call("argwhere", jnp.argwhere, [np.array(3, I32)], ["$0"])
    c.call("arrayEquiv", jnp.array_equiv, [f(1, 2), f(*[[1, 2], [1, 2]])], ["$0", "$1"])


def grids(c):
    c.call("ix_", jnp.ix_, [i(1, 2), i(0, 3, 1)], ["$0", "$1"])
    c.call("mgrid", lambda: jnp.mgrid[0:2, 1:7:3], [], [{"slice": [0, 2, None]}, {"slice": [1, 7, 3]}])
    c.call("mgrid", lambda: jnp.mgrid[0:2, 0:1:3j], [], [{"slice": [0, 2, None]}, [0, 1, 3]])
    c.call("ogrid", lambda: jnp.ogrid[0:2, 0:3], [], [2, 3])
    c.call("ogrid", lambda: jnp.ogrid[-1:1:0.5, 0:2], [], [{"slice": [-1, 1, 0.5]}, 2])
    c.call("indices", lambda: jnp.indices((2, 3), sparse=True), [], [[2, 3], {"sparse": True}])
    c.call("indices", lambda: jnp.indices((2, 3), dtype=jnp.float32), [], [[2, 3], "float32"])
    c.call("diagIndicesFrom", jnp.diag_indices_from, [np.zeros((3, 3), F32)], ["$0"])
    for k in (-1, 0, 1):
        c.call("trilIndicesFrom", lambda x: jnp.tril_indices_from(x, k), [X], ["$0", k])
        c.call("triuIndicesFrom", lambda x: jnp.triu_indices_from(x, k), [X], ["$0", k])
        c.call("triuIndices", lambda: jnp.triu_indices(3, k, 5), [], [3, k, 5])
    c.call("maskIndices", lambda: jnp.mask_indices(3, jnp.triu), [], [3, "triu"])
    c.call("maskIndices", lambda: jnp.mask_indices(3, jnp.tril, -1, size=5), [], [3, "tril", -1, {"size": 5}])
    for mode in ("raise", "ignore", "clip", "wrap"):
        p = [i(0, 2, 1), i(3, 0, 2)] if mode == "raise" else [i(0, 5, -1), i(3, -4, 9)]
        for order in ("C", "F"):
            c.call("ravelMultiIndex", lambda x, y: jnp.ravel_multi_index((x, y), (3, 4), mode=mode, order=order), p, [["$0", "$1"], [3, 4], {"mode": mode, "order": order}])
    c.call("unravelIndex", lambda x: jnp.unravel_index(x, (3, 4)), [i(0, 7, 11, 12, 100, -1, -12, -13)], ["$0", [3, 4]])
    c.call("partition", lambda x: jnp.partition(x, 1, axis=0), [exact(2, 3)], ["$0", 1, 0])
    c.call("partition", lambda x: jnp.sort(jnp.partition(x, 2)[:, :3], axis=1), [X], ["$0", "low"], name="low")
    c.call("cross", lambda x, y: jnp.cross(x, y, axisa=0, axisb=1, axisc=0), [exact(3, 2), exact(2, 3)], ["$0", "$1", {"axisa": 0, "axisb": 1, "axisc": 0}], grad=True)
    c.call("cross", lambda x, y: jnp.cross(x, y), [exact(4, 2), exact(4, 3)], ["$0", "$1"])
    c.call("trace", lambda x: jnp.trace(x, 1, dtype=jnp.float32), [ROWS], ["$0", 1, 0, 1, {"dtype": "float32"}])
    c.call("argsort", lambda x: jnp.argsort(x, dtype=jnp.int16), [i(3, 1, 2)], ["$0", {"dtype": "int16"}])
    c.call("frombuffer", lambda: jnp.frombuffer(np.arange(4, dtype=np.int16).tobytes(), dtype=jnp.int16, count=2, offset=2), [], ["bytes"])


def statistics(c):
    y = exact(2, 4, seed=3)
    c.call("cov", jnp.cov, [X], ["$0"], grad=True)
    c.call("cov", jnp.cov, [X, y], ["$0", "$1"], grad=True)
    c.call("cov", lambda x: jnp.cov(x, rowvar=False, bias=True), [X], ["$0", None, {"rowvar": False, "bias": True}])
    c.call("cov", lambda x: jnp.cov(x, ddof=2), [X], ["$0", None, {"ddof": 2}])
    c.call("cov", jnp.cov, [f(1, 2, 4)], ["$0"])
    n, w = i(1, 2, 1, 3), f(0.5, 1, 2, 1)
    c.call("cov", lambda x, n: jnp.cov(x, fweights=n), [X, n], ["$0", None, {"fweights": "$1"}])
    c.call("cov", lambda x, n, w: jnp.cov(x, fweights=n, aweights=w), [X, n, w], ["$0", None, {"fweights": "$1", "aweights": "$2"}])
    c.call("cov", lambda x, w: jnp.cov(x, aweights=w, ddof=0), [X, w], ["$0", None, {"aweights": "$1", "ddof": 0}])
    c.call("corrcoef", jnp.corrcoef, [X], ["$0"], grad=True)
    c.call("corrcoef", lambda x, y: jnp.corrcoef(x, y), [X, y], ["$0", "$1"])
    c.call("corrcoef", jnp.corrcoef, [f(1, 2, 4)], ["$0"])


DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64", "complex64", "complex128"]


def dtypes():
    casts = [[a, d, bool(jnp.can_cast(a, d)), bool(jnp.can_cast(a, d, "same_kind"))] for a in DTYPES for d in DTYPES]
    kinds = ["bool", "signed integer", "unsigned integer", "integral", "real floating", "complex floating", "numeric"]
    isdtype = [[d, k, bool(jnp.isdtype(d, k))] for d in [*DTYPES, "bfloat16"] for k in kinds]
    keys = ["bits", "nmant", "nexp", "minexp", "maxexp", "precision"]
    floats = ["eps", "epsneg", "max", "min", "tiny", "smallest_subnormal", "resolution"]
    finfo = {
        d: {**{k: int(getattr(jnp.finfo(d), k)) for k in keys}, **{k: float(getattr(jnp.finfo(d), k)) for k in floats}}
        for d in ("float16", "bfloat16", "float32", "float64")
    }
    return {"canCast": casts, "isdtype": isdtype, "finfo": finfo}


def printing():
    """[tensor, settings, str, repr]"""
    shown = [f(1, 2.5, -3), f(*[[1e-7, NAN], [INF, 2]]), i(*[[1, -20], [300, 4]]), b(True, False), np.arange(2000, dtype=I32)]
    shown += [np.arange(24, dtype=F32).reshape(2, 3, 4) / 7, np.array(1.5, F32), np.zeros((0, 3), F32), np.arange(40, dtype=I32) * 1000]
    settings = [{}, {"precision": 3}, {"threshold": 5, "edgeitems": 1}, {"linewidth": 40}, {"suppress": True, "nanstr": "NA", "infstr": "oo"}]
    rows = []
    for x in shown:
        for options in settings:
            with np.printoptions(**{"linewidth": 75, **options}):
                rows.append([encode(x), options, str(jnp.asarray(x)), repr(jnp.asarray(x))])
    return rows


if __name__ == "__main__":
    calls = Calls()
    for theme in (sets, quantiles, reductions, numbers, calculus, bins, polynomials, windows, edits, padding, choices, grids, statistics):
        theme(calls)
    names = sorted(name for name in dir(jnp) if not name.startswith("_"))
    write("numpy-functions.json", VERSIONS, cases=calls.cases, names=names, dtypes=dtypes(), printing=printing())
