# Records jax.numpy.linalg and jax.lax.linalg, vectors that have no sign by what does not depend on it: linalg.json.
import jax
import jax.numpy as jnp
import numpy as np
from cases import VERSIONS, Recorder
from fixture import write
from jax import lax

F32, F64 = np.float32, np.float64
C64, C128 = np.complex64, np.complex128
I32 = np.int32


def matrix(*shape, seed=0, dtype=F64):
    return np.random.default_rng(seed + 17 * sum(shape)).standard_normal(shape).astype(dtype)


def positive(n, *lead, seed=0, dtype=F64):
    x = matrix(*lead, n, n, seed=seed)
    return (x @ np.swapaxes(x, -1, -2) + n * np.eye(n)).astype(dtype)


def complex_matrix(*shape, seed=0, dtype=C128):
    return (matrix(*shape, seed=seed) + 1j * matrix(*shape, seed=seed + 40)).astype(dtype)


def adjoint(x):
    return jnp.swapaxes(jnp.conj(x), -1, -2)


def hermitian(n, *lead, seed=0, dtype=C128):
    x = complex_matrix(*lead, n, n, seed=seed)
    return (x @ np.conj(np.swapaxes(x, -1, -2)) + n * np.eye(n)).astype(dtype)


SINGULAR = np.array([[1.0, 2, 3, 4], [2, 4, 6, 8], [1, 0, 2, 1], [0, 1, 1, 5]])  # rank 3
RANK_TWO = np.array([[1.0, 2, 3, 4], [2, 4, 6, 8], [1, 0, 2, 1], [2, 0, 4, 2]])


def shapes(recorder, op, fn, square=True, grad=True):
    cases = {"batch": matrix(2, 3, 3)}
    if op in ("det", "slogdet"):
        cases.update({"one": matrix(1, 1), "two": matrix(2, 2), "five": matrix(5, 5)})
    if not square:
        cases.update({"tall": matrix(5, 3), "wide": matrix(3, 5)})
    for name, x in cases.items():
        recorder.record(op, fn, [x], {}, name=name, grad=grad)
    recorder.record(op, fn, [matrix(4, 4, dtype=F32)], {}, name="float32", grad=grad)


def factors(recorder):
    for upper in (False, True):
        fn = lambda x, u=upper: jnp.linalg.cholesky(x, upper=u)
        for name, x in {"three": positive(3), "batch": positive(2, 3), "float32": positive(4, dtype=F32)}.items():
            recorder.record("cholesky", fn, [x], {"upper": upper}, name=f"{name}/{upper}", grad=True)
    bad = np.stack([np.eye(3), np.diag([1.0, -1, 2]), np.full((3, 3), np.nan)])
    recorder.record("cholesky", lambda x: jnp.linalg.cholesky(x), [bad], {"upper": False}, name="not-positive")
    for left in (False, True):
        for lower in (False, True):
            for transpose in (False, True):
                for unit in (False, True):
                    params = {"left_side": left, "lower": lower, "transpose_a": transpose, "unit_diagonal": unit}
                    fn = lambda a, b, p=params: lax.linalg.triangular_solve(a, b, **p)
                    a = matrix(3, 3, seed=1) + 2 * np.eye(3)
                    b = matrix(3, 4) if left else matrix(4, 3)
                    name = f"{left}-{lower}-{transpose}-{unit}"
                    recorder.record("triangular_solve", fn, [a, b], params, name=name, grad=True)
    params = {"left_side": True, "lower": True, "transpose_a": False, "unit_diagonal": False}
    fn = lambda a, b: lax.linalg.triangular_solve(a, b, **params)
    recorder.record("triangular_solve", fn, [np.diag([1.0, 0, 2]) + np.tril(np.ones((3, 3)), -1), np.ones((3, 1))], params, name="singular")
    shapes(recorder, "lu", lambda x: lax.linalg.lu(x), square=False)
    recorder.record("lu", lambda x: lax.linalg.lu(x), [SINGULAR], {}, name="singular")
    recorder.record("lu", lambda x: lax.linalg.lu(x), [matrix(70, 70)], {}, name="blocks")
    recorder.record(
        "lu_pivots_to_permutation",
        lambda p: lax.linalg.lu_pivots_to_permutation(p, 6),
        [np.array([[3, 1, 5, 3], [1, 2, 3, 5]], I32)],
        {"permutation_size": 6},
        name="batch",
    )
    # XLA's reflections are LAPACK's, signs included, but where a reflection is not needed at all.
    for mode in ("reduced", "complete", "r"):
        for name, x in {"square": matrix(4, 4), "tall": matrix(5, 3), "wide": matrix(3, 5), "batch": matrix(2, 4, 3)}.items():
            fn = lambda x, m=mode: jnp.linalg.qr(x, mode=m)
            recorder.record("qr", lambda x, f=fn: tuple(f(x)) if isinstance(f(x), tuple) else f(x), [x], {"mode": mode}, name=f"{name}/{mode}", grad=True)
    recorder.record("householder_product", lambda a, t: lax.linalg.householder_product(a, t), [matrix(4, 3) / 4, np.array([1.2, 1.1, 1.5])], {}, name="three")


