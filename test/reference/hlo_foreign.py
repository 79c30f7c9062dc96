# Programs of the corpus that are read but not run: callbacks, custom calls, tokens, exports with symbolic shapes.
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax._src.interpreters import mlir
from jax._src.lax import parallel
from jax._src.lib.mlir import ir
from jax.experimental import io_callback
from jax.experimental.shard_alike import shard_alike
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P

from hlo_program import BOTH, ints, line, program
from hlo_sharded import FLAT, MESH

CALLBACK = "callback"


@program(line(3), text_only=CALLBACK, forms=BOTH)
def debug_print(x):
    jax.debug.print("x is {x} and {y}", x=x, y=x.sum())
    return x * 2


@program(line(3), text_only=CALLBACK, forms=BOTH)
def debug_print_ordered(x):
    jax.debug.print("first {}", x[0], ordered=True)
    y = lax.cond(x[0] > 0, lambda: x, lambda: (jax.debug.print("branch {}", x, ordered=True), -x)[1])
    jax.debug.print("last {}", y, ordered=True)
    return y


@program(line(3), text_only=CALLBACK, forms=BOTH)
def pure_callback(x):
    shape = jax.ShapeDtypeStruct((3,), np.float32)
    return jax.pure_callback(np.sin, shape, x, vmap_method="sequential"), jax.vmap(
        lambda v: jax.pure_callback(np.cos, jax.ShapeDtypeStruct((), np.float32), v, vmap_method="expand_dims")
    )(x)


@program(line(3), text_only=CALLBACK)
def ordered_callback(x):
    def body(i, v):
        return io_callback(lambda u: u, jax.ShapeDtypeStruct((3,), np.float32), v, ordered=True)

    return lax.fori_loop(0, 2, body, x), io_callback(lambda: np.int32(1), jax.ShapeDtypeStruct((), np.int32))


@program(line(2, 3), ints(4), text_only="custom calls", forms=BOTH)
def ffi_calls(x, i):
    like = jax.ShapeDtypeStruct
    one = jax.ffi.ffi_call("my_target", like((2, 3), np.float32), input_layouts=[(0, 1)], output_layouts=(0, 1))(
        x, flag=True, size=np.int64(4), scale=np.float32(0.5), label='a "label"', numbers=np.array([1, 2], np.int32), ratio=1.5
    )
    two = jax.ffi.ffi_call("other.target", (like((4,), np.int32), like((), np.float32)), has_side_effect=True, input_output_aliases={0: 0})(i)
    old = jax.ffi.ffi_call("legacy", like((), np.float32), custom_call_api_version=2, legacy_backend_config="opaque\x01\\\"é")(x)
    return one, two, old


@program(line(8, 2), line(8, 2), text_only="custom calls", in_shardings=(NamedSharding(MESH, P("data")), None))
def alike(x, y):
    return shard_alike(x, y)


@program(line(8, 2), text_only="memories of the host", forms=BOTH, in_shardings=NamedSharding(MESH, P("data"), memory_kind="pinned_host"))
def memory_kinds(x):
    y = jax.device_put(x, jax.memory.Space.Device)
    return jax.device_put(y * 2, NamedSharding(MESH, P(), memory_kind="unpinned_host"))


@program(line(4, 6), text_only="layouts are an option of compilation")
def layouts(x):
    from jax.experimental.layout import Layout, with_layout_constraint

    return with_layout_constraint(x * 2, Layout((0, 1)))


@program(line(8, 4), np.array([0, 1, 2, 3, 4, 5, 6, 7], np.int32), text_only="custom calls")
def ragged_exchange(x, offsets):
    def one(v, o):
        sizes = jnp.full((8,), 1, np.int32)
        return lax.ragged_all_to_all(v, v, jnp.zeros(8, np.int32), sizes, jnp.zeros(8, np.int32), sizes, axis_name=("data", "model"))

    return jax.shard_map(one, mesh=MESH, in_specs=(P(("data", "model")), P()), out_specs=P(("data", "model")), check_vma=False)(x, offsets)


@program(line(3, 3) + 1j * line(3, 3), line(3, 2) + 0j, platform="tpu", text_only="kernels of the TPU")
def factors_complex_conjugated(a, b):
    return lax.linalg.triangular_solve(a, b, left_side=True, conjugate_a=True), lax.linalg.eigh(a)


