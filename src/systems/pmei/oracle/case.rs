//! One case of the file: its network, its words, and what it should come to.

use std::sync::Arc;

use burn::tensor::{Tensor, activation};
use serde_json::Value;

use super::super::classifiers::Classifiers;
use super::super::config::{PmeiConfig, Variant};
use super::super::core::{Core, Draw, Gold, Task};
use super::super::table::Grid;
use super::fill::{device, fill_classifiers, fill_passage};
use crate::encoder::recurrent::GruForm;
use crate::systems::oracle_files::{array, index, indexes, table, tensor, values};
use crate::systems::spans::{indices, side};

/// A case's network, its words without padding, and what it should come to.
pub(super) struct Case<'a> {
    pub(super) file: &'a Value,
    pub(super) core: Core,
    pub(super) padded: Tensor<3>,
    /// Of every word, its row among the padded ones.
    pub(super) places: Vec<usize>,
    pub(super) grid: Arc<Grid>,
    pub(super) gold: Gold,
}

impl<'a> Case<'a> {
    pub(super) fn new(file: &'a Value) -> Self {
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

    pub(super) fn states(&self) -> Tensor<2> {
        let [sentences, columns, width] = self.padded.dims();
        self.packed(self.padded.clone().reshape([sentences * columns, width]))
    }

    /// The rows of words.
    fn packed(&self, all: Tensor<2>) -> Tensor<2> {
        let places: Vec<i32> = self.places.iter().map(|place| *place as i32).collect();
        all.select(0, indices(&places, &device()))
    }

    pub(super) fn noise(&self, task: Task, shape: [usize; 2]) -> Tensor<2> {
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
    pub(super) fn expected(&self, key: &str, of: &Value) -> Vec<f64> {
        let (shape, data) = array(&of[key]);
        let width: usize = shape[2..].iter().product();
        let rows = self.places.iter();
        rows.flat_map(|place| data[place * width..][..width].to_vec())
            .collect()
    }

    /// The same of an array with a value for each pair of places, in the order of the grid.
    pub(super) fn expected_cells(&self, of: &Value) -> Vec<f64> {
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
    pub(super) fn probabilities(&self, classifiers: &Classifiers, states: &Tensor<2>) -> Vec<f64> {
        let (first, second) = classifiers.terms(states);
        let pairs = (0..self.grid.rows())
            .flat_map(|row| self.grid.partners(row).map(move |other| (row, other)));
        let pairs: Vec<(usize, usize)> = pairs.collect();
        let side = |of: fn(&(usize, usize)) -> usize| side(&pairs, of, &device());
        let sums = first.select(0, side(|pair| pair.0)) + second.select(0, side(|pair| pair.1));
        let scores = classifiers.relations.forward(activation::relu(sums));
        values(activation::sigmoid(scores))
    }
}

impl Core {
    /// t_e and t_r.
    pub(super) fn passed(
        &self,
        states: &Tensor<2>,
        grid: &Arc<Grid>,
        draw: &Draw<'_>,
    ) -> [Tensor<2>; 2] {
        let early = self.early_of(states, grid);
        self.pass(early.as_ref(), states, grid, draw, false)
            .map(|passed| passed.state)
    }
}
