"""Writes a small oracle for the span pruner, by a route that shares nothing with the Rust code.

Every span is computed by itself from the formulas, in float64; autograd gives the gradients. Needs torch:

    python3 tests/oracles/make_pruner.py
"""

import json
import math
import pathlib

import torch

DICE = torch.Generator().manual_seed(2027)
ALPHA, LEAST, MOST = 0.5, 3, 18
TOLERANCE = {
    "rule": "|x - expected| <= tolerance * max(1, |expected|)",
    "float64": 1e-9,
    "float32": 5e-6,
    "float32_gradient": 3e-5,
}


def draw(*shape, spread=1.0):
    """Normal values with three decimals."""
    values = (spread * torch.randn(shape, generator=DICE, dtype=torch.float64)).round(decimals=3)
    return values.requires_grad_()


def array(tensor):
    values = [float(f"{value:.12g}") for value in tensor.detach().flatten().tolist()]
    return {"shape": list(tensor.shape), "data": values}


def arrays(tensors):
    return {name: array(tensor) for name, tensor in tensors.items()}


def spans_of(words, limit):
    return [[start, end] for start in range(words) for end in range(start, min(words, start + limit))]


def kept(words, spans, rounding, alpha, least, most):
    return min(max(least, min(most, rounding(alpha * words))), spans)


def vectors(x, weights, start, end):
    one = torch.ones(1, dtype=torch.float64)
    left, right = torch.cat([x[start], one]), torch.cat([x[end], one])
    joined = torch.einsum("p,pcq,q->c", left, weights["W_b"], right)
    inside = x[start : end + 1]
    attention = torch.softmax(inside @ weights["pool.weight"][0] + weights["pool.bias"], 0)
    return joined, attention @ inside


def scored(vector, weights):
    for layer in ("mlp.0", "mlp.1"):
        vector = torch.relu(weights[f"{layer}.weight"] @ vector + weights[f"{layer}.bias"])
    return weights["score.weight"][0] @ vector + weights["score.bias"][0]


def case(name, words, limit, hidden, biaffine, width, gold, rules=(ALPHA, LEAST, MOST)):
    x = draw(words, hidden)
    weights = {
        "W_b": draw(hidden + 1, biaffine, hidden + 1, spread=0.5),
        "pool.weight": draw(1, hidden),
        "pool.bias": draw(1),
        "mlp.0.weight": draw(width, biaffine + hidden, spread=0.6),
        "mlp.0.bias": draw(width, spread=0.5),
        "mlp.1.weight": draw(width, width, spread=0.6),
        "mlp.1.bias": draw(width, spread=0.5),
        "score.weight": draw(1, width),
        "score.bias": draw(1),
    }
    spans = spans_of(words, limit)
    parts = [vectors(x, weights, start, end) for start, end in spans]
    joined, pooled = (torch.stack(part) for part in zip(*parts))
    scores = torch.stack([scored(torch.cat(part), weights) for part in parts])
    signs = torch.tensor([1.0 if span in gold else -1.0 for span in spans], dtype=torch.float64)
    loss = torch.log1p(torch.exp(-signs * scores)).sum()
    loss.backward()
    alpha, least, most = rules
    keep = {}
    for rounding in (math.ceil, math.floor):
        number = kept(words, len(spans), rounding, alpha, least, most)
        best = sorted(range(len(spans)), key=lambda span: -scores[span].item())[:number]
        best = [spans[span] for span in best]
        correct = sum(span in gold for span in best)
        precision = correct / number
        recall = correct / len(gold) if gold else 0.0
        f1 = 2 * precision * recall / (precision + recall) if correct else 0.0
        quality = {"correct": correct, "precision": precision, "recall": recall, "f1": f1}
        keep[rounding.__name__] = {"K": number, "kept_best_first": best, **quality}
    content = {"name": name, "words": words, "span_limit": limit, "alpha": alpha, "m_l": least, "m_u": most}
    content |= {"x": array(x), "weights": arrays(weights), "spans": spans, "gold": gold}
    content |= {"biaffine": array(joined), "pooled": array(pooled), "scores": array(scores)}
    grads = {"W_b": weights["W_b"].grad, "pool.weight": weights["pool.weight"].grad, "x": x.grad}
    return content | {"loss": loss.item(), "keep": keep, "gradient_of_loss": arrays(grads)}


def keep_examples():
    rows = []
    for words in (1, 2, 5, 9, 30, 35, 36, 50):
        for limit in (1, 8):
            spans = len(spans_of(words, limit))
            counts = [kept(words, spans, rounding, ALPHA, LEAST, MOST) for rounding in (math.ceil, math.floor)]
            rows.append([words, limit, *counts])
    columns = ["words", "span_limit", "K_ceil", "K_floor"]
    return {"columns": columns, "alpha": ALPHA, "m_l": LEAST, "m_u": MOST, "rows": rows}


def main():
    cases = [
        case("one word", 1, 4, 3, 2, 4, [[0, 0]]),
        case("limit beyond the sentence", 3, 5, 4, 3, 2, [[0, 2], [1, 1]]),
        case("nothing gold", 5, 2, 2, 1, 3, []),
        case("more outputs than states", 7, 3, 2, 6, 5, [[0, 1], [2, 4], [6, 6]], (0.7, 2, 5)),
    ]
    layout = (
        "biaffine[c] = sum_pq [x_start;1][p] * W_b[p][c][q] * [x_end;1][q]; mlp = linear, ReLU, linear, ReLU on "
        "[biaffine; pooled]; no dropout; spans inclusive"
    )
    content = {"keep_examples": keep_examples(), "layout": layout, "tolerance": TOLERANCE, "cases": cases}
    path = pathlib.Path(__file__).parent / "layers" / "pruner.json"
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")


main()
