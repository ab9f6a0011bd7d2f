"""Writes small oracles for Crone's scores of pairs, in plain loops over the formulas with numpy in float64. They share
nothing with the Rust code; gradients are central differences. Needs numpy:

    python3 tests/oracles/make_crone.py
"""

import itertools
import json
import pathlib

import numpy

FOLDER = pathlib.Path(__file__).parent / "layers"
DICE = numpy.random.default_rng(2027)
LAYOUT = (
    "g_i = [h_i; label_embedding[tag_i]]; f = relu(W g + b); s_ij = W2 [f_i; f_j; cos; d_1..d_R] + b2; "
    "d_k = sum_q m[k][q] g_i[q] g_j[q]; gold and predictions are [i, j, relation] with i, j positions in "
    "entity_final_words; scores are given for all (i, j); loss_mean_cells = sum over all cells of the batch / cells"
)
TOLERANCE = {
    "rule": "|x - expected| <= tolerance * max(1, |expected|)",
    "float64": 1e-9,
    "float32": 5e-6,
    "float32_gradient": 3e-5,
}
THRESHOLD = 0.9


def draw(*shape, spread=1.0):
    return (spread * DICE.standard_normal(shape)).round(3)


def array(values):
    return {"shape": list(values.shape), "data": [float(f"{value:.12g}") for value in values.flatten()]}


def scores(weights, sentence, cos):
    g = [
        list(sentence["h"][word]) + list(weights["label_embedding"][sentence["tags"][word]])
        for word in sentence["ends"]
    ]
    f = [
        [max(0.0, b + sum(w * x for w, x in zip(row, word))) for row, b in zip(weights["W"], weights["b"])] for word in g
    ]
    result = numpy.zeros((len(g), len(g), len(weights["b2"])))
    for i, j in itertools.product(range(len(g)), repeat=2):
        length = (sum(x * x for x in f[i]) * sum(x * x for x in f[j])) ** 0.5
        cosine = sum(x * y for x, y in zip(f[i], f[j])) / length if length > 0 else 0.0
        like = 1 - cosine if cos == "distance" else cosine
        d = [sum(m * x * y for m, x, y in zip(row, g[i], g[j])) for row in weights["m"]]
        vector = f[i] + f[j] + [like] + d
        for k, (row, b) in enumerate(zip(weights["W2"], weights["b2"])):
            result[i, j, k] = b + sum(w * x for w, x in zip(row, vector))
    return result


def cells(sentence, own):
    n = len(sentence["ends"])
    return [(i, j) for i, j in itertools.product(range(n), repeat=2) if own or i != j]


def losses(weights, sentences, cos, own):
    total = []
    for sentence in sentences:
        s = scores(weights, sentence, cos)
        loss = 0.0
        for i, j in cells(sentence, own):
            for k in range(s.shape[2]):
                holds = [i, j, k] in sentence["gold"]
                loss += numpy.log1p(numpy.exp(-s[i, j, k] if holds else s[i, j, k]))
        total.append(loss)
    return total


def gradient(values, function):
    found = numpy.zeros_like(values)
    for place in numpy.ndindex(values.shape):
        before = values[place]
        values[place] = before + 1e-5
        above = function()
        values[place] = before - 1e-5
        below = function()
        values[place] = before
        found[place] = (above - below) / 2e-5
    return found


def case(name, sentences, states, tags, width, relations):
    labels = 3
    p = states + labels
    weights = {
        "label_embedding": draw(tags, labels),
        "W": draw(width, p, spread=0.6),
        "b": draw(width, spread=0.3),
        "m": draw(relations, p, spread=0.6),
        "W2": draw(relations, 2 * width + 1 + relations, spread=0.7),
        "b2": draw(relations, spread=0.5),
    }
    made = []
    for words, ends, gold in sentences:
        tag = [int(one) for one in DICE.integers(0, tags, words)]
        made.append({"h": draw(words, states), "tags": tag, "ends": ends, "gold": gold})
    runs = []
    for cos, own in itertools.product(["distance", "similarity"], [False, True]):
        all_scores = [scores(weights, sentence, cos) for sentence in made]
        count = sum(len(cells(sentence, own)) for sentence in made) * relations
        parts = losses(weights, made, cos, own)
        predictions = [
            [[i, j, k] for i, j in cells(one, own) for k in range(relations) if 1 / (1 + numpy.exp(-s[i, j, k])) > THRESHOLD]
            for one, s in zip(made, all_scores)
        ]
        mean = lambda: sum(losses(weights, made, cos, own)) / count
        grads = {key: gradient(weights[key], mean) for key in ["m", "W", "label_embedding"]}
        grads["h0"] = gradient(made[0]["h"], mean)
        runs.append(
            {
                "cos": cos,
                "self_pairs": own,
                "scores": [array(one) for one in all_scores],
                "loss_sum_by_sentence": [float(one) for one in parts],
                "cells": count,
                "loss_mean_cells": sum(parts) / count,
                "loss_sum_per_sentence": sum(parts) / len(made),
                "predictions": predictions,
                "gradient_of_loss_mean_cells": {key: array(value) for key, value in grads.items()},
            }
        )
    written = [
        {"h": array(one["h"]), "tags": one["tags"], "entity_final_words": one["ends"], "gold": one["gold"]} for one in made
    ]
    return {
        "name": name,
        "threshold": THRESHOLD,
        "weights": {key: array(value) for key, value in weights.items()},
        "sentences": written,
        "runs": runs,
    }


def main():
    made = [
        case("several", [(5, [0, 2, 4], [[0, 1, 1], [0, 1, 0], [2, 0, 1]]), (3, [], []), (2, [0, 1], [])], 4, 5, 4, 2),
        case("one_word", [(2, [1], []), (4, [1, 3], [[1, 0, 0]])], 2, 3, 3, 1),
    ]
    text = json.dumps({"layout": LAYOUT, "tolerance": TOLERANCE, "cases": made}, separators=(",", ":"))
    (FOLDER / "crone.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
