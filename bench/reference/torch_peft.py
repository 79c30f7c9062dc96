"""HF LlamaForCausalLM with PEFT LoRA on q_proj and v_proj, trained on the CPU with torch, measured."""
import sys
import time

import options

if __name__ == "__main__":
    _p = options.train_parser(__doc__)
    _p.add_argument("--attention", choices=["sdpa", "eager"], default="sdpa")
    ARGS = _p.parse_args()
    if ARGS.plugin or ARGS.compile_only or ARGS.trace_only or ARGS.data * ARGS.tensor != 1:
        raise SystemExit("torch_peft.py runs on one CPU without XLA: "
                         "--plugin, --compile-only, --trace-only, --data and --tensor do not apply")

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

import data as inputs
import measure
import serving
from shapes import CONFIGS

HF_NAMES = {"attn_norm": "input_layernorm", "mlp_norm": "post_attention_layernorm",
            "q": "self_attn.q_proj", "k": "self_attn.k_proj", "v": "self_attn.v_proj", "o": "self_attn.o_proj",
            "gate": "mlp.gate_proj", "up": "mlp.up_proj", "down": "mlp.down_proj"}


def tensor(w):
    return torch.from_numpy(np.ascontiguousarray(w))


def build(cfg, a):
    hf = LlamaConfig(
        vocab_size=cfg.vocab, hidden_size=cfg.hidden, intermediate_size=cfg.ffn, num_hidden_layers=cfg.layers,
        num_attention_heads=cfg.heads, num_key_value_heads=cfg.kv_heads, head_dim=cfg.head_dim,
        rms_norm_eps=cfg.eps, rope_theta=cfg.theta, tie_word_embeddings=cfg.tied, use_cache=False,
        max_position_embeddings=2048, attn_implementation=a.attention)
    rope = getattr(hf, "rope_parameters", None)
    if rope is not None:  # newer transformers keep theta here
        hf.rope_parameters = dict(rope) | {"rope_theta": cfg.theta}
    model = LlamaForCausalLM(hf)
    # The same weights as the JAX programs, so that the losses can be compared. numpy has no bf16 that torch reads.
    base = {n: w.astype(np.float32) for n, w in inputs.base_weights(cfg, a)}
    state = {"model.embed_tokens.weight": base["embed"], "model.norm.weight": base["final_norm"],
             "lm_head.weight": base["embed"] if cfg.tied else base["lm_head"].T}
    for ours, theirs in HF_NAMES.items():
        for i in range(cfg.layers):
            state[f"model.layers.{i}.{theirs}.weight"] = base[ours][i].T
    model.load_state_dict({n: tensor(w) for n, w in state.items()})
    model = model.to(torch.bfloat16 if a.dtype == "bf16" else torch.float32)
    model = get_peft_model(model, LoraConfig(r=a.rank, lora_alpha=a.alpha, lora_dropout=0.0, bias="none",
                                             target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
    load_lora(model, inputs.lora_start(cfg, a), cfg.layers)
    return model


def load_lora(model, lora, layers):
    """The LoRA start of the JAX programs; torch's matrices are [out, in]."""
    parts = {f"base_model.model.model.layers.{i}.self_attn.{n}_proj.lora_{p.upper()}.default.weight": lora[f"{n}_{p}"][i].T
             for i in range(layers) for n in "qv" for p in "ab"}
    unknown = model.load_state_dict({n: tensor(w) for n, w in parts.items()}, strict=False).unexpected_keys
    if unknown:
        raise RuntimeError(f"PEFT names its adapter weights otherwise than this program: {unknown[0]} is not one")


def main(a):
    torch.manual_seed(a.seed)
    cfg = CONFIGS[a.config]
    model = build(cfg, a)
    model.train()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=a.lr, weight_decay=0.01)
    batch = inputs.batch_of(cfg, a)
    tokens, mask = torch.from_numpy(batch["tokens"]).long(), torch.from_numpy(batch["mask"]).long()
    # HF shifts the labels itself: position t carries token t, counted where the shifted mask counts t-1.
    labels = torch.full_like(tokens, -100)
    counted = torch.from_numpy(batch["loss_mask"])[:, :-1]
    labels[:, 1:] = torch.where(counted, tokens[:, 1:], -100)

    def one(state):
        t = time.perf_counter()
        loss = model(input_ids=tokens, attention_mask=mask, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss = loss.item()
        print(f"step: {time.perf_counter() - t:.1f} s", file=sys.stderr)  # bf16 can take minutes
        return state, loss

    row = {"bench": "torch_peft", "config": cfg.name, "batch": a.batch, "seq": a.seq, "dtype": a.dtype,
           "attention": a.attention, "rank": a.rank, "trainable": sum(p.numel() for p in trained),
           "trained_dtype": str(trained[0].dtype), "threads": torch.get_num_threads()} | inputs.batch_facts(a, batch)
    modules = ("torch", "transformers", "peft", "numpy")
    if a.serve:
        return serving.serve(measure.facts(row, modules), serving.step_handlers(one, None))
    row |= measure.timed_steps(one, None, a.warmup, a.steps, a.batch * a.seq)
    measure.emit(measure.facts(row, modules), a.out)


if __name__ == "__main__":
    main(ARGS)
