"""JORA's way of computing a LoRA fine-tuning step of a Llama, rewritten for JAX 0.10.2 and measured.

See README.md for the file and line in JORA behind each choice.
"""
import math
from functools import partial
from typing import Any, NamedTuple, Optional

import options

if __name__ == "__main__":
    _p = options.train_parser(__doc__)
    _p.add_argument("--dropout", type=float, default=0.1, help="JORA's Llama configs say 0.1; 0 turns it off")
    _p.add_argument("--accumulate", type=int, default=8, help="optax.MultiSteps; JORA's default is 8")
    ARGS = _p.parse_args()
    options.prepare(ARGS)

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P

import data as inputs
import measure
import serving
from shapes import CONFIGS, base_shapes

DTYPES = {"f32": jnp.float32, "bf16": jnp.bfloat16}


class Shape(NamedTuple):
    """Static, hashable: passed as a static argument to every nested jit, as JORA does."""
    d_model: int
    d_k: int
    n_rep: int
    n_kv: int
    n_layers: int
    d_ff: int
    vocab: int
    eps: float
    dropout: Optional[float]


class LoraConfig(NamedTuple):
    rank: int
    alpha: float


class Attention(NamedTuple):
    q_proj: Any   # [layers, d_model, n_rep, n_kv, d_k]
    k_proj: Any   # [layers, d_model, n_kv, d_k]
    v_proj: Any
    out_proj: Any  # [layers, n_rep, n_kv, d_k, d_model]


class Block(NamedTuple):
    input_norm: Any
    attention: Attention
    post_attn_norm: Any
    gate_proj: Any
    up_proj: Any
    down_proj: Any


class Llama(NamedTuple):
    embedding: Any
    decoder: Block
    norm: Any
    lm_head: Any


# JORA's placement, leaf by leaf, on its one mesh axis 'p'.
LLAMA_SPECS = Llama(
    embedding=P(None, "p"),                       # the hidden axis, not the vocabulary
    decoder=Block(
        input_norm=P(None, "p"),
        attention=Attention(
            q_proj=P(None, None, None, "p", None), k_proj=P(None, None, "p", None),
            v_proj=P(None, None, "p", None), out_proj=P(None, None, "p", None, None)),
        post_attn_norm=P(None, "p"),
        gate_proj=P(None, "p", None),             # d_model, the contracted axis
        up_proj=P(None, "p", None),
        down_proj=P("p", None, None)),            # the layer axis
    norm=P(), lm_head=P())                        # replicated
LORA_SPECS = {"q_lora_A": P(None, None, None, "p", None), "q_lora_B": P(None, None, None, "p", None),
              "v_lora_A": P(None, None, "p", None), "v_lora_B": P(None, None, "p", None)}


def jora_lora_shapes(s, rank):
    """One A for each head, so rank r means r for each head; about `heads` times the usual number in A."""
    return {"q_lora_A": (s.n_layers, s.d_model, s.n_rep, s.n_kv, rank),
            "q_lora_B": (s.n_layers, rank, s.n_rep, s.n_kv, s.d_k),
            "v_lora_A": (s.n_layers, s.d_model, s.n_kv, rank),
            "v_lora_B": (s.n_layers, rank, s.n_kv, s.d_k)}


def split_or_none(key, n):
    return (None,) * n if key is None else jax.random.split(key, n)


@partial(jax.jit, static_argnames=("s",))
def dropout(x, key, *, s):
    if s.dropout is None:
        return x
    keep = 1.0 - s.dropout
    return x * jax.random.bernoulli(key, p=keep, shape=x.shape) / keep


@partial(jax.jit, static_argnames=("s",))
def rms_norm(weight, x, *, s):
    # No f32 inside: squares, root and quotient stay in the type of x.
    return x / jnp.sqrt((x * x).mean(axis=-1, keepdims=True) + s.eps) * weight


