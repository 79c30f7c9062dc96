"""A reference program that stays alive and answers commands, so that a harness can alternate it with another.

One JSON value a line. First the program says {"ready": {...facts}}. Then for each request on stdin, an object whose
first key names the command, it answers with one object; {"error": "..."} when the command failed. It ends with stdin.
"""
import json
import os
import sys
import traceback

import measure


def serve(ready, handlers):
    """`handlers[command](value, request)` returns the answer."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not land between the answers

    def say(value):
        out.write(json.dumps(value, allow_nan=False) + "\n")
        out.flush()

    say({"ready": ready})
    for line in sys.stdin:
        try:
            request = json.loads(line)
            command = next(iter(request))
            if command not in handlers:
                raise ValueError(f"unknown command {command!r}; known: {', '.join(sorted(handlers))}")
            say(handlers[command](request[command], request))
        except Exception as e:
            traceback.print_exc()
            say({"error": f"{type(e).__name__}: {e}"})


def step_handlers(one, state):
    """{"steps": n} runs n steps: ms is the fastest one's, loss the last one's."""
    current = [state]

    def steps(count, _request):
        current[0], losses, times = measure.run_steps(one, current[0], count)
        return {"ms": measure.ms(min(times)), "loss": losses[-1],
                "times_ms": [measure.ms(t) for t in times], "losses": losses}

    return {"steps": steps}


def stage_handlers(jitted, args):
    """{"retrace": n, "compile": bool} traces and lowers (and compiles) n times with cold caches: minima of each part."""
    def retrace(count, request):
        rows = [measure.stage_again(jitted, args, request.get("compile", False)) for _ in range(count)]
        return {key: min(row[key] for row in rows) for key in rows[0]} | {
            "total_ms": round(min(sum(row.values()) for row in rows), 3)}

    return {"retrace": retrace}
