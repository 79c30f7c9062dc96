# Records tiny random Llama checkpoints and what transformers, PEFT and torch make of them: fixtures/llama/*/.
import json
import shutil

import numpy as np
import torch
from fixture import FIXTURES, write
from hf import VERSIONS, logits_of, save
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

ROOT = FIXTURES / "llama"
COMMON = {"max_position_embeddings": 256, "bos_token_id": 1, "eos_token_id": 2, "attn_implementation": "eager"}
LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
# `spelling` is how config.json says theta: "absent" as Llama-2's file, "v5" as transformers 5, "v4" as Llama-3's files.
CHECKPOINTS = {
    "mha-untied": {
        "seed": 11,
        "spelling": "absent",
        "config": {
            "vocab_size": 128,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 4,
            "rms_norm_eps": 1e-5,
            "tie_word_embeddings": False,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
        },
    },
    "gqa-tied": {
        "seed": 12,
        "spelling": "v5",
        "config": {
            "vocab_size": 160,
            "hidden_size": 48,
            "intermediate_size": 80,
            "num_hidden_layers": 3,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 16,
            "rms_norm_eps": 1e-6,
            "tie_word_embeddings": True,
            "rope_parameters": {"rope_type": "default", "rope_theta": 100000.0},
        },
    },
    "gqa-llama3": {
        "seed": 14,
        "spelling": "v4",
        "config": {
            "vocab_size": 128,
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 1,
            "head_dim": 16,
            "rms_norm_eps": 1e-5,
            "tie_word_embeddings": True,
            # Wavelengths 6.3, 15, 35, …: the first is kept, the second blended, the others divided.
            "rope_parameters": {**LLAMA3, "rope_theta": 1000.0},
        },
    },
}
ADAPTERS = {
    "qv": {"target_modules": ["q_proj", "v_proj"]},
    "all": {"target_modules": "all-linear"},
    "rslora": {"target_modules": ["q_proj", "v_proj"], "use_rslora": True},
}
STEPS = 5


def randomise(model, seed):
    """Weights of variance 1/fan-in and norms around 1, so that every part of the model shows in the logits."""
    rng = np.random.default_rng(seed)
    for name, parameter in sorted(model.named_parameters()):
        drawn = rng.standard_normal(tuple(parameter.shape))
        if "norm" in name:
            drawn = 1 + 0.2 * drawn
        elif "embed_tokens" in name:
            # Small, or a tied head would always answer with the token it was given.
            drawn = 0.15 * drawn
        else:
            drawn = drawn / np.sqrt(parameter.shape[1])
        parameter.data.copy_(torch.from_numpy(drawn.astype(np.float32)))


def respell(path, spelling):
    """Rewrites config.json as files written before transformers 5 say it."""
    config = json.loads(path.read_text())
    if spelling == "v5":
        return
    rope = config.pop("rope_parameters")
    theta = rope.pop("rope_theta")
    config["torch_dtype"] = config.pop("dtype")
    config["rope_scaling"] = rope if rope["rope_type"] != "default" else None
    if spelling == "v4":
        config["rope_theta"] = theta
    else:
        for derived in ("head_dim", "attention_bias", "mlp_bias"):
            config.pop(derived, None)
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make_batch(vocab, seed):
    """Four rows of 20 with right padding; prompts, padding and one stray position are not supervised."""
    rng = np.random.default_rng(seed + 1000)
    lengths, prompts = [20, 13, 17, 6], [5, 0, 9, 3]
    ids = torch.from_numpy(rng.integers(3, vocab, (4, 20)))
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
    for row, (length, prompt) in enumerate(zip(lengths, prompts)):
        ids[row, 0] = 1
        ids[row, length:] = 0
        mask[row, :length] = 1
        labels[row, prompt:length] = ids[row, prompt:length]
    labels[0, 11] = -100
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def adapter_of(base_dir, name, seed):
    config = LoraConfig(r=4, lora_alpha=8, lora_dropout=0.0, bias="none", task_type="CAUSAL_LM", **ADAPTERS[name])
    base = AutoModelForCausalLM.from_pretrained(base_dir, dtype=torch.float32, attn_implementation="eager")
    model = get_peft_model(base, config)
    rng = np.random.default_rng(seed + 2000)
    for key, parameter in sorted(model.named_parameters()):
        if "lora_" in key:
            # B is not zero, or the gradient of A would be.
            drawn = rng.standard_normal(tuple(parameter.shape)) / np.sqrt(parameter.shape[1])
            parameter.data.copy_(torch.from_numpy(drawn.astype(np.float32)))
    return model


def lora_tensors(model, attribute):
    """name as in adapter_model.safetensors → the parameter or its gradient."""
    found = {}
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            found[name.replace(".default.", ".")] = parameter.grad if attribute == "grad" else parameter.data
    return {name: tensor.clone() for name, tensor in found.items()}


def save_adapter(model, directory):
    for config in model.peft_config.values():
        config.base_model_name_or_path = "model"
    model.save_pretrained(directory)
    (directory / "README.md").unlink()
    # PEFT writes target_modules from a set, in an order that changes from run to run.
    path = directory / "adapter_config.json"
    config = json.loads(path.read_text())
    config["target_modules"] = sorted(config["target_modules"])
    path.write_text(json.dumps(config, indent=2) + "\n")


