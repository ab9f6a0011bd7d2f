//! The gated block, the losses and the decoding against values and gradients that an
//! independent program computed in float64. Shapes and cases are read from the files
//! `layers/gated_ffn.json`, `layers/iter_losses.json` and `layers/iter_decode.json`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};
use serde_json::Value;

use super::brackets::{Brackets, Place};
use super::config::{GateActivation, IterConfig, LinkHeads, NestedLink, SpanRule};
use super::decode::{decode, settle};
use super::gated::Gated;
use super::heads::{Heads, Shape};
use super::loss::{LinkRules, Losses, losses};
use crate::corpus::Labels;
use crate::systems::oracle_files::{
    array, cases, folders, index, indexes, items, number, numbers, read, relative_difference,
    table, tensor, values,
};

/// The files of this name in both folders, our own first.
fn oracles(name: &str) -> Vec<Value> {
    let paths = folders("layers")
        .into_iter()
        .map(|folder| folder.join(name));
    let paths: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    assert!(!paths.is_empty(), "there is no {name}");
    paths.iter().map(|path| read(path)).collect()
}

/// Fails where values are further off than `tolerance` · max(1, |expected|).
fn check(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let off = relative_difference(found, expected);
    eprintln!("{name} is off by {off:.1e}");
    assert!(off <= tolerance, "{name} is off by {off:e}");
}

fn device() -> Device {
    Device::flex().autodiff()
}

/// Gives a layer the file's weight, which has outputs as rows.
fn fill(layer: &mut Linear, weight: &Value) {
    let value = tensor::<2>(weight, &device()).swap_dims(0, 1);
    assert_eq!(value.dims(), layer.weight.dims());
    layer.weight = Param::from_tensor(value.detach().require_grad());
}

fn fill_block(block: &mut Gated, weights: &Value) {
    fill(&mut block.gate, &weights["W_a"]);
    fill(&mut block.value, &weights["W_i"]);
    fill(&mut block.output, &weights["W_o"]);
}

fn shape(value: &Value) -> Vec<usize> {
    array(value).0
}

#[test]
fn oracle_of_the_gated_block() {
    for oracle in oracles("gated_ffn.json") {
        let tolerance = number(&oracle["tolerance"]["float32"]);
        let of_gradients = number(&oracle["tolerance"]["float32_gradient"]);
        for case in cases(&oracle) {
            let name = case["name"].as_str().unwrap();
            let activation: GateActivation = serde_json::from_value(case["name"].clone()).unwrap();
            let weights = &case["weights"];
            let inner = shape(&weights["W_a"]);
            let sizes = [inner[1], inner[0], shape(&weights["W_o"])[0]];
            let mut block = Gated::new(sizes, activation, 0.5, &device());
            fill_block(&mut block, weights);
            let input = tensor::<2>(&case["input"], &device()).require_grad();
            let output = block.forward(input.clone(), None);
            check(
                name,
                &values(output.clone()),
                &array(&case["output"]).1,
                tolerance,
            );
            let weight = tensor::<2>(&case["gradient"]["weight"], &device());
            let gradients = (output * weight).sum().backward();
            let expected = &case["gradient"]["grads"];
            let found = values(input.grad(&gradients).unwrap());
            check(name, &found, &array(&expected["input"]).1, of_gradients);
            for (key, layer) in [
                ("W_a", &block.gate),
                ("W_i", &block.value),
                ("W_o", &block.output),
            ] {
                let found = layer.weight.val().grad(&gradients).unwrap();
                let found = values(found.swap_dims(0, 1));
                check(key, &found, &array(&expected[key]).1, of_gradients);
            }
            // Two parts of one input are the same as the input.
            let [rows, width] = input.dims();
            if width % 2 == 0 {
                let part = |from| input.clone().narrow(1, from, width / 2);
                let first = block.terms(&part(0), 0);
                let second = block.terms(&part(width / 2), 1);
                let own: Vec<i32> = (0..rows as i32).collect();
                let own = crate::systems::spans::indices(&own, &device());
                let found = block.pairs((&first, own.clone()), (&second, own), None);
                check(name, &values(found), &array(&case["output"]).1, tolerance);
            }
        }
    }
}

