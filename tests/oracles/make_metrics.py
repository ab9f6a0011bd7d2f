"""Writes small expected values for scores by type, for PMEI's cells and for tag sequences.

Items are counted one by one in plain loops and scores are exact fractions until they are written, by routes that share
nothing with the Rust code. Only the standard library is needed:

    python3 tests/oracles/make_metrics.py

The other document files of the folder were worked out by hand and are left as they are.
"""

import json
import pathlib
import random
import re
from fractions import Fraction

FOLDER = pathlib.Path(__file__).parent / "metrics"
DICE = random.Random(7)
TEXTS = [
    "Mara paints boats in the old harbour",
    "Oslo Glass hired Per and Ida last spring",
    "the mill near the pond belongs to Tor",
    "Ida Holm left Bergen for the lake",
    "Tor and Per sold the mill to Oslo Glass",
    "no boat came",
]
ENTITY_TYPES = ["HUMAN", "PLACE", "FIRM", "THING"]
RELATION_TYPES = ["owns", "near", "hired-by"]


def scores(correct, predicted, gold):
    precision = Fraction(correct, predicted) if predicted else Fraction(0)
    recall = Fraction(correct, gold) if gold else Fraction(0)
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else Fraction(0)


def fractions(triple):
    return dict(zip(("p", "r", "f1"), (round(float(value), 12) for value in triple)))


def row(counts):
    return {**dict(zip(("correct", "predicted", "gold"), counts)), **fractions(scores(*counts))}


def mean(values):
    return sum(values, Fraction(0)) / len(values) if values else Fraction(0)


def spans(words, offset):
    every = [(a, b) for a in range(len(words)) for b in range(a, min(a + 3, len(words)))]
    return [(offset + a, offset + b) for a, b in DICE.sample(every, min(len(every), DICE.randint(1, 5)))]


def annotate(words, offset):
    entities = {span: DICE.choice(ENTITY_TYPES[:3]) for span in spans(words, offset)}
    pairs = [(a, b) for a in entities for b in entities if a != b]
    relations = {pair: DICE.choice(RELATION_TYPES) for pair in DICE.sample(pairs, min(len(pairs), 3))}
    return entities, relations


def disturb(words, offset, entities, relations):
    found = {span: label for span, label in entities.items() if DICE.random() < 0.8}
    for span in found:
        if DICE.random() < 0.25:
            # The last type never occurs in gold.
            found[span] = DICE.choice(ENTITY_TYPES)
    for span in spans(words, offset)[:1]:
        found.setdefault(span, DICE.choice(ENTITY_TYPES))
    related = {pair: label for pair, label in relations.items() if DICE.random() < 0.75}
    for pair in related:
        if DICE.random() < 0.2:
            related[pair] = DICE.choice(RELATION_TYPES)
    for pair in [(a, b) for a in found for b in found if a != b][:1]:
        related.setdefault(pair, DICE.choice(RELATION_TYPES))
    return found, related


def document(key, texts):
    made = {"doc_key": key, "sentences": [], "ner": [], "relations": [], "predicted_ner": [], "predicted_relations": []}
    offset = 0
    for text in texts:
        words = text.split()
        gold = annotate(words, offset)
        found = disturb(words, offset, *gold)
        made["sentences"].append(words)
        for prefix, (entities, relations) in (("", gold), ("predicted_", found)):
            made[prefix + "ner"].append([[a, b, label] for (a, b), label in entities.items()])
            made[prefix + "relations"].append([[*a, *b, label] for (a, b), label in relations.items()])
        offset += len(words)
    return made


def items(made):
    """Every item of a document as (metric, type, is gold, is right)."""
    for gold_ner, gold_rel, ner, rel in zip(
        made["ner"], made["relations"], made["predicted_ner"], made["predicted_relations"]
    ):
        right_spans = [item[:2] for item in ner if item in gold_ner]
        for item in gold_ner:
            yield "Ent", item[2], True, False
        for item in ner:
            yield "Ent", item[2], False, item in gold_ner
        for item in gold_rel:
            yield "Rel", item[4], True, False
            yield "Rel+", item[4], True, False
        for item in rel:
            yield "Rel", item[4], False, item in gold_rel
            strict = item[:2] in right_spans and item[2:4] in right_spans
            yield "Rel+", item[4], False, item in gold_rel and strict


def count(all_items, metric, kind=None):
    chosen = [item for item in all_items if item[0] == metric and kind in (None, item[1])]
    return [sum(item[3] for item in chosen), sum(not item[2] for item in chosen), sum(item[2] for item in chosen)]


def by_types(all_items, metric):
    kinds = sorted({item[1] for item in all_items if item[0] == metric})
    per_type = {kind: count(all_items, metric, kind) for kind in kinds}
    macro = [mean([scores(*counts)[place] for counts in per_type.values()]) for place in range(3)]
    return {
        "micro": row(count(all_items, metric)),
        "macro": fractions(macro),
        "per_type": {kind: row(counts) for kind, counts in per_type.items()},
    }


