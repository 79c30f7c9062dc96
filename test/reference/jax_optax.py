# Records optimizers and schedules of Optax over 20 steps on a small tree: fixtures/optim.json.
import jax
import numpy as np
import optax
from cases import VERSIONS
from fixture import encode, write

STEPS = 20
PARAMS = {
    "a": np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3),
    "b": {"w": np.array([0.5, -0.25, 2.0, 0.0], np.float32)},
}
WARMUP_COSINE = {"init_value": 0.0, "peak_value": 0.05, "warmup_steps": 5, "decay_steps": 20, "end_value": 0.005}


def gradients(step):
    """The gradients are inputs of the fixture: noise of growing size, so that clipping acts on some steps only."""
    rng = np.random.default_rng(100 + step)
    scale = 0.05 * (1 + step)
    return jax.tree.map(lambda p: (rng.standard_normal(p.shape) * scale).astype(np.float32), PARAMS)


def flat(tree):
    return {jax.tree_util.keystr(path, simple=True, separator="."): encode(leaf) for path, leaf in jax.tree.leaves_with_path(tree)}


# Each is {optimizer, clip?, and the optimizer's own keywords}; "schedule" stands for WARMUP_COSINE.
CONFIGS = {
    "sgd": {"optimizer": "sgd", "learning_rate": 0.1},
    "sgd-momentum": {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9},
    "sgd-nesterov": {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
    "sgd-clip": {"optimizer": "sgd", "learning_rate": 0.1, "clip": 0.5},
    "adam": {"optimizer": "adam", "learning_rate": 0.01},
    "adam-betas": {"optimizer": "adam", "learning_rate": 0.01, "b1": 0.8, "b2": 0.95, "eps": 1e-4},
    "adamw": {"optimizer": "adamw", "learning_rate": 0.01, "weight_decay": 0.1},
    "adamw-default-decay": {"optimizer": "adamw", "learning_rate": 0.01},
    "adamw-masked": {
        "optimizer": "adamw",
        "learning_rate": 0.01,
        "weight_decay": 0.1,
        "mask": {"a": True, "b": {"w": False}},
    },
    "adamw-schedule": {"optimizer": "adamw", "learning_rate": "schedule", "weight_decay": 0.01},
    "adamw-schedule-clip": {"optimizer": "adamw", "learning_rate": "schedule", "weight_decay": 0.01, "clip": 1.0},
    "sgd-schedule": {"optimizer": "sgd", "learning_rate": "schedule"},
}


def build(config):
    keywords = {key: value for key, value in config.items() if key not in ("optimizer", "clip")}
    if keywords["learning_rate"] == "schedule":
        keywords["learning_rate"] = optax.warmup_cosine_decay_schedule(**WARMUP_COSINE)
    optimizer = getattr(optax, config["optimizer"])(**keywords)
    if "clip" not in config:
        return optimizer
    return optax.chain(optax.clip_by_global_norm(config["clip"]), optimizer)


def run(optimizer):
    params, state = PARAMS, optimizer.init(PARAMS)
    steps = []
    for step in range(STEPS):
        updates, state = optimizer.update(gradients(step), state, params)
        params = optax.apply_updates(params, updates)
        steps.append(flat(params))
    return steps


def schedules():
    made = {
        "constant": ({"value": 0.1}, optax.constant_schedule(0.1)),
        "linear": ({"init_value": 1.0, "end_value": 0.1, "transition_steps": 10, "transition_begin": 3}, None),
        "cosine_decay": ({"init_value": 0.1, "decay_steps": 20, "alpha": 0.1}, None),
        "warmup_cosine_decay": (WARMUP_COSINE, None),
        "warmup_constant": ({"init_value": 0.0, "peak_value": 0.1, "warmup_steps": 5}, None),
        "exponential_decay": ({"init_value": 0.1, "transition_steps": 5, "decay_rate": 0.5}, None),
        "piecewise_constant": ({"init_value": 1.0, "boundaries_and_scales": {"3": 0.5, "7": 0.1}}, None),
    }
    rows = []
    for name, (params, schedule) in made.items():
        arguments = dict(params)
        if name == "piecewise_constant":
            arguments["boundaries_and_scales"] = {int(k): v for k, v in params["boundaries_and_scales"].items()}
        schedule = schedule or getattr(optax, f"{name}_schedule", None) or getattr(optax, name)
        values = schedule if name == "constant" else schedule(**arguments)
        recorded = np.array([np.asarray(values(np.int32(step)), np.float32) for step in range(30)], np.float32)
        rows.append({"name": name, "params": params, "values": encode(recorded)})
    return rows


if __name__ == "__main__":
    norms = np.array([np.asarray(optax.global_norm(gradients(step))) for step in range(STEPS)], np.float32)
    write(
        "optim.json",
        {**VERSIONS, "optax": optax.__version__},
        params=flat(PARAMS),
        schedule=WARMUP_COSINE,
        gradients=[flat(gradients(step)) for step in range(STEPS)],
        global_norms=encode(norms),
        optimizers=[{"name": name, "config": config, "steps": run(build(config))} for name, config in CONFIGS.items()],
        schedules=schedules(),
    )
