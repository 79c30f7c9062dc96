# StableHLO as JAX prints it: programs with every construct that JAX emits, their results, and counts of their operations.
import os

os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=8"

import contextlib
import re
from collections import Counter

import jax
import numpy as np
from jax._src.config import use_shardy_partitioner

import hlo_arrays
import hlo_foreign
import hlo_functions
import hlo_models
import hlo_random
import hlo_sharded
import hlo_values
from cases import VERSIONS
from fixture import FIXTURES, encode, write
from hlo_program import PROGRAMS

DIRECTORY = FIXTURES / "hlo" / "jax"
# Importing them registers their programs.
MODULES = (hlo_values, hlo_arrays, hlo_random, hlo_functions, hlo_models, hlo_sharded, hlo_foreign)


def neutral(text):
    """Every file in a location becomes program.py; addresses of host functions do not reach the text."""
    text = re.sub(r'"[^"\n]*\.py"(?=:\d)', '"program.py"', text)
    for word in (str(FIXTURES.parent.parent), "site-packages", "/home/", "/tmp/"):
        if word in text:
            raise ValueError(f"a recorded text holds {word}")
    return text


def counts_of(module):
    """Operations within functions by name, regions and terminators included."""
    counts = Counter()

    def visit(op, depth):
        if depth >= 2:
            counts[op.name] += 1
        for region in op.regions:
            for block in region.blocks:
                for inner in block.operations:
                    visit(inner.operation, depth + 1)

    visit(module.operation, 0)
    return dict(sorted(counts.items()))


def words(value):
    """An array on the host; a key is its words."""
    if hasattr(value, "dtype") and jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key):
        value = jax.random.key_data(value)
    return np.asarray(value)


def shards(values, devices):
    """[partition][value]: what each device holds, in the order of the mesh."""
    if devices is None:
        return [[encode(words(value)) for value in values]]
    held = [{shard.device: shard.data for shard in value.addressable_shards} for value in values]
    return [[encode(words(by_device[device])) for by_device in held] for device in devices]


@contextlib.contextmanager
def surroundings(program):
    mesh = contextlib.nullcontext() if program.mesh is None else jax.set_mesh(program.mesh)
    with jax.enable_x64(program.x64), use_shardy_partitioner(program.shardy), mesh:
        yield


def lowered_of(program):
    with surroundings(program):
        traced = jax.jit(program.fn, **program.jit).trace(*program.args)
        return traced.lower(lowering_platforms=program.platform and (program.platform,))


def run(program):
    """Inputs and outputs of the recorded text, by partition and position in its main function; computed by the CPU."""
    with surroundings(program):
        lowered = jax.jit(program.fn, **program.jit).lower(*program.args)
        compiled = lowered.compile()
        leaves = jax.tree.leaves(program.args)
        kept = sorted(lowered._lowering.compile_args["kept_var_idx"])
        devices = None
        placed = jax.tree.leaves(compiled.input_shardings[0])
        if any(len(sharding.device_set) > 1 for sharding in placed):
            devices = placed[0]._device_assignment  # in the order of the mesh
            leaves = [jax.device_put(leaf, sharding) for leaf, sharding in zip(leaves, placed, strict=True)]
        inputs = shards([leaves[i] for i in kept], devices)
        args = jax.tree.unflatten(jax.tree.structure(program.args), leaves)
        return inputs, shards(jax.tree.leaves(compiled(*args)), devices)


def record(program):
    entry = {"name": program.name}
    if program.module:
        module = program.fn()
        pretty, debug = module.operation.get_asm(), module.operation.get_asm(enable_debug_info=True)
        devices = 1
    else:
        lowered = lowered_of(program)
        module = lowered.compiler_ir("stablehlo")
        pretty, debug = lowered.as_text(), lowered.as_text(debug_info=True)
        devices = int(re.search(r"mhlo.num_partitions = (\d+)", pretty).group(1))
    entry["devices"] = devices
    generic = module.operation.get_asm(print_generic_op_form=True)
    others = {form: text for form, text in (("generic", generic), ("debug", debug)) if form in program.forms}
    for suffix, text in {"": pretty, **{f".{form}": text for form, text in others.items()}}.items():
        (DIRECTORY / f"{program.name}{suffix}.mlir").write_text(neutral(text), encoding="utf-8")
    entry["forms"] = list(others)
    entry["counts"] = counts_of(module)
    if program.text_only is not None:
        entry["textOnly"] = program.text_only
    else:
        entry["inputs"], entry["outputs"] = run(program)
    return entry


def main():
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    for old in DIRECTORY.glob("*.mlir"):
        old.unlink()
    write("hlo/jax.json", VERSIONS, programs=[record(program) for _, program in sorted(PROGRAMS.items())])
    total = sum(path.stat().st_size for path in DIRECTORY.glob("*.mlir"))
    print(f"{len(list(DIRECTORY.glob('*.mlir')))} texts, {total:,} bytes")


if __name__ == "__main__":
    main()
