//! Every variant's forward pass, losses and gradients against values that an independent
//! program computed in float64. Shapes and cases are read from `layers/pmei.json`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

use std::sync::Arc;

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData, activation};
use serde_json::Value;

use super::classifiers::Classifiers;
use super::config::{PmeiConfig, Variant};
use super::core::{Core, Gold, Task};
use super::gaussian::Gaussian;
use super::latent::{Map, Passage, Perceptron, Prior};
use super::table::{Grid, apart};
use crate::encoder::recurrent::{GruCell, GruForm};
use crate::systems::oracle_files::{
    array, cases, folders, index, indexes, number, read, relative_difference, table, tensor, values,
};

fn device() -> Device {
    Device::flex().autodiff()
}

/// Fails where values are further off than `tolerance` · max(1, |expected|).
fn check(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let off = relative_difference(found, expected);
    assert!(off <= tolerance, "{name} is off by {off:e}");
}

fn learned<const D: usize>(value: Tensor<D>) -> Param<Tensor<D>> {
    Param::from_tensor(value.detach().require_grad())
}

/// Gives a layer the file's weight, which has outputs as rows, and its bias.
fn fill(layer: &mut Linear, weights: &Value, name: &str) {
    let weight = tensor::<2>(&weights[format!("{name}.weight")], &device()).swap_dims(0, 1);
    assert_eq!(weight.dims(), layer.weight.dims(), "{name}");
    layer.weight = learned(weight);
    let bias = &weights[format!("{name}.bias")];
    match &mut layer.bias {
        Some(own) => *own = learned(tensor::<1>(bias, &device())),
        None => assert!(array(bias).1.iter().all(|value| *value == 0.0), "{name}"),
    }
}

fn fill_classifiers(classifiers: &mut Classifiers, weights: &Value, name: &str) {
    fill(&mut classifiers.tags, weights, &format!("{name}.A_e"));
    fill(&mut classifiers.pair, weights, &format!("{name}.L_r"));
    fill(&mut classifiers.relations, weights, &format!("{name}.B_r"));
}

fn fill_map(map: &mut Map, weights: &Value, name: &str) {
    let of = |part: &str| &weights[format!("{name}.{part}")];
    match map {
        Map::Linear(layer) => fill(layer, weights, name),
        Map::Gru(GruCell::Library(cell)) => {
            cell.weight_ih = learned(tensor(of("weight_ih"), &device()));
            cell.weight_hh = learned(tensor(of("weight_hh"), &device()));
            cell.bias_ih = learned(tensor(of("bias_ih"), &device()));
            cell.bias_hh = learned(tensor(of("bias_hh"), &device()));
        }
        Map::Gru(GruCell::Printed(cell)) => {
            for (layer, part) in [
                (&mut cell.update, "W_z"),
                (&mut cell.reset, "W_u"),
                (&mut cell.candidate, "W_o"),
            ] {
                layer.weight = learned(tensor::<2>(of(part), &device()).swap_dims(0, 1));
            }
        }
    }
}

fn fill_perceptron(perceptron: &mut Perceptron, weights: &Value, name: &str) {
    fill(&mut perceptron.inner, weights, &format!("{name}1"));
    fill(&mut perceptron.outer, weights, &format!("{name}2"));
}

fn fill_passage(passage: &mut Passage, weights: &Value, task: &str) {
    let stochastic = match passage {
        Passage::Plain(map) => return fill_map(map, weights, &format!("t_{task}")),
        Passage::Stochastic(stochastic) => stochastic,
    };
    fill_map(&mut stochastic.mean, weights, &format!("mu_{task}"));
    fill_map(&mut stochastic.deviation, weights, &format!("s_{task}"));
    match &mut stochastic.prior {
        Prior::Early(prior) => {
            fill_perceptron(&mut prior.mean, weights, &format!("V_{task}"));
            fill_perceptron(&mut prior.deviation, weights, &format!("U_{task}"));
        }
        Prior::Place(prior) => {
            for (table, name) in [(&mut prior.mean, "mu"), (&mut prior.deviation, "s")] {
                table.weight = learned(tensor(&weights[format!("prior_{name}_{task}")], &device()));
            }
        }
    }
}

