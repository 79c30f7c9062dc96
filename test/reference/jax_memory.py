# Records what JAX says of memory kinds: fixtures/memory.json.
import os

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"

import re

import jax
import jax.numpy as jnp
import numpy as np
from cases import VERSIONS
from fixture import write
from jax.ad_checkpoint import checkpoint_name
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P, SingleDeviceSharding

X = np.arange(8, dtype=np.float32)
DEVICE = jax.devices()[0]
MESH = Mesh(np.array(jax.devices()), ("x",))


def single(kind):
    return SingleDeviceSharding(DEVICE, memory_kind=kind)


def named(kind):
    return NamedSharding(MESH, P("x"), memory_kind=kind)


def put(place):
    return lambda x: jax.device_put(x, place)


def kinds(part):
    """The memory kinds of the arguments or results of @main, null where none is said."""
    return [found[1] if (found := re.search(r'mhlo.memory_kind = "(\w+)"', one)) else None for one in part]


def said(text):
    head = next(line for line in text.splitlines() if "@main" in line)
    before, after = head.split(" -> ")
    placements = re.findall(r'_xla_buffer_placement = "(\w+)"', text)
    return {"arguments": kinds(before.split("%arg")[1:]), "results": kinds(after.split("jax.result_info")[1:]), "placements": placements}


def program(name, f, *arguments, **options):
    jitted = jax.jit(f, **options)
    results = jax.tree.leaves(jitted(*arguments))
    traced = jitted.trace(*arguments)
    return {
        "name": name,
        "cpu": said(traced.lower().as_text()),
        "cuda": said(traced.lower(lowering_platforms=("cuda",)).as_text()),
        "lie": [r.sharding.memory_kind for r in results],
        "committed": [r.committed for r in results],
        "values": [np.asarray(r) for r in results],
    }


def encoded(rows):
    return [{**r, "values": [v.tolist() for v in r["values"]]} for r in rows]


def policy():
    return jax.checkpoint_policies.save_and_offload_only_these_names(
        names_which_can_be_saved=["y"], names_which_can_be_offloaded=["z", "w"], offload_src="device", offload_dst="pinned_host"
    )


def chain(x):
    y = checkpoint_name(jnp.sin(x), "y")
    z = jnp.sin(checkpoint_name(jnp.sin(y), "z"))
    w = checkpoint_name(jnp.sin(z), "w")
    return jnp.sum(jnp.sin(w))


def products(x):
    m = x.reshape(2, 4).T @ x.reshape(2, 4)
    return jnp.sum(jnp.sin(jnp.sin(m) @ m))


def looped(x):
    def body(c, _):
        y = checkpoint_name(jnp.sin(c), "y")
        z = checkpoint_name(jnp.sin(y), "z")
        return jnp.sin(z), None

    return jnp.sum(jax.lax.scan(jax.checkpoint(body, policy=policy(), prevent_cse=False), x, None, length=3)[0])


def rows():
    twice = lambda x: x * 2
    host = lambda x, place=single("pinned_host"): jax.device_put(x, place)
    dots = jax.checkpoint_policies.offload_dot_with_no_batch_dims("device", "pinned_host")
    return [
        program("plain", twice, X),
        program("host argument", twice, host(X)),
        program("host argument on a mesh", twice, host(X, named("pinned_host"))),
        program("unpinned argument", twice, host(X, single("unpinned_host"))),
        program("host result", twice, X, out_shardings=single("pinned_host")),
        program("host result on a mesh", twice, X, out_shardings=named("pinned_host")),
        program("unpinned result", twice, X, out_shardings=single("unpinned_host")),
        program("host and device", lambda a, b: [a * 2, b * 3], host(X), X),
        program("put in host", lambda x: host(x) * 2, X),
        program("put in host on a mesh", lambda x: host(x, named("pinned_host")) * 2, X),
        program("put there and back", lambda x: jax.device_put(host(x) * 2, single("device")), X),
        program("put on the device", lambda x: jax.device_put(x, single("device")) * 2, X),
        program("names offloaded", jax.grad(jax.checkpoint(chain, policy=policy())), X),
        program("products offloaded", jax.grad(jax.checkpoint(products, policy=dots)), X),
        program("names offloaded in a scan", jax.grad(looped), X),
    ]


def eager():
    """Where results of operations outside jit lie; null for a refusal."""
    h, d = jax.device_put(X, single("pinned_host")), jnp.asarray(X)
    calls = {
        "sin(host)": lambda: jnp.sin(h),
        "host + 1": lambda: h + 1,
        "host + host": lambda: h + h,
        "host + device": lambda: h + d,
        "host + sum(device)": lambda: h + jnp.sum(d),
        "device + sum(host)": lambda: d + jnp.sum(h),
        "sum(host)": lambda: jnp.sum(h),
        "sum(host) + sum(host)": lambda: jnp.sum(h) + jnp.sum(h),
        "host[2:4]": lambda: h[2:4],
        "concatenate(host, device)": lambda: jnp.concatenate([h, d]),
        "where(device, host, device)": lambda: jnp.where(d > 3, h, d),
        "scan over host": lambda: jax.lax.scan(lambda c, a: (c, a * 2), jnp.float32(0), h)[1],
        "vmap(sin)(host)": lambda: jax.vmap(jnp.sin)(h),
        "tangent of sin at host": lambda: jax.jvp(jnp.sin, (h,), (h,))[1],
        "sin(unpinned)": lambda: jnp.sin(jax.device_put(X, single("unpinned_host"))),
    }
    out = []
    for name, call in calls.items():
        try:
            out.append({"name": name, "lies": call().sharding.memory_kind})
        except ValueError:
            out.append({"name": name, "lies": None})
    return out


if __name__ == "__main__":
    memories = [m.kind for m in DEVICE.addressable_memories()]
    write(
        "memory.json",
        VERSIONS,
        memories=memories,
        default=DEVICE.default_memory().kind,
        programs=encoded(rows()),
        eager=eager(),
    )
