//! The pruner against values and gradients that an independent program computed in
//! float64. Shapes and cases are read from the files `layers/pruner.json`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use serde_json::Value;

use super::SpanPruner;
use super::starts::Starts;
use crate::corpus::Span;
use crate::score::Counts;
use crate::systems::jointere::config::{PrunerConfig, Rounding};
use crate::systems::jointere::loss::cross_entropy;
use crate::systems::jointere::module::Task;
use crate::systems::oracle_files::{
    array, cases, folders, index, indexes, items, number, read, relative_difference, table, tensor,
    values,
};
use crate::systems::spans::top_k;

const ROUNDINGS: [(&str, Rounding); 2] = [("ceil", Rounding::Ceil), ("floor", Rounding::Floor)];

/// The files of both folders, our own first.
fn oracles() -> Vec<Value> {
    let paths = folders("layers")
        .into_iter()
        .map(|folder| folder.join("pruner.json"));
    let files: Vec<Value> = paths
        .filter(|path| path.is_file())
        .map(|path| read(&path))
        .collect();
    assert!(!files.is_empty());
    files
}

/// Fails where values are further off than `tolerance` · max(1, |expected|).
fn check(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let off = relative_difference(found, expected);
    eprintln!("{name} is off by {off:.1e}");
    assert!(off <= tolerance, "{name} is off by {off:e}");
}

fn rules(of: &Value, round: Rounding) -> PrunerConfig {
    PrunerConfig {
        alpha: number(&of["alpha"]),
        least: index(&of["m_l"]),
        most: index(&of["m_u"]),
        round,
        ..PrunerConfig::default()
    }
}

/// Gives a parameter the file's value, which must have as many numbers.
fn fill<const D: usize, const E: usize>(
    parameter: &mut Param<Tensor<D>>,
    value: &Value,
    turn: impl Fn(Tensor<E>) -> Tensor<D>,
) {
    let value = turn(tensor::<E>(value, &Device::flex().autodiff()));
    assert_eq!(value.dims(), parameter.dims());
    *parameter = Param::from_tensor(value.require_grad());
}

fn fill_linear(layer: &mut Linear, weights: &Value, name: &str) {
    let weight = &weights[&format!("{name}.weight")];
    fill(&mut layer.weight, weight, |value: Tensor<2>| {
        value.swap_dims(0, 1)
    });
    let bias = &weights[&format!("{name}.bias")];
    fill(layer.bias.as_mut().unwrap(), bias, |value: Tensor<1>| value);
}

fn filled(weights: &Value) -> SpanPruner {
    let shape = indexes(&weights["W_b"]["shape"]);
    let config = PrunerConfig {
        biaffine: shape[1],
        mlp: index(&weights["mlp.0.weight"]["shape"][0]),
        ..PrunerConfig::default()
    };
    let device = Device::flex().autodiff();
    let mut pruner = SpanPruner::new(shape[0] - 1, &config, 0.0, &device);
    fill(
        &mut pruner.biaffine.weight,
        &weights["W_b"],
        |value: Tensor<3>| {
            let [side, outputs, _] = value.dims();
            value.reshape([side, outputs * side])
        },
    );
    fill_linear(&mut pruner.pool, weights, "pool");
    fill_linear(&mut pruner.first, weights, "mlp.0");
    fill_linear(&mut pruner.second, weights, "mlp.1");
    fill_linear(&mut pruner.score, weights, "score");
    pruner
}

fn spans(value: &Value) -> Vec<Span> {
    table(value)
        .iter()
        .map(|span| Span {
            start: span[0],
            end: span[1],
        })
        .collect()
}

