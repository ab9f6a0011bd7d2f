//! A linear-chain conditional random field (Lafferty, McCallum and Pereira 2001).

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use super::bio::BioRules;
use super::chain::{Chain, Counts};
use super::host::{plain, values};

/// Scores of tag sequences: per item and tag given by the caller, per pair of
/// neighbouring tags and for the first and last tag learnt here.
///
/// The sums over all sequences run on the host for every device, a sequence at a
/// time: emissions are fetched once, and gradients are known in closed form.
#[derive(Module, Debug)]
pub struct Crf {
    /// `transitions[i][j]` scores tag i followed by tag j.
    pub transitions: Param<Tensor<2>>,
    /// Scores of first tags.
    pub start: Param<Tensor<1>>,
    /// Scores of last tags.
    pub end: Param<Tensor<1>>,
}

impl Crf {
    /// A field over `tags` tags that prefers none: the likelihood is concave in these
    /// parameters, so they may start from zero.
    pub fn new(tags: usize, device: &Device) -> Self {
        let zeros = || Param::from_tensor(Tensor::zeros([tags], device));
        Self {
            transitions: Param::from_tensor(Tensor::zeros([tags, tags], device)),
            start: zeros(),
            end: zeros(),
        }
    }

    /// ln p(tags | emissions) of every sequence, as a vector with gradients.
    ///
    /// `emissions` is batch × longest × tags; `gold` has one tag for each item of each
    /// sequence, so it gives the lengths too. An empty sequence has likelihood 1.
    pub fn log_likelihood(&self, emissions: Tensor<3>, gold: &[Vec<usize>]) -> Tensor<1> {
        let shape @ [batch, longest, tags] = emissions.dims();
        let chain = self.chain();
        let scores = values(plain(emissions.clone()));
        let results: Vec<(f64, Counts)> = (0..batch)
            .into_par_iter()
            .map(|sequence| {
                let gold = gold.get(sequence).map_or(&[][..], Vec::as_slice);
                let gold = &gold[..gold.len().min(longest)];
                let first = sequence * longest * tags;
                chain.log_likelihood(&scores[first..first + gold.len() * tags], gold)
            })
            .collect();
        let bare = emissions.device().without_autodiff();
        let logs: Vec<f32> = results.iter().map(|(log, _)| *log as f32).collect();
        let logs = Tensor::from_data(TensorData::new(logs, [batch]), &bare);
        let tracked = emissions.device().is_autodiff() || self.start.val().device().is_autodiff();
        if !tracked {
            return logs;
        }
        let mut items = vec![0f32; shape.iter().product()];
        if longest * tags > 0 {
            let rows = items.chunks_mut(longest * tags);
            for (items, (_, counts)) in rows.zip(&results) {
                items[..counts.items.len()].copy_from_slice(&counts.items);
            }
        }
        let pairs = results.iter().flat_map(|(_, counts)| &counts.pairs);
        let firsts = results.iter().flat_map(|(_, counts)| counts.first(tags));
        let lasts = results.iter().flat_map(|(_, counts)| counts.last(tags));
        logs + carry(emissions, items, shape)
            + carry(
                self.transitions.val().unsqueeze(),
                pairs.copied().collect(),
                [batch, tags, tags],
            )
            + carry(
                self.start.val().unsqueeze(),
                firsts.copied().collect(),
                [batch, 1, tags],
            )
            + carry(
                self.end.val().unsqueeze(),
                lasts.copied().collect(),
                [batch, 1, tags],
            )
    }

    /// The best tags of every sequence (Viterbi 1967) with these `lengths`; among
    /// those that keep the `rules`, if there are any.
    pub fn decode(
        &self,
        emissions: Tensor<3>,
        lengths: &[usize],
        rules: Option<&BioRules>,
    ) -> Vec<Vec<usize>> {
        let [batch, longest, tags] = emissions.dims();
        let mut chain = self.chain();
        if let Some(rules) = rules {
            chain.forbid(rules);
        }
        let scores = values(plain(emissions));
        (0..batch)
            .into_par_iter()
            .map(|sequence| {
                let length = lengths.get(sequence).copied().unwrap_or(0).min(longest);
                let first = sequence * longest * tags;
                chain.best_path(&scores[first..first + length * tags])
            })
            .collect()
    }

