"""Command-line options of the training programs, and the devices that they choose.

This module does not import jax: the environment must be set before jax is loaded.
"""
import argparse
import atexit
import json
import os
import sys
import tempfile

from shapes import CONFIGS

PLUGIN_PLATFORM = "bench_cpu"  # the name under which JAX registers the file of --plugin


def train_parser(description):
    p = argparse.ArgumentParser(description=description)
    add_model_options(p)
    p.add_argument("--data", type=int, default=1, help="size of the data axis of the mesh")
    p.add_argument("--tensor", type=int, default=1, help="size of the tensor axis of the mesh")
    p.add_argument("--alpha", type=float, default=16.0)
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--warmup", type=int, default=2, help="steps not timed")
    p.add_argument("--steps", type=int, default=8, help="steps timed")
    p.add_argument("--retrace", type=int, default=3, help="extra trace+lower passes after the first")
    p.add_argument("--weights", metavar="FILE", help="base weights and LoRA start, from write_inputs.py")
    p.add_argument("--batch-file", metavar="FILE", help="the batch, from write_inputs.py")
    p.add_argument("--compile-only", action="store_true", help="abstract shapes, no weights, no steps")
    p.add_argument("--trace-only", action="store_true", help="abstract shapes, trace and lower, no compiling")
    p.add_argument("--target", choices=["h100"], help="with --compile-only: compile for this GPU, which need not be here")
    p.add_argument("--cuda-plugin", help="path of xla_cuda_plugin.so, for --target")
    p.add_argument("--cuda-data", help="path of nvidia/cu13 (bin/ptxas, nvvm/libdevice), for --target")
    add_run_options(p)
    return p


def add_model_options(p):
    """What decides the numbers that a run starts from."""
    p.add_argument("--config", choices=sorted(CONFIGS), default="tiny")
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--seq", type=int, default=256)
    p.add_argument("--dtype", choices=["f32", "bf16"], default="f32", help="base weights and compute")
    p.add_argument("--rank", type=int, default=16)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--supervised", type=supervised_share, default="default", metavar="SHARE|all|default",
                   help="default: all but a prompt of a quarter (71 %% of 4 x 256); a share: the last part of each row's "
                        "real positions; all: every position that has a next token")


def supervised_share(text):
    """`default`, `all`, or a share in (0, 1] as the canonical text of the number."""
    if text in ("default", "all"):
        return text
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0.0 < share <= 1.0:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected default, all or a number in (0, 1]")
    return "all" if share == 1.0 else repr(share)


def add_run_options(p):
    p.add_argument("--plugin", metavar="FILE", help="run JAX over this PJRT plugin, not over its own CPU client")
    p.add_argument("--serve", action="store_true", help="stay alive and answer commands on stdin (README, Serving)")
    p.add_argument("--out", help="append the JSON line to this file as well")


# A GpuTargetConfigProto: what the compiler needs to know of an H100 SXM.
H100 = """gpu_device_info {
  threads_per_block_limit: 1024 threads_per_warp: 32 shared_memory_per_block: 49152 shared_memory_per_core: 233472
  threads_per_core_limit: 2048 core_count: 132 fpus_per_core: 128
  block_dim_limit_x: 2147483647 block_dim_limit_y: 65535 block_dim_limit_z: 65535
  memory_bandwidth: 3352320000000 l2_cache_size: 52428800 clock_rate_ghz: 1.98 device_memory_size: 84978434048
  shared_memory_per_block_optin: 232448 cuda_compute_capability { major: 9 }
  registers_per_core_limit: 65536 registers_per_block_limit: 65536
}
platform_name: "CUDA" dnn_version_info { major: 9 minor: 10 } device_description_str: "NVIDIA H100 80GB HBM3"
"""


def prepare(a):
    """Choose the devices of a training program. Call before jax is imported."""
    if a.target is None:
        return use_host_devices(a.data * a.tensor, a.plugin)
    if not a.compile_only or a.plugin or not (a.cuda_plugin and a.cuda_data):
        raise SystemExit("--target compiles for a device that is not here: give --compile-only, --cuda-plugin and "
                         "--cuda-data with it, and no --plugin")
    os.environ["JAX_PLATFORMS"] = "cpu"
    os.environ["XLA_FLAGS"] = f"--xla_gpu_cuda_data_dir={a.cuda_data}"
    os.environ["PATH"] = os.path.join(a.cuda_data, "bin") + os.pathsep + os.environ["PATH"]


def use_host_devices(count, plugin=None):
    """`count` CPU devices of JAX's own client or of the plugin file. Call before jax is imported."""
    assert "jax" not in sys.modules
    if plugin is not None:
        return use_plugin(plugin, count)
    os.environ["JAX_PLATFORMS"] = "cpu"
    if count > 1:
        flags = os.environ.get("XLA_FLAGS", "")
        os.environ["XLA_FLAGS"] = f"{flags} --xla_force_host_platform_device_count={count}".strip()


def use_plugin(plugin, count):
    """JAX reads create options from a JSON file named in place of the library; the plugin makes 4 devices unless told."""
    if not os.path.isfile(plugin):
        raise SystemExit(f"--plugin {plugin}: no such file; expected a PJRT plugin library (.so)")
    handle, path = tempfile.mkstemp(prefix="pjrt-plugin-", suffix=".json")
    atexit.register(os.unlink, path)
    with os.fdopen(handle, "w") as f:
        json.dump({"library_path": os.path.abspath(plugin), "create_options": {"cpu_device_count": count}}, f)
    os.environ["PJRT_NAMES_AND_LIBRARY_PATHS"] = f"{PLUGIN_PLATFORM}:{path}"
    os.environ["JAX_PLATFORMS"] = PLUGIN_PLATFORM


def devices(a):
    """The devices of the mesh: virtual CPU devices, or a topology of GPUs that need not exist here."""
    import jax
    count = a.data * a.tensor
    if a.target is None:
        return jax.devices()[:count]
    from jax._src import xla_bridge
    from jax.experimental import topologies
    xla_bridge.register_plugin("cuda", library_path=a.cuda_plugin)
    hosts, gpus = (1, count) if count <= 8 else (count // 8, 8)
    return topologies.get_topology_desc(platform="cuda", topology_name="", target_config=H100,
                                        topology=f"1x{hosts}x{gpus}").devices
