"""Writes small oracles for recurrent layers and the CRF, by a route that shares nothing with the Rust code.

Bidirectional layers come from PyTorch's own LSTM and GRU over packed sequences, cells from their formulas; the CRF is
summed over every tag sequence one by one. All in float64; autograd gives the gradients. Needs torch:

    python3 tests/oracles/make_layers.py
"""

import itertools
import json
import pathlib

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent / "layers"
DICE = torch.Generator().manual_seed(2026)
TOLERANCE = {
    "rule": "|x - expected| <= tolerance * max(1, |expected|)",
    "float64": 1e-9,
    "float32": 5e-6,
    "float32_gradient": 3e-5,
}


def draw(*shape, spread=1.0):
    """Normal values with three decimals."""
    return (spread * torch.randn(shape, generator=DICE, dtype=torch.float64)).round(decimals=3)


def array(tensor):
    values = [float(f"{value:.10g}") for value in tensor.detach().flatten().tolist()]
    return {"shape": list(tensor.shape), "data": values}


def arrays(tensors):
    return {name: array(tensor) for name, tensor in tensors.items()}


def bidirectional(kind, name, lengths, inputs, hidden, layers, grads):
    torch.set_default_dtype(torch.float64)
    rnn = kind(inputs, hidden, layers, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for parameter in rnn.parameters():
            parameter.copy_(draw(*parameter.shape, spread=0.5))
    data = draw(len(lengths), max(lengths), inputs).requires_grad_()
    packed = nn.utils.rnn.pack_padded_sequence(data, lengths, batch_first=True, enforce_sorted=False)
    packed, states = rnn(packed)
    output, _ = nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
    weight = draw(*output.shape)
    loss = (output * weight).sum()
    loss.backward()
    weights = dict(rnn.named_parameters())
    case = {"name": name, "lengths": lengths, "input": array(data), "weights": arrays(weights)}
    case["output"] = array(output)
    hidden, cell = states if kind is nn.LSTM else (states, None)
    case["h_n"] = array(hidden)
    if cell is not None:
        case["c_n"] = array(cell)
    found = {name: weights[name].grad for name in grads} | {"input": data.grad}
    case["gradient"] = {"weight": array(weight), "loss": loss.item(), "grads": arrays(found)}
    return case


def gru_cells(name, batch, inputs, hidden):
    data, state = draw(batch, inputs).requires_grad_(), draw(batch, hidden).requires_grad_()
    shapes = {
        "weight_ih": (3 * hidden, inputs),
        "weight_hh": (3 * hidden, hidden),
        "bias_ih": (3 * hidden,),
        "bias_hh": (3 * hidden,),
    }
    weights = {key: draw(*shape, spread=0.7).requires_grad_() for key, shape in shapes.items()}
    own = (data @ weights["weight_ih"].T + weights["bias_ih"]).chunk(3, 1)
    inner = (state @ weights["weight_hh"].T + weights["bias_hh"]).chunk(3, 1)
    reset, update = (torch.sigmoid(own[gate] + inner[gate]) for gate in (0, 1))
    candidate = torch.tanh(own[2] + reset * inner[2])
    output = (1 - update) * candidate + update * state
    weight = draw(batch, hidden)
    (output * weight).sum().backward()
    grads = {key: tensor.grad for key, tensor in (weights | {"input": data, "state": state}).items()}
    library = {"weights": arrays(weights), "output": array(output)}
    library["gradient"] = {"weight": array(weight), "grads": arrays(grads)}

    maps = {key: draw(hidden, hidden + inputs, spread=0.7) for key in ("W_z", "W_u", "W_o")}
    joined = torch.cat([state, data], 1)
    update, reset = (torch.sigmoid(joined @ maps[key].T) for key in ("W_z", "W_u"))
    candidate = torch.tanh(torch.cat([reset * state, data], 1) @ maps["W_o"].T)
    output = (1 - update) * state + update * candidate
    printed = {"weights": arrays(maps), "output": array(output)}
    return {"name": name, "input": array(data), "state": array(state), "library": library, "printed": printed}


def score(path, emissions, transitions, start, end):
    total = start[path[0]] + end[path[-1]]
    for item, tag in enumerate(path):
        total = total + emissions[item, tag]
    for pair in itertools.pairwise(path):
        total = total + transitions[pair]
    return total


def legal(path, names):
    for before, after in zip((None, *path), path):
        if names[after].startswith("I-"):
            kind = names[after][2:]
            if before is None or names[before] not in (f"B-{kind}", f"I-{kind}"):
                return False
    return True


def crf(name, lengths, tags, spread, names=None):
    emissions = draw(len(lengths), max(lengths), tags, spread=spread).requires_grad_()
    shapes = {"transitions": (tags, tags), "start": (tags,), "end": (tags,)}
    weights = {key: draw(*shape, spread=spread).requires_grad_() for key, shape in shapes.items()}
    gold, best, allowed, likelihoods = [], [], [], []
    for row, length in enumerate(lengths):
        tag_ids = torch.randint(0, tags, (length,), generator=DICE).tolist()
        gold.append(tag_ids + [0] * (max(lengths) - length))
        paths = list(itertools.product(range(tags), repeat=length))
        scores = torch.stack([score(path, emissions[row], **weights) for path in paths])
        likelihoods.append(score(tag_ids, emissions[row], **weights) - scores.logsumexp(0))
        ranked = sorted(zip(scores.tolist(), paths), reverse=True)
        best.append(list(ranked[0][1]))
        if names:
            allowed.append(list(next(path for _, path in ranked if legal(path, names))))
    likelihood = torch.stack(likelihoods)
    likelihood.sum().neg().backward()
    case = {"name": name, "lengths": lengths, "emissions": array(emissions), "weights": arrays(weights), "tags": gold}
    case |= {"log_likelihood": array(likelihood), "viterbi": best}
    grads = {"emissions": emissions.grad} | {key: tensor.grad for key, tensor in weights.items()}
    case["gradient_of_negative_log_likelihood_sum"] = arrays(grads)
    if names:
        assert allowed != best
        case |= {"tag_names": names, "viterbi_bio_constrained": allowed}
    return case


def write(name, cases, **extra):
    FOLDER.mkdir(exist_ok=True)
    content = {**extra, "tolerance": TOLERANCE, "cases": cases}
    (FOLDER / name).write_text(json.dumps(content, separators=(",", ":")) + "\n")


def main():
    three = ["weight_hh_l0_reverse", "bias_ih_l1", "weight_ih_l2"]
    one = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0_reverse", "bias_hh_l0_reverse"]
    for file, kind, gates in (("bilstm.json", nn.LSTM, "i,f,g,o"), ("bigru.json", nn.GRU, "r,z,n")):
        cases = [
            bidirectional(kind, "three layers", [2, 5, 1, 5, 3], 3, 2, 3, three),
            bidirectional(kind, "wider than its input", [4, 1], 2, 5, 1, one),
        ]
        write(file, cases, gates=gates)
    write("grucell.json", [gru_cells("one row", 1, 3, 2), gru_cells("narrow", 4, 2, 6)])
    names = ["B-A", "I-A", "O", "I-B", "B-B"]
    cases = [
        crf("two tags", [7, 1, 2], 2, 1.0),
        crf("four tags", [3, 6], 4, 2.0),
        crf("rules", [4, 5, 1], 5, 1.5, names),
    ]
    write("crf.json", cases, transitions="transitions[i][j] scores tag i followed by tag j")


main()