def write_documents():
    documents = [document("g", TEXTS[:2]), document("h", TEXTS[2:3]), document("i", TEXTS[3:])]
    lines = [json.dumps(one, separators=(",", ":")) + "\n" for one in documents]
    (FOLDER / "docs_types.jsonl").write_text("".join(lines))
    every = [item for one in documents for item in items(one)]
    metrics = ["Ent", "Rel", "Rel+"]
    path = FOLDER / "expected.json"
    expected = json.loads(path.read_text())
    expected["docs_types"] = {
        "pure": {metric: row(count(every, metric)) for metric in metrics},
        "pure_by_document": {
            one["doc_key"]: {metric: count(list(items(one)), metric) for metric in metrics} for one in documents
        },
        "crone": {metric: by_types(every, metric) for metric in metrics},
        "facts": {"sentences": len(TEXTS)},
    }
    path.write_text(json.dumps(expected, indent=1) + "\n")


def entity_tags(length):
    return ["S"] if length == 1 else ["B"] + ["I"] * (length - 2) + ["E"]


def tagged(words):
    tags, entities, place = ["O"] * words, [], 0
    while place < words:
        length = DICE.randint(1, 3)
        if place + length <= words and DICE.random() < 0.6:
            tags[place : place + length] = entity_tags(length)
            entities.append((place, place + length - 1))
            place += length
        place += 1
    return tags, entities


def pmei_sentence(relations):
    words = DICE.randint(3, 14)
    gold, entities = tagged(words)
    found = list(gold)
    for place in range(words):
        if DICE.random() < 0.3:
            found[place] = DICE.choice("OBIES")
    made = {"words": words, "gold_tags": gold, "pred_tags": found}
    for anchor, end in (("last", 1), ("first", 0)):
        cells = []
        for _ in range(DICE.randint(0, 4) if entities else 0):
            cell = [DICE.choice(entities)[end], DICE.choice(entities)[end], DICE.randrange(relations)]
            if cell not in cells:
                cells.append(cell)
        table = {}
        for cell in cells:
            if DICE.random() < 0.8:
                table[tuple(cell)] = DICE.choice([0.5, 0.75, 0.93, 0.49])
        for _ in range(2):
            noise = (DICE.randrange(words), DICE.randrange(words), DICE.randint(0, relations))
            table.setdefault(noise, DICE.choice([0.5, 0.61, 0.2]))
        made[anchor] = {"gold_cells": cells, "probabilities": [[*cell, p] for cell, p in table.items()]}
    return made


def count_cells(sentences, anchor, diagonal):
    partial, exact, predicted, gold = 0, 0, 0, 0
    for one in sentences:
        text, found = "".join(one["gold_tags"]), "".join(one["pred_tags"])
        whole = [match for match in re.finditer("S|BI*E", text) if found[match.start() : match.end()] == match.group()]
        words = [match.end() - 1 if anchor == "last" else match.start() for match in whole]
        for i, j, relation, probability in one[anchor]["probabilities"]:
            if probability < 0.5 or (i == j and not diagonal):
                continue
            predicted += 1
            if [i, j, relation] in one[anchor]["gold_cells"]:
                partial += 1
                exact += i in words and j in words and i != j
        gold += sum(diagonal or cell[0] != cell[1] for cell in one[anchor]["gold_cells"])
    return {"partial": row([partial, predicted, gold]), "exact": row([exact, predicted, gold])}


def write_cells():
    relations = 3
    sentences = [pmei_sentence(relations) for _ in range(40)]
    (FOLDER / "pmei.jsonl").write_text("".join(json.dumps(one, separators=(",", ":")) + "\n" for one in sentences))
    expected = {"threshold": "p >= 0.5", "relations": relations, "none_relation_index": relations}
    for anchor in ("last", "first"):
        for diagonal in (True, False):
            name = f"anchor_{anchor}_diagonal_{str(diagonal).lower()}"
            expected[name] = count_cells(sentences, anchor, diagonal)
    (FOLDER / "pmei_expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def write_labels():
    cases = []
    for text in TEXTS[:5]:
        words = text.split()
        starts = DICE.sample(range(len(words)), 3)
        entities = [words[start : start + DICE.randint(1, 2)] for start in starts] + [["a", "lighthouse"]]
        triples = [[DICE.choice(entities), DICE.randrange(3), DICE.choice(entities)] for _ in range(4)]
        tags = ["O"] * len(words)
        for entity in entities:
            for start in range(len(words)):
                if words[start : start + len(entity)] == entity:
                    tags[start : start + len(entity)] = entity_tags(len(entity))
                    break
        cells = {}
        for anchor, end in (("last", -1), ("first", 0)):
            known = [one for one in triples if one[0][end] in words and one[2][end] in words]
            cells[anchor] = sorted(
                {(words.index(head[end]), words.index(tail[end]), relation) for head, relation, tail in known}
            )
        cases.append({"words": words, "entities": entities, "triples": triples, "tags": tags, "cells": cells})
    (FOLDER / "pmei_labels.json").write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")


def write_tags():
    cases = []
    for _ in range(20):
        tags = [DICE.choice(["O", "B-FIRM", "I-FIRM", "B-SEA-LIFE", "I-SEA-LIFE"]) for _ in range(DICE.randint(1, 9))]
        found, place = [], 0
        while place < len(tags):
            end = place
            if tags[place] != "O":
                kind = tags[place][2:]
                while end + 1 < len(tags) and tags[end + 1] == "I-" + kind:
                    end += 1
                found.append([place, end, kind])
            place = end + 1
        cases.append({"tags": tags, "spans": found})
    (FOLDER / "bio.json").write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")


write_documents()
write_cells()
write_labels()
write_tags()
