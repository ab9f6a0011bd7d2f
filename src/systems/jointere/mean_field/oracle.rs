//! Mean-field inference against marginals, losses and gradients that an independent
//! program computed in double precision. Every case is run alone and in front of a longer
//! sentence that pads it, on the host and as tensor operations.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

use std::collections::BTreeMap;

use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use serde_json::Value;

use super::config::MeanFieldConfig;
use super::{Scores, mean_field, node, padded};
use crate::systems::jointere::loss::cross_entropy;
use crate::systems::jointere::module::Task;
use crate::systems::oracle_files::{
    array, cases, difference, floats, folders, index, indexes, items, number, read,
    relative_difference, table, tensor, values,
};

fn device() -> Device {
    Device::flex().autodiff()
}

type Infer = fn(Scores, Tensor<2>, &[usize], &MeanFieldConfig) -> Scores;

/// Both ways; each is asked directly, since on this device one would hide the other.
const WAYS: [(&str, Infer); 2] = [
    ("host", |unary, ternary, sentences, config| {
        node::infer(&unary, &ternary, sentences, config).expect("the host can")
    }),
    ("padded", padded::infer),
];

/// The leaves of a case, by the file's names.
struct Leaves {
    matrices: BTreeMap<String, Tensor<2>>,
    biases: BTreeMap<String, Tensor<1>>,
}

impl Leaves {
    fn of(case: &Value) -> Self {
        let (mut matrices, mut biases) = (BTreeMap::new(), BTreeMap::new());
        for (name, array) in case["inputs"].as_object().unwrap() {
            let device = device();
            match items(&array["shape"]).len() {
                1 => {
                    let bias: Tensor<1> = tensor(array, &device);
                    biases.insert(name.clone(), bias.require_grad());
                }
                2 => {
                    let matrix: Tensor<2> = tensor(array, &device);
                    matrices.insert(name.clone(), matrix.require_grad());
                }
                _ => {
                    let cells: Tensor<3> = tensor(array, &device);
                    let [rows, columns, width] = cells.dims();
                    let matrix = cells.reshape([rows * columns, width]).detach();
                    matrices.insert(name.clone(), matrix.require_grad());
                }
            }
        }
        Self { matrices, biases }
    }

    fn get(&self, name: &str) -> Tensor<2> {
        self.matrices[name].clone()
    }

    /// One of the two span vectors that ternary scores are made of.
    fn vectors(&self, side: &str) -> Tensor<2> {
        let weight = self.get(&format!("{side}.weight"));
        let bias = self.biases[&format!("{side}.bias")].clone();
        self.get("b").matmul(weight.transpose()) + bias.unsqueeze()
    }
}

/// One run of a case.
struct Trial<'a> {
    name: String,
    file: &'a Value,
    case: &'a Value,
    run: &'a Value,
    config: MeanFieldConfig,
}

