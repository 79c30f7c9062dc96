"""Timing, memory, operation counts, and the JSON line that each reference program prints.

`one(state) -> (state, loss)` is a training step whose results are all computed when it returns.
"""
import datetime
import json
import os
import platform
import re
import statistics
import time


def ms(seconds):
    return round(seconds * 1e3, 3)


def peak_rss_mb():
    """High-water mark of resident memory since exec (getrusage's would also hold the parent's before it)."""
    with open("/proc/self/status") as f:
        return round(int(re.search(r"VmHWM:\s+(\d+) kB", f.read()).group(1)) / 1024, 1)


def count_ops(operation):
    """Operations inside an MLIR operation, nested regions included."""
    n = 0
    for region in operation.regions:
        for block in region:
            for op in block:
                n += 1 + count_ops(op.operation)
    return n


def collectives(hlo_text):
    """How often each collective appears in the optimized HLO (a loop body counts once)."""
    out = {}
    for kind in ("all-reduce", "all-gather", "reduce-scatter", "all-to-all", "collective-permute"):
        n = len(re.findall(rf"= [^=\n]* {kind}(?:-start)?\(", hlo_text))
        if n:
            out[kind] = n
    return out


def memory_stats(compiled):
    m = compiled.memory_analysis()
    return {k: getattr(m, f"{k}_size_in_bytes") for k in ("argument", "output", "alias", "temp")} | {
        "peak": m.peak_memory_in_bytes}


def stage(jitted, args, retrace, compiling=True):
    """Trace, lower and compile `jitted` once, timed; then trace and lower again with cold caches.

    Returns (compiled or None, facts)."""
    t0 = time.perf_counter()
    traced = jitted.trace(*args)
    t1 = time.perf_counter()
    lowered = traced.lower()
    t2 = time.perf_counter()
    compiled = lowered.compile() if compiling else None
    t3 = time.perf_counter()
    row = {"trace_ms": ms(t1 - t0), "lower_ms": ms(t2 - t1),
           "stablehlo_bytes": len(lowered.as_text().encode()),
           "stablehlo_ops": count_ops(lowered.compiler_ir("stablehlo").operation)}
    if compiling:
        row |= {"compile_ms": ms(t3 - t2), "collectives": collectives(compiled.as_text()),
                "memory_per_device": memory_stats(compiled)}
    if retrace:
        again = [stage_again(jitted, args) for _ in range(retrace)]
        for name, key in (("retrace_ms", "trace_ms"), ("relower_ms", "lower_ms")):
            times = [r[key] for r in again]
            row[name] = {"min": min(times), "median": round(statistics.median(times), 3)}
    return compiled, row


def stage_again(jitted, args, compiling=False):
    """One more pass with JAX's caches emptied."""
    import jax
    jax.clear_caches()
    t0 = time.perf_counter()
    traced = jitted.trace(*args)
    t1 = time.perf_counter()
    lowered = traced.lower()
    t2 = time.perf_counter()
    row = {"trace_ms": ms(t1 - t0), "lower_ms": ms(t2 - t1)}
    if compiling:
        lowered.compile()
        row["compile_ms"] = ms(time.perf_counter() - t2)
    return row


def run_steps(one, state, count):
    """`count` steps, each waited for: (state, losses, seconds)."""
    losses, times = [], []
    for _ in range(count):
        t = time.perf_counter()
        state, loss = one(state)
        times.append(time.perf_counter() - t)
        losses.append(float(loss))
    return state, losses, times


def timed_steps(one, state, warmup, steps, tokens_per_step):
    """The result line's part about steps; the first `warmup` steps are run and not timed."""
    state, losses, _ = run_steps(one, state, warmup)
    _, more, times = run_steps(one, state, steps)
    best, mid = min(times), statistics.median(times)
    return {
        "step_ms": {"min": ms(best), "median": ms(mid), "n": len(times)},
        "tokens_per_s": {"best": round(tokens_per_step / best, 1), "median": round(tokens_per_step / mid, 1)},
        "loss": [round(x, 6) for x in losses + more],
    }


def _machine_busy_s():
    """Seconds that all cores were busy or stolen since boot."""
    with open("/proc/stat") as f:
        user, nice, system, _idle, _wait, irq, soft, steal = map(int, f.readline().split()[1:9])
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


_START = (time.perf_counter(), _machine_busy_s(), sum(os.times()[:2]))


def others_cpu_pct():
    """Share of the machine's cores that went to others (or was stolen) while this process ran."""
    wall = time.perf_counter() - _START[0]
    others = _machine_busy_s() - _START[1] - (sum(os.times()[:2]) - _START[2])
    return round(100 * max(0.0, others) / (wall * os.cpu_count()), 1)


def facts(row, modules=("jax", "jaxlib", "numpy")):
    """`row` with the versions of what ran, and the machine's state so far."""
    versions = {"python": platform.python_version()} | {name: __import__(name).__version__ for name in modules}
    return {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")} | row | {
        "peak_rss_mb": peak_rss_mb(), "others_cpu_pct": others_cpu_pct(), "cpus": os.cpu_count(), "versions": versions}


def emit(row, out):
    line = json.dumps(row)
    print(line)
    if out:
        with open(out, "a") as f:
            f.write(line + "\n")
