"""Best-practice pure-JAX LoRA fine-tuning step of a Llama on XLA's CPU backend, measured."""
import math

import options

if __name__ == "__main__":
    _p = options.train_parser(__doc__)
    _p.add_argument("--remat", choices=["none", "dots", "layer"], default="none",
                    help="layer: recompute each layer in the backward pass; dots: keep its matmul results only")
    _p.add_argument("--no-scan", action="store_true", help="python loop over layers, not lax.scan")
    ARGS = _p.parse_args()
    options.prepare(ARGS)

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P

import data as inputs
import measure
import serving
from shapes import CONFIGS, base_shapes, lora_shapes

jax.config.update("jax_softmax_custom_jvp", True)  # keep only the softmax's result for the backward pass

DTYPES = {"f32": jnp.float32, "bf16": jnp.bfloat16}
LAYER_WEIGHTS = ("attn_norm", "mlp_norm", "q", "k", "v", "o", "gate", "up", "down")

# Megatron: columns of q/k/v/gate/up and rows of o/down are split; vocabulary split in embedding and head.
BASE_SPECS = {
    "embed": P("tensor", None), "lm_head": P(None, "tensor"),
    "final_norm": P(), "attn_norm": P(), "mlp_norm": P(),
    "q": P(None, None, "tensor"), "k": P(None, None, "tensor"), "v": P(None, None, "tensor"),
    "o": P(None, "tensor", None),
    "gate": P(None, None, "tensor"), "up": P(None, None, "tensor"), "down": P(None, "tensor", None),
}
LORA_SPECS = {"q_a": P(), "q_b": P(None, None, "tensor"), "v_a": P(), "v_b": P(None, None, "tensor")}
BATCH_SPEC = P("data", None)


def make_mesh(a):
    if a.data * a.tensor == 1 and a.target is None:
        return None
    return Mesh(np.array(options.devices(a)).reshape(a.data, a.tensor), ("data", "tensor"))


def adamw_init(lora):
    zeros = lambda: jax.tree.map(lambda p: np.zeros(p.shape, np.float32), lora)
    return {"m": zeros(), "v": zeros(), "count": np.zeros((), np.int32)}


def rms_norm(x, weight, eps):
    x32 = x.astype(jnp.float32)
    x32 = x32 * jax.lax.rsqrt(jnp.mean(x32 * x32, axis=-1, keepdims=True) + eps)
    return x32.astype(x.dtype) * weight


def rope_tables(cfg, seq, dtype):
    half = cfg.head_dim // 2
    freq = cfg.theta ** (-jnp.arange(half, dtype=jnp.float32) / half)
    angle = jnp.arange(seq, dtype=jnp.float32)[:, None] * freq
    angle = jnp.concatenate([angle, angle], axis=-1)
    return jnp.cos(angle).astype(dtype), jnp.sin(angle).astype(dtype)


def rope(x, cos, sin):
    """x is [..., seq, head_dim]; the rotate_half convention of HF Llama."""
    a, b = jnp.split(x, 2, axis=-1)
    return x * cos + jnp.concatenate([-b, a], axis=-1) * sin


