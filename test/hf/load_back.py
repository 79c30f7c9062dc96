# Loads directories that jorts wrote with transformers and PEFT and compares their logits with jorts' own.
"""Prints one JSON report; exits with 1 when a directory loads differently from what jorts computed.

ids file (safetensors):    input_ids [batch, time] int; attention_mask [batch, time] int, optional (1 = counted)
logits file (safetensors): float32 [batch, time, vocab] under --merged-logits and --adapter-logits
"""
import argparse
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

logging.disable_progress_bar()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--merged", type=Path, help="merged Hugging Face directory")
    parser.add_argument("--adapter", type=Path, help="PEFT adapter directory; needs --base")
    parser.add_argument("--base", type=Path, help="Hugging Face directory or .gguf file that the adapter was trained on")
    parser.add_argument("--ids", type=Path, required=True)
    parser.add_argument("--logits", type=Path, required=True)
    parser.add_argument("--merged-logits", default="logits", help="name in the logits file (default: logits)")
    parser.add_argument("--adapter-logits", default="logits", help="name in the logits file (default: logits)")
    parser.add_argument("--strings", type=Path, help='JSON [{"text", "ids"}] that the merged tokenizer must reproduce')
    parser.add_argument("--tolerance", type=float, default=1e-3, help="largest absolute difference (default: 1e-3)")
    args = parser.parse_args()
    if args.merged is None and args.adapter is None:
        parser.error("give --merged, --adapter with --base, or both")
    if (args.adapter is None) != (args.base is None):
        parser.error("--adapter and --base go together")
    if args.strings is not None and args.merged is None:
        parser.error("--strings needs --merged")
    return args


def load_model(path):
    """The model in f32, and every way in which its weights did not fit it."""
    options = {"dtype": torch.float32, "attn_implementation": "eager", "output_loading_info": True}
    if path.suffix == ".gguf":
        model, info = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, **options)
    else:
        model, info = AutoModelForCausalLM.from_pretrained(path, **options)
    problems = [f"{kind}: {sorted(map(str, keys))}" for kind, keys in info.items() if keys]
    return model.eval(), problems


@torch.no_grad()
def logits_of(model, batch):
    return model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits


def compare(actual, expected, mask, tolerance):
    if actual.shape != expected.shape:
        return {"max_abs_difference": None}, [f"logits have shape {list(expected.shape)}, loaded {list(actual.shape)}"]
    counted = mask.bool()
    difference = (actual - expected.to(torch.float32))[counted].abs().max().item()
    found = {"max_abs_difference": difference, "largest_logit": actual[counted].abs().max().item()}
    # A NaN is not below any tolerance.
    if not difference < tolerance:
        return found, [f"logits differ by {difference:.3e}, allowed is {tolerance:.1e}"]
    return found, []


def check_merged(args, batch, expected):
    model, problems = load_model(args.merged)
    report, found = compare(logits_of(model, batch), expected, batch["attention_mask"], args.tolerance)
    problems += found
    try:
        model.generation_config.validate(strict=True)
    except ValueError as error:
        problems.append(f"generation_config.json: {error}")
    if args.strings is not None:
        tokenizer = AutoTokenizer.from_pretrained(args.merged)
        rows = json.loads(args.strings.read_text(encoding="utf-8"))
        report["strings"] = len(rows)
        for row in rows:
            ids = tokenizer(row["text"], add_special_tokens=False)["input_ids"]
            if ids != row["ids"]:
                problems.append(f"tokenizer: {row['text']!r} gives {ids}, expected {row['ids']}")
    return report | {"problems": problems}


def check_adapter(args, batch, expected):
    base, problems = load_model(args.base)
    before = logits_of(base, batch)
    model = PeftModel.from_pretrained(base, args.adapter).eval()
    written = set(load_file(args.adapter / "adapter_model.safetensors"))
    used = set(get_peft_model_state_dict(model))
    if written != used:
        problems.append(f"adapter keys: not used {sorted(written - used)}, missing {sorted(used - written)}")
    after = logits_of(model, batch)
    report, found = compare(after, expected, batch["attention_mask"], args.tolerance)
    # An adapter that is silently not applied would leave the base's logits.
    report["change_by_adapter"] = (after - before)[batch["attention_mask"].bool()].abs().max().item()
    if report["change_by_adapter"] == 0:
        problems.append("the adapter changes nothing: its B is zero or it was not applied")
    return report | {"problems": problems + found}


def named(tensors, name, path):
    if name not in tensors:
        raise SystemExit(f"{path.name} has no tensor {name!r}; it has {sorted(tensors)}")
    return tensors[name]


def main():
    args = parse()
    ids = load_file(args.ids)
    input_ids = named(ids, "input_ids", args.ids).long()
    batch = {"input_ids": input_ids, "attention_mask": ids.get("attention_mask", torch.ones_like(input_ids)).long()}
    logits = load_file(args.logits)
    report = {"tolerance": args.tolerance}
    if args.merged is not None:
        report["merged"] = check_merged(args, batch, named(logits, args.merged_logits, args.logits))
    if args.adapter is not None:
        report["adapter"] = check_adapter(args, batch, named(logits, args.adapter_logits, args.logits))
    report["ok"] = not any(report[part]["problems"] for part in ("merged", "adapter") if part in report)
    print(json.dumps(report))
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
