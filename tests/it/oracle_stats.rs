//! Statistics against expected values that an independent program wrote.
//!
//! Every case of every file in the folders `stats` is checked, whatever its shape.

use serde_json::Value;
use sweep::stats::{
    self, Assignments, Averaging, Bootstrap, Convention, Counts, DocumentRandomisation, Jackknife,
    PermutationTest, Quantiles, Ranks, Resample, RunCounts, Trials,
};

use crate::oracle::{
    cases, folders, index, indexes, items, list, number, numbers, read, relative_difference, whole,
};

/// Relative tolerance, and absolute where the expected value is below one.
const TOLERANCE: f64 = 1e-9;

/// Files that `tests/oracles` has and sets of another origin may lack.
const OWN: [&str; 1] = ["friedman_nemenyi"];

/// Calls `check` with `name`.json of every folder there is.
fn each_oracle(name: &str, check: impl Fn(&Value)) {
    for (number, folder) in folders("stats").iter().enumerate() {
        let path = folder.join(format!("{name}.json"));
        if number > 0 && OWN.contains(&name) && !path.exists() {
            eprintln!("skipped: there is no {}", path.display());
            continue;
        }
        check(&read(&path));
    }
}

/// No folder has a file that nothing here checks.
#[test]
fn oracle_files_are_all_known() {
    let known = [
        "almost_stochastic_order",
        "corrected_resampled_t",
        "document_randomisation",
        "document_randomisation_runs",
        "expected_validation",
        "floors",
        "friedman_nemenyi",
        "jackknife",
        "multiple_comparisons",
        "pigeonhole_bootstrap",
        "sign_flip",
        "two_sample_permutation",
    ];
    for folder in folders("stats") {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let is_json = path.extension().is_some_and(|ending| ending == "json");
            assert!(
                !is_json || known.contains(&stem.as_str()),
                "{stem}.json is not checked"
            );
        }
    }
}

/// Calls `check` with every case of `name`.json, of which there must be one at least.
fn each_case(name: &str, check: impl Fn(&Value)) {
    each_oracle(name, |oracle| {
        for (number, case) in cases(oracle).iter().enumerate() {
            eprintln!("{name}, case {number}");
            check(case);
        }
    });
}

fn counts(value: &Value) -> Counts {
    Counts::new(whole(&value[0]), whole(&value[1]), whole(&value[2]))
}

/// A system from a table `[run][document]`.
fn system(table: &Value) -> RunCounts {
    unnamed(list(table, |run| list(run, counts)))
}

fn unnamed(runs: Vec<Vec<Counts>>) -> RunCounts {
    let documents = (0..runs[0].len())
        .map(|document| document.to_string())
        .collect();
    RunCounts::new(documents, runs).unwrap()
}

#[track_caller]
fn close(found: f64, expected: &Value) {
    let expected = number(expected);
    assert!(
        relative_difference(&[found], &[expected]) <= TOLERANCE,
        "found {found}, expected {expected}"
    );
}

#[track_caller]
fn all_close(found: &[f64], expected: &Value) {
    let expected = items(expected);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        close(*found, expected);
    }
}

/// Hits and p-values of the tails the oracle has. The p-values of an enumeration are quotients of equal integers,
/// written with at least 15 digits.
#[track_caller]
fn same_test(test: &PermutationTest, assignments: &Value, hits: &Value, p: &Value) {
    assert_eq!(test.source, Assignments::Enumerated);
    assert_eq!(test.assignments, whole(assignments));
    let tails = [
        ("two_sided", test.hits.two_sided, test.p().two_sided),
        ("greater", test.hits.greater, test.p().greater),
        ("less", test.hits.less, test.p().less),
    ];
    for (tail, found_hits, found_p) in tails {
        if tail != "two_sided" && hits.get(tail).is_none() {
            continue;
        }
        assert_eq!(found_hits, whole(&hits[tail]), "{tail}");
        let expected = number(&p[tail]);
        assert!(
            (found_p - expected).abs() <= 1e-14 * expected,
            "{tail}: {found_p} {expected}"
        );
    }
}

#[test]
fn oracle_sign_flip() {
    each_case("sign_flip", |case| {
        let (first, second) = (numbers(&case["a"]), numbers(&case["b"]));
        let test = stats::sign_flip(&first, &second, 1, 0).unwrap();
        close(test.statistic, &case["mean_difference"]);
        same_test(&test, &case["assignments"], &case["hits"], &case["p"]);
    });
}

#[test]
fn oracle_two_sample() {
    each_case("two_sample_permutation", |case| {
        let (first, second) = (numbers(&case["a"]), numbers(&case["b"]));
        let test = stats::two_sample(&first, &second, 1, 0).unwrap();
        close(test.statistic, &case["difference_of_means"]);
        same_test(&test, &case["splits"], &case["hits"], &case["p"]);
        close(
            stats::probability_above(&first, &second).unwrap(),
            &case["probability_a_above_b"],
        );
        close(
            stats::cohen_d(&first, &second).unwrap().expect("a spread"),
            &case["cohen_d_pooled"],
        );
    });
}

