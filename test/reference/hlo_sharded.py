# Programs of the corpus: sharded over 8 devices, by annotations (Shardy) and by shard_map with collectives.
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import AxisType, Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from hlo_program import BOTH, ints, line, mixed, program


def mesh_of(*sizes, names=("data", "model"), types=None, order=None):
    devices = np.array(jax.devices())
    if order is not None:
        devices = devices[order]
    return Mesh(devices.reshape(sizes), names, axis_types=types and (types,) * len(sizes))


MESH = mesh_of(2, 4)
FLAT = mesh_of(8, names=("x",))
ODD = mesh_of(8, names=("an axis",))
CUBE = mesh_of(2, 2, 2, names=("a", "b", "c"))
EXPLICIT = mesh_of(2, 4, types=AxisType.Explicit)
REVERSED = mesh_of(2, 4, order=[7, 6, 5, 4, 3, 2, 1, 0])


def on(*spec, mesh=MESH):
    return NamedSharding(mesh, P(*spec))


@program(line(8, 4), line(4, 8), forms=BOTH, in_shardings=(on("data"), on(None, "model")), out_shardings=on("data", "model"))
def annotated(x, w):
    return jnp.tanh(x @ w)


@program(line(8, 4), line(8), in_shardings=(on(("data", "model")), on("model")), out_shardings=(on(), on(("model", "data"))))
def annotated_joint(x, b):
    return x.sum(), b * 2


@program(line(8, 4), forms=BOTH, in_shardings=on("data"))
def constrained(x):
    x = lax.with_sharding_constraint(jnp.sin(x), on("model", None))
    x = lax.with_sharding_constraint(x * 2, on(P.UNCONSTRAINED, "data"))
    return lax.with_sharding_constraint(x, on())


@program(line(8, 2), in_shardings=on(None, "data", mesh=REVERSED), out_shardings=on("model", mesh=REVERSED))
def reversed_devices(x):
    return x + 1


@program(line(8), in_shardings=NamedSharding(ODD, P("an axis")), out_shardings=NamedSharding(ODD, P()))
def quoted_axis(x):
    return x * 2


@program(line(4, 4), line(4, 4), in_shardings=(on("data"), on("data")), out_shardings=on("data"), donate_argnums=(0,))
def donated_sharded(a, b):
    return a * b


@program(line(4, 4), ints(3), in_shardings=(on("data"), None), donate_argnums=(0, 1))
def donated_unmatched(a, i):
    return jnp.concatenate([a, a]), i.astype(np.float32)


@program(line(4, 4), line(4, 4), mesh=EXPLICIT, forms=BOTH, in_shardings=(on("data", mesh=EXPLICIT), on(None, "model", mesh=EXPLICIT)))
def explicit_axes(x, w):
    y = jnp.sin(x) @ w
    return jax.reshard(y, P(None, "model")), jax.grad(lambda v: jnp.sum(v * 2))(x)


@program(line(4, 4), line(4, 4), mesh=EXPLICIT, in_shardings=(on(None, "model", mesh=EXPLICIT), on("model", mesh=EXPLICIT)))
def unreduced(x, w):
    x, w = jax.reshard(x, P("data", "model")), jax.reshard(w, P("model", None))
    y = jnp.matmul(x, w, out_sharding=P("data", None, unreduced={"model"}))
    return jax.reshard(y, P("data", None))


def mapped(in_specs, out_specs, mesh=MESH, **options):
    return lambda fn: jax.shard_map(fn, mesh=mesh, in_specs=in_specs, out_specs=out_specs, **options)


@program(line(8, 4), forms=BOTH)
def map_sums(x):
    both = mapped(P("data", "model"), P())(lambda v: lax.psum(v.sum(), ("data", "model")))
    one = mapped(P("data", "model"), (P("data"), P("data")))(lambda v: (lax.pmax(v, "model"), lax.pmin(v, "model")))
    return both(x), one(x), mapped(P("data"), P())(lambda v: lax.pmean(v, "data"))(x)


@program(line(8, 4), forms=BOTH)
def map_gathers(x):
    rows = P("data", "model")
    tiled = mapped(rows, P("data"), check_vma=False)(lambda v: lax.all_gather(v, "model", axis=1, tiled=True))
    stacked = mapped(rows, P("data", "model"))(lambda v: lax.all_gather(v, "model").sum(0))
    scattered = mapped(P("data"), P("data", "model"))(lambda v: lax.psum_scatter(v, "model", scatter_dimension=1, tiled=True))
    return tiled(x), stacked(x), scattered(x)


