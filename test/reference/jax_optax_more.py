# Records further optimizers, wrappers, schedules and losses of Optax over 6 steps: fixtures/optim-more.json.
import jax
import jax.numpy as jnp
import numpy as np
import optax
from cases import VERSIONS
from fixture import encode, write
from jax_optax import flat

STEPS = 6
# "m" is large enough to be factored with min_dim_size_to_factor 3.
PARAMS = {
    "b": np.array([0.5, -0.25, 2.0, 0.0], np.float32),
    "m": np.linspace(-1, 1, 24, dtype=np.float32).reshape(3, 2, 4),
}


def gradients(step):
    rng = np.random.default_rng(7 + step)
    return jax.tree.map(lambda p: (rng.standard_normal(p.shape) * 0.3 * (1 + step)).astype(np.float32), PARAMS)


def broken(step):
    tree = gradients(step)
    if step in (2, 4):
        tree["b"][1] = np.inf if step == 2 else np.nan
    return tree


decay = optax.exponential_decay(0.1, 3, 0.5)
OPTIMIZERS = {
    "nadam": optax.nadam(0.01),
    "nadamw": optax.nadamw(0.01, weight_decay=0.1),
    "adamax": optax.adamax(0.01),
    "radam": optax.radam(0.01, b2=0.9),
    "radam-nesterov": optax.radam(0.01, b2=0.9, nesterov=True),
    "adabelief": optax.adabelief(0.01),
    "lamb": optax.lamb(0.01, weight_decay=0.1),
    "lion": optax.lion(0.01),
    "adagrad": optax.adagrad(0.1),
    "rmsprop": optax.rmsprop(0.01, momentum=0.9, nesterov=True),
    "rmsprop-centered": optax.rmsprop(0.01, centered=True, bias_correction=True, initial_scale=1.0),
    "rmsprop-corrected": optax.rmsprop(0.01, bias_correction=True, eps_in_sqrt=False),
    "adafactor": optax.adafactor(0.1, min_dim_size_to_factor=3),
    "adafactor-momentum": optax.adafactor(
        0.1, min_dim_size_to_factor=3, momentum=0.9, weight_decay_rate=1e-2, multiply_by_parameter_scale=False
    ),
    "adafactor-unfactored": optax.adafactor(decay, factored=False, clipping_threshold=None),
    "ema": optax.chain(optax.ema(0.9), optax.scale(-0.1)),
    "ema-biased": optax.chain(optax.ema(0.9, debias=False), optax.scale(-0.1)),
    "clip": optax.chain(optax.clip(0.2), optax.scale(-1)),
    "clip-block-rms": optax.chain(optax.clip_by_block_rms(0.2), optax.scale(-1)),
    "trust-ratio": optax.chain(optax.scale_by_trust_ratio(), optax.scale(-1)),
    "decay-schedule": optax.chain(optax.add_decayed_weights(decay), optax.scale(-1)),
    "partition": optax.partition(
        {"fast": optax.adam(0.1), "slow": optax.sgd(0.01), "none": optax.set_to_zero()}, {"b": "fast", "m": "slow"}
    ),
    "partition-frozen": optax.partition(
        {"train": optax.adamw(0.1), "none": optax.set_to_zero()}, lambda tree: {"b": "none", "m": "train"}
    ),
    "multi-steps": optax.MultiSteps(optax.adam(0.1), 2),
    "multi-steps-sum": optax.MultiSteps(optax.sgd(0.1), lambda step: jnp.where(step < 1, 1, 2), use_grad_mean=False),
    "apply-if-finite": optax.apply_if_finite(optax.adam(0.1), 1),
    "inject": optax.inject_hyperparams(optax.adamw)(
        learning_rate=decay, b1=optax.linear_schedule(0.9, 0.8, 10), b2=0.99, weight_decay=0.1
    ),
}


def run(name, optimizer):
    gradient = broken if name == "apply-if-finite" else gradients
    params, state = PARAMS, optimizer.init(PARAMS)
    update = jax.jit(optimizer.update)
    steps = []
    for step in range(STEPS):
        updates, state = update(gradient(step), state, params)
        params = optax.apply_updates(params, updates)
        steps.append(flat(params))
    return steps


