"""Writes small oracles for ITER's layers: the gated block, the losses of its three heads, and the decoding.

They come by a route that shares nothing with the Rust code: every position, every bracket it may pair with and every
link is computed by itself from the formulas, in float64; autograd gives the gradients. Needs torch:

    python3 tests/oracles/make_iter.py
"""

import json
import math
import pathlib

import torch

FOLDER = pathlib.Path(__file__).parent / "layers"
DICE = torch.Generator().manual_seed(2025)
TOLERANCE = {
    "rule": "|x - expected| <= tolerance * max(1, |expected|)",
    "float64": 1e-9,
    "float32": 5e-6,
    "float32_gradient": 3e-5,
}
LAYOUT = (
    "gated blocks W_o(relu(W_a x) * (W_i x)); is_span input [h_left; h_here]; is_link input [h_tail; h_head] with last "
    "positions (omega 1), sums h_start + h_end (nested_link sum) or [tail start; tail end; head start; head end] "
    "(concat4); omega > 1: last is_span output is NONE, and links run over all ordered pairs of distinct gold spans, a "
    "span with itself included; positions >= length are padding, whose hidden states are not 0; entities are [start, "
    "end, type], ends inclusive; relations are [head entity, tail entity, type]"
)
DECODING = (
    "inputs: the case of the same name in iter_losses.json; spans by end, then start, then type; links are [head span, "
    "tail span, type, probability], over all ordered pairs of distinct decoded spans and each span with itself, sorted"
)
# Single precision must decide as double precision does: so far from their thresholds are logits and probabilities, ...
CLEAR = 0.02
CLEAR_PROBABILITY = 0.002
# ... and so far from 0 is everything that goes into a ReLU, whose gradient jumps there.
CLEAR_OF_KINK = 1e-5
# A case with more decoded links than this is drawn again, for short files.
MOST_LINKS = 60


def draw(*shape, spread=1.0):
    """Normal values with three decimals."""
    return (spread * torch.randn(shape, generator=DICE, dtype=torch.float64)).round(decimals=3)


def short(value, digits=12):
    return float(f"{float(value):.{digits}g}")


def array(tensor):
    return {"shape": list(tensor.shape), "data": [short(value) for value in tensor.detach().flatten().tolist()]}


def arrays(tensors):
    return {name: array(tensor) for name, tensor in tensors.items()}


def gelu(x):
    return x * (1 + torch.erf(x / math.sqrt(2))) / 2


ACTIVATIONS = {"relu": lambda x: x * (x > 0), "gelu": gelu, "tanh": torch.tanh}


def block_weights(inputs, width, outputs, spread):
    return {
        "W_a": draw(width, inputs, spread=spread),
        "W_i": draw(width, inputs, spread=spread),
        "W_o": draw(outputs, width, spread=spread),
    }


def gated(weights, x, activation):
    """The block for one vector."""
    return weights["W_o"] @ (ACTIVATIONS[activation](weights["W_a"] @ x) * (weights["W_i"] @ x))


def gated_case(activation, rows, inputs, width, outputs):
    weights = {key: tensor.requires_grad_() for key, tensor in block_weights(inputs, width, outputs, 0.6).items()}
    x = draw(rows, inputs).requires_grad_()
    output = torch.stack([gated(weights, x[row], activation) for row in range(rows)])
    weight = draw(rows, outputs)
    (output * weight).sum().backward()
    grads = {"input": x.grad} | {key: tensor.grad for key, tensor in weights.items()}
    case = {"name": activation, "input": array(x), "weights": arrays(weights), "output": array(output)}
    return case | {"gradient": {"weight": array(weight), "grads": arrays(grads)}}


class Heads:
    """The three heads over hidden states, which remembers how near to its kink a ReLU came."""

    def __init__(self, omega, nested_link, hidden, weights):
        self.omega, self.nested_link = omega, nested_link
        self.hidden, self.weights = hidden, weights
        self.nearest_kink = math.inf

    def logits(self, head, *vectors):
        x = torch.cat(vectors)
        weights = self.weights[head]
        self.nearest_kink = min(self.nearest_kink, (weights["W_a"] @ x).abs().min().item())
        return gated(weights, x, "relu")

    def left(self, row, position):
        return self.logits("is_left", self.hidden[row, position])[0]

    def span(self, row, left, here):
        return self.logits("is_span", self.hidden[row, left], self.hidden[row, here])

    def link(self, row, head, tail):
        """Logits of a link between two spans; where brackets do not nest, a span is known by its end alone."""
        h = self.hidden[row]
        if self.omega == 1:
            return self.logits("is_link", h[tail[1]], h[head[1]])
        if self.nested_link == "sum":
            return self.logits("is_link", h[tail[0]] + h[tail[1]], h[head[0]] + h[head[1]])
        return self.logits("is_link", h[tail[0]], h[tail[1]], h[head[0]], h[head[1]])

    def partners(self, lefts, here):
        """The nearest left brackets that a position may pair with, the nearest first."""
        return sorted((left for left in lefts if left <= here), reverse=True)[: self.omega]


