"""Writes small oracles for PMEI, word by word and cell by cell over the formulas, with numpy in float64. They share
nothing with the Rust code; gradients are central differences, in which what a prior reads stands still. Needs numpy:

    python3 tests/oracles/make_pmei.py
"""

import json
import pathlib

import numpy

FOLDER = pathlib.Path(__file__).parent / "layers"
DICE = numpy.random.default_rng(2028)
LAYOUT = (
    "y' = [pooled_r; p_e]; library cell GRUCell(input y', state H); no_gru: one linear layer on [y'; H]; prior V2 "
    "tanh(V1 y'), U2 tanh(U1 y') on a detached y'; variance = s^2 + 1e-8; mtl_sm: linear maps of H, prior rows by "
    "position; pair input [x_i; x_j]; cells are [sentence, i, j, relation]; losses are sums divided by the sentences"
)
TOLERANCE = {
    "rule": "|x - expected| <= tolerance * max(1, |expected|)",
    "float64": 1e-9,
    "float32": 5e-6,
    "float32_gradient": 3e-5,
}
TAGS = 5
POSITIONS = 3
EARLY = {"full", "printed", "no_gru", "no_interaction", "no_sm"}
STOCHASTIC = {"full", "printed", "no_gru", "no_interaction", "mtl_sm"}


def draw(*shape, spread=0.8):
    return (spread * DICE.standard_normal(shape)).round(3)


def array(values):
    return {"shape": list(values.shape), "data": [float(f"{value:.12g}") for value in values.flatten()]}


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def linear(weights, name, x):
    return weights[f"{name}.weight"] @ x + weights[f"{name}.bias"]


def cell(weights, name, y, h):
    if f"{name}.W_z" in weights:
        z = sigmoid(weights[f"{name}.W_z"] @ numpy.concatenate([h, y]))
        u = sigmoid(weights[f"{name}.W_u"] @ numpy.concatenate([h, y]))
        new = numpy.tanh(weights[f"{name}.W_o"] @ numpy.concatenate([u * h, y]))
        return (1 - z) * h + z * new
    if f"{name}.weight_ih" in weights:
        own = numpy.split(weights[f"{name}.weight_ih"] @ y + weights[f"{name}.bias_ih"], 3)
        inner = numpy.split(weights[f"{name}.weight_hh"] @ h + weights[f"{name}.bias_hh"], 3)
        r, z = sigmoid(own[0] + inner[0]), sigmoid(own[1] + inner[1])
        return (1 - z) * numpy.tanh(own[2] + r * inner[2]) + z * h
    return linear(weights, name, numpy.concatenate([y, h]))


def classify(weights, name, for_tags, for_pairs):
    tags = []
    for x in for_tags:
        score = numpy.exp(linear(weights, f"{name}.A_e", x))
        tags.append(score / score.sum())
    n = len(for_pairs)
    table = numpy.zeros((n, n, len(weights[f"{name}.B_r.bias"])))
    for i, x in enumerate(for_pairs):
        for j, y in enumerate(for_pairs):
            hidden = numpy.maximum(linear(weights, f"{name}.L_r", numpy.concatenate([x, y])), 0)
            table[i, j] = sigmoid(linear(weights, f"{name}.B_r", hidden))
    return numpy.array(tags), table


def sentence(case, weights, number, states, noise, frozen):
    """Everything of one sentence; `frozen` is what its priors read, or None for what is computed here."""
    variant, n = case["variant"], case["lengths"][number]
    h = states[number][:n]
    found = {}
    if variant in EARLY:
        found["p_e_early"], found["p_r_early"] = classify(weights, "early", h, h)
        found["pooled_r"] = found["p_r_early"].max(1)
    passed = {}
    for task in "er":
        if variant in EARLY:
            own = {"e": found["p_e_early"], "r": found["pooled_r"]}
            both = numpy.concatenate([found["pooled_r"], found["p_e_early"]], 1)
            early = own[task] if variant == "no_interaction" else both
        else:
            early = numpy.zeros((n, 0))
        if variant == "mtl":
            passed[task] = h
        elif variant == "no_sm":
            passed[task] = numpy.array([cell(weights, f"t_{task}", y, x) for y, x in zip(early, h)])
            found[f"t_{task}"] = passed[task]
        else:
            mean = numpy.array([cell(weights, f"mu_{task}", y, x) for y, x in zip(early, h)])
            deviation = numpy.array([cell(weights, f"s_{task}", y, x) for y, x in zip(early, h)])
            if variant == "mtl_sm":
                prior = [weights[f"prior_{key}_{task}"][:n] for key in ["mu", "s"]]
            else:
                read = early if frozen is None else frozen[number][task]
                found[f"read_{task}"] = early
                prior = [
                    numpy.array([linear(weights, f"{key}_{task}2", numpy.tanh(linear(weights, f"{key}_{task}1", y))) for y in read])
                    for key in "VU"
                ]
            found[f"mu_{task}"], found[f"variance_{task}"] = mean, deviation**2 + 1e-8
            found[f"prior_mu_{task}"], found[f"prior_variance_{task}"] = prior[0], prior[1] ** 2 + 1e-8
            drawn = 0 if noise is None else noise[task][number][:n]
            passed[task] = mean + numpy.sqrt(found[f"variance_{task}"]) * drawn
            found[f"t_{task}"] = passed[task]
    found["p_e"], found["p_r"] = classify(weights, "final", passed["e"], passed["r"])
    return found