def spectra(recorder):
    shapes(recorder, "eigh", eigenprojections)
    recorder.record("eigh", eigenprojections, [np.diag([2.0, -2, 0]) + 0.0], {}, name="diagonal")
    for lower in ("L", "U"):
        fn = lambda x, l=lower: jnp.linalg.eigvalsh(x, l, symmetrize_input=False)
        recorder.record("eigvalsh", fn, [matrix(4, 4)], {"UPLO": lower}, name=lower)
    recorder.record("eigvalsh", lambda x: jnp.linalg.eigvalsh(x), [np.array([[1, np.nan], [np.nan, 1]])], {"UPLO": "L"}, name="nan")

    shapes(recorder, "svd", singular_projections, square=False)
    shapes(recorder, "svdvals", lambda x: jnp.linalg.svdvals(x), square=False)
    recorder.record("svdvals", lambda x: jnp.linalg.svdvals(x), [np.stack([SINGULAR, np.zeros((4, 4)), np.eye(4)])], {}, name="deficient")
    recorder.record("svdvals", lambda x: jnp.linalg.svdvals(x), [np.array([[1, np.nan], [2, 1]])], {}, name="nan")
    graded = matrix(4, 4) * 10.0 ** np.array([0, -3, -6, -9])
    recorder.record("svdvals", lambda x: jnp.linalg.svdvals(x), [graded], {}, name="graded")


def systems(recorder):
    for name, a, b in [
        ("vector", matrix(3, 3), matrix(3)),
        ("matrix", matrix(4, 4), matrix(4, 2)),
        ("batch", matrix(2, 3, 3), matrix(2, 3, 2)),
        ("broadcast", matrix(2, 1, 3, 3), matrix(2, 3, 1)),
        ("vector-batch", matrix(2, 3, 3), matrix(3)),
    ]:
        recorder.record("solve", lambda a, b: jnp.linalg.solve(a, b), [a, b], {}, name=name, grad=True)
    shapes(recorder, "inv", lambda x: jnp.linalg.inv(x))
    shapes(recorder, "det", lambda x: jnp.linalg.det(x))
    for name, x in {"rank-3": SINGULAR, "rank-2": RANK_TWO, "zero": np.zeros((4, 4))}.items():
        recorder.record("det", lambda x: jnp.linalg.det(x), [x], {}, name=name, grad=True)
    shapes(recorder, "slogdet", lambda x: tuple(jnp.linalg.slogdet(x)))
    recorder.record("slogdet", lambda x: tuple(jnp.linalg.slogdet(x)), [np.zeros((3, 3))], {}, name="zero")
    shapes(recorder, "pinv", lambda x: jnp.linalg.pinv(x), square=False)
    recorder.record("pinv", lambda x: jnp.linalg.pinv(x), [RANK_TWO], {}, name="deficient", grad=True)
    recorder.record("pinv", lambda x: jnp.linalg.pinv(x, hermitian=True), [positive(3)], {"hermitian": True}, name="hermitian", grad=True)
    for name, a, b in [("tall", matrix(5, 3), matrix(5)), ("wide", matrix(3, 5), matrix(3, 2)), ("deficient", RANK_TWO, matrix(4))]:
        recorder.record("lstsq", lambda a, b: jnp.linalg.lstsq(a, b), [a, b], {}, name=name)
    recorder.record("tensorinv", lambda a: jnp.linalg.tensorinv(a, 1), [matrix(4, 2, 2)], {"ind": 1}, name="one", grad=True)
    recorder.record("tensorsolve", lambda a, b: jnp.linalg.tensorsolve(a, b), [matrix(2, 3, 6), matrix(2, 3)], {}, name="plain", grad=True)
    recorder.record("tensorsolve", lambda a, b: jnp.linalg.tensorsolve(a, b, axes=(0,)), [matrix(6, 2, 3), matrix(2, 3)], {"axes": [0]}, name="axes")
    for name, lead in {"plain": (), "batch": (2,)}.items():
        diagonals = [matrix(*lead, 5, seed=s) for s in (1, 2, 3)]
        fn = lambda dl, d, du, b: lax.linalg.tridiagonal_solve(dl, d, du, b)
        recorder.record("tridiagonal_solve", fn, [*diagonals, matrix(*lead, 5, 2)], {}, name=name, grad=True)
    zero = [np.ones(4), np.array([0.0, 1, 2, 0]), np.ones(4) * 2, np.ones((4, 1))]
    recorder.record("tridiagonal_solve", fn, zero, {}, name="pivoted")
    recorder.record("tridiagonal_solve", fn, [np.zeros(3), np.array([1.0, 0, 1]), np.zeros(3), np.ones((3, 1))], {}, name="singular")