def train(model, batch):
    """Losses before and after each of five AdamW steps, and the norm of each gradient before clipping."""
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-2, weight_decay=0.01)
    losses, norms = [], []
    model.train()
    for _ in range(STEPS):
        loss = model(**batch).loss
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(trained, 1.0).item())
        losses.append(loss.item())
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
    model.eval()
    with torch.no_grad():
        losses.append(model(**batch).loss.item())
    return losses, norms


def continuations(model, vocab, seed):
    rng = np.random.default_rng(seed + 3000)
    rows = []
    for length, penalty in [(1, 1.0), (4, 1.0), (9, 1.0), (4, 1.3), (9, 1.8)]:
        prompt = [1, *rng.integers(3, vocab, length - 1).tolist()]
        ids = torch.tensor([prompt])
        options = {"max_new_tokens": 12, "do_sample": False, "repetition_penalty": penalty, "pad_token_id": 0}
        options |= {"return_dict_in_generate": True, "output_scores": True}
        out = model.generate(ids, attention_mask=torch.ones_like(ids), eos_token_id=None, **options)
        made = out.sequences[0, length:].tolist()
        assert len(made) == 12, made
        best = torch.topk(torch.cat(out.scores), 2).values
        assert (best[:, 0] - best[:, 1]).min() > 1e-3, "too near a tie for a test"
        rows.append({"prompt": prompt, "repetition_penalty": penalty, "tokens": made})
    return rows


def record_adapter(home, name, batch, seed):
    model = adapter_of(home / "model", name, seed)
    save_adapter(model, home / f"adapter-{name}")
    model.eval()
    logits = logits_of(model, batch["input_ids"], batch["attention_mask"])
    loss = model(**batch).loss
    loss.backward()
    save(home / f"grads-{name}.safetensors", lora_tensors(model, "grad"))
    model.zero_grad(set_to_none=True)
    losses, norms = train(model, batch)
    save(home / f"trained-{name}.safetensors", lora_tensors(model, "data"))
    # PEFT's own merge of the adapter as it was saved: only the changed weights, under their names in the checkpoint.
    base = AutoModelForCausalLM.from_pretrained(home / "model", dtype=torch.float32, attn_implementation="eager")
    before = {key: value.clone() for key, value in base.state_dict().items()}
    loaded = PeftModel.from_pretrained(base, home / f"adapter-{name}").eval()
    again = logits_of(loaded, batch["input_ids"], batch["attention_mask"])
    assert torch.equal(logits, again), "the saved adapter does not load back"
    merged = loaded.merge_and_unload().state_dict()
    changed = {key: value for key, value in merged.items() if not torch.equal(value, before[key])}
    save(home / f"merged-{name}.safetensors", changed)
    return logits, {"loss": loss.item(), "losses": losses, "grad_norms": norms}


def record(name, spec):
    home = ROOT / name
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    config = LlamaConfig(**spec["config"], **COMMON)
    model = LlamaForCausalLM(config)
    randomise(model, spec["seed"])
    model.eval()
    model.save_pretrained(home / "model")
    respell(home / "model" / "config.json", spec["spelling"])
    batch = make_batch(config.vocab_size, spec["seed"])
    save(home / "batch.safetensors", batch)
    loaded = AutoModelForCausalLM.from_pretrained(home / "model", dtype=torch.float32, attn_implementation="eager")
    outputs = {"logits": logits_of(model, batch["input_ids"], batch["attention_mask"])}
    again = logits_of(loaded, batch["input_ids"], batch["attention_mask"])
    assert torch.equal(outputs["logits"], again), "the respelled config.json reads differently"
    outputs["inv_freq"] = loaded.model.rotary_emb.inv_freq
    with torch.no_grad():
        expected = {"loss": loaded(**batch).loss.item()}
    expected["generate"] = continuations(loaded, config.vocab_size, spec["seed"])
    expected["adapters"] = {}
    for adapter in ADAPTERS:
        outputs[f"logits.{adapter}"], expected["adapters"][adapter] = record_adapter(home, adapter, batch, spec["seed"])
    if name == "mha-untied":
        model.save_pretrained(home / "model-sharded", max_shard_size="40KB")
        respell(home / "model-sharded" / "config.json", spec["spelling"])
        half = LlamaForCausalLM.from_pretrained(home / "model", dtype=torch.bfloat16, attn_implementation="eager")
        half.save_pretrained(home / "model-bf16")
        widened = AutoModelForCausalLM.from_pretrained(
            home / "model-bf16", dtype=torch.float32, attn_implementation="eager"
        )
        outputs["logits.bf16-weights"] = logits_of(widened, batch["input_ids"], batch["attention_mask"])
    save(home / "outputs.safetensors", outputs)
    write(f"llama/{name}/expected.json", VERSIONS, **expected)


if __name__ == "__main__":
    for checkpoint, settings in CHECKPOINTS.items():
        record(checkpoint, settings)