def losses(case, weights, states, frozen):
    sums = {}

    def add(key, value):
        sums[key] = sums.get(key, 0.0) + value / len(case["lengths"])

    for number, n in enumerate(case["lengths"]):
        found = sentence(case, weights, number, states, case["noise"], frozen)
        gold = {tuple(one[1:]) for one in case["cells"] if one[0] == number}
        for suffix in ["_early", ""]:
            if f"p_e{suffix}" not in found:
                continue
            for word in range(n):
                add(f"loss_tag{suffix}", -numpy.log(found[f"p_e{suffix}"][word, case["tags"][number][word]]))
            for place in numpy.ndindex(found[f"p_r{suffix}"].shape):
                p = found[f"p_r{suffix}"][place]
                add(f"loss_rel{suffix}", -numpy.log(p if place in gold else 1 - p))
        for task in "er":
            if f"variance_{task}" in found:
                v, w = found[f"variance_{task}"], found[f"prior_variance_{task}"]
                apart = (found[f"mu_{task}"] - found[f"prior_mu_{task}"]) ** 2
                add(f"kl_{task}", 0.5 * (numpy.log(w) - numpy.log(v) + (v + apart) / w - 1).sum())
    weigh = {"loss_tag": 1, "loss_rel": 1, "loss_tag_early": case["alpha"], "loss_rel_early": case["alpha"]}
    weigh |= {"kl_e": case["beta_e"], "kl_r": case["beta_r"]}
    return sums | {"total": sum(weigh[key] * value for key, value in sums.items())}


def padded(case, all_found, key):
    longest = max(case["lengths"])
    shape = list(all_found[0][key].shape[1:])
    if key.startswith("p_r"):
        shape[0] = longest
    values = numpy.zeros([len(all_found), longest] + shape)
    for number, found in enumerate(all_found):
        place = tuple(slice(0, size) for size in found[key].shape)
        values[number][place] = found[key]
    return values


def make_weights(variant, width, relations, prior_bias):
    weights = {}

    def layer(name, outputs, inputs, bias=True):
        weights[f"{name}.weight"] = draw(outputs, inputs)
        weights[f"{name}.bias"] = draw(outputs) if bias else numpy.zeros(outputs)

    for name in (["early"] if variant in EARLY else []) + ["final"]:
        layer(f"{name}.A_e", TAGS, width)
        layer(f"{name}.L_r", width, 2 * width)
        layer(f"{name}.B_r", relations, width)
    for task in "er":
        inputs = {"e": TAGS, "r": relations}[task] if variant == "no_interaction" else TAGS + relations
        maps = ["t"] if variant == "no_sm" else ["mu", "s"] if variant in STOCHASTIC else []
        for name in [f"{one}_{task}" for one in maps]:
            if variant == "mtl_sm":
                layer(name, width, width)
            elif variant == "no_gru":
                layer(name, width, inputs + width)
            elif variant == "printed":
                for part in ["W_z", "W_u", "W_o"]:
                    weights[f"{name}.{part}"] = draw(width, width + inputs)
            else:
                weights[f"{name}.weight_ih"], weights[f"{name}.weight_hh"] = draw(3 * width, inputs), draw(3 * width, width)
                weights[f"{name}.bias_ih"], weights[f"{name}.bias_hh"] = draw(3 * width), draw(3 * width)
        if variant == "mtl_sm":
            weights[f"prior_mu_{task}"], weights[f"prior_s_{task}"] = draw(POSITIONS, width), draw(POSITIONS, width) + 0.5
        elif variant in STOCHASTIC:
            for key in "VU":
                layer(f"{key}_{task}1", width, inputs, prior_bias)
                layer(f"{key}_{task}2", width, width, prior_bias)
    return weights


