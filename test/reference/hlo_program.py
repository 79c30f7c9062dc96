# The registry of the corpus's programs: a function with the arguments that it is lowered for.
import re
from dataclasses import dataclass, field
from typing import Any, Callable

import numpy as np

BOTH = ("generic", "debug")
PROGRAMS: dict[str, "Program"] = {}


@dataclass
class Program:
    name: str
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    forms: tuple[str, ...] = ()  # further texts to record: the generic form, the text with locations
    x64: bool = False
    text_only: str | None = None  # why it cannot be run from its text alone
    module: bool = False  # fn returns the module itself
    platform: str | None = None  # lowered for another platform than the CPU
    mesh: Any = None  # set while tracing
    shardy: bool = True
    jit: dict[str, Any] = field(default_factory=dict)


FIELDS = ("forms", "x64", "text_only", "module", "platform", "mesh", "shardy")


def program(*args, **options):
    """Registers a function under its own name, in kebab case; options are fields of Program or keywords of jax.jit."""

    def register(fn):
        name = re.sub("_", "-", fn.__name__.strip("_"))
        if name in PROGRAMS:
            raise ValueError(f"two programs are called {name}")
        fields = {key: options[key] for key in FIELDS if key in options}
        jit = {key: value for key, value in options.items() if key not in FIELDS}
        PROGRAMS[name] = Program(name, fn, args, jit=jit, **fields)
        return fn

    return register


def line(*shape, dtype=np.float32, lo=-2.0, hi=2.0):
    """Evenly spaced numbers from lo to hi, rounded to sixteenths so that every dtype of 8 bits of fraction holds them."""
    count = int(np.prod(shape))
    return (np.round(np.linspace(lo, hi, count) * 16) / 16).reshape(shape).astype(dtype)


def mixed(*shape, dtype=np.float32):
    """Distinct quarters in a scrambled order, positive and negative."""
    count = int(np.prod(shape))
    prime = 10007
    return (((np.arange(count) * 7919 + 13) % prime % (4 * count) - 2 * count) / 4).reshape(shape).astype(dtype)


def ints(*shape, dtype=np.int32, lo=-3, hi=4):
    """The integers from lo below hi, again and again."""
    return (np.arange(int(np.prod(shape))) % (hi - lo) + lo).reshape(shape).astype(dtype)


def bools(*shape):
    return (np.arange(int(np.prod(shape))) % 3 == 0).reshape(shape)