/// The kept spans of a case and how good they are.
fn check_kept(name: &str, case: &Value, candidates: &[Span], gold: &[Span], scores: &[f32]) {
    for (key, round) in ROUNDINGS {
        let expected = &case["keep"][key];
        let keep = rules(case, round).keep(index(&case["words"]));
        let kept = top_k(candidates, scores, keep);
        assert_eq!(kept.len(), index(&expected["K"]), "{name} {key}");
        let mut best_first = kept.clone();
        best_first.sort_by(|left, right| scores[*right].total_cmp(&scores[*left]));
        let best_first: Vec<Span> = best_first.iter().map(|kept| candidates[*kept]).collect();
        assert_eq!(
            best_first,
            spans(&expected["kept_best_first"]),
            "{name} {key}"
        );
        let correct = kept
            .iter()
            .filter(|kept| gold.contains(&candidates[**kept]));
        let counts = Counts {
            correct: correct.count() as u64,
            predicted: kept.len() as u64,
            gold: gold.len() as u64,
        };
        assert_eq!(
            counts.correct,
            index(&expected["correct"]) as u64,
            "{name} {key}"
        );
        let found = [counts.precision(), counts.recall(), counts.f1()];
        let quality = ["precision", "recall", "f1"].map(|which| number(&expected[which]));
        check(&format!("{name} {key}"), &found, &quality, 1e-9);
    }
}

#[test]
fn the_pruner_agrees_with_the_oracle() {
    for oracle in oracles() {
        let tolerance = number(&oracle["tolerance"]["float32"]);
        let slack = number(&oracle["tolerance"]["float32_gradient"]);
        for case in cases(&oracle) {
            let name = case["name"].as_str().unwrap();
            let pruner = filled(&case["weights"]);
            let states: Tensor<2> = tensor(&case["x"], &Device::flex().autodiff()).require_grad();
            let (words, longest) = (index(&case["words"]), index(&case["span_limit"]));
            let starts = Starts::of(&[words], longest);
            for (what, found) in [
                ("biaffine", pruner.joined(&states, &starts)),
                ("pooled", pruner.pooled(&states, &starts)),
            ] {
                let (shape, expected) = array(&case[what]);
                assert_eq!(found.dims().to_vec(), shape, "{name} {what}");
                check(
                    &format!("{name} {what}"),
                    &values(found),
                    &expected,
                    tolerance,
                );
            }
            let scores = pruner.forward(&states, &[words], longest, None).unwrap();
            let found = values(scores.clone());
            let (_, expected) = array(&case["scores"]);
            check(&format!("{name} scores"), &found, &expected, tolerance);

            let (candidates, gold) = (spans(&case["spans"]), spans(&case["gold"]));
            let targets: Vec<usize> = candidates
                .iter()
                .map(|span| usize::from(gold.contains(span)))
                .collect();
            let loss = cross_entropy(scores, &targets, Task::Identify);
            let found_loss = f64::from(loss.clone().into_scalar::<f32>());
            let expected = number(&case["loss"]);
            check(
                &format!("{name} loss"),
                &[found_loss],
                &[expected],
                tolerance,
            );

            let gradients = loss.backward();
            let weight = |layer: &Linear| values(layer.weight.val().grad(&gradients).unwrap());
            let known = [
                ("W_b", weight(&pruner.biaffine)),
                ("pool.weight", weight(&pruner.pool)),
                ("x", values(states.grad(&gradients).unwrap())),
            ];
            let expected = case["gradient_of_loss"].as_object().unwrap();
            assert_eq!(expected.len(), known.len());
            for (what, found) in known {
                let (_, expected) = array(&expected[what]);
                check(
                    &format!("{name} gradient of {what}"),
                    &found,
                    &expected,
                    slack,
                );
            }
            let scores: Vec<f32> = found.iter().map(|score| *score as f32).collect();
            check_kept(name, case, &candidates, &gold, &scores);
        }
    }
}

#[test]
fn the_number_of_kept_spans_agrees_with_the_oracle() {
    for oracle in oracles() {
        let examples = &oracle["keep_examples"];
        let rows = items(&examples["rows"]);
        assert!(!rows.is_empty());
        assert_eq!(
            examples["columns"],
            serde_json::json!(["words", "span_limit", "K_ceil", "K_floor"])
        );
        for row in rows {
            let row = indexes(row);
            let (words, longest) = (row[0], row[1]);
            let candidates: Vec<Span> = (0..Starts::of(&[words], longest).spans())
                .map(|end| Span { start: 0, end })
                .collect();
            let scores = vec![0.0; candidates.len()];
            for ((_, round), expected) in ROUNDINGS.into_iter().zip(&row[2..]) {
                let keep = rules(examples, round).keep(words);
                assert_eq!(
                    top_k(&candidates, &scores, keep).len(),
                    *expected,
                    "{row:?}"
                );
            }
        }
    }
}