/// A case's network, its words without padding, and what it should come to.
struct Case<'a> {
    file: &'a Value,
    core: Core,
    padded: Tensor<3>,
    /// Of every word, its row among the padded ones.
    places: Vec<usize>,
    grid: Arc<Grid>,
    gold: Gold,
}

impl<'a> Case<'a> {
    fn new(file: &'a Value) -> Self {
        let weights = &file["weights"];
        let padded = tensor::<3>(&file["H"], &device()).require_grad();
        let [_, columns, width] = padded.dims();
        let (variant, gru) = match file["variant"].as_str().unwrap() {
            "printed" => (Variant::Full, GruForm::Printed),
            _ => (
                serde_json::from_value(file["variant"].clone()).unwrap(),
                GruForm::Library,
            ),
        };
        let positions = &weights["prior_mu_e"];
        let config = PmeiConfig {
            variant,
            gru,
            prior_bias: file["prior_bias"].as_bool().unwrap(),
            positions: if positions.is_null() {
                1
            } else {
                array(positions).0[0]
            },
            ..PmeiConfig::default()
        };
        let mut core = Core::new(&config, width, index(&file["relations"]), &device());
        if let Some(early) = &mut core.early {
            fill_classifiers(early, weights, "early");
        }
        for (passage, task) in [(&mut core.to_entities, "e"), (&mut core.to_relations, "r")] {
            if let Some(passage) = passage {
                fill_passage(passage, weights, task);
            }
        }
        fill_classifiers(&mut core.last, weights, "final");
        let lengths = indexes(&file["lengths"]);
        let words = |sentence: usize| (0..lengths[sentence]).map(move |word| (sentence, word));
        let all: Vec<(usize, usize)> = (0..lengths.len()).flat_map(words).collect();
        let row = |sentence: usize, word: usize| {
            let place = all.iter().position(|one| *one == (sentence, word));
            place.unwrap()
        };
        let tags = table(&file["tags"]);
        let cells = table(&file["cells"]);
        let cells = cells
            .iter()
            .map(|cell| (row(cell[0], cell[1]), row(cell[0], cell[2]), cell[3]));
        let mut gold = Gold {
            tags: all
                .iter()
                .map(|(sentence, word)| tags[*sentence][*word])
                .collect(),
            cells: cells.collect(),
        };
        gold.cells.sort_unstable();
        Self {
            file,
            core,
            padded,
            places: all
                .iter()
                .map(|(sentence, word)| sentence * columns + word)
                .collect(),
            grid: Arc::new(Grid::new(&lengths, true)),
            gold,
        }
    }

    fn states(&self) -> Tensor<2> {
        let [sentences, columns, width] = self.padded.dims();
        self.packed(self.padded.clone().reshape([sentences * columns, width]))
    }

    /// The rows of words.
    fn packed(&self, all: Tensor<2>) -> Tensor<2> {
        let places: Vec<i32> = self.places.iter().map(|place| *place as i32).collect();
        all.select(0, crate::systems::spans::indices(&places, &device()))
    }

    fn noise(&self, task: Task, shape: [usize; 2]) -> Tensor<2> {
        let key = match task {
            Task::Entities => "noise_e",
            Task::Relations => "noise_r",
        };
        let [sentences, columns, width] = self.padded.dims();
        let all = tensor::<3>(&self.file[key], &device());
        let own = self.packed(all.reshape([sentences * columns, width]));
        assert_eq!(own.dims(), shape);
        own
    }

    /// The expected values of the words, of an array with one row a place.
    fn expected(&self, key: &str, of: &Value) -> Vec<f64> {
        let (shape, data) = array(&of[key]);
        let width: usize = shape[2..].iter().product();
        let rows = self.places.iter();
        rows.flat_map(|place| data[place * width..][..width].to_vec())
            .collect()
    }