def norms(recorder):
    x, v = matrix(4, 3), matrix(2, 5)
    for order in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
        shown = {np.inf: "inf", -np.inf: "-inf"}.get(order, order)
        fn = lambda x, o=order: jnp.linalg.norm(x, o, axis=(0, 1))
        recorder.record("norm", fn, [x], {"ord": shown, "axis": [0, 1]}, name=f"matrix/{shown}", grad=True)
        fn = lambda x, o=order: jnp.linalg.matrix_norm(x, ord="fro" if o is None else o, keepdims=True)
        recorder.record("matrix_norm", fn, [matrix(2, 3, 4)], {"ord": shown, "keepdims": True}, name=f"{shown}")
        if order not in ("nuc", "fro"):
            fn = lambda x, o=order: jnp.linalg.cond(x, o)
            recorder.record("cond", fn, [matrix(2, 3, 3)], {"p": shown}, name=f"{shown}")
    for order in (None, 0, 1, -1, 2, -2, 3, 0.5, np.inf, -np.inf):
        shown = {np.inf: "inf", -np.inf: "-inf"}.get(order, order)
        fn = lambda x, o=order: jnp.linalg.norm(x, o, axis=1)
        recorder.record("norm", fn, [v], {"ord": shown, "axis": 1}, name=f"vector/{shown}", grad=True)
    recorder.record("norm", lambda x: jnp.linalg.norm(x), [matrix(2, 3, 2)], {}, name="all", grad=True)
    recorder.record("norm", lambda x: jnp.linalg.norm(x), [np.zeros(3)], {}, name="zero", grad=True)
    recorder.record("cond", lambda x: jnp.linalg.cond(x, 1), [np.zeros((2, 2))], {"p": 1}, name="singular")
    stack = np.stack([SINGULAR, RANK_TWO, np.eye(4), np.zeros((4, 4))])
    recorder.record("matrix_rank", lambda x: jnp.linalg.matrix_rank(x), [stack], {}, name="stack")
    recorder.record("matrix_rank", lambda x: jnp.linalg.matrix_rank(x, rtol=2.0), [stack], {"rtol": 2.0}, name="rtol")
    recorder.record("matrix_rank", lambda x: jnp.linalg.matrix_rank(x), [np.array([0.0, 1])], {}, name="vector")
    for n in (-2, 0, 1, 2, 3, 5):
        recorder.record("matrix_power", lambda x, n=n: jnp.linalg.matrix_power(x, n), [matrix(3, 3)], {"n": n}, name=f"{n}", grad=True)
    arrays = [matrix(3), matrix(3, 6), matrix(6, 2), matrix(2)]
    recorder.record("multi_dot", lambda *xs: jnp.linalg.multi_dot(xs), arrays, {}, name="vectors", grad=True)
    recorder.record("multi_dot", lambda *xs: jnp.linalg.multi_dot(xs), [matrix(2, 5), matrix(5, 3), matrix(3, 4)], {}, name="matrices")
    recorder.record("vecdot", lambda a, b: jnp.linalg.vecdot(a, b, axis=0), [matrix(3, 2), matrix(3, 2)], {"axis": 0}, name="axis")
    recorder.record("diagonal", lambda x: jnp.linalg.diagonal(x, offset=1), [matrix(2, 3, 4)], {"offset": 1}, name="offset")
    recorder.record("trace", lambda x: jnp.linalg.trace(x, offset=-1), [matrix(2, 3, 4)], {"offset": -1}, name="offset")


