# Records how many equations JAX's programs hold and how often it traces them: fixtures/tracing.json.
import collections
import re

import jax
import jax.numpy as jnp
import numpy as np
from cases import VERSIONS
from fixture import write
from jax import ad_checkpoint, lax
from jax.extend import core

X = np.ones((4, 4), np.float32)
POLICIES = jax.checkpoint_policies


def primitives(jaxpr, multiply=False):
    """Counts of primitives, graphs inside equations included (a scan's body once)."""
    counts = collections.Counter()
    for equation in jaxpr.eqns:
        counts[equation.primitive.name] += 1
        for value in equation.params.values():
            for inner in value if isinstance(value, (tuple, list)) else [value]:
                if isinstance(inner, core.ClosedJaxpr):
                    counts.update(primitives(inner.jaxpr))
                elif isinstance(inner, core.Jaxpr):
                    counts.update(primitives(inner))
    return counts


def count(fn, *args):
    return dict(sorted(primitives(jax.make_jaxpr(fn)(*args).jaxpr).items()))


def two_matmuls(w1, w2, x):
    return jnp.sum(jnp.sin(jnp.sin(x @ w1) @ w2))


def named(w1, w2, x):
    hidden = ad_checkpoint.checkpoint_name(jnp.sin(x @ w1), "hidden")
    return jnp.sum(jnp.sin(hidden @ w2))


def checkpoints():
    policies = {
        "default": None,
        "nothing_saveable": POLICIES.nothing_saveable,
        "everything_saveable": POLICIES.everything_saveable,
        "dots_saveable": POLICIES.dots_saveable,
        "dots_with_no_batch_dims_saveable": POLICIES.dots_with_no_batch_dims_saveable,
    }
    # Differentiated by the input only, this is the known pair: 6 products by default, 4 with dots_saveable.
    by = {"input": (2,), "weights": (0, 1), "all": (0, 1, 2)}
    rows = []
    for which, argnums in by.items():
        plain = count(jax.grad(two_matmuls, argnums), X, X, X)
        rows.append({"name": f"two-matmuls/no-checkpoint/{which}", "counts": plain})
        for name, policy in policies.items():
            fn = jax.checkpoint(two_matmuls, policy=policy)
            rows.append({"name": f"two-matmuls/{name}/{which}", "counts": count(jax.grad(fn, argnums), X, X, X)})
    for name in ("hidden", "other"):
        fn = jax.checkpoint(named, policy=POLICIES.save_only_these_names(name))
        rows.append({"name": f"named/save_only_these_names({name})", "counts": count(jax.grad(fn, (0, 1)), X, X, X)})
    batched = np.ones((2, 4, 4), np.float32)
    for name in ("dots_saveable", "dots_with_no_batch_dims_saveable"):
        fn = jax.checkpoint(two_matmuls, policy=policies[name])
        rows.append({"name": f"two-batched-matmuls/{name}", "counts": count(jax.grad(fn, (0, 1)), batched, batched, batched)})
    return rows


def loops():
    weights = np.ones((3, 4, 4), np.float32)

    def layer(x, w):
        return jnp.sin(x @ w), None

    def stack(body):
        return lambda ws, x: jnp.sum(lax.scan(body, x, ws)[0])

    rows = [
        {"name": "scan/forward", "counts": count(stack(layer), weights, X)},
        {"name": "scan/grad", "counts": count(jax.grad(stack(layer)), weights, X)},
        {"name": "scan/grad-of-checkpoint", "counts": count(jax.grad(stack(jax.checkpoint(layer))), weights, X)},
        {"name": "scan/vmap", "counts": count(jax.vmap(stack(layer), (None, 0)), weights, np.ones((2, 4, 4), np.float32))},
        {"name": "fori/concrete-bounds", "counts": count(lambda x: lax.fori_loop(0, 5, lambda i, c: c * 2, x), X)},
        {"name": "fori/traced-bound", "counts": count(lambda n, x: lax.fori_loop(0, n, lambda i, c: c * 2, x), np.int32(5), X)},
        {"name": "cond/traced", "counts": count(lambda p, x: lax.cond(p, jnp.sin, jnp.cos, x), np.array(True), X)},
        {
            "name": "cond/batched-predicate",
            "counts": count(
                jax.vmap(lambda p, x: lax.cond(p, jnp.sin, jnp.cos, x)), np.array([True, False]), np.ones((2, 3), np.float32)
            ),
        },
        {"name": "grad/of-sum-of-product", "counts": count(jax.grad(lambda x, y: jnp.sum(x * y)), X, X)},
        {"name": "grad/unused-argument", "counts": count(jax.grad(lambda x, y: jnp.sum(x), argnums=1), X, X)},
    ]
    return rows


