# Records every primitive of a Llama training step and of sampling: fixtures/ops/*.json.
import jax
import ops_conv
import ops_convert
import ops_elementwise
import ops_reduce
import ops_shape
from cases import VERSIONS, Recorder
from fixture import write

FAMILIES = {"elementwise": ops_elementwise, "convert": ops_convert, "reduce": ops_reduce, "shape": ops_shape, "conv": ops_conv}

if __name__ == "__main__":
    # 64-bit types are recorded beside the others; every dtype below is explicit, so nothing else changes.
    jax.config.update("jax_enable_x64", True)
    for name, family in FAMILIES.items():
        recorder = Recorder()
        family.record(recorder)
        write(f"ops/{name}.json", VERSIONS, cases=recorder.cases)