def complex_numbers(recorder):
    record = lambda op, fn, inputs, params=None, *, name, grad=True: recorder.record(
        op, fn, inputs, params or {}, name=f"complex/{name}", grad=grad
    )
    shapes = {"square": complex_matrix(3, 3), "tall": complex_matrix(4, 2), "wide": complex_matrix(2, 4)}
    shapes["batch"] = complex_matrix(2, 3, 2)
    for upper in (False, True):
        record("cholesky", lambda x, u=upper: jnp.linalg.cholesky(x, upper=u), [hermitian(3)], {"upper": upper}, name=f"{upper}")
    record("cholesky", lambda x: jnp.linalg.cholesky(x), [hermitian(2, 2, dtype=C64)], {"upper": False}, name="batch")
    for transpose in (False, True):
        for conjugate in (False, True):
            params = {"left_side": transpose, "lower": conjugate, "transpose_a": transpose, "unit_diagonal": False, "conjugate_a": conjugate}
            fn = lambda a, b, p=params: lax.linalg.triangular_solve(a, b, **p)
            operands = [complex_matrix(3, 3, seed=1) + 2 * np.eye(3), complex_matrix(3, 2) if transpose else complex_matrix(2, 3)]
            record("triangular_solve", fn, operands, params, name=f"{transpose}-{conjugate}")
    for name, x in shapes.items():
        record("lu", lambda x: lax.linalg.lu(x), [x], name=name)
        for mode in ("reduced", "complete"):
            record("qr", lambda x, m=mode: tuple(jnp.linalg.qr(x, mode=m)), [x], {"mode": mode}, name=f"{name}/{mode}")
        record("svd", singular_projections, [x], name=name)
        record("svdvals", lambda x: jnp.linalg.svdvals(x), [x], name=name)
        record("pinv", lambda x: jnp.linalg.pinv(x), [x], name=name)
    record("householder_product", lambda a, t: lax.linalg.householder_product(a, t), [complex_matrix(4, 3) / 4, np.array([1.2, 1.1 + 0.2j, 1.5])], name="three", grad=False)
    record("eigh", eigenprojections, [complex_matrix(4, 4)], name="four")
    record("eigh", eigenprojections, [complex_matrix(2, 3, 3, dtype=C64)], name="batch")
    for lower in ("L", "U"):
        fn = lambda x, l=lower: jnp.linalg.eigvalsh(x, l, symmetrize_input=False)
        record("eigvalsh", fn, [complex_matrix(4, 4)], {"UPLO": lower}, name=lower, grad=False)
    record("pinv", lambda x: jnp.linalg.pinv(x, hermitian=True), [hermitian(3)], {"hermitian": True}, name="hermitian")
    record("solve", lambda a, b: jnp.linalg.solve(a, b), [complex_matrix(3, 3), complex_matrix(3, 2)], name="matrix")
    record("solve", lambda a, b: jnp.linalg.solve(a, b), [complex_matrix(2, 2, 2), complex_matrix(2)], name="vector")
    record("solve", lambda a, b: jnp.linalg.solve(a, b), [matrix(2, 2), complex_matrix(2)], name="mixed", grad=False)
    for n in (1, 2, 3, 4):
        x = complex_matrix(n, n)
        record("inv", lambda x: jnp.linalg.inv(x), [x], name=f"{n}")
        record("det", lambda x: jnp.linalg.det(x), [x], name=f"{n}")
        record("slogdet", lambda x: tuple(jnp.linalg.slogdet(x)), [x], name=f"{n}")
    record("det", lambda x: jnp.linalg.det(x), [SINGULAR * (1 + 2j)], name="rank-3")
    record("slogdet", lambda x: tuple(jnp.linalg.slogdet(x)), [np.zeros((3, 3), C128)], name="zero", grad=False)
    record("lstsq", lambda a, b: jnp.linalg.lstsq(a, b), [complex_matrix(4, 2), complex_matrix(4)], name="tall", grad=False)
    diagonals = [complex_matrix(5, seed=s) for s in (1, 2, 3)]
    record("tridiagonal_solve", lambda dl, d, du, b: lax.linalg.tridiagonal_solve(dl, d, du, b), [*diagonals, complex_matrix(5, 2)], name="plain")
    for order in (None, "nuc", 1, 2, np.inf):
        shown = {np.inf: "inf"}.get(order, order)
        record("norm", lambda x, o=order: jnp.linalg.norm(x, o, axis=(0, 1)), [complex_matrix(4, 3)], {"ord": shown, "axis": [0, 1]}, name=f"matrix/{shown}")
    for order in (None, 0, 1, 3, np.inf):
        shown = {np.inf: "inf"}.get(order, order)
        record("norm", lambda x, o=order: jnp.linalg.norm(x, o, axis=1), [complex_matrix(2, 4)], {"ord": shown, "axis": 1}, name=f"vector/{shown}")
    record("cond", lambda x: jnp.linalg.cond(x), [complex_matrix(3, 3)], {"p": None}, name="two", grad=False)
    record("matrix_power", lambda x: jnp.linalg.matrix_power(x, -2), [complex_matrix(3, 3)], {"n": -2}, name="minus-two")


