# Records what JAX's transformations give where a convention decides: fixtures/transforms.json.
import jax
import jax.numpy as jnp
import numpy as np
from cases import VERSIONS
from fixture import encode, write
from jax import lax

X = np.array([0.5, -1.25, 2.0], np.float32)
M = np.array([[1.0, -0.5, 0.25], [0.75, 2.0, -1.5]], np.float32)


def value(name, *arrays):
    return {"name": name, "outputs": [encode(a) for a in arrays]}


def ties():
    """Gradients where a function has a kink or a tie, in float32."""
    zero, one = np.float32(0), np.float32(1)
    two_each = np.array([2.0, 1.0, 2.0], np.float32)
    clipped = np.array([0.0, 0.5, 1.0, 2.0], np.float32)

    def masked_log(x):
        return jnp.sum(jnp.where(x > 0, jnp.log(jnp.where(x > 0, x, x)), 0.0))

    return [
        value("reduce_max", jax.grad(jnp.max)(two_each)),
        value("reduce_min", jax.grad(jnp.min)(-two_each)),
        value("reduce_max-jvp", jax.jvp(jnp.max, (two_each,), (X,))[1]),
        value("maximum", *jax.grad(jnp.maximum, (0, 1))(one, one)),
        value("minimum", *jax.grad(jnp.minimum, (0, 1))(one, one)),
        value("maximum-second", jax.grad(jax.grad(lambda x: jnp.maximum(x, 1.0) ** 2))(one)),
        value("relu", jax.grad(jax.nn.relu)(zero)),
        value("relu6", jax.grad(jax.nn.relu6)(zero), jax.grad(jax.nn.relu6)(np.float32(6))),
        value("leaky_relu", jax.grad(jax.nn.leaky_relu)(zero)),
        value("abs", jax.grad(jnp.abs)(zero)),
        value("sign", jax.grad(jnp.sign)(zero)),
        value("clip", jax.grad(lambda x: jnp.sum(jnp.clip(x, 0.0, 1.0)))(clipped)),
        value("sqrt", jax.grad(jnp.sqrt)(zero)),
        value("log", jax.grad(jnp.log)(zero)),
        value("where-log", jax.grad(masked_log)(np.array([0.0, 1.0], np.float32))),
        value("power-zero", jax.grad(lambda x: x**2.0)(zero), jax.grad(lambda x: x**0)(zero)),
        value("round-floor", jax.grad(jnp.round)(one), jax.grad(jnp.floor)(one)),
        value("sort", jax.grad(lambda x: jnp.sum(jnp.sort(x) * X))(two_each)),
        value("cummax", jax.grad(lambda x: jnp.sum(lax.cummax(x) * X))(two_each)),
        value("norm-zero", jax.grad(jnp.linalg.norm)(np.zeros(2, np.float32))),
    ]


def derivatives():
    """Jacobians, Hessians and transposes of small functions."""

    def f(p):
        return {"u": jnp.sin(p["a"]) * p["b"], "v": jnp.sum(p["a"]) * p["b"]}

    p = {"a": X, "b": np.float32(1.5)}

    def leaves(name, tree):
        return value(name, *jax.tree.leaves(tree))

    g = lambda x, y: jnp.sum(jnp.sin(x) * y) * y[0]
    return [
        leaves("jacfwd-tree", jax.jacfwd(f)(p)),
        leaves("jacrev-tree", jax.jacrev(f)(p)),
        leaves("hessian-tree", jax.hessian(lambda p: jnp.sum(f(p)["u"] * p["a"]))(p)),
        leaves("jacrev-argnums", jax.jacrev(g, (0, 1))(X, X)),
        leaves("hessian-argnums", jax.hessian(g, (0, 1))(X, X)),
        leaves("linear-transpose", jax.linear_transpose(lambda x, y: (M @ x - 3 * y, y[0]), X, X[:2])((X[:2], np.float32(2)))),
        leaves("grad-argnums", jax.grad(g, (1, 0))(X, X)),
        leaves("associative-scan", jax.vjp(lambda x: lax.associative_scan(jnp.multiply, x, reverse=True), X)[1](X)),
        leaves("while-jvp", jax.jvp(lambda x: lax.while_loop(lambda c: c < 10.0, lambda c: c * x, x), (np.float32(2),), (np.float32(1),))),
    ]


def equations(fn, *args):
    """Multiplications and everything, in the program of fn."""

    def names(jaxpr):
        for e in jaxpr.eqns:
            inner = [p for p in e.params.values() if hasattr(p, "jaxpr") or hasattr(p, "eqns")]
            if inner:
                for p in inner:
                    yield from names(getattr(p, "jaxpr", p))
            else:
                yield e.primitive.name

    found = list(names(jax.make_jaxpr(fn)(*args).jaxpr))
    return {"mul": found.count("mul"), "dot_general": found.count("dot_general"), "sin": found.count("sin"), "cos": found.count("cos")}


def zeros():
    """Dead derivative work is not in the program."""
    chain = lambda x, y: jnp.sum(jnp.sin(x) * jnp.sin(y))
    stopped = lambda x, y: jnp.sum(jnp.sin(x) * lax.stop_gradient(jnp.sin(y)))
    branchless = lambda x, y: jnp.sum((x @ y.T) @ y)
    programs = {
        "product-by-first": (jax.grad(chain, 0), X, X),
        "product-by-both": (jax.grad(chain, (0, 1)), X, X),
        "stopped-by-both": (jax.grad(stopped, (0, 1)), X, X),
        "jvp-by-first": (lambda x, y: jax.jvp(lambda x: chain(x, y), (x,), (x,)), X, X),
        "dots-by-first": (jax.grad(branchless, 0), M, M),
        "dots-by-both": (jax.grad(branchless, (0, 1)), M, M),
    }
    return [{"name": name, "counts": equations(fn, *args)} for name, (fn, *args) in programs.items()]


if __name__ == "__main__":
    write("transforms.json", VERSIONS, ties=ties(), derivatives=derivatives(), zeros=zeros())
