"""Writes a small oracle for mean-field inference in the layout of `layers/mean_field.json`, by a route that shares
nothing with the Rust code: every message is a sum over its indices one by one, in float64; autograd gives the
gradients. Needs torch:

    python3 tests/oracles/make_mean_field.py
"""

import json
import pathlib

import torch
import torch.nn.functional as F

FILE = pathlib.Path(__file__).parent / "layers" / "mean_field.json"
DICE = torch.Generator().manual_seed(2022)
TOLERANCE = {
    "rule": "|x - expected| <= tolerance * max(1, |expected|)",
    "float64": 1e-9,
    "float32": 5e-6,
    "float32_gradient": 3e-5,
}
LAYOUT = (
    "f[i][j] = reshape((head(b_i) * tail(b_j)) W_t), indices [a (type of i)][b (type of j)][r]; cells i = j and those of "
    "invalid spans have probability 0 and send nothing; d_rel = 1: Q_rel is the probability of 'exists' (gold 1), "
    "'does not exist' (gold 0) has score 0; index 0 of the lists is the initial Q"
)


def draw(*shape, spread=1.0):
    """Normal values with three decimals."""
    return (spread * torch.randn(shape, generator=DICE, dtype=torch.float64)).round(decimals=3)


def array(tensor):
    values = [float(f"{value:.10g}") for value in tensor.detach().flatten().tolist()]
    return {"shape": list(tensor.shape), "data": values}


def choose(scores):
    """Probabilities of one span's or pair's labels."""
    return torch.softmax(scores, 0)


def choose_relation(scores):
    if len(scores) == 1:
        return torch.softmax(torch.cat([torch.zeros(1, dtype=torch.float64), scores]), 0)[1:]
    return torch.softmax(scores, 0)


def to_span(i, spans, pairs, f, valid):
    """F_i from the marginals of all spans and pairs."""
    sums = []
    for a in range(len(spans[i])):
        total = torch.zeros((), dtype=torch.float64)
        for j in range(valid):
            if j == i:
                continue
            for b in range(len(spans[j])):
                for r in range(len(pairs[i, j])):
                    total = total + spans[j][b] * pairs[i, j][r] * f[i, j, a, b, r]
                    total = total + spans[j][b] * pairs[j, i][r] * f[j, i, b, a, r]
        sums.append(total)
    return torch.stack(sums)


def to_pair(head, tail, f):
    """F_ij from the marginals of its head and its tail."""
    sums = []
    for r in range(f.shape[-1]):
        total = torch.zeros((), dtype=torch.float64)
        for a in range(len(head)):
            for b in range(len(tail)):
                total = total + head[a] * tail[b] * f[a, b, r]
        sums.append(total)
    return torch.stack(sums)


def infer(g_ent, g_rel, f, valid, schedule, init, accumulate, iterations):
    """Marginals and scores of every iteration."""
    cells = [(i, j) for i in range(valid) for j in range(valid) if i != j]
    spans = {i: g_ent[i] for i in range(valid)}
    pairs = {cell: g_rel[cell] for cell in cells}
    if init == "unary":
        q_spans = {i: choose(spans[i]) for i in spans}
        q_pairs = {cell: choose_relation(pairs[cell]) for cell in cells}
    else:
        q_spans = {i: torch.full_like(spans[i], 1 / len(spans[i])) for i in spans}
        q_pairs = {cell: torch.full_like(pairs[cell], 1 / max(2, len(pairs[cell]))) for cell in cells}
    history = [(q_spans, q_pairs)]
    for _ in range(iterations):
        old, links = history[-1]
        base = spans if accumulate else {i: g_ent[i] for i in spans}
        spans = {i: base[i] + to_span(i, old, links, f, valid) for i in base}
        new = {i: choose(spans[i]) for i in spans}
        head = old if schedule == "parallel" else new
        tail = new if schedule == "entities_first" else old
        base = pairs if accumulate else {cell: g_rel[cell] for cell in cells}
        pairs = {(i, j): base[i, j] + to_pair(head[i], tail[j], f[i, j]) for i, j in cells}
        history.append((new, {cell: choose_relation(pairs[cell]) for cell in cells}))
    return history, spans, pairs


