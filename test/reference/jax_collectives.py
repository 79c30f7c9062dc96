# Collectives of jax.lax over the axes of shard_map on 8 CPU devices, and over the axis of vmap: values and cotangents.
import os

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=8"

import jax
import numpy as np
from jax import lax
from jax.sharding import Mesh
from jax.sharding import PartitionSpec as P

from cases import VERSIONS
from fixture import encode, plain, write

MESH = Mesh(np.array(jax.devices()).reshape(2, 4), ("data", "model"))
rng = np.random.default_rng(0)


def eighths(shape):
    return (rng.integers(-16, 17, shape) / 8).astype(np.float32)


CALLS = {
    "psum": lambda x, name, **p: lax.psum(x, name, **p),
    "pmean": lambda x, name, **p: lax.pmean(x, name, **p),
    "pmax": lambda x, name, **p: lax.pmax(x, name, **p),
    "pmin": lambda x, name, **p: lax.pmin(x, name, **p),
    "all_gather": lambda x, name, **p: lax.all_gather(x, name, **p),
    "psum_scatter": lambda x, name, **p: lax.psum_scatter(x, name, **p),
    "all_to_all": lambda x, name, **p: lax.all_to_all(x, name, **p),
    "ppermute": lambda x, name, **p: lax.ppermute(x, name, **p),
    "pshuffle": lambda x, name, **p: lax.pshuffle(x, name, **p),
    "axis_index": lambda x, name: x + lax.axis_index(name).astype(x.dtype),
}


def has_derivative(op, params):
    """pmax and pmin have none; the transpose of an untiled all_to_all mixes up its two axes (JAX 0.10.2)."""
    stacked = op == "all_to_all" and not params.get("tiled")
    return op not in ("pmax", "pmin") and not (stacked and params["split_axis"] != params["concat_axis"])


RING = [[0, 1], [1, 2], [2, 3], [3, 0]]
GROUPS = [[0, 2], [1, 3]]
BOTH = ("data", "model")

# op, axis, params, shape of the whole, in spec, out spec of the checked and of the unchecked form
SHARDED = [
    ("psum", "model", {}, (8, 3), P("model"), P()),
    ("psum", BOTH, {}, (8, 3), P(BOTH), P()),
    ("psum", "data", {}, (8, 3), P("model", None), P("model")),
    ("psum", "model", {}, (8, 4), P("model", "data"), P(None, "data")),
    ("pmean", "model", {}, (8, 3), P("model"), P()),
    ("pmax", "model", {}, (8, 3), P("model"), P()),
    ("pmin", BOTH, {}, (8, 3), P(BOTH), P()),
    ("all_gather", "model", {}, (8, 3), P("model"), P("model")),
    ("all_gather", "model", {"axis": 1}, (8, 3), P("model"), P("model")),
    ("all_gather", "model", {"axis": 1, "tiled": True}, (8, 4), P("data", "model"), P("data", "model")),
    ("all_gather", BOTH, {"tiled": True}, (8, 3), P(BOTH), P(BOTH)),
    ("all_gather", ("model", "data"), {"tiled": True}, (8, 3), P(BOTH), P(BOTH)),
    ("all_gather", "model", {"axis_index_groups": GROUPS}, (8, 3), P("model"), P("model")),
    ("psum_scatter", "model", {}, (16, 3), P("model"), P("model")),
    ("psum_scatter", "model", {"scatter_dimension": 1, "tiled": True}, (8, 8), P("model"), P(None, "model")),
    ("psum_scatter", BOTH, {"tiled": True}, (8, 8), P(None, None), P(BOTH)),
    ("psum_scatter", "model", {"tiled": True, "axis_index_groups": GROUPS}, (16, 3), P("model"), P("model")),
    ("all_to_all", "model", {"split_axis": 0, "concat_axis": 0}, (16, 3), P("model"), P("model")),
    ("all_to_all", "model", {"split_axis": 0, "concat_axis": 1}, (16, 3), P("model"), P("model")),
    ("all_to_all", "model", {"split_axis": 1, "concat_axis": 0, "tiled": True}, (4, 8), P("model"), P(None, "model")),
    ("all_to_all", BOTH, {"split_axis": 1, "concat_axis": 0, "tiled": True}, (8, 8), P(BOTH), P(None, BOTH)),
    ("ppermute", "model", {"perm": RING}, (8, 3), P("model"), P("model")),
    ("ppermute", "model", {"perm": [[0, 2], [3, 0]]}, (8, 3), P("model"), P("model")),
    ("ppermute", BOTH, {"perm": [[i, (i + 3) % 8] for i in range(8)]}, (8, 3), P(BOTH), P(BOTH)),
    ("pshuffle", "model", {"perm": [2, 0, 3, 1]}, (8, 3), P("model"), P("model")),
    ("axis_index", "model", {}, (8, 3), P("model"), P("model")),
    ("axis_index", BOTH, {}, (8, 3), P(BOTH), P(BOTH)),
    ("axis_index", ("model", "data"), {}, (8, 3), P(BOTH), P(BOTH)),
]
UNCHECKED_ONLY = [
    ("psum", "model", {"axis_index_groups": GROUPS}, (8, 3), P("model"), P("model")),
    ("pmax", "model", {"axis_index_groups": GROUPS}, (8, 3), P("model"), P("model")),
    ("psum", "model", {}, (8, 3), P("model"), P("model")),
    ("psum", "model", {}, (8, 3), P(None), P(None)),
]

