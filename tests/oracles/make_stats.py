"""Writes small expected values for the statistics, by routes that share nothing with the Rust code.

Permutation tests are enumerated in exact fractions; corrections use their definitions as rejection procedures where
there is one; Student's t is integrated numerically. Only the standard library is needed:

    python3 tests/oracles/make_stats.py
"""

import itertools
import json
import math
import pathlib
import random
from fractions import Fraction
from statistics import NormalDist, mean, stdev

FOLDER = pathlib.Path(__file__).parent / "stats"
DICE = random.Random(2026)


def fraction(value):
    return Fraction(str(value))


def f1(rows):
    correct, predicted, gold = (sum(column) for column in zip(*rows))
    return Fraction(2 * correct, predicted + gold) if predicted + gold else Fraction(0)


def tails(observed, values):
    hits = {
        "two_sided": sum(abs(value) >= abs(observed) for value in values),
        "greater": sum(value >= observed for value in values),
        "less": sum(value <= observed for value in values),
    }
    return hits, {tail: count / len(values) for tail, count in hits.items()}


def write(name, content):
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, separators=(",", ":")).replace('},{"', '},\n{"')
    (FOLDER / f"{name}.json").write_text(text + "\n")


def scores(count, centre=70.0, spread=2.0, digits=1):
    return [round(DICE.gauss(centre, spread), digits) for _ in range(count)]


def sign_flip():
    cases = []
    pairs = [(scores(4), scores(4)), (scores(7, digits=2), scores(7, 68, digits=2)), ([70.1, 70.1], [70.1, 69.8])]
    for first, second in pairs:
        differences = [fraction(x) - fraction(y) for x, y in zip(first, second)]
        # Every subset of the differences is taken off twice.
        whole = sum(differences)
        values = [
            whole - 2 * sum(subset)
            for size in range(len(differences) + 1)
            for subset in itertools.combinations(differences, size)
        ]
        hits, p = tails(whole, values)
        cases.append({"a": first, "b": second, "mean_difference": float(whole / len(first)),
                      "assignments": len(values), "hits": hits, "p": p})
    write("sign_flip", {"cases": cases})


def two_sample():
    cases = []
    for first, second in [(scores(3), scores(4, 72)), (scores(4), scores(4)), ([70.1, 70.3], [70.1, 70.2, 70.3])]:
        pool = [fraction(value) for value in first + second]

        def difference(labels):
            return mean(v for v, l in zip(pool, labels) if l) - mean(v for v, l in zip(pool, labels) if not l)

        labels = [labels for labels in itertools.product((0, 1), repeat=len(pool)) if sum(labels) == len(first)]
        observed = difference([1] * len(first) + [0] * len(second))
        hits, p = tails(observed, [difference(label) for label in labels])
        wins = sum((x > y) + Fraction(x == y, 2) for x in map(fraction, first) for y in map(fraction, second))
        freedom = len(first) + len(second) - 2
        pooled = math.sqrt(((len(first) - 1) * stdev(first) ** 2 + (len(second) - 1) * stdev(second) ** 2) / freedom)
        cases.append({"a": first, "b": second, "difference_of_means": float(observed),
                      "probability_a_above_b": float(wins / (len(first) * len(second))),
                      "cohen_d_pooled": float(observed) / pooled, "splits": len(labels), "hits": hits, "p": p})
    write("two_sample_permutation", {"cases": cases})


def row(gold):
    predicted = max(0, gold + DICE.randint(-1, 2))
    return [DICE.randint(0, min(gold, predicted)), predicted, gold]


def table(runs, gold):
    return [[row(items) for items in gold] for _ in range(runs)]


def exchanged(first, second, swap):
    """Both systems, `[run][document]`, with the documents marked in `swap` taken from the other one."""
    pick = lambda ours, theirs: [[t if s else o for o, t, s in zip(x, y, swap)] for x, y in zip(ours, theirs)]
    return pick(first, second), pick(second, first)