    /// The same of an array with a value for each pair of places, in the order of the grid.
    fn expected_cells(&self, of: &Value) -> Vec<f64> {
        let (shape, data) = array(&of["p_r"]);
        let (columns, relations) = (shape[1], shape[3]);
        let mut cells = Vec::new();
        for (row, place) in self.places.iter().enumerate() {
            for other in self.grid.partners(row) {
                let cell = place * columns + self.places[other] % columns;
                cells.extend_from_slice(&data[cell * relations..][..relations]);
            }
        }
        cells
    }

    /// The probabilities of all cells, in the order of the grid.
    fn probabilities(&self, classifiers: &Classifiers, states: &Tensor<2>) -> Vec<f64> {
        let (first, second) = classifiers.terms(states);
        let pairs = (0..self.grid.rows())
            .flat_map(|row| self.grid.partners(row).map(move |other| (row, other)));
        let pairs: Vec<(usize, usize)> = pairs.collect();
        let side =
            |of: fn(&(usize, usize)) -> usize| crate::systems::spans::side(&pairs, of, &device());
        let sums = first.select(0, side(|pair| pair.0)) + second.select(0, side(|pair| pair.1));
        let scores = classifiers.relations.forward(activation::relu(sums));
        values(activation::sigmoid(scores))
    }
}

/// Everything that can be looked at between the states and the losses.
fn check_outputs(case: &Case<'_>, name: &str, tolerance: f64) {
    let outputs = &case.file["outputs"];
    let states = case.states();
    let core = &case.core;
    let early = core.early.as_ref().map(|early| {
        let tags = activation::softmax(early.tags.forward(states.clone()), 1);
        let table = early.table(&states, &case.grid, &[], true);
        let pooled = table.pooled.unwrap();
        check(
            name,
            &values(tags.clone()),
            &case.expected("p_e_early", outputs),
            tolerance,
        );
        check(
            name,
            &values(pooled.clone()),
            &case.expected("pooled_r", outputs),
            tolerance,
        );
        let expected = case.expected("pooled_r", outputs);
        check(
            name,
            &values(early.pooled(&states, &case.grid)),
            &expected,
            tolerance,
        );
        (tags, pooled)
    });
    let variant = case.file["variant"].as_str().unwrap();
    let places: Vec<usize> = {
        let lengths = case.grid.lengths();
        lengths.iter().flat_map(|length| 0..*length).collect()
    };
    for (passage, task) in [(&core.to_entities, "e"), (&core.to_relations, "r")] {
        let Some(Passage::Stochastic(stochastic)) = passage else {
            continue;
        };
        let input = early.as_ref().map(|(tags, pooled)| match (variant, task) {
            ("no_interaction", "e") => tags.clone(),
            ("no_interaction", _) => pooled.clone(),
            _ => Tensor::cat(vec![pooled.clone(), tags.clone()], 1),
        });
        let posterior = stochastic.posterior(input.as_ref(), &states);
        let prior = stochastic.prior.of(input.as_ref(), &places).unwrap();
        let both = |gaussian: &Gaussian, prefix: &str| {
            for (value, key) in [
                (gaussian.mean.clone(), "mu"),
                (gaussian.variance(), "variance"),
            ] {
                let expected = case.expected(&format!("{prefix}{key}_{task}"), outputs);
                check(name, &values(value), &expected, tolerance);
            }
        };
        both(&posterior, "");
        both(&prior, "prior_");
    }
}