def forward(cfg, lora, base, tokens, mask, *, scale, remat="none", scan=True, mesh=None):
    """Final hidden states [batch, seq, hidden], in the type of the base weights."""
    dtype = base["embed"].dtype
    B, S = tokens.shape
    groups = cfg.heads // cfg.kv_heads

    def place(x, *spec):
        return x if mesh is None else jax.lax.with_sharding_constraint(x, NamedSharding(mesh, P(*spec)))

    cos, sin = rope_tables(cfg, S, dtype)
    allowed = jnp.tril(jnp.ones((S, S), bool))[None] & mask[:, None, :]
    bias = jnp.where(allowed, 0.0, jnp.finfo(jnp.float32).min)[:, None, None]  # [B, 1, 1, S, S]

    def layer(x, weights):
        w, lo = weights
        h = rms_norm(x, w["attn_norm"], cfg.eps)
        adapt = lambda n: (h @ lo[n + "_a"].astype(dtype)) @ lo[n + "_b"].astype(dtype) * jnp.asarray(scale, dtype)
        # Heads before positions: the layout in which both attention products are plain batched matmuls.
        heads = lambda t, n: place(t.reshape(B, S, n, cfg.head_dim).swapaxes(1, 2), "data", "tensor", None, None)
        q = rope(heads(h @ w["q"] + adapt("q"), cfg.heads), cos, sin)
        k = rope(heads(h @ w["k"], cfg.kv_heads), cos, sin)
        v = heads(h @ w["v"] + adapt("v"), cfg.kv_heads)
        q = q.reshape(B, cfg.kv_heads, groups, S, cfg.head_dim)
        scores = jnp.einsum("bkgqd,bksd->bkgqs", q, k, preferred_element_type=jnp.float32)
        probs = jax.nn.softmax(scores * cfg.head_dim ** -0.5 + bias, axis=-1).astype(dtype)
        mixed = jnp.einsum("bkgqs,bksd->bkgqd", probs, v).reshape(B, cfg.heads, S, cfg.head_dim)
        mixed = mixed.swapaxes(1, 2).reshape(B, S, cfg.heads * cfg.head_dim)
        x = place(x + mixed @ w["o"], "data", None, None)
        h = rms_norm(x, w["mlp_norm"], cfg.eps)
        inner = place(jax.nn.silu(h @ w["gate"]) * (h @ w["up"]), "data", None, "tensor")
        return place(x + inner @ w["down"], "data", None, None), None

    if remat != "none":
        policy = {"dots": jax.checkpoint_policies.dots_saveable, "layer": None}[remat]
        layer = jax.checkpoint(layer, policy=policy)
    stacked = ({n: base[n] for n in LAYER_WEIGHTS}, lora)
    x = base["embed"].at[tokens].get(mode="promise_in_bounds")
    x = place(x, "data", None, None)
    if scan:
        x, _ = jax.lax.scan(layer, x, stacked)
    else:
        for i in range(cfg.layers):
            x, _ = layer(x, jax.tree.map(lambda a: a[i], stacked))
    return rms_norm(x, base["final_norm"], cfg.eps)


def loss_fn(cfg, lora, base, batch, *, mesh=None, **kw):
    """Mean next-token cross-entropy over the counted tokens of the whole batch, in f32."""
    h = forward(cfg, lora, base, batch["tokens"], batch["mask"], mesh=mesh, **kw)
    if cfg.tied:
        logits = jnp.einsum("bsd,vd->bsv", h, base["embed"], preferred_element_type=jnp.float32)
    else:
        logits = jnp.einsum("bsd,dv->bsv", h, base["lm_head"], preferred_element_type=jnp.float32)
    if mesh is not None:
        logits = jax.lax.with_sharding_constraint(logits, NamedSharding(mesh, P("data", None, "tensor")))
    # Pick the label by comparison, not by gather: it stays local where the vocabulary is split.
    is_label = jax.lax.broadcasted_iota(jnp.int32, logits.shape, 2) == batch["labels"][..., None]
    picked = jnp.sum(jnp.where(is_label, logits, 0.0), axis=-1)
    per_token = jax.nn.logsumexp(logits, axis=-1) - picked
    counted = batch["loss_mask"].astype(jnp.float32)
    return jnp.sum(per_token * counted) / jnp.sum(counted)


def adamw_update(lora, opt, grads, lr, b1=0.9, b2=0.999, eps=1e-8, decay=0.01, clip=1.0):
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(grads)))
    grads = jax.tree.map(lambda g: g * jnp.minimum(1.0, clip / (norm + 1e-6)), grads)
    count = opt["count"] + 1
    t = count.astype(jnp.float32)
    m = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, opt["m"], grads)
    v = jax.tree.map(lambda v, g: b2 * v + (1 - b2) * g * g, opt["v"], grads)
    new = lambda p, m, v: p - lr * (m / (1 - b1 ** t) / (jnp.sqrt(v / (1 - b2 ** t)) + eps) + decay * p)
    return jax.tree.map(new, lora, m, v), {"m": m, "v": v, "count": count}, norm