def mean_f1(runs):
    return sum(map(f1, runs)) / len(runs)


def pooled_f1(runs):
    return f1([counts for run in runs for counts in run])


def swaps_of(documents):
    return list(itertools.product((0, 1), repeat=documents))


def document_randomisation():
    cases = []
    for documents, sentences in [(5, 2), (3, 1), (7, 1)]:
        of = [document for document in range(documents) for _ in range(sentences)]
        gold = [DICE.randint(0, 4) for _ in of]
        (first,), (second,) = table(1, gold), table(1, gold)

        def statistic(swap):
            a, b = exchanged([first], [second], [swap[document] for document in of])
            return mean_f1(a) - mean_f1(b)

        observed = statistic([0] * documents)
        hits, p = tails(observed, [statistic(swap) for swap in swaps_of(documents)])
        listed = [[DICE.randint(0, 1) for _ in range(documents)] for _ in range(6)]
        values = [statistic(swap) for swap in listed]
        count = sum(abs(value) >= abs(observed) for value in values)
        cases.append({"document_of_sentence": of, "system_a": first, "system_b": second, "f1_a": float(f1(first)),
                      "f1_b": float(f1(second)), "difference": float(observed), "documents": documents,
                      "assignments": 2 ** documents, "hits": hits, "p_exact": p,
                      "sampled": {"swaps": listed, "statistics": [float(value) for value in values], "hits": count,
                                  "p": (1 + count) / (1 + len(listed))}})
    write("document_randomisation", {"cases": cases})


def document_randomisation_runs():
    cases = []
    for runs, documents in [(2, 6), (4, 3), (1, 5)]:
        gold = [DICE.randint(0, 5) for _ in range(documents)]
        first, second = table(runs, gold), table(runs, gold)
        case = {"runs": runs, "documents": documents, "system_a": first, "system_b": second,
                "assignments": 2 ** documents}
        for name, average in [("mean_of_run_f1", mean_f1), ("pooled_f1", pooled_f1)]:
            values = [average(a) - average(b) for a, b in
                      (exchanged(first, second, swap) for swap in swaps_of(documents))]
            hits, p = tails(values[0], values)
            case[name] = {"difference": float(values[0]), "hits": hits["two_sided"], "p_exact": p["two_sided"]}
        cases.append(case)
    write("document_randomisation_runs", {"cases": cases})


def floors():
    # The most extreme data there are: one system far above the other, both with little spread.
    paired, unpaired = [], []
    for n in (1, 2, 4, 6, 9):
        sums = [sum(s * 2 ** i for i, s in enumerate(signs)) for signs in itertools.product((1, -1), repeat=n)]
        paired.append([n, tails(2 ** n - 1, sums)[1]["two_sided"]])
    for n, m in ((1, 1), (2, 3), (3, 3), (4, 2)):
        pool = [Fraction(1000 + 2 ** i) for i in range(n)] + [Fraction(2 ** i) for i in range(m)]
        values = [Fraction(sum(chosen), n) - Fraction(sum(pool) - sum(chosen), m)
                  for chosen in itertools.combinations(pool, n)]
        unpaired.append([n, m, tails(values[0], values)[1]["two_sided"]])
    z = NormalDist().inv_cdf
    noether = [[gamma, (z(0.9) + z(0.8)) ** 2 / (6 * (gamma - 0.5) ** 2)] for gamma in (0.6, 0.75, 0.85)]
    write("floors", {"paired": {"columns": ["n", "p"], "rows": paired},
                     "unpaired": {"columns": ["n", "m", "p"], "rows": unpaired},
                     "noether": {"alpha": 0.1, "power": 0.8, "columns": ["gamma", "n"], "rows": noether}})