/// The final predictions, with the case's noise or without any.
fn check_predictions(case: &Case<'_>, name: &str, tolerance: f64) {
    let states = case.states();
    let none = |_: Task, _: [usize; 2]| None;
    let given = |task: Task, shape: [usize; 2]| Some(case.noise(task, shape));
    let with_noise: (&Value, &super::core::Draw<'_>) = (&case.file["outputs"], &given);
    let without: (&Value, &super::core::Draw<'_>) = (&case.file["with_zero_noise"], &none);
    for (expected, draw) in [with_noise, without] {
        if expected["p_e"].is_null() {
            continue;
        }
        let [_, relations] = case.core.passed(&states, &case.grid, draw);
        let decided = case.core.decide(&states, &case.grid, draw);
        let tags = activation::softmax(decided.tags, 1);
        check(
            name,
            &values(tags),
            &case.expected("p_e", expected),
            tolerance,
        );
        let found = case.probabilities(&case.core.last, &relations);
        check(name, &found, &case.expected_cells(expected), tolerance);
        let likely = case.expected_cells(expected);
        let likely = likely.iter().filter(|p| **p >= 0.5).count();
        assert_eq!(decided.cells.len(), likely, "{name}");
    }
}

/// Losses and the gradients of their total.
fn check_losses(case: &Case<'_>, name: &str, tolerance: f64, of_gradients: f64) {
    let file = case.file;
    let given = |task: Task, shape: [usize; 2]| Some(case.noise(task, shape));
    let states = case.states();
    let losses = case.core.losses(&states, &case.grid, &case.gold, &given);
    let sentences = case.grid.lengths().len();
    for (loss, key) in [
        (Some(&losses.tags), "loss_tag"),
        (Some(&losses.relations), "loss_rel"),
        (losses.early_tags.as_ref(), "loss_tag_early"),
        (losses.early_relations.as_ref(), "loss_rel_early"),
        (losses.entity_divergence.as_ref(), "kl_e"),
        (losses.relation_divergence.as_ref(), "kl_r"),
    ] {
        let expected = &file["losses"][key];
        let found = loss.map(|loss| values(loss.clone())[0] / sentences as f64);
        assert_eq!(found.is_some(), !expected.is_null(), "{name}: {key}");
        if let Some(found) = found {
            check(key, &[found], &[number(expected)], tolerance);
        }
    }
    // The table by tensor operations costs the same.
    let [_, relations] = case.core.passed(&states, &case.grid, &given);
    let (first, second) = case.core.last.terms(&relations);
    let other = apart(
        (&first, &second),
        &case.core.last.relations,
        &case.grid,
        &case.gold.cells,
        false,
    );
    let other = values(other.loss)[0] / sentences as f64;
    check(
        name,
        &[other],
        &[number(&file["losses"]["loss_rel"])],
        tolerance,
    );

    let weights = ["beta_e", "beta_r"].map(|key| number(&file[key]));
    let total = losses.total(number(&file["alpha"]), weights, sentences);
    check(
        name,
        &values(total.clone()),
        &[number(&file["losses"]["total"])],
        tolerance,
    );
    let gradients = total.backward();
    let expected = file["gradient_of_total"].as_object().unwrap();
    for (key, expected) in expected {
        let found = match key.as_str() {
            "H" => values(case.padded.grad(&gradients).unwrap()),
            key => case.core.gradient(key, &gradients),
        };
        check(
            &format!("{name}: {key}"),
            &found,
            &array(expected).1,
            of_gradients,
        );
    }
}

impl Core {
    /// t_e and t_r.
    fn passed(
        &self,
        states: &Tensor<2>,
        grid: &Arc<Grid>,
        draw: &super::core::Draw<'_>,
    ) -> [Tensor<2>; 2] {
        let early = self.early_of(states, grid);
        self.pass(early.as_ref(), states, grid, draw, false)
            .map(|passed| passed.state)
    }

    /// The gradient of the parameter that the file calls `key`, in the file's layout.
    fn gradient(&self, key: &str, gradients: &burn::tensor::Gradients) -> Vec<f64> {
        let turned =
            |layer: &Linear| values(layer.weight.val().grad(gradients).unwrap().swap_dims(0, 1));
        let (part, rest) = key.split_once('.').unwrap_or((key, ""));
        if let "early" | "final" = part {
            let classifiers = match part {
                "early" => self.early.as_ref().unwrap(),
                _ => &self.last,
            };
            return match rest {
                "A_e.weight" => turned(&classifiers.tags),
                "L_r.weight" => turned(&classifiers.pair),
                "B_r.weight" => turned(&classifiers.relations),
                _ => panic!("{key}"),
            };
        }
        let task = part.trim_end_matches(['1', '2']).chars().last().unwrap();
        let passage = match task {
            'e' => &self.to_entities,
            'r' => &self.to_relations,
            _ => panic!("{key}"),
        };
        let of_map = |map: &Map| match map {
            Map::Linear(layer) => turned(layer),
            Map::Gru(GruCell::Library(cell)) => {
                let weight = match rest {
                    "weight_ih" => &cell.weight_ih,
                    "weight_hh" => &cell.weight_hh,
                    _ => panic!("{key}"),
                };
                values(weight.val().grad(gradients).unwrap())
            }
            Map::Gru(GruCell::Printed(cell)) => turned(match rest {
                "W_z" => &cell.update,
                "W_u" => &cell.reset,
                "W_o" => &cell.candidate,
                _ => panic!("{key}"),
            }),
        };
        let stochastic = match passage.as_ref().unwrap() {
            Passage::Plain(map) => return of_map(map),
            Passage::Stochastic(stochastic) => stochastic,
        };
        let layer = |perceptron: &Perceptron| {
            turned(if part.ends_with('1') {
                &perceptron.inner
            } else {
                &perceptron.outer
            })
        };
        let table =
            |table: &burn::nn::Embedding| values(table.weight.val().grad(gradients).unwrap());
        match (&part[..part.find('_').unwrap()], &stochastic.prior) {
            ("mu", _) => of_map(&stochastic.mean),
            ("s", _) => of_map(&stochastic.deviation),
            ("V", Prior::Early(prior)) => layer(&prior.mean),
            ("U", Prior::Early(prior)) => layer(&prior.deviation),
            ("prior", Prior::Place(prior)) if part.starts_with("prior_s") => {
                table(&prior.deviation)
            }
            ("prior", Prior::Place(prior)) => table(&prior.mean),
            _ => panic!("{key}"),
        }
    }
}

#[test]
fn oracle_of_all_variants() {
    let mut files = 0;
    for folder in folders("layers") {
        let path = folder.join("pmei.json");
        if !path.is_file() {
            continue;
        }
        files += 1;
        let oracle = read(&path);
        let tolerance = number(&oracle["tolerance"]["float32"]);
        let of_gradients = number(&oracle["tolerance"]["float32_gradient"]);
        for file in cases(&oracle) {
            let case = Case::new(file);
            let name = file["name"].as_str().unwrap();
            eprintln!("{name}");
            check_outputs(&case, name, tolerance);
            check_predictions(&case, name, tolerance);
            check_losses(&case, name, tolerance, of_gradients);
        }
    }
    assert!(files > 0, "there is no pmei.json");
}

#[test]
fn a_network_without_interaction_learns_from_its_own_early_predictions_alone() {
    // Each task's passage takes as many early predictions as its own task makes.
    let config = PmeiConfig {
        variant: Variant::NoInteraction,
        ..PmeiConfig::default()
    };
    let core = Core::new(&config, 4, 7, &device());
    let inputs = |passage: &Option<Passage>| match passage {
        Some(Passage::Stochastic(stochastic)) => match &stochastic.mean {
            Map::Gru(GruCell::Library(cell)) => cell.weight_ih.dims()[1],
            _ => 0,
        },
        _ => 0,
    };
    assert_eq!(
        [inputs(&core.to_entities), inputs(&core.to_relations)],
        [5, 7]
    );
    let states = Tensor::<2>::from_data(TensorData::new(vec![0.5f32; 12], [3, 4]), &device());
    let grid = Arc::new(Grid::new(&[3], true));
    let none = |_: Task, _: [usize; 2]| None;
    let decided = core.decide(&states, &grid, &none);
    // A network of zeros finds every cell as likely as not.
    assert_eq!(decided.cells.len(), 9 * 7);
}
