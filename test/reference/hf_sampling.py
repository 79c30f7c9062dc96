# Records the logits processors of transformers (repetition penalty, temperature, top-k, top-p): fixtures/sampling.json.
import numpy as np
import torch
from fixture import encode, write
from hf import VERSIONS
from transformers import (
    LogitsProcessorList,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

VOCAB = 24
SETTINGS = [
    {"temperature": 0.7},
    {"temperature": 1.5},
    {"topK": 5},
    {"topK": 1},
    {"topK": 100},
    {"topP": 0.9},
    {"topP": 0.5},
    {"topP": 0.01},
    {"repetitionPenalty": 1.3},
    {"repetitionPenalty": 0.8},
    {"temperature": 0.8, "topK": 8, "topP": 0.9},
    {"repetitionPenalty": 1.2, "temperature": 0.6, "topK": 10, "topP": 0.95},
]


def processors(settings):
    """In the order in which transformers' generate applies them."""
    made = LogitsProcessorList()
    if "repetitionPenalty" in settings:
        made.append(RepetitionPenaltyLogitsProcessor(settings["repetitionPenalty"]))
    if "temperature" in settings:
        made.append(TemperatureLogitsWarper(settings["temperature"]))
    if "topK" in settings:
        made.append(TopKLogitsWarper(settings["topK"]))
    if "topP" in settings:
        made.append(TopPLogitsWarper(settings["topP"]))
    return made


if __name__ == "__main__":
    rng = np.random.default_rng(21)
    logits = (rng.standard_normal((3, VOCAB)) * 2).astype(np.float32)
    ids = rng.integers(0, VOCAB, (3, 6))
    ids[2] = ids[2, 0]
    # Top-k keeps all that tie with the k-th; top-p among ties would depend on the sort and is not recorded.
    runs = [(settings, logits) for settings in SETTINGS] + [({"topK": 5}, np.round(logits))]
    cases = []
    for settings, given in runs:
        scores = processors(settings)(torch.from_numpy(ids), torch.from_numpy(given.copy()))
        cases.append({"settings": settings, "logits": encode(given), "scores": encode(scores.numpy())})
    write("sampling.json", VERSIONS, ids=encode(ids), cases=cases)