def multiple_comparisons():
    cases = []
    for p in ([0.01, 0.04, 0.03, 0.005], [0.2, 0.2, 0.9, 0.001, 0.0, 1.0], [0.4], [0.03, 0.02, 0.04]):
        m = len(p)
        exact = [fraction(value) for value in p]
        harmonic = sum(Fraction(1, k) for k in range(1, m + 1))

        def ordered(q):
            return sorted(exact).index(q) + 1

        def highest(q):
            return m - sorted(exact, reverse=True).index(q)

        def from_above(factor):
            """The smallest factor(rank) q' over all q' that are at least q, ties at their highest rank."""
            return [float(min(min(factor(highest(other)) * other for other in exact if other >= q), 1)) for q in exact]

        step_down = [max(min((m - ordered(other) + 1) * other, 1) for other in exact if other <= q) for q in exact]
        cases.append({"p": p, "adjusted": {
            "bonferroni": [float(min(m * q, 1)) for q in exact],
            "holm": [float(q) for q in step_down],
            "hochberg": from_above(lambda rank: m - rank + 1),
            "benjamini_hochberg": from_above(lambda rank: Fraction(m, rank)),
            "benjamini_yekutieli": from_above(lambda rank: harmonic * Fraction(m, rank))}})
    write("multiple_comparisons", {"cases": cases})


def jackknife():
    cases = []

    def add(statistic, name, units, function):
        n, estimate = len(units), function(units)
        without = [function(units[:i] + units[i + 1:]) for i in range(n)]
        centre = sum(without) / n
        deviations = [centre - value for value in without]
        squares, cubes = sum(d ** 2 for d in deviations), sum(d ** 3 for d in deviations)
        plain = [[int(v) for v in unit] if name == "rows" else float(unit) for unit in units]
        cases.append({"statistic": statistic, name: plain, "estimate": float(estimate),
                      "acceleration": float(cubes) / (6 * float(squares) ** 1.5) if squares else 0.0,
                      "leave_one_out": [float(value) for value in without], "mean_leave_one_out": float(centre),
                      "bias": float((n - 1) * (centre - estimate)),
                      "bias_corrected": float(n * estimate - (n - 1) * centre),
                      "standard_error": math.sqrt(Fraction(n - 1, n) * squares)})

    average = lambda units: sum(units) / len(units)
    for count in (4, 6):
        add("micro_f1", "rows", [row(DICE.randint(0, 5)) for _ in range(count)], f1)
        values = [fraction(value) for value in scores(count, 10, 3, 2)]
        add("mean", "values", values, average)
        add("variance_divisor_n", "values", values,
            lambda units: average([unit ** 2 for unit in units]) - average(units) ** 2)
    add("mean", "values", [fraction(0.1)] * 3, average)
    write("jackknife", {"cases": cases})


def pigeonhole_bootstrap():
    cases = []
    for runs_a, runs_b, paired, documents, replicates in [(2, 2, True, 4, 39), (1, 3, False, 3, 39)]:
        gold = [DICE.randint(0, 5) for _ in range(documents)]
        first, second = table(runs_a, gold), table(runs_b, gold)
        draw = lambda n: [[DICE.randrange(n) for _ in range(n)] for _ in range(replicates)]
        rows_a = draw(runs_a)
        rows_b = rows_a if paired else draw(runs_b)
        columns = draw(documents)

        def statistics(rows_first, rows_second, column):
            a = [[first[run][document] for document in column] for run in rows_first]
            b = [[second[run][document] for document in column] for run in rows_second]
            return {"mean_of_run_f1_a": mean_f1(a), "mean_of_run_f1_b": mean_f1(b),
                    "difference_of_means": mean_f1(a) - mean_f1(b), "pooled_difference": pooled_f1(a) - pooled_f1(b)}

        observed = statistics(range(runs_a), range(runs_b), range(documents))
        resampled = [statistics(*each) for each in zip(rows_a, rows_b, columns)]
        results = {}
        for name, value in observed.items():
            values = [replicate[name] for replicate in resampled]
            ordered = sorted(values)
            # 40 q is the first rank; 38 q = 0.95 lies between the first two values.
            step = Fraction(95, 100)
            results[name] = {
                "observed": float(value), "replicates": [float(v) for v in values],
                "standard_error": stdev([float(v) for v in values]),
                "percentile_95_rank": [float(ordered[0]), float(ordered[-1])],
                "percentile_95_linear": [float((1 - step) * ordered[0] + step * ordered[1]),
                                         float((1 - step) * ordered[-1] + step * ordered[-2])]}
        cases.append({"runs_a": runs_a, "runs_b": runs_b, "paired": paired, "documents": documents, "system_a": first,
                      "system_b": second, "run_indices_a": rows_a, "run_indices_b": rows_b,
                      "document_indices": columns, "results": results})
    write("pigeonhole_bootstrap", {"cases": cases})


