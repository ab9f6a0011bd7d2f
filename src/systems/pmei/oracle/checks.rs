//! What of a case is held against the file.

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData, activation};
use serde_json::Value;

use super::super::config::{PmeiConfig, Variant};
use super::super::core::{Core, Draw, Task};
use super::super::gaussian::Gaussian;
use super::super::latent::{Map, Passage};
use super::super::table::{Grid, apart};
use super::case::Case;
use super::fill::device;
use crate::encoder::recurrent::GruCell;
use crate::systems::oracle_files::{
    array, cases, folders, number, read, relative_difference, values,
};

/// Fails where values are further off than `tolerance` · max(1, |expected|).
fn check(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let off = relative_difference(found, expected);
    assert!(off <= tolerance, "{name} is off by {off:e}");
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
    let with_noise: (&Value, &Draw<'_>) = (&case.file["outputs"], &given);
    let without: (&Value, &Draw<'_>) = (&case.file["with_zero_noise"], &none);
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
