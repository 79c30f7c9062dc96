# Records the distributions of jax.random, and derivatives of gamma samples: fixtures/distributions.json.
import jax
import jax.numpy as jnp
import numpy as np
from cases import VERSIONS
from fixture import encode, plain, write
from jax import random

KEYS = [(0, 42), (0x9E3779B9, 0xDEADBEEF)]
cases = []
derivatives = []

def record(fn, args, **keywords):
    """args follow the key by position: numbers, shapes, dtypes by name, arrays."""
    for words in KEYS:
        key = random.wrap_key_data(jnp.array(words, jnp.uint32))
        wide = any(isinstance(a, str) and a.endswith("64") for a in args)
        with jax.enable_x64(wide):
            value = getattr(random, fn)(key, *args, **keywords)
        inputs = [a for a in args if isinstance(a, np.ndarray)]
        places = iter(range(len(inputs)))
        listed = [{"input": next(places)} if isinstance(a, np.ndarray) else a for a in args]
        cases.append(
            {
                "fn": fn,
                "key": list(words),
                "args": plain(listed),
                "keywords": plain(keywords),
                "inputs": [encode(i) for i in inputs],
                "output": encode(value),
            }
        )

def f32(*values):
    return np.array(values, np.float32)

def closed_form():
    for dtype in ("float32", "float64", "bfloat16"):
        for fn in ("cauchy", "laplace", "logistic", "maxwell"):
            record(fn, [(5,), dtype])
    record("normal", [(5,), "complex64"])
    scales = f32(0.5, 1, 3)
    record("pareto", [scales, (2, 3)])
    record("rayleigh", [scales, (2, 3)])
    record("lognormal", [scales, (2, 3)])
    record("lognormal", [f32(1).reshape(()), (4,)])
    record("wald", [scales, (2, 3)])
    record("weibull_min", [scales, f32(1.5).reshape(()), (2, 3)])
    record("triangular", [f32(0, -1, 2), f32(0.5, 0, 2), f32(1, 4, 3), (2, 3)])
    record("double_sided_maxwell", [f32(1).reshape(()), f32(2).reshape(()), (5,)])
    record("double_sided_maxwell", [f32(0, 1), f32(1, 2), (3,)])
    record("double_sided_maxwell", [f32(0, 1), f32(1, 2), ()])
    for dtype in ("int32", "int8", "uint8", "float32"):
        record("rademacher", [(9,), dtype])
    record("geometric", [f32(0.1, 0.5, 0.99), (4, 3)])
    record("gumbel", [(7,), "float32"], mode="high")
    record("gumbel", [(33,), "float32"], mode="highest")
    record("gumbel", [(7,), "bfloat16"], mode="high")
    record("bernoulli", [f32(1e-6, 0.3, 0.9), (40, 3)], mode="high")
    logits = f32(0.5, -1, 2, 0, 1, 1).reshape(2, 3)
    record("categorical", [logits, -1, (2, 2)], replace=False)
    record("categorical", [logits, 0, (2, 3)], replace=False)
    record("categorical", [logits, -1, (5, 2)], mode="high")

def from_gamma():
    shapes = f32(0.01, 0.3, 1, 2.5, 30, 1000)
    for fn in ("gamma", "loggamma"):
        record(fn, [shapes])
    record("gamma", [np.array([0.5, 3.0]), (2,), "float64"])
    record("gamma", [f32(1.5).reshape(()), (2, 3)])
    record("beta", [f32(0.1, 2), f32(0.2, 5), (3, 2)])
    record("t", [f32(1, 10), (2, 2)])
    record("chisquare", [f32(1, 10), (2, 2)])
    record("f", [f32(2, 10), f32(5, 4)])
    record("dirichlet", [f32(0.2, 1, 3), (2,)])
    record("generalized_normal", [1.5, (4,)])
    record("ball", [3, 2.0, (2,)])
    key = random.wrap_key_data(jnp.array(KEYS[0], jnp.uint32))
    for fn in ("gamma", "loggamma"):
        draw = getattr(random, fn)
        grads = jax.grad(lambda a: draw(key, a).sum())(shapes)
        derivatives.append({"fn": fn, "a": encode(shapes), "grads": encode(grads)})

def counted():
    record("poisson", [f32(0, 0.5, 4, 9.9, 10, 50, 1e4), (2, 7)])
    record("poisson", [f32(3), (4,), "int8"])
    record("binomial", [f32(1, 10, 1000, 7), f32(0.5, 0.1, 0.4, 0.95), (2, 4)])
    record("binomial", [f32(np.nan, -1, np.inf, 5, 5), f32(0.5, 0.5, 0.5, np.nan, 0)])
    record("multinomial", [f32(20).reshape(()), f32(0.1, 0.2, 0.3, 0.4)])

def matrices():
    cov = f32(2, 0.5, 0.1, 0.5, 1, 0.2, 0.1, 0.2, 0.5).reshape(3, 3)
    record("multivariate_normal", [f32(1, 2, 3), cov])
    record("multivariate_normal", [f32(1, 2, 3), cov, (2, 2)])
    record("multivariate_normal", [f32(1, 2, 3), np.stack([cov, np.eye(3, dtype=np.float32)])])
    record("orthogonal", [3])
    record("orthogonal", [2, (2,), "float32", 4])

SPECIAL_A = f32(0.01, 0.5, 1, 2, 10, 100, 1000)
SPECIAL_X = f32(0, 0.001, 0.5, 1, 3, 11, 90, 1050, np.inf, -1)

def special():
    rows = []
    a, x = np.meshgrid(SPECIAL_A, SPECIAL_X, indexing="ij")
    for fn in ("igamma", "igammac", "igamma_grad_a", "random_gamma_grad"):
        rows.append({"fn": fn, "a": encode(a), "x": encode(x), "output": encode(getattr(jax.lax, fn)(a, x))})
    return rows

if __name__ == "__main__":
    closed_form()
    from_gamma()
    counted()
    matrices()
    write("distributions.json", VERSIONS, cases=cases, derivatives=derivatives, special=special())