# op, params, shape of the whole, mapped dimension
MAPPED = [
    ("psum", {}, (4, 3), 0),
    ("psum", {}, (3, 4), 1),
    ("pmean", {}, (4, 3), 0),
    ("pmax", {}, (4, 3), 0),
    ("pmin", {}, (3, 4), 1),
    ("all_gather", {}, (4, 3), 0),
    ("all_gather", {"axis": 1}, (3, 4), 1),
    ("all_gather", {"axis": 1, "tiled": True}, (4, 3, 2), 0),
    ("psum_scatter", {}, (4, 4, 3), 0),
    ("psum_scatter", {"scatter_dimension": 1, "tiled": True}, (3, 8, 4), 2),
    ("all_to_all", {"split_axis": 0, "concat_axis": 0}, (4, 4, 3), 0),
    ("all_to_all", {"split_axis": 1, "concat_axis": 0}, (4, 3, 4), 0),
    ("all_to_all", {"split_axis": 1, "concat_axis": 0, "tiled": True}, (4, 3, 8), 0),
    ("all_to_all", {"split_axis": 0, "concat_axis": 0, "tiled": True}, (8, 4, 3), 1),
    ("ppermute", {"perm": RING}, (4, 3), 0),
    ("pshuffle", {"perm": [2, 0, 3, 1]}, (3, 4), 1),
    ("axis_index", {}, (4, 3), 0),
]


def spec(p):
    return [[] if e is None else [e] if isinstance(e, str) else list(e) for e in p]


def case(name, op, axis, params, x, run, **where):
    """`run` is the function of the whole; the cotangent that it is pulled back from is recorded too."""
    out = run(x)
    entry = {
        "name": name,
        "op": op,
        "axis": list(axis) if isinstance(axis, tuple) else axis,
        "params": plain(params),
        **where,
        "input": encode(x),
        "output": encode(out),
        "cotangent": None,
        "grad": None,
    }
    if has_derivative(op, params):
        ct = eighths(out.shape)
        _, pull = jax.vjp(run, x)
        entry["cotangent"] = encode(ct)
        entry["grad"] = encode(pull(ct)[0])
    return entry


def sharded(op, axis, params, shape, in_spec, out_spec, checked):
    def local(x):
        return CALLS[op](x, axis, **params)

    run = jax.jit(jax.shard_map(local, mesh=MESH, in_specs=in_spec, out_specs=out_spec, check_vma=checked))
    name = f"{op}/{'checked' if checked else 'unchecked'}/{axis}{params or ''}/{in_spec}"
    return case(name, op, axis, params, eighths(shape), run, in_spec=spec(in_spec), out_spec=spec(out_spec), check_vma=checked)


def mapped(op, params, shape, dim):
    """vmap of the vjp: the convention inside the mapped function, where psum transposes to psum."""

    def local(x):
        return CALLS[op](x, "i", **params)

    x = eighths(shape)
    out = jax.vmap(local, in_axes=dim, axis_name="i")(x)
    entry = {"name": f"{op}/vmap{params or ''}/{dim}", "op": op, "axis": "i", "params": plain(params), "dim": dim}
    entry |= {"input": encode(x), "output": encode(out), "cotangent": None, "grad": None}
    if has_derivative(op, params):
        ct = eighths(out.shape)
        pull = jax.vmap(lambda x, ct: jax.vjp(local, x)[1](ct)[0], in_axes=(dim, 0), axis_name="i")
        entry["cotangent"] = encode(ct)
        entry["grad"] = encode(pull(x, ct))
    return entry


def main():
    write(
        "collectives.json",
        VERSIONS,
        sharded=[sharded(*c, checked) for c in SHARDED for checked in (True, False)]
        + [sharded(*c, False) for c in UNCHECKED_ONLY],
        mapped=[mapped(*c) for c in MAPPED],
    )


if __name__ == "__main__":
    main()