#[test]
fn oracle_document_randomisation() {
    each_case("document_randomisation", |case| {
        let documents = indexes(&case["document_of_sentence"]);
        let count = index(&case["documents"]);
        let blocks = |rows: &Value| {
            let mut blocks = vec![Counts::default(); count];
            for (row, &document) in list(rows, counts).into_iter().zip(&documents) {
                blocks[document] = blocks[document] + row;
            }
            unnamed(vec![blocks])
        };
        let (first, second) = (blocks(&case["system_a"]), blocks(&case["system_b"]));
        close(first.mean_f1(), &case["f1_a"]);
        close(second.mean_f1(), &case["f1_b"]);
        for averaging in [Averaging::MeanOfRuns, Averaging::Pooled] {
            let test = stats::document_randomisation(&first, &second, averaging, 1, 0).unwrap();
            close(test.statistic, &case["difference"]);
            same_test(&test, &case["assignments"], &case["hits"], &case["p_exact"]);
        }

        let sampled = &case["sampled"];
        let swaps = list(&sampled["swaps"], |row| list(row, |swap| whole(swap) == 1));
        let prepared = DocumentRandomisation::new(&first, &second, Averaging::MeanOfRuns).unwrap();
        let (statistics, test) = prepared.test_given(&swaps).unwrap();
        all_close(&statistics, &sampled["statistics"]);
        assert_eq!(test.hits.two_sided, whole(&sampled["hits"]));
        close(test.p().two_sided, &sampled["p"]);
    });
}

#[test]
fn oracle_document_randomisation_over_runs() {
    each_case("document_randomisation_runs", |case| {
        let (first, second) = (system(&case["system_a"]), system(&case["system_b"]));
        let both = [
            ("mean_of_run_f1", Averaging::MeanOfRuns),
            ("pooled_f1", Averaging::Pooled),
        ];
        for (name, averaging) in both {
            let expected = &case[name];
            let test = stats::document_randomisation(&first, &second, averaging, 1, 0).unwrap();
            close(test.statistic, &expected["difference"]);
            assert_eq!(test.assignments, whole(&case["assignments"]));
            assert_eq!(test.hits.two_sided, whole(&expected["hits"]), "{name}");
            close(test.p().two_sided, &expected["p_exact"]);
        }
    });
}

#[test]
fn oracle_floors() {
    each_oracle("floors", |oracle| {
        let relative = |found: f64, expected: &Value| {
            let expected = number(expected);
            assert!(
                (found - expected).abs() <= TOLERANCE * expected,
                "found {found}, expected {expected}"
            );
        };
        list(&oracle["paired"]["rows"], |row| {
            relative(stats::sign_flip_floor(index(&row[0])).unwrap(), &row[1]);
        });
        list(&oracle["unpaired"]["rows"], |row| {
            relative(
                stats::two_sample_floor(index(&row[0]), index(&row[1])).unwrap(),
                &row[2],
            );
        });
        let noether = &oracle["noether"];
        let (alpha, power) = (number(&noether["alpha"]), number(&noether["power"]));
        list(&noether["rows"], |row| {
            relative(
                stats::noether_sample_size(alpha, power, number(&row[0])).unwrap(),
                &row[1],
            );
        });
    });
}

#[test]
fn oracle_multiple_comparisons() {
    each_case("multiple_comparisons", |case| {
        let p = numbers(&case["p"]);
        let adjusted = &case["adjusted"];
        all_close(&stats::bonferroni(&p).unwrap(), &adjusted["bonferroni"]);
        all_close(&stats::holm(&p).unwrap(), &adjusted["holm"]);
        all_close(&stats::hochberg(&p).unwrap(), &adjusted["hochberg"]);
        all_close(
            &stats::benjamini_hochberg(&p).unwrap(),
            &adjusted["benjamini_hochberg"],
        );
        all_close(
            &stats::benjamini_yekutieli(&p).unwrap(),
            &adjusted["benjamini_yekutieli"],
        );
    });
}

#[test]
fn oracle_jackknife() {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let plain_variance = |values: &[f64]| {
        let centre = mean(values);
        mean(
            &values
                .iter()
                .map(|value| (value - centre).powi(2))
                .collect::<Vec<_>>(),
        )
    };
    each_case("jackknife", |case| {
        let result: Jackknife = match case["statistic"].as_str().expect("a name") {
            "micro_f1" => {
                stats::jackknife_mean_f1(&unnamed(vec![list(&case["rows"], counts)])).unwrap()
            }
            "mean" => stats::jackknife(&numbers(&case["values"]), mean).unwrap(),
            "variance_divisor_n" => {
                stats::jackknife(&numbers(&case["values"]), plain_variance).unwrap()
            }
            other => panic!("unknown statistic {other}"),
        };
        close(result.estimate, &case["estimate"]);
        all_close(&result.leave_one_out, &case["leave_one_out"]);
        close(result.mean, &case["mean_leave_one_out"]);
        close(result.bias, &case["bias"]);
        close(result.corrected, &case["bias_corrected"]);
        close(result.standard_error, &case["standard_error"]);
        close(result.acceleration, &case["acceleration"]);
    });
}

