"""Times the model of bert.rs in plain PyTorch: python bert.py THREADS ITERATIONS.

Attention is timed both written out and through scaled_dot_product_attention, and the faster of the two counts,
separately for the forward pass and the training step. Prints medians in milliseconds as JSON.
"""

import json
import math
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional

VOCABULARY, HIDDEN, HEADS, INNER, LAYERS, CLASSES = 30_522, 384, 12, 1536, 6, 16
SEQUENCES, PIECES, DROPOUT = 16, 128, 0.1


class Layer(nn.Module):
    def __init__(self, fused):
        super().__init__()
        self.fused = fused
        self.query, self.key, self.value = (nn.Linear(HIDDEN, HIDDEN) for _ in range(3))
        self.outer = nn.Linear(HIDDEN, HIDDEN)
        self.up, self.down = nn.Linear(HIDDEN, INNER), nn.Linear(INNER, HIDDEN)
        self.first_norm, self.second_norm = (nn.LayerNorm(HIDDEN, eps=1e-12) for _ in range(2))
        self.dropout = nn.Dropout(DROPOUT)

    def attend(self, query, key, value):
        if self.fused:
            rate = DROPOUT if self.training else 0.0
            return functional.scaled_dot_product_attention(query, key, value, dropout_p=rate)
        scores = (query / math.sqrt(HIDDEN // HEADS)) @ key.transpose(2, 3)
        return self.dropout(scores.softmax(-1)) @ value

    def forward(self, x):
        heads = [
            part(x).view(SEQUENCES, PIECES, HEADS, HIDDEN // HEADS).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        ]
        attended = self.attend(*heads).transpose(1, 2).reshape(SEQUENCES, PIECES, HIDDEN)
        x = self.first_norm(x + self.dropout(self.outer(attended)))
        return self.second_norm(x + self.dropout(self.down(functional.gelu(self.up(x)))))


class Classifier(nn.Module):
    def __init__(self, fused):
        super().__init__()
        self.words, self.places, self.segments = (nn.Embedding(rows, HIDDEN) for rows in (VOCABULARY, 512, 2))
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.dropout = nn.Dropout(DROPOUT)
        self.layers = nn.Sequential(*(Layer(fused) for _ in range(LAYERS)))
        self.head = nn.Linear(HIDDEN, CLASSES)
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def forward(self, ids):
        fixed = self.places.weight[: ids.shape[1]] + self.segments.weight[0]
        x = self.dropout(self.norm(self.words(ids) + fixed))
        return self.head(self.layers(x)).view(-1, CLASSES)


def timed(action, iterations):
    """Median milliseconds, after one call that does not count."""
    times = []
    for _ in range(iterations + 1):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times[1:])


def measure(fused, iterations):
    torch.manual_seed(1)
    model = Classifier(fused)
    index = torch.arange(SEQUENCES * PIECES)
    ids = ((index * 7919 + 13) % VOCABULARY).view(SEQUENCES, PIECES)
    classes = index * 31 % CLASSES
    model.eval()
    with torch.inference_mode():
        forward = timed(lambda: model(ids), iterations)
    model.train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01)

    def step():
        optimiser.zero_grad()
        loss = functional.cross_entropy(model(ids), classes)
        loss.backward()
        optimiser.step()
        assert math.isfinite(loss.item())

    return forward, timed(step, iterations)


def main():
    threads, iterations = map(int, sys.argv[1:3])
    torch.set_num_threads(threads)
    medians = [measure(fused, iterations) for fused in (False, True)]
    forward, training = (min(kind) for kind in zip(*medians))
    print(json.dumps({"forward_ms": forward, "training_ms": training}))


main()