def student_upper(t, freedom):
    """P(T > t) for t >= 0 by Simpson's rule over the angle whose tangent is t / root(freedom)."""
    power = freedom - 1
    start, steps = math.atan(t / math.sqrt(freedom)), 20_000

    def integral(low, high):
        width = (high - low) / steps
        ends = math.cos(low) ** power + math.cos(high) ** power
        odd = sum(math.cos(low + i * width) ** power for i in range(1, steps, 2))
        even = sum(math.cos(low + i * width) ** power for i in range(2, steps, 2))
        return (ends + 4 * odd + 2 * even) * width / 3

    return integral(start, math.pi / 2) / (2 * integral(0, math.pi / 2))


def student_quantile(upper, freedom):
    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if student_upper(middle, freedom) > upper else (low, middle)
    return (low + high) / 2


def corrected_resampled_t():
    cases = []
    for count, train, test in [(5, 4, 1), (10, 90, 10), (3, 100, 50)]:
        first, second = scores(count, digits=2), scores(count, 69.5, digits=2)
        differences = [fraction(x) - fraction(y) for x, y in zip(first, second)]
        centre = sum(differences) / count
        variance = sum((d - centre) ** 2 for d in differences) / (count - 1)
        error = math.sqrt((Fraction(1, count) + Fraction(test, train)) * variance)
        t, plain = float(centre) / error, float(centre) / math.sqrt(variance / count)
        reach = student_quantile(0.025, count - 1) * error
        cases.append({"a": first, "b": second, "n_train": train, "n_test": test, "mean_difference": float(centre),
                      "variance": float(variance), "t": t, "df": count - 1,
                      "p_two_sided": 2 * student_upper(abs(t), count - 1),
                      "confidence_95": [float(centre) - reach, float(centre) + reach],
                      "uncorrected_paired_t": {"t": plain, "p_two_sided": 2 * student_upper(abs(plain), count - 1)}})
    write("corrected_resampled_t", {"cases": cases})


def almost_stochastic_order():
    cases = []
    for first, second, grid, alpha in [(scores(4), scores(6, 69.5), 24, 0.05), (scores(3, 71), scores(3), 9, 0.01),
                                       ([70.1, 70.3], [70.1, 70.3, 70.2], 7, 0.1)]:
        def ratio(x, y, points):
            """Quantiles at the middles of `points` parts, each found by counting the scores up to it."""
            def quantile(sample, share):
                return min(v for v in sample if Fraction(sum(w <= v for w in sample), len(sample)) >= share)

            at = [Fraction(2 * point + 1, 2 * points) for point in range(points)]
            pairs = [(quantile(x, t), quantile(y, t)) for t in at]
            whole = sum((a - b) ** 2 for a, b in pairs)
            return sum((a - b) ** 2 for a, b in pairs if a < b) / whole if whole else Fraction(0)

        a, b = list(map(fraction, first)), list(map(fraction, second))
        n, m, replicates = len(a), len(b), 12
        draw = lambda count: [[DICE.randrange(count) for _ in range(count)] for _ in range(replicates)]
        rows_a, rows_b = draw(n), draw(m)
        epsilon = ratio(a, b, grid)
        resampled = [ratio([a[i] for i in x], [b[i] for i in y], grid) for x, y in zip(rows_a, rows_b)]
        scale = math.sqrt(n * m / (n + m))
        sigma = stdev([scale * float(value - epsilon) for value in resampled])
        upper = float(epsilon) - sigma / scale * NormalDist().inv_cdf(alpha)
        cases.append({"a": first, "b": second, "grid": grid, "epsilon": float(epsilon),
                      "epsilon_exact": float(ratio(a, b, math.lcm(n, m))), "epsilon_reversed": float(ratio(b, a, grid)),
                      "resamples_a": rows_a, "resamples_b": rows_b, "epsilon_resampled": list(map(float, resampled)),
                      "sigma": sigma, "alpha": alpha, "epsilon_upper": min(max(upper, 0.0), 1.0)})
    write("almost_stochastic_order", {"cases": cases})


