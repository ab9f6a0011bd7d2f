//! Chains so small that every tag sequence can be looked at, for tests.

use proptest::prelude::*;

use super::chain::Chain;

/// Every sequence of `length` tags out of `tags`.
pub(crate) fn sequences(tags: usize, length: usize) -> Vec<Vec<usize>> {
    let count = tags.pow(length as u32);
    let digit = |number: usize, place: usize| number / tags.pow(place as u32) % tags;
    (0..count)
        .map(|number| (0..length).map(|place| digit(number, place)).collect())
        .collect()
}

/// A chain's parameters and a sentence, with scores one by one.
#[derive(Debug, Clone)]
pub(crate) struct Tiny {
    pub(crate) tags: usize,
    pub(crate) emissions: Vec<f32>,
    pub(crate) transitions: Vec<f32>,
    start: Vec<f32>,
    end: Vec<f32>,
}

impl Tiny {
    pub(crate) fn length(&self) -> usize {
        self.emissions.len() / self.tags
    }

    pub(crate) fn chain(&self) -> Chain {
        Chain::new(&self.transitions, &self.start, &self.end)
    }

    pub(crate) fn score(&self, path: &[usize]) -> f64 {
        let mut score = f64::from(self.start[path[0]]) + f64::from(self.end[path[path.len() - 1]]);
        for (item, tag) in path.iter().enumerate() {
            score += f64::from(self.emissions[item * self.tags + tag]);
        }
        let pairs = path.windows(2);
        let moves = pairs.map(|pair| f64::from(self.transitions[pair[0] * self.tags + pair[1]]));
        score + moves.sum::<f64>()
    }

    /// The logarithm of the sum of all sequences' weights.
    pub(crate) fn log_partition(&self) -> f64 {
        let scores: Vec<f64> = sequences(self.tags, self.length())
            .iter()
            .map(|path| self.score(path))
            .collect();
        let greatest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = scores.iter().map(|score| (score - greatest).exp()).sum();
        greatest + sum.ln()
    }
}

pub(crate) fn tiny() -> impl Strategy<Value = Tiny> {
    (1usize..4, 1usize..6, 1f32..60.0).prop_flat_map(|(tags, length, spread)| {
        let list = move |count| prop::collection::vec(-spread..spread, count);
        (
            list(tags * length),
            list(tags * tags),
            list(tags),
            list(tags),
        )
            .prop_map(move |(emissions, transitions, start, end)| Tiny {
                tags,
                emissions,
                transitions,
                start,
                end,
            })
    })
}