#[test]
fn oracle_pigeonhole_bootstrap() {
    fn same(found: &Bootstrap, expected: &Value) {
        close(found.observed, &expected["observed"]);
        all_close(&found.replicates, &expected["replicates"]);
        close(found.standard_error().unwrap(), &expected["standard_error"]);
        let both = [
            (Convention::Rank, "percentile_95_rank"),
            (Convention::Linear, "percentile_95_linear"),
        ];
        for (convention, name) in both {
            let interval = found.interval(0.95, convention).unwrap();
            all_close(&[interval.lower, interval.upper], &expected[name]);
        }
    }
    each_case("pigeonhole_bootstrap", |case| {
        let (first, second) = (system(&case["system_a"]), system(&case["system_b"]));
        let first_runs = list(&case["run_indices_a"], indexes);
        let second_runs = list(&case["run_indices_b"], indexes);
        let documents = list(&case["document_indices"], indexes);
        let resamples: Vec<Resample> = first_runs
            .into_iter()
            .zip(second_runs)
            .zip(documents)
            .map(|((first_runs, second_runs), documents)| Resample {
                first_runs,
                second_runs,
                documents,
            })
            .collect();
        let result = stats::bootstrap_difference_given(&first, &second, &resamples).unwrap();
        let expected = &case["results"];
        same(&result.first, &expected["mean_of_run_f1_a"]);
        same(&result.second, &expected["mean_of_run_f1_b"]);
        same(&result.difference, &expected["difference_of_means"]);
        same(&result.pooled_difference, &expected["pooled_difference"]);
        same(
            &stats::bootstrap_mean_f1_given(&first, &resamples).unwrap(),
            &expected["mean_of_run_f1_a"],
        );
    });
}

#[test]
fn oracle_corrected_resampled_t() {
    each_case("corrected_resampled_t", |case| {
        let (first, second) = (numbers(&case["a"]), numbers(&case["b"]));
        let (train, test) = (number(&case["n_train"]), number(&case["n_test"]));
        let corrected = stats::corrected_resampled_t(&first, &second, train, test).unwrap();
        close(corrected.mean_difference, &case["mean_difference"]);
        close(corrected.variance, &case["variance"]);
        close(corrected.t, &case["t"]);
        assert_eq!(corrected.degrees_of_freedom as u64, whole(&case["df"]));
        close(corrected.p, &case["p_two_sided"]);
        let interval = corrected.interval(0.95).unwrap();
        all_close(&[interval.lower, interval.upper], &case["confidence_95"]);
        let plain = stats::paired_t(&first, &second).unwrap();
        close(plain.t, &case["uncorrected_paired_t"]["t"]);
        close(plain.p, &case["uncorrected_paired_t"]["p_two_sided"]);
    });
}

#[test]
fn oracle_almost_stochastic_order() {
    each_case("almost_stochastic_order", |case| {
        let (first, second) = (numbers(&case["a"]), numbers(&case["b"]));
        let grid = Quantiles::Grid(index(&case["grid"]));
        let ratio = |one: &[f64], other: &[f64], quantiles| {
            stats::violation_ratio(one, other, quantiles).unwrap()
        };
        close(ratio(&first, &second, grid), &case["epsilon"]);
        close(
            ratio(&first, &second, Quantiles::Exact),
            &case["epsilon_exact"],
        );
        close(ratio(&second, &first, grid), &case["epsilon_reversed"]);
        let resamples: Vec<stats::Indexes> = list(&case["resamples_a"], indexes)
            .into_iter()
            .zip(list(&case["resamples_b"], indexes))
            .collect();
        let alpha = number(&case["alpha"]);
        let order =
            stats::almost_stochastic_order_given(&first, &second, grid, alpha, &resamples).unwrap();
        close(order.epsilon, &case["epsilon"]);
        all_close(&order.resampled, &case["epsilon_resampled"]);
        close(order.sigma, &case["sigma"]);
        close(order.upper, &case["epsilon_upper"]);
    });
}

#[test]
fn oracle_expected_validation() {
    each_case("expected_validation", |case| {
        let values = numbers(&case["values"]);
        let both = [
            (Trials::WithReplacement, "with_replacement"),
            (Trials::WithoutReplacement, "unbiased"),
        ];
        for (trials, name) in both {
            all_close(&stats::expected_best(&values, trials).unwrap(), &case[name]);
        }
    });
}

#[test]
fn oracle_friedman() {
    each_case("friedman_nemenyi", |case| {
        let ranks = Ranks::of(&list(&case["scores"], numbers)).unwrap();
        all_close(&ranks.average, &case["average_ranks"]);
        close(ranks.friedman.expect("a spread"), &case["friedman"]);
        close(ranks.p.expect("several blocks"), &case["p"]);
    });
}

#[test]
fn oracle_nemenyi() {
    each_oracle("friedman_nemenyi", |oracle| {
        list(&oracle["nemenyi"]["rows"], |row| {
            let found = stats::nemenyi_quantile(number(&row[0]), index(&row[1])).unwrap();
            // The table is printed with three decimals, the last of which is not always rounded.
            assert!((found - number(&row[2])).abs() <= 1e-3, "{row} {found}");
        });
    });
}
