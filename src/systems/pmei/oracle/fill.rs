//! Weights from the file, and gradients under the file's names.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Gradients, Tensor};
use serde_json::Value;

use super::super::classifiers::Classifiers;
use super::super::core::Core;
use super::super::latent::{Map, Passage, Perceptron, Prior};
use crate::encoder::recurrent::GruCell;
use crate::systems::oracle_files::{array, tensor, values};

pub(super) fn device() -> Device {
    Device::flex().autodiff()
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

pub(super) fn fill_classifiers(classifiers: &mut Classifiers, weights: &Value, name: &str) {
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

pub(super) fn fill_passage(passage: &mut Passage, weights: &Value, task: &str) {
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

impl Core {
    /// The gradient of the parameter that the file calls `key`, in the file's layout.
    pub(super) fn gradient(&self, key: &str, gradients: &Gradients) -> Vec<f64> {
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