@program(line(8, 4), forms=BOTH)
def map_exchanges(x):
    rows = P("model")
    swapped = mapped(rows, P(None, "model"))(lambda v: lax.all_to_all(v, "model", 1, 0, tiled=True))
    ring = mapped(rows, rows)(lambda v: lax.ppermute(v, "model", [(i, (i + 1) % 4) for i in range(4)]))
    some = mapped(rows, rows)(lambda v: lax.ppermute(v, "model", [(0, 2)]))
    return swapped(x), ring(x), some(x)


@program(line(8, 4), platform="cuda", text_only="collective_broadcast has no CPU kernel")
def map_broadcast(x):
    return mapped(P("model"), P("model"), check_vma=False)(lambda v: lax.pbroadcast(v, ("model",), 1))(x)


@program(line(8, 2))
def map_indices(x):
    def one(v):
        return v + lax.axis_index("data") * 10 + lax.axis_index(("data", "model")).astype(v.dtype)

    return mapped(P(("data", "model")), P(("data", "model")))(one)(x)


@program(line(8, 4))
def map_groups(x):
    groups = [[0, 2], [1, 3]]
    add = mapped(P("model"), P("model"), check_vma=False)(lambda v: lax.psum(v, "model", axis_index_groups=groups))
    gather = mapped(P("model"), P("model"), check_vma=False)(lambda v: lax.all_gather(v, "model", axis_index_groups=groups).sum(0))
    return add(x), gather(x)


@program(line(8, 4), line(4), forms=BOTH)
def map_several(x, y):
    def one(v, w):
        a, b = lax.psum((v, w), "data")
        return a, b, lax.psum(v * w, ("model",))

    return mapped((P("data"), P()), (P(), P(), P("data")), check_vma=False)(one)(x, y)


@program(line(8, 4), forms=BOTH, in_shardings=on("data", "model"))
def map_partly(x):
    def one(v):
        v = lax.with_sharding_constraint(v, P(None, "model"))
        return v + lax.axis_index("data").astype(v.dtype)

    return mapped(P("data"), P("data"), axis_names={"data"})(one)(x)


@program(line(8, 4))
def map_nested(x):
    def inner(v):
        return lax.psum(v, "b")

    def outer(v):
        return jax.shard_map(inner, in_specs=P("b"), out_specs=P(), axis_names={"b"})(v) * lax.psum(1, "a")

    return jax.shard_map(outer, mesh=CUBE, in_specs=P("a"), out_specs=P("a"), axis_names={"a"})(x)


@program(line(8, 4), line(4, 4), forms=BOTH)
def map_gradient(x, w):
    loss = mapped((P("data"), P(None, "model")), P())(lambda v, u: lax.pmean(jnp.sum((v @ u) ** 2), ("data", "model")))
    return jax.value_and_grad(loss, (0, 1))(x, w)


@program(line(8))
def map_control(x):
    def one(v):
        v = lax.fori_loop(0, 2, lambda i, u: u + lax.ppermute(u, "x", [(j, (j + 1) % 8) for j in range(8)]), v)
        return lax.cond(v[0] > 0, lambda: v, lambda: -v)

    return mapped(P("x"), P("x"), mesh=FLAT)(one)(x)


@program(ints(8), mixed(8))
def map_integers(i, x):
    one = mapped((P("x"), P("x")), (P("x"), P()), mesh=FLAT)
    return one(lambda a, b: (lax.psum_scatter(lax.all_gather(a, "x", tiled=True), "x", tiled=True), lax.pmax(b, "x")))(i, x)


@program(line(8, 4), line(4, 8), line(8, 4), forms=BOTH, in_shardings=(on("data"), on(None, "model"), on("model")), out_shardings=on("data"))
def tensor_parallel(x, up, down):
    h = lax.with_sharding_constraint(jax.nn.silu(x @ up), on("data", "model"))
    return lax.with_sharding_constraint(h @ down, on("data"))


@program(line(2, 8, 4), line(8, 4), in_shardings=(on(None, "data"), on("data", "model")))
def sharded_scan(ws, x):
    def layer(x, w):
        return lax.with_sharding_constraint(jnp.sin(x * w), on("data")), x.sum()

    return lax.scan(layer, x, ws)


@program(np.uint32(3), out_shardings=on("data"))
def sharded_random(seed):
    return jax.random.normal(jax.random.key(seed), (8, 2))