def rotary(m):
    seq, d = m.shape[-2:]
    with jax.ensure_compile_time_eval():  # tables become constants of the program, theta fixed at 10000
        freq = 1.0 / (10000 ** (jnp.arange(0, d, 2) / d))
        angle = jnp.einsum("i,j->ij", jnp.arange(seq), freq)
        sin, cos = (jnp.concatenate([f(angle)] * 2, axis=-1).astype(m.dtype) for f in (jnp.sin, jnp.cos))
    halves = m.reshape(*m.shape[:-1], 2, d // 2)[..., ::-1, :]
    turned = halves.at[..., 0, :].multiply(-1).reshape(m.shape)
    return jnp.einsum("...ld,ld->...ld", m, cos) + jnp.einsum("...ld,ld->...ld", turned, sin)


@partial(jax.jit, static_argnames=("lc", "s"))
def attention_lora(lora, p, x, mask, *, lc, s):
    # The update is multiplied out and added to the weight, every step, every layer.
    q_ab = lc.alpha / lc.rank * jnp.einsum("hgnr,rgnd->hgnd", lora["q_lora_A"], lora["q_lora_B"])
    v_ab = lc.alpha / lc.rank * jnp.einsum("hnr,rnd->hnd", lora["v_lora_A"], lora["v_lora_B"])
    q = jnp.einsum("bsh,hgnd->bgnsd", x, p.q_proj + q_ab)
    k = jnp.einsum("bth,hnd->bntd", x, p.k_proj)
    v = jnp.einsum("bth,hnd->bntd", x, p.v_proj + v_ab)
    q, k = rotary(q), rotary(k)
    qk = jnp.einsum("bgnsd,bntd->bgnst", q, k) / math.sqrt(s.d_k)
    qk = jax.nn.softmax(jnp.where(mask, qk, -jnp.inf))
    qk = jnp.where(mask, qk, 0)
    mixed = jnp.einsum("bgnst,bntd->bgnsd", qk, v)
    return jnp.einsum("bgnsd,gndh->bsh", mixed, p.out_proj)


def block_lora(lora, p, x, mask, key, *, lc, s):
    k0, k1, k2 = split_or_none(key, 3)
    y = attention_lora(lora, p.attention, rms_norm(p.input_norm, x, s=s), mask, lc=lc, s=s)
    x = dropout(y, k0, s=s) + x
    y = rms_norm(p.post_attn_norm, x, s=s)
    ff = dropout(jax.nn.silu(y @ p.gate_proj) * (y @ p.up_proj), k1, s=s)
    return dropout(ff @ p.down_proj, k2, s=s) + x


@partial(jax.jit, static_argnames=("lc", "s"))
def decoder_lora(lora, p, x, mask, key, *, lc, s):
    def body(state, block):
        key, x, i = state
        key, sub = split_or_none(key, 2)
        # The adapters are closed over and indexed by a counter; only the frozen weights are scanned.
        mine = {n: a[i] for n, a in lora.items()}
        return (key, block_lora(mine, block, x, mask, sub, lc=lc, s=s), i + 1), None

    (_, x, _), _ = jax.lax.scan(body, (key, x, 0), p)
    return x


@partial(jax.jit, static_argnames=("lc", "s"))
def model_lora(lora, p, tokens, token_mask, key, *, lc, s):
    assert tokens.dtype == jnp.uint16 and token_mask.dtype == jnp.bool_
    mask = jnp.tril(jnp.einsum("bi,bj->bij", token_mask, token_mask))[:, None, None]
    x = decoder_lora(lora, p.decoder, p.embedding[tokens], mask, key, lc=lc, s=s)
    return rms_norm(p.norm, x, s=s)


@jax.value_and_grad
def loss_and_grad(lora, p, batch, key, *, lc, s):
    out = model_lora(lora, p, batch["tokens"], batch["mask"], key, lc=lc, s=s)
    logits = out @ p.lm_head  # all of them, in the type of the weights
    loss = optax.softmax_cross_entropy_with_integer_labels(logits=logits, labels=batch["labels"])
    return jnp.mean(loss, where=batch["loss_mask"])


def make_step(lc, s, update):
    @jax.jit  # nothing donated
    def step(lora, p, opt_state, total_loss, batch, key):
        key, sub = jax.random.split(key)
        if s.dropout is None:
            sub = None
        loss, grads = loss_and_grad(lora, p, batch, sub, lc=lc, s=s)
        updates, opt_state = update(grads, opt_state, lora)
        return optax.apply_updates(lora, updates), opt_state, total_loss + loss, loss, key
    return step


def make_optimizer(lr, accumulate, micro_steps):
    n = math.ceil(micro_steps / accumulate)
    schedule = optax.warmup_cosine_decay_schedule(0.0, lr, n, n + 1, lr)
    return optax.MultiSteps(optax.adamw(schedule), accumulate)


def from_base(base, s):
    """JORA's layout of the weights the other script uses. A tied head is stored a second time."""
    L, D = s.n_layers, s.d_model
    # HF numbers query heads kv-major; JORA's axes are [n_rep, n_kv], so a transpose is needed
    # (JORA's converter only reshapes, which is right where n_rep is 1).
    q = base["q"].reshape(L, D, s.n_kv, s.n_rep, s.d_k).swapaxes(2, 3)
    o = base["o"].reshape(L, s.n_kv, s.n_rep, s.d_k, D).swapaxes(1, 2)
    kv = lambda w: w.reshape(L, D, s.n_kv, s.d_k)
    head = base["lm_head"] if "lm_head" in base else np.ascontiguousarray(base["embed"].T)
    return Llama(base["embed"], Block(
        base["attn_norm"], Attention(q, kv(base["k"]), kv(base["v"]), o), base["mlp_norm"],
        base["gate"], base["up"], base["down"]), base["final_norm"], head)


def make_args(cfg, s, a, optimizer, mesh):
    """(lora, params, opt_state, total loss, batch, key), as arrays on their devices or as abstract shapes.

    The adapters start from JORA's own distribution (B is zero, so the first loss is the base model's)."""
    named = lambda spec: NamedSharding(mesh, spec)
    dtype = DTYPES[a.dtype]
    shapes = jora_lora_shapes(s, a.rank)
    if not (a.compile_only or a.trace_only):
        base = dict(inputs.base_weights(cfg, a))
        params = jax.tree.map(lambda w, spec: jax.device_put(w, named(spec)), from_base(base, s), LLAMA_SPECS)
        keys = jax.random.split(jax.random.PRNGKey(a.seed), 3)
        lora = {n: jax.random.normal(keys[int(n[0] == "v")], sh, dtype) if n.endswith("A") else jnp.zeros(sh, dtype)
                for n, sh in shapes.items()}
        lora = {n: jax.device_put(x, named(LORA_SPECS[n])) for n, x in lora.items()}
        ints = {"tokens": np.uint16, "labels": np.uint32}
        batch = {n: jnp.asarray(x.astype(ints.get(n, x.dtype))) for n, x in inputs.batch_of(cfg, a).items()}
        return lora, params, optimizer.init(lora), jnp.zeros(()), batch, keys[2]

    abstract = lambda x, spec: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=named(spec))
    stored = base_shapes(cfg) | {"lm_head": (cfg.hidden, cfg.vocab)}  # a tied head too
    views = jax.eval_shape(lambda: from_base({n: jnp.zeros(sh, dtype) for n, sh in stored.items()}, s))
    params = jax.tree.map(abstract, Llama(*views), LLAMA_SPECS)
    lora = {n: jax.ShapeDtypeStruct(sh, dtype, sharding=named(LORA_SPECS[n])) for n, sh in shapes.items()}
    # optax's zeros_like would keep the placement of the adapters; say so for the abstract state.
    by_shape = {sh: named(LORA_SPECS[n]) for n, sh in shapes.items()}
    opt_state = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=by_shape.get(x.shape, named(P()))),
                             jax.eval_shape(optimizer.init, lora))
    leaf = lambda t, sh=(a.batch, a.seq): jax.ShapeDtypeStruct(sh, t, sharding=named(P()))
    batch = {"tokens": leaf(jnp.uint16), "mask": leaf(jnp.bool_), "labels": leaf(jnp.uint32), "loss_mask": leaf(jnp.bool_)}
    return lora, params, opt_state, leaf(jnp.float32, ()), batch, leaf(jnp.uint32, (2,))