@program(line(8), platform="cuda", text_only="messages between GPUs", forms=BOTH)
def one_sided(x):
    ring = [(i, (i + 1) % 8) for i in range(8)]

    def one(v):
        sent = lax.psend(v, "x", ring)
        return lax.precv(lax.after_all(sent, lax.create_token(v)), jax.typeof(v), "x", ring)

    return jax.shard_map(one, mesh=FLAT, in_specs=P("x"), out_specs=P("x"), check_vma=False)(x)


@program(line(8, 8), platform="cuda", text_only="asynchronous collectives", forms=BOTH)
def asynchronous(x):
    def one(v):
        gathered = parallel.all_gather_start(v, "x", axis=0, tiled=True)
        return parallel.psum_start(v, "x").done() + gathered.done().sum()

    return jax.shard_map(one, mesh=FLAT, in_specs=P(None, "x"), out_specs=P(None, "x"), check_vma=False)(x)


@program(line(8, 4), text_only="the old partitioner", shardy=False, in_shardings=NamedSharding(MESH, P("data")))
def annotated_without_shardy(x):
    x = lax.with_sharding_constraint(jnp.sin(x), NamedSharding(MESH, P("model")))
    return jax.shard_map(lambda v: lax.psum(v, "data"), mesh=MESH, in_specs=P("data"), out_specs=P())(x)


# --- exports


def exported(fn, *shapes, constraints=(), **options):
    scope = jax.export.SymbolicScope(constraints)
    args = [
        jax.ShapeDtypeStruct(jax.export.symbolic_shape(shape, scope=scope), dtype) for shape, dtype in shapes
    ]
    text = jax.export.export(jax.jit(fn), **options)(*args).mlir_module()
    with mlir.make_ir_context() as context:
        return ir.Module.parse(text, context)


SYMBOLIC = "symbolic shapes"


@program(text_only=SYMBOLIC, module=True, forms=BOTH)
def export_symbolic():
    def f(x, y):
        rows = x.shape[0]
        table = jnp.arange(rows)[:, None] + jnp.zeros((rows, 3))
        return x @ y, jnp.concatenate([x, x * 2], 0).reshape(-1), x.sum(0) / rows, table, x[1:, ::2], jnp.pad(x, ((1, 2), (0, 0)))

    return exported(f, ("b, 4", np.float32), ("4, n", np.float32), constraints=["b >= 2", "n <= 64"])


@program(text_only=SYMBOLIC, module=True)
def export_symbolic_indexing():
    def f(x, i):
        i = jnp.clip(i, 0, x.shape[0] - 1)
        return x[i], x.at[i].add(1.0), lax.dynamic_slice_in_dim(x, i[0], 2), jnp.sort(x, 0), jnp.cumsum(x, 0), lax.fori_loop(0, x.shape[0], lambda k, v: v + k, 0)

    return exported(f, ("2*b + 1, 3", np.float32), ("k", np.int32))


@program(text_only=SYMBOLIC, module=True)
def export_symbolic_convolution():
    def f(x, k):
        y = lax.conv_general_dilated(x, k, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        return lax.reduce_window(y, -np.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

    return exported(f, ("n, h, 8, 1", np.float32), ("3, 3, 1, 2", np.float32), constraints=["h >= 4"])


@program(text_only=SYMBOLIC, module=True)
def export_symbolic_windows():
    def f(x, k):
        n = x.shape[1]
        strided = lax.conv_general_dilated(x, k, (2,), "SAME", dimension_numbers=("NHC", "HIO", "NHC"))
        return strided, lax.slice(x, (0, n - 4, 0), (x.shape[0], n, 1), (1, 2, 1)), lax.pad(x, np.float32(0), ((0, n, 0), (n, 1, 1), (0, 0, 0)))

    return exported(f, ("b, n, 1", np.float32), ("3, 1, 2", np.float32), constraints=["n >= 6"])


@program(text_only="platforms", module=True)
def export_platforms():
    def f(x):
        return lax.platform_dependent(x, cpu=jnp.sin, tpu=jnp.tanh, default=jnp.cos), jnp.linalg.cholesky(x[:, None] * x)

    return exported(f, ("3", np.float32), platforms=["cpu", "tpu", "cuda"])