def eigenprojections(x):
    w, v = jnp.linalg.eigh(x)
    return w, (v * jnp.arange(1, w.shape[-1] + 1, dtype=x.dtype)) @ adjoint(v)


def singular_projections(x):
    u, s, vt = jnp.linalg.svd(x, full_matrices=False)
    return s, (u * jnp.arange(1, s.shape[-1] + 1, dtype=x.dtype)) @ vt


def general(recorder):
    """Eigenvalues have no order and real vectors no sign: sorted, and as what multiplies by the eigenvalues' sizes."""

    def functions(x):
        w, v = jnp.linalg.eig(x)
        return jnp.sort(w), (v * jnp.abs(w)[..., None, :]) @ jnp.linalg.inv(v)

    rotation = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 2]])
    inputs = {"one": matrix(1, 1), "two": matrix(2, 2), "five": matrix(5, 5), "batch": matrix(2, 4, 4), "rotation": rotation}
    inputs |= {"float32": matrix(4, 4, dtype=F32), "complex": complex_matrix(4, 4), "complex64": complex_matrix(2, 3, 3, dtype=C64)}
    for name, x in inputs.items():
        if name not in ("one", "five"):
            recorder.record("eig", functions, [x], {}, name=name)
    for name in ("one", "five", "batch", "complex"):
        recorder.record("eigvals", lambda x: jnp.sort(jnp.linalg.eigvals(x)), [inputs[name]], {}, name=name, grad=True)

    def both(x):
        w, vl, vr = lax.linalg.eig(x, enable_eigvec_derivs=True)
        order = jnp.argsort(jnp.real(w))
        return w[order], vl[:, order], vr[:, order]

    recorder.record("eig_vectors", both, [complex_matrix(4, 4)], {}, name="complex", grad=True)
    for name, x in {"real": matrix(5, 5), "batch": matrix(2, 3, 3), "complex": complex_matrix(4, 4), "one": matrix(1, 1)}.items():
        recorder.record("hessenberg", lambda x: lax.linalg.hessenberg(x), [x], {}, name=name)
        if name != "one":
            for lower in (True, False):
                fn = lambda x, l=lower: lax.linalg.tridiagonal(x, lower=l)
                recorder.record("tridiagonal", fn, [x], {"lower": lower}, name=f"{name}/{lower}")
    coefficients = {"plain": np.array([2.0, -3, 1, 5]), "zeros": np.array([0.0, 0, 1, -3, 2, 0]), "none": np.zeros(3)}
    for name, p in coefficients.items():
        recorder.record("roots", lambda p: jnp.sort(jnp.roots(p, strip_zeros=False)), [p], {}, name=name)
    recorder.record("poly", lambda x: jnp.poly(x), [matrix(3, 3)], {}, name="matrix")
    upper = np.triu(matrix(4, 4)) + 3 * np.eye(4)
    for name, w in {"plain": matrix(4), "zeros": np.array([0.0, 1, 0, -2])}.items():
        recorder.record("cholesky_update", lambda r, w: lax.linalg.cholesky_update(r, w), [upper, w], {}, name=name)
    for symmetrize in (False, True):
        params = {"alpha": 2.0, "beta": -0.5, "symmetrize_output": symmetrize}
        fn = lambda a, c, p=params: lax.linalg.symmetric_product(a, c, **p)
        c = matrix(2, 3, 3)
        recorder.record("symmetric_product", fn, [matrix(2, 3, 2), c + np.swapaxes(c, -1, -2)], params, name=f"{symmetrize}")
    for kind, make in {"real": matrix, "complex": complex_matrix}.items():
        h, taus = jnp.linalg.qr(make(5, 3), mode="raw")
        for left in (False, True):
            for transpose in (False, True):
                params = {"left": left, "transpose": transpose}
                fn = lambda a, t, c, p=params: lax.linalg.ormqr(a, t, c, **p)
                c = make(5, 2) if left else make(2, 5)
                recorder.record("ormqr", fn, [np.asarray(h).T, np.asarray(taus), c], params, name=f"{kind}/{left}-{transpose}")


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    recorder = Recorder()
    for part in (factors, spectra, systems, norms, complex_numbers, general):
        part(recorder)
    names = {
        "numpy": sorted(name for name in dir(jnp.linalg) if not name.startswith("_")),
        "lax": sorted(name for name in dir(lax.linalg) if not name.startswith("_")),
    }
    write("linalg.json", VERSIONS, cases=recorder.cases, names=names)