def spread_out(values, shape):
    """Values by index in a tensor of zeros."""
    result = torch.zeros(shape, dtype=torch.float64)
    for index, value in values.items():
        result[index] = value.detach()
    return result


def run(inputs, sizes, golds, switches, grads):
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in inputs.items()}
    spans, valid, types, relations = sizes
    head = leaves["b"] @ leaves["head.weight"].T + leaves["head.bias"]
    tail = leaves["b"] @ leaves["tail.weight"].T + leaves["tail.bias"]
    products = torch.stack([torch.stack([head[i] * tail[j] for j in range(spans)]) for i in range(spans)])
    f = (products @ leaves["W_t"]).reshape(spans, spans, types, types, relations)
    history, span_scores, pair_scores = infer(leaves["g_ent"], leaves["g_rel"], f, valid, **switches)
    zero = torch.zeros((), dtype=torch.float64)
    loss_ent = zero + sum(F.cross_entropy(span_scores[i], golds[0][i]) for i in span_scores)
    loss_rel = zero
    for cell, scores in pair_scores.items():
        if relations == 1:
            loss_rel = loss_rel + F.binary_cross_entropy_with_logits(scores[0], golds[1][cell].double())
        else:
            loss_rel = loss_rel + F.cross_entropy(scores, golds[1][cell])
    result = dict(switches)
    result["Q_ent_by_iteration"] = [array(spread_out(q, (spans, types))) for q, _ in history]
    result["Q_rel_by_iteration"] = [array(spread_out(q, (spans, spans, relations))) for _, q in history]
    result["loss_ent"] = float(f"{loss_ent.item():.12g}")
    result["loss_rel"] = float(f"{loss_rel.item():.12g}")
    if grads:
        (loss_ent + loss_rel).backward()
        found = {name: leaves[name].grad for name in grads}
        found = {name: torch.zeros_like(leaves[name]) if grad is None else grad for name, grad in found.items()}
        result["gradient_of_loss_sum"] = {name: array(grad) for name, grad in found.items()}
    return f, result


def case(name, spans, valid, types, relations, width, runs):
    inner = 3
    inputs = {
        "b": draw(spans, inner),
        "head.weight": draw(width, inner, spread=0.7),
        "head.bias": draw(width, spread=0.5),
        "tail.weight": draw(width, inner, spread=0.7),
        "tail.bias": draw(width, spread=0.5),
        "W_t": draw(width, types * types * relations, spread=0.7),
        "g_ent": draw(spans, types),
        "g_rel": draw(spans, spans, relations),
    }
    gold_ent = torch.randint(types, (spans,), generator=DICE)
    gold_rel = torch.randint(max(2, relations), (spans, spans), generator=DICE)
    keys = ("schedule", "init", "accumulate", "iterations")
    result = {"name": name, "spans": spans, "valid_spans": valid, "d_ent": types, "d_rel": relations, "d_t": width}
    result["inputs"] = {key: array(tensor) for key, tensor in inputs.items()}
    done = []
    for *switches, grads in runs:
        names = list(inputs) if grads else []
        switches = dict(zip(keys, switches))
        f, found = run(inputs, (spans, valid, types, relations), (gold_ent, gold_rel), switches, names)
        done.append(found)
    result |= {"f": array(f), "gold_ent": gold_ent.tolist(), "gold_rel": gold_rel.tolist(), "runs": done}
    return result


def main():
    cases = [
        case("relations", 3, 3, 3, 2, 3, [
            ("parallel", "unary", False, 3, True),
            ("entities_first", "uniform", True, 2, True),
            ("as_printed", "unary", False, 2, True),
            ("as_printed", "uniform", True, 3, True),
        ]),
        case("existence", 4, 3, 2, 1, 2, [
            ("parallel", "uniform", False, 3, True),
            ("entities_first", "unary", True, 2, True),
            ("as_printed", "unary", False, 3, True),
        ]),
        case("one type", 2, 2, 1, 3, 2, [("entities_first", "unary", False, 2, True)]),
        case("alone", 2, 1, 3, 2, 2, [("parallel", "unary", True, 2, True)]),
    ]
    content = {"layout": LAYOUT, "tolerance": TOLERANCE, "cases": cases}
    FILE.write_text(json.dumps(content, separators=(",", ":")) + "\n")


main()