def expected_validation():
    cases = []
    for values in (scores(5), [61.5, 61.5, 60.0], scores(2), [48.2]):
        exact, sizes = list(map(fraction, values)), range(1, len(values) + 1)
        # Every draw of k trials is listed, and the mean of their best is taken.
        cases.append({"values": values,
                      "with_replacement": [float(mean(map(max, itertools.product(exact, repeat=k)))) for k in sizes],
                      "unbiased": [float(mean(map(max, itertools.combinations(exact, k)))) for k in sizes]})
    write("expected_validation", {"cases": cases})


def fisher_upper(f, one, two):
    """P(F > f) by Simpson's rule over the beta density of x = one f / (one f + two), with sin^2 as variable."""
    start, steps = math.asin(math.sqrt(one * f / (one * f + two))), 20_000

    def integral(low, high):
        width = (high - low) / steps
        density = lambda angle: math.sin(angle) ** (one - 1) * math.cos(angle) ** (two - 1)
        odd = sum(density(low + i * width) for i in range(1, steps, 2))
        even = sum(density(low + i * width) for i in range(2, steps, 2))
        return (density(low) + density(high) + 4 * odd + 2 * even) * width / 3

    return integral(start, math.pi / 2) / integral(0, math.pi / 2)


def friedman():
    cases = []
    tables = [[scores(3) for _ in range(6)], [scores(4, spread=0.3) for _ in range(9)],
              [[70.1, 69.0, 70.1, 68.0], [60.0, 60.0, 60.0, 59.0], [80.2, 80.1, 80.3, 80.0], [50.5, 50.4, 50.5, 50.4]]]
    for table in tables:
        systems, blocks = len(table[0]), len(table)

        def rank(block, value):
            places = [place for place, other in enumerate(sorted(block, reverse=True), 1) if other == value]
            return Fraction(sum(places), len(places))

        ranks = [[rank(block, value) for value in block] for block in table]
        sums = [sum(column) for column in zip(*ranks)]
        # The variance of the ranks within blocks, ties and all, is what chance alone would give.
        centre = Fraction(systems + 1, 2)
        within = sum((value - centre) ** 2 for block in ranks for value in block) / (systems - 1)
        statistic = sum((total - blocks * centre) ** 2 for total in sums) / within
        f = (blocks - 1) * statistic / (blocks * (systems - 1) - statistic)
        cases.append({"scores": table, "average_ranks": [float(total / blocks) for total in sums],
                      "friedman": float(statistic),
                      "p": fisher_upper(float(f), systems - 1, (systems - 1) * (blocks - 1))})
    # Demšar 2006, table 5, as printed, which is within 0.001 of the values themselves.
    printed = {"0.05": [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164],
               "0.10": [1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920]}
    rows = [[float(alpha), systems, q] for alpha, values in printed.items() for systems, q in enumerate(values, 2)]
    write("friedman_nemenyi", {"cases": cases, "nemenyi": {"columns": ["alpha", "k", "q"], "rows": rows}})


if __name__ == "__main__":
    sign_flip()
    two_sample()
    document_randomisation()
    document_randomisation_runs()
    floors()
    multiple_comparisons()
    jackknife()
    pigeonhole_bootstrap()
    corrected_resampled_t()
    almost_stochastic_order()
    expected_validation()
    friedman()