impl Trial<'_> {
    fn size(&self, name: &str) -> usize {
        index(&self.case[name])
    }

    /// Cells of the file's square that hold a pair of valid spans.
    fn cells(&self) -> Vec<usize> {
        let (all, valid) = (self.size("spans"), self.size("valid_spans"));
        let cells = (0..valid).flat_map(|head| (0..valid).map(move |tail| (head, tail)));
        let pairs = cells.filter(|(head, tail)| head != tail);
        pairs.map(|(head, tail)| head * all + tail).collect()
    }

    /// Unary and ternary scores of the case's valid spans.
    fn scores(&self, leaves: &Leaves) -> (Scores, Tensor<2>) {
        let (all, cells) = (self.size("spans"), self.cells());
        let heads: Vec<usize> = cells.iter().map(|cell| cell / all).collect();
        let tails: Vec<usize> = cells.iter().map(|cell| cell % all).collect();
        let product = rows(leaves.vectors("head"), &heads) * rows(leaves.vectors("tail"), &tails);
        let scores = Scores {
            spans: leaves.get("g_ent").narrow(0, 0, self.size("valid_spans")),
            pairs: rows(leaves.get("g_rel"), &cells),
        };
        let ternary = product.matmul(leaves.get("W_t"));
        // A single span has no ternary score to send a gradient through.
        let ternary = if cells.is_empty() {
            ternary.detach()
        } else {
            ternary
        };
        (scores, ternary)
    }

    /// The scores of the case after `iterations`, in a batch with `others`.
    fn infer(&self, infer: Infer, leaves: &Leaves, iterations: usize, others: &[usize]) -> Scores {
        let (mut unary, mut ternary) = self.scores(leaves);
        let [spans, types] = unary.spans.dims();
        let [pairs, relations] = unary.pairs.dims();
        let mut sentences = vec![spans];
        for other in others {
            sentences.push(*other);
            let count = other * (other - 1);
            unary.spans = Tensor::cat(vec![unary.spans, waves([*other, types])], 0);
            unary.pairs = Tensor::cat(vec![unary.pairs, waves([count, relations])], 0);
            let columns = types * types * relations;
            ternary = Tensor::cat(vec![ternary, waves([count, columns])], 0);
        }
        let config = MeanFieldConfig {
            iterations,
            ..self.config.clone()
        };
        let [pairs_in_all, _] = ternary.dims();
        // Neither way is asked where there is nothing to infer.
        let infer = if pairs_in_all == 0 { mean_field } else { infer };
        let scores = infer(unary, ternary, &sentences, &config);
        Scores {
            spans: scores.spans.narrow(0, 0, spans),
            pairs: if pairs == 0 {
                rows(scores.pairs, &[])
            } else {
                scores.pairs.narrow(0, 0, pairs)
            },
        }
    }

    /// Compares values; those of the file outside `rows` must be 0.
    fn check(&self, what: &str, found: &[f64], expected: &Value, rows: &[usize], gradient: bool) {
        let (shape, all) = array(expected);
        let width = *shape.last().unwrap();
        let mut filled = vec![0.0; all.len()];
        for (row, values) in rows.iter().zip(found.chunks_exact(width)) {
            filled[row * width..][..width].copy_from_slice(values);
        }
        assert_eq!(found.len(), rows.len() * width, "{}: {what}", self.name);
        self.within(what, relative_difference(&filled, &all), gradient);
    }

    fn within(&self, what: &str, off: f64, gradient: bool) {
        let kind = if gradient {
            "float32_gradient"
        } else {
            "float32"
        };
        let tolerance = number(&self.file["tolerance"][kind]);
        eprintln!("{}: {what} is off by {off:.1e}", self.name);
        assert!(off <= tolerance, "{}: {what} is off by {off:e}", self.name);
    }

    /// Marginals after every iteration; those before the first are what iterations start
    /// from.
    fn check_marginals(&self, infer: Infer, others: &[usize]) {
        let leaves = Leaves::of(self.case);
        let spans = items(&self.run["Q_ent_by_iteration"]);
        let pairs = items(&self.run["Q_rel_by_iteration"]);
        assert_eq!(spans.len(), self.config.iterations + 1);
        let valid: Vec<usize> = (0..self.size("valid_spans")).collect();
        for (iteration, (spans, pairs)) in spans.iter().zip(pairs).enumerate() {
            let scores = self.infer(infer, &leaves, iteration, others);
            let mut found = marginals(scores);
            if iteration == 0 && self.run["init"] == "uniform" {
                let labels = [self.size("d_ent"), self.size("d_rel").max(2)];
                for (values, labels) in found.iter_mut().zip(labels) {
                    values.fill(1.0 / labels as f64);
                }
            }
            let what = format!("Q of spans after {iteration}");
            self.check(&what, &found[0], spans, &valid, false);
            let what = format!("Q of pairs after {iteration}");
            self.check(&what, &found[1], pairs, &self.cells(), false);
        }
    }

    /// Losses and the gradients of their sum.
    fn check_losses(&self, infer: Infer, others: &[usize]) {
        let leaves = Leaves::of(self.case);
        let scores = self.infer(infer, &leaves, self.config.iterations, others);
        let gold = indexes(&self.case["gold_ent"]);
        let cells: Vec<usize> = table(&self.case["gold_rel"]).concat();
        let pairs: Vec<usize> = self.cells().iter().map(|cell| cells[*cell]).collect();
        let spans = surprise(scores.spans, &gold[..self.size("valid_spans")]);
        let mut loss = spans.clone();
        let mut losses = vec![("loss_ent", spans)];
        if !pairs.is_empty() {
            let task = match scores.pairs.dims() {
                [_, 1] => Task::Identify,
                _ => Task::Both,
            };
            let pairs = cross_entropy(scores.pairs, &pairs, task);
            loss = loss + pairs.clone();
            losses.push(("loss_rel", pairs));
        }
        for (what, loss) in losses {
            let off = relative_difference(&values(loss), &[number(&self.run[what])]);
            self.within(what, off, false);
        }
        let Some(expected) = self.run["gradient_of_loss_sum"].as_object() else {
            return;
        };
        let gradients = loss.backward();
        for (name, expected) in expected {
            let (shape, numbers) = array(expected);
            let found = match leaves.biases.get(name) {
                Some(bias) => bias.grad(&gradients).map(values),
                None => leaves.matrices[name].grad(&gradients).map(values),
            };
            // What a single span has no use for gets no gradient.
            let found = found.unwrap_or_else(|| vec![0.0; numbers.len()]);
            let rows: Vec<usize> = (0..numbers.len() / shape.last().unwrap()).collect();
            self.check(name, &found, expected, &rows, true);
        }
    }
}

