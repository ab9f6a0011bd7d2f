"""Times an epoch of PMEI in plain PyTorch: python pmei.py THREADS VARIANT < sentences.

Standard input has one JSON object: lengths of the sentences, words, cells, relations. Batches are padded, and tables
are whole: sentences x longest x longest x relations. Prints the seconds of one epoch after a warm-up of five batches.
"""

import json
import sys
import time

# A script's own folder comes first, and beside this one lies another `statistics` than Python's.
sys.path.pop(0)

import torch
from torch import nn
from torch.nn import functional

WIDTH, TAGS, BATCH = 100, 5, 50


class Classifiers(nn.Module):
    def __init__(self, relations):
        super().__init__()
        self.tags = nn.Linear(WIDTH, TAGS)
        self.pair = nn.Linear(2 * WIDTH, WIDTH)
        self.relations = nn.Linear(WIDTH, relations)

    def table(self, states):
        longest = states.shape[1]
        first = states.unsqueeze(2).expand(-1, -1, longest, -1)
        second = states.unsqueeze(1).expand(-1, longest, -1, -1)
        return self.relations(functional.relu(self.pair(torch.cat([first, second], -1))))


class Passage(nn.Module):
    def __init__(self, early):
        super().__init__()
        self.mean, self.deviation = (nn.GRUCell(early, WIDTH) for _ in range(2))
        self.prior = nn.ModuleList(
            nn.Sequential(nn.Linear(early, WIDTH, bias=False), nn.Tanh(), nn.Linear(WIDTH, WIDTH, bias=False))
            for _ in range(2)
        )

    def forward(self, early, states, mask):
        flat, rows = early.flatten(0, 1), states.flatten(0, 1)
        mean, variance = self.mean(flat, rows), self.deviation(flat, rows).square() + 1e-8
        prior_mean, prior_variance = self.prior[0](flat.detach()), self.prior[1](flat.detach()).square() + 1e-8
        divergence = prior_variance.log() - variance.log() + (variance + (mean - prior_mean) ** 2) / prior_variance - 1
        state = mean + variance.sqrt() * torch.randn_like(mean)
        return state.view_as(states), 0.5 * (divergence * mask.view(-1, 1)).sum()


class Pmei(nn.Module):
    def __init__(self, words, relations, early):
        super().__init__()
        self.vectors = nn.Embedding(words, WIDTH)
        self.rnn = nn.LSTM(WIDTH, WIDTH // 2, batch_first=True, bidirectional=True)
        self.last = Classifiers(relations)
        if early:
            self.early = Classifiers(relations)
            self.passages = nn.ModuleList(Passage(relations + TAGS) for _ in range(2))

    def forward(self, ids, lengths, tags, cells):
        mask = torch.arange(ids.shape[1]) < lengths.unsqueeze(1)
        real = (mask.unsqueeze(1) & mask.unsqueeze(2)).unsqueeze(3)
        packed = nn.utils.rnn.pack_padded_sequence(
            functional.dropout(self.vectors(ids), 0.1), lengths, batch_first=True, enforce_sorted=False
        )
        states = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0]

        def losses(of_tags, table):
            tag = functional.cross_entropy(of_tags[mask], tags[mask], reduction="sum")
            every = functional.binary_cross_entropy_with_logits(table, cells, reduction="none")
            return tag + (every * real).sum()

        if not hasattr(self, "early"):
            return losses(self.last.tags(states), self.last.table(states)) / len(ids)
        of_tags, table = self.early.tags(states), self.early.table(states)
        pooled = table.sigmoid().masked_fill(~real, 0).max(2).values
        early = torch.cat([pooled, of_tags.softmax(-1)], -1)
        (entities, one), (related, other) = (passage(early, states, mask) for passage in self.passages)
        last = losses(self.last.tags(entities), self.last.table(related))
        return (last + 1e-3 * losses(of_tags, table) + 1e-6 * (one + other)) / len(ids)


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(1)
    data = json.load(sys.stdin)
    model = Pmei(data["words"], data["relations"], sys.argv[2] == "full")
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    sentences = [torch.tensor(words) for words in data["sentences"]]
    order = torch.randperm(len(sentences)).tolist()
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]

    def step(batch):
        ids = nn.utils.rnn.pad_sequence([sentences[index] for index in batch], batch_first=True)
        lengths = torch.tensor([len(sentences[index]) for index in batch])
        longest = ids.shape[1]
        cells = torch.zeros(len(batch), longest, longest, data["relations"])
        tags = torch.zeros(len(batch), longest, dtype=torch.long)
        for row, index in enumerate(batch):
            for first, second, relation in data["cells"][index]:
                cells[row, first, second, relation] = 1
                tags[row, first] = tags[row, second] = 4
        optimiser.zero_grad()
        loss = model(ids, lengths, tags, cells)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimiser.step()

    for batch in batches[:5]:
        step(batch)
    start = time.perf_counter()
    for batch in batches:
        step(batch)
    print(json.dumps(time.perf_counter() - start))


main()