/// Labels by number.
fn labels(case: &Value) -> Labels {
    let names = |key: &str| {
        let all = 0..index(&case[key]);
        all.map(|number| number.to_string()).collect()
    };
    Labels {
        entity_types: names("entity_types"),
        relation_types: names("relation_types"),
        symmetric: Vec::new(),
    }
}

/// The heads of a case with its weights.
fn heads(case: &Value) -> Heads {
    let weights = &case["weights"];
    let left = shape(&weights["is_left"]["W_a"]);
    let config = IterConfig {
        nested_link: serde_json::from_value(case["nested_link"].clone()).unwrap(),
        ..IterConfig::default()
    };
    let sizes = Shape {
        hidden: left[1],
        feed_forward: left[0],
        nesting: index(&case["omega"]),
    };
    let mut heads = Heads::new(sizes, &labels(case), &config, &device());
    fill_block(&mut heads.is_left, &weights["is_left"]);
    fill_block(&mut heads.is_span, &weights["is_span"]);
    fill_block(heads.is_link.as_mut().unwrap(), &weights["is_link"]);
    heads
}

fn brackets(sentence: &Value) -> Brackets {
    let entities: Vec<(Place, usize)> = table(&sentence["entities"])
        .iter()
        .map(|entity| ((entity[0], entity[1]), entity[2]))
        .collect();
    let relations = table(&sentence["relations"]);
    let relations = relations.iter();
    Brackets {
        length: index(&sentence["length"]),
        relations: relations
            .map(|one| (entities[one[0]].0, entities[one[1]].0, one[2]))
            .collect(),
        entities,
    }
}

fn rules(run: &Value, relations: usize) -> LinkRules {
    let symmetric = indexes(&run["train_symmetric_both_types"]);
    LinkRules {
        // Where brackets nest, links run over spans, and the file names no heads.
        heads: serde_json::from_value(run["link_heads"].clone()).unwrap_or(LinkHeads::AllPositions),
        both: (0..relations).map(|one| symmetric.contains(&one)).collect(),
        inverse: false,
    }
}

fn sum(loss: Option<&Tensor<1>>) -> f64 {
    loss.map_or(0.0, |loss| f64::from(loss.clone().into_scalar::<f32>()))
}

fn parts(found: &Losses) -> [f64; 3] {
    [
        sum(Some(&found.left)),
        sum(found.span.as_ref()),
        sum(found.link.as_ref()),
    ]
}

#[test]
fn oracle_of_the_losses() {
    for oracle in oracles("iter_losses.json") {
        let tolerance = number(&oracle["tolerance"]["float32"]);
        let of_gradients = number(&oracle["tolerance"]["float32_gradient"]);
        for case in cases(&oracle) {
            let name = case["name"].as_str().unwrap();
            let heads = heads(case);
            let sentences: Vec<Brackets> = items(&case["sentences"]).iter().map(brackets).collect();
            let batch: Vec<&Brackets> = sentences.iter().collect();
            for run in items(&case["runs"]) {
                let hidden = tensor::<3>(&case["hidden"], &device()).require_grad();
                let [count, columns, width] = hidden.dims();
                let rows = hidden.clone().reshape([count * columns, width]);
                let rules = rules(run, index(&case["relation_types"]));
                let all = losses(&heads, &rows, columns, &batch, &rules, None);
                let expected = ["loss_left", "loss_span", "loss_link"].map(|key| number(&run[key]));
                check(name, &parts(&all), &expected, tolerance);
                // Each sentence by itself costs its part.
                for (row, sentence) in batch.iter().enumerate() {
                    let own = rows.clone().narrow(0, row * columns, columns);
                    let own = losses(&heads, &own, columns, &[sentence], &rules, None);
                    let expected = ["left", "span", "link"]
                        .map(|key| numbers(&run["loss_by_sentence"][key])[row]);
                    check(name, &parts(&own), &expected, tolerance);
                }
                let total = all.total();
                check(
                    name,
                    &values(total.clone()),
                    &[number(&run["total"])],
                    tolerance,
                );
                let expected = &run["gradient_of_total"];
                if expected.is_null() {
                    continue;
                }
                let gradients = total.backward();
                let found = values(hidden.grad(&gradients).unwrap());
                check(name, &found, &array(&expected["hidden"]).1, of_gradients);
                for (key, layer) in [
                    ("is_left.W_o", &heads.is_left.output),
                    ("is_span.W_a", &heads.is_span.gate),
                    ("is_link.W_i", &heads.is_link.as_ref().unwrap().value),
                ] {
                    let (shape, expected) = array(&expected[key]);
                    // Nothing flows into a head that has nothing to decide.
                    let found = layer.weight.val().grad(&gradients).map_or_else(
                        || vec![0.0; shape.iter().product()],
                        |found| values(found.swap_dims(0, 1)),
                    );
                    check(key, &found, &expected, of_gradients);
                }
            }
        }
    }
}

