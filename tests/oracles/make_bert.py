"""Writes a tiny BERT with expected hidden states and gradients, by a route that shares nothing with the Rust code.

The model is written out from its formulas (Devlin et al. 2019; Vaswani et al. 2017, section 3) in float64; autograd
gives the gradients, and finite differences check them. The configuration is off the usual path on purpose: another
padding piece than 0, three segments, an epsilon that shows, an odd feed-forward width. Needs torch, numpy and
safetensors:

    python3 tests/oracles/make_bert.py
"""

import json
import math
import pathlib

import torch
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).parent / "encoders" / "bert"
DICE = torch.Generator().manual_seed(2026)
MARKERS = [4, 5, 6, 7]
CONFIG = {
    "model_type": "bert",
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1,
    "pad_token_id": 3,
    "max_position_embeddings": 72,
    "type_vocab_size": 3,
    "layer_norm_eps": 1e-3,
}


def draw(*shape, spread=0.3, centre=0.0):
    """Normal float32 values, which is what the file holds; the arithmetic goes on in float64."""
    return (centre + spread * torch.randn(shape, generator=DICE)).float()


def whole(low, high, count):
    return torch.randint(low, high, (count,), generator=DICE).tolist()


def weights():
    width, inner = CONFIG["hidden_size"], CONFIG["intermediate_size"]
    tensors = {}

    def norm(name):
        tensors[f"{name}.LayerNorm.weight"] = draw(width, spread=0.2, centre=1.0)
        tensors[f"{name}.LayerNorm.bias"] = draw(width, spread=0.2)

    def linear(name, rows, columns):
        tensors[f"{name}.weight"] = draw(rows, columns)
        tensors[f"{name}.bias"] = draw(rows, spread=0.2)

    tables = [("word", "vocab_size"), ("position", "max_position_embeddings"), ("token_type", "type_vocab_size")]
    for table, rows in tables:
        tensors[f"embeddings.{table}_embeddings.weight"] = draw(CONFIG[rows], width)
    norm("embeddings")
    for number in range(CONFIG["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        for part in ("query", "key", "value"):
            linear(f"{layer}.attention.self.{part}", width, width)
        linear(f"{layer}.attention.output.dense", width, width)
        norm(f"{layer}.attention.output")
        linear(f"{layer}.intermediate.dense", inner, width)
        linear(f"{layer}.output.dense", width, inner)
        norm(f"{layer}.output")
    return tensors


def bert(w, ids, allowed, segments=None, positions=None):
    """Hidden states of the last layer; `allowed` is batch x from x to."""
    heads = CONFIG["num_attention_heads"]
    depth = CONFIG["hidden_size"] // heads

    def norm(x, name):
        mean = x.mean(-1, keepdim=True)
        variance = ((x - mean) ** 2).mean(-1, keepdim=True)
        unit = (x - mean) / torch.sqrt(variance + CONFIG["layer_norm_eps"])
        return unit * w[f"{name}.LayerNorm.weight"] + w[f"{name}.LayerNorm.bias"]

    def linear(x, name):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    ids = torch.tensor(ids)
    segments = torch.zeros_like(ids) if segments is None else torch.tensor(segments)
    positions = torch.arange(ids.shape[1]).expand_as(ids) if positions is None else torch.tensor(positions)
    x = (
        w["embeddings.word_embeddings.weight"][ids]
        + w["embeddings.position_embeddings.weight"][positions]
        + w["embeddings.token_type_embeddings.weight"][segments]
    )
    x = norm(x, "embeddings")
    forbidden = torch.tensor(allowed) == 0
    for number in range(CONFIG["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        query, key, value = (linear(x, f"{layer}.attention.self.{part}") for part in ("query", "key", "value"))
        context = []
        for head in range(heads):
            own = slice(head * depth, (head + 1) * depth)
            scores = query[..., own] @ key[..., own].transpose(1, 2) / math.sqrt(depth)
            raised = torch.exp(scores - scores.amax(-1, keepdim=True)).masked_fill(forbidden, 0.0)
            context.append(raised / raised.sum(-1, keepdim=True) @ value[..., own])
        attended = linear(torch.cat(context, -1), f"{layer}.attention.output.dense")
        x = norm(x + attended, f"{layer}.attention.output")
        inner = linear(x, f"{layer}.intermediate.dense")
        inner = inner * (1 + torch.erf(inner / math.sqrt(2))) / 2
        x = norm(x + linear(inner, f"{layer}.output.dense"), f"{layer}.output")
    return x


def array(values, digits=6):
    return {"shape": list(values.shape), "data": [round(value, digits) for value in values.flatten().tolist()]}


def significant(values):
    """Eight digits, and none beyond the tenth decimal, where rounding decides (a key's bias has no gradient)."""
    data = [round(float(f"{value:.8g}"), 10) for value in values.flatten().tolist()]
    return {"shape": list(values.shape), "data": data}


def padded(sequences):
    longest = max(map(len, sequences))
    ids = [row + [CONFIG["pad_token_id"]] * (longest - len(row)) for row in sequences]
    return ids, [[1] * len(row) + [0] * (longest - len(row)) for row in sequences]


def key_mask(mask):
    """Every piece may look at the real ones."""
    return [[row] * len(row) for row in mask]


def case(w, name, lengths, segments=None):
    sequences = [whole(8, CONFIG["vocab_size"], length) for length in lengths]
    ids, mask = padded(sequences)
    states = bert(w, ids, key_mask(mask), segments)
    states = states * torch.tensor(mask)[..., None]
    for row, sequence in enumerate(sequences):
        own = None if segments is None else [segments[row][: len(sequence)]]
        alone = bert(w, [sequence], key_mask([[1] * len(sequence)]), own)
        assert (alone[0] - states[row, : len(sequence)]).abs().max() < 1e-10
    content = {"name": name, "lengths": lengths, "input_ids": ids, "attention_mask": mask}
    if segments is not None:
        content["token_type_ids"] = segments
    return content | {"last_hidden_state": array(states)}


def gradient(w, of):
    mask = torch.tensor(of["attention_mask"])
    weight = torch.randn((*mask.shape, CONFIG["hidden_size"]), generator=DICE).double()
    weight = (weight * 1000).round() / 1000 * mask[..., None]

    def loss(tensors):
        return (bert(tensors, of["input_ids"], key_mask(of["attention_mask"])) * weight).sum()

    leaves = {name: tensor.clone().requires_grad_() for name, tensor in w.items()}
    total = loss(leaves)
    total.backward()
    step = 1e-5
    for name, tensor in w.items():
        place = whole(0, tensor.numel(), 1)[0]
        both = []
        for sign in (1, -1):
            moved = tensor.clone()
            moved.view(-1)[place] += sign * step
            both.append(loss(w | {name: moved}).item())
        slope = leaves[name].grad.view(-1)[place].item()
        assert abs((both[0] - both[1]) / (2 * step) - slope) < 1e-6 * max(1.0, abs(slope)), name
    return {
        "case": of["name"],
        "weight": array(weight, 3),
        "loss": round(total.item(), 8),
        "parameters": {name: significant(leaf.grad) for name, leaf in leaves.items()},
    }


def layout(texts, groups):
    """Texts, each with marker groups behind it; a group sees its text and itself, a text sees itself."""
    size = len(MARKERS)
    sequences = [text + MARKERS * len(own) for text, own in zip(texts, groups)]
    ids, real = padded(sequences)
    length = len(ids[0])
    positions, allowed = [], []
    for text, own in zip(texts, groups):
        # A marker stands at the position of the word it marks.
        row = list(range(len(text))) + [place for group in own for place in group]
        positions.append(row + [0] * (length - len(row)))
        rows = []
        for origin in range(length):
            seen = [1] * len(text) + [0] * (length - len(text))
            group = (origin - len(text)) // size
            if origin >= len(text) and group < len(own):
                start = len(text) + size * group
                seen[start : start + size] = [1] * size
            rows.append(seen)
        allowed.append(rows)
    return ids, real, positions, allowed


def packed(w):
    texts = [whole(8, CONFIG["vocab_size"], 7), whole(8, CONFIG["vocab_size"], 11)]
    groups = [[whole(0, len(text), 4) for _ in range(count)] for text, count in zip(texts, (4, 1))]
    single = [(text, [group]) for text, own in zip(texts, groups) for group in own]
    entries, results = [], []
    for name, some_texts, some_groups in (
        ("packed", texts, groups),
        ("one_pair_per_sequence", [text for text, _ in single], [own for _, own in single]),
    ):
        ids, real, positions, allowed = layout(some_texts, some_groups)
        states = bert(w, ids, allowed, positions=positions) * torch.tensor(real)[..., None]
        results.append(states)
        entries.append({
            "name": name,
            "text_lengths": [len(text) for text in some_texts],
            "pairs": [len(own) for own in some_groups],
            "input_ids": ids,
            "position_ids": positions,
            "real": real,
            "allowed": allowed,
            "last_hidden_state": array(states),
        })
    row = 0
    for number, (text, own) in enumerate(zip(texts, groups)):
        for group in range(len(own)):
            start = len(text) + len(MARKERS) * group
            many, one = results[0][number], results[1][row]
            assert (many[: len(text)] - one[: len(text)]).abs().max() < 1e-10
            assert (many[start : start + 4] - one[len(text) : len(text) + 4]).abs().max() < 1e-10
            row += 1
    return entries


def main():
    tensors = weights()
    w = {name: tensor.double() for name, tensor in tensors.items()}
    segments = [[0, 0, 0, 1, 1, 2, 2, 2], [2, 1, 1, 0, 0, 0, 0, 0]]
    cases = [
        case(w, "padded", [9, 5, 1]),
        case(w, "length_one", [1]),
        case(w, "long", [70, 20]),
        case(w, "segments", [8, 5], segments),
    ]
    content = {"arch": "bert", "cases": cases, "gradient": gradient(w, cases[0]), "packed": packed(w)}
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    save_file(tensors, FOLDER / "model.safetensors", metadata={"format": "pt"})
    text = json.dumps(content, separators=(",", ":")).replace('},{"name', '},\n{"name')
    (FOLDER / "cases.json").write_text(text + "\n")


main()