def zero():
    return torch.zeros((), dtype=torch.float64)


def lse(values):
    return torch.logsumexp(torch.stack(list(values)), 0)


def cost(logit, wanted):
    """Binary cross-entropy of one logit."""
    return lse([logit, zero()]) - (logit if wanted else 0)


def left_loss(heads, row, sentence):
    starts = {start for start, _, _ in sentence["entities"]}
    costs = [cost(heads.left(row, position), position in starts) for position in range(sentence["length"])]
    return sum(costs, zero())


def span_loss(heads, row, sentence):
    entities = sentence["entities"]
    starts = {start for start, _, _ in entities}
    total = zero()
    for here in range(sentence["length"]):
        ending = {label for _, end, label in entities if end == here}
        for left in heads.partners(starts, here):
            logits = heads.span(row, left, here)
            if heads.omega == 1:
                total = total + lse([lse(logits), zero()])
                if ending:
                    total = total - lse(logits[label] for label in ending)
                continue
            none = len(logits) - 1
            labels = {label for start, end, label in entities if (start, end) == (left, here)} or {none}
            total = total + lse([zero(), lse(logits)])
            chosen = [logits[label] for label in labels]
            total = total - lse(chosen if ending else [zero(), *chosen])
    return total


def link_loss(heads, row, sentence, link_heads, symmetric):
    def known(span):
        return span[1] if heads.omega == 1 else span

    entities = [(start, end) for start, end, _ in sentence["entities"]]
    wanted = set()
    for head, tail, label in sentence["relations"]:
        wanted.add((known(entities[head]), known(entities[tail]), label))
        if label in symmetric:
            wanted.add((known(entities[tail]), known(entities[head]), label))
    # A position stands for all spans that end there: only its end is read.
    tails = {known(span): span for span in entities}
    sources = dict(tails)
    if link_heads == "all_positions":
        sources = {position: (position, position) for position in range(sentence["length"])}
    total = zero()
    for head, head_span in sources.items():
        for tail, tail_span in tails.items():
            for label, logit in enumerate(heads.link(row, head_span, tail_span)):
                total = total + cost(logit, (head, tail, label) in wanted)
    return total


def run(heads, sentences, link_heads, symmetric):
    """Losses of one choice of targets, with gradients of their sum."""
    h, weights = heads.hidden, heads.weights
    leaves = [h, weights["is_left"]["W_o"], weights["is_span"]["W_a"], weights["is_link"]["W_i"]]
    rows = list(enumerate(sentences))
    parts = {
        "left": [left_loss(heads, row, sentence) for row, sentence in rows],
        "span": [span_loss(heads, row, sentence) for row, sentence in rows],
        "link": [link_loss(heads, row, sentence, link_heads, symmetric) for row, sentence in rows],
    }
    sums = {key: sum(losses, zero()) for key, losses in parts.items()}
    total = sum(sums.values(), zero())
    grads = torch.autograd.grad(total, leaves, allow_unused=True)
    grads = [torch.zeros_like(leaf) if grad is None else grad for leaf, grad in zip(leaves, grads)]
    result = {"link_heads": link_heads, "train_symmetric_both_types": symmetric}
    result |= {f"loss_{key}": short(loss) for key, loss in sums.items()}
    result["total"] = short(total)
    result["loss_by_sentence"] = {key: [short(loss) for loss in losses] for key, losses in parts.items()}
    names = ("hidden", "is_left.W_o", "is_span.W_a", "is_link.W_i")
    return result | {"gradient_of_total": arrays(dict(zip(names, grads)))}