#[test]
fn oracle_of_the_decoding() {
    let losses: BTreeMap<String, Value> = oracles("iter_losses.json")
        .iter()
        .flat_map(cases)
        .map(|case| (case["name"].as_str().unwrap().to_owned(), case.clone()))
        .collect();
    for oracle in oracles("iter_decode.json") {
        let tolerance = number(&oracle["tolerance"]["float32"]);
        for expected in cases(&oracle) {
            let name = expected["name"].as_str().unwrap();
            let case = &losses[name];
            let heads = heads(case);
            let hidden = tensor::<3>(&case["hidden"], &device()).inner();
            let [count, columns, width] = hidden.dims();
            let rows = hidden.reshape([count * columns, width]);
            let lengths: Vec<usize> = items(&case["sentences"])
                .iter()
                .map(|sentence| index(&sentence["length"]))
                .collect();
            let rule = match expected["span_rule"].as_str().unwrap() {
                "per_type" => SpanRule::PerType,
                _ => SpanRule::Lse,
            };
            let plain = burn::module::Module::valid(&heads);
            let pending = decode(&plain, &rows, columns, &lengths, rule).unwrap();
            let threshold = number(&expected["lambda"]);
            let found = settle(vec![pending]).unwrap();
            assert_eq!(found.len(), items(&expected["sentences"]).len());
            for ((spans, links), expected) in found.iter().zip(items(&expected["sentences"])) {
                let spans: Vec<Vec<usize>> = spans
                    .iter()
                    .map(|((start, end), label)| vec![*start, *end, *label])
                    .collect();
                assert_eq!(spans, table(&expected["spans"]), "{name}");
                let links: Vec<_> = links
                    .iter()
                    .filter(|(.., probability)| f64::from(*probability) > threshold)
                    .collect();
                let listed = items(&expected["links"]);
                assert_eq!(links.len(), listed.len(), "{name}");
                for ((head, tail, label, probability), expected) in links.iter().zip(listed) {
                    let place = |value: &Value| (index(&value[0]), index(&value[1]));
                    assert_eq!((*head, *tail), (place(&expected[0]), place(&expected[1])));
                    assert_eq!(*label, index(&expected[2]));
                    let found = f64::from(*probability);
                    check(name, &[found], &[number(&expected[3])], tolerance);
                }
            }
        }
    }
}

/// Numbers of parameters of the heads that the paper's totals imply: of FLAN-T5 large, and of
/// T5 small, whose 8 millions of `is_link` are the difference between its two totals.
#[test]
fn the_heads_have_as_many_parameters_as_in_the_paper() {
    let labels = Labels {
        entity_types: vec!["A".to_owned()],
        relation_types: vec!["r".to_owned()],
        symmetric: Vec::new(),
    };
    let count = |block: &Gated| burn::module::Module::num_params(block) as f64 / 1e6;
    let of = |hidden, feed_forward, d_ff| {
        let config = IterConfig {
            d_ff,
            nested_link: NestedLink::Sum,
            ..IterConfig::default()
        };
        let shape = Shape {
            hidden,
            feed_forward,
            nesting: 1,
        };
        let heads = Heads::new(shape, &labels, &config, &Device::flex());
        let link = heads.is_link.as_ref().unwrap();
        [count(&heads.is_left), count(&heads.is_span), count(link)]
    };
    let close = |found: [f64; 3], expected: [f64; 3]| {
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 0.01, "{found} is not {expected}");
        }
    };
    close(of(1024, 2816, 0), [5.77, 23.07, 23.07]);
    close(of(512, 2048, 0), [2.10, 8.39, 8.39]);
    close(of(1024, 4096, 4096), [8.39, 16.78, 16.78]);
}
