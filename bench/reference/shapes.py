"""The model shapes that the reference programs run on, and the shapes of their weights."""
from dataclasses import dataclass


@dataclass(frozen=True)
class LlamaConfig:
    name: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    ffn: int
    vocab: int
    theta: float
    tied: bool
    eps: float


CONFIGS = {c.name: c for c in (
    LlamaConfig("tiny", 4, 256, 8, 8, 32, 688, 4096, 10000.0, False, 1e-5),
    LlamaConfig("smollm2-135m", 30, 576, 9, 3, 64, 1536, 49152, 100000.0, True, 1e-5),
    LlamaConfig("llama2-7b", 32, 4096, 32, 32, 128, 11008, 32000, 10000.0, False, 1e-5),
)}


def base_shapes(cfg):
    """Frozen weights, layers stacked on the leading axis; matrices are [in, out]."""
    L, D, F = cfg.layers, cfg.hidden, cfg.ffn
    Q, K = cfg.heads * cfg.head_dim, cfg.kv_heads * cfg.head_dim
    shapes = {
        "embed": (cfg.vocab, D), "final_norm": (D,),
        "attn_norm": (L, D), "mlp_norm": (L, D),
        "q": (L, D, Q), "k": (L, D, K), "v": (L, D, K), "o": (L, Q, D),
        "gate": (L, D, F), "up": (L, D, F), "down": (L, F, D),
    }
    if not cfg.tied:
        shapes["lm_head"] = (D, cfg.vocab)
    return shapes


def lora_shapes(cfg, rank):
    """LoRA on the query and value projections: A is [layers, in, rank], B is [layers, rank, out]."""
    L, D = cfg.layers, cfg.hidden
    Q, K = cfg.heads * cfg.head_dim, cfg.kv_heads * cfg.head_dim
    return {"q_a": (L, D, rank), "q_b": (L, rank, Q), "v_a": (L, D, rank), "v_b": (L, rank, K)}
