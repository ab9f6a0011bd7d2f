"""Times the randomisation over documents of statistics.rs in NumPy: python statistics.py THREADS ROUNDS DRAWS < SYSTEMS.

SYSTEMS is JSON: the counts of two systems, [system][run][document][correct, predicted, gold]. Documents are exchanged
by one matrix product for thousands of draws at once, and statistics are taken for whole arrays. Prints median
milliseconds of two versions, and the p-value of one, as JSON.
"""

import json
import os
import sys
import time

threads, rounds, draws = map(int, sys.argv[1:4])
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(threads)

import numpy  # noqa: E402, after its number of threads is set

CHUNK = 4096


def f1(correct, items):
    return numpy.divide(2 * correct, items, out=numpy.zeros_like(correct), where=items > 0)


def difference(first, both):
    """Mean F1 of the first system minus that of the second; rows of correct items of each run, then of the others."""
    correct, items = numpy.split(first, 2, axis=-1)
    all_correct, all_items = numpy.split(both, 2)
    return (f1(correct, items) - f1(all_correct - correct, all_items - items)).mean(axis=-1)


def lanes(runs):
    """documents × (correct of each run, then predicted + gold of each run)."""
    runs = numpy.asarray(runs)
    return numpy.concatenate([runs[:, :, 0], runs[:, :, 1] + runs[:, :, 2]]).T


def prepared(first, second):
    """The changes of an exchange, documents × lanes, the totals before it and of both, and what counts as extreme."""
    start, both = first.sum(axis=0).astype(float), (first + second).sum(axis=0).astype(float)
    return second - first, start, both, abs(difference(start, both)) - 1e-12


def plain(first, second, seed):
    """As one writes it: a coin each, and a product."""
    change, start, both, observed = prepared(first, second)
    generator = numpy.random.default_rng(seed)
    hits = 0
    for done in range(0, draws, CHUNK):
        coins = generator.integers(0, 2, size=(min(CHUNK, draws - done), len(change)))
        found = difference(start + coins @ change, both)
        hits += int((numpy.abs(found) >= observed).sum())
    return (hits + 1) / (draws + 1)


def packed(first, second, seed):
    """As fast as it gets: eight coins a byte, and a product in single precision, which holds these totals exactly."""
    change, start, both, observed = prepared(first, second)
    change = change.astype(numpy.float32)
    generator = numpy.random.default_rng(seed)
    documents, hits = len(change), 0
    for done in range(0, draws, CHUNK):
        rows = min(CHUNK, draws - done)
        width = -(-documents // 8)
        bits = numpy.frombuffer(generator.bytes(rows * width), dtype=numpy.uint8).reshape(rows, width)
        coins = numpy.unpackbits(bits, axis=1, count=documents).astype(numpy.float32)
        found = difference(start + coins @ change, both)
        hits += int((numpy.abs(found) >= observed).sum())
    return (hits + 1) / (draws + 1)


def timed(test, systems):
    """Median milliseconds after one call that does not count, and the p-value."""
    times = []
    for seed in range(rounds + 1):
        start = time.perf_counter()
        p = test(*systems, seed)
        times.append((time.perf_counter() - start) * 1e3)
    return float(numpy.median(times[1:])), p


def main():
    systems = [lanes(system) for system in json.load(sys.stdin)]
    (fast, p), (usual, _) = timed(packed, systems), timed(plain, systems)
    print(json.dumps({"packed": fast, "plain": usual, "p": p}))


main()