def main(a):
    cfg = CONFIGS[a.config]
    if a.data != 1:
        raise SystemExit(f"--data {a.data}: JORA has one mesh axis; give --tensor only")
    s = Shape(cfg.hidden, cfg.head_dim, cfg.heads // cfg.kv_heads, cfg.kv_heads, cfg.layers, cfg.ffn, cfg.vocab,
              cfg.eps, a.dropout or None)
    mesh = Mesh(np.array(options.devices(a)), ("p",))
    optimizer = make_optimizer(a.lr, a.accumulate, a.warmup + a.steps)
    lora, params, opt_state, total, batch, key = args = make_args(cfg, s, a, optimizer, mesh)
    row = {"bench": "jora_jax", "config": cfg.name, "batch": a.batch, "seq": a.seq,
           "mesh": {"data": 1, "tensor": a.tensor}, "dtype": a.dtype, "dropout": a.dropout,
           "accumulate": a.accumulate, "rank": a.rank, "client": "plugin" if a.plugin else "jax",
           "trainable": sum(math.prod(x) for x in jora_lora_shapes(s, a.rank).values())}
    step = make_step(LoraConfig(a.rank, a.alpha), s, optimizer.update)
    compiled, staged = measure.stage(step, args, 0 if a.serve else a.retrace, compiling=not a.trace_only)
    row |= staged
    handlers = {}
    if not (a.compile_only or a.trace_only):
        row |= inputs.batch_facts(a, batch)

        def one(state):
            lora, opt_state, total, key = state
            lora, opt_state, total, loss, key = jax.block_until_ready(
                compiled(lora, params, opt_state, total, batch, key))
            return (lora, opt_state, total, key), loss

        state = (lora, opt_state, total, key)
        if a.serve:
            handlers |= serving.step_handlers(one, state)
        else:
            row |= measure.timed_steps(one, state, a.warmup, a.steps, a.batch * a.seq)
    modules = ("jax", "jaxlib", "numpy", "optax")
    if a.serve:
        return serving.serve(measure.facts(row, modules), handlers | serving.stage_handlers(step, args))
    measure.emit(measure.facts(row, modules), a.out)


if __name__ == "__main__":
    main(ARGS)