def make_step(cfg, *, lr, scale, remat="none", scan=True, mesh=None):
    """The jitted training step (lora, opt, base, batch) -> (lora, opt, loss); lora and opt are donated."""
    def step(lora, opt, base, batch):
        loss, grads = jax.value_and_grad(
            lambda p: loss_fn(cfg, p, base, batch, scale=scale, remat=remat, scan=scan, mesh=mesh))(lora)
        lora, opt, _ = adamw_update(lora, opt, grads, lr)
        return lora, opt, loss

    if mesh is None:
        return jax.jit(step, donate_argnums=(0, 1))
    s = lambda spec: NamedSharding(mesh, spec)
    lora_sh = {n: s(p) for n, p in LORA_SPECS.items()}
    opt_sh = {"m": lora_sh, "v": lora_sh, "count": s(P())}
    return jax.jit(step, donate_argnums=(0, 1), out_shardings=(lora_sh, opt_sh, s(P())))


def make_args(cfg, a, mesh):
    """(lora, opt, base, batch), as arrays on their devices or as abstract shapes with shardings."""
    if a.compile_only or a.trace_only:
        leaf = jax.ShapeDtypeStruct
        lora = {n: leaf(s, jnp.float32) for n, s in lora_shapes(cfg, a.rank).items()}
        opt = {"m": lora, "v": lora, "count": leaf((), jnp.int32)}
        base = ((n, leaf(s, DTYPES[a.dtype])) for n, s in base_shapes(cfg).items())
        batch = {n: leaf((a.batch, a.seq), t) for n, t in
                 (("tokens", jnp.int32), ("mask", jnp.bool_), ("labels", jnp.int32), ("loss_mask", jnp.bool_))}
        put = (lambda x, sh: x) if mesh is None else (
            lambda x, sh: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=sh))
    else:
        lora = inputs.lora_start(cfg, a)
        opt = adamw_init(lora)
        base = inputs.base_weights(cfg, a)
        batch = inputs.batch_of(cfg, a)
        put = jax.device_put
    s = (lambda spec: None) if mesh is None else (lambda spec: NamedSharding(mesh, spec))
    put_lora = lambda tree: {n: put(x, s(LORA_SPECS[n])) for n, x in tree.items()}
    opt = {"m": put_lora(opt["m"]), "v": put_lora(opt["v"]), "count": put(opt["count"], s(P()))}
    return (put_lora(lora), opt,
            {n: put(x, s(BASE_SPECS[n])) for n, x in base},
            {n: put(x, s(BATCH_SPEC)) for n, x in batch.items()})


def main(a):
    cfg = CONFIGS[a.config]
    mesh = make_mesh(a)
    step = make_step(cfg, lr=a.lr, scale=a.alpha / a.rank, remat=a.remat, scan=not a.no_scan, mesh=mesh)
    args = make_args(cfg, a, mesh)
    abstract = a.compile_only or a.trace_only
    row = {"bench": "llama_lora_jax", "config": cfg.name, "batch": a.batch, "seq": a.seq,
           "mesh": {"data": a.data, "tensor": a.tensor}, "dtype": a.dtype, "remat": a.remat,
           "scan": not a.no_scan, "rank": a.rank, "client": "plugin" if a.plugin else "jax",
           "trainable": sum(math.prod(s) for s in lora_shapes(cfg, a.rank).values())}
    compiled, staged = measure.stage(step, args, 0 if a.serve else a.retrace, compiling=not a.trace_only)
    row |= staged
    handlers = {}
    if not abstract:
        lora, opt, base, batch = args
        row |= inputs.batch_facts(a, batch)
        args = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=mesh and x.sharding), args)

        def one(state):
            lora, opt, loss = jax.block_until_ready(compiled(*state, base, batch))
            return (lora, opt), loss

        if a.serve:
            handlers |= serving.step_handlers(one, (lora, opt))
        else:
            row |= measure.timed_steps(one, (lora, opt), a.warmup, a.steps, a.batch * a.seq)
    if a.serve:
        return serving.serve(measure.facts(row), handlers | serving.stage_handlers(step, args))
    measure.emit(measure.facts(row), a.out)


if __name__ == "__main__":
    main(ARGS)
