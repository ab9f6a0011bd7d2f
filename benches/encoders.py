"""Times an encoder of encoders.rs in transformers: python encoders.py THREADS ITERATIONS SEQUENCES PIECES CLASSES CONFIG.

CONFIG is the config.json that encoders.rs built its own encoder from. Where the class has both, attention is timed
written out ("eager") and through scaled_dot_product_attention ("sdpa"), and the faster of the two counts, separately
for the forward pass and the training step. Prints medians in milliseconds as JSON.
"""

import json
import math
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional
from transformers import AlbertModel, AutoConfig, BartModel, BertModel, DebertaV2Model, T5EncoderModel
from transformers.utils import logging

MODELS = {
    "bert": BertModel,
    "albert": AlbertModel,
    "deberta-v2": DebertaV2Model,
    "t5": T5EncoderModel,
    "bart": BartModel,
}


def encoder(kind, config):
    """The encoder alone: no pooler, no decoder."""
    model = MODELS[kind](config)
    if kind == "bart":
        return model.encoder
    model.pooler = None
    return model


class Classifier(nn.Module):
    def __init__(self, kind, config, classes):
        super().__init__()
        self.encoder = encoder(kind, config)
        self.head = nn.Linear(config.hidden_size, classes)

    def forward(self, ids):
        states = self.encoder(input_ids=ids).last_hidden_state
        return self.head(states).flatten(0, 1)


def timed(action, iterations):
    """Median milliseconds, after one call that does not count."""
    times = []
    for _ in range(iterations + 1):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times[1:])


def measure(settings, attention, iterations, sequences, pieces, classes):
    torch.manual_seed(1)
    kind = settings["model_type"]
    fields = {key: value for key, value in settings.items() if key != "model_type"}
    config = AutoConfig.for_model(kind, **fields)
    config._attn_implementation = attention
    model = Classifier(kind, config, classes)
    index = torch.arange(sequences * pieces)
    ids = ((index * 7919 + 13) % config.vocab_size).view(sequences, pieces)
    targets = index * 31 % classes
    model.eval()
    with torch.inference_mode():
        forward = timed(lambda: model(ids), iterations)
    model.train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01)

    def step():
        optimiser.zero_grad()
        loss = functional.cross_entropy(model(ids), targets)
        loss.backward()
        optimiser.step()
        assert math.isfinite(loss.item())

    return forward, timed(step, iterations)


def main():
    logging.set_verbosity_error()
    threads, *sizes = map(int, sys.argv[1:6])
    settings = json.loads(sys.argv[6])
    torch.set_num_threads(threads)
    fused = MODELS[settings["model_type"]]._supports_sdpa
    medians = [measure(settings, attention, *sizes) for attention in ("eager", "sdpa")[: 1 + fused]]
    forward, training = (min(kind) for kind in zip(*medians))
    print(json.dumps({"forward_ms": forward, "training_ms": training}))


main()