def gradient(values, function):
    found = numpy.zeros_like(values)
    for place in numpy.ndindex(values.shape):
        before = values[place]
        values[place] = before + 1e-6
        above = function()
        values[place] = before - 1e-6
        below = function()
        values[place] = before
        found[place] = (above - below) / 2e-6
    return found


def make(name, variant, lengths, relations, gradients, prior_bias=False, width=3):
    longest, count = max(lengths), len(lengths)
    states = draw(count, longest, width)
    for number, n in enumerate(lengths):
        states[number, n:] = 0
    shape = {"variant": variant, "lengths": lengths}
    # A variance of almost nothing would leave single precision no digits of the divergence.
    least = 0.0
    while least < 0.03:
        weights = make_weights(variant, width, relations, prior_bias)
        tried = [sentence(shape, weights, number, states, None, None) for number in range(count)]
        least = min((one[key].min() for one in tried for key in one if "variance" in key), default=1.0)
    cells = [
        [number, i, j, r]
        for number, n in enumerate(lengths)
        for i in range(n)
        for j in range(n)
        for r in range(relations)
        if DICE.random() < 0.25
    ]
    tags = [[int(DICE.integers(0, TAGS)) if word < n else 0 for word in range(longest)] for n in lengths]
    case = {"name": name, "variant": variant, "prior_bias": prior_bias, "lengths": lengths, "relations": relations}
    case |= {"alpha": 0.3 if variant in EARLY else 0, "beta_e": 0.05, "beta_r": 0.02, "cells": cells, "tags": tags}
    case["noise"] = {task: draw(count, longest, width) for task in "er"}
    found = [sentence(case, weights, number, states, case["noise"], None) for number in range(count)]
    mean = [sentence(case, weights, number, states, None, None) for number in range(count)]
    frozen = [{task: one[f"read_{task}"] for task in "er"} for one in found] if "read_e" in found[0] else None
    total = lambda: losses(case, weights, states, frozen)["total"]
    of_states = gradient(states, total)
    for number, n in enumerate(lengths):
        of_states[number, n:] = 0
    slopes = {"H": array(of_states)} | {key: array(gradient(weights[key], total)) for key in gradients}
    noise = case.pop("noise")
    keys = [key for key in found[0] if not key.startswith("read_")]
    written = case | {"H": array(states), "noise_e": array(noise["e"]), "noise_r": array(noise["r"])}
    written["weights"] = {key: array(value) for key, value in weights.items()}
    written["outputs"] = {key: array(padded(case, found, key)) for key in keys}
    written["with_zero_noise"] = {key: array(padded(case, mean, key)) for key in ["p_e", "p_r"]}
    case["noise"] = noise
    written["losses"] = losses(case, weights, states, frozen)
    written["gradient_of_total"] = slopes
    return written


def main():
    cases = [
        make("two_sentences", "full", [3, 2], 2, ["early.A_e.weight", "early.L_r.weight", "early.B_r.weight", "mu_e.weight_ih", "s_r.weight_hh", "V_r1.weight", "final.B_r.weight"]),
        make("one_word", "full", [1], 1, ["U_e2.weight", "mu_r.weight_hh"], prior_bias=True),
        make("printed", "printed", [2], 2, ["mu_e.W_o", "s_r.W_z", "early.B_r.weight"]),
        make("no_gru", "no_gru", [2], 2, ["mu_r.weight", "V_e1.weight"], prior_bias=True),
        make("no_interaction", "no_interaction", [2], 3, ["s_e.weight_ih", "U_r1.weight"]),
        make("no_sm", "no_sm", [2], 2, ["t_r.weight_hh", "early.L_r.weight"]),
        make("mtl_sm", "mtl_sm", [3], 2, ["mu_r.weight", "prior_s_e", "prior_mu_r"]),
        make("mtl", "mtl", [2, 1], 2, ["final.A_e.weight", "final.L_r.weight"]),
    ]
    text = json.dumps({"layout": LAYOUT, "tolerance": TOLERANCE, "cases": cases}, separators=(",", ":"))
    (FOLDER / "pmei.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