    fn chain(&self) -> Chain {
        Chain::new(
            &values(plain(self.transitions.val())),
            &values(plain(self.start.val())),
            &values(plain(self.end.val())),
        )
    }
}

/// Zeros, one per sequence, whose gradient with respect to `tensor` (shared by all
/// sequences where its first dimension is 1) is `slopes`.
fn carry(tensor: Tensor<3>, slopes: Vec<f32>, shape: [usize; 3]) -> Tensor<1> {
    let bare = plain(tensor.clone());
    let slopes = Tensor::<3>::from_data(TensorData::new(slopes, shape), &bare.device());
    let sums: Tensor<2> = ((tensor - bare) * slopes)
        .reshape([shape[0], shape[1] * shape[2]])
        .sum_dim(1);
    sums.reshape([shape[0]])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn emissions(batch: usize, longest: usize, device: &Device) -> Tensor<3> {
        let count = batch * longest * 3;
        let values: Vec<f32> = (0..count).map(|index| (index as f32).sin() * 3.0).collect();
        Tensor::from_data(TensorData::new(values, [batch, longest, 3]), device)
    }

    fn field(device: &Device) -> Crf {
        let tensor = |values: &[f32]| Tensor::<1>::from_data(values, device);
        let transitions = [0.4, -1.0, 0.3, 2.0, 0.1, -0.6, 0.0, 0.7, -0.2];
        Crf {
            transitions: Param::from_tensor(tensor(&transitions).reshape([3, 3])),
            start: Param::from_tensor(tensor(&[0.5, -0.5, 0.1])),
            end: Param::from_tensor(tensor(&[-0.3, 0.8, 0.0])),
        }
    }

    fn gold() -> Vec<Vec<usize>> {
        vec![vec![1, 0], vec![], vec![2, 2, 1, 0]]
    }

    #[test]
    fn a_sequence_alone_equals_itself_in_a_batch() {
        let device = Device::flex();
        let (crf, all) = (field(&device), emissions(3, 4, &device));
        let together = values(crf.log_likelihood(all.clone(), &gold()));
        let paths = crf.decode(all.clone(), &[2, 0, 4], None);
        for (row, gold) in gold().into_iter().enumerate() {
            let own = all
                .clone()
                .narrow(0, row, 1)
                .narrow(1, 0, gold.len().max(1));
            let length = gold.len();
            let alone = values(crf.log_likelihood(own.clone(), &[gold]));
            assert_eq!(alone, together[row..=row]);
            assert_eq!(crf.decode(own, &[length], None), paths[row..=row]);
        }
    }

    #[test]
    fn values_are_the_same_with_a_graph_and_padding_has_no_gradient() {
        let device = Device::flex().autodiff();
        let scores = emissions(3, 4, &device).require_grad();
        let found = field(&device).log_likelihood(scores.clone(), &gold());
        let bare = field(&Device::flex());
        let expected = bare.log_likelihood(emissions(3, 4, &Device::flex()), &gold());
        assert_eq!(values(found.clone()), values(expected));
        let gradient = values(scores.grad(&found.sum().backward()).unwrap());
        for (item, slopes) in gradient.chunks(3).enumerate() {
            let real = item % 4 < gold()[item / 4].len();
            let size: f32 = slopes.iter().map(|slope| slope.abs()).sum();
            assert_eq!(real, size > 0.0, "item {item}: {slopes:?}");
            // Adding a constant to all tags of an item changes no probability.
            assert!(slopes.iter().sum::<f32>().abs() < 1e-6);
        }
    }

    #[test]
    fn frozen_emissions_leave_gradients_to_the_parameters() {
        let crf = field(&Device::flex().autodiff());
        let found = crf.log_likelihood(emissions(3, 4, &Device::flex()), &gold());
        let gradients = found.sum().backward();
        let start = values(crf.start.grad(&gradients).unwrap());
        assert!(start.iter().any(|slope| slope.abs() > 1e-3), "{start:?}");
    }
}