def decode_sentence(heads, row, length, rule, threshold):
    """What is decoded, and how far the nearest decision was from being another one."""
    gammas = [heads.left(row, position).item() for position in range(length)]
    lefts = [position for position, gamma in enumerate(gammas) if gamma > 0]
    gaps, sure = [abs(gamma) for gamma in gammas], []
    spans = []
    for here in range(length):
        for left in heads.partners(lefts, here):
            logits = heads.span(row, left, here)
            values = logits.tolist()
            if rule == "per_type":
                gaps += [abs(value) for value in values]
                labels = [label for label, value in enumerate(values) if value > 0]
            else:
                if rule == "lse":
                    lead = lse(logits).item()
                else:
                    lead = max(values[:-1]) - values[-1]
                    values = values[:-1]
                gaps.append(abs(lead))
                order = sorted(values, reverse=True)
                if lead > 0 and len(order) > 1:
                    gaps.append(order[0] - order[1])
                labels = [values.index(order[0])] if lead > 0 else []
            spans += [[left, here, label] for label in labels]
    spans.sort(key=lambda span: (span[1], span[0], span[2]))
    places = sorted({(start, end) for start, end, _ in spans})
    links = []
    for head in places:
        for tail in places:
            for label, probability in enumerate(torch.sigmoid(heads.link(row, head, tail)).tolist()):
                sure.append(abs(probability - threshold))
                if probability > threshold:
                    links.append([list(head), list(tail), label, short(probability, 9)])
    clear = min(gaps) > CLEAR and min(sure, default=1) > CLEAR_PROBABILITY
    return {"lefts": lefts, "spans": spans, "links": links}, clear


def decode(name, heads, sentences, rule, threshold):
    """A case of the decoding, or nothing where it is not clear or has too little or too much to say."""
    found = [decode_sentence(heads, row, one["length"], rule, threshold) for row, one in enumerate(sentences)]
    results = [result for result, _ in found]
    links = [len(result["links"]) for result in results]
    if not all(clear for _, clear in found) or not 3 <= sum(links) <= MOST_LINKS:
        return None
    # Some sentence must have more left brackets than a position may pair with.
    if all(len(result["lefts"]) <= heads.omega for result in results):
        return None
    return {"name": name, "span_rule": rule, "lambda": threshold, "sentences": results}


def drawn(case, sizes, columns, spread):
    """Heads with random weights over random hidden states."""
    width, feed_forward, link_width = sizes
    omega, types = case["omega"], case["entity_types"]
    parts = 4 if omega > 1 and case["nested_link"] == "concat4" else 2
    weights = {
        "is_left": block_weights(width, feed_forward, 1, spread),
        "is_span": block_weights(2 * width, 2 * feed_forward, types + (omega > 1), spread),
        "is_link": block_weights(parts * width, link_width, case["relation_types"], spread),
    }
    weights = {head: {key: w.requires_grad_() for key, w in block.items()} for head, block in weights.items()}
    hidden = draw(len(case["sentences"]), columns, width).requires_grad_()
    return Heads(omega, case["nested_link"], hidden, weights)


def sentence(length, entities=(), relations=()):
    return {"length": length, "entities": list(map(list, entities)), "relations": list(map(list, relations))}


def iter_case(name, omega, types, relations, sentences, sizes, symmetric, decodings, link="sum", padding=1, spread=0.6):
    """Losses and decodings of one batch, drawn until every decision is clear."""
    case = {"name": name, "omega": omega, "entity_types": types, "relation_types": relations, "nested_link": link}
    case["sentences"] = sentences
    width, feed_forward = sizes
    sizes = (width, feed_forward, 2 * feed_forward)
    columns = max(one["length"] for one in sentences) + padding
    sources = ("all_positions", "right_brackets") if omega == 1 else ("spans",)
    while True:
        heads = drawn(case, sizes, columns, spread)
        decoded = []
        for rule, threshold in decodings:
            decoded.append(decode(name, heads, sentences, rule, threshold))
            if decoded[-1] is None:
                break
        if None in decoded:
            continue
        # Both rules must be told apart by what they decode, which one type alone cannot do.
        spans = {rule: [result["spans"] for result in one["sentences"]] for (rule, _), one in zip(decodings, decoded)}
        if types > 1 and len(spans) == 2 and spans["lse"] == spans["per_type"]:
            continue
        runs = [run(heads, sentences, source, both) for source in sources for both in ([], symmetric)]
        if heads.nearest_kink > CLEAR_OF_KINK:
            break
    case["hidden"] = array(heads.hidden)
    case["weights"] = {head: arrays(block) for head, block in heads.weights.items()}
    lefts = [[heads.left(row, position) for position in range(columns)] for row in range(len(sentences))]
    case["left_logits"] = array(torch.stack([torch.stack(row) for row in lefts]))
    return case | {"runs": runs}, decoded