def schedules():
    made = {
        "warmup_exponential_decay": optax.warmup_exponential_decay_schedule(0.0, 0.1, 4, 5, 0.5, end_value=0.02),
        "exponential_staircase": optax.exponential_decay(0.1, 3, 0.5, transition_begin=2, staircase=True),
        "polynomial": optax.polynomial_schedule(1.0, 0.1, 2, 10, 3),
        "cosine_exponent": optax.cosine_decay_schedule(0.1, 12, 0.1, 2.0),
        "join": optax.join_schedules([optax.constant_schedule(1.0), optax.linear_schedule(1.0, 0.0, 5)], [4]),
        "sgdr": optax.sgdr_schedule(
            [
                dict(init_value=0.0, peak_value=0.1, warmup_steps=2, decay_steps=6, end_value=0.01),
                dict(init_value=0.01, peak_value=0.05, warmup_steps=3, decay_steps=9),
            ]
        ),
    }
    return [
        {"name": name, "values": encode(np.array([np.asarray(f(np.int32(step))) for step in range(20)], np.float32))}
        for name, f in made.items()
    ]


def losses():
    wave = lambda shape, step: (np.sin(np.arange(np.prod(shape)) * step) * 3).astype(np.float32).reshape(shape)
    p, t = wave((2, 3, 4), 0.7), wave((2, 3, 4), 0.4)
    probabilities = np.asarray(jax.nn.softmax(t))
    mask = np.arange(24).reshape(2, 3, 4) % 3 != 0
    signs = np.sign(t).astype(np.float32)
    bits = (t > 0).astype(np.float32)
    labels = np.arange(6, dtype=np.int32).reshape(2, 3) % 4
    made = [
        ("l2_loss", [p, t], {}),
        ("squared_error", [p], {}),
        ("huber_loss", [p, t], {}),
        ("huber_loss", [p, t], {"delta": 0.5}),
        ("log_cosh", [p, t], {}),
        ("hinge_loss", [p, signs], {}),
        ("sigmoid_binary_cross_entropy", [p, bits], {}),
        ("softmax_cross_entropy", [p, probabilities], {}),
        ("softmax_cross_entropy", [p, probabilities], {"axis": 1}),
        ("softmax_cross_entropy", [p, probabilities], {"where": mask}),
        ("softmax_cross_entropy_with_integer_labels", [p, labels], {}),
        ("softmax_cross_entropy_with_integer_labels", [p, labels], {"where": mask | (np.arange(4) == labels[..., None])}),
        ("softmax_cross_entropy_with_integer_labels", [p, labels[:, :1].repeat(4, 1) % 3], {"axis": 1}),
        ("cosine_similarity", [p, t], {}),
        ("cosine_similarity", [p, t], {"axis": 0, "epsilon": 0.1}),
        ("cosine_similarity", [p, t], {"where": mask}),
        ("cosine_distance", [p, t], {}),
        ("kl_divergence", [np.log(probabilities), np.asarray(jax.nn.softmax(p))], {}),
    ]
    rows = []
    for fn, inputs, keywords in made:
        f = lambda x: getattr(optax, fn)(x, *inputs[1:], **keywords)
        out = f(inputs[0])
        rows.append(
            {
                "fn": fn,
                "inputs": [encode(i) for i in inputs],
                "params": {k: v for k, v in keywords.items() if k != "where"},
                "where": encode(keywords["where"]) if "where" in keywords else None,
                "output": encode(out),
                "grad": encode(jax.grad(lambda x: f(x).sum())(inputs[0])),
            }
        )
    return rows


if __name__ == "__main__":
    a, b = gradients(0), gradients(1)
    write(
        "optim-more.json",
        {**VERSIONS, "optax": optax.__version__},
        params=flat(PARAMS),
        gradients=[flat(gradients(step)) for step in range(STEPS)],
        broken=[flat(broken(step)) for step in range(STEPS)],
        incremental=flat(optax.incremental_update(a, b, 0.1)),
        optimizers=[{"name": name, "steps": run(name, optimizer)} for name, optimizer in OPTIMIZERS.items()],
        schedules=schedules(),
        losses=losses(),
    )
