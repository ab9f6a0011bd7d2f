"""Times what recurrent.rs measures in plain PyTorch: python recurrent.py THREADS ITERATIONS.

Layers are nn.LSTM and nn.GRU over packed sequences; the CRF is the usual batched forward algorithm and Viterbi over
padded sequences. Prints medians in milliseconds as JSON.
"""

import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn.utils import rnn as sequences

BATCH, LONGEST, INPUT, HIDDEN = 32, 50, 400, 256
WORDS, CHARACTERS, TAGS = 600, 80, 9
LENGTHS = torch.tensor([5 + row * 17 % 46 for row in range(BATCH)])


class Crf(nn.Module):
    def __init__(self):
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(TAGS, TAGS))
        self.start, self.end = (nn.Parameter(torch.zeros(TAGS)) for _ in range(2))

    def log_likelihood(self, emissions, gold, mask):
        rows = torch.arange(len(emissions))
        own = emissions.gather(2, gold.unsqueeze(2)).squeeze(2) * mask
        steps = self.transitions[gold[:, :-1], gold[:, 1:]] * mask[:, 1:]
        last = gold[rows, mask.sum(1).long() - 1]
        path = self.start[gold[:, 0]] + own.sum(1) + steps.sum(1) + self.end[last]
        alpha = self.start + emissions[:, 0]
        for item in range(1, emissions.shape[1]):
            scores = alpha.unsqueeze(2) + self.transitions + emissions[:, item].unsqueeze(1)
            alpha = torch.where(mask[:, item].bool().unsqueeze(1), scores.logsumexp(1), alpha)
        return path - (alpha + self.end).logsumexp(1)

    def decode(self, emissions, mask):
        best, origins = self.start + emissions[:, 0], []
        stay = torch.arange(TAGS)
        for item in range(1, emissions.shape[1]):
            scores, origin = (best.unsqueeze(2) + self.transitions + emissions[:, item].unsqueeze(1)).max(1)
            running = mask[:, item].bool().unsqueeze(1)
            best = torch.where(running, scores, best)
            origins.append(torch.where(running, origin, stay))
        tags = (best + self.end).argmax(1)
        paths = [tags]
        for origin in reversed(origins):
            tags = origin.gather(1, tags.unsqueeze(1)).squeeze(1)
            paths.append(tags)
        paths = torch.stack(paths[::-1], 1).tolist()
        return [path[:length] for path, length in zip(paths, LENGTHS.tolist())]


class CharacterRnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(CHARACTERS, 32)
        self.rnn = nn.LSTM(32, 32, batch_first=True, bidirectional=True)

    def forward(self, ids, lengths):
        packed = sequences.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        _, (hidden, _) = self.rnn(packed)
        return torch.cat([hidden[0], hidden[1]], 1)


def leaf(*shape):
    count = torch.Size(shape).numel()
    return ((torch.arange(count) * 7919 % 2003) / 1000 - 1).view(shape).requires_grad_()


def timed(action, iterations):
    """Median milliseconds, after one call that does not count."""
    times = []
    for _ in range(iterations + 1):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times[1:])


def both(name, module, loss, leaves, iterations):
    def step():
        module.zero_grad()
        for tensor in leaves:
            tensor.grad = None
        loss().backward()

    def forward():
        with torch.inference_mode():
            return loss().item()

    module.eval()
    result = {f"{name} forward": timed(forward, iterations)}
    module.train()
    return result | {f"{name} forward+backward": timed(step, iterations)}


def main():
    threads, iterations = map(int, sys.argv[1:3])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    medians = {}
    data = leaf(BATCH, LONGEST, INPUT)
    for name, kind in (("BiLSTM", nn.LSTM), ("BiGRU", nn.GRU)):
        rnn = kind(INPUT, HIDDEN, 2, batch_first=True, bidirectional=True)

        def loss():
            packed = sequences.pack_padded_sequence(data, LENGTHS, batch_first=True, enforce_sorted=False)
            return sequences.pad_packed_sequence(rnn(packed)[0], batch_first=True)[0].sum()

        medians |= both(name, rnn, loss, [data], iterations)

    lengths = torch.tensor([1 + word * 7 % 12 for word in range(WORDS)])
    place, word = torch.arange(12), torch.arange(WORDS).unsqueeze(1)
    ids = (word // 12 + place * 31 + word % 12 * 5) % CHARACTERS
    reader = CharacterRnn()
    medians |= both("characters", reader, lambda: reader(ids, lengths).sum(), [], iterations)

    crf, emissions = Crf(), leaf(BATCH, LONGEST, TAGS)
    mask = (torch.arange(LONGEST) < LENGTHS.unsqueeze(1)).float()
    gold = (torch.arange(LONGEST) * 5 % TAGS).expand(BATCH, -1) * mask.long()
    medians |= both("CRF", crf, lambda: -crf.log_likelihood(emissions, gold, mask).mean(), [emissions], iterations)
    with torch.inference_mode():
        medians["Viterbi"] = timed(lambda: crf.decode(emissions, mask), iterations)
    print(json.dumps(medians))


main()
