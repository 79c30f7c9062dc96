# Writes fixture files: tensors exact to the bit, one case per line, the same bytes on every run.
import base64
import json
from pathlib import Path

import numpy as np

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def encode(value):
    """An array as {dtype, shape, data}; data is base64 of the elements, little-endian, in C order."""
    array = np.asarray(value)
    flat = np.ascontiguousarray(array)
    return {
        "dtype": str(array.dtype),
        "shape": list(array.shape),
        "data": base64.b64encode(flat.tobytes()).decode("ascii"),
    }


def plain(value):
    """Parameters as JSON: NumPy scalars, tuples and dtypes become numbers, lists and names."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError(f"{value} is not JSON: pass it as a tensor")
        return value
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, (type, np.dtype)):
        return str(np.dtype(value))
    raise TypeError(f"cannot write {type(value).__name__} as JSON")


def dumps(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def write(name, versions, **lists):
    """Writes fixtures/<name>: {"versions": …, <list>: [one entry a line], …}."""
    path = FIXTURES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = [f'"versions":{dumps(versions)}']
    for key, entries in lists.items():
        if isinstance(entries, list):
            body = ",\n".join(dumps(entry) for entry in entries)
            parts.append(f'"{key}":[\n{body}\n]')
        else:
            parts.append(f'"{key}":{dumps(entries)}')
    path.write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8")
    counts = ", ".join(f"{len(entries)} {key}" for key, entries in lists.items() if isinstance(entries, list))
    print(f"{path.relative_to(FIXTURES)}: {counts}, {path.stat().st_size:,} bytes")