/// Q of spans and of pairs.
fn marginals(scores: Scores) -> [Vec<f64>; 2] {
    let [_, relations] = scores.pairs.dims();
    let pairs = if relations == 1 {
        activation::sigmoid(scores.pairs)
    } else {
        activation::softmax(scores.pairs, 1)
    };
    [values(activation::softmax(scores.spans, 1)), values(pairs)]
}

/// Σ −log Q of the spans' gold types. A single type is certain, unlike the single score of
/// a relation that may not exist.
fn surprise(scores: Tensor<2>, gold: &[usize]) -> Tensor<1> {
    let [spans, types] = scores.dims();
    let places = gold
        .iter()
        .enumerate()
        .map(|(span, gold)| span * types + gold);
    let places: Vec<usize> = places.collect();
    let logarithms = activation::log_softmax(scores, 1).reshape([spans * types, 1]);
    rows(logarithms, &places).sum().neg()
}

/// These rows of a matrix; none of them are constants.
fn rows(matrix: Tensor<2>, rows: &[usize]) -> Tensor<2> {
    let matrix = if rows.is_empty() {
        matrix.detach()
    } else {
        matrix
    };
    let rows: Vec<i32> = rows.iter().map(|row| *row as i32).collect();
    let count = rows.len();
    let rows = Tensor::<1, Int>::from_data(TensorData::new(rows, [count]), &device());
    matrix.select(0, rows)
}

/// Scores of another sentence.
fn waves(shape: [usize; 2]) -> Tensor<2> {
    let values: Vec<f64> = (0..shape[0] * shape[1])
        .map(|index| (index as f64).sin())
        .collect();
    floats(shape, &values, &device())
}

fn config(run: &Value) -> MeanFieldConfig {
    let keys = ["schedule", "init", "accumulate", "iterations"];
    let section = keys.map(|key| (key.to_owned(), run[key].clone()));
    serde_json::from_value(section.into_iter().collect()).unwrap()
}

fn each_run(check: impl Fn(&Trial)) {
    let paths = folders("layers")
        .into_iter()
        .map(|folder| folder.join("mean_field.json"));
    let files: Vec<Value> = paths
        .filter(|path| path.is_file())
        .map(|path| read(&path))
        .collect();
    assert!(!files.is_empty());
    for file in &files {
        for case in cases(file) {
            for (number, run) in items(&case["runs"]).iter().enumerate() {
                check(&Trial {
                    name: format!("{} run {number}", case["name"]),
                    file,
                    case,
                    run,
                    config: config(run),
                });
            }
        }
    }
}

/// Alone, and beside sentences of which one is longer.
fn each_batch(run: &Trial, check: impl Fn(&Trial, Infer, &[usize])) {
    let longer = run.size("spans") + 1;
    for (way, infer) in WAYS {
        for others in [&[][..], &[1, longer]] {
            let name = format!("{} ({way}, {} others)", run.name, others.len());
            let run = Trial {
                name,
                config: run.config.clone(),
                ..*run
            };
            check(&run, infer, others);
        }
    }
}

#[test]
fn oracle_mean_field_marginals() {
    each_run(|run| {
        each_batch(run, |run, infer, others| run.check_marginals(infer, others));
    });
}

#[test]
fn oracle_mean_field_losses_and_gradients() {
    each_run(|run| {
        each_batch(run, |run, infer, others| run.check_losses(infer, others));
    });
}

#[test]
fn oracle_mean_field_ternary_scores() {
    each_run(|run| {
        let (_, ternary) = run.scores(&Leaves::of(run.case));
        let (_, expected) = array(&run.case["f"]);
        let columns = run.size("d_ent") * run.size("d_ent") * run.size("d_rel");
        let cells = run.cells();
        let expected: Vec<f64> = cells
            .iter()
            .flat_map(|cell| expected[cell * columns..][..columns].to_vec())
            .collect();
        run.within("f", difference(&values(ternary), &expected), false);
    });
}