def counted(fn):
    """fn, and a list that grows at each trace."""
    calls = []

    def wrapper(*args, **kwargs):
        calls.append(1)
        return fn(*args, **kwargs)

    return wrapper, calls


def traces():
    """How often the function's body runs over a sequence of calls: {name, calls, traces}."""
    strong, weak = jnp.float32(1), 1.0
    pairs = {
        "same-shape": ([X], [X + 1]),
        "other-shape": ([X], [X[:2]]),
        "other-dtype": ([X], [X.astype(np.int32)]),
        "strong-then-weak-scalar": ([strong], [weak]),
        "int-then-float-scalar": ([1], [1.0]),
        "float-then-other-float": ([1.0], [2.0]),
        "bool-then-int-scalar": ([True], [1]),
        "list-then-tuple": ([[X, X]], [(X, X)]),
        "key-order": ([{"a": X, "b": X}], [{"b": X, "a": X}]),
        "host-then-device": ([X], [jnp.asarray(X)]),
    }
    rows = []
    for name, calls in pairs.items():
        fn, seen = counted(lambda x: jax.tree.map(lambda leaf: leaf * 2, x))
        jitted = jax.jit(fn)
        for args in calls:
            jitted(*args)
        rows.append({"name": name, "calls": 2, "traces": len(seen)})
    fn, seen = counted(lambda x: x * 2)
    jax.jit(fn)(X), jax.jit(fn)(X)
    rows.append({"name": "two-jits-of-one-function", "calls": 2, "traces": len(seen)})
    fn, seen = counted(lambda x, n: x * n)
    jitted = jax.jit(fn, static_argnums=1)
    for static in (1, 1, 1.0, True, 2):
        jitted(X, static)
    rows.append({"name": "static-1-1-1.0-true-2", "calls": 5, "traces": len(seen)})
    fn, seen = counted(lambda x: x * 2)
    jitted = jax.jit(fn)
    jax.eval_shape(jitted, X), jax.make_jaxpr(jitted)(X), jitted(X), jitted.lower(X)
    rows.append({"name": "eval-shape-make-jaxpr-call-lower", "calls": 4, "traces": len(seen)})
    fn, seen = counted(jnp.sin)
    inner = jax.jit(fn)
    outer = jax.jit(lambda x: inner(inner(inner(x))))
    outer(X)
    rows.append({"name": "inner-jit-called-three-times", "calls": 3, "traces": len(seen)})
    body, seen = counted(lambda c, w: (c @ w, None))
    jax.jit(lambda x, ws: lax.scan(body, x, ws)[0])(X, np.ones((5, 4, 4), np.float32))
    rows.append({"name": "scan-body-of-five-steps", "calls": 5, "traces": len(seen)})
    return rows


def functions(text):
    return len(re.findall(r"func\.func ", text))


def lowered():
    """Facts of the StableHLO text: functions, and what stands in @main."""
    inner = jax.jit(jnp.sin)
    three = jax.jit(lambda x: inner(inner(inner(x)))).lower(X).as_text()
    different = jax.jit(lambda x: inner(x).sum() + inner(x[0]).sum()).lower(X).as_text()
    rows = [
        {"name": "three-calls-of-one-inner-jit", "functions": functions(three), "calls": three.count("call @")},
        {"name": "two-calls-of-different-shape", "functions": functions(different), "calls": different.count("call @sin")},
    ]
    for keep in (False, True):
        text = jax.jit(lambda x, y: x * 2, keep_unused=keep).lower(X, X).as_text()
        arguments = len(re.findall(r"%arg\d+: ", text[text.index("@main") :].split("{\n")[0]))
        rows.append({"name": f"unused-argument/keep_unused={keep}", "main_arguments": arguments})
    donated = jax.jit(lambda x, y: (x + y, y.sum()), donate_argnums=0).lower(X, X).as_text()
    rows.append({"name": "donation", "aliasing_output": donated.count("tf.aliasing_output")})
    depth = {}
    for layers in (2, 8):
        ws = np.ones((layers, 4, 4), np.float32)
        fn = jax.grad(lambda ws, x: jnp.sum(lax.scan(lambda c, w: (jnp.sin(c @ w), None), x, ws)[0]))
        depth[str(layers)] = len(re.findall(r"stablehlo\.\w+", jax.jit(fn).lower(ws, X).as_text()))
    rows.append({"name": "operations-of-scan-by-depth", "operations": depth})
    return rows


if __name__ == "__main__":
    write("tracing.json", VERSIONS, checkpoint=checkpoints(), loops=loops(), traces=traces(), lowered=lowered())