# A relation of each kind that asks for care: two types on one pair, both directions, and a span with itself.
PLAIN = [
    sentence(7, [(0, 1, 1), (3, 3, 0), (4, 6, 1)], [(0, 1, 0), (0, 1, 2), (1, 0, 1), (2, 0, 1), (2, 2, 2)]),
    sentence(1, [(0, 0, 0)]),
    sentence(5),
]
SHARED = [
    sentence(4, [(1, 2, 0), (1, 2, 3), (3, 3, 2)], [(0, 2, 1), (1, 2, 0), (2, 1, 1), (0, 1, 0)]),
    sentence(6, [(0, 4, 1), (5, 5, 1), (5, 5, 0), (5, 5, 2)], [(0, 2, 0)]),
]
EVERY_WORD = [sentence(4, [(at, at, 0) for at in range(4)], [(0, 1, 0), (2, 3, 0), (3, 2, 0)]), sentence(1)]
TWO_DEEP = [
    sentence(8, [(0, 3, 1), (2, 3, 0), (2, 5, 0), (7, 7, 2)], [(0, 1, 1), (0, 1, 0), (3, 2, 1), (1, 1, 0)]),
    sentence(1, [(0, 0, 2), (0, 0, 1)], [(0, 1, 0)]),
    sentence(3),
]
FOUR_DEEP = [
    sentence(8, [(0, 6, 0), (1, 6, 1), (2, 4, 1), (3, 3, 0), (6, 7, 1)], [(0, 3, 0), (4, 1, 0), (1, 4, 0), (3, 2, 0)]),
    sentence(5, [(1, 1, 1)]),
]
THREE_DEEP = [
    sentence(7, [(1, 5, 2), (2, 3, 0), (3, 5, 1), (6, 6, 1)], [(0, 2, 1), (0, 2, 0), (3, 1, 1), (1, 3, 1)]),
    sentence(1),
    sentence(4, [(0, 3, 1), (3, 3, 1)], [(1, 0, 0)]),
]
# Starts of spans lie behind as many left brackets as may be paired with, or behind more.
OUT_OF_REACH = [
    sentence(6, [(0, 4, 1), (2, 2, 0), (4, 5, 1), (1, 5, 0)], [(0, 2, 1), (1, 0, 0), (3, 1, 1)]),
    sentence(3, [(0, 2, 0), (1, 1, 1)], [(0, 1, 1)]),
]
NOTHING = [sentence(2), sentence(4)]
DEEP = [("none_class", 0.5), ("none_class", 0.35)]


def iter_cases():
    return [
        iter_case("short sentences", 1, 2, 3, PLAIN, (4, 5), [1], [
            ("lse", 0.5), ("per_type", 0.5), ("lse", 0.7), ("per_type", 0.3),
        ], padding=2),
        iter_case("several types of one span", 1, 4, 2, SHARED, (3, 4), [0, 1], [("lse", 0.5), ("per_type", 0.6)]),
        iter_case("every word", 1, 1, 1, EVERY_WORD, (3, 4), [0], [("lse", 0.5), ("per_type", 0.5)], padding=0),
        iter_case("out of reach of one", 1, 2, 2, OUT_OF_REACH, (4, 3), [0], [("per_type", 0.4)]),
        iter_case("two deep, sums", 2, 3, 2, TWO_DEEP, (4, 4), [1], DEEP, spread=0.5),
        iter_case("two deep, four vectors", 2, 3, 2, TWO_DEEP, (3, 4), [0], DEEP, link="concat4", padding=2),
        iter_case("four deep, sums", 4, 2, 1, FOUR_DEEP, (4, 5), [0], DEEP, padding=0, spread=0.4),
        iter_case("three deep, four vectors", 3, 3, 2, THREE_DEEP, (3, 5), [1], DEEP, link="concat4"),
        iter_case("out of reach of two", 2, 2, 2, OUT_OF_REACH, (3, 3), [0, 1], DEEP[:1], spread=0.5),
        iter_case("nothing deep", 2, 2, 2, NOTHING, (3, 4), [1], DEEP[:1]),
        iter_case("nothing", 1, 3, 1, NOTHING, (3, 4), [0], [("lse", 0.5)]),
    ]


def write(name, content):
    (FOLDER / name).write_text(json.dumps(content, separators=(",", ":")) + "\n")


def main():
    blocks = [
        gated_case("relu", 5, 4, 7, 2),
        gated_case("relu", 1, 3, 2, 4),
        gated_case("gelu", 3, 8, 5, 3),
        gated_case("gelu", 2, 5, 6, 1),
        gated_case("tanh", 2, 2, 3, 2),
    ]
    write("gated_ffn.json", {"gelu": "exact (erf)", "tolerance": TOLERANCE, "cases": blocks})
    losses, decoded = zip(*iter_cases())
    write("iter_losses.json", {"layout": LAYOUT, "tolerance": TOLERANCE, "cases": losses})
    decoded = [case for cases in decoded for case in cases]
    write("iter_decode.json", {"layout": DECODING, "tolerance": TOLERANCE, "cases": decoded})


main()
